"""The entry of an ADAPT run in a record: its steps, and what growth goes on from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from qminima.errors import InputError, shorten


@dataclass(frozen=True)
class AdaptStep:
    """The ansatz after one step.

    Attributes:
        added: the generators that were appended, in words.
        energy: after all parameters were optimised, in hartree.
        largest_gradient: of the pool, before the step.
        gradient_norm: of the pool, before the step.
        parameters: of the ansatz.
        evaluations: of the energy so far.
        cnots: of the ansatz, None where the generators have no construction (`cnot_resources`).
        cnot_depth: the same.
    """

    added: tuple[str, ...]
    energy: float
    largest_gradient: float
    gradient_norm: float
    parameters: int
    evaluations: int
    cnots: int | None = None
    cnot_depth: int | None = None

    def entry(self) -> dict[str, Any]:
        """The step as stored in records; what is not known is left out."""
        entry = {name: getattr(self, name) for name in self.__annotations__}
        entry["added"] = list(self.added)
        return {name: value for name, value in entry.items() if value is not None}


@dataclass(frozen=True)
class AdaptRecord:
    """An earlier run, as read from its entry.

    Attributes:
        steps: in order, without counts of CNOTs.
        parameters: one for each generator that the steps added.
        energy: that these give, in hartree.
        evaluations: of the energy.
        seconds: that it took.
        history: (evaluations, lowest energy so far).
    """

    steps: tuple[AdaptStep, ...]
    parameters: tuple[float, ...]
    energy: float
    evaluations: int
    seconds: float
    history: tuple[tuple[int, float], ...]

    @property
    def names(self) -> list[str]:
        """The generators in words, in the order of the parameters."""
        return [name for step in self.steps for name in step.added]


def read_adapt_record(entry: Mapping[str, Any]) -> AdaptRecord:
    """Read the entry of an ADAPT run (`Result.record()["results"]`).

    Raises:
        InputError: if something is missing or of another type, or there are not as many
            parameters as generators.
    """
    steps: list[AdaptStep] = []
    count = 0
    for step in _entries(entry, "steps"):
        added = tuple(str(name) for name in _entries(step, "added"))
        count += len(added)
        energy, largest, norm = (
            _number(_of(step, name), name)
            for name in ("energy", "largest_gradient", "gradient_norm")
        )
        spent = _count(_of(step, "evaluations"), "evaluations")
        steps.append(AdaptStep(added, energy, largest, norm, count, spent))
    parameters = tuple(_number(p, "a parameter") for p in _entries(entry, "parameters"))
    if len(parameters) != count:
        raise InputError(
            f"cannot resume: expected a parameter for each of {count} generators in the record, "
            f"got {len(parameters)}"
        )
    history = tuple(
        (_count(_of(one, "evaluations"), "evaluations"), _number(_of(one, "value"), "a value"))
        for one in _entries(entry, "history")
    )
    return AdaptRecord(
        tuple(steps),
        parameters,
        _number(entry.get("value"), "the energy"),
        _count(entry.get("evaluations"), "evaluations"),
        max(_number(entry.get("seconds"), "seconds"), 0.0),
        history,
    )


def _of(entry: Any, name: str) -> Any:
    """A part of a record's entry; raises `InputError` if there is none."""
    if not isinstance(entry, Mapping) or name not in entry:
        raise InputError(f"cannot resume: expected {name!r} in the record, got {shorten(entry)}")
    return entry[name]


def _entries(entry: Any, name: str) -> Sequence[Any]:
    """A list in a record's entry."""
    found = _of(entry, name)
    if not isinstance(found, list | tuple):
        raise InputError(f"cannot resume: expected a list {name!r}, got {shorten(found)}")
    return found


def _number(value: Any, name: str) -> float:
    """A finite number of a record."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise InputError(f"cannot resume: expected {name} as a number, got {shorten(value)}")
    return float(value)


def _count(value: Any, name: str) -> int:
    """A count of a record."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise InputError(f"cannot resume: expected {name} as a count, got {shorten(value)}")
    return value
