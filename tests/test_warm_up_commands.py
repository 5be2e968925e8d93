"""`qchem warm-up` and `qopt warm-up`."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from qminima import Progress
from simulator.kernels.kernel import Kernel
from simulator.threads import thread_count
from simulator.warm_up import CacheError, Example, warm_up

# Runs a command and prints the name of every function that numba compiles.
LISTENING = """
import sys
from numba.core import event

class Listener(event.Listener):
    def on_start(self, started):
        print("compiled:", started.data["dispatcher"].py_func.__name__)

    def on_end(self, _):
        pass

event.register("numba:compile", Listener())
from {package}.cli import main
main()
"""


def kernels() -> Iterator[tuple[str, Kernel]]:
    """All kernels, with their names."""
    for package in ("simulator.kernels", "qopt.kernels"):
        folder = importlib.import_module(package)
        for info in pkgutil.iter_modules(folder.__path__, f"{package}."):
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                if isinstance(value, Kernel):
                    yield f"{info.name}.{name}", value


@pytest.mark.parametrize("package", ["qchem", "qopt"])
def test_command(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = importlib.import_module(f"{package}.cli").app
    module = importlib.import_module(f"{package}.warm_up")
    ran: list[str] = []
    few = [Example("an example", lambda: ran.append(package))]
    monkeypatch.setattr(module, "examples", lambda: few)
    result = CliRunner().invoke(app, ["warm-up"])
    assert result.exit_code == 0, result.output
    assert "an example: 0 compiled, 0 loaded" in result.output
    assert "kernels: 0 compiled, 0 were there already, 0 s" in result.output
    assert ran == [package] * len({1, thread_count()})

    def refuse(*_: Any) -> None:
        raise CacheError("no folder")

    monkeypatch.setattr("simulator.warm_up.warm_up", refuse)
    result = CliRunner().invoke(app, ["warm-up"])
    assert result.exit_code == 2
    assert "error: no folder" in result.output


@pytest.mark.slow
def test_all_kernels_are_made_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """In all forms that circuits use, by the examples of one package or the other."""
    from qchem.warm_up import examples as of_qchem
    from qopt.warm_up import examples as of_qopt

    for _, one in kernels():
        monkeypatch.setattr(one, "_ready", {})
    warm_up([*of_qchem(), *of_qopt()], Progress())
    forms = {False, thread_count() > 1}
    missing = [
        (name, form)
        for name, one in kernels()
        for form in (forms if not one._serial_only else {False})
        if form not in {key[0] for key in one._ready}
    ]
    assert missing == []


@pytest.mark.slow
def test_nothing_is_compiled_after_a_warm_up(tmp_path: Path) -> None:
    def run(package: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", LISTENING.format(package=package), *arguments],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    for package in ("qchem", "qopt"):
        assert "compiled:" in run(package, "warm-up")
        assert "compiled:" not in run(package, "warm-up")
    for name in ("h2o", "lih"):
        assert "compiled:" not in run("qchem", "solve", name)
    for name in ("petersen", "3regular-16"):
        assert "compiled:" not in run("qopt", "solve", name)
