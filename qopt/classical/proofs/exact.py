"""Costs without rounding: polynomials in exact fractions, and the steps that costs come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...problems.binary import BinaryProblem
from ...problems.maxcut import MaxCut
from ...problems.problem import Problem

_EPS = Fraction(float(np.finfo(float).eps))

# Beyond that many terms fractions take minutes, and `cost` is taken with its rounding.
_MOST_TERMS = 500_000

# Ratios of weights with larger denominators are taken for accidents.
_LARGEST_DENOMINATOR = 100_000


@dataclass(frozen=True, eq=False)
class ExactCost:
    """The cost of a problem as a polynomial in spins, in exact fractions.

    Attributes:
        terms: weight of each set of spins, by numbers in ascending order.
        loss: how far the problem's own cost can be from it, zero where nothing was rounded.
        resolution: costs that differ by less are equal, as the weights are written; zero where
            nothing is known of their differences.
    """

    terms: Mapping[tuple[int, ...], Fraction]
    loss: Fraction
    resolution: Fraction

    def of(self, bitstring: str) -> Fraction:
        """The cost of a bit string."""
        ones = np.frombuffer(bitstring.encode(), dtype=np.uint8) & 1
        total, below, groups = self._scaled
        odd = 0
        for spins, weights in groups:
            parities = np.bitwise_xor.reduce(ones[spins], axis=1).astype(bool)
            odd += int(weights[parities].sum())
        return Fraction(total - 2 * odd, below)

    @cached_property
    def _scaled(self) -> tuple[int, int, list[tuple[NDArray[np.int64], NDArray[Any]]]]:
        """Sum of all weights, and terms by their degree, weights as whole numbers of 1/below."""
        below = lcm(*{weight.denominator for weight in self.terms.values()})
        by_degree: dict[int, tuple[list[tuple[int, ...]], list[int]]] = {}
        for spins, weight in self.terms.items():
            sets, weights = by_degree.setdefault(len(spins), ([], []))
            sets.append(spins)
            weights.append(weight.numerator * (below // weight.denominator))
        groups = [
            (np.array(sets, dtype=np.int64).reshape(len(sets), degree), _whole_numbers(weights))
            for degree, (sets, weights) in by_degree.items()
        ]
        return sum(sum(weights) for _, weights in by_degree.values()), below, groups


def exact_cost(problem: Problem) -> ExactCost:
    """The cost of a problem without rounding, as far as its kind and its size allow."""
    rounded = rounding(problem)
    small = isinstance(problem, BinaryProblem) and len(problem.cost.terms) <= _MOST_TERMS
    known = isinstance(problem, MaxCut) or (rounded and small)
    terms = problem.exact_cost() if known and isinstance(problem, BinaryProblem) else None
    loss = Fraction(0) if terms is not None else Fraction(rounded)
    if terms is None:
        terms = {spins: Fraction(weight) for spins, weight in problem.cost.terms}
    terms = {spins: weight for spins, weight in terms.items() if weight}
    unit, off = _steps(problem, terms)
    return ExactCost(terms, loss, max(unit - 2 * off - 2 * loss, Fraction(0)))


def rounding(problem: Problem) -> float:
    """How far the cost of a bit string, as a polynomial, can be from the problem's own value.

    Costs go through sums of a size S, the sum of all weights, when they are expanded and when they
    are added up: 8 eps S for each term is more than these can lose. Sums of multiples of 2^-20 that
    are not too large lose nothing.
    """
    weights = np.array([weight for _, weight in problem.cost.terms])
    size = float(np.abs(weights).sum())
    bound = 8 * len(weights) * float(_EPS) * size
    units = weights * 2.0**20
    # What was lost before would be no such multiple.
    exact = np.array_equal(units, np.rint(units)) and size * 2.0**20 < 2.0**53
    return 0.0 if exact and bound < 2.0**-22 else bound


def exact_total(weights: Iterable[Fraction]) -> Fraction:
    """The sum over one common denominator, which takes a hundredth of the time of sums of two.

    >>> exact_total([Fraction(1, 2), Fraction(1, 3)])
    Fraction(5, 6)
    """
    ratios = [weight.as_integer_ratio() for weight in weights]
    below = lcm(*{denominator for _, denominator in ratios})
    return Fraction(sum(one * (below // denominator) for one, denominator in ratios), below)


def _whole_numbers(numbers: list[int]) -> NDArray[Any]:
    """Whole numbers whose partial sums do not overflow: of 64 bits, or Python's where too long."""
    return np.array(numbers, dtype=np.int64 if sum(map(abs, numbers)) < 2**63 else object)


def common_unit(weights: Iterable[Fraction]) -> tuple[Fraction, Fraction]:
    """A number of which all weights are multiples, and the sum of what rounding has put beside.

    Weights such as 0.1 and 0.3 are multiples of 0.1 as they are written, and nearly so as they are
    stored. Each may differ from a multiple in its last bits; different weights are different
    multiples.

    Returns:
        The largest such number, and sum |weight - nearest multiple|; zeros where there is none.

    >>> common_unit([Fraction(6), Fraction(-4)])
    (Fraction(2, 1), Fraction(0, 1))
    """
    stored = Counter(weight.as_integer_ratio() for weight in weights)
    counts: Counter[Fraction] = Counter()
    for pair, count in stored.items():
        counts[abs(Fraction(*pair))] += count
    sizes = sorted(size for size in counts if size)
    none = Fraction(0), Fraction(0)
    if not sizes:
        return none
    ratios: set[Fraction] = set()
    below = 1
    for size in sizes:
        ratio = (size / sizes[0]).limit_denominator(_LARGEST_DENOMINATOR)
        below = lcm(below, ratio.denominator)
        off = abs(ratio * sizes[0] - size)
        if below > _LARGEST_DENOMINATOR or ratio in ratios or off > 2 * _EPS * size:
            return none
        ratios.add(ratio)
    unit = sizes[0] / below * gcd(*(int(ratio * below) for ratio in ratios))
    return unit, exact_total(counts[size] * abs(size - round(size / unit) * unit) for size in sizes)


def _steps(
    problem: Problem, terms: Mapping[tuple[int, ...], Fraction]
) -> tuple[Fraction, Fraction]:
    """`common_unit` of what differences of costs are sums of: of bits, or twice those of spins."""
    polynomial = problem.in_bits() if isinstance(problem, BinaryProblem) else None
    if polynomial is None:
        unit, off = common_unit(weight for spins, weight in terms.items() if spins)
        return 2 * unit, 2 * off
    return common_unit(Fraction(weight) for bits, weight in polynomial.terms.items() if bits)
