"""Compilation ahead of time."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest

from qminima import Progress
from simulator.kernels import pauli
from simulator.kernels.kernel import PARALLEL_THRESHOLD, kernel
from simulator.threads import thread_count
from simulator.warm_up import CacheError, Example, warm_up


class Heard(Progress):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def say(self, text: str) -> None:
        self.lines.append(text)


def examples() -> list[Example]:
    """A kernel that this process has not loaded, in two types."""

    @kernel
    def doubled(values):  # type: ignore[no-untyped-def]
        for k in numba.prange(len(values)):
            values[k] *= 2

    def run(dtype: Any) -> None:
        values = np.ones(3, dtype)
        doubled(PARALLEL_THRESHOLD, values)
        assert values.tolist() == [2, 2, 2]

    return [Example(name, partial(run, name)) for name in ("float32", "float64")]


def test_what_is_compiled_is_loaded_the_next_time(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    threads = ["one thread", "several threads"][: thread_count()]
    names = [f"test_warm_up.doubled ({t}, {n})" for t in ("float32", "float64") for n in threads]
    for compiled in (len(names), 0):
        heard = Heard()
        found = warm_up(examples(), heard)
        assert [one.name for one in found.kernels] == names
        assert found.compiled == compiled
        notes = [f"compiling {name}, {k} done" for k, name in enumerate(names)]
        assert heard.notes == notes[:compiled]
        half, rest = compiled // 2, (len(names) - compiled) // 2
        assert heard.lines[0].startswith(f"float32: {half} compiled, {rest} loaded, ")
        assert [folder.is_relative_to(tmp_path) for folder in found.folders] == [True]
        there = len(names) - compiled
        assert str(found).startswith(f"kernels: {compiled} compiled, {there} were there already, ")
        assert str(found).endswith(f" s; kept in {found.folders[0]}")
    assert thread_count() == numba.config.NUMBA_NUM_THREADS


def test_nothing_is_compiled_that_could_not_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    dispatcher = SimpleNamespace(stats=SimpleNamespace(cache_path=None))
    monkeypatch.setattr(pauli.apply, "serial", dispatcher)
    with pytest.raises(CacheError, match="NUMBA_CACHE_DIR"):
        warm_up([Example("never", lambda: pytest.fail("was run"))], Progress())
