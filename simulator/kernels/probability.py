"""Probabilities |psi|^2: sums over blocks, over levels and over bytes of values.

`psi` has a row of real and, for complex states, one of imaginary parts; vectors of users are
read in the same way through strided views. All sums are in double precision and over fixed
pieces, one row (or entry) of the output each, so that they do not depend on the number of threads.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .kernel import helper, kernel, kernel_of
from .layout import BLOCK


@helper
def _weight(psi, k):
    """|psi_k|^2."""
    weight = np.float64(psi[0, k]) ** 2
    if psi.shape[0] == 2:
        weight += np.float64(psi[1, k]) ** 2
    return weight


@helper
def _scale(psi, k, factor, out):
    """Write factor psi_k."""
    out[0, k] = factor * psi[0, k]
    if psi.shape[0] == 2:
        out[1, k] = factor * psi[1, k]


@helper
def _ordered(key):
    """Bits of a number, changed so that they ascend as integers where the numbers do."""
    sign = np.uint64(1 << 63)
    return ~key if key & sign else key | sign


@kernel
def block_probabilities(psi, totals):
    """The probability of each block of 4096 positions."""
    for block in prange(totals.size):
        total = 0.0
        for k in range(block * BLOCK, min((block + 1) * BLOCK, psi.shape[1])):
            total += _weight(psi, k)
        totals[block] = total


@kernel
def find_in_blocks(psi, blocks, starts, targets, positions):
    """Positions at which the probability summed from the start of a block passes a target.

    Targets starts[h] ... starts[h + 1] - 1 belong to block blocks[h] and ascend.
    """
    for h in prange(blocks.size):
        total, last, target = 0.0, -1, starts[h]
        for k in range(blocks[h] * BLOCK, min((blocks[h] + 1) * BLOCK, psi.shape[1])):
            if target == starts[h + 1]:
                break
            weight = _weight(psi, k)
            if weight > 0:
                total += weight
                last = k
            while target < starts[h + 1] and targets[target] < total:
                positions[target] = k
                target += 1
        # Rounding may leave targets behind the end of the block.
        for rest in range(target, starts[h + 1]):
            positions[rest] = last


@kernel_of(0, 1)
def level_probabilities(psi, codes, partial):
    """The probability of each level, position k having level codes[k].

    Each row of `partial`, zero before, takes its share of the positions.
    """
    pieces, size = partial.shape[0], psi.shape[1]
    for piece in prange(pieces):
        for k in range(size * piece // pieces, size * (piece + 1) // pieces):
            partial[piece, codes[k]] += _weight(psi, k)


@kernel
def byte_probabilities(psi, keys, prefix, shift, partial):
    """The probability of each byte that may follow `prefix` in the keys that start with it.

    `keys` are the bits of floating-point numbers as unsigned integers, which `_ordered` puts into
    the order of the numbers; the byte begins at bit `shift`. Each row of `partial`, zero before,
    takes its share of the positions.
    """
    pieces, size = partial.shape[0], psi.shape[1]
    for piece in prange(pieces):
        for k in range(size * piece // pieces, size * (piece + 1) // pieces):
            top = _ordered(keys[k]) >> shift
            if top >> np.uint64(8) == prefix:
                partial[piece, top & np.uint64(255)] += _weight(psi, k)


@kernel
def probability_at_most(psi, values, threshold, partial):
    """The probability of values up to the threshold, in one share for each entry."""
    pieces, size = partial.size, psi.shape[1]
    for piece in prange(pieces):
        total = 0.0
        for k in range(size * piece // pieces, size * (piece + 1) // pieces):
            if values[k] <= threshold:
                total += _weight(psi, k)
        partial[piece] = total


@kernel_of(0, 1)
def scale_by_level(psi, codes, factors, out):
    """Write factors[codes[k]] psi_k."""
    for k in prange(psi.shape[1]):
        factor = factors[codes[k]]
        _scale(psi, k, factor, out)


@kernel
def scale_by_tail(psi, values, quantile, alpha, out, partial):
    """Write f psi with f = t - (t - C)+ / alpha, unless `out` is empty.

    Rows of `partial` take sums of f |psi|^2 and of |psi|^2.
    """
    pieces, size, slope = len(partial), psi.shape[1], 1 / alpha
    for piece in prange(pieces):
        total, norm = 0.0, 0.0
        for k in range(size * piece // pieces, size * (piece + 1) // pieces):
            factor, weight = quantile - max(quantile - values[k], 0.0) * slope, _weight(psi, k)
            total += factor * weight
            norm += weight
            if out.shape[1] > 0:
                _scale(psi, k, factor, out)
        partial[piece, 0] = total
        partial[piece, 1] = norm
