"""Nothing that comes from outside is ever executed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import qchem
from qchem.cli import app
from qchem.molecules.molecule import Molecule, load_molecule
from qminima import InputError

ATTACKS = (
    "__import__('os').system('touch CANARY')",
    "open('CANARY','w').close()",
    "__import__('pathlib').Path('CANARY').touch()",
    "$(touch CANARY)",
    "`touch CANARY`",
    ";touch${IFS}CANARY;",
    "[open('CANARY','w')for(_)in[1]]",
    "{0.__class__}",
)
HYDROGEN = "2\n\nH 0 0 0\nH 0 0 0.74\n"
ENERGY = -1.1167593073964  # RHF of H2 at 0.74 Å in STO-3G, printed in PySCF's and others' manuals


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def no_canary(folder: Path) -> bool:
    return not any("CANARY" in path.name for path in folder.rglob("*"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_xyz_fields(folder: Path, attack: str) -> None:
    texts = [
        f"{attack}\n\nH 0 0 0\nH 0 0 0.74\n",
        f"2\n\n{attack} 0 0 0\nH 0 0 0.74\n",
        f"2\n\nH 0 0 0\nH 0 0 {attack}\n",
        f"2\n\nH 0 0 0\n{attack}\n",
        f"2\n\nH@{attack} 0 0 0\nH 0 0 0.74\n",
    ]
    for text in texts:
        (folder / "mol.xyz").write_text(text)
        with pytest.raises(InputError):
            load_molecule("mol.xyz")
    assert no_canary(folder)


@pytest.mark.parametrize("attack", ATTACKS)
def test_xyz_comment_means_nothing(folder: Path, attack: str) -> None:
    (folder / "mol.xyz").write_text(f"2\n{attack}\nH 0 0 0\nH 0 0 0.74\n")
    hamiltonian = qchem.electronic_hamiltonian(load_molecule("mol.xyz"))
    assert hamiltonian.reference_energy == pytest.approx(ENERGY, abs=1e-8)
    assert no_canary(folder)


@pytest.mark.parametrize("attack", ATTACKS)
def test_names_and_text(folder: Path, attack: str) -> None:
    with pytest.raises(InputError):
        Molecule.from_atoms(attack)
    with pytest.raises(InputError):
        Molecule.from_atoms(f"H 0 0 0; {attack} 0 0 1")
    with pytest.raises(InputError):
        load_molecule(attack)
    with pytest.raises(InputError):
        Molecule.from_atoms("H 0 0 0; H 0 0 0.74", basis=attack)
    with pytest.raises(InputError):
        Molecule.from_atoms("H 0 0 0; H 0 0 0.74", basis=f"sto-3g@{attack}")
    assert no_canary(folder)


@pytest.mark.parametrize("attack", ATTACKS)
def test_fcidump_content(folder: Path, attack: str) -> None:
    texts = [
        attack,
        f" &FCI NORB={attack},NELEC=2,MS2=0,\n &END\n",
        f" &FCI NORB=2,NELEC=2,MS2={attack},\n &END\n",
        f" &FCI NORB=2,NELEC=2,MS2=0,\n &END\n {attack} 1 1 1 1\n",
        f" &FCI NORB=2,NELEC=2,MS2=0,\n &END\n 1.0 {attack} 1 1 1\n",
    ]
    for text in texts:
        (folder / "dump").write_text(text)
        with pytest.raises(InputError):
            qchem.read_fcidump("dump")
    assert no_canary(folder)


@pytest.mark.parametrize("attack", ATTACKS[:3])
def test_command_line(folder: Path, attack: str) -> None:
    (folder / "mol.xyz").write_text(HYDROGEN)
    runner = CliRunner()
    for arguments in (
        [attack],
        ["mol.xyz", "--basis", attack],
        ["mol.xyz", "--active-space", attack],
        ["mol.xyz", "--method", attack],
        ["mol.xyz", "--ansatz", attack],
        ["mol.xyz", "--start", attack],
    ):
        result = runner.invoke(app, ["solve", *arguments])
        assert result.exit_code == 2, result.output
        assert "Traceback" not in result.output
    assert no_canary(folder)


# A hydrogen basis of one wide Gaussian in NWChem's format, and code in the format of Python.
OTHER_BASIS = 'BASIS "ao basis" PRINT\nH    S\n      0.05      1.0\nEND\n'
CODE = "open('CANARY', 'w').close()\n"


@pytest.mark.parametrize("content", [OTHER_BASIS, CODE, f"H S\n {CODE.strip()} 1.0\n", "[[0,"])
@pytest.mark.parametrize(
    "basis", ["sto-3g", "STO-3G", "sto3g"], ids=["hyphen", "capitals", "plain"]
)
def test_file_named_like_a_basis(folder: Path, content: str, basis: str) -> None:
    for name in {basis, "sto-3g", "sto3g", "STO-3G", "sto3g-", "sto3g--", "sto3g.py", "H"}:
        (folder / name).write_text(content)
    molecule = Molecule.from_atoms("H 0 0 0; H 0 0 0.74", basis=basis)
    hamiltonian = qchem.electronic_hamiltonian(molecule)
    assert hamiltonian.reference_energy == pytest.approx(ENERGY, abs=1e-8)
    assert no_canary(folder)


def test_file_named_like_a_core_potential(folder: Path) -> None:
    clean = Molecule.from_atoms("Au 0 0 0", basis="lanl2dz", spin=1).to_pyscf()
    for name in ("lanl2dz", "LANL2DZ", "lanl2dz-", "Au"):
        (folder / name).write_text(CODE)
    mol = Molecule.from_atoms("Au 0 0 0", basis="lanl2dz", spin=1).to_pyscf()
    assert mol.nelec == clean.nelec
    assert mol.nao == clean.nao
    for name in ("bfd", "bfdvdz", "gthszv", "gthhfrev", "gth-hf-rev", "minao"):
        (folder / name).write_text(CODE)
    for basis in ("bfd-vdz", "gth-szv"):
        assert Molecule.from_atoms("Be 0 0 0", basis=basis).core_potentials["Be"].parameters
    assert no_canary(folder)


def test_unknown_basis_is_not_looked_for_among_files(folder: Path) -> None:
    for name in ("mybasis", "mybasis.nw", "mybasis.dat"):
        (folder / name).write_text(OTHER_BASIS)
        for given in (name, f"./{name}", str(folder / name)):
            with pytest.raises(InputError, match="unknown basis set"):
                Molecule.from_atoms("H 0 0 0; H 0 0 0.74", basis=given)


def test_control_characters_do_not_reach_the_terminal(folder: Path) -> None:
    (folder / "a\x1b[31m.xyz").write_text(HYDROGEN)
    result = CliRunner().invoke(app, ["solve", "a\x1b[31m.xyz", "--method", "hf"])
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
