"""Unitary coupled cluster with single and double excitations."""

from __future__ import annotations

from itertools import combinations, product

from simulator.circuit import BasisState, Circuit, Step
from simulator.generators import Excitation

from ..hamiltonian import Hamiltonian


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
    space = hamiltonian.space
    occupied = [range(count) for count in space.nelec]
    empty = [range(count, space.norb) for count in space.nelec]
    singles = [[((i,), (a,)) for i, a in product(occupied[spin], empty[spin])] for spin in (0, 1)]
    pairs = [
        list(product(combinations(occupied[spin], 2), combinations(empty[spin], 2)))
        for spin in (0, 1)
    ]
    excitations = [
        *(Excitation(alpha, beta) for alpha, beta in product(*singles)),
        *(Excitation(alpha=pair) for pair in pairs[0]),
        *(Excitation(beta=pair) for pair in pairs[1]),
        *(Excitation(alpha=single) for single in singles[0]),
        *(Excitation(beta=single) for single in singles[1]),
    ]
    steps = tuple(Step(excitation, ((index, 1.0),)) for index, excitation in enumerate(excitations))
    return Circuit(space, BasisState(space.reference), steps, name="UCCSD")
