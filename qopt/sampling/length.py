"""Lengths of runs where nothing but time limits them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.timing import Stopwatch

if TYPE_CHECKING:
    from .task import Task

# So many runs fit into the time; the search for their length begins with this one.
_RUNS_IN_TIME, _FIRST_LENGTH = 10, 10


def fitting_length(task: Task, run: Callable[[int], Any]) -> int:
    """The length of a run that takes a tenth of the time, from runs of growing length."""
    share = (task.budget.seconds or 1.0) / _RUNS_IN_TIME
    length = _FIRST_LENGTH
    while True:
        watch = Stopwatch()
        run(length)
        taken = watch()
        if taken > 0.2 * share or length > 10**8:
            return max(1, int(length * share / max(taken, 1e-9)))
        length *= 4
