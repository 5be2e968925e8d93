"""Exact energies that are known beforehand, from the library of molecules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qminima.library import Library
from qminima.result import Reference

from ..methods.registry import EXACT
from ..molecules.molecule import Molecule


def library_reference(problem: Mapping[str, Any]) -> Reference | None:
    """The stored FCI energy of a problem, if the library has just this one.

    Args:
        problem: the `problem` entry of a record; name, geometry, charge, spin, basis and active
            space must all be those of the stored energy.
    """
    name = problem.get("name")
    entry = Library("molecules").index.get(str(name))
    if entry is None or problem.get("basis") is None or "active_orbitals" in problem:
        return None
    stored = Molecule.from_name(str(name), basis=problem["basis"])
    described = stored.describe()
    if any(described[key] != problem.get(key) for key in ("geometry", "charge", "spin", "basis")):
        return None
    for reference in entry["reference"]:
        space = reference.get("active_space", [stored.electrons, problem["orbitals"]])
        if (
            reference["method"] == EXACT
            and reference["basis"] == problem["basis"]
            and space == problem.get("active_space")
        ):
            return Reference(
                float(reference["value"]), EXACT, "proven", f"molecules/index.toml: {name}"
            )
    return None
