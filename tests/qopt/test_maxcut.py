"""The MaxCut problem: cost, scores and labels."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qopt
from qminima import InputError, Reference
from simulator import FlipSymmetric, Qubits


@st.composite
def weighted_graphs(draw: st.DrawFn) -> nx.Graph[int]:
    """Graphs of 1 to 8 nodes in shuffled order, weights of either sign."""
    n = draw(st.integers(1, 8))
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(draw(st.permutations(range(n))))
    for u, v in combinations(range(n), 2):
        weight = draw(st.none() | st.integers(-4, 4) | st.floats(-1e3, 1e3))
        if weight is not None and 0 < abs(weight) < 1e-100:
            weight = None  # too small to be squared; refused, as another test shows
        if weight is not None:
            graph.add_edge(u, v, weight=weight)
    return graph


def cut(graph: nx.Graph[int], bitstring: str) -> float:
    ones = {node for node, bit in zip(graph, bitstring, strict=True) if bit == "1"}
    return float(nx.cut_size(graph, ones, weight="weight"))


@given(graph=weighted_graphs())
def test_cost_is_minus_the_cut_of_every_bit_string(graph: nx.Graph[int]) -> None:
    problem = qopt.maxcut(graph)
    n = len(graph)
    on_all = problem.cost.values(Qubits(n)).to_array()
    on_half = problem.cost.values(FlipSymmetric(n)).to_array()
    tolerance = 1e-12 * (1 + sum(abs(w) for _, _, w in graph.edges(data="weight", default=1)))
    for letters in product("01", repeat=n):
        bitstring = "".join(letters)
        configuration = int(bitstring[::-1], 2)
        expected = -cut(graph, bitstring)
        assert problem.value(bitstring) == pytest.approx(expected, abs=tolerance)
        assert problem.cost.value(configuration) == pytest.approx(expected, abs=tolerance)
        assert on_all[configuration] == pytest.approx(expected, abs=tolerance)
        if configuration < len(on_half):
            assert on_half[configuration] == pytest.approx(expected, abs=tolerance)


@given(
    labels=st.lists(
        st.integers()
        | st.text(max_size=3)
        | st.frozensets(st.integers(), max_size=2)
        | st.tuples(st.booleans(), st.text(max_size=1))
        | st.binary(max_size=2),
        min_size=1,
        max_size=6,
        unique=True,
    ),
    data=st.data(),
)
def test_labels_of_any_hashable_kind_come_back(labels: list[object], data: st.DataObject) -> None:
    graph: nx.Graph[object] = nx.path_graph(labels)
    problem = qopt.maxcut(graph)
    chosen = data.draw(st.lists(st.sampled_from("01"), min_size=len(graph), max_size=len(graph)))
    bitstring = "".join(chosen)
    zeros, ones = problem.decode(bitstring)
    assert list(problem.nodes) == labels
    assert zeros == {label for label, bit in zip(labels, chosen, strict=True) if bit == "0"}
    assert ones == set(labels) - zeros
    assert problem.score(bitstring) == sum(a != b for a, b in pairwise(chosen))


@pytest.mark.parametrize("bitstring", ["", "0", "0100", "01 ", "012", "01\n", "٠١٠", "0b1"])
def test_wrong_bit_strings_are_refused(bitstring: str) -> None:
    problem = qopt.maxcut(nx.path_graph(3))
    for read in (problem.score, problem.value, problem.decode):
        with pytest.raises(InputError, match="expected 3 characters 0 or 1"):
            read(bitstring)


def test_problem_does_not_follow_later_changes_of_the_graph() -> None:
    graph = nx.path_graph(3)
    problem = qopt.maxcut(graph)
    graph.add_edge(0, 2)
    graph.edges[0, 1]["weight"] = 9
    assert problem.score("010") == 2
    assert problem.describe()["edges"] == 2


def test_no_cut_costs_plain_zero() -> None:
    problem = qopt.maxcut(nx.path_graph(2))
    assert str(problem.value("00")) == "0.0"


def test_weight_attribute_is_chosen() -> None:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edge(0, 1, weight=2, length=5)
    graph.add_edge(1, 2)
    assert qopt.maxcut(graph).score("010") == 3
    assert qopt.maxcut(graph, weight="length").score("010") == 6
    with pytest.raises(InputError, match="no edge has an attribute 'absent'"):
        qopt.maxcut(graph, weight="absent")


def test_isolated_nodes_are_variables() -> None:
    graph = nx.empty_graph(4)
    graph.add_edge(1, 3, weight=-2)
    problem = qopt.maxcut(graph, name="islands", reference=Reference(0, "by eye", "proven"))
    assert problem.num_variables == 4
    assert problem.score("0001") == -2
    assert problem.describe() == {
        "name": "islands", "kind": "maxcut", "nodes": 4, "edges": 1, "total_weight": -2.0,
    }  # fmt: skip


def test_weights_whose_sum_overflows_are_refused() -> None:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 1e308), (1, 2, 1e308)])
    with pytest.raises(InputError, match="too large"):
        qopt.maxcut(graph)
    graph.edges[1, 2]["weight"] = -1e308
    with pytest.raises(InputError, match="too large"):
        qopt.maxcut(graph)


def test_graphs_that_cannot_be_cut_make_no_problem() -> None:
    for graph in (nx.DiGraph([(0, 1)]), nx.Graph(), nx.Graph([(0, 0)])):
        with pytest.raises(InputError):
            qopt.maxcut(graph)
