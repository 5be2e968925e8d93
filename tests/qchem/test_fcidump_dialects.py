"""FCIDUMP files as other programs write them: unrestricted, over complex orbitals, contradictory.

Files are from a public report, energies by PySCF's `direct_nosym` and `direct_uhf`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import qchem
from qchem import Hamiltonian, read_fcidump, write_fcidump
from qminima import InputError

Floats = NDArray[np.float64]

# (pq|rs) = (rs|pq) = (qp|sr) only, each integral under all its permutations.
COMPLEX = """
 &FCI NORB=2,NELEC=2,MS2=0,
 ORBSYM=1,1,
 ISYM=1,
 &END
1.3823367682591441 1 1 1 1
2.4219834825437392 1 1 1 2
2.4219834825437392 1 1 2 1
-4.0792226372120552 1 1 2 2
2.4219834825437392 1 2 1 1
0.9495936273596162 1 2 1 2
-0.4856414774095184 1 2 2 1
0.4828018301357690 1 2 2 2
2.4219834825437392 2 1 1 1
-0.4856414774095184 2 1 1 2
0.9495936273596162 2 1 2 1
0.4828018301357690 2 1 2 2
-4.0792226372120552 2 2 1 1
0.4828018301357690 2 2 1 2
0.4828018301357690 2 2 2 1
2.3953848505385102 2 2 2 2
0.0794442149633180 1 1 0 0
-1.0743652133219306 1 2 0 0
-1.0743652133219306 2 1 0 0
-0.5143844812377414 2 2 0 0
0.0 0 0 0 0
"""
# H3, doublet, over the orbitals of UHF: Molpro's blocks aa, bb, ab, h of alpha, h of beta.
BLOCKS = """
 &FCI NORB=3,NELEC=3,MS2=1,
  ORBSYM=1,1,1,
  ISYM=1,
  IUHF=1,
 &END
0.4641082020810165 1 1 1 1
0.0264620599440552 2 1 1 1
0.2267514660107899 2 1 2 1
0.4619122377421478 2 2 1 1
0.0010924446995490 2 2 2 1
0.4939901303203836 2 2 2 2
0.0054175502130210 3 1 1 1
-0.0070483654042036 3 1 2 1
-0.0517463957996286 3 1 2 2
0.1099160262977361 3 1 3 1
-0.0191665027309555 3 2 1 1
-0.1230611832477223 3 2 2 1
0.0129235029990134 3 2 2 2
-0.0338013911428855 3 2 3 1
0.0890614539835442 3 2 3 2
0.4777984331205276 3 3 1 1
-0.0594561121297357 3 3 2 1
0.4299454877835811 3 3 2 2
0.1197423600305127 3 3 3 1
-0.0096097194900631 3 3 3 2
0.6666474018988874 3 3 3 3
0.0000000000000000 0 0 0 0
0.6221750760845617 1 1 1 1
-0.0063936707747125 2 1 1 1
0.0793643160979018 2 1 2 1
0.3987153570835381 2 2 1 1
0.0165014751806534 2 2 2 1
0.5040577133021090 2 2 2 2
0.1301112478704195 3 1 1 1
0.0336247898357166 3 1 2 1
-0.0397174106946031 3 1 2 2
0.1183737395855903 3 1 3 1
0.0567951962991153 3 2 1 1
-0.1204461468230039 3 2 2 1
-0.0488803040194958 3 2 2 2
-0.0140193252787103 3 2 3 1
0.2238436970527327 3 2 3 2
0.4917444234083734 3 3 1 1
-0.0109649009829119 3 3 2 1
0.4750491845985004 3 3 2 2
0.0178581699671060 3 3 3 1
0.0229906589201680 3 3 3 2
0.5068073320253091 3 3 3 3
0.0000000000000000 0 0 0 0
0.4644241244754525 1 1 1 1
0.0153986132262083 1 1 2 1
0.4674976777688585 1 1 2 2
0.0150308278224934 1 1 3 1
-0.0263419275809446 1 1 3 2
0.4718970706993814 1 1 3 3
-0.0647221801583065 2 1 1 1
0.1260205263276361 2 1 2 1
0.0535916537033948 2 1 2 2
0.0093483789078319 2 1 3 1
-0.2213896929686004 2 1 3 2
-0.0207710810312198 2 1 3 3
0.4132318588503808 2 2 1 1
-0.0142762855679638 2 2 2 1
0.4925538127766722 2 2 2 2
-0.0429937295430393 2 2 3 1
0.0000767984989905 2 2 3 2
0.4800621842190602 2 2 3 3
0.1225175742246094 3 1 1 1
0.0244478983665141 3 1 2 1
-0.0519612880162749 3 1 2 2
0.1110629576806986 3 1 3 1
0.0020867413002640 3 1 3 2
0.0028572282355707 3 1 3 3
-0.0107661584452367 3 2 1 1
-0.0738376744419267 3 2 2 1
-0.0133813810299171 3 2 2 2
-0.0448927092412127 3 2 3 1
0.1299332343528181 3 2 3 2
0.0082948202531486 3 2 3 3
0.6349788732506393 3 3 1 1
-0.0019794242352155 3 3 2 1
0.4177707644386164 3 3 2 2
0.1362149088634683 3 3 3 1
0.0571706802817417 3 3 3 2
0.5216416851137410 3 3 3 3
0.0000000000000000 0 0 0 0
-1.2309938312198745 1 1 0 0
0.0647221802690891 2 1 0 0
-1.0546032367746419 2 2 0 0
-0.1938323626895674 3 1 0 0
0.0228842956254689 3 2 0 0
-0.9090101516295235 3 3 0 0
0.0000000000000000 0 0 0 0
-1.3369084197440031 1 1 0 0
-0.0011223278574162 2 1 0 0
-1.0383219264256007 2 2 0 0
0.0279629027107797 3 1 0 0
0.0030947227673510 3 2 0 0
-0.8193768734544370 3 3 0 0
0.0000000000000000 0 0 0 0
1.0224944276934065 0 0 0 0
"""


def read(folder: Path, text: str, *, complex_orbitals: bool | None = None) -> Hamiltonian:
    path = folder / "dump.fcidump"
    path.write_text(text, encoding="utf-8")
    return read_fcidump(path, complex_orbitals=complex_orbitals)


def spin_orbitals(blocks: str) -> str:
    """The same file as NECI and HANDE number it: odd indices alpha, even ones beta."""
    head = (
        blocks[: blocks.index("&END")].replace("NORB=3", "NORB=6").replace("IUHF=1", "UHF=.TRUE.")
    )
    lines = [head.replace("1,1,1", "1,1,1,1,1,1") + "&END"]
    block, turns = 0, ((1, 1), (0, 0), (1, 0), (1, 1), (0, 0), (0, 0))
    for line in blocks[blocks.index("&END") :].splitlines()[1:]:
        value, *orbitals = line.split()
        indices = [int(orbital) for orbital in orbitals]
        if any(indices) or block == 5:
            left, right = turns[block]
            turned = [
                2 * i - odd if i else 0
                for i, odd in zip(indices, 2 * [left] + 2 * [right], strict=True)
            ]
            lines.append(f"{value} {' '.join(map(str, turned))}")
        else:
            block += 1
    return "\n".join(lines) + "\n"


SPIN_ORBITALS = spin_orbitals(BLOCKS)

# -- spin-dependent integrals --------------------------------------------------------------


@pytest.mark.parametrize("text", [BLOCKS, SPIN_ORBITALS], ids=["blocks", "spin orbitals"])
def test_unrestricted_files(text: str, tmp_path: Path) -> None:
    hamiltonian = read(tmp_path, text)
    assert not hamiltonian.restricted
    assert (hamiltonian.norb, hamiltonian.nelec) == (3, (2, 1))
    assert hamiltonian.core_energy == 1.0224944276934065
    aa, ab, bb = hamiltonian.two_electron
    assert (aa[0, 0, 0, 0], bb[0, 0, 0, 0], ab[0, 0, 0, 0]) == (
        0.4641082020810165,
        0.6221750760845617,
        0.4644241244754525,
    )
    assert ab[0, 0, 1, 0] == ab[0, 0, 0, 1] == 0.0153986132262083
    assert ab[1, 0, 0, 0] == ab[0, 1, 0, 0] == -0.0647221801583065
    assert hamiltonian.one_electron[1][0, 0] == -1.3369084197440031
    assert hamiltonian.warnings == ()
    assert qchem.fci(hamiltonian).value == pytest.approx(-1.5240322533, abs=1e-9)


def test_beta_pair_first(tmp_path: Path) -> None:
    """(22|11) of spin orbitals is (11|22)."""
    turned = SPIN_ORBITALS.replace("0.0153986132262083 1 1 4 2", "0.0153986132262083 4 2 1 1")
    assert turned != SPIN_ORBITALS
    ab = read(tmp_path, turned).two_electron[1]
    np.testing.assert_array_equal(ab, read(tmp_path, SPIN_ORBITALS).two_electron[1])


def test_every_file_cut_off_is_refused(tmp_path: Path) -> None:
    for text in (COMPLEX, BLOCKS, SPIN_ORBITALS):
        lines = text.strip().splitlines(keepends=True)
        assert read(tmp_path, "".join(lines)).norb
        for count in range(len(lines)):
            with pytest.raises(InputError, match=r"header|cut off"):
                read(tmp_path, "".join(lines[:count]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0.4641082020810165 1 1 1 1", "0.0 0 0 0 0", "got 7 lines of four zeros"),
        ("0.4641082020810165 1 1 1 1", "-1.2 1 1 0 0", "line LINE.*blocks"),
        ("-1.3369084197440031 1 1 0 0", "0.5 1 1 1 1", "line LINE.*blocks"),
        ("0.0000000000000000 0 0 0 0", "1.5 0 0 0 0", "line LINE.*blocks"),
        ("0.0647221802690891 2 1 0 0", "0.0647 2 1 0 0\n0.0648 1 2 0 0", "lines LINE and "),
        ("0.4641082020810165 1 1 1 1", "0.4641 1 1 4 4", "line LINE.*from 0 to 3.*UHF=.TRUE."),
    ],
)
def test_blocks_that_are_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    blocks = BLOCKS.lstrip("\n")
    line = blocks[: blocks.index(old)].count("\n") + 1
    with pytest.raises(InputError, match=message.replace("LINE", str(line))):
        read(tmp_path, blocks.replace(old, new, 1))


# -- one integral, two values --------------------------------------------------------------

HEAD = "&FCI NORB=2,NELEC=2,MS2=0,UHF=.FALSE.,ORBSYM=1,5,ISYM=1 &END\n"
H2 = {
    "1 1 1 1": "6.7449310332600609E-01",
    "1 1 2 2": "6.6347204486055666E-01",
    "2 2 1 1": "6.6347204486055666E-01",
    "2 2 2 2": "6.9739794982040803E-01",
    "2 1 2 1": "1.8128753581233203E-01",
    "1 1 0 0": "-1.2524773039821546E+00",
    "2 2 0 0": "-4.7593446114412724E-01",
    "0 0 0 0": "7.1377587437544610E-01",
}


def dump(integrals: dict[str, str]) -> str:
    return HEAD + "".join(f"{value} {indices}\n" for indices, value in integrals.items())


def test_integrals_given_twice_alike(tmp_path: Path) -> None:
    expected = read(tmp_path, dump(H2))
    assert qchem.fci(expected).value == pytest.approx(-1.1372704220, abs=1e-9)
    rounded = read(tmp_path, dump({**H2, "2 2 1 1": "0.663472044861", "1 2 1 2": "0.181287535812"}))
    np.testing.assert_allclose(rounded.two_electron[0], expected.two_electron[0], atol=1e-12)
    for axes in ((1, 0, 2, 3), (2, 3, 0, 1)):
        turned = rounded.two_electron[0].transpose(axes)
        np.testing.assert_array_equal(turned, rounded.two_electron[0])


@pytest.mark.parametrize(
    ("integrals", "lines", "values"),
    [
        (H2 | {"2 2 1 1": "0.5"}, "3 and 4", "0.66.* and 0.5"),
        (H2 | {"1 2 1 2": "0.2"}, "6 and 10", "0.18.* and 0.2"),
        (H2 | {"2 1 0 0": "-0.1", "1 2 0 0": "0.2"}, "10 and 11", "-0.1 and 0.2"),
        (H2 | {"2 2 1 1": "0.66347"}, "3 and 4", "0.663472.* and 0.66347 "),
    ],
    ids=["pairs exchanged", "both pairs turned", "h", "few digits"],
)
def test_contradictions(integrals: dict[str, str], lines: str, values: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"lines {lines}.*{values}.*same integral") as caught:
        read(tmp_path, dump(integrals))
    assert "\n" not in str(caught.value)


# -- complex orbitals ----------------------------------------------------------------------


def test_file_over_complex_orbitals(tmp_path: Path) -> None:
    hamiltonian = read(tmp_path, COMPLEX)
    h2 = hamiltonian.two_electron[0]
    assert (h2[0, 1, 0, 1], h2[0, 1, 1, 0]) == (0.9495936273596162, -0.4856414774095184)
    assert not hamiltonian.real_orbitals
    assert qchem.fci(hamiltonian).value == pytest.approx(-5.6741738542, abs=1e-9)
    (warning,) = hamiltonian.warnings
    assert "complex orbitals" in warning
    assert warning in qchem.solve(hamiltonian, ("hf", "fci")).warnings
    with pytest.raises(InputError, match=r"lines \d+ and \d+.*same integral"):
        read(tmp_path, COMPLEX, complex_orbitals=False)
    assert read(tmp_path, COMPLEX, complex_orbitals=True).warnings == ()


def test_files_that_do_not_show_whether_orbitals_are_complex(tmp_path: Path) -> None:
    three = dump(H2).replace("NORB=2", "NORB=3").replace("1,5", "1,1,1")
    alone = three + "0.2 1 2 2 1\n0.1 2 1 3 1\n"
    with pytest.raises(InputError, match=r"lines 6 and 10.*line 11 gives one only"):
        read(tmp_path, alone)
    h2 = read(tmp_path, alone, complex_orbitals=True).two_electron[0]
    assert (h2[0, 1, 1, 0], h2[1, 0, 2, 0], h2[0, 1, 2, 0]) == (0.2, 0.1, 0.0)
    complete = alone + "0.0 1 2 3 1\n"
    assert not read(tmp_path, complete).real_orbitals
    labelled = dump(H2).replace("ISYM=1", "ISYM=1,SYML=1,1,SYMLZ=-1,1")
    with pytest.raises(InputError, match=r"SYMLZ.*complex_orbitals=True or False"):
        read(tmp_path, labelled)
    assert read(tmp_path, labelled, complex_orbitals=False).real_orbitals
    assert read(tmp_path, labelled.replace("-1,1", "0,0")).real_orbitals


def test_physicists_order_is_noticed(tmp_path: Path, h4: Hamiltonian) -> None:
    """All <pq|rs> of real orbitals have the symmetry of (pq|rs) over complex ones, and another."""
    h1, h2 = h4.one_electron[0], h4.two_electron[0].transpose(0, 2, 1, 3)
    turned = Hamiltonian.from_integrals(h1, h2, h4.nelec, complex_orbitals=True)
    path = tmp_path / "dump"
    write_fcidump(turned, path)
    with pytest.raises(InputError, match="physicists"):
        read_fcidump(path)
    np.testing.assert_allclose(read_fcidump(path, complex_orbitals=True).h2, h2, atol=1e-14)


# -- round trips ---------------------------------------------------------------------------


def random_hamiltonian(
    norb: int, nelec: tuple[int, int], seed: int, *, restricted: bool, real: bool
) -> Hamiltonian:
    """Integrals with the symmetry they have to have, exactly."""
    rng = np.random.default_rng(seed)
    one = rng.integers(-50, 50, size=(2, norb, norb)) / 16.0
    even, odd = rng.integers(-9, 9, size=(2, 2, 3, norb, norb)) / 4.0
    even, odd = even + even.transpose(0, 1, 3, 2), odd - odd.transpose(0, 1, 3, 2)

    def pairs(s: int, t: int) -> Floats:
        h2: Floats = np.einsum("xpq,xrs->pqrs", even[s], even[t])
        return h2 if real else h2 + np.einsum("xpq,xrs->pqrs", odd[s], odd[t])

    alpha, beta = one + one.transpose(0, 2, 1)
    core = float(rng.normal())
    if restricted:
        return Hamiltonian.from_integrals(
            alpha, pairs(0, 0), nelec, core_energy=core, complex_orbitals=not real
        )
    return Hamiltonian.from_integrals(
        (alpha, beta),
        (pairs(0, 0), pairs(0, 1), pairs(1, 1)),
        nelec,
        core_energy=core,
        complex_orbitals=not real,
    )


@settings(max_examples=30)
@given(
    norb=st.integers(1, 4),
    seed=st.integers(0, 2**31),
    restricted=st.booleans(),
    real=st.booleans(),
    data=st.data(),
)
def test_round_trips(
    norb: int,
    seed: int,
    restricted: bool,
    real: bool,
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    nelec = (data.draw(st.integers(0, norb)), data.draw(st.integers(0, norb)))
    written = random_hamiltonian(norb, nelec, seed, restricted=restricted, real=real)
    path = tmp_path_factory.mktemp("dump") / "a.fcidump"
    write_fcidump(written, path)
    again = read_fcidump(path)
    assert (again.nelec, again.core_energy) == (nelec, written.core_energy)
    assert (again.restricted, again.real_orbitals) == (restricted, written.real_orbitals)
    for found, expected in zip(
        again.one_electron + again.two_electron,
        written.one_electron + written.two_electron,
        strict=True,
    ):
        np.testing.assert_array_equal(found, expected)


def test_unrestricted_orbitals_of_a_molecule(tmp_path: Path) -> None:
    molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 1.0; H 0 0.3 2.1", spin=1)
    written = qchem.electronic_hamiltonian(molecule, unrestricted=True)
    write_fcidump(written, tmp_path / "h3")
    again = read_fcidump(tmp_path / "h3")
    assert qchem.fci(again).value == pytest.approx(qchem.fci(written).value, abs=1e-10)


def test_integrals_that_are_all_zero(tmp_path: Path) -> None:
    h1, h2 = np.zeros((2, 2)), np.zeros((2,) * 4)
    for nothing in (
        Hamiltonian.from_integrals(h1, h2, (1, 1)),
        Hamiltonian.from_integrals((h1, h1), (h2, h2, h2), (1, 1)),
    ):
        write_fcidump(nothing, tmp_path / "zero")
        again = read_fcidump(tmp_path / "zero")
        assert (again.restricted, again.core_energy) == (nothing.restricted, 0.0)
        assert not np.any(again.two_electron)
