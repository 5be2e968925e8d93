"""Bounds on cuts by multipliers of odd-cycle inequalities, in exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from time import perf_counter

from qminima.limits import Deadline

from ..cut_form import ExactCut
from .exact import exact_total
from .fixed_edges import Fixed, FixedEdges
from .odd_cycles import Inequality
from .proof import Leaf

# Seconds that writing and checking the proof takes, for each second that the bound of a case does.
_CLOSING = 6.0


class Bounds:
    """Bounds of cases, with the inequalities that they use.

    Args:
        cut: the cut to be maximised.
        deadline: of the proof; the time to write and check it is taken off.

    Attributes:
        weights: of the edges.
        whole: whether these are whole numbers.
        rows: the inequalities, by number.
    """

    def __init__(self, cut: ExactCut, deadline: Deadline) -> None:
        self.weights = list(cut.weights)
        self.whole = cut.whole
        self.rows: list[Inequality] = []
        self._numbers: dict[Inequality, int] = {}
        self._positive = exact_total(weight for weight in self.weights if weight > 0)
        self._deadline = deadline
        self._reserved = 0.0  # seconds of the time for writing and checking the proof

    def number(self, row: Inequality) -> int:
        """The number of an inequality, a new one unless it is known."""
        if row not in self._numbers:
            self._numbers[row] = len(self.rows)
            self.rows.append(row)
        return self._numbers[row]

    def reduced(self, multipliers: dict[int, Fraction]) -> list[Fraction]:
        """Weights of edges less what multipliers of inequalities take from them."""
        reduced = list(self.weights)
        for row, multiplier in multipliers.items():
            for edge, sign in self.rows[row].coefficients:
                reduced[edge] -= sign * multiplier
        return reduced

    def leaf(self, multipliers: dict[int, Fraction], fixed: Fixed) -> Leaf:
        """The bound of a case by multipliers."""
        begun = perf_counter()
        reduced, changed = self.reduced(multipliers), set(fixed)
        for row in multipliers:
            changed.update(edge for edge, _ in self.rows[row].coefficients)
        parts = [value * self.rows[row].bound for row, value in multipliers.items()]
        for edge in changed:
            cost, weight = reduced[edge], self.weights[edge]
            if weight > 0:
                parts.append(-weight)
            if fixed.get(edge, cost > 0):
                parts.append(cost)
        total = self._positive + exact_total(parts)
        if self.whole:
            total = Fraction(total.numerator // total.denominator)
        closing = _CLOSING * (perf_counter() - begun)
        if closing > self._reserved:
            self._deadline.charge(closing - self._reserved)
            self._reserved = closing
        return Leaf(total, multipliers)

    def held_leaf(self, multipliers: dict[int, Fraction], fixed: Fixed, parts: FixedEdges) -> Leaf:
        """The same, with multipliers added that hold implied edges."""
        reduced, held = self.reduced(multipliers), dict(multipliers)
        for edge, value in parts.implied.items():
            if reduced[edge] < 0 if value else reduced[edge] > 0:
                row = self.number(parts.inequality(edge))
                held[row] = held.get(row, Fraction(0)) + abs(reduced[edge])
        return self.leaf(held, fixed)
