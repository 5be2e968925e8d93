"""Choices of orbitals, against PySCF and published energies."""

from __future__ import annotations

import pytest

import qchem
from qchem import ActiveSpace, Molecule, electronic_hamiltonian, vqe
from qminima import InputError

NITROGEN = "N 0 0 0; N 0 0 1.12"
ALLYL = (
    "C 0 0 0.4365; C 0 1.2269 -0.2001; C 0 -1.2269 -0.2001; H 0 0 1.5228; "
    "H 0 2.1554 0.3402; H 0 -2.1554 0.3402; H 0 1.2903 -1.2811; H 0 -1.2903 -1.2811"
)


@pytest.mark.parametrize(
    ("space", "energy"),
    [((4, 4), -107.5421983), (ActiveSpace.natural(4, 4), -107.6076127)],
    ids=str,
)
def test_orbitals_matter(space: ActiveSpace | tuple[int, int], energy: float) -> None:
    """N2, four electrons in four orbitals, STO-3G: 65 millihartree from the choice alone."""
    hamiltonian = electronic_hamiltonian(Molecule.from_atoms(NITROGEN), space)
    assert qchem.fci(hamiltonian).value == pytest.approx(energy, abs=1e-7)
    natural = isinstance(space, ActiveSpace)
    assert ("natural_occupations" in hamiltonian.description) == natural
    assert len(set(hamiltonian.orbital_symmetry)) == 4  # degenerate orbitals are kept apart


@pytest.mark.parametrize(("atoms", "spin"), [(NITROGEN, 0), ("O 0 0 0; O 0 0 1.2", 2)])
def test_cisd_natural_orbitals(atoms: str, spin: int) -> None:
    """All orbitals: another basis of the same space, so the same exact energy."""
    molecule = Molecule.from_atoms(atoms, spin=spin)
    canonical = electronic_hamiltonian(molecule, frozen_core=True)
    norb, electrons = canonical.norb, sum(canonical.nelec)
    total = molecule.electrons
    natural = electronic_hamiltonian(
        molecule, ActiveSpace.natural(total, norb + (total - electrons) // 2, "cisd")
    )
    full = electronic_hamiltonian(molecule)
    assert qchem.fci(natural).value == pytest.approx(qchem.fci(full).value, abs=1e-8)


def test_avas() -> None:
    from pyscf import mcscf
    from pyscf.mcscf import avas

    molecule = Molecule.from_atoms(NITROGEN)
    hamiltonian = electronic_hamiltonian(molecule, ActiveSpace.avas("N 2p"))
    norb, electrons, orbitals = avas.avas(hamiltonian.mean_field, ["N 2p"], verbose=0)
    assert (hamiltonian.norb, sum(hamiltonian.nelec)) == (norb, electrons)
    solver = mcscf.CASCI(hamiltonian.mean_field, norb, electrons)
    solver.fcisolver.conv_tol = 1e-12
    assert qchem.fci(hamiltonian).value == pytest.approx(solver.kernel(orbitals)[0], abs=1e-8)
    assert "AVAS" in hamiltonian.description["active_orbitals"]


CARBENE = "C 0 0 0; H 0 0.9970 0.4167; H 0 -0.9970 0.4167"


@pytest.mark.parametrize(
    ("atoms", "spin", "basis", "labels", "counts"),
    [
        (CARBENE, 2, "cc-pvdz", ["C 2p"], (4, 3)),
        ("O 0 0 0; O 0 0 1.2075", 2, "6-31g", ["O 2p"], (10, 7)),
        ("O 0 0 0; H 0 0 0.9697", 1, "6-31g", ["H 1s"], (3, 3)),
        ("N 0 0 0; O 0 0 1.1508", 1, "6-31g", ["N 2p", "O 2p"], (9, 7)),
        pytest.param(
            "C 0 0 0; N 0 0 1.1718", 1, "6-31g", ["C 2p", "N 2p"], (9, 7), marks=pytest.mark.slow
        ),
        (ALLYL, 1, "sto-3g", ["C 2px"], (3, 3)),
        ("Fe 0 0 0; O 0 0 1.616", 4, "sto-3g", ["Fe 3d"], (6, 6)),
        ("N 0 0 0", 3, "6-31g", ["N 2s"], (5, 4)),
        ("H 0 0 0", 1, "6-31g", ["H 1s"], (1, 1)),
    ],
    ids=["CH2", "O2", "OH", "NO", "CN", "allyl", "FeO", "N", "H"],
)
def test_avas_of_open_shells(
    atoms: str, spin: int, basis: str, labels: list[str], counts: tuple[int, int]
) -> None:
    """All open orbitals are active, and the reference determinant is the mean field's."""
    from pyscf import mcscf
    from pyscf.mcscf import avas

    molecule = Molecule.from_atoms(atoms, spin=spin, basis=basis)
    hamiltonian = electronic_hamiltonian(molecule, ActiveSpace.avas(*labels))
    mean_field = hamiltonian.mean_field
    assert mean_field is not None
    assert (sum(hamiltonian.nelec), hamiltonian.norb) == counts
    assert hamiltonian.reference_energy == pytest.approx(mean_field.e_tot, abs=1e-8)
    assert hamiltonian.orbital_gradient < 1e-4
    norb, electrons, orbitals = avas.avas(mean_field, labels, openshell_option=3, verbose=0)
    assert (electrons, norb) == counts
    solver = mcscf.CASCI(mean_field, norb, hamiltonian.nelec)
    solver.fcisolver.conv_tol = 1e-12
    assert qchem.fci(hamiltonian).value == pytest.approx(solver.kernel(orbitals)[0], abs=1e-8)


@pytest.mark.parametrize("unrestricted", [False, True])
def test_open_orbital_above_empty_ones(unrestricted: bool) -> None:
    """The 4s orbital of Cr, septet: by energy PySCF puts it after empty ones."""
    molecule = Molecule.from_atoms("Cr 0 0 0", spin=6, basis="6-31g")
    hamiltonian = electronic_hamiltonian(molecule, (6, 6), unrestricted=unrestricted)
    mean_field = hamiltonian.mean_field
    assert mean_field is not None
    assert hamiltonian.reference_energy == pytest.approx(mean_field.e_tot, abs=1e-8)


@pytest.mark.parametrize(
    ("atoms", "spin", "space"),
    [
        ("O 0 0 0; O 0 0 1.2075", 2, (8, 6)),
        ("O 0 0 0; H 0 0 0.9697", 1, None),
        ("N 0 0 0; O 0 0 1.1508", 1, (7, 6)),
        (ALLYL, 1, (3, 3)),
    ],
    ids=["O2", "OH", "NO", "allyl"],
)
def test_open_shells(atoms: str, spin: int, space: tuple[int, int] | None) -> None:
    """UCCGSD against PySCF's complete active space: energy and <S^2>."""
    from pyscf import mcscf

    hamiltonian = electronic_hamiltonian(Molecule.from_atoms(atoms, spin=spin), space)
    solver = mcscf.CASCI(hamiltonian.mean_field, hamiltonian.norb, hamiltonian.nelec)
    solver.fcisolver.conv_tol = 1e-12
    energy = solver.kernel()[0]
    expected = solver.fcisolver.spin_square(solver.ci, hamiltonian.norb, hamiltonian.nelec)[0]
    circuit = qchem.screen(qchem.uccgsd(hamiltonian), hamiltonian)
    result = vqe(hamiltonian, circuit)
    assert result.value == pytest.approx(energy, abs=1e-5)
    assert result.properties["spin_square"] == pytest.approx(expected, abs=1e-4)
    assert expected == pytest.approx(spin / 2 * (spin / 2 + 1), abs=1e-6)


def test_unrestricted_orbitals() -> None:
    """Another basis for each spin: the exact energy is the same, the determinant is PySCF's."""
    molecule = Molecule.from_atoms("O 0 0 0; H 0 0 0.9697", spin=1)
    restricted = electronic_hamiltonian(molecule)
    unrestricted = electronic_hamiltonian(molecule, unrestricted=True)
    mean_field = unrestricted.mean_field
    assert unrestricted.reference_energy == pytest.approx(mean_field.e_tot, abs=1e-9)  # type: ignore[union-attr]
    assert unrestricted.reference_energy < restricted.reference_energy - 1e-4
    assert qchem.fci(unrestricted).value == pytest.approx(qchem.fci(restricted).value, abs=1e-9)
    frozen = electronic_hamiltonian(molecule, frozen_core=True, unrestricted=True)
    assert frozen.reference_energy == pytest.approx(mean_field.e_tot, abs=1e-9)  # type: ignore[union-attr]
    result = vqe(frozen, qchem.uccsd(frozen))
    exact = qchem.fci(frozen).value
    assert exact - 1e-9 < result.value < exact + 2e-3


def test_refused() -> None:
    molecule = Molecule.from_atoms(NITROGEN)
    with pytest.raises(InputError, match="no atomic orbital is called 'Fe 3d'"):
        electronic_hamiltonian(molecule, ActiveSpace.avas("Fe 3d"))
    with pytest.raises(InputError, match="such as 'N 2p'"):
        ActiveSpace.avas("__import__('os')")
    with pytest.raises(InputError, match="got none"):
        ActiveSpace.avas()
    with pytest.raises(InputError, match="between 0 and 1"):
        ActiveSpace.avas("N 2p", threshold=2.0)
    with pytest.raises(InputError, match="natural orbitals"):
        ActiveSpace.natural(4, 4, "ccsd")
    with pytest.raises(InputError, match="larger than the molecule"):
        electronic_hamiltonian(molecule, ActiveSpace.natural(40, 4))
    with pytest.raises(InputError, match="not both"):
        electronic_hamiltonian(molecule, (4, 4), frozen_core=True)
    with pytest.raises(InputError, match="restricted orbitals"):
        electronic_hamiltonian(molecule, ActiveSpace.natural(4, 4), unrestricted=True)
