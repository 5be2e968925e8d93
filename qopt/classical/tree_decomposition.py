"""Exact minima of quadratic costs whose graph is like a tree."""

from __future__ import annotations

from fractions import Fraction
from time import perf_counter

import numpy as np

from qminima.errors import InputError
from qminima.limits import Deadline
from qminima.result import Result
from qminima.runner import hand_over
from simulator.memory import require_memory

from ..problems.problem import Problem
from ..results import bits, solution
from .bqm import couplings
from .elimination import Factor, eliminate, minimum_degree
from .greedy import greedy_bitstring
from .proofs.claims import optimality
from .proofs.exact import exact_cost, rounding

# Work and memory grow as 2^width.
MAX_WIDTH = 20

# Values of a pair, a row for each bit of the first variable.
_PRODUCT = np.array([[1.0, -1.0], [-1.0, 1.0]])

# Seconds for another method where there is no time for this one.
_AT_ONCE = 0.3


def tree_decomposition(problem: Problem, *, time_limit: float | None = None) -> Result:
    """The least cost by dynamic programming over a tree decomposition.

    Exact up to rounding (`proven`, or `within` a small difference), in time 2^w n for the width w
    of an elimination order found by minimum degrees. Dechter, Artif. Intell. 113, 41 (1999).

    Args:
        problem: what is minimised.
        time_limit: in seconds. Where it does not suffice, the result is the greedy one.

    Raises:
        InputError: if the cost is of higher than second degree, or the width exceeds 20.
        MemoryLimitError: if there is no room for the choices, a bit for each entry of all tables.
        qminima.Interrupted: on Ctrl-C, with the greedy result.
    """
    started = perf_counter()
    deadline = Deadline(time_limit)
    fields, first, second, weights = couplings(problem.cost, problem.num_variables)
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    found = minimum_degree(problem.num_variables, pairs, MAX_WIDTH)
    if found is None:
        raise InputError(
            f"tree decomposition takes costs up to width {MAX_WIDTH}, this one has more; use milp"
        )
    order, width = found
    require_memory(
        problem.num_variables * 2**width // 8 + 64 * 2**width, "tree decomposition", "use milp"
    )
    factors: list[Factor] = [((one,), np.array([h, -h])) for one, h in enumerate(fields.tolist())]
    factors += [(pair, weight * _PRODUCT) for pair, weight in zip(pairs, weights, strict=True)]
    text, claim = None, {"proven": False}
    with deadline:
        exact = eliminate(order, factors, deadline)
        if exact is not None:
            text = bits(exact)
            claim = optimality(problem, text, _missed(problem), exact_cost(problem))
    solved = text is not None
    if text is None:
        text = greedy_bitstring(problem, deadline.more(_AT_ONCE))
    result = solution(
        problem,
        "tree decomposition",
        text,
        started,
        converged=solved,
        properties={**claim, "width": width},
        stop_reason=deadline.reason(),
        warnings=() if solved else ("stopped early; this is the greedy solution",),
    )
    return hand_over(result, deadline)


def _missed(problem: Problem) -> Fraction:
    """How far rounding can have led from the least cost."""
    sizes = np.abs([weight for spins, weight in problem.cost.terms if spins])
    sums = 8 * len(sizes) * float(np.finfo(float).eps) * sizes.sum()
    return 2 * Fraction(float(sums + rounding(problem)))


def is_tree_like(problem: Problem) -> bool:
    """Whether the width is small enough."""
    pairs = (qubits for qubits, _ in problem.cost.terms if len(qubits) == 2)
    return minimum_degree(problem.num_variables, pairs, MAX_WIDTH) is not None
