"""Polynomials in bits, from which problems make their costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import combinations

from simulator.operators.polynomial import Polynomial

# Weights are floating-point numbers, or fractions where nothing is to be rounded; whole numbers go
# with both.
Number = float | Fraction
Convert = Callable[[float], Number]
Terms = dict[frozenset[int], Number]


class BitPolynomial:
    """f(x) = sum_S w_S prod_{j in S} x_j with bits x_j, so that x_j^2 = x_j.

    Sums and products of fractions are exact.

    Args:
        terms: weight of each set of variables; the empty set is the constant.

    >>> x, y = BitPolynomial.variable(0), BitPolynomial.variable(1)
    >>> ((x + y - 1) * (x + y - 1)).terms == {frozenset(): 1, frozenset({0}): -1,
    ...     frozenset({1}): -1, frozenset({0, 1}): 2}
    True
    """

    def __init__(self, terms: Mapping[frozenset[int], Number] | None = None) -> None:
        self.terms: Terms = {key: value for key, value in (terms or {}).items() if value != 0}

    @classmethod
    def variable(cls, j: int) -> BitPolynomial:
        """x_j."""
        return cls({frozenset((j,)): 1})

    @classmethod
    def linear(cls, weights: Iterable[tuple[int, Number]]) -> BitPolynomial:
        """The sum of w_j x_j, over pairs (j, w_j)."""
        terms: Terms = {}
        for j, weight in weights:
            key = frozenset((j,))
            terms[key] = terms.get(key, 0) + weight
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

    def __add__(self, other: BitPolynomial | Number) -> BitPolynomial:
        terms = dict(self.terms)
        for key, value in _terms(other).items():
            terms[key] = terms.get(key, 0) + value
        return BitPolynomial(terms)

    def __mul__(self, other: BitPolynomial | Number) -> BitPolynomial:
        terms: Terms = {}
        for left, value in self.terms.items():
            for right, factor in _terms(other).items():
                key = left | right
                terms[key] = terms.get(key, 0) + value * factor
        return BitPolynomial(terms)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> BitPolynomial:
        return self * -1

    def __sub__(self, other: BitPolynomial | Number) -> BitPolynomial:
        return self + (-other)

    def __rsub__(self, other: Number) -> BitPolynomial:
        return -self + other

    def spins(self) -> Polynomial:
        """The same function of z = 1 - 2 x, as the simulator has it."""
        return Polynomial({key: float(weight) for key, weight in self.spin_terms().items()})

    def spin_terms(self) -> dict[tuple[int, ...], Number]:
        """Weights of the same function of z = 1 - 2 x; exact for fractions."""
        found: dict[tuple[int, ...], Number] = {}
        for bits, weight in self.terms.items():
            ordered = sorted(bits)
            share = weight / 2 ** len(ordered)
            for size in range(len(ordered) + 1):
                for chosen in combinations(ordered, size):
                    found[chosen] = found.get(chosen, 0) + (-1) ** size * share
        return found


def total(parts: Iterable[BitPolynomial]) -> BitPolynomial:
    """The sum of many polynomials, in time proportional to their terms."""
    terms: Terms = {}
    for part in parts:
        for key, value in part.terms.items():
            terms[key] = terms.get(key, 0) + value
    return BitPolynomial(terms)


def _terms(value: BitPolynomial | Number) -> Terms:
    if isinstance(value, BitPolynomial):
        return value.terms
    return {frozenset(): value if isinstance(value, int | Fraction) else float(value)}
