"""The Walsh-Hadamard transform of a few thousand numbers, in place.

    W[S] = sum_x a[x] (-1)^|x & S|,     |y| the number of ones of y.

Of weights of products of spins it makes the values of their sum, and of a function the sums of
that function times each product of spins: the same n additions per number, for all products
together.
"""

from __future__ import annotations

import numpy as np

from .kernel import helper
from .lanes import add, exchange, load_register, multiply_add, negate, store

LEAST_BITS = 2  # one register

_ZERO, _ONE, _TWO, _THREE, _FOUR = (np.uint64(k) for k in range(5))
_WIDTH = np.uint64(4)
# The signs of lane j in the sums over its bits zero and one.
_SIGNS = np.array([1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0])


@helper
def _sum_and_difference(x, y):
    return add(x, y), add(x, negate(y))


@helper
def _transform_lanes(array, size):
    """The bits inside a register."""
    first, second = load_register(_SIGNS, _ZERO), load_register(_SIGNS, _WIDTH)
    for k in range(_ZERO, size, _WIDTH):
        x = load_register(array, k)
        x = multiply_add(first, x, exchange(x, 1))
        store(array, k, multiply_add(second, x, exchange(x, 2)))


@helper
def _transform_two(array, k, h):
    """Positions k and k + h."""
    a, b = _sum_and_difference(load_register(array, k), load_register(array, k + h))
    store(array, k, a)
    store(array, k + h, b)


@helper
def _transform_four(array, k, h):
    """Positions k + {0, 1, 2, 3} h, two bits of them."""
    a, b = _sum_and_difference(load_register(array, k), load_register(array, k + h))
    k += _TWO * h
    c, d = _sum_and_difference(load_register(array, k), load_register(array, k + h))
    a, c = _sum_and_difference(a, c)
    b, d = _sum_and_difference(b, d)
    store(array, k, c)
    store(array, k + h, d)
    k -= _TWO * h
    store(array, k, a)
    store(array, k + h, b)


@helper
def _transform_eight(array, k, h):
    """Positions k + {0, ..., 7} h, three bits of them."""
    a, b = _sum_and_difference(load_register(array, k), load_register(array, k + h))
    c, d = _sum_and_difference(
        load_register(array, k + _TWO * h), load_register(array, k + _THREE * h)
    )
    m = k + _FOUR * h
    e, f = _sum_and_difference(load_register(array, m), load_register(array, m + h))
    g, o = _sum_and_difference(
        load_register(array, m + _TWO * h), load_register(array, m + _THREE * h)
    )
    a, c = _sum_and_difference(a, c)
    b, d = _sum_and_difference(b, d)
    e, g = _sum_and_difference(e, g)
    f, o = _sum_and_difference(f, o)
    a, e = _sum_and_difference(a, e)
    b, f = _sum_and_difference(b, f)
    c, g = _sum_and_difference(c, g)
    d, o = _sum_and_difference(d, o)
    store(array, k, a)
    store(array, k + h, b)
    store(array, k + _TWO * h, c)
    store(array, k + _THREE * h, d)
    store(array, m, e)
    store(array, m + h, f)
    store(array, m + _TWO * h, g)
    store(array, m + _THREE * h, o)


@helper
def transform(array, bits):
    """Transform the first 2^bits numbers, in double precision; bits at least `LEAST_BITS`."""
    size = _ONE << np.uint64(bits)
    _transform_lanes(array, size)
    bit = LEAST_BITS
    while bit < bits:
        count = min(3, bits - bit)
        h = _ONE << np.uint64(bit)
        for base in range(_ZERO, size, h << np.uint64(count)):
            for k in range(base, base + h, _WIDTH):
                if count == 3:
                    _transform_eight(array, k, h)
                elif count == 2:
                    _transform_four(array, k, h)
                else:
                    _transform_two(array, k, h)
        bit += count
