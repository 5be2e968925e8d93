"""Methods side by side, the reference, and the verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest

import qchem
from qchem import Hamiltonian, solve
from qchem.methods.fits import predict_memory
from qchem.methods.registry import CLASSICAL, QUANTUM
from qchem.molecules.molecule import Molecule
from qchem.solving.verdict import verdict
from qminima import InputError, Progress, Reference, Result
from simulator.memory import MemoryLimitError


def result(method: str, value: float, **more: Any) -> Result:
    kind: Any = "quantum" if "VQE" in method else "classical"
    return Result(method, kind, value, "hartree", {}, more.pop("seconds", 0.1), **more)


def test_all_methods_in_their_order(lih: Hamiltonian) -> None:
    comparison = solve(lih, seed=7)
    names = [entry.method for entry in comparison.results]
    assert names == ["HF", "MP2", "CISD", "CCSD", "CCSD(T)", "FCI", "UCCSD-VQE"]
    exact = qchem.fci(lih).value
    assert comparison.reference is not None
    assert comparison.reference.value == pytest.approx(exact, abs=1e-10)
    assert comparison.reference.certainty == "proven"
    for entry in comparison.results:
        assert entry.error == pytest.approx(entry.value - exact, abs=1e-10)
    assert not comparison.interrupted
    record = json.loads(json.dumps(comparison.record(), allow_nan=False))
    assert list(record) == [
        "schema", "problem", "results", "reference", "verdict", "warnings", "skipped",
        "interrupted", "provenance",
    ]  # fmt: skip
    assert record["provenance"]["seed"] == 7


def test_only_the_named_methods(h2: Hamiltonian) -> None:
    comparison = solve(h2, ["hf", "fci"])
    assert [entry.method for entry in comparison.results] == ["HF", "FCI"]
    assert comparison.verdict == "Only classical methods were run."
    assert solve(h2, ["hf"]).reference is None
    assert solve(h2, []).results == ()


def test_optional_methods_are_skipped_and_others_refused() -> None:
    molecule = Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    unrestricted = qchem.electronic_hamiltonian(molecule, unrestricted=True)
    comparison = solve(unrestricted)
    assert [entry.method for entry in comparison.results] == ["HF", "FCI", "UCCSD-VQE"]
    assert list(comparison.skipped) == ["mp2", "cisd", "ccsd", "ccsd_t"]
    found = solve(unrestricted, ["hf", "mp2", "ccsd"], optional=["mp2", "ccsd"])
    assert [entry.method for entry in found.results] == ["HF"]
    with pytest.raises(InputError, match="the same for both spins"):
        solve(unrestricted, ["hf", "mp2", "ccsd"], optional=["mp2"])
    # One electron: nothing to correlate, and no ROHF orbitals that a label could be about.
    cation = Molecule.from_atoms("H 0 0 0; H 0 0 1.06", charge=1, spin=1)
    alone = qchem.mp2(qchem.electronic_hamiltonian(cation, unrestricted=True))
    assert "orbitals" not in alone.settings


def _not_called(_: Hamiltonian) -> Result:
    pytest.fail("a method ran before the circuit was checked")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ansatz": "ucj", "mapping": "parity"}, "expected excitations"),
        ({"ansatz": "shared-uccsd", "mapping": "parity", "optimizer": "Rotosolve"}, "share"),
        ({"ansatz": "qnp", "mapping": "parity", "taper": "all"}, "taper less"),
        ({"ansatz": "ucj", "amplitude_threshold": 0.1}, "for excitations, not for UCJ"),
        ({"ansatz": "ucj", "optimizer": "Rotosolve"}, "Rotosolve needs a parameter for each step"),
        ({"optimizer": "adam"}, "unknown optimiser"),
        ({"start": "mp3"}, "unknown start"),
        ({"resume": {"method": "ADAPT-VQE"}}, "expected the method adapt"),
    ],
    ids=str,
)
def test_circuits_are_checked_before_methods_run(
    h2: Hamiltonian,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, Any],
    message: str,
) -> None:
    monkeypatch.setattr("qchem.hf", _not_called)
    with pytest.raises(InputError, match=message):
        solve(h2, ["hf", "vqe"], **options)


def test_closed_shells_are_required_before_methods_run(
    h3_doublet: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qchem.hf", _not_called)
    with pytest.raises(InputError, match="for closed shells"):
        solve(h3_doublet, ["hf", "vqe"], ansatz="singlet-uccsd")
    with pytest.raises(InputError, match="for closed shells"):
        solve(h3_doublet, ["hf", "adapt"], pool="singlet-sd")


def test_start_from_ccsd_is_checked_before_methods_run(monkeypatch: pytest.MonkeyPatch) -> None:
    molecule = Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    unrestricted = qchem.electronic_hamiltonian(molecule, unrestricted=True)
    monkeypatch.setattr("qchem.hf", _not_called)
    with pytest.raises(InputError, match="the same for both spins"):
        solve(unrestricted, ["hf", "vqe"], start="ccsd")


def test_record_to_resume_is_checked_before_methods_run(
    h4: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = qchem.adapt(h4, "gsd", max_parameters=2).record()["results"][0]
    monkeypatch.setattr("qchem.hf", _not_called)
    for change, pool, message in (
        ({}, "qubit", "not in the pool"),
        ({"parameters": [1.0]}, "gsd", "a parameter for each"),
        ({"value": entry["value"] - 1}, "gsd", "must be the same"),
    ):
        with pytest.raises(InputError, match=message):
            solve(h4, ["hf", "adapt"], pool=pool, resume={**entry, **change})


def test_pool_is_checked_before_methods_run(
    h2: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qchem.hf", _not_called)
    monkeypatch.setattr("qchem.solvers.growth_start.VECTORS", 1 << 60)
    with pytest.raises(MemoryLimitError, match="a state vector of 16 amplitudes"):
        solve(h2, ["hf", "adapt"], pool="pauli")


def test_library_lends_its_exact_energy(water: Hamiltonian) -> None:
    comparison = solve(water, ["hf"])
    assert comparison.reference is not None
    assert comparison.reference.value == pytest.approx(-75.0125847283, abs=1e-9)
    assert comparison.reference.source is not None
    # Another active space or basis set is another problem.
    smaller = qchem.electronic_hamiltonian(Molecule.from_name("h2o"), (4, 4))
    assert solve(smaller, ["hf"]).reference is None
    other = qchem.electronic_hamiltonian(Molecule.from_name("h2", basis="6-31g"))
    assert solve(other, ["hf"]).reference is None


def test_namesake_of_a_library_molecule_has_no_reference() -> None:
    molecule = Molecule.from_atoms("H 0 0 0; H 0 0 0.9", name="h2")
    assert solve(qchem.electronic_hamiltonian(molecule), ["hf"]).reference is None
    cation = Molecule.from_atoms("H 0 0 0; H 0 0 0.7414", name="h2", charge=1, spin=1)
    assert solve(qchem.electronic_hamiltonian(cation), ["hf"]).reference is None


def test_unknown_names(h2: Hamiltonian) -> None:
    with pytest.raises(InputError, match=r"unknown method 'cssd'; did you mean .*ccsd"):
        solve(h2, ["hf", "cssd"])
    with pytest.raises(InputError, match=r"unknown ansatz 'ucc'; did you mean uccsd"):
        solve(h2, ["vqe"], ansatz="ucc")
    with pytest.raises(InputError, match="unknown start"):
        solve(h2, ["vqe"], start="mp3")
    with pytest.raises(InputError, match=r"unknown optimi[sz]er"):
        solve(h2, ["vqe"], optimizer="adam")


def test_low_energies_are_no_merit() -> None:
    hamiltonian = qchem.electronic_hamiltonian(Molecule.from_name("h6"))
    comparison = solve(hamiltonian, ["hf", "ccsd", "ccsd_t", "fci"])
    found = [w for w in comparison.warnings if "not variational" in w]
    assert [w.split(" lies")[0] for w in found] == ["CCSD", "CCSD(T)"]
    # -2.9998515796 and -3.0020479088 against -2.995565425832 hartree.
    assert "4.286 mHa" in found[0]
    assert "6.482 mHa" in found[1]


@pytest.mark.parametrize(
    ("energies", "expected"),
    [
        ({"HF": -1.0, "FCI": -1.1}, "Only classical"),
        ({"UCCSD-VQE": -1.0}, "Nothing is decided: there is neither an exact energy"),
        ({"CCSD(T)": -1.002, "UCCSD-VQE": -1.0}, "UCCSD-VQE: 2.000 mHa above CCSD(T)"),
        ({"CCSD(T)": -1.0, "UCCSD-VQE": -1.002}, "UCCSD-VQE: 2.000 mHa below CCSD(T)"),
        (
            {"CCSD(T)": -1.001, "FCI": -1.002, "UCCSD-VQE": -1.0},
            "Classical wins: CCSD(T) is closer",
        ),
        (
            {"CCSD(T)": -1.005, "FCI": -1.002, "UCCSD-VQE": -1.001},
            "UCCSD-VQE is closer than CCSD(T).",
        ),
        (
            {"CCSD(T)": -1.002, "FCI": -1.002, "UCCSD-VQE": -1.002},
            "Classical wins: a tie in accuracy",
        ),
        ({"FCI": -1.002, "UCCSD-VQE": -1.0}, "UCCSD-VQE: 2.000 mHa above FCI"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_verdict(energies: dict[str, float], expected: str) -> None:
    results = [result(method, energy) for method, energy in energies.items()]
    exact = energies.get("FCI")
    text = verdict(results, None if exact is None else Reference(exact, "FCI", "proven"))
    assert expected in text
    first, *lines = text.splitlines()
    assert first.endswith(".")
    assert len(lines) <= 3


def test_verdict_on_what_did_not_converge() -> None:
    results = [
        result("FCI", -1.1),
        result("UCCSD-VQE", -1.0, converged=False, stop_reason="time limit"),
    ]
    sentence = verdict(results, Reference(-1.1, "FCI", "proven"))
    assert "did not converge, so it is not judged: time limit" in sentence


def test_exact_energy_that_did_not_converge_is_no_reference(
    h2: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    original = qchem.fci
    monkeypatch.setattr(
        qchem, "fci", lambda *args, **options: replace(original(*args, **options), converged=False)
    )
    comparison = solve(h2, ["hf", "fci"])
    assert comparison.reference is None
    assert all(entry.error is None for entry in comparison.results)


class Ctrl(Progress):
    """Presses Ctrl-C at the third energy of the circuit."""

    def __init__(self) -> None:
        self.count = 0

    def note(self, text: str) -> None:
        self.count += 1
        if self.count == 3:
            raise KeyboardInterrupt


def test_interruption_keeps_what_is_finished(h4: Hamiltonian) -> None:
    comparison = solve(h4, ["hf", "fci", "vqe"], progress=Ctrl())
    assert comparison.interrupted
    assert [entry.method for entry in comparison.results] == ["HF", "FCI", "UCCSD-VQE"]
    last = comparison.results[-1]
    assert (last.evaluations, last.converged) == (3, False)
    assert "not judged" in comparison.verdict
    assert comparison.record()["interrupted"] is True


def test_interruption_of_a_classical_method(
    h4: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any, **__: Any) -> Result:
        raise KeyboardInterrupt

    monkeypatch.setattr(qchem, "fci", interrupt)
    comparison = solve(h4, ["hf", "fci", "vqe"])
    assert comparison.interrupted
    assert [entry.method for entry in comparison.results] == ["HF"]
    with pytest.raises(KeyboardInterrupt):
        solve(h4, ["fci", "hf"])


def test_time_limit_reaches_the_circuit(h4: Hamiltonian) -> None:
    (entry,) = solve(h4, ["vqe"], time_limit=1e-9).results
    assert (entry.evaluations, entry.converged) == (1, False)
    assert entry.settings["time_limit"] == 1e-9


def test_lattice_without_basis_or_geometry() -> None:
    import numpy as np

    h2 = np.zeros((2,) * 4)
    h2[0, 0, 0, 0] = h2[1, 1, 1, 1] = 4.0
    dimer = Hamiltonian.from_integrals([[-1, -0.3], [-0.3, 1]], h2, (1, 1), name="dimer")
    comparison = solve(dimer, CLASSICAL + QUANTUM)
    assert len(comparison.results) == 8
    json.dumps(comparison.record(), allow_nan=False)


def test_predicted_memory_grows_as_it_should() -> None:
    from math import comb

    def need(norb: int, count: int, *methods: str) -> int:
        return predict_memory((count, count), norb, methods)

    assert need(10, 5, "hf") >= 8 * 10**4
    assert need(10, 5, "fci") >= need(10, 5, "hf") + 8 * 2 * comb(10, 5) ** 2
    assert need(10, 5, "vqe") >= need(10, 5, "hf") + 8 * 2 * comb(10, 5) ** 2
    assert need(16, 8, "fci") / need(14, 7, "fci") == pytest.approx(14.06, rel=0.1)
    # CCSD of benzene in cc-pVDZ is nothing, its FCI is out of reach.
    assert need(114, 21, "ccsd") < 2**36
    assert need(114, 21, "fci") > 2**80
    assert predict_memory((0, 0), 1, CLASSICAL + QUANTUM) > 0
