"""Exact minima of quadratic costs whose graph is like a tree."""

from __future__ import annotations

from collections.abc import Iterator
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
from .greedy import greedy_fallback
from .proofs.claims import optimality
from .proofs.exact import exact_cost, rounding

# Work and memory grow as 2^width.
MAX_WIDTH = 20

# Values of a pair, a row for each bit of the first variable.
_PRODUCT = np.array([[1.0, -1.0], [-1.0, 1.0]])


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
    text, claim, width = None, {"proven": False}, None
    with deadline:
        found = _order(problem, deadline)
        if found is not None:
            order, width = found
            exact = eliminate(order, _factors(problem), deadline)
            if exact is not None:
                text = bits(exact)
                claim = optimality(problem, text, _missed(problem), exact_cost(problem))
    solved = text is not None
    if text is None:
        text = greedy_fallback(problem, deadline)
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


def _order(problem: Problem, deadline: Deadline) -> tuple[list[int], int] | None:
    """An order of elimination and its width; None if the time did not suffice."""
    _, first, second, _ = couplings(problem.cost, problem.num_variables)
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    found = minimum_degree(problem.num_variables, pairs, MAX_WIDTH, deadline)
    if found is None:
        if deadline.reached:
            return None
        raise InputError(
            f"tree decomposition takes costs up to width {MAX_WIDTH}, this one has more; use milp"
        )
    require_memory(
        problem.num_variables * 2 ** found[1] // 8 + 64 * 2 ** found[1],
        "tree decomposition",
        "use milp",
    )
    return found


def _factors(problem: Problem) -> Iterator[Factor]:
    """The terms of a quadratic cost as tables."""
    fields, first, second, weights = couplings(problem.cost, problem.num_variables)
    for one, h in enumerate(fields.tolist()):
        yield (one,), np.array([h, -h])
    for i, j, weight in zip(first.tolist(), second.tolist(), weights, strict=True):
        yield (i, j), weight * _PRODUCT


def _missed(problem: Problem) -> Fraction:
    """How far rounding can have led from the least cost."""
    sizes = np.abs([weight for spins, weight in problem.cost.terms if spins])
    sums = 8 * len(sizes) * float(np.finfo(float).eps) * sizes.sum()
    return 2 * Fraction(float(sums + rounding(problem)))


def is_tree_like(problem: Problem) -> bool:
    """Whether the width is small enough."""
    pairs = (qubits for qubits, _ in problem.cost.terms if len(qubits) == 2)
    return minimum_degree(problem.num_variables, pairs, MAX_WIDTH) is not None
