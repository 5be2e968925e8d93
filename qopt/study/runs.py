"""Independent runs of one method on one instance: their costs, and the work they took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..problems.problem import Problem
from ..sampling.drawn import Drawn, Training

# Of very many different costs, the least are kept as they are and the others in groups of about
# the same cost, by their mean.
_KEPT, _GROUPS = 500, 200


@dataclass(frozen=True, kw_only=True)
class Runs:
    """The same, every bit string scored again by the problem; plain data, as it is stored.

    Attributes:
        costs: different costs of feasible bit strings, ascending; of more than 500 the others are
            in groups.
        counts: how many runs had each.
        infeasible: runs that ended in a violated constraint.
        mean: of the costs of all runs, penalties included; None without runs.
        best: the best feasible bit string.
        evaluations, seconds, ...: as in `Drawn`.
    """

    costs: tuple[float, ...]
    counts: tuple[int, ...]
    infeasible: int
    mean: float | None
    best: str | None
    evaluations: int | None
    seconds: float
    simulation_seconds: float
    training: Training
    rounds: int | None
    once: bool
    proven: bool
    bound: float | None
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, problem: Problem, drawn: Drawn) -> Runs:
        """Score what was drawn."""
        times = Counter(drawn.bitstrings)
        values = {text: problem.value(text) for text in times}
        kept = [text for text in times if problem.feasible(text)]
        by_cost: Counter[float] = Counter()
        for text in kept:
            by_cost[values[text]] += times[text]
        costs, counts = _condensed(by_cost)
        total = sum(values[text] * count for text, count in times.items())
        return cls(
            costs=costs,
            counts=counts,
            infeasible=len(drawn.bitstrings) - sum(counts),
            mean=total / len(drawn.bitstrings) if drawn.bitstrings else None,
            best=min(kept, key=values.__getitem__, default=None),
            evaluations=drawn.evaluations,
            seconds=drawn.seconds,
            simulation_seconds=drawn.simulation_seconds,
            training=drawn.training,
            rounds=drawn.rounds,
            once=drawn.once,
            proven=drawn.proven and bool(kept),
            bound=drawn.bound,
            settings=dict(drawn.settings),
        )

    @property
    def number(self) -> int:
        """How many runs there were."""
        return sum(self.counts) + self.infeasible

    def successes(self, cost: float) -> int:
        """Runs that reached a cost."""
        return sum(n for value, n in zip(self.costs, self.counts, strict=True) if value <= cost)

    def check(self) -> None:
        """Raise `ValueError` for what no runs can be, such as counts below one."""
        numbers = (self.seconds, self.simulation_seconds, self.evaluations or 0, self.rounds or 0)
        whole = all(isinstance(count, int) and count > 0 for count in self.counts)
        ascending = list(self.costs) == sorted(self.costs)
        if not (whole and ascending and len(self.costs) == len(self.counts)):
            raise ValueError("counts of costs")
        if min(*numbers, self.infeasible) < 0:
            raise ValueError("amounts below zero")

    def entry(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "costs": list(self.costs), "counts": list(self.counts)}

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Runs:
        """From what `entry` gave."""
        return cls(
            **{
                **entry,
                "costs": tuple(entry["costs"]),
                "counts": tuple(entry["counts"]),
                "training": Training(**entry["training"]),
            }
        )


def _condensed(by_cost: Mapping[float, int]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Costs and their counts, ascending; of many, the higher ones in groups."""
    costs = sorted(by_cost)
    counts = [by_cost[cost] for cost in costs]
    if len(costs) > _KEPT + _GROUPS:
        groups = np.array_split(np.arange(_KEPT, len(costs)), _GROUPS)
        means = [
            float(np.average([costs[k] for k in group], weights=[counts[k] for k in group]))
            for group in groups
        ]
        sums = [sum(counts[k] for k in group) for group in groups]
        costs, counts = costs[:_KEPT] + means, counts[:_KEPT] + sums
    return tuple(costs), tuple(counts)
