"""Any polynomial of bits or spins: QUBO, Ising and higher order."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from qminima.errors import InputError, shorten
from qminima.result import Reference
from simulator.polynomial import Polynomial

from .binary import BinaryProblem, Bits, finite
from .bits import BitPolynomial

Keyed = Mapping[tuple[Hashable, ...], float]


@dataclass(frozen=True, eq=False, kw_only=True)
class PolynomialProblem(BinaryProblem):
    """A polynomial that is minimised; made by `qubo`, `ising` or `spin_glass`.

    Attributes:
        terms: pairs of variables, by number, and weight.
        labels: of the variables.
        spins: whether terms are products of spins ±1 instead of bits.
        what: the kind that records have.
    """

    terms: tuple[tuple[tuple[int, ...], float], ...]
    labels: tuple[Hashable, ...]
    spins: bool
    what: str
    kind: ClassVar[str] = "polynomial"

    @property
    def num_variables(self) -> int:
        """How many variables there are."""
        return len(self.labels)

    def objective(self, bits: Bits) -> float:
        """The sum of all terms."""
        values = 1 - 2 * bits if self.spins else bits
        return float(sum(weight * np.prod(values[list(term)]) for term, weight in self.terms))

    @cached_property
    def cost(self) -> Polynomial:
        """What is minimised, in spins."""
        if self.spins:
            return Polynomial(self.terms)
        return BitPolynomial({frozenset(term): weight for term, weight in self.terms}).spins()

    def solution(self, bits: Bits) -> dict[Hashable, int]:
        """The value of each variable by label: bits, or spins where terms are products of them."""
        values = 1 - 2 * bits if self.spins else bits
        return {label: int(value) for label, value in zip(self.labels, values, strict=True)}

    def describe(self) -> dict[str, Any]:
        """Name, kind and numbers of variables and terms."""
        return {**super().describe(), "kind": self.what, "terms": len(self.terms)}


def qubo(
    terms: Keyed | ArrayLike, *, name: str = "qubo", reference: Reference | None = None
) -> PolynomialProblem:
    """A polynomial of bits, of any degree.

    Args:
        terms: weights by tuples of labels, {("a",): 1.0, ("a", "b"): -2.0, (): 3.0}, a label twice
            being the same as once; or a square matrix Q, for x Q x.
        name: shown in tables.
        reference: the least value that is known.

    Raises:
        InputError: for weights that are not finite, or a matrix that is not square.

    >>> problem = qubo({("a",): 1.0, ("a", "b"): -2.0})
    >>> problem.score("11"), problem.decode("11")
    (-1.0, {'a': 1, 'b': 1})
    """
    if not isinstance(terms, Mapping):
        matrix = finite(terms, "a QUBO", 2)
        if matrix.shape[0] != matrix.shape[1] or not len(matrix):
            raise InputError(f"expected a square matrix, got shape {matrix.shape}")
        labels: tuple[Hashable, ...] = tuple(range(len(matrix)))
        pairs: dict[tuple[Hashable, ...], float] = {
            (i, j): float(value) for (i, j), value in np.ndenumerate(matrix) if value
        }
        return _problem(pairs, labels, "QUBO", name, reference, spins=False)
    return _problem(terms, _labels(terms), "QUBO", name, reference, spins=False)


def ising(
    terms: Keyed, *, name: str = "ising", reference: Reference | None = None
) -> PolynomialProblem:
    """A polynomial of spins ±1, of any degree; bit 0 is spin +1.

    Args:
        terms: weights by tuples of labels, {("a",): 1.0, ("a", "b"): -2.0, (): 3.0}.
        name: shown in tables.
        reference: the least value that is known.

    Raises:
        InputError: for weights that are not finite.

    >>> ising({("a", "b"): -1.0, ("a",): 0.5}).score("11")
    -1.5
    """
    return _problem(terms, _labels(terms), "Ising", name, reference, spins=True)


def spin_glass(nodes: int, *, seed: int | None = None) -> PolynomialProblem:
    """A Sherrington-Kirkpatrick instance: sum_{i<j} J_ij z_i z_j / sqrt n, J normal deviates.

    Its least value per spin tends to -0.763166... with n (Parisi).

    Raises:
        InputError: for fewer than two spins.

    >>> spin_glass(4, seed=0).num_variables
    4
    """
    if nodes < 2:
        raise InputError(f"expected at least 2 spins, got {nodes}")
    random = np.random.default_rng(seed)
    terms: dict[tuple[Hashable, ...], float] = {
        (i, j): float(random.normal()) / sqrt(nodes) for j in range(nodes) for i in range(j)
    }
    name = f"sk-{nodes}" if seed is None else f"sk-{nodes}-{seed}"
    return _problem(terms, tuple(range(nodes)), "Sherrington-Kirkpatrick", name, None, spins=True)


def _labels(terms: Iterable[tuple[Hashable, ...]]) -> tuple[Hashable, ...]:
    """Labels in the order in which they come up."""
    found: dict[Hashable, None] = {}
    for term in terms:
        if not isinstance(term, tuple):
            raise InputError(f"expected tuples of labels as keys, got {shorten(term)}")
        found.update(dict.fromkeys(term))
    if not found:
        raise InputError("expected terms with at least one variable, got none")
    return tuple(found)


def _problem(
    terms: Keyed,
    labels: tuple[Hashable, ...],
    what: str,
    name: str,
    reference: Reference | None,
    *,
    spins: bool,
) -> PolynomialProblem:
    numbers = {label: number for number, label in enumerate(labels)}
    merged: dict[tuple[int, ...], float] = {}
    for term, weight in terms.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float | np.number):
            raise InputError(f"expected a number as weight of {shorten(term)}, got {weight!r}")
        if not np.isfinite(weight):
            raise InputError(f"expected a finite weight of {shorten(term)}, got {weight}")
        places = [numbers[label] for label in term]
        # A bit twice is the bit, a spin twice is one.
        kept = {place for place in places if places.count(place) % 2} if spins else set(places)
        key = tuple(sorted(kept))
        merged[key] = merged.get(key, 0.0) + float(weight)
    return PolynomialProblem(
        terms=tuple(merged.items()), labels=labels, spins=spins, what=what, name=name,
        reference=reference,
    )  # fmt: skip
