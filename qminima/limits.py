"""Limits of time, and checks of counts."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from numbers import Integral
from time import monotonic
from typing import Any

from .errors import InputError, InputTypeError, shorten


class Deadline:
    """The end of a time limit that starts now; samplers that ask "stop?" can call it.

    As a context manager it takes Ctrl-C inside its block as the end of the time: `interrupted` says
    so, and what was found until then can be handed over (`runner.hand_over`).

    Args:
        limits: in seconds, of which the least counts; None for none.
        uncounted: seconds since some moment that no limit is meant for, such as those spent on
            loading kernels; by what they grow, the end moves.

    Attributes:
        reached: whether a call found that the time is over, or too short for another step.
        interrupted: whether Ctrl-C ended a block.

    Raises:
        InputError: if the least limit is not a number above zero.
    """

    def __init__(self, *limits: float | None, uncounted: Callable[[], float] | None = None) -> None:
        seconds = min((limit for limit in limits if limit is not None), default=None)
        if seconds is not None and not 0 < seconds < inf:
            raise InputError(f"expected a time limit above zero seconds, got {seconds}")
        self._uncounted = uncounted or (lambda: 0.0)
        self._before = self._now()
        self._end = inf if seconds is None else self._before + seconds
        self._whole: Deadline | None = None
        self.reached = False
        self.interrupted = False

    def __call__(self) -> bool:
        """Whether the time is over; `reached` remembers it."""
        return not self.allows(0.0)

    def __enter__(self) -> Deadline:
        self._before = self._now()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        if kind is not KeyboardInterrupt:
            return False
        self.interrupt()
        return True

    def interrupt(self) -> None:
        """Take Ctrl-C, which came now, as the end of the time."""
        if not self.interrupted:
            self.interrupted, self._end = True, min(self._end, self._now())
        if self._whole is not None:
            self._whole.interrupt()

    def step(self) -> bool:
        """Whether no further step fits, if it takes as long as the one since the last call."""
        now = self._now()
        taken, self._before = now - self._before, now
        return not self.allows(taken)

    def allows(self, seconds: float) -> bool:
        """Whether work of so many seconds would end in time; `reached` remembers if not."""
        self.reached = self.reached or self._now() + seconds >= self._end
        return not self.reached

    def overdue(self, grace: float) -> bool:
        """Whether so many seconds have passed since the time was over, or since Ctrl-C."""
        return self._now() >= self._end + grace

    def within(self, seconds: float | None) -> Deadline:
        """The deadline of a part of the work, which may take so many seconds if there are so many.

        Ctrl-C during the part is remembered by both; so it is with `more`.
        """
        return self._part(inf if seconds is None else seconds, self._end)

    def more(self, seconds: float) -> Deadline:
        """The deadline of what completes a result, also once the time is over."""
        return self._part(seconds, inf)

    def _part(self, seconds: float, latest: float) -> Deadline:
        part = Deadline(None, uncounted=self._uncounted)
        part._end, part._whole = min(self._now() + seconds, latest), self
        return part

    def finish(self) -> None:
        """End the time now, because nothing is left to do."""
        self._end = min(self._end, self._now())

    def reason(self, otherwise: str | None = None) -> str | None:
        """Why the work ended: Ctrl-C, the time limit, or something else."""
        if self.interrupted:
            return "interrupted"
        return "time limit reached" if self.reached else otherwise

    def charge(self, seconds: float) -> None:
        """Move the end forward by time that has been spent already."""
        self._end -= seconds

    def left(self) -> float:
        """Seconds that are left, at least zero; infinite without a limit."""
        return max(0.0, self._end - self._now())

    def _now(self) -> float:
        return monotonic() - self._uncounted()


def check_whole(name: str, value: object, least: int, most: int) -> None:
    """Raise `InputError` for what is not a whole number from `least` to `most`."""
    _check(f"{name}, from {least} to {most}", value, least, most)


def check_count(name: str, value: object) -> None:
    """Raise `InputError` for what is not a whole number from one on."""
    _check(f"{name} of at least 1", value, 1)


def check_seed(value: object) -> None:
    """Raise `InputError` for what is neither None nor a whole number from zero on."""
    if value is not None:
        _check("a seed from 0 on", value, 0)


def check_integer(expected: str, value: object) -> None:
    """Raise `InputTypeError` for what is no integer by its type: NumPy's are, 7.0 and True not."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise InputTypeError(f"expected {expected}, a whole number, got {shorten(repr(value))}")


def _check(expected: str, value: Any, least: int, most: float = inf) -> None:
    check_integer(expected, value)
    if not least <= value <= most:
        raise InputError(f"expected {expected}, got {shorten(value)}")
