"""exp(-i a f(x)): a phase per configuration.

`re` and `im` are the rows of a planar state.  The `by_level` forms look values up in a short
table, position k having the value levels[codes[k]]; `cosines` and `sines` are those of
a * levels.
"""

from __future__ import annotations

import math

import numpy as np
from numba import prange

from .kernel import kernel


@kernel
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


@kernel
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
