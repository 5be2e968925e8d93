"""Iterated local search on round trips: 2-opt, Or-opt and double bridges.

A trip is an array of all cities that stays at its first one. Distances of both directions may
differ, so that sums of distances along the trip, forwards and backwards, give the change by a
reversal at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.kernels.kernel import helper, inlined_helper, serial_kernel

from .xorshift import uniform

Array = NDArray[Any]

# Cities of a segment that Or-opt moves, and of the parts that a double bridge exchanges.
_SEGMENT, _BRIDGE = 3, 30


@inlined_helper
def measure(distances: Any, tour: Any, forth: Any, back: Any) -> Any:
    """Bring the sums along a trip up to date; returns its length."""
    for p in range(1, len(tour)):
        forth[p] = forth[p - 1] + distances[tour[p - 1], tour[p]]
        back[p] = back[p - 1] + distances[tour[p], tour[p - 1]]
    return forth[-1] + distances[tour[-1], tour[0]]


@inlined_helper
def reverse(tour: Any, i: int, j: int) -> None:
    """Reverse the places from i to j."""
    while i < j:
        tour[i], tour[j] = tour[j], tour[i]
        i, j = i + 1, j - 1


@inlined_helper
def exchange(tour: Any, i: int, m: int, j: int) -> None:
    """Exchange the places from i to m with those from m + 1 to j."""
    reverse(tour, i, m)
    reverse(tour, m + 1, j)
    reverse(tour, i, j)


@inlined_helper
def reversal(distances: Any, tour: Any, forth: Any, back: Any, i: int, j: int) -> Any:
    """The change by a reversal of the places from i to j."""
    a, b, c, d = tour[i - 1], tour[i], tour[j], tour[(j + 1) % len(tour)]
    ends = distances[a, c] + distances[b, d] - distances[a, b] - distances[c, d]
    return ends + (back[j] - back[i]) - (forth[j] - forth[i])


@helper
def improve(distances: Any, tour: Any, forth: Any, back: Any, at: int, least: float) -> Any:
    """Make the best move of a place, if it shortens the trip by more than `least`.

    Returns the evaluations, and the first and last place that the move changed; none if -1.
    """
    n, lowest = len(tour), -least
    kind, first, middle, last, evaluations = 0, -1, -1, -1, n - 2
    for other in range(1, n):
        i, j = min(at, other), max(at, other)
        if i < j:
            change = reversal(distances, tour, forth, back, i, j)
            if change < lowest:
                lowest, kind, first, last = change, 1, i, j
    for size in range(1, min(_SEGMENT, n - 2) + 1):
        for side in range(2):
            i = at if side == 0 else at - size + 1
            j = i + size - 1
            if i < 1 or j >= n or (side == 1 and size == 1):
                continue
            a, b, c, d = tour[i - 1], tour[i], tour[j], tour[(j + 1) % n]
            gain = distances[a, d] - distances[a, b] - distances[c, d]
            turned = (back[j] - back[i]) - (forth[j] - forth[i])
            evaluations += 2 * n
            for p in range(n):
                if i - 1 <= p <= j:
                    continue
                u, v = tour[p], tour[(p + 1) % n]
                base = gain - distances[u, v]
                straight = base + distances[u, b] + distances[c, v]
                if straight < lowest:
                    lowest, kind = straight, 2
                    first, middle, last = (p + 1, i - 1, j) if p < i else (i, j, p)
                across = base + distances[u, c] + distances[b, v] + turned
                if across < lowest:
                    lowest, kind = across, 3 if p < i else 4
                    first, middle, last = (p + 1, i - 1, j) if p < i else (i, j, p)
    if kind == 1:
        reverse(tour, first, last)
    elif kind > 1:
        if kind == 3:
            reverse(tour, middle + 1, last)
        elif kind == 4:
            reverse(tour, first, middle)
        exchange(tour, first, middle, last)
    return evaluations, first, middle, last


@inlined_helper
def bridge(tour: Any, active: Any, random: Any) -> None:
    """Exchange two neighbouring parts of a trip, which are drawn."""
    n = len(tour)
    a = 1 + int(uniform(random) * (n - 2))
    b = min(a + int(uniform(random) * _BRIDGE), n - 2)
    c = min(b + 1 + int(uniform(random) * _BRIDGE), n - 1)
    exchange(tour, a, b, c)
    seam = a + c - b
    for p in (a - 1, a, seam - 1, seam, c, c + 1):
        active[tour[p % n]] = True


@serial_kernel
def travel(
    distances: Array,
    tour: Array,
    held: Array,
    active: Array,
    forth: Array,
    back: Array,
    numbers: Array,
    random: Array,
    least: float,
    until: float,
) -> Any:
    """Descents, each from a double bridge of the best trip, until so many moves were evaluated.

    Args:
        distances: from row to column.
        tour: cities in their order, in place.
        held: the best trip so far, in place.
        active: by city, whether moves of its place may shorten the trip, in place.
        forth: sums of distances along the trip, in place.
        back: the same backwards, in place.
        numbers: evaluations, the length of the best trip, the place that was looked at last, and
            how many in a row gave no improvement, in place.
        random: state of the generator.
        least: the least difference between lengths.
        until: evaluations to end at.
    """
    n, here, idle = len(tour), int(numbers[2]), int(numbers[3])
    length = measure(distances, tour, forth, back)
    while numbers[0] < until:
        while idle < n and numbers[0] < until:
            here = here + 1 if here + 1 < n else 1
            idle += 1
            if not active[tour[here]]:
                continue
            made, first, middle, last = improve(distances, tour, forth, back, here, least)
            numbers[0] += made
            if first < 0:
                active[tour[here]] = False
                continue
            idle = 0
            length = measure(distances, tour, forth, back)
            for p in (first - 1, first, middle, middle + 1, last, last + 1):
                active[tour[p % n]] = True
            # Where the parts meet after an exchange.
            seam = first + last - middle
            active[tour[(seam - 1) % n]] = active[tour[seam % n]] = True
        if idle < n:
            break
        if length <= numbers[1]:
            numbers[1] = length
            for p in range(n):
                held[p] = tour[p]
        else:
            for p in range(n):
                tour[p] = held[p]
        bridge(tour, active, random)
        length, idle = measure(distances, tour, forth, back), 0
    numbers[2], numbers[3] = here, idle
    if length < numbers[1]:
        numbers[1] = length
        for p in range(n):
            held[p] = tour[p]
    return np.int64(numbers[0])
