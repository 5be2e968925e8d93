"""Portfolios: a chosen asset is swapped for another one."""

from __future__ import annotations

import numpy as np

from ...kernels.swaps import swap
from ...problems.portfolio import Portfolio
from .walk import Walk, Whole, generator_state, rounding


class Swaps(Walk):
    """Tabu search by the best swap of a chosen asset and another one.

    After Glover, ORSA J. Comput. 1, 190 (1989), and Chang et al., Comput. Oper. Res. 27, 1271
    (2000).
    """

    def __init__(self, problem: Portfolio, random: np.random.Generator) -> None:
        n, quadratic = problem.num_variables, problem.risk * problem.covariance
        self._couplings = 2.0 * quadratic
        np.fill_diagonal(self._couplings, 0.0)
        self._ones, self._order = problem.budget, random.permutation(n).astype(np.int64)
        chosen = np.zeros(n)
        chosen[self._order[: self._ones]] = 1.0
        linear = np.diag(quadratic) - problem.returns
        self._fields = linear + self._couplings @ chosen
        cost = float(chosen @ (linear + self._fields)) / 2
        self._least = rounding(np.append(self._couplings, linear))
        self._tabu, self._best = np.zeros(n, dtype=np.int64), self._order[: self._ones].copy()
        self._numbers = np.array([n, cost, cost, 0.0])
        self._random = generator_state(random)

    @property
    def evaluations(self) -> int:
        """Swaps."""
        return int(self._numbers[0])

    @property
    def work(self) -> int:
        """A coupling."""
        return 1

    def advance(self, until: int) -> None:
        """Swap; where all assets are chosen there is nothing to do."""
        if self._ones < len(self._order):
            swap(
                0, self._couplings, self._fields, self._order, self._ones, self._tabu, self._best,
                self._numbers, self._random, self._least, float(until),
            )  # fmt: skip

    def bits(self) -> Whole:
        """The best choice."""
        bits = np.zeros(len(self._order), dtype=np.int64)
        bits[self._best] = 1
        return bits
