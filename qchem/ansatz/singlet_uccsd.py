"""Unitary coupled cluster whose factors conserve the total spin."""

from __future__ import annotations

from simulator.circuit import Circuit

from ..hamiltonian import Hamiltonian
from .build import circuit_of
from .pools import closed_shell, singlet_doubles, singlet_singles


def singlet_uccsd(hamiltonian: Hamiltonian) -> Circuit:
    """Singlet UCCSD: exact exponentials of singlet sums of excitations, doubles first.

        |psi> = prod_ia exp(t_ia A_ia) prod_ijab exp(t_ijab A_ijab) |reference>

    with A of the pool "singlet-sd". Every factor commutes with the total spin, so <S^2> stays
    zero; a product of the exponentials of their terms would not keep it.

    Raises:
        InputError: for open shells.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> singlet_uccsd(qchem.electronic_hamiltonian(molecule)).num_parameters
    2
    """
    space = hamiltonian.space
    closed_shell(space, "singlet-uccsd", "uccsd or uccgsd")
    generators = [*singlet_doubles(space), *singlet_singles(space)]
    return circuit_of(space, generators, "singlet UCCSD")
