"""The options of a comparison, checked when they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypedDict

from qminima.errors import check_name
from qminima.limits import check_count, check_whole

from ..problems.instance import CONSTRAINTS
from ..sampling.budget import USUAL_EVALUATIONS, USUAL_RUNS, Budget
from ..solvers.options import check_precision
from .device_time import Device

if TYPE_CHECKING:
    from simulator.program import Precision


class StudyKeywords(TypedDict, total=False):
    """The fields of `StudyOptions`, as `compare` takes them; a test compares the two."""

    depths: int | Sequence[int]
    controls: bool
    constraints: str
    runs: int | None
    evaluations: int | None
    seconds: float | None
    tuning_evaluations: int | None
    training_shots: int
    precision: Precision
    device: Device | None
    seed: int | None


@dataclass(frozen=True, kw_only=True)
class StudyOptions:
    """How `compare` runs its methods.

    Attributes:
        depths: layers of circuits, one or several.
        controls: whether uniform samples, and local search after these and after each circuit's
            shots are added.
        constraints: "mixer" or "penalty", as in `solve`.
        runs: of each method and instance, at most. Unless given, 1000; with a limit in seconds as
            many as fit, and 1000 shots.
        evaluations: of each method and instance, at most, and as many again for training on it.
            Unless given, 1,000,000; with a limit in seconds any number.
        seconds: wall time of each method and instance, at most. If nothing else is given, and no
            length was found to be the best, a run of annealing, tabu or breakout takes about a
            tenth of it.
        tuning_evaluations: of each method, for all instances it is tuned on together; as many as
            `evaluations` unless given.
        training_shots: shots that a mean takes while angles are trained.
        precision: of simulated states, "double" or "single".
        device: for the time that shots would take; `Device()` unless given.
        seed: of all randomness. With one, and without a limit in seconds, all but times is the
            same every time, however often it was interrupted.
        budget: of each method on each instance.
        tuning: of each method on all instances together that it is tuned on.

    Raises:
        InputError: for unknown names and numbers out of range.
    """

    depths: int | Sequence[int] = 3
    controls: bool = True
    constraints: str = "mixer"
    runs: int | None = None
    evaluations: int | None = None
    seconds: float | None = None
    tuning_evaluations: int | None = None
    training_shots: int = 1000
    precision: Precision = "double"
    device: Device | None = None
    seed: int | None = None
    budget: Budget = field(init=False)
    tuning: Budget = field(init=False)

    def __post_init__(self) -> None:
        check_name("way of constraints", self.constraints, CONSTRAINTS)
        check_precision(self.precision)
        check_count("training_shots", self.training_shots)
        object.__setattr__(self, "training_shots", int(self.training_shots))
        if self.seed is not None:
            check_whole("a seed", self.seed, 0, 2**63)
            object.__setattr__(self, "seed", int(self.seed))
        object.__setattr__(self, "budget", self._budget())
        most = self.tuning_evaluations
        tuning = self.budget if most is None else replace(self.budget, evaluations=most)
        object.__setattr__(self, "tuning", tuning)

    def _budget(self) -> Budget:
        runs, evaluations = self.runs, self.evaluations
        if self.seconds is None:
            runs = USUAL_RUNS if runs is None else runs
            evaluations = USUAL_EVALUATIONS if evaluations is None else evaluations
        return Budget(runs, evaluations, self.seconds)
