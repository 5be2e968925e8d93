"""Layers of phases and X mixers, lowered to passes over memory; see `kernels.layers`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import pi
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from .diagonal import DiagonalValues
from .kernels import layers as kernels
from .kernels.butterflies import LEAST_BITS
from .kernels.kernel import PARALLEL_THRESHOLD, runs_parallel
from .kernels.phases import CODES, NOTHING, VALUES
from .planar import PADDING_BYTES, Planar
from .spaces import FlipSymmetric, Qubits, Space

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Bytes of a tile, all rows together: half the second level of the cache of common processors.
_TILE_BYTES = 1 << 18
_LINE_BYTES = 64
# Where threads may share the work there are at least 2^SHARE_BITS tiles, however many threads
# there are: results do not depend on it.
_SHARE_BITS = 4
# Columns of passes.
FIRST, PHASE, SECOND = 3, 4, 5


@dataclass(frozen=True)
class Group:
    """Neighbouring bits that one pass mixes, and whether it does the mirror x <-> ~x as well."""

    low: int
    bits: int
    mirrored: bool = False


def groups_of_bits(bits: int, tile_bits: int, line_bits: int, *, mirrored: bool) -> list[Group]:
    """Cut the bits of a position into groups that fit into tiles.

    Args:
        bits: of a position.
        tile_bits: a tile holds 2^tile_bits amplitudes.
        line_bits: strips hold at least 2^line_bits of them.
        mirrored: whether there is a mirror, which then belongs to the highest group.
    """
    if bits <= tile_bits:
        return [Group(0, bits, mirrored)]
    rest = bits - tile_bits
    count = -(-rest // (tile_bits - line_bits - mirrored))
    bounds = [tile_bits + k * rest // count for k in range(count + 1)]
    upper = [Group(low, high - low, mirrored and high == bits) for low, high in pairwise(bounds)]
    return [Group(0, tile_bits), *upper]


def passes_of_layers(groups: Sequence[Group], count: int) -> Integers:
    """Passes for `count` layers, phase first, mixer second, as the kernels take them.

    Layers visit the groups in opposite orders in turn, so that the last pass of one is the first
    of the next: count (len(groups) - 1) + 1 passes in all. A single group makes `count`.
    """
    rows: list[list[int]] = []
    for layer in range(count):
        order = list(groups) if layer % 2 == 0 else list(reversed(groups))
        for place, group in enumerate(order):
            if place > 0 or not rows or len(order) == 1:
                rows.append([group.low, group.bits, int(group.mirrored), -1, -1, -1])
            if place == 0:
                rows[-1][PHASE] = rows[-1][SECOND] = layer
            else:
                rows[-1][FIRST] = layer
    return np.array(rows, dtype=np.int64).reshape(-1, 6)


@dataclass(frozen=True)
class Layers:
    """Layers exp(i b sum_j X_j) exp(-i g f), with every |tan b| at most one.

    Butterflies need that. A mixer beyond it is done as two of half the angle, the second in a
    layer without phases.

    Attributes:
        origin: the layer of the circuit that each belongs to.
        gammas: g.
        betas: b, multiples of pi taken off.
        phased: whether the phases of its origin are done here.
        scales: what butterflies leave out: (cos b)^qubits, and the sign of multiples of pi.
        shrink: (cos b)^2; overlaps are larger by its inverse for each qubit that is undone.
    """

    origin: Integers
    gammas: Floats
    betas: Floats
    phased: NDArray[np.bool_]
    scales: Floats
    shrink: Floats

    @classmethod
    def of(cls, angles: Floats, qubits: int) -> Layers:
        """Layers of a circuit on so many qubits, angles g_1, b_1, g_2, b_2, ..."""
        gammas, betas = angles[::2], angles[1::2]
        turns = np.rint(betas / pi)
        rest = betas - turns * pi
        parts = np.where(np.abs(rest) > pi / 4, 2, 1)
        origin = np.repeat(np.arange(len(betas)), parts)
        halves = (rest / parts)[origin]
        phased = np.diff(origin, prepend=-1) > 0
        signs = np.where(phased & (turns * qubits % 2 == 1)[origin], -1.0, 1.0)
        scales = signs * np.cos(halves) ** qubits
        return cls(origin, gammas[origin], halves, phased, scales, np.cos(halves) ** 2)

    def __len__(self) -> int:
        return len(self.origin)


@dataclass(frozen=True, eq=False)
class Tiling:
    """How kernels cut a state.

    Attributes:
        bits: a gathered tile has 2^bits amplitudes.
        groups: of bits.
        scratch: rows for a gathered tile of each thread.
    """

    bits: int
    groups: list[Group]
    scratch: NDArray[Any]

    @classmethod
    def of(cls, bits: int, rows: int, dtype: Any, *, mirrored: bool) -> Tiling:
        """For 2^bits positions and kernels that work on `rows` real vectors."""
        tile_bits = bits_in_cache(rows, dtype)
        if 1 << bits >= PARALLEL_THRESHOLD:
            tile_bits = min(tile_bits, bits - _SHARE_BITS)
        threads = numba.get_num_threads() if runs_parallel(1 << bits) else 1
        return cls.cut(bits, tile_bits, threads, rows, dtype, mirrored=mirrored)

    @classmethod
    def cut(
        cls, bits: int, tile_bits: int, threads: int, rows: int, dtype: Any, *, mirrored: bool
    ) -> Tiling:
        """The same with gathered tiles of 2^tile_bits amplitudes, one for each thread."""
        itemsize = np.dtype(dtype).itemsize
        line_bits = (_LINE_BYTES // itemsize).bit_length() - 1
        groups = groups_of_bits(bits, tile_bits, line_bits, mirrored=mirrored)
        length = (1 << tile_bits) + PADDING_BYTES // itemsize if len(groups) > 1 else 0
        return cls(tile_bits, groups, np.empty((threads, rows, length), dtype=dtype))

    @property
    def most_tiles(self) -> int:
        """Tiles of the pass that has most."""
        return 1 << max(group.low + group.bits for group in self.groups) - min(
            self.bits, self.groups[0].bits
        )


def bits_in_cache(rows: int, dtype: Any) -> int:
    """Bits of the largest tile of `rows` real vectors."""
    itemsize: int = np.dtype(dtype).itemsize
    return (_TILE_BYTES // (rows * itemsize)).bit_length() - 1


class LayerRun:
    """Phases and X mixers by turns, all of them in one call of a kernel.

    Steps of the circuit are phase, mixer, phase, mixer, ...

    Args:
        space: what `supports` accepts.
        values: the diagonal of all phases; without it there are none, whatever their angles.
    """

    real = False

    def __init__(self, space: Qubits | FlipSymmetric, values: DiagonalValues | None) -> None:
        self._qubits = space.num_qubits
        self._mirrored = isinstance(space, FlipSymmetric)
        self._bits = self._qubits - self._mirrored
        self._tilings: dict[Any, Tiling] = {}
        self._values = values or DiagonalValues(np.zeros(1), np.zeros(0, dtype=np.uint8))
        coded = self._values.codes is not None
        self._kind = NOTHING if values is None else CODES if coded else VALUES

    @staticmethod
    def supports(space: Space) -> bool:
        """Whether the kernels can run on a space."""
        return isinstance(space, Qubits | FlipSymmetric) and space.size >= 1 << LEAST_BITS

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all steps, first to last."""
        layers, tiling = Layers.of(angles, self._qubits), self._tiling(2, psi.dtype)
        kernels.forward(
            psi.shape[1], *psi, self._values.labels, tiling.scratch, tiling.bits,
            passes_of_layers(tiling.groups, len(layers)), self._lowered(layers, psi.dtype),
        )  # fmt: skip

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all steps on both states, last to first; return Re <lam|A_k|psi> of each."""
        layers, tiling = Layers.of(angles, self._qubits), self._tiling(4, psi.dtype)
        passes = passes_of_layers(tiling.groups, len(layers))
        sums = np.zeros((len(passes), tiling.most_tiles, 4))
        kernels.backward(
            psi.shape[1], *psi, *lam, self._values.labels, tiling.scratch,
            tiling.bits, passes, self._lowered(layers, psi.dtype), sums,
        )  # fmt: skip
        return self._overlaps(layers, passes, sums.sum(axis=1), len(angles))

    def _overlaps(self, layers: Layers, passes: Integers, sums: Floats, count: int) -> Floats:
        """What the kernel summed up, freed of the factors that butterflies left out."""
        overlaps = np.zeros(count)
        weights = np.ones(len(layers))
        shares = 1 / np.bincount(layers.origin)

        def add_mixer(layer: int, overlap: float, qubits: int) -> None:
            origin = layers.origin[layer]
            overlaps[2 * origin + 1] += shares[origin] * weights[layer] * overlap
            weights[layer] *= layers.shrink[layer] ** qubits

        for row, (second, weighted, plain, first) in zip(passes[::-1], sums[::-1], strict=True):
            layer, qubits = row[PHASE], row[1] + row[2]
            if row[SECOND] >= 0:
                add_mixer(row[SECOND], second, qubits)
            if layer >= 0 and layers.phased[layer]:
                mean = self._values.low * plain + self._values.step * weighted
                overlaps[2 * layers.origin[layer]] += weights[layer] * mean
            if row[FIRST] >= 0:
                add_mixer(row[FIRST], first, qubits)
        return overlaps

    def _lowered(self, layers: Layers, dtype: Any) -> kernels.Layers:
        """The layers as the kernels take them."""
        kinds = np.where(layers.phased, self._kind, NOTHING)
        coded = self._kind == CODES
        levels = self._values.levels if coded else np.zeros(1)
        tables = np.zeros((len(layers), 2 * len(levels)), dtype=dtype)
        for layer in np.flatnonzero(layers.phased) if coded else ():
            phases = layers.gammas[layer] * levels
            tables[layer, ::2] = layers.scales[layer] * np.cos(phases)
            tables[layer, 1::2] = layers.scales[layer] * np.sin(phases)
        turns = layers.gammas / (2 * pi)
        return kernels.Layers(np.tan(layers.betas), kinds, tables, turns, layers.scales)

    def _tiling(self, rows: int, dtype: Any) -> Tiling:
        """The tiling for kernels on so many real vectors, made when first needed."""
        key = rows, dtype, numba.get_num_threads()
        if key not in self._tilings:
            self._tilings[key] = Tiling.of(self._bits, rows, dtype, mirrored=self._mirrored)
        return self._tilings[key]


def layer_memory(steps: int, space: Space, levels: int) -> int:
    """Bytes of scratch, tables of phases, and the sums of a backward sweep, tile by tile.

    Counted are double precision, and mixers that are all done in two halves.
    """
    tiles: int = max(1 << _SHARE_BITS, space.size // (_TILE_BYTES // 32))
    return scratch_memory() + steps * (2 * 32 * tiles + 16 * levels)


def scratch_memory() -> int:
    """Bytes of the tiles of all threads."""
    threads: int = numba.get_num_threads()
    return 4 * (threads + 1) * _TILE_BYTES
