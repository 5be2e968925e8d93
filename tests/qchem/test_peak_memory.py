"""Predicted memory against what a process really takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, pathlib
import numpy as np
import qchem, simulator

if {threads}:
    simulator.set_threads({threads})

def peak():
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024

def chain(length):
    return qchem.electronic_hamiltonian(
        qchem.Molecule.from_atoms("; ".join(f"H 0 0 {k}" for k in range(length)))
    )

def evaluate(hamiltonian):
    circuit = qchem.uccsd(hamiltonian)
    energy = simulator.Expectation(circuit, hamiltonian)
    energy.value_and_gradient(np.full(circuit.num_parameters, 0.01))
    return circuit

evaluate(chain(10))  # loads libraries and kernels
hamiltonian = chain(12)
pathlib.Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
before = peak()
circuit = evaluate(hamiltonian)
print(json.dumps([peak() - before, simulator.predict_memory(circuit), circuit.space.size]))
"""


@pytest.mark.skipif(
    not os.access("/proc/self/clear_refs", os.W_OK), reason="the system does not tell its peak"
)
@pytest.mark.parametrize("threads", [1, pytest.param(0, marks=pytest.mark.slow)])
def test_peak_of_a_gradient(threads: int) -> None:
    """At most five vectors and 50 MB, and no more than was predicted; 0 means all threads."""
    program = PROGRAM.replace("{threads}", str(threads))
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    growth, predicted, size = json.loads(done.stdout)
    assert growth <= 5 * 8 * size + 50e6
    assert growth <= predicted + 4e6
    assert predicted <= 5 * 8 * size + 50e6
