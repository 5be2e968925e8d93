"""Annealing on neighbour lists, and the recombination of its solutions."""

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
from qminima import InputError
from qminima.limits import Deadline
from qopt.classical import cooling
from qopt.classical.attempts import Attempts
from qopt.classical.clusters import Pairs, cluster_model, shared_clusters
from qopt.classical.cooling import Schedule, cool, schedules
from qopt.classical.memetic import Evolution
from qopt.classical.spin_model import SpinModel, spin_model
from qopt.instances.loading import load_maxcut
from qopt.kernels.annealing import MARKS, anneal, exchange_cluster
from simulator import Polynomial
from simulator.typing import Floats


def model_of(seed: int, n: int = 8, density: float = 0.6) -> tuple[SpinModel, Polynomial]:
    random = np.random.default_rng(seed)
    terms: dict[tuple[int, ...], float] = {(): 0.7}
    terms |= {(j,): float(random.normal()) for j in range(0, n, 2)}
    for pair in combinations(range(n), 2):
        if random.random() < density:
            terms[pair] = float(random.normal())
    return spin_model(Polynomial(terms), n), Polynomial(terms)


def index(spins: Floats) -> int:
    return sum(1 << j for j, spin in enumerate(spins[:-1]) if spin < 0)


@given(seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_models_have_the_costs_of_the_polynomial(seed: int) -> None:
    model, cost = model_of(seed)
    spins = model.random_spins(np.random.default_rng(seed))
    at = index(spins)
    assert model.value(model.cost(spins)) == pytest.approx(cost.value(at))
    changes = [cost.value(at ^ 1 << j) - cost.value(at) for j in range(8)]
    assert model.unit * model.gains(spins)[:-1] == pytest.approx(changes)


def test_sweeps_keep_the_gains() -> None:
    model, _ = model_of(1)
    spins = model.random_spins(np.random.default_rng(0))
    gains = model.gains(spins)
    random = np.array([7], dtype=np.uint64)
    betas = np.geomspace(0.1, 30, 200)
    anneal(0, spins, gains, 8, *model[:3], random, betas, MARKS)
    assert gains == pytest.approx(model.gains(spins))
    assert spins[-1] == 1.0


@pytest.mark.parametrize("beta", [0.3, 1.0])
def test_long_runs_sample_the_boltzmann_distribution(beta: float) -> None:
    """Frequencies of all 16 states of four spins, by chi squared of 15 degrees of freedom."""
    model, cost = model_of(3, n=4, density=1.0)
    spins = model.random_spins(np.random.default_rng(0))
    gains, counts, draws = model.gains(spins), np.zeros(16), 40_000
    random = np.array([11], dtype=np.uint64)
    for _ in range(draws):  # ten sweeps apart: about independent
        anneal(0, spins, gains, 4, *model[:3], random, np.full(10, beta), MARKS)
        counts[index(spins)] += 1
    weights = np.exp(-beta / model.unit * np.array([cost.value(x) for x in range(16)]))
    expected = draws * weights / weights.sum()
    assert float(((counts - expected) ** 2 / expected).sum()) < 45  # one in 10,000 is larger


def test_rare_flips_are_made_as_often_as_they_should() -> None:
    """Beyond the leading bits of a random number: exp(-10), 45 in a million."""
    model = spin_model(Polynomial({(0,): -1.0}), 1)
    spins, random = np.ones(2), np.array([5], dtype=np.uint64)
    gains, made, sweeps = model.gains(spins), 0, 4_000_000
    made = anneal(0, spins, gains, 1, *model[:3], random, np.full(sweeps, 5.0), MARKS)
    expected = 2 * sweeps * np.exp(-10)  # each is undone at once
    assert abs(made - expected) < 5 * np.sqrt(2 * expected)


def test_temperatures_of_equal_weights() -> None:
    geometric, quadratic = schedules(spin_model(load_maxcut("3regular-50").cost, 50))
    assert geometric[:2] == quadratic[:2] == pytest.approx((1 / np.sqrt(3), 4.5))
    for schedule in (geometric, quadratic):
        betas = schedule.betas(0.0, 10)
        assert betas[[0, -1]] == pytest.approx(schedule[:2])
        assert (np.diff(betas) > 0).all()
        assert schedule.betas(0.5, 10)[-1] == pytest.approx(schedule.cold)


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], list[int]]:
    """Let each look at the clock take some seconds; the looks are counted."""

    def start(tick: float) -> list[int]:
        looks = [0]

        def clock() -> float:
            looks[0] += 1
            return looks[0] * tick

        monkeypatch.setattr("qminima.limits.monotonic", clock)
        return looks

    return start


def test_a_run_that_has_no_time_cools_faster(
    ticking: Callable[[float], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cooling, "_PIECE", 2000)
    problem = load_maxcut("3regular-50")
    ticking(0.2)
    result = qopt.annealing(problem, reads=1, sweeps=10**7, seed=1, time_limit=1.0)
    assert result.evaluations < 50 * 10**7
    assert result.stop_reason == "time limit reached"
    # In the end it is cold: no single flip makes the cut larger.
    assert result.bitstring is not None
    for k in range(50):
        flipped = result.bitstring[:k] + str(1 - int(result.bitstring[k]))
        assert problem.value(flipped + result.bitstring[k + 1 :]) >= result.value


@pytest.mark.parametrize("method", [qopt.annealing, qopt.memetic, qopt.tempering])
def test_all_of_the_time_is_used(method: Any, ticking: Callable[[float], list[int]]) -> None:
    """By the clock of the limit, which stands still but where it is asked."""
    looks = ticking(0.01)
    result = method(qopt.spin_glass(60, seed=1), seed=0, time_limit=2.0)
    assert result.stop_reason == "time is over"
    assert 0.9 * 200 <= looks[0] <= 300


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_do_not_change_counted_attempts(threads: int) -> None:
    problem = load_maxcut("petersen")
    strings = ["0101010101", "0000000000", "1111100000", "0101010101"]
    attempts = Attempts(problem, Deadline(None), len(strings))
    attempts.make(lambda k: (strings[k], k + 1), threads)
    assert attempts.best.bitstring == min(strings, key=problem.value)
    assert attempts.evaluations == 10
    assert [count for count, _ in attempts.history] == sorted(c for c, _ in attempts.history)


def test_errors_of_threads_are_raised() -> None:
    def fail(number: int) -> tuple[str, int]:
        raise ValueError(str(number))

    with pytest.raises(ValueError, match="0"):
        Attempts(load_maxcut("petersen"), Deadline(None), 4).make(fail, 2)


@given(seed=st.integers(0, 1000), parents=st.integers(2, 4))
@settings(max_examples=30)
def test_clusters_turn_as_a_whole(seed: int, parents: int) -> None:
    """The cost of turned clusters is that of the spins; parents are among the solutions."""
    model, _ = model_of(seed, density=0.4)
    random, pairs = np.random.default_rng(seed), Pairs.of(model)
    solutions = [model.random_spins(random) for _ in range(parents)]
    clusters = shared_clusters(pairs, solutions)
    assert set(clusters) == set(range(clusters[-1] + 1))
    base = solutions[0]
    merged = cluster_model(pairs, base, clusters)
    turned = merged.random_spins(random)
    shift = model.cost(base) - merged.cost(np.ones(len(turned)))
    assert merged.cost(turned) + shift == pytest.approx(model.cost(base * turned[clusters]))
    for other in solutions[1:]:  # each parent is some turn of the clusters
        overlap = base * other
        assert all(len(set(overlap[clusters == c])) == 1 for c in range(clusters[-1] + 1))


@pytest.mark.parametrize("fields", [False, True])
def test_memetic_annealing_finds_ground_states(fields: bool) -> None:
    """A toroidal grid of signs, whose optimum branch and bound proves."""
    problem: Any = load_maxcut("torus-pm1-8x8")
    if fields:
        problem, _ = qopt.spin_glass(18, seed=2), None
    best = qopt.memetic(problem, rounds=1, seed=0)
    exact = qopt.tree_decomposition(problem) if not fields else qopt.enumeration(problem)
    assert best.value == pytest.approx(exact.value)
    assert best.bitstring == qopt.memetic(problem, rounds=1, seed=0).bitstring


def test_recombination_never_loses_the_best() -> None:
    model, _ = model_of(5, n=30)
    evolution = Evolution(model, 1, None)
    evolution.start(1)
    best = min(evolution.costs)
    for _ in range(10):
        evolution.recombine(2)
        assert min(evolution.costs) <= best
        best = min(evolution.costs)
        assert evolution.costs == pytest.approx([model.cost(one) for one in evolution.members])


@given(seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_an_exchange_of_a_cluster_keeps_the_sum_of_costs(seed: int) -> None:
    model, _ = model_of(seed, n=12, density=0.2)
    random = np.random.default_rng(seed)
    spins = [model.random_spins(random) for _ in range(2)]
    before, gains = [one.copy() for one in spins], [model.gains(one) for one in spins]
    differ = np.flatnonzero(spins[0] != spins[1])
    if not len(differ):
        return
    site, members = int(random.choice(differ)), np.zeros(13, dtype=np.int64)
    size = exchange_cluster(
        0, model.weights, model.starts, model.others, 12, *spins, *gains, site, members
    )
    graph: nx.Graph[int] = nx.empty_graph(13)
    pairs = Pairs.of(model)
    graph.add_edges_from(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    cluster = nx.node_connected_component(graph.subgraph(differ.tolist()), site)
    assert set(members[:size].tolist()) == cluster
    for k in range(13):
        for one, other in ((0, 1), (1, 0)):
            assert spins[one][k] == before[other if k in cluster else one][k]
    assert sum(map(model.cost, spins)) == pytest.approx(sum(map(model.cost, before)))
    for state, changes in zip(spins, gains, strict=True):
        assert changes == pytest.approx(model.gains(state))


def test_tempering_finds_ground_states() -> None:
    torus = load_maxcut("torus-pm1-8x8")
    best = qopt.tempering(torus, runs=1, rounds=100, seed=0, target=None)
    assert torus.reference is not None
    assert best.value == torus.reference.value
    glass = qopt.spin_glass(16, seed=1)
    found = qopt.tempering(glass, seed=2, rounds=40)
    assert found.value == pytest.approx(qopt.enumeration(glass).value)
    assert found.bitstring == qopt.tempering(glass, seed=2, rounds=40).bitstring


@pytest.mark.parametrize("target", [float("nan"), "12", True, 31.0])
def test_targets_that_cannot_be_reached(target: Any) -> None:
    for method in (qopt.annealing, qopt.memetic, qopt.tempering):
        with pytest.raises(InputError, match="target"):
            method(qopt.maxcut(nx.cycle_graph(30)), target=target)


def test_searches_end_at_a_target() -> None:
    problem = load_maxcut("3regular-100")
    for method in (qopt.annealing, qopt.memetic, qopt.tempering):
        result = method(problem, target=120, seconds=600, seed=0)
        assert result.stop_reason == "target reached"
        assert result.properties["cut"] >= 120
        assert result.seconds < 300


def test_a_cost_without_terms_or_with_one_variable() -> None:
    assert qopt.memetic(qopt.maxcut(nx.empty_graph(2)), rounds=1).value == 0
    assert qopt.memetic(qopt.ising({("a",): 1.0}), rounds=1).value == -1.0
    spins = np.ones(2)
    model = spin_model(Polynomial({(0,): 1.0}), 1)
    assert cool(model, spins, 5, Schedule(1.0, 2.0), np.random.default_rng(0)) == 5
