"""Deadlines, on a clock that the tests set."""

from __future__ import annotations

import pytest

from qminima import limits
from qminima.limits import Deadline


class Clock:
    """Seconds that stand still, and those of them that were spent on loading kernels."""

    def __init__(self) -> None:
        self.now = self.loading = 0.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(limits, "monotonic", lambda: found.now)
    return found


def test_limit_without_what_is_not_counted(clock: Clock) -> None:
    clock.now, clock.loading = 100.0, 7.0
    plain, counted = Deadline(2.0), Deadline(2.0, uncounted=lambda: clock.loading)
    clock.now, clock.loading = 103.0, 9.5
    assert plain()
    assert not counted()
    assert counted.left() == 1.5
    clock.now = 104.5
    assert counted()
    assert counted.left() == 0.0


def test_no_limit_is_never_reached(clock: Clock) -> None:
    never = Deadline(None, uncounted=lambda: clock.loading)
    clock.now = 1e9
    assert not never()
    assert never.left() == float("inf")
