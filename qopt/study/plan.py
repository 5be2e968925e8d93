"""The plan of a comparison."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import numpy as np

from qminima import __version__
from qminima.errors import InputError, shorten
from simulator.memory import MemoryLimitError

from ..methods.fits import check_fits
from ..problems.binary import BinaryProblem
from ..problems.instance import Instance
from .methods import Contender
from .options import StudyOptions

# Instances that are compared on which methods choose, if no others are named.
_FEW = 5

Misfits = Mapping[tuple[Contender, BinaryProblem], Exception]


@dataclass(frozen=True)
class Plan:
    """The plan of a comparison.

    Attributes:
        instances: that are compared.
        others: that methods are tuned on.
        entries: the methods.
        misfits: why methods do not fit problems.
        options: of all methods.
        started: when the planning began.
    """

    instances: tuple[Instance, ...]
    others: tuple[Instance, ...]
    entries: tuple[Contender, ...]
    misfits: Misfits
    options: StudyOptions
    started: datetime

    @property
    def tuned_on(self) -> tuple[Instance, ...]:
        """The instances that methods choose on: the others or, without any, a few of the compared.

        The latter favours those that choose. Circuits share no angles then.
        """
        if self.others or len(self.instances) <= _FEW:
            return self.others or self.instances
        picked = np.linspace(0, len(self.instances) - 1, _FEW).round().astype(int)
        return tuple(self.instances[number] for number in picked)

    def misfit(self, entry: Contender, instance: Instance) -> str | None:
        """Why a method does not fit an instance."""
        reason = self.misfits.get((entry.chooser, instance.problem))
        return None if reason is None else str(reason)

    def describe(self) -> dict[str, Any]:
        """As records have it, and as a stored comparison is recognised by."""
        return {
            "version": __version__,
            "methods": [entry.id for entry in self.entries],
            "instances": [digest(instance) for instance in self.instances],
            "tuned_on": [digest(instance) for instance in self.tuned_on],
            "held_out": bool(self.others),
            "budget": asdict(self.options.budget),
            "tuning_budget": asdict(self.options.tuning),
            "training_shots": self.options.training_shots,
            "precision": self.options.precision,
            "seed": self.options.seed,
        }


def make_plan(
    problems: Sequence[BinaryProblem],
    train_on: Sequence[BinaryProblem],
    entries: tuple[Contender, ...],
    optional: Collection[str],
    options: StudyOptions,
) -> Plan:
    """Check which methods fit which instances; arguments and errors as in `compare`."""
    started = datetime.now(UTC)
    if not problems:
        raise InputError("expected at least one instance, got none")
    instances, others = (
        tuple(Instance.of(problem, options.constraints) for problem in some)
        for some in (problems, train_on)
    )
    _check_different((*instances, *others))
    entries = tuple(
        entry for entry in entries
        if entry.method not in optional or any(_is_made_for(entry, one) for one in instances)
    )  # fmt: skip
    misfits = {
        (entry, instance.problem): reason
        for entry in dict.fromkeys(entry.chooser for entry in entries)
        for instance in (*instances, *(others if entry.tuned else ()))
        if (reason := _misfit(entry, instance, options)) is not None
    }
    for entry in entries:
        reasons = [misfits.get((entry.chooser, instance.problem)) for instance in instances]
        first, wanted = reasons[0], entry.method not in optional and not entry.control
        if wanted and first is not None and None not in reasons:
            raise type(first)(f"{entry.label}: {first}")
    return Plan(instances, others, entries, misfits, options, started)


def _is_made_for(entry: Contender, instance: Instance) -> bool:
    """Whether a problem is among those that a method exists for."""
    made_for = entry.spec.made_for
    return made_for is None or made_for(instance.problem)


def _misfit(entry: Contender, instance: Instance, options: StudyOptions) -> Exception | None:
    """Why a method does not fit an instance."""
    try:
        check_fits(instance, entry.method, entry.depth or 1, options.precision)
    except (InputError, MemoryLimitError) as reason:
        return reason.with_traceback(None)
    return None


def _check_different(instances: Iterable[Instance]) -> None:
    """Raise `InputError` for a problem that is there twice, or both tuned on and compared."""
    seen: dict[str, str] = {}
    for instance in instances:
        known, name = digest(instance), shorten(instance.problem.name)
        if known in seen:
            raise InputError(
                f"{seen[known]} and {name} are the same problem; name each once, and tune on "
                "others than are compared"
            )
        seen[known] = name


def digest(instance: Instance) -> str:
    """Tells an instance by all that methods see of it."""
    problem = instance.problem
    seen = (problem.kind, problem.num_variables, problem.cost.terms, str(instance.space))
    return sha256(repr(seen).encode()).hexdigest()[:16]
