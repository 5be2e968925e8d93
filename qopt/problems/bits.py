"""Polynomials in bits, from which problems make their costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from simulator.polynomial import Polynomial

Terms = dict[frozenset[int], float]


class BitPolynomial:
    """f(x) = sum_S w_S prod_{j in S} x_j with bits x_j, so that x_j^2 = x_j.

    Args:
        terms: weight of each set of variables; the empty set is the constant.

    >>> x, y = BitPolynomial.variable(0), BitPolynomial.variable(1)
    >>> ((x + y - 1) * (x + y - 1)).terms == {frozenset(): 1, frozenset({0}): -1,
    ...     frozenset({1}): -1, frozenset({0, 1}): 2}
    True
    """

    def __init__(self, terms: Mapping[frozenset[int], float] | None = None) -> None:
        self.terms: Terms = {key: value for key, value in (terms or {}).items() if value != 0}

    @classmethod
    def variable(cls, j: int) -> BitPolynomial:
        """x_j."""
        return cls({frozenset((j,)): 1.0})

    @classmethod
    def linear(cls, weights: Iterable[tuple[int, float]]) -> BitPolynomial:
        """The sum of w_j x_j, over pairs (j, w_j)."""
        terms: Terms = {}
        for j, weight in weights:
            key = frozenset((j,))
            terms[key] = terms.get(key, 0.0) + weight
        return cls(terms)

    @classmethod
    def from_spins(cls, polynomial: Polynomial) -> BitPolynomial:
        """The same function as a polynomial in spins z = 1 - 2 x; undoes `spins`."""
        terms: Terms = {}
        for qubits, weight in polynomial.terms:
            for size in range(len(qubits) + 1):
                for chosen in combinations(qubits, size):
                    key = frozenset(chosen)
                    terms[key] = terms.get(key, 0.0) + (-2) ** size * weight
        return cls(terms)

    def __add__(self, other: BitPolynomial | float) -> BitPolynomial:
        terms = dict(self.terms)
        for key, value in _terms(other).items():
            terms[key] = terms.get(key, 0.0) + value
        return BitPolynomial(terms)

    def __mul__(self, other: BitPolynomial | float) -> BitPolynomial:
        terms: Terms = {}
        for left, value in self.terms.items():
            for right, factor in _terms(other).items():
                key = left | right
                terms[key] = terms.get(key, 0.0) + value * factor
        return BitPolynomial(terms)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> BitPolynomial:
        return self * -1.0

    def __sub__(self, other: BitPolynomial | float) -> BitPolynomial:
        return self + (-other)

    def __rsub__(self, other: float) -> BitPolynomial:
        return -self + other

    def spins(self) -> Polynomial:
        """The same function of z = 1 - 2 x, as the simulator has it."""
        found: dict[tuple[int, ...], float] = {}
        for bits, weight in self.terms.items():
            ordered = sorted(bits)
            share = weight / 2 ** len(ordered)
            for size in range(len(ordered) + 1):
                for chosen in combinations(ordered, size):
                    found[chosen] = found.get(chosen, 0.0) + (-1) ** size * share
        return Polynomial(found)


def total(parts: Iterable[BitPolynomial]) -> BitPolynomial:
    """The sum of many polynomials, in time proportional to their terms."""
    terms: Terms = {}
    for part in parts:
        for key, value in part.terms.items():
            terms[key] = terms.get(key, 0.0) + value
    return BitPolynomial(terms)


def _terms(value: BitPolynomial | float) -> Terms:
    return value.terms if isinstance(value, BitPolynomial) else {frozenset(): float(value)}
