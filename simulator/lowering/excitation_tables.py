"""Tables of excitations on the strings of one spin, and their grouping into jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels.layout import GATHER, ROWS, TILES, WIDTH
from ..spaces import Electrons, Sector
from ..typing import Integers

Part = tuple[tuple[int, ...], tuple[int, ...]]
Entries = tuple[Integers, Integers, NDArray[np.float64]]

# A run goes through buffers if it has at least this many entries for each row of the buffer,
# which pays for copying; one of alpha alone (0) needs more, as its rows are contiguous anyway.
_ENTRIES_PER_ROW = {0: 3.0, 1: 0.75}

# A phase is shared in at most PIECES pieces, of about PIECE_WORK pairs of amplitudes (a few
# microseconds) or more: enough of them that threads end together, and few sums to keep.
PIECES = 64
PIECE_WORK = 1 << 12


def string_table(space: Electrons, spin: int, part: Part) -> Entries:
    """Strings that c^dagger_{t1} c^dagger_{t2} ... c_{f2} c_{f1} connects, with signs.

    Returns:
        Positions of source and target strings among `space.strings(spin)`, and the signs, all
        of the same length.  A part that excites nothing connects every string with itself.
    """
    strings = space.strings(spin)
    leave, fill = part
    leave_mask = sum(1 << orbital for orbital in leave)
    fill_mask = sum(1 << orbital for orbital in fill)
    source = np.flatnonzero((strings & leave_mask == leave_mask) & (strings & fill_mask == 0))
    moved, sign = move_electrons(strings[source], leave, fill)
    return source.astype(np.int64), space.rank(spin, moved), sign


def move_electrons(
    strings: Integers, leave: Sequence[int | Integers], fill: Sequence[int | Integers]
) -> tuple[Integers, NDArray[np.float64]]:
    """c^dagger_{t1} c^dagger_{t2} ... c_{f2} c_{f1} on strings that allow it, and the signs.

    Args:
        strings: occupation strings.
        leave: f1, f2, ..., each one orbital or one for each string.
        fill: t1, t2, ...
    """
    moved = strings.copy()
    parity = np.zeros(len(strings), dtype=np.int64)
    # The rightmost operator acts first: c_{f1}, c_{f2}, ..., then the creators, last one first.
    for orbital in (*leave, *reversed(fill)):
        bit = np.left_shift(np.int64(1), orbital)
        parity += np.bitwise_count(moved & (bit - 1))
        moved ^= bit
    return moved, np.where(parity & 1, -1.0, 1.0)


@dataclass(frozen=True, eq=False)
class ExcitationTables:
    """Arguments of the kernels for a sequence of excitations; see `kernels.excitations`.

    Attributes:
        work: pairs of amplitudes that are rotated, on the average of phases.
        rows: rows of the largest buffer.
        pieces: most pieces that a phase is shared in.
    """

    phases: Integers
    jobs: Integers
    x: Integers
    y: Integers
    sign: NDArray[np.float64]
    segments: Integers
    p: NDArray[np.int32]
    q: NDArray[np.int32]
    entry_sign: NDArray[np.float64]
    work: int
    rows: int
    pieces: int

    @classmethod
    def build(
        cls, space: Electrons, excitations: Sequence[tuple[Part, Part]], *, single: bool = False
    ) -> ExcitationTables:
        """Tables for excitations, (alpha part, beta part) each, in the order in which they act.

        Args:
            space: the determinants.
            excitations: what acts, first to last.
            single: whether to make each excitation a separate job, without buffers.
        """
        builder = _Builder(space, excitations)
        first = 0
        while first < len(excitations):
            length, shared = (1, 0) if single else _run(excitations, first)
            builder.add_run(first, first + length, shared, in_buffers=not single)
            first += length
        return builder.finish()

    def arrays(self, dtype: Any) -> tuple[NDArray[Any], ...]:
        """The arguments of the kernels, in their order, for vectors of this type."""
        return (
            self.phases, self.jobs, self.x, self.y, self.sign.astype(dtype, copy=False),
            self.segments, self.p, self.q, self.entry_sign,
        )  # fmt: skip

    def pairs(self) -> Iterator[tuple[Integers, Integers, NDArray[np.float64]]]:
        """Positions and signs of the amplitudes that excitations couple, without buffers only."""
        for kind, _, _, width, _, _, _, segment, first, last, _ in self.jobs:
            x, y = self.x[first:last, None], self.y[first:last, None]
            sign = self.sign[first:last, None]
            if kind == ROWS:
                columns = np.arange(width)
                yield x + columns, y + columns, sign
            else:
                entries = slice(*self.segments[segment])
                yield x + self.p[entries], y + self.q[entries], sign * self.entry_sign[entries]

    def buffers(self, threads: int, vectors: int, dtype: Any) -> NDArray[Any]:
        """Scratch memory for the kernels, the parts of threads on separate cache lines."""
        line = 64 // np.dtype(dtype).itemsize
        length = -(-vectors * self.rows * WIDTH // line) * line
        memory = np.zeros(threads * length + line, dtype=dtype)
        start = -(memory.ctypes.data // memory.itemsize) % line
        return memory[start : start + threads * length].reshape(threads, length)


def _run(excitations: Sequence[tuple[Part, Part]], first: int) -> tuple[int, int]:
    """How many excitations from the first one on share the part of a spin, and of which (0 or 1).

    What they share may be that the spin is not excited.
    """
    lengths = []
    for spin in (0, 1):
        length = 0
        for excitation in excitations[first:]:
            if excitation[spin] != excitations[first][spin] or not excitation[1 - spin][0]:
                break
            length += 1
        lengths.append(length)
    spin = int(lengths[1] > lengths[0])
    return lengths[spin], spin


class _Builder:
    """Collects the arrays of `ExcitationTables`."""

    def __init__(self, space: Electrons, excitations: Sequence[tuple[Part, Part]]) -> None:
        self._space, self._excitations = space, excitations
        self._sectors = {sector.label: sector for sector in space.sectors}
        self._phases: list[tuple[int, ...]] = []
        self._jobs: list[tuple[int, ...]] = []
        self._lanes: list[tuple[Any, ...]] = []
        self._entries: list[tuple[Any, ...]] = []
        self._segments: list[tuple[int, int]] = []
        self._ranges: dict[Any, tuple[int, int]] = {}
        self._runs: dict[Any, int] = {}
        self._tables: dict[tuple[int, Part], Entries] = {}
        self._work = self._rows = self._blocks = 0

    def add_run(self, first: int, last: int, shared: int, *, in_buffers: bool) -> None:
        """Phases for excitations that share the part of one spin.

        In one sector they go through buffers if that pays, in one phase for all sectors; those
        of other sectors follow, each excitation in a separate phase.
        """
        with self._phase():
            rest = [
                sector
                for sector in self._space.sectors
                if not in_buffers or not self._add_tiles(first, last, shared, sector)
            ]
        for gate in range(first, last) if rest else ():
            with self._phase():
                for sector in rest:
                    self._add_single(gate, sector)

    @contextmanager
    def _phase(self) -> Iterator[None]:
        """Enclose jobs that touch different amplitudes."""
        first, before = len(self._jobs), self._work
        self._blocks = 0
        yield
        if len(self._jobs) > first:
            pieces = min(self._blocks, PIECES, max(1, (self._work - before) // PIECE_WORK))
            self._phases.append((first, len(self._jobs), self._blocks, pieces))

    def _partner(self, sector: Sector, alpha: Part) -> Sector | None:
        """The sector to which the alpha part of an excitation leads from another one."""
        leave, fill = alpha
        return self._sectors.get(sector.label ^ self._space.label((*leave, *fill)))

    def _add_tiles(self, first: int, last: int, shared: int, sector: Sector) -> bool:
        """One job through buffers; False, and no job, if that does not pay."""
        run = self._excitations[first:last]
        part, moved = run[0][shared], 1 - shared
        parts = tuple(excitation[moved] for excitation in run)
        # Excitations of one spin only stay in the sector, and need no second half of the buffer.
        partner = self._partner(sector, run[0][0]) if part[0] else sector
        if partner is None:
            return True
        nx, ny = sector.shape[moved], partner.shape[moved] if part[0] else 0
        entries = sum(len(self._within(moved, p, sector, partner)[0]) for p in parts)
        if entries < _ENTRIES_PER_ROW[moved if ny == 0 else 1] * (nx + ny):
            return False
        ranges = [self._entry_range(moved, p, sector, partner, nx if ny else 0) for p in parts]
        lanes = self._lane_range(shared, part, sector, partner)
        steps = (1, 1) if moved == 1 else (sector.shape[1], partner.shape[1])
        segment = self._runs.setdefault(tuple(ranges), len(self._segments))
        if segment == len(self._segments):
            self._segments += ranges
        self._add((TILES, first, last, nx, ny, *steps, segment), lanes, entries)
        self._rows = max(self._rows, nx + ny)
        return True

    def _add_single(self, gate: int, sector: Sector) -> None:
        """One excitation by itself."""
        alpha, beta = self._excitations[gate]
        partner = self._partner(sector, alpha)
        if partner is None:
            return
        lanes = self._lane_range(0, alpha, sector, partner)
        width = sector.shape[1]
        if not beta[0]:
            self._add((ROWS, gate, gate + 1, width, 0, 1, 1, 0), lanes, width)
            return
        entries = self._entry_range(1, beta, sector, partner, 0)
        self._segments.append(entries)
        segment = len(self._segments) - 1
        count = entries[1] - entries[0]
        self._add((GATHER, gate, gate + 1, 0, 0, 1, 1, segment), lanes, count)

    def _add(self, job: tuple[int, ...], lanes: tuple[int, int], entries: int) -> None:
        first, last = lanes
        if last > first and entries:
            self._jobs.append((*job, first, last, self._blocks))
            self._blocks += -(-(last - first) // WIDTH) if job[0] == TILES else last - first
            self._work += (last - first) * entries

    def _lane_range(
        self, spin: int, part: Part, sector: Sector, partner: Sector
    ) -> tuple[int, int]:
        """Spectators: the strings of one spin, or pairs of them if that spin takes part."""
        key = ("spectators", spin, part, sector.label)
        if key not in self._ranges:
            source, target, sign = self._within(spin, part, sector, partner)
            steps = (sector.shape[1], partner.shape[1]) if spin == 0 else (1, 1)
            x, y = sector.offset + source * steps[0], partner.offset + target * steps[1]
            self._ranges[key] = _append(self._lanes, (x, y, sign))
        return self._ranges[key]

    def _entry_range(
        self, spin: int, part: Part, sector: Sector, partner: Sector, shift: int
    ) -> tuple[int, int]:
        """Entries of one excitation; `shift` is the row of the buffer where partners start."""
        key = ("entries", spin, part, sector.label, partner.label, shift)
        if key not in self._ranges:
            source, target, sign = self._within(spin, part, sector, partner)
            self._ranges[key] = _append(self._entries, (source, target + shift, sign))
        return self._ranges[key]

    def _within(self, spin: int, part: Part, sector: Sector, partner: Sector) -> Entries:
        """A table from the strings of one sector to those of another, counted from their first."""
        if (spin, part) not in self._tables:
            self._tables[spin, part] = string_table(self._space, spin, part)
        source, target, sign = self._tables[spin, part]
        first, last = sector.strings(spin)
        low, high = np.searchsorted(source, (first, last))
        return source[low:high] - first, target[low:high] - partner.strings(spin)[0], sign[low:high]

    def finish(self) -> ExcitationTables:
        """All arrays, each in one piece."""
        x, y, sign = _concatenate(self._lanes)
        p, q, entry_sign = _concatenate(self._entries)
        return ExcitationTables(
            phases=np.array(self._phases, dtype=np.int64).reshape(-1, 4),
            jobs=np.array(self._jobs, dtype=np.int64).reshape(-1, 11),
            x=x.astype(np.int64),
            y=y.astype(np.int64),
            sign=np.concatenate([sign, np.zeros(WIDTH)]),
            segments=np.array(self._segments, dtype=np.int64).reshape(-1, 2),
            p=p.astype(np.int32),
            q=q.astype(np.int32),
            entry_sign=entry_sign,
            work=self._work // max(1, len(self._phases)),
            rows=self._rows,
            pieces=max((pieces for *_, pieces in self._phases), default=1),
        )


def _append(pieces: list[tuple[Any, ...]], piece: tuple[Any, ...]) -> tuple[int, int]:
    """Add arrays to a list; return the range they will have when all are concatenated."""
    start = pieces[-1][3] if pieces else 0
    stop = start + len(piece[0])
    pieces.append((*piece, stop))
    return start, stop


def _concatenate(pieces: list[tuple[Any, ...]]) -> tuple[Any, Any, Any]:
    if not pieces:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    columns = list(zip(*pieces, strict=True))
    return np.concatenate(columns[0]), np.concatenate(columns[1]), np.concatenate(columns[2])
