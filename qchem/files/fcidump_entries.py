"""The lines of integrals in an FCIDUMP file, sorted by kind and by pair of spins."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError, shorten
from qminima.parsing import real_number, whole_number
from simulator.typing import Floats, Integers

from .fcidump_header import Header

# Which of four indices are given: (pq|rs), h_pq, the energy of orbital p, the core energy.
_TWO, _ONE, _ORBITAL, _CORE = 0b1111, 0b1100, 0b1000, 0b0000
# An integral smaller than this, in hartree, counts as zero.
NEGLIGIBLE = 1e-8


@dataclass(frozen=True, eq=False)
class Entries:
    """Values with their indices and where they are from.

    Attributes:
        values: in hartree, shape (count,).
        indices: of orbitals, from zero, shape (count, 4); -1 where the file has 0.
        lines: numbers of the lines in the file, shape (count,).
    """

    values: Floats
    indices: Integers
    lines: Integers

    def __len__(self) -> int:
        return len(self.values)

    def where(self, chosen: NDArray[np.bool_] | Integers) -> Entries:
        """Some of the entries."""
        return Entries(self.values[chosen], self.indices[chosen], self.lines[chosen])

    @property
    def kinds(self) -> Integers:
        """Which indices are given, a bit for each."""
        kinds: Integers = (self.indices >= 0) @ np.array([8, 4, 2, 1])
        return kinds


@dataclass(frozen=True, eq=False)
class Sorted:
    """Entries of one kind each.

    Attributes:
        core: the core energy.
        one: h_pq, of each spin where these differ.
        two: (pq|rs), of the pairs aa, ab and bb where these differ.
    """

    core: Entries
    one: tuple[Entries, ...]
    two: tuple[Entries, ...]


def read_entries(path: str | Path, lines: list[str], first: int, header: Header) -> Sorted:
    """The entries of a file by kind and spins; orbital energies are left out.

    Args:
        path: named in errors.
        lines: of the file, after the header.
        first: number of the first of them in the file.
        header: the number of indices and the layout.

    Raises:
        InputError: for a line that is malformed, and for a file that is cut off.
    """
    entries = _parse(path, lines, first, header)
    kinds = entries.kinds
    for line in entries.lines[~np.isin(kinds, (_TWO, _ONE, _ORBITAL, _CORE))]:
        raise InputError(
            f"{path}, line {line}: no integral has the indices in {shorten(lines[line - first])!r}"
        )
    if header.layout == "blocks":
        return _by_blocks(path, entries)
    core, one, two = (entries.where(kinds == kind) for kind in (_CORE, _ONE, _TWO))
    for missing, what, line in (
        (one, "one-electron integral", "value p q 0 0"),
        (core, "core energy", "value 0 0 0 0"),
    ):
        if not len(missing):
            raise InputError(
                f"{path}: expected a line '{line}', got no {what}: the file seems to be cut off; "
                "if it is not, add the line with the value 0.0"
            )
    if header.layout == "spin orbitals":
        return _by_spin_orbitals(path, core, one, two)
    return Sorted(core, (one,), (two,))


def _parse(path: str | Path, lines: list[str], first: int, header: Header) -> Entries:
    values, indices, numbers = array("d"), array("q"), array("q")
    for number, line in enumerate(lines, start=first):
        if line.strip():
            value, orbitals = _parse_line(f"{path}, line {number}", line, header)
            values.append(value)
            indices.extend(orbitals)
            numbers.append(number)
    return Entries(
        np.array(values, dtype=float),
        np.array(indices, dtype=np.int64).reshape(-1, 4),
        np.array(numbers, dtype=np.int64),
    )


def _parse_line(where: str, line: str, header: Header) -> tuple[float, list[int]]:
    fields = line.split()
    if fields[0].startswith("("):
        raise InputError(f"{where}: expected real integrals, got complex ones: {shorten(line)!r}")
    try:
        value = real_number(fields[0].upper().replace("D", "E"))  # Fortran's exponent
        indices = [whole_number(field) - 1 for field in fields[1:]]
    except ValueError:
        raise InputError(
            f"{where}: expected a number and four indices, got {shorten(line)!r}"
        ) from None
    if len(indices) != 4 or not np.isfinite(value):
        raise InputError(
            f"{where}: expected a finite number and four indices, got {shorten(line)!r}"
        )
    if min(indices) < -1 or max(indices) >= header.indices:
        hint = (
            "; indices of spin orbitals belong to UHF=.TRUE., where NORB counts them"
            if max(indices) < 2 * header.indices and header.layout != "spin orbitals"
            else ""
        )
        raise InputError(
            f"{where}: expected indices from 0 to {header.indices}, got {shorten(line)!r}{hint}"
        )
    return value, indices


def _by_blocks(path: str | Path, entries: Entries) -> Sorted:
    """Blocks aa, bb, ab, h of alpha and h of beta, each closed by a line of zeros; the core energy.

    Raises:
        InputError: for other blocks.
    """
    closing = entries.kinds == _CORE
    block = np.cumsum(closing) - closing
    count = int(closing.sum())
    if count != 6 or not closing[-1]:
        raise InputError(
            f"{path}: expected with IUHF=1 the blocks aa, bb, ab, h of alpha and h of beta, each "
            "closed by a line '0.0 0 0 0 0', and at last the core energy, 'value 0 0 0 0'; got "
            f"{count} lines of four zeros" + ("; the file seems to be cut off" if count < 6 else "")
        )
    expected = np.where(closing, _CORE, np.where(block < 3, _TWO, _ONE))
    filled = closing & (block < 5) & (entries.values != 0)
    for line in entries.lines[(entries.kinds != expected) | filled]:
        raise InputError(
            f"{path}, line {line}: expected with IUHF=1 the blocks aa, bb, ab of two-electron "
            "integrals, then h of alpha and of beta, each closed by a line '0.0 0 0 0 0'"
        )
    aa, bb, ab, alpha, beta = (entries.where((block == k) & ~closing) for k in range(5))
    return Sorted(entries.where(np.flatnonzero(closing)[-1:]), (alpha, beta), (aa, ab, bb))


def _by_spin_orbitals(path: str | Path, core: Entries, one: Entries, two: Entries) -> Sorted:
    """Entries whose indices alternate between alpha and beta orbitals, by spin.

    Raises:
        InputError: if an integral joins orbitals of different spin.
    """
    for entries, pairs in ((one, ((0, 1),)), (two, ((0, 1), (2, 3)))):
        spin = entries.indices % 2
        mixed = np.any([spin[:, p] != spin[:, q] for p, q in pairs], axis=0)
        for line in entries.lines[mixed & (np.abs(entries.values) > NEGLIGIBLE)]:
            raise InputError(
                f"{path}, line {line}: expected with UHF=.TRUE. odd indices of alpha and even "
                "indices of beta orbitals, got an integral that joins one of each"
            )
    spins, halves = two.indices % 2, Entries(two.values, two.indices // 2, two.lines)
    alike = (spins[:, 0] == spins[:, 1]) & (spins[:, 2] == spins[:, 3])
    aa, ab, ba, bb = (
        halves.where(alike & (spins[:, 0] == left) & (spins[:, 2] == right))
        for left in (0, 1)
        for right in (0, 1)
    )
    both = Entries(
        np.concatenate([ab.values, ba.values]),
        np.concatenate([ab.indices, ba.indices[:, [2, 3, 0, 1]]]),
        np.concatenate([ab.lines, ba.lines]),
    )
    alpha, beta = (
        Entries(one.values, one.indices // 2, one.lines).where(
            np.all(one.indices[:, :2] % 2 == spin, axis=1)
        )
        for spin in (0, 1)
    )
    return Sorted(core, (alpha, beta), (aa, both, bb))
