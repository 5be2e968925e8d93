"""Actions on blocks of coupled positions, each diagonalised once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..typing import Floats
from .actions import Action
from .planar import Planar


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks of one generator that are equal up to signs of positions.

    Attributes:
        positions: of each block, shape (blocks, m).
        signs: D of each block, +1 or -1; its matrix is D A D with the same A for all.
        values: w of i A = V diag(w) V^dagger.
        vectors: V.
    """

    positions: NDArray[np.int32]
    signs: Floats
    values: Floats
    vectors: NDArray[np.complex128]

    def rotate(self, row: NDArray[Any], angle: float) -> None:
        """Replace the blocks of a real vector by exp(angle A) times them."""
        rotation = (self.vectors * np.exp(-1j * angle * self.values)) @ self.vectors.conj().T
        signs = self.signs.astype(row.dtype, copy=False)
        found = (row[self.positions] * signs) @ rotation.real.T.astype(row.dtype)
        row[self.positions] = found * signs


class BlockAction(Action):
    """A real antisymmetric sparse matrix that couples few positions with each other.

    exp(a A) is the exponential of each block of coupled positions; blocks that differ by signs
    only, as those with other electrons as spectators do, share one decomposition.
    """

    real = True

    def __init__(self, matrix: Any) -> None:
        self._matrix = matrix
        self._blocks = list(invariant_blocks(matrix))

    def apply(self, psi: Planar, out: Planar) -> None:
        """Write the matrix-vector product of each row."""
        for row, target in zip(psi, out, strict=True):
            target[:] = self._matrix @ row

    def forward(self, psi: Planar, angle: float) -> None:
        """Multiply each block by its exponential."""
        for row in psi:
            for blocks in self._blocks:
                blocks.rotate(row, angle)


def invariant_blocks(matrix: Any) -> Iterator[Blocks]:
    """The coupled positions of a real antisymmetric matrix, equal blocks together."""
    from scipy.sparse.csgraph import connected_components

    _, component = connected_components(matrix, directed=False)
    sizes = np.bincount(component)
    order = np.argsort(component, kind="stable")
    entries, scale = matrix.tocoo(), np.abs(matrix.data).max(initial=0.0)
    first = np.cumsum(sizes) - sizes
    for size in np.unique(sizes[sizes > 1]):
        members = first[np.flatnonzero(sizes == size)][:, None] + np.arange(size)
        positions = order[members]
        place = np.zeros(matrix.shape[0], dtype=np.int64)
        place[positions] = np.arange(size)
        number = np.full(matrix.shape[0], -1)
        number[positions] = np.arange(len(positions))[:, None]
        inside = number[entries.row] >= 0
        dense = np.zeros((len(positions), size, size))
        row, column = entries.row[inside], entries.col[inside]
        dense[number[row], place[row], place[column]] = entries.data[inside]
        signs = _gauge(dense)
        dense *= signs[:, :, None] * signs[:, None, :]
        kinds, kind = np.unique(
            (dense / scale).round(12).reshape(len(dense), -1), axis=0, return_inverse=True
        )
        for one in range(len(kinds)):
            chosen = np.flatnonzero(kind.ravel() == one)
            values, vectors = np.linalg.eigh(1j * dense[chosen[0]])
            yield Blocks(positions[chosen].astype(np.int32), signs[chosen], values, vectors)


def _gauge(dense: Floats) -> Floats:
    """Signs of positions that make each block's couplings along a spanning tree positive.

    The tree grows from the first position of a block, by the first coupling that leads on.
    """
    count, size, _ = dense.shape
    signs = np.zeros((count, size))
    signs[:, 0] = 1
    every = np.arange(count)
    for _ in range(size - 1):
        # From positions with a sign to those without; A is antisymmetric, so the direction matters.
        open_ = (signs != 0)[:, :, None] & (signs == 0)[:, None, :] & (dense != 0)
        flat = open_.reshape(count, -1).argmax(axis=1)
        start, end = flat // size, flat % size
        found = open_[every, start, end]
        coupling = np.sign(dense[every, start, end]) * signs[every, start]
        signs[every[found], end[found]] = coupling[found]
    return signs
