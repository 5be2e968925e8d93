"""Nothing is called proven that is not, whatever weights there are: held against fractions."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qopt
from qminima import InputError, Progress
from qminima.limits import Deadline
from qminima.result import Result
from qopt.classical.proofs.claims import last_digit, optimality, rounded_down, rounded_up
from qopt.classical.proofs.exact import ExactCost, common_unit, exact_cost, exact_total
from qopt.classical.proofs.fixed_edges import FixedEdges
from qopt.classical.proofs.proof_check import check

Terms = dict[tuple[Hashable, ...], float]
METHODS: list[Callable[[qopt.Problem], Result]] = [
    qopt.enumeration,
    qopt.milp,
    qopt.tree_decomposition,
]


def every_cost(terms: Terms, n: int, *, spins: bool) -> dict[str, Fraction]:
    """The exact cost of every bit string."""
    found = {}
    for bits in product((0, 1), repeat=n):
        values = [1 - 2 * bit for bit in bits] if spins else bits
        cost = Fraction(0)
        for term, weight in terms.items():
            factor = Fraction(weight)
            for variable in term:
                assert isinstance(variable, int)
                factor *= values[variable]
            cost += factor
        found["".join(map(str, bits))] = cost
    return found


def check_claims(terms: Terms, n: int, *, spins: bool, allowed: float = 0.0) -> set[str]:
    """Hold what methods claim against all costs; the names of those that prove the optimum."""
    problem = (qopt.ising if spins else qopt.qubo)(terms, labels=range(n))
    costs = every_cost(terms, n, spins=spins)
    least, proving = min(costs.values()), set()
    for method in METHODS:
        result = method(problem)
        assert result.bitstring is not None
        gap = costs[result.bitstring] - least
        if result.properties["proven"]:
            assert gap <= allowed
            proving.add(result.method)
        else:
            assert gap <= Fraction(result.properties["within"])
        if "lower_bound" in result.properties:
            assert Fraction(result.properties["lower_bound"]) <= least
    return proving


def magnitudes() -> st.SearchStrategy[float]:
    """Weights from 1e-12 to 1e12 with any digits."""
    return st.builds(
        lambda share, power: share * 10.0**power, st.floats(-1, 1), st.integers(-12, 12)
    )


@settings(max_examples=25)
@given(data=st.data())
def test_weights_of_all_sizes(data: st.DataObject) -> None:
    n, spins = data.draw(st.integers(1, 5)), data.draw(st.booleans())
    places = [(i,) for i in range(n)] + list(combinations(range(n), 2))
    terms: Terms = {
        place: weight for place in places
        if (weight := data.draw(st.none() | magnitudes())) is not None
    }  # fmt: skip
    if data.draw(st.booleans()):
        terms[()] = 1e9 * data.draw(st.floats(-1, 1))
    assert check_claims(terms, n, spins=spins) >= {"enumeration", "HiGHS"}


def one_hot(n: int, penalty: float, seed: int) -> Terms:
    """P (sum x - 1)^2 without its constant, and costs of about one."""
    random = np.random.default_rng(seed)
    terms: Terms = {(i,): -penalty - float(random.random()) for i in range(n)}
    pairs = combinations(range(n), 2)
    return terms | {pair: 2 * penalty + 0.1 * float(random.normal()) for pair in pairs}


@pytest.mark.parametrize("penalty", [1e3, 1e6, 1e9, 1e12])
@pytest.mark.parametrize("seed", range(2))
def test_penalties_without_their_constant(penalty: float, seed: int) -> None:
    """Costs that differ by far less than 1e-6 of their value, but visibly."""
    terms = one_hot(8, penalty, seed)
    assert check_claims(terms, 8, spins=False) >= {"enumeration", "HiGHS"}
    bound = qopt.semidefinite_bound(qopt.qubo(terms, labels=range(8))).value
    assert Fraction(bound) <= min(every_cost(terms, 8, spins=False).values())


@pytest.mark.parametrize("unit", [1.0, 0.1, 1e-12, 1e12, 1 / 3])
@pytest.mark.parametrize("seed", range(2))
def test_ties_of_weights_in_one_unit(unit: float, seed: int) -> None:
    """Weights that are multiples of a unit as they are written: many optima, equal but for bits."""
    random = np.random.default_rng(seed)
    terms: Terms = {
        pair: float(random.integers(-3, 4) * unit) for pair in combinations(range(7), 2)
    }
    size = sum(map(abs, terms.values()))
    assert check_claims(terms, 7, spins=True, allowed=3e-16 * size) == {
        "enumeration", "HiGHS", "tree decomposition",
    }  # fmt: skip


def torus(side: int) -> qopt.MaxCut:
    """A torus of normal weights."""
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(side, side, periodic=True))
    random = np.random.default_rng(3)
    for edge in graph.edges:
        graph.edges[edge]["weight"] = float(random.normal())
    return qopt.maxcut(graph)


def test_proofs_of_real_weights_hold_to_the_last_digit() -> None:
    proof = qopt.prove_cut(torus(5), "0" * 25, Deadline(60))
    assert check(proof.record()).optimal
    assert proof.leaves > 1


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 9])
def test_a_proof_that_is_ended_anywhere_holds(
    count: int, stop_at: Callable[[int], Progress]
) -> None:
    problem = torus(4)
    proof = qopt.prove_cut(problem, "0" * 16, Deadline(60), stop_at(count))
    checked = check(proof.record())
    assert checked.cut <= checked.bound
    assert checked.optimal or proof.interrupted
    assert Fraction(-qopt.enumeration(problem).value) <= checked.bound + Fraction(1, 10**12)


def test_what_time_does_not_suffice_for_is_within_a_gap() -> None:
    result = qopt.milp(qopt.spin_glass(50, seed=1), time_limit=0.3)
    assert not result.properties["proven"]
    missing = result.value - result.properties["lower_bound"]
    assert result.properties["within"] == pytest.approx(missing, rel=1e-12)
    assert missing > 1


@given(data=st.data())
def test_inequalities_of_implied_edges(data: st.DataObject) -> None:
    """They hold for all cuts, with equality for those that have the fixed values."""
    n = data.draw(st.integers(2, 6))
    graph = nx.gnp_random_graph(n, 0.7, seed=data.draw(st.integers(0, 99)))
    edges = list(graph.edges)
    forest: nx.Graph[int] = nx.Graph()
    forest.add_nodes_from(range(n))
    values: dict[int, int] = {}
    for number, (u, v) in enumerate(edges):
        if data.draw(st.booleans()) and not nx.has_path(forest, u, v):
            forest.add_edge(u, v)
            values[number] = data.draw(st.integers(0, 1))
    ends = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    fixed = FixedEdges(n, (ends[0], ends[1]), values)
    assert {*fixed.free, *fixed.implied, *values} == set(range(len(edges)))
    assert fixed.free == [
        number for number, (u, v) in enumerate(edges) if not nx.has_path(forest, u, v)
    ]
    for edge, value in fixed.implied.items():
        row = fixed.inequality(edge)
        for sides in product((0, 1), repeat=n):
            cut = [sides[u] ^ sides[v] for u, v in edges]
            left = sum(sign * cut[one] for one, sign in row.coefficients)
            assert left <= row.bound
            if all(cut[one] == wanted for one, wanted in values.items()):
                assert cut[edge] == value
                assert left == row.bound


def test_common_units() -> None:
    assert common_unit([Fraction(6), Fraction(-4), Fraction(0)]) == (Fraction(2), Fraction(0))
    unit, off = common_unit([Fraction(0.1), Fraction(0.2), Fraction(0.1 + 0.2)])
    assert unit == pytest.approx(0.1)
    assert 0 < off < 1e-15
    for none in (
        [],
        [Fraction(1), Fraction(0.1 * 3**0.5)],
        [Fraction(1e12), Fraction(1e12 + 1e-4)],
    ):
        assert common_unit(none) == (Fraction(0), Fraction(0))


def test_a_gap_below_the_steps_of_costs_hides_nothing() -> None:
    problem = qopt.maxcut(nx.path_graph(3))
    cost = exact_cost(problem)
    assert cost.resolution == 1
    assert optimality(problem, "000", Fraction(9, 10), cost) == {"proven": True}
    assert optimality(problem, "000", Fraction(1), cost) == {"proven": False, "within": 1.0}
    assert optimality(problem, "010", Fraction(1), cost) == {"proven": True}  # all edges are cut
    lossy = ExactCost(cost.terms, Fraction(1, 8), Fraction(0))
    assert optimality(problem, "000", Fraction(0), lossy) == {"proven": False, "within": 0.25}


def test_rounding_to_either_side() -> None:
    third = Fraction(1, 3)
    assert Fraction(rounded_down(third)) <= third <= Fraction(rounded_up(third))
    assert rounded_down(Fraction(-7, 2)) == rounded_up(Fraction(-7, 2)) == -3.5


def test_last_digits() -> None:
    assert last_digit(-9.9848) == pytest.approx(9.9848e-9)
    assert last_digit(-1000000000.9848) == pytest.approx(1e-4)
    assert last_digit(0.0) == 0


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 3 * 2**60 + 1, np.int64(2**53 + 1)])
def test_whole_numbers_that_a_double_rounds_are_refused(number: Any) -> None:
    """Proofs would be of other numbers: the heaps 2^53 + 1 | 2^53, 1 differ by zero."""
    graph = nx.path_graph(2)
    graph.edges[0, 1]["weight"] = number
    for make in (
        lambda: qopt.partition([number, 2**53, 1]),
        lambda: qopt.qubo({("a",): number}),
        lambda: qopt.maxcut(graph),
        lambda: qopt.portfolio([0.1, number], [[1, 0], [0, 1]], 1),
    ):
        with pytest.raises(InputError, match="that double precision holds"):
            make()
    assert qopt.enumeration(qopt.partition([2**53 + 2, 2**53, 2])).value == 0


@given(st.lists(st.fractions(max_denominator=2**60), max_size=20))
def test_totals_over_one_denominator(weights: list[Fraction]) -> None:
    assert exact_total(weights) == sum(weights, Fraction(0))


@given(
    st.dictionaries(
        st.sets(st.integers(0, 6), max_size=4).map(lambda one: tuple(sorted(one))),
        st.floats(-1e30, 1e30).map(Fraction) | st.integers(-(2**70), 2**70).map(Fraction),
        max_size=12,
    ),
    st.integers(0, 127),
)
def test_exact_costs_term_by_term(terms: dict[tuple[int, ...], Fraction], number: int) -> None:
    bits = f"{number:07b}"
    signs = (
        weight * (-1) ** sum(bits[spin] == "1" for spin in spins) for spins, weight in terms.items()
    )
    assert ExactCost(terms, Fraction(0), Fraction(0)).of(bits) == sum(signs, Fraction(0))
