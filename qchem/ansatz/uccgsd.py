"""Unitary coupled cluster with generalised excitations."""

from __future__ import annotations

from simulator.circuit import Circuit

from ..hamiltonian import Hamiltonian
from .build import circuit_of
from .pools import generalised_doubles, generalised_singles


def uccgsd(hamiltonian: Hamiltonian) -> Circuit:
    """UCCGSD: singles and doubles between any spin orbitals, doubles first.

    The factors of the pool "gsd", each with its own parameter. Lee et al., J. Chem. Theory
    Comput. 15, 311 (2019), arXiv:1810.02327.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> uccgsd(qchem.electronic_hamiltonian(molecule)).num_parameters
    4
    """
    space = hamiltonian.space
    generators = [*generalised_doubles(space), *generalised_singles(space)]
    return circuit_of(space, generators, "UCCGSD")
