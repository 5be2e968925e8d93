"""Random regular graphs without short cycles, measured by networkx."""

from __future__ import annotations

import networkx as nx
import pytest

from qminima import InputError
from qopt import regular_graph_with_girth


@pytest.mark.parametrize(
    ("degree", "nodes", "girth"),
    [
        (3, 60, 5),
        (3, 200, 6),
        (3, 400, 7),
        (4, 300, 5),
        (2, 50, 10),
        (2, 5, 5),
        (3, 4, 3),
        (5, 40, 4),
    ],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_regular_and_without_short_cycles(degree: int, nodes: int, girth: int, seed: int) -> None:
    graph = regular_graph_with_girth(degree, nodes, girth, seed=seed)
    assert list(graph) == list(range(nodes))
    assert nx.is_k_regular(graph, degree)
    assert nx.girth(graph) >= girth


@pytest.mark.parametrize("girth", [3, 6, 10**9])
@pytest.mark.parametrize(("degree", "nodes"), [(0, 1), (0, 5), (1, 2), (1, 6)])
def test_graphs_without_cycles(degree: int, nodes: int, girth: int) -> None:
    graph = regular_graph_with_girth(degree, nodes, girth, seed=0)
    assert nx.is_k_regular(graph, degree)
    assert len(graph) == nodes


def test_seed_decides() -> None:
    one, same, other = (regular_graph_with_girth(3, 100, 5, seed=seed) for seed in (1, 1, 2))
    assert set(one.edges) == set(same.edges) != set(other.edges)


@pytest.mark.parametrize(
    ("degree", "nodes", "girth", "message"),
    [
        (3, 11, 3, "even number"),
        (3, 3, 3, "nodes - 1"),
        (-1, 4, 3, "nodes - 1"),
        (0, 0, 3, "nodes - 1"),
        (3, 10, 2, "girth of at least 3"),
        (3, 8, 5, "more than 8 nodes"),
        (3, 12, 6, "more than 12 nodes"),
        (2, 4, 5, "more than 4 nodes"),
        (3, 10_000, 10**9, "more than 10000 nodes"),
        (4, 18, 5, "found no"),
    ],
)
def test_what_no_graph_has(degree: int, nodes: int, girth: int, message: str) -> None:
    """The least 4-regular graph of girth 5 has 19 nodes (N. Robertson, 1964)."""
    with pytest.raises(InputError, match=message):
        regular_graph_with_girth(degree, nodes, girth, seed=0)
