"""Hamiltonians on qubits: spectra, circuits, and qubits left out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import qchem
from qchem import Hamiltonian, QubitHamiltonian, vqe
from qchem.qubits.encoding import MAPPINGS
from qchem.solving.options import TAPERS
from qminima import InputError
from simulator import Electrons, Expectation, PauliString, Qubits, SpaceError, Step
from simulator.testing import dense_pauli_sum


def dense(hamiltonian: QubitHamiltonian) -> NDArray[np.complex128]:
    return dense_pauli_sum(hamiltonian.pauli_sum, hamiltonian.num_qubits)


def lowest(hamiltonian: QubitHamiltonian) -> float:
    """The least eigenvalue, by Lanczos iterations of SciPy."""
    from scipy.sparse.linalg import LinearOperator, eigsh

    operator = hamiltonian.on(hamiltonian.space)
    size = hamiltonian.space.size
    column = np.empty((1, size))

    def apply(vector: NDArray[np.float64]) -> NDArray[np.float64]:
        operator.apply(np.ascontiguousarray(vector).reshape(1, -1), column)
        return np.array(column[0])

    values = eigsh(LinearOperator((size, size), matvec=apply, dtype=float), k=1, which="SA")
    return float(values[0][0])


@pytest.mark.parametrize("mapping", ["bravyi_kitaev", "parity"])
def test_mappings_are_openfermions(mapping: str, h4: Hamiltonian) -> None:
    import openfermion

    operator = h4.to_fermion_operator()
    expected = (
        openfermion.bravyi_kitaev(operator, 8)
        if mapping == "bravyi_kitaev"
        else openfermion.binary_code_transform(operator, openfermion.parity_code(8))
    )
    difference = h4.to_qubit_operator(mapping) - expected
    assert max((abs(weight) for weight in difference.terms.values()), default=0) < 1e-12


@pytest.mark.parametrize("mapping", MAPPINGS)
@pytest.mark.parametrize("taper", TAPERS)
def test_spectrum_and_circuits(mapping: str, taper: str) -> None:
    """All energies of the sector are kept, and circuits give the same states."""
    chain = "; ".join(f"H 0 0 {k}" for k in range(4))
    hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(chain))
    qubits = QubitHamiltonian(hamiltonian, mapping, taper)
    assert qubits.num_qubits == {"none": 8, "spins": 6, "all": 5}[taper]
    levels = np.linalg.eigvalsh(dense(qubits))
    circuit = qchem.screen(qchem.uccsd(hamiltonian), hamiltonian)
    sector = circuit.space  # the determinants of the reference's symmetry
    assert isinstance(sector, Electrons)
    from qchem.classical.lowest_states import lowest_state

    matrix = hamiltonian.on(sector)
    columns = []
    for unit in np.eye(sector.size):
        image = np.empty((1, sector.size))
        matrix.apply(unit.reshape(1, -1), image)
        columns.append(image[0].copy())
    for level in np.linalg.eigvalsh(np.array(columns)):
        assert np.abs(levels - level).min() < 1e-10
    assert levels[0] == pytest.approx(lowest_state(hamiltonian, sector)[0], abs=1e-10)
    params = np.random.default_rng(3).normal(scale=0.3, size=circuit.num_parameters)
    on_qubits = Expectation(qubits.circuit(circuit), qubits)
    determinants = Expectation(circuit, hamiltonian)
    assert on_qubits(params) == pytest.approx(determinants(params), abs=1e-11)
    for count in qubits.counts:
        assert Expectation(on_qubits.circuit, count)(params) == pytest.approx(2)


@pytest.mark.parametrize(
    ("name", "before", "after"), [("lih", 12, 8), ("beh2", 14, 9), ("h2o", 14, 10)]
)
def test_tapered_molecules(name: str, before: int, after: int) -> None:
    """The ground energy to 1e-9 on fewer qubits, and UCCSD on them."""
    hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_name(name))
    qubits = QubitHamiltonian(hamiltonian, "parity", "all")
    assert (2 * hamiltonian.norb, qubits.num_qubits) == (before, after)
    assert lowest(qubits) == pytest.approx(qchem.fci(hamiltonian).value, abs=1e-9)
    if name == "lih":
        circuit = qchem.screen(qchem.uccsd(hamiltonian), hamiltonian)
        result = vqe(qubits, circuit)
        assert result.value == pytest.approx(vqe(hamiltonian, circuit).value, abs=1e-8)
        assert result.properties["electrons"] == [pytest.approx(2), pytest.approx(2)]
        assert result.problem["qubits"] == after


def test_openfermion_tapers_to_the_same_levels(h2: Hamiltonian) -> None:
    """Its routine, given the symmetries that were found, in its own order of qubits."""
    import openfermion

    qubits = QubitHamiltonian(h2, "jordan_wigner", "all")
    operator = openfermion.QubitOperator()
    for string, weight in h2.to_pauli_sum().terms:
        operator += openfermion.QubitOperator(str(string), weight)
    stabilizers = [
        openfermion.QubitOperator(str(PauliString(0, one.mask)), -1.0 if one.negative else 1.0)
        for one in qubits.encoding.symmetries
    ]
    tapered = openfermion.taper_off_qubits(
        operator, stabilizers, manual_input=True,
        fixed_positions=[one.qubit for one in qubits.encoding.symmetries],
    )  # fmt: skip
    theirs = openfermion.eigenspectrum(tapered)
    np.testing.assert_allclose(np.linalg.eigvalsh(dense(qubits)), theirs, atol=1e-12)


def test_qubit_excitations_on_qubits(h4: Hamiltonian) -> None:
    """Sums without fermionic signs, whose Pauli strings carry the parities of both orders."""
    from simulator import BasisState, Circuit

    pool = qchem.operator_pool("qubit", h4).operators[::9]
    steps = tuple(Step(one, ((k, 1.0),)) for k, one in enumerate(pool))
    circuit = Circuit(h4.space, BasisState(h4.space.reference), steps)
    params = np.random.default_rng(5).normal(scale=0.5, size=len(pool))
    for mapping in MAPPINGS:
        qubits = QubitHamiltonian(h4, mapping)
        got = Expectation(qubits.circuit(circuit), qubits)(params)
        assert got == pytest.approx(Expectation(circuit, h4)(params), abs=1e-11)


def test_refused(h2: Hamiltonian, lih: Hamiltonian, h4: Hamiltonian) -> None:
    with pytest.raises(InputError, match="did you mean parity"):
        QubitHamiltonian(h2, "partiy")
    with pytest.raises(InputError, match="taper"):
        QubitHamiltonian(h2, "parity", "some")
    with pytest.raises(InputError, match="screen"):
        QubitHamiltonian(lih, "parity", "all").circuit(qchem.uccsd(lih))
    with pytest.raises(InputError, match="do not commute"):
        QubitHamiltonian(h4).circuit(qchem.singlet_uccsd(h4))
    with pytest.raises(InputError, match="excitations"):
        QubitHamiltonian(h4).circuit(qchem.ucj(h4))
    with pytest.raises(InputError, match="starts from a determinant"):
        QubitHamiltonian(h2).circuit(qchem.uccsd(h4))
    with pytest.raises(SpaceError, match="acts on"):
        QubitHamiltonian(h2).on(Qubits(5))


def test_circuits_of_another_sector_are_refused(h4: Hamiltonian) -> None:
    """Their energies would be those of other electrons."""
    from simulator import BasisState, Circuit

    qubits = QubitHamiltonian(h4, "parity", "spins")
    space = Electrons(4, (3, 1))
    with pytest.raises(InputError, match="expected a circuit on"):
        qubits.circuit(Circuit(space, BasisState(space.reference), ()))
    chain = "; ".join(f"H 0 0 {k}" for k in range(4))
    symmetric = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(chain))
    excited = Circuit(symmetric.space, BasisState(0b0011_0101), ())  # one electron g -> u
    with pytest.raises(InputError, match="another symmetry"):
        QubitHamiltonian(symmetric, "parity", "all").circuit(excited)


def test_a_plain_hamiltonian_on_qubits_tells_electrons(h2: Hamiltonian) -> None:
    result = vqe(h2, qchem.hardware_efficient(h2), start="random", seed=1, max_evaluations=2)
    assert len(result.properties["electrons"]) == 2
    assert result.settings["seed"] == 1


def test_electrons_that_come_and_go_are_told(h2: Hamiltonian) -> None:
    qubits = QubitHamiltonian(h2)
    circuit = qchem.hardware_efficient(qubits)
    result = vqe(qubits, circuit, start="random", seed=1, max_evaluations=2)
    assert any("electrons on average" in warning for warning in result.warnings)
