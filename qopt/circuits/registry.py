"""The registries of circuits and of mixers: what `qopt list` and the tests read.

To add one: a function in a module of this folder, its name in `qopt/__init__.pyi`, and an entry
here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.circuit import Circuit

from .mixers import Mixer, grover_mixer, x_mixer, xy_complete_mixer, xy_ring_mixer
from .multi_angle import multi_angle_qaoa
from .qaoa import qaoa
from .warm_start import warm_start_qaoa


@dataclass(frozen=True)
class CircuitEntry:
    """A function that turns a problem into a circuit of some layers.

    Attributes:
        build: the function.
        summary: one line on the circuit.
    """

    build: Callable[..., Circuit]
    summary: str


@dataclass(frozen=True)
class MixerEntry:
    """A function that makes a mixer.

    Attributes:
        make: the function.
        summary: one line on the mixer.
        registers: whether it takes the qubits of registers, in each of which the number of ones is
            kept.
    """

    make: Callable[..., Mixer]
    summary: str
    registers: bool = False

    def on(self, num_qubits: int, **options: Any) -> Mixer:
        """The mixer on a single register of so many qubits."""
        return self.make(*((range(num_qubits),) if self.registers else ()), **options)


CIRCUITS = {
    "qaoa": CircuitEntry(qaoa, "QAOA: p layers of the cost and a mixer, one angle for each"),
    "multi_angle_qaoa": CircuitEntry(
        multi_angle_qaoa, "multi-angle QAOA: an angle for each term and each qubit"
    ),
    "warm_start_qaoa": CircuitEntry(
        warm_start_qaoa, "warm-start QAOA: layers around a product state near a given solution"
    ),
}
MIXERS = {
    "x_mixer": MixerEntry(
        x_mixer, "B = -sum_j X_j: a rotation of every qubit, which keeps no constraint"
    ),
    "xy_ring_mixer": MixerEntry(
        xy_ring_mixer,
        "B = -sum (XX + YY)/2 over neighbours on a ring: keeps the number of ones of each register",
        registers=True,
    ),
    "xy_complete_mixer": MixerEntry(
        xy_complete_mixer,
        "B = -sum (XX + YY)/2 over all pairs: keeps the number of ones of each register",
        registers=True,
    ),
    "grover_mixer": MixerEntry(
        grover_mixer, "B = -|s><s|, s the uniform superposition of all feasible configurations"
    ),
}
