"""All methods on one instance, and the cost that they are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qminima.result import Reference

from ..problems.instance import Instance
from .device_time import Device
from .measures import CERTAINTY, Measured, bound_of, guessing_mean, measure, reference_of
from .methods import Contender
from .runs import Runs


@dataclass(frozen=True, eq=False)
class OnInstance:
    """All methods on one instance.

    Attributes:
        instance: the instance.
        reference: the cost that counts as solved, and how far it can be trusted.
        bound: the highest proven bound on costs, if any method gave one.
        guessing: the mean cost of uniform bit strings.
        results: of the methods that ran.
        skipped: why the others did not.
    """

    instance: Instance
    reference: Reference | None
    bound: float | None
    guessing: float
    results: tuple[Measured, ...]
    skipped: Mapping[Contender, str]

    @property
    def size(self) -> int:
        """Number of variables."""
        return self.instance.problem.num_variables

    def result(self, name: str) -> Measured | None:
        """The measured result of a method, by its identifier or label; None if it did not run."""
        return next((one for one in self.results if one.contender.named(name)), None)

    def entry(self) -> dict[str, Any]:
        """As a record has it."""
        reference, bound = self.reference, self.bound
        return {
            "problem": self.instance.problem.describe(),
            "reference": None
            if reference is None
            else {**reference.entry(), "gaps": CERTAINTY[reference.certainty]},
            "bound": bound,
            "gap_to_bound": None if reference is None or bound is None else reference.value - bound,
            "guessing": self.guessing,
            "results": [one.entry(self.instance) for one in self.results],
            "skipped": {entry.id: reason for entry, reason in self.skipped.items()},
        }


def held_together(
    instance: Instance,
    ran: Mapping[Contender, Runs],
    skipped: Mapping[Contender, str],
    proven: float | None,
    device: Device,
) -> OnInstance:
    """Measure all methods on one instance against the same cost.

    Args:
        instance: the instance.
        ran: what came of the methods.
        skipped: why others did not run.
        proven: the least cost by enumeration, if there was one beside the methods.
        device: for the time of shots.
    """
    every = list(ran.values())
    reference, guessing = reference_of(instance, every, proven), guessing_mean(instance)
    return OnInstance(
        instance=instance,
        reference=reference,
        bound=bound_of(reference, every),
        guessing=guessing,
        results=tuple(
            measure(instance, entry, runs, reference, guessing, device)
            for entry, runs in ran.items()
        ),
        skipped=skipped,
    )
