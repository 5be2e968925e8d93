"""The semidefinite relaxation of MaxCut: vectors instead of a matrix, and a proof of its bound."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, fsum, sqrt

import numpy as np
from scipy.sparse import csc_array, csr_array

from qminima.limits import Deadline
from simulator.typing import Floats

from ..kernels.mixing import mix
from ..problems.binary import exact_sum, sums_exactly
from ..problems.maxcut import MaxCut
from .cut_form import power_of_two
from .proofs.positive import proven_shift
from .proofs.prover import Abandoned, Prover

# Sweeps end once one gains less than this share of the sum of all norms; where they are cheap, so
# many multiplications in all, they go on to the second one. The bound is then off by about 1e-5 and
# 1e-8 of itself.
_TOLERANCE, _FINEST = 3e-9, 1e-15
_REFINING = 10**9
# Weights of very different sizes can make progress so slow that no tolerance is ever met.
_MOST_SWEEPS = 50_000

# Shifts that are tried, in units of the mean multiplier.
_SHIFTS = tuple(10.0 ** (exponent / 4) for exponent in range(-36, 5))


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Unit vectors for the nodes, and a bound on all cuts.

    Attributes:
        vectors: shape (nodes, rank).
        multipliers: l_i of the unit lengths, shape (nodes,).
        tried: the shift of the diagonal whose factorisation is the proof; zero where there is none
            because A + diag(l) is diagonally dominant.
        shift: d with A + diag(l) + d I positive semidefinite, as it proves.
        exact: what no cut exceeds, as a fraction: W/2 + (sum l_i + n d)/4.
        bound: the same, rounded down where weights are whole.
        sweeps: how many were made.
        converged: whether they ended because they gained nothing more, or were very many.
    """

    vectors: Floats
    multipliers: Floats
    tried: float
    shift: float
    exact: Fraction
    bound: Fraction
    sweeps: int
    converged: bool


def relax(
    problem: MaxCut, *, seed: int | None = None, deadline: Deadline | None = None
) -> Relaxation:
    """Minimise sum w_ij v_i v_j over unit vectors of dimension about sqrt(2 n), and prove a bound.

    Burer and Monteiro, Math. Program. 95, 329 (2003): of this rank, local minima are global ones
    for almost all weights. Coordinates take turns, v_i = -g_i/|g_i| with g_i = sum_j w_ij v_j (the
    mixing method: Wang, Chang and Kolter, arXiv:1706.00476). The lengths l_i = |g_i| are the
    multipliers of a dual solution up to a shift of the diagonal, which `proven_shift` bounds:

        cut(x) = W/2 - x A x/4 <= W/2 + (sum_i l_i + n d)/4   if A + diag(l) + d I >= 0.

    Where l_i = sum_j |w_ij| gives less, the sum of all positive weights, that is the bound.

    Args:
        problem: the cut to be maximised.
        seed: of the first vectors.
        deadline: sweeps take half of its time at most, or end on Ctrl-C, which it remembers; the
            bound holds all the same. Where the proof does not end in time, the bound is the sum of
            all positive weights.
    """
    deadline = deadline or Deadline(None)
    scale = power_of_two(problem.edges[2])
    adjacency = _adjacency(problem, scale)
    vectors, norms, sweeps, converged = _swept(adjacency, seed, deadline)
    duals = [(_row_sums(problem, adjacency), 0.0, 0.0)]
    proven = _shift(adjacency, norms, deadline)
    if proven is not None:
        duals.append((norms, *proven))
    # Exact, by a power of two.
    scaled = [(scale * lengths, scale * tried, scale * shift) for lengths, tried, shift in duals]
    half = exact_sum(problem.edges[2]) / 2
    values = [half + _dual_share(multipliers, shift) for multipliers, _, shift in scaled]
    best = min(range(len(values)), key=values.__getitem__)
    exact, bound = values[best], _whole(problem, values[best])
    return Relaxation(vectors, *scaled[best], exact, bound, sweeps, converged)


def load_kernel() -> None:
    """Compile the kernel of the sweeps, or load it from disk, before there is a time to keep."""
    none = np.zeros(0, dtype=np.int64)
    mix(0, np.zeros((0, 1)), np.zeros(0), none, none, np.zeros(0))


def dual_bound(problem: MaxCut, multipliers: Floats, shift: float) -> Fraction:
    """W/2 + (sum l_i + n d)/4 in exact arithmetic, rounded down where weights are whole."""
    return _whole(problem, exact_sum(problem.edges[2]) / 2 + _dual_share(multipliers, shift))


def check_bound(problem: MaxCut, relaxation: Relaxation) -> bool:
    """Verify a bound anew from its multipliers and shifts, without the vectors."""
    scale, multipliers = power_of_two(problem.edges[2]), relaxation.multipliers
    adjacency = _adjacency(problem, scale)
    if relaxation.tried == 0:
        if relaxation.shift < 0 or not _dominant(adjacency, multipliers / scale):
            return False
    else:
        matrix = csc_array(adjacency + _diagonal(multipliers / scale))
        proven = proven_shift(matrix, relaxation.tried / scale)
        if proven is None or proven * scale > relaxation.shift:
            return False
    exact = exact_sum(problem.edges[2]) / 2 + _dual_share(multipliers, relaxation.shift)
    return exact == relaxation.exact and _whole(problem, exact) == relaxation.bound


def _swept(
    adjacency: csr_array, seed: int | None, deadline: Deadline
) -> tuple[Floats, Floats, int, bool]:
    """Unit vectors of least energy, the lengths |g_i|, how many sweeps, whether they converged."""
    n = adjacency.shape[0]
    rank = min(n, ceil(sqrt(2 * n)) + 1)
    vectors = np.random.default_rng(seed).normal(size=(n, rank))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    norms, sweeps, converged = np.zeros(n), 0, not adjacency.nnz
    starts, others = adjacency.indptr.astype(np.int64), adjacency.indices.astype(np.int64)
    most = min(_REFINING // max(1, adjacency.nnz * rank), _MOST_SWEEPS // 5)
    half = deadline.within(deadline.left() / 2)
    with deadline:
        while not converged:
            gain = mix(0, vectors, norms, starts, others, adjacency.data)
            sweeps += 1
            tolerance = _FINEST if sweeps < most else _TOLERANCE
            converged = gain <= tolerance * norms.sum() or sweeps == _MOST_SWEEPS
            if half.step():
                break
    return vectors, norms, sweeps, converged


def _shift(adjacency: csr_array, norms: Floats, deadline: Deadline) -> tuple[float, float] | None:
    """The least shift that is tried with success, and the one that it proves.

    None if none was proven in time.
    """
    found: tuple[float, float] | None = None
    if not norms.any():
        return found
    matrix, mean = csc_array(adjacency + _diagonal(norms)), float(norms.mean())
    low, high = 0, len(_SHIFTS)
    with deadline, suppress(Abandoned), Prover(matrix, deadline) as prove:
        while low < high:
            middle = (low + high) // 2
            tried = _SHIFTS[middle] * mean
            proven = prove(tried)
            if proven is None:
                low = middle + 1
            else:
                high = middle
                found = (tried, proven) if found is None or proven < found[1] else found
            if found and deadline.step():
                break
    return found


def _row_sums(problem: MaxCut, adjacency: csr_array) -> Floats:
    """sum_j |a_ij|, or a little more where it is rounded."""
    sums = np.asarray(abs(adjacency).sum(axis=1), dtype=float).ravel()
    eps = float(np.finfo(float).eps)
    if sums_exactly(problem.edges[2]):
        return sums
    return sums * float(1 + 2 * (adjacency.shape[0] + 2) * eps)


def _dominant(adjacency: csr_array, diagonal: Floats) -> bool:
    """Whether no entry of a diagonal is below its row's sum of sizes, in exact arithmetic."""
    rows = np.split(np.abs(adjacency.data), adjacency.indptr[1:-1])
    # The sum is rounded correctly, so that its sign is right.
    return all(
        fsum([*row, -entry]) <= 0 for row, entry in zip(rows, diagonal.tolist(), strict=True)
    )


def _dual_share(multipliers: Floats, shift: float) -> Fraction:
    """(sum l_i + n d)/4."""
    return (exact_sum(multipliers) + len(multipliers) * Fraction(shift)) / 4


def _whole(problem: MaxCut, bound: Fraction) -> Fraction:
    """A bound on cuts, rounded down where weights are whole."""
    weights = problem.edges[2]
    whole = np.array_equal(weights, np.rint(weights))
    return Fraction(bound.numerator // bound.denominator) if whole else bound


def _diagonal(values: Floats) -> csr_array:
    n = len(values)
    return csr_array((values, (np.arange(n), np.arange(n))), shape=(n, n))


def _adjacency(problem: MaxCut, scale: float) -> csr_array:
    """A/scale, symmetric, without a diagonal."""
    n = problem.num_variables
    first, second, weights = problem.edges
    rows, columns = np.concatenate([first, second]), np.concatenate([second, first])
    return csr_array((np.concatenate([weights, weights]) / scale, (rows, columns)), shape=(n, n))
