"""Basis sets by name.

PySCF also takes basis sets from files and from text, and evaluates parts of what it reads.
Names are therefore checked against its own list before they reach it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qminima.errors import InputError, unknown_name

# 6-31G(2df,p) and its like, which PySCF composes from parts.
_POPLE = re.compile(r"(321|431|631|6311)\+{0,2}g\(((?:\d?[a-z])+)(?:,((?:\d?[a-z])+))?\)")
# Names in PySCF's list that stand for something else than orbitals.
_NO_ORBITALS = (
    (
        re.compile(r".*(fit|ri)|weigend(\+etb)?|demon|ahlrichs"),
        "auxiliary functions for density fitting",
    ),
    (re.compile(r"sapgrasp(small|large)"), "atomic potentials for a first guess"),
    (
        re.compile(r"ccecp(he|reg|28|36)?|bfd(pp)?|ecpqvszp|ecpds.*"),
        "core potentials alone, which the basis sets made for them load by themselves",
    ),
)


def check_basis(name: str, symbols: Sequence[str]) -> None:
    """Check that a basis set is known and covers all elements.

    Raises:
        InputError: naming the nearest known sets, or the elements that are missing.
    """
    from pyscf.gto.basis import ALIAS, GTH_ALIAS

    normal = normalise(name)
    if normal not in ALIAS and normal not in GTH_ALIAS and not _is_composed(normal):
        raise InputError(f"{unknown_name('basis set', name, SUGGESTED)}, and others that PySCF has")
    for pattern, content in _NO_ORBITALS:
        if pattern.fullmatch(normal):
            raise InputError(
                f"{name!r} holds {content}; expected a basis set for orbitals, such as cc-pvdz, "
                "def2-svp or ccecp-cc-pvdz"
            )
    missing = [symbol for symbol in symbols if not load_functions(normal, symbol)]
    if missing:
        raise InputError(f"the basis set {name!r} has no functions for {', '.join(missing)}")


def _is_composed(normal: str) -> bool:
    """Whether PySCF has all the parts of a Pople set with polarisation functions."""
    from pyscf.gto import basis

    match = _POPLE.fullmatch(normal)
    if match is None:
        return False
    valence, heavy, hydrogen = match.groups()
    folder = Path(basis.__file__).parent / "pople-basis"
    parts = re.findall(r"\d?[a-z]", heavy + (hydrogen or ""))
    name = f"{valence[0]}-{valence[1:]}G-polarization"
    return all((folder / f"{name}-{part}.dat").is_file() for part in parts)


def load_functions(normal: str, symbol: str) -> Any:
    """PySCF's internal form of the functions of one element; None if there are none.

    Args:
        normal: the name of the basis set as `normalise` spells it.
        symbol: of the element.
    """
    from pyscf import gto

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice to install further packages
        try:
            functions = gto.basis.load(never_a_file(normal), symbol)
        except Exception:  # PySCF's readers raise whatever comes up
            return None
    # Of americium and heavier elements, CRENBL's table has a part only.
    return functions if any(shell[0] == 0 for shell in functions) else None


def never_a_file(normal: str) -> str:
    """A spelling of the name that PySCF cannot mistake for a file; it drops the hyphens."""
    while Path(normal).exists():
        normal += "-"
    return normal


def normalise(name: str) -> str:
    """The spelling in PySCF's list: lower case, without hyphens, underscores and blanks."""
    plain = name.lower().replace("-", "").replace("_", "").replace(" ", "")
    # Two spellings of the same Pople sets; PySCF does not compose the first with all others.
    return plain.replace("(d,p)", "**").replace("(d)", "*")


# Sets that messages name; all of them load.
SUGGESTED = (
    "sto-3g", "sto-6g", "3-21g", "6-31g", "6-31g*", "6-31g**", "6-31+g*", "6-311g**",
    "cc-pvdz", "cc-pvtz", "cc-pvqz", "aug-cc-pvdz", "aug-cc-pvtz", "def2-svp", "def2-tzvp",
    "def2-qzvp", "ano-rcc", "lanl2dz",
)  # fmt: skip
