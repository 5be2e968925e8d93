"""What the two command lines share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from qminima import Comparison, InputError, Result, __version__
from qminima.command import (
    check_outputs,
    check_threads,
    check_time_limit,
    finish,
    make_app,
    reported_errors,
    select_methods,
)
from qminima.errors import check_name

CLASSICAL, QUANTUM = ("random", "greedy", "exact"), ("qaoa", "vqe")
THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
)  # fmt: skip


@pytest.mark.parametrize(
    ("requested", "run", "named"),
    [
        (None, (*CLASSICAL, "qaoa"), ()),
        ("qaoa", (*CLASSICAL, "qaoa"), ("qaoa",)),
        ("vqe", (*CLASSICAL, "vqe"), ("vqe",)),
        ("vqe,qaoa", (*CLASSICAL, "qaoa", "vqe"), ("qaoa", "vqe")),
        ("greedy", ("greedy",), ("greedy",)),
        ("exact,random", ("random", "exact"), ("random", "exact")),
        ("qaoa,greedy", ("greedy", "qaoa"), ("greedy", "qaoa")),
        (" GREEDY , Exact ", ("greedy", "exact"), ("greedy", "exact")),
        ("greedy,greedy", ("greedy",), ("greedy",)),
    ],
)
def test_selection(requested: str | None, run: tuple[str, ...], named: tuple[str, ...]) -> None:
    assert select_methods(requested, CLASSICAL, QUANTUM) == (run, named)


@pytest.mark.parametrize("requested", ["", ",", "greedy,", "gredy", "greedy qaoa", "all"])
def test_unknown_methods(requested: str) -> None:
    with pytest.raises(InputError, match="Known are: exact, greedy, qaoa, random, vqe"):
        select_methods(requested, CLASSICAL, QUANTUM)


def test_selection_without_quantum_methods() -> None:
    assert select_methods(None, CLASSICAL, ()) == (CLASSICAL, ())


def test_check_name() -> None:
    check_name("basis", "sto-3g", iter(["sto-3g"]))
    with pytest.raises(InputError, match="unknown basis 'sto-3f'; did you mean sto-3g"):
        check_name("basis", "sto-3f", ["sto-3g"])


def test_threads_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in THREAD_VARIABLES:
        monkeypatch.setenv(variable, "before")
    check_threads(None)
    assert {os.environ[variable] for variable in THREAD_VARIABLES} == {"before"}
    check_threads(1)
    assert {os.environ[variable] for variable in THREAD_VARIABLES} == {"1"}


@pytest.mark.parametrize("count", [0, -1, 100_000])
def test_wrong_numbers_of_threads(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    for variable in THREAD_VARIABLES:
        monkeypatch.setenv(variable, "before")
    with pytest.raises(InputError, match=f"threads .*got {count}"):
        check_threads(count)
    assert {os.environ[variable] for variable in THREAD_VARIABLES} == {"before"}


@pytest.mark.parametrize("limit", [None, 1e-9, 1, 3600.0])
def test_time_limits(limit: float | None) -> None:
    check_time_limit(limit)


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf"), -float("inf")])
def test_wrong_time_limits(limit: float) -> None:
    with pytest.raises(InputError, match="above zero"):
        check_time_limit(limit)


def test_outputs_are_checked_before_the_run(tmp_path: Path) -> None:
    good, bad = tmp_path / "run.png", tmp_path / "gone" / "run.png"
    check_outputs(None, None, "petersen")
    check_outputs(tmp_path / "run.json", good, "petersen")
    for json, plot in ((bad, None), (None, bad), (tmp_path, None), (None, tmp_path / "run.gif")):
        with pytest.raises(InputError):
            check_outputs(json, plot, "petersen")
    assert list(tmp_path.iterdir()) == []


def test_outputs_do_not_replace_the_input_nor_each_other(tmp_path: Path) -> None:
    graph, link = tmp_path / "graph.rud", tmp_path / "link.png"
    graph.write_text("2 1\n1 2 1\n")
    link.symlink_to(graph)
    for json, plot in ((graph, None), (None, link), (tmp_path / "a.png", tmp_path / "a.png")):
        with pytest.raises(InputError, match="cannot write"):
            check_outputs(json, plot, str(graph))
    assert graph.read_text().startswith("2 1")


class MendableError(Exception):
    """An error that a caller declares to be the user's."""


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (InputError("expected one, got two"), 2, "error: expected one, got two\n"),
        (MendableError("too large"), 2, "error: too large\n"),
        (KeyboardInterrupt(), 130, "interrupted before there was a result\n"),
    ],
)
def test_errors_that_are_reported(
    capsys: pytest.CaptureFixture[str], error: BaseException, status: int, words: str
) -> None:
    with pytest.raises(typer.Exit) as caught, reported_errors(MendableError):
        raise error
    assert caught.value.exit_code == status
    assert capsys.readouterr() == ("", words)


def test_other_errors_are_not_hidden() -> None:
    for error in (ValueError, RuntimeError, AssertionError, MendableError):
        with pytest.raises(error), reported_errors():
            raise error("a defect")


def test_control_characters_in_errors_are_not_sent_to_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit), reported_errors():
        raise InputError("bell\x07 title\x1b]0;x\x07 line\nbreak")
    text = capsys.readouterr().err
    assert text.removesuffix("\n").isprintable()


class TestFinish:
    """Show, store, draw, and tell by the exit status."""

    def comparison(self, **fields: Any) -> Comparison:
        result = Result("greedy", "classical", -1.0, "cost", {}, 0.1)
        return Comparison({"name": "toy"}, (result,), **fields)

    def test_everything_is_done(self, tmp_path: Path) -> None:
        done: list[str] = []
        finish(
            self.comparison(),
            lambda _: done.append("shown"),
            tmp_path / "r.json",
            (tmp_path / "r.png", lambda _, path: done.append(f"drawn to {path.name}")),
        )
        assert done == ["drawn to r.png", "shown"]
        assert (tmp_path / "r.json").exists()

    def test_nothing_is_stored_unasked(self, tmp_path: Path, monkeypatch: Any) -> None:
        monkeypatch.chdir(tmp_path)
        finish(self.comparison(), lambda _: None, None, (None, lambda *_: pytest.fail("drawn")))
        assert list(tmp_path.iterdir()) == []

    def test_interrupted_runs_are_stored_and_told(self, tmp_path: Path) -> None:
        with pytest.raises(typer.Exit) as caught:
            finish(
                self.comparison(interrupted=True),
                lambda _: None,
                tmp_path / "r.json",
                (None, lambda *_: None),
            )
        assert caught.value.exit_code == 130
        assert (tmp_path / "r.json").exists()


def test_app() -> None:
    app = make_app("toy", "A toy.")

    @app.command()
    def solve() -> None:
        typer.echo("solved")

    runner = CliRunner()
    assert runner.invoke(app, ["--version"]).output == f"toy (qminima) {__version__}\n"
    assert runner.invoke(app, ["solve"]).output == "solved\n"
    assert "A toy." in runner.invoke(app, ["--help"]).output
    assert "A toy." in runner.invoke(app, []).output
    wrong = runner.invoke(app, ["sovle"])
    assert wrong.exit_code == 2
    assert wrong.stdout == ""
