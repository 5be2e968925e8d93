"""Minimisation from several starting points, within limits that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from ..typing import Floats
from .minimize import EVALUATION_LIMIT, TIME_LIMIT, Differentiable, Interrupted, Minimum, minimize

# `minimize` wants a limit above zero, and makes one evaluation in any case.
_LEAST_SECONDS = 1e-9


class TimeLimit(Protocol):
    """The end of a time limit; `qminima.limits.Deadline` is one."""

    def left(self) -> float:
        """Seconds that are left; infinite without a limit."""

    def allows(self, seconds: float) -> bool:
        """Whether work of so many seconds would end in time."""


@dataclass(frozen=True)
class Limits:
    """Limits that several minimisations share.

    Attributes:
        max_evaluations: limit on values computed by all of them; None for none.
        deadline: the end of the time for all of them; None for none.
        headroom: as in `minimize`.
        needed: gives the seconds that have to be left for another start.
    """

    max_evaluations: int | None = None
    deadline: TimeLimit | None = None
    headroom: float = 1.0
    needed: Callable[[], float] = lambda: 0.0

    def evaluations_left(self, used: int) -> int | None:
        """Values that may be computed after some; None without a limit."""
        return None if self.max_evaluations is None else self.max_evaluations - used

    def seconds_left(self) -> float | None:
        """Seconds that a minimisation may take, above zero; None without a limit."""
        left = inf if self.deadline is None else self.deadline.left()
        return None if left == inf else max(left, _LEAST_SECONDS)

    def reached(self, runs: Sequence[Minimum]) -> str:
        """Why no minimisation may follow some; empty if one may."""
        left = self.evaluations_left(sum(run.evaluations for run in runs))
        if left is not None and left <= 0:
            return EVALUATION_LIMIT
        late = any(run.stop_reason == TIME_LIMIT for run in runs)
        if late or (self.deadline is not None and not self.deadline.allows(self.needed())):
            return TIME_LIMIT
        return ""


@dataclass(frozen=True, eq=False)
class Minima:
    """Minimisations from several starts.

    Attributes:
        starts: the first point of each, shape (num_parameters,).
        runs: what each found, in the same order.
        limit: why further starts were left out; empty if none was.
        interrupted: whether Ctrl-C ended the last run.
    """

    starts: tuple[Floats, ...] = ()
    runs: tuple[Minimum, ...] = ()
    limit: str = ""
    interrupted: bool = False

    @property
    def best(self) -> Minimum:
        """The run with the least value, the first of several."""
        return min(self.runs, key=lambda run: run.value)

    @property
    def evaluations(self) -> int:
        """Number of values computed by all runs."""
        return sum(run.evaluations for run in self.runs)

    @property
    def history(self) -> tuple[tuple[int, float], ...]:
        """(evaluations, best value so far) after each improvement, counted over all runs."""
        found: list[tuple[int, float]] = []
        before = 0
        for run in self.runs:
            for count, value in run.history:
                if not found or value < found[-1][1]:
                    found.append((before + count, value))
            before += run.evaluations
        return tuple(found)

    def followed_by(self, start: Floats, run: Minimum) -> Minima:
        """These and another run."""
        return replace(self, starts=(*self.starts, start), runs=(*self.runs, run))


def minimize_from(
    function: Differentiable,
    starts: Iterable[ArrayLike],
    *,
    method: str = "L-BFGS-B",
    gradient_tolerance: float = 1e-6,
    limits: Limits | None = None,
    callback: Callable[[int, float], None] | None = None,
    seed: int | None = None,
) -> Minima:
    """Minimise from one start after another, until a limit is reached or Ctrl-C comes.

    Args:
        function: as in `minimize`.
        starts: first points, each of shape (num_parameters,), taken one by one as they are used;
            the first is used in any case.
        method: as in `minimize`.
        gradient_tolerance: as in `minimize`.
        limits: of all runs together.
        callback: called with (evaluations of all runs, best value of this run) after each one.
        seed: as in `minimize`.

    Returns:
        All runs. Ctrl-C ends the last one, unless no value was computed before.

    Raises:
        ValueError: as `minimize`, and for no start.
        KeyboardInterrupt: on Ctrl-C before the first value.
        FloatingPointError: if the function returns NaN or infinity.

    >>> class Waves:
    ...     def __call__(self, x):
    ...         return float(np.cos(3 * x[0]) + 0.1 * x[0] ** 2)
    ...
    ...     def value_and_gradient(self, x):
    ...         return self(x), 0.2 * x - 3 * np.sin(3 * x)
    >>> found = minimize_from(Waves(), [[3.0], [1.0]])
    >>> [round(run.value, 3) for run in found.runs], round(found.best.value, 3)
    ([-0.035, -0.893], -0.893)
    """
    limits, found = limits or Limits(), Minima()
    for start in starts:
        if found.runs and (limit := limits.reached(found.runs)):
            return replace(found, limit=limit)
        first = np.array(start, dtype=float)
        try:
            run = minimize(
                function, first, method=method, gradient_tolerance=gradient_tolerance, seed=seed,
                max_evaluations=limits.evaluations_left(found.evaluations),
                time_limit=limits.seconds_left(), headroom=limits.headroom,
                callback=_counted_on(callback, found.evaluations),
            )  # fmt: skip
        except Interrupted as interrupt:
            return _interrupted(found, first, interrupt.minimum)
        found = found.followed_by(first, run)
    if not found.runs:
        raise ValueError("expected at least one start, got none")
    return found


def _interrupted(found: Minima, start: Floats, last: Minimum) -> Minima:
    """All runs, the last one ended by Ctrl-C; raises `KeyboardInterrupt` if there is no value."""
    found = found.followed_by(start, last) if last.evaluations else found
    if not found.runs:
        raise KeyboardInterrupt from None
    return replace(found, limit="interrupted", interrupted=True)


def _counted_on(
    callback: Callable[[int, float], None] | None, before: int
) -> Callable[[int, float], None] | None:
    """The callback, with evaluations counted on from those before."""
    if callback is None:
        return None
    return lambda count, value: callback(before + count, value)
