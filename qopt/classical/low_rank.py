"""The semidefinite relaxation of MaxCut on thousands of nodes: vectors instead of a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from qminima.errors import MethodError
from qminima.limits import Deadline

from ..kernels.mixing import mix
from ..problems.maxcut import MaxCut
from .cut_form import power_of_two
from .positive import proven_shift

Floats = NDArray[np.float64]

# Sweeps end once one gains less than this share of the sum of all norms.
_TOLERANCE = 3e-9

# Shifts that are tried, in units of the mean multiplier.
_SHIFTS = tuple(10.0 ** (exponent / 2) for exponent in range(-16, 3))


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Unit vectors for the nodes, and a bound on all cuts.

    Attributes:
        vectors: shape (nodes, rank).
        multipliers: l_i of the unit lengths, shape (nodes,).
        tried: the shift of the diagonal whose factorisation is the proof.
        shift: d with A + diag(l) + d I positive semidefinite, as it proves.
        bound: what no cut exceeds, as a fraction: W/2 + (sum l_i + n d)/4, rounded down where
            weights are whole.
        sweeps: how many were made.
    """

    vectors: Floats
    multipliers: Floats
    tried: float
    shift: float
    bound: Fraction
    sweeps: int


def relax(
    problem: MaxCut, *, seed: int | None = None, deadline: Deadline | None = None
) -> Relaxation:
    """Minimise sum w_ij v_i v_j over unit vectors of dimension about sqrt(2 n), and prove a bound.

    Burer and Monteiro, Math. Program. 95, 329 (2003): of this rank, local minima are global ones
    for almost all weights. Coordinates take turns, v_i = -g_i/|g_i| with g_i = sum_j w_ij v_j (the
    mixing method: Wang, Chang and Kolter, arXiv:1706.00476). The lengths l_i = |g_i| are the
    multipliers of a dual solution up to a shift of the diagonal, which `proven_shift` bounds:

        cut(x) = W/2 - x A x/4 <= W/2 + (sum_i l_i + n d)/4   if A + diag(l) + d I >= 0.

    Args:
        problem: the cut to be maximised.
        seed: of the first vectors.
        deadline: at which sweeps end; the bound holds all the same.

    Raises:
        MethodError: if no shift could be proven.
    """
    n = problem.num_variables
    scale = power_of_two(problem.edges[2])
    adjacency = _adjacency(problem, scale)
    rank = min(n, ceil(sqrt(2 * n)) + 1)
    vectors = np.random.default_rng(seed).normal(size=(n, rank))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    norms, sweeps = np.zeros(n), 0
    starts, others = adjacency.indptr.astype(np.int64), adjacency.indices.astype(np.int64)
    while adjacency.nnz:
        gain = mix(0, vectors, norms, starts, others, adjacency.data)
        sweeps += 1
        if gain <= _TOLERANCE * norms.sum() or (deadline is not None and deadline()):
            break
    tried, shift = _shift(adjacency, norms)
    multipliers, shift = scale * norms, scale * shift  # exact, by a power of two
    bound = dual_bound(problem, multipliers, shift)
    return Relaxation(vectors, multipliers, scale * tried, shift, bound, sweeps)


def dual_bound(problem: MaxCut, multipliers: Floats, shift: float) -> Fraction:
    """W/2 + (sum l_i + n d)/4 in exact arithmetic, rounded down where weights are whole."""
    weights = [Fraction(weight) for weight in problem.edges[2].tolist()]
    dual = sum(map(Fraction, multipliers.tolist()), Fraction(0))
    dual += problem.num_variables * Fraction(shift)
    bound = sum(weights, Fraction(0)) / 2 + dual / 4
    whole = all(weight.denominator == 1 for weight in weights)
    return Fraction(bound.numerator // bound.denominator) if whole else bound


def check_bound(problem: MaxCut, relaxation: Relaxation) -> bool:
    """Verify a bound anew from its multipliers and shifts, without the vectors."""
    scale = power_of_two(problem.edges[2])
    if not problem.edges[2].any():
        return bool(relaxation.multipliers.min() >= 0) and relaxation.bound >= 0
    matrix = csc_array(_adjacency(problem, scale) + _diagonal(relaxation.multipliers / scale))
    proven = proven_shift(matrix, relaxation.tried / scale)
    if proven is None or proven * scale > relaxation.shift:
        return False
    return dual_bound(problem, relaxation.multipliers, relaxation.shift) == relaxation.bound


def _shift(adjacency: csr_array, norms: Floats) -> tuple[float, float]:
    """The shift that is tried with success, and the one that it proves."""
    if not adjacency.nnz:
        return 0.0, 0.0
    matrix = csc_array(adjacency + _diagonal(norms))
    mean = float(norms.mean())
    for share in _SHIFTS:
        proven = proven_shift(matrix, share * mean)
        if proven is not None:
            return share * mean, proven
    raise MethodError("no bound could be proven from the vectors")


def _diagonal(values: Floats) -> csr_array:
    n = len(values)
    return csr_array((values, (np.arange(n), np.arange(n))), shape=(n, n))


def _adjacency(problem: MaxCut, scale: float) -> csr_array:
    """A/scale, symmetric, without a diagonal."""
    n = problem.num_variables
    first, second, weights = problem.edges
    rows, columns = np.concatenate([first, second]), np.concatenate([second, first])
    return csr_array((np.concatenate([weights, weights]) / scale, (rows, columns)), shape=(n, n))
