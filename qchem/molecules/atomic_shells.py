"""Atomic orbitals by name, such as "Au 6s": what AVAS projects molecular orbitals on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qminima.errors import InputError, shorten

from .basis import load_functions

if TYPE_CHECKING:
    from pyscf.gto import Mole

Functions = list[Any]


def named_orbitals(mol: Mole, labels: Sequence[str]) -> tuple[dict[str, Functions], list[int]]:
    """The occupied shells of the atoms as a minimal basis, and which of its functions are named.

    Shells that a core potential replaces are left out. PySCF's own minimal basis lacks the core of
    heavy elements and has that of light ones, whatever potentials the molecule has, and its labels
    are then those of other shells; it also takes "C" for a part of "Cl".

    Args:
        mol: the molecule, with its potentials.
        labels: an element, with the number of an atom before it and a shell or orbital after it
            where not all are meant: "N", "N 2p", "0 Fe 3dz^2".

    Returns:
        Functions of each element in PySCF's form, and places in the order of a molecule that has
        them as its basis.

    Raises:
        InputError: for a label that names nothing.
    """
    places, basis = {}, {}
    for atom in range(mol.natm):
        symbol = mol.atom_symbol(atom)
        places[atom], basis[symbol] = _shells(symbol, mol.atom_nelec_core(atom))
    minimal = mol.copy()
    minimal.atom, minimal.unit, minimal.symmetry, minimal.basis = mol._atom, "B", False, basis
    minimal.build(False, False)
    orbitals = _names(minimal, places)
    chosen = [[k for k, one in enumerate(orbitals) if _matches(label, *one)] for label in labels]
    for label, found in zip(labels, chosen, strict=True):
        if not found:
            known = sorted({f"{symbol} {orbital[:2]}" for _, symbol, orbital in orbitals})
            raise InputError(
                f"no atomic orbital is called {label!r}; there are {shorten(', '.join(known))}"
            )
    return basis, sorted({k for found in chosen for k in found})


def _matches(label: str, atom: int, symbol: str, orbital: str) -> bool:
    parts = re.fullmatch(r"(?:(\d+) )?(\S+)(?: (\S+))?", label)
    if parts is None:
        return False
    number, element, shell = parts.groups(default="")
    return element == symbol and number in ("", str(atom)) and orbital.startswith(shell)


def _names(minimal: Mole, below: dict[int, list[int]]) -> list[tuple[int, str, str]]:
    """Atom, element and orbital of each function, as (0, "Fe", "3dxy").

    Args:
        minimal: a molecule whose basis consists of shells.
        below: of each atom the number of s, p, d and f shells below its first.
    """
    from pyscf.lib.parameters import REAL_SPHERIC

    seen = {atom: list(counts) for atom, counts in below.items()}
    names = []
    for shell in range(minimal.nbas):
        atom, momentum = int(minimal.bas_atom(shell)), int(minimal.bas_angular(shell))
        for _ in range(minimal.bas_nctr(shell)):
            seen[atom][momentum] += 1
            level = f"{seen[atom][momentum] + momentum}{'spdf'[momentum]}"
            symbol = minimal.atom_symbol(atom)
            names += [(atom, symbol, level + part) for part in REAL_SPHERIC[momentum]]
    return names


def _shells(symbol: str, replaced: int) -> tuple[list[int], Functions]:
    """The occupied shells of an atom, and how many of s, p, d and f lie below them.

    Functions are those of Molpro's minimal basis (`minao` in PySCF), which is made of
    cc-pVTZ and, of heavy elements, cc-pVTZ-PP; where that has fewer, those of ANO-RCC.

    Args:
        symbol: of the element.
        replaced: the number of core electrons that a potential stands for.
    """
    from pyscf.data.elements import CONFIGURATION, charge
    from pyscf.gto.ecp import core_configuration

    number = charge(symbol)
    core, inner = core_configuration(replaced), _inner(number)
    shells = _by_momentum(load_functions("minao", symbol))
    if shells:
        ends = [low + len(part) for low, part in zip(inner, shells, strict=True)]
    else:
        ends = [-(-n // (4 * momentum + 2)) for momentum, n in enumerate(CONFIGURATION[number])]
    if not shells or any(n < low for n, low in zip(core, inner, strict=True)):
        inner, shells = [0, 0, 0, 0], _by_momentum(load_functions("ano", symbol))
    if not shells:
        raise InputError(f"AVAS knows no atomic orbitals of {symbol}; choose orbitals otherwise")
    kept = [
        part[n - low : end - low]
        for part, n, low, end in zip(shells, core, inner, ends, strict=True)
    ]
    return core, [one for part in kept for one in part]


def _inner(number: int) -> list[int]:
    """How many s, p, d and f shells the potential of cc-pVTZ-PP replaces, which `minao` lacks."""
    if number < 39:
        return [0, 0, 0, 0]
    return [3, 2, 1, 0] if number < 72 else [4, 3, 2, 1]


def _by_momentum(functions: Functions | None) -> list[Functions]:
    """Contracted functions one by one, those of s, p, d and f by themselves; empty if none."""
    parts: list[Functions] = [[], [], [], []]
    for momentum, *rows in functions or []:
        if momentum < len(parts):
            for column in range(1, len(rows[0])):
                parts[momentum].append([momentum, *([row[0], row[column]] for row in rows)])
    return parts if functions else []
