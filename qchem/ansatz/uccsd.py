"""Unitary coupled cluster with single and double excitations."""

from __future__ import annotations

from simulator.circuit import Circuit

from ..hamiltonian import Hamiltonian
from .build import circuit_of
from .pools import singles_and_doubles


def uccsd(hamiltonian: Hamiltonian) -> Circuit:
    """Disentangled UCCSD in spin-orbital form, one parameter for each excitation.

        |psi> = prod_ia exp(t_ia A_ia) prod_ijab exp(t_ijab A_ijab) |reference>,  A = T - T^dagger

    Doubles act on the reference first: those of opposite spins grouped by their alpha part,
    then alpha pairs, then beta pairs; singles, alpha then beta, act last.  The reference
    determinant fills the lowest orbitals of each spin.

    Grimsley et al., J. Chem. Theory Comput. 16, 1 (2020), doi:10.1021/acs.jctc.9b01083, show
    how the order of the factors matters; this one starts from a reference that the doubles
    correlate before the singles relax its orbitals.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> print(uccsd(qchem.electronic_hamiltonian(molecule)))
    Circuit on Electrons(norb=2, nelec=(1, 1)): 3 steps, 3 parameters
      |5>
      exp(params[0] * [0a 0b -> 1a 1b])
      exp(params[1] * [0a -> 1a])
      exp(params[2] * [0b -> 1b])
    """
    return circuit_of(hamiltonian.space, singles_and_doubles(hamiltonian.space), "UCCSD")
