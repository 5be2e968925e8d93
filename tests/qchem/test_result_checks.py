"""Warnings where energies contradict each other, the mean field, or the spin asked for."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

import qchem
from qchem import ActiveSpace, Hamiltonian, Molecule, electronic_hamiltonian, solve, vqe
from qchem.properties.spin import spin_square
from qchem.qubits.mappings import spin_square_sum
from qchem.qubits.qubit_hamiltonian import QubitHamiltonian
from qchem.solving.result_checks import doubles_are_exact, is_trusted, mark_other_solutions
from qchem.solving.verdict import verdict
from qminima import Reference, Result
from simulator import BasisState, Circuit, Excitation, Step
from simulator.spaces import Electrons, Qubits


def result(method: str, value: float, **more: Any) -> Result:
    kind: Any = "quantum" if "VQE" in method else "classical"
    return Result(method, kind, value, "hartree", {}, more.pop("seconds", 0.1), **more)


def two_atoms(symbol: str, distance: float, basis: str, **more: Any) -> Hamiltonian:
    atoms = f"{symbol} 0 0 0; {symbol} 0 0 {distance}"
    space = more.pop("space", None)
    return electronic_hamiltonian(Molecule.from_atoms(atoms, basis=basis, **more), space)


# -- coupled cluster that converged to another solution --------------------------------------


def test_exact_with_doubles() -> None:
    """The highest excitation, by listing all determinants."""
    for norb in range(1, 5):
        for alpha, beta in product(range(norb + 1), repeat=2):
            highest = sum(
                max(len(set(range(count)) - set(one)) for one in combinations(range(norb), count))
                for count in (alpha, beta)
            )
            hamiltonian = Hamiltonian(np.eye(norb), np.zeros((norb,) * 4), (alpha, beta))
            assert doubles_are_exact(hamiltonian) == (highest <= 2)


@pytest.mark.parametrize(
    ("hamiltonian", "off"),
    [
        (lambda: two_atoms("H", 10, "cc-pvdz"), 475.778),  # two electrons
        (lambda: two_atoms("F", 5, "sto-3g", space=(14, 8)), 837.305),  # two holes
    ],
    ids=["electrons", "holes"],
)
def test_ccsd_where_it_is_exact(hamiltonian: Any, off: float) -> None:
    comparison = solve(hamiltonian(), ["hf", "cisd", "ccsd", "ccsd_t", "fci", "vqe"])
    known = {entry.method: entry for entry in comparison.results}
    for method in ("CCSD", "CCSD(T)"):
        assert known[method].converged
        assert known[method].properties["other_solution"] is True
        assert f"converged to another solution, {off:.3f} mHa above" in known[method].warnings[0]
    assert is_trusted(known["CISD"])
    assert "\nCISD: " in comparison.verdict


def test_ccsd_alone_is_held_against_cisd() -> None:
    (marked,) = solve(two_atoms("H", 10, "cc-pvdz"), ["ccsd"]).results
    assert not is_trusted(marked)
    assert "mHa above CISD" in marked.warnings[0]


def test_ccsd_above_its_determinant() -> None:
    """LiH torn apart, four electrons: 423 mHa above FCI, where the determinant is 149 above."""
    molecule = Molecule.from_atoms("Li 0 0 0; H 0 0 8", basis="6-31g")
    hamiltonian = electronic_hamiltonian(molecule)
    (marked,) = solve(hamiltonian, ["ccsd"]).results
    above = 1000 * (marked.value - hamiltonian.reference_energy)
    assert above > 100
    assert f"{above:.3f} mHa above the determinant that it starts from" in marked.warnings[0]


def test_agreement_is_not_marked(h2: Hamiltonian, lih: Hamiltonian) -> None:
    torn = two_atoms("F", 2.5, "sto-3g", space=(14, 8))  # FCI's lowest is a triplet
    for hamiltonian in (h2, lih, torn):
        comparison = solve(hamiltonian, ["hf", "cisd", "ccsd", "ccsd_t", "fci"])
        assert all(is_trusted(entry) for entry in comparison.results)
    assert mark_other_solutions(h2, []) == []


def test_fci_of_another_spin_says_what_the_reference_has(h2: Hamiltonian) -> None:
    """CISD in an excited state agrees with CCSD; FCI's lowest is a triplet."""
    least = h2.reference_energy - 0.02
    strays = [result("CISD", least + 0.01), result("CCSD", least + 0.01)]
    triplet = result("FCI", least - 0.1, properties={"spin_square": 2.0})
    found = mark_other_solutions(h2, [*strays, triplet])
    assert all(map(is_trusted, found))
    known = {"spin_square": 2.0, "reference_state": {"energy": least}}
    found = mark_other_solutions(h2, [*strays, replace(triplet, properties=known)])
    assert [is_trusted(entry) for entry in found] == [False, False, True]
    assert "10.000 mHa above FCI" in found[0].warnings[0]


def test_verdict_leaves_out_what_is_marked() -> None:
    results = [
        result("CISD", -1.0),
        result("CCSD(T)", -0.5, properties={"other_solution": True}),
        result("FCI", -1.0),
        result("UCCSD-VQE", -0.99),
    ]
    sentence = verdict(results, Reference(-1.0, "FCI", "proven"))
    assert "CCSD" not in sentence.replace("UCCSD", "")
    assert "CISD: within 0.001 mHa of FCI" in sentence


# -- the spin of circuits --------------------------------------------------------------------


def unequal_spins(hamiltonian: Hamiltonian) -> Circuit:
    """Orbitals of either spin turned by an angle each: unrestricted Hartree-Fock of H2."""
    space = hamiltonian.space
    steps = tuple(
        Step(Excitation(**{spin: ((0,), (1,))}), ((number, 1.0),))
        for number, spin in enumerate(("alpha", "beta"))
    )
    return Circuit(space, BasisState(space.reference), steps, name="UHF")


def test_wrong_spin_is_marked_and_not_praised() -> None:
    """At 3 Å the lowest determinant of H2 is half a triplet: <S^2> near 1."""
    hamiltonian = two_atoms("H", 3.0, "sto-3g")
    found = vqe(hamiltonian, unequal_spins(hamiltonian), start=[0.6, -0.6])
    assert found.converged
    assert 0.9 < found.properties["spin_square"] < 1.0
    assert found.properties["spin_contamination"] == found.properties["spin_square"]
    assert "not the 0.0000 of the spin asked for" in found.warnings[0]
    others = [result("CCSD(T)", 0.0), result("FCI", -2.0)]
    sentence = verdict([*others, found], Reference(-2.0, "FCI", "proven"))
    assert sentence.startswith("UHF-VQE is not judged: its state has <S²> = 0.9")
    # A circuit of the right spin is judged in its place, although its energy is higher.
    right = result("ADAPT-VQE", found.value + 0.1, properties={"spin_contamination": 0.0})
    assert "\nADAPT-VQE: " in verdict([*others, found, right])


def test_contamination_is_measured_from_the_spin_asked_for(h3_doublet: Hamiltonian) -> None:
    for found in solve(h3_doublet, ["vqe", "adapt"]).results:
        assert found.properties["spin_square"] == pytest.approx(0.75, abs=1e-3)
        assert found.properties["spin_contamination"] == pytest.approx(0.0, abs=1e-3)
        assert not found.warnings


@pytest.mark.parametrize("mapping", ["jordan_wigner", "parity"])
@pytest.mark.parametrize("taper", ["none", "spins", "all"])
def test_spin_on_qubits(mapping: str, taper: str) -> None:
    hamiltonian = two_atoms("H", 3.0, "sto-3g")
    circuit, params = qchem.uccsd(hamiltonian), [0.0, 0.0, 0.7]
    if taper == "all":
        circuit, params = qchem.screen(circuit, hamiltonian), [0.7]
    limited: dict[str, Any] = {"start": params, "max_evaluations": 1}
    expected = vqe(hamiltonian, circuit, **limited).properties
    found = vqe(QubitHamiltonian(hamiltonian, mapping, taper), circuit, **limited).properties
    for name in ("spin_square", "spin_contamination"):
        assert found[name] == pytest.approx(expected[name], abs=1e-10)


def test_wrong_spin_on_qubits_is_marked() -> None:
    hamiltonian = two_atoms("H", 3.0, "sto-3g")
    found = vqe(QubitHamiltonian(hamiltonian), unequal_spins(hamiltonian), start=[0.6, -0.6])
    assert found.properties["spin_square"] > 0.9
    assert "of the spin asked for" in found.warnings[0]


@pytest.mark.parametrize(("norb", "nelec"), [(1, (1, 0)), (3, (2, 1)), (4, (2, 2)), (4, (1, 3))])
def test_operator_of_the_spin(norb: int, nelec: tuple[int, int]) -> None:
    """Pauli strings against |S_+ psi|^2, on a complex state."""
    space, random = Electrons(norb, nelec), np.random.default_rng(0)
    state = random.normal(size=(2, space.size))
    state /= np.linalg.norm(state)
    psi = np.zeros((2, 4**norb))
    psi[:, space.configurations()] = state
    image = np.empty_like(psi)
    spin_square_sum(norb).on(Qubits(2 * norb)).apply(psi, image)
    assert np.sum(psi * image) == pytest.approx(spin_square(state[0] + 1j * state[1], space))


# -- the mean field --------------------------------------------------------------------------


def test_determinant_that_is_not_the_mean_field(ch2: Hamiltonian) -> None:
    assert not solve(ch2, ["hf", "fci"]).warnings
    # As if the orbitals left out what costs 0.2 hartree.
    raised = replace(ch2, core_energy=ch2.core_energy + 0.2)
    assert ch2.mean_field is not None
    energy = f"{ch2.mean_field.e_tot:.9f} hartree"
    found = solve(raised, ["hf", "fci"]).warnings
    assert [warning for warning in found if f"gave {energy}, 200.000 mHa below it" in warning]
    assert [warning for warning in found if f"above Hartree-Fock ({energy})" in warning]
    assert not solve(raised, ["mp2"]).warnings


def test_natural_orbitals_of_an_open_shell_say_what_the_mean_field_gave() -> None:
    molecule = Molecule.from_atoms("C 0 0 0; H 0 0.9970 0.4167; H 0 -0.9970 0.4167", spin=2)
    space = ActiveSpace.natural(4, 4, "cisd")
    comparison = solve(electronic_hamiltonian(molecule, space), ["hf", "fci"])
    mean_field = electronic_hamiltonian(molecule).mean_field
    assert mean_field is not None
    apart = 1000 * (comparison.results[0].value - mean_field.e_tot)
    assert apart > 0.1
    assert any(f"{apart:.3f} mHa below it" in warning for warning in comparison.warnings)
