"""Independent runs of D-Wave's samplers within a budget."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.timing import Stopwatch

from ..sampling.budget import Account
from ..sampling.drawn import Drawn
from ..sampling.length import fitting_length
from .bqm import all_bitstrings, binary_quadratic_model

if TYPE_CHECKING:
    from dimod import BinaryQuadraticModel

    from ..sampling.task import Task

# Runs of a model: of so many sweeps, how many, and the seed.
Read = Callable[["BinaryQuadraticModel", int, int, int | None], Any]


def library_runs(task: Task, read: Read, overrun: int = 0) -> Drawn:
    """Runs of a sampler, each charged `overrun` sweeps more than its length."""
    problem = task.instance.problem
    n, watch = problem.num_variables, Stopwatch()
    model = binary_quadratic_model(problem.cost, n)
    if not any(model.linear.values()) and not model.quadratic:
        return Drawn(bitstrings=("0" * n,), evaluations=1, seconds=watch(), once=True)
    account, found, random = Account(task.budget), list[str](), task.random()
    sweeps = task.sweeps or fitting_length(task, lambda length: read(model, length, 1, 0))
    for count in account.batches(n * (sweeps + overrun)):
        seed = None if task.seed is None else int(random.integers(2**31 - 1))
        found += all_bitstrings(read(model, sweeps, count, seed))
    return Drawn(
        bitstrings=found,
        evaluations=account.evaluations,
        seconds=watch(),
        settings={"sweeps": sweeps},
    )
