"""Symmetry of orbitals, screening, and rotations of orbitals."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import special_ortho_group

import qchem
from qchem import Hamiltonian, Molecule, electronic_hamiltonian
from qminima import InputError
from simulator import (
    BasisState,
    Circuit,
    Electrons,
    Excitation,
    Expectation,
    Matrix,
    OrbitalRotation,
    PauliString,
    Qubits,
    Step,
)


@pytest.fixture(scope="module")
def nitrogen() -> Hamiltonian:
    return electronic_hamiltonian(Molecule.from_name("n2"))


# -- point groups --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "group", "order"),
    [
        ("n2", "Dooh", 8),
        ("c2h4", "D2h", 8),
        ("h2o", "C2v", 4),
        ("lih", "Coov", 4),
        ("nh3", "C3v", 2),
        ("ch4", "Td", 4),
        ("h6_ring", "D6h", 4),
        ("h8", "Dooh", 2),
    ],
)
def test_orbitals_of_molecules(name: str, group: str, order: int) -> None:
    """As many labels as one-dimensional representations that the orbitals span."""
    hamiltonian = electronic_hamiltonian(Molecule.from_name(name))
    assert hamiltonian.describe()["point_group"] == group
    labels = hamiltonian.orbital_symmetry
    spanned = {0}
    for label in labels:
        spanned |= {label ^ other for other in spanned}
    assert len(spanned) == order
    pair = np.bitwise_xor.outer(labels, labels)
    assert isinstance(hamiltonian.h2, np.ndarray)
    assert np.abs(hamiltonian.h2[np.bitwise_xor.outer(pair, pair) != 0]).max(initial=0) < 1e-11


def test_degenerate_orbitals_do_not_depend_on_the_orientation(nitrogen: Hamiltonian) -> None:
    """Pure in any frame, so that circuits have the same energies, which mixtures would change."""
    turn = special_ortho_group.rvs(3, random_state=4)
    x, y, z = (0.5 * 1.0977 * turn[2]).tolist()
    straight = Molecule.from_atoms("N 0 0 -0.54885; N 0 0 0.54885")
    turned = Molecule.from_atoms(f"N {x!r} {y!r} {z!r}; N {-x!r} {-y!r} {-z!r}")
    energies = []
    for molecule in (straight, turned):
        hamiltonian = electronic_hamiltonian(molecule)
        assert len(set(hamiltonian.orbital_symmetry)) > 4
        circuit = qchem.screen(qchem.uccsd(hamiltonian), hamiltonian)
        params = qchem.initial_parameters(hamiltonian, circuit, "mp2")
        energies.append(Expectation(circuit, hamiltonian)(params))
    assert energies[0] == pytest.approx(energies[1], abs=1e-8)


def test_no_symmetry(h4: Hamiltonian) -> None:
    assert h4.describe()["point_group"] == "C1"
    assert h4.orbital_symmetry == (0, 0, 0, 0)
    circuit = qchem.uccsd(h4)
    assert qchem.screen(circuit, h4) == circuit


def test_adapted_orbitals_keep_every_energy() -> None:
    """The energy of FCI does not depend on orbitals, that of the determinant not on mixtures."""
    from pyscf import fci, gto, scf

    mol = gto.M(atom="N 0 0 0; N 0 0 1.1", basis="sto-3g", verbose=0)
    mean_field = scf.RHF(mol).run(conv_tol=1e-11)
    hamiltonian = electronic_hamiltonian(Molecule.from_atoms("N 0 0 0; N 0 0 1.1"), (6, 6))
    assert hamiltonian.reference_energy == pytest.approx(mean_field.e_tot, abs=1e-9)
    full = electronic_hamiltonian(Molecule.from_atoms("N 0 0 0; N 0 0 1.1"))
    assert qchem.fci(full).value == pytest.approx(fci.FCI(mean_field).kernel()[0], abs=1e-8)


# -- screening -----------------------------------------------------------------------------


def test_forbidden_excitations_have_no_gradient_and_the_sector_is_all(
    nitrogen: Hamiltonian,
) -> None:
    circuit = qchem.uccsd(nitrogen)
    screened = qchem.screen(circuit, nitrogen)
    assert (len(circuit.steps), len(screened.steps)) == (609, 91)
    assert (circuit.space.size, screened.space.size) == (14_400, 1_824)
    kept = {step.generator for step in screened.steps}
    where = [k for k, step in enumerate(circuit.steps) if step.generator in kept]
    params = np.random.default_rng(0).normal(size=screened.num_parameters) * 0.2
    padded = np.zeros(circuit.num_parameters)
    padded[where] = params
    small, large = Expectation(screened, nitrogen), Expectation(circuit, nitrogen)
    value, gradient = small.value_and_gradient(params)
    expected, whole = large.value_and_gradient(padded)
    assert value == pytest.approx(expected, abs=1e-11)
    np.testing.assert_allclose(gradient, whole[where], atol=1e-11)
    assert np.abs(np.delete(whole, where)).max() < 1e-11
    assert isinstance(screened.space, Electrons)
    assert isinstance(circuit.space, Electrons)
    np.testing.assert_allclose(
        screened.space.to_matrix(small.state(params)),
        circuit.space.to_matrix(large.state(padded)),
        atol=1e-12,
    )


def test_vqe_with_and_without_screening() -> None:
    hamiltonian = electronic_hamiltonian(Molecule.from_name("h6"))
    circuit = qchem.uccsd(hamiltonian)
    everything = qchem.vqe(hamiltonian, circuit)
    screened = qchem.vqe(hamiltonian, qchem.screen(circuit, hamiltonian))
    assert screened.value == pytest.approx(everything.value, abs=1e-9)
    assert screened.properties["spin_square"] == pytest.approx(
        everything.properties["spin_square"], abs=1e-5
    )


@pytest.mark.parametrize("spin", [1, 3])
def test_open_shells_are_screened_to_their_own_symmetry(spin: int) -> None:
    hamiltonian = electronic_hamiltonian(Molecule.from_name("oh", spin=spin))
    circuit = qchem.uccsd(hamiltonian)
    screened = qchem.screen(circuit, hamiltonian)
    assert screened.space.size < circuit.space.size
    zeros = [np.zeros(c.num_parameters) for c in (circuit, screened)]
    energies = [
        Expectation(c, hamiltonian)(start)
        for c, start in zip((circuit, screened), zeros, strict=True)
    ]
    assert energies[0] == pytest.approx(hamiltonian.reference_energy, abs=1e-10)
    assert energies[1] == pytest.approx(hamiltonian.reference_energy, abs=1e-10)


@pytest.mark.parametrize("amplitudes", ["mp2", "ccsd"])
def test_threshold(nitrogen: Hamiltonian, amplitudes: str) -> None:
    """MP2 says nothing of singles, so they stay; CCSD does."""
    circuit = qchem.uccsd(nitrogen)
    params = qchem.initial_parameters(nitrogen, circuit, amplitudes)
    screened = qchem.screen(
        circuit, nitrogen, symmetry=False, threshold=0.01, amplitudes=amplitudes
    )
    assert screened.space == circuit.space
    expected = []
    for step, amplitude in zip(circuit.steps, params, strict=True):
        assert isinstance(step.generator, Excitation)
        single = len(step.generator.alpha[0] + step.generator.beta[0]) == 1
        if abs(amplitude) >= 0.01 or (single and amplitudes == "mp2"):
            expected.append(step.generator)
    assert [step.generator for step in screened.steps] == expected
    assert 0 < screened.num_parameters == len(expected) < circuit.num_parameters


def test_steps_that_no_parameter_turns_stay() -> None:
    """A rotation of orbitals of one symmetry stays, whatever the threshold; others are refused."""
    hamiltonian = electronic_hamiltonian(Molecule.from_name("h4_chain"))
    space, reference = hamiltonian.space, BasisState(hamiltonian.space.reference)
    ansatz = qchem.uccsd(hamiltonian).steps
    mixing = Circuit(space, reference, (*ansatz, Step(OrbitalRotation(0, 2), offset=0.01)))
    screened = qchem.screen(mixing, hamiltonian, threshold=0.1)
    assert screened.steps[-1].generator == OrbitalRotation(0, 2)
    start = np.full(screened.num_parameters, 0.1)
    kept = {step.generator for step in screened.steps}
    padded = np.array([0.1 if step.generator in kept else 0.0 for step in ansatz])
    assert Expectation(screened, hamiltonian)(start) == pytest.approx(
        Expectation(mixing, hamiltonian)(padded), abs=1e-11
    )
    forbidden = Excitation(alpha=((1,), (2,)))
    for step in (
        Step(OrbitalRotation(1, 2), offset=0.7),
        Step(forbidden, ((0, 1.0),), 0.1),
        Step(forbidden, ((len(ansatz), 1.0), (0, 1.0))),
    ):
        breaking = Circuit(space, reference, (*ansatz, step))
        with pytest.raises(InputError, match="symmetry=False"):
            qchem.screen(breaking, hamiltonian)
        assert qchem.screen(breaking, hamiltonian, symmetry=False) == breaking


def test_shared_parameters_are_renumbered() -> None:
    hamiltonian = electronic_hamiltonian(Molecule.from_name("h4_chain"))
    space = hamiltonian.space
    forbidden = Excitation(alpha=((1,), (2,)))
    allowed = Excitation(alpha=((0,), (2,)))
    steps = (
        Step(forbidden, ((0, 1.0),)),
        Step(allowed, ((2, 1.0), (1, -1.0))),
        Step(allowed, ((2, 0.5),), 0.1),
    )
    screened = qchem.screen(Circuit(space, BasisState(space.reference), steps), hamiltonian)
    assert [step.coefficients for step in screened.steps] == [((1, 1.0), (0, -1.0)), ((1, 0.5),)]


def test_what_cannot_be_screened_is_refused(h2: Hamiltonian) -> None:
    qubits = Circuit(Qubits(4), BasisState(5), (Step(PauliString.parse("Y0"), ((0, 1.0),)),))
    with pytest.raises(InputError, match="excitations"):
        qchem.screen(qubits, h2)
    with pytest.raises(InputError, match="amplitudes"):
        qchem.screen(qchem.uccsd(h2), h2, amplitudes="mp3")
    lih = electronic_hamiltonian(Molecule.from_name("lih"))
    with pytest.raises(InputError, match="expected a circuit on"):
        qchem.screen(qchem.uccsd(h2), lih)
    for threshold in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="threshold"):
            qchem.screen(qchem.uccsd(h2), h2, threshold=threshold)


# -- rotations of all orbitals -------------------------------------------------------------


@pytest.mark.parametrize(("norb", "nelec"), [(2, (1, 1)), (5, (3, 2)), (4, (0, 4))])
def test_rotated_determinants_are_products_of_minors(norb: int, nelec: tuple[int, int]) -> None:
    matrix = special_ortho_group.rvs(norb, random_state=norb)
    space = Electrons(norb, nelec)
    circuit = Circuit(space, BasisState(space.reference), qchem.orbital_rotation(matrix))
    state = Expectation(circuit, Matrix(np.eye(space.size))).state([])
    expected = np.empty(space.shape)
    for (row, alpha), (column, beta) in product(
        enumerate(space.strings(0)), enumerate(space.strings(1))
    ):
        minors = [
            np.linalg.det(matrix[[p for p in range(norb) if string >> p & 1], :count])
            for string, count in ((alpha, nelec[0]), (beta, nelec[1]))
        ]
        expected[row, column] = minors[0] * minors[1]
    np.testing.assert_allclose(state.reshape(space.shape), expected, atol=1e-12)


def test_rotating_state_and_integrals_cancel(lih: Hamiltonian) -> None:
    """The state in rotated orbitals has, with rotated integrals, the energy of the old one."""
    matrix = special_ortho_group.rvs(lih.norb, random_state=2)
    assert isinstance(lih.h1, np.ndarray)
    assert isinstance(lih.h2, np.ndarray)
    h1 = matrix.T @ lih.h1 @ matrix
    h2 = np.einsum("pqrs,pa,qb,rc,sd->abcd", lih.h2, *[matrix] * 4, optimize=True)
    rotated = Hamiltonian.from_integrals(h1, h2, lih.nelec, core_energy=lih.core_energy)
    space = lih.space
    circuit = Circuit(space, BasisState(space.reference), qchem.orbital_rotation(matrix))
    assert Expectation(circuit, lih)([]) == pytest.approx(rotated.reference_energy, abs=1e-10)


@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, -1), (-1, -1, 1)])
def test_signs_of_orbitals(signs: tuple[int, ...]) -> None:
    space = Electrons(3, (1, 0))
    steps = qchem.orbital_rotation(np.diag(signs))
    for orbital, sign in enumerate(signs):
        state = Expectation(
            Circuit(space, BasisState(1 << orbital), steps), Matrix(np.eye(3))
        ).state([])
        np.testing.assert_allclose(state, sign * np.eye(3)[orbital], atol=1e-15)


@pytest.mark.parametrize(
    "matrix",
    [
        [[1, 0]],
        [[2, 0], [0, 0.5]],
        [[0, 1], [1, 0]],
        [[np.nan, 0], [0, 1]],
        [1.0],
        [["a"]],
        [[1j]],
        [[1], [0, 1]],
    ],
)
def test_what_is_no_rotation_is_refused(matrix: object) -> None:
    with pytest.raises(InputError, match="orbital"):
        qchem.orbital_rotation(matrix)  # type: ignore[arg-type]
