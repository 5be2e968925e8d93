"""The options of training a circuit, checked; without the libraries that train."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import inf
from typing import TYPE_CHECKING, Any, TypedDict, cast

from qminima.errors import InputError, check_name, unknown_name
from qminima.limits import Deadline, check_count, check_seed

from ..problems.problem import Problem

if TYPE_CHECKING:
    from qminima.progress import Progress
    from simulator.program import Precision

OBJECTIVES = ("mean", "cvar")

# Between 0.1 and 0.25 in Barkoutsos et al., Quantum 4, 256 (2020).
DEFAULT_ALPHA = 0.25
LEAST_ALPHA = 1e-6  # less is zero in single precision

GRADIENT_TOLERANCE = {"double": 1e-3, "single": 4e-3}

# Sums of costs and their squares must be numbers of the precision.
LARGEST_COST = {"single": 1e30, "double": inf}


def check_precision(precision: str) -> Precision:
    """The precision; raises `InputError` if it is neither "double" nor "single"."""
    if precision in ("single", "double"):
        return cast("Precision", precision)
    raise unknown_name("precision", precision, ("double", "single"))


def check_scale(problem: Problem, precision: Precision) -> None:
    """Raise `InputError` for costs that numbers of the precision cannot hold."""
    most = LARGEST_COST[precision]
    size = sum(abs(weight) for _, weight in problem.cost.terms)
    if size > most or 0 < size < 1 / most:
        raise InputError(
            f"costs of a size of {size:g} do not fit single precision; take double precision, or "
            "another unit of the weights"
        )


class TrainingKeywords(TypedDict, total=False):
    """The fields of `TrainingOptions`, as functions take them; a test compares the two."""

    objective: str
    alpha: float | None
    shots: int
    seed: int | None
    precision: Precision
    gradient_tolerance: float | None
    max_evaluations: int | None
    time_limit: float | None
    progress: Progress | None


@dataclass(frozen=True)
class TrainingOptions:
    """The options that all functions share that train circuits; they take them as keywords.

    Attributes:
        objective: what the angles are optimised for, "mean" or "cvar": the mean cost over the best
            fraction of the samples (`simulator.CVaR`).
        alpha: that fraction, from 1e-6 to 1; 0.25 unless given. Once so much of the state is on the
            best cost that was found, nothing is left to be gained, however bad the rest is.
        shots: bit strings drawn from the final state; the best feasible one is the solution.
        seed: of the sampling, and of random starting points.
        precision: of the state, "double" or "single".
        gradient_tolerance: largest derivative at convergence, in units in which the weights are as
            for unweighted 3-regular MaxCut (see `gamma_scale`). Unless given it is 1e-3, in single
            precision 4e-3, below which means differ by no more than their rounding.
        max_evaluations: limit on values of the objective computed, over all depths.
        time_limit: limit in seconds, with the samples; at least one value is computed.
        progress: reports the objective as it falls.

    Raises:
        InputError: for unknown names, numbers out of range, and an alpha without "cvar".
    """

    objective: str = "mean"
    alpha: float | None = None
    shots: int = 1024
    seed: int | None = None
    precision: Precision = "double"
    gradient_tolerance: float | None = None
    max_evaluations: int | None = None
    time_limit: float | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        check_name("objective", self.objective, OBJECTIVES)
        if self.objective == "mean" and self.alpha is not None:
            raise InputError(f"alpha = {self.alpha} belongs to the objective 'cvar', got 'mean'")
        if self.objective == "cvar":
            alpha = DEFAULT_ALPHA if self.alpha is None else self.alpha
            if not LEAST_ALPHA <= alpha <= 1:
                raise InputError(
                    f"expected a fraction alpha from {LEAST_ALPHA:g} to 1, got {alpha}"
                )
            object.__setattr__(self, "alpha", float(alpha))
        check_count("shots", self.shots)
        check_seed(self.seed)
        check_precision(self.precision)
        if not 0 < self.tolerance < inf:
            raise InputError(f"expected a gradient_tolerance above zero, got {self.tolerance}")
        if self.max_evaluations is not None:
            check_count("max_evaluations", self.max_evaluations)
        Deadline(self.time_limit)

    @classmethod
    def of(cls, keywords: TrainingKeywords) -> TrainingOptions:
        """From keywords; raises `InputError` for one that is unknown."""
        for key in keywords:
            check_name("keyword", key, [field.name for field in fields(cls)])
        return cls(**keywords)

    @property
    def tolerance(self) -> float:
        """The largest derivative at convergence."""
        given = self.gradient_tolerance
        return GRADIENT_TOLERANCE[self.precision] if given is None else given

    def settings(self) -> dict[str, Any]:
        """The options as a record has them."""
        return {
            "objective": self.objective,
            "alpha": self.alpha,
            "shots": self.shots,
            "precision": self.precision,
            "optimizer": "L-BFGS-B",
            "gradient_tolerance": self.tolerance,
            "max_evaluations": self.max_evaluations,
            "time_limit": self.time_limit,
        }
