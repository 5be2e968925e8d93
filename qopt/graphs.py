"""Graphs: networkx objects and rudy files, behind one validation."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from numbers import Real
from pathlib import Path
from typing import Any, BinaryIO

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError, shorten
from qminima.library import Library, read_text
from qminima.parsing import real_number, whole_number
from qminima.storage import write_atomically

Graph = nx.Graph
SUFFIXES = (".rud", ".rudy", ".mc", ".txt", ".gset")

# More nodes than this in a header is taken for a mistake, not for a graph.
_MOST_NODES = 1_000_000


def check_graph(graph: Any, weight: str = "weight") -> None:
    """Check that a graph can be cut.

    Args:
        graph: an undirected simple `networkx.Graph`.
        weight: edge attribute that holds the weight; edges without it count 1.

    Raises:
        InputError: for a directed graph or multigraph, no nodes, self-loops, or weights that
            are not finite numbers.
    """
    check_simple(graph)
    for u, v, value in graph.edges(data=weight, default=1):
        if not _is_real_number(value):
            raise InputError(
                f"expected a finite number as weight of the edge {u!r} - {v!r}, got {value!r}"
            )


def check_simple(graph: Any) -> None:
    """Raise `InputError` for a directed graph or multigraph, no nodes, or self-loops."""
    if not isinstance(graph, nx.Graph):
        raise InputError(f"expected a networkx.Graph, got {type(graph).__name__}")
    if graph.is_directed() or graph.is_multigraph():
        raise InputError(
            f"expected an undirected graph with single edges, got {type(graph).__name__}; "
            "merge edges and drop directions first, as networkx.Graph(graph) does"
        )
    if graph.number_of_nodes() == 0:
        raise InputError("expected a graph with at least one node, got none")
    for u, v in graph.edges:
        if u == v:
            raise InputError(f"node {u!r} has an edge to itself, which no cut can hold; remove it")


def edge_positions(graph: nx.Graph[Any]) -> NDArray[np.int64]:
    """Both ends of each edge as places among the graph's nodes, shape (edges, 2)."""
    position = {node: index for index, node in enumerate(graph)}
    pairs = [(position[u], position[v]) for u, v in graph.edges]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _is_real_number(value: Any) -> bool:
    """Whether a value, which may be NumPy's, is a finite real number."""
    if not isinstance(value, Real | Decimal) or isinstance(value, bool):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def read_rudy(path: str | Path) -> nx.Graph[int]:
    """Read a rudy file: ``nodes edges``, then ``i j weight`` lines with nodes from 1.

    A missing weight counts 1. Nodes keep their numbers from 1 as labels; whole weights become
    integers.

    Raises:
        InputError: for a file that is missing or malformed, edges that do not agree with the
            header, nodes out of range, self-loops, edges that occur twice, or weights that are
            not finite.
    """
    lines = [
        (number, line.split())
        for number, line in enumerate(read_text(path).splitlines(), start=1)
        if line.strip()
    ]
    if not lines:
        raise InputError(f"{path}: expected a line with numbers of nodes and edges, got nothing")
    nodes, edges = _header(path, lines[0][1])
    if len(lines) - 1 != edges:
        raise InputError(f"{path}: the header announces {edges} edges, but {len(lines) - 1} follow")
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(1, nodes + 1))
    for number, fields in lines[1:]:
        where = f"{path}, line {number}"
        u, v, weight = _edge(where, fields)
        if not (1 <= u <= nodes and 1 <= v <= nodes):
            raise InputError(
                f"{where}: expected nodes from 1 to {nodes}, got {shorten(u)} and {shorten(v)}"
            )
        if u == v:
            raise InputError(f"{where}: node {u} has an edge to itself, which no cut can hold")
        if graph.has_edge(u, v):
            raise InputError(f"{where}: the edge {u} {v} occurs twice")
        graph.add_edge(u, v, weight=weight)
    check_graph(graph)
    return graph


def write_rudy(graph: nx.Graph[Any], path: str | Path, *, weight: str = "weight") -> None:
    """Write a graph as a rudy file; nodes are numbered from 1 in the graph's order.

    Raises:
        InputError: if the graph cannot be cut (see `check_graph`) or the file not be written.
    """
    check_graph(graph, weight)
    number = {node: index for index, node in enumerate(graph, start=1)}
    lines = [f"{graph.number_of_nodes()} {graph.number_of_edges()}"]
    lines += [
        f"{number[u]} {number[v]} {_plain(float(value))!r}"
        for u, v, value in graph.edges(data=weight, default=1)
    ]

    def write(file: BinaryIO) -> None:
        file.write(("\n".join(lines) + "\n").encode())

    write_atomically(path, write)


def load_graph(source: str | Path) -> tuple[nx.Graph[int], str, dict[str, Any]]:
    """A graph from the path of a rudy file or from a name of the library.

    Returns:
        The graph, its name, and the library's entry on it (empty for a file).

    Raises:
        InputError: as `read_rudy`, and for an unknown name, listing the known ones.
    """
    library = Library("problems")
    path, name = library.locate(source, SUFFIXES)
    graph = read_rudy(path)
    if name is None:
        return graph, path.stem, {}
    return graph, name, library.entry(name)


def _header(path: str | Path, fields: list[str]) -> tuple[int, int]:
    try:
        nodes, edges = map(whole_number, fields)
    except ValueError:
        raise InputError(
            f"{path}: expected the numbers of nodes and edges in the first line, "
            f"got {_quote(fields)}"
        ) from None
    if nodes < 1 or edges < 0:
        raise InputError(
            f"{path}: expected at least one node, got {shorten(nodes)} and {shorten(edges)} edges"
        )
    if nodes > _MOST_NODES:
        raise InputError(
            f"{path}: expected at most {_MOST_NODES} nodes, got {shorten(nodes)}; check the header"
        )
    return nodes, edges


def _edge(where: str, fields: list[str]) -> tuple[int, int, int | float]:
    if len(fields) > 3:
        raise InputError(f"{where}: expected 'i j weight', got {len(fields)} columns")
    try:
        first, second, *rest = fields
        u, v = whole_number(first), whole_number(second)
        (text,) = rest or ("1",)
        weight = real_number(text)
    except ValueError:
        raise InputError(f"{where}: expected 'i j weight', got {_quote(fields)}") from None
    if not isfinite(weight):
        raise InputError(f"{where}: expected a finite weight, got {shorten(text)}")
    return u, v, _plain(weight)


def _plain(weight: float) -> int | float:
    """The weight, as an integer where it is whole."""
    return int(weight) if weight.is_integer() else weight


def _quote(fields: list[str]) -> str:
    return repr(shorten(" ".join(fields)))
