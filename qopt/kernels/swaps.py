"""Tabu search by swaps on a quadratic cost of bits of which a given number are ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.kernels.kernel import serial_kernel

from .xorshift import uniform

Array = NDArray[Any]


@serial_kernel
def swap(
    couplings: Array,
    fields: Array,
    order: Array,
    ones: int,
    tabu: Array,
    best: Array,
    numbers: Array,
    random: Array,
    least: float,
    until: float,
) -> Any:
    """Make the best swap that is allowed, again and again, until so many were evaluated.

    A swap is allowed if neither bit was swapped lately, or if it leads below the least cost.

    Args:
        couplings: J_ij of the cost sum_i h_i x_i + sum_{i<j} J_ij x_i x_j, symmetric, J_ii = 0.
        fields: h_i + sum_j J_ij x_j, in place.
        order: the variables, those that are one first, in place.
        ones: how many are one.
        tabu: the move from which on each variable may be swapped again, in place.
        best: the variables that are one where the cost is least so far, in place.
        numbers: evaluations, cost, least cost and moves, in place.
        random: state of the generator.
        least: the least difference between costs.
        until: evaluations to end at.
    """
    n = len(order)
    tenure = 1 + min(ones, n - ones) // 4
    while numbers[0] < until:
        a, b, lowest = -1, -1, np.inf
        for p in range(ones):
            i = order[p]
            for q in range(ones, n):
                j = order[q]
                change = fields[j] - fields[i] - couplings[i, j]
                if change < lowest and (
                    (tabu[i] <= numbers[3] and tabu[j] <= numbers[3])
                    or numbers[1] + change < numbers[2] - least
                ):
                    a, b, lowest = p, q, change
        numbers[0] += ones * (n - ones)
        if a < 0:
            a = int(uniform(random) * ones)
            b = ones + int(uniform(random) * (n - ones))
            lowest = fields[order[b]] - fields[order[a]] - couplings[order[a], order[b]]
        i, j = order[a], order[b]
        order[a], order[b] = j, i
        for k in range(n):
            fields[k] += couplings[j, k] - couplings[i, k]
        numbers[1] += lowest
        numbers[3] += 1
        tabu[i] = numbers[3] + 1 + int(uniform(random) * 2 * tenure)
        tabu[j] = numbers[3] + 1 + int(uniform(random) * tenure)
        if numbers[1] < numbers[2] - least:
            numbers[2] = numbers[1]
            for p in range(ones):
                best[p] = order[p]
