"""Number partitioning: two heaps of numbers whose sums are as close as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import floor, inf, log2
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from qminima.limits import check_whole
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial

from .binary import BinaryProblem, Bits, Bound, finite, nearest_sum
from .bits import BitPolynomial, Convert
from .linear_model import LinearModel


@dataclass(frozen=True, eq=False, kw_only=True)
class Partition(BinaryProblem):
    """(sum_j a_j z_j)^2 of numbers a_j; made by `partition`."""

    numbers: NDArray[np.float64]
    kind: ClassVar[str] = "partition"

    @property
    def num_variables(self) -> int:
        """How many numbers there are."""
        return len(self.numbers)

    def objective(self, bits: Bits) -> float:
        """The square of the difference of both sums."""
        return nearest_sum(self.numbers * (1 - 2 * bits)) ** 2

    @cached_property
    def cost(self) -> Polynomial:
        """The square of sum_j a_j (1 - 2 x_j)."""
        return self.in_bits().spins()

    def in_bits(self, number: Convert = float) -> BitPolynomial:
        """The cost as a polynomial in bits."""
        weights = [number(weight) for weight in self.numbers.tolist()]
        difference = BitPolynomial.linear((j, -2 * weight) for j, weight in enumerate(weights))
        difference += sum(weights)
        return difference * difference

    def trivial_bound(self) -> Bound:
        """No difference, or a difference of one between whole numbers of an odd sum."""
        total = sum(map(Fraction, self.numbers.tolist()), Fraction(0))
        whole = all(number.is_integer() for number in self.numbers.tolist())
        if whole and total % 2:
            return Bound(Fraction(1), "sums of whole numbers of an odd total differ by at least 1")
        return Bound(Fraction(0), "no square is below 0")

    def linear_model(self) -> LinearModel:
        """Min d with d at least the difference of the sums, either way; its square is the cost.

        Numbers are in a unit of about the largest one, which fits the tolerances of solvers.
        """
        model, unit = LinearModel(), self._unit
        total = float(self.numbers.sum()) / unit
        model.bits(self.num_variables)
        difference = model.variable(1.0, high=inf, whole=False)
        model.cost = self._cost_of
        weights = {j: 2 * float(a) / unit for j, a in enumerate(self.numbers)}
        model.row({difference: 1, **weights}, low=total)
        model.row({difference: 1, **{j: -a for j, a in weights.items()}}, low=-total)
        return model

    @property
    def _unit(self) -> float:
        largest = float(np.abs(self.numbers).max())
        return 1.0 if largest == 0 or 1.0 <= largest <= 1e6 else 2.0 ** floor(log2(largest))

    def _cost_of(self, difference: float) -> float:
        return (self._unit * max(difference, 0.0)) ** 2

    def solution(self, bits: Bits) -> tuple[list[float], list[float]]:
        """Both heaps, those of bit 0 first."""
        return tuple(self.numbers[bits == side].tolist() for side in (0, 1))


def partition(
    numbers: Sequence[float], *, name: str = "numbers", reference: Reference | None = None
) -> Partition:
    """The partition of numbers into two heaps of nearly the same sum.

    Args:
        numbers: at least one, at most 1000.
        name: shown in tables.
        reference: the least cost that is known, the square of a difference.

    Raises:
        InputError: if they are not finite numbers, or there are none or more.

    >>> problem = partition([3, 1, 1, 2, 2, 1])
    >>> problem.score("100110"), problem.score("100010"), problem.decode("100010")
    (16.0, 0.0, ([1.0, 1.0, 2.0, 1.0], [3.0, 2.0]))
    """
    array = finite(numbers, "numbers", 1)
    check_whole("numbers: how many", len(array), 1, 1000)
    return Partition(numbers=array, name=name, reference=reference)


def random_numbers(size: int, seed: int) -> dict[str, Any]:
    """Whole numbers from 1 to 1000."""
    random = np.random.default_rng(seed)
    return {"numbers": random.integers(1, 1001, size).tolist()}
