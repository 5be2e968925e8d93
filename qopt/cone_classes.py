"""Which light cones have the same mean: an exact test that is quick on trees."""

from __future__ import annotations

from collections.abc import Hashable
from math import prod
from typing import Any

import networkx as nx

from .cones import Cone

Labelled = tuple[tuple[tuple[int, ...], float, bool], ...]


class ConeClasses:
    """Classes of cones that are equal up to the numbers of qubits and the signs of spins.

    Renaming qubits changes no mean, and neither does z_j -> -z_j in the cost and what is
    measured, because X_j leaves the uniform state and the mixer alone.

    A cone is seen as a graph of qubits and terms. Where it is a tree, it has a canonical form,
    the one of Aho, Hopcroft and Ullman with the measured term as its root. Otherwise its qubits
    are put in the order of their colours after refinement (Weisfeiler and Leman), signs of
    spins are chosen such that the first terms in this order are positive, and two cones are
    equal if what results is, or if a search finds an isomorphism. No two cones that differ
    are ever taken for equal; equal ones may be taken for different where colours leave a
    choice of signs.
    """

    def __init__(self) -> None:
        self.cones: list[Cone] = []
        self.counts: list[int] = []
        self._numbers: dict[Hashable, int] = {}
        self._classes: dict[Hashable, int] = {}
        self._candidates: dict[Hashable, list[tuple[int, nx.Graph[Any]]]] = {}

    def add(self, cone: Cone) -> None:
        """Count a cone in its class, a new one if need be."""
        links = sum(len(qubits) for qubits, _ in cone.terms)
        tree = links == cone.num_qubits + len(cone.terms) - 1 and len(cone.measured) == 1
        if tree:
            form: Hashable = self._tree_form(cone)
            found = self._classes.get(form)
        else:
            form, colours = self._labelled(cone)
            found = self._classes.get(form)
            if found is None:
                found = self._isomorphic(form, colours)
        if found is None:
            found = len(self.cones)
            self.cones.append(cone)
            self.counts.append(0)
        self._classes[form] = found
        self.counts[found] += 1

    def _number(self, key: Hashable) -> int:
        """Equal numbers for equal keys."""
        return self._numbers.setdefault(key, len(self._numbers))

    def _tree_form(self, cone: Cone) -> int:
        """The canonical form of a tree of qubits and terms, hung at the measured term.

        Without linear terms each term has a qubit below it whose sign makes it positive.
        """
        touching = _touching(cone)
        signed = any(len(qubits) == 1 for qubits, _ in cone.terms)

        def of_term(term: int, above: int) -> int:
            qubits, weight = cone.terms[term]
            below = sorted(of_qubit(qubit, term) for qubit in qubits if qubit != above)
            return self._number((weight if signed else abs(weight), tuple(below)))

        def of_qubit(qubit: int, above: int) -> int:
            below = sorted(of_term(term, qubit) for term in touching[qubit] if term != above)
            return self._number(tuple(below))

        return of_term(cone.measured[0], -1)

    def _labelled(self, cone: Cone) -> tuple[Labelled, list[int]]:
        """Terms after renaming qubits by colour and choosing signs, and all colours, sorted.

        Measured terms are marked.
        """
        colours = self._colours(cone)
        order = sorted(range(cone.num_qubits), key=lambda qubit: (colours[qubit], qubit))
        place = {qubit: position for position, qubit in enumerate(order)}
        renamed = sorted(
            (tuple(sorted(place[qubit] for qubit in qubits)), weight, index in cone.measured)
            for index, (qubits, weight) in enumerate(cone.terms)
        )
        signs: dict[int, int] = {}
        fixed = []
        for qubits, weight, measured in renamed:
            free = [qubit for qubit in qubits if signs.setdefault(qubit, 0) == 0]
            signs.update(dict.fromkeys(free, 1))
            sign = prod(signs[qubit] for qubit in qubits)
            if free and sign * weight < 0:
                signs[free[-1]] = -1
                sign = -sign
            fixed.append((qubits, sign * weight, measured))
        return tuple(fixed), sorted(colours)

    def _colours(self, cone: Cone) -> list[int]:
        """A number for each qubit, equal where refinement tells no difference."""
        touching = _touching(cone)
        qubits = [self._number("qubit")] * cone.num_qubits
        terms = [
            self._number(("term", abs(weight), index in cone.measured))
            for index, (_, weight) in enumerate(cone.terms)
        ]
        classes = 0
        while len(set(qubits)) > classes:
            classes = len(set(qubits))
            terms = [
                self._number((colour, tuple(sorted(qubits[qubit] for qubit in members))))
                for colour, (members, _) in zip(terms, cone.terms, strict=True)
            ]
            qubits = [
                self._number((colour, tuple(sorted(terms[term] for term in around))))
                for colour, around in zip(qubits, touching, strict=True)
            ]
        return qubits

    def _isomorphic(self, form: Labelled, colours: list[int]) -> int | None:
        """The class of an isomorphic cone, found by search; remembers the cone if there is none."""
        graph: nx.Graph[Any] = nx.Graph()
        graph.add_nodes_from((qubit, {"label": colour}) for qubit, colour in enumerate(colours))
        for index, (qubits, weight, measured) in enumerate(form, start=len(colours)):
            graph.add_node(index, label=(weight, measured))
            graph.add_edges_from((index, qubit) for qubit in qubits)
        weights = sorted((weight, measured) for _, weight, measured in form)
        candidates = self._candidates.setdefault((tuple(colours), tuple(weights)), [])
        for found, other in candidates:
            if nx.is_isomorphic(graph, other, node_match=_same_label):
                return found
        candidates.append((len(self.cones), graph))
        return None


def _same_label(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["label"] == other["label"])


def _touching(cone: Cone) -> list[list[int]]:
    """The terms of each qubit."""
    touching: list[list[int]] = [[] for _ in range(cone.num_qubits)]
    for index, (qubits, _) in enumerate(cone.terms):
        for qubit in qubits:
            touching[qubit].append(index)
    return touching
