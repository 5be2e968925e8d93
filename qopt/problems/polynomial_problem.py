"""Any polynomial of bits or spins: QUBO, Ising and higher order."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import sqrt
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from qminima.errors import InputError, shorten
from qminima.limits import check_seed, check_whole
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial

from .binary import BinaryProblem, Bits, Bound, check_labels, finite, nearest_sum, sums_exactly
from .bits import BitPolynomial, Convert
from .graphs import check_graph, check_held, is_real_number, single_edges, warn_of_unused

# Polynomials with more terms take minutes and gigabytes.
_MOST_TERMS = 10_000_000

# By tuples or frozensets of labels; types of mappings are invariant in their keys.
Keyed = Mapping[Any, float]


@dataclass(frozen=True, eq=False, kw_only=True)
class PolynomialProblem(BinaryProblem):
    """A polynomial that is minimised, or maximised; made by `qubo`, `ising` or `spin_glass`.

    Attributes:
        terms: pairs of variables, by number, and weight.
        labels: of the variables.
        spins: whether terms are products of spins ±1 instead of bits.
        maximise: whether it is to be large instead.
        kind: "qubo", "ising" or "spin-glass".
    """

    terms: tuple[tuple[tuple[int, ...], float], ...]
    labels: tuple[Hashable, ...]
    spins: bool
    maximise: bool = False
    kind: str = "qubo"

    @property
    def num_variables(self) -> int:
        """How many variables there are."""
        return len(self.labels)

    def objective(self, bits: Bits) -> float:
        """The sum of all terms."""
        values = 1 - 2 * bits if self.spins else bits
        parts = [values[m].prod(axis=1) * w for m, w in self._by_degree]
        if self._whole:
            return float(sum(part.sum() for part in parts))
        return nearest_sum(np.concatenate(parts))

    @cached_property
    def _whole(self) -> bool:
        return sums_exactly(np.array([weight for _, weight in self.terms]))

    @cached_property
    def _by_degree(self) -> tuple[tuple[NDArray[np.int64], NDArray[np.float64]], ...]:
        """Variables, shape (terms, degree), and weights, of the terms of each degree."""
        groups: dict[int, list[tuple[tuple[int, ...], float]]] = {}
        for term in self.terms:
            groups.setdefault(len(term[0]), []).append(term)
        return tuple(
            (
                np.array([m for m, _ in terms], dtype=np.int64).reshape(len(terms), degree),
                np.array([w for _, w in terms]),
            )
            for degree, terms in groups.items()
        )

    @cached_property
    def cost(self) -> Polynomial:
        """The cost that is minimised, a polynomial in spins."""
        polynomial = self.in_bits()
        if polynomial is None:
            return Polynomial({term: self._sign * weight for term, weight in self.terms})
        return polynomial.spins()

    @property
    def _sign(self) -> int:
        return -1 if self.maximise else 1

    def in_bits(self, number: Convert = float) -> BitPolynomial | None:
        """The cost as a polynomial in bits; None where terms are products of spins."""
        if self.spins:
            return None
        return BitPolynomial({frozenset(term): self._sign * number(w) for term, w in self.terms})

    def exact_cost(self) -> dict[tuple[int, ...], Fraction] | None:
        """The cost in spins with nothing rounded."""
        if self.spins:
            return {term: self._sign * Fraction(weight) for term, weight in self.terms}
        return super().exact_cost()

    def trivial_bound(self) -> Bound:
        """Every term at its best."""
        sign = -1 if self.maximise else 1
        best = Fraction(0)
        for term, weight in self.terms:
            signed = sign * Fraction(weight)
            best += signed if not term else -abs(signed) if self.spins else min(signed, Fraction(0))
        return Bound(sign * best, "every term is at its best")

    def solution(self, bits: Bits) -> dict[Hashable, int]:
        """The value of each variable by label: bits, or spins where terms are products of them."""
        values = 1 - 2 * bits if self.spins else bits
        return {label: int(value) for label, value in zip(self.labels, values, strict=True)}

    def describe(self) -> dict[str, Any]:
        """Name, kind and numbers of variables and terms."""
        return {**super().describe(), "terms": len(self.terms)}


def qubo(
    terms: Keyed | ArrayLike | nx.Graph[Any],
    *,
    labels: Sequence[Hashable] | None = None,
    parallel: str | None = None,
    maximise: bool = False,
    name: str = "qubo",
    reference: Reference | None = None,
) -> PolynomialProblem:
    """A polynomial of bits, of any degree.

    Args:
        terms: weights by tuples of labels, {("a",): 1.0, ("a", "b"): -2.0, (): 3.0}, a label twice
            being the same as once, or by frozensets; or a square matrix Q, for x Q x; or a networkx
            graph, whose nodes and edges have them as "weight", edges 1 and nodes 0 unless they do.
        labels: of all variables, in their order; those of the terms, in the order in which they
            come up (within a frozenset ascending), or the numbers of the rows, unless given.
        parallel: "sum" adds up the weights of all edges between two nodes of a multigraph or
            directed graph.
        maximise: whether it is to be large; costs are minus its value then.
        name: shown in tables.
        reference: the least cost that is known.

    Raises:
        InputError: for weights that are not finite, labels that do not fit, a matrix that is not
            square, or a model of dimod (see `from_bqm`) that is no polynomial of bits.

    >>> problem = qubo({("a",): 1.0, ("a", "b"): -2.0})
    >>> problem.score("11"), problem.decode("11")
    (-1.0, {'a': 1, 'b': 1})
    """
    _check_terms(terms, "BINARY", parallel)
    if isinstance(terms, nx.Graph):
        terms, labels = _of_graph(terms, parallel), list(terms) if labels is None else labels
    if not isinstance(terms, Mapping):
        matrix = finite(terms, "a QUBO", 2)
        if matrix.shape[0] != matrix.shape[1] or not len(matrix):
            raise InputError(f"expected a square matrix, got shape {matrix.shape}")
        labels = range(len(matrix)) if labels is None else labels
        labels = check_labels(labels, len(matrix))
        terms = {
            (labels[i], labels[j]): float(value)
            for (i, j), value in np.ndenumerate(matrix)
            if value
        }
    return _problem(terms, labels, "qubo", name, reference, spins=False, maximise=maximise)


def ising(
    terms: Keyed | nx.Graph[Any],
    *,
    labels: Sequence[Hashable] | None = None,
    parallel: str | None = None,
    maximise: bool = False,
    name: str = "ising",
    reference: Reference | None = None,
) -> PolynomialProblem:
    """A polynomial of spins ±1, of any degree; bit 0 is spin +1.

    Args:
        terms: weights by tuples of labels, {("a",): 1.0, ("a", "b"): -2.0, (): 3.0}, or a graph as
            in `qubo`.
        labels: as in `qubo`.
        parallel: as in `qubo`.
        maximise: as in `qubo`.
        name: shown in tables.
        reference: the least cost that is known.

    Raises:
        InputError: for weights that are not finite, labels that do not fit, or a model of dimod
            (see `from_bqm`) that is no polynomial of spins.

    >>> ising({("a", "b"): -1.0, ("a",): 0.5}).score("11")
    -1.5
    """
    _check_terms(terms, "SPIN", parallel)
    if isinstance(terms, nx.Graph):
        terms, labels = _of_graph(terms, parallel), list(terms) if labels is None else labels
    return _problem(terms, labels, "ising", name, reference, spins=True, maximise=maximise)


def spin_glass(nodes: int, *, seed: int | None = None) -> PolynomialProblem:
    """A Sherrington-Kirkpatrick instance: sum_{i<j} J_ij z_i z_j / sqrt n, J normal deviates.

    Its least value per spin tends to -0.763166... with n (Parisi).

    Raises:
        InputError: if the number of spins is not from 2 to 2000.

    >>> spin_glass(4, seed=0).num_variables
    4
    """
    check_whole("a number of spins", nodes, 2, 2000)
    check_seed(seed)
    random = np.random.default_rng(seed)
    terms: dict[tuple[Hashable, ...], float] = {
        (i, j): float(random.normal()) / sqrt(nodes) for j in range(nodes) for i in range(j)
    }
    name = f"sk-{nodes}" if seed is None else f"sk-{nodes}-{seed}"
    return _problem(terms, range(nodes), "spin-glass", name, None, spins=True)


def _check_terms(terms: Any, vartype: str, parallel: str | None) -> None:
    """Raise `InputError` for dimod's models of other variables, or `parallel` without a graph."""
    if parallel is not None and not isinstance(terms, nx.Graph):
        raise InputError("parallel is for the edges of a graph; weights of equal terms add up")
    found = getattr(terms, "vartype", None)
    if found is not None and not (isinstance(terms, Mapping) and found.name == vartype):
        raise InputError(
            f"expected terms of {vartype} variables, got dimod's {type(terms).__name__}; take "
            "qopt.from_bqm(model), which knows whether its variables are bits or spins"
        )


def _of_graph(graph: nx.Graph[Any], parallel: str | None) -> Keyed:
    """Weights of nodes and edges; raises `InputError` for another kind of graph."""
    merged = single_edges(graph, parallel)
    check_graph(merged)
    remedy = "if {name} is the weight, rename it"
    warn_of_unused(graph, "weight", remedy=remedy, stacklevel=4)
    terms: dict[tuple[Hashable, ...], Any] = {
        (node,): merged.nodes[node].get("weight", 0) for node in merged
    }
    return terms | {(u, v): weight for u, v, weight in merged.edges(data="weight", default=1)}


def _labels(terms: Iterable[tuple[Hashable, ...] | frozenset[Hashable]]) -> tuple[Hashable, ...]:
    """Labels in the order in which they come up, within a frozenset ascending."""
    found: dict[Hashable, None] = {}
    for term in terms:
        if not isinstance(term, tuple | frozenset):
            raise InputError(
                f"expected tuples or frozensets of labels as keys, got {shorten(repr(term))}"
            )
        found.update(dict.fromkeys(term if isinstance(term, tuple) else _ascending(term)))
    return tuple(found)


def _ascending(labels: frozenset[Any]) -> list[Any]:
    """Labels in an order that, unlike a set's, is the same in every run."""
    try:
        return sorted(labels)
    except TypeError:  # of several types
        return sorted(labels, key=lambda label: (type(label).__name__, repr(label)))


def _problem(
    terms: Keyed,
    labels: Sequence[Hashable] | None,
    kind: str,
    name: str,
    reference: Reference | None,
    *,
    spins: bool,
    maximise: bool = False,
) -> PolynomialProblem:
    if not isinstance(maximise, bool):
        raise InputError(f"expected maximise to be true or false, got {shorten(maximise)}")
    named = _labels(terms)
    labels = named if labels is None else labels
    labels = check_labels(labels, len(labels) if isinstance(labels, Sequence) else 0)
    numbers = {label: number for number, label in enumerate(labels)}
    if not labels:
        raise InputError("expected at least one variable, got none")
    if not spins and sum(2 ** min(len(term), 40) for term in terms) > _MOST_TERMS:
        raise InputError(
            f"expected terms of bits whose 2^degree add up to at most {_MOST_TERMS}: in spins each "
            "has so many; take fewer, of a lower degree, or spins"
        )
    for label in named:
        if label not in numbers:
            raise InputError(f"the label {shorten(label)} of a term is not among the labels")
    merged: dict[tuple[int, ...], float] = {}
    for term, weight in terms.items():
        if not is_real_number(weight):
            raise InputError(
                f"expected a finite number as weight of {shorten(term)}, got {shorten(weight)}"
            )
        check_held(weight)
        places = [numbers[label] for label in term]
        # A bit twice is the bit, a spin twice is one.
        kept = {place for place in places if places.count(place) % 2} if spins else set(places)
        key = tuple(sorted(kept))
        merged[key] = merged.get(key, 0.0) + float(weight)
    if not np.isfinite(sum(map(abs, merged.values()))):
        raise InputError("expected finite weights whose sum is finite as well; take another unit")
    return PolynomialProblem(
        terms=tuple(merged.items()), labels=labels, spins=spins, maximise=maximise, kind=kind,
        name=name, reference=reference,
    )  # fmt: skip


def random_matrix(size: int, seed: int) -> dict[str, Any]:
    """Whole numbers from -100 to 100 at every pair and variable.

    The dense instances of Beasley, OR-Library (1990).
    """
    random = np.random.default_rng(seed)
    return {"terms": np.triu(random.integers(-100, 101, (size, size)))}
