"""Enumeration against plain loops over all bit strings."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qopt
from qminima import InputError, Reference
from qopt.instances.loading import load_maxcut
from simulator import Polynomial


@dataclass(frozen=True, eq=False)
class Spins:
    """A problem that is nothing but a polynomial."""

    cost: Polynomial
    num_variables: int
    name: str = "spins"
    reference: Reference | None = None
    score_name: str = "score"
    kind: str = "polynomial"
    maximise: bool = False
    constrained: bool = False

    def value(self, bitstring: str) -> float:
        z = [1 - 2 * int(bit) for bit in bitstring]
        return sum(w * float(np.prod([z[q] for q in qubits])) for qubits, w in self.cost.terms)

    def score(self, bitstring: str) -> float:
        return -self.value(bitstring)

    def feasible(self, bitstring: str) -> bool:
        return True

    def decode(self, bitstring: str) -> Any:
        return bitstring

    def describe(self) -> dict[str, Any]:
        return {"name": self.name}


@st.composite
def polynomials(draw: st.DrawFn) -> Spins:
    n = draw(st.integers(1, 7))
    keys = st.frozensets(st.integers(0, n - 1), max_size=4).map(lambda key: tuple(sorted(key)))
    weights = st.integers(-9, 9) | st.floats(-5, 5)
    return Spins(Polynomial(draw(st.dictionaries(keys, weights, max_size=12))), n)


@given(problem=polynomials())
def test_least_cost_of_any_polynomial(problem: Spins) -> None:
    least = min(problem.value("".join(b)) for b in product("01", repeat=problem.num_variables))
    result = qopt.enumeration(problem)
    assert result.value == pytest.approx(least, abs=1e-12)
    assert result.bitstring is not None
    assert result.value == problem.value(result.bitstring)
    assert result.properties["proven"] is True
    assert result.converged


@pytest.mark.parametrize("seed", range(4))
def test_best_cut_of_weighted_graphs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(9))
    graph.add_weighted_edges_from(
        (u, v, float(rng.normal())) for u, v in combinations(range(9), 2) if rng.random() < 0.7
    )
    best = max(
        nx.cut_size(graph, {v for v in graph if x >> v & 1}, weight="weight") for x in range(512)
    )
    result = qopt.enumeration(qopt.maxcut(graph))
    assert result.properties["cut"] == pytest.approx(best)
    assert result.evaluations == 256  # flipping all bits changes nothing


@pytest.mark.parametrize("n", [1, 5, 18, 19, 20])
def test_several_pieces(n: int) -> None:
    """Independent fields have a known optimum at any size; 2^18 values make a piece."""
    fields = np.random.default_rng(n).normal(size=n)
    problem = Spins(Polynomial({(q,): float(h) for q, h in enumerate(fields)}), n)
    result = qopt.enumeration(problem)
    assert result.bitstring == "".join("1" if h > 0 else "0" for h in fields)
    assert result.value == pytest.approx(-np.abs(fields).sum())
    assert result.evaluations == 2**n


def test_one_variable_and_constants() -> None:
    assert qopt.enumeration(qopt.maxcut(nx.empty_graph(1))).bitstring == "0"
    assert qopt.enumeration(Spins(Polynomial({(): -2.5}), 3)).value == -2.5
    assert qopt.enumeration(Spins(Polynomial({(0,): 1.0}), 1)).bitstring == "1"


def test_time_limit_takes_the_proof_away() -> None:
    problem = load_maxcut("3regular-20")
    result = qopt.enumeration(problem, time_limit=1e-9)
    assert result.properties["proven"] is False
    assert not result.converged
    assert result.evaluations == 2**18
    assert "time limit" in result.warnings[0]
    assert result.bitstring is not None
    assert result.value == problem.value(result.bitstring)


def test_time_limit_that_is_met_late_leaves_the_proof() -> None:
    result = qopt.enumeration(load_maxcut("petersen"), time_limit=1e-9)
    assert result.properties["proven"] is True


def test_too_many_variables() -> None:
    with pytest.raises(InputError, match=r"up to 26 variables, or a space of .*, got 27"):
        qopt.enumeration(qopt.maxcut(nx.path_graph(27)))


KNAPSACKS = [
    ([40, 23, 26], [6695, 7635, 2158], 8244, 40),
    ([3, 14, 19], [6411, 4000, 8856], 9633, 19),
    (
        [100029, 100015, 100003, 100010, 100007],
        [1046375, 661069, 769167, 949003, 423630],
        1048575,
        100029,
    ),
]


@pytest.mark.parametrize(("values", "weights", "capacity", "best"), KNAPSACKS)
def test_large_penalties_hide_nothing(
    values: list[int], weights: list[int], capacity: int, best: int
) -> None:
    """What rounding cannot tell apart is scored from the data, or nothing is called proven."""
    problem = qopt.knapsack(values, weights, capacity)
    result = qopt.enumeration(problem)
    assert result.value == -best
    assert result.properties["proven"]
    other = qopt.milp(problem, time_limit=1)
    assert other.value == -best or not other.properties["proven"]
    if other.properties["proven"]:
        assert other.properties["lower_bound"] >= other.value - 0.5


def test_what_cannot_be_told_apart_is_not_proven() -> None:
    pairs: dict[tuple[Hashable, ...], float] = {(j, j + 1): 1.0 for j in range(1, 12)}
    result = qopt.enumeration(qopt.ising({(0,): 1e17, **pairs}))
    assert not result.properties["proven"]
    assert "too large" in result.warnings[0]


def test_a_space_is_searched_within_its_limit() -> None:
    problem, space, _ = qopt.load_problem("22", "portfolio").native()  # type: ignore[misc]
    cut = qopt.enumeration(problem, space=space, time_limit=1e-9)
    assert not cut.converged
    assert not cut.properties["proven"]
    assert cut.evaluations < space.size
    small, room, _ = qopt.load_problem("6", "portfolio").native()  # type: ignore[misc]
    assert qopt.enumeration(small, space=room).properties["proven"]
    # Without its space, the cost without penalty has an optimum that is no solution.
    bare = qopt.enumeration(small)
    assert bare.is_solution or not bare.properties["proven"]
