"""Odd-cycle inequalities of MaxCut: what every cut satisfies on every cycle.

Let y_e be 1 if edge e is cut. A cut meets every cycle C in an even number of edges, so for every
subset F of C with an odd number of edges

    (sum of y over F) - (sum of y over the rest of C) <= |F| - 1.

Barahona and Mahjoub, Math. Program. 36, 157 (1986). A violated inequality, if there is one, is
found by shortest paths in a graph of twice the size.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from qminima.limits import Deadline
from simulator.typing import Floats, Integers

_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Inequality:
    """The constraint sum of coefficient * y[edge] <= bound."""

    coefficients: tuple[tuple[int, int], ...]
    bound: int


def violated(
    nodes: int, heads: Integers, tails: Integers, y: Floats, deadline: Deadline | None = None
) -> set[Inequality]:
    """Violated odd-cycle inequalities; at least one, if any exists and time allows.

    Args:
        nodes: number of nodes.
        heads: one end of each edge.
        tails: the other.
        y: value of each edge in the relaxation.
        deadline: ends the search early.
    """
    ends = zip(heads.tolist(), tails.tolist(), strict=True)
    edge_of = {pair: e for e, (u, v) in enumerate(ends) for pair in ((u, v), (v, u))}
    graph = _doubled(nodes, heads, tails, np.clip(y, 0, 1))
    found = set()
    # One source at a time keeps memory linear in the number of nodes.
    for node in range(nodes):
        if deadline is not None and deadline():
            break
        lengths, predecessors = dijkstra(
            graph, directed=False, indices=node, return_predecessors=True, limit=1.0
        )
        if lengths[node + nodes] < 1 - _TOLERANCE:
            walk = _walk(predecessors, node, node + nodes)
            if len({step % nodes for step in walk}) == len(walk) - 1:  # a cycle, not a figure 8
                found.add(_inequality(walk, nodes, edge_of))
    return found


def _doubled(nodes: int, u: Integers, v: Integers, y: Floats) -> csr_array:
    """The graph in which node v appears as v and as v + nodes.

    An edge costs y between copies of one kind and 1 - y between copies of different kinds, so a
    path from v to v + nodes is a closed walk with an odd number of edges in F. The small addend
    lets shorter cycles win ties and keeps zero costs from vanishing in the sparse matrix.
    """
    rows = np.concatenate([u, u + nodes, u, u + nodes])
    columns = np.concatenate([v, v + nodes, v + nodes, v])
    costs = np.concatenate([y, y, 1 - y, 1 - y]) + 1e-9
    return csr_array((costs, (rows, columns)), shape=(2 * nodes, 2 * nodes))


def _walk(predecessors: NDArray[np.int32], start: int, end: int) -> list[int]:
    walk = [end]
    while walk[-1] != start:
        walk.append(int(predecessors[walk[-1]]))
    return walk


def _inequality(walk: list[int], nodes: int, edge_of: dict[tuple[int, int], int]) -> Inequality:
    coefficients = {}
    for a, b in pairwise(walk):
        crossing = (a < nodes) != (b < nodes)
        coefficients[edge_of[a % nodes, b % nodes]] = 1 if crossing else -1
    odd = sum(sign == 1 for sign in coefficients.values())
    return Inequality(tuple(sorted(coefficients.items())), odd - 1)
