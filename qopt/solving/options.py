"""The options of `qopt.solve`, checked when they are made, without the methods they are for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qminima.errors import check_name
from qminima.progress import Progress

from ..circuits.qaoa import check_depth
from ..problems.instance import CONSTRAINTS
from ..solvers.options import TrainingOptions

if TYPE_CHECKING:
    from simulator.program import Precision

    from ..solvers.options import TrainingKeywords


@dataclass(frozen=True)
class SolveOptions:
    """How `solve` runs its methods.

    Attributes:
        constraints: how circuits keep them: "mixer", where the problem has one that does (see
            `BinaryProblem.native`), or "penalty". The methods "multi-angle", "warm-start",
            "recursive" and "adapt" rotate single qubits, and always use the penalty.
        depth: layers of QAOA.
        objective, alpha, precision: as in `TrainingOptions`.
        seed: of all randomness.
        time_limit: limit in seconds for each method; searches use all of it.
        target: a score at which searches end, such as the weight of a cut.
        progress: reports each method.

    Raises:
        InputError: for unknown names and numbers out of range.
    """

    constraints: str = "mixer"
    depth: int = 3
    objective: str = "mean"
    alpha: float | None = None
    precision: Precision = "double"
    seed: int | None = None
    time_limit: float | None = None
    target: float | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        check_name("way of constraints", self.constraints, CONSTRAINTS)
        check_depth(self.depth)
        TrainingOptions.of(self.training)

    @property
    def search(self) -> dict[str, Any]:
        """The keywords of heuristics."""
        return {
            "seed": self.seed,
            "time_limit": self.time_limit,
            "target": self.target,
            "progress": self.progress,
        }

    @property
    def training(self) -> TrainingKeywords:
        """The keywords of functions that train circuits."""
        return {
            "objective": self.objective,
            "alpha": self.alpha,
            "precision": self.precision,
            "seed": self.seed,
            "time_limit": self.time_limit,
            "progress": self.progress,
        }
