"""How far a cost in floating-point numbers can be off, and what may be called proven beside it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ..problems.maxcut import MaxCut
from ..problems.problem import Problem

_EPS = float(np.finfo(float).eps)

# A claim tells costs apart to this share of themselves.
_RESOLUTION = 1e-6


def rounding(problem: Problem) -> float:
    """How far the cost of a bit string, as a polynomial, can be from the problem's own value.

    Zero for cuts. Other costs went through sums of a size S, the sum of all weights, when they were
    expanded: 8 eps S for each term is more than these can lose.
    """
    if isinstance(problem, MaxCut):
        return 0.0
    weights = np.array([weight for _, weight in problem.cost.terms])
    return 8 * len(weights) * _EPS * float(np.abs(weights).sum())


def rounded_up(bound: Fraction) -> float:
    """An exact bound as a floating-point number that is not below it."""
    nearest = float(bound)
    return nearest if nearest >= bound else float(np.nextafter(nearest, np.inf))


def may_be_called_proven(problem: Problem, bitstring: str, gap: float, *, whole: bool) -> bool:
    """Whether a bit string within a gap of a bound on the polynomial is optimal.

    The gap and twice the rounding have to be small beside the cost, measured from zero and from the
    mean over all bit strings; or nothing beside one, where the gap is zero and the cost whole.

    Args:
        problem: what is minimised.
        bitstring: that was found.
        gap: between its cost and the bound.
        whole: whether costs are whole numbers apart from a constant.
    """
    if not problem.feasible(bitstring):
        return False
    value, mean = problem.value(bitstring), dict(problem.cost.terms).get((), 0.0)
    error = 2 * rounding(problem)
    if whole and gap == 0 and error < 1e-3:
        return True
    return gap + error <= _RESOLUTION * min(abs(value), abs(value - mean))
