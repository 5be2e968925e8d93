"""Clusters of spins that several solutions share, and the model of these clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from simulator.typing import Floats, Integers

from .spin_model import SpinModel


class Pairs(NamedTuple):
    """The pairs of a model, each once.

    Attributes:
        first: one spin of each.
        second: the other.
        weights: J.
    """

    first: Integers
    second: Integers
    weights: Floats

    @classmethod
    def of(cls, model: SpinModel) -> Pairs:
        """All pairs."""
        first = np.repeat(np.arange(model.free + 1), np.diff(model.starts))
        once = first < model.others
        return cls(first[once], model.others[once], model.weights[once])


def shared_clusters(pairs: Pairs, solutions: Sequence[Floats]) -> Integers:
    """The cluster of each spin; shape (spins,), the cluster of the last spin the last one.

    Two neighbours are in one cluster if they have the same relative sign in all solutions.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    base, spins = solutions[0], len(solutions[0])
    same = np.ones(len(pairs.first), dtype=bool)
    for other in solutions[1:]:
        overlap = base * other
        same &= overlap[pairs.first] == overlap[pairs.second]
    kept = (np.ones(int(same.sum()), dtype=np.int8), (pairs.first[same], pairs.second[same]))
    count, labels = connected_components(coo_array(kept, shape=(spins, spins)), directed=False)
    return np.asarray((labels - labels[-1] - 1) % count, dtype=np.int64)


def cluster_model(pairs: Pairs, base: Floats, clusters: Integers) -> SpinModel:
    """The model in which each cluster of a solution is turned as a whole.

    J_AB = sum of J_ij s_i s_j over pairs of spins i in A and j in B.
    """
    first, second = clusters[pairs.first], clusters[pairs.second]
    between = first != second
    weights = pairs.weights * base[pairs.first] * base[pairs.second]
    return SpinModel.from_pairs(
        int(clusters.max()) + 1, first[between], second[between], weights[between]
    )
