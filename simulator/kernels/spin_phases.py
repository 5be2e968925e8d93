"""Phases exp(-i f(x)) of a spin polynomial f on parts of a tile, and the overlaps of its terms.

    f(x) = sum_S w_S (-1)^|x & S|,     Re <lam| -i (-1)^|x & S| |psi> = sum_x (-1)^|x & S| q(x),

with q = Im(conj(lam) psi). Nothing of the size of a state is stored. Where a part runs through some
bits of the position and the others stand still, terms that differ in the latter only are one term
with signs, so that the transform of a part makes the values of f there from the weights, and the
overlaps of all terms from q.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from .kernel import helper
from .lanes import (
    add,
    convert,
    load_register,
    multiply,
    multiply_add,
    negate,
    odd,
    splat_register,
    store,
    widen,
)
from .walsh import transform

_ZERO, _ONE, _WIDTH = np.uint64(0), np.uint64(1), np.uint64(4)
# Adding and taking away this number rounds numbers of less than its size to whole ones.
_ROUND = 1.5 * 2.0**52
# sin x = x + x y (S1 + y (S2 + ...)) and 1 - cos x = y (C1 + y (C2 + ...)), y = x^2.
_S1, _S2, _S3, _S4, _S5, _S6 = ((-1.0) ** k / math.factorial(2 * k + 1) for k in range(1, 7))
_C1, _C2, _C3, _C4, _C5, _C6 = ((-1.0) ** (k - 1) / math.factorial(2 * k) for k in range(1, 7))


class Part(NamedTuple):
    """Which positions a part of a tile runs through.

    Attributes:
        bits: it has 2^bits of them.
        x: the first, whose other bits they share.
        width: bits of the part below this are those of the position.
        low: the bits above are those of the position from this one on.
    """

    bits: Any
    x: Any
    width: Any
    low: Any


@helper
def _place(mask, part):
    """Where the weight of a product of spins belongs in a part, and its sign there."""
    place = (mask & ((_ONE << part.width) - _ONE)) | ((mask >> part.low) << part.width)
    sign = 1.0 - 2.0 * odd(mask & part.x)
    return place & ((_ONE << part.bits) - _ONE), sign


@helper
def tabulate_turns(turns, part, masks, weights):
    """Write f, as a fraction of a full turn, on a part."""
    for k in range(_ZERO, _ONE << part.bits):
        turns[k] = 0.0
    for term in range(len(masks)):
        place, sign = _place(masks[term], part)
        turns[place] += sign * weights[term]
    transform(turns, part.bits)


@helper
def add_overlaps(q, part, masks, sums):
    """Transform q on a part, and add the overlap of each term to `sums`."""
    transform(q, part.bits)
    for term in range(len(masks)):
        place, sign = _place(masks[term], part)
        sums[term] += sign * q[place]


@helper
def cosines_and_sines(turns, sines, size, scale):
    """Replace turns by `scale` times the cosine, and write the sine.

    Of an eighth of the angle the power series is short; three doublings of s = sin x and
    h = 1 - cos x, which keep the relative accuracy of small angles, lead back.
    """
    up, down = splat_register(turns, _ROUND), splat_register(turns, -_ROUND)
    eighth, two = splat_register(turns, math.pi / 4), splat_register(turns, 2.0)
    s1, s2, s3 = (
        splat_register(turns, _S1),
        splat_register(turns, _S2),
        splat_register(turns, _S3),
    )
    s4, s5, s6 = (
        splat_register(turns, _S4),
        splat_register(turns, _S5),
        splat_register(turns, _S6),
    )
    c1, c2, c3 = (
        splat_register(turns, _C1),
        splat_register(turns, _C2),
        splat_register(turns, _C3),
    )
    c4, c5, c6 = (
        splat_register(turns, _C4),
        splat_register(turns, _C5),
        splat_register(turns, _C6),
    )
    factor = splat_register(turns, scale)
    for k in range(_ZERO, size, _WIDTH):
        turn = load_register(turns, k)
        whole = add(add(turn, up), down)
        x = multiply(add(turn, negate(whole)), eighth)
        y = multiply(x, x)
        s = multiply_add(y, multiply_add(y, s6, s5), s4)
        s = multiply_add(y, multiply_add(y, multiply_add(y, s, s3), s2), s1)
        s = multiply_add(multiply(x, y), s, x)
        h = multiply_add(y, multiply_add(y, c6, c5), c4)
        h = multiply_add(y, multiply_add(y, multiply_add(y, h, c3), c2), c1)
        h = multiply(y, h)
        for _ in range(3):
            d = multiply(two, s)
            s, h = multiply_add(negate(d), h, d), multiply(d, s)
        store(turns, k, multiply_add(negate(factor), h, factor))
        store(sines, k, multiply(factor, s))


@helper
def turn_phases(r, i, start, cosines, sines, size, sign):
    """Multiply amplitudes from `start` on by cosine - i sign sine."""
    width, forward = np.uint64(32 // r.itemsize), splat_register(r, sign)
    for k in range(_ZERO, size, width):
        x, y = load_register(r, start + k), load_register(i, start + k)
        c, s = convert(cosines, k, x), multiply(forward, convert(sines, k, x))
        store(r, start + k, multiply_add(c, x, multiply(s, y)))
        store(i, start + k, multiply_add(c, y, negate(multiply(s, x))))


@helper
def products(r, i, u, v, start, q, size):
    """Write Im(conj(lam) psi) of psi = r + i i and lam = u + i v."""
    width = np.uint64(32 // r.itemsize)
    for k in range(_ZERO, size, width):
        x, y = load_register(r, start + k), load_register(i, start + k)
        p, w = load_register(u, start + k), load_register(v, start + k)
        store(q, k, widen(multiply_add(p, y, negate(multiply(w, x)))))
