"""Medians of repeated calls, for this package and for the peers' programs alike."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

MEASUREMENTS = 5
SHORTEST = 0.02  # seconds of one measurement, over which fast calls are averaged
SLOW = 5.0  # seconds from which on three measurements do


def median_seconds(function: Callable[[], object]) -> float:
    """Median of the time of one call, after a first call.

    Of at least five measurements; of three if a call takes more than five seconds.
    """
    function()
    started = perf_counter()
    function()
    once = perf_counter() - started
    calls = max(1, int(SHORTEST / max(once, 1e-9)))
    if once > SLOW:
        times, repeats = [once], 2
    else:
        times, repeats = [], MEASUREMENTS if once > 0.2 else 3 * MEASUREMENTS
    for _ in range(repeats):
        started = perf_counter()
        for _ in range(calls):
            function()
        times.append((perf_counter() - started) / calls)
    return sorted(times)[len(times) // 2]
