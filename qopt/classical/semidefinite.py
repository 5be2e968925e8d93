"""The semidefinite relaxation of quadratic costs: a bound, and Goemans-Williamson's rounding."""

from __future__ import annotations

from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.limits import check_count
from qminima.result import Result

from ..problems.maxcut import MaxCut
from ..problems.problem import Problem
from ..results import best_of, bits, solution
from .cut_form import cut_form

Floats = NDArray[np.float64]

# Larger relaxations take this solver minutes and gigabytes.
MAX_NODES = 200

# The relaxation serves both the bound and the rounding: (matrix, bound on the cut, seconds).
_relaxations: WeakKeyDictionary[MaxCut, tuple[Floats, float, float]] = WeakKeyDictionary()


def semidefinite_bound(problem: Problem) -> Result:
    """A cost that no bit string can go below.

    A quadratic cost is taken as a cut of a graph of Laplacian L (see `CutForm`). The relaxation max
    tr(L X)/4, X positive semidefinite with unit diagonal, is solved by Clarabel; its multipliers y
    are then repaired to a bound that holds whatever the solver's accuracy: cut(x) = x^T L x / 4 <=
    sum_i y_i + n max(0, largest eigenvalue of L/4 - diag y).

    Raises:
        InputError: for more than 200 nodes, or if the cost is of higher than second degree.
    """
    form = cut_form(problem)
    _, bound, elapsed = _relax(form.maxcut)
    return Result(
        method="semidefinite relaxation",
        kind="bound",
        value=form.constant - bound,
        unit="cost",
        problem=problem.describe(),
        seconds=elapsed,
        settings={"solver": "Clarabel"},
        properties={"cut": bound} if isinstance(problem, MaxCut) else {},
    )


def goemans_williamson(
    problem: Problem, *, hyperplanes: int = 100, seed: int | None = None
) -> Result:
    """The least cost by random hyperplanes through the vectors of the relaxation.

    Goemans and Williamson, J. ACM 42, 1115 (1995): with weights from zero up the mean cut is at
    least 0.878 of the best. `expectation` is the mean cost over the hyperplanes; the time includes
    that of the relaxation.

    Raises:
        InputError: for more than 200 nodes, or if the cost is of higher than second degree.
    """
    check_count("hyperplanes", hyperplanes)
    form = cut_form(problem)
    matrix, bound, elapsed = _relax(form.maxcut)
    started = perf_counter() - elapsed
    values, vectors = np.linalg.eigh(matrix)
    factors = vectors * np.sqrt(np.clip(values, 0, None))
    normals = np.random.default_rng(seed).normal(size=(len(matrix), hyperplanes))
    candidates = [form.bitstring(bits(column.tolist())) for column in (factors @ normals < 0).T]
    costs = [problem.value(candidate) for candidate in candidates]
    properties = {"lower_bound": form.constant - bound}
    if isinstance(problem, MaxCut):
        properties["upper_bound"] = bound
    return solution(
        problem,
        "Goemans-Williamson",
        best_of(problem, candidates),
        started,
        evaluations=hyperplanes,
        expectation=float(np.mean(costs)),
        settings={"hyperplanes": hyperplanes},
        properties=properties,
        seed=seed,
    )


def _relax(problem: MaxCut) -> tuple[Floats, float, float]:
    import cvxpy  # noqa: F401 - loading the library is no part of the method's time

    if problem not in _relaxations:
        started = perf_counter()
        n = problem.num_variables
        if n > MAX_NODES:
            raise InputError(f"the semidefinite relaxation takes up to {MAX_NODES} nodes, got {n}")
        quarter = _laplacian(problem) / 4
        matrix, multipliers = _solve(quarter)
        bound = _repaired_bound(quarter, multipliers)
        _relaxations[problem] = matrix, bound, perf_counter() - started
    return _relaxations[problem]


def _laplacian(problem: MaxCut) -> Floats:
    n = problem.num_variables
    matrix = np.zeros((n, n))
    for i, j, weight in zip(*problem.edges, strict=True):
        matrix[[i, j], [i, j]] += weight
        matrix[[i, j], [j, i]] -= weight
    return matrix


def _solve(quarter: Floats) -> tuple[Floats, Floats]:
    """Primal matrix and multipliers of its unit diagonal."""
    n = len(quarter)
    if not quarter.any():
        return np.eye(n), np.zeros(n)
    import cvxpy

    # The dual, min sum y with diag y - L/4 positive semidefinite, has n variables instead of
    # n (n + 1)/2 and is solved tens of times faster; its constraint's multiplier is X.
    scale = np.abs(quarter).max()
    multipliers = cvxpy.Variable(n)
    slack: Any = cvxpy.diag(multipliers) - quarter / scale >> 0
    cvxpy.Problem(cvxpy.Minimize(cvxpy.sum(multipliers)), [slack]).solve(solver=cvxpy.CLARABEL)
    matrix = np.asarray(slack.dual_value, dtype=float)
    return (matrix + matrix.T) / 2, scale * np.asarray(multipliers.value, dtype=float)


def _repaired_bound(quarter: Floats, multipliers: Floats) -> float:
    """The bound that follows from any multipliers at all, rounding errors included."""
    n = len(quarter)
    slack = np.linalg.eigvalsh(quarter - np.diag(multipliers))[-1]
    size = np.abs(quarter).sum() + np.abs(multipliers).sum()
    rounding = 8 * n * np.finfo(float).eps * max(size, 1.0)
    return float(multipliers.sum() + n * max(slack, 0.0) + rounding)
