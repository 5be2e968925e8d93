"""Layers of gates that a device has, on qubits, without regard to electrons."""

from __future__ import annotations

from qminima.limits import check_count
from simulator.circuit import Circuit, Step
from simulator.gates import cz
from simulator.operators.generators import PauliString

from ..hamiltonian import Hamiltonian
from ..qubits.qubit_hamiltonian import QubitHamiltonian


def hardware_efficient(hamiltonian: Hamiltonian | QubitHamiltonian, layers: int = 1) -> Circuit:
    """Hardware-efficient: rotations of single qubits, and CZ between neighbours on a line.

    Each qubit turns about Y and about Z, then neighbours (0, 1), (1, 2), ... meet, layer after
    layer; rotations come last once more. It starts from the reference determinant and has
    2 n (layers + 1) parameters on n qubits. Neither the numbers of electrons nor the spin are
    conserved, and at zero all derivatives vanish: start at random. After Kandala et al., Nature
    549, 242 (2017), arXiv:1704.05018.

    Args:
        hamiltonian: on qubits; that of electrons stands for its Jordan-Wigner mapping.
        layers: how many.

    Raises:
        InputError: for fewer layers than one.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> hardware_efficient(qchem.electronic_hamiltonian(molecule)).num_parameters
    16
    """
    check_count("layers", layers)
    qubits = (
        hamiltonian if isinstance(hamiltonian, QubitHamiltonian) else QubitHamiltonian(hamiltonian)
    )
    n = qubits.num_qubits
    steps: list[Step] = []
    count = 0
    for layer in range(layers + 1):
        for j in range(n):
            bit = 1 << j
            steps.append(Step(PauliString(bit, bit), ((count, 1.0),)))
            steps.append(Step(PauliString(0, bit), ((count + 1, 1.0),)))
            count += 2
        if layer < layers:
            steps += [cz(j, j + 1) for j in range(n - 1)]
    name = f"hardware-efficient ({layers})"
    return Circuit(qubits.space, qubits.reference, tuple(steps), name=name)
