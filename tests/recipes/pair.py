"""The pair excitation across the gap."""

from __future__ import annotations

from qchem import Hamiltonian
from simulator import BasisState, Circuit, Excitation, Step


def pair(hamiltonian: Hamiltonian) -> Circuit:
    """exp(t A) on the reference, A the pair excitation across the gap."""
    space, count = hamiltonian.space, hamiltonian.nelec[0]
    across = ((count - 1,), (count,))
    step = Step(Excitation(alpha=across, beta=across), ((0, 1.0),))
    return Circuit(space, BasisState(space.reference), (step,), name="pair")
