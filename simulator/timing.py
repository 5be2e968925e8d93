"""Time that a computation takes, without the compilation and loading of kernels."""

from __future__ import annotations

from time import perf_counter

from .kernels.kernel import compile_seconds


class Stopwatch:
    """Wall time from now on; kernels that are compiled or loaded meanwhile do not count.

    Args:
        spent: seconds that have passed already.

    >>> watch = Stopwatch(spent=2.0)
    >>> 2.0 <= watch() < 60.0
    True
    """

    def __init__(self, spent: float = 0.0) -> None:
        self.restart()
        self.add(spent)

    def restart(self) -> None:
        """Begin anew at zero."""
        self._begun, self._compiled = perf_counter(), compile_seconds()

    def add(self, seconds: float) -> None:
        """Count seconds that passed elsewhere, such as in an earlier run."""
        self._begun -= seconds

    def __call__(self) -> float:
        """Seconds so far."""
        return max(0.0, perf_counter() - self.started)

    @property
    def started(self) -> float:
        """The `perf_counter` time of the start, later by the time that kernels took."""
        return self._begun + compile_seconds() - self._compiled
