"""The travelling salesman: the shortest round trip through all cities."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qminima.errors import InputError
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial
from simulator.spaces.feasible import HammingWeight, Product

from ..circuits.mixers import xy_complete_mixer
from .binary import BinaryProblem, Bits, Bound, Native, check_labels, finite
from .bits import BitPolynomial, Convert, total
from .linear_model import LinearModel


@dataclass(frozen=True, eq=False, kw_only=True)
class TravellingSalesman(BinaryProblem):
    """A round trip that starts at the first city; made by `travelling_salesman`.

    Of n cities n - 1 are free: variable (n - 1) t + c says that stop t + 1 is city c + 1.
    """

    distances: NDArray[np.float64]
    labels: tuple[Hashable, ...]
    kind: ClassVar[str] = "travelling-salesman"
    score_name: ClassVar[str] = "length"
    nearest_values: ClassVar[bool] = False

    @property
    def num_variables(self) -> int:
        """(n - 1)^2."""
        return (len(self.labels) - 1) ** 2

    @cached_property
    def penalty_weight(self) -> float:
        """Of the squares of stops and cities that are missing or doubled.

        More than the length of one round trip, the nearest city next: lengths are not negative, so
        that any violation costs more than that trip.
        """
        left, here, length = set(range(1, len(self.labels))), 0, 0.0
        while left:
            after = min(left, key=lambda city: (self.distances[here, city], city))
            length += float(self.distances[here, after])
            left.remove(after)
            here = after
        return 1.1 * (length + float(self.distances[here, 0])) or 1.0

    def objective(self, bits: Bits) -> float:
        """The length of the round trip; of the same sum, where it is none."""
        stops, d = self._table(bits), self.distances
        there = stops[0] @ d[0, 1:] + stops[-1] @ d[1:, 0]
        between = sum(one @ d[1:, 1:] @ other for one, other in pairwise(stops))
        return float(there + between)

    def penalty(self, bits: Bits) -> float:
        """Of stops without exactly one city, and cities without exactly one stop."""
        stops = self._table(bits)
        violations = sum(int(((stops.sum(axis=axis) - 1) ** 2).sum()) for axis in (0, 1))
        return self.penalty_weight * violations

    @cached_property
    def cost(self) -> Polynomial:
        """Length and penalties."""
        return self.in_bits().spins()

    def in_bits(self, number: Convert = float) -> BitPolynomial:
        """The cost as a polynomial in bits."""
        free = len(self.labels) - 1
        d = [[number(length) for length in row] for row in self.distances.tolist()]
        x = [[BitPolynomial.variable(free * t + c) for c in range(free)] for t in range(free)]
        parts = [x[0][c] * d[0][c + 1] + x[-1][c] * d[c + 1][0] for c in range(free)]
        parts += [
            x[t][c] * x[t + 1][e] * d[c + 1][e + 1]
            for t in range(free - 1) for c in range(free) for e in range(free) if c != e
        ]  # fmt: skip
        for k in range(free):
            for line in (x[k], [row[k] for row in x]):
                excess = total(line) - 1
                parts.append(excess * excess * number(self.penalty_weight))
        return total(parts)

    def solution(self, bits: Bits) -> list[Hashable]:
        """The cities in the order of the trip, the first one first."""
        return [
            self.labels[0],
            *(self.labels[int(c) + 1] for c in self._table(bits).argmax(axis=1)),
        ]

    def native(self) -> Native:
        """One city at each stop, and an XY mixer on each stop's cities.

        That each city comes once stays with the penalty, which stays.
        """
        free = len(self.labels) - 1
        space = Product(*[HammingWeight(free, 1)] * free)
        mixer = xy_complete_mixer(*(range(t * free, (t + 1) * free) for t in range(free)))
        return self, space, mixer

    def trivial_bound(self) -> Bound:
        """The shortest way out of each city."""
        others = self.distances + np.diag(np.full(len(self.labels), np.inf))
        shortest = map(Fraction, others.min(axis=1).tolist())
        reason = "no trip is shorter than the shortest ways out of all cities"
        return Bound(sum(shortest, Fraction(0)), reason)

    def linear_model(self) -> LinearModel:
        """Arcs that enter and leave each city once, in one trip.

        No shorter trips: positions u_j >= u_i + 1 - n (1 - a_ij) between free cities (Miller,
        Tucker and Zemlin, J. ACM 7, 326, 1960).
        """
        model, n = LinearModel(), len(self.labels)
        arcs = {
            (i, j): model.variable(float(self.distances[i, j]))
            for i in range(n) for j in range(n) if i != j
        }  # fmt: skip
        places = {i: model.variable(low=1, high=n - 1, whole=False) for i in range(1, n)}
        for city in range(n):
            others = [other for other in range(n) if other != city]
            model.row({arcs[city, other]: 1 for other in others}, low=1, high=1)
            model.row({arcs[other, city]: 1 for other in others}, low=1, high=1)
        for i, j in arcs:
            if i and j:
                model.row({places[j]: 1, places[i]: -1, arcs[i, j]: -n}, low=1 - n)

        def read(values: Sequence[float]) -> str:
            after = {i: j for (i, j), arc in arcs.items() if values[arc] > 0.5}
            table, here = [], after[0]
            while here:
                table.append("".join("1" if city == here else "0" for city in range(1, n)))
                here = after[here]
            return "".join(table)

        model.read = read
        return model

    def describe(self) -> dict[str, Any]:
        """Name, kind and cities."""
        return {**super().describe(), "cities": len(self.labels)}

    def _table(self, bits: Bits) -> Bits:
        """Stops as rows, cities as columns."""
        free = len(self.labels) - 1
        return bits.reshape(free, free)


def travelling_salesman(
    distances: ArrayLike,
    *,
    labels: Sequence[Hashable] | None = None,
    name: str = "tour",
    reference: Reference | None = None,
) -> TravellingSalesman:
    """The shortest round trip through all cities.

    Lucas, Front. Phys. 2, 5 (2014), arXiv:1302.5843.

    Args:
        distances: from row to column, shape (cities, cities), three to a hundred; the diagonal
            does not count, and both directions may differ.
        labels: of the cities; their numbers unless given.
        name: shown in tables.
        reference: the least length that is known.

    Raises:
        InputError: if distances are not finite and from zero on, or there are fewer cities.

    >>> problem = travelling_salesman([[0, 1, 9], [9, 0, 1], [1, 9, 0]], labels="abc")
    >>> problem.decode("1001"), problem.score("1001"), problem.feasible("1010")
    (['a', 'b', 'c'], 3.0, False)
    """
    matrix = finite(distances, "distances", 2)
    if matrix.shape[0] != matrix.shape[1] or not 3 <= len(matrix) <= 100:
        raise InputError(
            f"expected distances between 3 to 100 cities, a square matrix, got {matrix.shape}"
        )
    matrix = matrix.copy()
    np.fill_diagonal(matrix, 0.0)
    if (matrix < 0).any():
        raise InputError(f"expected distances from zero on, got {matrix.min():g}")
    names = check_labels(range(len(matrix)) if labels is None else labels, len(matrix))
    return TravellingSalesman(distances=matrix, labels=names, name=name, reference=reference)


def random_cities(size: int, seed: int) -> dict[str, Any]:
    """Points of the unit square and their distances."""
    random = np.random.default_rng(seed)
    points = random.random((size, 2))
    return {"distances": np.linalg.norm(points[:, None] - points[None, :], axis=2)}
