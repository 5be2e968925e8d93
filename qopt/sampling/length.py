"""Runs of a given length, or of one that fits the time where nothing else limits them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.timing import Stopwatch

from .budget import Account
from .drawn import Drawn

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


def length_runs(task: Task, run: Callable[[int], tuple[str, int]]) -> Drawn:
    """Runs within the budget of a task.

    Args:
        task: its `sweeps` are the length of a run, in evaluations for each variable.
        run: makes one of a length; returns a bit string and the evaluations it took.
    """
    n = task.instance.problem.num_variables
    account, found, watch = Account(task.budget), list[str](), Stopwatch()
    sweeps = task.sweeps or fitting_length(task, run)
    account.require(n * sweeps)
    while account.left(n * sweeps):
        bitstring, evaluations = run(sweeps)
        found.append(bitstring)
        account.charge(1, evaluations)
    return Drawn(
        bitstrings=found,
        evaluations=account.evaluations,
        seconds=watch(),
        settings={"sweeps": sweeps},
    )
