"""Copies between rows of a vector and buffers that hold eight of them side by side.

Number l of row r of a buffer is tile[8 r + l]: number r of the l-th row of the vector.
"""

from __future__ import annotations

import numba
import numpy as np

from .lanes import WIDTH, add, load, store, transpose

_WIDTH = np.uint64(WIDTH)
_OPTIONS = {"nogil": True, "error_model": "numpy"}


@numba.njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def pack_rows(tile, start, psi, positions, first, count, length):
    """Copy `count` rows, the l-th from positions[first + l] on, to row `start` of the buffer on.

    Where there are fewer than eight, zeros stand in for the others.
    """
    begin = np.uint64(start) * _WIDTH
    if count < WIDTH or length < WIDTH:
        if count < WIDTH:
            tile[begin : begin + np.uint64(length) * _WIDTH] = 0
        for lane in range(count):
            source, target = np.uint64(positions[first + lane]), begin + np.uint64(lane)
            for _ in range(length):
                tile[target] = psi[source]
                source += np.uint64(1)
                target += _WIDTH
        return
    a, b = np.uint64(positions[first]), np.uint64(positions[first + 1])
    c, d = np.uint64(positions[first + 2]), np.uint64(positions[first + 3])
    e, f = np.uint64(positions[first + 4]), np.uint64(positions[first + 5])
    g, h = np.uint64(positions[first + 6]), np.uint64(positions[first + 7])
    done = 0
    while done < length:
        done = min(done, length - WIDTH)  # the last eight may be copied twice
        r = np.uint64(done)
        rows = transpose(
            load(psi, a + r), load(psi, b + r), load(psi, c + r), load(psi, d + r),
            load(psi, e + r), load(psi, f + r), load(psi, g + r), load(psi, h + r),
        )  # fmt: skip
        target = begin + r * _WIDTH
        for row in rows:
            store(tile, target, row)
            target += _WIDTH
        done += WIDTH


@numba.njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def unpack_rows(tile, start, psi, positions, first, count, length):
    """Copy back what `pack_rows` copied."""
    begin = np.uint64(start) * _WIDTH
    if count < WIDTH or length < WIDTH:
        for lane in range(count):
            source, target = begin + np.uint64(lane), np.uint64(positions[first + lane])
            for _ in range(length):
                psi[target] = tile[source]
                source += _WIDTH
                target += np.uint64(1)
        return
    done = 0
    while done < length:
        done = min(done, length - WIDTH)
        r = np.uint64(done)
        source = begin + r * _WIDTH
        rows = transpose(
            load(tile, source),
            load(tile, source + _WIDTH),
            load(tile, source + np.uint64(2 * WIDTH)),
            load(tile, source + np.uint64(3 * WIDTH)),
            load(tile, source + np.uint64(4 * WIDTH)),
            load(tile, source + np.uint64(5 * WIDTH)),
            load(tile, source + np.uint64(6 * WIDTH)),
            load(tile, source + np.uint64(7 * WIDTH)),
        )
        lane = np.uint64(first)
        for row in rows:
            store(psi, np.uint64(positions[lane]) + r, row)
            lane += np.uint64(1)
        done += WIDTH


@numba.njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def add_rows(tile, start, psi, positions, first, count, length):
    """Add the buffer to rows instead of replacing them."""
    begin, done = np.uint64(start) * _WIDTH, 0
    while count == WIDTH and done + WIDTH <= length:
        r = np.uint64(done)
        source = begin + r * _WIDTH
        rows = transpose(
            load(tile, source),
            load(tile, source + _WIDTH),
            load(tile, source + np.uint64(2 * WIDTH)),
            load(tile, source + np.uint64(3 * WIDTH)),
            load(tile, source + np.uint64(4 * WIDTH)),
            load(tile, source + np.uint64(5 * WIDTH)),
            load(tile, source + np.uint64(6 * WIDTH)),
            load(tile, source + np.uint64(7 * WIDTH)),
        )
        lane = np.uint64(first)
        for row in rows:
            target = np.uint64(positions[lane]) + r
            store(psi, target, add(load(psi, target), row))
            lane += np.uint64(1)
        done += WIDTH
    for lane in range(count):
        for r in range(done, length):
            psi[positions[first + lane] + r] += tile[(start + r) * WIDTH + lane]
