"""The semidefinite relaxation of quadratic costs: a bound, and Goemans-Williamson's rounding."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.limits import Deadline, check_count, check_seed
from qminima.result import Result
from simulator.kernels.kernel import compile_seconds

from ..problems.maxcut import MaxCut
from ..problems.problem import Problem
from ..results import best_of, bits, solution
from .claims import lower_bound, rounded_up
from .cut_form import CutForm, cut_form
from .low_rank import relax

Floats = NDArray[np.float64]

# Larger relaxations take the interior-point method minutes and gigabytes; vectors serve them.
INTERIOR_POINT_NODES = 200
MAX_NODES = 30_000


@dataclass(frozen=True, eq=False)
class _Relaxed:
    """The relaxation serves both the bound and the rounding."""

    vectors: Floats
    bound: float
    solver: str
    seconds: float


_relaxations: WeakKeyDictionary[MaxCut, _Relaxed] = WeakKeyDictionary()


def semidefinite_bound(problem: Problem, *, time_limit: float | None = None) -> Result:
    """A cost that no bit string can go below.

    A quadratic cost is taken as a cut of a graph of Laplacian L (see `CutForm`). Up to 200 nodes
    the relaxation max tr(L X)/4, X positive semidefinite with unit diagonal, is solved by Clarabel;
    its multipliers y are then repaired to a bound that holds whatever the solver's accuracy: cut(x)
    = x^T L x / 4 <= sum_i y_i + n max(0, largest eigenvalue of L/4 - diag y). Larger ones are
    solved over vectors, and their bound is proven by a factorisation (`low_rank`). Where the data
    shows at once that no cost is lower than some other bound, such as 0 conflicts, and that is
    better, it is the result, and `bound_from` is "trivial".

    Args:
        problem: what is minimised.
        time_limit: in seconds, of the vectors' sweeps.

    Raises:
        InputError: for more than 30,000 nodes, or if the cost is of higher than second degree.
        MethodError: if no bound could be proven.
    """
    form = cut_form(problem)
    relaxed = _relax(form.maxcut, Deadline(time_limit))
    bound, trivial = lower_bound(problem, form.lower_bound(relaxed.bound))
    properties: dict[str, Any] = {"cut": 0.0 - bound} if isinstance(problem, MaxCut) else {}
    if trivial:
        properties["bound_from"] = "trivial"
    return Result(
        method="semidefinite relaxation",
        kind="bound",
        value=bound,
        unit="cost",
        problem=problem.describe(),
        seconds=relaxed.seconds,
        settings={"solver": relaxed.solver, "time_limit": time_limit},
        properties=properties,
    )


def goemans_williamson(
    problem: Problem,
    *,
    hyperplanes: int = 100,
    seed: int | None = None,
    time_limit: float | None = None,
) -> Result:
    """The least cost by random hyperplanes through the vectors of the relaxation.

    Goemans and Williamson, J. ACM 42, 1115 (1995): with weights from zero up the mean cut is at
    least 0.878 of the best. `expectation` is the mean cost over the hyperplanes; the time includes
    that of the relaxation.

    Args:
        problem: what is minimised.
        hyperplanes: how many are drawn.
        seed: of these.
        time_limit: as in `semidefinite_bound`.

    Raises:
        InputError: as `semidefinite_bound`, and for fewer than one hyperplane.
        MethodError: if no bound could be proven.
    """
    check_count("hyperplanes", hyperplanes)
    check_seed(seed)
    relaxed = hyperplane_roundings(problem, np.random.default_rng(seed), time_limit)
    started = perf_counter() - relaxed.seconds
    candidates = relaxed.bitstrings(hyperplanes)
    costs = [problem.value(candidate) for candidate in candidates]
    properties = {"lower_bound": relaxed.lower_bound}
    if isinstance(problem, MaxCut):
        properties["upper_bound"] = 0.0 - relaxed.lower_bound
    return solution(
        problem,
        "Goemans-Williamson",
        best_of(problem, candidates),
        started,
        evaluations=hyperplanes,
        expectation=float(np.mean(costs)),
        settings={"hyperplanes": hyperplanes, "time_limit": time_limit},
        properties=properties,
        seed=seed,
    )


@dataclass(frozen=True, eq=False)
class HyperplaneRoundings:
    """Bit strings from random hyperplanes through the vectors of a relaxation.

    Attributes:
        lower_bound: what no cost goes below.
        seconds: that the relaxation took.
    """

    lower_bound: float
    seconds: float
    _form: CutForm
    _vectors: Floats
    _random: np.random.Generator

    def bitstrings(self, count: int) -> list[str]:
        """The next ones, one for each hyperplane."""
        normals = self._random.normal(size=(self._vectors.shape[1], count))
        sides = (self._vectors @ normals < 0).T
        return [self._form.bitstring(bits(column)) for column in sides.tolist()]


def hyperplane_roundings(
    problem: Problem, random: np.random.Generator, time_limit: float | None = None
) -> HyperplaneRoundings:
    """Solve the relaxation of a problem, for roundings; raises as `goemans_williamson`."""
    form = cut_form(problem)
    relaxed = _relax(form.maxcut, Deadline(time_limit))
    bound, _ = lower_bound(problem, form.lower_bound(relaxed.bound))
    return HyperplaneRoundings(bound, relaxed.seconds, form, relaxed.vectors, random)


def _relax(problem: MaxCut, deadline: Deadline) -> _Relaxed:
    if problem in _relaxations:
        return _relaxations[problem]
    n = problem.num_variables
    if n > MAX_NODES:
        raise InputError(f"the semidefinite relaxation takes up to {MAX_NODES} nodes, got {n}")
    if n > INTERIOR_POINT_NODES:
        started, compiled = perf_counter(), compile_seconds()
        found = relax(problem, seed=0, deadline=deadline)
        bound = rounded_up(found.bound)
        seconds = perf_counter() - started - (compile_seconds() - compiled)
        relaxed = _Relaxed(found.vectors, bound, "mixing method", seconds)
    else:
        import cvxpy  # noqa: F401 - loading the library is no part of the method's time

        started = perf_counter()
        quarter = _laplacian(problem) / 4
        matrix, multipliers = _solve(quarter)
        values, vectors = np.linalg.eigh(matrix)
        factors = vectors * np.sqrt(np.clip(values, 0, None))
        bound = _repaired_bound(quarter, multipliers)
        relaxed = _Relaxed(factors, bound, "Clarabel", perf_counter() - started)
    if not deadline.reached:
        _relaxations[problem] = relaxed
    return relaxed


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
    rounding = 8 * n * np.finfo(float).eps * size
    return float(multipliers.sum() + n * max(slack, 0.0) + rounding)
