"""The number of threads that kernels use, available before numba is loaded."""

from __future__ import annotations

import os
import sys

_wanted: int | None = None  # set before numba was there


def thread_count() -> int:
    """The number of threads that kernels use: all of the process, unless `set_threads` set it."""
    global _wanted
    numba = sys.modules.get("numba")
    if numba is None or not hasattr(numba, "get_num_threads"):
        return _wanted or _most()
    if _wanted is not None:
        numba.set_num_threads(_wanted)
        _wanted = None
    count: int = numba.get_num_threads()
    return count


def set_threads(count: int) -> None:
    """Let kernels use `count` threads from now on.

    Raises:
        ValueError: if `count` is not between 1 and the number of threads of the process.
    """
    global _wanted
    if not 1 <= count <= _most():
        raise ValueError(f"expected 1 to {_most()} threads, got {count}")
    _wanted = count
    thread_count()


def _most() -> int:
    """The number of threads of the process, as numba finds it."""
    numba = sys.modules.get("numba")
    if numba is not None and hasattr(numba, "config"):
        most: int = numba.config.NUMBA_NUM_THREADS
        return most
    given = os.environ.get("NUMBA_NUM_THREADS")
    if given is not None and given.isdigit():
        return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
