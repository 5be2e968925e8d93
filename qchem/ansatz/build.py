"""What the ansätze of this folder share: generators put in order."""

from __future__ import annotations

from collections.abc import Iterable

from qminima.errors import InputError
from simulator.circuit import BasisState, Circuit, Step
from simulator.generators import Generator

from ..hamiltonian import Hamiltonian


def circuit_of(hamiltonian: Hamiltonian, generators: Iterable[Generator], name: str) -> Circuit:
    """The generators one after the other on the reference, each with a parameter of its own."""
    steps = tuple(Step(one, ((k, 1.0),)) for k, one in enumerate(generators))
    space = hamiltonian.space
    return Circuit(space, BasisState(space.reference), steps, name=name)


def closed_shell(hamiltonian: Hamiltonian, name: str) -> int:
    """Number of doubly occupied orbitals; raises `InputError` where there are others."""
    alpha, beta = hamiltonian.nelec
    if alpha != beta:
        raise InputError(
            f"{name} is for closed shells, got {alpha} alpha and {beta} beta electrons; "
            "take uccsd or uccgsd"
        )
    return alpha
