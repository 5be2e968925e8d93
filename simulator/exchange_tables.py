"""Tables of the positions that XY interactions couple; see `kernels.xy`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from .constrained import HammingWeight, Product
from .spaces import FlipSymmetric, Qubits, Space, SpaceError, bitstring

Integers = NDArray[np.int64]
Pair = tuple[int, int]

# Longer runs are cut, so that threads can share them.
_LONGEST = 1 << 12


@dataclass(frozen=True, eq=False)
class ExchangeTable:
    """What pairs of qubits couple in one space.

    Attributes:
        runs: (source, target, length), shape (number of runs, 3).
        pairs: (first run, one past the last, period, repeats), shape (number of pairs, 4).
        work: positions that are touched.
    """

    runs: NDArray[np.signedinteger[Any]]
    pairs: Integers
    work: int

    @classmethod
    def build(cls, space: Space, pairs: Sequence[Pair]) -> ExchangeTable:
        """The tables of several pairs in one.

        Raises:
            SpaceError: as `exchange_table`.
        """
        tables = [exchange_table(space, pair) for pair in pairs]
        starts = np.cumsum([0, *(len(table.runs) for table in tables[:-1])])
        rows = np.concatenate([table.pairs for table in tables])
        rows[:, :2] += starts[:, None]
        runs = np.concatenate([table.runs for table in tables])
        return cls(runs, rows, sum(table.work for table in tables))


_tables: WeakValueDictionary[tuple[Space, Pair], ExchangeTable] = WeakValueDictionary()


def exchange_table(space: Space, pair: Pair) -> ExchangeTable:
    """The table of one pair of qubits; all that are alive are shared.

    Raises:
        SpaceError: if the space has too few qubits, the exchange leaves it, or a position is
            more than one configuration.
    """
    table = _tables.get((space, pair))
    if table is None:
        table = _tables[space, pair] = _build(space, pair)
    return table


def _build(space: Space, pair: Pair) -> ExchangeTable:
    if max(pair) >= space.num_qubits:
        raise SpaceError(f"qubits {pair[0]} and {pair[1]} are not both in {space}")
    if isinstance(space, FlipSymmetric):
        raise SpaceError(f"XY interactions need a space of configurations, got {space}")
    factor, register, stride = _factor(space, pair)
    source, target = _coupled(factor, pair, register)
    runs = _cut(_runs(source, target) * stride)
    period = factor.size * stride
    if period <= np.iinfo(np.int32).max:
        runs = runs.astype(np.int32)
    repeats = space.size // period if period else 0
    return ExchangeTable(
        runs,
        np.array([[0, len(runs), period, repeats]], dtype=np.int64),
        2 * len(source) * stride * repeats,
    )


def _factor(space: Space, pair: Pair) -> tuple[Space, range, int]:
    """The factor that holds a pair, its qubits, and the step between its positions."""
    if isinstance(space, Qubits):  # the table is the same for all values of higher qubits
        low = max(pair) + 1
        space = Product(Qubits(low), Qubits(space.num_qubits - low))
    if isinstance(space, Product):
        stride = 1
        for register, factor in zip(space.registers, space.factors, strict=True):
            if set(pair) <= set(register):
                return factor, register, stride
            stride *= factor.size
    return space, range(space.num_qubits), 1


def _coupled(factor: Space, pair: Pair, register: range) -> tuple[Integers, Integers]:
    """Positions with bits 1, 0 of a pair, and those with 0, 1 that they are coupled to."""
    configurations = factor.configurations()
    first, second = (1 << (qubit - register.start) for qubit in pair)
    mask = first | second
    bits = configurations & mask
    source = np.flatnonzero(bits == first)
    target = factor.indices(configurations[source] ^ mask)
    if np.count_nonzero(bits == second) != len(source) or (target < 0).any():
        mixed = configurations[(bits == first) | (bits == second)]
        inside = int(mixed[factor.indices(mixed ^ mask) < 0][0])
        before, after = (bitstring(c, factor.num_qubits) for c in (inside, inside ^ mask))
        raise SpaceError(
            f"the XY interaction of qubits {pair[0]} and {pair[1]} leads from {before} to {after} "
            f"(qubits {register.start} to {register.stop - 1}), which is not in {factor}"
        )
    return source, target


def _runs(source: Integers, target: Integers) -> Integers:
    """Neighbours that are coupled to neighbours, in one row each."""
    if not len(source):
        return np.zeros((0, 3), dtype=np.int64)
    ends = np.flatnonzero((np.diff(source) != 1) | (np.diff(target) != 1)) + 1
    starts = np.concatenate([[0], ends])
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


def predict_runs(space: Space, pair: Pair) -> int:
    """The most rows a table can have before long runs are cut."""
    factor, register, _ = _factor(space, pair)
    low, high = (qubit - register.start for qubit in sorted(pair))
    if isinstance(factor, Qubits):
        return 1 << max(0, high - low - 1)
    if isinstance(factor, HammingWeight):
        # One for each way to set the qubits above the lower one; those below are contiguous.
        above, ones = factor.num_qubits - low - 2, factor.weight - 1
        return sum(comb(above, ones - below) for below in range(min(low, ones) + 1))
    return factor.size // 2
