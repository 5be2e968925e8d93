"""Layers of phases and rotations by unequal angles on few configurations, in NumPy.

The same circuits as in `product_layers`, without kernels. Rotations exp(i a (x X + z Z)) of a few
neighbouring qubits are one matrix, the Kronecker product of theirs.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..circuit import Circuit
from ..lowering.planar import Planar
from ..spaces import FlipSymmetric, Qubits
from ..typing import Floats
from .layering import CutCircuit
from .small_layers import bit_groups, join_states, multiplied, store_state

Complex = NDArray[np.complexfloating[Any, Any]]


class SmallProducts:
    """As `product_layers.ProductLayers`, for up to a thousand configurations.

    Args:
        circuit: what `ProductLayers.supports` accepts.

    Raises:
        SpaceError: if a generator leaves the space.
    """

    real = False

    def __init__(self, circuit: Circuit) -> None:
        space = circuit.space
        if not isinstance(space, Qubits | FlipSymmetric):
            raise TypeError(f"expected Qubits or FlipSymmetric, got {space}")
        self._mirrored = isinstance(space, FlipSymmetric)
        self._bits = bits = space.size.bit_length() - 1
        self._cut = cut = CutCircuit.of(circuit, space)
        positions = np.arange(space.size)
        odd = np.bitwise_count(positions & cut.masks.astype(np.int64)[:, None]) & 1
        self._signs = 1.0 - 2.0 * odd  # of each product of spins at each position
        # Where X of each bit leads, and X of the qubit that is left out, the mirror x <-> ~x.
        self._flipped = positions ^ np.append(1 << np.arange(bits), space.size - 1)[:, None]

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all steps, first to last."""
        states = join_states([psi])
        phases, turns = self._phases(angles), self._turns(angles)
        for layer, row in enumerate(phases.astype(states.dtype)):
            states = self._turned(states * row, turns, layer)
        store_state(states[0], psi)

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all steps on both states, last to first; return Re <lam|A_k|psi> of each."""
        states = join_states([psi, lam])
        phases, turns = self._phases(-angles), self._turns(-angles)
        # Of each layer -Re <lam|i X|psi> of every bit, and Im(conj(lam) psi) after and before the
        # rotations, whose sums with signs are Re <lam|-i prod z|psi>.
        of_bits = np.zeros((len(phases), len(self._flipped)))
        after, before = np.zeros(phases.shape), np.zeros(phases.shape)
        for layer in range(len(phases) - 1, -1, -1):
            ket, bra = states[0], states[1].conj()
            after[layer] = (bra * ket).imag
            # Not a product of BLAS, whose threads would wake up for each.
            of_bits[layer] = np.einsum("bk,k->b", ket[self._flipped], bra).imag
            states = self._turned(states, turns, layer)
            before[layer] = (states[1].conj() * states[0]).imag
            states = states * phases[layer].astype(states.dtype)
        store_state(states[0], psi)
        store_state(states[1], lam)
        return self._overlaps(of_bits, after, before, len(angles))

    def _overlaps(self, of_bits: Floats, after: Floats, before: Floats, count: int) -> Floats:
        """The overlaps of steps from those of layers."""
        overlaps = np.zeros(count)
        step, layer, number = self._cut.terms.T
        of_terms = before @ self._signs.T
        np.add.at(overlaps, step, self._cut.weights * of_terms[layer, number])
        (step, layer, qubit, linear), (x, z) = self._cut.rotations.T, self._cut.axes.T
        np.add.at(overlaps, step, -x * of_bits[layer, qubit])
        if z.any():
            np.add.at(overlaps, step, -z * (after @ self._signs.T)[layer, linear])
        return overlaps

    def _phases(self, angles: Floats) -> Complex:
        """The phases of each layer, shape (layers + 1, size)."""
        step, layer, number = self._cut.terms.T
        weights = np.zeros((self._cut.count + 1, len(self._signs)))
        np.add.at(weights, (layer, number), self._cut.weights * angles[step])
        found: Complex = np.exp(-1j * (weights @ self._signs))
        return found

    def _turns(self, angles: Floats) -> list[Complex]:
        """The rotations of each layer: matrices on each group of bits, and on the mirror's."""
        (step, layer, qubit, _), (x, z) = self._cut.rotations.T, self._cut.axes.T
        cosines, sines = np.cos(angles[step]), 1j * np.sin(angles[step])
        factors = np.zeros((self._bits + 1, self._cut.count + 1, 2, 2), dtype=complex)
        factors[:] = np.eye(2)
        factors[qubit, layer, 0, 0], factors[qubit, layer, 1, 1] = (
            cosines + z * sines,
            cosines - z * sines,
        )
        factors[qubit, layer, 0, 1] = factors[qubit, layer, 1, 0] = x * sines
        groups = [reduce(_kron, factors[low:high][::-1]) for low, high in bit_groups(self._bits)]
        return [*groups, factors[-1]]

    def _turned(self, states: Complex, turns: list[Complex], layer: int) -> Complex:
        """The rotations of a layer on every state."""
        for (low, _), matrices in zip(bit_groups(self._bits), turns[:-1], strict=True):
            states = multiplied(matrices[layer].astype(states.dtype), states, low)
        if not self._mirrored:
            return states
        stay, move = turns[-1][layer, 0].astype(states.dtype)
        turned: Complex = stay * states + move * states[:, ::-1]
        return turned


def _kron(left: Complex, right: Complex) -> Complex:
    """Kronecker products of matrices, one by one."""
    count, size, _ = left.shape
    product = left[:, :, None, :, None] * right[:, None, :, None, :]
    return product.reshape(count, 2 * size, 2 * size)
