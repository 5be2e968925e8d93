"""CVaR against its definition on sorted outcomes, and its gradient against differences."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
)
from simulator.lowering.diagonal import DiagonalValues
from simulator.lowering.planar import join, split
from simulator.objectives.distribution import diagonal_values
from simulator.program import Precision
from simulator.testing import dense_observable, dense_state, random_state

Floats = np.ndarray

ALPHAS = (0.03, 0.2, 0.5, 0.77, 1.0)


def by_definition(values: Floats, probabilities: Floats, alpha: float) -> float:
    """The mean over outcomes in ascending order until they add up to alpha."""
    left, total = alpha * probabilities.sum(), 0.0
    for k in np.argsort(values, kind="stable"):
        taken = min(left, probabilities[k])
        total += taken * values[k]
        left -= taken
    return total / alpha


def cost(n: int, *, integer: bool) -> Polynomial:
    """Even terms only, so that it fits `FlipSymmetric`; with or without a common step."""
    rng = np.random.default_rng(n)
    pairs: list[tuple[int, ...]] = [(j, k) for k in range(n) for j in range(k)]
    weights = rng.integers(-3, 4, len(pairs)) if integer else rng.normal(size=len(pairs))
    return Polynomial([((), 0.5), *zip(pairs, map(float, weights), strict=True)])


def qaoa(space: Space, phase: Polynomial) -> Circuit:
    steps = [
        step
        for layer in range(2)
        for step in (
            Step(Diagonal(phase), ((layer, 1.0),)),
            Step(XMixer(), ((2 + layer, 1.0),)),
        )
    ]
    return Circuit(space, UniformState(), tuple(steps))


def cases() -> list[tuple[Circuit, Polynomial]]:
    found = []
    for n in (1, 2, 3, 6):
        for integer in (True, False):
            f = cost(n, integer=integer)
            found += [(qaoa(space, f), f) for space in (Qubits(n), FlipSymmetric(n))]
    odd = Polynomial({(0,): 1.3, (1,): -0.4, (0, 2): 0.7})
    found.append((qaoa(Qubits(3), odd), odd))
    space = Electrons(4, (2, 1))
    excitations = (
        Excitation(((0, 1), (2, 3)), ((0,), (1,))),
        Excitation(alpha=((1,), (2,))),
        Excitation(beta=((0,), (3,))),
        Excitation(((0,), (2,)), ((0,), (2,))),
    )
    steps = tuple(Step(generator, ((k, 1.0),)) for k, generator in enumerate(excitations))
    electrons = Circuit(space, BasisState(space.reference), steps)
    integers = Polynomial({(0,): 1.0, (2,): -2.0, (4, 1): 1.0, (7,): 0.5})
    floats = Polynomial({(0,): 1.1, (2,): -2.3, (4, 1): 0.7, (7,): 0.5, (5,): 0.21})
    return [*found, (electrons, integers), (electrons, floats)]


CASES = cases()


def params_of(circuit: Circuit) -> Floats:
    return np.random.default_rng(3).normal(size=circuit.num_parameters)


@cache
def outcomes(circuit: Circuit, observable: Polynomial) -> tuple[Floats, Floats]:
    """Values of all positions and their probabilities."""
    values = dense_observable(observable, circuit.space).diagonal().real
    return values, np.abs(dense_state(circuit, params_of(circuit))) ** 2


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize(("circuit", "observable"), CASES)
def test_value_against_the_definition(
    circuit: Circuit, observable: Polynomial, alpha: float
) -> None:
    expected = by_definition(*outcomes(circuit, observable), alpha)
    value = Program(circuit, CVaR(observable, alpha))(params_of(circuit))
    assert value == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize(("circuit", "observable"), CASES)
def test_gradient_against_differences(
    circuit: Circuit, observable: Polynomial, alpha: float
) -> None:
    program, params = Program(circuit, CVaR(observable, alpha)), params_of(circuit)
    value, gradient = program.value_and_gradient(params)
    assert value == program(params)
    step = 1e-5
    differences = [
        (program(params + step * unit) - program(params - step * unit)) / (2 * step)
        for unit in np.eye(circuit.num_parameters)
    ]
    np.testing.assert_allclose(gradient, differences, atol=1e-7)


@pytest.mark.parametrize(("precision", "tolerance"), [("double", 1e-11), ("single", 1e-5)])
@pytest.mark.parametrize(("circuit", "observable"), CASES)
def test_alpha_one_is_the_mean(
    circuit: Circuit, observable: Polynomial, precision: Precision, tolerance: float
) -> None:
    params = params_of(circuit)
    value, gradient = Program(circuit, CVaR(observable, 1), precision).value_and_gradient(params)
    mean, expected = Program(circuit, Mean(observable), precision).value_and_gradient(params)
    assert value == pytest.approx(mean, abs=tolerance)
    np.testing.assert_allclose(gradient, expected, atol=tolerance)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize(("circuit", "observable"), CASES)
def test_single_precision(circuit: Circuit, observable: Polynomial, alpha: float) -> None:
    params, objective = params_of(circuit), CVaR(observable, alpha)
    value, gradient = Program(circuit, objective).value_and_gradient(params)
    rough, rough_gradient = Program(circuit, objective, "single").value_and_gradient(params)
    assert rough == pytest.approx(value, abs=1e-4)
    np.testing.assert_allclose(rough_gradient, gradient, atol=2e-4)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("real", [True, False])
@pytest.mark.parametrize("coded", [True, False])
def test_value_is_the_mean_of_the_costate(coded: bool, real: bool, alpha: float) -> None:
    """<psi|lam> = <f(C)>, and lam is f(C) psi, entry by entry."""
    space = Qubits(7)
    observable = cost(7, integer=coded)
    values = diagonal_values(observable, space)
    assert (values.codes is not None) == coded
    state = random_state(space.size, seed=1, real=real)
    psi = split(state, 1 if real else 2, np.float64)
    lam = np.full_like(psi, np.nan)
    value = CVaR(observable, alpha).on(space).evaluate(psi, lam)
    assert np.vdot(state, join(lam)).real == pytest.approx(value, abs=1e-12)
    c, p = values.to_array(), np.abs(state) ** 2
    order = np.argsort(c)
    reached = np.cumsum(p[order]) > alpha * p.sum()
    quantile = c[order][np.argmax(reached)] if alpha < 1 else c.max()
    factors = quantile - np.maximum(quantile - c, 0) / alpha
    np.testing.assert_allclose(join(lam), factors * state, atol=1e-13)


def turned(alpha: float, angle: float) -> tuple[float, float]:
    """Value and derivative for cos^2 on level -1, sin^2 on level 1."""
    circuit = Circuit(Qubits(1), BasisState(1), (Step(XMixer(), ((0, 1.0),)),))
    value, gradient = Program(circuit, CVaR(Polynomial({(0,): 1.0}), alpha)).value_and_gradient(
        [angle]
    )
    return value, gradient[0]


def test_kink_is_continuous_and_takes_the_side_where_the_tail_shrinks() -> None:
    """With probability p = cos^2 a of -1, CVaR = -1 for p >= alpha and else 1 - 2 p / alpha."""
    kink, step = np.pi / 4, 1e-6
    below, above = turned(0.5, kink - step), turned(0.5, kink + step)
    assert below[0] == pytest.approx(-1, abs=1e-12)
    assert below[1] == pytest.approx(0, abs=1e-12)
    assert above[0] == pytest.approx(-1 + 4 * step, abs=1e-10)
    assert above[1] == pytest.approx(2 / 0.5, abs=1e-4)  # 2 sin(2 a) / alpha
    # Exactly at the kink, on amplitudes without rounding: t is the upper level.
    psi = np.array([[0.5, 0.5, 0.5, 0.5]])
    lam = np.empty_like(psi)
    two = Polynomial({(0,): 1.0})
    assert CVaR(two, 0.5).on(Qubits(2)).evaluate(psi, lam) == -1
    np.testing.assert_array_equal(lam, psi * [1, -3, 1, -3])


@pytest.mark.parametrize("alpha", ALPHAS)
def test_one_configuration_and_constants(alpha: float) -> None:
    """A point distribution has its own value at every alpha, on the least, a middle, the top."""
    observable = Polynomial({(0,): 1.3, (1,): 0.4})
    for configuration in range(4):
        circuit = Circuit(Qubits(2), BasisState(configuration), ())
        value = Program(circuit, CVaR(observable, alpha))([])
        assert value == pytest.approx(observable.value(configuration), abs=1e-12)
    for empty in (Polynomial({}), Polynomial({(): -0.3})):
        for space in (Qubits(0), Qubits(3), FlipSymmetric(1)):
            circuit = Circuit(space, UniformState(), ())
            assert Program(circuit, CVaR(empty, alpha))([]) == pytest.approx(empty.value(0))


@settings(max_examples=40)
@given(
    st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=40),
    st.floats(1e-3, 1.0),
    st.integers(0, 99),
)
def test_quantile_of_any_floats(listed: list[float], alpha: float, seed: int) -> None:
    """Signs, zeros of both signs, subnormal and huge numbers, repeated values."""
    from simulator.objectives.distribution import level_quantile, value_quantile

    values = np.array(listed)
    state = random_state(len(values), seed=seed, real=True)
    order = np.argsort(values, kind="stable")
    expected = level_quantile(values[order], np.abs(state[order]) ** 2, alpha)
    assert value_quantile(split(state, 1, np.float64), values, alpha) == expected


def test_quantile_of_many_values() -> None:
    """Enough of them for several shares."""
    from simulator.objectives.distribution import level_quantile, value_quantile

    rng = np.random.default_rng(5)
    values = np.round(rng.normal(size=20_000), 3)
    state = random_state(len(values), seed=6)
    order = np.argsort(values, kind="stable")
    for alpha in ALPHAS:
        expected = level_quantile(values[order], np.abs(state[order]) ** 2, alpha)
        assert value_quantile(split(state, 2, np.float64), values, alpha) == expected


def test_serial_and_parallel_forms_give_the_same_numbers() -> None:
    from simulator.kernels import probability
    from simulator.kernels.layout import BLOCK

    rng = np.random.default_rng(0)
    size = 3 * BLOCK + 5
    psi = rng.normal(size=(2, size))
    values = rng.normal(size=size)
    codes = rng.integers(0, 7, size).astype(np.uint16)
    byte = np.uint64(0), np.uint64(56)
    calls = [
        (probability.block_probabilities, (psi,), np.empty(4)),
        (probability.level_probabilities, (psi, codes), np.zeros((3, 7))),
        (probability.byte_probabilities, (psi, values.view(np.uint64), *byte), np.zeros((3, 256))),
        (probability.probability_at_most, (psi, values, 0.3), np.empty(4)),
        (probability.scale_by_level, (psi, codes, np.arange(7.0)), np.empty_like(psi)),
    ]
    for kernel, arguments, out in calls:
        one, other = out.copy(), out.copy()
        kernel.serial(*arguments, one)
        kernel.parallel(*arguments, other)
        np.testing.assert_array_equal(one, other)
    (lam, partial), (image, shares) = ((np.empty_like(psi), np.empty((4, 2))) for _ in range(2))
    probability.scale_by_tail.serial(psi, values, 0.2, 0.5, lam, partial)
    probability.scale_by_tail.parallel(psi, values, 0.2, 0.5, image, shares)
    np.testing.assert_array_equal(lam, image)
    np.testing.assert_array_equal(partial, shares)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_codes_of_either_width(dtype: type[np.unsignedinteger]) -> None:
    from simulator.objectives.cvar import _CVaRMeasure

    levels, codes = np.array([-2.0, 0.5, 3.0]), np.array([2, 0, 1, 1])
    state = random_state(4, seed=0, real=True)
    measure = _CVaRMeasure(DiagonalValues(levels, codes.astype(dtype)), 0.4)
    psi = split(state, 1, np.float64)
    expected = by_definition(levels[codes], state**2, 0.4)
    assert measure.evaluate(psi, np.empty_like(psi)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("alpha", [0, -0.1, 1.1, np.nan, np.inf])
def test_wrong_fractions_are_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        CVaR(Polynomial({(0,): 1.0}), alpha)


def test_only_diagonal_observables_that_fit() -> None:
    circuit = Circuit(FlipSymmetric(2), UniformState(), ())
    with pytest.raises(ValueError, match="diagonal"):
        Program(circuit, CVaR(PauliSum({"X0": 1.0}), 0.5))
    with pytest.raises(SpaceError):
        Program(circuit, CVaR(Polynomial({(0,): 1.0}), 0.5))


def test_lower_fractions_have_lower_values() -> None:
    circuit, observable = CASES[12]
    params = params_of(circuit)
    values = [Program(circuit, CVaR(observable, alpha))(params) for alpha in ALPHAS]
    assert (np.diff(values) >= 0).all()
    assert values[-1] == pytest.approx(Expectation(circuit, observable)(params))
