"""The result of a comparison: every instance, the summary over all, and the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from qminima.provenance import provenance
from qminima.result import SCHEMA

from .instance_measures import OnInstance
from .methods import Contender
from .summary import Summary, summarise
from .verdict import Finding, findings, verdict


@dataclass(frozen=True, eq=False)
class Study:
    """Methods on instances, within equal budgets.

    Attributes:
        instances: what came of each.
        entries: the methods.
        settings: what repeats it.
        choices: what methods chose on the instances they were tuned on.
        interrupted: whether Ctrl-C ended it early.
        seed: of all randomness.
        started: when; of a resumed comparison, when it was resumed.
        storage_error: why the checkpoint could not be stored from some moment on.
    """

    instances: tuple[OnInstance, ...]
    entries: tuple[Contender, ...]
    settings: Mapping[str, Any]
    choices: Mapping[Contender, Mapping[str, Any]]
    interrupted: bool
    seed: int | None
    started: datetime
    storage_error: str | None = None

    def __str__(self) -> str:
        return self.verdict

    @cached_property
    def summary(self) -> Summary:
        """Over all instances."""
        return summarise(self.entries, self.instances)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, by each metric."""
        return findings(self.summary)

    @property
    def verdict(self) -> str:
        """In plain words."""
        return verdict(self.summary, self.findings, self.instances)

    def record(self) -> dict[str, Any]:
        """The run record: plain data, ready for JSON."""
        return {
            "schema": SCHEMA,
            "settings": dict(self.settings),
            "choices": {entry.id: dict(choice) for entry, choice in self.choices.items()},
            "instances": [one.entry() for one in self.instances],
            "summary": self.summary.entry(),
            "findings": {finding.metric: finding.entry() for finding in self.findings},
            "verdict": self.verdict,
            "interrupted": self.interrupted,
            "provenance": provenance(self.seed, self.started),
        }
