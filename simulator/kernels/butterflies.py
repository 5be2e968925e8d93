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

import numba
import numpy as np

from .lanes import (
    add,
    exchange,
    load_register,
    multiply_add,
    negate,
    reverse,
    splat_register,
    store,
    total,
    widen,
)

LEAST_BITS = 5  # four registers of eight numbers

_ONE, _TWO, _THREE, _FOUR = (np.uint64(k) for k in (1, 2, 3, 4))
_OPTIONS = {"nogil": True, "error_model": "numpy"}
_INLINED = {**_OPTIONS, "inline": "always"}  # short loops cannot bear a call


@numba.njit(**_OPTIONS)
def turn(t, n, p, q):
    """P - t q and q + t p; n is -t."""
    return multiply_add(n, q, p), multiply_add(t, p, q)


@numba.njit(**_OPTIONS)
def _turn_four(t, n, p0, q1, q2, p3):
    """The butterflies of two bits: each even position with each odd one."""
    p0, q1 = turn(t, n, p0, q1)
    p3, q2 = turn(t, n, p3, q2)
    p0, q2 = turn(t, n, p0, q2)
    p3, q1 = turn(t, n, p3, q1)
    return p0, q1, q2, p3


@numba.njit(**_OPTIONS)
def _rotate_lanes(width, t, n, r, i):
    """The butterflies between the lanes of a register."""
    r, i = multiply_add(n, exchange(i, 1), r), multiply_add(t, exchange(r, 1), i)
    r, i = multiply_add(n, exchange(i, 2), r), multiply_add(t, exchange(r, 2), i)
    if width == 8:
        r, i = multiply_add(n, exchange(i, 4), r), multiply_add(t, exchange(r, 4), i)
    return r, i


@numba.njit(**_OPTIONS)
def _overlap_lanes(width, r, i, u, v, sums):
    """Re <lam|i X|psi> of the butterflies of `_rotate_lanes`, added to `sums`."""
    real, imag = add(exchange(r, 1), exchange(r, 2)), add(exchange(i, 1), exchange(i, 2))
    if width == 8:
        real, imag = add(real, exchange(r, 4)), add(imag, exchange(i, 4))
    return multiply_add(v, real, multiply_add(negate(u), imag, sums))


@numba.njit(**_OPTIONS)
def _two(even, odd, x, d, even_to, odd_to, k, h, t, n):
    """Half of the butterfly of positions x and x + d; it goes to k and k + h of other arrays."""
    p, q = turn(t, n, load_register(even, x), load_register(odd, x + d))
    store(even_to, k, p)
    store(odd_to, k + h, q)


@numba.njit(**_OPTIONS)
def _four(even, odd, x, d, even_to, odd_to, k, h, t, n):
    """Half of the butterflies of x + {0, 1, 2, 3} d."""
    p0, q1, q2, p3 = _turn_four(
        t, n, load_register(even, x), load_register(odd, x + d),
        load_register(odd, x + _TWO * d), load_register(even, x + _THREE * d),
    )  # fmt: skip
    store(even_to, k, p0)
    store(odd_to, k + h, q1)
    store(odd_to, k + _TWO * h, q2)
    store(even_to, k + _THREE * h, p3)


@numba.njit(**_OPTIONS)
def _eight(even, odd, x, d, even_to, odd_to, k, h, t, n):
    """Half of the butterflies of x + {0, ..., 7} d."""
    x4, k4 = x + _FOUR * d, k + _FOUR * h
    p0, p3, p5, p6 = (
        load_register(even, x), load_register(even, x + _THREE * d),
        load_register(even, x4 + d), load_register(even, x4 + _TWO * d),
    )  # fmt: skip
    q1, q2, q4, q7 = (
        load_register(odd, x + d), load_register(odd, x + _TWO * d),
        load_register(odd, x4), load_register(odd, x4 + _THREE * d),
    )  # fmt: skip
    p0, q1, q2, p3 = _turn_four(t, n, p0, q1, q2, p3)
    p5, q4, q7, p6 = _turn_four(t, n, p5, q4, q7, p6)
    p0, q4 = turn(t, n, p0, q4)
    p3, q7 = turn(t, n, p3, q7)
    p5, q1 = turn(t, n, p5, q1)
    p6, q2 = turn(t, n, p6, q2)
    store(even_to, k, p0)
    store(odd_to, k + h, q1)
    store(odd_to, k + _TWO * h, q2)
    store(even_to, k + _THREE * h, p3)
    store(odd_to, k4, q4)
    store(even_to, k4 + h, p5)
    store(even_to, k4 + _TWO * h, p6)
    store(odd_to, k4 + _THREE * h, q7)


@numba.njit(**_INLINED)
def _rotate_range(ket, x, d, ket_to, k, h, length, count, t, n):
    """Butterflies of `count` bits, up to three, of positions x + j d, and of as many behind each.

    The result goes to k + j h of other arrays (or the same ones); t and n are tan a and -tan a.
    """
    (r, i), (r_to, i_to) = ket, ket_to
    width = np.uint64(32 // r.itemsize)
    if count == 3:
        for shift in range(np.uint64(0), length, width):
            _eight(r, i, x + shift, d, r_to, i_to, k + shift, h, t, n)
            _eight(i, r, x + shift, d, i_to, r_to, k + shift, h, n, t)
    elif count == 2:
        for shift in range(np.uint64(0), length, width):
            _four(r, i, x + shift, d, r_to, i_to, k + shift, h, t, n)
            _four(i, r, x + shift, d, i_to, r_to, k + shift, h, n, t)
    else:
        for shift in range(np.uint64(0), length, width):
            _two(r, i, x + shift, d, r_to, i_to, k + shift, h, t, n)
            _two(i, r, x + shift, d, i_to, r_to, k + shift, h, n, t)


@numba.njit(**_OPTIONS)
def move_strips(ket, x, d, ket_to, k, h, length, count, tangent):
    """Butterflies of the `count` bits, up to three, that number 2^count strips.

    Strips stand at x + j d, and what comes out goes to k + j h of the same arrays or of others.
    With no bits this is a copy.
    """
    if count == 0:
        width = np.uint64(32 // ket[0].itemsize)
        for shift in range(np.uint64(0), length, width):
            store(ket_to[0], k + shift, load_register(ket[0], x + shift))
            store(ket_to[1], k + shift, load_register(ket[1], x + shift))
    else:
        t, n = splat_register(ket[0], tangent), splat_register(ket[0], -tangent)
        _rotate_range(ket, x, d, ket_to, k, h, length, count, t, n)


@numba.njit(**_OPTIONS)
def _lowest_bits(r, i, start, size, tangent):
    """The bits inside a register and the two above."""
    t, n = splat_register(r, tangent), splat_register(r, -tangent)
    width = np.uint64(32 // r.itemsize)
    for k in range(start, start + size, _FOUR * width):
        k1, k2, k3 = k + width, k + _TWO * width, k + _THREE * width
        r0, i0 = _rotate_lanes(width, t, n, load_register(r, k), load_register(i, k))
        r1, i1 = _rotate_lanes(width, t, n, load_register(r, k1), load_register(i, k1))
        r2, i2 = _rotate_lanes(width, t, n, load_register(r, k2), load_register(i, k2))
        r3, i3 = _rotate_lanes(width, t, n, load_register(r, k3), load_register(i, k3))
        r0, i1, i2, r3 = _turn_four(t, n, r0, i1, i2, r3)
        i0, r1, r2, i3 = _turn_four(n, t, i0, r1, r2, i3)
        store(r, k, r0)
        store(r, k1, r1)
        store(r, k2, r2)
        store(r, k3, r3)
        store(i, k, i0)
        store(i, k1, i1)
        store(i, k2, i2)
        store(i, k3, i3)


@numba.njit(**_OPTIONS)
def _bits(r, i, start, size, low, high, tangent):
    """Bits low ... high - 1, above those inside a register, up to three in a pass."""
    t, n = splat_register(r, tangent), splat_register(r, -tangent)
    bit = low
    while bit < high:
        count = bits_at_once(high - bit, 3)
        h = _ONE << np.uint64(bit)
        for k in range(start, start + size, h << np.uint64(count)):
            _rotate_range((r, i), k, h, (r, i), k, h, h, count, t, n)
        bit += count


@numba.njit(**_OPTIONS)
def rotate_inside(r, i, start, bits, tangent):
    """The bits inside a strip of 2^bits positions, at least `LEAST_BITS`."""
    size = _ONE << np.uint64(bits)
    _lowest_bits(r, i, start, size, tangent)
    _bits(r, i, start, size, 5 if r.itemsize == 4 else 4, bits, tangent)


@numba.njit(**_OPTIONS)
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


@numba.njit(**_OPTIONS)
def bits_at_once(bits, most):
    """How many of some bits to do next, that passes be few and alike."""
    passes = (bits + most - 1) // most
    return (bits + passes - 1) // passes


@numba.njit(**_OPTIONS)
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


@numba.njit(**_OPTIONS)
def _two_back(
    even, odd, even_bra, odd_bra, x, d, even_to, odd_to, even_bra_to, odd_bra_to, k, h, t, n, sums
):  # fmt: skip
    """`_two` on both states, and their overlap, added to `sums`."""
    p, q = load_register(even, x), load_register(odd, x + d)
    u, v = load_register(even_bra, x), load_register(odd_bra, x + d)
    sums = multiply_add(v, p, multiply_add(negate(u), q, sums))
    p, q = turn(t, n, p, q)
    u, v = turn(t, n, u, v)
    store(even_to, k, p)
    store(odd_to, k + h, q)
    store(even_bra_to, k, u)
    store(odd_bra_to, k + h, v)
    return sums


@numba.njit(**_OPTIONS)
def _four_back(
    even, odd, even_bra, odd_bra, x, d, even_to, odd_to, even_bra_to, odd_bra_to, k, h, t, n, sums
):  # fmt: skip
    """The same of `_four`: each even position is coupled to each odd one."""
    x1, x2, x3 = x + d, x + _TWO * d, x + _THREE * d
    k1, k2, k3 = k + h, k + _TWO * h, k + _THREE * h
    p0, p3 = load_register(even, x), load_register(even, x3)
    q1, q2 = load_register(odd, x1), load_register(odd, x2)
    u0, u3 = load_register(even_bra, x), load_register(even_bra, x3)
    v1, v2 = load_register(odd_bra, x1), load_register(odd_bra, x2)
    sums = multiply_add(add(v1, v2), add(p0, p3), sums)
    sums = multiply_add(negate(add(u0, u3)), add(q1, q2), sums)
    p0, q1, q2, p3 = _turn_four(t, n, p0, q1, q2, p3)
    store(even_to, k, p0)
    store(odd_to, k1, q1)
    store(odd_to, k2, q2)
    store(even_to, k3, p3)
    u0, v1, v2, u3 = _turn_four(t, n, u0, v1, v2, u3)
    store(even_bra_to, k, u0)
    store(odd_bra_to, k1, v1)
    store(odd_bra_to, k2, v2)
    store(even_bra_to, k3, u3)
    return sums


@numba.njit(**_INLINED)
def _rotate_range_back(ket, bra, x, d, ket_to, bra_to, k, h, length, count, t, n, above, below):
    """`_rotate_range` on both states, up to two bits; the two sums of overlaps."""
    (r, i), (u, v), (r_to, i_to), (u_to, v_to) = ket, bra, ket_to, bra_to
    width = np.uint64(32 // r.itemsize)
    if count == 2:
        for s in range(np.uint64(0), length, width):
            a, b = x + s, k + s
            above = _four_back(r, i, u, v, a, d, r_to, i_to, u_to, v_to, b, h, t, n, above)
            below = _four_back(i, r, v, u, a, d, i_to, r_to, v_to, u_to, b, h, n, t, below)
    else:
        for s in range(np.uint64(0), length, width):
            a, b = x + s, k + s
            above = _two_back(r, i, u, v, a, d, r_to, i_to, u_to, v_to, b, h, t, n, above)
            below = _two_back(i, r, v, u, a, d, i_to, r_to, v_to, u_to, b, h, n, t, below)
    return above, below


@numba.njit(**_OPTIONS)
def move_strips_back(ket, bra, x, d, ket_to, bra_to, k, h, length, count, tangent):
    """Undo `move_strips`, of up to two bits, on both states; return the overlap before."""
    above, below = splat_register(ket[0], 0.0), splat_register(ket[0], 0.0)
    if count == 0:
        width = np.uint64(32 // ket[0].itemsize)
        for shift in range(np.uint64(0), length, width):
            for part in range(2):
                store(ket_to[part], k + shift, load_register(ket[part], x + shift))
                store(bra_to[part], k + shift, load_register(bra[part], x + shift))
    else:
        t, n = splat_register(ket[0], -tangent), splat_register(ket[0], tangent)
        above, below = _rotate_range_back(
            ket, bra, x, d, ket_to, bra_to, k, h, length, count, t, n, above, below
        )
    return total(widen(above)) - total(widen(below))


@numba.njit(**_OPTIONS)
def _lowest_bits_back(r, i, u, v, start, size, tangent):
    t, n = splat_register(r, -tangent), splat_register(r, tangent)
    width = np.uint64(32 // r.itemsize)
    inside, above, below = splat_register(r, 0.0), splat_register(r, 0.0), splat_register(r, 0.0)
    for k in range(start, start + size, _FOUR * width):
        for j in range(k, k + _FOUR * width, width):
            x, y = load_register(r, j), load_register(i, j)
            z, w = load_register(u, j), load_register(v, j)
            inside = _overlap_lanes(width, x, y, z, w, inside)
            x, y = _rotate_lanes(width, t, n, x, y)
            z, w = _rotate_lanes(width, t, n, z, w)
            store(r, j, x)
            store(i, j, y)
            store(u, j, z)
            store(v, j, w)
        above = _four_back(r, i, u, v, k, width, r, i, u, v, k, width, t, n, above)
        below = _four_back(i, r, v, u, k, width, i, r, v, u, k, width, n, t, below)
    lanes = 3 if width == 8 else 2
    weight = (1 / (1 + tangent * tangent)) ** lanes
    return total(widen(inside)) + weight * (total(widen(above)) - total(widen(below)))


@numba.njit(**_OPTIONS)
def _bits_back(r, i, u, v, start, size, low, high, tangent):
    t, n = splat_register(r, -tangent), splat_register(r, tangent)
    shrink = 1 / (1 + tangent * tangent)
    overlap, weight, bit = 0.0, 1.0, low
    while bit < high:
        count = bits_at_once(high - bit, 2)
        h = _ONE << np.uint64(bit)
        above, below = splat_register(r, 0.0), splat_register(r, 0.0)
        for k in range(start, start + size, h << np.uint64(count)):
            above, below = _rotate_range_back(
                (r, i), (u, v), k, h, (r, i), (u, v), k, h, h, count, t, n, above, below
            )
        overlap += weight * (total(widen(above)) - total(widen(below)))
        weight *= shrink**count
        bit += count
    return overlap


@numba.njit(**_OPTIONS)
def rotate_inside_back(r, i, u, v, start, bits, tangent):
    """Undo `rotate_inside` on r + i i and u + i v; return the overlap of their states before.

    Both states grow by 1 / cos a with every bit, so the overlaps of later bits shrink by cos^2 a.
    """
    size, lowest = _ONE << np.uint64(bits), 5 if r.itemsize == 4 else 4
    weight = (1 / (1 + tangent * tangent)) ** lowest
    overlap = _lowest_bits_back(r, i, u, v, start, size, tangent)
    return overlap + weight * _bits_back(r, i, u, v, start, size, lowest, bits, tangent)


@numba.njit(**_OPTIONS)
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


@numba.njit(**_OPTIONS)
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
