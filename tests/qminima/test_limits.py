"""Deadlines, on a clock that the tests set."""

from __future__ import annotations

import signal

import pytest

from qminima import Interrupted, Result, limits
from qminima.attended import attended
from qminima.limits import Deadline
from qminima.runner import hand_over


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


def test_steps_that_would_end_late_are_not_made(clock: Clock) -> None:
    deadline = Deadline(10.0)
    with deadline:
        clock.now = 4.0
        assert not deadline.step()  # another one would end at 8
        assert not deadline.reached
        clock.now = 8.0
        assert deadline.step()  # or at 12
    assert deadline.reached
    assert deadline()
    assert deadline.reason("done") == "time limit reached"
    assert Deadline(None).reason("done") == "done"


def test_work_that_fits(clock: Clock) -> None:
    deadline = Deadline(10.0)
    clock.now = 7.0
    assert deadline.allows(2.9)
    assert not deadline.allows(3.0)


def test_parts_of_the_time(clock: Clock) -> None:
    deadline = Deadline(10.0)
    clock.now = 4.0
    assert deadline.within(5.0).left() == 5.0
    assert deadline.within(7.0).left() == deadline.within(None).left() == 6.0
    assert deadline.more(9.0).left() == 9.0
    assert Deadline(None).within(2.0).left() == 2.0
    clock.now = 11.0
    assert not deadline.overdue(1.5)
    clock.now = 11.5
    assert deadline.overdue(1.5)


def test_ctrl_c_is_the_end_of_the_time(clock: Clock) -> None:
    deadline = Deadline(100.0)
    part = deadline.within(50.0)
    clock.now = 3.0
    with part:
        signal.raise_signal(signal.SIGINT)
    assert part.interrupted
    assert deadline.interrupted
    assert deadline()
    assert deadline.reason() == "interrupted"
    clock.now = 4.0
    assert deadline.overdue(1.0)
    assert deadline.more(2.0).left() == 2.0
    with pytest.raises(ValueError, match="mine"), deadline:
        raise ValueError("mine")


def test_results_are_handed_over(clock: Clock) -> None:
    result, deadline = Result("random", "classical", 1.0, "cost", {}, 0.0), Deadline(None)
    assert hand_over(result, deadline) is result
    deadline.interrupt()
    with pytest.raises(KeyboardInterrupt) as caught:
        hand_over(result, deadline)
    assert isinstance(caught.value, Interrupted)
    assert caught.value.result is result


def test_ctrl_c_beside_code_that_asks() -> None:
    deadline = Deadline(None)

    def asking() -> str:
        signal.raise_signal(signal.SIGINT)
        while not deadline():
            pass
        return "stopped"

    assert attended(asking, deadline) == "stopped"
    assert deadline.interrupted
    with pytest.raises(ZeroDivisionError):
        attended(lambda: 1 // 0, deadline)


def test_ctrl_c_after_the_end_gives_no_more_time(clock: Clock) -> None:
    deadline = Deadline(1.0)
    clock.now = 1.4
    deadline.interrupt()
    clock.now = 1.6
    assert deadline.overdue(0.5)
