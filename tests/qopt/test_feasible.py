"""Searches that keep constraints, against enumeration, HiGHS and plain restatements."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations, pairwise, permutations
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qopt
from qminima import InputError
from qopt.classical.neighbourhoods.registry import walk_of
from qopt.classical.neighbourhoods.walk import Walk
from qopt.problems.binary import BinaryProblem
from qopt.problems.knapsack import Knapsack, random_items
from qopt.problems.portfolio import random_assets
from qopt.problems.travelling_salesman import random_cities
from simulator import bitstring

Make = Callable[[int], BinaryProblem]


def graph(nodes: int, density: float, seed: int, weighted: bool = False) -> nx.Graph[int]:
    found: nx.Graph[int] = nx.gnp_random_graph(nodes, density, seed=seed)
    random = np.random.default_rng(seed)
    if weighted:
        nx.set_node_attributes(found, {v: float(random.random()) for v in found}, "weight")
    return found


def one_way(cities: int, seed: int) -> BinaryProblem:
    """Distances that differ in both directions."""
    return qopt.travelling_salesman(np.random.default_rng(seed).random((cities, cities)))


# Problems of each kind by seed: small enough for enumeration, and of up to 100 variables.
SMALL: dict[str, Make] = {
    "portfolio": lambda seed: qopt.portfolio(**random_assets(12, seed)),
    "one asset": lambda seed: qopt.portfolio(**{**random_assets(6, seed), "budget": 1}),
    "all assets": lambda seed: qopt.portfolio(**{**random_assets(6, seed), "budget": 6}),
    "colouring": lambda seed: qopt.colouring(graph(7, 0.8, seed), 2),
    "three colours": lambda seed: qopt.colouring(graph(5, 1.0, seed), 3),
    "no edges": lambda _: qopt.colouring(nx.empty_graph(3), 2),
    "cities": lambda seed: qopt.travelling_salesman(**random_cities(5, seed)),
    "one way": partial(one_way, 5),
    "three cities": partial(one_way, 3),
    "independent set": lambda seed: qopt.independent_set(graph(12, 0.3, seed)),
    "weighted set": lambda seed: qopt.independent_set(graph(12, 0.4, seed, weighted=True)),
    "no conflicts": lambda _: qopt.independent_set(nx.empty_graph(3)),
    "vertex cover": lambda seed: qopt.vertex_cover(graph(12, 0.3, seed)),
    "weighted cover": lambda seed: qopt.vertex_cover(graph(12, 0.4, seed, weighted=True)),
}
LARGE: dict[str, Make] = {
    "portfolio": lambda seed: qopt.portfolio(**random_assets(25, seed)),
    "colouring": lambda seed: qopt.colouring(graph(20, 0.2, seed), 3),
    "cities": lambda seed: qopt.travelling_salesman(**random_cities(11, seed)),
    "one way": partial(one_way, 11),
    "independent set": lambda seed: qopt.independent_set(graph(100, 0.15, seed)),
    "weighted set": lambda seed: qopt.independent_set(graph(100, 0.15, seed, weighted=True)),
    "weighted cover": lambda seed: qopt.vertex_cover(graph(100, 0.15, seed, weighted=True)),
}


EVERY = SMALL | LARGE


def least(problem: BinaryProblem) -> float:
    """Over all feasible bit strings."""
    n = problem.num_variables
    every = (bitstring(x, n) for x in range(1 << n))
    return min(problem.value(text) for text in every if problem.feasible(text))


def walk(problem: BinaryProblem, seed: int = 0) -> Walk:
    found = walk_of(problem)
    assert found is not None
    return found(problem, np.random.default_rng(seed))


def text(here: Walk) -> str:
    return "".join(map(str, here.bits().tolist()))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", SMALL)
def test_optima_of_small_problems(name: str, seed: int) -> None:
    problem = SMALL[name](seed)
    result = qopt.feasible_search(problem, runs=4, sweeps=500, seed=3)
    assert result.value == pytest.approx(least(problem), abs=1e-9)
    assert result.value == problem.value(str(result.bitstring))


@pytest.mark.parametrize("name", LARGE)
def test_optima_that_highs_proves(name: str) -> None:
    problem = LARGE[name](1)
    oracle = qopt.native_milp(problem, time_limit=60)
    assert oracle.properties["optimal"]
    result = qopt.feasible_search(problem, runs=8, sweeps=2000, seed=1)
    assert result.value <= oracle.value + 1e-6
    assert problem.feasible(str(result.bitstring))


@pytest.mark.parametrize("name", EVERY)
def test_every_bit_string_on_the_way_is_feasible_and_none_is_worse(name: str) -> None:
    problem = EVERY[name](5)
    here, costs = walk(problem), list[float]()
    assert problem.feasible(text(here))
    for step in range(1, 40):
        here.advance(problem.num_variables + 50 * step)
        assert problem.feasible(text(here))
        costs.append(problem.value(text(here)))
    assert all(later <= cost + 1e-9 for cost, later in pairwise(costs))


@pytest.mark.parametrize("name", LARGE)
def test_pieces_make_the_same_walk(name: str) -> None:
    """The state is kept between calls."""
    problem = LARGE[name](2)
    once, pieces = walk(problem, 4), walk(problem, 4)
    once.advance(20_000)
    for until in range(500, 20_500, 500):
        pieces.advance(until)
    assert (text(pieces), pieces.evaluations) == (text(once), once.evaluations)


@pytest.mark.parametrize("name", LARGE)
def test_results_do_not_depend_on_threads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem, found = LARGE[name](3), []
    for threads in (1, 3):
        monkeypatch.setattr("qopt.classical.attempts.thread_count", lambda count=threads: count)
        result = qopt.feasible_search(problem, runs=6, sweeps=300, seed=7)
        found.append((result.bitstring, result.evaluations, result.history))
    assert found[0] == found[1]


def test_a_target_ends_the_search() -> None:
    problem = qopt.colouring(nx.cycle_graph(8), 3)
    result = qopt.feasible_search(problem, seed=1)
    assert (result.value, result.stop_reason) == (0.0, "target reached")
    cover = qopt.vertex_cover(nx.petersen_graph())
    given = qopt.feasible_search(cover, target=6, time_limit=600, seed=1)
    assert (given.value, given.stop_reason) == (6.0, "target reached")
    with pytest.raises(InputError, match="no weight can pass"):
        qopt.feasible_search(cover, target=-1)


def test_problems_without_such_moves() -> None:
    with pytest.raises(InputError, match="no moves that keep the constraints of maxcut"):
        qopt.feasible_search(qopt.maxcut(nx.path_graph(2)))
    with pytest.raises(InputError, match="it takes knapsacks, not maxcut"):
        qopt.pareto_lists(qopt.maxcut(nx.path_graph(2)))


@pytest.mark.parametrize("name", EVERY)
def test_a_search_that_found_nothing_gives_a_feasible_start(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after Ctrl-C in the first attempt."""
    monkeypatch.setattr("qopt.classical.feasible.Attempts.make", lambda *_: None)
    problem = EVERY[name](1)
    assert problem.feasible(str(qopt.feasible_search(problem, seed=1).bitstring))


def test_weights_far_apart() -> None:
    """A light node that nothing keeps out is taken beside ones that are 10^20 times heavier."""
    edges = nx.path_graph(4)
    edges.add_node(4)
    weights = {0: 1.0, 1: 1e20, 2: 2e20, 3: 1e20, 4: 1.0}
    nx.set_node_attributes(edges, weights, "weight")
    result = qopt.feasible_search(qopt.independent_set(edges), runs=1, sweeps=100, seed=1)
    assert result.properties["weight"] == 2e20
    assert str(result.bitstring)[4] == "1"


def no_swap_helps(problem: BinaryProblem, found: str) -> bool:
    """Of a one and a zero."""
    value = problem.value(found)
    for i, j in combinations(range(len(found)), 2):
        bits = list(found)
        bits[i], bits[j] = bits[j], bits[i]
        if problem.value("".join(bits)) < value - 1e-9:
            return False
    return True


def test_portfolios_are_local_optima_of_swaps() -> None:
    problem = qopt.portfolio(**random_assets(40, 3))
    result = qopt.feasible_search(problem, runs=1, sweeps=200, seed=1)
    assert no_swap_helps(problem, str(result.bitstring))


def test_trips_are_local_optima_of_both_moves() -> None:
    """No part of up to three cities is better elsewhere, no part better in the other direction."""
    distances = np.random.default_rng(3).random((12, 12))
    problem = qopt.travelling_salesman(distances)
    result = qopt.feasible_search(problem, runs=1, sweeps=200, seed=1)
    tour = problem.decode(str(result.bitstring))

    def length(cities: list[int]) -> float:
        return sum(float(distances[a, b]) for a, b in zip(cities, [*cities[1:], 0], strict=True))

    changed = []
    for i, j in combinations(range(1, 13), 2):
        part, rest = tour[i:j], tour[:i] + tour[j:]
        changed.append(tour[:i] + part[::-1] + tour[j:])
        if j - i <= 3:
            for p in range(1, len(rest) + 1):
                changed += [rest[:p] + one + rest[p:] for one in (part, part[::-1])]
    assert length(tour) == pytest.approx(result.value)
    assert min(map(length, changed)) >= length(tour) - 1e-9


@given(seed=st.integers(0, 10**6), cities=st.integers(3, 6))
@settings(max_examples=20, deadline=None)
def test_round_trips_of_any_distances(seed: int, cities: int) -> None:
    problem = one_way(cities, seed)
    d = problem.distances  # type: ignore[attr-defined]
    every = [(0, *rest, 0) for rest in permutations(range(1, cities))]
    best = min(sum(d[a, b] for a, b in pairwise(trip)) for trip in every)
    result = qopt.feasible_search(problem, runs=2, sweeps=300, seed=seed)
    assert result.value == pytest.approx(float(best))


def by_weight(problem: Knapsack) -> float:
    """The largest value, by dynamic programming over all weights."""
    best = np.zeros(problem.capacity + 1)
    for value, weight in zip(problem.values, problem.weights, strict=True):
        if weight <= problem.capacity:
            best[weight:] = np.maximum(best[weight:], best[:-weight] + value)
    return float(best[-1])


KNAPSACKS: dict[str, Callable[[int, np.random.Generator], Any]] = {
    "apart": lambda n, r: (r.integers(0, 30, n).astype(float), r.integers(1, 30, n)),
    "real": lambda n, r: (r.random(n), r.integers(1, 30, n)),
    "alike": lambda n, r: ((w := r.integers(1, 50, n)) + 10.0, w),
    "sums": lambda n, r: (2.0 * (w := r.integers(1, 50, n)), w),
    "large": lambda n, r: (1e12 + r.integers(0, 9, n), r.integers(1, 9, n)),
}


@pytest.mark.parametrize("name", KNAPSACKS)
@given(seed=st.integers(0, 10**6), items=st.integers(1, 40), share=st.floats(0, 1.1))
@settings(max_examples=40, deadline=None)
def test_knapsacks_by_weight(name: str, seed: int, items: int, share: float) -> None:
    values, weights = KNAPSACKS[name](items, np.random.default_rng(seed))
    problem = qopt.knapsack(values.tolist(), weights.tolist(), int(share * weights.sum()))
    result = qopt.pareto_lists(problem)
    assert problem.feasible(str(result.bitstring))
    assert problem.score(str(result.bitstring)) == pytest.approx(by_weight(problem), rel=1e-12)
    assert result.properties["proven"] == (name != "real" or not values.any())


def test_cut_lists_prove_nothing_and_are_feasible(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = np.random.default_rng(1).integers(1, 10**6, 60)
    problem = qopt.knapsack((weights + 10**5).tolist(), weights.tolist(), int(weights.sum()) // 2)
    monkeypatch.setattr("qopt.classical.pareto_lists._FIRST", 2)
    monkeypatch.setattr("qopt.classical.pareto_lists.MOST_CHOICES", 200)
    result = qopt.pareto_lists(problem)
    assert not result.properties["proven"]
    assert result.stop_reason == "lists became too long"
    assert problem.feasible(str(result.bitstring))
    assert result.warnings


def test_lists_grow_until_they_are_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = qopt.knapsack(**random_items(50, 3))
    monkeypatch.setattr("qopt.classical.pareto_lists._FIRST", 1)
    result = qopt.pareto_lists(problem)
    assert result.properties["proven"]
    assert problem.score(str(result.bitstring)) == by_weight(problem)
