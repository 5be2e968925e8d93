"""The graphs whose cuts are timed, with nodes 0, 1, ... in order."""

from __future__ import annotations

from random import Random

import networkx as nx


def cubic(nodes: int) -> nx.Graph[int]:
    """A random 3-regular graph."""
    return _ordered(nx.random_regular_graph(3, nodes, seed=7))


def signed_torus(rows: int = 100, columns: int = 200) -> nx.Graph[int]:
    """A toroidal grid with weights 1 and -1, drawn in the order of edges."""
    grid = nx.grid_2d_graph(rows, columns, periodic=True)
    graph = _ordered(nx.convert_node_labels_to_integers(grid))
    draw = Random(81)
    for _, _, attributes in graph.edges(data=True):
        attributes["weight"] = 1 if draw.random() < 0.5 else -1
    return graph


def _ordered(graph: nx.Graph[int]) -> nx.Graph[int]:
    """The same graph, whose nodes and edges do not depend on how it was made."""
    ordered: nx.Graph[int] = nx.Graph()
    ordered.add_nodes_from(sorted(graph))
    ordered.add_edges_from(sorted((min(edge), max(edge)) for edge in graph.edges))
    return ordered
