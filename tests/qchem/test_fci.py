"""Full configuration interaction: states and spins against PySCF, searches, limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import qchem
from qchem import Hamiltonian, electronic_hamiltonian, solve
from qchem.classical import lowest_states, model_space
from qchem.classical.full_ci import reference_state_energy
from qchem.classical.lowest_states import symmetries
from qchem.molecules.molecule import Molecule
from qminima import InputError
from qminima.limits import Deadline
from qminima.runner import Interrupted
from simulator.lowering.two_body import TwoBodyOperator

MakeIntegrals = Callable[[int, int], tuple[NDArray[np.float64], NDArray[np.float64]]]


@cache
def molecule(
    atoms: str, space: tuple[int, int] | None = None, *, spin: int = 0, basis: str = "sto-3g"
) -> Hamiltonian:
    return electronic_hamiltonian(Molecule.from_atoms(atoms, spin=spin, basis=basis), space)


def hubbard(
    sites: int, repulsion: float, nelec: tuple[int, int], *, waves: bool = False
) -> Hamiltonian:
    """A ring, over sites or over eigenstates of the hopping."""
    hopping = -np.eye(sites, k=1) - np.eye(sites, k=1 - sites)
    hopping = hopping + hopping.T
    h2 = np.zeros((sites,) * 4)
    h2[(np.arange(sites),) * 4] = repulsion
    if waves:
        levels, orbitals = np.linalg.eigh(hopping)
        hopping = np.diag(levels)
        h2 = np.einsum("abcd,ap,bq,cr,ds->pqrs", h2, *(orbitals,) * 4, optimize=True)
    return Hamiltonian.from_integrals(hopping, h2, nelec)


def pyscf_energy(hamiltonian: Hamiltonian, irrep: int | None = None) -> float:
    """The lowest energy of one symmetry; by default of the reference's symmetry and spin."""
    from pyscf import fci, gto

    labels, spin = hamiltonian.orbital_symmetry, abs(np.subtract(*hamiltonian.nelec)) / 2
    mol, options = gto.M(verbose=0), dict[str, Any]()
    if any(labels):
        mol.groupname = "D2h"
        home = symmetries(hamiltonian)[0].irrep
        options = {"orbsym": np.array(labels), "wfnsym": home if irrep is None else irrep}
    solver = fci.direct_spin1_symm.FCI(mol) if any(labels) else fci.direct_spin1.FCI(mol)
    if irrep is None:
        solver = fci.addons.fix_spin_(solver, shift=1.0, ss=spin * (spin + 1))
    solver.conv_tol, solver.max_cycle, solver.pspace_size = 1e-12, 400, 0
    energy, _ = solver.kernel(
        hamiltonian.h1, hamiltonian.h2, hamiltonian.norb, hamiltonian.nelec,
        ecore=hamiltonian.core_energy, **options,
    )  # fmt: skip
    return float(energy)


SYSTEMS: dict[str, Callable[[], Hamiltonian]] = {
    "BeO 2.2": lambda: molecule("Be 0 0 0; O 0 0 2.2", (6, 7), basis="6-31g"),
    "N2": lambda: molecule("N 0 0 0; N 0 0 1.1", (10, 9), basis="6-31g"),
    "O2, singlet": lambda: molecule("O 0 0 0; O 0 0 1.2", (8, 6), basis="6-31g"),
    "Be": lambda: molecule("Be 0 0 0", basis="6-31g"),
    "C2": lambda: molecule("C 0 0 0; C 0 0 1.25", (8, 7)),
    "CH2, singlet": lambda: molecule("C 0 0 0; H 0 0 1.1; H 0 1.1 0"),
    "CN": lambda: molecule("C 0 0 0; N 0 0 1.17", (9, 8), spin=1),
    "allyl": lambda: molecule(
        "C 0 0 0.4; C 0 1.22 -0.2; C 0 -1.22 -0.2; H 0 0 1.5; H 0 2.1 .4; H 0 -2.1 .4; "
        "H 0 1.3 -1.3; H 0 -1.3 -1.3", (5, 6), spin=1,
    ),
    "ring of 6 sites": lambda: hubbard(6, 4.0, (3, 3)),
    "ring of 6 sites, waves": lambda: hubbard(6, 4.0, (3, 3), waves=True),
    "ring of 6 sites, 3 and 2": lambda: hubbard(6, 6.0, (3, 2)),
}  # fmt: skip


@pytest.mark.parametrize("name", SYSTEMS)
def test_reference_state_is_pyscfs(name: str) -> None:
    """Of the reference's symmetry and spin, whatever lies below."""
    hamiltonian = SYSTEMS[name]()
    found = qchem.fci(hamiltonian)
    spin = abs(np.subtract(*hamiltonian.nelec)) / 2
    assert reference_state_energy(found) == pytest.approx(pyscf_energy(hamiltonian), abs=1e-8)
    assert found.properties["reference_state"]["spin_square"] == pytest.approx(spin * (spin + 1))
    assert found.converged
    assert found.value <= reference_state_energy(found)


@pytest.fixture
def small_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything goes through the iteration, with few selected determinants."""
    monkeypatch.setattr(model_space, "SELECTED", 30)
    monkeypatch.setattr(model_space, "WHOLE", 30)
    monkeypatch.setattr(lowest_states, "_CONVERGED", 0)


@pytest.mark.usefixtures("small_models")
@pytest.mark.parametrize("name", ["lih", "h4", "h3_doublet", "h4_triplet"])
def test_iteration_finds_the_least_eigenvalue(
    name: str, request: pytest.FixtureRequest, pyscf_matrix: Callable[[Hamiltonian], Any]
) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    found = qchem.fci(hamiltonian)
    assert found.converged
    lowest = np.linalg.eigvalsh(pyscf_matrix(hamiltonian))[0]
    assert found.value == pytest.approx(lowest, abs=1e-9)


@pytest.mark.usefixtures("small_models")
@pytest.mark.parametrize("name", ["CH2, singlet", "BeO 2.2", "Be", "O2, singlet"])
def test_iteration_where_another_state_is_the_lowest(name: str) -> None:
    hamiltonian = SYSTEMS[name]()
    found = qchem.fci(hamiltonian)
    lowest = min(pyscf_energy(hamiltonian, part.irrep) for part in symmetries(hamiltonian))
    assert found.value == pytest.approx(lowest, abs=1e-8)
    assert reference_state_energy(found) == pytest.approx(pyscf_energy(hamiltonian), abs=1e-8)


@pytest.mark.usefixtures("small_models")
@pytest.mark.parametrize("nelec", [(3, 3), (3, 2), (2, 4)])
@pytest.mark.parametrize("gap", [1.5, 0.1])
def test_iteration_on_random_integrals(
    nelec: tuple[int, int],
    gap: float,
    random_integrals: MakeIntegrals,
    pyscf_matrix: Callable[[Hamiltonian], Any],
) -> None:
    h1, h2 = random_integrals(6, 3)
    h1 = h1 - np.diag(np.diag(h1)) + np.diag(gap * np.arange(6))
    hamiltonian = Hamiltonian.from_integrals(h1, h2, nelec)
    lowest = np.linalg.eigvalsh(pyscf_matrix(hamiltonian))[0]
    assert qchem.fci(hamiltonian).value == pytest.approx(lowest, abs=1e-8)


def test_spin_dependent_integrals(
    random_integrals: MakeIntegrals,
    pyscf_matrix: Callable[[Hamiltonian], Any],
    small_models: None,
) -> None:
    (ha, aa), (hb, bb) = random_integrals(5, 1), random_integrals(5, 2)
    hamiltonian = Hamiltonian.from_integrals((ha, hb), (aa, (aa + bb) / 2, bb), (3, 2))
    found = qchem.fci(hamiltonian)
    lowest = np.linalg.eigvalsh(pyscf_matrix(hamiltonian))[0]
    assert found.value == pytest.approx(lowest, abs=1e-9)
    assert found.properties["reference_state"]["spin_square"] is None


def test_states_of_every_symmetry() -> None:
    """Upper bounds to the lowest energies of all representations, none below the least."""
    hamiltonian = SYSTEMS["N2"]()
    found = qchem.fci(hamiltonian)
    states = found.properties["states"]
    assert {state["symmetry"] for state in states} == set(range(8))
    assert [state["status"] for state in states] == ["converged"] + ["bounded"] * 8
    for state in states[2:]:
        energy = pyscf_energy(hamiltonian, state["symmetry"])
        assert found.value < energy < state["energy"] + 1e-9
    json.dumps(found.record(), allow_nan=False)


def test_lower_state_is_mentioned() -> None:
    """Public report: the lowest state is a triplet Pi, and CCSD(T) seemed 27 mHa off."""
    comparison = solve(SYSTEMS["BeO 2.2"](), ["hf", "ccsd_t", "fci"])
    reference, exact = comparison.reference, comparison.result("FCI")
    triples = comparison.result("CCSD(T)")
    assert reference is not None
    assert exact is not None
    assert triples is not None
    assert (reference.method, reference.certainty) == ("FCI", "proven")
    assert reference.value == pytest.approx(-89.322984, abs=1e-6)
    assert triples.error == pytest.approx(1.54e-3, abs=1e-5)
    assert exact.value == pytest.approx(-89.348617, abs=1e-6)
    assert exact.error == pytest.approx(-25.633e-3, abs=1e-6)
    (warning,) = exact.warnings
    assert warning == (
        "the lowest state has another symmetry and <S²> = 2.0000 instead of 0.0000; the lowest one "
        "with the symmetry and spin of the reference determinant is at -89.322983951 hartree, "
        "25.633 mHa higher"
    )


@pytest.mark.parametrize("name", ["N2", "CN", "ring of 6 sites"])
def test_nothing_to_mention(name: str) -> None:
    comparison = solve(SYSTEMS[name](), ["fci"])
    (exact,) = comparison.results
    assert not exact.warnings
    assert comparison.reference is not None
    assert comparison.reference.source is None
    assert exact.error == 0


def test_degenerate_states_are_no_lower_ones() -> None:
    """OH, whose doublet Pi has two components of equal energy."""
    found = qchem.fci(molecule("O 0 0 0; H 0 0 0.97", spin=1))
    assert not found.warnings
    assert found.value == reference_state_energy(found)


# -- limits --------------------------------------------------------------------------------


@pytest.fixture
def nitrogen() -> Hamiltonian:
    return SYSTEMS["N2"]()


@pytest.mark.parametrize("looks", [1, 4, 30])
def test_time_limit_gives_an_upper_bound(
    looks: int, nitrogen: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = iter(range(looks))
    monkeypatch.setattr(Deadline, "__call__", lambda _: next(left, None) is None)
    found = qchem.fci(nitrogen, time_limit=3.0, properties=True)
    monkeypatch.undo()
    exact = qchem.fci(nitrogen)
    assert exact.converged
    assert not found.converged
    assert found.stop_reason == "time limit"
    assert found.settings == {"time_limit": 3.0}
    assert exact.value - 1e-10 <= found.value <= nitrogen.reference_energy
    (warning,) = found.warnings
    assert "not converged (time limit): this energy is an upper bound" in warning
    assert "properties were left out" in warning
    assert any(state["status"] == "open" for state in found.properties["states"])
    json.dumps(found.record(), allow_nan=False)


def test_time_limit_is_checked(nitrogen: Hamiltonian) -> None:
    for limit in (0.0, -1.0, float("nan")):
        with pytest.raises(InputError, match="time limit above zero"):
            qchem.fci(nitrogen, time_limit=limit)


def test_time_limit_of_comparisons(nitrogen: Hamiltonian) -> None:
    comparison = solve(nitrogen, ["hf", "fci"], time_limit=1e-9)
    assert [entry.converged for entry in comparison.results] == [True, False]
    assert comparison.reference is None


def test_enough_time_changes_nothing(nitrogen: Hamiltonian) -> None:
    assert qchem.fci(nitrogen, time_limit=1e6).value == qchem.fci(nitrogen).value


@pytest.mark.parametrize("calls", [1, 5, 25])
def test_interruption_keeps_the_best_so_far(
    calls: int, nitrogen: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact, original, count = qchem.fci(nitrogen).value, TwoBodyOperator.apply_in_parts, 0

    def interrupted(self: TwoBodyOperator, *vectors: Any) -> Iterator[None]:
        nonlocal count
        count += 1
        if count == calls:
            raise KeyboardInterrupt
        return original(self, *vectors)

    monkeypatch.setattr(TwoBodyOperator, "apply_in_parts", interrupted)
    with pytest.raises(Interrupted) as caught:
        qchem.fci(nitrogen)
    found = caught.value.result
    assert exact - 1e-10 <= found.value <= nitrogen.reference_energy
    assert (found.converged, found.stop_reason) == (False, "interrupted")


def test_interruption_before_anything_was_found(
    nitrogen: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lowest_states, "model_space", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        qchem.fci(nitrogen)
    assert not isinstance(caught.value, Interrupted)


def test_fci_is_settled_only_if_every_symmetry_is(
    nitrogen: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = qchem.fci(nitrogen)
    monkeypatch.setattr(lowest_states, "_MOST_STEPS", 2)
    found = qchem.fci(nitrogen)
    assert (exact.converged, found.converged) == (True, False)
    assert found.stop_reason == "limit of iterations"
    assert found.value > exact.value
