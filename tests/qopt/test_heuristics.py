"""Random assignment, greedy, annealing and tabu search."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qopt
from qminima import InputError, Result
from qminima.limits import Deadline
from qopt.classical.bqm import binary_quadratic_model
from qopt.instances.loading import load_maxcut
from simulator import Polynomial, bitstring

SEARCHES: list[Callable[..., Result]] = [qopt.annealing, qopt.tabu]


def milli(weight: float) -> float:
    return round(weight, 3)


@st.composite
def weighted_graphs(draw: st.DrawFn) -> nx.Graph[int]:
    n = draw(st.integers(1, 8))
    graph: nx.Graph[int] = nx.empty_graph(n)
    for u, v in combinations(range(n), 2):
        weight = draw(st.none() | st.integers(-4, 4) | st.floats(-10, 10).map(milli))
        if weight is not None:
            graph.add_edge(u, v, weight=weight)
    return graph


def random_graph(nodes: int, seed: int) -> nx.Graph[int]:
    rng = np.random.default_rng(seed)
    graph: nx.Graph[int] = nx.empty_graph(nodes)
    graph.add_weighted_edges_from(
        (u, v, float(rng.normal())) for u, v in combinations(range(nodes), 2) if rng.random() < 0.6
    )
    return graph


def best_cut(graph: nx.Graph[int]) -> float:
    """The best of all cuts, by adding up edges."""
    positions = np.arange(1 << len(graph))
    cuts = np.zeros(len(positions))
    for u, v, weight in graph.edges(data="weight", default=1):
        cuts += weight * ((positions >> u ^ positions >> v) & 1)
    return float(cuts.max())


@given(graph=weighted_graphs())
def test_greedy_ends_where_no_flip_helps(graph: nx.Graph[int]) -> None:
    problem = qopt.maxcut(graph)
    result = qopt.greedy(problem)
    assert result.bitstring is not None
    assert result.value == problem.value(result.bitstring) <= 0
    for index, bit in enumerate(result.bitstring):
        flipped = result.bitstring[:index] + "10"[int(bit)] + result.bitstring[index + 1 :]
        assert problem.value(flipped) >= result.value - 1e-9


@given(graph=weighted_graphs())
def test_greedy_cuts_half_of_the_positive_weight(graph: nx.Graph[int]) -> None:
    """Every one-flip optimum with weights from zero up cuts at least half of them."""
    for _, _, data in graph.edges(data=True):
        data["weight"] = abs(data["weight"])
    total = sum(w for _, _, w in graph.edges(data="weight", default=1))
    assert qopt.greedy(qopt.maxcut(graph)).properties["cut"] >= total / 2 - 1e-9


def test_greedy_is_deterministic_and_cuts_bipartite_graphs_whole() -> None:
    for name in ("heawood", "mobius-kantor", "torus-4x4"):
        problem = load_maxcut(name)
        one, other = qopt.greedy(problem), qopt.greedy(problem)
        assert one.bitstring == other.bitstring
        assert one.properties["cut"] == problem.graph.number_of_edges()


@pytest.mark.parametrize("seed", [0, 7])
def test_annealing_is_reproducible(seed: int) -> None:
    problem = qopt.maxcut(random_graph(12, seed))
    one, other = (qopt.annealing(problem, reads=3, sweeps=10, seed=seed) for _ in range(2))
    assert one.bitstring == other.bitstring
    assert one.seed == seed


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("seed", range(3))
def test_searches_find_the_optimum_of_twelve_nodes(
    search: Callable[..., Result], seed: int
) -> None:
    graph = random_graph(12, seed)
    problem = qopt.maxcut(graph)
    one, other = search(problem, seed=seed), search(problem, seed=seed)
    assert one.properties["cut"] == pytest.approx(best_cut(graph))
    assert one.value == pytest.approx(other.value)
    assert one.bitstring is not None
    assert one.value == problem.value(one.bitstring)


@settings(max_examples=30)
@given(graph=weighted_graphs())
def test_annealing_never_claims_more_than_the_optimum(graph: nx.Graph[int]) -> None:
    graph.add_edge(0, 1, weight=1.5)  # the library warns of costs that are zero everywhere
    result = qopt.annealing(qopt.maxcut(graph), reads=5, sweeps=50, seed=1)
    assert result.properties["cut"] <= best_cut(graph) + 1e-9


def test_annealing_with_weights_far_apart() -> None:
    """Temperatures come from the least and the largest weight; they may not overflow."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 1.5), (1, 2, 1e-310)])
    assert qopt.annealing(qopt.maxcut(graph), seed=0).value == -1.5


@pytest.mark.parametrize("search", [*SEARCHES, qopt.greedy, qopt.random_assignment])
@pytest.mark.parametrize("nodes", [1, 2, 5])
def test_graphs_without_edges(search: Callable[..., Result], nodes: int) -> None:
    result = search(qopt.maxcut(nx.empty_graph(nodes)))
    assert result.value == 0
    assert result.bitstring is not None
    assert len(result.bitstring) == nodes


@pytest.mark.parametrize("search", SEARCHES)
def test_time_limit_is_kept(search: Callable[..., Result]) -> None:
    problem = load_maxcut("3regular-100")
    result = search(problem, seed=0, time_limit=0.02)
    assert result.settings["time_limit"] == 0.02
    assert result.bitstring is not None
    assert result.value == problem.value(result.bitstring)


def test_annealing_tells_why_it_stopped() -> None:
    petersen, problem = load_maxcut("petersen"), qopt.spin_glass(12, seed=1)
    assert qopt.annealing(petersen, seed=0).stop_reason == "target reached"
    assert qopt.annealing(problem, seed=0).stop_reason == "all reads done"
    assert qopt.annealing(problem, seed=0, time_limit=1e-9).stop_reason == "time is over"
    assert qopt.annealing(problem, reads=9, time_limit=1e-9).stop_reason == "time limit reached"


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("seed", [2**31 - 1, 2**31, 2**32, 2**63])
def test_large_seeds(search: Callable[..., Result], seed: int) -> None:
    """NumPy takes any seed from zero up, so every method of a comparison has to."""
    problem = load_maxcut("petersen")
    result = search(problem, seed=seed, time_limit=0.01)
    assert result.seed == seed


def test_random_mean_is_half_the_weight() -> None:
    graph = random_graph(10, 2)
    half = sum(w for _, _, w in graph.edges(data="weight", default=1)) / 2
    result = qopt.random_assignment(qopt.maxcut(graph), seed=0)
    assert result.expectation == pytest.approx(-half)
    assert result.properties["cut"] <= best_cut(graph) + 1e-9
    assert result.evaluations == result.settings["shots"] == 1024


def test_random_assignment_is_reproducible_and_exhausts_small_graphs() -> None:
    graph = random_graph(5, 3)
    one, other = (qopt.random_assignment(qopt.maxcut(graph), seed=9) for _ in range(2))
    assert one.bitstring == other.bitstring
    assert one.properties["cut"] == pytest.approx(best_cut(graph))


def test_random_assignment_never_lists_a_constrained_space() -> None:
    """Colours of the Grötzsch graph, 5^11: each of 20 edges is in conflict once in five."""
    problem, space, _ = qopt.colouring(nx.mycielski_graph(4), colours=5).native()
    result = qopt.random_assignment(problem, space=space, seed=0)
    assert result.expectation == pytest.approx(20 / 5)
    assert result.settings["space"] == str(space)
    assert problem.feasible(str(result.bitstring))
    assert result.bitstring == qopt.random_assignment(problem, space=space, seed=0).bitstring
    small, space, _ = qopt.colouring(nx.cycle_graph(3), colours=2).native()
    positions = np.random.default_rng(5).integers(0, space.size, 1)
    (listed,) = space.configurations()[positions].tolist()
    drawn = qopt.random_assignment(small, space=space, shots=1, seed=5)
    assert drawn.bitstring == bitstring(listed, 6)


def test_spins_of_the_model() -> None:
    """Bit 0 is spin +1; energies are costs without constant, in units of the largest weight."""
    cost = Polynomial({(): 0.5, (0,): 1.0, (2,): -3.0, (0, 1): 2.0, (1, 2): -0.25})
    model = binary_quadratic_model(cost, 4)
    assert set(model.variables) == {0, 1, 2, 3}
    for x in range(16):
        spins = {qubit: 1 - 2 * (x >> qubit & 1) for qubit in range(4)}
        assert model.energy(spins) == pytest.approx((cost.value(x) - 0.5) / 3)


def test_costs_of_third_degree_are_refused() -> None:
    with pytest.raises(InputError, match="degree 3"):
        binary_quadratic_model(Polynomial({(0, 1, 2): 1.0}), 3)


def test_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    now: list[Any] = [0.0]
    monkeypatch.setattr("qminima.limits.monotonic", lambda: now[0])
    deadline, never = Deadline(2.0), Deadline(None)
    assert not deadline()
    now[0] = 2.0
    assert deadline()
    now[0] = 1.0
    assert deadline()  # stays over
    assert deadline.reached
    assert not never()


@pytest.mark.parametrize("name", ["karate", "3regular-50", "torus-pm1-8x8", "petersen"])
def test_tree_decomposition_finds_the_best_known(name: str) -> None:
    problem = load_maxcut(name)
    result = qopt.tree_decomposition(problem)
    assert problem.reference is not None
    assert result.value == problem.reference.value
    assert result.properties["proven"]


def test_graphs_that_are_no_tree_at_all_are_refused() -> None:
    with pytest.raises(InputError, match="width 20"):
        qopt.tree_decomposition(qopt.maxcut(nx.complete_graph(23)))
    cubic = qopt.qubo({("a", "b", "c"): 1.0})
    with pytest.raises(InputError, match="quadratic"):
        qopt.tree_decomposition(cubic)
