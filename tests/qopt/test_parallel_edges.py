"""Graphs in which two nodes have several edges: added up on request, refused otherwise."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import qopt
from qminima import InputError
from qopt.problems.graphs import UnusedAttributeWarning

MULTIGRAPH: nx.MultiGraph[str] = nx.MultiGraph(
    [("a", "b", {"weight": 2}), ("b", "a", {"weight": 3}), ("b", "c", {"weight": 1})]
)  # whose largest cut is 6; networkx.Graph keeps one of the parallel edges only


def test_parallel_edges_add_up_on_request() -> None:
    """A public report: a multigraph made simple by networkx.Graph gave 4."""
    both_ways = nx.DiGraph(
        [("a", "b", {"weight": 2}), ("b", "a", {"weight": 3}), ("b", "c", {"weight": 1})]
    )
    for graph in (MULTIGRAPH, both_ways, nx.MultiDiGraph(MULTIGRAPH)):
        with pytest.raises(InputError, match=r'parallel="sum" \(--set parallel=sum\)'):
            qopt.maxcut(graph)
        halves = 2 if isinstance(graph, nx.MultiDiGraph) else 1  # which has every edge twice
        problem = qopt.maxcut(graph, parallel="sum")
        assert qopt.enumeration(problem).value == -6 * halves
        assert problem.graph.edges["a", "b"]["weight"] == 5 * halves
        assert list(problem.graph) == ["a", "b", "c"]
    assert qopt.ising(MULTIGRAPH, parallel="sum").score("010") == -6
    assert qopt.qubo(MULTIGRAPH, parallel="sum").score("111") == 6
    simple = nx.path_graph(3)
    assert qopt.maxcut(simple, parallel="sum").graph.edges == simple.edges


def test_weights_of_parallel_edges() -> None:
    """Those without one count 1; sums of NumPy's small integers do not wrap around."""
    graph: nx.MultiGraph[int] = nx.MultiGraph()
    graph.add_edge(0, 1, capacity=np.int8(100), colour="red")
    graph.add_edge(0, 1, capacity=np.int8(100))
    graph.add_edge(0, 1)
    graph.add_edge(1, 2, capacity=Decimal("0.5"))
    graph.add_edge(1, 2, capacity=Fraction(1, 4))
    merged = qopt.maxcut(graph, weight="capacity", parallel="sum").graph
    assert merged.edges[0, 1] == {"capacity": 201, "colour": "red"}
    assert merged.edges[1, 2]["capacity"] == 0.75
    with pytest.raises(InputError, match="no edge has an attribute 'weigth'"):
        qopt.maxcut(graph, weight="weigth", parallel="sum")
    with pytest.warns(UnusedAttributeWarning, match="capacity"):
        assert qopt.maxcut(graph, parallel="sum").graph.edges[0, 1]["weight"] == 3
    graph.add_edge(1, 2, capacity="2")
    with pytest.raises(InputError, match="weight of the edge 1 - 2, got '2'"):
        qopt.maxcut(graph, weight="capacity", parallel="sum")
    with pytest.raises(InputError, match=r"unknown way .* Known are: sum"):
        qopt.maxcut(graph, parallel="max")
    with pytest.raises(InputError, match="edge to itself"):
        qopt.maxcut(nx.MultiGraph([(0, 0), (0, 1)]), parallel="sum")
    for terms in ({("a",): 1.0}, np.eye(2)):
        with pytest.raises(InputError, match="edges of a graph"):
            qopt.qubo(terms, parallel="sum")


def test_problems_without_weights_merge_as_networkx_does() -> None:
    for make in (qopt.independent_set, qopt.vertex_cover, qopt.colouring):
        with pytest.raises(InputError, match=r"networkx\.Graph\(graph\)"):
            make(MULTIGRAPH)
        assert make(nx.Graph(MULTIGRAPH)).num_variables >= 3


def test_files_with_parallel_edges(tmp_path: Path) -> None:
    rudy, data = tmp_path / "g.rud", tmp_path / "g.json"
    rudy.write_text("3 3\n1 2 2\n2 1 3\n2 3 1\n")
    data.write_text(json.dumps(nx.node_link_data(MULTIGRAPH, edges="edges")))
    for path in (rudy, data):
        with pytest.raises(InputError, match="--set parallel=sum"):
            qopt.load_problem(path)
        problem = qopt.load_problem(path, settings={"parallel": "sum"})
        assert qopt.enumeration(problem).value == -6
        assert problem.reference is None
    assert qopt.read_rudy(rudy, parallel="sum").edges[1, 2]["weight"] == 5
    with pytest.raises(InputError, match="Known are: sum"):
        qopt.read_rudy(rudy, parallel="last")
    assert nx.utils.graphs_equal(qopt.read_file(data), MULTIGRAPH)
    content = {"problem": "maxcut", "graph": json.loads(data.read_text()), "parallel": "sum"}
    data.write_text(json.dumps(content))
    problem = qopt.load_problem(data)
    assert qopt.enumeration(problem).value == -6
    qopt.write_file(problem, data)
    assert "parallel" not in json.loads(data.read_text())
    assert qopt.enumeration(qopt.load_problem(data)).value == -6
