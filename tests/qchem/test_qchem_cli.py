"""The command `qchem`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from qchem.cli import app

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
MAIN = "from qchem.cli import main; main()"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def qchem() -> Callable[..., Result]:
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(a) for a in arguments])


def real(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        capture_output=True, text=True, timeout=120, check=False, **options,
    )  # fmt: skip


def record(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


# -- runs that succeed ---------------------------------------------------------------------


def test_hydrogen_with_everything(qchem: Callable[..., Result], folder: Path) -> None:
    result = qchem("solve", "h2", "--json", "h2.json", "--plot", "h2.png", "--seed", "3")
    assert result.exit_code == 0, result.output
    for word in ("h2, sto-3g", "HF", "CCSD(T)", "FCI", "UCCSD-VQE", "4 qubits", "4 determinants"):
        assert word in result.output
    assert (folder / "h2.png").read_bytes().startswith(b"\x89PNG")
    content = record(folder / "h2.json")
    assert list(content) == [
        "schema", "problem", "results", "reference", "verdict", "warnings", "skipped",
        "interrupted", "provenance",
    ]  # fmt: skip
    assert content["schema"] == 1
    assert content["problem"] == {
        "name": "h2", "formula": "H2", "charge": 0, "spin": 0, "basis": "sto-3g",
        "geometry": content["problem"]["geometry"], "geometry_unit": "angstrom",
        "point_group": "Dooh", "active_space": [2, 2], "orbitals": 2, "electrons": [1, 1],
        "qubits": 4, "determinants": 4,
    }  # fmt: skip
    values = {entry["method"]: entry["value"] for entry in content["results"]}
    assert list(values) == ["HF", "MP2", "CISD", "CCSD", "CCSD(T)", "FCI", "UCCSD-VQE"]
    assert values["HF"] == pytest.approx(-1.1166843871, abs=1e-8)
    assert values["FCI"] == pytest.approx(-1.1372701747, abs=1e-8)
    assert values["UCCSD-VQE"] == pytest.approx(values["FCI"], abs=1e-8)
    assert content["reference"]["value"] == values["FCI"]
    assert content["interrupted"] is False
    assert content["provenance"]["seed"] == 3
    assert set(content["provenance"]) == {
        "version", "packages", "seed", "machine", "command", "started",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        ("hf,fci", ["HF", "FCI"]),
        ("fci,hf", ["HF", "FCI"]),
        (" HF , hf", ["HF"]),
        ("ccsd_t", ["CCSD(T)"]),
        ("hf,vqe", ["HF", "UCCSD-VQE"]),
        ("vqe", ["HF", "MP2", "CISD", "CCSD", "CCSD(T)", "FCI", "UCCSD-VQE"]),
    ],
)
def test_only_named_methods_run(
    qchem: Callable[..., Result], folder: Path, methods: str, expected: list[str]
) -> None:
    result = qchem("solve", "h2", "--method", methods, "--json", "out.json")
    assert result.exit_code == 0, result.output
    found = [entry["method"] for entry in record(folder / "out.json")["results"]]
    assert found == expected


def test_file_in_bohr_with_charge_and_spin(qchem: Callable[..., Result], folder: Path) -> None:
    (folder / "ion.xyz").write_text("2\n\nH 0 0 0\nH 0 0 2.0\n")
    result = qchem(
        "solve", "ion.xyz", "--unit", "bohr", "--charge", "1", "--spin", "1",
        "--basis", "6-31g", "--method", "hf,fci", "--json", "out.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    content = record(folder / "out.json")
    assert content["problem"]["geometry"][1][3] == pytest.approx(2 * 0.529177210903)
    assert (content["problem"]["charge"], content["problem"]["spin"]) == (1, 1)
    # One electron: exact for its basis, and above the exact energy of H2+ at 2 bohr.
    assert -0.6026 < content["results"][0]["value"] < -0.58
    assert content["results"][0]["error"] == pytest.approx(0, abs=1e-9)


def test_charge_of_the_comment(qchem: Callable[..., Result], folder: Path) -> None:
    (folder / "ion.xyz").write_text("2\ncharge=1 multiplicity=2\nH 0 0 0\nH 0 0 1.06\n")
    result = qchem("solve", "ion.xyz", "--method", "hf", "--json", "out.json")
    assert result.exit_code == 0, result.output
    assert "charge +1, 2S = 1, 1 electron" in result.output
    assert "charge +1 and 2S = 1 from the comment in the file" in result.output
    problem = record(folder / "out.json")["problem"]
    assert (problem["charge"], problem["spin"]) == (1, 1)
    assert problem["charge_and_spin"] == "charge +1 and 2S = 1 from the comment in the file"
    result = qchem("solve", "ion.xyz", "--method", "hf", "--charge", "0")
    assert result.exit_code == 0, result.output
    assert "charge +0, 2S = 0" in result.output
    assert "warning: the comment gives charge +1, but +0 is asked for" in result.output
    (folder / "cell.xyz").write_text('1\npbc="T T T"\nHe 0 0 0\n')
    result = qchem("solve", "cell.xyz")
    assert result.exit_code == 2
    assert "periodic cell" in result.output


@pytest.mark.parametrize(
    ("option", "active_space", "energy"),
    [(["--active-space", "4,4"], [4, 4], None), (["--frozen-core"], [8, 6], None),
     ([], [10, 7], -75.0125847283)],
)  # fmt: skip
def test_spaces(
    qchem: Callable[..., Result],
    folder: Path,
    option: list[str],
    active_space: list[int],
    energy: float | None,
) -> None:
    result = qchem("solve", "h2o", *option, "--method", "fci", "--json", "out.json")
    assert result.exit_code == 0, result.output
    content = record(folder / "out.json")
    assert content["problem"]["active_space"] == active_space
    value = content["results"][0]["value"]
    assert -75.0125847283 - 1e-8 <= value < -74.963
    if energy is not None:
        assert value == pytest.approx(energy, abs=1e-8)


def test_open_shell_is_labelled(qchem: Callable[..., Result]) -> None:
    result = qchem("solve", "oh", "--method", "hf,ccsd,fci")
    assert result.exit_code == 0, result.output
    assert "CCSD (U/ROHF)" in result.output
    assert "HF (U/ROHF)" not in result.output
    assert "2S = 1" in result.output


def test_no_label_of_rohf_orbitals_without_a_method_on_them(qchem: Callable[..., Result]) -> None:
    result = qchem("solve", "oh", "--method", "hf,fci")
    assert result.exit_code == 0, result.output
    assert "ROHF" not in result.output


@pytest.mark.parametrize("more", [[], ["--method", "vqe", "--frozen-core"]])
def test_defaults_that_cannot_run_are_skipped(
    qchem: Callable[..., Result], folder: Path, more: list[str]
) -> None:
    """Unrestricted orbitals, which MP2, CISD and CCSD cannot take."""
    result = qchem("solve", "oh", "--unrestricted", *more, "--json", "out.json")
    assert result.exit_code == 0, result.output
    content = record(folder / "out.json")
    assert [entry["method"] for entry in content["results"]] == ["HF", "FCI", "UCCSD-VQE"]
    assert list(content["skipped"]) == ["mp2", "cisd", "ccsd", "ccsd_t"]
    assert "not run: mp2, cisd, ccsd, ccsd_t: MP2, CISD and CCSD take" in result.output
    assert "ROHF" not in result.output


def test_default_that_does_not_fit_is_skipped(
    qchem: Callable[..., Result], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qchem.methods.fits import predict_memory

    fci, circuit = (predict_memory((3, 3), 6, [name]) for name in ("fci", "vqe"))
    monkeypatch.setattr("simulator.memory.available_memory", lambda: (fci + circuit) // 2)
    named = qchem("solve", "h6", "--method", "fci,vqe")
    assert named.exit_code == 2
    assert "of memory, but only" in named.output
    result = qchem("solve", "h6", "--json", "out.json")
    assert result.exit_code == 0, result.output
    content = record(folder / "out.json")
    assert list(content["skipped"]) == ["fci"]
    assert "of memory, but only" in content["skipped"]["fci"]
    assert content["results"][-1]["method"] == "UCCSD-VQE"


def test_small_molecules_of_all_kinds_run_to_the_end(
    qchem: Callable[..., Result], folder: Path
) -> None:
    for name, text, more in (
        ("atom", "1\n\nH 0 0 0\n", ["--spin", "1"]),
        ("helium", "1\n\nHe 0 0 0\n", []),
        ("nitrogen", "1\n\nN 0 0 0\n", ["--spin", "3"]),
        ("triplet", "2\n\nH 0 0 0\nH 0 0 0.74\n", ["--spin", "2"]),
        ("far", "2\n\nH 0 0 0\nH 0 0 20\n", []),
    ):
        (folder / f"{name}.xyz").write_text(text)
        result = qchem("solve", f"{name}.xyz", *more, "--json", f"{name}.json")
        assert result.exit_code == 0, (name, result.output, result.exception)
        assert record(folder / f"{name}.json")["results"]


def test_existing_file_is_replaced_and_keeps_its_mode(
    qchem: Callable[..., Result], folder: Path
) -> None:
    path = folder / "out.json"
    path.write_text("old")
    path.chmod(0o640)
    inode = path.stat().st_ino
    assert qchem("solve", "h2", "--method", "hf", "--json", path).exit_code == 0
    assert record(path)["schema"] == 1
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.stat().st_ino != inode  # a new file took its place in one step
    assert [entry.name for entry in folder.iterdir()] == ["out.json"]


def test_failed_write_leaves_the_old_file(
    qchem: Callable[..., Result], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "out.json"
    path.write_text("old")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    result = qchem("solve", "h2", "--method", "hf", "--json", path)
    assert result.exit_code == 2
    assert "No space left" in result.output
    assert path.read_text() == "old"
    assert [entry.name for entry in folder.iterdir()] == ["out.json"]


def test_warnings_are_shown(qchem: Callable[..., Result], folder: Path) -> None:
    (folder / "near.xyz").write_text("2\n\nH 0 0 0\nH 0 0 0.4\n")
    result = qchem("solve", "near.xyz", "--method", "hf", "--json", "out.json")
    assert result.exit_code == 0
    assert "0.400 Å apart" in result.output
    assert any("0.400" in warning for warning in record(folder / "out.json")["warnings"])


def test_time_limit_is_reported(qchem: Callable[..., Result], folder: Path) -> None:
    result = qchem(
        "solve", "h4_chain", "--method", "hf,vqe", "--time-limit", "1e-9", "--json", "out.json"
    )
    assert result.exit_code == 0, result.output
    entry = record(folder / "out.json")["results"][-1]
    assert (entry["converged"], entry["evaluations"]) == (False, 1)
    assert "time limit" in entry["stop_reason"]
    assert "did not converge" in result.output


# -- bad input -----------------------------------------------------------------------------

BAD: dict[str, tuple[list[str], str]] = {
    "missing file": (["missing.xyz"], "missing.xyz"),
    "unknown name": (["h2oo"], "h2o"),
    "a folder": (["."], "folder"),
    "malformed file": (["bad.xyz"], "bad.xyz"),
    "unknown basis": (["h2", "--basis", "sto-3h"], "sto-3g"),
    "basis without element": (["uranium.xyz", "--basis", "6-31g"], "U"),
    "odd spin": (["h2", "--spin", "1"], "cannot have spin 1"),
    "odd charge": (["h2o", "--charge", "1"], "cannot have spin 0"),
    "no electrons": (["h2", "--charge", "2"], "leaves 0 electrons"),
    "spin no number": (["h2", "--spin", "one"], "--spin"),
    "unit with a name": (["h2", "--unit", "bohr"], "unit"),
    "unknown unit": (["h2", "--unit", "nm"], "nm"),
    "active space of words": (["h2o", "--active-space", "four,four"], "four,four"),
    "active space of one number": (["h2o", "--active-space", "4"], "'4'"),
    "active space of three": (["h2o", "--active-space", "4,4,4"], "4,4,4"),
    "active space of halves": (["h2o", "--active-space", "4.0,4"], "4.0,4"),
    "active space empty": (["h2o", "--active-space", ""], "''"),
    "active space too large": (["h2o", "--active-space", "12,12"], "larger than the molecule"),
    "active space odd": (["h2o", "--active-space", "3,3"], "even number"),
    "active space zero": (["h2o", "--active-space", "0,0"], "empty"),
    "active space and core": (["h2o", "--active-space", "4,4", "--frozen-core"], "not both"),
    "unknown method": (["h2", "--method", "cssd"], "ccsd"),
    "one unknown method": (["h2", "--method", "hf,magic"], "magic"),
    "no method": (["h2", "--method", ""], "unknown method"),
    "unknown ansatz": (["h2", "--ansatz", "ucc"], "uccsd"),
    "unknown start": (["h2", "--start", "mp3"], "mp2"),
    "unknown option": (["h2", "--frobnicate"], "frobnicate"),
    "threads zero": (["h2", "--threads", "0"], "got 0"),
    "threads negative": (["h2", "--threads", "-1"], "got -1"),
    "threads too many": (["h2", "--threads", "100000"], "got 100000"),
    "time limit negative": (["h2", "--time-limit", "-1"], "-1"),
    "time limit zero": (["h2", "--time-limit", "0"], "got 0"),
    "time limit nan": (["h2", "--time-limit", "nan"], "nan"),
    "time limit infinite": (["h2", "--time-limit", "inf"], "inf"),
    "seed negative": (["h2", "--seed", "-1"], "--seed"),
    "output in no folder": (["h2", "--json", "no/such/out.json"], "no folder"),
    "output a folder": (["h2", "--json", "."], "folder"),
    "plot of unknown kind": (["h2", "--plot", "out.bmp"], ".png"),
    "plot in no folder": (["h2", "--plot", "no/out.png"], "no folder"),
    "method that cannot run": (["h2", "--unrestricted", "--method", "mp2,vqe"], "both spins"),
    "nothing": ([], "argument"),
    "two molecules": (["h2", "h2o"], "h2o"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=list(BAD))
def test_bad_input(
    qchem: Callable[..., Result], folder: Path, arguments: list[str], message: str
) -> None:
    (folder / "bad.xyz").write_text("2\n\nH 0 0 0\n")
    (folder / "uranium.xyz").write_text("1\n\nU 0 0 0\n")
    before = set(folder.rglob("*"))
    named = {"--json"} & set(arguments)
    result = qchem("solve", *arguments, *([] if named else ["--json", "out.json"]))
    assert result.exit_code == 2, (result.output, result.exception)
    assert message in result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    assert set(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    [["missing.xyz"], ["h2", "--basis", "nope"], ["h2o", "--active-space", "3,3"]],
    ids=lambda arguments: arguments[-1],
)
def test_bad_input_in_a_real_process(folder: Path, arguments: list[str]) -> None:
    done = real("solve", *arguments, "--json", "out.json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_folder_without_permission(qchem: Callable[..., Result], folder: Path) -> None:
    locked = folder / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    result = qchem("solve", "h2", "--json", "locked/out.json")
    assert result.exit_code == 2
    assert "Permission denied" in result.output


def test_memory_refusal_names_the_need(
    qchem: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr("simulator.memory.available_memory", lambda: 5_000_000)
    monkeypatch.setattr("pyscf.scf.hf.SCF.kernel", lambda *_: pytest.fail("it computed"))
    result = qchem("solve", "c2h4", "--json", "out.json")
    assert result.exit_code == 2, result.output
    # 14 orbitals and 8 + 8 electrons: comb(14, 8)^2 determinants.
    assert f"{3003**2:,} determinants" in result.output
    assert "GiB of memory, but only 4.8 MiB may be used" in result.output
    assert "--active-space" in result.output
    assert "Traceback" not in result.output
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"method": "FCI"}, "expected a record with an ADAPT run"),
        ({"method": "ADAPT-VQE (gsd)"}, "cannot resume: expected 'steps' in the record"),
        ({"method": "ADAPT-VQE (gsd)", "steps": [], "parameters": [1.0]}, "got 1"),
    ],
    ids=["none", "cut", "parameters"],
)
def test_record_to_resume_is_read_before_anything_runs(
    qchem: Callable[..., Result],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    entry: dict[str, Any],
    message: str,
) -> None:
    (folder / "old.json").write_text(json.dumps({"results": [entry]}))
    monkeypatch.setattr("pyscf.scf.hf.SCF.kernel", lambda *_: pytest.fail("it computed"))
    result = qchem("solve", "h2", "--method", "adapt", "--resume", "old.json")
    assert result.exit_code == 2, result.output
    assert message in result.output


def test_canonical_orbitals_come_after_the_checks(
    qchem: Callable[..., Result], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = ("solve", "h4_chain", "--active-space", "2,2", "--natural", "mp2")
    result = qchem(*chosen, "--method", "fci", "--json", "out.json")
    assert result.exit_code == 0, result.output
    found = record(folder / "out.json")["problem"]["canonical_fci"]
    assert f"FCI over as many canonical orbitals: {found:.9f}" in result.output
    assert qchem(*chosen[:4], "--method", "fci", "--json", "window.json").exit_code == 0
    window = record(folder / "window.json")["results"][0]
    assert found == pytest.approx(window["value"], abs=1e-9)
    monkeypatch.setattr(
        "qchem.classical.post_hartree_fock.fci", lambda *_: pytest.fail("it computed")
    )
    refused = qchem(*chosen, "--method", "fci,vqe", "--ansatz", "ucj", "--mapping", "parity")
    assert refused.exit_code == 2, refused.output


def test_impossible_request_is_refused_at_once(
    qchem: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyscf.scf.hf.SCF.kernel", lambda *_: pytest.fail("it computed"))
    result = qchem("solve", "n2", "--basis", "cc-pvqz")
    assert result.exit_code == 2
    assert "of memory" in result.output


def test_coordinates_that_overflow(qchem: Callable[..., Result], folder: Path) -> None:
    (folder / "far.xyz").write_text("2\n\nH 0 0 0\nH 0 0 1e300\n")
    result = qchem("solve", "far.xyz", "--method", "hf")
    assert result.exit_code == 2, (result.output, result.exception)


# -- help, version, interruption -----------------------------------------------------------


def test_help_and_version(qchem: Callable[..., Result]) -> None:
    import qminima

    assert qchem("--version").output == f"qchem (qminima) {qminima.__version__}\n"
    for arguments in (["--help"], ["solve", "--help"]):
        result = qchem(*arguments)
        assert result.exit_code == 0
    for option in ("--basis", "--active-space", "--json", "--threads", "--time-limit", "--plot"):
        assert option in result.output
    assert "solve" in qchem().output


def test_installed_script_answers(folder: Path) -> None:
    script = shutil.which("qchem", path=str(Path(sys.executable).parent))
    if script is None:
        pytest.skip("the console script is not installed beside this interpreter")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("qchem (qminima)")


def test_import_and_help_load_nothing_heavy() -> None:
    heavy = ["pyscf", "numba", "openfermion", "scipy", "matplotlib"]
    tail = f"import sys; print([name for name in {heavy} if name in sys.modules])"
    for code in (
        f"import qchem; {tail}",
        f"import qchem.cli; {tail}",
        (
            "from typer.testing import CliRunner; from qchem.cli import app; "
            f"CliRunner().invoke(app, ['solve', '--help']); {tail}"
        ),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "[]"


def test_chemistry_does_not_load_openfermion_for_vqe(folder: Path) -> None:
    code = (
        "import sys, qchem; h = qchem.electronic_hamiltonian(qchem.Molecule.from_name('h2')); "
        "qchem.vqe(h, qchem.uccsd(h)); print('openfermion' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert done.stderr == ""


def test_threads_reach_all_libraries(folder: Path) -> None:
    code = (
        "import sys; sys.argv = ['qchem', 'solve', 'h2', '--threads', '1', '--method', 'hf,vqe']\n"
        "from qchem.cli import app\n"
        "app(standalone_mode=False)\n"
        "import os, numba; from pyscf import lib\n"
        f"print(lib.num_threads(), numba.get_num_threads(), {{os.environ[v] for v in {THREADS}}})"
    )
    environment = {key: value for key, value in os.environ.items() if key not in THREADS}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.splitlines()[-1] == "1 1 {'1'}"


INTERRUPT_ITSELF = """
import os, signal
from qminima import progress
count = 0
def note(self, text):
    global count
    count += 1
    if count == 3:
        os.kill(os.getpid(), signal.SIGINT)
progress.ProgressBar.note = note
from qchem.cli import main
main()
"""


def test_interruption_prints_the_best_so_far(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPT_ITSELF, "solve", "h4_chain", "--method", "hf,vqe",
         "--json", "out.json"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 130, done.stderr
    assert "interrupted" in done.stdout
    assert "UCCSD-VQE" in done.stdout
    assert "Traceback" not in done.stderr
    content = record(folder / "out.json")
    assert content["interrupted"] is True
    assert [entry["method"] for entry in content["results"]] == ["HF", "UCCSD-VQE"]
    entry = content["results"][1]
    assert entry["converged"] is False
    assert entry["stop_reason"] == "interrupted"
    assert -1.9961503255 - 1e-9 < entry["value"] < -1.8291374124


def test_interruption_before_any_result(
    qchem: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("qchem.hartree_fock.electronic_hamiltonian", interrupt)
    result = qchem("solve", "h2", "--json", "out.json")
    assert result.exit_code == 130
    assert "interrupted" in result.output
    assert "Traceback" not in result.output
    assert list(folder.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_ctrl_c_from_outside(folder: Path) -> None:
    """On a terminal, as soon as the progress bar shows the circuit's first energies."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "solve", "h10", "--method", "hf,vqe", "--json", "out.json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**os.environ, "COLUMNS": "200", "TERM": "xterm"},
    )
    os.close(theirs)
    shown, pressed = b"", False
    try:
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end has been closed
                break
            if not part:
                break
            shown += part
            if not pressed and b"energies" in shown:
                process.send_signal(signal.SIGINT)
                pressed = True
        output, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        os.close(ours)
    assert pressed
    assert process.returncode == 130
    assert b"Traceback" not in shown
    assert "interrupted" in output
    assert "UCCSD-VQE" in output
    content = record(folder / "out.json")
    assert content["interrupted"] is True
    assert content["results"][-1]["stop_reason"] == "interrupted"
    # Between the exact and the Hartree-Fock energy of the chain.
    assert -5.3799547461 - 1e-8 < content["results"][-1]["value"] < -5.2140688030


def test_reader_that_goes_away(folder: Path) -> None:
    command = f"{sys.executable} -c '{MAIN}' solve h2 --method hf | true"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


# -- ansätze and pools ---------------------------------------------------------------------


def test_list_names_everything(qchem: Callable[..., Result]) -> None:
    text = qchem("list").output
    for name in ("ccsd_t", "adapt", "k-upccgsd", "singlet-gsd", "ceo", "h4_chain"):
        assert name in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--method", "adapt", "--pool", "singlet"), "unknown pool"),
        (("--method", "hf", "--pool", "sd"), "--pool is for adapt"),
        (("--method", "fci", "--ansatz", "qnp"), "--ansatz is for vqe"),
        (("--layers", "2"), "has no layers"),
        (("--ansatz", "qnp", "--layers", "0"), "layers of at least 1"),
    ],
    ids=str,
)
def test_options_of_ansaetze_and_pools(
    options: tuple[str, ...], words: str, qchem: Callable[..., Result]
) -> None:
    result = qchem("solve", "h2", *options)
    assert result.exit_code == 2, result.output
    assert words in result.output


def test_adapt_by_name(qchem: Callable[..., Result], folder: Path) -> None:
    options = ("--method", "fci,adapt", "--pool", "qubit", "--json", "r.json")
    result = qchem("solve", "h2", *options)
    assert result.exit_code == 0, result.output
    grown = record(folder / "r.json")["results"][-1]
    assert grown["method"] == "ADAPT-VQE (qubit)"
    assert grown["error"] == pytest.approx(0, abs=1e-8)
    assert grown["steps"][-1]["cnots"] == 13
