"""DIMACS graphs, as in the benchmarks of colouring and cliques: edges without weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx

from qminima.errors import InputError, shorten

from ..problems.graphs import check_graph
from .rudy import add_edge
from .text import check_size, read_lines, write_lines

_HEADER = "'p edge NODES EDGES'"


def read_dimacs_graph(path: str | Path) -> nx.Graph[int]:
    """Read a DIMACS graph: ``p edge NODES EDGES``, then ``e i j`` lines with nodes from 1.

    Lines that begin with c are comments. Many published files list each edge in both directions,
    and count either the lines or the edges; all these are read.

    Raises:
        InputError: for a file that is missing or malformed, edges that do not agree with the
            header, nodes out of range, or self-loops.
    """
    lines = read_lines(path, ("c",))
    if not lines or lines[0].fields[0] != "p":
        raise InputError(f"{path}: expected a line {_HEADER} before all edges")
    header = lines[0]
    if len(header.fields) != 4 or header.fields[1] not in ("edge", "edges", "col"):
        raise header.expected(_HEADER)
    nodes, edges = header.whole(header.fields[2:], _HEADER)
    if nodes < 1 or edges < 0:
        raise InputError(
            f"{path}: expected at least one node, got {shorten(nodes)} and {shorten(edges)} edges"
        )
    check_size(path, nodes, "nodes")
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(1, nodes + 1))
    for line in lines[1:]:
        if line.fields[0] != "e" or len(line.fields) != 3:
            raise line.expected("'e i j'")
        u, v = line.whole(line.fields[1:], "'e i j'")
        if not graph.has_edge(u, v):
            add_edge(graph, line, u, v)
    if edges not in (graph.number_of_edges(), len(lines) - 1):
        raise InputError(
            f"{path}: the header announces {shorten(edges)} edges, but "
            f"{graph.number_of_edges()} follow"
        )
    return graph


def write_dimacs_graph(graph: nx.Graph[Any], path: str | Path) -> None:
    """Write a graph as a DIMACS graph; nodes are numbered from 1 in the graph's order.

    Raises:
        InputError: if the graph has weights other than 1, which the format cannot hold, or the
            file cannot be written.
    """
    check_graph(graph)
    number = {node: index for index, node in enumerate(graph, start=1)}
    edges = []
    for u, v, value in graph.edges(data="weight", default=1):
        if value != 1:
            raise InputError(
                f"DIMACS graphs have no weights, but the edge {shorten(u)} - {shorten(v)} has "
                f"{value}; take another format, such as rudy"
            )
        edges.append(f"e {number[u]} {number[v]}")
    write_lines(path, [f"p edge {graph.number_of_nodes()} {len(edges)}", *edges])
