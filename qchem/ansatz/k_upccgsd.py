"""Layers of generalised singles and paired doubles."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from qminima.limits import check_count
from simulator.circuit import Circuit
from simulator.operators.generators import Excitation, Generator, OrbitalRotation

from ..hamiltonian import Hamiltonian
from .build import circuit_of


def k_upccgsd(hamiltonian: Hamiltonian, layers: int = 1) -> Circuit:
    """k-UpCCGSD: k layers of paired doubles and rotations between any two orbitals.

    A layer moves pairs of electrons p -> q for all p < q, then rotates p and q of both spins by
    the same angle; it has norb (norb - 1) parameters. Lee et al., J. Chem. Theory Comput. 15, 311
    (2019), arXiv:1810.02327.

    Raises:
        InputError: for fewer layers than one.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> k_upccgsd(qchem.electronic_hamiltonian(molecule), layers=2).num_parameters
    4
    """
    check_count("layers", layers)

    def generators() -> Iterator[Generator]:
        pairs = list(combinations(range(hamiltonian.norb), 2))
        for _ in range(layers):
            for p, q in pairs:
                yield Excitation(((p,), (q,)), ((p,), (q,)))
            for p, q in pairs:
                yield OrbitalRotation(p, q)

    return circuit_of(hamiltonian.space, generators(), f"{layers}-UpCCGSD")
