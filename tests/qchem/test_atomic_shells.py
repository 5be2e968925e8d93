"""Atomic orbitals by name, with core potentials and without."""

from __future__ import annotations

import numpy as np
import pytest

import qchem
from qchem import ActiveSpace, Molecule, electronic_hamiltonian
from qchem.molecules.atomic_shells import named_orbitals
from qminima import InputError

SULFIDE = "S 0 0 0; H 0 0.97 0.93; H 0 -0.97 0.93"


def hydride(element: str, basis: str, spin: int = 0) -> Molecule:
    return Molecule.from_atoms(f"{element} 0 0 0; H 0 0 1.6", basis=basis, spin=spin)


@pytest.mark.parametrize("basis", ["def2-svp", "lanl2dz", "crenbl", "dyall-v2z"])
@pytest.mark.parametrize(
    ("element", "shells", "spin"),
    [
        ("Ag", "4d 5s", 0), ("I", "5s 5p", 0), ("Sn", "5s 5p", 1), ("Mo", "4d 5s", 1),
        ("Hg", "5d 6s", 1), ("Pt", "5d 6s", 1), ("Au", "5d 6s", 0), ("Rb", "5s", 0),
    ],
)  # fmt: skip
def test_valence_shells_of_heavy_atoms(basis: str, element: str, shells: str, spin: int) -> None:
    """They are there whatever core the potential replaces."""
    mol = hydride(element, basis, spin).to_pyscf()
    for shell in shells.split():
        _, places = named_orbitals(mol, [f"{element} {shell}"])
        assert len(places) == {"s": 1, "p": 3, "d": 5}[shell[1]]
    functions, every = named_orbitals(mol, [element])
    lowest = named_orbitals(mol, [f"{element} {shells.split()[0]}"])[1]
    assert set(lowest) <= set(every)
    assert {shell[0] for shell in functions[element]} <= {0, 1, 2, 3}
    # The electrons that are left fill the shells that are left.
    valence = sum(2 * (2 * shell[0] + 1) for shell in functions[element])
    assert valence >= sum(mol.nelec) - 1


@pytest.mark.parametrize(
    ("basis", "missing"), [("ccecp-cc-pvdz", "S 2p"), ("gth-szv", "S 2s"), ("bfd-vdz", "S 1s")]
)
def test_shells_of_the_core_are_gone(basis: str, missing: str) -> None:
    mol = Molecule.from_atoms(SULFIDE, basis=basis).to_pyscf()
    with pytest.raises(InputError, match=rf"called '{missing}'; there are H 1s, S 3p, S 3s$"):
        named_orbitals(mol, [missing])


def test_functions_are_those_of_the_named_shell() -> None:
    """The 3p shell of the reference is the same with a potential and without."""
    rows = []
    for basis in ("cc-pvdz", "ccecp-cc-pvdz", "lanl2dz"):
        functions, places = named_orbitals(
            Molecule.from_atoms(SULFIDE, basis=basis).to_pyscf(), ["S 3p"]
        )
        rows.append(np.array(functions["S"][-1][1:]))
        count = sum(2 * shell[0] + 1 for shell in functions["S"])
        assert places == [count - 3, count - 2, count - 1]
    assert (rows[0] == rows[1]).all()
    assert (rows[0] == rows[2]).all()


def test_elements_and_numbers_are_taken_literally() -> None:
    mol = Molecule.from_atoms("C 0 0 0; Cl 0 0 1.7; Cl 0 1.7 0").to_pyscf()
    assert len(named_orbitals(mol, ["C"])[1]) == 5
    assert len(named_orbitals(mol, ["Cl 3p"])[1]) == 6
    assert len(named_orbitals(mol, ["2 Cl 3p", "Cl 3pz"])[1]) == 4
    iron = Molecule.from_atoms("Fe 0 0 0", spin=4).to_pyscf()
    assert len(named_orbitals(iron, ["0 Fe 3dz^2"])[1]) == 1
    assert len(named_orbitals(iron, ["Fe 3dx2-y2", "Fe 3d"])[1]) == 5
    with pytest.raises(InputError, match="'1 Fe 3d'"):
        named_orbitals(iron, ["1 Fe 3d"])


def test_element_without_a_reference() -> None:
    with pytest.raises(InputError, match="no atomic orbitals of Cf"):
        named_orbitals(Molecule.from_atoms("Cf 0 0 0", basis="dyall-v2z").to_pyscf(), ["Cf 5f"])


@pytest.mark.parametrize("basis", ["cc-pvdz", "ccecp-cc-pvdz"])
def test_active_space_does_not_depend_on_the_potential(basis: str) -> None:
    molecule = Molecule.from_atoms(SULFIDE, basis=basis)
    hamiltonian = electronic_hamiltonian(molecule, ActiveSpace.avas("S 3p"))
    assert hamiltonian.description["active_space"] == [6, 4]
    gain = hamiltonian.reference_energy - qchem.fci(hamiltonian).value
    assert gain == pytest.approx(0.0099, abs=6e-4)


def test_all_electron_set_on_a_heavy_atom() -> None:
    """PySCF's minimal basis has no potassium and calls the lowest shells of iodine 1s and 2p."""
    potassium = Molecule.from_atoms("K 0 0 0; H 0 0 2.24", basis="sto-3g")
    hamiltonian = electronic_hamiltonian(potassium, ActiveSpace.avas("K 4s", "H 1s"))
    assert hamiltonian.description["active_space"] == [2, 2]
    functions, places = named_orbitals(hydride("I", "sto-3g").to_pyscf(), ["I 5p"])
    assert len(functions["I"]) == 5 + 4 + 2
    assert len(places) == 3


def test_gold_hydride() -> None:
    """CAS(4,3) of a public report, by PySCF."""
    molecule = Molecule.from_atoms("Au 0 0 0; H 0 0 1.524", basis="def2-svp")
    hamiltonian = electronic_hamiltonian(molecule, ActiveSpace.avas("Au 6s", "H 1s"))
    assert hamiltonian.description["active_space"] == [4, 3]
    assert qchem.fci(hamiltonian).value == pytest.approx(-135.352470916, abs=1e-8)
