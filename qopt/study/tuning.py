"""Choices of methods on other instances, or on a few of the compared, within equal budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import inf
from typing import Any

from qminima.errors import InputError
from qminima.statistics import quantile, time_to_solution

from ..methods.registry import METHODS
from ..sampling.budget import Budget
from ..sampling.circuits import shared_angles
from ..sampling.drawn import Training
from ..sampling.task import Task
from .methods import Contender
from .runs import Runs

# Lengths of runs that are tried, in evaluations for each variable.
LENGTHS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)

# The length where there is nothing to choose it on.
USUAL_LENGTH = 100


@dataclass(frozen=True)
class Choice:
    """The choice of a method.

    Attributes:
        sweeps: the length of its runs; None where nothing was solved.
        angles: its angles, in scaled units.
        training: what the choice took.
        table: the lengths that were tried, with the median evaluations to a solution; None where
            the median instance was not solved.
    """

    sweeps: int | None = None
    angles: tuple[float, ...] | None = None
    training: Training = field(default_factory=Training)
    table: tuple[tuple[int, float | None], ...] = ()

    def entry(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "sweeps": self.sweeps,
            "angles": None if self.angles is None else list(self.angles),
            "training": asdict(self.training),
            "table": [list(row) for row in self.table],
        }

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Choice:
        """From what `entry` gave."""
        angles = entry["angles"]
        return cls(
            sweeps=entry["sweeps"],
            angles=None if angles is None else tuple(angles),
            training=Training(**entry["training"]),
            table=tuple((length, value) for length, value in entry["table"]),
        )


def usual_length(method: str, budget: Budget, variables: int) -> int | None:
    """A length of which ten runs fit into a budget, or the shortest one; None if only time counts.

    The method then finds it out.
    """
    if budget.evaluations is None:
        return None if budget.seconds is not None else USUAL_LENGTH
    fitting = min(USUAL_LENGTH, budget.evaluations // (10 * variables))
    return max(METHODS[method].shortest or 1, fitting)


def choose(contender: Contender, tasks: Sequence[Task], goals: Sequence[float]) -> Choice:
    """Let a method choose on some instances; the budget of the tasks is for all of them together.

    A run's length is the one of least median evaluations to a solution (99 %), each length and
    instance taking an equal share of the budget; angles are those of least mean cost.

    Args:
        contender: the method.
        tasks: the instances.
        goals: the costs that count as solved.

    Raises:
        InputError: if the budget does not allow it.
    """
    if not contender.has_length:
        depth = contender.depth or 1
        angles = shared_angles(tasks, depth, tasks[0].precision)
        return Choice(angles=tuple(angles.scaled.tolist()), training=angles.training)
    lengths = [length for length in LENGTHS if length >= (contender.spec.shortest or 1)]
    share = len(lengths) * len(tasks)
    table: list[tuple[int, float]] = []
    training = Training()
    for length in lengths:
        needed: list[float] = []
        for task, goal in zip(tasks, goals, strict=True):
            budget = task.budget
            each = None if budget.evaluations is None else budget.evaluations // share
            least = (length + 2) * task.instance.problem.num_variables
            if each is not None and each < least:
                needed.append(inf)
                continue
            seconds = None if budget.seconds is None else budget.seconds / share
            part = replace(
                task, sweeps=length, budget=replace(budget, evaluations=each, seconds=seconds)
            )
            problem = task.instance.problem
            drawn = contender.sample(part)
            runs = Runs.of(problem, drawn)
            spent = drawn.evaluations or 0
            training = replace(
                training,
                evaluations=training.evaluations + spent,
                seconds=training.seconds + drawn.seconds,
            )
            solved = runs.successes(goal)
            needed.append(time_to_solution(solved, runs.number, spent / runs.number).value)
        table.append((length, quantile(needed)))
    sweeps, needs = min(table, key=lambda row: row[1])
    if not training.evaluations:
        raise InputError(
            f"the budget for tuning allows not one run of {contender.label} on each instance"
        )
    shown = tuple((length, None if value == inf else value) for length, value in table)
    return Choice(sweeps=None if needs == inf else sweeps, training=training, table=shown)
