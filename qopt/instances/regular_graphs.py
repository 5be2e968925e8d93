"""Random regular graphs without short cycles."""

from __future__ import annotations

import random
from collections.abc import Iterator

import networkx as nx

from qminima.errors import InputError
from qminima.limits import check_integer, check_seed

# Partners that are tried for one switch, and graphs that are begun, before giving up.
_MOST_PARTNERS = 1000
_MOST_STARTS = 20

Neighbours = list[set[int]]


def regular_graph_with_girth(
    degree: int, nodes: int, girth: int, seed: int | None = None
) -> nx.Graph[int]:
    """A random regular graph without cycles shorter than `girth`.

    Begins with `networkx.random_regular_graph` and switches one edge u - v of each shorter cycle
    with a random edge x - y to u - x and v - y, where this closes no other short cycle. Not all
    such graphs are equally likely, but where few edges are switched nearly so.

    Args:
        degree: number of neighbours of each node.
        nodes: number of nodes, labelled from 0.
        girth: least length of a cycle.
        seed: the same seed gives the same graph.

    Raises:
        InputError: if no regular graph has these numbers, or no graph is found, as happens with
            few nodes.

    >>> graph = regular_graph_with_girth(3, 200, 6, seed=1)
    >>> nx.girth(graph) >= 6, nx.is_k_regular(graph, 3)
    (True, True)
    """
    _check(degree, nodes, girth)
    check_seed(seed)
    generator = random.Random(None if seed is None else int(seed))  # noqa: S311 - no secret
    for _ in range(_MOST_STARTS):
        start = nx.random_regular_graph(degree, nodes, seed=generator)
        neighbours: Neighbours = [set(start[node]) for node in range(nodes)]
        if _destroy_short_cycles(neighbours, girth, generator):
            graph: nx.Graph[int] = nx.Graph()
            graph.add_nodes_from(range(nodes))
            graph.add_edges_from(_edges(neighbours))
            return graph
    raise InputError(
        f"found no {degree}-regular graph with {nodes} nodes and girth {girth}; "
        "use more nodes or a smaller girth"
    )


def _check(degree: int, nodes: int, girth: int) -> None:
    for name, value in (("a degree", degree), ("a number of nodes", nodes), ("a girth", girth)):
        check_integer(name, value)
    if not 0 <= degree < nodes or degree * nodes % 2:
        raise InputError(
            f"expected a degree from 0 to nodes - 1 and an even number of edge ends, "
            f"got degree {degree} and {nodes} nodes"
        )
    if girth < 3:
        raise InputError(f"expected a girth of at least 3, got {girth}")
    if degree > 1 and not _fits(degree, nodes, girth):
        raise InputError(
            f"a {degree}-regular graph of girth {girth} has more than {nodes} nodes; "
            "use more nodes or a smaller girth"
        )


def _fits(degree: int, nodes: int, girth: int) -> bool:
    """Whether there are as many nodes as lie within sight if no cycle closes (Moore's bound).

    They are counted from one node, or from the two ends of an edge where the girth is even.
    """
    seen = front = 1 if girth % 2 else 2
    branches = degree if girth % 2 else degree - 1
    for _ in range((girth - 1) // 2):
        front *= branches
        seen, branches = seen + front, degree - 1
        if seen > nodes:
            break
    return seen <= nodes


def _destroy_short_cycles(neighbours: Neighbours, girth: int, generator: random.Random) -> bool:
    """Switch edges in place until no cycle is shorter; False if a partner is not found.

    No switch closes a short cycle, so one pass over the edges is enough.
    """
    for u, v in list(_edges(neighbours)):
        if v not in neighbours[u]:
            continue
        _cut(neighbours, u, v)
        if not _near(neighbours, u, v, girth - 2):
            _link(neighbours, u, v)
        elif not _switch(neighbours, u, v, girth, generator):
            return False
    return True


def _switch(neighbours: Neighbours, u: int, v: int, girth: int, generator: random.Random) -> bool:
    """Replace u - v, which is cut already, and a random x - y by u - x and v - y."""
    for _ in range(_MOST_PARTNERS):
        x = generator.randrange(len(neighbours))
        y = generator.choice(sorted(neighbours[x])) if neighbours[x] else x
        if len({u, v, x, y}) < 4:
            continue
        _cut(neighbours, x, y)
        if not _near(neighbours, u, x, girth - 2):
            _link(neighbours, u, x)
            if not _near(neighbours, v, y, girth - 2):
                _link(neighbours, v, y)
                return True
            _cut(neighbours, u, x)
        _link(neighbours, x, y)
    return False


def _near(neighbours: Neighbours, start: int, end: int, steps: int) -> bool:
    """Whether a path of at most so many steps joins two nodes."""
    seen = front = {start}
    for _ in range(steps):
        front = {node for near in front for node in neighbours[near]} - seen
        if end in front:
            return True
        if not front:
            break
        seen = seen | front
    return False


def _edges(neighbours: Neighbours) -> Iterator[tuple[int, int]]:
    return ((u, v) for u, around in enumerate(neighbours) for v in sorted(around) if u < v)


def _link(neighbours: Neighbours, u: int, v: int) -> None:
    neighbours[u].add(v)
    neighbours[v].add(u)


def _cut(neighbours: Neighbours, u: int, v: int) -> None:
    neighbours[u].discard(v)
    neighbours[v].discard(u)
