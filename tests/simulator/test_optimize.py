from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der

from simulator import Interrupted, minimize
from simulator.optimize import GRADIENT_METHODS, METHODS


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


@pytest.mark.parametrize("method", METHODS)
def test_every_optimiser_finds_the_minimum(method: str) -> None:
    function = Rosenbrock()
    minimum = minimize(function, [-0.5, 0.8], method=method)
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
