"""QAOA in Qulacs, run in a separate environment: writes one JSON file.

Three ways of its documentation are timed, each with its circuit built beforehand: a rotation by
ZZ for each edge, the same with small gates merged by the optimizer, and one diagonal gate on all
qubits for each phase.

usage: peer_qulacs.py JOB FILE
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from qaoa_job import Energy, Job, Way, answer, costs
from qulacs import Observable, QuantumCircuit, QuantumState
from qulacs.circuit import QuantumCircuitOptimizer
from qulacs.gate import DiagonalMatrix

Z = 3
AddPhase = Callable[[QuantumCircuit, float], None]


def main(text: str, path: str) -> None:
    """Time each way."""
    job = Job.from_json(text)
    values = costs(job)

    def rotations(circuit: QuantumCircuit, gamma: float) -> None:
        for edge in job.edges:
            circuit.add_multi_Pauli_rotation_gate(list(edge), [Z, Z], -gamma)

    def one_diagonal(circuit: QuantumCircuit, gamma: float) -> None:
        circuit.add_gate(DiagonalMatrix(list(range(job.nodes)), np.exp(-1j * gamma * values)))

    ways = {
        "Qulacs, rotations": Way(lambda depth: energy(job, depth, rotations)),
        "Qulacs, merged": Way(lambda depth: energy(job, depth, rotations, merged=True)),
        "Qulacs, one diagonal": Way(lambda depth: energy(job, depth, one_diagonal)),
    }
    answer(job, path, ways)


def energy(job: Job, depth: int, add_phase: AddPhase, *, merged: bool = False) -> Energy:
    """The energy at a depth; rotations by an angle t are exp(+i t P/2) in Qulacs."""
    circuit = QuantumCircuit(job.nodes)
    for node in range(job.nodes):
        circuit.add_H_gate(node)
    for gamma, beta in job.layers(depth):
        add_phase(circuit, gamma)
        for node in range(job.nodes):
            circuit.add_RX_gate(node, 2 * beta)
    if merged:
        QuantumCircuitOptimizer().optimize_light(circuit)
    cost = Observable(job.nodes)
    for i, j in job.edges:
        cost.add_operator(0.5, f"Z {i} Z {j}")
    state, constant = QuantumState(job.nodes), -0.5 * len(job.edges)

    def evaluate() -> float:
        state.set_zero_state()
        circuit.update_quantum_state(state)
        return float(cost.get_expectation_value(state)) + constant

    return evaluate


if __name__ == "__main__":
    main(*sys.argv[1:])
