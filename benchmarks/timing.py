"""Medians of repeated calls, for this package and for the peers' programs alike."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

MEASUREMENTS = 5
SHORTEST = 0.02  # seconds of one measurement, over which fast calls are averaged


def median_seconds(function: Callable[[], object]) -> float:
    """Median over measurements, at least five, of the time of one call, after a first call."""
    function()
    started = perf_counter()
    function()
    once = perf_counter() - started
    calls = max(1, int(SHORTEST / max(once, 1e-9)))
    times = []
    for _ in range(MEASUREMENTS if once > 0.2 else 3 * MEASUREMENTS):
        started = perf_counter()
        for _ in range(calls):
            function()
        times.append((perf_counter() - started) / calls)
    return sorted(times)[len(times) // 2]
