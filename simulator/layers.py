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
from .planar import LINE_BYTES, PADDING_BYTES, Planar, aligned
from .spaces import FlipSymmetric, Qubits, Space

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Bytes, all rows together, of a tile of the lowest group, half the second level of the cache of
# common processors; and of other tiles, of which a part goes into the second level and the whole
# into the third.
_LOW_BYTES = 1 << 18
_TILE_BYTES = 1 << 21
# Bytes of one row: of the largest tile of the lowest group; of a strip at most, a quarter of the
# first level or half of it with two states; as many as memory can hand over well; and as few as
# there may be.
_MOST_LOW_BYTES = 1 << 18
_STRIP_BYTES = 1 << 13
_WIDTH_BYTES = 1 << 12
_LEAST_WIDTH_BYTES = 1 << 9
# Bits done while a tile is copied, at most.
_LEAD = 2
# Where threads may share the work there are at least 2^SHARE_BITS tiles, however many threads
# there are: results do not depend on it.
_SHARE_BITS = 4
# Columns of passes.
FIRST, PHASE, SECOND = 3, 4, 5


@dataclass(frozen=True)
class Group:
    """Neighbouring bits that one pass mixes, and whether it does the mirror x <-> ~x as well.

    Attributes:
        low: the lowest.
        bits: how many.
        mirrored: see above.
        width: strips of a tile have 2^width amplitudes.
        lead: the highest bits, done while a tile is copied.
    """

    low: int
    bits: int
    mirrored: bool
    width: int
    lead: int

    @property
    def row(self) -> list[int]:
        """A pass over this group that does nothing yet, as the kernels take it."""
        return [self.low, self.bits, self.mirrored, -1, -1, -1, self.width, self.lead]

    @property
    def strips(self) -> int:
        """Strips of a tile, images included."""
        return 1 << self.tile_bits - self.width

    @property
    def tile_bits(self) -> int:
        """A tile holds 2^tile_bits amplitudes."""
        return self.bits if self.low == 0 else self.bits + self.width + self.mirrored


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
                rows.append(group.row)
            if place == 0:
                rows[-1][PHASE] = rows[-1][SECOND] = layer
            else:
                rows[-1][FIRST] = layer
    return np.array(rows, dtype=np.int64).reshape(-1, 8)


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
        bits: of a position.
        groups: of bits.
        padding: numbers between strips.
        scratch: rows for a tile of each thread.
    """

    bits: int
    groups: list[Group]
    padding: np.uint64
    scratch: NDArray[Any]

    @classmethod
    def of(cls, bits: int, rows: int, dtype: Any, padding_bytes: int, *, mirrored: bool) -> Tiling:
        """For 2^bits positions and kernels that work on `rows` real vectors."""
        itemsize = np.dtype(dtype).itemsize
        groups = groups_of_bits(bits, rows, itemsize, mirrored=mirrored)
        padding = padding_bytes // itemsize
        threads = numba.get_num_threads() if runs_parallel(1 << bits) else 1
        length = max(group.strips * ((1 << group.width) + padding) for group in groups)
        scratch = aligned((threads, rows, length + PADDING_BYTES // itemsize), dtype)
        return cls(bits, groups, np.uint64(padding), scratch)

    @property
    def most_tiles(self) -> int:
        """Tiles of the pass that has most."""
        return 1 << self.bits - self.least_tile_bits

    @property
    def least_tile_bits(self) -> int:
        """Of the smallest tiles."""
        return min(group.tile_bits for group in self.groups)


def groups_of_bits(bits: int, rows: int, itemsize: int, *, mirrored: bool) -> list[Group]:
    """Cut the bits of a position into groups that fit into tiles.

    Args:
        bits: of a position.
        rows: real vectors that a kernel works on.
        itemsize: bytes of their numbers.
        mirrored: whether there is a mirror, which then belongs to the highest group.
    """

    def bits_of(size: int, rows: int = rows) -> int:
        return (size // (rows * itemsize)).bit_length() - 1

    inside, tile = bits_of(_STRIP_BYTES, 1), bits_of(_TILE_BYTES)
    if 1 << bits >= PARALLEL_THRESHOLD:
        tile = min(tile, bits - _SHARE_BITS)
    wide, least = bits_of(_WIDTH_BYTES, 1), bits_of(_LEAST_WIDTH_BYTES, 1)
    # The lowest group is large where the strips of another one would become short.
    low = min(max(bits_of(_LOW_BYTES), bits + wide + mirrored - tile), bits_of(_MOST_LOW_BYTES, 1))
    if bits <= min(low, tile):
        width = min(inside, bits - mirrored)
        return [Group(0, bits, mirrored, width, min(_LEAD, bits - width))]
    low = min(low, tile)
    count = -(-(bits - low) // (tile - least - mirrored))
    bounds = [low + k * (bits - low) // count for k in range(count + 1)]
    groups = [Group(0, low, False, min(inside, low), min(_LEAD, low - min(inside, low)))]
    for first, last in pairwise(bounds):
        image = mirrored and last == bits
        width = min(tile - (last - first) - image, inside, first - image)
        groups.append(Group(first, last - first, image, width, min(_LEAD, last - first)))
    return groups


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
        return isinstance(
            space, Qubits | FlipSymmetric
        ) and space.size >= 1 << LEAST_BITS + isinstance(space, FlipSymmetric)

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all steps, first to last."""
        self._run(psi, angles, 0.0, self._values, np.zeros((0, 0)))

    def from_uniform(self, psi: Planar, angles: Floats) -> None:
        """Write the uniform state with all steps applied, first to last."""
        amplitude = psi.shape[1] ** -0.5
        self._run(psi, angles, amplitude, self._values, np.zeros((0, 0)))

    def mean_from_uniform(self, psi: Planar, angles: Floats, values: DiagonalValues) -> float:
        """The same, and the mean of a diagonal in that state, as `DiagonalOperator.mean`."""
        sums = np.zeros((self._tiling(2, psi.dtype).most_tiles, 2))
        self._run(psi, angles, psi.shape[1] ** -0.5, values, sums)
        weighted, norm = sums.sum(axis=0)
        return float(weighted / norm)

    def _run(
        self, psi: Planar, angles: Floats, start: float, costs: DiagonalValues, sums: Floats
    ) -> None:
        layers, tiling = Layers.of(angles, self._qubits), self._tiling(2, psi.dtype)
        kernels.forward(
            psi.shape[1], *psi, self._values.labels, tiling.scratch, tiling.padding,
            passes_of_layers(tiling.groups, len(layers)), self._lowered(layers, psi.dtype),
            start, costs.labels, costs.low, costs.step, sums,
        )  # fmt: skip

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all steps on both states, last to first; return Re <lam|A_k|psi> of each."""
        return self._undo(psi, lam, angles, None)

    def backward_from_mean(
        self, psi: Planar, lam: Planar, angles: Floats, values: DiagonalValues
    ) -> Floats:
        """The same with the costate f psi of the mean of a diagonal, whatever is in `lam`."""
        return self._undo(psi, lam, angles, values)

    def _undo(
        self, psi: Planar, lam: Planar, angles: Floats, costs: DiagonalValues | None
    ) -> Floats:
        layers, tiling = Layers.of(angles, self._qubits), self._tiling(4, psi.dtype)
        passes = passes_of_layers(tiling.groups, len(layers))
        sums = np.zeros((len(passes), tiling.most_tiles, 4))
        given = costs or self._values
        kernels.backward(
            psi.shape[1], *psi, *lam, self._values.labels, tiling.scratch, tiling.padding,
            passes, self._lowered(layers, psi.dtype), costs is not None, given.labels, given.low,
            given.step, sums,
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
            self._tilings[key] = Tiling.of(
                self._bits, rows, dtype, LINE_BYTES, mirrored=self._mirrored
            )
        return self._tilings[key]


def layer_memory(steps: int, space: Space, levels: int) -> int:
    """Bytes of scratch, tables of phases, and the sums of a backward sweep, tile by tile.

    Counted are double precision, and mixers that are all done in two halves.
    """
    tiles: int = max(1 << _SHARE_BITS, space.size // (_LOW_BYTES // 32))
    return scratch_memory(space.size) + steps * (2 * 32 * tiles + 16 * levels)


def scratch_memory(size: int) -> int:
    """Bytes of the tiles of all threads, for both kernels and with padding."""
    threads = numba.get_num_threads() if runs_parallel(size) else 1
    shared = size >> _SHARE_BITS if size >= PARALLEL_THRESHOLD else size
    tiles = sum(min(_TILE_BYTES, 8 * rows * shared) for rows in (2, 4))
    return int(threads * (tiles * 5 // 4 + 8 * PADDING_BYTES))
