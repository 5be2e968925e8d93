"""Tabu search by recolouring nodes that are in conflict."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.kernels.kernel import helper, inlined_helper, serial_kernel

from .xorshift import uniform

Array = NDArray[Any]


@inlined_helper
def note(node: int, conflicting: Any, place: Any, numbers: Any) -> None:
    """Enter a node in the list of those in conflict, or take it out."""
    if place[node] < 0:
        place[node] = numbers[4]
        conflicting[numbers[4]] = node
        numbers[4] += 1
    else:
        numbers[4] -= 1
        last = conflicting[numbers[4]]
        conflicting[place[node]] = last
        place[last] = place[node]
        place[node] = -1


@helper
def best_move(
    colours: Any, counts: Any, tabu: Any, conflicting: Any, numbers: Any, random: Any
) -> Any:
    """A best allowed move at random: node, colour and change; the node is -1 if there is none."""
    node, colour, lowest, ties = -1, -1, np.int64(2**62), 0
    for p in range(numbers[4]):
        v = conflicting[p]
        here = counts[v, colours[v]]
        for c in range(counts.shape[1]):
            change = counts[v, c] - here
            if c == colours[v] or change > lowest:
                continue
            if tabu[v, c] > numbers[3] and numbers[1] + change >= numbers[2]:
                continue
            ties = 1 if change < lowest else ties + 1
            if ties == 1 or uniform(random) * ties < 1.0:
                node, colour, lowest = v, c, change
    return node, colour, lowest


@serial_kernel
def recolour(
    starts: Array,
    others: Array,
    colours: Array,
    counts: Array,
    tabu: Array,
    conflicting: Array,
    place: Array,
    best: Array,
    numbers: Array,
    random: Array,
    until: int,
) -> Any:
    """Make the best move that is allowed, again and again, until so many were evaluated.

    A move gives a node in conflict another colour; the way back is not allowed for a while, unless
    it leads below the fewest conflicts. It ends early where no node is in conflict.

    Args:
        starts: of each node's neighbours.
        others: neighbours, node by node.
        colours: of the nodes, in place.
        counts: neighbours of each colour, shape (nodes, colours), in place.
        tabu: the move from which on a node may have a colour again, of the same shape, in place.
        conflicting: nodes in conflict, in place.
        place: of each node in that list, -1 if it is not there, in place.
        best: the colours of fewest conflicts so far, in place.
        numbers: evaluations, conflicts, fewest conflicts, moves and nodes in conflict, in place.
        random: state of the generator.
        until: evaluations to end at.
    """
    k = counts.shape[1]
    while numbers[0] < until and numbers[4] > 0:
        node, colour, lowest = best_move(colours, counts, tabu, conflicting, numbers, random)
        if node < 0:
            node = conflicting[int(uniform(random) * numbers[4])]
            colour = (colours[node] + 1 + int(uniform(random) * (k - 1))) % k
            lowest = counts[node, colour] - counts[node, colours[node]]
        numbers[0] += numbers[4] * (k - 1)
        before = colours[node]
        colours[node] = colour
        if (counts[node, colour] > 0) != (place[node] >= 0):
            note(node, conflicting, place, numbers)
        for e in range(starts[node], starts[node + 1]):
            u = others[e]
            counts[u, before] -= 1
            counts[u, colour] += 1
            if (counts[u, colours[u]] > 0) != (place[u] >= 0):
                note(u, conflicting, place, numbers)
        numbers[1] += lowest
        numbers[3] += 1
        # The tenure of Galinier and Hao, J. Comb. Optim. 3, 379 (1999).
        tabu[node, before] = numbers[3] + int(0.6 * numbers[4] + uniform(random) * 10)
        if numbers[1] < numbers[2]:
            numbers[2] = numbers[1]
            for v in range(len(colours)):
                best[v] = colours[v]
    return np.int64(numbers[0])
