"""Maximum independent set and minimum vertex cover: nodes of a graph under its edges."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError, shorten
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial

from .binary import LARGEST, BinaryProblem, Bits, Bound, nearest_sum
from .bits import BitPolynomial, Convert, total
from .graphs import check_attribute, check_simple, edge_positions
from .linear_model import LinearModel


@dataclass(frozen=True, eq=False, kw_only=True)
class NodeSelection(BinaryProblem):
    """Nodes of a graph are chosen, and edges say what may be chosen together.

    Attributes:
        graph: its nodes are the variables, in their own order.
        node_weight: attribute that holds the weight of a node; nodes without it count 1.
    """

    graph: nx.Graph[Any]
    node_weight: str = "weight"

    @property
    def num_variables(self) -> int:
        """Number of nodes."""
        return self.graph.number_of_nodes()

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """Of each node."""
        nodes = self.graph.nodes
        return np.array([float(nodes[node].get(self.node_weight, 1)) for node in nodes])

    @cached_property
    def edges(self) -> NDArray[np.int64]:
        """Both ends of each edge, shape (edges, 2)."""
        return edge_positions(self.graph)

    @cached_property
    def penalties(self) -> NDArray[np.float64]:
        """Of each violated edge: more than the lighter of its ends.

        Giving up, or taking, that end mends the edge and breaks no other, so that some feasible
        choice is better than any infeasible one.
        """
        lighter: NDArray[np.float64] = self.weights[self.edges].min(axis=1, initial=np.inf)
        return lighter + (float(self.weights.max(initial=0)) or 1.0)

    def objective(self, bits: Bits) -> float:
        """The weight of the chosen nodes."""
        return nearest_sum(self.weights[bits == 1])

    def solution(self, bits: Bits) -> set[Hashable]:
        """The chosen nodes."""
        return {node for node, bit in zip(self.graph, bits, strict=True) if bit}

    def describe(self) -> dict[str, Any]:
        """Name, kind, nodes and edges."""
        return {
            **super().describe(),
            "nodes": self.num_variables,
            "edges": self.graph.number_of_edges(),
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class IndependentSet(NodeSelection):
    """Maximum weight of nodes no two of which share an edge; made by `independent_set`."""

    kind: ClassVar[str] = "independent-set"
    score_name: ClassVar[str] = "weight"
    maximise: ClassVar[bool] = True

    def penalty(self, bits: Bits) -> float:
        """Of edges with both ends chosen."""
        return float(self.penalties @ (bits[self.edges[:, 0]] & bits[self.edges[:, 1]]))

    @cached_property
    def cost(self) -> Polynomial:
        """-sum w_i x_i + sum P_ij x_i x_j."""
        return self.in_bits().spins()

    def in_bits(self, number: Convert = float) -> BitPolynomial:
        """The cost as a polynomial in bits."""
        weights = enumerate(self.weights.tolist())
        chosen = BitPolynomial.linear((j, -number(weight)) for j, weight in weights)
        pairs = {
            frozenset(edge): number(p)
            for edge, p in zip(self.edges.tolist(), self.penalties.tolist(), strict=True)
        }
        return chosen + BitPolynomial(pairs)

    def trivial_bound(self) -> Bound:
        """The weight of all nodes."""
        weights = map(Fraction, self.weights.tolist())
        return Bound(sum(weights, Fraction(0)), "no set weighs more than all nodes")

    def linear_model(self) -> LinearModel:
        """Max sum w_i x_i with x_i + x_j <= 1."""
        model = LinearModel()
        for weight in self.weights:
            model.variable(-weight)
        for i, j in self.edges.tolist():
            model.row({i: 1, j: 1}, high=1)
        return model


@dataclass(frozen=True, eq=False, kw_only=True)
class VertexCover(NodeSelection):
    """Minimum weight of nodes that every edge has one of; made by `vertex_cover`."""

    kind: ClassVar[str] = "vertex-cover"
    score_name: ClassVar[str] = "weight"

    def penalty(self, bits: Bits) -> float:
        """Of edges with no end chosen."""
        neither = (1 - bits[self.edges[:, 0]]) & (1 - bits[self.edges[:, 1]])
        return float(self.penalties @ neither)

    @cached_property
    def cost(self) -> Polynomial:
        """Sum of w_i x_i + sum P_ij (1 - x_i)(1 - x_j)."""
        return self.in_bits().spins()

    def in_bits(self, number: Convert = float) -> BitPolynomial:
        """The cost as a polynomial in bits."""
        weights = enumerate(self.weights.tolist())
        chosen = BitPolynomial.linear((j, number(weight)) for j, weight in weights)
        missing = [
            (1 - BitPolynomial.variable(i)) * (1 - BitPolynomial.variable(j)) * number(p)
            for (i, j), p in zip(self.edges.tolist(), self.penalties.tolist(), strict=True)
        ]
        return total([chosen, *missing])

    def trivial_bound(self) -> Bound:
        """Nothing."""
        return Bound(Fraction(0), "no cover weighs less than 0")

    def linear_model(self) -> LinearModel:
        """Min sum w_i x_i with x_i + x_j >= 1."""
        model = LinearModel()
        for weight in self.weights:
            model.variable(weight)
        for i, j in self.edges.tolist():
            model.row({i: 1, j: 1}, low=1)
        return model


def independent_set(
    graph: nx.Graph[Any],
    *,
    node_weight: str = "weight",
    name: str = "graph",
    reference: Reference | None = None,
) -> IndependentSet:
    """The maximum independent set of a graph.

    Args:
        graph: undirected and simple, without loops.
        node_weight: attribute of nodes; those without it count 1.
        name: shown in tables.
        reference: the best cost (minus the largest weight) that is known.

    Raises:
        InputError: for another kind of graph, or weights that are not finite and from zero on.

    >>> problem = independent_set(nx.path_graph(["a", "b", "c"]))
    >>> problem.score("101"), problem.decode("101") == {"a", "c"}, problem.feasible("110")
    (2.0, True, False)
    """
    _check(graph, node_weight)
    return IndependentSet(
        graph=graph.copy(), node_weight=node_weight, name=name, reference=reference
    )


def vertex_cover(
    graph: nx.Graph[Any],
    *,
    node_weight: str = "weight",
    name: str = "graph",
    reference: Reference | None = None,
) -> VertexCover:
    """The minimum vertex cover of a graph; arguments and errors as in `independent_set`.

    >>> vertex_cover(nx.path_graph(["a", "b", "c"])).decode("010")
    {'b'}
    """
    _check(graph, node_weight)
    return VertexCover(graph=graph.copy(), node_weight=node_weight, name=name, reference=reference)


def _check(graph: nx.Graph[Any], node_weight: str) -> None:
    check_simple(graph)
    check_attribute("node", node_weight, (data for _, data in graph.nodes(data=True)))
    for node, weight in graph.nodes(data=node_weight, default=1):
        if isinstance(weight, bool) or not isinstance(weight, int | float | np.number):
            raise InputError(f"expected a number as weight of node {shorten(node)}, got {weight!r}")
        if not 0 <= weight <= LARGEST:
            raise InputError(
                f"expected a weight from 0 to {LARGEST:g} of node {shorten(node)}, got "
                f"{shorten(weight)}"
            )
