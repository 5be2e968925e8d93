"""How far a bound on all costs proves a bit string optimal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from ...problems.binary import BinaryProblem
from ...problems.problem import Problem
from .exact import ExactCost, rounding

_EPS = float(np.finfo(float).eps)


def rounded_up(bound: Fraction) -> float:
    """An exact number as a floating-point number that is not below it."""
    nearest = float(bound)
    return nearest if nearest >= bound else float(np.nextafter(nearest, np.inf))


def rounded_down(bound: Fraction) -> float:
    """An exact number as a floating-point number that is not above it."""
    return -rounded_up(-bound)


def optimality(problem: Problem, bitstring: str, gap: Fraction, cost: ExactCost) -> dict[str, Any]:
    """Whether a bit string is optimal, or how far from optimal it is at most.

    It is proven optimal where no cost is lower, or none that differs from its own: of costs that
    are multiples of a number, a gap below that number hides none. No share of the cost itself is
    small enough to be ignored, since costs may have any constant.

    Args:
        problem: what is minimised.
        bitstring: that was found.
        gap: its cost above a bound on all costs, both of the exact cost.
        cost: the exact cost.

    Returns:
        The properties `proven`, and `within` where it is feasible and the gap remains: costs are
        lower by no more than that.
    """
    if not problem.feasible(bitstring):
        return {"proven": False}
    trivial = trivial_cost(problem)
    if gap > 0 and trivial is not None:
        gap = min(gap, max(cost.of(bitstring) - trivial, Fraction(0)))
    gap += 2 * cost.loss
    if gap <= 0 or gap < cost.resolution:
        return {"proven": True}
    return {"proven": False, "within": rounded_up(gap)}


def trivial_cost(problem: Problem) -> Fraction | None:
    """A lower bound on all costs that the data shows at once; None where there is none."""
    bound = problem.trivial_bound() if isinstance(problem, BinaryProblem) else None
    if bound is None:
        return None
    return -bound.score if problem.maximise else bound.score


def lower_bound(problem: Problem, found: float) -> tuple[float, bool]:
    """A bound on all costs, or the trivial one where that is better; whether it is that one."""
    trivial = trivial_cost(problem)
    if trivial is None or found >= trivial:
        return found, False
    return rounded_down(trivial), True


def value_error(problem: Problem, value: float) -> float:
    """How far values of equal costs can be apart, near some value.

    That is some of its last bits, where values are the nearest to exact sums; else what sums of all
    terms can lose.
    """
    if isinstance(problem, BinaryProblem) and problem.nearest_values:
        return 64 * _EPS * abs(value)
    return rounding(problem)


def last_digit(value: float) -> float:
    """How far a value from elsewhere may have been rounded: a unit of the last digit it has.

    No more than 1e-9 of it, as few digits may as well be all there are.

    >>> last_digit(-1000000000.98), last_digit(-4.0)
    (0.01, 4e-09)
    """
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    unit = 10.0**exponent if isinstance(exponent, int) else 0.0
    return min(unit, 1e-9 * abs(value))
