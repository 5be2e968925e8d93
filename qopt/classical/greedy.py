"""Greedy construction and one-exchange."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from qminima.result import Result

from ..problems.problem import Problem
from ..results import best_of, bits, solution
from .bqm import best_bitstring, binary_quadratic_model


def greedy(problem: Problem) -> Result:
    """Fix variables one by one, the most decided first, then flip single ones downhill.

    Each step fixes the variable whose two values differ most in cost, given those already
    fixed (SG3 of Kahruman et al., Int. J. Comput. Sci. Eng. 3, 211 (2007)). The descent takes
    the steepest flip until none lowers the cost (dwave-samplers). Deterministic.

    Raises:
        InputError: if the cost is of higher than second degree.
    """
    from dwave.samplers import SteepestDescentSolver

    started = perf_counter()
    model = binary_quadratic_model(problem.cost, problem.num_variables)
    spins = _construct(problem)
    samples = SteepestDescentSolver().sample(
        model, initial_states=dict(enumerate(spins.tolist())), num_reads=1
    )
    built = bits([int(spin < 0) for spin in spins])
    best = best_of(problem, (built, best_bitstring(problem, samples)))
    return solution(problem, "greedy + one-exchange", best, started)


def _construct(problem: Problem) -> NDArray[np.int8]:
    """Spins of a quadratic cost, each set against the field of those already fixed."""
    n = problem.num_variables
    field = np.zeros(n)
    neighbours: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    for qubits, weight in problem.cost.terms:
        if len(qubits) == 1:
            field[qubits[0]] += weight
        elif len(qubits) == 2:
            i, j = qubits
            neighbours[i].append((j, weight))
            neighbours[j].append((i, weight))
    spins = np.zeros(n, dtype=np.int8)
    # Entries of variables that have been fixed, or whose field has grown or shrunk since, are
    # passed over when they come up.
    queue = [(-abs(field[variable]), variable) for variable in range(n)]
    heapify(queue)
    while queue:
        strength, variable = heappop(queue)
        if spins[variable] or -strength != abs(field[variable]):
            continue
        spins[variable] = 1 if field[variable] <= 0 else -1
        for other, weight in neighbours[variable]:
            if spins[other] == 0:
                field[other] += weight * spins[variable]
                heappush(queue, (-abs(field[other]), other))
    return spins
