"""Orders in which variables are eliminated, and minimisation along them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from qminima.limits import Deadline
from simulator.typing import Floats

# A function of some variables, in the order of elimination, and its table, an axis for each.
Factor = tuple[tuple[int, ...], Floats]


def minimum_degree(
    variables: int, pairs: Iterable[Sequence[int]], most: int, deadline: Deadline | None = None
) -> tuple[list[int], int] | None:
    """An order by minimum degrees, and its width, an upper bound on the treewidth.

    Eliminating a variable connects its neighbours with each other; the width is the largest number
    of neighbours that one has then.

    Args:
        variables: how many there are.
        pairs: those that a term of the cost connects.
        most: the largest width that is wanted.
        deadline: asked before each variable.

    Returns:
        None once the width exceeds `most`, or the time is over.
    """
    neighbours: list[set[int]] = [set() for _ in range(variables)]
    for first, second in pairs:
        neighbours[first].add(second)
        neighbours[second].add(first)
    # Entries whose degree has changed since are passed over when they come up.
    queue = [(len(around), variable) for variable, around in enumerate(neighbours)]
    heapify(queue)
    order, width, done = list[int](), 0, [False] * variables
    while queue:
        degree, variable = heappop(queue)
        if done[variable] or degree != len(neighbours[variable]):
            continue
        if degree > most or (deadline is not None and deadline()):
            return None
        done[variable], width = True, max(width, degree)
        order.append(variable)
        for other in neighbours[variable]:
            neighbours[other] |= neighbours[variable]
            neighbours[other] -= {other, variable}
            heappush(queue, (len(neighbours[other]), other))
    return order, width


def eliminate(
    order: Sequence[int], factors: Iterable[Factor], deadline: Deadline
) -> list[int] | None:
    """Bits that minimise a sum of factors, found by eliminating variables in an order.

    The sum of all factors with a variable, minimised over it, becomes a factor of the variables
    that are left (Dechter, Artif. Intell. 113, 41, 1999). Work grows as 2^width. A bit that makes
    no difference is 0.

    Args:
        order: of all variables.
        factors: each over different variables.
        deadline: asked before each variable.

    Returns:
        The bit of each variable; None if the time did not suffice.
    """
    place = {variable: number for number, variable in enumerate(order)}
    waiting: list[list[Factor]] = [[] for _ in order]

    def add(factor: Factor) -> None:
        if factor[0]:
            waiting[place[factor[0][0]]].append(factor)

    for variables, table in factors:
        if deadline():
            return None
        turned = sorted(range(len(variables)), key=lambda axis: place[variables[axis]])
        add((tuple(variables[axis] for axis in turned), table.transpose(turned)))
    choices: list[tuple[tuple[int, ...], NDArray[np.uint8]]] = []
    for number, variable in enumerate(order):
        if deadline():
            return None
        total: Factor = ((variable,), np.zeros(2))
        for factor in sorted(waiting[number], key=lambda one: one[1].size):
            total = _sum(place, total, factor)
        variables, table = total
        waiting[number] = []
        choices.append((variables[1:], np.packbits(table[1] < table[0])))
        add((variables[1:], np.minimum(table[0], table[1])))
    bits = [0] * len(order)
    for variable, (others, packed) in zip(reversed(order), reversed(choices), strict=True):
        position = reduce(lambda index, other: 2 * index + bits[other], others, 0)
        bits[variable] = int(packed[position >> 3] >> (7 - (position & 7)) & 1)
    return bits


def _sum(place: dict[int, int], one: Factor, other: Factor) -> Factor:
    """The sum of two factors."""
    variables = tuple(sorted({*one[0], *other[0]}, key=place.__getitem__))
    tables = [
        table.reshape([2 if variable in names else 1 for variable in variables])
        for names, table in (one, other)
    ]
    return variables, tables[0] + tables[1]
