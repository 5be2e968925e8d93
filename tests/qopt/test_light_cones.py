"""Light cones against the state vector of the whole, networkx, and published tree values."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

import qopt
from qminima import InputError
from qopt import LightConeExpectation, OneLayerExpectation
from qopt.angles.schedules import linear_ramp
from qopt.angles.tables import tree_angles, tree_cut_fraction
from qopt.expectations.cone_classes import ConeClasses
from qopt.expectations.cones import Cone, light_cones
from qopt.problems.problem import Problem
from simulator import Expectation, MemoryLimitError, Polynomial, Qubits, minimize

Terms = dict[tuple[int, ...], float]
Floats = NDArray[np.float64]


def problem_of(terms: Terms, num_variables: int) -> Problem:
    cost = Polynomial(terms)
    return cast(Problem, SimpleNamespace(cost=cost, num_variables=num_variables))


def random_cost(nodes: int, seed: int, *, fields: bool, triples: bool) -> Terms:
    """A sparse cost with few different weights, so that some cones are equal, and a constant."""
    rng = np.random.default_rng(seed)
    graph = nx.gnm_random_graph(nodes, nodes, seed=seed)
    weights = [-1.0, 0.5, 1.0, rng.normal()]
    terms: Terms = {(): rng.normal()}
    terms |= {tuple(sorted(edge)): float(rng.choice(weights)) for edge in graph.edges}
    if fields:
        terms |= {(node,): float(rng.choice(weights)) for node in range(0, nodes, 3)}
    if triples and nodes > 2:
        for _ in range(nodes // 4):
            terms[tuple(sorted(rng.choice(nodes, 3, replace=False).tolist()))] = 1.0
    return terms


def assert_equals_state_vector(problem: Problem, depth: int) -> None:
    energy = LightConeExpectation(problem, depth)
    circuit = qopt.qaoa(problem, depth, space=Qubits(problem.num_variables))
    params = np.random.default_rng(depth).uniform(-2, 2, 2 * depth)
    value, gradient = Expectation(circuit, problem.cost).value_and_gradient(params)
    assert energy(params) == pytest.approx(value, abs=1e-11)
    found, slopes = energy.value_and_gradient(params)
    assert found == pytest.approx(value, abs=1e-11)
    assert slopes == pytest.approx(gradient, abs=1e-11)


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("fields", [False, True])
@pytest.mark.parametrize("triples", [False, True])
@pytest.mark.parametrize("nodes", [1, 2, 3, 6, 12])
def test_any_sparse_cost(nodes: int, triples: bool, fields: bool, depth: int) -> None:
    for seed in range(3):
        terms = random_cost(nodes, seed, fields=fields, triples=triples)
        assert_equals_state_vector(problem_of(terms, nodes), depth)


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize(
    "graph",
    [
        nx.path_graph(1),
        nx.path_graph(2),
        nx.empty_graph(3),
        nx.complete_graph(6),
        nx.cycle_graph(11),
        nx.star_graph(7),
        nx.grid_2d_graph(3, 4, periodic=True),
        nx.balanced_tree(2, 3),
        nx.petersen_graph(),
        nx.disjoint_union(nx.path_graph(5), nx.disjoint_union(nx.cycle_graph(5), nx.path_graph(1))),
    ],
    ids=str,
)
def test_graphs_with_symmetry(graph: nx.Graph[int], depth: int) -> None:
    assert_equals_state_vector(qopt.maxcut(graph), depth)
    rng = np.random.default_rng(0)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = int(rng.choice([-1, 1]))
    assert_equals_state_vector(qopt.maxcut(graph), depth)


@pytest.mark.parametrize("depth", [1, 2])
def test_one_layer_and_two_on_a_spin_glass_torus(depth: int) -> None:
    """All trees with weights of one size are equal; one layer is compared with its formula."""
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(20, 20, periodic=True))
    rng = np.random.default_rng(3)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = int(rng.choice([-1, 1]))
    problem = qopt.maxcut(graph)
    energy = LightConeExpectation(problem, depth)
    assert energy.num_cones == 800
    assert energy.num_distinct < {1: 2, 2: 30}[depth]
    if depth == 1:
        value, gradient = energy.value_and_gradient([0.4, 0.3])
        expected, slopes = OneLayerExpectation(problem).value_and_gradient([0.4, 0.3])
        assert value == pytest.approx(expected, rel=1e-12)
        assert gradient == pytest.approx(slopes, rel=1e-10)


@pytest.mark.parametrize(
    ("nodes", "depth"),
    [
        (200, 1),
        (200, 2),
        pytest.param(10_000, 1, marks=pytest.mark.slow),
        pytest.param(10_000, 2, marks=pytest.mark.slow),
    ],
)
def test_published_cut_fraction_at_large_girth(nodes: int, depth: int) -> None:
    """arXiv:2503.12789, table of 3-regular graphs of girth above 2 p + 1."""
    graph = qopt.regular_graph_with_girth(3, nodes, 6, seed=1)
    energy = LightConeExpectation(qopt.maxcut(graph), depth)
    assert energy.num_distinct == 1
    assert energy.largest_cone == {1: 6, 2: 14}[depth]
    fraction = -energy(tree_angles(depth)) / graph.number_of_edges()
    assert fraction == pytest.approx({1: 0.6924500897, 2: 0.7559064585}[depth], abs=1e-7)
    assert fraction == pytest.approx(tree_cut_fraction(depth), abs=1e-7)


def test_ring_of_a_thousand_nodes() -> None:
    """The best cut fraction of p layers on a ring is (2 p + 1)/(2 p + 2).

    Farhi, Goldstone and Gutmann, arXiv:1411.4028, section 4.
    """
    for depth in (1, 2, 3):
        energy = LightConeExpectation(qopt.maxcut(nx.cycle_graph(1000)), depth)
        found = minimize(energy, linear_ramp(depth), gradient_tolerance=1e-8)
        expected = (2 * depth + 1) / (2 * depth + 2)
        assert -found.value / 1000 == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_cones_hold_what_lies_within_the_distance(depth: int) -> None:
    graph = nx.gnm_random_graph(30, 35, seed=depth)
    weights = {edge: float(weight) for weight, edge in enumerate(graph.edges, start=1)}
    found = light_cones(Polynomial(weights), depth)
    assert sum(len(cone.measured) for cone in found) == len(weights)
    for cone in found:
        for term in cone.measured:
            _, weight = cone.terms[term]
            (edge,) = (edge for edge, number in weights.items() if number == weight)
            distance = nx.multi_source_dijkstra_path_length(graph, set(edge))
            inside = {node for node, steps in distance.items() if steps <= depth - 1}
            kept = {w for (u, v), w in weights.items() if u in inside or v in inside}
            assert {weight for _, weight in cone.terms} == kept
            assert cone.num_qubits == sum(steps <= depth for steps in distance.values())


def test_number_of_classes_is_that_of_isomorphic_cones() -> None:
    """Unweighted: networkx counts neighbourhoods of edges up to isomorphism."""
    graph = nx.random_regular_graph(3, 40, seed=7)
    classes: list[nx.Graph[int]] = []
    for edge in graph.edges:
        distance = nx.multi_source_dijkstra_path_length(graph, set(edge), cutoff=2)
        near: nx.Graph[int] = nx.Graph()
        near.add_nodes_from((node, {"root": node in edge}) for node in distance)
        near.add_edges_from(
            (u, v) for u, v in graph.subgraph(distance).edges if min(distance[u], distance[v]) < 2
        )
        if not any(nx.is_isomorphic(near, other, lambda a, b: a == b) for other in classes):
            classes.append(near)
    energy = LightConeExpectation(qopt.maxcut(graph), 2)
    assert energy.num_distinct == len(classes) > 3
    assert energy.num_cones == 60


def renamed(cone: Cone, rng: np.random.Generator, *, flip: bool) -> Cone:
    """The same cone with other numbers of qubits and terms, and other signs of spins."""
    place = rng.permutation(cone.num_qubits).tolist()
    signs = rng.choice([-1, 1], cone.num_qubits) if flip else np.ones(cone.num_qubits)
    order = rng.permutation(len(cone.terms)).tolist()
    terms = tuple(
        (tuple(place[qubit] for qubit in qubits), weight * float(np.prod(signs[list(qubits)])))
        for qubits, weight in (cone.terms[term] for term in order)
    )
    return Cone(cone.num_qubits, terms, tuple(order.index(term) for term in cone.measured))


def cubic(nodes: int) -> Terms:
    return dict.fromkeys(nx.random_regular_graph(3, nodes, seed=nodes).edges, 1.0)


def torus(nodes: int) -> Terms:
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(nodes, nodes, periodic=True))
    rng = np.random.default_rng(nodes)
    return {edge: float(rng.choice([-1, 1])) for edge in graph.edges}


def mixed(nodes: int) -> Terms:
    return random_cost(nodes, 5, fields=False, triples=True)


def with_fields(nodes: int) -> Terms:
    return random_cost(nodes, 6, fields=True, triples=True)


@pytest.mark.parametrize("make", [cubic, torus, mixed, with_fields])
@pytest.mark.parametrize("depth", [1, 2])
def test_renamed_cones_are_found_equal(make: Callable[[int], Terms], depth: int) -> None:
    rng = np.random.default_rng(1)
    for cone in light_cones(Polynomial(make(12)), depth)[:40]:
        classes = ConeClasses()
        classes.add(cone)
        for _ in range(5):
            classes.add(renamed(cone, rng, flip=make is not with_fields))
        assert classes.counts == [6]


@pytest.mark.parametrize("make", [cubic, torus, mixed, with_fields])
def test_equal_cones_have_equal_values(make: Callable[[int], Terms]) -> None:
    """Two cones of a class have the same pairs of cost and measured value, up to the order."""
    first: dict[int, Floats] = {}
    classes = ConeClasses()
    for cone in light_cones(Polynomial(make(8)), 1):
        before = list(classes.counts)
        classes.add(cone)
        (number,) = (
            index
            for index, count in enumerate(classes.counts)
            if index == len(before) or count != before[index]
        )
        space = Qubits(cone.num_qubits)
        cost = Polynomial(cone.terms).values(space).to_array()
        observable = cone.observable.values(space).to_array()
        pairs = np.stack([cost, observable]).astype(float).round(9)
        values: Floats = pairs[:, np.lexsort(pairs)]
        assert first.setdefault(number, values) == pytest.approx(values)


def test_cones_that_refinement_cannot_tell_apart() -> None:
    """A hub that sees a hexagon, and one that sees two triangles."""
    spokes = [(1, node) for node in range(2, 8)]
    rings = [
        nx.cycle_graph(range(2, 8)),
        nx.disjoint_union(nx.cycle_graph(3), nx.cycle_graph(3)),
    ]
    classes = ConeClasses()
    for ring in rings:
        edges = list(nx.convert_node_labels_to_integers(ring, first_label=2).edges)
        terms = tuple((edge, 1.0) for edge in [(0, 1), *spokes, *edges])
        cone = Cone(8, terms, (0,))
        classes.add(cone)
        classes.add(renamed(cone, np.random.default_rng(0), flip=True))
    assert classes.counts == [2, 2]


def test_weights_signs_and_what_is_measured_tell_cones_apart() -> None:
    square = ((0, 1), (1, 2), (2, 3), (0, 3))
    weights = [(1, 1, 1, 1), (1, 1, 1, -1), (1, 2, 1, 1), (1, 1, 2, 1), (2, 1, 1, 1)]
    cones = [Cone(4, tuple(zip(square, w, strict=True)), (0,)) for w in weights]
    cones.append(Cone(4, cones[0].terms, (0, 1)))
    cones.append(Cone(4, cones[0].terms, (0, 2)))
    cones.append(Cone(4, (*cones[0].terms, ((0,), 1.0)), (0,)))
    cones.append(Cone(4, (*cones[0].terms, ((0,), -1.0)), (0,)))
    classes = ConeClasses()
    for cone in cones:
        classes.add(cone)
    assert classes.counts == [1] * len(cones)


def test_terms_that_see_everything_share_a_cone() -> None:
    energy = LightConeExpectation(qopt.maxcut(nx.complete_graph(8)), 2)
    assert (energy.num_cones, energy.num_distinct, energy.largest_cone) == (1, 1, 8)


def test_constant_cost() -> None:
    energy = LightConeExpectation(problem_of({(): 2.5}, 3), 2)
    assert energy([0.1, 0.2, 0.3, 0.4]) == 2.5
    assert energy.value_and_gradient([0.1, 0.2, 0.3, 0.4])[1].tolist() == [0, 0, 0, 0]
    assert (energy.num_cones, energy.num_distinct, energy.largest_cone) == (0, 0, 0)


def test_programs_that_are_not_kept_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = qopt.maxcut(nx.random_regular_graph(3, 30, seed=1))
    kept = LightConeExpectation(problem, 1)([0.3, 0.2])
    monkeypatch.setattr("qopt.expectations.light_cones._KEPT_BYTES", 0)
    assert LightConeExpectation(problem, 1)([0.3, 0.2]) == kept


def test_single_precision() -> None:
    problem = qopt.maxcut(nx.random_regular_graph(3, 30, seed=1))
    double = LightConeExpectation(problem, 2)(tree_angles(2))
    single = LightConeExpectation(problem, 2, precision="single")(tree_angles(2))
    assert single == pytest.approx(double, rel=1e-5)
    assert single != double


def test_cones_beyond_the_limit_are_named() -> None:
    problem = qopt.maxcut(qopt.regular_graph_with_girth(3, 1000, 8, seed=0))
    message = r"term \(\d+, \d+\), the largest, with 30 qubits and .* of memory; use less depth"
    with pytest.raises(InputError, match=message):
        LightConeExpectation(problem, 3)
    with pytest.raises(InputError, match=r"at most 13 qubits, got .* 14 qubits"):
        LightConeExpectation(problem, 2, max_qubits=13)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_cones_beyond_all_memory(depth: int) -> None:
    hub = nx.star_graph(50_000)
    with pytest.raises(InputError, match="has 50001 qubits, more than any"):
        LightConeExpectation(qopt.maxcut(hub), depth)
    grid = nx.grid_2d_graph(30, 30, periodic=True)
    with pytest.raises(InputError, match=r"qubits, more than any state vector"):
        LightConeExpectation(qopt.maxcut(grid), depth + 4)


def test_memory_is_checked_before_anything_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.memory.available_memory", lambda: 100_000)
    problem = qopt.maxcut(qopt.regular_graph_with_girth(3, 100, 6, seed=0))
    with pytest.raises(MemoryLimitError, match=r"term .* with 14 qubits needs .*; use less depth"):
        LightConeExpectation(problem, 2)


def test_arguments_that_are_refused() -> None:
    problem = qopt.maxcut(nx.path_graph(3))
    with pytest.raises(InputError, match="depth"):
        LightConeExpectation(problem, 0)
    with pytest.raises(ValueError, match="precision"):
        LightConeExpectation(problem, 1, precision="half")  # type: ignore[arg-type]
    energy = LightConeExpectation(problem, 2)
    for params in ([0.1, 0.2], [0.1, 0.2, 0.3, np.inf]):
        with pytest.raises(ValueError, match="parameters"):
            energy(params)
        with pytest.raises(ValueError, match="parameters"):
            energy.value_and_gradient(params)
