"""QAOA in Qiskit Aer, run in a separate environment: writes one JSON file.

The circuit is built, bound to its angles and transpiled beforehand; gates are fused, which is
Aer's default from 14 qubits on.

usage: peer_aer.py JOB FILE
"""

from __future__ import annotations

import sys

from qaoa_job import Energy, Job, Way, answer
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer import AerSimulator


def main(text: str, path: str) -> None:
    """Time both precisions."""
    job = Job.from_json(text)
    ways = {
        f"Aer {name}": Way(lambda depth, name=name: energy(job, name, depth), single=single)
        for name, single in (("double", False), ("single", True))
    }
    answer(job, path, ways)


def energy(job: Job, precision: str, depth: int) -> Energy:
    """The energy at a depth; rzz(t) is exp(-i t ZZ/2) and rx(t) is exp(-i t X/2)."""
    circuit = QuantumCircuit(job.nodes)
    circuit.h(range(job.nodes))
    for gamma, beta in job.layers(depth):
        for edge in job.edges:
            circuit.rzz(gamma, *edge)
        for node in range(job.nodes):
            circuit.rx(-2 * beta, node)
    terms = [("ZZ", edge, 0.5) for edge in job.edges] + [("", [], -0.5 * len(job.edges))]
    cost = SparsePauliOp.from_sparse_list(terms, job.nodes)
    circuit.save_expectation_value(cost, range(job.nodes))
    simulator = AerSimulator(method="statevector", precision=precision, fusion_enable=True)
    prepared = transpile(circuit, simulator)
    return lambda: float(simulator.run(prepared).result().data(0)["expectation_value"])


if __name__ == "__main__":
    main(*sys.argv[1:])
