"""FCIDUMP files (Knowles and Handy, Comput. Phys. Commun. 54, 75 (1989)), read and written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from qminima.errors import InputError
from qminima.library import read_text
from qminima.storage import write_atomically
from simulator.memory import require_memory
from simulator.typing import Floats

from ..hamiltonian import Hamiltonian
from .fcidump_entries import Entries, read_entries
from .fcidump_header import split_header
from .fcidump_integrals import (
    CORE,
    ONE_ELECTRON,
    both_lines,
    complex_symmetry,
    fill,
    find_twins,
    real_symmetry,
    settle,
)


def write_fcidump(hamiltonian: Hamiltonian, path: str | Path, *, tolerance: float = 1e-15) -> None:
    """Write the integrals, each once, leaving out those below `tolerance`.

    Spin-dependent integrals are written in Molpro's blocks (`IUHF=1`).  Over complex orbitals
    (pq|rs) and (qp|rs) are both written, by which `read_fcidump` recognises them.

    Args:
        hamiltonian: the integrals.
        path: of the file.
        tolerance: in hartree.

    Raises:
        InputError: if the file cannot be written.
    """
    one, two = hamiltonian.one_electron, hamiltonian.two_electron
    real, core = hamiltonian.real_orbitals, f"{hamiltonian.core_energy: .17e} 0 0 0 0\n"

    def lines() -> Iterator[str]:
        yield _head(hamiltonian)
        if hamiltonian.restricted:
            yield from _two_electron_lines(two[0], tolerance, real=real)
            yield from _one_electron_lines(one[0], tolerance)
        else:
            for h2, same_spin in ((two[0], True), (two[2], True), (two[1], False)):
                yield from _two_electron_lines(h2, tolerance, same_spin=same_spin, real=real)
                yield _CLOSING
            for h1 in one:
                yield from _one_electron_lines(h1, tolerance)
                yield _CLOSING
        yield core

    def write(file: BinaryIO) -> None:
        file.writelines(line.encode() for line in lines())

    write_atomically(path, write)


_CLOSING = f"{0.0: .17e} 0 0 0 0\n"


def _head(hamiltonian: Hamiltonian) -> str:
    norb, (na, nb) = hamiltonian.norb, hamiltonian.nelec
    symmetry = ",".join(["1"] * norb)
    blocks = "" if hamiltonian.restricted else "  IUHF=1,\n"
    return (
        f" &FCI NORB={norb},NELEC={na + nb},MS2={na - nb},\n"
        f"  ORBSYM={symmetry},\n  ISYM=1,\n{blocks} &END\n"
    )


def _two_electron_lines(
    h2: Floats, tolerance: float, *, same_spin: bool = True, real: bool
) -> Iterator[str]:
    pairs = [(p, q) for p in range(len(h2)) for q in range(p + 1)]
    for k, (p, q) in enumerate(pairs):
        for r, s in pairs[: k + 1] if same_spin else pairs:
            twins = [(p, q)] if real or p == q or r == s else [(p, q), (q, p)]
            if any(abs(h2[i, j, r, s]) > tolerance for i, j in twins):
                for i, j in twins:
                    yield f"{h2[i, j, r, s]: .17e} {i + 1} {j + 1} {r + 1} {s + 1}\n"


def _one_electron_lines(h1: Floats, tolerance: float) -> Iterator[str]:
    """Elements that are not small, and the first in any case: a file without looks cut off."""
    for p in range(len(h1)):
        for q in range(p + 1):
            if p == 0 or abs(h1[p, q]) > tolerance:
                yield f"{h1[p, q]: .17e} {p + 1} {q + 1} 0 0\n"


def read_fcidump(path: str | Path, *, complex_orbitals: bool | None = None) -> Hamiltonian:
    """Read real integrals, the same for both spins or different ones; symmetry labels are not used.

    Spin-dependent integrals come in Molpro's blocks (`IUHF=1`) or over spin orbitals (`UHF=.TRUE.`,
    NECI and HANDE).  An integral may be there several times, under any permutation of its indices,
    with one value.

    Args:
        path: of the file.
        complex_orbitals: whether (pq|rs) and (qp|rs) are different integrals.  None decides by
            the file: they are if it gives both of each and not all with the same value.

    Raises:
        InputError: for a file that is missing, malformed or cut off, that holds complex integrals
            or two values of one integral, or that does not show whether orbitals are complex.
        MemoryLimitError: if the integrals do not fit into memory.
    """
    header, lines, first = split_header(path, read_text(path))
    norb, arrays = header.norb, 1 if header.layout == "restricted" else 3
    require_memory(2 * 8 * arrays * norb**4, f"the two-electron integrals over {norb} orbitals")
    entries = read_entries(path, lines, first, header)
    core = settle(path, entries.core, CORE)
    h1 = [fill(settle(path, one, ONE_ELECTRON), ONE_ELECTRON, norb, 2) for one in entries.one]
    warnings: tuple[str, ...] = ()
    if complex_orbitals is None:
        complex_orbitals, warnings = _over_complex_orbitals(path, entries.two, header.labels)
    h2 = []
    for two, same_spin in zip(entries.two, _SAME_SPIN, strict=False):
        symmetry = (complex_symmetry if complex_orbitals else real_symmetry)(same_spin=same_spin)
        h2.append(fill(settle(path, two, symmetry), symmetry, norb, 4))
    if warnings and _looks_like_physicists(h2[0]):
        raise InputError(
            f"{path}: expected chemists' (pq|rs), got integrals with the symmetry of physicists' "
            "<pq|rs>; if they are (pq|rs), of a contact interaction, read them with "
            "complex_orbitals=True"
        )
    hamiltonian = Hamiltonian.from_integrals(
        h1[0] if len(h1) == 1 else (h1[0], h1[1]),
        h2[0] if len(h2) == 1 else (h2[0], h2[1], h2[2]),
        header.nelec,
        core_energy=float(core.values[0]),
        complex_orbitals=complex_orbitals,
        name=Path(path).stem,
    )
    return replace(hamiltonian, warnings=warnings)


# Of aa, ab and bb, or of integrals that all pairs of spins share.
_SAME_SPIN = (True, False, True)


def _over_complex_orbitals(
    path: str | Path, two: tuple[Entries, ...], labels: str | None
) -> tuple[bool, tuple[str, ...]]:
    """Whether a file holds integrals over complex orbitals, with a warning if it does.

    Args:
        path: named in errors.
        two: entries that all pairs of spins share, or those of aa, ab and bb.
        labels: the key of labels that complex orbitals have, if the header has any.

    Raises:
        InputError: for a file that does not show it.
    """
    choose = "read it with complex_orbitals=True or False"
    found = []
    for entries, same_spin in zip(two, _SAME_SPIN, strict=False):
        one_each = settle(path, entries, complex_symmetry(same_spin=same_spin))
        found.append(find_twins(one_each, same_spin=same_spin))
    different = next((twins.different for twins in found if twins.different is not None), None)
    alone = next((twins.alone for twins in found if len(twins.alone)), None)
    if different is None:
        if labels is not None:
            raise InputError(
                f"{path}: {labels} in the header is for complex orbitals, but no (pq|rs) differs "
                f"from (qp|rs); {choose}"
            )
        return False, ()
    lines = both_lines(different)
    if alone is not None and labels is None:
        raise InputError(
            f"{path}, {lines} to (pq|rs) and (qp|rs), one integral over real orbitals; over "
            f"complex ones both are expected of each, but line {alone.lines.min()} gives one only: "
            f"correct the file, or {choose}"
        )
    return True, (
        f"{lines} to (pq|rs) and (qp|rs), so the integrals are taken to be over complex orbitals",
    )


def _looks_like_physicists(h2: Floats) -> bool:
    """Whether the first and third index may be exchanged, as of <pq|rs> over real orbitals."""
    return bool(np.allclose(h2, h2.transpose(2, 1, 0, 3), rtol=0, atol=1e-8))
