"""Graph colouring: as few edges as possible between nodes of one colour."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from qminima.limits import check_whole
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial
from simulator.spaces.feasible import HammingWeight, Product

from ..circuits.mixers import xy_complete_mixer
from .binary import BinaryProblem, Bits, Bound, Native
from .bits import BitPolynomial, Convert, total
from .graphs import check_simple, edge_positions
from .linear_model import LinearModel


@dataclass(frozen=True, eq=False, kw_only=True)
class Colouring(BinaryProblem):
    """Every node has one of k colours; edges between equal colours count. Made by `colouring`.

    Variable k v + c says that node v has colour c.
    """

    graph: nx.Graph[Any]
    colours: int
    kind: ClassVar[str] = "colouring"
    score_name: ClassVar[str] = "conflicts"

    @property
    def num_variables(self) -> int:
        """Nodes times colours."""
        return self.graph.number_of_nodes() * self.colours

    @cached_property
    def edges(self) -> NDArray[np.int64]:
        """Both ends of each edge, shape (edges, 2)."""
        return edge_positions(self.graph)

    @cached_property
    def penalties(self) -> NDArray[np.float64]:
        """Of each node without exactly one colour.

        Dropping all but one of its colours makes nothing worse. With every node at one colour or
        none, a node without one gets the colour that fewest of its neighbours have, at most
        degree / k of them.
        """
        degrees = np.array([degree for _, degree in self.graph.degree], dtype=float)
        return np.floor(degrees / self.colours) + 1

    def objective(self, bits: Bits) -> float:
        """The number of edges between equal colours."""
        table = bits.reshape(-1, self.colours)
        return float((table[self.edges[:, 0]] * table[self.edges[:, 1]]).sum())

    def penalty(self, bits: Bits) -> float:
        """Of nodes with several colours or none, by the square of the difference to one."""
        counts = bits.reshape(-1, self.colours).sum(axis=1)
        return float(self.penalties @ (counts - 1) ** 2)

    @cached_property
    def cost(self) -> Polynomial:
        """Sum of x_uc x_vc + sum P_v (sum_c x_vc - 1)^2."""
        return self.in_bits().spins()

    def in_bits(self, number: Convert = float) -> BitPolynomial:
        """The cost as a polynomial in bits."""
        k = self.colours
        pairs = {
            frozenset((u * k + c, v * k + c)): number(1)
            for u, v in self.edges.tolist()
            for c in range(k)
        }
        parts = [BitPolynomial(pairs)]
        for node, weight in enumerate(self.penalties.tolist() if self.penalised else []):
            excess = BitPolynomial.linear((node * k + c, 1) for c in range(k)) - 1
            parts.append(excess * excess * number(weight))
        return total(parts)

    def solution(self, bits: Bits) -> dict[Hashable, int]:
        """The colour of each node."""
        colours = bits.reshape(-1, self.colours).argmax(axis=1)
        return {node: int(colour) for node, colour in zip(self.graph, colours, strict=True)}

    def native(self) -> Native:
        """One colour for each node, and an XY mixer on each node's colours."""
        nodes, k = self.graph.number_of_nodes(), self.colours
        space = Product(*[HammingWeight(k, 1)] * nodes)
        mixer = xy_complete_mixer(*(range(v * k, v * k + k) for v in range(nodes)))
        return replace(self, penalised=False), space, mixer

    def trivial_bound(self) -> Bound:
        """No conflicts."""
        return Bound(Fraction(0), "there cannot be fewer than 0")

    def linear_model(self) -> LinearModel:
        """Min sum z_e with one colour each, and z_e >= x_uc + x_vc - 1."""
        model, k = LinearModel(), self.colours
        model.bits(self.num_variables)
        for node in range(self.graph.number_of_nodes()):
            model.row({node * k + c: 1 for c in range(k)}, low=1, high=1)
        for u, v in self.edges.tolist():
            conflict = model.variable(1.0, whole=False)
            for c in range(k):
                model.row({conflict: 1, u * k + c: -1, v * k + c: -1}, low=-1)
        return model

    def describe(self) -> dict[str, Any]:
        """Name, kind, nodes, edges and colours."""
        return {
            **super().describe(),
            "nodes": self.graph.number_of_nodes(),
            "edges": self.graph.number_of_edges(),
            "colours": self.colours,
        }


def colouring(
    graph: nx.Graph[Any],
    colours: int = 3,
    *,
    name: str = "graph",
    reference: Reference | None = None,
) -> Colouring:
    """The colouring of a graph with the fewest edges between equal colours.

    Args:
        graph: undirected and simple, without loops.
        colours: k, at least 2.
        name: shown in tables.
        reference: the fewest such edges that are known, 0 if the graph can be coloured.

    Raises:
        InputError: for another kind of graph, or a number of colours that is not from 2 to 1000.

    >>> problem = colouring(nx.cycle_graph(3), colours=3)
    >>> problem.decode("100010001"), problem.score("100010001")
    ({0: 0, 1: 1, 2: 2}, 0.0)
    """
    check_simple(graph)
    check_whole("a number of colours", colours, 2, 1000)
    return Colouring(graph=graph.copy(), colours=colours, name=name, reference=reference)
