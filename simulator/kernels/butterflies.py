"""The X mixer on a tile: one butterfly per bit.

Positions with bit j zero and one hold x and y, and exp(i a X) maps them to

    cos a (x + i t y),  cos a (y + i t x),     t = tan a.

The factor cos a of all bits together is left to whoever uses a tile, so that a butterfly is one
multiply-add for each real number; angles are kept where |t| <= 1. The backward form undoes the
butterflies of ket and costate and returns Re <lam| i sum_j X_j |psi> over the bits it undoes,
which they do not change but for the factor.

Of several bits together, butterflies couple real parts at positions with an even number of ones to
imaginary parts at positions with an odd number, and never to anything else. So each half of the
numbers is done by itself, which lets three bits at a time stay in registers: with `even` the real
and `odd` the imaginary parts, then with both exchanged and t of the other sign.

Numbers come in *strips* of neighbours, which stand at equal distances, the pitch. The bits of the
strip's number are done on strips as a whole, from one place to another or in place, up to three
at a time; the bits inside a strip, which fits into the first level of the cache, strip by strip.
A pitch that is no power of two keeps strips from competing for the same few lines of the caches.
"""

from __future__ import annotations

import numpy as np

from .blocks import overlap_lanes, turn_block, turn_block_back, turn_lanes
from .kernel import helper, inlined_helper, merged_helper
from .lanes import (
    load_register,
    multiply_add,
    negate,
    reverse,
    splat_register,
    store,
    total,
    widen,
)

_ONE, _TWO, _THREE, _FOUR = (np.uint64(k) for k in (1, 2, 3, 4))


@helper
def turn(t, n, p, q):
    """P - t q and q + t p; n is -t."""
    return multiply_add(n, q, p), multiply_add(t, p, q)


@merged_helper
def _turn_range(r, i, x, d, r_to, i_to, k, h, length, count, t, n):
    """Butterflies of `count` bits, up to three, of positions x + j d, and of as many behind each.

    The result goes to k + j h of other arrays (or the same ones); t and n are tan a and -tan a.
    """
    width = np.uint64(32 // r.itemsize)
    if count == 3:
        for s in range(np.uint64(0), length, width):
            turn_block(r, i, x + s, d, r_to, i_to, k + s, h, t, n, 3)
    elif count == 2:
        for s in range(np.uint64(0), length, width):
            turn_block(r, i, x + s, d, r_to, i_to, k + s, h, t, n, 2)
    elif count == 1:
        for s in range(np.uint64(0), length, width):
            turn_block(r, i, x + s, d, r_to, i_to, k + s, h, t, n, 1)
    else:
        for s in range(np.uint64(0), length, width):
            turn_block(r, i, x + s, d, r_to, i_to, k + s, h, t, n, 0)


@helper
def move_strips(ket, x, d, ket_to, k, h, length, count, tangent):
    """Butterflies of the `count` bits, up to three, that number 2^count strips.

    Strips stand at x + j d, and what comes out goes to k + j h of the same arrays or of others.
    With no bits this is a copy.
    """
    (r, i), (r_to, i_to) = ket, ket_to
    t, n = splat_register(r, tangent), splat_register(r, -tangent)
    _turn_range(r, i, x, d, r_to, i_to, k, h, length, count, t, n)


@inlined_helper
def _lowest_bits(r, i, start, size, tangent):
    """The bits inside a register and the two above."""
    t, n = splat_register(r, tangent), splat_register(r, -tangent)
    width = np.uint64(32 // r.itemsize)
    for k in range(start, start + size, _FOUR * width):
        for j in range(k, k + _FOUR * width, width):
            x, y = turn_lanes(t, n, load_register(r, j), load_register(i, j))
            store(r, j, x)
            store(i, j, y)
        turn_block(r, i, k, width, r, i, k, width, t, n, 2)


@inlined_helper
def _bits(r, i, start, size, low, high, tangent):
    """Bits low ... high - 1, above those inside a register, up to three in a pass."""
    t, n, bit = splat_register(r, tangent), splat_register(r, -tangent), low
    while bit < high:
        count = bits_at_once(high - bit, 3)
        h = _ONE << np.uint64(bit)
        for k in range(start, start + size, h << np.uint64(count)):
            _turn_range(r, i, k, h, r, i, k, h, h, count, t, n)
        bit += count


@inlined_helper
def rotate_inside(r, i, start, bits, tangent):
    """The bits inside a strip of 2^bits positions, at least `LEAST_BITS`."""
    size = _ONE << np.uint64(bits)
    _lowest_bits(r, i, start, size, tangent)
    _bits(r, i, start, size, 5 if r.itemsize == 4 else 4, bits, tangent)


@helper
def rotate_strips(copy, start, pitch, strips, width, low, high, tangent):
    """Bits low ... high - 1 of the number of a strip, as few at a time as it takes passes.

    Args:
        copy: real and imaginary parts.
        start: of the first strip.
        pitch: from one to the next.
        strips: how many there are.
        width: of each.
        low: see above.
        high: see above.
        tangent: of the angle.
    """
    bit = low
    while bit < high:
        count = bits_at_once(high - bit, 3)
        near = _ONE << np.uint64(bit)
        for block in range(np.uint64(0), strips, near << np.uint64(count)):
            for strip in range(block, block + near):
                k, h = start + strip * pitch, near * pitch
                move_strips(copy, k, h, copy, k, h, width, count, tangent)
        bit += count


@inlined_helper
def bits_at_once(bits, most):
    """How many of some bits to do next, that passes be few and alike."""
    passes = (bits + most - 1) // most
    return (bits + passes - 1) // passes


@inlined_helper
def rotate_mirrored(r, i, one, other, width, tangent):
    """The butterfly between a strip and the mirror image of another one."""
    t, n = splat_register(r, tangent), splat_register(r, -tangent)
    lanes = np.uint64(32 // r.itemsize)
    for shift in range(np.uint64(0), width, lanes):
        k, m = one + shift, other + width - lanes - shift
        xr, yi = turn(t, n, load_register(r, k), reverse(load_register(i, m)))
        xi, yr = turn(n, t, load_register(i, k), reverse(load_register(r, m)))
        store(r, k, xr)
        store(i, k, xi)
        store(r, m, reverse(yr))
        store(i, m, reverse(yi))


# -- backward ------------------------------------------------------------------------------


@merged_helper
def _turn_range_back(
    r, i, u, v, x, d, r_to, i_to, u_to, v_to, k, h, length, count, t, n, above, below
):  # fmt: skip
    """`_turn_range` of up to two bits on both states; the two sums of overlaps."""
    width = np.uint64(32 // r.itemsize)
    if count == 2:
        for s in range(np.uint64(0), length, width):
            above, below = turn_block_back(
                r, i, u, v, x + s, d, r_to, i_to, u_to, v_to, k + s, h, t, n, above, below, 2
            )
    elif count == 1:
        for s in range(np.uint64(0), length, width):
            above, below = turn_block_back(
                r, i, u, v, x + s, d, r_to, i_to, u_to, v_to, k + s, h, t, n, above, below, 1
            )
    else:
        for s in range(np.uint64(0), length, width):
            turn_block(r, i, x + s, d, r_to, i_to, k + s, h, t, n, 0)
            turn_block(u, v, x + s, d, u_to, v_to, k + s, h, t, n, 0)
    return above, below


@helper
def move_strips_back(ket, bra, x, d, ket_to, bra_to, k, h, length, count, tangent):
    """Undo `move_strips`, of up to two bits, on both states; return the overlap before."""
    (r, i), (u, v), (r_to, i_to), (u_to, v_to) = ket, bra, ket_to, bra_to
    t, n, zero = splat_register(r, -tangent), splat_register(r, tangent), splat_register(r, 0.0)
    above, below = _turn_range_back(
        r, i, u, v, x, d, r_to, i_to, u_to, v_to, k, h, length, count, t, n, zero, zero
    )
    return total(widen(above)) - total(widen(below))


@inlined_helper
def _lowest_bits_back(r, i, u, v, start, size, tangent):
    t, n = splat_register(r, -tangent), splat_register(r, tangent)
    width = np.uint64(32 // r.itemsize)
    inside, above, below = splat_register(r, 0.0), splat_register(r, 0.0), splat_register(r, 0.0)
    for k in range(start, start + size, _FOUR * width):
        for j in range(k, k + _FOUR * width, width):
            x, y = load_register(r, j), load_register(i, j)
            z, w = load_register(u, j), load_register(v, j)
            inside = overlap_lanes(x, y, z, w, inside)
            x, y = turn_lanes(t, n, x, y)
            z, w = turn_lanes(t, n, z, w)
            store(r, j, x)
            store(i, j, y)
            store(u, j, z)
            store(v, j, w)
        above, below = turn_block_back(
            r, i, u, v, k, width, r, i, u, v, k, width, t, n, above, below, 2
        )
    lanes = 3 if width == 8 else 2
    weight = (1 / (1 + tangent * tangent)) ** lanes
    return total(widen(inside)) + weight * (total(widen(above)) - total(widen(below)))


@inlined_helper
def _bits_back(r, i, u, v, start, size, low, high, tangent):
    t, n = splat_register(r, -tangent), splat_register(r, tangent)
    shrink = 1 / (1 + tangent * tangent)
    overlap, weight, bit = 0.0, 1.0, low
    while bit < high:
        count = bits_at_once(high - bit, 2)
        h = _ONE << np.uint64(bit)
        above, below = splat_register(r, 0.0), splat_register(r, 0.0)
        for k in range(start, start + size, h << np.uint64(count)):
            above, below = _turn_range_back(
                r, i, u, v, k, h, r, i, u, v, k, h, h, count, t, n, above, below
            )
        overlap += weight * (total(widen(above)) - total(widen(below)))
        weight *= shrink**count
        bit += count
    return overlap


@inlined_helper
def rotate_inside_back(r, i, u, v, start, bits, tangent):
    """Undo `rotate_inside` on r + i i and u + i v; return the overlap of their states before.

    Both states grow by 1 / cos a with every bit, so the overlaps of later bits shrink by cos^2 a.
    """
    size, lowest = _ONE << np.uint64(bits), 5 if r.itemsize == 4 else 4
    weight = (1 / (1 + tangent * tangent)) ** lowest
    overlap = _lowest_bits_back(r, i, u, v, start, size, tangent)
    return overlap + weight * _bits_back(r, i, u, v, start, size, lowest, bits, tangent)


@helper
def rotate_strips_back(ket, bra, start, pitch, strips, width, low, high, tangent):
    """Undo `rotate_strips` on both states; return the overlap before."""
    shrink = 1 / (1 + tangent * tangent)
    overlap, weight, bit = 0.0, 1.0, low
    while bit < high:
        count = bits_at_once(high - bit, 2)
        near = _ONE << np.uint64(bit)
        for block in range(np.uint64(0), strips, near << np.uint64(count)):
            for strip in range(block, block + near):
                k, h = start + strip * pitch, near * pitch
                overlap += weight * move_strips_back(
                    ket, bra, k, h, ket, bra, k, h, width, count, tangent
                )
        weight *= shrink**count
        bit += count
    return overlap


@inlined_helper
def rotate_mirrored_back(r, i, u, v, one, other, width, tangent):
    """Undo `rotate_mirrored` on both states; return the overlap of their states before."""
    t, n = splat_register(r, -tangent), splat_register(r, tangent)
    lanes = np.uint64(32 // r.itemsize)
    above, below = splat_register(r, 0.0), splat_register(r, 0.0)
    for shift in range(np.uint64(0), width, lanes):
        k, m = one + shift, other + width - lanes - shift
        xr, yi = load_register(r, k), reverse(load_register(i, m))
        xu, yv = load_register(u, k), reverse(load_register(v, m))
        above = multiply_add(yv, xr, multiply_add(negate(xu), yi, above))
        xi, yr = load_register(i, k), reverse(load_register(r, m))
        xv, yu = load_register(v, k), reverse(load_register(u, m))
        below = multiply_add(yu, xi, multiply_add(negate(xv), yr, below))
        xr, yi = turn(t, n, xr, yi)
        xu, yv = turn(t, n, xu, yv)
        xi, yr = turn(n, t, xi, yr)
        xv, yu = turn(n, t, xv, yu)
        store(r, k, xr)
        store(i, k, xi)
        store(u, k, xu)
        store(v, k, xv)
        store(r, m, reverse(yr))
        store(i, m, reverse(yi))
        store(u, m, reverse(yu))
        store(v, m, reverse(yv))
    return total(widen(above)) - total(widen(below))
