"""Observables, before a space is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..spaces import FlipSymmetric, Qubits, Space, SpaceError
from .pauli import PauliString
from .polynomial import Polynomial

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from ..lowering.operators import Operator

__all__ = ["Matrix", "Observable", "PauliSum", "Polynomial"]


class Observable(Protocol):
    """A Hermitian operator that can be lowered to a space."""

    def on(self, space: Space) -> Operator:
        """The operator on the space; raises `SpaceError` if it leaves the space."""


@dataclass(frozen=True)
class PauliSum:
    """A real combination of Pauli strings.

    Args:
        terms: coefficient of each string, ``{"X0 Z1": 0.5, "": -1.0}``.

    Raises:
        ValueError: for a malformed string or a coefficient that is not real and finite.

    >>> PauliSum({"Z0": 0.5, "X0 X1": 1.0}).num_qubits
    2
    """

    terms: tuple[tuple[PauliString, float], ...]

    def __init__(
        self, terms: Mapping[str, complex] | Iterable[tuple[PauliString, complex]]
    ) -> None:
        merged: dict[PauliString, float] = {}
        for key, coefficient in terms.items() if isinstance(terms, Mapping) else terms:
            string = PauliString.parse(key) if isinstance(key, str) else key
            value = complex(coefficient)
            if value.imag != 0 or not isfinite(value.real):
                raise ValueError(
                    f"expected a real, finite coefficient of '{string}', got {coefficient}"
                )
            merged[string] = merged.get(string, 0.0) + value.real
        nonzero = sorted((string, weight) for string, weight in merged.items() if weight != 0)
        object.__setattr__(self, "terms", tuple(nonzero))

    @property
    def num_qubits(self) -> int:
        """The least number of qubits that holds every term."""
        return max((string.num_qubits for string, _ in self.terms), default=0)

    def on(self, space: Space) -> Operator:
        """The operator on a space.

        On spaces other than `Qubits` and `FlipSymmetric` single strings may leave the space as
        long as their sum does not; the sum becomes a sparse matrix there.

        Raises:
            SpaceError: if the sum leaves the space.
        """
        from ..lowering.operators import MatrixOperator, PauliOperator

        if self.num_qubits > space.num_qubits:
            raise SpaceError(f"the Pauli sum uses {self.num_qubits} qubits, more than {space}")
        if isinstance(space, Qubits | FlipSymmetric):
            return PauliOperator(
                space.size, [(*string.fold(space), weight) for string, weight in self.terms]
            )
        return MatrixOperator(self._matrix(space))

    def _matrix(self, space: Space) -> csr_array[Any]:
        from scipy.sparse import coo_array, csr_array

        groups: dict[int, list[tuple[PauliString, float]]] = {}
        for string, weight in self.terms:
            groups.setdefault(string.x, []).append((string, weight))
        scale = max((abs(weight) for _, weight in self.terms), default=0.0)
        configurations = space.configurations()
        rows, columns, entries = [], [], []
        for x, strings in groups.items():
            amplitudes = np.zeros(space.size, dtype=complex)
            for string, weight in strings:
                parity = np.bitwise_count(configurations & string.z) & 1
                amplitudes += weight * string.phase * (1.0 - 2.0 * parity)
            targets = space.indices(configurations ^ x)
            leaving = (targets < 0) & (np.abs(amplitudes) > 1e-10 * max(scale, 1.0))
            if leaving.any():
                raise SpaceError(f"the Pauli sum leaves {space}: it changes a conserved number")
            kept = (targets >= 0) & (amplitudes != 0)
            rows.append(targets[kept])
            columns.append(np.flatnonzero(kept))
            entries.append(amplitudes[kept])
        if not rows:
            return csr_array((space.size, space.size))
        values = np.concatenate(entries)
        values = values.real if not values.imag.any() else values
        where = (np.concatenate(rows), np.concatenate(columns))
        return coo_array((values, where), shape=(space.size, space.size)).tocsr()


@dataclass(frozen=True, eq=False)
class Matrix:
    """A Hermitian `scipy.sparse` (or dense) matrix over the positions of one space.

    Raises:
        ValueError: if the matrix is not square, finite and Hermitian.
    """

    matrix: csr_array[Any]

    def __init__(self, matrix: Any) -> None:
        from scipy.sparse import csr_array

        compressed = csr_array(matrix)
        if compressed.shape[0] != compressed.shape[1]:
            raise ValueError(f"expected a square matrix, got shape {compressed.shape}")
        if not np.isfinite(compressed.data).all():
            raise ValueError("expected a matrix of finite numbers, got NaN or infinity")
        difference = abs(compressed - compressed.conj().T)
        scale = abs(compressed.data).max(initial=0.0)
        if difference.max() > 1e-10 * max(scale, 1.0):
            raise ValueError("expected a Hermitian matrix; it differs from its adjoint")
        object.__setattr__(self, "matrix", compressed)

    @property
    def is_complex(self) -> bool:
        """Whether any element has an imaginary part."""
        return bool(np.iscomplexobj(self.matrix.data) and self.matrix.data.imag.any())

    def on(self, space: Space) -> Operator:
        """The operator; raises `SpaceError` if the space has another size."""
        from ..lowering.operators import MatrixOperator

        if self.matrix.shape[0] != space.size:
            raise SpaceError(f"the matrix has {self.matrix.shape[0]} rows, {space} {space.size}")
        return MatrixOperator(self.matrix)
