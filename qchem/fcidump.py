"""FCIDUMP files (Knowles and Handy, Comput. Phys. Commun. 54, 75 (1989)), read and written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

import numpy as np

from qminima.errors import InputError, shorten
from qminima.library import read_text
from qminima.parsing import real_number, whole_number
from qminima.storage import write_atomically
from simulator.memory import require_memory

from .hamiltonian import Hamiltonian

_NAME = re.compile(r"\b([A-Za-z]\w*)[ \t]*=")
_HEADER = re.compile(r"&FCI(.*?)(?:&END|/|\$END)", re.DOTALL | re.IGNORECASE)


def write_fcidump(hamiltonian: Hamiltonian, path: str | Path, *, tolerance: float = 1e-15) -> None:
    """Write the integrals, each once, leaving out those below `tolerance`.

    Raises:
        InputError: for spin-dependent integrals, or if the file cannot be written.
    """
    h1, h2 = hamiltonian.h1, hamiltonian.h2
    if isinstance(h1, tuple) or isinstance(h2, tuple):
        raise InputError("FCIDUMP files here hold integrals that are the same for both spins")
    norb, (na, nb) = hamiltonian.norb, hamiltonian.nelec
    symmetry = ",".join(["1"] * norb)
    head = (
        f" &FCI NORB={norb},NELEC={na + nb},MS2={na - nb},\n"
        f"  ORBSYM={symmetry},\n  ISYM=1,\n &END\n"
    )
    pairs = [(p, q) for p in range(norb) for q in range(p + 1)]
    lines = [
        f"{h2[p, q, r, s]: .17e} {p + 1} {q + 1} {r + 1} {s + 1}\n"
        for k, (p, q) in enumerate(pairs)
        for r, s in pairs[: k + 1]
        if abs(h2[p, q, r, s]) > tolerance
    ]
    lines += [
        f"{h1[p, q]: .17e} {p + 1} {q + 1} 0 0\n" for p, q in pairs if abs(h1[p, q]) > tolerance
    ]
    lines.append(f"{hamiltonian.core_energy: .17e} 0 0 0 0\n")

    def write(file: BinaryIO) -> None:
        file.write(head.encode())
        file.writelines(line.encode() for line in lines)

    write_atomically(path, write)


def read_fcidump(path: str | Path) -> Hamiltonian:
    """Read integrals that are the same for both spins; point-group labels are not used.

    Raises:
        InputError: for a file that is missing, malformed or of spin-dependent integrals.
        MemoryLimitError: if the integrals do not fit into memory.
    """
    text = read_text(path)
    header = _HEADER.search(text)
    if header is None:
        raise InputError(f"{path}: expected a header from &FCI to &END")
    keys = _keys(header[1])
    if keys.get("IUHF", "0") not in ("0", "") or "T" in keys.get("UHF", "").upper():
        raise InputError(f"{path}: expected integrals that are the same for both spins")
    norb, electrons = _integer(path, keys, "NORB"), _integer(path, keys, "NELEC")
    spin = _integer(path, keys, "MS2") if "MS2" in keys else 0
    if norb < 1 or electrons < 0 or abs(spin) > electrons or (electrons - spin) % 2:
        raise InputError(f"{path}: no {electrons} electrons with MS2 = {spin} in {norb} orbitals")
    require_memory(2 * 8 * norb**4, f"the two-electron integrals over {norb} orbitals")
    h1, h2, core_energy = np.zeros((norb,) * 2), np.zeros((norb,) * 4), 0.0
    first = text.count("\n", 0, header.end()) + 1
    for number, line in enumerate(text[header.end() :].splitlines(), start=first):
        if not line.strip():
            continue
        value, (p, q, r, s) = _parse_line(f"{path}, line {number}", line, norb)
        if min(p, q, r, s) >= 0:
            for i, j in ((p, q), (q, p)):
                for k, m in ((r, s), (s, r)):
                    h2[i, j, k, m] = h2[k, m, i, j] = value
        elif min(p, q) >= 0 and max(r, s) < 0:
            h1[p, q] = h1[q, p] = value
        elif max(p, q, r, s) < 0:
            core_energy = value
        elif p < 0 or max(q, r, s) >= 0:  # orbital energies, "e p 0 0 0", carry no integral
            raise InputError(
                f"{path}, line {number}: no integral has the indices in {shorten(line)!r}"
            )
    nelec = ((electrons + spin) // 2, (electrons - spin) // 2)
    return Hamiltonian.from_integrals(h1, h2, nelec, core_energy=core_energy, name=Path(path).stem)


def _keys(header: str) -> dict[str, str]:
    """Keys and values of ``KEY=value, KEY=value, ...``; a value may be a list with commas."""
    names = list(_NAME.finditer(header))
    ends = [name.start() for name in names[1:]] + [len(header)]
    return {
        name[1].upper(): header[name.end() : end].strip(" ,\t\r\n")
        for name, end in zip(names, ends, strict=True)
    }


def _integer(path: str | Path, keys: dict[str, str], key: str) -> int:
    try:
        return whole_number(keys[key])
    except KeyError:
        raise InputError(f"{path}: expected {key} in the header") from None
    except ValueError:
        raise InputError(
            f"{path}: expected a whole number for {key}, got {shorten(keys[key])!r}"
        ) from None


def _parse_line(where: str, line: str, norb: int) -> tuple[float, list[int]]:
    fields = line.split()
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
    if min(indices) < -1 or max(indices) >= norb:
        raise InputError(f"{where}: expected indices from 0 to {norb}, got {shorten(line)!r}")
    return value, indices
