"""Progress that keeps quiet in programs, runs of several methods, and where records are from."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import qminima
from qminima import Interrupted, MethodError, Progress, Result
from qminima.progress import ProgressBar
from qminima.provenance import provenance
from qminima.runner import Run, run_methods


def result(method: str) -> Result:
    return Result(method, "classical", 0.0, "cost", {}, 0.1)


def test_plain_progress_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    with progress.stage("work"):
        progress.note("half")
    progress.say("done")
    assert capsys.readouterr() == ("", "")


def test_bar_is_silent_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(2) as progress:
        for name in ("one", "two"):
            with progress.stage(name):
                progress.note("half")
    assert capsys.readouterr().out == ""
    with ProgressBar(1) as progress:
        progress.say("1.5 GiB of memory predicted")
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.strip() == "1.5 GiB of memory predicted"


def test_said_lines_are_neither_marked_up_nor_broken(capsys: pytest.CaptureFixture[str]) -> None:
    line = "[bold]" + "word " * 60 + "[/nonsense] 42"
    with ProgressBar(1) as progress:
        progress.say(line)
    assert line in capsys.readouterr().err.splitlines()


def test_stages_pass_errors_on() -> None:
    with ProgressBar(1) as progress, pytest.raises(RuntimeError), progress.stage("work"):
        raise RuntimeError


class TestRunner:
    """Methods one after the other."""

    def stop(self) -> Result:
        raise KeyboardInterrupt

    def stop_with(self) -> Result:
        raise Interrupted(result("half"))

    def test_order(self) -> None:
        runs = {name: (lambda name=name: result(name)) for name in ("b", "a", "c")}
        run = run_methods(runs, Progress())
        assert list(run.results) == [one.method for one in run.results.values()] == ["b", "a", "c"]
        assert not run.interrupted

    def test_nothing(self) -> None:
        assert run_methods({}, Progress()) == Run()

    def test_interruption_keeps_what_is_finished(self) -> None:
        runs = {"a": lambda: result("a"), "b": self.stop, "c": lambda: pytest.fail("was run")}
        run = run_methods(runs, Progress())
        assert list(run.results) == ["a"]
        assert run.interrupted

    def test_interruption_with_a_result(self) -> None:
        runs = {"b": self.stop_with, "c": lambda: pytest.fail("was run")}
        run = run_methods(runs, Progress())
        assert [(name, one.method) for name, one in run.results.items()] == [("b", "half")]
        assert run.interrupted

    def test_one_that_breaks_down_does_not_take_the_others_with_it(self) -> None:
        def breaks() -> Result:
            raise MethodError("diverged")

        run = run_methods({"a": breaks, "b": lambda: result("b")}, Progress())
        assert list(run.results) == ["b"]
        assert run.failures == {"a": "diverged"}
        assert not run.interrupted

    def test_interruption_before_any_result(self) -> None:
        with pytest.raises(KeyboardInterrupt):
            run_methods({"a": self.stop, "b": lambda: result("b")}, Progress())

    def test_errors_pass(self) -> None:
        def fail() -> Result:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            run_methods({"a": lambda: result("a"), "b": fail}, Progress())


def test_provenance_is_complete() -> None:
    entry: dict[str, Any] = provenance(5)
    assert json.loads(json.dumps(entry)) == entry
    assert set(entry) == {"version", "packages", "seed", "machine", "command", "started"}
    assert entry["version"] == qminima.__version__
    assert entry["seed"] == 5
    assert provenance(None)["seed"] is None


def test_versions_are_those_installed() -> None:
    packages = provenance(0)["packages"]
    assert packages["python"] == ".".join(map(str, sys.version_info[:3]))
    assert packages["numpy"] == version("numpy")
    assert all(number == version(name) for name, number in packages.items() if name != "python")


def test_start_is_a_time_with_zone() -> None:
    started = datetime.fromisoformat(provenance(0)["started"])
    assert started.tzinfo is not None
    assert started <= datetime.now(UTC)


def test_command_can_be_pasted_and_names_no_folder_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arguments = ["solve", "my graph.rud", "--method", "a,b", "it's"]
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "bin" / "qopt"), *arguments])
    command = provenance(0)["command"]
    assert command == "qopt solve 'my graph.rud' --method a,b 'it'\"'\"'s'"
    assert str(tmp_path) not in command


def test_machine_is_named_without_host_or_user() -> None:
    machine = provenance(0)["machine"]
    assert "cores" in machine
    assert machine.isprintable()
