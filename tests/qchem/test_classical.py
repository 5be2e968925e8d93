"""Classical methods against published numbers, PySCF's own drivers, and each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import qchem
from qchem import Hamiltonian, electronic_hamiltonian
from qchem.methods.registry import CLASSICAL, METHODS
from qchem.molecules.molecule import Molecule
from qminima import InputError, MethodError
from simulator import MemoryLimitError

MakeIntegrals = Callable[[int, int], tuple[NDArray[np.float64], NDArray[np.float64]]]

# HF, CCSD, CCSD(T), FCI in STO-3G, all electrons.
TABLE = {
    "LiH 1.5": ("Li 0 0 0; H 0 0 1.5",
                -7.863357622, -7.882352909, -7.882360460, -7.882362286799),
    "LiH 3.0": ("Li 0 0 0; H 0 0 3.0",
                -7.710829900, -7.798761959, -7.798857532, -7.798843159502),
    "H6 1.5": ("; ".join(f"H 0 0 {1.5 * k}" for k in range(6)),
               -2.750150044, -2.9998515796, -3.0020479088, -2.995565425832),
    "N2 1.1": ("N 0 0 0; N 0 0 1.1",
               -107.496500512, -107.650197409, -107.651921532, -107.654122447523),
}  # fmt: skip


@pytest.mark.parametrize(
    "row",
    [pytest.param(k, marks=pytest.mark.slow) if k == "N2 1.1" else k for k in TABLE],
)
def test_published_table(row: str) -> None:
    atoms, *energies = TABLE[row]
    hamiltonian = electronic_hamiltonian(Molecule.from_atoms(atoms))
    for name, energy in zip(("hf", "ccsd", "ccsd_t", "fci"), energies, strict=True):
        result = METHODS[name].run(hamiltonian)
        assert result.value == pytest.approx(energy, abs=1e-7), name
        assert result.converged
        assert result.unit == "hartree"
        assert result.kind == "classical"


def test_coupled_cluster_may_fall_below_the_exact_energy() -> None:
    """Stretched H6, where neither CCSD nor CCSD(T) is an upper bound."""
    _, _, ccsd, triples, exact = TABLE["H6 1.5"]
    assert triples < ccsd < exact


@pytest.mark.parametrize("name", ["lih", "h4", "heh_631g", "h3_doublet", "h4_triplet", "ch2"])
def test_pyscfs_own_drivers_agree(name: str, request: pytest.FixtureRequest) -> None:
    """On the molecule itself, not on the integrals that the Hamiltonian holds."""
    from pyscf import cc, ci, fci, mp

    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    mean_field: Any = hamiltonian.mean_field
    second_order = mp.MP2(mean_field)
    second_order.kernel()
    assert qchem.mp2(hamiltonian).value == pytest.approx(second_order.e_tot, abs=1e-7)
    coupled = cc.CCSD(mean_field)
    coupled.conv_tol, coupled.conv_tol_normt = 1e-11, 1e-8
    coupled.kernel()
    assert qchem.ccsd(hamiltonian).value == pytest.approx(coupled.e_tot, abs=1e-8)
    triples = coupled.e_tot + coupled.ccsd_t()
    assert qchem.ccsd_t(hamiltonian).value == pytest.approx(triples, abs=1e-8)
    doubles = ci.CISD(mean_field)
    doubles.conv_tol = 1e-11
    doubles.kernel()
    assert qchem.cisd(hamiltonian).value == pytest.approx(doubles.e_tot, abs=1e-7)
    exact = fci.FCI(mean_field)
    exact.conv_tol = 1e-12
    assert qchem.fci(hamiltonian).value == pytest.approx(exact.kernel()[0], abs=1e-9)


@pytest.mark.parametrize("name", ["lih", "h4", "h3_doublet", "ch2", "water"])
def test_order_of_variational_methods(name: str, request: pytest.FixtureRequest) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    energies = [METHODS[method].run(hamiltonian).value for method in ("hf", "cisd", "fci")]
    assert energies[0] > energies[1] >= energies[2] - 1e-9


@pytest.mark.parametrize("name", ["h2", "heh_631g"])
def test_two_electrons_need_no_more_than_doubles(name: str, request: pytest.FixtureRequest) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    exact = qchem.fci(hamiltonian).value
    for method in (qchem.cisd, qchem.ccsd, qchem.ccsd_t):
        assert method(hamiltonian).value == pytest.approx(exact, abs=1e-8)


@pytest.mark.parametrize("name", ["h4", "ch2", "lih"])
def test_fci_is_the_least_eigenvalue(
    name: str, request: pytest.FixtureRequest, pyscf_matrix: Callable[[Hamiltonian], Any]
) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    lowest = np.linalg.eigvalsh(pyscf_matrix(hamiltonian))[0]
    assert qchem.fci(hamiltonian).value == pytest.approx(lowest, abs=1e-9)


@pytest.mark.parametrize(
    ("atoms", "energy", "spin_square"),
    [
        # The least states have another symmetry or spin than the reference. Least energies over
        # all representations, by PySCF's direct_spin1_symm.
        ("H .9 .9 .9; H .9 -.9 -.9; H -.9 .9 -.9; H -.9 -.9 .9", -1.868922407, 0.0),
        ("C 0 0 0; H 0 0 1.1; H 0 1.1 0", -38.442226196, 2.0),
        ("B 0 0 0; B 0 0 1.6", -48.524035621, 6.0),
        ("Be 0 0 0; Be 0 0 1.6", -28.713163426, 0.0),
    ],
)
def test_fci_finds_the_least_state(atoms: str, energy: float, spin_square: float) -> None:
    found = qchem.fci(electronic_hamiltonian(Molecule.from_atoms(atoms)))
    assert found.value == pytest.approx(energy, abs=1e-8)
    assert found.converged
    assert found.properties["spin_square"] == pytest.approx(spin_square, abs=1e-6)


# -- spin ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [("lih", 0.0), ("h4", 0.0), ("h3_doublet", 0.75), ("h4_triplet", 2.0), ("ch2", 2.0)],
)
def test_total_spin(name: str, expected: float, request: pytest.FixtureRequest) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    for method in (qchem.hf, qchem.fci):
        found = method(hamiltonian).properties["spin_square"]
        assert found == pytest.approx(expected, abs=1e-6)


def test_fci_tells_the_spin_it_found() -> None:
    """The least state of CH2 with as many alpha as beta electrons is a triplet."""
    hamiltonian = electronic_hamiltonian(Molecule.from_name("ch2", spin=0))
    result = qchem.fci(hamiltonian)
    assert result.value == pytest.approx(-38.4721370460, abs=1e-8)
    assert result.properties["spin_square"] == pytest.approx(2.0, abs=1e-6)
    assert qchem.hf(hamiltonian).properties["spin_square"] == 0


@pytest.mark.parametrize("name", ["lih", "water", "h3_doublet"])
def test_open_shells_are_labelled(name: str, request: pytest.FixtureRequest) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    open_shell = hamiltonian.nelec[0] != hamiltonian.nelec[1]
    for method in ("mp2", "cisd", "ccsd", "ccsd_t"):
        settings = METHODS[method].run(hamiltonian).settings
        assert ("unrestricted" in settings.get("orbitals", "")) == open_shell
    for method in ("hf", "fci"):
        assert "orbitals" not in METHODS[method].run(hamiltonian).settings


def test_exchange_of_the_spins_changes_no_energy(h3_doublet: Hamiltonian) -> None:
    mirror = Hamiltonian.from_integrals(
        h3_doublet.h1, h3_doublet.h2, h3_doublet.nelec[::-1], core_energy=h3_doublet.core_energy
    )
    for name in CLASSICAL:
        assert METHODS[name].run(mirror).value == pytest.approx(
            METHODS[name].run(h3_doublet).value, abs=1e-8
        ), name


# -- diagnostics ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lih", "h4", "water"])
def test_t1_diagnostic_is_pyscfs(name: str, request: pytest.FixtureRequest) -> None:
    from pyscf import cc

    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    solver = cc.CCSD(hamiltonian.mean_field)
    solver.conv_tol, solver.conv_tol_normt = 1e-11, 1e-8
    solver.kernel()
    assert qchem.ccsd(hamiltonian).properties["t1_diagnostic"] == pytest.approx(
        solver.get_t1_diagnostic(), abs=1e-6
    )


# -- the smallest and the most awkward -----------------------------------------------------


@pytest.mark.parametrize(
    ("atoms", "settings"),
    [
        ("H 0 0 0", {"spin": 1}),
        ("H 0 0 0", {"spin": 1, "basis": "6-31g"}),
        ("He 0 0 0", {}),
        ("H 0 0 0; H 0 0 1", {"charge": 1, "spin": 1}),
        ("H 0 0 0; H 0 0 0.74", {"spin": 2}),
        ("H 0 0 0; H 0 0 0.74", {"spin": 2, "basis": "6-31g"}),
        ("H 0 0 0; H 0 0 0.74", {"basis": "6-31g"}),
        ("Ne 0 0 0", {}),
        ("Li 0 0 0", {"spin": 1}),
        ("Li 0 0 0", {"spin": 3}),
        ("N 0 0 0", {"spin": 3}),
        ("O 0 0 0", {"spin": 2}),
        ("F 0 0 0", {"spin": 1}),
        ("H 0 0 0", {"charge": -1}),
    ],
    ids=lambda value: str(value),
)
def test_where_singles_and_doubles_are_exact(atoms: str, settings: dict[str, Any]) -> None:
    """At most two electrons outside full shells: CISD, CCSD and CCSD(T) equal FCI."""
    hamiltonian = electronic_hamiltonian(Molecule.from_atoms(atoms, **settings))
    exact = qchem.fci(hamiltonian)
    assert exact.converged
    results = {name: METHODS[name].run(hamiltonian) for name in CLASSICAL}
    for name, result in results.items():
        assert result.converged, name
        assert result.value >= exact.value - 1e-7 or name == "mp2", name
        json.dumps(result.record(), allow_nan=False)
    tolerance = 1e-5 if "Li" in atoms else 1e-7
    for name in ("cisd", "ccsd", "ccsd_t"):
        assert results[name].value == pytest.approx(exact.value, abs=tolerance), name


def test_no_electrons_and_full_shells() -> None:
    h1, h2 = np.diag([-1.0, 0.5]), np.zeros((2,) * 4)
    h2[0, 0, 1, 1] = h2[1, 1, 0, 0] = 0.25
    for nelec, energy in (((0, 0), 3.0), ((1, 0), 2.0), ((0, 1), 2.0), ((2, 2), 3 - 1 + 4 * 0.25)):
        hamiltonian = Hamiltonian.from_integrals(h1, h2, nelec, core_energy=3.0)
        for name in CLASSICAL:
            assert METHODS[name].run(hamiltonian).value == pytest.approx(energy, abs=1e-10), (
                name,
                nelec,
            )


def test_dissociated_hydrogen() -> None:
    """Orbitals that are all but degenerate: the exact energy is that of two atoms."""
    hamiltonian = electronic_hamiltonian(Molecule.from_atoms("H 0 0 0; H 0 0 20"))
    assert qchem.fci(hamiltonian).value == pytest.approx(2 * -0.4665818504, abs=1e-8)
    for name in CLASSICAL:
        try:
            result = METHODS[name].run(hamiltonian)
        except MethodError:
            assert name in ("ccsd", "ccsd_t")
            continue
        assert np.isfinite(result.value), name
        if name in ("ccsd", "ccsd_t") and result.converged:
            assert result.value == pytest.approx(2 * -0.4665818504, abs=1e-6), name


@pytest.mark.parametrize("repulsion", [0.0, 4.0])
@pytest.mark.parametrize("method", CLASSICAL)
def test_degenerate_lattice(method: str, repulsion: float) -> None:
    """No gap between occupied and empty sites: a finite energy, or a refusal that says why."""
    h2 = np.zeros((2,) * 4)
    h2[0, 0, 0, 0] = h2[1, 1, 1, 1] = repulsion
    hubbard = Hamiltonian.from_integrals([[0, -1], [-1, 0]], h2, (1, 1))
    try:
        result = METHODS[method].run(hubbard)
    except InputError:
        assert method not in ("hf", "fci")
    else:
        json.dumps(result.record(), allow_nan=False)
        if method in ("cisd", "fci"):
            exact = (repulsion - np.sqrt(repulsion**2 + 16)) / 2
            assert result.value == pytest.approx(exact, abs=1e-8)


def test_ccsd_that_diverges_says_so(random_integrals: MakeIntegrals) -> None:
    """A reference determinant far from any minimum, filling the highest levels."""
    h1, h2 = random_integrals(4, 2)
    upside_down = Hamiltonian.from_integrals(h1[::-1, ::-1], 9 * h2, (2, 2))
    for method in (qchem.ccsd, qchem.ccsd_t):
        try:
            result = method(upside_down)
        except InputError:
            continue
        json.dumps(result.record(), allow_nan=False)
        assert result.converged or result.warnings


def test_ccsd_is_solved_once(h4: Hamiltonian, monkeypatch: pytest.MonkeyPatch) -> None:
    qchem.ccsd(h4)
    monkeypatch.setattr("pyscf.cc.CCSD", lambda *_: pytest.fail("solved again"))
    assert qchem.ccsd_t(h4).seconds > 0


def test_solver_that_does_not_converge_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    hamiltonian = electronic_hamiltonian(Molecule.from_atoms("Li 0 0 0; H 0 0 1.7"))
    from pyscf.cc import ccsd

    original = ccsd.CCSD.kernel

    def hasty(self: Any, *args: Any, **kwargs: Any) -> Any:
        self.max_cycle = 1
        return original(self, *args, **kwargs)

    monkeypatch.setattr(ccsd.CCSD, "kernel", hasty)
    for method in (qchem.ccsd, qchem.ccsd_t):
        result = method(hamiltonian)
        assert not result.converged
        assert any("did not converge" in warning for warning in result.warnings)


def test_fci_refuses_what_does_not_fit(monkeypatch: pytest.MonkeyPatch, water: Hamiltonian) -> None:
    monkeypatch.setattr("simulator.memory.available_memory", lambda: 1000)
    with pytest.raises(MemoryLimitError, match=r"441 determinants needs .*only 1000 B"):
        qchem.fci(water)


@pytest.mark.parametrize("method", CLASSICAL)
def test_results_are_records(method: str, lih: Hamiltonian) -> None:
    result = METHODS[method].run(lih)
    record = json.loads(json.dumps(result.record(), allow_nan=False))
    assert record["problem"]["determinants"] == 225
    (entry,) = record["results"]
    assert entry["value"] == result.value
    assert entry["seconds"] >= 0
    assert entry["kind"] == "classical"
