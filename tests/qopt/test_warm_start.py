"""Warm-start QAOA against dense matrices built here, product distributions and QAOA."""

from __future__ import annotations

from functools import reduce
from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy.linalg import expm

import qopt
from qminima import InputError
from simulator import Expectation, MemoryLimitError, Qubits

X, Z = np.array([[0, 1], [1, 0]]), np.diag([1, -1])


def weighted_problem(nodes: int) -> qopt.MaxCut:
    rng = np.random.default_rng(nodes)
    graph: nx.Graph[int] = nx.gnp_random_graph(nodes, 0.7, seed=nodes)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(rng.normal())
    return qopt.maxcut(graph)


def kron(factors: list[Any]) -> Any:
    """Qubit 0 the fastest index."""
    return reduce(np.kron, reversed(factors))


def dense_warm_start(problem: qopt.MaxCut, params: Any, ones: Any) -> Any:
    """The definition in Egger et al., angles t = 2 arcsin sqrt(c), mixers -sin t X - cos t Z."""
    n, depth = problem.num_variables, len(params) // 2
    angles = 2 * np.arcsin(np.sqrt(ones))
    state = kron([np.array([np.cos(t / 2), np.sin(t / 2)]) for t in angles]).astype(complex)
    costs = np.array([problem.cost.value(x) for x in range(1 << n)])
    for gamma, beta in zip(params[:depth], params[depth:], strict=True):
        mixers = [expm(-1j * beta * -(np.sin(t) * X + np.cos(t) * Z)) for t in angles]
        state = kron(mixers) @ (np.exp(-1j * gamma * costs) * state)
    return state


@pytest.mark.parametrize("nodes", [1, 2, 4, 6])
@pytest.mark.parametrize("depth", [1, 3])
def test_state_equals_its_definition(nodes: int, depth: int) -> None:
    problem, rng = weighted_problem(nodes), np.random.default_rng(depth)
    given = rng.uniform(0, 1, nodes)
    params = rng.uniform(-2, 2, 2 * depth)
    circuit = qopt.warm_start_qaoa(problem, depth, given, epsilon=0.1)
    assert circuit.space == Qubits(nodes)
    state = Expectation(circuit, problem.cost).state(params)
    expected = dense_warm_start(problem, params, np.clip(given, 0.1, 0.9))
    np.testing.assert_allclose(state, expected, atol=1e-12)


@pytest.mark.parametrize("nodes", [1, 6])
def test_without_layers_the_bits_are_independent(nodes: int) -> None:
    problem = weighted_problem(nodes)
    given = np.random.default_rng(1).uniform(0, 1, nodes)
    circuit = qopt.warm_start_qaoa(problem, 2, given)
    state = Expectation(circuit, problem.cost).state(np.zeros(4))
    ones = np.clip(given, 0.25, 0.75)
    np.testing.assert_allclose(np.abs(state) ** 2, kron([[1 - c, c] for c in ones]), atol=1e-14)


def test_the_start_is_the_mixers_ground_state() -> None:
    """Without a cost phase, mixing gives a global phase exp(i n beta) and nothing else."""
    problem = weighted_problem(5)
    circuit = qopt.warm_start_qaoa(problem, 1, "01101")
    energy = Expectation(circuit, problem.cost)
    start, mixed = energy.state([0, 0]), energy.state([0, 0.7])
    np.testing.assert_allclose(mixed, np.exp(5j * 0.7) * start, atol=1e-13)


@pytest.mark.parametrize("nodes", [2, 7])
def test_even_odds_are_qaoa(nodes: int) -> None:
    problem = weighted_problem(nodes)
    params = np.random.default_rng(2).uniform(-2, 2, 4)
    warm = Expectation(qopt.warm_start_qaoa(problem, 2, np.full(nodes, 0.5)), problem.cost)
    cold = Expectation(qopt.qaoa(problem, 2, space=Qubits(nodes)), problem.cost)
    np.testing.assert_allclose(warm.state(params), cold.state(params), atol=1e-12)
    one, other = warm.value_and_gradient(params), cold.value_and_gradient(params)
    assert one[0] == pytest.approx(other[0], abs=1e-12)
    np.testing.assert_allclose(one[1], other[1], atol=1e-11)


def test_gradient_against_differences() -> None:
    problem = weighted_problem(6)
    energy = Expectation(qopt.warm_start_qaoa(problem, 2, "011010"), problem.cost)
    params, step = np.array([0.4, -0.9, 0.8, 1.7]), 1e-5
    differences = [
        (energy(params + step * unit) - energy(params - step * unit)) / (2 * step)
        for unit in np.eye(4)
    ]
    np.testing.assert_allclose(energy.value_and_gradient(params)[1], differences, atol=1e-8)


def test_a_good_solution_helps() -> None:
    """From a greedy cut, with the same two angles, the mean cut starts above the uniform one."""
    problem = qopt.maxcut(nx.random_regular_graph(3, 10, seed=4))
    start = qopt.greedy(problem).bitstring
    assert start is not None
    warm = Expectation(qopt.warm_start_qaoa(problem, 1, start), problem.cost)
    uniform = Expectation(qopt.qaoa(problem, 1), problem.cost)
    assert warm([0, 0]) < uniform([0, 0])


@pytest.mark.parametrize(
    ("probabilities", "epsilon", "message"),
    [
        ([0.5, 0.5], 0.25, "3 probabilities"),
        ("0110", 0.25, "3 probabilities"),
        ("01x", 0.25, "characters"),
        ([0.5, 0.5, 1.5], 0.25, "between 0 and 1"),
        ([0.5, 0.5, np.nan], 0.25, "between 0 and 1"),
        ([0.5, 0.5, 0.5], 0.6, "epsilon"),
        ([0.5, 0.5, 0.5], -0.1, "epsilon"),
        ([0.5, 0.5, 0.5], np.nan, "epsilon"),
    ],
)
def test_what_is_refused(probabilities: Any, epsilon: float, message: str) -> None:
    problem = qopt.maxcut(nx.path_graph(3))
    with pytest.raises(InputError, match=message):
        qopt.warm_start_qaoa(problem, 1, probabilities, epsilon=epsilon)


def test_depths_and_sizes_are_checked() -> None:
    with pytest.raises(InputError, match="depth"):
        qopt.warm_start_qaoa(qopt.maxcut(nx.path_graph(3)), 0, "010")
    with pytest.raises(MemoryLimitError):
        qopt.warm_start_qaoa(qopt.maxcut(nx.path_graph(70)), 1, "0" * 70)
