"""Methods as sources of runs: budgets kept, costs counted, shots true to the state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from math import log, sqrt
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qopt
from qminima import InputError
from qminima.statistics import success_probability
from qopt.classical import one_exchange, random_assignment
from qopt.classical.one_exchange import local_search
from qopt.instances.loading import load_problem
from qopt.methods.fits import check_fits
from qopt.methods.registry import COMPARED, METHODS, USUAL
from qopt.problems.binary import BinaryProblem
from qopt.problems.instance import Instance
from qopt.problems.portfolio import random_assets
from qopt.sampling import length
from qopt.sampling.budget import Account, Budget
from qopt.sampling.circuits import circuit_runs, own_angles, shared_angles, table_angles
from qopt.sampling.drawn import Drawn
from qopt.sampling.task import Task, seeds
from qopt.study.device_time import Device, rounds_of
from qopt.study.methods import Contender, contenders
from qopt.study.runs import Runs
from qopt.study.tuning import LENGTHS, choose, usual_length
from simulator import Expectation, bitstring

GRAPH = nx.random_regular_graph(3, 10, seed=3)
CUT = qopt.maxcut(GRAPH, name="cut")
PROBLEMS: dict[str, BinaryProblem] = {
    "cut": CUT,
    "fields": qopt.ising({("a",): 0.5, ("b",): -1.5, ("a", "b"): 1.0, ("b", "c"): -0.7}),
    "independent set": qopt.independent_set(nx.cycle_graph(7)),
    "one node": qopt.maxcut(nx.empty_graph(1)),
    "no edges": qopt.maxcut(nx.empty_graph(3)),
    "partition": qopt.partition([4, 5, 6, 7, 8.5, 0.5]),
    "portfolio": load_problem("6", "portfolio"),
    "colouring": qopt.colouring(nx.complete_graph(3), 2),
    "salesman": load_problem("4", "travelling-salesman"),
    "knapsack": qopt.knapsack([4, 3, 2], [3, 2, 2], 4),
}


def task(problem: BinaryProblem, seed: int | None = 1, **changes: Any) -> Task:
    budget = Budget(runs=50, evaluations=20_000)
    made = Task(Instance.of(problem), budget, None if seed is None else (seed,), sweeps=3)
    return replace(made, **changes)


def suited(method: str, usual: BinaryProblem) -> BinaryProblem:
    """The usual problem, or a portfolio of as many assets for what works on constraints only."""
    if METHODS[method].made_for is None:
        return usual
    return qopt.portfolio(**random_assets(usual.num_variables, 1))


def optima(problem: BinaryProblem) -> set[str]:
    n = problem.num_variables
    every = [bitstring(x, n) for x in range(1 << n)]
    least = min(problem.value(text) for text in every)
    return {text for text in every if problem.value(text) <= least + 1e-9}


class TestBudget:
    @given(
        runs=st.integers(1, 2000),
        evaluations=st.integers(1, 10_000) | st.none(),
        each=st.integers(1, 500),
    )
    def test_batches_spend_all_that_is_allowed_and_no_more(
        self, runs: int, evaluations: int | None, each: int
    ) -> None:
        account = Account(Budget(runs, evaluations))
        allowed = runs if evaluations is None else min(runs, evaluations // each)
        if allowed == 0:
            with pytest.raises(InputError, match="one run takes"):
                next(account.batches(each))
            return
        assert sum(account.batches(each)) == allowed == account.runs
        assert account.evaluations == allowed * each
        assert account.left(each) == 0

    def test_time_ends_batches_but_not_before_the_first(self) -> None:
        account = Account(Budget(runs=10**6, evaluations=None, seconds=1e-9))
        assert list(account.batches(1)) == [1]

    @pytest.mark.parametrize(
        "wrong", [{"runs": 0}, {"evaluations": 0}, {"seconds": -1.0}, {"seconds": float("nan")}]
    )
    def test_what_is_no_budget(self, wrong: dict[str, float]) -> None:
        with pytest.raises(InputError, match="expected"):
            Budget(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("method", [name for name in COMPARED if not METHODS[name].quantum])
def test_contract_of_every_sampler(method: str, name: str) -> None:
    problem = PROBLEMS[name]
    entry = Contender(method)
    given_task = task(problem)
    try:
        check_fits(given_task.instance, method, 1)
    except InputError:
        made_for = METHODS[method].made_for
        assert made_for is not None
        assert not made_for(problem)
        return
    drawn = entry.sample(given_task)
    assert all(len(text) == problem.num_variables for text in drawn.bitstrings)
    assert all(set(text) <= {"0", "1"} for text in drawn.bitstrings)
    assert len(drawn.bitstrings) <= 50
    assert drawn.seconds >= 0
    assert drawn.simulation_seconds == 0
    assert drawn.rounds is None
    if drawn.evaluations is not None and not drawn.once:
        # A descent that has begun is finished.
        assert 0 < drawn.evaluations <= 20_000 + 10 * problem.num_variables**2
    least = min(problem.value(text) for text in optima(problem))
    if drawn.bound is not None:
        assert drawn.bound <= least + 1e-9
    if drawn.proven:
        assert drawn.bitstrings[0] in optima(problem)
    assert entry.sample(given_task).bitstrings == drawn.bitstrings
    runs = Runs.of(problem, drawn)
    assert runs.number == len(drawn.bitstrings)
    feasible = [text for text in drawn.bitstrings if problem.feasible(text)]
    if feasible:
        assert runs.costs[0] == min(problem.value(text) for text in feasible)
        assert runs.best is not None
        assert problem.value(runs.best) == runs.costs[0]
        best = optima(problem)
        assert runs.successes(least + 1e-9) == sum(text in best for text in feasible)


@pytest.mark.parametrize("method", ["random", "local", "annealing", "tabu", "breakout", "gw"])
def test_seeds_make_the_runs(method: str) -> None:
    one, other = (Contender(method).sample(task(CUT, seed)).bitstrings for seed in (1, 2))
    assert one != other
    Contender(method).sample(task(CUT, None))


@pytest.mark.parametrize("method", [name for name in COMPARED if METHODS[name].shortest])
def test_a_run_of_some_length_takes_so_many_looks_at_each_variable(method: str) -> None:
    length = max(17, METHODS[method].shortest or 1)
    problem = suited(method, CUT)
    drawn = Contender(method).sample(task(problem, sweeps=length))
    each = (drawn.evaluations or 0) / 10 / len(drawn.bitstrings)
    # Annealing makes exactly so many sweeps; the others may overrun, and are charged for that.
    assert each == {"annealing": 17, "tabu": 18}.get(method, each)
    assert length <= each <= 1.4 * length
    assert drawn.settings == {"sweeps": length}
    with pytest.raises(InputError, match=r"one run takes 30,0.0 evaluations"):
        Contender(method).sample(task(problem, sweeps=3000))


@pytest.mark.parametrize("method", [name for name in COMPARED if METHODS[name].shortest])
def test_longer_runs_are_better(method: str) -> None:
    """On a spin glass of 60 spins, where one sweep does not suffice."""
    glass = suited(method, qopt.spin_glass(60, seed=1))
    budget = Budget(runs=20, evaluations=None)
    short = max(10, METHODS[method].shortest or 1)
    means = [
        Runs.of(glass, Contender(method).sample(task(glass, sweeps=n, budget=budget))).mean
        for n in (short, 30 * short if short < 100 else 1000)
    ]
    assert means[0] is not None
    assert means[1] is not None
    assert means[1] < means[0] - (0.005 if method == "memetic" else 1)


def test_uniform_samples_meet_optima_as_often_as_there_are_optima() -> None:
    drawn = random_assignment.sample(task(CUT, budget=Budget(20_000, None)))
    best = optima(CUT)
    hits = sum(text in best for text in drawn.bitstrings)
    found = success_probability(hits, 20_000, confidence=0.9999)
    assert found.low <= len(best) / 1024 <= found.high
    ones = np.mean([[bit == "1" for bit in text] for text in drawn.bitstrings], axis=0)
    assert np.abs(ones - 0.5).max() < 5 * 0.5 / sqrt(20_000)


def test_uniform_samples_keep_what_the_mixer_keeps() -> None:
    problem = load_problem("6", "portfolio")
    drawn = random_assignment.sample(task(problem))
    assert all(problem.feasible(text) for text in drawn.bitstrings)


def descent(problem: BinaryProblem, text: str) -> tuple[str, int]:
    """Steepest descent by hand, and the costs it looks at."""
    looked = 0
    while True:
        value = problem.value(text)
        flipped = [
            text[:j] + ("1" if text[j] == "0" else "0") + text[j + 1 :] for j in range(len(text))
        ]
        looked += len(text)
        changes = [problem.value(one) - value for one in flipped]
        best = int(np.argmin(changes))
        if changes[best] >= -1e-9:
            return text, looked
        text = flipped[best]


def test_descents_and_what_they_look_at() -> None:
    starts = [bitstring(int(x), 10) for x in np.random.default_rng(0).integers(0, 1024, 40)]
    glass = qopt.spin_glass(10, seed=1)  # in which no two flips change the cost alike
    drawn = local_search(task(glass), iter(starts))
    by_hand = [descent(glass, text) for text in starts]
    assert [glass.value(text) for text in drawn.bitstrings] == [glass.value(t) for t, _ in by_hand]
    assert drawn.evaluations == sum(looked for _, looked in by_hand)
    short = local_search(task(glass, budget=Budget(1000, 100)), iter(starts))
    assert 100 <= (short.evaluations or 0) < 100 + 110


def test_descents_from_uniform_samples_end_in_local_optima() -> None:
    drawn = one_exchange.sample(task(CUT))
    assert len(drawn.bitstrings) == 50
    assert all(descent(CUT, text)[0] == text for text in drawn.bitstrings)


@pytest.mark.parametrize("method", [name for name in COMPARED if METHODS[name].shortest])
def test_where_only_time_counts_lengths_are_found(method: str) -> None:
    budget = Budget(runs=None, evaluations=None, seconds=0.1)
    problem = suited(method, qopt.spin_glass(20, seed=1))
    drawn = Contender(method).sample(task(problem, sweeps=None, budget=budget))
    assert drawn.bitstrings  # how many, and how long, depends on how busy the machine is
    assert drawn.settings["sweeps"] >= 1


def test_a_run_takes_a_tenth_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock that knows only the length of runs, a sweep taking a millisecond."""
    clock = [0.0]

    class Watch:
        def __init__(self) -> None:
            self.begun = clock[0]

        def __call__(self) -> float:
            return clock[0] - self.begun

    def run(length: int) -> None:
        clock[0] += 1e-3 * length

    monkeypatch.setattr(length, "Stopwatch", Watch)
    for seconds in (5.0, 50.0):
        given = task(CUT, sweeps=None, budget=Budget(None, None, seconds))
        assert length.fitting_length(given, run) == pytest.approx(100 * seconds, rel=0.01)


class TestCircuits:
    def test_known_angles_are_those_of_the_tree(self) -> None:
        drawn = circuit_runs("qaoa-fixed", task(CUT, depth=2))
        assert drawn.settings["angles"] == pytest.approx(qopt.tree_angles(2))
        assert drawn.training.evaluations == 0
        assert drawn.evaluations == len(drawn.bitstrings) == 50
        assert drawn.seconds == 0 < drawn.simulation_seconds

    def test_shots_follow_the_state(self) -> None:
        budget = Budget(20_000, None)
        drawn = circuit_runs("qaoa-fixed", task(CUT, depth=3, budget=budget))
        circuit = qopt.qaoa(CUT, 3)
        exact = Expectation(circuit, CUT.cost).success_probability(drawn.settings["angles"])
        assert drawn.settings["optimum_probability"] == pytest.approx(exact)
        best = optima(CUT)
        hits = sum(text in best for text in drawn.bitstrings)
        found = success_probability(hits, 20_000, confidence=0.9999)
        assert found.low <= exact <= found.high

    def test_descents_after_shots(self) -> None:
        plain = circuit_runs("qaoa-fixed", task(CUT, depth=1))
        both = circuit_runs("qaoa-fixed", task(CUT, depth=1, then_local=True))
        by_hand = [descent(CUT, text) for text in plain.bitstrings]
        assert both.evaluations == 50 + sum(looked for _, looked in by_hand)
        assert [CUT.value(text) for text in both.bitstrings] == [CUT.value(t) for t, _ in by_hand]

    def test_a_budget_ends_descents_and_counts_only_the_shots_that_were_used(self) -> None:
        both = circuit_runs(
            "qaoa-fixed", task(CUT, depth=1, budget=Budget(1000, 300), then_local=True)
        )
        used = len(both.bitstrings)
        plain = circuit_runs("qaoa-fixed", task(CUT, depth=1, budget=Budget(1000, 300)))
        by_hand = sum(descent(CUT, text)[1] for text in plain.bitstrings[:used])
        assert both.evaluations == used + by_hand

    def test_training_on_the_instance_counts_its_shots(self) -> None:
        given_task = task(CUT, depth=2, budget=Budget(50, 400_000), training_shots=100)
        found = own_angles(given_task, 2, "double")
        start = table_angles(given_task.instance, 2)
        circuit = qopt.qaoa(CUT, 2)
        energy = Expectation(circuit, CUT.cost)
        scale = qopt.gamma_scale(CUT.cost)
        units = np.repeat([scale, 1.0], 2)
        assert energy(units * found.scaled) < energy(units * start.scaled)
        assert found.converged
        step = (1 + 4 * 2) * 100
        assert found.training.evaluations % step == 0
        assert 0 < found.training.evaluations == found.training.shots <= 400_000
        assert own_angles(given_task, 2, "double") is found

    def test_training_keeps_its_budget(self) -> None:
        few = own_angles(task(CUT, depth=2, budget=Budget(50, 20_000)), 2, "double")
        assert few.training.shots == 2 * 9 * 1000
        assert not few.converged
        with pytest.raises(InputError, match="one step of training 4 angles takes 9,000 shots"):
            own_angles(task(CUT, depth=2, budget=Budget(50, 8_999)), 2, "double")

    def test_shared_angles_are_good_on_others(self) -> None:
        others = [
            qopt.maxcut(nx.random_regular_graph(3, n, seed=n), name=str(n)) for n in (8, 10, 12)
        ]
        budget = Budget(1000, 3_000_000)
        tasks = [task(one, depth=1, budget=budget) for one in others]
        found = shared_angles(tasks, 1, "double")
        # The optimum of one layer on the infinite tree, which triangles and squares move a little.
        assert found.scaled == pytest.approx(qopt.tree_angles(1), abs=0.12)
        drawn = circuit_runs("qaoa-shared", task(CUT, depth=1, angles=tuple(found.scaled.tolist())))
        assert drawn.settings["angles"] == pytest.approx(found.scaled)

    def test_shared_angles_are_those_of_least_mean(self) -> None:
        """The mean over two graphs, each in its scaled units, against programs of each."""
        graphs = [nx.random_regular_graph(3, 8, seed=1), nx.random_regular_graph(4, 10, seed=1)]
        others = [qopt.maxcut(graph, name=str(k)) for k, graph in enumerate(graphs)]
        tasks = [task(one, depth=1, budget=Budget(1000, 10**8)) for one in others]
        found = shared_angles(tasks, 1, "double").scaled

        def mean(angles: Any) -> float:
            total = 0.0
            for one in others:
                scale = qopt.gamma_scale(one.cost)
                energy = Expectation(qopt.qaoa(one, 1), one.cost)
                total += scale * energy([scale * angles[0], angles[1]]) / one.num_variables
            return total

        least = mean(found)
        for step in (0.03, -0.03):
            assert mean(found + np.array([step, 0])) > least
            assert mean(found + np.array([0, step])) > least

    def test_gammas_are_rescaled_to_the_instance(self) -> None:
        graph: nx.Graph[int] = nx.Graph()
        graph.add_weighted_edges_from((u, v, 2.0) for u, v in GRAPH.edges)
        heavy = qopt.maxcut(graph)
        drawn = circuit_runs("qaoa-fixed", task(heavy, depth=2))
        gammas, betas = np.split(qopt.tree_angles(2), 2)
        assert drawn.settings["angles"] == pytest.approx([*(gammas / 2), *betas])

    def test_constraints_stay_in_the_space(self) -> None:
        problem = load_problem("6", "portfolio")
        drawn = circuit_runs("qaoa-fixed", task(problem, depth=1))
        assert all(problem.feasible(text) for text in drawn.bitstrings)
        assert drawn.rounds is None  # the preparation of such a state is not modelled
        assert drawn.settings["angles_from"] == "linear ramp"


class TestDevice:
    def test_every_qubit_does_one_thing_at_a_time(self) -> None:
        """A round more than the largest degree suffices (Vizing); first fit takes less than 2 d."""
        for seed in range(5):
            cut = qopt.maxcut(nx.random_regular_graph(3, 20, seed=seed))
            assert 3 <= (rounds_of(qopt.qaoa(cut, 1)) or 0) - 2 <= 5
        path = qopt.maxcut(nx.path_graph(5))
        assert rounds_of(qopt.qaoa(path, 1)) == 1 + 2 + 1
        matching = qopt.maxcut(nx.Graph([(0, 1), (2, 3)]))
        assert rounds_of(qopt.qaoa(matching, 4)) == 1 + 4 * 2

    def test_terms_of_higher_degree(self) -> None:
        cubic = qopt.qubo({("x", "y", "z"): 1.0})  # and its pairs and fields
        assert rounds_of(qopt.qaoa(cubic, 1)) == 1 + 3 + 3 + 1
        four = qopt.ising({(0, 1, 2, 3): 1.0, (4,): 1.0})
        assert rounds_of(qopt.qaoa(four, 2)) == 1 + 2 * (5 + 1)

    def test_other_circuits_are_not_modelled(self) -> None:
        problem = qopt.multi_angle_qaoa(CUT, 1)
        assert rounds_of(problem) is None
        with pytest.raises(InputError, match="gate_time above zero"):
            Device(gate_time=0)


class TestContenders:
    def test_circuits_come_at_each_depth_and_with_controls(self) -> None:
        found = contenders(["tabu", "qaoa"], [3, 1], controls=True, shared=False)
        assert [one.label for one in found] == [
            "uniform samples",
            "uniform + one-exchange",
            "tabu",
            "QAOA, trained angles, p = 1",
            "QAOA, trained angles, p = 1 + one-exchange",
            "QAOA, trained angles, p = 3",
            "QAOA, trained angles, p = 3 + one-exchange",
        ]
        assert [one.control for one in found] == [True, True, False, False, True, False, True]
        plain = contenders(["tabu", "qaoa"], [3], controls=False, shared=False)
        assert len(plain) == 2

    def test_classical_methods_alone_need_no_controls(self) -> None:
        assert len(contenders(["tabu"], [3], controls=True, shared=False)) == 1

    def test_all_have_names_of_their_own(self) -> None:
        every = contenders(COMPARED, [1, 2], controls=True, shared=True)
        assert len({one.label for one in every}) == len(every)
        assert set(USUAL) <= set(COMPARED)

    @pytest.mark.parametrize(
        ("methods", "depths", "message"),
        [
            (["tabbu"], [1], "unknown method 'tabbu'; did you mean tabu"),
            (["tabu", "tabu"], [1], "each method once"),
            (["qaoa"], [], "different depths"),
            (["qaoa"], [2, 2], "different depths"),
            (["qaoa"], [0], "a depth of at least 1"),
            (["qaoa-shared"], [1], "name some, by train_on"),
        ],
    )
    def test_what_cannot_be_compared(
        self, methods: list[str], depths: list[int], message: str
    ) -> None:
        with pytest.raises(InputError, match=message):
            contenders(methods, depths, controls=True, shared=False)


class TestTuning:
    @pytest.fixture(scope="class")
    @staticmethod
    def others() -> list[BinaryProblem]:
        return [qopt.spin_glass(30, seed=seed) for seed in (1, 2)]

    @pytest.mark.parametrize("method", [name for name in COMPARED if METHODS[name].shortest])
    def test_the_length_of_least_median_is_chosen_within_the_budget(
        self, method: str, others: list[BinaryProblem]
    ) -> None:
        budget = Budget(runs=1000, evaluations=2_000_000)
        others = [suited(method, one) for one in others]
        tasks = [task(one, budget=budget) for one in others]
        goals = [qopt.breakout(one, seed=0).value + 1e-9 for one in others]
        found = choose(Contender(method), tasks, goals)
        shortest = METHODS[method].shortest or 1
        assert [length for length, _ in found.table] == [n for n in LENGTHS if n >= shortest]
        solved = {length: value for length, value in found.table if value is not None}
        assert found.sweeps == min(solved, key=lambda length: solved[length])
        assert 0 < found.training.evaluations <= 2_000_000

    @pytest.mark.parametrize(("chances", "best"), [((0.9, 0.9, 0.9), 10), ((0.0, 0.5, 0.9), 30)])
    def test_what_is_worth_its_length(
        self, monkeypatch: pytest.MonkeyPatch, chances: tuple[float, ...], best: int
    ) -> None:
        """Runs of 10, 30 and 100 with a known chance: T = length ln 0.01/ln(1 - p)."""
        by_length = dict(zip((10, 30, 100), chances, strict=True))
        optimum = min(optima(CUT))

        def sampler(given: Task) -> Drawn:
            hits = round(100 * by_length.get(given.sweeps or 0, 0.0))
            texts = [optimum] * hits + ["0" * 10] * (100 - hits)
            return Drawn(bitstrings=texts, evaluations=100 * 10 * (given.sweeps or 0))

        monkeypatch.setitem(METHODS, "tabu", replace(METHODS["tabu"], sampler=sampler))
        found = choose(
            Contender("tabu"), [task(CUT, budget=Budget(100, 10**9))], [CUT.value(optimum)]
        )
        assert found.sweeps == best
        needed = {length: value for length, value in found.table if value is not None}
        expected = {
            length: max(1.0, log(0.01) / log(1 - p)) * 10 * length
            for length, p in by_length.items()
            if p
        }
        assert needed == pytest.approx(expected)

    def test_where_nothing_is_solved_nothing_is_chosen(self, others: list[BinaryProblem]) -> None:
        tasks = [task(one, budget=Budget(10, 30_000)) for one in others]
        found = choose(Contender("annealing"), tasks, [-1e9, -1e9])
        assert found.sweeps is None
        assert all(value is None for _, value in found.table)

    def test_too_small_a_budget(self, others: list[BinaryProblem]) -> None:
        tasks = [task(one, budget=Budget(10, 100)) for one in others]
        with pytest.raises(InputError, match="allows not one run"):
            choose(Contender("tabu"), tasks, [0.0, 0.0])

    def test_the_usual_length_leaves_room_for_ten_runs(self) -> None:
        assert usual_length("tabu", Budget(1, None), 50) == 100
        assert usual_length("tabu", Budget(1, 10**9), 50) == 100
        assert usual_length("annealing", Budget(1, 15_000), 50) == 30
        assert usual_length("annealing", Budget(1, 10), 50) == 1
        assert usual_length("tabu", Budget(1, 10), 50) == 10
        assert usual_length("tabu", Budget(None, None, seconds=1.0), 50) is None


def test_seeds_depend_on_names_only() -> None:
    assert seeds(None, "tabu", 1) is None
    assert seeds(1, "tabu", 1) == seeds(1, "tabu", 1)
    every: Iterator[tuple[int, ...] | None] = (
        seeds(s, name, k) for s in (0, 1) for name in ("tabu", "breakout") for k in range(5)
    )
    assert len(set(islice(every, 20))) == 20
