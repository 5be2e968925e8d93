"""Bit strings of independent runs, and the work they took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Training:
    """Work before the first run, on this instance or, to choose, on others.

    Attributes:
        evaluations: costs looked at, and shots of training circuits.
        shots: those of them that are shots of circuits.
        seconds: wall time of classical work, such as a relaxation, which belongs to the method.
        simulation_seconds: wall time of simulated circuits.
    """

    evaluations: int = 0
    shots: int = 0
    seconds: float = 0.0
    simulation_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Bit strings as a method gave them, and what they took.

    Attributes:
        bitstrings: of each run, or shot.
        evaluations: costs, or changes of the cost by a flip, that were looked at in all runs; None
            where they cannot be counted.
        seconds: wall time of classical work in all runs.
        simulation_seconds: wall time of simulated circuits.
        training: before the runs.
        rounds: of gates in a shot, where circuits were run and can be modelled.
        once: whether another run would give the same.
        proven: whether the method proved that nothing is better.
        bound: a proven bound on all costs, if the method gives one.
        settings: that a reader needs to repeat it.
    """

    bitstrings: Sequence[str] = ()
    evaluations: int | None = 0
    seconds: float = 0.0
    simulation_seconds: float = 0.0
    training: Training = field(default_factory=Training)
    rounds: int | None = None
    once: bool = False
    proven: bool = False
    bound: float | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
