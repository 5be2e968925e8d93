"""Searches by flips of single spins on a polynomial, as compiled loops.

A polynomial sum_t w_t prod_{j in t} z_j is held as the value of each term, v_t = w_t prod z_j, and
the change of the cost by a flip of each spin, d_i = -2 sum_{t with i} v_t. A flip of i turns the
sign of its terms and changes d_j by 4 v_t for every other j in them.

The least change is found in blocks of spins, once for the spins that may be flipped and once for
those that are tabu: the least change of each block is kept, and found anew only if it grew.
"""

from __future__ import annotations

from math import exp
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.kernels.kernel import inlined_helper, merged_helper, serial_kernel

Array = NDArray[Any]

# Breakout local search as published: the shortest and longest perturbation as shares of the
# variables, optima without improvement before a strong one, and the least share of directed ones.
_SHORTEST, _LONGEST = 0.01, 0.1
_PATIENCE = 1000
_DIRECTED = 0.8

# Flips for which a spin stays tabu at least.
_TENURE = 3

#: The searches that `search` makes.
DESCENT, BREAKOUT, TABU = 0, 1, 2


class Tables(NamedTuple):
    """The terms of a polynomial and where each variable occurs.

    Attributes:
        weights: w_t.
        starts: term t has the variables members[starts[t] : starts[t + 1]].
        members: variables, term by term.
        of_starts: variable i is in the terms of_terms[of_starts[i] : of_starts[i + 1]].
        of_terms: terms, variable by variable.
        near_starts: variable i has the partners near[near_starts[i] : near_starts[i + 1]]; empty
            unless all terms are of degree one and two.
        near: partners, variable by variable.
        near_weights: weights of these pairs.
    """

    weights: Array
    starts: Array
    members: Array
    of_starts: Array
    of_terms: Array
    near_starts: Array
    near: Array
    near_weights: Array


class State(NamedTuple):
    """Where a search is.

    Attributes:
        spins: z_j.
        values: v_t; where there are pairs only, as they were when they were last made.
        best: the spins of least cost so far.
        tabu: the count of flips until which a spin is not to be flipped again.
        numbers: cost, least cost, cost of the last optimum, length of the next perturbation, optima
            since the last improvement, flips so far, 1 within a descent, 1 while the spins are
            the best ones and not yet kept as such, and the largest change of any flip.
        random: the state of the generator of random numbers, xorshift (Marsaglia, J. Stat. Softw.
            8, 14, 2003), not zero.
        keys: d_j of the spins that are free, infinite for others; and of those that are tabu in the
            second half. The length of a half is a multiple of the block's.
        low: the least key of each block.
        at: its place.
        shift: blocks have 2^shift places.
        side: the first place of the half in which the key of each spin is.
        due: the first spin whose tabu ends after a count of flips, by its remainder; -1 for none.
            Its length is a power of two.
        after: the next spin of the same list.
        before: the one before, or -1 - remainder at the head.
    """

    spins: Array
    values: Array
    best: Array
    tabu: Array
    numbers: Array
    random: Array
    keys: Array
    low: Array
    at: Array
    shift: int
    side: Array
    due: Array
    after: Array
    before: Array


@inlined_helper
def drawn(random: Any) -> Any:
    """A random number from 0 to 1, not 1 itself; xorshift (Marsaglia, J. Stat. Softw. 8, 14)."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    return np.float64(x >> np.uint64(11)) * 2.0**-53


@merged_helper
def least_of(keys: Any, start: int, stop: int) -> Any:
    """The least of some keys, by four comparisons at a time; their number is a multiple of 4."""
    a, b, c, d = keys[start], keys[start + 1], keys[start + 2], keys[start + 3]
    for k in range(start + 4, stop, 4):
        a = keys[k] if keys[k] < a else a
        b = keys[k + 1] if keys[k + 1] < b else b
        c = keys[k + 2] if keys[k + 2] < c else c
        d = keys[k + 3] if keys[k + 3] < d else d
    a, c = a if a < b else b, c if c < d else d
    return a if a < c else c


@merged_helper
def settle(place: int, key: float, state: Any) -> None:
    """Change a key, and the least one of its block."""
    keys, low, at = state.keys, state.low, state.at
    block = place >> state.shift
    keys[place] = key
    if key <= low[block]:
        low[block], at[block] = key, place
    elif at[block] == place:
        start, stop = block << state.shift, (block + 1) << state.shift
        lowest = least_of(keys, start, stop)
        place = start
        while keys[place] != lowest:
            place += 1
        low[block], at[block] = lowest, place


@merged_helper
def found(state: Any, start: int, stop: int) -> Any:
    """The place of the least key of some blocks; of equals that of a block which changes."""
    lowest = least_of(state.low, start, stop)
    block = start + int(state.numbers[5] * 17) % (stop - start)
    while state.low[block] != lowest:
        block = block + 1 if block + 1 < stop else start
    return state.at[block]


@inlined_helper
def flip(i: int, tables: Any, state: Any) -> None:
    """Flip spin i, and bring everything but the numbers up to date."""
    spins, keys, side = state.spins, state.keys, state.side
    if len(tables.near_starts) > 0:
        for k in range(tables.near_starts[i], tables.near_starts[i + 1]):
            j = tables.near[k]
            place = j + side[j]
            settle(place, keys[place] + 4.0 * tables.near_weights[k] * spins[i] * spins[j], state)
    else:
        for k in range(tables.of_starts[i], tables.of_starts[i + 1]):
            t = tables.of_terms[k]
            v = state.values[t]
            state.values[t] = -v
            for m in range(tables.starts[t], tables.starts[t + 1]):
                j = tables.members[m]
                if j != i:
                    place = j + side[j]
                    settle(place, keys[place] + 4.0 * v, state)
    spins[i] = -spins[i]
    settle(i + side[i], -keys[i + side[i]], state)


@merged_helper
def hold(i: int, state: Any, until: float) -> None:
    """Make a spin tabu until a count of flips."""
    half = len(state.keys) // 2
    due, after, before = state.due, state.after, state.before
    if state.side[i] > 0:  # it was tabu: leave its list
        following = after[i]
        if following >= 0:
            before[following] = before[i]
        if before[i] >= 0:
            after[before[i]] = following
        else:
            due[-1 - before[i]] = following
    else:
        settle(half + i, state.keys[i], state)
        settle(i, np.inf, state)
        state.side[i] = half
    state.tabu[i] = until
    head = int(until) & (len(due) - 1)
    following = due[head]
    after[i], before[i], due[head] = following, -1 - head, i
    if following >= 0:
        before[following] = i


@merged_helper
def release(state: Any) -> None:
    """Free the spins whose tabu ended with the flip before this one."""
    half = len(state.keys) // 2
    head = int(state.numbers[5] - 1) & (len(state.due) - 1)
    i = state.due[head]
    state.due[head] = -1
    while i >= 0:
        settle(i, state.keys[half + i], state)
        settle(half + i, np.inf, state)
        state.side[i] = 0
        i = state.after[i]


@merged_helper
def keep(state: Any) -> None:
    """Copy the spins if they are the best ones."""
    if state.numbers[7] > 0:
        state.numbers[7] = 0
        for j in range(len(state.spins)):
            state.best[j] = state.spins[j]


@inlined_helper
def move(i: int, tables: Any, state: Any, least: float, tenure: float) -> None:
    """Flip spin i in a search: count it, forbid its way back, and keep the best."""
    numbers, change = state.numbers, state.keys[i + state.side[i]]
    if change > -least:
        keep(state)
    numbers[0] += change
    flip(i, tables, state)
    hold(i, state, numbers[5] + 1 + _TENURE + np.floor(drawn(state.random) * tenure))
    numbers[5] += 1
    release(state)
    if numbers[0] < numbers[1] - least:
        numbers[1] = numbers[0]
        numbers[7] = 1
        numbers[4] = -1  # the optimum that follows counts as the zeroth


@merged_helper
def steepest(state: Any, least: float) -> Any:
    """The spin whose flip lowers the cost most, -1 if none lowers it by more than `least`."""
    place = found(state, 0, len(state.low))
    spin = place if place < len(state.keys) // 2 else place - len(state.keys) // 2
    return spin if state.keys[place] < -least else -1


@merged_helper
def best_allowed(state: Any, least: float) -> Any:
    """The best flip that is not forbidden, or leads below the least cost."""
    numbers, half = state.numbers, len(state.low) // 2
    place = found(state, 0, half)
    lowest = state.keys[place]
    if numbers[0] - numbers[8] < numbers[1]:  # a flip of the largest change would be allowed
        other = found(state, half, 2 * half)
        held = state.keys[other]
        if held < lowest and numbers[0] + held < numbers[1] - least:
            return other - len(state.keys) // 2
    return place if lowest < np.inf else -1


@serial_kernel
def evaluate(weights: Array, tables: Any, state: Any) -> Any:
    """Make values and keys of the spins; returns the cost without its constant."""
    keys, side = state.keys, state.side
    for k in range(len(keys)):
        keys[k] = np.inf
    for i in range(len(side)):
        keys[i + side[i]] = 0.0
    cost = 0.0
    for t in range(len(weights)):
        v = weights[t]
        for m in range(tables.starts[t], tables.starts[t + 1]):
            v *= state.spins[tables.members[m]]
        state.values[t] = v
        cost += v
        for m in range(tables.starts[t], tables.starts[t + 1]):
            keys[tables.members[m] + side[tables.members[m]]] -= 2.0 * v
    for block in range(len(state.low)):
        start, stop = block << state.shift, (block + 1) << state.shift
        state.low[block] = least_of(keys, start, stop)
        if keys[state.at[block]] != state.low[block]:  # else the choice between equals stays
            place = start
            while keys[place] != state.low[block]:
                place += 1
            state.at[block] = place
    return cost


@serial_kernel
def search(
    weights: Array,  # noqa: ARG001 - kernels are told apart by their first array
    tables: Any,
    state: Any,
    mode: int,
    least: float,
    goal: float,
    flips: int,
    pause: int,
    tenure: float,
) -> Any:
    """A descent, breakout local search, or tabu search, one flip in each round of the loop.

    Args:
        weights: w_t.
        tables: the terms.
        state: in place.
        mode: `DESCENT`, which ends at an optimum, `BREAKOUT` or `TABU`; one kernel, as it takes
            seconds to compile.
        least: changes of the cost by less are none.
        goal: a cost at which the search ends.
        flips: how many are made in all, or a few more, as a descent is finished.
        pause: flips from which on it returns from a descent as well, with which the next call of
            breakout local search goes on.
        tenure: random flips for which a spin stays tabu.

    Returns:
        How many flips were made in this call.
    """
    numbers, n = state.numbers, len(state.spins)
    shortest, longest = max(2.0, _SHORTEST * n), max(3.0, _LONGEST * n)
    left, directed, descends = 0, False, numbers[6] > 0
    begun = numbers[5]
    while numbers[1] > goal:
        if mode == TABU:
            if numbers[5] >= flips:
                break
            i = best_allowed(state, least)
            if i < 0:
                i = int(drawn(state.random) * n)
        elif left > 0:
            i = best_allowed(state, least) if directed else -1
            if i < 0:
                i = int(drawn(state.random) * n)
            left -= 1
            descends = False
        else:
            if numbers[5] >= pause or (not descends and numbers[5] >= flips):
                break
            descends = True
            i = steepest(state, least)
            if i < 0:
                if mode == DESCENT:
                    break
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
        move(i, tables, state, least, tenure)
    numbers[6] = 1.0 if descends else 0.0
    keep(state)
    return numbers[5] - begun
