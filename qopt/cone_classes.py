"""Which light cones have the same mean, told by a canonical form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import prod

from simulator.polynomial import Term

from .cones import Cone

# Symmetries of a cone that are followed. With more, some equal cones may count as different.
_MOST_ORDERS = 64

# Colours of qubits; qubits, colour and sign of each term.
Form = tuple[tuple[int, ...], tuple[tuple[tuple[int, ...], int, int], ...]]


class ConeClasses:
    """Classes of cones that are equal up to the numbers of qubits and the signs of spins.

    Renaming qubits changes no mean, and neither does z_j -> -z_j in the cost and in what is
    measured, because X_j leaves the uniform state and the mixer alone; so two cones in which
    some weights have other signs can be equal. (Costs with linear terms are compared with the
    signs they have.)

    A cone is a graph of qubits and terms. What hangs on it as a tree is folded, leaf by leaf,
    into a number for the qubit or term it hangs on (A. Aho, J. Hopcroft and J. Ullman, 1974): if
    the whole cone is a tree, this leaves its measured term only, with one number. The qubits that
    remain are put in order by the refinement of colours (B. Weisfeiler and A. Leman, 1968); where
    several have the same colour, each is put first in turn. In each order signs are chosen such
    that the first terms are positive, and the least list of terms that results is the form of
    the cone. Cones with one form are equal, since the form holds all of the cone.

    Attributes:
        cones: the first cone of each class.
        counts: number of cones in each class.
    """

    def __init__(self) -> None:
        self.cones: list[Cone] = []
        self.counts: list[int] = []
        self._classes: dict[Hashable, int] = {}
        self._numbers: dict[Hashable, int] = {}
        self._views: dict[Hashable, list[_View]] = {}

    def add(self, cone: Cone) -> None:
        """Count a cone in its class, a new one if need be."""
        form = self._form(cone)
        position = self._classes.setdefault(form, len(self.cones))
        if position == len(self.cones):
            self.cones.append(cone)
            self.counts.append(0)
        self.counts[position] += 1

    def _form(self, cone: Cone) -> Form:
        signed = any(len(qubits) == 1 for qubits, _ in cone.terms)
        sizes = tuple((qubits, w if signed else abs(w)) for qubits, w in cone.terms)
        key = sizes, cone.measured
        views = self._views.get(key)
        if views is None:
            views = self._views[key] = self._folded(cone.num_qubits, sizes, cone.measured)
        return min(view.form(cone.terms, signed) for view in views)

    def _number(self, key: Hashable) -> int:
        """Equal numbers for equal keys."""
        return self._numbers.setdefault(key, len(self._numbers))

    def _folded(
        self, num_qubits: int, terms: tuple[Term, ...], measured: tuple[int, ...]
    ) -> list[_View]:
        """All views of a cone; nodes are the qubits and, numbered after them, the terms."""
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
        kept = [
            (near[node], colours[node], node - num_qubits, bool(below[node]))
            for node in colours
            if node >= num_qubits
        ]
        orders = islice(self._orders(colours, near, num_qubits), _MOST_ORDERS)
        return [_View.of(order, colours, kept) for order in orders]

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
        """Colours that also tell apart by the colours around, until no more are told apart."""
        while True:
            finer = {
                node: self._number((colour, tuple(sorted(colours[other] for other in near[node]))))
                for node, colour in colours.items()
            }
            if len(set(finer.values())) == len(set(colours.values())):
                return finer
            colours = finer


@dataclass(frozen=True)
class _View:
    """What remains of a cone without the trees that hang on it, in one order of its qubits.

    Attributes:
        qubits: number of each qubit, which holds the trees below it.
        terms: places of the qubits that remain, number, and index in the cone of each term, and
            whether other qubits hung on it.
    """

    qubits: tuple[int, ...]
    terms: list[tuple[tuple[int, ...], int, int, bool]]

    @classmethod
    def of(
        cls,
        order: list[int],
        colours: dict[int, int],
        terms: list[tuple[set[int], int, int, bool]],
    ) -> _View:
        """The view of terms, given with the qubits themselves."""
        place = {qubit: position for position, qubit in enumerate(order)}
        placed = [(tuple(sorted(place[q] for q in qubits)), *rest) for qubits, *rest in terms]
        return cls(tuple(colours[qubit] for qubit in order), sorted(placed))

    def form(self, terms: tuple[Term, ...], signed: bool) -> Form:
        """The view with signs of terms, which are told apart by number if the cost is `signed`.

        A term with a qubit below it can be given any sign by that qubit, others by the last of
        their qubits whose sign no term has decided before.
        """
        signs: dict[int, int] = {}
        found = []
        for qubits, number, index, free in self.terms:
            sign = 1
            if not (signed or free):
                sign = 1 if terms[index][1] > 0 else -1
                undecided = [qubit for qubit in qubits if qubit not in signs]
                signs.update(dict.fromkeys(undecided, 1))
                sign *= prod(signs[qubit] for qubit in qubits)
                if undecided and sign < 0:
                    signs[undecided[-1]], sign = -1, 1
            found.append((qubits, number, sign))
        return self.qubits, tuple(found)
