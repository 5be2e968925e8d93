"""Subset sum: numbers that add up to a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from qopt.problems.binary import BinaryProblem, Bits, Bound, finite, nearest_sum
from qopt.problems.bits import BitPolynomial, Convert
from simulator.operators.polynomial import Polynomial


@dataclass(frozen=True, eq=False, kw_only=True)
class SubsetSum(BinaryProblem):
    """(sum_j a_j x_j - T)^2 of numbers a_j and a target T; made by `subset_sum`."""

    numbers: NDArray[np.float64]
    target: float
    kind: ClassVar[str] = "subset-sum"

    @property
    def num_variables(self) -> int:
        """How many numbers there are."""
        return len(self.numbers)

    def objective(self, bits: Bits) -> float:
        """The squared distance of the sum from the target."""
        return nearest_sum(np.append(self.numbers * bits, -self.target)) ** 2

    @cached_property
    def cost(self) -> Polynomial:
        """The square of sum_j a_j x_j - T."""
        return self.in_bits().spins()

    def in_bits(self, number: Convert = float) -> BitPolynomial:
        """The cost as a polynomial in bits."""
        weights = [number(weight) for weight in self.numbers.tolist()]
        distance = BitPolynomial.linear(enumerate(weights))
        distance += -number(self.target)
        return distance * distance

    def trivial_bound(self) -> Bound:
        """The target is met."""
        return Bound(Fraction(0), "no square is below 0")

    def solution(self, bits: Bits) -> list[float]:
        """The numbers that are added up."""
        chosen: list[float] = self.numbers[bits == 1].tolist()
        return chosen


def subset_sum(numbers: Sequence[float], target: float, *, name: str = "numbers") -> SubsetSum:
    """The numbers whose sum is nearest to a target.

    Raises:
        InputError: if they are not finite numbers.
    """
    array, aim = finite(numbers, "numbers", 1), finite([target], "target", 1)
    return SubsetSum(numbers=array, target=float(aim[0]), name=name)


def random_numbers(size: int, seed: int) -> dict[str, Any]:
    """Whole numbers from 1 to 1000, and half of their sum as target."""
    numbers = np.random.default_rng(seed).integers(1, 1001, size).tolist()
    return {"numbers": numbers, "target": sum(numbers) // 2}
