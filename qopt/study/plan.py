"""The plan of a comparison."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from qminima import __version__
from simulator.program import Precision

from ..problems.instance import Instance
from ..sampling.budget import Budget
from .methods import Contender

# Instances that are compared on which methods choose, if no others are named.
_FEW = 5


@dataclass(frozen=True)
class Plan:
    """The plan of a comparison.

    Attributes:
        instances: that are compared.
        others: that methods are tuned on.
        entries: the methods.
        budget: of each method on each instance.
        tuning: of each method on all of `tuned_on` together.
        training_shots: shots that a mean takes while angles are trained.
        precision: of simulated states.
        seed: of all randomness.
    """

    instances: tuple[Instance, ...]
    others: tuple[Instance, ...]
    entries: tuple[Contender, ...]
    budget: Budget
    tuning: Budget
    training_shots: int
    precision: Precision
    seed: int | None

    @property
    def tuned_on(self) -> tuple[Instance, ...]:
        """The instances that methods choose on: the others or, without any, a few of the compared.

        The latter favours those that choose. Circuits share no angles then.
        """
        if self.others or len(self.instances) <= _FEW:
            return self.others or self.instances
        picked = np.linspace(0, len(self.instances) - 1, _FEW).round().astype(int)
        return tuple(self.instances[number] for number in picked)

    def describe(self) -> dict[str, Any]:
        """As records have it, and as a stored comparison is recognised by."""
        return {
            "version": __version__,
            "methods": [entry.id for entry in self.entries],
            "instances": [digest(instance) for instance in self.instances],
            "tuned_on": [digest(instance) for instance in self.tuned_on],
            "held_out": bool(self.others),
            "budget": asdict(self.budget),
            "tuning_budget": asdict(self.tuning),
            "training_shots": self.training_shots,
            "precision": self.precision,
            "seed": self.seed,
        }


def digest(instance: Instance) -> str:
    """Tells an instance by all that methods see of it."""
    problem = instance.problem
    seen = (problem.kind, problem.num_variables, problem.cost.terms, str(instance.space))
    return sha256(repr(seen).encode()).hexdigest()[:16]
