"""UCCSD in MindQuantum's mqchem, run in a separate environment: writes one JSON file.

usage: peer_mindquantum.py SYSTEM FILE
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
from mindquantum.simulator import mqchem
from openfermion import MolecularData
from openfermionpyscf import run_pyscf
from scipy.optimize import minimize
from systems import atoms
from timing import median_seconds


def main(name: str, path: str) -> None:
    """Time one system; parameters are random with a seed."""
    molecule = run_pyscf(MolecularData(atoms(name), "sto-3g", 1, 0), run_ccsd=True)
    started = perf_counter()
    hamiltonian, circuit, start = mqchem.prepare_uccsd_vqe(molecule, -1.0)  # keeps every gate
    simulator = mqchem.MQChemSimulator(molecule.n_qubits, molecule.n_electrons)
    evaluate = simulator.get_expectation_with_grad(hamiltonian, circuit)
    build = perf_counter() - started
    params = np.random.default_rng(0).normal(size=len(start)) * 0.05
    energy, gradient = evaluate(params)
    seconds = median_seconds(lambda: evaluate(params))
    started = perf_counter()
    minimum = minimize(evaluate, start, method="L-BFGS-B", jac=True)
    optimisation = perf_counter() - started
    numbers = {parameter: k for k, parameter in enumerate(circuit.params_name)}
    gates = []
    for gate in circuit:
        # The text is exp{(coefficient)([5^ 4^ 1 0] - ...)}, modes alpha and beta in turn.
        first = re.search(r"\[([^]]*)\]", str(gate)).group(1).split()
        factors = [
            [int(mode.rstrip("^")) // 2, int(mode.rstrip("^")) % 2, int(mode.endswith("^"))]
            for mode in first
        ]
        coefficients = [[numbers[p], float(np.real(c))] for p, c in dict(gate.coeff).items()]
        gates.append({"factors": factors, "coefficients": coefficients})
    h2 = molecule.two_body_integrals.transpose(0, 3, 1, 2)  # to (pq|rs)
    with Path(path).open("w") as file:
        json.dump(
            {
                "name": "MindQuantum", "build": build, "seconds": seconds,
                "optimisation": optimisation, "minimum": float(minimum.fun),
                "evaluations": int(minimum.nfev), "params": params.tolist(),
                "energy": float(np.real(energy)), "gradient": np.real(gradient).ravel().tolist(),
                "start": start.tolist(), "gates": gates,
                "h1": molecule.one_body_integrals.tolist(), "h2": h2.tolist(),
                "core": float(molecule.nuclear_repulsion), "electrons": molecule.n_electrons,
            },
            file,
        )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
