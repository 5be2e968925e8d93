"""Core potentials: which one a basis set needs, and that none is left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import qchem
from qchem import ActiveSpace, Molecule, electronic_hamiltonian
from qchem.cli import app
from qchem.molecules.basis import check_basis, load_functions, normalise
from qchem.molecules.potentials import CorePotential, core_potentials, lacks_core
from qchem.properties.density import density_matrices, dipole_moment, mulliken_charges
from qminima import InputError

WATER = "O 0 0 0.1173; H 0 0.7572 -0.4692; H 0 -0.7572 -0.4692"
SULFIDE = "S 0 0 0; H 0 0.97 0.93; H 0 -0.97 0.93"

# Basis sets by the potential that they are made for.
MADE_FOR = {
    "ccecp": "ccecp-cc-pvdz ccecp-cc-pvtz ccecp-cc-pvqz ccecp-cc-pv5z ccecp-cc-pv6z "
    "ccecp-aug-cc-pvdz ccecp-aug-cc-pvtz ccecp-aug-cc-pvqz ccecp-aug-cc-pv5z ccecp-aug-cc-pv6z",
    "ccecphe": "ccecp-he-cc-pvdz ccecp-he-cc-pvtz ccecp-he-cc-pvqz ccecp-he-cc-pv5z "
    "ccecp-he-aug-cc-pvdz ccecp-he-aug-cc-pvtz ccecp-he-aug-cc-pvqz ccecp-he-aug-cc-pv5z",
    "ccecpreg": "ccecp-reg-cc-pvdz ccecp-reg-cc-pvtz ccecp-reg-cc-pvqz ccecp-reg-cc-pv5z "
    "ccecp-reg-aug-cc-pvdz ccecp-reg-aug-cc-pvtz ccecp-reg-aug-cc-pvqz ccecp-reg-aug-cc-pv5z",
    "ccecp28": "ccecp28-cc-pvdz ccecp28-cc-pvtz ccecp28-cc-pvqz ccecp28-cc-pv5z ccecp28-cc-pv6z "
    "ccecp28-aug-cc-pvdz ccecp28-aug-cc-pvtz ccecp28-aug-cc-pvqz ccecp28-aug-cc-pv5z "
    "ccecp28-aug-cc-pv6z",
    "ccecp36": "ccecp36-cc-pvdz ccecp36-cc-pvtz ccecp36-cc-pvqz ccecp36-cc-pv5z ccecp36-cc-pv6z "
    "ccecp36-aug-cc-pvdz ccecp36-aug-cc-pvtz ccecp36-aug-cc-pvqz ccecp36-aug-cc-pv5z "
    "ccecp36-aug-cc-pv6z",
    "bfd": "bfd-vdz bfd-vtz bfd-vqz bfd-v5z",
    "cc-pvdz-pp": "cc-pvdz-pp cc-pvtz-pp cc-pvqz-pp cc-pv5z-pp aug-cc-pvdz-pp aug-cc-pvtz-pp "
    "aug-cc-pvqz-pp aug-cc-pv5z-pp cc-pwcvdz-pp cc-pwcvtz-pp cc-pwcvqz-pp cc-pwcv5z-pp",
    "def2-svp": "def2-svp def2-svpd def2-tzvp def2-tzvpd def2-tzvpp def2-tzvppd def2-qzvp "
    "def2-qzvpd def2-qzvpp def2-qzvppd def2-mtzvp def2-mtzvpp ma-def2-svp ma-def2-svpp "
    "ma-def2-tzvp ma-def2-tzvpp ma-def2-qzvp ma-def2-qzvpp",
    "ecp-q-vszp": "qavg-vszps",
    "gth-hf-rev": "gth-aug-dzvp gth-aug-qzv2p gth-aug-qzv3p gth-aug-tzv2p gth-aug-tzvp gth-dzv "
    "gth-dzvp gth-qzv2p gth-qzv3p gth-szv gth-tzv2p gth-tzvp gth-cc-dzvp gth-cc-tzvp gth-cc-qzvp "
    "gth-szv-molopt gth-dzvp-molopt gth-tzvp-molopt gth-tzv2p-molopt gth-szv-molopt-sr "
    "gth-dzvp-molopt-sr",
    "crenbl": "crenbl",
    "crenbs": "crenbs",
    "sbkjc": "sbkjc",
    "lanl2dz": "lanl2dz",
    "lanl2tz": "lanl2tz",
    "lanl08": "lanl08",
    "stuttgart": "stuttgart",
    "stuttgartdz": "stuttgart-dz",
    "stuttgartrlc": "stuttgart-rlc",
    "stuttgartrsc": "stuttgart-rsc",
}  # fmt: skip
POTENTIAL_OF = {normalise(n): made for made, names in MADE_FOR.items() for n in names.split()}
# All electrons of these have functions.
LIGHT = {"def2-svp": 36, "ecp-q-vszp": 2, "crenbl": 2, "sbkjc": 2, "lanl2dz": 10}
HEAVY = "Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn"
ACTINIDES = "Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr"
# PySCF has the functions but not the potential.
REFUSED = {
    "minao": HEAVY,
    "ccpvdzppnr": "Cu Ag Au",
    "ccpvtzppnr": "Cu Ag Au",
    "bfdvdz": "Rn",
    "bfdvtz": "Zn Rn",
    "bfdvqz": "Zn Rn",
    "bfdv5z": "Rn",
    "def2mtzvp": ACTINIDES,
    "def2mtzvpp": ACTINIDES,
}
# The file of these has no other scalar potentials than of lanthanides.
LANTHANIDES = "Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu"
GTH_OTHERS = {"Cu": 11, "Zn": 12, "Ag": 11, "Cd": 12, "Au": 11, "Pb": 4, "Bi": 5}

SAMPLE = (
    "sto-3g", "sto-6g", "minao", "3-21g", "pc-0", "6-31g**", "dzp-dkh", "def2-mtzvp", "ma-def2-svp",
    "ccecp-cc-pvdz", "ccecp-reg-cc-pvdz", "bfd-vtz", "aug-cc-pvtz-pp", "cc-pwcv5z-pp",
    "cc-pvdz-pp-nr", "qavg-vszps", "lanl2dz", "sbkjc", "gth-szv", "stuttgart-rsc",
)  # fmt: skip
FEW = (
    "H", "He", "Li", "Be", "O", "Na", "S", "Cu", "Zn", "Kr", "Ag", "I", "La", "Ce", "Au", "Pb",
    "Rn", "U",
)  # fmt: skip


def expected_potential(basis: str, symbol: str, number: int) -> str | None:
    """The name of the potential, from the tables above."""
    made_for = POTENTIAL_OF.get(normalise(basis))
    if made_for is None or number <= LIGHT.get(made_for, 0):
        return None
    if made_for == "def2-svp" and symbol in LANTHANIDES.split():
        return "ecpds28mwbso"
    if made_for == "gth-hf-rev" and symbol in GTH_OTHERS:
        return f"gth-hf-rev-q{GTH_OTHERS[symbol]}"
    return made_for


def check_elements(basis: str, symbols: Sequence[str]) -> None:
    """Every element of a set has its potential, or functions for all shells, or is refused."""
    from pyscf.data.elements import charge

    refused = []
    for symbol in symbols:
        functions, number = load_functions(normalise(basis), symbol), charge(symbol)
        if not functions:
            continue
        try:
            potential = core_potentials(basis, [symbol]).get(symbol)
        except InputError:
            refused.append(symbol)
            assert lacks_core(functions, number), (basis, symbol)
            continue
        found = None if potential is None else potential.name
        assert found == expected_potential(basis, symbol, number), (basis, symbol)
        # Around light atoms without a potential the functions of some sets are hardly different.
        if potential is None or potential.electrons > 2:
            assert lacks_core(functions, number) == (potential is not None), (basis, symbol)
        check_shells(functions, number, potential)
    assert refused == [s for s in REFUSED.get(normalise(basis), "").split() if s in symbols]


def check_shells(functions: list[Any], number: int, potential: CorePotential | None) -> None:
    """The potential and the functions together hold the electrons of the atom."""
    from pyscf.data.elements import CONFIGURATION
    from pyscf.gto.ecp import core_configuration

    core = core_configuration(0 if potential is None else potential.electrons)
    for momentum, electrons in enumerate(CONFIGURATION[number]):
        shells = -(-electrons // (4 * momentum + 2))
        count = sum(
            len(next(row for row in shell[1:] if isinstance(row, list))) - 1
            for shell in functions
            if shell[0] == momentum
        )
        assert count >= shells - core[momentum], (number, momentum)


@pytest.mark.parametrize("basis", SAMPLE)
def test_sample_of_basis_sets(basis: str) -> None:
    check_elements(basis, FEW)


@pytest.mark.slow
def test_every_basis_set_and_element_of_pyscf() -> None:
    from pyscf.data.elements import ELEMENTS
    from pyscf.gto.basis import ALIAS, GTH_ALIAS

    for name in (*ALIAS, *GTH_ALIAS):
        try:
            check_basis(name, [])
        except InputError:
            continue  # of potentials or auxiliary functions
        check_elements(name, ELEMENTS[1:119])


def test_names_that_are_no_orbitals() -> None:
    from pyscf.gto.basis import ALIAS

    for name in ALIAS:
        try:
            check_basis(name, [])
        except InputError as error:
            assert "holds" in str(error) or "_" in name  # noqa: PT017
        else:
            assert not name.endswith(("fit", "ri", "so", "bfd", "ecp")), name
    for name, content in (
        ("cc-pvdz-ri", "density fitting"), ("weigend", "density fitting"),
        ("sap_grasp_large", "first guess"), ("ccecp", "core potentials"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=content):
            Molecule.from_atoms("H 0 0 0; H 0 0 0.74", basis=name)


@pytest.mark.parametrize(
    ("atoms", "basis", "sets"),
    [
        ("Ag 0 0 0; Ag 0 0 2.5", "minao", "def2-svp"),
        ("Zn 0 0 0", "bfd-vtz", "def2-svp"),
        ("Au 0 0 0; Au 0 0 2.5", "cc-pvdz-pp-nr", "def2-svp"),
        ("U 0 0 0", "def2-mtzvp", "lanl2dz"),
        ("Cf 0 0 0", "def2-mtzvp", "dyall-v2z"),
    ],
)
def test_refused_without_a_potential(atoms: str, basis: str, sets: str) -> None:
    with pytest.raises(InputError, match=rf"{basis}'.*core electrons of.*such as {sets}$"):
        Molecule.from_atoms(atoms, basis=basis)


def test_lanthanides_of_def2() -> None:
    """ECP28MWB stands twice in PySCF, with spin-orbit terms and without."""
    found = core_potentials("ma-def2-svp", LANTHANIDES.split())
    other = core_potentials("stuttgart-rsc", LANTHANIDES.split()[:-1])
    for symbol, potential in other.items():
        assert found[symbol].electrons == potential.electrons == 28
        assert terms(found[symbol]) == terms(potential)


def terms(potential: CorePotential) -> set[tuple[float, ...]]:
    _, parts = potential.parameters
    return {(l, k, *t) for l, powers in parts for k, ts in enumerate(powers) for t in ts}  # noqa: E741


# -- energies ------------------------------------------------------------------------------


def test_water_with_ccecp() -> None:
    """Values of a public report; without the potential they were -34.718 and -34.778."""
    molecule = Molecule.from_atoms(WATER, basis="ccecp-cc-pvdz")
    hamiltonian = electronic_hamiltonian(molecule, (6, 5))
    assert hamiltonian.reference_energy == pytest.approx(-16.932894474, abs=1e-8)
    assert qchem.fci(hamiltonian).value == pytest.approx(-16.937738402, abs=1e-8)
    assert sum(molecule.to_pyscf().nelec) == 8


@pytest.mark.parametrize(
    ("atoms", "basis", "potential"),
    [
        ("Li 0 0 0; H 0 0 1.6", "bfd-vdz", {"ecp": "bfd"}),
        pytest.param("Zn 0 0 0", "aug-cc-pvdz-pp", {"ecp": "cc-pvdz-pp"}, marks=pytest.mark.slow),
        pytest.param("Zn 0 0 0", "cc-pwcvdz-pp", {"ecp": "cc-pvdz-pp"}, marks=pytest.mark.slow),
        ("Sr 0 0 0", "def2-mtzvp", {"ecp": "def2-svp"}),
        (WATER, "gth-szv", {"pseudo": "gth-hf-rev"}),
    ],
)
def test_energies_of_pyscf(atoms: str, basis: str, potential: dict[str, str]) -> None:
    from pyscf import gto, scf

    mol = gto.M(atom=atoms, basis=basis, verbose=0, **potential)
    mean_field = scf.RHF(mol).set(conv_tol=1e-11)
    hamiltonian = electronic_hamiltonian(Molecule.from_atoms(atoms, basis=basis))
    assert hamiltonian.reference_energy == pytest.approx(mean_field.kernel(), abs=1e-8)
    assert sum(hamiltonian.nelec) == mol.nelectron


@pytest.mark.parametrize("basis", ["ccecp-cc-pvdz", "gth-szv"])
def test_properties_count_the_charges_that_are_left(basis: str) -> None:
    """Dipole moment and Mulliken charges of the reference, against PySCF's."""
    hamiltonian = electronic_hamiltonian(Molecule.from_atoms(SULFIDE, basis=basis), (4, 3))
    state = np.zeros(hamiltonian.space.size)
    state[hamiltonian.space.index(hamiltonian.space.reference)] = 1.0
    one = density_matrices(state, hamiltonian.space).one
    mean_field: Any = hamiltonian.mean_field
    dipole = mean_field.dip_moment(unit="Debye", verbose=0)
    np.testing.assert_allclose(dipole_moment(hamiltonian, one), dipole, atol=1e-6)
    charges = mulliken_charges(hamiltonian, one)
    np.testing.assert_allclose(charges, mean_field.mulliken_pop(verbose=0)[1], atol=1e-6)
    assert abs(charges.sum()) < 1e-8
    assert hamiltonian.description["point_group"] == "C2v"


@pytest.mark.parametrize(
    ("atoms", "basis", "frozen"),
    [
        (SULFIDE, "cc-pvdz", 5),
        (SULFIDE, "ccecp-cc-pvdz", 0),
        ("Mg 0 0 0", "crenbl", 0),
        ("Pb 0 0 0", "def2-svp", 4),
    ],
)
def test_frozen_core_begins_above_the_potential(atoms: str, basis: str, frozen: int) -> None:
    spin = 2 if atoms.startswith("Pb") else 0
    mol = Molecule.from_atoms(atoms, basis=basis, spin=spin).to_pyscf()
    assert ActiveSpace.frozen_core().counts(mol, mol.nao) == (frozen, mol.nao - frozen)


@pytest.mark.parametrize(
    ("atoms", "basis", "charge", "spin"),
    [
        ("C 0 0 0", "ccecp-cc-pvdz", 4, 0),
        ("C 0 0 0", "bfd-vdz", 0, 6),
        ("Au 0 0 0", "lanl2dz", 25, 0),
    ],
)
def test_too_few_electrons_besides_the_core(atoms: str, basis: str, charge: int, spin: int) -> None:
    with pytest.raises(InputError, match=r"core potentials of .* stand for"):
        Molecule.from_atoms(atoms, basis=basis, charge=charge, spin=spin)


# -- what users see ------------------------------------------------------------------------


def test_table_and_record_name_the_potential(tmp_path: Path) -> None:
    atoms = tmp_path / "lih.xyz"
    atoms.write_text("2\n\nLi 0 0 0\nH 0 0 1.6\n")
    out = tmp_path / "lih.json"
    options = ["--basis", "ccECP-cc-pVDZ", "--method", "hf", "--json", str(out)]
    result = CliRunner().invoke(app, ["solve", str(atoms), *options])
    assert result.exit_code == 0, result.output
    assert "core potentials: H ccecp (0 electrons), Li ccecp (2 electrons)" in result.output
    assert json.loads(out.read_text())["problem"]["core_potentials"] == {
        "H": {"potential": "ccecp", "electrons": 0},
        "Li": {"potential": "ccecp", "electrons": 2},
    }
    assert "core_potentials" not in Molecule.from_atoms("H 0 0 0; H 0 0 0.74").describe()
