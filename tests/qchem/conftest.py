"""Hamiltonians that several test files look at, each computed once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from qchem import Hamiltonian, electronic_hamiltonian
from qchem.molecules.molecule import Molecule

MakeIntegrals = Callable[[int, int], tuple[NDArray[np.float64], NDArray[np.float64]]]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """On molecules this small, threads that wait for each other cost more than they bring."""
    from pyscf import lib

    lib.num_threads(1)


@pytest.fixture(scope="session")
def h2() -> Hamiltonian:
    return electronic_hamiltonian(Molecule.from_atoms("H 0 0 0; H 0 0 0.74"))


@pytest.fixture(scope="session")
def lih() -> Hamiltonian:
    return electronic_hamiltonian(Molecule.from_atoms("Li 0 0 0; H 0 0 1.5"))


@pytest.fixture(scope="session")
def h4() -> Hamiltonian:
    atoms = "H 0 0 0; H 0 0.2 0.9; H 0.1 0 2.0; H 0 0 3.1"
    return electronic_hamiltonian(Molecule.from_atoms(atoms))


@pytest.fixture(scope="session")
def heh_631g() -> Hamiltonian:
    molecule = Molecule.from_atoms("He 0 0 0; H 0 0 0.77", charge=1, basis="6-31g")
    return electronic_hamiltonian(molecule)


@pytest.fixture(scope="session")
def h3_doublet() -> Hamiltonian:
    atoms = "H 0 0 0; H 0 0 1.0; H 0 0.3 2.1"
    return electronic_hamiltonian(Molecule.from_atoms(atoms, spin=1))


@pytest.fixture(scope="session")
def h4_triplet() -> Hamiltonian:
    atoms = "H 0 0 0; H 0 0.2 0.9; H 0.1 0 2.0; H 0 0 3.1"
    return electronic_hamiltonian(Molecule.from_atoms(atoms, spin=2))


@pytest.fixture(scope="session")
def water() -> Hamiltonian:
    return electronic_hamiltonian(Molecule.from_name("h2o"))


@pytest.fixture(scope="session")
def ch2() -> Hamiltonian:
    return electronic_hamiltonian(Molecule.from_name("ch2"))


@pytest.fixture(scope="session")
def random_integrals() -> MakeIntegrals:
    """Integrals with the symmetry of real orbitals, levels well apart: (norb, seed) -> h1, h2."""

    def make(norb: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        rng = np.random.default_rng(seed)
        h1 = 0.05 * rng.normal(size=(norb, norb))
        h1 = h1 + h1.T + np.diag(1.5 * np.arange(norb) - 3.0)
        factors = 0.12 * rng.normal(size=(6, norb, norb))
        factors = factors + factors.transpose(0, 2, 1)
        return h1, np.einsum("xpq,xrs->pqrs", factors, factors)

    return make


@pytest.fixture(scope="session")
def pyscf_matrix() -> Callable[[Hamiltonian], NDArray[np.float64]]:
    """All elements between determinants by PySCF's Slater-Condon rules."""

    def make(hamiltonian: Hamiltonian) -> NDArray[np.float64]:
        from pyscf.fci import direct_spin1, direct_uhf

        space = hamiltonian.space
        direct = direct_spin1 if hamiltonian.restricted else direct_uhf
        order, block = direct.pspace(
            hamiltonian.h1, hamiltonian.h2, space.norb, space.nelec, np=space.size
        )
        matrix = np.empty((space.size, space.size))
        matrix[np.ix_(order, order)] = block
        return matrix + hamiltonian.core_energy * np.eye(space.size)

    return make
