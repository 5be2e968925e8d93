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

import numba
import numpy as np
from numpy.typing import NDArray

from .circuit import Circuit
from .generators import AxisRotation, Diagonal, Generator, PauliString, XMixer
from .kernels import product_layers as kernels
from .kernels.butterflies import LEAST_BITS
from .kernels.kernel import PARALLEL_THRESHOLD, runs_parallel
from .layers import FIRST, PHASE, SECOND, Tiling, bits_in_cache, passes_of_layers, scratch_memory
from .planar import PADDING_BYTES, Planar
from .spaces import FlipSymmetric, Qubits

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Bits of a part of a tile; two rows of such parts fill the first level of the cache of common
# processors. With many terms parts are larger, up to four positions for a term.
_PART_BITS = 11
# Bits that number the tiles of a state which threads share.
_SHARED_BITS = 4
# Below this cosine of beta a tilted rotation is done as two of half the angle: the derivative of
# alpha grows as the inverse, and rounding errors with it.
_LEAST_COSINE = 0.1


def rotated_qubits(generator: Generator, num_qubits: int) -> tuple[tuple[int, float, float], ...]:
    """Qubit and axis (x, z) of each rotation that a generator consists of; none of any other."""
    if isinstance(generator, AxisRotation):
        return ((generator.qubit, generator.x, generator.z),)
    if isinstance(generator, XMixer):
        return tuple((qubit, 1.0, 0.0) for qubit in range(num_qubits))
    if isinstance(generator, PauliString) and not generator.z and generator.x.bit_count() == 1:
        return ((generator.num_qubits - 1, -1.0, 0.0),)
    return ()


@dataclass(frozen=True, eq=False)
class CutCircuit:
    """A circuit cut into layers: its terms and its one-qubit rotations.

    Attributes:
        count: L.
        masks: bits of each distinct term, of positions; the first is the constant.
        terms: rows (step, l, number of the mask), one for each term of each diagonal step.
        weights: of these terms.
        rotations: rows (step, l, qubit, number of the mask of Z or -1), one for each qubit of
            each other step.
        axes: rows (x, z) of these rotations.
    """

    count: int
    masks: NDArray[np.uint64]
    terms: Integers
    weights: Floats
    rotations: Integers
    axes: Floats

    @classmethod
    def of(cls, circuit: Circuit, space: Qubits | FlipSymmetric) -> CutCircuit:
        """Cut where a diagonal follows a rotation, or a second rotation of the same qubit.

        Raises:
            SpaceError: if a generator leaves the space.
        """
        numbers, layer, turned = {0: 0}, 0, set[int]()
        terms, weights, rotations, axes = [], [], [], []
        folded = {}
        for generator in {step.generator for step in circuit.steps}:
            if isinstance(generator, Diagonal):
                folded[generator] = generator.polynomial.fold(space).terms
            else:
                generator.on(space)
        for index, step in enumerate(circuit.steps):
            generator = step.generator
            if isinstance(generator, Diagonal):
                layer, turned = (layer + 1, set()) if turned else (layer, turned)
                for qubits, weight in folded[generator]:
                    mask = sum(1 << qubit for qubit in qubits)
                    terms.append((index, layer, numbers.setdefault(mask, len(numbers))))
                    weights.append(weight)
            for qubit, x, z in rotated_qubits(generator, space.num_qubits):
                layer, turned = (layer + 1, set()) if qubit in turned else (layer, turned)
                turned.add(qubit)
                linear = numbers.setdefault(1 << qubit, len(numbers)) if z else -1
                rotations.append((index, layer, qubit, linear))
                axes.append((x, z))
        return cls(
            layer + bool(turned),
            np.array(list(numbers), dtype=np.uint64),
            np.array(terms, dtype=np.int64).reshape(-1, 3),
            np.array(weights),
            np.array(rotations, dtype=np.int64),
            np.array(axes),
        )

    @property
    def closes(self) -> bool:
        """Whether there are phases after the last rotations."""
        last = self.rotations[:, 1] == self.count - 1
        return bool((self.terms[:, 1] == self.count).any() or self.axes[last, 1].any())


@dataclass(frozen=True, eq=False)
class TurnedLayers:
    """The layers at some angles.

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
    lowered: kernels.ProductLayers

    @classmethod
    def of(cls, cut: CutCircuit, angles: Floats, bits: int) -> TurnedLayers:
        """Of a circuit on 2^bits positions, an angle for each step."""
        flat = cut.axes[:, 1] == 0
        narrow = ~flat & (
            _cosine_of_beta(angles[cut.rotations[:, 0]], cut.axes[:, 1]) < _LEAST_COSINE
        )
        parts = np.ones(cut.count + 1, dtype=np.int64)
        parts[cut.rotations[narrow, 1]] = 2
        starts, count = np.cumsum(parts) - parts, parts.sum()

        copies = parts[cut.rotations[:, 1]]
        entries = np.repeat(np.arange(len(cut.rotations)), copies)
        copy = np.arange(len(entries)) - np.repeat(np.cumsum(copies) - copies, copies)
        step, layer, qubit, linear = cut.rotations[entries].T
        layer = starts[layer] + copy
        shares = 1 / copies[entries]
        alpha, beta, slopes = _euler_angles(angles[step] * shares, *cut.axes[entries].T)

        quarters = np.rint(beta / (pi / 2)).astype(np.int64)
        rest = beta - quarters * (pi / 2)
        tangents = np.zeros((count - 1, bits + 1))
        tangents[layer, qubit] = np.tan(rest)
        cosines = np.ones_like(tangents)
        cosines[layer, qubit] = np.cos(rest)

        own = np.where(qubit < bits, 1 << qubit, (1 << bits) - 1).astype(np.uint64)
        flips = np.zeros(count, dtype=np.uint64)
        np.bitwise_xor.at(flips, layer + 1, np.where(quarters % 2 == 1, own, 0).astype(np.uint64))
        flips = np.bitwise_xor.accumulate(flips)
        signs = 1.0 - 2.0 * (np.bitwise_count(flips[:, None] & cut.masks) & 1)

        phases = np.zeros((count, len(cut.masks)))
        of_step, of_layer, number = cut.terms.T
        np.add.at(phases, (starts[of_layer], number), cut.weights * angles[of_step])
        np.add.at(phases, (layer, 0), -(quarters % 4) * (pi / 2))
        for place in (layer, layer + 1):
            np.add.at(phases, (place, linear), -alpha)  # of flat axes zero, and so for column -1
        scales = np.append(cosines.prod(axis=1), 1.0)
        lowered = kernels.ProductLayers(tangents, cut.masks, phases * signs / (2 * pi), scales)
        slopes *= shares[:, None]
        mask = int(flips[-1])
        return cls(starts, entries, layer, slopes, cosines, signs, mask, lowered)


def _cosine_of_beta(angle: Floats, z: Floats) -> Floats:
    found: Floats = np.hypot(np.cos(angle), z * np.sin(angle))
    return found


def _euler_angles(angle: Floats, x: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Alpha, beta and rows of their derivatives; where z is zero, beta keeps its turns."""
    flat, cosine, sine = z == 0, np.cos(angle), np.sin(angle)
    level = np.where(flat, 1.0, _cosine_of_beta(angle, z))
    alpha = np.where(flat, 0.0, np.arctan2(z * sine, cosine) / 2)
    beta = np.where(flat, x * angle, np.arctan2(x * sine, level))
    slopes = np.where(flat, x, x * cosine / level), z / (2 * level**2)
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
        """Whether a circuit consists of such steps, and the kernels can run on its space."""
        space = circuit.space
        if not isinstance(space, Qubits | FlipSymmetric) or space.size < 1 << LEAST_BITS:
            return False
        others = [g for g in {s.generator for s in circuit.steps} if not isinstance(g, Diagonal)]
        return bool(others) and all(rotated_qubits(g, space.num_qubits) for g in others)

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all steps, first to last."""
        layers = TurnedLayers.of(self._cut, angles, self._bits)
        tiling, parts = self._tiling(2, psi.dtype)
        kernels.forward(
            psi.shape[1], *psi, tiling.scratch, parts, tiling.bits, self._part_bits(tiling),
            self._passes(tiling, layers), layers.lowered,
        )  # fmt: skip
        _flip(psi, layers.mask)

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all steps on both states, last to first; return Re <lam|A_k|psi> of each."""
        layers = TurnedLayers.of(self._cut, angles, self._bits)
        tiling, parts = self._tiling(4, psi.dtype)
        passes = self._passes(tiling, layers)
        _flip(psi, layers.mask)
        _flip(lam, layers.mask)
        of_terms = np.zeros(layers.signs.shape)
        of_bits = np.zeros(layers.cosines.shape)
        found = np.zeros((kernels.SHARES, len(self._cut.masks) + 2 * (self._bits + 1)))
        kernels.backward(
            psi.shape[1], *psi, *lam, tiling.scratch, parts, tiling.bits, self._part_bits(tiling),
            passes, layers.lowered, found, of_terms, of_bits,
        )  # fmt: skip
        of_terms *= layers.signs * layers.lowered.scales[:, None] ** 2
        of_bits *= self._weights(passes, layers)
        return self._overlaps(layers, of_terms, of_bits, len(angles))

    def _weights(self, passes: Integers, layers: TurnedLayers) -> Floats:
        """What overlaps of each bit are multiplied by.

        States grow by 1 / cos b with every bit that is undone; kernels know the bits of a group.
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
            passes = np.vstack([passes, [group.low, group.bits, group.mirrored, -1, -1, -1]])
        passes[-1, PHASE] = count
        return passes

    def _tiling(self, rows: int, dtype: Any) -> tuple[Tiling, Floats]:
        """Tiles for kernels on so many real vectors, and rows for parts of them."""
        threads = numba.get_num_threads() if runs_parallel(1 << self._bits) else 1
        key = rows, dtype, threads
        if key not in self._tilings:
            tile_bits = bits_in_cache(rows, dtype)
            if 1 << self._bits >= PARALLEL_THRESHOLD:  # for any number of threads alike
                tile_bits = min(tile_bits, self._bits - _SHARED_BITS)
            tiling = Tiling.cut(
                self._bits, tile_bits, threads, rows, dtype, mirrored=self._mirrored
            )
            length = (1 << int(self._part_bits(tiling))) + PADDING_BYTES // 8
            self._tilings[key] = tiling, np.empty((threads, 2, length))
        return self._tilings[key]

    def _part_bits(self, tiling: Tiling) -> np.uint64:
        wanted = max(_PART_BITS, (4 * len(self._cut.masks)).bit_length())
        return np.uint64(min(wanted, self._bits, tiling.bits - 1))


def _flip(psi: Planar, mask: int) -> None:
    """Exchange the amplitudes of x and x ^ mask."""
    if mask:
        for row in psi:
            kernels.flip(row.size, row, mask, mask.bit_length() - 1)


def product_memory(circuit: Circuit, space: Qubits | FlipSymmetric) -> int:
    """Bytes of scratch, of the weights of all terms in all layers, and of their overlaps."""
    cut = CutCircuit.of(circuit, space)
    threads: int = numba.get_num_threads()
    columns = len(cut.masks) + space.num_qubits + 1
    layers = 2 * (cut.count + 1)  # where each is done in two halves
    tables = 6 * layers * columns + 8 * (len(cut.terms) + 4 * len(cut.rotations))
    parts = 2 * threads * max(1 << _PART_BITS, 8 * columns)
    sums = 2 * kernels.SHARES * columns
    return scratch_memory() + 8 * (tables + parts + sums)
