"""A fabric of gates between neighbouring orbitals that conserve particle number and spin."""

from __future__ import annotations

from collections.abc import Iterator

from qminima.limits import check_count
from simulator.circuit import Circuit
from simulator.operators.generators import Excitation, Generator, OrbitalRotation

from ..hamiltonian import Hamiltonian
from .build import circuit_of


def qnp_fabric(hamiltonian: Hamiltonian, layers: int = 1) -> Circuit:
    """QNP fabric: pair exchange and rotation of neighbouring orbitals, in a brick wall.

    A layer takes the pairs (0, 1), (2, 3), ... and then (1, 2), (3, 4), ...; each pair has two
    parameters, for the exchange of a pair of electrons and for the rotation of both spins'
    orbitals. On qubits that alternate in spin all gates are local. Anselmetti et al., New J.
    Phys. 23, 113010 (2021), arXiv:2104.05695.

    Raises:
        InputError: for fewer layers than one.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> qnp_fabric(qchem.electronic_hamiltonian(molecule)).num_parameters
    2
    """
    check_count("layers", layers)

    def generators() -> Iterator[Generator]:
        for _ in range(layers):
            for first in (0, 1):
                for p in range(first, hamiltonian.norb - 1, 2):
                    yield Excitation(((p,), (p + 1,)), ((p,), (p + 1,)))
                    yield OrbitalRotation(p, p + 1)

    return circuit_of(hamiltonian.space, generators(), f"QNP fabric ({layers})")
