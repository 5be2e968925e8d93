"""The closed formula of one layer against state vectors and published special cases."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qopt
from qminima import InputError
from qopt import OneLayerExpectation
from qopt.problems.problem import Problem
from simulator import Expectation, MemoryLimitError, Polynomial, Qubits, minimize

# Cosines of 2 gamma J vanish at the second, for J = 1 and J = 1/2.
ANGLES = [(0.3, 0.2), (np.pi / 2, np.pi / 8), (np.pi / 4, 0.9), (-2.2, 1.3), (0.0, 0.4), (0.7, 0.0)]


def problem_of(terms: dict[tuple[int, ...], float], num_variables: int) -> Problem:
    cost = Polynomial(terms)
    return cast(Problem, SimpleNamespace(cost=cost, num_variables=num_variables))


def assert_equals_state_vector(problem: Problem, params: tuple[float, float]) -> None:
    closed = OneLayerExpectation(problem)
    circuit = qopt.qaoa(problem, 1, space=Qubits(problem.num_variables))
    value, gradient = Expectation(circuit, problem.cost).value_and_gradient(params)
    assert closed(params) == pytest.approx(value, abs=1e-11)
    found, slopes = closed.value_and_gradient(params)
    assert found == pytest.approx(value, abs=1e-11)
    assert slopes == pytest.approx(gradient, abs=1e-11)


@st.composite
def costs(draw: st.DrawFn) -> Problem:
    """Costs of degree two with equal, opposite and arbitrary weights, and constants."""
    n = draw(st.integers(1, 7))
    weights = st.sampled_from([1.0, -1.0, 0.5, 2.0, 0.0]) | st.floats(-2, 2)
    qubits = st.lists(st.integers(0, n - 1), max_size=2, unique=True).map(tuple)
    return problem_of(draw(st.dictionaries(qubits, weights, max_size=25)), n)


@given(problem=costs(), params=st.sampled_from(ANGLES) | st.tuples(*[st.floats(-4, 4)] * 2))
def test_any_cost_of_degree_two(problem: Problem, params: tuple[float, float]) -> None:
    assert_equals_state_vector(problem, params)


@pytest.mark.parametrize("params", ANGLES)
@pytest.mark.parametrize(
    "graph",
    [
        nx.complete_graph(8),
        nx.complete_graph(3),
        nx.path_graph(2),
        nx.path_graph(1),
        nx.empty_graph(4),
        nx.star_graph(6),
        nx.wheel_graph(8),
        nx.balanced_tree(2, 2),
        nx.complete_bipartite_graph(3, 4),
        nx.disjoint_union(nx.cycle_graph(4), nx.lollipop_graph(4, 2)),
    ],
    ids=str,
)
def test_graphs_with_and_without_triangles(
    graph: nx.Graph[int], params: tuple[float, float]
) -> None:
    assert_equals_state_vector(qopt.maxcut(graph), params)
    rng = np.random.default_rng(len(graph))
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(rng.choice([rng.normal(), 0.0, -1.0]))
    assert_equals_state_vector(qopt.maxcut(graph), params)
    fields: dict[tuple[int, ...], float] = {(node,): float(rng.normal()) for node in graph}
    terms = {**dict(qopt.maxcut(graph).cost.terms), **fields}
    assert_equals_state_vector(problem_of(terms, len(graph)), params)


def test_constant_cost() -> None:
    energy = OneLayerExpectation(problem_of({(): 2.5}, 3))
    assert energy([0.3, 0.2]) == 2.5
    value, gradient = energy.value_and_gradient([0.3, 0.2])
    assert value == 2.5
    assert gradient.tolist() == [0, 0]


@pytest.mark.parametrize(("gamma", "beta"), ANGLES)
def test_theorem_of_wang_on_a_graph_beyond_state_vectors(gamma: float, beta: float) -> None:
    """Theorem 1 of Wang et al., Phys. Rev. A 97, 022304 (2018)."""
    graph = nx.gnp_random_graph(300, 0.1, seed=2)
    degree = dict(graph.degree)
    expected = 0.0
    for u, v in graph.edges:
        d, e, f = degree[u] - 1, degree[v] - 1, len(list(nx.common_neighbors(graph, u, v)))
        c = np.cos(gamma)
        expected += (
            0.5
            + 0.25 * np.sin(4 * beta) * np.sin(gamma) * (c**d + c**e)
            - 0.25 * np.sin(2 * beta) ** 2 * c ** (d + e - 2 * f) * (1 - np.cos(2 * gamma) ** f)
        )
    energy = OneLayerExpectation(qopt.maxcut(graph))
    assert -energy([gamma, beta]) == pytest.approx(expected, rel=1e-12)


def test_torus_of_twenty_thousand_nodes() -> None:
    """Without triangles each edge of a 4-regular graph is worth the same but for its sign."""
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(100, 200, periodic=True))
    rng = np.random.default_rng(0)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = int(rng.choice([-1, 1]))
    gamma, beta = 0.4, 0.3
    gain = graph.number_of_edges() * np.sin(4 * beta) * np.sin(gamma) * np.cos(gamma) ** 3 / 2
    expected = sum(w for _, _, w in graph.edges(data="weight", default=1)) / 2 + gain
    energy = OneLayerExpectation(qopt.maxcut(graph))
    assert -energy([gamma, beta]) == pytest.approx(expected, rel=1e-12)


def test_blocks_of_edges_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = qopt.maxcut(nx.gnp_random_graph(30, 0.4, seed=5))
    whole = OneLayerExpectation(problem)([0.3, 0.2])
    monkeypatch.setattr("qopt.expectations.half_edges._BLOCK", 7)
    assert OneLayerExpectation(problem)([0.3, 0.2]) == pytest.approx(whole, rel=1e-13)


@pytest.mark.parametrize("exponent", [-140, -20, 20, 140])
def test_gradient_in_any_unit(exponent: int) -> None:
    graph = nx.complete_graph(4)
    plain = OneLayerExpectation(qopt.maxcut(graph)).value_and_gradient([0.3, 0.2])[1]
    unit = 10.0**exponent
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = unit
    gradient = OneLayerExpectation(qopt.maxcut(graph)).value_and_gradient([0.3 / unit, 0.2])[1]
    assert gradient[0] / unit / unit == pytest.approx(plain[0], rel=1e-9)
    assert gradient[1] / unit == pytest.approx(plain[1], rel=1e-9)


def test_minimised_on_a_cubic_graph_without_triangles() -> None:
    graph = qopt.regular_graph_with_girth(3, 500, 4, seed=0)
    found = minimize(OneLayerExpectation(qopt.maxcut(graph)), [0.5, 0.3])
    assert -found.value / graph.number_of_edges() == pytest.approx(0.6924500897, abs=1e-9)


def test_terms_of_higher_degree_are_refused() -> None:
    with pytest.raises(InputError, match=r"degree at most 2, got the term \(0, 1, 2\)"):
        OneLayerExpectation(problem_of({(0, 1): 1.0, (0, 1, 2): 1.0}, 3))


@pytest.mark.parametrize(
    "params", [[0.1], [0.1, 0.2, 0.3], 0.1, [np.nan, 0.1], [1e200, 0.1], [0, 1e308]]
)
def test_parameters_that_are_refused(params: Any) -> None:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edge(0, 1, weight=1e140)
    energy = OneLayerExpectation(qopt.maxcut(graph))
    for call in (energy, energy.value_and_gradient):
        with pytest.raises(ValueError, match="parameters"):
            call(params)


def test_too_many_triangles_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.memory.available_memory", lambda: 10_000)
    with pytest.raises(MemoryLimitError, match="triangles"):
        OneLayerExpectation(qopt.maxcut(nx.complete_graph(30)))
    with pytest.raises(MemoryLimitError, match="triangles"):
        OneLayerExpectation(qopt.maxcut(nx.wheel_graph(100)))
    OneLayerExpectation(qopt.maxcut(nx.star_graph(1000)))
