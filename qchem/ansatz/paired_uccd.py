"""Unitary coupled cluster with pairs of electrons that move together."""

from __future__ import annotations

from simulator.circuit import Circuit
from simulator.operators.generators import Excitation

from ..hamiltonian import Hamiltonian
from .build import circuit_of
from .pools import closed_shell


def paired_uccd(hamiltonian: Hamiltonian) -> Circuit:
    """Paired UCCD: both electrons of an occupied orbital move to an empty one.

    All pairs stay pairs, so that each orbital could be one qubit. Elfving et al., Phys. Rev. A
    103, 032605 (2021), arXiv:2002.00035.

    Raises:
        InputError: for open shells.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> print(paired_uccd(qchem.electronic_hamiltonian(molecule)))
    Circuit on Electrons(norb=2, nelec=(1, 1)): 1 steps, 1 parameters
      |5>
      exp(params[0] * [0a 0b -> 1a 1b])
    """
    count = closed_shell(hamiltonian.space, "paired-uccd", "uccsd or uccgsd")
    pairs = (
        Excitation(((i,), (a,)), ((i,), (a,)))
        for i in range(count)
        for a in range(count, hamiltonian.norb)
    )
    return circuit_of(hamiltonian.space, pairs, "paired UCCD")
