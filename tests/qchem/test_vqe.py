"""The variational quantum eigensolver."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import qchem
from qchem import Hamiltonian, uccsd, vqe
from qminima import InputError, Progress
from qminima.runner import Interrupted
from simulator import (
    BasisState,
    Circuit,
    Excitation,
    Expectation,
    MemoryLimitError,
    PauliString,
    Qubits,
    Step,
)
from simulator.lowering.planar import join, split


def test_hydrogen_is_exact(h2: Hamiltonian) -> None:
    result = vqe(h2, uccsd(h2))
    assert result.value == pytest.approx(qchem.fci(h2).value, abs=1e-9)
    assert result.converged
    assert result.properties["gradient_norm"] < 1e-6
    assert result.properties["spin_square"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", ["heh_631g", "h3_doublet"])
def test_two_correlated_electrons_are_exact(name: str, request: pytest.FixtureRequest) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    result = vqe(hamiltonian, uccsd(hamiltonian), gradient_tolerance=1e-8)
    assert result.value == pytest.approx(qchem.fci(hamiltonian).value, abs=2e-6)
    assert result.value >= qchem.fci(hamiltonian).value - 1e-10


def test_water(water: Hamiltonian) -> None:
    """14 qubits: the circuit against FCI, and FCI against OpenFermion's operator."""
    from openfermion import get_sparse_operator
    from scipy.sparse.linalg import eigsh

    exact = qchem.fci(water)
    result = vqe(water, uccsd(water))
    assert result.converged
    assert exact.value - 1e-10 <= result.value < exact.value + 2e-4
    assert result.value < qchem.hf(water).value

    # Restricted to ten electrons with Sz = 0, the qubit operator has FCI as its least eigenvalue.
    sparse = get_sparse_operator(water.to_qubit_operator(), n_qubits=14).tocsr()
    space = water.space
    unit = np.zeros(space.size)
    rows, signs = [], []
    for position in range(space.size):
        unit[position] = 1.0
        vector = qchem.to_openfermion_order(unit, space)
        (row,) = np.flatnonzero(vector)
        rows.append(row)
        signs.append(vector[row])
        unit[position] = 0.0
    sector = sparse[rows][:, rows]
    sector = sector.multiply(np.outer(signs, signs)).tocsr().real
    assert eigsh(sector, k=1, which="SA", tol=1e-13)[0][0] == pytest.approx(exact.value, abs=1e-9)

    # The circuit's state has the same energy on all qubits as in its sector.
    assert result.parameters is not None
    state = Expectation(uccsd(water), water).state(result.parameters)
    vector = qchem.to_openfermion_order(state, space)
    assert np.vdot(vector, sparse @ vector).real == pytest.approx(result.value, abs=1e-9)
    embedded = space.embed(state)
    psi = split(embedded, 1, np.float64)
    out = np.zeros_like(psi)
    water.on(Qubits(14)).apply(psi, out)
    assert np.vdot(embedded, join(out)).real == pytest.approx(result.value, abs=1e-9)


def test_every_start_and_optimizer_arrives(h2: Hamiltonian) -> None:
    exact = qchem.fci(h2).value
    for start in ("mp2", "ccsd", "zero", [0.1, -0.2, 0.3]):
        assert vqe(h2, uccsd(h2), start=start).value == pytest.approx(exact, abs=1e-8)
    for optimizer in ("L-BFGS-B", "BFGS", "SLSQP", "CG", "COBYLA", "Nelder-Mead", "Powell"):
        result = vqe(h2, uccsd(h2), optimizer=optimizer)
        assert result.value == pytest.approx(exact, abs=1e-6), optimizer
        assert result.settings["optimizer"] == optimizer


def test_value_is_that_of_the_parameters(h4: Hamiltonian) -> None:
    result = vqe(h4, uccsd(h4), max_evaluations=7)
    assert result.parameters is not None
    assert result.history is not None
    energy = Expectation(uccsd(h4), h4)(result.parameters)
    assert result.value == pytest.approx(energy, abs=1e-12)
    values = [value for _, value in result.history]
    assert values == sorted(values, reverse=True)
    assert values[-1] == result.value
    # The first evaluation is the start.
    start = qchem.initial_parameters(h4, uccsd(h4))
    count, value = result.history[0]
    assert count == 1
    assert value == pytest.approx(Expectation(uccsd(h4), h4)(start), abs=1e-12)


def test_the_circuit_of_the_parameters(h2: Hamiltonian) -> None:
    """A circuit of excitations for qubits comes back as the circuit on these qubits."""
    qubits = qchem.QubitHamiltonian(h2, "parity")
    for hamiltonian in (h2, qubits):
        result = vqe(hamiltonian, uccsd(h2))
        assert result.circuit.space == hamiltonian.space
        energy = Expectation(result.circuit, hamiltonian)(result.parameters or [])
        assert energy == pytest.approx(result.value, abs=1e-12)
        assert "circuit" not in result.entry()


def test_order_of_tolerance(h4: Hamiltonian) -> None:
    tight = vqe(h4, uccsd(h4), gradient_tolerance=1e-8)
    loose = vqe(h4, uccsd(h4), gradient_tolerance=1e-3)
    assert loose.evaluations < tight.evaluations
    assert loose.value >= tight.value - 1e-12
    assert loose.properties["gradient_norm"] < 1e-3


def test_result_is_a_record(h3_doublet: Hamiltonian) -> None:
    result = vqe(h3_doublet, uccsd(h3_doublet), max_evaluations=50, time_limit=60)
    record = json.loads(json.dumps(result.record(), allow_nan=False))
    assert record["schema"] == 1
    assert record["problem"]["electrons"] == [2, 1]
    (entry,) = record["results"]
    assert set(entry) >= {
        "method", "kind", "value", "unit", "error", "evaluations", "seconds", "settings",
        "converged", "parameters", "history", "stop_reason", "gradient_norm", "spin_square",
    }  # fmt: skip
    assert entry["method"] == "UCCSD-VQE"
    assert entry["kind"] == "quantum"
    assert entry["settings"] == {
        "ansatz": "UCCSD",
        "parameters": uccsd(h3_doublet).num_parameters,
        "state_size": 9,
        "start": "mp2",
        "optimizer": "L-BFGS-B",
        "gradient_tolerance": 1e-6,
        "max_evaluations": 50,
        "time_limit": 60,
    }
    assert len(entry["parameters"]) == uccsd(h3_doublet).num_parameters
    assert entry["history"][0].keys() == {"evaluations", "value"}


def test_limits(h4: Hamiltonian) -> None:
    one = vqe(h4, uccsd(h4), max_evaluations=1)
    assert (one.evaluations, one.converged) == (1, False)
    assert "evaluation limit" in str(one.stop_reason)
    assert one.warnings
    short = vqe(h4, uccsd(h4), time_limit=1e-9)
    assert (short.evaluations, short.converged) == (1, False)
    assert "time limit" in str(short.stop_reason)
    assert short.value == pytest.approx(one.value, abs=1e-12)


class Ctrl(Progress):
    """Presses Ctrl-C at a given note."""

    def __init__(self, at: int) -> None:
        self.notes: list[str] = []
        self.at = at

    def note(self, text: str) -> None:
        self.notes.append(text)
        if len(self.notes) == self.at:
            raise KeyboardInterrupt


@pytest.mark.parametrize("optimizer", ["L-BFGS-B", "BFGS", "SLSQP", "COBYLA", "Nelder-Mead"])
def test_interruption_keeps_the_best(optimizer: str, h4: Hamiltonian) -> None:
    with pytest.raises(Interrupted) as caught:
        vqe(h4, uccsd(h4), optimizer=optimizer, progress=Ctrl(5))
    result = caught.value.result
    assert isinstance(caught.value, KeyboardInterrupt)
    assert (result.evaluations, result.converged) == (5, False)
    assert result.stop_reason == "interrupted"
    assert result.parameters is not None
    energy = Expectation(uccsd(h4), h4)(result.parameters)
    assert result.value == pytest.approx(energy, abs=1e-12)
    assert result.value <= vqe(h4, uccsd(h4), max_evaluations=1).value + 1e-12
    json.dumps(result.record(), allow_nan=False)


def test_interruption_before_the_first_energy(
    h4: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Expectation, "value_and_gradient", interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        vqe(h4, uccsd(h4))
    assert not isinstance(caught.value, Interrupted)


def test_progress_is_told_the_energy(h2: Hamiltonian) -> None:
    progress = Ctrl(at=-1)
    result = vqe(h2, uccsd(h2), progress=progress)
    assert len(progress.notes) == result.evaluations
    assert progress.notes[-1].startswith(f"{result.value:.6f} hartree")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": "mp3"}, "unknown start 'mp3'"),
        ({"start": [0.0]}, "expected 3 "),
        ({"start": [0.0, float("nan"), 0.0]}, "finite"),
        ({"start": ["a", "b", "c"]}, "."),
        ({"optimizer": "adam"}, "unknown optimi[sz]er 'adam'.*L-BFGS-B"),
        ({"max_evaluations": 0}, "at least"),
        ({"time_limit": 0}, "above zero"),
        ({"time_limit": float("nan")}, "above zero"),
        ({"gradient_tolerance": -1.0}, "toleran"),
        ({"gradient_tolerance": float("nan")}, "toleran"),
    ],
    ids=str,
)
def test_arguments_that_are_refused(
    arguments: dict[str, Any], message: str, h2: Hamiltonian
) -> None:
    with pytest.raises(InputError, match=message):
        vqe(h2, uccsd(h2), **arguments)


def test_no_parameters() -> None:
    hamiltonian = Hamiltonian.from_integrals([[-1.0]], np.zeros((1,) * 4), (1, 1), core_energy=0.5)
    result = vqe(hamiltonian, uccsd(hamiltonian))
    assert result.value == pytest.approx(-1.5)
    assert (result.evaluations, result.converged) == (1, True)
    assert result.parameters == []
    nothing = Hamiltonian.from_integrals([[-1.0]], np.zeros((1,) * 4), (0, 0), core_energy=0.5)
    assert vqe(nothing, uccsd(nothing)).value == 0.5


def test_circuit_on_qubits(h2: Hamiltonian) -> None:
    """H2 by one Pauli rotation of the reference: exp(-i a Y0 X1 X2 X3) on |0101>."""
    turn = Step(PauliString.parse("Y0 X1 X2 X3"), ((0, 1.0),))
    circuit = Circuit(Qubits(4), BasisState(h2.space.reference), (turn,), name="one rotation")
    result = vqe(h2, circuit, start="zero")
    assert result.value == pytest.approx(qchem.fci(h2).value, abs=1e-9)
    assert result.method == "one rotation-VQE"
    assert result.properties["spin_square"] == pytest.approx(0.0, abs=1e-9)


def test_circuit_of_another_size_is_refused(h2: Hamiltonian, h4: Hamiltonian) -> None:
    with pytest.raises(ValueError, match="orbitals"):
        vqe(h2, uccsd(h4))


def test_broken_spin_symmetry_shows(h4: Hamiltonian) -> None:
    """A single of one spin alone mixes singlet and triplet."""
    step = Step(Excitation(alpha=((1,), (2,))), ((0, 1.0),))
    circuit = Circuit(h4.space, BasisState(h4.space.reference), (step,))
    result = vqe(h4, circuit, start=[0.7], max_evaluations=1)
    # A rotated open shell: <S^2> = sin^2 a.
    assert result.properties["spin_square"] == pytest.approx(np.sin(0.7) ** 2, abs=1e-10)


def test_memory_is_checked_first(monkeypatch: pytest.MonkeyPatch, water: Hamiltonian) -> None:
    monkeypatch.setattr("simulator.memory.available_memory", lambda: 1000)
    with pytest.raises(MemoryLimitError, match="441 amplitudes"):
        vqe(water, uccsd(water))


def test_bugs_in_the_minimiser_do_not_look_like_errors_of_users(
    h2: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("shapes (3,) and (4,) do not match")

    monkeypatch.setattr("qchem.solvers.vqe.minimize_from", broken)
    with pytest.raises(ValueError, match="do not match") as error:
        qchem.vqe(h2, qchem.uccsd(h2))
    assert not isinstance(error.value, InputError)
    with pytest.raises(InputError, match="Rotosolve needs a parameter for each step"):
        qchem.vqe(h2, qchem.ucj(h2), optimizer="Rotosolve")
