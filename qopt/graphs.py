"""Graphs of networkx: one validation for all problems and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import isfinite
from numbers import Real
from typing import Any
from warnings import warn

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError, shorten


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
    check_attribute("edge", weight, (data for _, _, data in graph.edges(data=True)))
    for u, v, value in graph.edges(data=weight, default=1):
        if not is_real_number(value):
            raise InputError(
                f"expected a finite number as weight of the edge {u!r} - {v!r}, got {value!r}"
            )


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


def is_real_number(value: Any) -> bool:
    """Whether a value, which may be NumPy's, is a finite real number."""
    if not isinstance(value, Real | Decimal) or isinstance(value, bool):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False
