"""Colourings: a node in conflict gets another colour."""

from __future__ import annotations

import numpy as np

from ...kernels.recolouring import recolour
from ...problems.colouring import Colouring
from .walk import Walk, Whole, generator_state, neighbours


class Recolouring(Walk):
    """TabuCol: the best new colour of a node in conflict, the way back forbidden for a while.

    Hertz and de Werra, Computing 39, 345 (1987).
    """

    def __init__(self, problem: Colouring, random: np.random.Generator) -> None:
        nodes, k = problem.graph.number_of_nodes(), problem.colours
        edges = problem.edges
        self._starts, self._others = neighbours(edges, nodes)
        self._colours = random.integers(0, k, nodes)
        self._counts = np.zeros((nodes, k), dtype=np.int64)
        sources = np.repeat(np.arange(nodes), np.diff(self._starts))
        np.add.at(self._counts, (sources, self._colours[self._others]), 1)
        self._tabu = np.zeros((nodes, k), dtype=np.int64)
        listed = np.flatnonzero(self._counts[np.arange(nodes), self._colours] > 0)
        self._conflicting = np.zeros(nodes, dtype=np.int64)
        self._conflicting[: len(listed)] = listed
        self._place = np.full(nodes, -1)
        self._place[listed] = np.arange(len(listed))
        self._best = self._colours.copy()
        conflicts = int((self._colours[edges[:, 0]] == self._colours[edges[:, 1]]).sum())
        self._numbers = np.array([nodes * k, conflicts, conflicts, 0, len(listed)])
        self._random = generator_state(random)

    @property
    def evaluations(self) -> int:
        """New colours of nodes."""
        return int(self._numbers[0])

    @property
    def work(self) -> int:
        """A count, and for few conflicts the neighbours of the node that moves."""
        return 2 + int(np.diff(self._starts).max(initial=0)) // 2

    def advance(self, until: int) -> None:
        """Recolour until nothing is in conflict."""
        recolour(
            0, self._starts, self._others, self._colours, self._counts, self._tabu,
            self._conflicting, self._place, self._best, self._numbers, self._random, until,
        )  # fmt: skip

    def bits(self) -> Whole:
        """The best colouring."""
        return np.eye(self._counts.shape[1], dtype=np.int64)[self._best].ravel()
