"""Phases exp(-i a f(x)) on parts of a tile.

A diagonal is a label for each position, see `layout.Labels`. Of codes, `table` holds pairs (cosine,
sine); of values, `turn` is the angle as a fraction of a full turn. All forms multiply by `scale` as
well: in the table, or on the way.
"""

from __future__ import annotations

import math

import numpy as np

from .codes import convert_codes, look_up
from .kernel import inlined_helper
from .lanes import (
    add,
    load_register,
    multiply,
    multiply_add,
    negate,
    splat_register,
    store,
    total,
    widen,
)
from .layout import NOTHING, VALUES


@inlined_helper
def cosine_and_sine(fraction):
    """Of a fraction of a full turn, to double precision.

    Plain arithmetic without a branch, so that compilers vectorise the loops that call it. Of an
    eighth of the angle the power series is short; three doublings lead back.
    """
    x = (fraction - np.rint(fraction)) * (math.pi / 4)
    y = x * x
    # Of s = sin x and h = 1 - cos x, doubling keeps the relative accuracy of small angles.
    s = x * (1 - y / 6 * (1 - y / 20 * (1 - y / 42 * (1 - y / 72 * (1 - y / 110 * (1 - y / 156))))))
    h = y / 2 * (1 - y / 12 * (1 - y / 30 * (1 - y / 56 * (1 - y / 90 * (1 - y / 132)))))
    for _ in range(3):
        s, h = 2 * s * (1 - h), 2 * s * s
    return 1 - h, s


@inlined_helper
def rotate_phases(r, i, start, count, kind, labels, position, table, turn, scale):
    """Multiply `count` amplitudes of a tile, from `start` on, by their phases.

    `labels` from `position` on are theirs, unless the kind is NOTHING; counts are whole registers.
    """
    width = np.uint64(32 // r.itemsize)
    if kind == VALUES:
        for k in range(count):
            c, s = cosine_and_sine(turn * labels.values[position + k])
            x, y = r[start + k], i[start + k]
            r[start + k] = scale * (c * x + s * y)
            i[start + k] = scale * (c * y - s * x)
    elif kind == NOTHING:
        factor = splat_register(r, scale)
        for k in range(start, start + count, width):
            store(r, k, multiply(factor, load_register(r, k)))
            store(i, k, multiply(factor, load_register(i, k)))
    else:
        for k in range(np.uint64(0), count, width):
            c, s = look_up(table, labels.narrow, labels.wide, kind, position + k)
            x, y = load_register(r, start + k), load_register(i, start + k)
            store(r, start + k, multiply_add(c, x, multiply(s, y)))
            store(i, start + k, multiply_add(c, y, negate(multiply(s, x))))


@inlined_helper
def rotate_phases_back(r, i, u, v, start, count, kind, labels, position, table, turn, scale):
    """Undo the phases of psi = r + i i and lam = u + i v, and multiply both by `scale`.

    Returns the sums of f Im(conj(lam) psi) and of Im(conj(lam) psi) before the scaling; in the
    first, f is the code where there are codes.
    """
    width = np.uint64(32 // r.itemsize)
    weighted, plain = 0.0, 0.0
    if kind == VALUES:
        for k in range(count):
            f, here = labels.values[position + k], start + k
            c, s = cosine_and_sine(turn * f)
            x, y, p, q = r[here], i[here], u[here], v[here]
            weighted += f * (np.float64(p) * y - np.float64(q) * x)
            r[here] = scale * (c * x - s * y)
            i[here] = scale * (c * y + s * x)
            u[here] = scale * (c * p - s * q)
            v[here] = scale * (c * q + s * p)
    elif kind == NOTHING:
        factor = splat_register(r, scale)
        for k in range(start, start + count, width):
            store(r, k, multiply(factor, load_register(r, k)))
            store(i, k, multiply(factor, load_register(i, k)))
            store(u, k, multiply(factor, load_register(u, k)))
            store(v, k, multiply(factor, load_register(v, k)))
    else:
        sums, alone = splat_register(r, 0.0), splat_register(r, 0.0)
        for k in range(np.uint64(0), count, width):
            c, s = look_up(table, labels.narrow, labels.wide, kind, position + k)
            here = start + k
            x, y = load_register(r, here), load_register(i, here)
            p, q = load_register(u, here), load_register(v, here)
            product = multiply_add(p, y, negate(multiply(q, x)))
            code = convert_codes(labels.narrow, labels.wide, kind, position + k, x)
            sums = multiply_add(code, product, sums)
            alone = add(alone, product)
            store(r, here, multiply_add(c, x, negate(multiply(s, y))))
            store(i, here, multiply_add(c, y, multiply(s, x)))
            store(u, here, multiply_add(c, p, negate(multiply(s, q))))
            store(v, here, multiply_add(c, q, multiply(s, p)))
        weighted, plain = total(widen(sums)), total(widen(alone))
    return weighted, plain
