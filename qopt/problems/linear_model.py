"""Problems as mixed-integer linear programs of their own, constraints and all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

Row = tuple[dict[int, float], float, float]


@dataclass(eq=False)
class LinearModel:
    """min sum of cost * variable under rows low <= sum of coefficient * variable <= high.

    Attributes:
        costs: of each variable.
        bounds: lowest and highest value of each.
        whole: which ones are whole numbers.
        rows: coefficients by variable, low and high.
        read: the bit string that values of the variables stand for; as many first ones as the
            problem has variables, unless given.
        cost: the cost that a value of what is minimised stands for; the same unless given.
    """

    costs: list[float] = field(default_factory=list)
    bounds: list[tuple[float, float]] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    read: Callable[[Sequence[float]], str] | None = None
    cost: Callable[[float], float] | None = None

    def bits(self, count: int) -> list[int]:
        """So many new variables that are 0 or 1."""
        return [self.variable() for _ in range(count)]

    def variable(
        self, cost: float = 0.0, *, low: float = 0.0, high: float = 1.0, whole: bool = True
    ) -> int:
        """A new variable; its number."""
        self.costs.append(float(cost))
        self.bounds.append((low, high))
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(
        self, coefficients: Mapping[int, float], *, low: float = -inf, high: float = inf
    ) -> None:
        """A new constraint."""
        self.rows.append(({k: float(v) for k, v in coefficients.items()}, low, high))

    def product(self, first: int, second: int, cost: float) -> None:
        """Add cost * first * second of two bits to what is minimised."""
        both = self.variable(cost, whole=False)
        if cost > 0:
            self.row({both: 1, first: -1, second: -1}, low=-1)
        else:
            self.row({both: 1, first: -1}, high=0)
            self.row({both: 1, second: -1}, high=0)
