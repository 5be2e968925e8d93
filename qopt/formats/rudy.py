"""Rudy files: weighted graphs, as in Gset and the MaxCut part of the Biq Mac library."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from qminima.errors import InputError, shorten
from qminima.library import read_text

from ..problems.graphs import add_weights, check_graph, check_parallel
from .text import MOST_VARIABLES, Line, check_size, in_file, lines_of, plain, write_lines

_EDGE = "'i j weight'"

# What files of whole numbers consist of, and the digits of numbers in their header.
_PLAIN, _DIGITS = frozenset("0123456789- \n"), 9


def read_rudy(path: str | Path, *, parallel: str | None = None) -> nx.Graph[int]:
    """Read a rudy file: ``nodes edges``, then ``i j weight`` lines with nodes from 1.

    A missing weight counts 1. Nodes keep their numbers from 1 as labels; whole weights become
    integers.

    Args:
        path: of the file.
        parallel: "sum" adds up the weights of edges that occur several times.

    Raises:
        InputError: for a file that is missing or malformed, edges that do not agree with the
            header, nodes out of range, self-loops, edges that occur twice unless they are added
            up, or weights that are not finite.
    """
    check_parallel(parallel)
    content = read_text(path)
    plain_graph = _plain_graph(content)
    if plain_graph is not None:
        return plain_graph
    lines = lines_of(path, content)
    if not lines:
        raise InputError(f"{path}: expected a line with numbers of nodes and edges, got nothing")
    header = Line(str(path), lines[0].fields)
    what = "the numbers of nodes and edges in the first line"
    if len(header.fields) != 2:
        raise header.expected(what)
    nodes, edges = header.whole(header.fields, what)
    if nodes < 1 or edges < 0:
        raise InputError(
            f"{path}: expected at least one node, got {shorten(nodes)} and {shorten(edges)} edges"
        )
    check_size(path, nodes, "nodes")
    if len(lines) - 1 != edges:
        raise InputError(
            f"{path}: the header announces {shorten(edges)} edges, but {len(lines) - 1} follow"
        )
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(1, nodes + 1))
    for line in lines[1:]:
        if len(line.fields) > 3:
            raise InputError(f"{line.where}: expected {_EDGE}, got {len(line.fields)} columns")
        if len(line.fields) < 2:
            raise line.expected(_EDGE)
        u, v = line.whole(line.fields[:2], _EDGE)
        weight = line.weight(line.fields[2] if len(line.fields) == 3 else "1", _EDGE)
        if parallel is not None and graph.has_edge(u, v):
            weight = add_weights(graph.edges[u, v]["weight"], weight)
        else:
            add_edge(graph, line, u, v)
        graph.edges[u, v]["weight"] = weight
    with in_file(path):
        check_graph(graph)
    return graph


def _plain_graph(content: str) -> nx.Graph[int] | None:
    """The graph of a file in which all is well and all weights are given and whole.

    Its numbers are read and checked as one array; None for any other file, which is read line by
    line, so that an error names its place.
    """
    head, _, rest = content.lstrip().partition("\n")
    fields = head.split()
    if not set(content) <= _PLAIN or len(fields) != 2 or not all(map(str.isdigit, fields)):
        return None
    if not rest.strip() or max(map(len, fields)) > _DIGITS:
        return None
    nodes, edges = map(int, fields)
    try:
        rows = np.loadtxt(StringIO(rest), dtype=np.int64, comments=None, ndmin=2)
    except (ValueError, OverflowError):
        return None
    if rows.shape != (edges, 3) or not 1 <= nodes <= MOST_VARIABLES:
        return None
    low, high = rows[:, :2].min(axis=1), rows[:, :2].max(axis=1)
    within = low.min() >= 1 and high.max() <= nodes and (low < high).all()
    if not within or rows[:, 2].min() < -(2**53) or rows[:, 2].max() > 2**53:
        return None
    if len(np.unique(low * (nodes + 1) + high)) < edges:
        return None
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(1, nodes + 1))
    graph.add_weighted_edges_from(zip(*rows.T.tolist(), strict=True))
    return graph


def add_edge(graph: nx.Graph[int], line: Line, u: int, v: int) -> None:
    """Add an edge between nodes of the graph, numbered from 1; raises `InputError` for others."""
    nodes = graph.number_of_nodes()
    if not (1 <= u <= nodes and 1 <= v <= nodes):
        raise InputError(
            f"{line.where}: expected nodes from 1 to {nodes}, got {shorten(u)} and {shorten(v)}"
        )
    if u == v:
        raise InputError(f"{line.where}: node {u} has an edge to itself, which no cut can hold")
    if graph.has_edge(u, v):
        raise InputError(
            f"{line.where}: the edge {u} {v} occurs twice; weights are added up by "
            'parallel="sum" (--set parallel=sum)'
        )
    graph.add_edge(u, v)


def write_rudy(graph: nx.Graph[Any], path: str | Path, *, weight: str = "weight") -> None:
    """Write a graph as a rudy file; nodes are numbered from 1 in the graph's order.

    Raises:
        InputError: if the graph cannot be cut (see `check_graph`) or the file not be written.
    """
    check_graph(graph, weight)
    number = {node: index for index, node in enumerate(graph, start=1)}
    edges = [
        f"{number[u]} {number[v]} {plain(float(value))!r}"
        for u, v, value in graph.edges(data=weight, default=1)
    ]
    write_lines(path, [f"{graph.number_of_nodes()} {len(edges)}", *edges])
