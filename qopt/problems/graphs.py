"""Graphs of networkx: one validation for all problems and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import isfinite
from numbers import Integral, Real
from typing import Any
from warnings import warn

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError, shorten, unknown_name

# Whole numbers up to this one are floating-point numbers as well.
_HELD = 2**53

# What may be asked for where two nodes have several edges.
PARALLEL = ("sum",)


def single_edges(graph: Any, parallel: str | None, weight: str = "weight") -> Any:
    """The graph with one edge between two nodes, if that is asked for.

    A cut of parallel edges is the sum of their weights, and so is an energy. Directions are
    dropped; both edges of u -> v and v -> u count. `networkx.Graph(graph)` keeps one of them only.

    Args:
        graph: any of networkx; others, and simple ones, are returned as they are.
        parallel: "sum", or None for nothing to be done.
        weight: edge attribute that is added up; edges without it count 1. Others are those of the
            first edge.

    Raises:
        InputError: for another word, an attribute that no edge has, or weights that are not finite
            numbers.

    >>> roads = nx.MultiGraph([("a", "b", {"weight": 2}), ("a", "b", {"weight": 3}), ("b", "c")])
    >>> single_edges(roads, "sum").edges["a", "b"]["weight"]
    5
    """
    check_parallel(parallel)
    if parallel is None or not isinstance(graph, nx.Graph):
        return graph
    if not (graph.is_directed() or graph.is_multigraph()):
        return graph
    check_attribute("edge", weight, (data for _, _, data in graph.edges(data=True)))
    merged: nx.Graph[Any] = nx.Graph()
    merged.add_nodes_from(graph.nodes(data=True))
    for u, v, data in graph.edges(data=True):
        value = data.get(weight, 1)
        check_weight(u, v, value)
        if merged.has_edge(u, v):
            merged.edges[u, v][weight] = add_weights(merged.edges[u, v][weight], value)
        else:
            merged.add_edge(u, v)
            merged.edges[u, v].update({**data, weight: value})
    return merged


def check_parallel(parallel: object) -> None:
    """Raise `InputError` for what is no way to merge parallel edges."""
    if parallel is not None and parallel not in PARALLEL:
        raise unknown_name("way to merge parallel edges", str(parallel), PARALLEL)


def add_weights(one: Any, other: Any) -> int | float:
    """The sum of two weights of any type of real numbers, whole where both are."""
    if isinstance(one, Integral) and isinstance(other, Integral):
        return int(one) + int(other)
    return float(one) + float(other)


def check_graph(graph: Any, weight: str = "weight") -> None:
    """Check that a graph can be cut.

    Args:
        graph: an undirected simple `networkx.Graph`.
        weight: edge attribute that holds the weight; edges without it count 1.

    Raises:
        InputError: for a directed graph or multigraph, no nodes, self-loops, or weights that
            are not finite numbers.
    """
    check_simple(graph, 'add up weights by parallel="sum" (--set parallel=sum)')
    check_attribute("edge", weight, (data for _, _, data in graph.edges(data=True)))
    if _plainly_held([value for _, _, value in graph.edges(data=weight, default=1)]):
        return
    for u, v, value in graph.edges(data=weight, default=1):
        check_weight(u, v, value)


def _plainly_held(values: list[Any]) -> bool:
    """Whether all are numbers of Python that pass `check_weight` by their type and size."""
    if not set(map(type, values)) <= {int, float}:
        return False
    return not values or (
        min(values) >= -_HELD and max(values) <= _HELD and all(map(isfinite, values))
    )


def check_weight(u: Any, v: Any, value: Any) -> None:
    """Raise `InputError` unless the weight of an edge is a finite number."""
    if not is_real_number(value):
        raise InputError(
            f"expected a finite number as weight of the edge {u!r} - {v!r}, got {value!r}"
        )
    check_held(value)


def check_attribute(of: str, name: object, found: Iterable[Mapping[str, Any]]) -> None:
    """Raise `InputError` for an attribute that was named but that nothing has.

    The usual one, "weight", need not be there.
    """
    if not isinstance(name, str):
        raise InputError(f"expected the name of an attribute, got {shorten(name)}")
    if name == "weight":
        return
    known: set[str] = set()
    for data in found:
        if name in data:
            return
        known |= set(map(str, data))
    raise InputError(
        f"no {of} has an attribute {shorten(name)!r}; there {'is' if len(known) == 1 else 'are'} "
        f"{', '.join(sorted(known)) or 'none'}"
    )


class UnusedAttributeWarning(UserWarning):
    """Edges count 1 each although they have numbers that may be meant as their weights."""


def warn_of_unused(graph: nx.Graph[Any], weight: str, *, remedy: str, stacklevel: int = 3) -> None:
    """Warn where no edge has the usual attribute "weight" but some have other numbers.

    Args:
        graph: checked before.
        weight: the attribute that is used; one that was named is meant.
        remedy: what to do, with {name} for the attribute that is there.
        stacklevel: of the warning, that of the caller's caller unless given.
    """
    if weight != "weight":
        return
    names: set[str] = set()
    for _, _, data in graph.edges(data=True):
        if weight in data:
            return
        names |= {str(key) for key, value in data.items() if is_real_number(value)}
    if names:
        name = min(names)
        warn(
            f"edges have no attribute 'weight' and count 1 each, but they have "
            f"{shorten(', '.join(sorted(names)))}; {remedy.format(name=name)}",
            UnusedAttributeWarning,
            stacklevel=stacklevel,
        )


def check_simple(graph: Any, advice: str = "merge edges as networkx.Graph(graph) does") -> None:
    """Raise `InputError` for a directed graph or multigraph, no nodes, or self-loops.

    Args:
        graph: of networkx.
        advice: what to do about parallel edges and directions. `networkx.Graph` keeps the weight of
            one edge only, so that it is for problems in which edges have no weights.
    """
    if not isinstance(graph, nx.Graph):
        raise InputError(f"expected a networkx.Graph, got {type(graph).__name__}")
    if graph.is_directed() or graph.is_multigraph():
        raise InputError(
            f"expected an undirected graph with single edges, got {type(graph).__name__}; {advice}"
        )
    if graph.number_of_nodes() == 0:
        raise InputError("expected a graph with at least one node, got none")
    for node, neighbours in graph.adjacency():
        if node in neighbours:
            raise InputError(
                f"node {node!r} has an edge to itself, which no cut can hold; remove it"
            )


def edge_positions(graph: nx.Graph[Any]) -> NDArray[np.int64]:
    """Both ends of each edge as places among the graph's nodes, shape (edges, 2)."""
    position = {node: index for index, node in enumerate(graph)}
    pairs = [(position[u], position[v]) for u, v in graph.edges]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def check_held(value: Any) -> None:
    """Raise `InputError` for a whole number that double precision rounds to another one."""
    if isinstance(value, Integral) and abs(int(value)) > 2**53 and int(float(value)) != value:
        raise InputError(
            f"expected whole numbers that double precision holds, such as those up to 2^53, got "
            f"{shorten(value)}; take another unit"
        )


def is_real_number(value: Any) -> bool:
    """Whether a value, which may be NumPy's, is a finite real number."""
    if not isinstance(value, Real | Decimal) or isinstance(value, bool):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def random_regular_graph(size: int, seed: int) -> dict[str, Any]:
    """A random 3-regular graph."""
    if size < 4 or size % 2:
        raise InputError(f"expected an even number of at least 4 nodes of degree 3, got {size}")
    return {"graph": nx.random_regular_graph(3, size, seed=seed)}
