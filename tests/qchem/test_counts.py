"""Counts, charges and seeds of molecules and solvers are whole numbers by their type."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import qchem
from qchem import Hamiltonian, Molecule
from qminima import InputError

BERYLLIUM = "Be 0 0 0"
Call = Callable[[Hamiltonian, Any], Any]
COUNTED: dict[str, Call] = {
    "charge": lambda h2, n: Molecule.from_atoms(BERYLLIUM, charge=n),
    "spin": lambda h2, n: Molecule.from_atoms(BERYLLIUM, spin=n),
    "electrons": lambda h2, n: space((n, 3)),
    "orbitals": lambda h2, n: space((2, n)),
    "layers": lambda h2, n: qchem.k_upccgsd(h2, layers=n),
    "restarts": lambda h2, n: qchem.vqe(h2, qchem.uccsd(h2), restarts=n, seed=0),
    "evaluations": lambda h2, n: qchem.vqe(h2, qchem.uccsd(h2), max_evaluations=n),
    "seed": lambda h2, n: qchem.vqe(h2, qchem.uccsd(h2), restarts=1, seed=n),
    "seed of all": lambda h2, n: qchem.solve(h2, ["hf"], seed=n),
}


def space(given: tuple[int, int]) -> dict[str, Any]:
    return qchem.electronic_hamiltonian(
        Molecule.from_atoms(BERYLLIUM), active_space=given
    ).describe()


@pytest.mark.parametrize("name", COUNTED)
def test_counts(name: str, h2: Hamiltonian) -> None:
    for wrong in (2.0, 1.5, np.float64(2), True):
        with pytest.raises(InputError, match="whole number"):
            COUNTED[name](h2, wrong)
    found = COUNTED[name](h2, np.int64(2))
    if hasattr(found, "record"):
        assert "np." not in json.dumps(found.record())
    else:
        assert found == COUNTED[name](h2, 2)
