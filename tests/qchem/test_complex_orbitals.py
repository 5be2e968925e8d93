"""Hamiltonians over complex orbitals with real integrals, where (pq|rs) and (qp|rs) differ."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.typing import NDArray

import qchem
import simulator
from qchem import Hamiltonian
from qminima import InputError

Floats = NDArray[np.float64]


def integrals(norb: int, seed: int) -> tuple[Floats, Floats]:
    """h1 and h2 with (pq|rs) = (rs|pq) = (qp|sr) and no more, levels well apart."""
    rng = np.random.default_rng(seed)
    h1 = 0.05 * rng.normal(size=(norb, norb))
    even, odd = 0.15 * rng.normal(size=(2, 4, norb, norb))
    even, odd = even + even.transpose(0, 2, 1), odd - odd.transpose(0, 2, 1)
    h2 = np.einsum("xpq,xrs->pqrs", even, even) + np.einsum("xpq,xrs->pqrs", odd, odd)
    return h1 + h1.T + np.diag(1.5 * np.arange(norb) - 3.0), h2


def make(norb: int, nelec: tuple[int, int], seed: int = 1) -> Hamiltonian:
    return Hamiltonian.from_integrals(*integrals(norb, seed), nelec, complex_orbitals=True)


# The last one is beyond the size up to which a matrix is stored.
@pytest.mark.parametrize(("norb", "nelec"), [(2, (1, 1)), (4, (2, 1)), (6, (3, 2))])
def test_fci_is_pyscfs(norb: int, nelec: tuple[int, int]) -> None:
    from pyscf.fci import direct_nosym

    hamiltonian = make(norb, nelec)
    assert not hamiltonian.real_orbitals
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of matrices that are not Hermitian
        energy, _ = direct_nosym.FCI().kernel(*integrals(norb, 1), norb, nelec)
    assert qchem.fci(hamiltonian).value == pytest.approx(energy, abs=1e-9)


def test_one_energy_by_all_ways() -> None:
    """A state's energy by circuit, density matrices, OpenFermion's operators and qubits."""
    from openfermion import get_sparse_operator

    hamiltonian = make(3, (2, 1))
    circuit = qchem.uccsd(hamiltonian)
    energy = simulator.Expectation(circuit, hamiltonian)
    assert energy(np.zeros(circuit.num_parameters)) == pytest.approx(hamiltonian.reference_energy)
    params = 0.1 * np.random.default_rng(2).normal(size=circuit.num_parameters)
    value, gradient = energy.value_and_gradient(params)
    state = energy.state(params)
    density = qchem.density_matrices(state, hamiltonian.space)
    assert density.energy(hamiltonian) == pytest.approx(value, abs=1e-12)
    vector = qchem.to_openfermion_order(state, hamiltonian.space)
    for operator in (hamiltonian.to_fermion_operator(), hamiltonian.to_qubit_operator()):
        matrix = get_sparse_operator(operator, n_qubits=6)
        assert np.vdot(vector, matrix @ vector).real == pytest.approx(value, abs=1e-12)
    step = np.zeros(circuit.num_parameters)
    step[3] = 1e-5
    slope = (energy(params + step) - energy(params - step)) / 2e-5
    assert gradient[3] == pytest.approx(slope, abs=1e-8)
    full = qchem.vqe(hamiltonian, circuit)
    tapered = qchem.vqe(qchem.QubitHamiltonian(hamiltonian, "parity", taper="all"), circuit)
    assert tapered.value == pytest.approx(full.value, abs=1e-8)
    assert full.value == pytest.approx(qchem.fci(hamiltonian).value, abs=1e-8)


def test_methods_that_need_real_orbitals_are_skipped_or_refused() -> None:
    hamiltonian = make(3, (1, 1))
    with pytest.raises(InputError, match="real orbitals"):
        qchem.ccsd(hamiltonian)
    comparison = qchem.solve(hamiltonian)
    assert {"mp2", "cisd", "ccsd", "ccsd_t"} == set(comparison.skipped)
    assert {result.method for result in comparison.results} == {"HF", "FCI", "UCCSD-VQE"}


def test_only_named_are_they_accepted(h2: Hamiltonian) -> None:
    h1, four = integrals(3, 1)
    with pytest.raises(InputError, match="symmetry of real orbitals"):
        Hamiltonian.from_integrals(h1, four, (1, 1))
    lopsided = four.copy()
    lopsided[0, 1, 0, 0] += 0.1
    for broken in (lopsided, lopsided + lopsided.transpose(1, 0, 3, 2)):
        with pytest.raises(InputError, match="symmetry of a Hermitian operator"):
            Hamiltonian.from_integrals(h1, broken, (1, 1), complex_orbitals=True)
    assert h2.real_orbitals
    spins = Hamiltonian.from_integrals(
        (h1, h1), (four, four.transpose(2, 3, 0, 1), four), (1, 1), complex_orbitals=True
    )
    assert not spins.real_orbitals
    assert qchem.fci(spins).value == pytest.approx(qchem.fci(make(3, (1, 1))).value, abs=1e-10)
