"""One method on one instance: all that it may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from qminima.progress import Progress

if TYPE_CHECKING:
    from simulator.program import Precision

    from ..problems.instance import Instance
    from .budget import Budget


@dataclass(frozen=True)
class Task:
    """One method on one instance.

    Attributes:
        instance: the problem, for classical methods and for circuits.
        budget: of this method on this instance.
        seed: of all its randomness: numbers that no other method or instance has.
        sweeps: length of a run, in evaluations for each variable, of methods that have one; None
            for a tenth of the time.
        depth: of circuits.
        then_local: whether a local search follows each shot of a circuit.
        angles: of circuits whose angles were trained beforehand.
        training_shots: shots that a mean takes while angles are trained.
        precision: of simulated states.
        progress: reports how far it is.
    """

    instance: Instance
    budget: Budget
    seed: tuple[int, ...] | None
    sweeps: int | None = 100
    depth: int | None = None
    then_local: bool = False
    angles: Sequence[float] | None = None
    training_shots: int = 1000
    precision: Precision = "double"
    progress: Progress = field(default_factory=Progress)

    def random(self) -> np.random.Generator:
        """A generator of random numbers, from its beginning."""
        return np.random.default_rng(self.seed)

    def seed_for_library(self) -> int:
        """A seed for what takes a number."""
        return int(self.random().integers(2**31 - 1))


def seeds(seed: int | None, *names: str | int) -> tuple[int, ...] | None:
    """Numbers that depend on a seed and on names, and on nothing else.

    >>> seeds(7, "tabu", 3)
    (7, 4222141782, 3)
    """
    if seed is None:
        return None
    return (seed, *(name if isinstance(name, int) else crc32(name.encode()) for name in names))
