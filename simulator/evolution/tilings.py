"""Tilings: the tiles of a state that fit into the caches; see `kernels.layers`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels.kernel import PARALLEL_THRESHOLD, runs_parallel
from ..lowering.planar import PADDING_BYTES, aligned
from ..threads import thread_count
from ..typing import Integers

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
# Amplitudes from which on each pass is a call of a kernel by itself.
LARGE_SIZE = 1 << 22

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
        """An empty pass over this group, as the kernels take it."""
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


def apart(passes: Integers, size: int) -> list[slice]:
    """Slices of the passes that each call of a kernel makes, for a number of amplitudes.

    Those of large states take a good part of a second each, and Ctrl-C is noticed between calls.
    """
    if size < LARGE_SIZE:
        return [slice(0, len(passes))]
    return [slice(k, k + 1) for k in range(len(passes))]


@dataclass(frozen=True, eq=False)
class Tiling:
    """The tiles of a state, and the memory into which kernels copy them.

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
        """The tiling of 2^bits positions for kernels that work on `rows` real vectors."""
        itemsize = np.dtype(dtype).itemsize
        groups = groups_of_bits(bits, rows, itemsize, mirrored=mirrored)
        padding = padding_bytes // itemsize
        threads = thread_count() if runs_parallel(1 << bits) else 1
        length = max(group.strips * ((1 << group.width) + padding) for group in groups)
        scratch = aligned((threads, rows, length + PADDING_BYTES // itemsize), dtype)
        return cls(bits, groups, np.uint64(padding), scratch)

    @property
    def most_tiles(self) -> int:
        """Number of tiles of the pass that has most."""
        return 1 << self.bits - self.least_tile_bits

    @property
    def least_tile_bits(self) -> int:
        """The bits of the smallest tiles."""
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


def scratch_memory(size: int) -> int:
    """Bytes of the tiles of all threads, for both kernels and with padding."""
    threads = thread_count() if runs_parallel(size) else 1
    shared = size >> _SHARE_BITS if size >= PARALLEL_THRESHOLD else size
    tiles = sum(min(_TILE_BYTES, 8 * rows * shared) for rows in (2, 4))
    return int(threads * (tiles * 5 // 4 + 8 * PADDING_BYTES))


def tile_count(size: int) -> int:
    """The largest number of tiles of a pass over a state."""
    return max(1 << _SHARE_BITS, size // (_LOW_BYTES // 32))
