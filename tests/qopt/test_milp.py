"""Mixed-integer programming: cuts, bounds and the inequalities they rest on."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qopt
from qminima import InputError, Interrupted
from qopt.classical.proofs.claims import optimality
from qopt.classical.proofs.exact import exact_cost
from qopt.classical.proofs.odd_cycles import violated
from qopt.instances.loading import load_maxcut


@st.composite
def weighted_graphs(draw: st.DrawFn) -> nx.Graph[int]:
    n = draw(st.integers(1, 7))
    graph: nx.Graph[int] = nx.empty_graph(n)
    digits = draw(st.sampled_from([0, 3]))
    for u, v in combinations(range(n), 2):
        weight = draw(st.none() | st.floats(-5, 5).map(lambda w: round(w, digits)))
        if weight is not None:
            graph.add_edge(u, v, weight=weight)
    return graph


def incidence(graph: nx.Graph[int]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Which edges each cut holds: a row for every cut, a column for every edge."""
    positions = np.arange(1 << len(graph))
    columns = [(positions >> u ^ positions >> v) & 1 for u, v in graph.edges]
    return np.array(columns, dtype=np.int64).reshape(len(columns), len(positions)).T


def weights_of(graph: nx.Graph[int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([w for _, _, w in graph.edges(data="weight", default=1)], dtype=float)


def best_cut(graph: nx.Graph[int]) -> float:
    return float((incidence(graph) @ weights_of(graph)).max(initial=0.0))


def random_graph(nodes: int, seed: int, *, whole: bool) -> nx.Graph[int]:
    rng = np.random.default_rng(seed)
    graph: nx.Graph[int] = nx.empty_graph(nodes)
    for u, v in combinations(range(nodes), 2):
        if rng.random() < 0.6:
            weight = int(rng.integers(-5, 6)) if whole else float(rng.normal())
            graph.add_edge(u, v, weight=weight)
    return graph


@settings(max_examples=40)
@given(graph=weighted_graphs())
def test_small_graphs_are_solved_with_proof(graph: nx.Graph[int]) -> None:
    problem = qopt.maxcut(graph)
    result = qopt.milp(problem)
    best = best_cut(graph)
    assert result.properties["proven"] is True
    assert result.converged
    assert result.properties["cut"] == pytest.approx(best, abs=1e-9)
    assert result.properties["upper_bound"] >= best - 1e-12
    assert result.bitstring is not None
    assert result.value == problem.value(result.bitstring)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_random_graphs_of_eleven_nodes(seed: int, whole: bool) -> None:
    graph = random_graph(11, seed, whole=whole)
    result = qopt.milp(qopt.maxcut(graph))
    assert result.properties["proven"]
    assert result.properties["cut"] == pytest.approx(best_cut(graph), abs=1e-9)


@pytest.mark.parametrize("scale", [1e-140, 1e-12, 1e-9, 1e-6, 1e-3, 1e6, 1e12, 1e18, 1e30, 1e140])
def test_proof_does_not_depend_on_the_unit_of_the_weights(scale: float) -> None:
    graph = random_graph(8, 1, whole=False)
    best = best_cut(graph)
    for _, _, data in graph.edges(data=True):
        data["weight"] *= scale
    result = qopt.milp(qopt.maxcut(graph))
    assert result.properties["upper_bound"] / scale >= best * (1 - 1e-12)
    assert result.properties["cut"] / scale == pytest.approx(best, rel=1e-6)
    assert result.properties["proven"]


@pytest.mark.parametrize("name", ["3regular-50", "3regular-100", "karate", "torus-pm1-8x8"])
def test_library_graphs_by_exact_arithmetic(name: str) -> None:
    problem = load_maxcut(name)
    result = qopt.milp(problem, time_limit=60)
    assert problem.reference is not None
    assert result.value == problem.reference.value
    assert result.properties["proven"]
    assert result.properties["bound_from"] == "linear relaxation"


def test_graphs_without_edges() -> None:
    for nodes in (1, 4):
        result = qopt.milp(qopt.maxcut(nx.empty_graph(nodes)))
        assert result.bitstring == "0" * nodes
        assert result.properties["proven"]
        assert result.properties["upper_bound"] == 0


def test_negative_weights_alone_leave_nothing_to_cut() -> None:
    graph = nx.complete_graph(5)
    nx.set_edge_attributes(graph, dict.fromkeys(graph.edges, -1.5), "weight")
    result = qopt.milp(qopt.maxcut(graph))
    assert result.value == 0
    assert result.properties["proven"]


@pytest.mark.parametrize("limit", [1e-6, 0.05, 0.5])
def test_time_limit_leaves_a_valid_bound(limit: float) -> None:
    problem = qopt.maxcut(nx.gnp_random_graph(50, 0.5, seed=2))
    result = qopt.milp(problem, time_limit=limit)
    assert not result.properties["proven"]
    assert "not proven" in result.warnings[0]
    assert result.settings["time_limit"] == limit
    baseline = qopt.annealing(problem, seed=0)
    assert result.properties["upper_bound"] >= baseline.properties["cut"]
    assert result.bitstring is not None
    assert result.value == problem.value(result.bitstring)


@given(graph=weighted_graphs(), seed=st.integers(0, 2**31), whole=st.booleans())
def test_inequalities_hold_for_every_cut(graph: nx.Graph[int], seed: int, whole: bool) -> None:
    rng = np.random.default_rng(seed)
    heads, tails = np.array(list(graph.edges), dtype=np.int64).reshape(-1, 2).T
    y = rng.random(len(heads))
    y = np.rint(y) if whole else y
    cuts = incidence(graph)
    for row in violated(len(graph), heads, tails, y):
        edges, signs = zip(*row.coefficients, strict=True)
        assert set(signs) <= {1, -1}
        assert (cuts[:, edges] @ np.array(signs)).max() <= row.bound
        assert y[list(edges)] @ np.array(signs) > row.bound  # and y violates it
        assert nx.is_eulerian(graph.edge_subgraph(list(graph.edges)[e] for e in edges))


@given(graph=weighted_graphs(), seed=st.integers(0, 2**31))
def test_every_point_that_is_no_cut_is_separated(graph: nx.Graph[int], seed: int) -> None:
    """Whole points satisfy all odd-cycle inequalities exactly if they are cuts."""
    heads, tails = np.array(list(graph.edges), dtype=np.int64).reshape(-1, 2).T
    y = np.random.default_rng(seed).integers(0, 2, len(heads))
    is_cut = len(heads) == 0 or (incidence(graph) == y).all(axis=1).any()
    assert bool(violated(len(graph), heads, tails, y.astype(float))) == (not is_cut)


def test_optimal_multipliers_close_the_gap_of_planar_graphs() -> None:
    """Odd cycles describe the cuts of planar graphs completely (Barahona and Mahjoub, 1986)."""
    problem = load_maxcut("dodecahedral")
    result = qopt.milp(problem)
    assert result.properties["bound_from"] == "linear relaxation"
    assert result.properties["upper_bound"] == 24


HIDDEN: list[dict[tuple[Hashable, ...], float]] = [
    {("a", "b"): 2.0**52, ("a",): -0.03, ("b",): -0.02},
    {("a", "b"): 2.0**52, ("a",): -0.02, ("b",): -0.03},
    {("a", "b"): 4e15, ("a",): -0.22, ("b",): -0.3},
]


@pytest.mark.parametrize("terms", HIDDEN)
def test_what_rounding_hides_is_not_called_proven(
    terms: dict[tuple[Hashable, ...], float],
) -> None:
    problem = qopt.qubo(terms)
    best = min(problem.value(text) for text in ("00", "01", "10", "11"))
    for method in (qopt.milp, qopt.tree_decomposition, qopt.enumeration):
        result = method(problem)
        assert result.value == best or not result.properties["proven"]
        assert result.properties.get("lower_bound", best) <= best


def test_a_constant_makes_no_proof() -> None:
    """A gap is measured from the cost without what is the same for all bit strings."""
    rng = np.random.default_rng(0)
    terms: dict[tuple[Hashable, ...], float] = {(): 1e9}
    terms |= {pair: float(rng.normal()) for pair in combinations(range(60), 2)}
    problem = qopt.ising(terms)
    result = qopt.milp(problem, time_limit=0.5)
    assert not result.properties["proven"]
    assert result.stop_reason == "time limit reached"


def test_infeasible_bit_strings_are_no_optimum() -> None:
    problem = qopt.independent_set(nx.path_graph(3))
    assert qopt.milp(problem).properties["proven"]
    assert qopt.tree_decomposition(problem).properties["proven"]
    cost, gap = exact_cost(problem), Fraction(0)
    assert optimality(problem, "111", gap, cost) == {"proven": False}
    assert optimality(problem, "101", gap, cost) == {"proven": True}


def test_no_exact_numbers_without_time_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would end late is not begun; the greedy result then claims nothing."""
    problem = qopt.spin_glass(12, seed=1)
    least = qopt.milp(problem).value
    monkeypatch.setattr("qopt.classical.milp._EXACT", 1.0)
    monkeypatch.setattr("qopt.classical.milp.exact_cut", None)
    result = qopt.milp(problem, time_limit=1.0)
    assert result.properties["proven"] is False
    assert result.properties["bound_from"] == "trivial"
    assert result.properties["lower_bound"] <= least <= result.value
    assert result.stop_reason == "time limit reached"
    with pytest.raises(InputError, match="degree"):
        qopt.milp(qopt.labs(8), time_limit=1.0)


@pytest.mark.parametrize("where", ["exact_cut", "prove_cut", "check", "optimality"])
def test_ctrl_c_anywhere_leaves_a_result(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def press(*_: object) -> None:
        raise KeyboardInterrupt

    problem = qopt.spin_glass(12, seed=1)
    monkeypatch.setattr(f"qopt.classical.milp.{where}", press)
    with pytest.raises(KeyboardInterrupt) as caught:
        qopt.milp(problem)
    assert isinstance(caught.value, Interrupted)
    assert caught.value.result.stop_reason == "interrupted"
    assert caught.value.result.properties["proven"] is False
    assert caught.value.result.bitstring is not None
