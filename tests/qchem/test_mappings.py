"""Between this project's order of modes and OpenFermion's, signs included."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import qchem
from qchem import Hamiltonian, from_openfermion_order, pauli_sum, to_openfermion_order
from qminima import InputError
from simulator.lowering.planar import join, split
from simulator.spaces import Electrons, Qubits
from simulator.testing import dense_pauli_sum, random_state

MakeIntegrals = Callable[[int, int], tuple[NDArray[np.float64], NDArray[np.float64]]]

SPACES = [
    Electrons(1, (1, 0)), Electrons(2, (1, 1)), Electrons(3, (2, 1)), Electrons(3, (1, 2)),
    Electrons(3, (0, 2)), Electrons(3, (3, 1)), Electrons(3, (3, 3)), Electrons(3, (0, 0)),
    Electrons(4, (2, 2)), Electrons(4, (3, 1)),
]  # fmt: skip


def by_spin(restricted: Hamiltonian) -> Hamiltonian:
    """Integrals over orbitals that differ between the spins."""
    norb = restricted.norb
    rng = np.random.default_rng(17)
    alpha, beta = (np.linalg.qr(rng.normal(size=(norb, norb)))[0] for _ in range(2))
    h1, h2 = restricted.one_electron[0], restricted.two_electron[0]
    return Hamiltonian.from_integrals(
        (alpha.T @ h1 @ alpha, beta.T @ h1 @ beta),
        tuple(
            np.einsum("pqrs,pi,qj,rk,sl->ijkl", h2, left, left, right, right)
            for left, right in ((alpha, alpha), (alpha, beta), (beta, beta))
        ),
        restricted.nelec,
        core_energy=restricted.core_energy,
    )


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_determinants_are_products_of_creators(space: Electrons) -> None:
    """Alpha creators left of beta creators, ascending, as OpenFermion's matrices build them."""
    from openfermion import FermionOperator, get_sparse_operator

    vacuum = np.zeros(1 << space.num_qubits)
    vacuum[0] = 1.0
    for position, configuration in enumerate(space.configurations().tolist()):
        alpha = [p for p in range(space.norb) if configuration >> p & 1]
        beta = [p for p in range(space.norb) if configuration >> (space.norb + p) & 1]
        creators = [(2 * p, 1) for p in alpha] + [(2 * p + 1, 1) for p in beta]
        operator = get_sparse_operator(FermionOperator(tuple(creators)), space.num_qubits)
        unit = np.zeros(space.size)
        unit[position] = 1.0
        np.testing.assert_array_equal(to_openfermion_order(unit, space), operator @ vacuum)


@given(norb=st.integers(1, 4), data=st.data(), seed=st.integers(0, 2**31), real=st.booleans())
def test_orders_are_inverse_to_each_other(
    norb: int, data: st.DataObject, seed: int, real: bool
) -> None:
    nelec = (data.draw(st.integers(0, norb)), data.draw(st.integers(0, norb)))
    space = Electrons(norb, nelec)
    state = random_state(space.size, seed=seed, real=real)
    vector = to_openfermion_order(state, space)
    assert vector.shape == (4**norb,)
    assert np.linalg.norm(vector) == pytest.approx(1.0)
    np.testing.assert_array_equal(from_openfermion_order(vector, space), state)


def test_vectors_that_do_not_fit() -> None:
    space = Electrons(2, (1, 1))
    with pytest.raises(InputError, match=r"expected 16 amplitudes, got \(4,\)"):
        from_openfermion_order(np.ones(4), space)
    with pytest.raises(InputError, match="weight outside"):
        from_openfermion_order(np.full(16, 0.25), space)


@pytest.mark.parametrize("spin_dependent", [False, True], ids=["restricted", "by spin"])
@pytest.mark.parametrize(
    "nelec", [(1, 1), (2, 1), (1, 2), (0, 2), (3, 1), (3, 3), (0, 0), (3, 0)], ids=str
)
def test_operators_act_alike(
    nelec: tuple[int, int], spin_dependent: bool, random_integrals: MakeIntegrals
) -> None:
    from openfermion import get_sparse_operator

    hamiltonian = Hamiltonian.from_integrals(*random_integrals(3, 21), nelec, core_energy=0.3)
    if spin_dependent:
        hamiltonian = by_spin(hamiltonian)
    space = hamiltonian.space
    state = random_state(space.size, seed=6)
    psi = split(state, 2, np.float64)
    out = np.zeros_like(psi)
    hamiltonian.on(space).apply(psi, out)
    image = to_openfermion_order(join(out), space)
    vector = to_openfermion_order(state, space)
    for operator in (hamiltonian.to_fermion_operator(), hamiltonian.to_qubit_operator()):
        sparse = get_sparse_operator(operator, n_qubits=space.num_qubits)
        np.testing.assert_allclose(sparse @ vector, image, atol=1e-12)


def test_fermion_operator_is_openfermions_own(h2: Hamiltonian) -> None:
    """The molecular integrals of H2, put together by OpenFermion's documented recipe."""
    from openfermion import FermionOperator, normal_ordered

    expected = FermionOperator((), h2.core_energy)
    one, two = h2.one_electron[0], h2.two_electron[0]
    for p, q in np.ndindex(2, 2):
        for s in (0, 1):
            expected += FermionOperator(((2 * p + s, 1), (2 * q + s, 0)), one[p, q])
            for r, u in np.ndindex(2, 2):
                for t in (0, 1):
                    expected += FermionOperator(
                        ((2 * p + s, 1), (2 * r + t, 1), (2 * u + t, 0), (2 * q + s, 0)),
                        0.5 * two[p, q, r, u],
                    )
    difference = normal_ordered(h2.to_fermion_operator() - expected)
    assert difference.induced_norm() < 1e-12


def test_qubit_operator_of_hydrogen_has_the_known_terms(h2: Hamiltonian) -> None:
    """H2 in the minimal basis has 15 Pauli terms (Seeley, Richard and Love 2012)."""
    operator = h2.to_qubit_operator()
    operator.compress(1e-10)
    assert len(operator.terms) == 15
    assert {"".join(letter for _, letter in term) for term in operator.terms if len(term) == 4} == {
        "XXYY", "XYYX", "YXXY", "YYXX"
    }  # fmt: skip


def test_sector_minimum_is_fci(h4: Hamiltonian) -> None:
    from openfermion import get_sparse_operator

    sparse = get_sparse_operator(h4.to_qubit_operator(), n_qubits=8)
    basis = np.array([to_openfermion_order(row, h4.space) for row in np.eye(h4.space.size)])
    sector = (basis @ (sparse @ basis.T)).real
    assert np.linalg.eigvalsh(sector)[0] == pytest.approx(qchem.fci(h4).value, abs=1e-10)


def test_unknown_mapping(h2: Hamiltonian) -> None:
    with pytest.raises(InputError, match=r"unknown mapping 'bravyi'.*jordan_wigner"):
        h2.to_qubit_operator("bravyi")


paulis = st.dictionaries(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("XYZ")), unique_by=lambda t: t[0]).map(
        lambda factors: tuple(sorted(factors))
    ),
    st.floats(-2, 2),
    max_size=6,
)


@given(paulis)
def test_pauli_sum_is_the_same_matrix(terms: dict[tuple[tuple[int, str], ...], float]) -> None:
    from openfermion import QubitOperator, get_sparse_operator

    operator = QubitOperator()
    for term, weight in terms.items():
        operator += QubitOperator(term, weight)
    converted = dense_pauli_sum(pauli_sum(operator), 4)
    theirs = get_sparse_operator(operator, n_qubits=4).toarray()
    # OpenFermion counts qubit 0 as the most significant bit.
    order = [int(f"{x:04b}"[::-1], 2) for x in range(16)]
    np.testing.assert_allclose(converted, theirs[np.ix_(order, order)], atol=1e-12)


def test_pauli_sum_refuses_what_is_no_observable() -> None:
    from openfermion import QubitOperator

    with pytest.raises(InputError, match="Hermitian"):
        pauli_sum(QubitOperator("X0", 1j))
    assert pauli_sum(QubitOperator("X0 Y2", 0.5 + 1e-18j)).num_qubits == 3


def test_qubit_operator_on_a_sector_and_on_all_qubits(h2: Hamiltonian) -> None:
    from openfermion import FermionOperator, jordan_wigner

    # The number of electrons does not depend on the order of modes.
    number = sum((FermionOperator(((p, 1), (p, 0))) for p in range(4)), FermionOperator())
    observable = pauli_sum(jordan_wigner(number))
    for space in (h2.space, Qubits(4)):
        state = random_state(space.size, seed=1)
        psi = split(state, 2, np.float64)
        out = np.zeros_like(psi)
        observable.on(space).apply(psi, out)
        expected = np.bitwise_count(space.configurations()) * state
        np.testing.assert_allclose(join(out), expected, atol=1e-13)
