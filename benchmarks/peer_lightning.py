"""QAOA in PennyLane Lightning, run in a separate environment: writes one JSON file.

Two ways are timed. A QNode is what its documentation shows: it builds the gates anew at each
call, and the cost is a sum of products of Z. The other way is the fastest that was found: the
circuit is built once and handed to the device, and the cost is a diagonal sparse matrix for
energies, a sum of products for the adjoint method (where that is faster).

usage: peer_lightning.py JOB FILE
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pennylane as qml
from pennylane import numpy as differentiable
from qaoa_job import Energy, Gradient, Job, Way, answer, costs
from scipy.sparse import csr_matrix

PRECISIONS = {"complex128": np.complex128, "complex64": np.complex64}


def main(text: str, path: str) -> None:
    """Time each precision in both ways."""
    job = Job.from_json(text)
    matrix = qml.SparseHamiltonian(diagonal_matrix(job), wires=range(job.nodes))
    terms = qml.Hamiltonian(
        [0.5] * len(job.edges) + [-0.5 * len(job.edges)],
        [*(qml.Z(i) @ qml.Z(j) for i, j in job.edges), qml.I(0)],
    )
    ways = {}
    for name, dtype in PRECISIONS.items():
        device = qml.device("lightning.qubit", wires=job.nodes, c_dtype=dtype)
        for label, lightning in (
            (f"Lightning {name}", Prepared(job, device, matrix, terms)),
            (f"Lightning {name}, QNode", Node(job, device, terms)),
        ):
            ways[label] = Way(lightning.energy, lightning.gradient, single=name == "complex64")
    answer(job, path, ways)


def diagonal_matrix(job: Job) -> csr_matrix:
    """The cost as a sparse matrix; wire 0 is the highest bit."""
    values = costs(job, first_is_highest=True).astype(complex)
    rows = np.arange(values.size + 1)
    return csr_matrix((values, rows[:-1], rows), shape=(values.size, values.size))


def gates(job: Job, gammas: Any, betas: Any) -> None:
    """The circuit; IsingZZ(t) is exp(-i t ZZ/2) and RX(t) is exp(-i t X/2)."""
    for node in range(job.nodes):
        qml.Hadamard(node)
    for gamma, beta in zip(gammas, betas, strict=True):
        for edge in job.edges:
            qml.IsingZZ(gamma, wires=edge)
        for node in range(job.nodes):
            qml.RX(-2 * beta, wires=node)


class Prepared:
    """Circuits that are built once and executed by the device."""

    def __init__(self, job: Job, device: Any, matrix: Any, terms: Any) -> None:
        self._job, self._device, self._matrix, self._terms = job, device, matrix, terms

    def energy(self, depth: int) -> Energy:
        """The energy at the job's angles."""
        script = self._script(depth, self._matrix)
        return lambda: float(self._device.execute(script))

    def gradient(self, depth: int) -> Gradient:
        """Derivatives by each gate's angle, added up by parameter."""
        script = self._script(depth, self._terms)
        edges, nodes = len(self._job.edges), self._job.nodes
        script.trainable_params = range(depth * (edges + nodes))
        config = qml.devices.ExecutionConfig(gradient_method="adjoint")

        def evaluate() -> list[float]:
            _, slopes = self._device.execute_and_compute_derivatives(script, config)
            by_layer = np.array(slopes).reshape(depth, edges + nodes)
            by_gamma, by_beta = by_layer[:, :edges], by_layer[:, edges:]
            return [*by_gamma.sum(axis=1).tolist(), *(-2 * by_beta.sum(axis=1)).tolist()]

        return evaluate

    def _script(self, depth: int, cost: Any) -> Any:
        def circuit() -> Any:
            gates(self._job, self._job.gammas[:depth], self._job.betas[:depth])
            return qml.expval(cost)

        return qml.tape.make_qscript(circuit)()


class Node:
    """A QNode with adjoint differentiation."""

    def __init__(self, job: Job, device: Any, terms: Any) -> None:
        self._job = job

        def circuit(gammas: Any, betas: Any) -> Any:
            gates(job, gammas, betas)
            return qml.expval(terms)

        self._node = qml.QNode(circuit, device, diff_method="adjoint")

    def energy(self, depth: int) -> Energy:
        """The energy at the job's angles."""
        gammas, betas = self._job.gammas[:depth], self._job.betas[:depth]
        return lambda: float(self._node(gammas, betas))

    def gradient(self, depth: int) -> Gradient:
        """The derivatives as PennyLane returns them."""
        gammas = differentiable.array(self._job.gammas[:depth])
        betas = differentiable.array(self._job.betas[:depth])
        gradient = qml.grad(self._node)
        return lambda: np.concatenate(gradient(gammas, betas)).tolist()


if __name__ == "__main__":
    main(*sys.argv[1:])
