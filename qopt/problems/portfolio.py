"""Portfolio selection: k assets of large return and small common risk."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qminima.errors import InputError, shorten
from qminima.limits import check_whole
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial
from simulator.spaces.feasible import HammingWeight

from ..circuits.mixers import xy_ring_mixer
from .binary import LARGEST, BinaryProblem, Bits, Bound, Native, check_labels, finite
from .bits import BitPolynomial, Convert, total
from .graphs import is_real_number
from .linear_model import LinearModel


@dataclass(frozen=True, eq=False, kw_only=True)
class Portfolio(BinaryProblem):
    """q x S x - m x with exactly k assets x; made by `portfolio`."""

    returns: NDArray[np.float64]
    covariance: NDArray[np.float64]
    budget: int
    risk: float
    labels: tuple[Hashable, ...]
    kind: ClassVar[str] = "portfolio"
    nearest_values: ClassVar[bool] = False

    @property
    def num_variables(self) -> int:
        """Number of assets."""
        return len(self.returns)

    def objective(self, bits: Bits) -> float:
        """Risk minus return."""
        return float(self.risk * bits @ self.covariance @ bits - self.returns @ bits)

    @cached_property
    def penalty_weight(self) -> float:
        """Of the square of the assets that are missing or too many.

        Twice more than the objective can change at all, so that any choice of k assets is better
        than any other choice.
        """
        quadratic = self.risk * self.covariance
        spread = np.abs(quadratic).sum() + np.abs(self.returns).sum()
        return float(2 * spread) or 1.0

    def penalty(self, bits: Bits) -> float:
        """Of another number of assets than k."""
        return float(self.penalty_weight * (int(bits.sum()) - self.budget) ** 2)

    @cached_property
    def cost(self) -> Polynomial:
        """Objective and penalty."""
        return self.in_bits().spins()

    def in_bits(self, number: Convert = float) -> BitPolynomial:
        """The cost as a polynomial in bits."""
        risk, gains = number(float(self.risk)), enumerate(self.returns.tolist())
        pairs = [
            BitPolynomial.variable(i) * BitPolynomial.variable(j) * (risk * number(float(value)))
            for (i, j), value in np.ndenumerate(self.covariance)
        ]
        parts = [*pairs, BitPolynomial.linear((j, -number(gain)) for j, gain in gains)]
        if self.penalised:
            excess = BitPolynomial.linear((j, 1) for j in range(self.num_variables)) - self.budget
            parts.append(excess * excess * number(self.penalty_weight))
        return total(parts)

    def solution(self, bits: Bits) -> list[Hashable]:
        """Labels of the chosen assets."""
        return [label for label, bit in zip(self.labels, bits, strict=True) if bit]

    def native(self) -> Native | None:
        """All choices of k assets, and an XY mixer on a ring; None for a single asset."""
        if self.num_variables == 1:
            return None
        space = HammingWeight(self.num_variables, self.budget)
        return replace(self, penalised=False), space, xy_ring_mixer(range(self.num_variables))

    def trivial_bound(self) -> Bound:
        """The k assets that could be best, each with the others that suit it most."""
        risk = Fraction(float(self.risk))
        returns, covariance = self.returns.tolist(), self.covariance.tolist()
        least = sorted(
            risk * Fraction(row[i]) - Fraction(returns[i])
            + risk * sum((Fraction(x) for j, x in enumerate(row) if j != i and x < 0), Fraction(0))
            for i, row in enumerate(covariance)
        )  # fmt: skip
        reason = "no choice is better than the best of each asset"
        return Bound(sum(least[: self.budget], Fraction(0)), reason)

    def linear_model(self) -> LinearModel:
        """Products x_i x_j as variables of their own, and exactly k ones."""
        model, quadratic = LinearModel(), self.risk * self.covariance
        for j, gain in enumerate(self.returns):
            model.variable(float(quadratic[j, j] - gain))
        for i in range(self.num_variables):
            for j in range(i):
                model.product(j, i, float(quadratic[i, j] + quadratic[j, i]))
        model.row(dict.fromkeys(range(self.num_variables), 1), low=self.budget, high=self.budget)
        return model

    def describe(self) -> dict[str, Any]:
        """Name, kind, assets and budget."""
        return {**super().describe(), "budget": self.budget, "risk": self.risk}


def portfolio(
    returns: ArrayLike,
    covariance: ArrayLike,
    budget: int,
    *,
    risk: float = 0.5,
    labels: Sequence[Hashable] | None = None,
    name: str = "portfolio",
    reference: Reference | None = None,
) -> Portfolio:
    """The choice of k assets with the least q x S x - m x.

    Hodson et al., arXiv:1911.05296, with constraints kept by the mixer or by a penalty.

    Args:
        returns: m, expected returns, shape (assets,).
        covariance: S, symmetric, shape (assets, assets).
        budget: k, how many assets are chosen.
        risk: q, from 0 on.
        labels: of the assets; their numbers unless given.
        name: shown in tables.
        reference: the least cost that is known.

    Raises:
        InputError: if shapes do not fit together, numbers are not finite, the covariance is not
            symmetric, or k assets cannot be chosen.

    >>> problem = portfolio([3.0, 2.0, 1.0], np.eye(3), budget=2, labels=["a", "b", "c"])
    >>> problem.score("110"), problem.decode("110"), problem.feasible("100")
    (-4.0, ['a', 'b'], False)
    """
    mean, matrix = finite(returns, "returns", 1), finite(covariance, "a covariance", 2)
    if matrix.shape != (len(mean), len(mean)):
        raise InputError(f"expected a covariance of {len(mean)} assets, got shape {matrix.shape}")
    if np.abs(matrix - matrix.T).max(initial=0) > 1e-12 * max(1.0, np.abs(matrix).max(initial=0)):
        raise InputError("expected a symmetric covariance; it differs from its transpose")
    check_whole("a budget, how many assets are chosen", budget, 1, len(mean))
    if not is_real_number(risk) or not 0 <= risk <= LARGEST:
        raise InputError(f"expected a risk factor from 0 to {LARGEST:g}, got {shorten(risk)}")
    names = check_labels(range(len(mean)) if labels is None else labels, len(mean))
    return Portfolio(
        returns=mean, covariance=matrix, budget=budget, risk=risk, labels=names, name=name,
        reference=reference,
    )  # fmt: skip


def random_assets(size: int, seed: int) -> dict[str, Any]:
    """Normal returns, a covariance of half as many normal factors, and half of the assets."""
    random = np.random.default_rng(seed)
    factors = random.normal(size=(size, max(1, size // 2)))
    covariance = factors @ factors.T / factors.shape[1]
    return {
        "returns": random.normal(size=size), "covariance": covariance, "budget": max(1, size // 2)
    }  # fmt: skip
