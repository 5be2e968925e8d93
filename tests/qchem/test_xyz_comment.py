"""Comments of xyz files as people and programs write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qchem
from qchem.molecules.molecule import Molecule, load_molecule
from qchem.molecules.xyz_comment import Comment, choose_charge_and_spin
from qminima import InputError

WATER = "O 0 0 0.1173\nH 0 0.7572 -0.4692\nH 0 -0.7572 -0.4692\n"
OXYGEN = "O 0 0 0\nO 0 0 1.2\n"
OH = "O 0 0 0\nH 0 0 0.97\n"
HYDRONIUM = (
    "O 0 0 0.0755\nH 0 0.9430 -0.2010\nH 0.8167 -0.4715 -0.2010\nH -0.8167 -0.4715 -0.2010\n"
)
ACETYLIDE = "C 0 0 0\nC 0 0 1.27\n"


def write(folder: Path, comment: str, atoms: str) -> Path:
    path = folder / "mol.xyz"
    path.write_text(f"{atoms.count(chr(10))}\n{comment}\n{atoms}", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("comment", "atoms", "charge", "spin"),
    [
        ("charge=1", HYDRONIUM, 1, 0),
        ("charge=-2 spin=0 acetylide", ACETYLIDE, -2, 0),
        ("charge=1 multiplicity=2", WATER, 1, 1),
        ("charge=1 spin=1", WATER, 1, 1),
        ("Charge = +1, Mult = 2", WATER, 1, 1),
        ("charge: 1 | spin_multiplicity: 2", WATER, 1, 1),
        ("water cation (charge=1; uhf=1)", WATER, 1, 1),
        ("charge 1 multiplicity 2", WATER, 1, 1),
        ("total_charge=1.0 total_spin=2", WATER, 1, 1),
        ('charge="1" spin="1"', WATER, 1, 1),
        ("charge=1 charge=1 total_charge=1 mult=2 spin=1", WATER, 1, 1),
        ("0 3", OXYGEN, 0, 2),
        ("  0   1 ", OXYGEN, 0, 0),
        ("-1, 2", OXYGEN, -1, 1),
        ("mult=3", OXYGEN, 0, 2),
        ("spin=2", OXYGEN, 0, 2),
        ("spin=3", OXYGEN, 0, 2),
        ("spin=1", OXYGEN, 0, 0),
        ("charge=0 charge_a=1 charge_b=-1 selection_a=1-3 scaling=2.0", WATER, 0, 0),
        ('Properties=species:S:1:pos:R:3 charge=1 spin=2 pbc="F F F"', WATER, 1, 1),
    ],
)
def test_charge_and_spin_are_used(
    comment: str, atoms: str, charge: int, spin: int, tmp_path: Path
) -> None:
    path = write(tmp_path, comment, atoms)
    molecule = Molecule.from_xyz(path)
    assert (molecule.charge, molecule.spin) == (charge, spin)
    assert "from the comment" in molecule.origin
    assert molecule.describe()["charge_and_spin"] == molecule.origin
    assert molecule.warnings() == []
    asked = load_molecule(str(path), charge=charge, spin=spin)
    assert asked == molecule
    assert (asked.origin, asked.remarks) == ("", ())
    assert "charge_and_spin" not in asked.describe()


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "water, charged with energy; spin up",
        "gdb 1\t157.7118\t157.70997\t157.70699\t0.\t13.21\t-0.3877\t0.1171\t0.5048",
        " energy: -5.070544323569 gnorm: 0.000057 xtb: 6.6.1 (8d0f1dd)",
        "Coordinates from ORCA-job h2o E -76.358969",
        "     -5.07054444",
        " i =        0, time =        0.000, E =       -17.1643447508",
        "1",
        "1 0",
        "1 2 3",
        "1.0 2.0",
        "0 0",
        "frame 1 2",
        "H2O 1 2",
        "Properties=species:S:1:pos:R:3:charge:R:1",
        "charges=0.1 partial_charge=0.3 charge_model=mulliken respin=1 non-charge=3",
        "magmom=1.0 free_energy=-3.0",
        "CSD_code = WIXKOE | q = 0 | S = 0 | Stoichiometry = H2O | MND = 2",
        "r_e(OH) = 0.9578 angstrom, a_e(HOH) = 104.48 degrees",
    ],
)
def test_other_comments_say_nothing(comment: str, tmp_path: Path) -> None:
    atoms = WATER.replace("\n", " 0.5\n") if "pos:R:3:charge" in comment else WATER
    molecule = Molecule.from_xyz(write(tmp_path, comment, atoms))
    assert (molecule.charge, molecule.spin, molecule.origin) == (0, 0, "")
    assert molecule.warnings() == []


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("charge=1 charge=2", "contradicts itself: charge=1 and charge=2"),
        ("charge=1 total_charge=0", "contradicts itself"),
        ("charge=1 mult=2 spin=3", "contradicts itself: mult=2 and spin=3"),
        ("mult=1 uhf=2", "contradicts itself"),
        ("charge=0.5", "charge=0.5, expected a whole number"),
        ("charge=neutral", "charge=neutral, expected a whole number"),
        ("mult=0", "mult=0, expected"),
        ("spin=-1", "spin=-1, expected"),
        ("uhf=x", "uhf=x, expected"),
        ("charge=" + "9" * 5000, "expected a whole number"),
        ("charge=1", r"charge \+1, but 9 electrons cannot have 2S = 0; give charge and spin"),
        ("0 2", r"charge \+0 and 2S = 1, but 10 electrons cannot have 2S = 1"),
        ("mult=2", "2S = 1, but 10 electrons"),
        ("1 250", "9 electrons cannot have 2S = 249"),
        ("12 1", "-2 electrons"),
    ],
)
def test_comments_that_cannot_be_used(comment: str, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, comment, WATER)
    with pytest.raises(InputError, match=message) as caught:
        Molecule.from_xyz(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300 + len(str(path))
    molecule = Molecule.from_xyz(path, charge=0, spin=0)  # as the message advises
    assert molecule.nelec == (5, 5)


@pytest.mark.parametrize(
    ("comment", "charge", "spin", "found", "remarks"),
    [
        ("charge=-2 spin=0", 0, 0, (0, 0), ["charge -2, but +0 is asked for"]),
        ("charge=-2 spin=0", 0, None, (0, 0), ["charge -2, but +0 is asked for"]),
        ("charge=-2 mult=3", 0, None, (0, 0), ["charge -2, but +0 is asked for"]),
        ("charge=-2 mult=3", None, 0, (-2, 0), ["2S = 2, but 0 is asked for"]),
        ("charge=-2 mult=3", -2, None, (-2, 2), []),
        ("-2 1", -1, 1, (-1, 1), ["charge -2, but -1 is asked for", "2S = 0, but 1 is asked for"]),
        ("charge=x mult=3", 0, None, (0, 2), ["charge=x, expected a whole number; 0 is asked for"]),
    ],
)
def test_the_caller_wins(
    comment: str,
    charge: int | None,
    spin: int | None,
    found: tuple[int, int],
    remarks: list[str],
    tmp_path: Path,
) -> None:
    path = str(write(tmp_path, comment, ACETYLIDE))
    molecule = load_molecule(path, charge=charge, spin=spin)
    assert (molecule.charge, molecule.spin) == found
    assert len(molecule.remarks) == len(remarks)
    for remark, words in zip(molecule.warnings(), remarks, strict=True):
        assert words in remark


def test_remarks_and_origin_reach_the_record(tmp_path: Path) -> None:
    path = write(tmp_path, "0 1", "H 0 0 0\nH 0 0 0.74\n")
    record = qchem.solve(
        qchem.electronic_hamiltonian(Molecule.from_xyz(path, charge=1, spin=1)), ("hf",)
    ).record()
    assert [text for text in record["warnings"] if "asked for" in text] == [
        "the comment gives charge +0, but +1 is asked for and used",
        "the comment gives 2S = 0, but 1 is asked for and used",
    ]
    taken = qchem.electronic_hamiltonian(Molecule.from_xyz(path)).describe()
    assert taken["charge_and_spin"] == "charge +0 and 2S = 0 from the comment in the file"


# -- extended xyz --------------------------------------------------------------------------

LATTICE = 'Lattice="10.0 0.0 0.0 0.0 10.0 0.0 0.0 0.0 10.0"'
ASE = f'{LATTICE} Properties=species:S:1:pos:R:3:forces:R:3 energy=-2066.1 pbc="F F F"'
FORCES = WATER.replace("\n", " 0.0011 -0.0114 0.0023\n")


@pytest.mark.parametrize(
    "comment",
    [
        'pbc="T T T"',
        f'{LATTICE} Properties=species:S:1:pos:R:3 pbc="T T T"',
        f'{LATTICE} pbc="F F T"',
        f"{LATTICE} pbc=[False, False, True]",
        "pbc=T T F",
        LATTICE,
        LATTICE.replace("=", ": ").replace('"', "'"),
    ],
)
def test_periodic_cells_are_refused(comment: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"periodic cell.*expected a molecule") as caught:
        Molecule.from_xyz(write(tmp_path, comment, WATER), charge=0, spin=0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "comment",
    [
        'pbc="F F F"',
        f'{LATTICE} pbc="F F F"',
        f"{LATTICE} pbc=F F F energy=-1.0",
        f"{LATTICE} pbc=[False, False, False]",
        'Lattice="0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0"',
    ],
)
def test_no_cell(comment: str, tmp_path: Path) -> None:
    assert Molecule.from_xyz(write(tmp_path, comment, WATER)).formula == "H2O"


def test_columns_of_extended_xyz(tmp_path: Path) -> None:
    """Forces beside the coordinates, as ASE writes them."""
    expected = Molecule.from_xyz(write(tmp_path, "", WATER))
    assert Molecule.from_xyz(write(tmp_path, ASE, FORCES)).atoms == expected.atoms
    numbered = "".join(f"{k} {line}\n" for k, line in enumerate(WATER.splitlines()))
    comment = "Properties=id:I:1:species:S:1:pos:R:3"
    assert Molecule.from_xyz(write(tmp_path, comment, numbered)).atoms == expected.atoms
    assert Molecule.from_xyz(write(tmp_path, ASE, WATER)).atoms == expected.atoms
    with pytest.raises(InputError, match="line 3: expected the 7 columns of Properties"):
        Molecule.from_xyz(write(tmp_path, ASE, FORCES.replace("0.0023", "0.0023 1.0")))
    for properties in ("species:S:1", "pos:R:3:species:S", "Z:I:1:pos:R:3", ""):
        with pytest.raises(InputError, match="Properties with species"):
            Molecule.from_xyz(write(tmp_path, f"Properties='{properties}'", WATER))


@given(st.text(max_size=60), st.integers(-3, 3) | st.none(), st.integers(0, 3) | st.none())
def test_any_comment_gives_what_was_asked_or_is_refused(
    text: str, charge: int | None, spin: int | None
) -> None:
    try:
        chosen = choose_charge_and_spin(Comment.parse(text), 10, charge, spin)
    except InputError:
        return
    assert charge in (None, chosen.charge)
    assert spin in (None, chosen.spin)
