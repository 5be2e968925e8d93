"""The X mixer on a tile: one butterfly per bit.

Positions with bit j zero and one hold x and y, and exp(i a X) maps them to

    cos a (x + i t y),  cos a (y + i t x),     t = tan a.

The factor cos a of all bits together is left to whoever uses a tile, so that a butterfly is one
multiply-add for each real number; angles are kept where |t| <= 1. The backward form undoes the
butterflies of ket and costate and returns Re <lam| i sum_j X_j |psi> over the bits it undoes,
which they do not change but for the factor.

A tile is a range of 2^high positions of flat arrays that fits into the second level of the
cache; bits below INNER are done on parts of it that fit into the first.
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

INNER = 11
LEAST_BITS = 5  # four registers of eight numbers

_ONE, _TWO, _THREE, _FOUR = (np.uint64(k) for k in (1, 2, 3, 4))
_OPTIONS = {"nogil": True, "error_model": "numpy"}


@numba.njit(**_OPTIONS)
def _rotate_pair(t, n, xr, xi, yr, yi):
    """X + i t y and y + i t x; n is -t."""
    return (
        multiply_add(n, yi, xr),
        multiply_add(t, yr, xi),
        multiply_add(n, xi, yr),
        multiply_add(t, xr, yi),
    )


@numba.njit(**_OPTIONS)
def _rotate_four(t, n, ar, ai, br, bi, cr, ci, dr, di):
    """The butterflies a-b, c-d and a-c, b-d."""
    ar, ai, br, bi = _rotate_pair(t, n, ar, ai, br, bi)
    cr, ci, dr, di = _rotate_pair(t, n, cr, ci, dr, di)
    ar, ai, cr, ci = _rotate_pair(t, n, ar, ai, cr, ci)
    br, bi, dr, di = _rotate_pair(t, n, br, bi, dr, di)
    return ar, ai, br, bi, cr, ci, dr, di


@numba.njit(**_OPTIONS)
def _overlap_four(ar, ai, br, bi, cr, ci, dr, di, au, av, bu, bv, cu, cv, du, dv, sums):
    """Re <lam|i X|psi> of the butterflies of `_rotate_four`, lam = u + i v, added to `sums`.

    a and d are coupled to b and c, and to nothing else.
    """
    sums = multiply_add(add(av, dv), add(br, cr), sums)
    sums = multiply_add(add(bv, cv), add(ar, dr), sums)
    sums = multiply_add(negate(add(au, du)), add(bi, ci), sums)
    return multiply_add(negate(add(bu, cu)), add(ai, di), sums)


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
def _load_four(array, k, h):
    return (
        load_register(array, k),
        load_register(array, k + h),
        load_register(array, k + _TWO * h),
        load_register(array, k + _THREE * h),
    )


@numba.njit(**_OPTIONS)
def _store_four(array, k, h, a, b, c, d):
    store(array, k, a)
    store(array, k + h, b)
    store(array, k + _TWO * h, c)
    store(array, k + _THREE * h, d)


@numba.njit(**_OPTIONS)
def _lowest_bits(r, i, start, size, tangent):
    """The bits inside a register and the two above."""
    t, n = splat_register(r, tangent), splat_register(r, -tangent)
    width = np.uint64(32 // r.itemsize)
    for k in range(start, start + size, _FOUR * width):
        ar, br, cr, dr = _load_four(r, k, width)
        ai, bi, ci, di = _load_four(i, k, width)
        ar, ai = _rotate_lanes(width, t, n, ar, ai)
        br, bi = _rotate_lanes(width, t, n, br, bi)
        cr, ci = _rotate_lanes(width, t, n, cr, ci)
        dr, di = _rotate_lanes(width, t, n, dr, di)
        ar, ai, br, bi, cr, ci, dr, di = _rotate_four(t, n, ar, ai, br, bi, cr, ci, dr, di)
        _store_four(r, k, width, ar, br, cr, dr)
        _store_four(i, k, width, ai, bi, ci, di)


@numba.njit(**_OPTIONS)
def _two_bits(r, i, start, size, h, tangent):
    """The bit of stride h, at least a register, and the one above."""
    t, n = splat_register(r, tangent), splat_register(r, -tangent)
    width = np.uint64(32 // r.itemsize)
    for base in range(start, start + size, _FOUR * h):
        for k in range(base, base + h, width):
            ar, br, cr, dr = _load_four(r, k, h)
            ai, bi, ci, di = _load_four(i, k, h)
            ar, ai, br, bi, cr, ci, dr, di = _rotate_four(t, n, ar, ai, br, bi, cr, ci, dr, di)
            _store_four(r, k, h, ar, br, cr, dr)
            _store_four(i, k, h, ai, bi, ci, di)


@numba.njit(**_OPTIONS)
def _one_bit(r, i, start, size, h, tangent):
    """The bit of stride h, at least a register."""
    t, n = splat_register(r, tangent), splat_register(r, -tangent)
    width = np.uint64(32 // r.itemsize)
    for base in range(start, start + size, _TWO * h):
        for k in range(base, base + h, width):
            xr, yr = load_register(r, k), load_register(r, k + h)
            xi, yi = load_register(i, k), load_register(i, k + h)
            xr, xi, yr, yi = _rotate_pair(t, n, xr, xi, yr, yi)
            store(r, k, xr)
            store(r, k + h, yr)
            store(i, k, xi)
            store(i, k + h, yi)


@numba.njit(**_OPTIONS)
def _bits(r, i, start, size, low, high, tangent):
    """Bits low ... high - 1, above those inside a register."""
    bit = low
    while bit + 1 < high:
        _two_bits(r, i, start, size, _ONE << np.uint64(bit), tangent)
        bit += 2
    if bit < high:
        _one_bit(r, i, start, size, _ONE << np.uint64(bit), tangent)


@numba.njit(**_OPTIONS)
def rotate_tile(r, i, start, low, high, tangent):
    """Butterflies of bits low ... high - 1 of a tile; low is zero or at least three."""
    inner = min(high, INNER)
    part = _ONE << np.uint64(inner)
    lowest = low if low > 0 else 5 if r.itemsize == 4 else 4
    for first in range(start, start + (_ONE << np.uint64(high)), part):
        if low == 0:
            _lowest_bits(r, i, first, part, tangent)
        _bits(r, i, first, part, lowest, inner, tangent)
    _bits(r, i, start, _ONE << np.uint64(high), max(low, inner), high, tangent)


@numba.njit(**_OPTIONS)
def rotate_mirrored(r, i, bits, tangent):
    """The butterfly between each of 2^bits positions and its mirror image."""
    t, n = splat_register(r, tangent), splat_register(r, -tangent)
    width = np.uint64(32 // r.itemsize)
    size = _ONE << np.uint64(bits)
    for k in range(np.uint64(0), size // _TWO, width):
        m = size - width - k
        xr, yr = load_register(r, k), reverse(load_register(r, m))
        xi, yi = load_register(i, k), reverse(load_register(i, m))
        xr, xi, yr, yi = _rotate_pair(t, n, xr, xi, yr, yi)
        store(r, k, xr)
        store(r, m, reverse(yr))
        store(i, k, xi)
        store(i, m, reverse(yi))


# -- backward ------------------------------------------------------------------------------


@numba.njit(**_OPTIONS)
def _lowest_bits_back(r, i, u, v, start, size, tangent):
    t, n = splat_register(r, -tangent), splat_register(r, tangent)
    width = np.uint64(32 // r.itemsize)
    even, odd, rest = splat_register(r, 0.0), splat_register(r, 0.0), splat_register(r, 0.0)
    for k in range(start, start + size, _FOUR * width):
        ar, br, cr, dr = _load_four(r, k, width)
        ai, bi, ci, di = _load_four(i, k, width)
        au, bu, cu, du = _load_four(u, k, width)
        av, bv, cv, dv = _load_four(v, k, width)
        even = _overlap_lanes(width, ar, ai, au, av, even)
        odd = _overlap_lanes(width, br, bi, bu, bv, odd)
        even = _overlap_lanes(width, cr, ci, cu, cv, even)
        odd = _overlap_lanes(width, dr, di, du, dv, odd)
        rest = _overlap_four(
            ar, ai, br, bi, cr, ci, dr, di, au, av, bu, bv, cu, cv, du, dv, rest
        )  # fmt: skip
        ar, ai = _rotate_lanes(width, t, n, ar, ai)
        br, bi = _rotate_lanes(width, t, n, br, bi)
        cr, ci = _rotate_lanes(width, t, n, cr, ci)
        dr, di = _rotate_lanes(width, t, n, dr, di)
        ar, ai, br, bi, cr, ci, dr, di = _rotate_four(t, n, ar, ai, br, bi, cr, ci, dr, di)
        _store_four(r, k, width, ar, br, cr, dr)
        _store_four(i, k, width, ai, bi, ci, di)
        au, av = _rotate_lanes(width, t, n, au, av)
        bu, bv = _rotate_lanes(width, t, n, bu, bv)
        cu, cv = _rotate_lanes(width, t, n, cu, cv)
        du, dv = _rotate_lanes(width, t, n, du, dv)
        au, av, bu, bv, cu, cv, du, dv = _rotate_four(t, n, au, av, bu, bv, cu, cv, du, dv)
        _store_four(u, k, width, au, bu, cu, du)
        _store_four(v, k, width, av, bv, cv, dv)
    return total(add(add(widen(even), widen(odd)), widen(rest)))


@numba.njit(**_OPTIONS)
def _two_bits_back(r, i, u, v, start, size, h, tangent):
    t, n = splat_register(r, -tangent), splat_register(r, tangent)
    width = np.uint64(32 // r.itemsize)
    sums = splat_register(r, 0.0)
    for base in range(start, start + size, _FOUR * h):
        for k in range(base, base + h, width):
            ar, br, cr, dr = _load_four(r, k, h)
            ai, bi, ci, di = _load_four(i, k, h)
            au, bu, cu, du = _load_four(u, k, h)
            av, bv, cv, dv = _load_four(v, k, h)
            sums = _overlap_four(
                ar, ai, br, bi, cr, ci, dr, di, au, av, bu, bv, cu, cv, du, dv, sums
            )  # fmt: skip
            ar, ai, br, bi, cr, ci, dr, di = _rotate_four(t, n, ar, ai, br, bi, cr, ci, dr, di)
            _store_four(r, k, h, ar, br, cr, dr)
            _store_four(i, k, h, ai, bi, ci, di)
            au, av, bu, bv, cu, cv, du, dv = _rotate_four(t, n, au, av, bu, bv, cu, cv, du, dv)
            _store_four(u, k, h, au, bu, cu, du)
            _store_four(v, k, h, av, bv, cv, dv)
    return total(widen(sums))


@numba.njit(**_OPTIONS)
def _overlap_pair(xr, xi, yr, yi, xu, xv, yu, yv, sums):
    """Re <lam|i X|psi> of one butterfly, added to `sums`."""
    sums = multiply_add(xv, yr, multiply_add(yv, xr, sums))
    return multiply_add(negate(xu), yi, multiply_add(negate(yu), xi, sums))


@numba.njit(**_OPTIONS)
def _one_bit_back(r, i, u, v, start, size, h, tangent):
    t, n = splat_register(r, -tangent), splat_register(r, tangent)
    width = np.uint64(32 // r.itemsize)
    sums = splat_register(r, 0.0)
    for base in range(start, start + size, _TWO * h):
        for k in range(base, base + h, width):
            xr, yr = load_register(r, k), load_register(r, k + h)
            xi, yi = load_register(i, k), load_register(i, k + h)
            xu, yu = load_register(u, k), load_register(u, k + h)
            xv, yv = load_register(v, k), load_register(v, k + h)
            sums = _overlap_pair(xr, xi, yr, yi, xu, xv, yu, yv, sums)
            xr, xi, yr, yi = _rotate_pair(t, n, xr, xi, yr, yi)
            xu, xv, yu, yv = _rotate_pair(t, n, xu, xv, yu, yv)
            store(r, k, xr)
            store(r, k + h, yr)
            store(i, k, xi)
            store(i, k + h, yi)
            store(u, k, xu)
            store(u, k + h, yu)
            store(v, k, xv)
            store(v, k + h, yv)
    return total(widen(sums))


@numba.njit(**_OPTIONS)
def _bits_back(r, i, u, v, start, size, low, high, tangent):
    shrink = 1 / (1 + tangent * tangent)
    overlap, weight, bit = 0.0, 1.0, low
    while bit + 1 < high:
        h = _ONE << np.uint64(bit)
        overlap += weight * _two_bits_back(r, i, u, v, start, size, h, tangent)
        weight *= shrink * shrink
        bit += 2
    if bit < high:
        h = _ONE << np.uint64(bit)
        overlap += weight * _one_bit_back(r, i, u, v, start, size, h, tangent)
    return overlap


@numba.njit(**_OPTIONS)
def rotate_tile_back(r, i, u, v, start, low, high, tangent):
    """Undo `rotate_tile` on r + i i and u + i v; return the overlap of their states before.

    Both states grow by 1 / cos a with every bit, so the overlaps of later bits shrink by cos^2 a.
    """
    inner = min(high, INNER)
    part = _ONE << np.uint64(inner)
    lowest = low if low > 0 else 5 if r.itemsize == 4 else 4
    shrink = 1 / (1 + tangent * tangent)
    overlap = 0.0
    for first in range(start, start + (_ONE << np.uint64(high)), part):
        if low == 0:
            overlap += _lowest_bits_back(r, i, u, v, first, part, tangent)
        weight = shrink ** (lowest - low)
        overlap += weight * _bits_back(r, i, u, v, first, part, lowest, inner, tangent)
    size, middle = _ONE << np.uint64(high), max(low, inner)
    outer = _bits_back(r, i, u, v, start, size, middle, high, tangent)
    return overlap + shrink ** (middle - low) * outer


@numba.njit(**_OPTIONS)
def rotate_mirrored_back(r, i, u, v, bits, tangent):
    """Undo `rotate_mirrored` on both states; return the overlap of their states before."""
    t, n = splat_register(r, -tangent), splat_register(r, tangent)
    width = np.uint64(32 // r.itemsize)
    size = _ONE << np.uint64(bits)
    sums = splat_register(r, 0.0)
    for k in range(np.uint64(0), size // _TWO, width):
        m = size - width - k
        xr, yr = load_register(r, k), reverse(load_register(r, m))
        xi, yi = load_register(i, k), reverse(load_register(i, m))
        xu, yu = load_register(u, k), reverse(load_register(u, m))
        xv, yv = load_register(v, k), reverse(load_register(v, m))
        sums = _overlap_pair(xr, xi, yr, yi, xu, xv, yu, yv, sums)
        xr, xi, yr, yi = _rotate_pair(t, n, xr, xi, yr, yi)
        xu, xv, yu, yv = _rotate_pair(t, n, xu, xv, yu, yv)
        store(r, k, xr)
        store(r, m, reverse(yr))
        store(i, k, xi)
        store(i, m, reverse(yi))
        store(u, k, xu)
        store(u, m, reverse(yu))
        store(v, k, xv)
        store(v, m, reverse(yv))
    return total(widen(sums))
