"""Compilation of kernels ahead of time, by running small circuits that need them.

Which kernel runs, and in which form, depends on a circuit, its size and the number of threads, so
each example runs with one thread and with all. Kernels that an earlier process compiled are loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

from ..kernels.kernel import ReadyKernel, watched_kernels
from ..threads import set_threads, thread_count


class CacheError(OSError):
    """Compiled kernels cannot be kept."""


class Progress(Protocol):
    """Reports how far a warm-up is; `qminima.Progress` is one."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Enclose one example."""

    def note(self, text: str) -> None:
        """Show the kernel that is being compiled."""

    def say(self, text: str) -> None:
        """Print a line."""


@dataclass(frozen=True)
class Example:
    """A computation that needs kernels.

    Attributes:
        name: the kind of circuit or search.
        run: runs it once.
    """

    name: str
    run: Callable[[], object]


@dataclass(frozen=True)
class WarmUp:
    """The result of a warm-up.

    Attributes:
        kernels: that are ready, each form and type of numbers once.
        seconds: wall time.
    """

    kernels: tuple[ReadyKernel, ...]
    seconds: float

    @property
    def compiled(self) -> int:
        """How many kernels were compiled, rather than loaded."""
        return sum(kernel.compiled for kernel in self.kernels)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where compiled kernels are kept."""
        return tuple(sorted({kernel.folder for kernel in self.kernels if kernel.folder}))

    def __str__(self) -> str:
        """The report, in one line."""
        there = len(self.kernels) - self.compiled
        folders = ", ".join(map(str, self.folders))
        return (
            f"kernels: {self.compiled} compiled, {there} were there already, {self.seconds:.0f} s; "
            f"kept in {folders}"
        )


def warm_up(examples: Iterable[Example], progress: Progress) -> WarmUp:
    """Compile all kernels that some examples need, and keep them on disk.

    Args:
        examples: run one after the other, with one thread and with all threads of the process.
        progress: shows examples and kernels.

    Raises:
        CacheError: if no folder for compiled kernels can be written; nothing is compiled then.
    """
    _check_cache()
    started, watch, threads = perf_counter(), _Watch(progress), thread_count()
    try:
        with watched_kernels(watch):
            for example in examples:
                watch.begin()
                with progress.stage(example.name):
                    for count in sorted({1, threads}):
                        set_threads(count)
                        example.run()
                progress.say(f"{example.name}: {watch.end()}")
    finally:
        set_threads(threads)
    return WarmUp(tuple(watch.kernels), perf_counter() - started)


class _Watch:
    """Reports kernels as they get ready, and counts those of each example."""

    def __init__(self, progress: Progress) -> None:
        self.kernels: list[ReadyKernel] = []
        self._progress = progress
        self._first, self._started = 0, 0.0

    def begin(self) -> None:
        self._first, self._started = len(self.kernels), perf_counter()

    def end(self) -> str:
        """A summary of the kernels of the example."""
        new = self.kernels[self._first :]
        compiled = sum(kernel.compiled for kernel in new)
        seconds = perf_counter() - self._started
        return f"{compiled} compiled, {len(new) - compiled} loaded, {seconds:.1f} s"

    def compiling(self, name: str) -> None:
        done = sum(kernel.compiled for kernel in self.kernels)
        self._progress.note(f"compiling {name}, {done} done")

    def ready(self, kernel: ReadyKernel) -> None:
        self.kernels.append(kernel)


def _check_cache() -> None:
    """Raise `CacheError` if numba finds no folder that it can write."""
    from ..kernels import pauli

    if pauli.apply.serial.stats.cache_path is None:
        raise CacheError(
            "no folder for compiled kernels can be written; "
            "name one in the environment variable NUMBA_CACHE_DIR"
        )
