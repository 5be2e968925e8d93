"""Greedy construction and one-exchange."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from qminima.limits import Deadline
from qminima.result import Result
from qminima.runner import hand_over
from simulator.typing import Integers

from ..problems.problem import Problem
from ..results import Best, bits, solution
from .bqm import best_bitstring, binary_quadratic_model, couplings

# Variables among which the most decided one is kept in mind.
_BLOCK = 256

# Seconds for the greedy solution in place of another method's, also once the time is over.
_FALLBACK = 0.3


def greedy(problem: Problem, *, time_limit: float | None = None) -> Result:
    """Fix variables one by one, the most decided first, then flip single ones downhill.

    Each step fixes the variable whose two values differ most in cost, given those already
    fixed (SG3 of Kahruman et al., Int. J. Comput. Sci. Eng. 3, 211 (2007)). The descent takes
    the steepest flip until none lowers the cost (dwave-samplers). Deterministic.

    Args:
        problem: what is minimised.
        time_limit: in seconds. Half of it is for the choice of the most decided variables; the
            others are then fixed in their order, and there may be no time for the descent.

    Raises:
        InputError: if the cost is of higher than second degree, or for a time limit that is not
            above zero.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started = perf_counter()
    deadline = Deadline(time_limit)
    found = greedy_bitstring(problem, deadline)
    result = solution(
        problem, "greedy + one-exchange", found, started, stop_reason=deadline.reason()
    )
    return hand_over(result, deadline)


def greedy_bitstring(problem: Problem, deadline: Deadline) -> str:
    """The bit string that `greedy` finds; Ctrl-C is remembered by the deadline."""
    from dwave.samplers import SteepestDescentSolver

    best = Best(problem)
    spins = _construct(problem, deadline)
    best.see(bits([int(spin < 0) for spin in spins]))
    with deadline:
        model = binary_quadratic_model(problem.cost, problem.num_variables)
        if not deadline():
            start = dict(enumerate(spins.tolist()))
            samples = SteepestDescentSolver().sample(model, initial_states=start, num_reads=1)
            best.see(best_bitstring(problem, samples))
    return best.bitstring


def greedy_fallback(problem: Problem, deadline: Deadline) -> str:
    """The greedy bit string where another method has none, in the time left, at least 0.3 s."""
    return greedy_bitstring(problem, deadline.more(max(deadline.left(), _FALLBACK)))


def _construct(problem: Problem, deadline: Deadline) -> NDArray[np.int8]:
    """Spins of a quadratic cost, each set against the field of those already fixed.

    From half of the time on, or from Ctrl-C, they are taken as they come.
    """
    n, half = problem.num_variables, deadline.within(deadline.left() / 2)
    field, first, second, weights = couplings(problem.cost, n)
    matrix = csr_array((weights, (first, second)), shape=(n, n))
    matrix = csr_array(matrix + matrix.T)
    field, spins = field.copy(), np.zeros(n, dtype=np.int8)
    # Sizes of the fields of those that are not fixed, and the largest of each block.
    strengths = np.full((-(-n // _BLOCK), _BLOCK), -1.0)
    strength = strengths.reshape(-1)
    strength[:n] = np.abs(field)
    largest, every = strengths.max(axis=1), np.arange(len(strengths))

    def fix(variable: int) -> Integers:
        """Set a spin, and the fields of its neighbours, which are returned."""
        spins[variable] = 1 if field[variable] <= 0 else -1
        start, end = matrix.indptr[variable], matrix.indptr[variable + 1]
        others: Integers = matrix.indices[start:end]
        field[others] += matrix.data[start:end] * spins[variable]
        return others

    with deadline:
        for _ in range(n):
            if half():
                break
            block = int(largest.argmax())
            variable = block * _BLOCK + int(strengths[block].argmax())
            others = fix(variable)
            strength[others] = np.where(spins[others] == 0, np.abs(field[others]), -1.0)
            strength[variable] = -1.0
            blocks = np.append(others, variable) // _BLOCK
            if len(blocks) > len(largest):
                blocks = every
            largest[blocks] = strengths[blocks].max(axis=1)
    deadline.reached = deadline.reached or half.reached
    for variable in np.flatnonzero(spins == 0).tolist():
        fix(variable)
    return spins
