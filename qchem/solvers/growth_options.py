"""Options of ADAPT-VQE, checked when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

from qminima.errors import InputError, check_name
from qminima.limits import Deadline, check_count

SELECTIONS = ("one", "disjoint")


@dataclass(frozen=True)
class Selection:
    """How a step chooses generators; attributes as the arguments of `adapt`.

    Raises:
        InputError: for an unknown selection, or a least share out of range or without use.
    """

    select: str = "one"
    per_cnot: bool = False
    least_share: float = 0.0

    def __post_init__(self) -> None:
        check_name("selection", self.select, SELECTIONS)
        if not 0 <= self.least_share <= 1:
            raise InputError(f"expected a least share from 0 to 1, got {self.least_share}")
        if self.least_share and self.select != "disjoint":
            raise InputError("a least share is for select='disjoint', where a step adds several")


@dataclass(frozen=True)
class GrowthLimits:
    """When growth and its optimisations stop; attributes as the arguments of `adapt`.

    Raises:
        InputError: for numbers out of range.
    """

    gradient_threshold: float = 1e-3
    energy_threshold: float = 0.0
    target: float | None = None
    max_parameters: int | None = None
    gradient_tolerance: float = 1e-6
    time_limit: float | None = None

    def __post_init__(self) -> None:
        Deadline(self.time_limit)
        for name in ("gradient", "energy"):
            value = getattr(self, f"{name}_threshold")
            if not 0 <= value < inf:
                raise InputError(f"expected a {name} threshold from 0 on, got {value}")
        if not 0 < self.gradient_tolerance < inf:
            raise InputError(
                f"expected a gradient tolerance above zero, got {self.gradient_tolerance}"
            )
        if self.target is not None and not isfinite(self.target):
            raise InputError(f"expected a finite target, got {self.target}")
        if self.max_parameters is not None:
            check_count("max_parameters", self.max_parameters)
