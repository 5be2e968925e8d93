"""Layers of phases and of one-qubit rotations by unequal angles, lowered to passes over memory.

Circuits of `Diagonal`, `AxisRotation`, `XMixer` and single-X `PauliString` steps, in any order, are
cut into layers

    exp(-i theta_L) R_{L-1} exp(-i theta_{L-1}) ... R_0 exp(-i theta_0),
    theta_l = sum_S w_lS prod_{j in S} z_j,     R_l = prod_j exp(i b_lj X_j),

whose phases take up all that is diagonal; see `kernels.product_layers`.

A rotation about a tilted axis is exp(i alpha Z) exp(i beta X) exp(i alpha Z) with
cos beta exp(2 i alpha) = cos a + i z sin a and sin beta = x sin a, its Z belonging to the phases
before and after. By the chain rule d/da = beta' <iX> + alpha' (<iZ> before + <iZ> after), so that
the overlaps of X in the rotations and of Z among the terms of the phases give every angle.

Butterflies need |tan b| at most one. Quarter turns i X_j that are left over are moved to the end of
the circuit, where together they exchange x and x ^ mask; on the way they change signs of terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..circuit import Circuit
from ..kernels.kernel import runs_parallel
from ..kernels.layout import SHARES, SMALL_SIZE
from ..kernels.layout import ProductLayers as LoweredLayers
from ..lowering.planar import PADDING_BYTES, Planar
from ..operators.generators import Diagonal
from ..spaces import FlipSymmetric, Qubits
from ..threads import thread_count
from ..typing import Floats, Integers
from .layering import CutCircuit, rotated_qubits
from .tilings import (
    FIRST,
    PHASE,
    SECOND,
    Tiling,
    apart,
    passes_of_layers,
    scratch_memory,
)

# Bits of a part of a tile; two rows of such parts fill the first level of the cache of common
# processors. With many terms parts are larger, up to four positions for a term.
_PART_BITS = 11
# Below this cosine of beta a tilted rotation is done as two of half the angle: the derivative of
# alpha grows as the inverse, and rounding errors with it.
_LEAST_COSINE = 0.1


@dataclass(frozen=True, eq=False)
class TurnedLayers:
    """Layers of a circuit at given angles.

    A layer may be done in two halves, so that there may be more of them here than in the circuit.

    Attributes:
        starts: the first here of each layer of the circuit, and of the phases after the last.
        entries: the rotation of the circuit that each rotation here is one of.
        layer: l of each rotation.
        slopes: rows (beta', alpha') of each rotation, by the angle of the circuit.
        cosines: cos b of each layer and bit, the mirror last.
        signs: of each term in the phases of each layer, from quarter turns before.
        mask: what quarter turns leave to be done at the end.
        lowered: the layers as kernels take them.
    """

    starts: Integers
    entries: Integers
    layer: Integers
    slopes: Floats
    cosines: Floats
    signs: Floats
    mask: int
    lowered: LoweredLayers

    @classmethod
    def of(cls, cut: CutCircuit, angles: Floats, bits: int) -> TurnedLayers:
        """The layers of a circuit on 2^bits positions, with an angle for each step."""
        parts = _parts_of_layers(cut, angles)
        starts, count = np.cumsum(parts) - parts, parts.sum()
        copies = parts[cut.rotations[:, 1]]
        entries = np.repeat(np.arange(len(copies)), copies)
        copy = np.arange(len(entries)) - np.repeat(np.cumsum(copies) - copies, copies)
        step, origin, qubit, linear = cut.rotations[entries].T
        layer, shares = starts[origin] + copy, 1 / copies[entries]
        alpha, beta, slopes = _euler_angles(angles[step] * shares, *cut.axes[entries].T)

        quarters = np.rint(beta / (pi / 2)).astype(np.int64)
        rest = np.zeros((count - 1, bits + 1))
        rest[layer, qubit] = beta - quarters * (pi / 2)
        flips = _flips_before(count, layer, qubit, quarters, bits)
        signs = 1.0 - 2.0 * (np.bitwise_count(flips[:, None] & cut.masks) & 1)
        phases = np.zeros((count, len(cut.masks)))
        of_step, of_layer, number = cut.terms.T
        np.add.at(phases, (starts[of_layer], number), cut.weights * angles[of_step])
        np.add.at(phases, (layer, 0), -(quarters % 4) * (pi / 2))
        for place in (layer, layer + 1):
            np.add.at(phases, (place, linear), -alpha)  # of flat axes zero, and so for column -1

        cosines = np.cos(rest)
        scales = np.append(cosines.prod(axis=1), 1.0)
        turns = phases * signs / (2 * pi)
        lowered = LoweredLayers(np.tan(rest), cut.masks, turns, scales)
        slopes *= shares[:, None]
        return cls(starts, entries, layer, slopes, cosines, signs, int(flips[-1]), lowered)


def _parts_of_layers(cut: CutCircuit, angles: Floats) -> Integers:
    """Number of parts in which each layer is done; one for the phases after the last."""
    z, layer = cut.axes[:, 1], cut.rotations[:, 1]
    small = _cosine_of_beta(angles[cut.rotations[:, 0]], z) < _LEAST_COSINE
    parts = np.ones(cut.count + 1, dtype=np.int64)
    parts[layer[small & (z != 0)]] = 2
    return parts


def _flips_before(
    count: int, layer: Integers, qubit: Integers, quarters: Integers, bits: int
) -> NDArray[np.uint64]:
    """The bits that quarter turns of all layers before each one exchange."""
    own = np.where(qubit < bits, 1 << qubit, (1 << bits) - 1)
    flips = np.zeros(count, dtype=np.uint64)
    np.bitwise_xor.at(flips, layer + 1, np.where(quarters % 2 == 1, own, 0).astype(np.uint64))
    return np.bitwise_xor.accumulate(flips)


def _cosine_of_beta(angle: Floats, z: Floats) -> Floats:
    found: Floats = np.hypot(np.cos(angle), z * np.sin(angle))
    return found


def _euler_angles(angle: Floats, x: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Alpha, beta and rows (beta', alpha') of derivatives; where z is zero, beta is x a."""
    cosine, sine, flat = np.cos(angle), np.sin(angle), z == 0
    level = np.where(flat, cosine, _cosine_of_beta(angle, z))
    alpha = np.where(flat, 0.0, np.arctan2(z * sine, cosine) / 2)
    beta = np.arctan2(x * sine, level)
    level = np.where(flat, 1.0, level)
    slopes = x * np.where(flat, 1.0, cosine / level), z / (2 * level**2)
    return alpha, beta, np.stack(slopes, axis=1)


class ProductLayers:
    """Phases and rotations of single qubits, all of them in one call of a kernel.

    Args:
        circuit: what `supports` accepts.

    Raises:
        SpaceError: if a generator leaves the space.
    """

    real = False

    def __init__(self, circuit: Circuit) -> None:
        space = circuit.space
        if not isinstance(space, Qubits | FlipSymmetric):
            raise TypeError(f"expected Qubits or FlipSymmetric, got {space}")
        self._bits = space.size.bit_length() - 1
        self._mirrored = isinstance(space, FlipSymmetric)
        self._cut = CutCircuit.of(circuit, space)
        self._tilings: dict[Any, tuple[Tiling, Floats]] = {}

    @staticmethod
    def supports(circuit: Circuit) -> bool:
        """Whether a circuit consists of diagonals and of rotations of single qubits."""
        space = circuit.space
        if not isinstance(space, Qubits | FlipSymmetric):
            return False
        others = [g for g in {s.generator for s in circuit.steps} if not isinstance(g, Diagonal)]
        return bool(others) and all(rotated_qubits(g, space.num_qubits) for g in others)

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all steps, first to last."""
        from ..kernels import product_layers as kernels

        layers = TurnedLayers.of(self._cut, angles, self._bits)
        tiling, parts = self._tiling(2, psi.dtype)
        passes = self._passes(tiling, layers)
        for part in apart(passes, psi.shape[1]):
            kernels.forward(
                psi.shape[1], *psi, tiling.scratch, parts, self._part_bits(tiling), passes[part],
                layers.lowered,
            )  # fmt: skip
        _flip(psi, layers.mask)

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all steps on both states, last to first; return Re <lam|A_k|psi> of each."""
        from ..kernels import product_layers as kernels

        layers = TurnedLayers.of(self._cut, angles, self._bits)
        tiling, parts = self._tiling(4, psi.dtype)
        passes = self._passes(tiling, layers)
        _flip(psi, layers.mask)
        _flip(lam, layers.mask)
        of_terms = np.zeros(layers.signs.shape)
        of_bits = np.zeros(layers.cosines.shape)
        found = np.zeros((SHARES, len(self._cut.masks) + 2 * (self._bits + 1)))
        for part in reversed(apart(passes, psi.shape[1])):
            kernels.backward(
                psi.shape[1], *psi, *lam, tiling.scratch, parts, self._part_bits(tiling),
                passes[part], layers.lowered, found, of_terms, of_bits,
            )  # fmt: skip
        of_terms *= layers.signs * layers.lowered.scales[:, None] ** 2
        of_bits *= self._weights(passes, layers)
        return self._overlaps(layers, of_terms, of_bits, len(angles))

    def _weights(self, passes: Integers, layers: TurnedLayers) -> Floats:
        """Factors of the overlaps of each bit.

        States grow by 1 / cos b with every bit that is undone, one group of bits after another.
        """
        shrinks = layers.cosines**2
        weights, so_far = np.ones_like(shrinks), np.ones(len(shrinks))
        for row in passes[::-1]:
            bits = [*range(row[0], row[0] + row[1]), *([self._bits] if row[2] else [])]
            for layer in (row[SECOND], row[FIRST]):
                if layer >= 0:
                    weights[layer, bits] = so_far[layer]
                    so_far[layer] *= shrinks[layer, bits].prod()
        return weights

    def _overlaps(
        self, layers: TurnedLayers, of_terms: Floats, of_bits: Floats, count: int
    ) -> Floats:
        """Overlaps of steps from those of -i prod z and of i X."""
        cut = self._cut
        step, layer, number = cut.terms.T
        overlaps = np.zeros(count)
        np.add.at(overlaps, step, cut.weights * of_terms[layers.starts[layer], number])
        step, _, qubit, linear = cut.rotations[layers.entries].T
        before, after = of_terms[layers.layer, linear], of_terms[layers.layer + 1, linear]
        pairs = np.stack([of_bits[layers.layer, qubit], -before - after], axis=1)
        np.add.at(overlaps, step, (layers.slopes * pairs).sum(axis=1))
        return overlaps

    def _passes(self, tiling: Tiling, layers: TurnedLayers) -> Integers:
        """Passes of all layers, and the phases after the last."""
        count = len(layers.cosines)
        passes = passes_of_layers(tiling.groups, count)
        if not self._cut.closes:
            return passes
        if passes[-1, PHASE] >= 0:
            group = tiling.groups[0]
            passes = np.vstack([passes, group.row])
        passes[-1, PHASE] = count
        return passes

    def _tiling(self, rows: int, dtype: Any) -> tuple[Tiling, Floats]:
        """Tiles for kernels on so many real vectors, and rows for parts of them."""
        threads = thread_count() if runs_parallel(1 << self._bits) else 1
        key = rows, dtype, threads
        if key not in self._tilings:
            tiling = Tiling.of(self._bits, rows, dtype, 0, mirrored=self._mirrored)
            length = (1 << int(self._part_bits(tiling))) + PADDING_BYTES // 8
            self._tilings[key] = tiling, np.empty((threads, 2, length))
        return self._tilings[key]

    def _part_bits(self, tiling: Tiling) -> np.uint64:
        wanted = max(_PART_BITS, (4 * len(self._cut.masks)).bit_length())
        return np.uint64(min(wanted, tiling.least_tile_bits - self._mirrored))


def _flip(psi: Planar, mask: int) -> None:
    """Exchange the amplitudes of x and x ^ mask."""
    if mask:
        from ..kernels import product_layers as kernels

        for row in psi:
            kernels.flip(row.size, row, mask, mask.bit_length() - 1)


def product_memory(circuit: Circuit, space: Qubits | FlipSymmetric) -> int:
    """Bytes of scratch, and of the weights and overlaps of all terms in all layers."""
    cut = CutCircuit.of(circuit, space)
    if space.size <= SMALL_SIZE:
        return 8 * space.size * (len(cut.masks) + 32)
    threads = thread_count()
    columns = len(cut.masks) + space.num_qubits + 1
    layers = 2 * (cut.count + 1)  # where each is done in two halves
    tables = 6 * layers * columns + 8 * (len(cut.terms) + 4 * len(cut.rotations))
    parts = 2 * threads * max(1 << _PART_BITS, 8 * columns)
    sums: int = 2 * SHARES * columns
    return scratch_memory(space.size) + 8 * (tables + parts + sums)
