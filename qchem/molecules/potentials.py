"""Core potentials, which stand for the inner electrons of atoms, and the basis sets made for them.

PySCF keeps the functions and the potentials of many families under different names. A basis set for
valence electrons gives energies without meaning where its potential is left out, and PySCF has no
check for that; here each element either has its potential or functions that reach its nucleus.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from qminima.errors import InputError

from .basis import load_functions, never_a_file, normalise


@dataclass(frozen=True, eq=False)
class CorePotential:
    """The potential in place of the core electrons of one element.

    Attributes:
        name: of the potentials in PySCF's tables.
        electrons: how many are replaced; none where only the field of the nucleus is smoothed.
        parameters: in PySCF's internal form.
        separable: whether it is of the type of Goedecker, Teter and Hutter, `Mole.pseudo` in
            PySCF, and not semilocal, `Mole.ecp`.
    """

    name: str
    electrons: int
    parameters: Any
    separable: bool = False


class _Family(NamedTuple):
    """Basis sets that need potentials.

    Attributes:
        pattern: of the names as `normalise` spells them.
        first: the atomic number from which on they hold no functions for the core.
        potentials: names in PySCF's tables, the first that has the element counts; that of the
            basis set itself if empty.
    """

    pattern: str
    first: int
    potentials: tuple[str, ...] = ()


_FAMILIES = (
    # Bennett et al., J. Chem. Phys. 147, 224106 (2017), doi:10.1063/1.4995643, and later parts.
    *(
        _Family(rf"ccecp{core}(aug)?ccpv[dtq56]z", 1, (f"ccecp{core}",))
        for core in ("", "he", "reg", "28", "36")
    ),
    # Burkatzki, Filippi and Dolg, J. Chem. Phys. 126, 234105 (2007), doi:10.1063/1.2741534.
    _Family(r"bfdv[dtq5]z", 1, ("bfd",)),
    # All cardinal numbers, with diffuse and core-valence functions, share their potentials.
    _Family(r"(aug)?ccp(wc)?v[dtq5]zpp", 1, ("cc-pvdz-pp",)),
    # Their nonrelativistic potentials are not in PySCF.
    _Family(r"ccpv[dt]zppnr", 1),
    # Of the lanthanides def2 takes ECP28MWB (Gulde et al., J. Chem. Theory Comput. 8, 4062 (2012),
    # doi:10.1021/ct300302j), which PySCF has in a file with spin-orbit terms.
    _Family(r"(ma)?def2m?(svp|tzvp|qzvp)p?d?", 37, ("def2-svp", "ecpds28mwbso")),
    _Family(r"qavgvszps", 3, ("ecp-q-vszp",)),
    # Optimised for density functionals; these potentials are for Hartree-Fock and what follows it.
    # Stein et al., Molecules 25, 5174 (2020), doi:10.3390/molecules25215174.
    _Family(r"gth.*", 1, ("gth-hf-rev",)),
    _Family(r"crenbl|sbkjc", 3),
    _Family(r"crenbs|stuttgart.*", 1),
    _Family(r"lanl.*", 11),
)
# Charges of the nuclei for which the GTH sets are made, where PySCF's first choice is another.
_GTH_CHARGES = {"Cu": 11, "Zn": 12, "Ag": 11, "Cd": 12, "Au": 11, "Pb": 4, "Bi": 5}

# All-electron sets have s functions of exponents beyond this, in units of Z^2, or reach this share
# of the energy of a single electron. Over all sets and elements of PySCF 2.14, and those in need of
# a potential: the exponent is at most 165 Z^2, and at least 459 Z^2 where a contraction for
# relativistic Hamiltonians misses the energy; the share is at most 0.89, and at least 0.92.
_STEEP = 300.0
_SHARE = 0.91
# Sets to suggest in place of one that lacks a potential.
_ALTERNATIVES = ("def2-svp", "lanl2dz", "crenbl", "dyall-v2z")


def core_potentials(basis: str, symbols: Sequence[str]) -> dict[str, CorePotential]:
    """The potentials that belong to a basis set, of those elements that have one.

    Raises:
        InputError: for elements without a potential whose core electrons have no functions.

    >>> found = core_potentials("ccecp-cc-pvdz", ["H", "O"])
    >>> [(symbol, one.name, one.electrons) for symbol, one in found.items()]
    [('H', 'ccecp', 0), ('O', 'ccecp', 2)]
    """
    found = {symbol: _potential(normalise(basis), symbol) for symbol in symbols}
    bare = [
        symbol
        for symbol, potential in found.items()
        if potential is None and _needs_potential(normalise(basis), symbol)
    ]
    if bare:
        other = next((name for name in _ALTERNATIVES if _suits(name, symbols)), "another family")
        raise InputError(
            f"the basis set {basis!r} has no functions for the core electrons of "
            f"{', '.join(bare)}, and no core potential that belongs to it is known; "
            f"choose another set, such as {other}"
        )
    return {symbol: potential for symbol, potential in found.items() if potential is not None}


def _family(normal: str, symbol: str) -> _Family | None:
    """The family that says of a basis set that an element needs a potential."""
    for family in _FAMILIES:
        if re.fullmatch(family.pattern, normal) and _number(symbol) >= family.first:
            return family
    return None


def _potential(normal: str, symbol: str) -> CorePotential | None:
    family = _family(normal, symbol)
    for name in (family and family.potentials) or (normal,):
        found = _load_gth(name, symbol) if name.startswith("gth") else _load_ecp(name, symbol)
        if found is not None:
            return found
    return None


def _load_ecp(name: str, symbol: str) -> CorePotential | None:
    """A semilocal potential without its spin-orbit part; None if PySCF has none."""
    from pyscf import gto

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = gto.basis.load_ecp(never_a_file(normalise(name)), symbol)
    except Exception:  # PySCF's readers raise whatever comes up
        return None
    if not found:
        return None
    electrons, parts = found
    scalar = [
        [momentum, [[term[:2] for term in terms if term[1] != 0] for terms in powers]]
        for momentum, powers in parts
    ]
    return CorePotential(name, electrons, [electrons, scalar])


def _load_gth(name: str, symbol: str) -> CorePotential | None:
    """A separable potential; None if PySCF has none."""
    from pyscf import gto
    from pyscf.gto.moleintor import _INTOR_FUNCTIONS

    # Integrals that these potentials take, of one component; PySCF warns that it has to guess that.
    for integral in ("int1e_r2_origi", "int1e_r4_origi"):
        _INTOR_FUNCTIONS.setdefault(integral, (1, 1))
    if symbol in _GTH_CHARGES:
        name = f"{name}-q{_GTH_CHARGES[symbol]}"
    try:
        found = gto.basis.load_pseudo(never_a_file(normalise(name)), symbol)
    except Exception:  # PySCF's readers raise whatever comes up
        return None
    return CorePotential(name, _number(symbol) - sum(found[0]), found, separable=True)


def _needs_potential(normal: str, symbol: str) -> bool:
    """Whether the functions of an element are for its valence electrons only."""
    if _family(normal, symbol) is not None:
        return True
    return lacks_core(load_functions(normal, symbol), _number(symbol))


def lacks_core(functions: Any, charge: int) -> bool:
    """Whether functions in PySCF's form are too wide for 1s electrons around a nucleus of charge Z.

    Functions for one or two core electrons of light atoms can pass although a potential belongs to
    them.
    """
    exponents, contractions = _s_functions(functions)
    if exponents.max(initial=0.0) > _STEEP * charge**2:
        return False
    return _share_of_1s(exponents, contractions, charge) < _SHARE


def _suits(name: str, symbols: Sequence[str]) -> bool:
    """Whether a basis set has what all elements need."""
    normal = normalise(name)
    return all(
        load_functions(normal, symbol)
        and (_potential(normal, symbol) or not _needs_potential(normal, symbol))
        for symbol in symbols
    )


def _s_functions(functions: Any) -> tuple[Any, Any]:
    """Exponents of all Gaussians with l = 0, shape (n,), and contractions, shape (n, functions)."""
    shells = [
        np.array([row for row in shell[1:] if isinstance(row, (list, tuple))])
        for shell in functions
        if shell[0] == 0
    ]
    exponents = np.concatenate([np.zeros(0), *(shell[:, 0] for shell in shells)])
    contractions = np.zeros((len(exponents), sum(shell.shape[1] - 1 for shell in shells)))
    row = column = 0
    for shell in shells:
        below, right = row + shell.shape[0], column + shell.shape[1] - 1
        contractions[row:below, column:right] = shell[:, 1:]
        row, column = below, right
    return exponents, contractions


def _share_of_1s(exponents: Any, contractions: Any, charge: int) -> float:
    """E / (-Z^2/2) with E the lowest energy of one electron around a nucleus of charge Z.

    In normalised Gaussians g_a, g_b with exponents a, b and s = a + b,

        <g_a|g_b> = (2 sqrt(ab) / s)^(3/2),  <g_a|-D/2|g_b> = 3 ab/s <g_a|g_b>,
        <g_a|-Z/r|g_b> = -2 Z sqrt(s/pi) <g_a|g_b>.
    """
    total = exponents[:, None] + exponents
    product = np.outer(exponents, exponents)
    overlap = (2 * np.sqrt(product) / total) ** 1.5
    energy = (3 * product / total - 2 * charge * np.sqrt(total / np.pi)) * overlap
    overlap, energy = (contractions.T @ matrix @ contractions for matrix in (overlap, energy))
    norms = np.sqrt(np.diag(overlap))
    overlap, energy = (matrix / np.outer(norms, norms) for matrix in (overlap, energy))
    weights, vectors = np.linalg.eigh(overlap)
    vectors = vectors[:, weights > 1e-9] / np.sqrt(weights[weights > 1e-9])
    lowest = np.linalg.eigvalsh(vectors.T @ energy @ vectors).min(initial=0.0)
    return float(lowest / (-0.5 * charge**2))


@cache
def _number(symbol: str) -> int:
    from pyscf.data.elements import charge

    return int(charge(symbol))
