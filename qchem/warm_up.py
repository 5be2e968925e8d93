"""Examples that `qchem warm-up` runs: every kind of circuit and Hamiltonian that needs kernels."""

from __future__ import annotations

import numpy as np

from simulator.warm_up import Example
from simulator.warm_up.examples import pauli_strings, unequal_angles

from .hamiltonian import Hamiltonian


def examples() -> list[Example]:
    """Circuits on determinants and on qubits."""
    return [
        Example("few determinants", _few_determinants),
        Example("many determinants", _many_determinants),
        Example("derivatives of pools", _pools),
        Example("Pauli strings", lambda: pauli_strings("double")),
        Example("rotations of qubits", lambda: unequal_angles("double")),
    ]


def _hamiltonian(norb: int, electrons: int) -> Hamiltonian:
    """Random integrals, without any symmetry, and as many electrons of each spin."""
    random = np.random.default_rng(0)
    h1 = random.normal(size=(norb, norb))
    factors = random.normal(size=(norb, norb, norb)) / norb
    factors += factors.transpose(0, 2, 1)
    h2 = np.einsum("kpq,krs->pqrs", factors, factors)
    return Hamiltonian.from_integrals(h1 + h1.T, h2, (electrons, electrons))


def _few_determinants() -> None:
    """The kernel that programs of few determinants change to when they are evaluated often."""
    from simulator.evolution.evolution import evolution
    from simulator.evolution.fused import small_program
    from simulator.objectives.objective import Mean

    from .ansatz.uccsd import uccsd

    hamiltonian = _hamiltonian(4, 2)
    circuit = uccsd(hamiltonian)
    measure = Mean(hamiltonian).on(circuit.space)
    program = small_program(circuit, measure, evolution(circuit))
    if program is not None:
        program.value_and_gradient(np.zeros(circuit.num_parameters))


def _many_determinants() -> None:
    """Excitations and the Hamiltonian, enough of both for several threads."""
    from simulator import Expectation

    from .ansatz.uccsd import uccsd

    hamiltonian = _hamiltonian(10, 5)
    circuit = uccsd(hamiltonian)
    Expectation(circuit, hamiltonian).value_and_gradient(np.zeros(circuit.num_parameters))


def _pools() -> None:
    from simulator.pools.pool_gradient import PoolGradient

    from .ansatz.pools import operator_pool

    hamiltonian = _hamiltonian(8, 4)
    space = hamiltonian.space
    gradient = PoolGradient(operator_pool("gsd", hamiltonian).operators, space)
    state = np.full(space.size, space.size**-0.5)
    gradient(state, state)
