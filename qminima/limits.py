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

    Args:
        limits: in seconds, of which the least counts; None for none.
        uncounted: seconds since some moment that no limit is meant for, such as those spent on
            loading kernels; by what they grow, the end moves.

    Raises:
        InputError: if the least limit is not a number above zero.
    """

    def __init__(self, *limits: float | None, uncounted: Callable[[], float] | None = None) -> None:
        seconds = min((limit for limit in limits if limit is not None), default=None)
        if seconds is not None and not 0 < seconds < inf:
            raise InputError(f"expected a time limit above zero seconds, got {seconds}")
        self._uncounted = uncounted or (lambda: 0.0)
        self._end = inf if seconds is None else self._now() + seconds
        self.reached = False

    def __call__(self) -> bool:
        """Whether the time is over; `reached` remembers it."""
        self.reached = self.reached or self._now() >= self._end
        return self.reached

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
