"""A search among feasible bit strings, which goes on from where it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.typing import Floats

# Costs that differ by less, in units of the largest number in them, count as equal.
ROUNDING = 1e-12

Whole = NDArray[np.int64]


class Walk(ABC):
    """A search from a random feasible start; all of its randomness comes from the generator.

    Args:
        problem: what is minimised.
        random: the generator.
    """

    @abstractmethod
    def __init__(self, problem: Any, random: np.random.Generator) -> None: ...

    @property
    @abstractmethod
    def evaluations(self) -> int:
        """Changes of the cost by a move that were evaluated, at least one for each variable."""

    @property
    @abstractmethod
    def work(self) -> int:
        """Numbers that are read in an evaluation, about."""

    @abstractmethod
    def advance(self, until: int) -> None:
        """Go on until so many evaluations were made, or a few more, or nothing is left to do."""

    @abstractmethod
    def bits(self) -> Whole:
        """The best bit string so far; it is feasible."""


def neighbours(edges: Whole, nodes: int) -> tuple[Whole, Whole]:
    """Starts of each node's neighbours, and these node by node."""
    both = np.concatenate([edges, edges[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    starts = np.searchsorted(both[:, 0], np.arange(nodes + 1))
    return starts.astype(np.int64), np.ascontiguousarray(both[:, 1], dtype=np.int64)


def generator_state(random: np.random.Generator) -> NDArray[np.uint64]:
    """The state of a compiled loop's generator."""
    return random.integers(1, 2**63, 1, dtype=np.uint64)


def rounding(numbers: Floats) -> float:
    """The least difference between costs made of some numbers."""
    return ROUNDING * float(np.abs(numbers).max(initial=0.0))
