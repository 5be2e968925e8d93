"""Iterated local search on independent sets of weighted nodes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.kernels.kernel import inlined_helper, serial_kernel

from .xorshift import uniform

Array = NDArray[Any]

# Nodes of which the one that was outside for longest is forced in.
_DRAWN = 4


class State(NamedTuple):
    """Where a search is.

    Attributes:
        weights: of the nodes.
        starts: of each node's neighbours.
        others: neighbours, node by node.
        inside: whether each node is in the set.
        tight: neighbours inside.
        load: their weight.
        since: the kick at which each node went out last.
        queue: nodes to look at, of which a move may be an improvement.
        queued: whether a node is among them.
        marks: numbers by which nodes are told apart in a look.
        found: nodes of a look.
        log: nodes that went in or out since the last kick, over and over.
        best: the heaviest set so far.
        counts: evaluations, kicks, length of the queue, length of the log, the last mark, and how
            many nodes are inside.
        sums: weight of the set, of the one before the kick, and of the best.
        random: state of the generator.
    """

    weights: Array
    starts: Array
    others: Array
    inside: Array
    tight: Array
    load: Array
    since: Array
    queue: Array
    queued: Array
    marks: Array
    found: Array
    log: Array
    best: Array
    counts: Array
    sums: Array
    random: Array


@inlined_helper
def push(v: int, s: Any) -> None:
    """Have a node looked at."""
    if not s.queued[v]:
        s.queued[v] = True
        s.queue[s.counts[2]] = v
        s.counts[2] += 1


@inlined_helper
def turn(v: int, s: Any) -> None:
    """Take a node in or out, and bring its neighbours up to date."""
    s.inside[v] = not s.inside[v]
    sign = 1 if s.inside[v] else -1
    s.counts[5] += sign
    s.sums[0] += sign * s.weights[v]
    if sign < 0:
        s.since[v] = s.counts[1]
    for k in range(s.starts[v], s.starts[v + 1]):
        u = s.others[k]
        s.tight[u] += sign
        s.load[u] = s.load[u] + sign * s.weights[v] if s.tight[u] > 0 else 0.0


@inlined_helper
def change(v: int, s: Any) -> None:
    """The same as a move that can be taken back, after which others may be improvements."""
    turn(v, s)
    if s.counts[3] < len(s.log):
        s.log[s.counts[3]] = v
    s.counts[3] += 1
    push(v, s)
    if not s.inside[v]:
        for k in range(s.starts[v], s.starts[v + 1]):
            push(s.others[k], s)


@inlined_helper
def force(v: int, s: Any) -> None:
    """Take a node in, and all of its neighbours out."""
    for k in range(s.starts[v], s.starts[v + 1]):
        if s.inside[s.others[k]]:
            change(s.others[k], s)
    change(v, s)


@inlined_helper
def exchange(v: int, s: Any, least: float) -> None:
    """Exchange a node inside for two others, if these are heavier together."""
    count = 0
    for k in range(s.starts[v], s.starts[v + 1]):
        u = s.others[k]
        if s.tight[u] == 1:
            s.found[count] = u
            count += 1
    for p in range(count - 1):
        u = s.found[p]
        s.counts[4] += 1
        for k in range(s.starts[u], s.starts[u + 1]):
            s.marks[s.others[k]] = s.counts[4]
        for q in range(p + 1, count):
            s.counts[0] += 1
            w = s.found[q]
            if s.marks[w] != s.counts[4] and s.weights[u] + s.weights[w] > s.weights[v] + least:
                change(v, s)
                change(u, s)
                change(w, s)
                return


@inlined_helper
def descend(s: Any, least: float) -> None:
    """Make moves that are improvements until there is none."""
    while s.counts[2] > 0:
        s.counts[2] -= 1
        v = s.queue[s.counts[2]]
        s.queued[v] = False
        s.counts[0] += 1
        if s.inside[v]:
            exchange(v, s, least)
        elif s.tight[v] == 0 or s.weights[v] > s.load[v] + least:
            force(v, s)
        elif s.tight[v] == 1:
            for k in range(s.starts[v], s.starts[v + 1]):
                if s.inside[s.others[k]]:
                    push(s.others[k], s)


@inlined_helper
def kick(s: Any) -> None:
    """Force in a node, or several."""
    s.counts[1] += 1
    s.counts[3] = 0
    n = len(s.weights)
    while True:
        chosen = -1
        for _ in range(_DRAWN):
            v = int(uniform(s.random) * n)
            while s.inside[v]:
                v = v + 1 if v + 1 < n else 0
            if chosen < 0 or s.since[v] < s.since[chosen]:
                chosen = v
        force(chosen, s)
        if uniform(s.random) < 0.5 or s.counts[5] == n:
            return


@inlined_helper
def keep_or_undo(s: Any, unit: float, least: float) -> None:
    """Go on with a set that is not lighter, seldom with another one, or return to the last."""
    if s.sums[0] > s.sums[2] + least:
        s.sums[2] = s.sums[0]
        for v in range(len(s.weights)):
            s.best[v] = s.inside[v]
    loss = (s.sums[1] - s.sums[0]) / unit
    gap = (s.sums[2] - s.sums[0]) / unit
    undone = loss * unit > least and uniform(s.random) * (1.0 + loss * gap) >= 1.0
    if undone and s.counts[3] <= len(s.log):
        for p in range(s.counts[3] - 1, -1, -1):
            turn(s.log[p], s)
    s.sums[1] = s.sums[0]


@serial_kernel
def select(
    weights: Array,  # noqa: ARG001 - kernels are told apart by their first array
    state: Any,
    unit: float,
    least: float,
    until: int,
) -> Any:
    """Kicks, and after each a descent, until so many moves were evaluated.

    The queue is to hold all nodes at the beginning.

    Args:
        weights: of the nodes.
        state: in place.
        unit: a typical weight.
        least: the least difference between weights.
        until: evaluations to end at.
    """
    while True:
        descend(state, least)
        keep_or_undo(state, unit, least)
        if state.counts[0] >= until or state.counts[5] == len(state.weights):
            return np.int64(state.counts[0])
        kick(state)
