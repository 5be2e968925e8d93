"""The semidefinite bound and Goemans-Williamson's rounding."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import cvxpy
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qopt
from qminima import InputError
from qopt.classical.cut_form import cut_form
from qopt.instances.loading import load_maxcut


@st.composite
def weighted_graphs(draw: st.DrawFn) -> nx.Graph[int]:
    n = draw(st.integers(1, 8))
    graph: nx.Graph[int] = nx.empty_graph(n)
    for u, v in combinations(range(n), 2):
        weight = draw(st.none() | st.integers(-4, 4) | st.floats(-10, 10))
        if weight is not None:
            graph.add_edge(u, v, weight=weight)
    return graph


def best_cut(graph: nx.Graph[int]) -> float:
    positions = np.arange(1 << len(graph))
    cuts = np.zeros(len(positions))
    for u, v, weight in graph.edges(data="weight", default=1):
        cuts += weight * ((positions >> u ^ positions >> v) & 1)
    return float(cuts.max())


@settings(max_examples=40)
@given(graph=weighted_graphs())
def test_bound_above_and_rounding_below_the_optimum(graph: nx.Graph[int]) -> None:
    problem = qopt.maxcut(graph)
    best = best_cut(graph)
    bound = qopt.semidefinite_bound(problem)
    assert bound.kind == "bound"
    assert bound.bitstring is None
    assert bound.properties["cut"] == -bound.value
    # No tolerance: the bound counts its own rounding errors.
    assert -bound.value >= best - 1e-15 * sum(
        abs(w) for _, _, w in graph.edges(data="weight", default=1)
    )
    rounded = qopt.goemans_williamson(problem, seed=3)
    assert rounded.properties["cut"] <= best + 1e-9
    assert rounded.properties["upper_bound"] == -bound.value
    assert rounded.bitstring is not None
    assert rounded.value == problem.value(rounded.bitstring)
    assert rounded.expectation is not None
    assert rounded.expectation >= rounded.value - 1e-9


@settings(max_examples=40)
@given(graph=weighted_graphs())
def test_relaxation_is_tight_up_to_goemans_and_williamsons_ratio(graph: nx.Graph[int]) -> None:
    for _, _, data in graph.edges(data=True):
        data["weight"] = abs(data["weight"])
    bound = qopt.semidefinite_bound(qopt.maxcut(graph)).properties["cut"]
    assert 0.878 * bound <= best_cut(graph) + 1e-6


@pytest.mark.parametrize("n", [3, 5, 7, 9])
def test_odd_cycles(n: int) -> None:
    """The relaxation of an odd cycle is known: n (1 + cos(pi/n))/2."""
    bound = qopt.semidefinite_bound(qopt.maxcut(nx.cycle_graph(n))).properties["cut"]
    assert bound == pytest.approx(n * (1 + np.cos(np.pi / n)) / 2, abs=1e-6)


@pytest.mark.parametrize("n", [4, 6])
def test_complete_graphs(n: int) -> None:
    """Largest eigenvalue n of the Laplacian, all nodes alike: n^2/4."""
    bound = qopt.semidefinite_bound(qopt.maxcut(nx.complete_graph(n))).properties["cut"]
    assert bound == pytest.approx(n * n / 4, abs=1e-6)


@pytest.mark.parametrize("name", ["heawood", "torus-4x4"])
def test_bipartite_graphs_are_cut_whole(name: str) -> None:
    problem = load_maxcut(name)
    edges = problem.graph.number_of_edges()
    assert qopt.semidefinite_bound(problem).properties["cut"] == pytest.approx(edges, abs=1e-5)
    assert qopt.goemans_williamson(problem, seed=0).properties["cut"] == edges


def interior_point_bound(problem: qopt.MaxCut) -> float:
    """The bound by an interior-point method on matrices, right to about 1e-7 of itself.

    The dual of max tr(L X)/4, min sum y with diag y - L/4 positive semidefinite, is solved by
    Clarabel. Any y at all gives a bound, sum y + n max(0, largest eigenvalue of L/4 - diag y).
    """
    n, (first, second, weights) = problem.num_variables, problem.edges
    quarter = np.zeros((n, n))
    np.add.at(quarter, (first, second), -weights / 4)
    quarter += quarter.T
    quarter -= np.diag(quarter.sum(axis=0))
    multipliers, scale = cvxpy.Variable(n), np.abs(quarter).max()
    slack = cvxpy.diag(multipliers) - quarter / scale >> 0
    cvxpy.Problem(cvxpy.Minimize(cvxpy.sum(multipliers)), [slack]).solve(solver=cvxpy.CLARABEL)
    found = scale * np.asarray(multipliers.value, dtype=float)
    missed = np.linalg.eigvalsh(quarter - np.diag(found))[-1]
    return float(found.sum() + n * max(missed, 0.0))


def weighted(graph: nx.Graph[Any], seed: int) -> nx.Graph[Any]:
    random = np.random.default_rng(seed)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(random.normal())
    return graph


RELAXED = {
    "petersen": nx.petersen_graph(),
    "3-regular": nx.random_regular_graph(3, 16, seed=1),
    "dense": nx.gnp_random_graph(30, 0.5, seed=1),
    "bipartite": nx.grid_2d_graph(4, 5),
    "complete": nx.complete_graph(7),
    "wheel": nx.wheel_graph(12),
    "two nodes": nx.path_graph(2),
    "isolated nodes": nx.disjoint_union(nx.cycle_graph(5), nx.empty_graph(3)),
    "spin glass": weighted(nx.complete_graph(18), 2),
    "negative": weighted(nx.random_regular_graph(4, 14, seed=2), 3),
}


@pytest.mark.parametrize("graph", RELAXED.values(), ids=RELAXED)
def test_bound_is_as_tight_as_that_of_an_interior_point_method(graph: nx.Graph[Any]) -> None:
    problem = qopt.maxcut(graph)
    bound = qopt.semidefinite_bound(problem).properties["cut"]
    assert bound == pytest.approx(interior_point_bound(problem), rel=1e-6)


def test_bound_of_a_cost_that_flips_change() -> None:
    problem = qopt.ising({(0, 1): 1.0, (1, 2): 1.0, (0, 2): 1.0, (0,): 0.7, (3,): -2.0, (): 5.0})
    bound = qopt.semidefinite_bound(problem)
    form = cut_form(problem)
    tight = form.constant - interior_point_bound(form.maxcut)
    assert bound.value == pytest.approx(tight, rel=1e-6)
    assert bound.value <= qopt.enumeration(problem).value


@pytest.mark.parametrize("name", ["bipartite", "two nodes"])
def test_bound_of_bipartite_graphs_is_exact(name: str) -> None:
    problem = qopt.maxcut(RELAXED[name])
    edges = problem.graph.number_of_edges()
    assert qopt.semidefinite_bound(problem).properties["cut"] == edges


@pytest.mark.parametrize("n", [1, 2, 30])
def test_graphs_without_edges(n: int) -> None:
    problem = qopt.maxcut(nx.empty_graph(n))
    assert qopt.semidefinite_bound(problem).value == 0
    assert qopt.goemans_williamson(problem, seed=0).value == 0


def test_rounding_is_reproducible() -> None:
    problem = load_maxcut("weighted-complete-12")
    one, other = (qopt.goemans_williamson(problem, hyperplanes=5, seed=8) for _ in range(2))
    assert one.bitstring == other.bitstring
    assert one.expectation == other.expectation
    assert one.evaluations == 5


def test_mean_cut_keeps_the_guarantee() -> None:
    problem = load_maxcut("3regular-16")
    result = qopt.goemans_williamson(problem, hyperplanes=2000, seed=0)
    assert result.expectation is not None
    assert -result.expectation >= 0.878 * result.properties["upper_bound"] - 0.1


def test_relaxation_is_solved_once() -> None:
    problem = load_maxcut("petersen")
    assert qopt.semidefinite_bound(problem).value == qopt.semidefinite_bound(problem).value
    assert qopt.semidefinite_bound(problem).seconds == qopt.semidefinite_bound(problem).seconds


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_bound_scales_with_the_weights(scale: float) -> None:
    graph = nx.cycle_graph(5)
    nx.set_edge_attributes(graph, dict.fromkeys(graph.edges, scale), "weight")
    bound = qopt.semidefinite_bound(qopt.maxcut(graph)).properties["cut"]
    assert bound / scale == pytest.approx(2.5 * (1 + np.cos(np.pi / 5)), abs=1e-4)


def test_too_many_nodes() -> None:
    problem = qopt.maxcut(nx.empty_graph(30_001))
    for method in (qopt.semidefinite_bound, qopt.goemans_williamson):
        with pytest.raises(InputError, match="30000"):
            method(problem)


@pytest.mark.parametrize("scale", [1e-140, 1e-20, 1e20, 1e140])
def test_bounds_do_not_depend_on_the_unit(scale: float) -> None:
    graph = nx.random_regular_graph(3, 20, seed=1)
    one = qopt.semidefinite_bound(qopt.maxcut(graph)).value
    nx.set_edge_attributes(graph, dict.fromkeys(graph.edges, scale), "weight")
    assert qopt.semidefinite_bound(qopt.maxcut(graph)).value / scale == pytest.approx(one, rel=1e-6)
