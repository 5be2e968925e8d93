"""Searches by flips of single spins on a polynomial, as compiled loops.

A polynomial sum_t w_t prod_{j in t} z_j is held as the value of each term, v_t = w_t prod z_j, and
the change of the cost by a flip of each spin, d_i = -2 sum_{t with i} v_t. A flip of i turns the
sign of its terms and changes d_j by 4 v_t for every j in them.
"""

from __future__ import annotations

from math import exp
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.kernels.kernel import inlined_helper, serial_kernel

Array = NDArray[Any]

# Breakout local search as published: the shortest and longest perturbation as shares of the
# variables, optima without improvement before a strong one, and the least share of directed ones.
_SHORTEST, _LONGEST = 0.01, 0.1
_PATIENCE = 1000
_DIRECTED = 0.8


class Tables(NamedTuple):
    """The terms of a polynomial and where each variable occurs.

    Attributes:
        weights: w_t.
        starts: term t has the variables members[starts[t] : starts[t + 1]].
        members: variables, term by term.
        of_starts: variable i is in the terms of_terms[of_starts[i] : of_starts[i + 1]].
        of_terms: terms, variable by variable.
    """

    weights: Array
    starts: Array
    members: Array
    of_starts: Array
    of_terms: Array


class State(NamedTuple):
    """Where a search is.

    Attributes:
        spins: z_j.
        values: v_t.
        deltas: d_j.
        best: the spins of least cost so far.
        tabu: the count of flips until which a spin is not to be flipped again.
        numbers: cost, least cost, cost of the last optimum, length of the next perturbation, optima
            since the last improvement, flips so far, and 1 within a descent.
        random: the state of the generator of random numbers, xorshift (Marsaglia, J. Stat. Softw.
            8, 14, 2003), not zero.
    """

    spins: Array
    values: Array
    deltas: Array
    best: Array
    tabu: Array
    numbers: Array
    random: Array


@inlined_helper
def drawn(random: Any) -> Any:
    """A random number from 0 to 1, not 1 itself; xorshift (Marsaglia, J. Stat. Softw. 8, 14)."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    return np.float64(x >> np.uint64(11)) * 2.0**-53


@inlined_helper
def flip(i: int, tables: Any, state: Any) -> None:
    """Flip spin i, and bring everything but the numbers up to date."""
    state.spins[i] = -state.spins[i]
    for k in range(tables.of_starts[i], tables.of_starts[i + 1]):
        t = tables.of_terms[k]
        v = state.values[t]
        state.values[t] = -v
        for m in range(tables.starts[t], tables.starts[t + 1]):
            state.deltas[tables.members[m]] += 4.0 * v


@inlined_helper
def move(i: int, tables: Any, state: Any, least: float, tenure: float) -> None:
    """Flip spin i in a search: count it, forbid its way back, and keep the best."""
    numbers = state.numbers
    numbers[0] += state.deltas[i]
    flip(i, tables, state)
    numbers[5] += 1
    state.tabu[i] = numbers[5] + 3 + np.floor(drawn(state.random) * tenure)
    if numbers[0] < numbers[1] - least:
        numbers[1] = numbers[0]
        for j in range(len(state.spins)):
            state.best[j] = state.spins[j]
        numbers[4] = -1  # the optimum that follows counts as the zeroth


@inlined_helper
def steepest(deltas: Any, least: float) -> Any:
    """The spin whose flip lowers the cost most, -1 if none lowers it by more than `least`."""
    best, lowest = -1, -least
    for i in range(len(deltas)):
        if deltas[i] < lowest:
            best, lowest = i, deltas[i]
    return best


@inlined_helper
def best_allowed(state: Any, least: float) -> Any:
    """The best flip that is not forbidden, or leads below the least cost."""
    numbers = state.numbers
    best, lowest = -1, np.inf
    for i in range(len(state.spins)):
        if state.deltas[i] < lowest:
            free = state.tabu[i] < numbers[5]
            if free or numbers[0] + state.deltas[i] < numbers[1] - least:
                best, lowest = i, state.deltas[i]
    return best


@serial_kernel
def evaluate(weights: Array, tables: Any, state: Any) -> Any:
    """Make values and deltas of the spins; returns the cost without its constant."""
    for i in range(len(state.deltas)):
        state.deltas[i] = 0.0
    cost = 0.0
    for t in range(len(weights)):
        v = weights[t]
        for m in range(tables.starts[t], tables.starts[t + 1]):
            v *= state.spins[tables.members[m]]
        state.values[t] = v
        cost += v
        for m in range(tables.starts[t], tables.starts[t + 1]):
            state.deltas[tables.members[m]] -= 2.0 * v
    return cost


@serial_kernel
def descend(
    weights: Array,  # noqa: ARG001 - kernels are told apart by their first array
    tables: Any,
    state: Any,
    least: float,
    most: int,
) -> Any:
    """Steepest descent by `most` flips, or until none lowers the cost by more than `least`.

    Returns the flips; fewer than `most` have reached the optimum.
    """
    count = 0
    while count < most:
        i = steepest(state.deltas, least)
        if i < 0:
            return count
        flip(i, tables, state)
        count += 1
    return count


@serial_kernel
def breakout(
    weights: Array,  # noqa: ARG001 - kernels are told apart by their first array
    tables: Any,
    state: Any,
    least: float,
    goal: float,
    flips: int,
    pause: int,
) -> Any:
    """Breakout local search until a cost is reached, or so many flips were made, or a few more.

    Each round of the loop makes one flip, of a descent or of the perturbation after it. From
    `pause` flips on it returns from a descent as well, with which the next call goes on.
    """
    numbers, n = state.numbers, len(state.spins)
    shortest, longest = max(2.0, _SHORTEST * n), max(3.0, _LONGEST * n)
    left, directed, descends = 0, False, numbers[6] > 0
    while True:
        if left > 0:
            i = best_allowed(state, least) if directed else -1
            if i < 0:
                i = int(drawn(state.random) * n)
            left -= 1
            descends = False
        else:
            if numbers[5] >= pause or (not descends and numbers[5] >= flips):
                numbers[6] = 1.0 if descends else 0.0
                return numbers[5]
            descends = True
            i = steepest(state.deltas, least)
            if i < 0:
                numbers[4] += 1
                same = abs(numbers[0] - numbers[2]) <= least
                numbers[3] = min(numbers[3] + 1, longest) if same else shortest
                numbers[2] = numbers[0]
                strong = numbers[4] > _PATIENCE
                if strong:
                    numbers[4] = 0
                chance = max(exp(-numbers[4] / _PATIENCE), _DIRECTED)
                directed = not strong and drawn(state.random) < chance
                left = int(longest if strong else numbers[3])
                continue
        move(i, tables, state, least, longest)
        if numbers[1] <= goal:
            return numbers[5]
