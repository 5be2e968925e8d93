"""Settings shared by all tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from qminima import Progress
from qminima.blas import VARIABLES

# Kernels compile at their first use, which is no slowness of the property under test.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("default")

# Tests that send Ctrl-C, or start what gets it, work in the background too, where shells ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _all_threads_again() -> Iterator[None]:
    """Whatever number of threads a test sets, the next one finds all of them."""
    names = (*VARIABLES, "OMP_NUM_THREADS")
    before = {name: os.environ.pop(name, None) for name in names}
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    import numba

    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)


class _StopAt(Progress):
    """Presses Ctrl-C at the given note."""

    def __init__(self, count: int) -> None:
        self.left = count

    def note(self, text: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.fixture
def stop_at() -> Callable[[int], Progress]:
    """Progress that presses Ctrl-C at the given note."""
    return _StopAt


# A command that writes a line to standard error whenever it gets on, so that a signal can be sent
# at a known point instead of after a guessed time.
_REPORTING = """
import sys
from contextlib import contextmanager
from qminima.progress import ProgressBar

original = ProgressBar.stage

@contextmanager
def stage(self, name):
    print("progress: stage", file=sys.stderr, flush=True)
    with original(self, name):
        yield

def note(self, text):
    print("progress: note", file=sys.stderr, flush=True)

ProgressBar.stage, ProgressBar.note = stage, note
from {package}.cli import main
main()
"""


def _start(package: str, *arguments: str, event: str, count: int, **options: Any) -> Any:
    command = [sys.executable, "-c", _REPORTING.format(package=package), *arguments]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, **(pipes | options))
    assert process.stderr is not None
    for line in process.stderr:
        count -= line == f"progress: {event}\n"
        if count == 0:
            break
    return process


@pytest.fixture
def start_command() -> Callable[..., subprocess.Popen[str]]:
    """Start `package arguments...` and return once it has reported an event so many times.

    Events are "stage", at the beginning of a method or a cell, and "note", within one. A command
    that ends before is returned as well.
    """
    return _start
