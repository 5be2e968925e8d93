"""What may be called proven of a bit string beside a bound on all costs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ..problems.problem import Problem
from .exact import ExactCost


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
    gap += 2 * cost.loss
    if gap <= 0 or gap < cost.resolution:
        return {"proven": True}
    return {"proven": False, "within": rounded_up(gap)}
