"""Classes of light cones with the same expectation value, by a canonical form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import islice

from simulator.operators.polynomial import Term

from .cones import Cone

# Colours of qubits; qubits and colour of each term.
Listing = tuple[tuple[int, ...], tuple[tuple[tuple[int, ...], int], ...]]

# Symmetries of a cone that are followed. With more, some equal cones may count as different.
_MOST_ORDERS = 64


class ConeClasses:
    """Classes of cones that are equal up to the numbers of qubits and the signs of spins.

    Renaming qubits changes no mean, and neither does z_j -> -z_j in the cost and in what is
    measured, because X_j leaves the uniform state and the mixer alone; so two cones in which
    some weights have other signs can be equal. What these flips leave is the sign of each product
    of terms in which every spin occurs an even number of times, such as those around a cycle.
    (Costs with linear terms are compared with the signs they have.)

    A cone is a graph of qubits and terms. What hangs on it as a tree is folded, leaf by leaf,
    into a number for the qubit or term it hangs on (A. Aho, J. Hopcroft and J. Ullman, 1974): if
    the whole cone is a tree, this leaves its measured term only, with one number. The qubits that
    remain are put in order by the refinement of colours (B. Weisfeiler and A. Leman, 1968); where
    several have the same colour, each is put first in turn. The form of a cone is the least list
    of terms in any of these orders, and the least list of signs that goes with it. Cones with one
    form are equal, since the form holds all of the cone.

    Attributes:
        cones: the first cone of each class.
        counts: number of cones in each class.
    """

    def __init__(self) -> None:
        self.cones: list[Cone] = []
        self.counts: list[int] = []
        self._classes: dict[Hashable, int] = {}
        self._numbers: dict[Hashable, int] = {}
        self._shapes: dict[Hashable, _Shape] = {}

    def add(self, cone: Cone) -> None:
        """Count a cone in its class, a new one if need be."""
        position = self._classes.setdefault(self._form(cone), len(self.cones))
        if position == len(self.cones):
            self.cones.append(cone)
            self.counts.append(0)
        self.counts[position] += 1

    def _form(self, cone: Cone) -> Hashable:
        signed = any(len(qubits) == 1 for qubits, _ in cone.terms)
        sizes = tuple((qubits, w if signed else abs(w)) for qubits, w in cone.terms)
        key = sizes, cone.measured
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = self._shape(cone.num_qubits, sizes, cone.measured)
        if signed:
            return shape.number
        negative = sum(1 << index for index, (_, weight) in enumerate(cone.terms) if weight < 0)
        return shape.number, min(
            tuple((negative & circuit).bit_count() % 2 for circuit in circuits)
            for circuits in shape.circuits
        )

    def _number(self, key: Hashable) -> int:
        """Equal numbers for equal keys."""
        return self._numbers.setdefault(key, len(self._numbers))

    def _shape(self, num_qubits: int, terms: tuple[Term, ...], measured: tuple[int, ...]) -> _Shape:
        """The form without signs. Nodes are the qubits and, numbered after them, the terms."""
        labels: list[Hashable] = ["qubit"] * num_qubits
        labels += [(weight, index in measured) for index, (_, weight) in enumerate(terms)]
        near: list[set[int]] = [set() for _ in labels]
        for term, (qubits, _) in enumerate(terms, start=num_qubits):
            for qubit in qubits:
                near[qubit].add(term)
                near[term].add(qubit)
        fixed = {num_qubits + index for index in measured}
        below = self._fold(labels, near, fixed)
        colours = {
            node: self._number((labels[node], tuple(sorted(below[node]))))
            for node, around in enumerate(near)
            if around or node in fixed
        }
        listings = [
            _listing(order, colours, near, num_qubits)
            for order in islice(self._orders(colours, near, num_qubits), _MOST_ORDERS)
        ]
        least = min(listing for listing, _ in listings)
        hung = sum(1 << index for index in range(len(terms)) if below[num_qubits + index])
        return _Shape(
            self._number(("shape", least)),
            [_circuits(*listing, hung) for listing in listings if listing[0] == least],
        )

    def _fold(
        self, labels: list[Hashable], near: list[set[int]], fixed: set[int]
    ) -> list[list[int]]:
        """Take leaves that are not fixed off the graph `near`, in place, until none is left.

        Returns:
            For each node the numbers of what hung on it.
        """
        below: list[list[int]] = [[] for _ in near]
        leaves = [n for n, around in enumerate(near) if len(around) == 1 and n not in fixed]
        while leaves:
            leaf = leaves.pop()
            parent = near[leaf].pop()
            near[parent].remove(leaf)
            below[parent].append(self._number((labels[leaf], tuple(sorted(below[leaf])))))
            if len(near[parent]) == 1 and parent not in fixed:
                leaves.append(parent)
        return below

    def _orders(
        self, colours: dict[int, int], near: list[set[int]], num_qubits: int
    ) -> Iterator[list[int]]:
        """Orders of the qubits among the coloured nodes that renaming does not change."""
        colours = self._refined(colours, near)
        qubits = [node for node in colours if node < num_qubits]
        sizes = Counter(colours[qubit] for qubit in qubits)
        ties = [colour for colour, size in sizes.items() if size > 1]
        if not ties:
            yield sorted(qubits, key=colours.__getitem__)
            return
        tie = min(ties)
        for qubit in qubits:
            if colours[qubit] == tie:
                first = self._number(("first", tie))
                yield from self._orders({**colours, qubit: first}, near, num_qubits)

    def _refined(self, colours: dict[int, int], near: list[set[int]]) -> dict[int, int]:
        """Colours refined by those of the neighbours, until no class splits further."""
        while True:
            finer = {
                node: self._number((colour, tuple(sorted(colours[other] for other in near[node]))))
                for node, colour in colours.items()
            }
            if len(set(finer.values())) == len(set(colours.values())):
                return finer
            colours = finer


@dataclass(frozen=True)
class _Shape:
    """All of a cone but the signs of its weights.

    Attributes:
        number: equal for equal shapes.
        circuits: for each order that gives this shape, sets of terms whose product is the same
            for all spins, as bits of their indices.
    """

    number: int
    circuits: list[list[int]]


def _listing(
    order: list[int], colours: dict[int, int], near: list[set[int]], num_qubits: int
) -> tuple[Listing, list[int]]:
    """A cone in one order of its qubits, without their names, and the index of each term in it."""
    place = {qubit: position for position, qubit in enumerate(order)}
    terms = sorted(
        (tuple(sorted(place[qubit] for qubit in near[node])), colour, node - num_qubits)
        for node, colour in colours.items()
        if node >= num_qubits
    )
    listing = (
        tuple(colours[qubit] for qubit in order),
        tuple((qubits, colour) for qubits, colour, _ in terms),
    )
    return listing, [index for _, _, index in terms]


def _circuits(listing: Listing, indices: list[int], hung: int) -> list[int]:
    """A basis of the sets of terms whose product is the same for all spins.

    Gaussian elimination over the field of two elements, term by term. Terms on which other
    qubits hung, given as bits, are in no such set.
    """
    basis: dict[int, tuple[int, int]] = {}
    circuits = []
    for (qubits, _), index in zip(listing[1], indices, strict=True):
        spins, members = sum(1 << qubit for qubit in qubits), 1 << index
        if hung & members:
            continue
        while spins and spins.bit_length() in basis:
            other = basis[spins.bit_length()]
            spins, members = spins ^ other[0], members ^ other[1]
        if spins:
            basis[spins.bit_length()] = spins, members
        else:
            circuits.append(members)
    return circuits
