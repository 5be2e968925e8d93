"""The cluster circuit: its excitations, its state, and where it starts."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import qchem
from qchem import Hamiltonian, initial_parameters, to_openfermion_order, uccsd
from qchem.classical.amplitudes import mp2_amplitudes
from qchem.classical.post_hartree_fock import ccsd_amplitudes
from qminima import InputError
from simulator import BasisState, Circuit, Excitation, Expectation, PauliString, Qubits, Step
from simulator.testing import dense_state


def zero_hamiltonian(norb: int, nelec: tuple[int, int]) -> Hamiltonian:
    return Hamiltonian.from_integrals(np.zeros((norb,) * 2), np.zeros((norb,) * 4), nelec)


def excitations(circuit: Circuit) -> list[Excitation]:
    found = [step.generator for step in circuit.steps]
    assert all(isinstance(generator, Excitation) for generator in found)
    return [generator for generator in found if isinstance(generator, Excitation)]


@pytest.mark.parametrize(
    ("norb", "na", "nb"),
    [(2, 1, 1), (4, 2, 2), (5, 3, 1), (4, 0, 2), (4, 4, 2), (3, 3, 3), (3, 0, 0), (1, 1, 0),
     (6, 2, 3), (7, 5, 5)],
)  # fmt: skip
def test_numbers_of_excitations(norb: int, na: int, nb: int) -> None:
    va, vb = norb - na, norb - nb
    singles = na * va + nb * vb
    doubles = na * va * nb * vb + comb(na, 2) * comb(va, 2) + comb(nb, 2) * comb(vb, 2)
    circuit = uccsd(zero_hamiltonian(norb, (na, nb)))
    assert circuit.num_parameters == len(circuit.steps) == singles + doubles
    found = excitations(circuit)
    assert len(set(found)) == len(found)
    for step, number in zip(circuit.steps, range(circuit.num_parameters), strict=True):
        assert step.coefficients == ((number, 1.0),)
        assert step.offset == 0
    for excitation in found:
        for (leave, fill), count in ((excitation.alpha, na), (excitation.beta, nb)):
            assert all(i < count for i in leave)
            assert all(count <= a < norb for a in fill)
    ranks = [len(e.alpha[0]) + len(e.beta[0]) for e in found]
    assert ranks == sorted(ranks, reverse=True)  # doubles act first


def openfermion_state(circuit: Circuit, params: NDArray[np.float64]) -> NDArray[np.complex128]:
    """The product of exponentials of OpenFermion's matrices, applied to the reference."""
    from openfermion import FermionOperator, get_sparse_operator, hermitian_conjugated
    from scipy.sparse.linalg import expm_multiply

    space: Any = circuit.space
    reference = np.zeros(space.size)
    assert isinstance(circuit.initial_state, BasisState)
    reference[list(space.configurations()).index(circuit.initial_state.configuration)] = 1.0
    state = to_openfermion_order(reference, space).astype(complex)
    for excitation, angle in zip(excitations(circuit), params, strict=True):
        # T = T_alpha T_beta with T_sigma = c+_t1 c+_t2 ... c_f2 c_f1, alpha modes even.
        factors = []
        for spin, (leave, fill) in enumerate((excitation.alpha, excitation.beta)):
            factors += [(2 * a + spin, 1) for a in fill]
            factors += [(2 * i + spin, 0) for i in reversed(leave)]
        excite = FermionOperator(tuple(factors))
        generator = get_sparse_operator(excite - hermitian_conjugated(excite), space.num_qubits)
        state = expm_multiply(angle * generator, state, traceA=0)
    return state


@pytest.mark.parametrize(
    ("norb", "nelec"),
    [(4, (2, 2)), (3, (2, 1)), (3, (1, 2)), (4, (1, 1)), (4, (3, 1)), (4, (0, 2))],
    ids=str,
)
@pytest.mark.parametrize("seed", [0, 1])
def test_state_is_openfermions(norb: int, nelec: tuple[int, int], seed: int) -> None:
    hamiltonian = zero_hamiltonian(norb, nelec)
    circuit = uccsd(hamiltonian)
    params = np.random.default_rng(seed).uniform(-1.5, 1.5, circuit.num_parameters)
    state = Expectation(circuit, hamiltonian).state(params)
    expected = openfermion_state(circuit, params)
    found = to_openfermion_order(state, hamiltonian.space)
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_state_is_the_dense_twins(h3_doublet: Hamiltonian) -> None:
    circuit = uccsd(h3_doublet)
    params = np.random.default_rng(3).normal(size=circuit.num_parameters)
    state = Expectation(circuit, h3_doublet).state(params)
    np.testing.assert_allclose(state, dense_state(circuit, params), atol=1e-12)
    assert not np.iscomplexobj(state)


@pytest.mark.parametrize("name", ["h4", "h3_doublet", "h4_triplet"])
def test_energy_at_zero_is_the_reference(name: str, request: pytest.FixtureRequest) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    circuit = uccsd(hamiltonian)
    energy = Expectation(circuit, hamiltonian)
    zero = np.zeros(circuit.num_parameters)
    assert energy(zero) == pytest.approx(hamiltonian.reference_energy, abs=1e-10)


@pytest.mark.parametrize("name", ["h4", "h3_doublet"])
def test_gradient_is_the_difference_quotient(name: str, request: pytest.FixtureRequest) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    circuit = uccsd(hamiltonian)
    energy = Expectation(circuit, hamiltonian)
    params = np.random.default_rng(5).normal(size=circuit.num_parameters)
    _, gradient = energy.value_and_gradient(params)
    for k, unit in enumerate(1e-5 * np.eye(circuit.num_parameters)):
        quotient = (energy(params + unit) - energy(params - unit)) / 2e-5
        assert gradient[k] == pytest.approx(quotient, abs=1e-8)


def test_gradient_at_zero_is_the_commutator(h4: Hamiltonian) -> None:
    """d E / d t_ijab = 2 <ij||ab> at the reference, and zero for singles by Brillouin."""
    circuit = uccsd(h4)
    _, gradient = Expectation(circuit, h4).value_and_gradient(np.zeros(circuit.num_parameters))
    h2 = h4.two_electron[0]
    for excitation, slope in zip(excitations(circuit), gradient, strict=True):
        (i_a, a_a), (i_b, a_b) = excitation.alpha, excitation.beta
        if len(i_a) == len(i_b) == 1:
            expected = 2 * h2[i_a[0], a_a[0], i_b[0], a_b[0]]
        elif len(i_a) + len(i_b) == 1:
            expected = 0.0
        else:
            (i, j), (a, b) = (i_a, a_a) if i_a else (i_b, a_b)
            expected = 2 * (h2[i, a, j, b] - h2[i, b, j, a])
        assert slope == pytest.approx(expected, abs=1e-7)


# -- starting parameters -------------------------------------------------------------------


def pair_energy(hamiltonian: Hamiltonian, circuit: Circuit, params: NDArray[np.float64]) -> float:
    """sum t_ijab <ij||ab> over the doubles of a circuit."""
    aa, ab, bb = hamiltonian.two_electron
    total = 0.0
    for excitation, amplitude in zip(excitations(circuit), params, strict=True):
        (i_a, a_a), (i_b, a_b) = excitation.alpha, excitation.beta
        if len(i_a) == len(i_b) == 1:
            total += amplitude * ab[i_a[0], a_a[0], i_b[0], a_b[0]]
        elif len(i_a) + len(i_b) == 2:
            h2 = aa if i_a else bb
            (i, j), (a, b) = (i_a, a_a) if i_a else (i_b, a_b)
            total += amplitude * (h2[i, a, j, b] - h2[i, b, j, a])
    return total


@pytest.mark.parametrize("name", ["h2", "lih", "h4", "heh_631g", "water"])
def test_mp2_start_gives_the_mp2_energy(name: str, request: pytest.FixtureRequest) -> None:
    from pyscf import mp

    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    circuit = uccsd(hamiltonian)
    params = initial_parameters(hamiltonian, circuit, "mp2")
    expected = mp.MP2(hamiltonian.mean_field).kernel()[0]
    assert pair_energy(hamiltonian, circuit, params) == pytest.approx(expected, abs=1e-9)
    assert qchem.mp2(hamiltonian).value == pytest.approx(
        hamiltonian.reference_energy + expected, abs=1e-8
    )
    np.testing.assert_array_equal(initial_parameters(hamiltonian, circuit), params)


@pytest.mark.parametrize("name", ["lih", "h4", "heh_631g"])
def test_ccsd_start_is_pyscfs(name: str, request: pytest.FixtureRequest) -> None:
    from pyscf import cc

    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    circuit = uccsd(hamiltonian)
    params = initial_parameters(hamiltonian, circuit, "ccsd")
    solver = cc.CCSD(hamiltonian.mean_field)
    solver.conv_tol, solver.conv_tol_normt = 1e-12, 1e-9
    solver.kernel()
    count = hamiltonian.nelec[0]
    for excitation, amplitude in zip(excitations(circuit), params, strict=True):
        (i_a, a_a), (i_b, a_b) = excitation.alpha, excitation.beta
        if len(i_a) == len(i_b) == 1:
            expected = solver.t2[i_a[0], i_b[0], a_a[0] - count, a_b[0] - count]
        elif len(i_a) + len(i_b) == 1:
            (i,), (a,) = (i_a, a_a) if i_a else (i_b, a_b)
            expected = solver.t1[i, a - count]
        else:
            (i, j), (a, b) = (i_a, a_a) if i_a else (i_b, a_b)
            t2 = solver.t2[i, j]
            expected = t2[a - count, b - count] - t2[b - count, a - count]
        assert amplitude == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ["h3_doublet", "h4_triplet", "ch2"])
def test_open_shell_ccsd_start_gives_the_ccsd_energy(
    name: str, request: pytest.FixtureRequest
) -> None:
    """E = E_HF + f t1 + sum <ij||ab> (t_ijab + t_ia t_jb - t_ib t_ja) over all spins."""
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    amplitudes = ccsd_amplitudes(hamiltonian)
    aa, ab, bb = hamiltonian.two_electron
    energy = hamiltonian.reference_energy
    for spin, count in enumerate(hamiltonian.nelec):
        fock = hamiltonian.fock[spin][:count, count:]
        t1, t2 = amplitudes.t1[spin], amplitudes.t2[2 * spin]
        energy += np.sum(fock * t1)
        h2 = (aa, bb)[spin][:count, count:, :count, count:]
        h2 = h2.transpose(0, 2, 1, 3) - h2.transpose(0, 2, 3, 1)
        tau = t2 + 2 * np.einsum("ia,jb->ijab", t1, t1)
        energy += 0.25 * np.sum(h2 * tau)
    na, nb = hamiltonian.nelec
    coulomb = ab[:na, na:, :nb, nb:].transpose(0, 2, 1, 3)
    tau = amplitudes.t2[1] + np.einsum("ia,jb->ijab", *amplitudes.t1)
    energy += np.sum(coulomb * tau)
    assert energy == pytest.approx(qchem.ccsd(hamiltonian).value, abs=1e-8)
    for t2 in (amplitudes.t2[0], amplitudes.t2[2]):
        np.testing.assert_allclose(t2, -t2.transpose(1, 0, 2, 3), atol=1e-10)
        np.testing.assert_allclose(t2, -t2.transpose(0, 1, 3, 2), atol=1e-10)


@pytest.mark.parametrize("start", ["mp2", "ccsd"])
@pytest.mark.parametrize("name", ["lih", "h4", "h3_doublet", "h4_triplet"])
def test_starts_lie_below_hartree_fock(
    name: str, start: str, request: pytest.FixtureRequest
) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    circuit = uccsd(hamiltonian)
    params = initial_parameters(hamiltonian, circuit, start)
    energy = Expectation(circuit, hamiltonian)(params)
    assert qchem.fci(hamiltonian).value - 1e-10 < energy < hamiltonian.reference_energy - 1e-4


def swapped(hamiltonian: Hamiltonian) -> Hamiltonian:
    """Alpha and beta electrons exchanged."""
    na, nb = hamiltonian.nelec
    return Hamiltonian.from_integrals(
        hamiltonian.h1, hamiltonian.h2, (nb, na), core_energy=hamiltonian.core_energy
    )


@pytest.mark.parametrize("make", [mp2_amplitudes, ccsd_amplitudes])
def test_more_beta_than_alpha_electrons(make: Any, h3_doublet: Hamiltonian) -> None:
    up, down = make(h3_doublet), make(swapped(h3_doublet))
    np.testing.assert_allclose(down.t1[0], up.t1[1], atol=1e-7)
    np.testing.assert_allclose(down.t1[1], up.t1[0], atol=1e-7)
    np.testing.assert_allclose(down.t2[0], up.t2[2], atol=1e-7)
    np.testing.assert_allclose(down.t2[2], up.t2[0], atol=1e-7)
    np.testing.assert_allclose(down.t2[1], up.t2[1].transpose(1, 0, 3, 2), atol=1e-7)


@pytest.mark.parametrize("start", ["mp2", "ccsd", "zero"])
def test_more_beta_than_alpha_electrons_start(start: str, h3_doublet: Hamiltonian) -> None:
    mirror = swapped(h3_doublet)
    energies = []
    for hamiltonian in (h3_doublet, mirror):
        circuit = uccsd(hamiltonian)
        params = initial_parameters(hamiltonian, circuit, start)
        energies.append(pair_energy(hamiltonian, circuit, params))
    assert energies[0] == pytest.approx(energies[1], abs=1e-7)


def test_degenerate_orbitals_start_at_zero_amplitude() -> None:
    """No division by zero where nothing separates occupied from empty orbitals."""
    h2 = np.zeros((2,) * 4)
    h2[0, 0, 0, 0] = h2[1, 1, 1, 1] = 4.0
    hubbard = Hamiltonian.from_integrals([[0, -1], [-1, 0]], h2, (1, 1))
    for start in ("mp2", "zero"):
        params = initial_parameters(hubbard, uccsd(hubbard), start)
        assert np.isfinite(params).all()
    assert not initial_parameters(
        zero_hamiltonian(3, (1, 1)), uccsd(zero_hamiltonian(3, (1, 1)))
    ).any()


def test_zero_and_unknown_starts(h4: Hamiltonian) -> None:
    circuit = uccsd(h4)
    assert not initial_parameters(h4, circuit, "zero").any()
    with pytest.raises(InputError, match=r"unknown start 'mp3'; did you mean mp2\?"):
        initial_parameters(h4, circuit, "mp3")


def test_start_of_circuits_with_shared_or_scaled_parameters(h4: Hamiltonian) -> None:
    amplitude = initial_parameters(h4, uccsd(h4))[0]
    double = uccsd(h4).steps[0].generator
    assert amplitude != 0
    circuit = Circuit(h4.space, BasisState(h4.space.reference), (Step(double, ((0, 2.0),)),))
    assert initial_parameters(h4, circuit)[0] == pytest.approx(amplitude / 2)
    # Excitations into occupied orbitals have no amplitude, and other generators neither.
    odd = Circuit(
        h4.space,
        BasisState(h4.space.reference),
        (
            Step(Excitation(alpha=((2,), (3,))), ((0, 1.0),)),
            Step(Excitation(alpha=((0, 1), (2, 3)), beta=((0,), (2,))), ((1, 1.0),)),
        ),
    )
    assert not initial_parameters(h4, odd).any()
    turn = Circuit(Qubits(8), BasisState(0), (Step(PauliString.parse("Y0"), ((0, 1.0),)),))
    assert not initial_parameters(h4, turn).any()
