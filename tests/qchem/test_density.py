"""Density matrices and what follows from them, against PySCF's full configuration interaction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import qchem
from qchem import Hamiltonian, density_matrices
from qchem.classical.lowest_states import lowest_state
from qminima import InputError
from simulator import Electrons, Expectation
from simulator.testing import random_state


@pytest.mark.parametrize("fixture", ["water", "ch2", "h3_doublet"])
def test_against_pyscf(fixture: str, request: pytest.FixtureRequest) -> None:
    from pyscf import fci, mcscf
    from pyscf.scf import hf

    hamiltonian: Hamiltonian = request.getfixturevalue(fixture)
    solver = mcscf.CASCI(hamiltonian.mean_field, hamiltonian.norb, hamiltonian.nelec)
    solver.fcisolver.conv_tol = 1e-13
    solver.kernel()
    space = hamiltonian.space
    state = np.asarray(solver.ci).ravel()
    density = density_matrices(state, space)
    one, two = fci.direct_spin1.make_rdm12s(solver.ci, space.norb, space.nelec)
    for got, expected in zip(density.one + density.two, (*one, *two), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-10)
    assert density.energy(hamiltonian) == pytest.approx(solver.e_tot, abs=1e-9)
    np.testing.assert_allclose(qchem.one_particle_density(state, space), density.one, atol=1e-12)
    assert density.spin_square() == pytest.approx(qchem.spin_square(state, space), abs=1e-10)
    expected_occupations = np.linalg.eigvalsh(one[0] + one[1])[::-1]
    np.testing.assert_allclose(density.natural_orbitals()[0], expected_occupations, atol=1e-10)
    total = solver.make_rdm1()
    moment = hf.dip_moment(solver.mol, total, verbose=0)
    np.testing.assert_allclose(qchem.dipole_moment(hamiltonian, density.one), moment, atol=1e-8)
    charges = hf.mulliken_pop(solver.mol, total, verbose=0)[1]
    np.testing.assert_allclose(qchem.mulliken_charges(hamiltonian, density.one), charges, atol=1e-8)


@pytest.mark.parametrize("real", [True, False])
def test_means_of_any_state(real: bool, h4: Hamiltonian) -> None:
    """Energy and <c+ c> of random states, also with symmetry."""
    from simulator.lowering.planar import join, split
    from simulator.testing import dense_annihilator

    for space in (h4.space, Electrons(4, (2, 2), (0, 1, 0, 1), 0)):
        state = random_state(space.size, seed=2, real=real)
        density = density_matrices(state, space)
        full = space.embed(state)
        lower = [dense_annihilator(p, 8) for p in range(8)]
        for spin in (0, 1):
            for p in range(4):
                for q in range(4):
                    image = lower[p + 4 * spin].conj().T @ lower[q + 4 * spin] @ full
                    assert density.one[spin][p, q] == pytest.approx(np.vdot(full, image), abs=1e-12)
        if space.orbital_symmetry:
            continue
        planar = split(state, 1 if real else 2, np.float64)
        image = np.empty_like(planar)
        h4.on(space).apply(planar, image)
        mean = np.vdot(state, join(image)).real
        assert density.energy(h4) == pytest.approx(mean, abs=1e-10)


def test_core_electrons_count() -> None:
    """Dipole and charges of an active space hold the frozen electrons."""
    water = qchem.electronic_hamiltonian(qchem.Molecule.from_name("h2o"), frozen_core=True)
    energy = Expectation(qchem.uccsd(water), water)
    state = energy.state(np.zeros(energy.circuit.num_parameters))
    one = qchem.one_particle_density(state, water.space)
    expected = water.mean_field.dip_moment(verbose=0)  # type: ignore[union-attr]
    np.testing.assert_allclose(qchem.dipole_moment(water, one), expected, atol=1e-6)
    assert qchem.mulliken_charges(water, one).sum() == pytest.approx(0, abs=1e-9)


def test_spin_of_unrestricted_orbitals() -> None:
    """Stretched H2: the broken determinant has a triplet in it, the exact state is a singlet."""
    molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 2.5")
    hamiltonian = qchem.electronic_hamiltonian(molecule, unrestricted=True)
    orbitals = hamiltonian.orbitals
    assert orbitals is not None
    space = hamiltonian.space
    determinant = np.zeros(space.size)
    determinant[space.index(space.reference)] = 1.0
    expected = hamiltonian.mean_field.spin_square()[0]  # type: ignore[union-attr]
    assert expected > 0.9
    broken = density_matrices(determinant, space).spin_square(orbitals.overlap)
    assert broken == pytest.approx(expected, abs=1e-9)
    _, lowest = lowest_state(hamiltonian, space)
    exact = density_matrices(lowest, space).spin_square(orbitals.overlap)
    assert exact == pytest.approx(0, abs=1e-9)


def test_leading_determinants() -> None:
    space = Electrons(3, (2, 1))
    state = np.zeros(space.size)
    state[space.index(0b001_011)] = 0.8
    state[space.index(0b100_110)] = -0.6
    assert qchem.leading_determinants(state, space, 5) == [("2a0", 0.8), ("0a2", -0.6)]
    with pytest.raises(InputError, match="amplitudes"):
        qchem.leading_determinants(state[:-1], space)
    with pytest.raises(InputError, match="count"):
        qchem.leading_determinants(state, space, 0)


def test_molden(tmp_path: Path, water: Hamiltonian) -> None:
    from pyscf.tools import molden

    path = tmp_path / "water.molden"
    qchem.write_molden(water, path)
    _, _, coefficients, occupations, _, _ = molden.load(str(path))
    expected = water.mean_field.mo_coeff  # type: ignore[union-attr]
    np.testing.assert_allclose(coefficients, expected, atol=1e-8)
    assert occupations.tolist() == [2, 2, 2, 2, 2, 0, 0]
    _, lowest = lowest_state(water, water.space)
    density = density_matrices(lowest, water.space)
    qchem.write_molden(water, path, density)
    natural = molden.load(str(path))[3]
    np.testing.assert_allclose(natural, density.natural_orbitals()[0], atol=1e-5)
    turned = density_matrices(random_state(water.space.size, seed=1), water.space)
    qchem.write_molden(water, path, turned)
    _, _, coefficients, occupations, _, _ = molden.load(str(path))
    overlap = water.mean_field.get_ovlp()  # type: ignore[union-attr]
    gram = coefficients.T @ overlap @ coefficients
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-6)
    assert occupations.sum() == pytest.approx(10, abs=1e-4)


def test_refused(h2: Hamiltonian, h4: Hamiltonian, tmp_path: Path) -> None:
    space = h4.space
    density = density_matrices(random_state(space.size, seed=0, real=True), space)
    lattice = Hamiltonian.from_integrals(h2.h1, h2.h2, (1, 1))
    with pytest.raises(InputError, match="2 orbitals"):
        qchem.dipole_moment(h2, density.one)
    with pytest.raises(InputError, match="no orbitals in space"):
        qchem.dipole_moment(lattice, density.one)
    with pytest.raises(InputError, match="4 orbitals"):
        density.energy(h2)
    with pytest.raises(InputError, match="same span"):
        density.spin_square(0.9 * np.eye(4))
    with pytest.raises(InputError, match="2 orbitals"):
        qchem.write_molden(h2, tmp_path / "h2.molden", density)
    with pytest.raises(InputError, match="molden"):
        qchem.write_molden(lattice, tmp_path / "lattice.molden")
    with pytest.raises(InputError, match="amplitudes"):
        density_matrices(np.zeros(3), space)
