"""Layers of phases and X mixers on few configurations, in NumPy, without any kernel.

The mixer on a few neighbouring bits is a matrix, exp(i b sum_j X_j)[x, y] = cos^(n-d) b (i sin b)^d
with d the number of bits in which x and y differ, and multiplies the state as a matrix, both states
of a backward sweep at a time.
"""

from __future__ import annotations

from itertools import pairwise
from math import cos, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..lowering.diagonal import DiagonalValues
from ..lowering.planar import Planar
from ..spaces import FlipSymmetric, Qubits
from ..typing import Floats

Complex = NDArray[np.complexfloating[Any, Any]]

# Bits of a matrix: larger ones take longer, smaller ones leave more of them.
_MATRIX_BITS = 5


class SmallLayers:
    """As `layers.LayerRun`, for up to a thousand configurations.

    Args:
        space: qubits, with or without the mirror x <-> ~x.
        values: the diagonal of all phases; without it there are none.
    """

    real = False

    def __init__(self, space: Qubits | FlipSymmetric, values: DiagonalValues | None) -> None:
        bits = space.size.bit_length() - 1
        self._mirrored = isinstance(space, FlipSymmetric)
        self._values = values
        # Of each group of bits the lowest, and in how many of them positions differ.
        self._groups = [(low, _distances(high - low)) for low, high in bit_groups(bits)]

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all steps, first to last."""
        store_state(self._evolved(join_states([psi]), angles)[0], psi)

    def from_uniform(self, psi: Planar, angles: Floats) -> None:
        """Write the uniform state with all steps applied, first to last."""
        psi[0], psi[1] = psi.shape[1] ** -0.5, 0.0
        self.forward(psi, angles)

    def mean_from_uniform(self, psi: Planar, angles: Floats, values: DiagonalValues) -> float:
        """As `from_uniform`; return the expectation value of a diagonal in that state."""
        self.from_uniform(psi, angles)
        weights = (psi.astype(float) ** 2).sum(axis=0)
        return float(values.to_array() @ weights / weights.sum())

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all steps on both states, last to first; return Re <lam|A_k|psi> of each."""
        states, overlaps = join_states([psi, lam]), np.zeros(len(angles))
        for layer in range(len(angles) // 2 - 1, -1, -1):
            gamma, beta = angles[2 * layer : 2 * layer + 2]
            overlaps[2 * layer + 1] = self._mixer_overlap(*states)
            states = self._mixed(states, -beta)
            if self._values is not None:
                product = (states[1].conj() * states[0]).imag
                overlaps[2 * layer] = self._values.to_array() @ product
                states = states * _phases(self._values, -gamma, states.dtype)
        store_state(states[0], psi)
        store_state(states[1], lam)
        return overlaps

    def backward_from_mean(
        self, psi: Planar, lam: Planar, angles: Floats, values: DiagonalValues
    ) -> Floats:
        """As `backward`, from the costate f psi of a diagonal f, which is written into `lam`."""
        lam[:] = values.to_array() * psi
        return self.backward(psi, lam, angles)

    def _evolved(self, states: Complex, angles: Floats) -> Complex:
        for gamma, beta in angles.reshape(-1, 2):
            if self._values is not None:
                states = states * _phases(self._values, gamma, states.dtype)
            states = self._mixed(states, beta)
        return states

    def _mixed(self, states: Complex, beta: float) -> Complex:
        """The mixer on every state."""
        dtype, stay, move = states.dtype.type, cos(beta), 1j * sin(beta)
        for low, distances in self._groups:
            moved = np.arange(len(distances).bit_length())
            powers = (stay ** moved[::-1] * move**moved).astype(dtype)
            states = multiplied(powers[distances], states, low)
        if self._mirrored:
            states = dtype(stay) * states + dtype(move) * states[:, ::-1]
        return states

    def _mixer_overlap(self, psi: Complex, lam: Complex) -> float:
        """Re <lam|i sum_j X_j|psi>."""
        found = np.vdot(lam, psi[::-1]) if self._mirrored else 0.0
        for low, distances in self._groups:
            neighbours = (distances == 1).astype(psi.dtype)
            found += np.vdot(lam, multiplied(neighbours, psi[None], low))
        return -float(np.imag(found))


def _phases(values: DiagonalValues, gamma: float, dtype: Any) -> Complex:
    """exp(-i gamma f) of each position."""
    phases: Complex = np.exp(-1j * gamma * values.levels).astype(dtype)
    return phases if values.codes is None else phases[values.codes]


def bit_groups(bits: int) -> list[tuple[int, int]]:
    """First and one past the last bit of groups of neighbouring bits, one matrix for each."""
    count = -(-bits // _MATRIX_BITS)
    return list(pairwise(bits * k // max(count, 1) for k in range(count + 1)))


def _distances(bits: int) -> NDArray[np.uint8]:
    """The number of bits in which two positions differ."""
    positions = np.arange(1 << bits)
    distances: NDArray[np.uint8] = np.bitwise_count(positions[:, None] ^ positions)
    return distances


def multiplied(matrix: Complex, states: Complex, low: int) -> Complex:
    """A symmetric matrix on the bits of the position from `low` on, of every state."""
    size = len(matrix)
    if low == 0:
        return (states.reshape(-1, size) @ matrix).reshape(states.shape)
    return (matrix @ states.reshape(-1, size, 1 << low)).reshape(states.shape)


def join_states(rows: list[Planar]) -> Complex:
    """Planar states as complex ones, shape (states, size)."""
    states = np.empty((len(rows), rows[0].shape[1]), np.result_type(rows[0].dtype, np.complex64))
    for state, row in zip(states, rows, strict=True):
        state.real, state.imag = row
    return states


def store_state(state: Complex, psi: Planar) -> None:
    """Write a complex state as a planar one."""
    psi[0], psi[1] = state.real, state.imag
