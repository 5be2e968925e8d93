"""Sampling of bit strings from a state."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .spaces import FlipSymmetric, Integers, Space


def sample(
    space: Space, state: NDArray[np.inexact], shots: int, *, seed: int | None = None
) -> Integers:
    """Configurations drawn with probability |amplitude|^2, shape (shots,).

    On `FlipSymmetric` each draw is one of the two members of its pair, with equal chances.

    Raises:
        ValueError: if the state has another length than the space, is not normalised, or
            `shots` is negative.

    >>> from simulator import Qubits
    >>> sample(Qubits(2), np.array([0, 0, 1, 0]), 3, seed=0).tolist()
    [2, 2, 2]
    """
    if state.shape != (space.size,):
        raise ValueError(f"expected a state of shape ({space.size},), got {state.shape}")
    if shots < 0:
        raise ValueError(f"expected a number of shots from 0 on, got {shots}")
    weights = state.real.astype(float) ** 2 + state.imag.astype(float) ** 2
    cumulative = np.cumsum(weights)
    # Written so that NaN fails too.
    if not abs(cumulative[-1] - 1) < 1e-3:
        raise ValueError(f"expected a normalised state, got norm {cumulative[-1] ** 0.5:.6g}")
    rng = np.random.default_rng(seed)
    draws = np.searchsorted(cumulative, rng.random(shots) * cumulative[-1], side="right")
    configurations: Integers = space.configurations()[draws]
    if isinstance(space, FlipSymmetric):
        configurations = np.where(rng.random(shots) < 0.5, configurations, ~configurations)
        configurations &= space.mask
    return configurations
