"""The limits of a search, among them the cost at which it may end."""

from __future__ import annotations

from math import inf, isfinite

from qminima.errors import InputError, shorten
from qminima.limits import Deadline, check_count, check_seed
from simulator.kernels.kernel import compile_seconds

from ..problems.problem import Problem
from .attempts import stop_reason
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


class Limits:
    """When a search ends: after some counts, with its time, or at a target.

    Args:
        problem: what is minimised.
        seed: of the search.
        seconds: how long it lasts; None unless given.
        time_limit: how long it may take. It lasts that long where no count is given.
        target: a score at which it ends, as `target_cost` takes it.
        counts: by their names, such as reads; None unless given.

    Attributes:
        deadline: the end of the time.
        goal: the cost at which the search ends.
        lasts: whether it is to use all of the time.

    Raises:
        InputError: for counts or times that are not above zero, a seed below zero, or a target that
            cannot be reached.
    """

    def __init__(
        self,
        problem: Problem,
        seed: int | None,
        seconds: float | None,
        time_limit: float | None,
        target: float | None,
        **counts: int | None,
    ) -> None:
        given = {name: count for name, count in counts.items() if count is not None}
        for name, count in given.items():
            check_count(name, count)
        check_seed(seed)
        self.deadline = Deadline(seconds, time_limit, uncounted=compile_seconds)
        self.goal = target_cost(problem, target)
        self.lasts = seconds is not None or (time_limit is not None and not given)

    def reason(self, done: str, value: float) -> str:
        """Why the search ended, with a least cost; `done` says that its counts were reached."""
        return stop_reason(self.deadline, self.lasts, done, value <= self.goal)
