"""Derivatives of an energy with respect to all Pauli strings of a pool, appended at zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..operators.pauli import PauliString
from ..spaces import FlipSymmetric, Qubits
from ..typing import Floats


class PauliGradient:
    """d <H> / d a of exp(-i a P) psi at a = 0, for every string P of a pool.

        g_P = 2 Im <H psi|P|psi>,
        <H psi|P|psi> = i^(number of Y) sum_c conj((H psi)_{c xor x}) psi_c (-1)^|c & z|

    One Walsh-Hadamard transform for all strings that flip the same qubits x, or where they are
    few, one sum for each.

    Args:
        strings: of the pool.
        space: of the state.

    Raises:
        SpaceError: if a string has more qubits than the space.
    """

    def __init__(self, strings: Sequence[PauliString], space: Qubits | FlipSymmetric) -> None:
        self._count, self._size = len(strings), space.size
        self._groups: dict[int, list[tuple[int, int, complex]]] = {}
        for number, string in enumerate(strings):
            x, z, phase = string.fold(space)
            self._groups.setdefault(x, []).append((number, z, phase))

    def __call__(
        self,
        psi: NDArray[Any],
        image: NDArray[Any],
        stop: Callable[[], bool] | None = None,
    ) -> Floats:
        """The derivatives, shape (strings,).

        Args:
            psi: the state, shape (size,).
            image: H psi.
            stop: asked before each set of strings that flip the same qubits; once it says so, the
                derivatives that are left are NaN.
        """
        gradients = np.full(self._count, np.nan)
        positions = np.arange(self._size)
        for x, strings in self._groups.items():
            if stop is not None and stop():
                break
            product = image[positions ^ x].conj() * psi
            few = len(strings) < self._size.bit_length()
            sums = None if few else _walsh_hadamard(product)
            for number, z, phase in strings:
                found = _signed_sum(product, positions, z) if sums is None else sums[z]
                gradients[number] = 2 * (phase * found).imag
        return gradients


def _signed_sum(values: NDArray[Any], positions: NDArray[np.int64], z: int) -> Any:
    """sum_c (-1)^|c & z| values_c for one z."""
    odd = np.bitwise_count(positions & z) & 1 == 1
    return values.sum() - 2 * values[odd].sum()


def _walsh_hadamard(values: NDArray[Any]) -> NDArray[Any]:
    """sum_c (-1)^|c & z| values_c for every z."""
    half = 1
    while half < len(values):
        pairs = values.reshape(-1, 2, half)
        values = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).ravel()
        half *= 2
    return values
