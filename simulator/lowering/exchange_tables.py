"""Tables of the positions that XY interactions couple; see `kernels.xy`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import comb
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from ..spaces import FlipSymmetric, Qubits, Space, SpaceError, bitstring
from ..spaces.feasible import HammingWeight, Product
from ..typing import Integers

Pair = tuple[int, int]
Positions = NDArray[np.signedinteger[Any]]

# Longer runs are cut, so that threads can share them.
_LONGEST = 1 << 12


@dataclass(frozen=True)
class Axis:
    """The factor of a space that some qubits act on.

    A position of the whole space is (block * space.size + position in the factor) * stride + rest.

    Attributes:
        space: the factor of a product that holds the qubits; of others the whole space.
        register: its qubits.
        stride: step in the whole vector between neighbouring positions of the factor.
    """

    space: Space
    register: range
    stride: int

    @classmethod
    def of(cls, space: Space, qubits: Sequence[int]) -> Axis:
        """The smallest factor that holds the qubits.

        Raises:
            SpaceError: if the space has too few qubits, or a position is more than one
                configuration.
        """
        last = max(qubits)
        if last >= space.num_qubits:
            raise SpaceError(f"an XY interaction uses qubit {last}, which is not in {space}")
        if isinstance(space, FlipSymmetric):
            raise SpaceError(f"XY interactions need a space of single configurations, got {space}")
        if isinstance(space, Qubits):  # the values of higher qubits make no difference
            space = Product(Qubits(last + 1), Qubits(space.num_qubits - last - 1))
        if isinstance(space, Product):
            stride = 1
            for register, factor in zip(space.registers, space.factors, strict=True):
                if set(qubits) <= set(register):
                    return cls(factor, register, stride)
                stride *= factor.size
        return cls(space, range(space.num_qubits), 1)

    def local(self, pair: Pair) -> Pair:
        """A pair, numbered within the factor."""
        return pair[0] - self.register.start, pair[1] - self.register.start

    def coupled(self, pair: Pair) -> tuple[Integers, Integers]:
        """Positions in the factor with bits 1, 0 of a pair, and their partners with 0, 1.

        Raises:
            SpaceError: if a partner is missing.
        """
        configurations = self.space.configurations()
        first, second = (1 << qubit for qubit in self.local(pair))
        mask = first | second
        bits = configurations & mask
        source = np.flatnonzero(bits == first)
        target = self.space.indices(configurations[source] ^ mask)
        if np.count_nonzero(bits == second) != len(source) or (target < 0).any():
            mixed = configurations[(bits == first) | (bits == second)]
            inside = int(mixed[self.space.indices(mixed ^ mask) < 0][0])
            n = self.space.num_qubits
            raise SpaceError(
                f"the XY interaction of qubits {pair[0]} and {pair[1]} leads from "
                f"{bitstring(inside, n)} to {bitstring(inside ^ mask, n)} (qubits "
                f"{self.register.start} to {self.register.stop - 1}), which is not in {self.space}"
            )
        return source, target


@dataclass(frozen=True, eq=False)
class PairTable:
    """Positions that one pair of qubits couples, as arguments of the kernels.

    Attributes:
        runs: (source, target, length), shape (number of runs, 3).
        period: positions after which the runs repeat.
        repeats: how often they do.
        work: positions that are touched.
    """

    runs: Positions
    period: int
    repeats: int
    work: int


_pair_tables: WeakValueDictionary[tuple[Space, Pair], PairTable] = WeakValueDictionary()


def pair_table(space: Space, pair: Pair) -> PairTable:
    """The table of one pair of qubits; all programs that are alive share it.

    Raises:
        SpaceError: as `Axis.of` and `Axis.coupled`.
    """
    table = _pair_tables.get((space, pair))
    if table is None:
        axis = Axis.of(space, pair)
        source, target = axis.coupled(pair)
        runs = _cut(_runs(source, target) * axis.stride)
        period = axis.space.size * axis.stride
        repeats = space.size // period
        work = 2 * len(source) * axis.stride * repeats
        table = PairTable(runs.astype(_position_type(period)), period, repeats, work)
        _pair_tables[space, pair] = table
    return table


@dataclass(frozen=True, eq=False)
class NeighbourTable:
    """Positions that a sum over pairs of qubits couples, as compressed sparse rows.

    Attributes:
        starts: where the neighbours of each position start, shape (size + 1,).
        neighbours: positions that each one is coupled to.
    """

    starts: Integers
    neighbours: Positions

    @classmethod
    def build(cls, axis: Axis, pairs: Sequence[Pair]) -> NeighbourTable:
        """The table within one factor; raises what `Axis.coupled` raises."""
        starts = np.concatenate([[0], np.cumsum(coupling_degrees(axis, pairs))])
        free = starts[:-1].copy()
        neighbours = np.empty(starts[-1], dtype=_position_type(axis.space.size))
        for pair in pairs:
            source, target = axis.coupled(pair)
            for one, other in ((source, target), (target, source)):
                neighbours[free[one]] = other
                free[one] += 1
        return cls(starts, neighbours)


def coupling_degrees(axis: Axis, pairs: Sequence[Pair]) -> Integers:
    """The number of pairs with different bits in each configuration of a factor."""
    configurations = axis.space.configurations()
    degrees = np.zeros(axis.space.size, dtype=np.int64)
    for pair in pairs:
        p, q = axis.local(pair)
        degrees += (configurations >> p ^ configurations >> q) & 1
    return degrees


def connected(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """The pairs, split into sets that have no qubit in common.

    >>> connected([(0, 1), (2, 3), (1, 4)])
    [[(2, 3)], [(0, 1), (1, 4)]]
    """
    parts: list[list[Pair]] = []
    for pair in pairs:
        touching = [part for part in parts if any(set(pair) & set(other) for other in part)]
        others = [part for part in parts if part not in touching]
        parts = [*others, [*chain(*touching), pair]]
    return parts


def predict_pair_table(space: Space, pair: Pair) -> int:
    """Bytes of the table of a pair, at most."""
    axis = Axis.of(space, pair)
    low, high = sorted(axis.local(pair))
    runs = axis.space.size // 2
    if isinstance(axis.space, Qubits):
        runs = 1 << max(0, high - low - 1)
    elif isinstance(axis.space, HammingWeight):
        # One for each way to set the qubits above the lower one; those below are contiguous.
        above, ones = axis.space.num_qubits - low - 2, axis.space.weight - 1
        runs = sum(comb(above, ones - below) for below in range(min(low, ones) + 1))
    return 12 * (runs + space.size // _LONGEST)


def predict_neighbour_table(space: Space, pairs: Sequence[Pair]) -> int:
    """Bytes of the table of a sum, at most."""
    axis = Axis.of(space, sorted({qubit for pair in pairs for qubit in pair}))
    coupled = axis.space.size
    if isinstance(axis.space, HammingWeight):
        n, k = axis.space.num_qubits, axis.space.weight
        coupled = 2 * comb(n - 2, k - 1) if k else 0
    return 4 * coupled * len(pairs) + 32 * axis.space.size


def _runs(source: Integers, target: Integers) -> Integers:
    """Neighbours that are coupled to neighbours, in one row each."""
    if not len(source):
        return np.zeros((0, 3), dtype=np.int64)
    breaks = np.flatnonzero((np.diff(source) != 1) | (np.diff(target) != 1)) + 1
    starts = np.concatenate([[0], breaks])
    lengths = np.diff(np.concatenate([starts, [len(source)]]))
    return np.stack([source[starts], target[starts], lengths], axis=1)


def _cut(runs: Integers) -> Integers:
    """The same in runs that are not too long."""
    pieces = -(-runs[:, 2] // _LONGEST)
    cut = np.repeat(runs, pieces, axis=0)
    offset = _LONGEST * (np.arange(len(cut)) - np.repeat(np.cumsum(pieces) - pieces, pieces))
    cut[:, :2] += offset[:, None]
    cut[:, 2] = np.minimum(cut[:, 2] - offset, _LONGEST)
    return cut


def _position_type(bound: int) -> type[np.int32] | type[np.int64]:
    """The smaller type that holds all positions up to a bound."""
    return np.int32 if bound <= np.iinfo(np.int32).max else np.int64
