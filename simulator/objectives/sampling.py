"""Sampling of configurations from a state."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..kernels.layout import BLOCK, FEW
from ..lowering.planar import Planar, as_planar
from ..spaces import FlipSymmetric, Space, configurations_at
from ..spaces.integers import check_seed, whole_number
from ..typing import Floats, Integers


def sample(
    space: Space, state: NDArray[np.inexact], shots: int, *, seed: int | None = None
) -> Integers:
    """Configurations drawn with probability |amplitude|^2, shape (shots,).

    On `FlipSymmetric` each draw is one of the two members of its pair, with equal chances.
    Beside the state, memory is needed for one number per 4096 amplitudes and a few per shot.

    Args:
        space: what the state is indexed by.
        state: real or complex amplitudes, shape (space.size,).
        shots: how many configurations are drawn.
        seed: of the draws, which do not depend on the number of threads.

    Raises:
        ValueError: if the state has another length than the space, is not normalised, or
            `shots` or `seed` is no whole number from zero on.

    >>> from simulator import Qubits
    >>> sample(Qubits(2), np.array([0, 0, 1, 0]), 3, seed=0).tolist()
    [2, 2, 2]
    """
    if state.shape != (space.size,):
        raise ValueError(f"expected a state of shape ({space.size},), got {state.shape}")
    return sample_planar(space, as_planar(state), shots, seed)


def sample_planar(space: Space, psi: Planar, shots: int, seed: int | None) -> Integers:
    """As `sample`, from a planar state."""
    check_seed(seed)
    if whole_number("a number of shots", shots) < 0:
        raise ValueError(f"expected a number of shots from 0 on, got {shots}")
    totals = _block_probabilities(psi)
    # One zero in front: the sum before each block.
    cumulative = np.concatenate([[0.0], np.cumsum(totals)])
    # Written so that NaN fails too.
    if not abs(cumulative[-1] - 1) < 1e-3:
        raise ValueError(f"expected a normalised state, got norm {cumulative[-1] ** 0.5:.6g}")
    rng = np.random.default_rng(seed)
    configurations = configurations_at(
        space, _positions(psi, cumulative, rng.random(shots) * cumulative[-1])
    )
    if isinstance(space, FlipSymmetric):
        configurations = np.where(rng.random(shots) < 0.5, configurations, ~configurations)
        configurations &= space.mask
    return configurations


def _positions(psi: Planar, cumulative: Floats, targets: Floats) -> Integers:
    """Positions where the sum of probabilities passes the targets: first the block, then inside."""
    order = np.argsort(targets)
    targets = targets[order]
    hit = np.searchsorted(cumulative, targets, side="right") - 1
    blocks, starts = np.unique(hit, return_index=True)
    found = np.empty(len(targets), dtype=np.int64)
    ends = np.append(starts, len(targets))
    _find_in_blocks(psi, blocks, ends, targets - cumulative[hit], found)
    positions = np.empty_like(found)
    positions[order] = found
    return positions


def _block_probabilities(psi: Planar) -> Floats:
    """The probability of each block of positions, added up one by one."""
    size = psi.shape[1]
    totals = np.empty(-(-size // BLOCK))
    if size > FEW:
        from ..kernels import probability

        probability.block_probabilities(size, psi, totals)
    else:
        for block in range(len(totals)):
            totals[block] = _cumulative(psi, block)[-1]
    return totals


def _find_in_blocks(
    psi: Planar, blocks: Integers, ends: Integers, targets: Floats, positions: Integers
) -> None:
    """Positions at which the probability summed from the start of a block passes a target.

    Targets ends[h] ... ends[h + 1] - 1 belong to block blocks[h] and ascend.
    """
    if psi.shape[1] > FEW:
        from ..kernels import probability

        work = BLOCK * len(blocks)
        probability.find_in_blocks(work, psi, blocks, ends, targets, positions)
        return
    for block, (start, end) in zip(blocks, pairwise(ends), strict=True):
        sums = _cumulative(psi, int(block))
        # By rounding, targets may lie beyond the end of the block.
        last = int(np.searchsorted(sums, sums[-1]))
        inside = np.minimum(np.searchsorted(sums, targets[start:end], side="right"), last)
        positions[start:end] = block * BLOCK + inside


def _cumulative(psi: Planar, block: int) -> Floats:
    """Sums of probabilities from the start of a block, as the kernels add them up."""
    part = psi[:, block * BLOCK : (block + 1) * BLOCK].astype(float)
    sums: Floats = np.cumsum((part**2).sum(axis=0))
    return sums
