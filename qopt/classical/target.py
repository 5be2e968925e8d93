"""The cost at which a search ends: a target that was given, or one that nothing can be below."""

from __future__ import annotations

from math import inf, isfinite

from qminima.errors import InputError, shorten

from ..problems.problem import Problem
from .proofs.claims import rounded_up, trivial_cost, value_error


def target_cost(problem: Problem, target: float | None) -> float:
    """The cost at which a search may end.

    Args:
        problem: what is minimised.
        target: a score, such as the weight of a cut; None for the optimum where it is known: from
            a bound that the data shows at once, or as the proven value of the problem's reference.

    Returns:
        A cost, up to rounding; minus infinity where the search has no end.

    Raises:
        InputError: for a target that is no finite number, or better than a bound on all scores.
    """
    trivial, reference = trivial_cost(problem), problem.reference
    bound = -inf if trivial is None else rounded_up(trivial)
    if target is None:
        if reference is not None and reference.certainty == "proven":
            bound = max(bound, reference.value)
        return bound + value_error(problem, bound) if isfinite(bound) else -inf
    if isinstance(target, bool) or not isinstance(target, int | float) or not isfinite(target):
        raise InputError(f"expected a finite number as target, got {shorten(repr(target))}")
    cost = -float(target) if problem.maximise else float(target)
    if cost < bound - value_error(problem, bound):
        best, side = (-bound, "above") if problem.maximise else (bound, "below")
        raise InputError(
            f"the target {target:.10g} is {side} {best:.10g}, which no {problem.score_name} can "
            "pass; give one that can be reached"
        )
    return cost + value_error(problem, cost)
