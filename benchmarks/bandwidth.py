"""How fast all threads together move numbers, in the cache and in memory.

After STREAM (J. D. McCalpin, IEEE TCCA Newsletter, December 1995): bytes are those that a loop
names. A processor that fetches a line before it overwrites it moves half as many again in `copy`
and a third more in `triad`, but no more than named in `scale`, which works in place as the passes
of the simulator do.
"""

from __future__ import annotations

import numba
import numpy as np
from machine import threads
from timing import median_seconds

IN_MEMORY = 1 << 24  # numbers of eight bytes per thread and array, more than any cache holds


@numba.njit(parallel=True)  # type: ignore[untyped-decorator]
def copy(source, target):  # type: ignore[no-untyped-def]
    """Copy with all threads."""
    for k in numba.prange(len(source)):
        target[k] = source[k]


@numba.njit(parallel=True)  # type: ignore[untyped-decorator]
def triad(left, right, target, factor):  # type: ignore[no-untyped-def]
    """Add a multiple with all threads."""
    for k in numba.prange(len(left)):
        target[k] = left[k] + factor * right[k]


@numba.njit(parallel=True)  # type: ignore[untyped-decorator]
def scale(numbers, factor):  # type: ignore[no-untyped-def]
    """Multiply in place with all threads."""
    for k in numba.prange(len(numbers)):
        numbers[k] *= factor


def copy_bandwidth(numbers: int) -> float:
    """Bytes per second read and written in a copy, arrays of so many numbers for each thread."""
    numbers *= threads()
    source, target = np.ones(numbers), np.zeros(numbers)
    return 16 * numbers / median_seconds(lambda: copy(source, target))


def memory_bandwidths(numbers: int = IN_MEMORY) -> dict[str, float]:
    """Bytes per second of copy, triad and scale, arrays of so many numbers for each thread."""
    numbers *= threads()
    left, right, target = np.ones(numbers), np.ones(numbers), np.zeros(numbers)
    return {
        "copy": 16 * numbers / median_seconds(lambda: copy(left, target)),
        "triad": 24 * numbers / median_seconds(lambda: triad(left, right, target, 0.5)),
        "scale": 16 * numbers / median_seconds(lambda: scale(target, -1.0)),
    }
