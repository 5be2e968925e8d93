from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der

from simulator import (
    BasisState,
    Circuit,
    Electrons,
    Excitation,
    Expectation,
    Interrupted,
    Matrix,
    OrbitalRotation,
    PauliString,
    PauliSum,
    Qubits,
    Step,
    Variance,
    gates,
    minimize,
    minimize_from,
)  # fmt: skip
from simulator.optimize.methods import GRADIENT_FREE_METHODS, GRADIENT_METHODS
from simulator.optimize.minimize import TIME_LIMIT
from simulator.optimize.multi_start import Limits
from simulator.optimize.rotosolve import least_of_trigonometric
from simulator.program import Program
from simulator.timing import Stopwatch


class Rosenbrock:
    """The banana valley, least at (1, 1); `trouble` runs at each evaluation."""

    def __init__(self, trouble: Callable[[int], None] = lambda _: None) -> None:
        self.count = 0
        self.trouble = trouble

    def __call__(self, params: np.ndarray) -> float:
        self.count += 1
        self.trouble(self.count)
        return float(rosen(params))

    def value_and_gradient(self, params: np.ndarray) -> tuple[float, np.ndarray]:
        return self(params), np.asarray(rosen_der(params))


@pytest.mark.parametrize("method", [*GRADIENT_METHODS, *GRADIENT_FREE_METHODS])
def test_every_optimiser_finds_the_minimum(method: str) -> None:
    function = Rosenbrock()
    # With the usual tolerance COBYLA creeps along the valley for thousands of steps.
    tolerance = 3e-5 if method == "COBYLA" else 1e-6
    minimum = minimize(function, [-0.5, 0.8], method=method, gradient_tolerance=tolerance)
    assert minimum.value < (1e-6 if method in GRADIENT_METHODS else 1e-2)
    assert minimum.evaluations == function.count
    assert minimum.value == pytest.approx(rosen(minimum.parameters), abs=1e-15)
    assert minimum.converged
    assert minimum.stop_reason
    values = [value for _, value in minimum.history]
    assert values == sorted(values, reverse=True)
    assert values[-1] == minimum.value


def test_limits_stop_and_say_so() -> None:
    few = minimize(Rosenbrock(), [-0.5, 0.8], max_evaluations=5)
    assert (few.evaluations, few.converged) == (5, False)
    assert few.stop_reason == "evaluation limit reached"
    brief = minimize(Rosenbrock(), [-0.5, 0.8], time_limit=1e-9)
    assert brief.evaluations == 1
    assert brief.stop_reason == "time limit reached"
    short = minimize(Rosenbrock(), [-0.5, 0.8], max_iterations=2)
    assert not short.converged


def test_time_limit_leaves_out_the_loading_of_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if more were spent on it than passes."""
    monkeypatch.setattr("simulator.timing.compile_seconds", lambda: 2 * perf_counter())
    found = minimize(Rosenbrock(), [-0.5, 0.8], time_limit=1e-9)
    assert found.converged


@pytest.mark.parametrize(("headroom", "made"), [(1.0, 5), (2.0, 4), (4.5, 1)])
def test_evaluations_that_would_end_late_are_not_made(
    headroom: float, made: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("simulator.timing.perf_counter", lambda: now[0])
    monkeypatch.setattr("simulator.timing.compile_seconds", lambda: 0.0)

    def second(_: int) -> None:
        now[0] += 1.0

    found = minimize(Rosenbrock(second), [-0.5, 0.8], time_limit=5.5, headroom=headroom)
    assert found.evaluations == made
    assert found.stop_reason == TIME_LIMIT


def test_interruption_keeps_the_best_point() -> None:
    def trouble(count: int) -> None:
        if count == 4:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        minimize(Rosenbrock(trouble), [-0.5, 0.8])
    minimum = caught.value.minimum
    assert minimum.evaluations == 3
    assert minimum.value <= rosen([-0.5, 0.8])
    assert minimum.stop_reason == "interrupted"


def test_callback_sees_the_best_value_fall() -> None:
    seen: list[tuple[int, float]] = []
    minimum = minimize(Rosenbrock(), [0.0, 0.0], callback=lambda n, v: seen.append((n, v)))
    assert [count for count, _ in seen] == list(range(1, minimum.evaluations + 1))
    assert seen[-1][1] == minimum.value


def test_no_parameters() -> None:
    class Constant:
        def __call__(self, params: np.ndarray) -> float:
            return 2.5

        def value_and_gradient(self, params: np.ndarray) -> tuple[float, np.ndarray]:
            return 2.5, np.empty(0)

    minimum = minimize(Constant(), [])
    assert (minimum.value, minimum.evaluations, minimum.converged) == (2.5, 1, True)


def test_values_that_are_not_finite_are_errors() -> None:
    class Broken(Rosenbrock):
        def __call__(self, params: np.ndarray) -> float:
            return float("nan")

    with pytest.raises(FloatingPointError, match="nan"):
        minimize(Broken(), [0.0, 0.0])


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="L-BFGS-B"):
        minimize(Rosenbrock(), [0.0, 0.0], method="magic")
    with pytest.raises(ValueError, match="time limit"):
        minimize(Rosenbrock(), [0.0, 0.0], time_limit=0)
    with pytest.raises(ValueError, match="evaluation"):
        minimize(Rosenbrock(), [0.0, 0.0], max_evaluations=0)
    with pytest.raises(ValueError, match="program"):
        minimize(Rosenbrock(), [0.0, 0.0], method="natural-gradient")


# -- methods made for circuits -------------------------------------------------------------


def ising(generators: tuple[PauliString, ...], coefficient: float = 1.0) -> Expectation:
    """A circuit on three qubits, and a chain in a field."""
    steps = [gates.h(0), gates.cx(0, 1), gates.cx(1, 2)]
    steps += [Step(one, ((k, coefficient),)) for k, one in enumerate(generators)]
    chain = PauliSum({"Z0 Z1": 1.0, "Z1 Z2": 0.7, "X0": 0.4, "X1": 0.3, "X2": -0.2, "Z0": 0.1})
    return Expectation(Circuit(Qubits(3), BasisState(0), tuple(steps)), chain)


STRINGS = tuple(map(PauliString.parse, ["Y0", "Y1", "Y2", "X0 Y1", "X1 Y2", "Z0", "Y0"]))


def electrons(generators: tuple[Excitation | OrbitalRotation, ...]) -> Expectation:
    """Excitations of two electrons in three orbitals, and random energies."""
    space = Electrons(3, (1, 1))
    steps = tuple(Step(one, ((k, 1.0),)) for k, one in enumerate(generators))
    matrix = np.random.default_rng(0).normal(size=(9, 9))
    circuit = Circuit(space, BasisState(space.reference), steps)
    return Expectation(circuit, Matrix(matrix + matrix.T))


EXCITATIONS = (
    Excitation(((0,), (1,)), ((0,), (2,))), Excitation(alpha=((0,), (2,))),
    Excitation(beta=((0,), (1,))), Excitation(beta=((1,), (2,))), Excitation(alpha=((1,), (2,))),
)  # fmt: skip


@pytest.mark.parametrize("method", ["natural-gradient", "Rotosolve"])
@pytest.mark.parametrize("energy", [ising(STRINGS), ising(STRINGS, -0.5), electrons(EXCITATIONS)])
def test_methods_for_circuits_find_minima(method: str, energy: Expectation) -> None:
    """They end where the gradient is zero, and no higher than a quasi-Newton method nearby."""
    start = np.random.default_rng(2).normal(scale=0.3, size=energy.circuit.num_parameters)
    minimum = minimize(energy, start, method=method, gradient_tolerance=1e-7)
    assert minimum.converged
    assert minimum.value == pytest.approx(energy(minimum.parameters), abs=1e-12)
    if method == "natural-gradient":
        assert minimum.gradient_norm is not None
        assert minimum.gradient_norm < 1e-5
    _, gradient = energy.value_and_gradient(minimum.parameters)
    assert np.abs(gradient).max() < 1e-3
    polished = minimize(energy, minimum.parameters, method="BFGS")
    assert minimum.value - polished.value < 1e-6


def test_products_with_the_metric_count() -> None:
    minimum = minimize(
        ising(STRINGS), np.full(7, 0.3), method="natural-gradient", max_evaluations=3
    )
    assert minimum.evaluations == 3
    assert minimum.stop_reason == "evaluation limit reached"


def test_the_natural_gradient_follows_imaginary_time() -> None:
    """Where parameters reach all states, G^-1 gradient moves the state by (H - <H>) psi.

    Halved on both sides: the gradient is twice the overlap with H psi.
    """
    space = Qubits(1)
    steps = (gates.rotation("Y0", 0), gates.rotation("Z0", 1))
    circuit = Circuit(space, BasisState(0), steps)
    energy = Expectation(circuit, PauliSum({"X0": 0.6, "Z0": 0.5, "Y0": -0.3}))
    params = np.array([0.4, 0.7])
    value, gradient = energy.value_and_gradient(params)
    product = energy.metric(params)
    metric = np.stack([product(unit) for unit in np.eye(2)], axis=1)
    direction = np.linalg.solve(metric, gradient) / 2
    psi = energy.state(params)
    moved = (energy.state(params + 1e-5 * direction) - psi) / 1e-5
    hamiltonian = np.array([[0.5, 0.6 + 0.3j], [0.6 - 0.3j, -0.5]])
    expected = hamiltonian @ psi - value * psi
    moved = moved - psi * np.vdot(psi, moved)  # a phase is no motion
    np.testing.assert_allclose(moved, expected, atol=1e-4)


def test_rotosolve_refuses_what_it_cannot_know() -> None:
    shared = Circuit(Qubits(1), BasisState(0), (gates.rotation("Y0", 0), gates.rotation("X0", 0)))
    with pytest.raises(ValueError, match="share parameter 0"):
        minimize(Expectation(shared, PauliSum({"Z0": 1.0})), [0.1], method="Rotosolve")
    with pytest.raises(ValueError, match="excitations, got orbitals"):
        minimize(electrons((OrbitalRotation(0, 1),)), [0.1], method="Rotosolve")
    variance = Program(ising(STRINGS).circuit, Variance(PauliSum({"Z0": 1.0})))
    with pytest.raises(ValueError, match="expectation values"):
        minimize(variance, np.zeros(7), method="Rotosolve")


@pytest.mark.parametrize("order", [1, 2])
def test_least_of_a_trigonometric_polynomial(order: int) -> None:
    rng = np.random.default_rng(order)
    for _ in range(20):
        cosines, sines = rng.normal(size=(2, order + 1))

        def curve(
            x: np.ndarray, cosines: np.ndarray = cosines, sines: np.ndarray = sines
        ) -> np.ndarray:
            k = np.arange(order + 1)[:, None]
            return np.asarray(cosines @ np.cos(k * x) + sines @ np.sin(k * x))

        points = 2 * np.pi * np.arange(2 * order + 1) / (2 * order + 1)
        place, least = least_of_trigonometric(curve(points))
        assert least == pytest.approx(curve(np.array([place]))[0], abs=1e-12)
        assert least <= curve(np.linspace(0, 2 * np.pi, 2000)).min() + 1e-12


def test_spsa() -> None:
    energy = ising(STRINGS)
    start = np.random.default_rng(2).normal(scale=0.3, size=7)
    best = minimize(energy, start, method="BFGS").value
    runs = [
        minimize(energy, start, method="SPSA", seed=seed, max_iterations=1000) for seed in (1, 1, 2)
    ]
    assert runs[0].value == runs[1].value != runs[2].value
    for run in runs:
        assert run.value < energy(start)
        assert run.value - best < 0.05


def test_spsa_where_nothing_changes() -> None:
    flat = Circuit(Qubits(1), BasisState(0), (gates.rotation("Z0", 0),))
    run = minimize(Expectation(flat, PauliSum({"Z0": 1.0})), [0.3], method="SPSA", seed=0)
    assert not run.converged
    assert run.stop_reason == "the value does not change around the start"


# -- several starts ------------------------------------------------------------------------


STARTS = ([-0.5, 0.8], [2.0, 2.0], [0.9, 0.9])


class Countdown:
    """A time limit that is over once so many starts were allowed."""

    def __init__(self, starts: int) -> None:
        self.starts = starts

    def left(self) -> float:
        return 1e6

    def allows(self, seconds: float) -> bool:
        assert seconds == 7.0
        self.starts -= 1
        return self.starts > 0


def test_several_starts_are_one_after_another() -> None:
    seen: list[int] = []
    found = minimize_from(Rosenbrock(), STARTS, callback=lambda count, _: seen.append(count))
    alone = [minimize(Rosenbrock(), start) for start in STARTS]
    assert [run.value for run in found.runs] == [run.value for run in alone]
    assert found.best.value == min(run.value for run in alone)
    assert found.evaluations == sum(run.evaluations for run in alone)
    assert seen == list(range(1, found.evaluations + 1))
    assert (found.limit, found.interrupted) == ("", False)
    np.testing.assert_array_equal(found.starts, STARTS)
    counts, values = zip(*found.history, strict=True)
    assert list(counts) == sorted(set(counts))
    assert list(values) == sorted(set(values), reverse=True)
    assert values[-1] == found.best.value
    assert found.history[: len(alone[0].history)] == alone[0].history


def test_starts_share_their_limits() -> None:
    first = minimize(Rosenbrock(), STARTS[0]).evaluations
    for most, runs in ((first - 1, 1), (first, 1), (first + 1, 2)):
        found = minimize_from(Rosenbrock(), STARTS, limits=Limits(max_evaluations=most))
        assert (found.evaluations, len(found.runs)) == (most, runs)
        assert found.limit == "evaluation limit reached"
    for allowed in (1, 2):
        limits = Limits(deadline=Countdown(allowed), needed=lambda: 7.0)
        found = minimize_from(Rosenbrock(), STARTS, limits=limits)
        assert (len(found.runs), found.limit) == (allowed, TIME_LIMIT)
    with pytest.raises(ValueError, match="start"):
        minimize_from(Rosenbrock(), [])


def test_ctrl_c_hands_over_all_runs() -> None:
    first = minimize(Rosenbrock(), STARTS[0])

    def after(evaluations: int) -> Rosenbrock:
        def trouble(count: int) -> None:
            if count > evaluations:
                raise KeyboardInterrupt

        return Rosenbrock(trouble)

    found = minimize_from(after(first.evaluations + 3), STARTS)
    assert [run.evaluations for run in found.runs] == [first.evaluations, 3]
    assert found.best.value == first.value
    assert (found.limit, found.interrupted) == ("interrupted", True)
    before = minimize_from(after(first.evaluations), STARTS)
    assert (len(before.runs), before.interrupted) == (1, True)
    with pytest.raises(KeyboardInterrupt):
        minimize_from(after(0), STARTS)


def test_a_stopwatch_leaves_out_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    now, kernels = [100.0], [5.0]
    monkeypatch.setattr("simulator.timing.perf_counter", lambda: now[0])
    monkeypatch.setattr("simulator.timing.compile_seconds", lambda: kernels[0])
    watch = Stopwatch(spent=1.0)
    now[0], kernels[0] = 110.0, 8.0
    assert (watch(), watch.started) == (8.0, 102.0)
    watch.add(2.0)
    assert watch() == 10.0
    watch.restart()
    assert watch() == 0.0
