"""The linear program of a case: a variable for each edge, tightened by inequalities."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf

import numpy as np

from simulator.typing import Floats

from ..cut_form import power_of_two
from ..linear_program import add_columns, add_row, quiet_solver, solve
from .fixed_edges import Fixed
from .odd_cycles import Inequality

# Multipliers are rounded to fractions of this many bits.
_BITS = 50


class Relaxation:
    """The linear program in HiGHS, in floating-point numbers.

    Args:
        weights: of the edges.

    Attributes:
        scale: the unit of the weights in the program, a power of two.
        numbers: of its inequalities, in its order.
    """

    def __init__(self, weights: Floats) -> None:
        import highspy

        self._weights = weights
        self.scale = power_of_two(weights)
        self.numbers: list[int] = []
        self._fixed: Fixed = {}
        self._solver = quiet_solver()
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        add_columns(self._solver, weights / self.scale)

    def aim(self, free: Sequence[int]) -> None:
        """Take the weights of free edges only, in a unit that fits them."""
        costs = np.zeros(len(self._weights))
        costs[free] = self._weights[free]
        self.scale = power_of_two(costs)
        columns = np.arange(len(costs), dtype=np.int32)
        self._solver.changeColsCost(len(costs), columns, costs / self.scale)

    def fix(self, fixed: Fixed) -> None:
        """Fix edges, and no others."""
        for edge in self._fixed.keys() - fixed.keys():
            self._solver.changeColBounds(edge, 0, 1)
        for edge, value in fixed.items():
            self._solver.changeColBounds(edge, value, value)
        self._fixed = fixed

    def solve(self, seconds: float) -> tuple[Floats, dict[int, Fraction]]:
        """Values of the edges, and multipliers of the inequalities by number.

        Raises:
            KeyboardInterrupt: on Ctrl-C, which the solver only notices.
        """
        solve(self._solver, seconds)
        solution = self._solver.getSolution()
        multipliers = {
            self.numbers[row]: Fraction(round(value * 2**_BITS), 2**_BITS) * Fraction(self.scale)
            for row, value in enumerate(solution.row_dual)
            if value * 2**_BITS >= 1
        }
        return np.array(solution.col_value), multipliers

    def add(self, number: int, row: Inequality) -> None:
        """Tighten the program with an inequality."""
        add_row(self._solver, row.coefficients, -inf, row.bound)
        self.numbers.append(number)
