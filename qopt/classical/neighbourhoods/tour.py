"""Round trips: parts of the trip are reversed or moved."""

from __future__ import annotations

import numpy as np

from ...kernels.tours import travel
from ...problems.travelling_salesman import TravellingSalesman
from .walk import Walk, Whole, generator_state, rounding


class Tours(Walk):
    """2-opt and Or-opt descents, each from a double bridge of the best trip.

    Lin, Bell Syst. Tech. J. 44, 2245 (1965); Or, thesis, Northwestern University (1976); Martin,
    Otto and Felten, Complex Syst. 5, 299 (1991).
    """

    def __init__(self, problem: TravellingSalesman, random: np.random.Generator) -> None:
        n = len(problem.labels)
        self._distances = np.ascontiguousarray(problem.distances)
        self._tour = np.append(0, 1 + random.permutation(n - 1)).astype(np.int64)
        self._held, self._active = self._tour.copy(), np.ones(n, dtype=np.bool_)
        self._forth, self._back = np.zeros(n), np.zeros(n)
        self._numbers = np.array([problem.num_variables, np.inf, 0.0, 0.0])
        self._least = n * rounding(self._distances)
        self._random = generator_state(random)

    @property
    def evaluations(self) -> int:
        """Moves of parts of the trip."""
        return int(self._numbers[0])

    @property
    def work(self) -> int:
        """Distances to new neighbours."""
        return 2

    def advance(self, until: int) -> None:
        """Shorten the trip."""
        travel(
            0, self._distances, self._tour, self._held, self._active, self._forth, self._back,
            self._numbers, self._random, self._least, float(until),
        )  # fmt: skip

    def bits(self) -> Whole:
        """The best trip."""
        free = len(self._held) - 1
        return np.eye(free, dtype=np.int64)[self._held[1:] - 1].ravel()
