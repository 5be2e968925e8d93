"""exp(-i a f(x)): a phase per configuration.

`re` and `im` are the rows of a planar state.  The `by_level` forms look values up in a short
table, position k having the value levels[codes[k]]; `cosines` and `sines` are those of
a * levels.
"""

from __future__ import annotations

import math

import numpy as np
from numba import prange

from .codes import label_at, load_labels
from .kernel import inlined_helper, kernel, kernel_of
from .lanes import load, multiply, multiply_add, splat, store, total, widen
from .layout import BLOCK, WIDTH


@kernel_of(0, 2)
def rotate_by_level(re, im, codes, cosines, sines):
    """Multiply by the phases of the levels."""
    for k in prange(re.size):
        c, s = cosines[codes[k]], sines[codes[k]]
        x, y = re[k], im[k]
        re[k] = c * x + s * y
        im[k] = c * y - s * x


@kernel
def rotate_by_value(re, im, values, angle):
    """Multiply by exp(-i angle values)."""
    for k in prange(re.size):
        c, s = math.cos(angle * values[k]), math.sin(angle * values[k])
        x, y = re[k], im[k]
        re[k] = c * x + s * y
        im[k] = c * y - s * x


@kernel_of(0, 4)
def overlap_by_level(lre, lim, re, im, codes, levels):
    """Re <lam| -i f |psi>."""
    total = 0.0
    for k in prange(re.size):
        product = np.float64(lre[k]) * im[k] - np.float64(lim[k]) * re[k]
        total += levels[codes[k]] * product
    return total


@kernel
def overlap_by_value(lre, lim, re, im, values):
    """Re <lam| -i f |psi>."""
    total = 0.0
    for k in prange(re.size):
        total += values[k] * (np.float64(lre[k]) * im[k] - np.float64(lim[k]) * re[k])
    return total


@inlined_helper
def weighted_sums(row, image, start, count, labels, low, step):
    """The sums of f x^2 and x^2 over a stretch of a row; see `weigh`."""
    first, last = np.uint64(start), np.uint64(start + count)
    whole = first + np.uint64(count) // np.uint64(WIDTH) * np.uint64(WIDTH)
    weighted = plain = widen(splat(row, 0.0))
    for k in range(first, whole, np.uint64(WIDTH)):
        x = load(row, k)
        f = multiply_add(splat(row, step), load_labels(labels, k, x), splat(row, low))
        product, wide = multiply(f, x), widen(x)
        weighted = multiply_add(widen(product), wide, weighted)
        plain = multiply_add(wide, wide, plain)
        if image.size > 0:
            store(image, k, product)
    tail, plain_tail = 0.0, 0.0
    for k in range(whole, last):
        product = (low + step * label_at(labels, k)) * row[k]
        tail += product * row[k]
        plain_tail += np.float64(row[k]) * row[k]
        if image.size > 0:
            image[k] = product
    return tail + total(weighted), plain_tail + total(plain)


@kernel
def weigh(row, labels, low, step, image, sums):
    """The sums of f x^2 and x^2 over each block of a row, and f x of each number x of it.

    Args:
        row: real or imaginary parts.
        labels: `Labels`, of which low + step times them is f.
        low: f of label zero.
        step: see above.
        image: where f x is written; of length zero if it is not wanted.
        sums: two for each BLOCK positions, the last of them may be fewer.
    """
    for block in prange(len(sums)):
        first = block * BLOCK
        count = min(row.size - first, BLOCK)
        weighted, plain = weighted_sums(row, image, first, count, labels, low, step)
        sums[block, 0] = weighted
        sums[block, 1] = plain
