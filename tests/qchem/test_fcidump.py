"""FCIDUMP files: round trips, PySCF on the other side, and damaged files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qchem
from qchem import Hamiltonian, read_fcidump, write_fcidump
from qchem.molecules.molecule import Molecule
from qminima import InputError
from simulator import MemoryLimitError


def read(folder: Path, text: str) -> Hamiltonian:
    path = folder / "dump.fcidump"
    path.write_text(text, encoding="utf-8")
    return read_fcidump(path)


@pytest.mark.parametrize("name", ["h2", "lih", "h4", "h3_doublet", "ch2"])
def test_round_trip(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    path = tmp_path / f"{name}.fcidump"
    write_fcidump(hamiltonian, path, tolerance=0.0)
    again = read_fcidump(path)
    assert again.nelec == hamiltonian.nelec
    assert again.describe()["name"] == name
    # The eight permutations of one integral differ by rounding where it was transformed.
    np.testing.assert_allclose(again.one_electron[0], hamiltonian.one_electron[0], atol=1e-13)
    np.testing.assert_allclose(again.two_electron[0], hamiltonian.two_electron[0], atol=1e-13)
    assert again.core_energy == hamiltonian.core_energy
    assert qchem.fci(again).value == pytest.approx(qchem.fci(hamiltonian).value, abs=1e-10)
    # What was read once is written and read without any change.
    write_fcidump(again, path, tolerance=0.0)
    third = read_fcidump(path)
    np.testing.assert_array_equal(third.two_electron[0], again.two_electron[0])
    np.testing.assert_array_equal(third.one_electron[0], again.one_electron[0])


@given(norb=st.integers(1, 4), seed=st.integers(0, 2**31), data=st.data())
@settings(max_examples=30)
def test_round_trip_of_random_integrals(
    norb: int, seed: int, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = np.random.default_rng(seed)
    nelec = (data.draw(st.integers(0, norb)), data.draw(st.integers(0, norb)))
    h1 = rng.normal(size=(norb, norb))
    h2 = rng.normal(size=(norb,) * 4) * 10.0 ** rng.integers(-8, 8)
    for axes in ((1, 0, 2, 3), (0, 1, 3, 2), (2, 3, 0, 1)):
        h2 = h2 + h2.transpose(axes)
    # Sums in another order round otherwise; one orbit of the symmetry shall be one number.
    p, q, r, s = np.indices(h2.shape)
    big, small = np.maximum(p, q), np.minimum(p, q)
    other, least = np.maximum(r, s), np.minimum(r, s)
    turn = (big, small) < (other, least) if norb == 1 else big * norb + small < other * norb + least
    h2 = np.where(turn, h2[other, least, big, small], h2[big, small, other, least])
    hamiltonian = Hamiltonian.from_integrals(h1 + h1.T, h2, nelec, core_energy=rng.normal())
    path = tmp_path_factory.mktemp("dump") / "a.fcidump"
    write_fcidump(hamiltonian, path, tolerance=0.0)
    again = read_fcidump(path)
    assert again.nelec == nelec
    assert again.core_energy == hamiltonian.core_energy
    np.testing.assert_array_equal(again.one_electron[0], hamiltonian.one_electron[0])
    np.testing.assert_array_equal(again.two_electron[0], hamiltonian.two_electron[0])


@pytest.mark.parametrize("name", ["lih", "h4_triplet"])
def test_pyscf_reads_ours(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    from pyscf import ao2mo
    from pyscf.tools import fcidump

    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    path = tmp_path / "ours"
    write_fcidump(hamiltonian, path)
    content = fcidump.read(str(path), verbose=False)
    assert content["NORB"] == hamiltonian.norb
    assert content["NELEC"] == sum(hamiltonian.nelec)
    assert content["MS2"] == hamiltonian.nelec[0] - hamiltonian.nelec[1]
    assert content["ECORE"] == pytest.approx(hamiltonian.core_energy, abs=1e-14)
    np.testing.assert_allclose(content["H1"], hamiltonian.one_electron[0], atol=1e-13)
    h2 = ao2mo.restore(1, content["H2"], hamiltonian.norb)
    np.testing.assert_allclose(h2, hamiltonian.two_electron[0], atol=1e-13)


@pytest.mark.parametrize("symmetry", [False, True])
def test_we_read_pyscfs(tmp_path: Path, symmetry: bool) -> None:
    from pyscf import gto, scf
    from pyscf.tools import fcidump

    mol = gto.M(atom="Li 0 0 0; H 0 0 1.5", basis="sto-3g", symmetry=symmetry, verbose=0)
    mean_field = scf.RHF(mol)
    mean_field.kernel()
    path = tmp_path / "theirs.fcidump"
    fcidump.from_scf(mean_field, str(path), tol=1e-16)
    hamiltonian = read_fcidump(path)
    assert hamiltonian.nelec == (2, 2)
    assert hamiltonian.reference_energy == pytest.approx(mean_field.e_tot, abs=1e-8)
    assert qchem.fci(hamiltonian).value == pytest.approx(-7.882362286799, abs=1e-7)


def test_we_read_pyscfs_active_space(tmp_path: Path, ch2: Hamiltonian) -> None:
    from pyscf import mcscf
    from pyscf.tools import fcidump

    solver = mcscf.CASCI(ch2.mean_field, 4, 4)
    solver.verbose = 0
    energy = solver.kernel()[0]
    h1, core = solver.get_h1eff()
    path = tmp_path / "cas"
    fcidump.from_integrals(str(path), h1, solver.get_h2eff(), 4, 4, nuc=core, ms=2, tol=1e-16)
    hamiltonian = read_fcidump(path)
    assert hamiltonian.nelec == (3, 1)
    assert qchem.fci(hamiltonian).value == pytest.approx(energy, abs=1e-8)
    ours = qchem.electronic_hamiltonian(Molecule.from_name("ch2"), (4, 4))
    assert hamiltonian.core_energy == pytest.approx(ours.core_energy, abs=1e-7)


HEAD = " &FCI NORB=2,NELEC=2,MS2=0,\n  ORBSYM=1,1,\n  ISYM=1,\n &END\n"
BODY = (
    " 0.70 1 1 1 1\n 0.15 2 1 2 1\n 0.65 2 2 1 1\n 0.72 2 2 2 2\n"
    " -1.25 1 1 0 0\n -0.47 2 2 0 0\n 0.71 0 0 0 0\n"
)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + BODY,
        HEAD.replace("&END", "/") + BODY,
        HEAD.replace("&END", "$END") + BODY,
        "&fci norb=2 nelec=2 ms2=0 &end\n" + BODY,
        "&FCI\nNORB = 2\nNELEC = 2\nORBSYM=1,1\n/\n" + BODY,
        HEAD.replace("ISYM=1", "ISYM=1, IUHF=0") + BODY,
        HEAD.replace("ISYM=1", "ISYM=1, IUHF=.FALSE.") + BODY,
        HEAD.replace("ISYM=1", "ISYM=1, IUHF=F, UHF=.f.") + BODY,
        HEAD.replace("&END", "/        i   a   j   b") + BODY,
        HEAD.replace("&END", "&END  1.0 1 1 1 1") + BODY,
        HEAD.replace("ORBSYM=1,1", "ORBSYM=2*1") + BODY,
        (HEAD + BODY).replace("\n", "\r\n"),
        HEAD + BODY.replace("0.70", "7.0D-01").replace("0.15", "0.15d0"),
        HEAD + "\n\n" + BODY + "\n\n",
        HEAD + BODY.replace("2 1 2 1", "1 2 2 1").replace("2 2 1 1", "1 1 2 2"),
        HEAD + BODY + " -0.58 1 0 0 0\n 0.67 2 0 0 0\n",
        HEAD + BODY.rstrip("\n"),
    ],
    ids=["plain", "slash", "dollar", "lower case", "no MS2", "IUHF", "IUHF false", "both false",
         "text after slash", "text after END", "repeated label", "crlf", "D exponent",
         "blank lines", "permuted", "orbital energies", "no newline"],
)  # fmt: skip
def test_dialects(text: str, tmp_path: Path) -> None:
    hamiltonian = read(tmp_path, text)
    h2 = hamiltonian.two_electron[0]
    assert hamiltonian.nelec == (1, 1)
    assert hamiltonian.core_energy == 0.71
    np.testing.assert_array_equal(hamiltonian.one_electron[0], np.diag([-1.25, -0.47]))
    assert h2[0, 0, 0, 0] == 0.70
    assert h2[1, 1, 1, 1] == 0.72
    assert h2[0, 0, 1, 1] == h2[1, 1, 0, 0] == 0.65
    assert {h2[0, 1, 0, 1], h2[0, 1, 1, 0], h2[1, 0, 0, 1], h2[1, 0, 1, 0]} == {0.15}
    # Two electrons in two orbitals by hand.
    mean = -2 * 1.25 + 0.70, -2 * 0.47 + 0.72
    exact = 0.71 + sum(mean) / 2 - np.hypot((mean[1] - mean[0]) / 2, 0.15)
    assert qchem.fci(hamiltonian).value == pytest.approx(exact, abs=1e-10)


def test_negative_spin_is_more_beta_electrons(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD.replace("MS2=0", "MS2=-2") + BODY).nelec == (0, 2)


MALFORMED = {
    "empty": ("", "header"),
    "no header": (BODY, "header"),
    "header without end": (" &FCI NORB=2,NELEC=2,MS2=0,\n" + BODY, "header"),
    "header without keys": ("&FCI &END\n" + BODY, "NORB"),
    "no NORB": (HEAD.replace("NORB=2,", "") + BODY, "NORB"),
    "no NELEC": (HEAD.replace("NELEC=2,", "") + BODY, "NELEC"),
    "NORB no number": (HEAD.replace("NORB=2", "NORB=two") + BODY, "NORB, got 'two'"),
    "NORB fractional": (HEAD.replace("NORB=2", "NORB=2.5") + BODY, "NORB, got '2.5'"),
    "NORB zero": (HEAD.replace("NORB=2", "NORB=0") + BODY, "0 orbitals"),
    "NORB negative": (HEAD.replace("NORB=2", "NORB=-2") + BODY, "-2 orbitals"),
    "NELEC negative": (HEAD.replace("NELEC=2", "NELEC=-2") + BODY, "-2 electrons"),
    "too many electrons": (HEAD.replace("NELEC=2", "NELEC=6") + BODY, "3 alpha electrons"),
    "MS2 of other parity": (HEAD.replace("MS2=0", "MS2=1") + BODY, "MS2 = 1"),
    "MS2 too large": (HEAD.replace("MS2=0", "MS2=4") + BODY, "MS2 = 4"),
    "MS2 no number": (HEAD.replace("MS2=0", "MS2=x") + BODY, "MS2, got 'x'"),
    "IUHF without blocks": (HEAD.replace("ISYM=1", "IUHF=1") + BODY, "blocks.*got 1 lines"),
    "UHF over spatial orbitals": (HEAD.replace("ISYM=1", "UHF=.TRUE.") + BODY, "line 6.*joins"),
    "UHF in short": (HEAD.replace("ISYM=1", "UHF=.T.") + BODY, "line 6.*joins"),
    "UHF of odd size": (
        HEAD.replace("NORB=2", "NORB=3").replace("ORBSYM=1,1", "UHF=T") + BODY,
        "even NORB",
    ),
    "IUHF and UHF": (HEAD.replace("ISYM=1", "IUHF=1,UHF=.FALSE.") + BODY, "IUHF=1 and UHF="),
    "IUHF no logical": (HEAD.replace("ISYM=1", "IUHF=2") + BODY, "IUHF, got '2'"),
    "NORB twice": (HEAD.replace("ISYM=1", "NORB=3") + BODY, "NORB.*'2' and '3'"),
    "ISYM no number": (HEAD.replace("ISYM=1", "ISYM=A1") + BODY, "ISYM, got 'A1'"),
    "ORBSYM no numbers": (HEAD.replace("ORBSYM=1,1", "ORBSYM=1,Ag") + BODY, "ORBSYM, got 'Ag'"),
    "ORBSYM too short": (HEAD.replace("ORBSYM=1,1", "ORBSYM=1") + BODY, "2 labels.*got 1"),
    "ORBSYM repeated too often": (
        HEAD.replace("ORBSYM=1,1", f"ORBSYM={10**12}*1") + BODY,
        "ORBSYM",
    ),
    "no one-electron integrals": (
        HEAD + " 0.70 1 1 1 1\n 0.71 0 0 0 0\n",
        "one-electron integral.*cut off",
    ),
    "no core energy": (HEAD + BODY.replace(" 0.71 0 0 0 0\n", ""), "core energy.*cut off"),
    "two core energies": (HEAD + BODY + " 0.0 0 0 0 0\n", "lines 11 and 12.* 0.71 and 0 "),
    "too few fields": (HEAD + " 0.5 1 1 1\n", "line 5.*' 0.5 1 1 1'"),
    "too many fields": (HEAD + BODY + " 0.5 1 1 1 1 1\n", "line 12"),
    "only a number": (HEAD + " 0.5\n", "line 5"),
    "not a number": (HEAD + " abc 1 1 1 1\n", "line 5.*abc"),
    "index no integer": (HEAD + " 0.5 1 1 1.0 1\n", "line 5"),
    "index too large": (HEAD + " 0.5 3 1 1 1\n", "line 5.*from 0 to 2"),
    "index negative": (HEAD + " 0.5 -1 1 1 1\n", "line 5"),
    "index overflow": (HEAD + f" 0.5 {10**30} 1 1 1\n", "line 5"),
    "nan": (HEAD + " nan 1 1 1 1\n", "line 5.*nan"),
    "inf": (HEAD + " -inf 1 1 1 1\n", "line 5.*inf"),
    "overflow": (HEAD + " 1e999 1 1 1 1\n", "line 5"),
    "core energy nan": (HEAD + " nan 0 0 0 0\n", "line 5"),
    "complex": (HEAD + " (0.5,0.1) 1 1 1 1\n", "line 5.*complex"),
    "complex with blanks": (HEAD + " ( 0.5 , 0.1 ) 1 1 1 1\n", "line 5.*complex"),
    "three indices": (HEAD + " 0.5 1 1 1 0\n", "line 5"),
    "first index missing": (HEAD + " 0.5 0 1 1 1\n", "line 5"),
    "pair at the end": (HEAD + " 0.5 0 0 1 1\n", "line 5"),
    "second index only": (HEAD + " 0.5 0 1 0 0\n", "line 5"),
    "control characters": (HEAD + " 0.5 1 1 1 1\x00\n", "line 5"),
}


@pytest.mark.parametrize(("text", "message"), MALFORMED.values(), ids=list(MALFORMED))
def test_malformed(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, text)
    assert "dump.fcidump" in str(caught.value) or "electrons do not fit" in str(caught.value)


@pytest.mark.parametrize("digits", [9, 30, 100, 1000])
def test_orbitals_no_computer_holds(digits: int, tmp_path: Path) -> None:
    text = HEAD.replace("NORB=2", "NORB=" + "9" * digits) + BODY
    with pytest.raises((InputError, MemoryLimitError)):
        read(tmp_path, text)


def test_electrons_no_computer_holds(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read(tmp_path, HEAD.replace("NELEC=2", "NELEC=" + "8" * 400) + BODY)


def test_long_header_comes_to_an_end(tmp_path: Path) -> None:
    """A header of blanks, which a backtracking pattern would read for days."""
    with pytest.raises(InputError):
        read(tmp_path, HEAD.replace("MS2=0,", "MS2=0," + 50_000 * " " + "#") + BODY)


def test_long_orbsym_is_read(tmp_path: Path) -> None:
    labels = ("," + 200 * " " + "\n").join(["1"] * 40)
    text = HEAD.replace("ORBSYM=1,1", "ORBSYM=" + labels).replace("NORB=2", "NORB=40")
    assert read(tmp_path, text + BODY).nelec == (1, 1)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_fcidump(tmp_path / "missing")
    with pytest.raises(InputError, match="directory"):
        read_fcidump(tmp_path)
    (tmp_path / "binary").write_bytes(b"&FCI\xff\xfe\x00&END")
    with pytest.raises(InputError, match="binary"):
        read_fcidump(tmp_path / "binary")


GOOD = HEAD + BODY
TOKENS = st.sampled_from(
    ["", " ", "\n", ",", "=", "&END", "/", "&FCI", "NORB=", "-1", "0", "3", "1e999", "nan", "1.5",
     "9" * 40, "\x00", "é", "\u2028", "\x0c", "D", "E", ".TRUE.", "#"]
)  # fmt: skip


@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), TOKENS), min_size=1, max_size=4
    )
)
def test_damaged_file_is_refused_or_valid(
    edits: list[tuple[int, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = GOOD
    for position, length, replacement in edits:
        text = text[:position] + replacement + text[position + length :]
    try:
        hamiltonian = read(tmp_path_factory.mktemp("damaged"), text)
    except (InputError, MemoryLimitError):
        return
    # Whatever was accepted passes the checks that arrays from users pass.
    assert hamiltonian.restricted
    again = Hamiltonian.from_integrals(
        hamiltonian.h1,
        hamiltonian.h2,
        hamiltonian.nelec,
        core_energy=hamiltonian.core_energy,
        complex_orbitals=not hamiltonian.real_orbitals,
    )
    assert again.norb == hamiltonian.norb


@given(st.binary(max_size=200))
@settings(max_examples=50)
def test_noise_is_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "dump"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_fcidump(path)


# -- writing -------------------------------------------------------------------------------


def test_places_that_cannot_be_written(tmp_path: Path, h2: Hamiltonian) -> None:
    for place in (tmp_path, tmp_path / "no" / "folder"):
        with pytest.raises(InputError, match="cannot write"):
            write_fcidump(h2, place)
    assert list(tmp_path.iterdir()) == []


def test_failed_write_leaves_the_old_file(
    tmp_path: Path, h2: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "dump"
    path.write_text("old")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="No space left"):
        write_fcidump(h2, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["dump"]


def test_tolerance_leaves_out_small_integrals(tmp_path: Path, h2: Hamiltonian) -> None:
    path = tmp_path / "dump"
    write_fcidump(h2, path, tolerance=1e-8)
    body = path.read_text().split("&END\n")[1].splitlines()
    # By symmetry four two-electron and two one-electron integrals, and the core energy.
    assert len(body) == 7
    assert qchem.fci(read_fcidump(path)).value == pytest.approx(qchem.fci(h2).value, abs=1e-9)
