"""Copies between rows of a vector and buffers that hold eight of them side by side.

Number l of row r of a buffer is tile[8 r + l]: number r of the l-th row of the vector.
"""

from __future__ import annotations

import numba
import numpy as np

from .lanes import WIDTH, add, load, store, transpose

_WIDTH = np.uint64(WIDTH)
_OPTIONS = {"nogil": True, "error_model": "numpy"}


@numba.njit(**_OPTIONS)
def _columns(tile, start):
    """Eight rows of a buffer from a position on, transposed."""
    return transpose(
        load(tile, start),
        load(tile, start + _WIDTH),
        load(tile, start + np.uint64(2 * WIDTH)),
        load(tile, start + np.uint64(3 * WIDTH)),
        load(tile, start + np.uint64(4 * WIDTH)),
        load(tile, start + np.uint64(5 * WIDTH)),
        load(tile, start + np.uint64(6 * WIDTH)),
        load(tile, start + np.uint64(7 * WIDTH)),
    )


@numba.njit(**_OPTIONS)
def pack_rows(tile, start, psi, positions, first, count, length):
    """Copy `count` rows, the l-th from positions[first + l] on, to row `start` of the buffer on.

    Where there are fewer than eight, zeros stand in for the others.
    """
    begin = np.uint64(start) * _WIDTH
    if count < WIDTH or length < WIDTH:
        if count < WIDTH:
            tile[begin : begin + np.uint64(length) * _WIDTH] = 0
        for lane in range(count):
            for r in range(length):
                tile[(start + r) * WIDTH + lane] = psi[positions[first + lane] + r]
        return
    a, b = np.uint64(positions[first]), np.uint64(positions[first + 1])
    c, d = np.uint64(positions[first + 2]), np.uint64(positions[first + 3])
    e, f = np.uint64(positions[first + 4]), np.uint64(positions[first + 5])
    g, h = np.uint64(positions[first + 6]), np.uint64(positions[first + 7])
    done = np.int64(0)
    while done < length:
        done = min(done, length - WIDTH)  # the last eight may be copied twice
        place = np.uint64(done)
        rows = transpose(
            load(psi, a + place), load(psi, b + place), load(psi, c + place), load(psi, d + place),
            load(psi, e + place), load(psi, f + place), load(psi, g + place), load(psi, h + place),
        )  # fmt: skip
        target = begin + place * _WIDTH
        for row in rows:
            store(tile, target, row)
            target += _WIDTH
        done += WIDTH


@numba.njit(**_OPTIONS)
def unpack_rows(tile, start, psi, positions, first, count, length):
    """Copy back what `pack_rows` copied."""
    begin = np.uint64(start) * _WIDTH
    if count < WIDTH or length < WIDTH:
        for lane in range(count):
            for r in range(length):
                psi[positions[first + lane] + r] = tile[(start + r) * WIDTH + lane]
        return
    done = np.int64(0)
    while done < length:
        done = min(done, length - WIDTH)
        place = np.uint64(done)
        source = begin + place * _WIDTH
        rows = _columns(tile, source)
        k = first
        for row in rows:
            store(psi, np.uint64(positions[k]) + place, row)
            k += 1
        done += WIDTH


@numba.njit(**_OPTIONS)
def add_rows(tile, start, psi, positions, first, count, length):
    """Add the buffer to rows instead of replacing them."""
    begin, done = np.uint64(start) * _WIDTH, np.int64(0)
    while count == WIDTH and done + WIDTH <= length:
        place = np.uint64(done)
        source = begin + place * _WIDTH
        rows = _columns(tile, source)
        k = first
        for row in rows:
            target = np.uint64(positions[k]) + place
            store(psi, target, add(load(psi, target), row))
            k += 1
        done += WIDTH
    for lane in range(count):
        for r in range(done, length):
            psi[positions[first + lane] + r] += tile[(start + r) * WIDTH + lane]
