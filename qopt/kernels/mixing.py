"""Coordinate descent of the semidefinite relaxation over vectors, as a compiled loop."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.kernels.kernel import serial_kernel

Array = Any


@serial_kernel
def mix(vectors: Array, norms: Array, starts: Array, others: Array, weights: Array) -> Any:
    """One sweep of v_i <- -g_i/|g_i| with g_i = sum_j w_ij v_j; the sum of its gains.

    Args:
        vectors: v_i, shape (nodes, rank), in place.
        norms: |g_i|, shape (nodes,), written.
        starts: of each node's neighbours.
        others: neighbours, node by node.
        weights: of these.
    """
    nodes, rank = vectors.shape
    field = np.empty(rank)
    gain = 0.0
    for i in range(nodes):
        for r in range(rank):
            field[r] = 0.0
        for k in range(starts[i], starts[i + 1]):
            j, w = others[k], weights[k]
            for r in range(rank):
                field[r] += w * vectors[j, r]
        square, along = 0.0, 0.0
        for r in range(rank):
            square += field[r] * field[r]
            along += field[r] * vectors[i, r]
        norm = np.sqrt(square)
        norms[i] = norm
        if norm > 0:
            gain += along + norm
            for r in range(rank):
                vectors[i, r] = -field[r] / norm
    return gain
