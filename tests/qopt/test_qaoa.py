"""The QAOA circuit against dense matrices and closed formulas."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import qopt
from qminima import InputError
from qopt.angles.schedules import gamma_scale, rescale_gammas
from qopt.angles.tables import tree_angles, tree_cut_fraction
from qopt.circuits.qaoa import smallest_space
from qopt.instances.loading import load_maxcut
from simulator import Expectation, FlipSymmetric, MemoryLimitError, Qubits, SpaceError
from simulator.testing import dense_state

ANGLES = [(0.3, 0.2), (0.6154797086703873, np.pi / 8), (-0.9, 0.7), (2.2, -1.3), (0.0, 0.4)]


def weighted_graph(nodes: int, seed: int) -> nx.Graph[int]:
    rng = np.random.default_rng(seed)
    graph: nx.Graph[int] = nx.gnp_random_graph(nodes, 0.6, seed=seed)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(rng.normal())
    return graph


def mean_cut(problem: qopt.MaxCut, params: list[float]) -> float:
    circuit = qopt.qaoa(problem, len(params) // 2)
    return -Expectation(circuit, problem.cost)(np.array(params))


@pytest.mark.parametrize("nodes", [1, 2, 3, 5])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_state_equals_matrix_exponentials(nodes: int, depth: int) -> None:
    problem = qopt.maxcut(weighted_graph(nodes, seed=10 * nodes + depth))
    params = np.random.default_rng(depth).uniform(-2, 2, 2 * depth)
    full = {}
    for space in (FlipSymmetric(nodes), Qubits(nodes)):
        circuit = qopt.qaoa(problem, depth, space=space)
        state = Expectation(circuit, problem.cost).state(params)
        assert state == pytest.approx(dense_state(circuit, params), abs=1e-12)
        full[space] = space.embed(state)
    one, other = full.values()
    assert one == pytest.approx(other, abs=1e-12)


def test_layers_in_plain_numpy() -> None:
    """The convention written out once more: phase exp(+i gamma cut), mixer exp(+i beta sum X)."""
    graph = weighted_graph(4, seed=3)
    problem = qopt.maxcut(graph)
    gammas, betas = [0.4, -0.7], [0.9, 0.2]
    cut = np.array(
        [
            sum(w for u, v, w in graph.edges(data="weight", default=1) if (x >> u ^ x >> v) & 1)
            for x in range(16)
        ]
    )
    state = np.full(16, 0.25, dtype=complex)
    for gamma, beta in zip(gammas, betas, strict=True):
        state = np.exp(1j * gamma * cut) * state
        for qubit in range(4):
            flipped = state[np.arange(16) ^ 1 << qubit]
            state = np.cos(beta) * state + 1j * np.sin(beta) * flipped
    circuit = qopt.qaoa(problem, 2, space=Qubits(4))
    assert Expectation(circuit, problem.cost).state(gammas + betas) == pytest.approx(state)


@pytest.mark.parametrize(
    "name", ["petersen", "heawood", "mobius-kantor", "dodecahedral", "3regular-16", "3regular-20"]
)
def test_one_layer_on_cubic_graphs_without_triangles(name: str) -> None:
    problem = load_maxcut(name)
    graph = problem.graph
    assert nx.is_k_regular(graph, 3)
    assert not any(nx.common_neighbors(graph, u, v) for u, v in graph.edges)
    for gamma, beta in ANGLES:
        edge = 0.5 + 0.5 * np.sin(4 * beta) * np.sin(gamma) * np.cos(gamma) ** 2
        expected = edge * graph.number_of_edges()
        assert mean_cut(problem, [gamma, beta]) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", ["3regular-12", "erdos-renyi-14", "torus-4x4", "petersen"])
def test_one_layer_on_any_unweighted_graph(name: str) -> None:
    """Theorem 1 of Wang et al., Phys. Rev. A 97, 022304 (2018), with triangles."""
    problem = load_maxcut(name)
    graph = problem.graph
    for gamma, beta in ANGLES:
        expected = 0.0
        for u, v in graph.edges:
            d, e = graph.degree[u] - 1, graph.degree[v] - 1
            f = len(list(nx.common_neighbors(graph, u, v)))
            c = np.cos(gamma)
            expected += (
                0.5
                + 0.25 * np.sin(4 * beta) * np.sin(gamma) * (c**d + c**e)
                - 0.25 * np.sin(2 * beta) ** 2 * c ** (d + e - 2 * f) * (1 - np.cos(2 * gamma) ** f)
            )
        assert mean_cut(problem, [gamma, beta]) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "depth"), [("petersen", 1), ("heawood", 1), ("heawood", 2), ("mobius-kantor", 2)]
)
def test_tree_angles_where_no_cycle_is_seen(name: str, depth: int) -> None:
    problem = load_maxcut(name)
    fraction = mean_cut(problem, tree_angles(depth).tolist()) / problem.graph.number_of_edges()
    assert fraction == pytest.approx(tree_cut_fraction(depth), abs=1e-6)


def test_tree_angles_are_stationary() -> None:
    for name, depth in (("heawood", 2), ("petersen", 1)):
        problem = load_maxcut(name)
        energy = Expectation(qopt.qaoa(problem, depth), problem.cost)
        _, gradient = energy.value_and_gradient(tree_angles(depth))
        assert np.abs(gradient).max() < 1e-4


@pytest.mark.parametrize("factor", [0.01, 3.0, -2.0, 1e4])
def test_rescaled_gammas_on_a_rescaled_graph(factor: float) -> None:
    graph = weighted_graph(6, seed=4)
    scaled = graph.copy()
    for u, v in scaled.edges:
        scaled.edges[u, v]["weight"] *= factor
    params = np.array([0.3, -0.8, 0.5, 0.2])
    one, other = qopt.maxcut(graph), qopt.maxcut(scaled)
    expected = factor * mean_cut(one, rescale_gammas(params, gamma_scale(one.cost)).tolist())
    gammas = rescale_gammas(params, np.sign(factor) * gamma_scale(other.cost))
    assert mean_cut(other, gammas.tolist()) == pytest.approx(expected, rel=1e-9)


def test_zero_angles_cut_half_the_weight() -> None:
    graph = weighted_graph(6, seed=5)
    half = sum(w for _, _, w in graph.edges(data="weight", default=1)) / 2
    problem = qopt.maxcut(graph)
    assert mean_cut(problem, [0.0, 0.0]) == pytest.approx(half)
    assert mean_cut(problem, [0.0, 0.7]) == pytest.approx(half)
    assert mean_cut(problem, [0.7, 0.0]) == pytest.approx(half)


def test_cost_with_linear_terms_needs_all_qubits() -> None:
    problem = qopt.maxcut(nx.path_graph(3))
    assert smallest_space(problem) == FlipSymmetric(3)
    with pytest.raises((SpaceError, ValueError)):
        Expectation(qopt.qaoa(problem, 1, space=Qubits(2)), problem.cost)


@pytest.mark.parametrize("depth", [0, -3])
def test_depth_below_one(depth: int) -> None:
    with pytest.raises(InputError, match="at least 1"):
        qopt.qaoa(qopt.maxcut(nx.path_graph(3)), depth)


@pytest.mark.parametrize("nodes", [63, 100, 1000])
def test_more_variables_than_any_memory(nodes: int) -> None:
    with pytest.raises(MemoryLimitError, match="classical methods"):
        qopt.qaoa(qopt.maxcut(nx.path_graph(nodes)), 1)


def test_parameters_are_numbered_gammas_first() -> None:
    circuit = qopt.qaoa(qopt.maxcut(nx.path_graph(3)), 3)
    assert circuit.num_parameters == 6
    assert [step.coefficients[0][0] for step in circuit.steps] == [0, 3, 1, 4, 2, 5]
