"""Proofs that a sparse symmetric matrix has no eigenvalue far below zero."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csc_array, diags_array
from scipy.sparse.linalg import splu

# Twice the unit roundoff, which the theorem is about: the factor of two pays for one rounding more
# where the factorisation multiplies by reciprocals of pivots, and for underflow.
_EPS = float(np.finfo(float).eps)


def proven_shift(matrix: csc_array, shift: float) -> float | None:
    """A number d with matrix + d I positive semidefinite, proven, where `shift` about suffices.

    S = matrix + shift I is factorised as S + E = L U by Gaussian elimination with diagonal pivots,
    |E| <= c |L||U| with c = n eps/(1 - n eps) in whatever order sums are taken (Higham, Accuracy
    and Stability of Numerical Algorithms, 2002, theorem 9.3). With D the diagonal of U,

        S = L D L^T + L (U - D L^T) - E,

    so that positive pivots prove S >= -r, r the largest row sum of |L||U - D L^T| + c |L||U|, which
    is bounded from above including its own rounding. Symmetric matrices have no eigenvalue beyond
    their row sums.

    Args:
        matrix: symmetric, as doubles that are taken as exact.
        shift: added to the diagonal.

    Returns:
        shift + r and rounding; None if a pivot is not positive or the pivots are not diagonal.
    """
    n = matrix.shape[0]
    if not 0 <= shift < np.inf:
        return None
    try:
        factors = splu(
            csc_array(matrix + shift * diags_array(np.ones(n))),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True, "Equil": False},
        )
    except RuntimeError:  # a pivot is zero
        return None
    lower, upper = factors.L, factors.U
    pivots = upper.diagonal()
    if not np.array_equal(factors.perm_r, factors.perm_c) or not (pivots > 0).all():
        return None
    ones = np.ones(n)
    scaled = (lower @ diags_array(pivots)).T
    # Each entry of U - D L^T carries the rounding of one product and one difference.
    off = abs(upper - scaled) + 2 * _EPS * (abs(upper) + abs(scaled))
    elimination = n * _EPS / (1 - n * _EPS)
    rows = abs(lower) @ (off @ ones + elimination * (abs(upper) @ ones))
    # Row sums of numbers from zero on are right to n eps; the diagonal was shifted with one
    # rounding.
    residual = float(rows.max()) * (1 + 4 * n * _EPS)
    diagonal = float(np.abs(matrix.diagonal()).max(initial=0.0)) + shift
    if not np.isfinite(residual):
        return None
    return float((shift + residual + 2 * _EPS * diagonal) * (1 + 4 * _EPS))
