"""MaxCut: split the nodes of a graph so that the edges between the sides weigh most."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial

from .binary import BinaryProblem, Bits, Bound, exact_sum, nearest_sum, sums_exactly
from .graphs import check_graph, edge_positions, single_edges, warn_of_unused

# Gradients hold squares of weights, which must neither vanish nor overflow.
_SMALLEST = 1e-150


@dataclass(frozen=True, eq=False, kw_only=True)
class MaxCut(BinaryProblem):
    """The cost -cut(x) = sum over edges of w_ij (z_i z_j - 1)/2 of a weighted graph.

    Made by `maxcut`. Variable j is the j-th node in the graph's own order, and its bit is the
    side it is on.
    """

    graph: nx.Graph[Any]
    weight: str = "weight"
    kind: ClassVar[str] = "maxcut"
    score_name: ClassVar[str] = "cut"
    maximise: ClassVar[bool] = True

    @property
    def nodes(self) -> tuple[Hashable, ...]:
        """Labels, variable by variable."""
        return tuple(self.graph)

    @property
    def num_variables(self) -> int:
        """Number of nodes."""
        return self.graph.number_of_nodes()

    @cached_property
    def edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """First and second variable and weight of each edge."""
        first, second = edge_positions(self.graph).T
        weights = [float(w) for _, _, w in self.graph.edges(data=self.weight, default=1)]
        return first, second, np.array(weights, dtype=float)

    @cached_property
    def cost(self) -> Polynomial:
        """Minus the cut, as a polynomial in spins."""
        terms: dict[tuple[int, ...], float] = {
            (int(i), int(j)): w / 2 for i, j, w in zip(*self.edges, strict=True)
        }
        return Polynomial({**terms, (): -float(self.edges[2].sum()) / 2})

    def exact_cost(self) -> dict[tuple[int, ...], Fraction]:
        """Minus the cut with nothing rounded."""
        first, second, weights = (one.tolist() for one in self.edges)
        half = {weight: Fraction(weight) / 2 for weight in set(weights)}
        terms: dict[tuple[int, ...], Fraction] = {
            (min(i, j), max(i, j)): half[w] for i, j, w in zip(first, second, weights, strict=True)
        }
        return {**terms, (): -exact_sum(self.edges[2]) / 2}

    def objective(self, bits: Bits) -> float:
        """Weight of the edges between the two sides."""
        first, second, weights = self.edges
        cut = weights[bits[first] != bits[second]]
        return float(cut.sum()) if self._whole else nearest_sum(cut)

    @cached_property
    def _whole(self) -> bool:
        return sums_exactly(self.edges[2])

    def trivial_bound(self) -> Bound:
        """The sum of all positive weights."""
        positive = exact_sum(self.edges[2][self.edges[2] > 0])
        return Bound(positive, "no cut exceeds the sum of all positive weights")

    def solution(self, bits: Bits) -> tuple[set[Hashable], set[Hashable]]:
        """The labels on either side, those of bit 0 first."""
        sides: tuple[set[Hashable], set[Hashable]] = (set(), set())
        for node, bit in zip(self.graph, bits, strict=True):
            sides[bit].add(node)
        return sides

    def describe(self) -> dict[str, Any]:
        """Name, kind and size."""
        return {
            "name": self.name,
            "kind": self.kind,
            "nodes": self.num_variables,
            "edges": self.graph.number_of_edges(),
            "total_weight": float(self.edges[2].sum()),
        }


def maxcut(
    graph: nx.Graph[Any],
    *,
    weight: str = "weight",
    parallel: str | None = None,
    name: str = "graph",
    reference: Reference | None = None,
) -> MaxCut:
    """The MaxCut problem of a graph.

    Args:
        graph: undirected and simple, unless `parallel` says more; negative weights and isolated
            nodes are fine.
        weight: edge attribute that holds the weight; edges without it count 1, with a warning
            where no edge has it but some have other numbers.
        parallel: "sum" adds up the weights of all edges between two nodes of a multigraph or
            directed graph, which are refused unless it is given.
        name: shown in tables.
        reference: the best cost (minus the best cut) that is known.

    Raises:
        InputError: if the graph cannot be cut (see `check_graph`), or its weights are beyond
            1e150 or all below 1e-150.

    >>> problem = maxcut(nx.path_graph(["a", "b", "c"]))
    >>> problem.score("010"), problem.decode("010") == ({"a", "c"}, {"b"})
    (2.0, True)
    """
    merged = single_edges(graph, parallel, weight)
    check_graph(merged, weight)
    warn_of_unused(graph, weight, remedy="if that is the weight, say weight={name!r}")
    sizes = [abs(float(value)) for _, _, value in merged.edges(data=weight, default=1)]
    largest = max(sizes, default=0.0)
    if largest > 1 / _SMALLEST / max(len(sizes), 1) or 0 < largest < _SMALLEST:
        size = "small" if largest < 1 else "large"
        raise InputError(
            f"the weights, up to {largest:g}, are too {size} to be squared and added up; "
            "choose another unit"
        )
    return MaxCut(graph=merged.copy(), name=name, weight=weight, reference=reference)
