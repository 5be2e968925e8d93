"""Molecules: parsing of untrusted text, checks, and the library."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qchem
from qchem.molecules.basis import SUGGESTED, check_basis
from qchem.molecules.molecule import ANGSTROM_PER_BOHR, Molecule, load_molecule
from qminima import InputError, Library

LIBRARY = Library("molecules")
INDEX: dict[str, dict[str, Any]] = tomllib.loads(
    (LIBRARY.folder / "index.toml").read_text(encoding="utf-8")
)
# At most six orbitals in STO-3G: their full configuration interaction takes no time.
SMALL = ("h2", "heh_cation", "h3_cation", "h4_chain", "h4_square", "lih", "lih_stretched",
         "hf", "oh", "h6", "h6_ring")  # fmt: skip

WATER = "3\nwater\nO 0 0 0\nH 0 0.757 0.587\nH 0 -0.757 0.587\n"


def write(folder: Path, text: str, name: str = "mol.xyz") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# -- parsing -------------------------------------------------------------------------------


def test_xyz_file(tmp_path: Path) -> None:
    molecule = Molecule.from_xyz(write(tmp_path, WATER, "my water.xyz"))
    assert molecule.atoms == (
        ("O", (0.0, 0.0, 0.0)),
        ("H", (0.0, 0.757, 0.587)),
        ("H", (0.0, -0.757, 0.587)),
    )
    assert molecule.name == "my water"
    assert molecule.formula == "H2O"
    assert (molecule.electrons, molecule.nelec) == (10, (5, 5))


@pytest.mark.parametrize(
    "text",
    [
        WATER.replace("\n", "\r\n"),
        WATER + "\n  \n\n",
        WATER.rstrip("\n"),
        WATER.replace("O 0", "  o\t0"),
        WATER.replace("0.757", "7.57e-1"),
        WATER.replace("3\n", " 3 \n", 1),
        WATER.replace("water", ""),
        WATER.replace("water", "Wasser ångström 水 4 H"),
    ],
    ids=["crlf", "blank end", "no newline", "spaces", "exponent", "count", "comment", "unicode"],
)
def test_xyz_variants(tmp_path: Path, text: str) -> None:
    expected = Molecule.from_xyz(write(tmp_path, WATER)).atoms
    assert Molecule.from_xyz(write(tmp_path, text)).atoms == expected


def test_atom_text_equals_xyz(tmp_path: Path) -> None:
    text = "O 0 0 0; H 0 0.757 0.587;\n H 0 -0.757 0.587\n;"
    assert Molecule.from_atoms(text).atoms == Molecule.from_xyz(write(tmp_path, WATER)).atoms
    assert Molecule.from_atoms(text).name == "H2O"
    assert Molecule.from_atoms(text, name="mine").name == "mine"


def test_bohr_is_codata(tmp_path: Path) -> None:
    text = "2\n\nH 0 0 0\nH 0 0 1.4\n"
    distance = 1.4 * 0.529177210903
    in_bohr = Molecule.from_xyz(write(tmp_path, text), unit="bohr")
    assert in_bohr.atoms[1][1][2] == pytest.approx(distance, rel=1e-15)
    assert Molecule.from_atoms("H 0 0 0; H 0 0 1.4", unit="bohr").atoms == in_bohr.atoms
    assert load_molecule(str(write(tmp_path, text)), unit="bohr").atoms == in_bohr.atoms
    # The textbook energy of H2 at 1.4 bohr (Szabo and Ostlund, table 3.5).
    energy = qchem.electronic_hamiltonian(in_bohr).reference_energy
    assert energy == pytest.approx(-1.1167, abs=1e-4)


def test_unknown_unit_is_an_input_error() -> None:
    with pytest.raises(InputError, match=r"parsec"):
        Molecule.from_atoms("H 0 0 0; H 0 0 1", unit="parsec")  # type: ignore[arg-type]


def test_pyscf_sees_the_same_geometry() -> None:
    molecule = Molecule.from_atoms("O 0 0 0; H 0 0.757 0.587; H 0 -0.757 0.587", charge=1, spin=1)
    mol = molecule.to_pyscf()
    assert mol.nelec == molecule.nelec == (5, 4)
    places = np.array([place for _, place in molecule.atoms])
    # PySCF's own conversion factor differs from CODATA 2018 in the tenth digit at most.
    np.testing.assert_allclose(mol.atom_coords() * ANGSTROM_PER_BOHR, places, rtol=1e-8)
    assert [mol.atom_symbol(k) for k in range(3)] == ["O", "H", "H"]


coordinates = st.floats(-50, 50, allow_nan=False).filter(lambda value: abs(value) > 1e-6)
elements = st.sampled_from(["H", "He", "Li", "C", "N", "O", "F", "Na", "Cl", "Br"])


@given(
    atoms=st.lists(
        st.tuples(elements, st.tuples(coordinates, coordinates, coordinates)),
        min_size=1,
        max_size=6,
        unique_by=lambda atom: tuple(round(x) for x in atom[1]),
    ),
    comment=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"))),
)
def test_round_trip_through_a_file(
    atoms: list[tuple[str, tuple[float, float, float]]],
    comment: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    rounded = [np.array(place) for _, place in atoms]
    apart = all(
        np.linalg.norm(rounded[i] - rounded[j]) > 0.02 for i in range(len(atoms)) for j in range(i)
    )
    if not apart:
        return
    numbers = {"H": 1, "He": 2, "Li": 3, "C": 6, "N": 7, "O": 8, "F": 9, "Na": 11, "Cl": 17,
               "Br": 35}  # fmt: skip
    electrons = sum(numbers[symbol] for symbol, _ in atoms)
    text = f"{len(atoms)}\n{comment}\n" + "".join(
        f"{symbol} {x!r} {y!r} {z!r}\n" for symbol, (x, y, z) in atoms
    )
    path = write(tmp_path_factory.mktemp("xyz"), text)
    molecule = Molecule.from_xyz(path, spin=electrons % 2)
    assert molecule.atoms == tuple(atoms)
    assert molecule.electrons == electrons
    joined = "; ".join(f"{symbol} {x!r} {y!r} {z!r}" for symbol, (x, y, z) in atoms)
    assert Molecule.from_atoms(joined, spin=electrons % 2).atoms == molecule.atoms


@pytest.mark.parametrize(
    ("atoms", "formula"),
    [
        ("O 0 0 0; H 0 1 0; C 0 0 2; H 0 0 4", "CH2O"),
        ("C 0 0 0; O 0 0 2", "CO"),
        ("Na 0 0 0; Cl 0 0 3", "ClNa"),
        ("N 0 0 0; H 0 0 1; H 0 1 0; H 1 0 0", "H3N"),
    ],
)
def test_formula_in_hill_order(atoms: str, formula: str) -> None:
    assert Molecule.from_atoms(atoms).formula == formula


# -- malformed input -----------------------------------------------------------------------

MALFORMED = {
    "empty": ("", r"empty"),
    "only blank lines": ("\n\n\n", r"number of atoms"),
    "no count": ("water\n\nO 0 0 0\n", r"'water'"),
    "fractional count": ("1.5\n\nO 0 0 0\n", r"'1\.5'"),
    "count too large": ("3\n\nH 0 0 0\nH 0 0 1\n", r"3 atoms.*2 lines"),
    "count too small": ("1\n\nH 0 0 0\nH 0 0 1\n", r"1 atoms.*2 lines"),
    "count zero": ("0\n\n", r"0 atoms"),
    "count negative": ("-1\n\nH 0 0 0\n", r"-1 atoms"),
    "only a count": ("2", r"2 atoms.*0 lines"),
    "not a number": ("2\n\nH 0 0 0\nH 0 zero 1\n", r"line 4.*0 zero 1"),
    "nan": ("2\n\nH 0 0 0\nH 0 nan 1\n", r"line 4.*0 nan 1"),
    "inf": ("2\n\nH 0 0 0\nH 0 -inf 1\n", r"line 4.*0 -inf 1"),
    "overflow": ("2\n\nH 0 0 0\nH 0 1e999 1\n", r"line 4.*1e999"),
    "unknown element": ("2\n\nH 0 0 0\nJ 0 0 1\n", r"line 4.*'J'"),
    "atomic number": ("2\n\n1 0 0 0\n1 0 0 1\n", r"line 3.*'1'"),
    "ghost atom": ("2\n\nH 0 0 0\nghost-H 0 0 1\n", r"line 4.*'ghost-H'"),
    "dummy atom": ("2\n\nH 0 0 0\nX 0 0 1\n", r"line 4.*'X'"),
    "extra column": ("2\n\nH 0 0 0\nH 0 0 1 0.5\n", r"line 4.*'H 0 0 1 0\.5'"),
    "missing column": ("2\n\nH 0 0 0\nH 0 0\n", r"line 4.*'H 0 0'"),
    "blank line inside": ("2\n\nH 0 0 0\n\nH 0 0 1\n", r"3 lines"),
    "one place": ("2\n\nH 0 0 0\nO 0 0 0\n", r"atoms 1 and 2 \(H, O\)"),
    "nearly one place": ("2\n\nH 0 0 0\nH 0 0 0.009\n", r"atoms 1 and 2"),
    "Fortran exponent": ("2\n\nH 0 0 0\nH 0 0 1d0\n", r"line 4.*1d0"),
    "complex": ("2\n\nH 0 0 0\nH 0 0 1j\n", r"line 4.*1j"),
    "null byte": ("2\n\nH 0 0 0\nH\x00 0 0 1\n", r"line 4"),
}


@pytest.mark.parametrize(("text", "message"), MALFORMED.values(), ids=list(MALFORMED))
def test_malformed_xyz(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Molecule.from_xyz(write(tmp_path, text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("unit", ["angstrom", "bohr"])
def test_coordinates_no_program_can_use(unit: str) -> None:
    """Finite as they are, the distance between such nuclei overflows."""

    def make() -> qchem.Hamiltonian:
        molecule = Molecule.from_atoms("H 0 0 0; H 0 0 1e300", unit=unit)  # type: ignore[arg-type]
        return qchem.electronic_hamiltonian(molecule)

    with pytest.raises(InputError):
        make()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.xyz.*No such file"):
        Molecule.from_xyz(tmp_path / "nowhere.xyz")
    with pytest.raises(InputError, match="directory"):
        Molecule.from_xyz(tmp_path)
    binary = tmp_path / "binary.xyz"
    binary.write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match="binary"):
        Molecule.from_xyz(binary)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at least one atom, got none"),
        (" ; ;\n", "at least one atom, got none"),
        ("H 0 0", "atom 1: .*'H 0 0'"),
        ("H 0 0 0; H 0 0 one", "atom 2: .*0 0 one"),
        ("H 0 0 0; Hh 0 0 1", "atom 2: .*'Hh'"),
        ("H 0 0 0; H 0 0 nan", "atom 2: .*0 0 nan"),
        ("H 0 0 0; H 0 0 1; H 0 0 0", "atoms 1 and 3"),
    ],
)
def test_malformed_atom_text(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Molecule.from_atoms(text)


def test_atoms_given_as_data_are_checked_too() -> None:
    with pytest.raises(InputError, match="got none"):
        Molecule(())
    with pytest.raises(InputError, match="'Q'"):
        Molecule((("Q", (0, 0, 0)),))
    with pytest.raises(InputError, match="finite"):
        Molecule((("H", (0, 0, float("nan"))),), spin=1)
    assert Molecule((("he", (0, 0, 0)),)).atoms == (("He", (0.0, 0.0, 0.0)),)


# -- charge, spin, basis -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charge", "spin", "message"),
    [
        (0, 1, r"10 electrons cannot have spin 1 .*even number from 0 to 10"),
        (1, 0, r"9 electrons cannot have spin 0 .*odd number from 1 to 9"),
        (0, -2, r"cannot have spin -2"),
        (0, 12, r"cannot have spin 12"),
        (10, 0, r"charge of \+10 leaves 0 electrons"),
        (11, 1, r"charge of \+11 leaves -1 electrons"),
    ],
)
def test_charge_and_spin_that_do_not_fit(charge: int, spin: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Molecule.from_atoms("O 0 0 0; H 0 0.757 0.587; H 0 -0.757 0.587", charge=charge, spin=spin)


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("sto-3h", "sto-3g"),
        ("6-31", "6-31g"),
        ("cc-pvdzz", "cc-pvdz"),
        ("def2-svpp", "def2-svp"),
        ("6-31g(zz,p)", "6-31g"),
    ],
)
def test_unknown_basis_suggests(name: str, suggestion: str) -> None:
    with pytest.raises(InputError, match="did you mean") as caught:
        Molecule.from_atoms("H 0 0 0; H 0 0 1", basis=name)
    assert repr(name) in str(caught.value)
    assert suggestion in str(caught.value).split("?")[0]


@pytest.mark.parametrize("name", ["", " ", "...", "unc-", "sto-3g@2s", "\x00", "x" * 300])
def test_nonsense_basis_lists_the_known(name: str) -> None:
    with pytest.raises(InputError, match=r"Known are: .*sto-3g"):
        Molecule.from_atoms("H 0 0 0; H 0 0 1", basis=name)


@pytest.mark.parametrize("name", SUGGESTED)
def test_basis_that_is_suggested_exists(name: str) -> None:
    check_basis(name, ["H", "C", "O"])


def test_suggestion_is_another_name() -> None:
    with pytest.raises(InputError, match=r"unknown basis set 'ano-rcc-mb'; did you mean ano-rcc"):
        check_basis("ano-rcc-mb", ["H"])


@pytest.mark.parametrize(("basis", "element"), [("sto-3g", "U"), ("6-31g", "Au"), ("cc-pvdz", "U")])
def test_basis_without_functions_for_an_element(basis: str, element: str) -> None:
    with pytest.raises(InputError) as caught:
        Molecule.from_atoms(
            f"{element} 0 0 0; H 0 0 2; H 0 2 2", basis=basis, spin=int(element == "Au")
        )
    assert f"no functions for {element}" in str(caught.value)
    assert repr(basis) in str(caught.value)


@pytest.mark.parametrize("name", ["STO-3G", "sto3g", "sto_3g", "Sto-3G"])
def test_spellings_of_a_basis(name: str) -> None:
    molecule = Molecule.from_atoms("H 0 0 0; H 0 0 0.74", basis=name)
    assert molecule.to_pyscf().nao == 2


@pytest.mark.parametrize(
    ("basis", "functions"),
    [("6-31g", 4), ("6-31g**", 10), ("cc-pvdz", 10), ("aug-cc-pvdz", 18), ("6-311++g(d,p)", 14)],
)
def test_numbers_of_basis_functions(basis: str, functions: int) -> None:
    assert Molecule.from_atoms("H 0 0 0; H 0 0 0.74", basis=basis).to_pyscf().nao == functions


def test_core_potential_replaces_core_electrons() -> None:
    molecule = Molecule.from_atoms("Au 0 0 0", basis="lanl2dz", spin=1)
    assert sum(molecule.to_pyscf().nelec) == 79 - 60


@pytest.mark.parametrize("basis", ["minao", "dyall-v4z", "aug-cc-pv5z-pp"])
@pytest.mark.parametrize("element", ["C", "Au"])
def test_sets_that_pyscf_lists_either_load_or_are_refused(basis: str, element: str) -> None:
    """Some names in PySCF's list stand for optional packages or for pairs of files."""
    try:
        molecule = Molecule.from_atoms(f"{element} 0 0 0", basis=basis, spin=2 - (element == "Au"))
        assert molecule.to_pyscf().nao > 0
    except InputError as error:
        assert basis in str(error)  # noqa: PT017


# -- warnings ------------------------------------------------------------------------------


def test_short_bond_is_warned_about() -> None:
    (warning,) = Molecule.from_atoms("H 0 0 0; H 0 0 0.4").warnings()
    assert "H1 and H2 are 0.400 Å apart" in warning
    assert "unit" in warning


def test_bohr_read_as_angstrom_is_no_error_but_the_reverse_warns() -> None:
    assert Molecule.from_atoms("N 0 0 0; N 0 0 1.0977").warnings() == []
    assert Molecule.from_atoms("N 0 0 0; N 0 0 1.0977", unit="bohr").warnings()


def test_warnings_reach_the_hamiltonian() -> None:
    molecule = Molecule.from_atoms("H 0 0 0; H 0 0 0.4")
    assert qchem.electronic_hamiltonian(molecule).warnings == tuple(molecule.warnings())


# -- library -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", INDEX)
def test_library_molecule_loads_and_fits(name: str) -> None:
    molecule = Molecule.from_name(name)
    assert load_molecule(name) == molecule
    assert molecule.name == name
    assert (molecule.charge, molecule.spin) == (INDEX[name]["charge"], INDEX[name]["spin"])
    assert (molecule.electrons - molecule.spin) % 2 == 0
    assert molecule.warnings() == []


def test_library_has_no_stray_files() -> None:
    files = {path.name for path in LIBRARY.folder.glob("*.xyz")}
    assert files == {entry["file"] for entry in INDEX.values()}


def _references(name: str) -> dict[str, float]:
    return {
        entry["method"]: entry["value"]
        for entry in INDEX[name]["reference"]
        if entry["basis"] == "sto-3g" and "active_space" not in entry
    }


@pytest.mark.parametrize(
    "name", [*SMALL, *(pytest.param(n, marks=pytest.mark.slow) for n in INDEX if n not in SMALL)]
)
def test_library_references_are_reproduced(name: str) -> None:
    hamiltonian = qchem.electronic_hamiltonian(Molecule.from_name(name))
    references = _references(name)
    assert qchem.hf(hamiltonian).value == pytest.approx(references["HF"], abs=1e-7)
    if hamiltonian.space.size <= 200_000:
        assert qchem.fci(hamiltonian).value == pytest.approx(references["FCI"], abs=1e-8)
    if name in SMALL and "CCSD(T)" in references:
        assert qchem.ccsd(hamiltonian).value == pytest.approx(references["CCSD"], abs=1e-7)
        assert qchem.ccsd_t(hamiltonian).value == pytest.approx(references["CCSD(T)"], abs=1e-7)


def test_charge_and_spin_override_the_library() -> None:
    assert Molecule.from_name("h2o", charge=1, spin=1).nelec == (5, 4)
    with pytest.raises(InputError, match="cannot have spin"):
        Molecule.from_name("h2o", charge=1)
    assert Molecule.from_name("o2", spin=0).nelec == (8, 8)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("h22", "unknown molecule 'h22'; did you mean .*h2"),
        ("nosuch.xyz", "no file 'nosuch.xyz'"),
        ("folder/nosuch", "no file"),
        ("", "."),
        ("a\x00b", "unknown molecule"),
        ("a\x00b.xyz", "no file"),
        pytest.param("x" * 300, ".", id="long name"),
        pytest.param("x" * 300 + ".xyz", ".", id="long file"),
        pytest.param("../" * 1500 + "x.xyz", ".", id="long path"),
    ],
)
def test_sources_that_are_nothing(source: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_molecule(source)


def test_unit_with_a_name_is_refused() -> None:
    with pytest.raises(InputError, match="leave out the unit"):
        load_molecule("h2", unit="bohr")


def test_file_beats_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "h2o").mkdir()
    assert load_molecule("h2o").formula == "H2O"  # a folder of that name is in nobody's way
    write(tmp_path, "2\n\nH 0 0 0\nH 0 0 0.74\n", "lih.xyz")
    assert load_molecule("lih.xyz").formula == "H2"
    assert load_molecule("lih").formula == "HLi"


def test_describe_is_plain_data() -> None:
    assert Molecule.from_atoms("Li 0 0 0; H 0 0 1.5").describe() == {
        "name": "HLi",
        "formula": "HLi",
        "charge": 0,
        "spin": 0,
        "basis": "sto-3g",
        "geometry": [["Li", 0.0, 0.0, 0.0], ["H", 0.0, 0.0, 1.5]],
        "geometry_unit": "angstrom",
    }
