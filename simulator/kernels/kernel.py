"""Compilation of kernels: once per machine, in a serial and a parallel form."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from types import FunctionType
from typing import Any

import numba

# Below this many touched numbers, waking the other threads costs more than it saves.
PARALLEL_THRESHOLD = 1 << 17


class Kernel:
    """A loop written with `numba.prange`, compiled on first use and cached on disk."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    def __call__(self, work: int, *args: Any) -> Any:
        """Run on `args`, in parallel if `work` (numbers touched) is large enough."""
        if work >= PARALLEL_THRESHOLD and numba.get_num_threads() > 1:
            return self.parallel(*args)
        return self.serial(*args)

    @cached_property
    def serial(self) -> Callable[..., Any]:
        """The single-threaded form."""
        return self._compile(parallel=False)

    @cached_property
    def parallel(self) -> Callable[..., Any]:
        """The multi-threaded form."""
        return self._compile(parallel=True)

    def _compile(self, *, parallel: bool) -> Callable[..., Any]:
        # The cache on disk knows functions by name only, so the two forms need two names.
        form = "parallel" if parallel else "serial"
        function = FunctionType(
            self.function.__code__, self.function.__globals__, f"{self.function.__name__}_{form}"
        )
        function.__module__ = self.function.__module__
        function.__qualname__ = function.__name__
        options = {"parallel": parallel, "nogil": True, "error_model": "numpy"}
        try:
            compiled: Callable[..., Any] = numba.njit(cache=True, **options)(function)
        except RuntimeError:  # no folder for the cache can be written
            compiled = numba.njit(**options)(function)
        return compiled


def kernel(function: FunctionType) -> Kernel:
    """Make a kernel of a loop over arrays; the call takes the amount of work first."""
    return Kernel(function)
