"""Distributions of diagonal observables over the state of a program."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from simulator import (
    BasisState,
    Circuit,
    CVaR,
    Diagonal,
    Electrons,
    Excitation,
    Expectation,
    FlipSymmetric,
    Mean,
    PauliSum,
    Polynomial,
    Program,
    Qubits,
    Space,
    SpaceError,
    Step,
    UniformState,
    XMixer,
    sample,
)
from simulator.program import Precision
from simulator.testing import dense_observable, dense_state

# The triangle is frustrated: no configuration has the least value of every term.
INTEGERS = Polynomial({(0, 1): 1.0, (1, 2): 2.0, (0, 2): 1.0, (2, 3): 0.5})
FLOATS = Polynomial({(0, 1): 1.1, (1, 2): -2.3, (0, 2): 0.7, (2, 3): 0.31})
CONSTANT = Polynomial({(): 2.5})


def layer(space: Space, cost: Polynomial = INTEGERS) -> Circuit:
    steps = (Step(Diagonal(cost), ((0, 1.0),)), Step(XMixer(), ((1, 1.0),)))
    return Circuit(space, UniformState(), steps)


def electrons() -> Circuit:
    space = Electrons(3, (1, 2))
    steps = (
        Step(Excitation(alpha=((0,), (2,))), ((0, 1.0),)),
        Step(Excitation(((0,), (1,)), ((1,), (2,))), ((1, 1.0),)),
    )
    return Circuit(space, BasisState(space.reference), steps)


CIRCUITS = [layer(Qubits(4)), layer(FlipSymmetric(4)), electrons()]
PARAMS = [0.7, 0.4]


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("cost", [INTEGERS, FLOATS, CONSTANT])
@pytest.mark.parametrize("circuit", CIRCUITS)
def test_distribution_against_all_positions(
    circuit: Circuit, cost: Polynomial, precision: Precision
) -> None:
    program = Program(circuit, Mean(cost), precision)
    weights = np.abs(dense_state(circuit, PARAMS)) ** 2
    values = dense_observable(cost, circuit.space).diagonal().real
    tolerance = 1e-12 if precision == "double" else 1e-6
    levels, probabilities = program.distribution(PARAMS)
    assert (np.diff(levels) > 0).all()
    assert (probabilities > 0).all()
    for level in np.unique(np.round(values, 9)):
        expected = weights[np.abs(values - level) < 1e-9].sum()
        found = probabilities[np.abs(levels - level) < 1e-9].sum()
        assert found == pytest.approx(expected, abs=tolerance)
        at_most = weights[values <= level + 1e-9].sum()
        assert program.success_probability(PARAMS, level) == pytest.approx(at_most, abs=tolerance)
    least = weights[values <= values.min() + 1e-9].sum()
    assert program.success_probability(PARAMS) == pytest.approx(least, abs=tolerance)
    assert program.success_probability(PARAMS, values.min() - 1) == 0
    assert program.success_probability(PARAMS, np.inf) == pytest.approx(1, abs=tolerance)


def test_mean_of_the_distribution_is_the_expectation() -> None:
    for cost in (INTEGERS, FLOATS):
        energy = Expectation(layer(FlipSymmetric(4), cost), cost)
        levels, probabilities = energy.distribution(PARAMS)
        assert levels @ probabilities == pytest.approx(energy(PARAMS), abs=1e-12)


def test_another_observable_than_the_objective() -> None:
    spin = Polynomial({(0,): 1.0})
    program = Program(layer(Qubits(4)), Mean(PauliSum({"X0": 1.0})))
    levels, probabilities = program.distribution(PARAMS, spin)
    assert levels.tolist() == [-1, 1]
    assert probabilities == pytest.approx([0.5, 0.5])
    assert program.success_probability(PARAMS, observable=spin) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="diagonal"):
        program.distribution(PARAMS)
    with pytest.raises(SpaceError):
        Program(layer(FlipSymmetric(4)), Mean(INTEGERS)).distribution(PARAMS, spin)
    with pytest.raises(ValueError, match="NaN"):
        program.success_probability(PARAMS, np.nan, spin)


def test_an_objective_without_an_observable() -> None:
    class Nameless:
        def on(self, space: Space) -> object:
            return Mean(INTEGERS).on(space)

    program = Program(layer(Qubits(4)), Nameless())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="observable"):
        program.success_probability(PARAMS)


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("circuit", CIRCUITS)
def test_samples_of_a_program_are_those_of_its_state(
    circuit: Circuit, precision: Precision
) -> None:
    program = Program(circuit, CVaR(INTEGERS, 0.3), precision)
    expected = sample(circuit.space, program.state(PARAMS), 200, seed=4)
    assert program.sample(PARAMS, 200, seed=4).tolist() == expected.tolist()
    assert program.sample(PARAMS, 0).shape == (0,)
    with pytest.raises(ValueError, match="shots"):
        program.sample(PARAMS, -1)


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_readings_belong_to_their_parameters(circuit: Circuit) -> None:
    """Whatever was computed in between, and in whichever order."""
    program, other = Program(circuit, Mean(FLOATS)), [0.1, -1.2]

    def fresh(params: list[float]) -> float:
        return Program(circuit, Mean(FLOATS)).success_probability(params, 0.5)

    expected, elsewhere = fresh(PARAMS), fresh(other)
    assert program.success_probability(PARAMS, 0.5) == expected
    program.value_and_gradient(PARAMS)  # leaves the initial state behind
    assert program.success_probability(PARAMS, 0.5) == expected
    program(other)
    assert program.success_probability(PARAMS, 0.5) == expected
    assert program.success_probability(other, 0.5) == elsewhere
    program.state(PARAMS)
    assert program.success_probability(PARAMS, 0.5) == expected


def test_readings_at_the_same_parameters_evolve_once(monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(CIRCUITS[0], Mean(INTEGERS))
    calls, evolve = [], program._evolution.forward

    def forward(psi: np.ndarray, angles: np.ndarray) -> None:
        calls.append(angles)
        evolve(psi, angles)

    monkeypatch.setattr(program._evolution, "forward", forward)
    program.sample(PARAMS, 5, seed=0)
    program.distribution(PARAMS)
    program.success_probability(PARAMS)
    assert len(calls) == 1


def test_no_copy_of_the_state() -> None:
    space = FlipSymmetric(20)
    program = Program(layer(space), Mean(INTEGERS))

    def read() -> None:
        program.sample(PARAMS, 100, seed=0)
        program.distribution(PARAMS)
        program.success_probability(PARAMS)

    read()  # compile first
    tracemalloc.start()
    read()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < space.size
