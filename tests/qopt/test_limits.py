"""Every method keeps its time limit, and hands over what it has on Ctrl-C.

The clock is a counter: each look at it takes a fixed time, so that limits are met after a number of
steps and nothing depends on the machine. `benchmarks/limits.py` measures real times.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import highspy
import networkx as nx
import numpy as np
import pytest

import qopt
from qminima import Interrupted, Result
from qopt.methods.registry import CLASSICAL, METHODS, QUANTUM
from qopt.problems.binary import BinaryProblem
from qopt.problems.instance import Instance
from qopt.problems.travelling_salesman import random_cities
from qopt.solving.options import SolveOptions

# A limit, a look at the clock, and the time that a method may take beyond the limit.
LIMIT, TICK, ALLOWED = 0.5, 0.05, 1.0


class Clock:
    """Seconds that pass with every look at them; Ctrl-C comes at one of these looks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, press: int | None = None) -> None:
        self.looks, self.press = 0, press
        monkeypatch.setattr("qminima.limits.monotonic", self)
        monkeypatch.setattr("simulator.timing.perf_counter", self)
        # Kernels that are loaded now take no time, which would be left out of the limits.
        monkeypatch.setattr("simulator.kernels.kernel.perf_counter", lambda: 0.0)

    def __call__(self) -> float:
        self.looks += 1
        if self.looks == self.press:
            signal.raise_signal(signal.SIGINT)
        return self.looks * TICK


def regular(nodes: int) -> BinaryProblem:
    return qopt.maxcut(nx.random_regular_graph(3, nodes, seed=1))


def glass(nodes: int) -> BinaryProblem:
    random = np.random.default_rng(1)
    return qopt.ising({(i, j): float(random.normal()) for i in range(nodes) for j in range(i)})


def hard_knapsack(items: int) -> BinaryProblem:
    """Values that are weights and a constant, so that bounds tell little."""
    weights = np.random.default_rng(1).integers(1, 10**6, items)
    capacity = int(weights.sum()) // 2
    return qopt.knapsack((weights + 10**5).tolist(), weights.tolist(), capacity)


# Problems that keep a method busy for many looks at the clock; others have a small graph. Tabu
# search and HiGHS look at another clock, for LIMIT seconds at most.
PROBLEMS: dict[str, Callable[[], BinaryProblem]] = {
    "tabu": lambda: regular(200),
    "breakout": lambda: regular(1000),
    "exact": lambda: glass(23),
    "feasible": lambda: qopt.travelling_salesman(**random_cities(40, 1)),
    "pareto": lambda: hard_knapsack(60),
    "milp": lambda: glass(40),
    "native": lambda: qopt.independent_set(nx.gnp_random_graph(300, 0.05, seed=1)),
    "tree": lambda: qopt.maxcut(nx.convert_node_labels_to_integers(nx.grid_2d_graph(4, 20))),
}


def busy(method: str) -> BinaryProblem:
    if method in PROBLEMS:
        return PROBLEMS[method]()
    return qopt.maxcut(nx.petersen_graph()) if METHODS[method].quantum else regular(30)


def run(method: str, problem: BinaryProblem, time_limit: float | None) -> Result:
    options = SolveOptions(depth=4, seed=1, time_limit=time_limit)
    chosen = METHODS[method].run
    assert chosen is not None
    return chosen(Instance.of(problem), options)


def check(result: Result, problem: BinaryProblem) -> None:
    """It is scored, and feasible where the problem has constraints."""
    assert not result.properties.get("proven")
    if result.kind == "bound":
        assert result.value <= qopt.greedy(problem).value
        return
    assert result.bitstring is not None
    assert result.value == problem.value(result.bitstring)
    assert problem.feasible(result.bitstring)


@pytest.mark.parametrize("method", [*CLASSICAL, *QUANTUM])
def test_time_limits_are_kept(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = busy(method)
    clock = Clock(monkeypatch)
    result = run(method, problem, LIMIT)
    assert "time" in str(result.stop_reason)
    assert result.settings.get("time_limit", LIMIT) == LIMIT
    assert clock.looks * TICK <= LIMIT + ALLOWED
    check(result, problem)


# Looks at the clock after which each method has begun.
BEGUN = {
    "qaoa": 15, "grover": 15, "multi-angle": 15, "warm-start": 300, "recursive": 40, "adapt": 100
}  # fmt: skip


@pytest.mark.parametrize("method", [*CLASSICAL, *QUANTUM])
def test_ctrl_c_hands_over_what_was_found(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = busy(method)
    if method == "native":  # which looks at the clock of HiGHS
        press_while_waiting(monkeypatch)
        Clock(monkeypatch)
    else:
        Clock(monkeypatch, press=BEGUN.get(method, 12))
    # A plain KeyboardInterrupt would end the whole test run.
    with pytest.raises(KeyboardInterrupt) as caught:
        run(method, problem, None)
    assert isinstance(caught.value, Interrupted)
    assert "interrupted" in str(caught.value.result.stop_reason)
    check(caught.value.result, problem)


def press_while_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C comes when the solver is waited for the second time."""
    waited: list[float] = []
    original = highspy.Highs.wait

    def wait(self: Any, timeout: float) -> Any:
        waited.append(timeout)
        if len(waited) == 2:
            signal.raise_signal(signal.SIGINT)
        return original(self, timeout)

    monkeypatch.setattr(highspy.Highs, "wait", wait)
