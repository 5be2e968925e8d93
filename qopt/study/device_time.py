"""A model of a quantum device, for the time that shots would take there."""

from __future__ import annotations

from dataclasses import dataclass

from qminima.errors import InputError
from simulator.circuit import Circuit, UniformState
from simulator.operators.generators import Diagonal, XMixer
from simulator.operators.polynomial import Polynomial

_LONGEST = 1e6


@dataclass(frozen=True)
class Device:
    """How long a shot takes: its rounds of gates, and readout; no noise and no error correction.

        T = rounds * gate_time + readout_time

    Any qubits can meet, and gates on different qubits are simultaneous. The defaults are generous
    to today's superconducting devices.

    Attributes:
        gate_time: seconds of one round of gates.
        readout_time: seconds of a measurement and a reset.

    >>> round(1e6 * Device().shot(25), 6)
    3.5
    """

    gate_time: float = 100e-9
    readout_time: float = 1e-6

    def __post_init__(self) -> None:
        for name in ("gate_time", "readout_time"):
            value = getattr(self, name)
            if not 0 < value <= _LONGEST:
                raise InputError(
                    f"expected a {name} above zero and up to {_LONGEST:g} seconds, got {value}"
                )

    def shot(self, rounds: int) -> float:
        """Seconds of one shot."""
        return rounds * self.gate_time + self.readout_time


def rounds_of(circuit: Circuit) -> int | None:
    """Rounds of gates of a circuit of phases and X mixers; None for any other.

    A round for the uniform state and for each mixer, and for each phase as many as its terms take,
    each in the first rounds in which its qubits are free (terms commute): one for a pair of qubits,
    2 d - 3 for a term of d (d - 2 CNOTs, a rotation of a pair, and the CNOTs back), none for one.

    >>> import networkx, qopt
    >>> rounds_of(qopt.qaoa(qopt.maxcut(networkx.cycle_graph(4)), depth=3))
    10
    """
    if circuit.initial_state != UniformState():
        return None
    rounds, of_phase = 1, dict[Polynomial, int]()
    for step in circuit.steps:
        if isinstance(step.generator, XMixer):
            rounds += 1
        elif isinstance(step.generator, Diagonal):
            cost = step.generator.polynomial
            if cost not in of_phase:
                of_phase[cost] = _schedule(cost)
            rounds += of_phase[cost]
        else:
            return None
    return rounds


def _schedule(cost: Polynomial) -> int:
    busy: dict[int, int] = {}  # rounds of each qubit, as bits
    for qubits, _ in cost.terms:
        if len(qubits) < 2:
            continue
        taken, wanted = 0, (1 << 2 * len(qubits) - 3) - 1
        for qubit in qubits:
            taken |= busy.get(qubit, 0)
        while taken & wanted:
            wanted <<= 1
        for qubit in qubits:
            busy[qubit] = busy.get(qubit, 0) | wanted
    return max((rounds.bit_length() for rounds in busy.values()), default=0)
