"""The command `qopt`: records, pictures, refusals and exit codes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from qopt.circuits.registry import CIRCUITS, MIXERS
from qopt.cli import app
from qopt.formats.registry import FORMATS
from qopt.methods.registry import METHODS, QUANTUM
from qopt.problems.registry import PROBLEMS

RUN = "from qopt.cli import main; main()"
TRIANGLE = "3 3\n1 2\n2 3\n1 3\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which the commands run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def run(*arguments: str | bytes, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own."""
    command = [sys.executable, "-c", RUN, *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=100, **options)


def refused(*arguments: str) -> str:
    """What a command says that must end with status 2 and leave no file."""
    before = {path: path.stat().st_mtime_ns for path in Path.cwd().rglob("*")}
    result = invoke(*arguments)
    assert result.exit_code == 2, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert "Traceback" not in result.output
    assert {path: path.stat().st_mtime_ns for path in Path.cwd().rglob("*")} == before
    return str(result.stderr)


def test_solve_writes_record_and_picture(folder: Path) -> None:
    result = invoke("solve", "petersen", "--depth", "2", "--json", "r.json", "--plot", "r.svg")
    assert result.exit_code == 0, result.output
    record = json.loads((folder / "r.json").read_text())
    assert record["schema"] == 1
    assert record["reference"]["value"] == -12
    methods = {entry["method"]: entry for entry in record["results"]}
    assert {"tabu", "enumeration", "QAOA"} <= set(methods)
    assert methods["QAOA"]["settings"]["depth"] == 2
    assert methods["enumeration"]["proven"] is True
    assert record["provenance"]["seed"] == 0
    assert "<svg" in (folder / "r.svg").read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["r.json", "r.svg"]
    for words in ("petersen", "10 nodes, 15 edges", "enumeration", "QAOA", "Classical wins"):
        assert words in result.stdout
    assert "of memory predicted" in result.stderr


def test_solve_a_file_with_labels_from_one(folder: Path) -> None:
    (folder / "triangle.rud").write_text(TRIANGLE)
    result = invoke("solve", "triangle.rud", "--method", "exact,greedy", "--json", "r.json")
    assert result.exit_code == 0, result.output
    record = json.loads((folder / "r.json").read_text())
    assert [entry["method"] for entry in record["results"]] == [
        "greedy + one-exchange", "enumeration",
    ]  # fmt: skip
    assert {entry["cut"] for entry in record["results"]} == {2.0}
    assert record["problem"]["name"] == "triangle"
    assert record["verdict"].startswith("Only classical methods were run.\n")


def test_same_seed_same_record() -> None:
    entries = []
    for seed in ("1", "1", "2"):
        arguments = ("--seed", seed, "--method", "random,qaoa", "--depth", "1")
        assert invoke("solve", "petersen", *arguments, "--json", "r.json").exit_code == 0
        record = json.loads(Path("r.json").read_text())
        entries.append([(e["bitstring"], e["expectation"]) for e in record["results"]])
    assert entries[0] == entries[1] != entries[2]


def test_cvar_in_record_and_picture(folder: Path) -> None:
    options = ("--objective", "cvar", "--alpha", "0.2", "--method", "random,qaoa", "--depth", "1")
    result = invoke("solve", "3regular-8", *options, "--json", "r.json", "--plot", "r.svg")
    assert result.exit_code == 0, result.output
    uniform, trained = json.loads((folder / "r.json").read_text())["results"]
    assert (trained["settings"]["objective"], trained["settings"]["alpha"]) == ("cvar", 0.2)
    assert trained["history"][-1]["cvar"] == trained["cvar"] < trained["expectation"]
    assert "cvar" not in uniform


def test_quantum_method_keeps_its_baselines() -> None:
    result = invoke("solve", "3regular-8", "--method", "qaoa", "--depth", "1")
    assert result.exit_code == 0, result.output
    assert "enumeration" in result.stdout
    assert "HiGHS" in result.stdout


@pytest.mark.parametrize("content", ["1 0\n", "4 0\n", "2 1\n1 2 -3\n", "3 1\n1 2 0.1\n"])
def test_smallest_graphs(folder: Path, content: str) -> None:
    (folder / "small.rud").write_text(content)
    result = invoke("solve", "small.rud", "--depth", "1", "--json", "r.json", "--plot", "r.png")
    assert result.exit_code == 0, result.output
    assert "Warning" not in result.output
    json.loads((folder / "r.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("solve", "missing.rud"), "there is no file 'missing.rud'"),
        (("solve", "no/where"), "there is no file"),
        (("solve", "petersn"), "did you mean petersen"),
        (("solve", ""), "error"),
        (("solve", "."), "is a folder"),
        (("solve", "petersen", "--depth", "0"), "depth of at least 1"),
        (("solve", "petersen", "--depth", "-2"), "depth of at least 1"),
        (("solve", "petersen", "--depth", "two"), "--depth"),
        (("solve", "petersen", "--objective", "median"), "unknown objective 'median'"),
        (("solve", "petersen", "--objective", "cvar", "--alpha", "0"), "from 1e-06 to 1"),
        (("solve", "petersen", "--objective", "cvar", "--alpha", "nan"), "from 1e-06 to 1"),
        (("solve", "petersen", "--alpha", "0.5"), "belongs to the objective"),
        (("solve", "petersen", "--method", "magic"), "unknown method 'magic'"),
        (("solve", "petersen", "--method", "anealing"), "did you mean annealing"),
        (("solve", "petersen", "--method", ""), "unknown method ''"),
        (("solve", "petersen", "--method", "greedy,,tabu"), "unknown method ''"),
        (("solve", "petersen", "--json", "."), "is a folder"),
        (("solve", "petersen", "--json", "no/where.json"), "there is no folder"),
        (("solve", "petersen", "--plot", "no/where.png"), "there is no folder"),
        (("solve", "petersen", "--plot", "."), "expected a name ending in"),
        (("solve", "petersen", "--plot", "run.gif"), "expected a name ending in"),
        (("solve", "petersen", "--plot", "png"), "expected a name ending in"),
        (("solve", "petersen", "--threads", "0"), "threads"),
        (("solve", "petersen", "--threads", "-1"), "threads"),
        (("solve", "petersen", "--threads", "1000000"), "threads"),
        (("solve", "petersen", "--time-limit", "0"), "above zero"),
        (("solve", "petersen", "--time-limit", "-1"), "above zero"),
        (("solve", "petersen", "--time-limit", "nan"), "above zero"),
        (("solve", "petersen", "--time-limit", "soon"), "--time-limit"),
        (("solve", "petersen", "--seed", "-1"), "--seed"),
        (("solve", "petersen", "--seed", "1.5"), "--seed"),
        (("solve", "3regular-100", "--method", "qaoa"), "2^100 amplitudes"),
        (("solve", "3regular-100", "--method", "exact"), "up to 26 variables"),
        (("solve",), "Missing argument"),
        (("solve", "petersen", "extra"), "extra"),
        (("solve", "petersen", "--nonsense"), "--nonsense"),
        (("nonsense",), "nonsense"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input(arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(*arguments)


@pytest.mark.parametrize(
    "content",
    [b"", b"3 x\n", b"3 1\n1 2 nan\n", b"2 1\n1 1\n", b"\x89PNG\r\n\xff", b"2 2\n1 2 1\n2 1 1\n",
     b"3 2\n1 2 1e308\n2 3 1e308\n", b"0 0\n"],
)  # fmt: skip
def test_malformed_file(folder: Path, content: bytes) -> None:
    (folder / "bad.rud").write_bytes(content)
    text = refused("solve", "bad.rud", "--json", "r.json", "--plot", "r.png")
    assert text.startswith("error: ")
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize("weight", ["1e-300", "1e-12", "1e30", "1e200", "1e307"])
def test_extreme_weights_are_solved_or_refused(folder: Path, weight: str) -> None:
    (folder / "graph.rud").write_text(f"3 2\n1 2 {weight}\n2 3 {weight}\n")
    result = invoke("solve", "graph.rud", "--depth", "1", "--json", "r.json")
    assert result.exit_code in (0, 2), result.exception
    assert "Traceback" not in result.output
    if result.exit_code == 0:
        best = json.loads((folder / "r.json").read_text())["reference"]["value"]
        assert best / float(weight) == pytest.approx(-2)


@pytest.mark.parametrize("seed", [2**31, 2**32, 2**64])
def test_large_seeds_are_used_or_refused(seed: int) -> None:
    arguments = ("--method", "annealing,tabu,gw", "--time-limit", "0.1", "--seed", str(seed))
    result = invoke("solve", "3regular-8", *arguments)
    assert result.exit_code in (0, 2), result.exception


def test_names_too_long_for_the_file_system() -> None:
    long = "a" * 300
    refused("solve", long)
    refused("solve", f"{long}.rud")
    refused("solve", "petersen", "--json", f"{long}.json")


def test_longest_name_of_a_record(folder: Path) -> None:
    name = "a" * 250 + ".json"
    result = invoke("solve", "3regular-8", "--method", "greedy", "--json", name)
    assert result.exit_code == 0, result.output
    assert (folder / name).exists()


def test_symbolic_link_to_itself(folder: Path) -> None:
    (folder / "loop.json").symlink_to("loop.json")
    result = invoke("solve", "3regular-8", "--method", "greedy", "--json", "loop.json")
    assert result.exit_code == 2, result.exception


def test_existing_record_survives_a_refusal(folder: Path) -> None:
    (folder / "r.json").write_text("precious")
    refused("solve", "missing.rud", "--json", "r.json")
    assert (folder / "r.json").read_text() == "precious"


def test_special_device_is_written_not_replaced() -> None:
    result = invoke("solve", "3regular-8", "--method", "greedy", "--json", os.devnull)
    assert result.exit_code == 0, result.output
    assert Path(os.devnull).is_char_device()


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no /dev/stdout")
def test_record_into_a_pipe() -> None:
    arguments = ("solve", "3regular-8", "--method", "greedy", "--json", "/dev/stdout")
    result = run(*arguments)
    assert result.returncode == 0, result.stderr
    assert b'"schema": 1' in result.stdout


@pytest.mark.parametrize("name", ["[bold red]x\x1b[31m", "\x1b]0;title\x07", "a\nb", "$\\frac{"])
def test_names_are_shown_literally(folder: Path, name: str) -> None:
    (folder / f"{name}.rud").write_text(TRIANGLE)
    arguments = ("--method", "greedy,qaoa", "--depth", "1", "--json", "r.json", "--plot", "r.png")
    result = invoke("solve", f"{name}.rud", *arguments)
    assert result.exit_code == 0, result.output
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)
    assert result.stdout.splitlines()[0] == shown
    assert json.loads((folder / "r.json").read_text())["problem"]["name"] == name


@pytest.mark.parametrize("name", ["\x1b]0;title\x07.rud", "bell\x07.rud", "a\nb.rud"])
def test_errors_do_not_steer_the_terminal(folder: Path, name: str) -> None:
    (folder / name).write_text("malformed")
    for arguments in (
        ("solve", name),
        ("solve", f"missing{name}"),
        ("solve", "petersen", "--json", f"no/{name}"),
        ("solve", "petersen", "--method", name),
    ):
        text = refused(*arguments)
        assert text.rstrip("\n").isprintable(), text


def test_file_names_that_are_no_text(folder: Path) -> None:
    name = b"\xff\xfe.rud"
    try:
        Path(os.fsdecode(name)).write_text(TRIANGLE)
    except OSError:
        pytest.skip("the file system takes names in UTF-8 only")
    for extra in ([], [b"--plot", b"r.png"], [b"--json", b"r.json"]):
        result = run(b"solve", name, b"--method", b"greedy", *extra)
        assert result.returncode == 0, result.stderr
        assert b"Traceback" not in result.stderr
    json.loads((folder / "r.json").read_text())


def test_interruption_shows_and_stores_what_is_finished(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setitem(METHODS, "tabu", replace(METHODS["tabu"], run=stop))
    result = invoke("solve", "petersen", "--method", "greedy,tabu", "--json", "r.json")
    assert result.exit_code == 130
    assert "interrupted" in result.stdout
    record = json.loads((folder / "r.json").read_text())
    assert record["interrupted"] is True
    assert len(record["results"]) == 1
    result = invoke("solve", "petersen", "--method", "tabu", "--json", "other.json")
    assert result.exit_code == 130
    assert "before there was a result" in result.stderr
    assert not (folder / "other.json").exists()


@pytest.mark.slow
def test_interruption_from_outside(folder: Path, start_command: Callable[..., Any]) -> None:
    arguments = ["solve", "3regular-20", "--depth", "17", "--json", "r.json"]
    methods = ["--method", "greedy,qaoa"]
    with start_command("qopt", *arguments, *methods, event="note", count=30) as process:
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "interrupted" in output
    assert json.loads((folder / "r.json").read_text())["interrupted"] is True


def test_methods_left_out_are_named() -> None:
    arguments = ("--time-limit", "0.2", "--depth", "1")
    result = invoke("solve", "3regular-50", *arguments)
    assert result.exit_code == 0, result.output
    assert "not run: exact: " in result.stdout
    assert "not run: qaoa: " in result.stdout


def test_reader_that_goes_away() -> None:
    command = [sys.executable, "-c", RUN, "solve", "3regular-8", "--method", "greedy"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert b"Traceback" not in errors
    assert b"Exception" not in errors


def test_threads_and_version_in_a_process_of_its_own() -> None:
    result = run("solve", "3regular-8", "--threads", "1", "--method", "qaoa,exact", "--depth", "1")
    assert result.returncode == 0, result.stderr
    assert b"QAOA" in result.stdout
    version = run("--version")
    assert version.returncode == 0
    assert version.stdout.startswith(b"qopt (qminima) ")


def test_help_loads_nothing_heavy() -> None:
    heavy = ["numba", "cvxpy", "networkx", "scipy", "matplotlib", "dimod", "highspy", "pyscf"]
    code = (
        "import sys, qopt, qopt.cli\n"
        "from typer.testing import CliRunner\n"
        "for arguments in (['--help'], ['solve', '--help'], ['--version']):\n"
        "    assert CliRunner().invoke(qopt.cli.app, arguments).exit_code == 0\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_help_names_every_option() -> None:
    text = invoke("solve", "--help").output
    for option in (
        "--depth",
        "--method",
        "--json",
        "--plot",
        "--seed",
        "--time-limit",
        "--threads",
    ):
        assert option in text


def test_outputs_never_replace_what_is_read(folder: Path) -> None:
    graph = folder / "own.rud"
    graph.write_text(TRIANGLE)
    assert "is read" in refused("solve", "own.rud", "--method", "greedy", "--json", "own.rud")
    assert "two files" in refused("solve", "petersen", "--json", "r.png", "--plot", "r.png")
    assert graph.read_text() == TRIANGLE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_table_is_printed_when_the_record_cannot_be_written() -> None:
    result = invoke("solve", "petersen", "--method", "greedy", "--json", "/dev/full")
    assert result.exit_code == 2
    assert "best cut 12" in result.stdout
    assert "No space left" in result.stderr


@pytest.mark.parametrize("weight", [1e-20, 1e-9, 1.0, 1e5, 100027502.5, 1e15])
def test_weights_of_any_size_are_shown(folder: Path, weight: float) -> None:
    (folder / "own.rud").write_text(f"3 2\n1 2 {weight!r}\n2 3 {weight!r}\n")
    result = invoke("solve", "own.rud", "--method", "exact,qaoa", "--depth", "2")
    assert result.exit_code == 0, result.output
    assert f"{2 * weight:.10g} *" in result.stdout
    assert "mean cut of 0" not in result.stdout
    assert "(100.0 % of best)" in result.stdout


@pytest.mark.parametrize("weight", [1e38, 1e-38])
def test_weights_that_single_precision_cannot_hold(folder: Path, weight: float) -> None:
    (folder / "own.rud").write_text(f"3 2\n1 2 {weight!r}\n2 3 {weight!r}\n")
    result = invoke("solve", "own.rud", "--depth", "1", "--json", "r.json")
    assert result.exit_code == 0, result.output
    assert "not run: qaoa: costs of a size of" in result.stdout
    assert "single precision" in refused("solve", "own.rud", "--method", "qaoa")
    double = invoke("solve", "own.rud", "--depth", "1", "--method", "qaoa", "--precision", "double")
    assert double.exit_code == 0, double.output


def test_only_the_table_goes_to_standard_output() -> None:
    found = run("solve", "petersen", "--method", "milp").stdout
    assert found.startswith(b"petersen")


def test_list_names_everything() -> None:

    text = invoke("list").output
    for names in (METHODS, PROBLEMS, CIRCUITS, MIXERS, FORMATS, ("petersen", "karate", "gset")):
        for name in names:
            assert f" {name} " in text


def test_every_problem_is_solved_from_a_size_and_from_a_file(folder: Path) -> None:
    """The best of the run is feasible, and the file gives the same problem as the size."""
    for kind in (one.id for one in PROBLEMS.values() if one.random):
        size = "4" if kind in ("travelling-salesman", "protein-folding", "colouring") else "6"
        common = ("--method", "random,exact,qaoa", "--depth", "1", "--json", "r.json")
        solved = invoke("solve", "--problem", kind, size, *common)
        assert solved.exit_code == 0, solved.output
        first = json.loads((folder / "r.json").read_text())
        assert first["problem"]["kind"] == kind
        assert first["reference"]["certainty"] == "proven"
        assert "feasible" not in first["results"][1]
        converted = invoke("convert", "--problem", kind, size, "p.json")
        assert converted.exit_code == 0, converted.output
        assert "written to p.json (json)" in converted.stderr
        again = invoke("solve", "p.json", *common)
        assert again.exit_code == 0, again.output
        second = json.loads((folder / "r.json").read_text())
        assert second["results"][1]["value"] == first["results"][1]["value"]


def test_independent_set_of_the_karate_club() -> None:
    result = invoke("solve", "--problem", "independent-set", "karate")
    assert result.exit_code == 0, result.output
    assert "best weight 20 (proven, HiGHS)" in result.stdout
    assert "not run: qaoa: QAOA on 34 variables" in result.stdout


def test_a_protein_by_its_letters(folder: Path) -> None:
    given = ("--set", "rows=2", "--set", "columns=3", "--method", "exact", "--json", "r.json")
    result = invoke("solve", "--problem", "protein-folding", "hpphph", *given)
    assert result.exit_code == 0, result.output
    problem = json.loads((folder / "r.json").read_text())["problem"]
    assert (problem["sequence"], problem["lattice"]) == ("HPPHPH", "2 x 3")


def test_instances_have_a_seed_of_their_own() -> None:
    first, same, other = (
        invoke("solve", "--problem", "portfolio", "6", "--method", "exact", *more).stdout
        for more in ((), ("--seed", "5"), ("--instance-seed", "1"))
    )
    assert first.splitlines()[2] == same.splitlines()[2]
    assert first.splitlines()[2] != other.splitlines()[2]


def test_what_no_sample_keeps_is_called_infeasible(folder: Path) -> None:
    """A penalised circuit without training luck: its samples are no solution, and win nothing."""
    (folder / "p.json").write_text(
        json.dumps({"problem": "knapsack", "values": [9, 8, 7],
                    "weights": [2601, 2503, 3407], "capacity": 8191})
    )  # fmt: skip
    result = invoke("solve", "p.json", "--method", "exact,qaoa", "--depth", "1", "--json", "r.json")
    assert result.exit_code == 0, result.output
    record = json.loads((folder / "r.json").read_text())
    circuit = record["results"][1]
    assert circuit["feasible"] is False
    assert "infeasible" in result.stdout
    assert "none of 1024 samples keeps the constraints" in record["verdict"]
    assert "violates a constraint: no solution" in result.stdout
    assert record["reference"]["method"] == "enumeration"


def test_variants_run_beside_the_baselines() -> None:

    result = invoke("solve", "petersen", "--depth", "1", "--method", ",".join(QUANTUM))
    assert result.exit_code == 0, result.output
    for name in ("multi-start", "multi-angle", "warm-start", "recursive", "ADAPT", "Grover-mixer"):
        assert name in result.stdout
    assert "HiGHS" in result.stdout


def test_convert_between_formats(folder: Path) -> None:
    for first, then in (("a.rud", "a.col"), ("a.col", "b.sparse"), ("b.sparse", "c.qplib"),
                        ("c.qplib", "d.bqm"), ("d.bqm", "e.coo"), ("e.coo", "f.json")):  # fmt: skip
        source = "petersen" if first == "a.rud" else first
        if first == "a.rud":
            assert invoke("convert", source, first).exit_code == 0
        result = invoke("convert", first, then)
        assert result.exit_code == 0, result.output
    values = []
    for name in ("a.rud", "a.col", "b.sparse", "c.qplib", "d.bqm", "e.coo", "f.json"):
        assert invoke("solve", name, "--method", "exact", "--json", "r.json").exit_code == 0
        values.append(json.loads((folder / "r.json").read_text())["results"][0]["value"])
    assert values == [-12] * 7
    shutil.copy(folder / "a.col", folder / "plain")
    assert invoke("convert", "plain", "g", "--from", "col", "--to", "cnf").exit_code == 2
    assert invoke("convert", "plain", "g", "--from", "col", "--to", "rudy").exit_code == 0
    assert (folder / "g").read_text().startswith("10 15")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("solve", "--problem", "knapsak", "6"), "did you mean knapsack"),
        (("solve", "--problem", "knapsack", "petersen"), "is a graph, of which no knapsack"),
        (("solve", "--problem", "knapsack", "0"), "a size from 1 to"),
        (("solve", "--problem", "knapsack", "9" * 30), "a size from 1 to"),
        (("solve", "--problem", "ising", "6"), "no random instances of ising"),
        (("solve", "--problem", "labs", "6", "--set", "n=3"), "unknown argument of labs 'n'"),
        (("solve", "--problem", "labs", "6", "--set", "length=7"), "itself says length"),
        (("solve", "--problem", "colouring", "petersen", "--set", "colours"), "NAME=VALUE"),
        (("solve", "--problem", "colouring", "petersen", "--set", "colours=1"), "from 2 to 1000"),
        (("solve", "--problem", "colouring", "petersen", "--set", "colours=[3]"), "colours"),
        (
            ("solve", "--problem", "colouring", "petersen", "--set", "colours=3",
             "--set", "colours=4"),
            "given twice",
        ),
        (("solve", "--problem", "maxcut", "5"), "an even number"),
        (("solve", "--problem", "labs", "6", "--constraints", "penalty"), "labs has none"),
        (("solve", "--problem", "portfolio", "6", "--constraints", "magic"), "way of constraints"),
        (("solve", "--problem", "protein-folding", "HPXH"), "2 to 64 letters H or P"),
        (("solve", "--problem", "max-sat", "12", "--set", "clauses=3"), "itself says clauses"),
        (("solve", "--problem", "qubo", "5", "--from", "cnf"), "is no file"),
        (("solve", "petersen", "--instance-seed", "5"), "no random instance"),
        (("solve", "12"), "say of which problem"),
        (("solve", "--problem", "qubo", "4", "--set", "maximise=no"), "true or false"),
        (("solve", "pm1-sparse-20", "--set", "weight=wieght"), "no edge has an attribute"),
        (("solve", "pm1-sparse-20", "--set", "weight=null"), "name of an attribute"),
        (("solve", "--problem", "max-sat", "5", "--set", "variables=5.5"), "itself says"),
        (("solve", "--problem", "qubo", "3", "--set", 'labels={"a":1,"b":2,"c":3}'), "labels"),
        (("solve", "--problem", "portfolio", "10000"), "a size from 1 to 1000"),
        (("solve", "--problem", "travelling-salesman", "10000"), "a size from 1 to 100"),
        (("convert", "petersen", "p.pdf"), "the suffix names no format"),
        (("fetch", "G1", "--mirror", "http://[::1"), "address of a mirror"),
        (("fetch", "G1", "--mirror", "http://localhost/ä"), "address of a mirror"),
        (("solve", "petersen", "--from", "xml"), "unknown format 'xml'"),
        (("solve", "petersen", "--from", "cnf"), "p cnf"),
        (("solve", "--problem", "labs", "9", "--method", "annealing"), "degree two"),
        (("convert", "petersen", "noformat"), "the suffix names no format"),
        (("convert", "petersen", "x.cnf"), "hold clauses"),
        (("convert", "--problem", "labs", "6", "x.qplib"), "degree 4"),
        (("convert", "petersen", "no/x.col"), "there is no folder"),
        (("convert", "petersen"), "Missing argument"),
        (("fetch", "G999"), "unknown set or instance"),
        (("fetch", "G1", "--folder", "no"), "make it first"),
        (("fetch", "G1", "--mirror", "ftp://x"), "address of a mirror"),
        (("fetch",), "Missing argument"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else "",
)  # fmt: skip
def test_bad_input_of_problems_and_files(arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(*arguments)


def test_many_assets_have_classical_methods_left() -> None:
    for kind, size in (("portfolio", "70"), ("portfolio", "1"), ("travelling-salesman", "12")):
        result = invoke("solve", "--problem", kind, size, "--method", "greedy,random")
        assert result.exit_code == 0, result.output


def test_the_solution_is_shown_and_stored_in_own_labels(folder: Path) -> None:
    (folder / "p.json").write_text(
        '{"problem": "portfolio", "returns": [3, 2, 1], "covariance": [[1,0,0],[0,1,0],[0,0,1]],'
        ' "budget": 2, "labels": ["gold", "oil", "tea"]}'
    )
    result = invoke("solve", "p.json", "--method", "exact,qaoa", "--json", "r.json")
    assert result.exit_code == 0, result.output
    assert "solution (enumeration): gold, oil" in result.stdout
    record = json.loads((folder / "r.json").read_text())
    assert record["solution"] == {"method": "enumeration", "value": ["gold", "oil"]}
    given = ("--problem", "travelling-salesman", "4", "--method", "exact", "--json", "r.json")
    assert invoke("solve", *given).exit_code == 0
    trip = json.loads((folder / "r.json").read_text())["solution"]["value"]
    assert sorted(trip) == [0, 1, 2, 3]
    assert invoke("solve", "petersen", "--method", "exact", "--json", "r.json").exit_code == 0
    sides = json.loads((folder / "r.json").read_text())["solution"]["value"]
    assert sorted(sides[0] + sides[1]) == list(range(1, 11))


def test_weights_of_another_attribute_are_written(folder: Path) -> None:
    (folder / "w.json").write_text(
        '{"problem": "maxcut", "weight": "w", "graph": {"nodes": [{"id": 1}, {"id": 2}, {"id": 3}],'
        ' "edges": [{"source": 1, "target": 2, "w": 5}, {"source": 2, "target": 3, "w": 7}]}}'
    )
    assert invoke("convert", "w.json", "w.rud").exit_code == 0
    assert (folder / "w.rud").read_text() == "3 2\n1 2 5\n2 3 7\n"
    assert "no weights" in refused("convert", "w.json", "w.col")


def test_a_large_header_is_no_hang(folder: Path) -> None:
    (folder / "c.rud").write_text("20000 0\n")
    result = invoke("solve", "c.rud", "--method", "greedy,random", "--time-limit", "1")
    assert result.exit_code == 0, result.output
    message = refused("solve", "c.rud", "--method", "exact", "--time-limit", "1")
    assert "enumeration takes up to 26 variables, the problem has 20000" in message


class TestSolutionsAsShown:
    """In the user's labels, on the sides they are on."""

    def test_both_sides_of_a_cut(self) -> None:
        Path("c4.rud").write_text("4 4\n1 2\n2 3\n3 4\n4 1\n")
        shown = invoke("solve", "c4.rud", "--method", "exact", "--json", "r.json").stdout
        assert "solution (enumeration): 2, 4 | 1, 3" in shown
        assert json.loads(Path("r.json").read_text())["solution"]["value"] == [[2, 4], [1, 3]]

    def test_labels_that_are_pairs(self) -> None:
        nodes = [{"id": [0, 0]}, {"id": [0, 1]}]
        edges = [{"source": [0, 0], "target": [0, 1]}]
        Path("grid.json").write_text(json.dumps({"nodes": nodes, "edges": edges}))
        shown = invoke("solve", "grid.json", "--method", "exact").stdout
        assert "solution (enumeration): (0, 1) | (0, 0)" in shown

    def test_two_heaps_of_two(self) -> None:
        Path("heaps.json").write_text('{"problem": "partition", "numbers": [1, 2, 3, 4]}')
        shown = invoke("solve", "heaps.json", "--method", "exact").stdout
        assert "2.0, 3.0 | 1.0, 4.0" in shown or "1.0, 4.0 | 2.0, 3.0" in shown


def test_values_that_differ_in_late_digits_are_shown_apart() -> None:
    random = np.random.default_rng(5)
    terms: list[Any] = [[[j], -1e9 - float(random.random())] for j in range(8)]
    terms += [[[i, j], 2e9 + 0.1 * float(random.normal())] for j in range(8) for i in range(j)]
    Path("large.json").write_text(json.dumps({"problem": "qubo", "terms": terms}))
    shown = invoke(
        "solve", "large.json", "--method", "greedy,exact,milp", "--json", "r.json"
    ).stdout
    record = json.loads(Path("r.json").read_text())
    assert record["reference"]["certainty"] == "proven"
    values = {one["method"]: one["value"] for one in record["results"]}
    assert values["HiGHS"] == values["enumeration"] == record["reference"]["value"]
    assert f"best objective {values['HiGHS']:.4f} (proven, " in shown
    assert shown.count(" *") == 2


def test_weights_under_another_name_are_warned_of() -> None:
    nodes = [{"id": node} for node in "abc"]
    edges = [{"source": u, "target": v, "capacity": 2.5} for u, v in ("ab", "bc")]
    Path("net.json").write_text(json.dumps({"nodes": nodes, "edges": edges}))
    first = invoke("solve", "net.json", "--method", "exact", "--json", "r.json")
    assert "best cut 2 " in first.stdout
    warning = json.loads(Path("r.json").read_text())["warnings"][0]
    assert warning.startswith("edges have no attribute 'weight' and count 1 each")
    assert "warning: edges have no attribute 'weight'" in first.stdout
    named = invoke("solve", "net.json", "--method", "exact", "--set", "weight=capacity")
    assert "best cut 5 " in named.stdout
    assert "warning" not in named.output
    assert "warning: net: edges have no attribute" in invoke("convert", "net.json", "n.rud").stderr


def test_bounds_and_certainty_of_a_colouring() -> None:
    result = invoke("solve", "petersen", "--problem", "colouring", "--method", "greedy,sdp")
    assert "best conflicts 0 (proven: there cannot be fewer than 0)" in result.stdout
    assert "≥ 0.0000" in result.stdout
    assert "-0.0000" not in result.stdout


@pytest.mark.parametrize("digits", [5_001, 1_500, 400])
def test_proofs_with_numbers_of_any_length(digits: int) -> None:
    weight = "7" * digits
    record = {
        "schema": 1, "claim": "no cut exceeds the bound", "name": "long", "nodes": 2,
        "edges": [[0, 1, weight]], "bitstring": "01", "cut": weight, "bound": weight,
        "inequalities": [], "tree": [{"bound": weight, "multipliers": []}],
    }  # fmt: skip
    Path("proof.json").write_text(json.dumps(record))
    result = invoke("check", "proof.json")
    if digits > 2_000:
        assert result.exit_code == 2
        assert "of at most 2,000 characters, got 777" in result.stderr
    else:
        assert result.exit_code == 0, result.output
        assert f"the cut of 7.777777778e+{digits - 1} is optimal" in result.stdout


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("9" * 5_000, "--set colours: expected numbers of at most 1,000 digits"),
        ("1e999999999", "--set colours: expected finite numbers"),
        ("[" * 900 + "]" * 900, "--set colours: it is no JSON with at most 100 levels"),
    ],
)
def test_settings_have_limits(value: str, words: str) -> None:
    result = invoke("solve", "petersen", "--problem", "colouring", "--set", f"colours={value}")
    assert result.exit_code == 2
    assert words in result.stderr
