"""Ansätze beyond UCCSD: parameters, conserved quantities, energies between HF and FCI."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import qchem
from qchem import Hamiltonian, vqe
from qchem.ansatz.registry import ANSAETZE, LAYERED
from qchem.ansatz.starting_parameters import _FIRST
from qchem.methods.fits import _MEMORY
from qchem.methods.registry import METHODS
from qchem.solving import preparation
from qchem.solving.options import SolveOptions
from qchem.solving.solve import solve
from qminima import InputError
from simulator import Expectation
from simulator.testing import dense_state

CLOSED = ("singlet-uccsd", "shared-uccsd", "paired-uccd", "ucj", "local-ucj")
CONSERVE_SPIN = ("singlet-uccsd", "k-upccgsd", "paired-uccd", "qnp")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("uccsd", 26), ("singlet-uccsd", 14), ("shared-uccsd", 15), ("uccgsd", 90),
        ("k-upccgsd", 12), ("paired-uccd", 4), ("qnp", 6), ("ucj", 42), ("local-ucj", 29),
        ("hamiltonian-variational", 3), ("hardware-efficient", 32),
    ],
)  # fmt: skip
def test_numbers_of_parameters(name: str, count: int, h4: Hamiltonian) -> None:
    assert ANSAETZE[name].build(h4).num_parameters == count


@pytest.mark.parametrize("name", LAYERED)
def test_layers(name: str, h4: Hamiltonian) -> None:
    one, two, three = (ANSAETZE[name].build(h4, layers=count).num_parameters for count in (1, 2, 3))
    assert three - two == two - one > 0  # some have parameters that belong to no layer
    with pytest.raises(InputError, match="layers"):
        ANSAETZE[name].build(h4, layers=0)


@pytest.mark.parametrize("name", list(ANSAETZE))
def test_state_and_gradient(name: str, h4: Hamiltonian) -> None:
    """Against matrix exponentials, and differences of energies."""
    circuit = ANSAETZE[name].build(h4)
    rng = np.random.default_rng(1)
    params = rng.normal(scale=0.2, size=circuit.num_parameters)
    energy = Expectation(circuit, h4)
    np.testing.assert_allclose(energy.state(params), dense_state(circuit, params), atol=1e-11)
    _, gradient = energy.value_and_gradient(params)
    direction = rng.normal(size=len(params))
    step = 1e-5 * direction
    slope = (energy(params + step) - energy(params - step)) / 2e-5
    assert gradient @ direction == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize(
    "name", [name for name, ansatz in ANSAETZE.items() if not ansatz.on_qubits]
)
def test_energies(name: str, h4: Hamiltonian) -> None:
    exact = qchem.fci(h4).value
    circuit = ANSAETZE[name].build(h4)
    params = np.random.default_rng(0).normal(scale=0.05, size=circuit.num_parameters)
    enough = None if name == "uccgsd" else 200
    result = vqe(h4, circuit, start=params, max_evaluations=enough)
    assert exact - 1e-9 < result.value < h4.reference_energy - 1e-3
    if name in CONSERVE_SPIN:
        assert result.properties["spin_square"] == pytest.approx(0, abs=1e-9)
    if name == "uccgsd":
        assert result.value - exact < 1e-5


def test_singlet_factors_conserve_the_spin_where_a_product_of_terms_does_not(
    h4: Hamiltonian,
) -> None:
    rng = np.random.default_rng(3)
    spins = {}
    for name in ("singlet-uccsd", "shared-uccsd"):
        circuit = ANSAETZE[name].build(h4)
        params = rng.normal(scale=0.5, size=circuit.num_parameters)
        state = Expectation(circuit, h4).state(params)
        spins[name] = qchem.spin_square(state, h4.space)
    assert spins["singlet-uccsd"] == pytest.approx(0, abs=1e-12)
    assert spins["shared-uccsd"] > 1e-3


def test_layers_share_the_classical_amplitude(h4: Hamiltonian) -> None:
    one, two = (
        qchem.initial_parameters(h4, qchem.k_upccgsd(h4, layers=count), "mp2") for count in (1, 2)
    )
    np.testing.assert_allclose(two, np.tile(one / 2, 2))
    assert np.abs(one).max() > 0.01


def test_thresholds_are_for_what_has_an_amplitude(h4: Hamiltonian) -> None:
    general = qchem.uccgsd(h4)
    kept = qchem.screen(general, h4, symmetry=False, threshold=10.0)
    # Of 26 excitations from occupied to empty orbitals, the 18 doubles are compared.
    assert kept.num_parameters == general.num_parameters - 18
    with pytest.raises(InputError, match="leave it out"):
        qchem.screen(qchem.singlet_uccsd(h4), h4, threshold=0.1)


@pytest.mark.parametrize("name", CLOSED)
def test_closed_shells_only(name: str, h3_doublet: Hamiltonian) -> None:
    with pytest.raises(InputError, match="closed shells"):
        ANSAETZE[name].build(h3_doublet)


@pytest.mark.parametrize("name", ["uccgsd", "k-upccgsd", "qnp"])
def test_open_shells(name: str, h3_doublet: Hamiltonian) -> None:
    exact = qchem.fci(h3_doublet).value
    circuit = ANSAETZE[name].build(h3_doublet)
    params = np.random.default_rng(0).normal(scale=0.05, size=circuit.num_parameters)
    result = vqe(h3_doublet, circuit, start=params)
    assert exact - 1e-9 < result.value < h3_doublet.reference_energy + 1e-9


def test_screening_of_singlet_sums() -> None:
    chain = "; ".join(f"H 0 0 {k}" for k in range(4))
    hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(chain))
    full = qchem.singlet_uccsd(hamiltonian)
    screened = qchem.screen(full, hamiltonian)
    assert screened.num_parameters < full.num_parameters
    assert screened.space.size < full.space.size
    values = [vqe(hamiltonian, circuit, start="zero").value for circuit in (full, screened)]
    assert values[0] == pytest.approx(values[1], abs=1e-8)


def test_comparison_by_name(h2: Hamiltonian) -> None:
    result = solve(h2, ["fci", "vqe", "adapt"], ansatz="k-upccgsd", layers=2, pool="qubit")
    methods = {one.method: one for one in result.results}
    assert set(methods) == {"FCI", "2-UpCCGSD-VQE", "ADAPT-VQE (qubit)"}
    for one in methods.values():
        assert one.value == pytest.approx(methods["FCI"].value, abs=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {"pool": "magic"},
        {"ansatz": "magic"},
        {"layers": 2},
        {"ansatz": "qnp", "layers": 0},
        {"mapping": "magic"},
        {"taper": "all"},
        {"mapping": "parity", "taper": "most"},
        {"ansatz": "ucj", "amplitude_threshold": 0.1},
        {"optimizer": "magic"},
        {"restarts": -1},
        {"ansatz": "ucj", "layers": 10**9},
    ],
    ids=str,
)
def test_refused_names(options: dict[str, Any], h2: Hamiltonian) -> None:
    with pytest.raises(InputError):
        solve(h2, ["vqe"], **options)


@pytest.mark.parametrize("name", list(ANSAETZE))
def test_every_ansatz_by_name(name: str, h2: Hamiltonian) -> None:
    """With its own start, and CNOTs where they are known."""
    exact = qchem.fci(h2).value
    result = solve(h2, ["vqe"], ansatz=name, restarts=2, seed=1).results[0]
    assert exact - 1e-9 < result.value
    if name != "hardware-efficient":
        assert result.value - exact < 1e-6
    unknown = name in ("singlet-uccsd", "hamiltonian-variational")
    assert ("cnots" in result.properties) != unknown
    assert len(result.properties["runs"]) == 3
    assert min(run["value"] for run in result.properties["runs"]) == result.value
    assert result.evaluations == sum(run["evaluations"] for run in result.properties["runs"])


def test_a_threshold_and_a_disturbed_start(lih: Hamiltonian) -> None:
    """The start is that of the circuit that is left."""
    result = solve(lih, ["vqe"], ansatz="k-upccgsd", amplitude_threshold=0.02, seed=1).results[0]
    assert result.settings["start"] == "mp2, disturbed"
    assert len(result.parameters or []) < qchem.k_upccgsd(lih).num_parameters


def test_restarts_are_seeded(h3_doublet: Hamiltonian) -> None:
    circuit = qchem.k_upccgsd(h3_doublet)
    runs = [
        vqe(h3_doublet, circuit, start="random", restarts=1, seed=seed).properties["runs"]
        for seed in (1, 1, 2)
    ]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


@pytest.mark.parametrize("mapping", ["parity", "bravyi_kitaev"])
def test_comparison_on_qubits(mapping: str, h2: Hamiltonian) -> None:
    run = solve(h2, ["fci", "vqe"], mapping=mapping, taper="all", properties=True)
    exact, circuit = run.results
    assert circuit.value == pytest.approx(exact.value, abs=1e-8)
    assert circuit.problem["qubits"] == 1
    assert "dipole_debye" in exact.properties
    assert "dipole_debye" not in circuit.properties


@pytest.mark.parametrize(("name", "layers"), [("k-upccgsd", 2), ("qnp", 6)])
def test_symmetry_does_not_hold_these_back(name: str, layers: int) -> None:
    """Screened, or from a symmetric start, both end 30 to 100 mHa above."""
    chain = "; ".join(f"H 0 0 {1.5 * k}" for k in range(4))
    hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(chain))
    run = solve(hamiltonian, ["fci", "vqe"], ansatz=name, layers=layers, restarts=1, seed=1)
    exact, circuit = run.results
    assert circuit.value - exact.value < 1e-5
    assert circuit.settings["symmetry"] is False
    assert circuit.settings["start"] == "mp2, disturbed"


def test_the_tables_name_what_exists() -> None:
    """Options, memory and starting parameters of the tables are looked up by name at run time."""
    fields = set(SolveOptions.__annotations__)
    for method in METHODS.values():
        assert set(method.takes) | set(method.only) <= fields
        assert method.memory in {"", *_MEMORY}
        assert hasattr(preparation, method.preparation or "prepare_vqe")
    assert {ansatz.start for ansatz in ANSAETZE.values()} == set(_FIRST)
