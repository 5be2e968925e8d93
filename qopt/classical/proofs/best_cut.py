"""The best cut that branch and bound has found, and cuts from values of linear programs."""

from __future__ import annotations

from fractions import Fraction
from itertools import compress

import numpy as np

from qminima.limits import Deadline
from simulator.typing import Floats

from ..cut_form import ExactCut
from ..search import Search
from .exact import exact_total
from .fixed_edges import Ends, Fixed


class BestCut:
    """The best cut so far.

    Attributes:
        bitstring: its sides.
        weight: its exact weight.
    """

    def __init__(self, cut: ExactCut, start: str, deadline: Deadline) -> None:
        problem = cut.form.maxcut
        first, second, _ = problem.edges
        self._ends = (first, second)
        self._weights = list(cut.weights)
        self._nodes = problem.num_variables
        self._deadline = deadline
        self._polish = Search(problem.cost, problem.num_variables, 0)
        self.bitstring, self.weight = start, self._weight(start)

    def round(self, y: Floats, fixed: Fixed) -> None:
        """Try a cut along the most decided edges, improved by single flips."""
        decided = np.argsort(-np.abs(y - 0.5), kind="stable").tolist()
        order = sorted(decided, key=lambda edge: edge not in fixed)
        self._polish.restart(_spread(self._nodes, self._ends, y, order))
        self._polish.descend(self._deadline)
        self.take(self._polish.bitstring)

    def take(self, found: str) -> None:
        """Keep a cut that is better than the best one."""
        weight = self._weight(found)
        if weight > self.weight:
            self.bitstring, self.weight = found, weight

    def _weight(self, bitstring: str) -> Fraction:
        first, second = self._ends
        sides = np.frombuffer(bitstring.encode(), dtype=np.uint8)
        return exact_total(compress(self._weights, (sides[first] != sides[second]).tolist()))


def _spread(nodes: int, ends: Ends, y: Floats, order: list[int]) -> Floats:
    """Spins along a spanning forest of the first edges in an order, cut where y is above 1/2."""
    parent, sign = list(range(nodes)), [1] * nodes

    def find(node: int) -> tuple[int, int]:
        path = []
        while parent[node] != node:
            path.append(node)
            node = parent[node]
        relative = 1
        for step in reversed(path):
            relative *= sign[step]
            parent[step], sign[step] = node, relative
        return node, relative

    first, second = ends[0].tolist(), ends[1].tolist()
    for edge in order:
        (u, a), (v, b) = find(first[edge]), find(second[edge])
        if u != v:
            parent[u] = v
            sign[u] = a * b * (-1 if y[edge] > 0.5 else 1)
    return np.array([find(node)[1] for node in range(nodes)], dtype=float)
