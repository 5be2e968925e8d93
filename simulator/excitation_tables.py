"""Tables of excitations on the strings of one spin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .spaces import Electrons

Part = tuple[tuple[int, ...], tuple[int, ...]]
Entries = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def string_table(space: Electrons, spin: int, part: Part) -> Entries:
    """Which strings c^dagger_{t1} c^dagger_{t2} ... c_{f2} c_{f1} connects, and with which sign.

    Returns:
        Positions of source and target strings, and the signs, all of the same length.  A part
        that excites nothing connects every string with itself.
    """
    strings = space.strings(spin)
    leave, fill = part
    leave_mask = sum(1 << orbital for orbital in leave)
    fill_mask = sum(1 << orbital for orbital in fill)
    source = np.flatnonzero((strings & leave_mask == leave_mask) & (strings & fill_mask == 0))
    current = strings[source]
    parity = np.zeros(len(source), dtype=np.int64)
    # The rightmost operator acts first: c_{f1}, c_{f2}, ..., then the creators, last one first.
    for orbital in (*leave, *reversed(fill)):
        parity += np.bitwise_count(current & ((1 << orbital) - 1))
        current ^= 1 << orbital
    target = np.searchsorted(strings, current)
    sign = np.where(parity & 1, -1.0, 1.0)
    return source.astype(np.int64), target.astype(np.int64), sign


@dataclass(frozen=True, eq=False)
class ExcitationTables:
    """All that the kernels need to run a sequence of excitations; see `kernels.excitations`."""

    blocks: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    sign: NDArray[np.float64]
    work: int

    @classmethod
    def build(cls, space: Electrons, excitations: Sequence[tuple[Part, Part]]) -> ExcitationTables:
        """Tables for excitations, (alpha part, beta part) each, in the order in which they act."""
        ranges: dict[tuple[int, Part], tuple[int, int]] = {}
        entries: list[Entries] = []
        length = work = 0
        for excitation in excitations:
            for spin, part in enumerate(excitation):
                if (spin, part) not in ranges:
                    table = string_table(space, spin, part)
                    ranges[spin, part] = (length, length + len(table[0]))
                    entries.append(table)
                    length += len(table[0])
        rows = [ranges[0, alpha] for alpha, _ in excitations]
        columns = [ranges[1, beta] for _, beta in excitations]
        for (row, row_end), (column, column_end) in zip(rows, columns, strict=True):
            work += (row_end - row) * (column_end - column)
        blocks = []
        position = 0
        for alone, group in groupby(excitations, key=_block_key):
            count = len(list(group))
            blocks.append((position, position + count, int(alone == "alpha alone")))
            position += count
        source, target, sign = (
            np.concatenate([entry[which] for entry in entries]) if entries else np.zeros(0, kind)
            for which, kind in enumerate((np.int64, np.int64, np.float64))
        )
        return cls(
            blocks=np.array(blocks, dtype=np.int64).reshape(-1, 3),
            rows=np.array(rows, dtype=np.int64).reshape(-1, 2),
            columns=np.array(columns, dtype=np.int64).reshape(-1, 2),
            source=source.astype(np.int64),
            target=target.astype(np.int64),
            sign=sign.astype(np.float64),
            work=work,
        )

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """The arguments of the kernels, in their order."""
        return self.blocks, self.rows, self.columns, self.source, self.target, self.sign


def _block_key(excitation: tuple[Part, Part]) -> str | Part:
    """Excitations with equal keys that follow each other form one block."""
    alpha, beta = excitation
    return alpha if beta[0] else "alpha alone"
