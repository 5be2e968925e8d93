"""UCCSD in which mirror images under the exchange of spins share a parameter."""

from __future__ import annotations

from simulator.circuit import BasisState, Circuit, Step
from simulator.operators.generators import Excitation

from ..hamiltonian import Hamiltonian
from .pools import closed_shell, singles_and_doubles


def shared_uccsd(hamiltonian: Hamiltonian) -> Circuit:
    """UCCSD with one parameter for an excitation and its mirror image under alpha <-> beta.

    It has about half the parameters of `uccsd`. The factors do not conserve the total spin, and
    neither does their product: <S^2> of the optimised state may differ from zero. `singlet_uccsd`
    is the ansatz that conserves it.

    Raises:
        InputError: for open shells.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> circuit = shared_uccsd(qchem.electronic_hamiltonian(molecule))
    >>> len(circuit.steps), circuit.num_parameters
    (3, 2)
    """
    closed_shell(hamiltonian.space, "shared-uccsd", "uccsd or uccgsd")
    numbers: dict[frozenset[Excitation], int] = {}
    steps = []
    for excitation in singles_and_doubles(hamiltonian.space):
        image = Excitation(alpha=excitation.beta, beta=excitation.alpha)
        number = numbers.setdefault(frozenset((excitation, image)), len(numbers))
        steps.append(Step(excitation, ((number, 1.0),)))
    space = hamiltonian.space
    return Circuit(space, BasisState(space.reference), tuple(steps), name="shared UCCSD")
