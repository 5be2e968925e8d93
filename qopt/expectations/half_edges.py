"""Both directions of every edge as flat arrays, and products over neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.memory import require_memory
from simulator.typing import Floats, Integers

Factors = NDArray[np.inexact[Any]]

# Pairs (edge, neighbour) that are looked at in one go.
_BLOCK = 1 << 18

# What each neighbour of an edge in a triangle takes while its list is made.
_LIST_BYTES = 80


@dataclass(frozen=True, eq=False)
class HalfEdges:
    """The 2m directions i -> j of m edges.

    Nodes of one degree d stand together as a matrix with d rows and a column for each node, so
    that products over neighbours run along whole rows.

    Attributes:
        source: node i of each direction, shape (2m,).
        target: node j.
        weights: weight of the edge.
        forward: position of the direction first -> second of each edge, shape (m,).
        backward: position of the opposite direction.
        groups: (start, degree, number of nodes) of each matrix.
    """

    source: Integers
    target: Integers
    weights: Floats
    forward: Integers
    backward: Integers
    groups: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, num_nodes: int, first: Integers, second: Integers, weights: Floats) -> HalfEdges:
        """Arrange m distinct edges, given as arrays of shape (m,)."""
        source, target = np.concatenate([first, second]), np.concatenate([second, first])
        degrees = np.bincount(source, minlength=num_nodes)
        by_source = np.argsort(source, kind="stable")
        slot = np.empty(len(source), dtype=np.int64)
        slot[by_source] = np.arange(len(source)) - _starts(degrees)[source[by_source]]
        order = np.lexsort((source, slot, degrees[source]))
        position = np.empty_like(order)
        position[order] = np.arange(len(order))
        found, counts = np.unique(degrees[degrees > 0], return_counts=True)
        starts = _starts(found * counts)
        return cls(
            source[order],
            target[order],
            np.concatenate([weights, weights])[order],
            position[: len(first)],
            position[len(first) :],
            tuple(zip(starts.tolist(), found.tolist(), counts.tolist(), strict=True)),
        )

    def products(self, factors: Factors, num_nodes: int) -> tuple[Factors, Factors]:
        """Products of factors over all neighbours but one, and over all.

        No factor is divided by, so that factors may vanish.

        Args:
            factors: one for each direction, shape (2m,).
            num_nodes: number of nodes; the product of one without neighbours is 1.

        Returns:
            For i -> j the product over i -> k with k != j, shape (2m,); for each node that over
            all its neighbours, shape (num_nodes,).
        """
        others, all_of_them = np.ones_like(factors), np.ones(num_nodes, dtype=factors.dtype)
        for start, degree, nodes in self.groups:
            here = slice(start, start + degree * nodes)
            block, rest = factors[here].reshape(degree, -1), others[here].reshape(degree, -1)
            before = np.multiply.accumulate(block, axis=0)
            after = np.multiply.accumulate(block[::-1], axis=0)[::-1]
            rest[1:] = before[:-1]
            rest[:-1] *= after[1:]
            all_of_them[self.source[start : start + nodes]] = before[-1]
        return others, all_of_them


@dataclass(frozen=True, eq=False)
class Triangles:
    """Edges i - j with common neighbours, and which directions leave them.

    Attributes:
        edges: number of each such edge, shape (t,).
        first, second: positions of i -> k and j -> k for each common neighbour k.
        starts: where the common neighbours of each edge begin, shape (t,).
        others: positions of i -> k and j -> k for all other k besides i and j; the entry 2m,
            which stands for the factor 1, opens the list of each edge.
        other_starts: where these begin, shape (t,).
    """

    edges: Integers
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    starts: Integers
    others: NDArray[np.int32]
    other_starts: Integers


def triangles(half: HalfEdges, num_nodes: int) -> Iterator[Triangles]:
    """All edges with common neighbours, in blocks of bounded size.

    The neighbours of the end with fewer of them are looked up among those of the other.

    Raises:
        MemoryLimitError: if the common neighbours do not fit into memory.
    """
    rows = _Rows.of(half, num_nodes)
    swap = rows.degrees[half.source[half.forward]] > rows.degrees[half.target[half.forward]]
    out = np.where(swap, half.backward, half.forward)
    degrees = rows.degrees[half.source[out]]
    # Two sets of d and e out of n nodes share at least d + e - n.
    shared = degrees + rows.degrees[half.target[out]] - num_nodes
    _require(8 * int(np.maximum(shared, 0).sum()))
    work = np.cumsum(degrees)
    cuts = np.searchsorted(work, np.arange(_BLOCK, work.max(initial=0), _BLOCK))
    keys = half.source[rows.order] * num_nodes + half.target[rows.order]
    for block in np.split(np.arange(len(out)), cuts):
        starts = rows.starts[half.source[out[block]]]
        edge, near = np.repeat(block, degrees[block]), _ranges(starts, degrees[block])
        wanted = half.target[out[edge]] * num_nodes + half.target[rows.order[near]]
        far = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        common = keys[far] == wanted
        if common.any():
            corners = edge[common], near[common], far[common]
            yield _block(half, rows, out, half.forward + half.backward - out, corners)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Directions sorted by source, then target: position and rank of each, starts, lengths."""

    order: Integers
    rank: Integers
    starts: Integers
    degrees: Integers

    @classmethod
    def of(cls, half: HalfEdges, num_nodes: int) -> _Rows:
        order = np.lexsort((half.target, half.source))
        degrees = np.bincount(half.source, minlength=num_nodes)
        return cls(order, np.argsort(order), _starts(degrees), degrees)


def _block(
    half: HalfEdges,
    rows: _Rows,
    out: Integers,
    back: Integers,
    corners: tuple[Integers, Integers, Integers],
) -> Triangles:
    """Lists for edges with common neighbours, given as edge and ranks of the two directions."""
    edge, near, far = corners
    edges, starts, index = np.unique(edge, return_index=True, return_inverse=True)
    ends = half.source[out[edges]], half.source[back[edges]]
    lengths = [rows.degrees[nodes] for nodes in ends]
    _require(_LIST_BYTES * int(sum(length.sum() for length in lengths)))
    # Each list is first the factor 1, then the row of either end without what is used.
    opens = _starts(1 + lengths[0] + lengths[1])
    others = np.full(int((1 + lengths[0] + lengths[1]).sum()), len(half.source))
    kept = np.ones(len(others), dtype=bool)
    begins = opens + 1, opens + 1 + lengths[0]
    for nodes, length, begin, direction, rank in zip(
        ends, lengths, begins, (out, back), (near, far), strict=True
    ):
        row = rows.starts[nodes]
        others[_ranges(begin, length)] = rows.order[_ranges(row, length)]
        kept[(begin - row)[index] + rank] = False
        kept[begin - row + rows.rank[direction[edges]]] = False
    return Triangles(
        edges,
        rows.order[near].astype(np.int32),
        rows.order[far].astype(np.int32),
        starts,
        others[kept].astype(np.int32),
        _starts(np.add.reduceat(kept.astype(np.int64), opens)),
    )


def _starts(lengths: Integers) -> Integers:
    """Where lists of these lengths begin when they follow each other."""
    return np.cumsum(lengths) - lengths


def _ranges(starts: Integers, lengths: Integers) -> Integers:
    """The numbers start ... start + length - 1 of each range, one range after the other."""
    return np.repeat(starts - _starts(lengths), lengths) + np.arange(lengths.sum())


def _require(needed: int) -> None:
    require_memory(
        needed, "the closed formula, with that many triangles,", "use a graph with fewer triangles"
    )
