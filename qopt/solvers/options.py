"""Checks of what the training of a circuit is asked for; without the libraries that train."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, cast

from qminima.errors import InputError, check_name, unknown_name

from ..problems.problem import Problem

if TYPE_CHECKING:
    from simulator.program import Precision

OBJECTIVES = ("mean", "cvar")

# Between 0.1 and 0.25 in Barkoutsos et al., Quantum 4, 256 (2020).
DEFAULT_ALPHA = 0.25
LEAST_ALPHA = 1e-6  # less cannot be told from zero in single precision

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


def check_objective(objective: str, alpha: float | None) -> float | None:
    """The fraction of CVaR, None for the mean; raises `InputError` as `solve_qaoa` does."""
    check_name("objective", objective, OBJECTIVES)
    if objective == "mean":
        if alpha is not None:
            raise InputError(f"alpha = {alpha} belongs to the objective 'cvar', got 'mean'")
        return None
    if alpha is None:
        return DEFAULT_ALPHA
    if not LEAST_ALPHA <= alpha <= 1:
        raise InputError(f"expected a fraction alpha from {LEAST_ALPHA:g} to 1, got {alpha}")
    return float(alpha)
