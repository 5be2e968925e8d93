"""What the user hears of compilation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from simulator import announced_compilation
from simulator.kernels import kernel as module
from simulator.kernels.kernel import serial_kernel


def fresh() -> Any:
    """A kernel that this process has not compiled."""

    @serial_kernel
    def shifted(values):  # type: ignore[no-untyped-def]
        for k in range(len(values)):
            values[k] += 1.0

    return shifted


def test_compilation_is_announced_and_loading_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    heard: list[float] = []
    values = np.zeros(3)
    for expected in ([0.0], [], []):  # before the loop runs, and once
        heard.clear()
        values[:] = 0
        with announced_compilation(lambda: heard.append(values.sum())):
            fresh()(0, values)
        assert heard == expected
        assert values.tolist() == [1, 1, 1]


def test_several_compilations_are_announced_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    heard: list[int] = []
    one = fresh()
    with announced_compilation(lambda: heard.append(1)):
        one(0, np.zeros(1))
        one(0, np.zeros(1, dtype=np.float32))
    one(0, np.zeros(1, dtype=np.int64))  # outside nobody listens
    assert heard == [1]


def test_a_kernel_is_stored_under_all_sources_it_may_use(tmp_path: Path) -> None:
    """A change of a helper in another file makes a new name, so that nothing old is loaded."""
    folder = Path(module.__file__).parent
    same, other = tmp_path / "same", tmp_path / "other"
    for copy in (same, other):
        copy.mkdir()
        for path in folder.glob("*.py"):
            (copy / path.name).write_bytes(path.read_bytes())
    with (other / "tiles.py").open("a") as file:
        file.write("# changed\n")
    assert module.digest(same) == module.digest(folder) != module.digest(other)
    assert module.digest(folder) in fresh().serial.py_func.__name__


def test_lanes_need_flat_arrays() -> None:
    from simulator.kernels.lanes import load, total

    first = numba.njit(lambda array: total(load(array, np.uint64(0))))
    assert first(np.arange(8.0)) == 28
    for array in (np.arange(16.0)[::2], np.zeros((8, 8))):
        with pytest.raises(numba.core.errors.TypingError, match="contiguous"):
            first(array)


def test_kernels_work_where_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba raises `RuntimeError` where no folder for its cache can be written."""
    njit = numba.njit

    def refusing(*args: Any, **options: Any) -> Any:
        if options.pop("cache", False):
            raise RuntimeError("cannot cache function: no locator available")
        return njit(*args, **options)

    monkeypatch.setattr(numba, "njit", refusing)
    values = np.zeros(2)
    fresh()(0, values)
    assert values.tolist() == [1, 1]


def test_loading_is_counted_once_for_each_module() -> None:
    """By a clock that ticks when it is read: in a process of its own, where nothing is loaded."""
    program = """
from itertools import count
from simulator.kernels import kernel
clock = count()
before, kernel.perf_counter = kernel.compile_seconds(), lambda: next(clock)
for _ in range(2):
    from simulator.kernels import excitations, small
with kernel.loading(), kernel.loading():
    pass
print(kernel.compile_seconds() - before)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert round(float(found.stdout), 6) == 3  # two modules, and the outer one of two nested blocks


def test_what_is_no_module_of_kernels() -> None:
    from simulator import kernels

    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        kernels.nonsense  # noqa: B018
