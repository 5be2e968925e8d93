"""MaxCut: split the nodes of a graph so that the edges between the sides weigh most."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.result import Reference
from simulator.polynomial import Polynomial

from ..graphs import check_graph

# Gradients hold squares of weights, which must neither vanish nor overflow.
_SMALLEST = 1e-150


@dataclass(frozen=True, eq=False)
class MaxCut:
    """The cost -cut(x) = sum over edges of w_ij (z_i z_j - 1)/2 of a weighted graph.

    Made by `maxcut`. Variable j is the j-th node in the graph's own order, and its bit is the
    side it is on.
    """

    graph: nx.Graph[Any]
    name: str = "graph"
    weight: str = "weight"
    reference: Reference | None = None
    kind: str = field(default="maxcut", init=False)
    score_name: str = field(default="cut", init=False)
    maximise: bool = field(default=True, init=False)
    constrained: bool = field(default=False, init=False)

    @cached_property
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
        position = {node: index for index, node in enumerate(self.nodes)}
        triples = [
            (position[u], position[v], float(w))
            for u, v, w in self.graph.edges(data=self.weight, default=1)
        ]
        first, second, weights = zip(*triples, strict=True) if triples else ((), (), ())
        return (
            np.array(first, dtype=np.int64),
            np.array(second, dtype=np.int64),
            np.array(weights, dtype=float),
        )

    @cached_property
    def cost(self) -> Polynomial:
        """Minus the cut, as a polynomial in spins."""
        terms: dict[tuple[int, ...], float] = {
            (int(i), int(j)): w / 2 for i, j, w in zip(*self.edges, strict=True)
        }
        return Polynomial({**terms, (): -float(self.edges[2].sum()) / 2})

    def score(self, bitstring: str) -> float:
        """Weight of the edges between the two sides.

        Raises:
            InputError: if the bit string does not have one character 0 or 1 for each node.
        """
        if len(bitstring) != self.num_variables or set(bitstring) - {"0", "1"}:
            raise InputError(
                f"expected {self.num_variables} characters 0 or 1, got {bitstring[:80]!r}"
            )
        side = np.frombuffer(bitstring.encode(), dtype=np.uint8) == ord("1")
        first, second, weights = self.edges
        return float(weights[side[first] != side[second]].sum())

    def value(self, bitstring: str) -> float:
        """Minus the cut; raises what `score` raises."""
        return 0.0 - self.score(bitstring)

    def feasible(self, bitstring: str) -> bool:
        """True: any bit string is a cut; raises what `score` raises."""
        self.score(bitstring)
        return True

    def decode(self, bitstring: str) -> tuple[set[Hashable], set[Hashable]]:
        """The labels on either side, those of bit 0 first; raises what `score` raises."""
        self.score(bitstring)
        sides: tuple[set[Hashable], set[Hashable]] = (set(), set())
        for node, bit in zip(self.nodes, bitstring, strict=True):
            sides[int(bit)].add(node)
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
    name: str = "graph",
    reference: Reference | None = None,
) -> MaxCut:
    """The MaxCut problem of a graph.

    Args:
        graph: undirected and simple; negative weights and isolated nodes are fine.
        weight: edge attribute that holds the weight; edges without it count 1.
        name: shown in tables.
        reference: the best cost (minus the best cut) that is known.

    Raises:
        InputError: if the graph cannot be cut (see `check_graph`), or its weights are beyond
            1e150 or all below 1e-150.

    >>> problem = maxcut(nx.path_graph(["a", "b", "c"]))
    >>> problem.score("010"), problem.decode("010") == ({"a", "c"}, {"b"})
    (2.0, True)
    """
    check_graph(graph, weight)
    sizes = [abs(float(value)) for _, _, value in graph.edges(data=weight, default=1)]
    largest = max(sizes, default=0.0)
    if largest > 1 / _SMALLEST / max(len(sizes), 1) or 0 < largest < _SMALLEST:
        size = "small" if largest < 1 else "large"
        raise InputError(
            f"the weights, up to {largest:g}, are too {size} to be squared and added up; "
            "choose another unit"
        )
    return MaxCut(graph.copy(), name, weight, reference)
