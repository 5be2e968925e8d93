"""Independent sets and vertex covers: a few nodes are exchanged for others."""

from __future__ import annotations

import numpy as np

from ...kernels.node_sets import State, select
from ...problems.independent_set import NodeSelection, VertexCover
from .walk import Walk, Whole, generator_state, neighbours, rounding


class NodeSwaps(Walk):
    """Independent sets, and covers as their complements, by kicks and two kinds of moves.

    One node goes out for two others (Andrade, Resende and Werneck, J. Heuristics 18, 525, 2012),
    or one goes in for all of its neighbours (Nogueira, Pinheiro and Subramanian, Optim. Lett. 12,
    567, 2018).
    """

    def __init__(self, problem: NodeSelection, random: np.random.Generator) -> None:
        n, weights = problem.num_variables, problem.weights
        starts, others = neighbours(problem.edges, n)
        self._cover, self._work = isinstance(problem, VertexCover), 20 + len(others) // n
        positive = weights[weights > 0]
        self._unit = float(positive.mean()) if len(positive) else 1.0
        # Loads are sums from which weights are taken again, over and over.
        self._least = 1000 * rounding(weights)

        def zeros(size: int = n) -> Whole:
            return np.zeros(size, dtype=np.int64)

        self._state = State(
            weights=weights,
            starts=starts,
            others=others,
            inside=np.zeros(n, dtype=np.bool_),
            tight=zeros(),
            load=np.zeros(n),
            since=zeros(),
            queue=random.permutation(n).astype(np.int64),
            queued=np.ones(n, dtype=np.bool_),
            marks=zeros(),
            found=zeros(),
            log=zeros(4 * n),
            best=np.zeros(n, dtype=np.bool_),
            counts=np.array([n, 0, n, 0, 0, 0]),
            sums=np.zeros(3),
            random=generator_state(random),
        )

    @property
    def evaluations(self) -> int:
        """Nodes and pairs of them."""
        return int(self._state.counts[0])

    @property
    def work(self) -> int:
        """The neighbours of a node, and the lists it is in."""
        return self._work

    def advance(self, until: int) -> None:
        """Kick and descend."""
        select(0, self._state.weights, self._state, self._unit, self._least, until)

    def bits(self) -> Whole:
        """The heaviest set, or the lightest cover."""
        return np.asarray(self._state.best != self._cover, dtype=np.int64)
