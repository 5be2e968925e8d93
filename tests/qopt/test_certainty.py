"""How far the best value of a run is trusted, and how it is shown."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import combinations

import networkx as nx
import numpy as np
import pytest

import qopt
from qminima.result import Reference, Result
from qopt.results import plain_data, solution_text
from qopt.solving.certainty import best_known
from qopt.solving.table import best_line
from qopt.solving.verdict import verdict


def solved(problem: qopt.Problem, *methods: str) -> Reference:
    reference = qopt.solve(problem, list(methods), seed=0).reference  # type: ignore[arg-type]
    assert reference is not None
    return reference


class TestObviousBounds:
    """What meets a bound that the data shows at once is optimal, whoever found it."""

    def test_no_conflicts(self) -> None:
        reference = solved(qopt.colouring(nx.petersen_graph(), 3), "annealing")
        assert (reference.value, reference.certainty) == (0.0, "proven")
        assert reference.reason == "there cannot be fewer than 0"
        assert reference.entry()["reason"] == reference.reason

    def test_all_clauses(self) -> None:
        reference = solved(qopt.max_sat([(1, 2), (-1, 3), (-2, -3)]), "breakout")
        assert (reference.value, reference.certainty) == (0.0, "proven")

    def test_all_edges(self) -> None:
        graph = nx.Graph([("a", "b", {"weight": 0.1}), ("b", "c", {"weight": 0.7})])
        assert solved(qopt.maxcut(graph), "greedy").certainty == "proven"
        # A weight that is rounded away is no less a weight.
        graph.add_edge("a", "c", weight=-1e-30)
        assert solved(qopt.maxcut(graph), "greedy").certainty == "proven"
        graph.add_edge("a", "c", weight=1e-30)
        assert solved(qopt.maxcut(graph), "greedy").certainty == "estimate"

    def test_odd_sums(self) -> None:
        reference = solved(qopt.partition([3, 1, 1, 2, 2, 2]), "annealing")
        assert (reference.value, reference.certainty) == (1.0, "proven")

    def test_what_is_above_it_is_an_estimate(self) -> None:
        reference = solved(qopt.colouring(nx.complete_graph(4), 3), "annealing")
        assert (reference.value, reference.certainty) == (1.0, "estimate")
        assert reference.reason is None

    def test_bounds_are_no_worse(self) -> None:
        problem = qopt.colouring(nx.petersen_graph(), 3)
        bound = qopt.semidefinite_bound(problem)
        assert bound.value == 0.0
        assert bound.properties["bound_from"] == "trivial"
        assert qopt.goemans_williamson(problem, seed=0).properties["lower_bound"] == 0.0
        assert qopt.milp(problem, time_limit=0.01).properties["lower_bound"] == 0.0
        knapsack = qopt.knapsack([4.0, 3.0], [10**6, 3], 10**7)
        assert qopt.semidefinite_bound(knapsack).value >= -7.0


class TestBoundsOfMethods:
    def test_a_cut_within_less_than_one_of_its_bound(self) -> None:
        """The relaxation of a cycle of five is 4.5225, and cuts are whole."""
        reference = solved(qopt.maxcut(nx.cycle_graph(5)), "greedy", "sdp")
        assert (reference.value, reference.certainty) == (-4.0, "proven")
        assert reference.reason == "it reaches the bound by semidefinite relaxation"

    def test_how_far_the_optimum_can_be(self) -> None:
        reference = solved(qopt.maxcut(nx.complete_graph(9)), "greedy", "sdp")
        assert (reference.value, reference.certainty) == (-20.0, "proven")  # 20.25
        spins = qopt.spin_glass(9, seed=2)
        estimate = solved(spins, "annealing", "sdp")
        assert estimate.certainty == "estimate"
        least = qopt.enumeration(spins).value
        assert estimate.within is not None
        assert estimate.value - estimate.within <= least
        assert estimate.entry()["within"] == estimate.within

    def test_what_highs_calls_optimal(self) -> None:
        problem = qopt.knapsack([4, 3, 2], [3, 2, 2], capacity=4)
        reference = solved(problem, "native", "annealing")
        assert (reference.value, reference.certainty) == (-5.0, "best known")
        assert reference.reason == "optimal within the tolerances of HiGHS"
        assert solved(problem, "native", "exact").certainty == "proven"

    def test_tree_decomposition_of_real_weights(self) -> None:
        random = np.random.default_rng(0)
        terms: dict[tuple[Hashable, ...], float] = {
            (j, j + step): float(random.normal()) for j in range(30) for step in (1, 2)
        }
        reference = solved(qopt.ising(terms), "tree")
        assert reference.certainty == "estimate"
        assert reference.within is not None
        assert 0 < reference.within < 1e-10


OFFSET: dict[tuple[Hashable, ...], float] = {
    **{(j,): -1e9 - cost for j, cost in enumerate((0.8553, 0.9465, 0.9848))},
    **dict.fromkeys(combinations(range(3), 2), 2e9),
}


def found(method: str, bits: str, kind: str = "classical", seconds: float = 0.1) -> Result:
    problem = qopt.qubo(OFFSET)
    value = problem.value(bits)
    return Result(
        method, "quantum" if kind == "quantum" else "classical", value, "cost", {}, seconds,
        bitstring=bits, properties={"objective": value},
        expectation=-6e8 if kind == "quantum" else None,
        settings={"depth": 1, "shots": 8, "space": "x"},
    )  # fmt: skip


class TestLargeConstants:
    """Costs near -1e9 that differ by 0.04."""

    def test_they_are_told_apart_in_the_verdict(self) -> None:
        results = [found("tabu", "001"), found("QAOA", "010", "quantum")]
        reference = best_known(qopt.qubo(OFFSET), results)
        text = verdict(qopt.qubo(OFFSET), results, reference)
        assert "best of 8 samples: objective -1000000000.9465" in text
        assert text.startswith("Classical wins: it found the better solution.")
        assert "tabu: objective -1000000000.9848 in 100 ms" in text

    def test_none_is_optimal_but_the_least(self) -> None:
        results = [found("greedy", "010"), found("QAOA", "010", "quantum")]
        reference = Reference(qopt.qubo(OFFSET).value("001"), "enumeration", "proven")
        assert "proven optimal" not in verdict(qopt.qubo(OFFSET), results, reference)

    def test_all_digits_that_matter(self) -> None:
        reference = Reference(-1000000000.9848, "tabu", "estimate", within=0.059)
        line = best_line(qopt.qubo(OFFSET), reference, 14)
        assert line == (
            "best objective -1000000000.9848 (estimate, tabu, within 0.059 of the optimum)"
        )


@pytest.mark.parametrize(
    ("solution", "text"),
    [
        (({2, 4}, {1, 3}), "2, 4 | 1, 3"),
        (({(0, 1), (1, 0)}, {(0, 0), (1, 1)}), "(0, 1), (1, 0) | (0, 0), (1, 1)"),
        (({"b", "a"}, set()), "a, b | nothing"),
        (([1.0, 2.0], [3.0, 0.5]), "1.0, 2.0 | 3.0, 0.5"),
        ({("a", 1): 0, "b": 1}, "('a', 1): 0, b: 1"),
        ([(0, 1), (2, 3)], "(0, 1), (2, 3)"),
        ([["x", 1], ["y", 2]], "['x', 1], ['y', 2]"),
        ({(1, "a"), ("b", 2), 7, None}, None),
        ({"a, b", "c"}, "'a, b', c"),
        ({np.int64(3), np.int64(1)}, "1, 3"),
        ([], "nothing"),
    ],
)
def test_solutions_as_text(solution: object, text: str | None) -> None:
    shown = solution_text(solution)
    assert text is None or shown == text
    plain_data(solution)
    if isinstance(solution, set):  # in the same order
        assert len(plain_data(solution)) == len(solution)
