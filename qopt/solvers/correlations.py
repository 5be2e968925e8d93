"""Expectation values of spins and of products of two, all of them at once."""

from __future__ import annotations

import numpy as np

from simulator.spaces import FlipSymmetric, Qubits
from simulator.typing import Floats


def spin_correlations(weights: Floats, space: Qubits | FlipSymmetric) -> tuple[Floats, Floats]:
    """<z_i>, shape (qubits,), and <z_i z_j>, shape (qubits, qubits).

    A position is cut into high and low bits, and its probability becomes an entry of a matrix W.
    With S the spins of all values of a half, products across are S^T W S, so that the weights are
    gone through about once.

    On `FlipSymmetric` the first are those at the positions, where the last spin is 1; over both
    members of a pair they vanish.

    Args:
        weights: probability of each position, shape (size,).
        space: of qubits.
    """
    bits = int(weights.size).bit_length() - 1
    low = bits // 2
    table = weights.reshape(1 << bits - low, 1 << low)
    fast, slow = _spins(low), _spins(bits - low)
    columns, rows = table.sum(axis=0), table.sum(axis=1)
    across = (table @ fast).T @ slow
    singles = np.concatenate([columns @ fast, rows @ slow])
    pairs = np.block([[fast.T * columns @ fast, across], [across.T, slow.T * rows @ slow]])
    if isinstance(space, FlipSymmetric):
        pairs = np.block([[pairs, singles[:, None]], [singles[None, :], np.ones((1, 1))]])
        singles = np.append(singles, 1.0)
    return singles, pairs


def _spins(bits: int) -> Floats:
    """+1 for a bit 0 and -1 for a bit 1, shape (2^bits, bits)."""
    ones = (np.arange(1 << bits)[:, None] >> np.arange(bits) & 1).astype(np.float64)
    return 1.0 - 2.0 * ones
