"""Multi-angle QAOA against QAOA, dense matrices and an exact bound."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import qopt
from qminima import InputError
from simulator import Expectation, FlipSymmetric, MemoryLimitError, Qubits
from simulator.testing import dense_state


def weighted_problem(nodes: int) -> qopt.MaxCut:
    rng = np.random.default_rng(nodes)
    graph: nx.Graph[int] = nx.gnp_random_graph(nodes, 0.7, seed=nodes)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(rng.normal())
    return qopt.maxcut(graph)


def constant(problem: qopt.MaxCut) -> float:
    return dict(problem.cost.terms).get((), 0.0)


@pytest.mark.parametrize("nodes", [1, 2, 3, 5])
@pytest.mark.parametrize("depth", [1, 2])
def test_state_equals_matrix_exponentials(nodes: int, depth: int) -> None:
    problem, full = weighted_problem(nodes), []
    for space in (FlipSymmetric(nodes), Qubits(nodes)):
        circuit = qopt.multi_angle_qaoa(problem, depth, space=space)
        params = np.random.default_rng(depth).uniform(-2, 2, circuit.num_parameters)
        state = Expectation(circuit, problem.cost).state(params)
        np.testing.assert_allclose(state, dense_state(circuit, params), atol=1e-12)
        full.append(space.embed(state))
    np.testing.assert_allclose(full[0], full[1], atol=1e-12)


@pytest.mark.parametrize("nodes", [2, 4, 7])
@pytest.mark.parametrize("depth", [1, 3])
def test_equal_angles_are_qaoa(nodes: int, depth: int) -> None:
    """The same state up to the phase of the constant, and gradients that add up to QAOA's."""
    problem = weighted_problem(nodes)
    params = np.random.default_rng(nodes).uniform(-2, 2, 2 * depth)
    spread = qopt.spread_angles(params, problem)
    plain = Expectation(qopt.qaoa(problem, depth), problem.cost)
    many = Expectation(qopt.multi_angle_qaoa(problem, depth), problem.cost)
    phase = np.exp(-1j * params[:depth].sum() * constant(problem))
    np.testing.assert_allclose(plain.state(params), phase * many.state(spread), atol=1e-12)

    value, gradient = plain.value_and_gradient(params)
    same, gradients = many.value_and_gradient(spread)
    assert same == pytest.approx(value, abs=1e-12)
    layers = gradients.reshape(depth, -1)
    terms = layers.shape[1] - nodes
    sums = [layers[:, :terms].sum(axis=1), layers[:, terms:].sum(axis=1)]
    np.testing.assert_allclose(np.concatenate(sums), gradient, atol=1e-11)


def test_one_layer_solves_a_tree_where_qaoa_does_not() -> None:
    """One layer is exact on stars (Herrman et al.); with equal angles it is not."""
    problem = qopt.maxcut(nx.star_graph(4))
    circuit = qopt.multi_angle_qaoa(problem, 1)
    energy = Expectation(circuit, problem.cost)
    # Leaves at pi/4, the centre at zero, and phases of pi/2 cut every edge.
    params = np.zeros(circuit.num_parameters)
    params[:4] = np.pi / 2
    params[-4:] = np.pi / 4
    assert energy(params) == pytest.approx(-4, abs=1e-12)
    equal = Expectation(qopt.qaoa(problem, 1), problem.cost)
    angles = np.linspace(0, np.pi, 60)
    assert min(equal([gamma, beta]) for gamma in angles for beta in angles / 2) > -3.9


def test_order_of_parameters() -> None:
    """Gammas of all terms, then betas of all qubits, layer by layer."""
    problem = qopt.maxcut(nx.path_graph(3))
    circuit = qopt.multi_angle_qaoa(problem, 2)
    assert [str(step.generator) for step in circuit.steps[:5]] == [
        "Diagonal(1 terms)", "Diagonal(1 terms)", "1 X0", "1 X1", "1 X2",
    ]  # fmt: skip
    assert [step.coefficients for step in circuit.steps] == [((k, 1.0),) for k in range(10)]
    assert qopt.spread_angles([1, 2, 3, 4], problem).tolist() == [1, 1, 3, 3, 3, 2, 2, 4, 4, 4]


def test_what_is_refused() -> None:
    problem = qopt.maxcut(nx.path_graph(3))
    with pytest.raises(InputError, match="depth"):
        qopt.multi_angle_qaoa(problem, 0)
    with pytest.raises(InputError, match="3 qubits"):
        qopt.multi_angle_qaoa(problem, 1, space=Qubits(4))
    with pytest.raises(InputError, match="angles"):
        qopt.spread_angles([1, 2, 3], problem)
    with pytest.raises(MemoryLimitError):
        qopt.multi_angle_qaoa(qopt.maxcut(nx.path_graph(70)), 1)
