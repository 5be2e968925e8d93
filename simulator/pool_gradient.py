"""Derivatives of an energy by generators that would act next, for many of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .excitation_tables import ExcitationTables
from .generators import Excitation, Generator
from .ladder_sum import LadderSum
from .memory import require_memory
from .spaces import Electrons

Floats = NDArray[np.float64]
# What an element takes in the lists, and in a call.
_BYTES = 80

Entries = tuple[NDArray[np.int64], NDArray[np.int64], Floats]


class PoolGradient:
    """d <H> / d a of exp(a A) psi at a = 0, for every A of a pool.

        g_A = 2 <H psi|A|psi> = 2 sum_{i>j} A_ij ((H psi)_i psi_j - (H psi)_j psi_i)

    One pass over the matrix elements of all generators.

    Args:
        generators: excitations, and sums of ladder operators.
        space: of the state.

    Raises:
        SpaceError: if a generator leaves the space.
        MemoryLimitError: if their matrix elements do not fit into memory.
        TypeError: for generators of another kind.
    """

    def __init__(self, generators: Sequence[Generator], space: Electrons) -> None:
        entries, total, known_to_fit = [], 0, 0
        for generator in generators:
            entries.append(lower_triangle(generator, space))
            total += len(entries[-1][2])
            if total > 2 * known_to_fit:  # to look at what is free takes a millisecond
                _require(total, len(generators))
                known_to_fit = total
        _require(total, len(generators))
        lengths = np.array([len(values) for _, _, values in entries], dtype=np.int64)
        self._count = len(entries)
        self._owner = np.repeat(np.arange(self._count), lengths)
        none = [np.zeros(0)]
        self._rows, self._columns, self._values = (
            np.concatenate(none + [entry[part] for entry in entries]) for part in range(3)
        )
        self._rows, self._columns = self._rows.astype(np.int64), self._columns.astype(np.int64)

    def __call__(self, psi: NDArray[Any], image: NDArray[Any]) -> Floats:
        """The derivatives, shape (generators,).

        Args:
            psi: the real state, shape (size,).
            image: H psi.
        """
        products = image[self._rows] * psi[self._columns] - image[self._columns] * psi[self._rows]
        weights = self._values * products
        sums = np.bincount(self._owner, weights=weights, minlength=self._count)
        return 2 * sums.astype(float)  # without entries, bincount counts in integers


def _require(elements: int, generators: int) -> None:
    require_memory(
        _BYTES * elements,
        f"the derivatives by {generators:,} generators",
        "choose a smaller pool or active space",
    )


def lower_triangle(generator: Generator, space: Electrons) -> Entries:
    """Rows, columns and values of a generator's matrix below the diagonal, or above instead."""
    if isinstance(generator, LadderSum):
        matrix = generator.matrix(space).tocoo()
        below = matrix.row > matrix.col
        data: Floats = np.asarray(matrix.data[below], dtype=np.float64)
        return np.asarray(matrix.row[below]), np.asarray(matrix.col[below]), data
    if isinstance(generator, Excitation):
        generator.check(space)
        tables = ExcitationTables.build(space, [(generator.alpha, generator.beta)], single=True)
        pairs = [
            (high.ravel(), low.ravel(), np.broadcast_to(sign, low.shape).ravel())
            for low, high, sign in tables.pairs()
        ]
        none = np.zeros(0, dtype=np.int64)
        rows: NDArray[np.int64] = np.concatenate([none, *(pair[0] for pair in pairs)])
        columns: NDArray[np.int64] = np.concatenate([none, *(pair[1] for pair in pairs)])
        signs: Floats = np.concatenate([np.zeros(0), *(pair[2] for pair in pairs)])
        return rows, columns, signs
    raise TypeError(f"expected excitations or sums of ladder operators, got {generator}")
