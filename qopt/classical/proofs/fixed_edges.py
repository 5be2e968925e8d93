"""Consequences of fixed edges, cut or not, for the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from .odd_cycles import Inequality

Ends = tuple[NDArray[np.int64], NDArray[np.int64]]
Fixed = dict[int, int]  # edges that a case has as not cut (0) or cut (1)


class FixedEdges:
    """Parts of a graph that fixed edges connect, and the sides of their nodes.

    Args:
        nodes: of the graph.
        ends: both ends of each edge.
        values: 1 for each fixed edge that is cut, 0 for one that is not; they form no cycle.

    Attributes:
        free: edges between different parts.
        implied: the value of each edge within a part that is not fixed itself.
        sides: of each node beside the first one of its part.
    """

    def __init__(self, nodes: int, ends: Ends, values: Mapping[int, int]) -> None:
        self._ends = list(zip(ends[0].tolist(), ends[1].tolist(), strict=True))
        self._values = values
        beside: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
        for edge in values:
            u, v = self._ends[edge]
            beside[u].append((v, edge))
            beside[v].append((u, edge))
        part = [-1] * nodes
        self.sides, self._depth = [0] * nodes, [0] * nodes
        # The node and the edge on the way to the first node of the part.
        self._up: list[tuple[int, int]] = [(-1, -1)] * nodes
        for first in range(nodes):
            if part[first] >= 0:
                continue
            part[first] = first
            left = deque([first])
            while left:
                here = left.popleft()
                for node, edge in beside[here]:
                    if part[node] < 0:
                        part[node], self._up[node] = first, (here, edge)
                        self.sides[node] = self.sides[here] ^ values[edge]
                        self._depth[node] = self._depth[here] + 1
                        left.append(node)
        self.free: list[int] = []
        self.implied: dict[int, int] = {}
        for edge, (u, v) in enumerate(self._ends):
            if part[u] != part[v]:
                self.free.append(edge)
            elif edge not in values:
                self.implied[edge] = self.sides[u] ^ self.sides[v]

    def inequality(self, edge: int) -> Inequality:
        """The odd-cycle inequality that holds an implied edge to its value.

        It says y_e <= 0 or y_e >= 1 once the fixed edges of the cycle have their values, and is
        then satisfied with equality.
        """
        path = self._path(*self._ends[edge])
        signs = {one: 1 if self._values[one] else -1 for one in path}
        signs[edge] = -1 if self.implied[edge] else 1
        odd = sum(sign == 1 for sign in signs.values())
        return Inequality(tuple(sorted(signs.items())), odd - 1)

    def _path(self, u: int, v: int) -> list[int]:
        """Fixed edges from one node to another of its part."""
        path = []
        while u != v:
            if self._depth[u] < self._depth[v]:
                u, v = v, u
            u, edge = self._up[u]
            path.append(edge)
        return path


class Parts:
    """Labels of nodes, the same for nodes that fixed edges connect."""

    def __init__(self, nodes: int, ends: Ends, fixed: Iterable[int]) -> None:
        self._label = list(range(nodes))
        self._ends = ends
        for edge in fixed:
            self.join(edge)

    def find(self, node: int) -> int:
        """The label of a node."""
        label = self._label
        while label[node] != node:
            label[node] = label[label[node]]
            node = label[node]
        return node

    def join(self, edge: int) -> bool:
        """Connect both ends of an edge; whether they were not before."""
        u, v = self.find(int(self._ends[0][edge])), self.find(int(self._ends[1][edge]))
        self._label[u] = v
        return u != v
