"""Properties and warnings of a circuit's state that all variational solvers report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.circuit import Circuit
from simulator.program import Expectation
from simulator.spaces import Electrons
from simulator.typing import Floats

from ..hamiltonian import Hamiltonian
from ..properties.resources import circuit_resources
from ..properties.spin import spin_properties, spin_square
from ..qubits.qubit_hamiltonian import QubitHamiltonian

ON_DETERMINANTS_ONLY = (
    "occupations, dipole moment and charges are computed for states on determinants, "
    "not for this one on qubits"
)


def electrons_of(hamiltonian: Hamiltonian | QubitHamiltonian) -> Hamiltonian:
    """The Hamiltonian of the electrons."""
    return hamiltonian.hamiltonian if isinstance(hamiltonian, QubitHamiltonian) else hamiltonian


def electron_warnings(electrons: Sequence[float], nelec: tuple[int, int]) -> list[str]:
    """A warning if a state on qubits has other numbers of electrons than the molecule."""
    apart = max(abs(found - wanted) for found, wanted in zip(electrons, nelec, strict=True))
    if apart < 1e-2:
        return []
    text = f"{electrons[0]:.3f} alpha and {electrons[1]:.3f} beta electrons"
    return [f"the state has {text} on average, so that its energy is not one of the molecule"]


def state_spin(
    energy: Expectation,
    parameters: Floats,
    hamiltonian: Hamiltonian | QubitHamiltonian,
) -> dict[str, float]:
    """`spin_properties` of a circuit's state, where <S^2> is known: on restricted orbitals."""
    space = energy.circuit.space
    if not hamiltonian.restricted:
        return {}
    if isinstance(hamiltonian, QubitHamiltonian):
        operator = hamiltonian.spin_square
        if operator is None:
            return {}
        found = Expectation(energy.circuit, operator)(parameters)
    elif isinstance(space, Electrons):
        found = spin_square(energy.state(parameters), space)
    else:
        return {}
    return spin_properties(found, electrons_of(hamiltonian).nelec)


def mean_electrons(
    hamiltonian: QubitHamiltonian, circuit: Circuit, parameters: Floats
) -> list[float]:
    """Expectation values of the numbers of alpha and beta electrons of a state on qubits."""
    return [Expectation(circuit, count)(parameters) for count in hamiltonian.counts]


def circuit_properties(circuit: Circuit) -> dict[str, Any]:
    """CNOTs and their depth, all qubits connected and on a line, where they are known."""
    found: dict[str, Any] = {}
    for connectivity, ending in (("all", ""), ("line", "_line")):
        resources = circuit_resources(circuit, connectivity)
        if resources is not None:
            found[f"cnots{ending}"], found[f"cnot_depth{ending}"] = resources
    return found
