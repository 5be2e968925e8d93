"""Rotations exp(i a_j X_j) by unequal angles on a tile: one butterfly per bit.

The butterflies of `butterflies`, in the same halves and on the same parts of a tile, but every bit
has its own tangent t_j = tan a_j, |t_j| at most one, and the backward form tells the overlaps
Re <lam| i X_j |psi> of all bits apart. `tangents` and `sums` start at the lowest bit that is done.
"""

from __future__ import annotations

import numpy as np

from .butterflies import turn
from .kernel import helper
from .lanes import (
    exchange,
    load_register,
    multiply_add,
    negate,
    splat_register,
    store,
    total,
    widen,
)

PART_BYTES = 1 << 14  # half the first level of the cache of common processors
# Eight numbers at such a distance compete for one set of that cache, which holds eight lines.
ALIAS_BYTES = 1 << 12

_ONE, _TWO, _THREE, _FOUR = (np.uint64(k) for k in (1, 2, 3, 4))


@helper
def _inner_bits(array, rows):
    """Bits of a part of so many rows that fits into the first level of the cache."""
    bits = 0
    while rows * array.itemsize << (bits + 1) <= PART_BYTES:
        bits += 1
    return bits


@helper
def _splat_both(array, tangents, bit):
    """The tangent of a bit and its negative, in the type of an array."""
    return splat_register(array, tangents[bit]), splat_register(array, -tangents[bit])


@helper
def _bits_in_register(array):
    return 3 if array.itemsize == 4 else 2


@helper
def _lanes(r, i, start, size, tangents):
    """The bits inside a register."""
    width = np.uint64(32 // r.itemsize)
    t0, n0 = _splat_both(r, tangents, 0)
    t1, n1 = _splat_both(r, tangents, 1)
    t2, n2 = _splat_both(r, tangents, 2)
    for k in range(start, start + size, width):
        x, y = load_register(r, k), load_register(i, k)
        x, y = multiply_add(n0, exchange(y, 1), x), multiply_add(t0, exchange(x, 1), y)
        x, y = multiply_add(n1, exchange(y, 2), x), multiply_add(t1, exchange(x, 2), y)
        if width == 8:
            x, y = multiply_add(n2, exchange(y, 4), x), multiply_add(t2, exchange(x, 4), y)
        store(r, k, x)
        store(i, k, y)


@helper
def _two_unequal(even, odd, k, h, t, n):
    """Half of the butterfly of positions k and k + h."""
    p, q = turn(t, n, load_register(even, k), load_register(odd, k + h))
    store(even, k, p)
    store(odd, k + h, q)


@helper
def _turn_four_unequal(t0, n0, t1, n1, p0, q1, q2, p3):
    """The butterflies of two bits, half of them."""
    p0, q1 = turn(t0, n0, p0, q1)
    p3, q2 = turn(t0, n0, p3, q2)
    p0, q2 = turn(t1, n1, p0, q2)
    p3, q1 = turn(t1, n1, p3, q1)
    return p0, q1, q2, p3


@helper
def _four_unequal(even, odd, k, h, t0, n0, t1, n1):
    """Half of the butterflies of k + {0, 1, 2, 3} h."""
    k1, k2, k3 = k + h, k + _TWO * h, k + _THREE * h
    p0, q1, q2, p3 = _turn_four_unequal(
        t0, n0, t1, n1, load_register(even, k), load_register(odd, k1), load_register(odd, k2),
        load_register(even, k3),
    )  # fmt: skip
    store(even, k, p0)
    store(odd, k1, q1)
    store(odd, k2, q2)
    store(even, k3, p3)


@helper
def _eight_unequal(even, odd, k, h, t0, n0, t1, n1, t2, n2):
    """Half of the butterflies of k + {0, ..., 7} h."""
    k1, k2, k3, k4 = k + h, k + _TWO * h, k + _THREE * h, k + _FOUR * h
    k5, k6, k7 = k4 + h, k4 + _TWO * h, k4 + _THREE * h
    p0, q1, q2, p3 = _turn_four_unequal(
        t0, n0, t1, n1, load_register(even, k), load_register(odd, k1), load_register(odd, k2),
        load_register(even, k3),
    )  # fmt: skip
    # Seen from position 7, which is odd, the other four are turned in the same way.
    q7, p6, p5, q4 = _turn_four_unequal(
        n0, t0, n1, t1, load_register(odd, k7), load_register(even, k6), load_register(even, k5),
        load_register(odd, k4),
    )  # fmt: skip
    p0, q4 = turn(t2, n2, p0, q4)
    p3, q7 = turn(t2, n2, p3, q7)
    p5, q1 = turn(t2, n2, p5, q1)
    p6, q2 = turn(t2, n2, p6, q2)
    store(even, k, p0)
    store(odd, k1, q1)
    store(odd, k2, q2)
    store(even, k3, p3)
    store(odd, k4, q4)
    store(even, k5, p5)
    store(even, k6, p6)
    store(odd, k7, q7)


@helper
def _bits_unequal(r, i, start, size, low, high, tangents):
    """Bits low ... high - 1, above those inside a register, up to three in a pass."""
    width, bit = np.uint64(32 // r.itemsize), low
    while bit < high:
        count = min(3 if r.itemsize << bit < ALIAS_BYTES else 2, high - bit)
        h, first = _ONE << np.uint64(bit), bit - low
        t0, n0 = _splat_both(r, tangents, first)
        t1, n1 = _splat_both(r, tangents, min(first + 1, high - low - 1))
        t2, n2 = _splat_both(r, tangents, min(first + 2, high - low - 1))
        for base in range(start, start + size, h << np.uint64(count)):
            if count == 3:
                for k in range(base, base + h, width):
                    _eight_unequal(r, i, k, h, t0, n0, t1, n1, t2, n2)
                    _eight_unequal(i, r, k, h, n0, t0, n1, t1, n2, t2)
            elif count == 2:
                for k in range(base, base + h, width):
                    _four_unequal(r, i, k, h, t0, n0, t1, n1)
                    _four_unequal(i, r, k, h, n0, t0, n1, t1)
            else:
                for k in range(base, base + h, width):
                    _two_unequal(r, i, k, h, t0, n0)
                    _two_unequal(i, r, k, h, n0, t0)
        bit += count


@helper
def rotate_tile_unequal(r, i, start, low, high, tangents):
    """Butterflies of bits low ... high - 1 of a tile; low is zero or at least three."""
    inner = min(high, _inner_bits(r, 2))
    part = _ONE << np.uint64(inner)
    lowest = low if low > 0 else _bits_in_register(r)
    for first in range(start, start + (_ONE << np.uint64(high)), part):
        if low == 0:
            _lanes(r, i, first, part, tangents)
        _bits_unequal(r, i, first, part, lowest, inner, tangents[lowest - low :])
    middle = max(low, inner)
    whole = _ONE << np.uint64(high)
    _bits_unequal(r, i, start, whole, middle, high, tangents[middle - low :])


# -- backward ------------------------------------------------------------------------------


@helper
def weight_after(tangents, count):
    """What overlaps have shrunk to, of the size they have when so many bits are undone."""
    weight = 1.0
    for bit in range(count):
        weight /= 1 + tangents[bit] * tangents[bit]
    return weight


@helper
def _lanes_back(r, i, u, v, start, size, tangents, sums):
    width = np.uint64(32 // r.itemsize)
    n0, t0 = _splat_both(r, tangents, 0)
    n1, t1 = _splat_both(r, tangents, 1)
    n2, t2 = _splat_both(r, tangents, 2)
    s0 = s1 = s2 = splat_register(r, 0.0)
    for k in range(start, start + size, width):
        x, y = load_register(r, k), load_register(i, k)
        z, w = load_register(u, k), load_register(v, k)
        m = negate(z)
        s0 = multiply_add(w, exchange(x, 1), multiply_add(m, exchange(y, 1), s0))
        s1 = multiply_add(w, exchange(x, 2), multiply_add(m, exchange(y, 2), s1))
        x, y = multiply_add(n0, exchange(y, 1), x), multiply_add(t0, exchange(x, 1), y)
        z, w = multiply_add(n0, exchange(w, 1), z), multiply_add(t0, exchange(z, 1), w)
        x, y = multiply_add(n1, exchange(y, 2), x), multiply_add(t1, exchange(x, 2), y)
        z, w = multiply_add(n1, exchange(w, 2), z), multiply_add(t1, exchange(z, 2), w)
        if width == 8:
            m = negate(z)
            s2 = multiply_add(w, exchange(x, 4), multiply_add(m, exchange(y, 4), s2))
            x, y = multiply_add(n2, exchange(y, 4), x), multiply_add(t2, exchange(x, 4), y)
            z, w = multiply_add(n2, exchange(w, 4), z), multiply_add(t2, exchange(z, 4), w)
        store(r, k, x)
        store(i, k, y)
        store(u, k, z)
        store(v, k, w)
    sums[0] += total(widen(s0))
    sums[1] += total(widen(s1))
    if width == 8:
        sums[2] += weight_after(tangents, 2) * total(widen(s2))


@helper
def _two_unequal_back(even, odd, even_bra, odd_bra, k, h, t, n, sums):
    """`_two_unequal` on both states, and their overlap, added to `sums`."""
    p, q = load_register(even, k), load_register(odd, k + h)
    u, v = load_register(even_bra, k), load_register(odd_bra, k + h)
    sums = multiply_add(v, p, multiply_add(negate(u), q, sums))
    p, q = turn(t, n, p, q)
    u, v = turn(t, n, u, v)
    store(even, k, p)
    store(odd, k + h, q)
    store(even_bra, k, u)
    store(odd_bra, k + h, v)
    return sums


@helper
def _four_unequal_back(even, odd, even_bra, odd_bra, k, h, t0, n0, t1, n1, s0, s1):
    """The same of `_four_unequal`, with sums for either bit."""
    k1, k2, k3 = k + h, k + _TWO * h, k + _THREE * h
    p0, p3 = load_register(even, k), load_register(even, k3)
    q1, q2 = load_register(odd, k1), load_register(odd, k2)
    u0, u3 = load_register(even_bra, k), load_register(even_bra, k3)
    v1, v2 = load_register(odd_bra, k1), load_register(odd_bra, k2)
    s0 = multiply_add(v1, p0, multiply_add(v2, p3, s0))
    s1 = multiply_add(v2, p0, multiply_add(v1, p3, s1))
    m0, m3 = negate(u0), negate(u3)
    s0 = multiply_add(m0, q1, multiply_add(m3, q2, s0))
    s1 = multiply_add(m0, q2, multiply_add(m3, q1, s1))
    p0, q1, q2, p3 = _turn_four_unequal(t0, n0, t1, n1, p0, q1, q2, p3)
    store(even, k, p0)
    store(odd, k1, q1)
    store(odd, k2, q2)
    store(even, k3, p3)
    u0, v1, v2, u3 = _turn_four_unequal(t0, n0, t1, n1, u0, v1, v2, u3)
    store(even_bra, k, u0)
    store(odd_bra, k1, v1)
    store(odd_bra, k2, v2)
    store(even_bra, k3, u3)
    return s0, s1


@helper
def _bits_unequal_back(r, i, u, v, start, size, low, high, tangents, weight, sums):
    """Undo `_bits_unequal`; `weight` is that of overlaps before."""
    width, bit = np.uint64(32 // r.itemsize), low
    while bit < high:
        count = min(2, high - bit)
        h, first = _ONE << np.uint64(bit), bit - low
        n0, t0 = _splat_both(r, tangents, first)
        n1, t1 = _splat_both(r, tangents, first + count - 1)
        above0 = above1 = below0 = below1 = splat_register(r, 0.0)
        for base in range(start, start + size, h << np.uint64(count)):
            if count == 2:
                for k in range(base, base + h, width):
                    above0, above1 = _four_unequal_back(
                        r, i, u, v, k, h, t0, n0, t1, n1, above0, above1
                    )
                    below0, below1 = _four_unequal_back(
                        i, r, v, u, k, h, n0, t0, n1, t1, below0, below1
                    )
            else:
                for k in range(base, base + h, width):
                    above0 = _two_unequal_back(r, i, u, v, k, h, t0, n0, above0)
                    below0 = _two_unequal_back(i, r, v, u, k, h, n0, t0, below0)
        sums[first] += weight * (total(widen(above0)) - total(widen(below0)))
        if count == 2:
            sums[first + 1] += weight * (total(widen(above1)) - total(widen(below1)))
        weight *= weight_after(tangents[first:], count)
        bit += count


@helper
def rotate_tile_unequal_back(r, i, u, v, start, low, high, tangents, sums):
    """Undo `rotate_tile_unequal` on r + i i and u + i v; add the overlap of each bit to `sums`.

    Overlaps are in units of those that the states have before.
    """
    inner = min(high, _inner_bits(r, 4))
    part = _ONE << np.uint64(inner)
    lowest = low if low > 0 else _bits_in_register(r)
    done = lowest - low
    for first in range(start, start + (_ONE << np.uint64(high)), part):
        if low == 0:
            _lanes_back(r, i, u, v, first, part, tangents, sums)
        _bits_unequal_back(
            r, i, u, v, first, part, lowest, inner, tangents[done:],
            weight_after(tangents, done), sums[done:],
        )  # fmt: skip
    whole, middle = _ONE << np.uint64(high), max(low, inner)
    done = middle - low
    _bits_unequal_back(
        r, i, u, v, start, whole, middle, high, tangents[done:], weight_after(tangents, done),
        sums[done:],
    )  # fmt: skip
