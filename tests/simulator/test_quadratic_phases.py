"""Phases of electrons, and runs of different steps one after the other."""

from __future__ import annotations

import numpy as np
import pytest

from simulator import (
    BasisState,
    Circuit,
    Diagonal,
    Electrons,
    Excitation,
    Expectation,
    Matrix,
    OrbitalRotation,
    Polynomial,
    SpaceError,
    Step,
)  # fmt: skip
from simulator.evolution.evolution import Evolution, StepByStep, evolution
from simulator.evolution.quadratic_phases import QuadraticPhases
from simulator.lowering.planar import split
from simulator.operators.generators import Generator
from simulator.operators.ladder_sum import LadderSum, excitation_terms
from simulator.testing import dense_state, random_state

SPACES = [
    Electrons(3, (2, 1)),
    Electrons(4, (2, 2)),
    Electrons(4, (2, 2), (0, 1, 0, 1), 1),
    Electrons(3, (0, 2)),
    Electrons(3, (3, 3)),
]


def polynomials(norb: int, count: int) -> list[Polynomial]:
    """Of every kind of term up to the second degree."""
    rng = np.random.default_rng(norb)
    places = [(), *((q,) for q in range(2 * norb))]
    places += [(p, q) for p in range(2 * norb) for q in range(p)]
    return [
        Polynomial({places[k]: rng.normal() for k in rng.choice(len(places), 6, replace=False)})
        for _ in range(count)
    ]


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_one_pass_does_what_single_steps_do(space: Electrons) -> None:
    phases = polynomials(space.norb, 5)
    angles = np.random.default_rng(0).normal(size=5)
    steps = [Step(Diagonal(one), offset=1.0) for one in phases]
    fast, slow = QuadraticPhases(space, phases), StepByStep(steps, space)
    ket, costate = (random_state(space.size, seed=seed) for seed in (1, 2))
    states = [[split(vector, 2, np.float64) for vector in (ket, costate)] for _ in range(2)]
    runs: tuple[Evolution, Evolution] = fast, slow
    overlaps = [
        run.backward(psi, lam, angles) for run, (psi, lam) in zip(runs, states, strict=True)
    ]
    np.testing.assert_allclose(overlaps[0], overlaps[1], atol=1e-12)
    for one, other in zip(*states, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)
    fast.forward(states[0][0], angles)
    np.testing.assert_allclose(states[0][0], split(ket, 2, np.float64), atol=1e-12)


def mixed_circuit() -> Circuit:
    """Excitations, phases of degrees two and three, and a sum of excitations, by turns."""
    first, second = polynomials(4, 2)
    cubic = Polynomial({(0, 1, 6): 0.7, (2,): 0.2})
    triplet = LadderSum(
        excitation_terms([((0, 0), (2, 0))], 0.5) + excitation_terms([((0, 1), (2, 1))], -0.5)
    )
    generators: list[Generator] = [
        Excitation(((0,), (2,)), ((1,), (3,))), OrbitalRotation(1, 2), Diagonal(first),
        Diagonal(second), Diagonal(cubic), triplet, Diagonal(first), OrbitalRotation(0, 3),
    ]  # fmt: skip
    space = Electrons(4, (2, 2))
    steps = tuple(Step(one, ((k, 1.0),)) for k, one in enumerate(generators))
    return Circuit(space, BasisState(space.reference), steps)


def test_mixed_steps() -> None:
    circuit = mixed_circuit()
    params = np.random.default_rng(4).normal(scale=0.5, size=circuit.num_parameters)
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(36, 36))
    energy = Expectation(circuit, Matrix(matrix + matrix.T))
    np.testing.assert_allclose(energy.state(params), dense_state(circuit, params), atol=1e-12)
    _, gradient = energy.value_and_gradient(params)
    for k, unit in enumerate(np.eye(len(params))):
        slope = (energy(params + 1e-5 * unit) - energy(params - 1e-5 * unit)) / 2e-5
        assert gradient[k] == pytest.approx(slope, abs=1e-7)


def test_metric() -> None:
    """Against differences of states, of complex and of real ones."""
    circuit = mixed_circuit()
    real = Circuit(circuit.space, circuit.initial_state, circuit.steps[:2])
    for one in (circuit, real):
        energy = Expectation(one, Matrix(np.eye(36)))
        params = np.random.default_rng(6).normal(scale=0.7, size=one.num_parameters)
        state = energy.state(params)
        units = np.eye(len(params))
        jacobian = np.stack(
            [(energy.state(params + 1e-5 * u) - energy.state(params - 1e-5 * u)) / 2e-5
             for u in units], axis=1,
        )  # fmt: skip
        along = state.conj() @ jacobian
        expected = (jacobian.conj().T @ jacobian - np.outer(along.conj(), along)).real
        product = energy.metric(params)
        got = np.stack([product(unit) for unit in units], axis=1)
        np.testing.assert_allclose(got, expected, atol=1e-8)


def test_refused() -> None:
    space = Electrons(2, (1, 1))
    with pytest.raises(SpaceError, match="uses 6 qubits"):
        QuadraticPhases(space, [Polynomial({(5,): 1.0})])
    with pytest.raises(ValueError, match="degree two"):
        QuadraticPhases(space, [Polynomial({(0, 1, 2): 1.0})])


def test_nothing_to_do() -> None:
    space = Electrons(2, (1, 1))
    run = evolution(Circuit(space, BasisState(space.reference), ()))
    assert run.real
