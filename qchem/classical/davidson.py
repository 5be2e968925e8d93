"""The lowest eigenvector of a large symmetric matrix that is only ever applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.typing import Floats

# Vectors that the subspace holds before it is cut down, and how many it is cut down to.
MOST = 8
_KEPT = 3
# A vector that loses more of its length than this to the subspace is orthogonalised again.
_LOST = 0.5


@dataclass(frozen=True, eq=False)
class Ritz:
    """An approximate eigenpair.

    Attributes:
        value: the Rayleigh quotient of the vector, never below the lowest eigenvalue.
        vector: normalised, shape (size,).
        residual: norm of H x - value x; some eigenvalue lies within it of the value.
    """

    value: float
    vector: Floats
    residual: float


def davidson(
    apply: Callable[[Floats, Floats], None],
    precondition: Callable[[Floats, Ritz], Floats],
    start: Floats,
    *,
    orthogonal_to: Sequence[Floats] = (),
) -> Iterator[Ritz]:
    """Approximations of the lowest eigenpair, one after each application of the matrix.

    Davidson's method (J. Comput. Phys. 17, 87, 1975), cut down to the lowest Ritz vectors and
    that of the step before, which keeps the speed of larger subspaces (Stathopoulos and Saad,
    Electron. Trans. Numer. Anal. 7, 163, 1998).  It ends by itself only where nothing is left to
    expand the subspace by.

    Args:
        apply: write H x into the second argument.
        precondition: a correction to a vector from its residual, which it may overwrite.
        start: where the search begins, shape (size,).
        orthogonal_to: orthonormal vectors the search keeps away from, such as known eigenvectors.
    """
    most = min(MOST, len(start) - len(orthogonal_to))
    basis, images = np.empty((most, len(start))), np.empty((most, len(start)))
    projected = np.zeros((most, most))
    size, before, fresh = 0, np.zeros(0), np.array(start)
    while _orthonormalise(fresh, basis[:size], orthogonal_to):
        basis[size] = fresh
        apply(basis[size], images[size])
        size += 1
        projected[size - 1, :size] = projected[:size, size - 1] = basis[:size] @ images[size - 1]
        values, vectors = np.linalg.eigh(projected[:size, :size])
        lowest = vectors[:, 0]
        x, residual = lowest @ basis[:size], lowest @ images[:size]
        residual -= values[0] * x
        for other in orthogonal_to:
            residual -= (other @ residual) * other
        ritz = Ritz(float(values[0]), x, float(np.linalg.norm(residual)))
        yield ritz
        if size == most:
            kept = np.column_stack([vectors[:, : _KEPT - 1], np.append(before, 0.0)])
            turn = np.linalg.qr(kept)[0][:, : most - 1].T
            size = len(turn)
            basis[:size], images[:size] = turn @ basis, turn @ images
            projected[:size, :size] = turn @ projected @ turn.T
            lowest = turn @ lowest
        before, fresh = lowest, precondition(residual, ritz)


def _orthonormalise(vector: Floats, basis: Floats, others: Sequence[Floats]) -> bool:
    """Make a vector orthonormal to others, in place; False if nothing is left of it."""
    length = float(np.linalg.norm(vector))
    for _ in range(3):
        if not np.isfinite(length) or length < 1e-14:
            return False
        vector /= length
        for other in others:
            vector -= (other @ vector) * other
        if len(basis):
            vector -= (basis @ vector) @ basis
        length = float(np.linalg.norm(vector))
        if length > _LOST:
            vector /= length
            return True
    return False
