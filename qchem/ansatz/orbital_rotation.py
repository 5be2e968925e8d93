"""Rotations of all orbitals as networks of Givens rotations between neighbours."""

from __future__ import annotations

from math import atan2

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qminima.errors import InputError
from simulator.circuit import Step
from simulator.operators.generators import OrbitalRotation

# Angles below are rounding.
_NOTHING = 1e-15


def orbital_rotation(matrix: ArrayLike) -> tuple[Step, ...]:
    """Fixed steps that replace orbital q by sum_p matrix[p, q] (orbital p), for both spins.

        R c^dagger_q R^-1 = sum_p matrix[p, q] c^dagger_p

    The matrix is brought to the diagonal by rotations of neighbouring orbitals, at most
    norb (norb - 1) / 2 of them, in the order of Kivlichan et al., Phys. Rev. Lett. 120, 110501
    (2018), doi:10.1103/PhysRevLett.120.110501.

    Args:
        matrix: orthogonal with determinant 1, shape (norb, norb).

    Raises:
        InputError: if it is not. With determinant -1, turn the sign of one orbital.

    >>> for step in orbital_rotation([[0.6, -0.8], [0.8, 0.6]]):
    ...     print(step)
    exp(0.927295 * [orbitals 0 1])
    """
    try:
        given = np.asarray(matrix)
    except ValueError:
        raise InputError("expected a rectangular matrix of orbitals, got a ragged one") from None
    if given.dtype.kind not in "biuf":
        raise InputError(f"expected a real matrix of orbitals, got {given.dtype} values")
    rest = given.astype(float)
    if rest.ndim != 2 or rest.shape[0] != rest.shape[1]:
        raise InputError(f"expected a square matrix of orbitals, got shape {rest.shape}")
    norb = len(rest)
    if not np.isfinite(rest).all():
        raise InputError("expected finite numbers in the matrix of orbitals")
    apart = np.abs(rest.T @ rest - np.eye(norb)).max(initial=0)
    if apart > 1e-8:
        raise InputError(f"expected orthonormal orbitals, got overlaps off by {apart:.1e}")
    if np.linalg.det(rest) < 0:
        raise InputError("expected determinant 1, got -1; turn the sign of one orbital")
    angles, _ = givens_angles(rest)
    return tuple(
        Step(OrbitalRotation(*pair), offset=angle)
        for pair, angle in zip(givens_pairs(norb), angles, strict=True)
        if abs(angle) >= _NOTHING
    )


def givens_pairs(norb: int) -> list[tuple[int, int]]:
    """The neighbours that a network of rotations turns, first to last."""
    return [(row - 1, row) for _, row in reversed(_eliminations(norb))]


def givens_angles(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each of `givens_pairs` turns, and the signs that orbitals take before.

    Args:
        matrix: orthogonal, shape (norb, norb).

    Returns:
        Angles of shape (norb (norb - 1) / 2,), and signs of shape (norb,), of which only the last
        can be -1, that of the determinant.
    """
    rest = matrix.copy()
    angles = []
    for column, row in _eliminations(len(rest)):
        angle = atan2(rest[row, column], rest[row - 1, column])
        angle = 0.0 if abs(angle) < _NOTHING else angle
        upper, lower = rest[row - 1].copy(), rest[row].copy()
        rest[row - 1] = np.cos(angle) * upper + np.sin(angle) * lower
        rest[row] = np.cos(angle) * lower - np.sin(angle) * upper
        angles.append(angle)
    return np.array(angles[::-1]), np.sign(np.diag(rest))


def _eliminations(norb: int) -> list[tuple[int, int]]:
    """Columns and rows of the elements below the diagonal, in the order in which they go."""
    return [(column, row) for column in range(norb - 1) for row in range(norb - 1, column, -1)]
