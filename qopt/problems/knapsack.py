"""Knapsack: the most valuable items that a capacity holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.limits import check_whole
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial

from .binary import BinaryProblem, Bits, Bound, finite, nearest_sum
from .bits import BitPolynomial, Convert
from .linear_model import LinearModel

# The cost couples each with each.
_MOST_ITEMS = 1000


@dataclass(frozen=True, eq=False, kw_only=True)
class Knapsack(BinaryProblem):
    """Maximum value of items of total weight at most W; made by `knapsack`.

    Behind the items come slack variables, whole numbers that add up to any rest from 0 to W: powers
    of two, and the remainder. A bit string is feasible if items and slack fill W exactly.
    """

    values: NDArray[np.float64]
    weights: NDArray[np.int64]
    capacity: int
    kind: ClassVar[str] = "knapsack"
    score_name: ClassVar[str] = "profit"
    maximise: ClassVar[bool] = True

    @cached_property
    def slack(self) -> NDArray[np.int64]:
        """Weights of the slack variables."""
        found, rest = [], self.capacity
        step = 1
        while rest > 0:
            found.append(min(step, rest))
            rest -= found[-1]
            step *= 2
        return np.array(found, dtype=np.int64)

    @property
    def num_variables(self) -> int:
        """Items and slack variables."""
        return len(self.values) + len(self.slack)

    @cached_property
    def penalty_weight(self) -> float:
        """Of the square of the weight beyond W.

        To be rid of an excess e, at most e items must go, each of weight one at least, which gives
        up less than e times this; weight that is missing is filled by slack for nothing.
        """
        return 2.0 * float(self.values.max(initial=0)) or 1.0

    def objective(self, bits: Bits) -> float:
        """The value of the chosen items."""
        return nearest_sum(self.values[bits[: len(self.values)] == 1])

    def penalty(self, bits: Bits) -> float:
        """Of items and slack that do not fill W exactly."""
        filled = int(np.concatenate([self.weights, self.slack]) @ bits)
        return self.penalty_weight * (filled - self.capacity) ** 2

    @cached_property
    def cost(self) -> Polynomial:
        """-sum v_i x_i + P (sum w_i x_i + slack - W)^2."""
        return self.in_bits().spins()

    def in_bits(self, number: Convert = float) -> BitPolynomial:
        """The cost as a polynomial in bits."""
        weights = enumerate([*self.weights.tolist(), *self.slack.tolist()])
        excess = BitPolynomial.linear((j, number(weight)) for j, weight in weights)
        excess -= self.capacity
        values = enumerate(self.values.tolist())
        chosen = BitPolynomial.linear((j, number(value)) for j, value in values)
        return excess * excess * number(self.penalty_weight) - chosen

    def solution(self, bits: Bits) -> list[int]:
        """Numbers of the chosen items."""
        return [int(item) for item in np.flatnonzero(bits[: len(self.values)])]

    def trivial_bound(self) -> Bound:
        """The value of all items that fit by themselves."""
        fitting = self.values[self.weights <= self.capacity].tolist()
        worth = sum(map(Fraction, fitting), Fraction(0))
        return Bound(worth, "no profit exceeds the value of all items that fit")

    def linear_model(self) -> LinearModel:
        """Max sum v_i x_i with sum w_i x_i <= W; slack is the remainder."""
        model = LinearModel()
        for value in self.values:
            model.variable(-value)
        model.row(dict(enumerate(self.weights.tolist())), high=self.capacity)
        model.read = self.filled
        return model

    def filled(self, values: Sequence[float]) -> str:
        """The bit string of some items, with slack that fills the rest."""
        chosen = [int(value > 0.5) for value in values[: len(self.values)]]
        rest = self.capacity - int(self.weights @ np.array(chosen, dtype=np.int64))
        slack = [0] * len(self.slack)
        # The last weight is no power of two; what is left beside it is written in binary.
        for k in reversed(range(len(self.slack))):
            if 0 < self.slack[k] <= rest:
                slack[k] = 1
                rest -= int(self.slack[k])
        return "".join(map(str, chosen + slack))

    def describe(self) -> dict[str, Any]:
        """Name, kind, items and capacity."""
        return {**super().describe(), "items": len(self.values), "capacity": self.capacity}


def knapsack(
    values: Sequence[float],
    weights: Sequence[int],
    capacity: int,
    *,
    name: str = "knapsack",
    reference: Reference | None = None,
) -> Knapsack:
    """The most valuable items of total weight at most the capacity.

    Lucas, Front. Phys. 2, 5 (2014), arXiv:1302.5843.

    Args:
        values: from zero on, one for each item.
        weights: whole numbers from one on.
        capacity: a whole number from zero on.
        name: shown in tables.
        reference: the best cost (minus the largest value) that is known.

    Raises:
        InputError: for other numbers.

    >>> problem = knapsack([4, 3, 2], [3, 2, 2], capacity=4)
    >>> problem.num_variables, problem.decode("011000"), problem.score("011000")
    (6, [1, 2], 5.0)
    """
    worth, heavy = finite(values, "values", 1), finite(weights, "weights", 1)
    if worth.shape != heavy.shape or not len(worth):
        raise InputError(
            f"expected a weight for each of at least one value, got {len(worth)} values and "
            f"{len(heavy)} weights"
        )
    if (worth < 0).any():
        raise InputError(f"expected values from zero on, got {worth.min():g}")
    if (heavy < 1).any() or (heavy != np.round(heavy)).any() or (heavy > 2**40).any():
        raise InputError("expected whole numbers from 1 to 2^40 as weights; scale them up first")
    check_whole("a capacity", capacity, 0, 2**40)
    if len(worth) > _MOST_ITEMS:
        raise InputError(f"expected at most {_MOST_ITEMS} items, got {len(worth)}")
    return Knapsack(
        values=worth, weights=heavy.astype(np.int64), capacity=int(capacity), name=name,
        reference=reference,
    )  # fmt: skip


def random_items(size: int, seed: int) -> dict[str, Any]:
    """Values and weights from 1 to 20, and half of the weight as capacity.

    The uncorrelated instances of Pisinger, Comput. Oper. Res. 32, 2271 (2005).
    """
    random = np.random.default_rng(seed)
    weights = random.integers(1, 21, size)
    values = random.integers(1, 21, size)
    return {"values": values, "weights": weights, "capacity": int(weights.sum()) // 2}
