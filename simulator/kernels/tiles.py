"""Copies between rows of a vector and buffers that hold eight of them side by side.

Number l of row r of a buffer is tile[8 r + l]: number r of the l-th row of the vector.
"""

from __future__ import annotations

import numpy as np

from .kernel import helper
from .lanes import add, load, splat, store, transpose
from .layout import WIDTH

_WIDTH = np.uint64(WIDTH)


@helper
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


@helper
def _eight(psi, positions, k, place):
    """Eight numbers of each of eight rows, transposed."""
    return transpose(
        load(psi, np.uint64(positions[k]) + place),
        load(psi, np.uint64(positions[k + 1]) + place),
        load(psi, np.uint64(positions[k + 2]) + place),
        load(psi, np.uint64(positions[k + 3]) + place),
        load(psi, np.uint64(positions[k + 4]) + place),
        load(psi, np.uint64(positions[k + 5]) + place),
        load(psi, np.uint64(positions[k + 6]) + place),
        load(psi, np.uint64(positions[k + 7]) + place),
    )


@helper
def _numbers(psi, positions, k, last, place):
    """Eight numbers of a row, or zeros for one that is not there."""
    return load(psi, np.uint64(positions[k]) + place) if k < last else splat(psi, 0.0)


@helper
def _fewer(psi, positions, k, last, place):
    """Eight numbers of each row before the last, of up to seven, transposed."""
    zeros = splat(psi, 0.0)
    return transpose(
        _numbers(psi, positions, k, last, place),
        _numbers(psi, positions, k + 1, last, place),
        _numbers(psi, positions, k + 2, last, place),
        _numbers(psi, positions, k + 3, last, place),
        _numbers(psi, positions, k + 4, last, place),
        _numbers(psi, positions, k + 5, last, place),
        _numbers(psi, positions, k + 6, last, place),
        zeros,
    )


@helper
def pack_rows(tile, start, psi, positions, first, count, length):
    """Copy `count` rows, the l-th from positions[first + l] on, to row `start` of the buffer on.

    Where there are fewer than eight, zeros stand in for the others.
    """
    begin, done = np.uint64(start) * _WIDTH, np.int64(0)
    if length < WIDTH:
        for k in range(begin, begin + np.uint64(length) * _WIDTH):
            tile[k] = 0
        for lane in range(count):
            for r in range(length):
                tile[(start + r) * WIDTH + lane] = psi[positions[first + lane] + r]
        return
    while done < length:
        done = min(done, length - WIDTH)  # the last eight may be copied twice
        place = np.uint64(done)
        if count == WIDTH:
            rows = _eight(psi, positions, first, place)
        else:
            rows = _fewer(psi, positions, first, first + count, place)
        target = begin + place * _WIDTH
        for row in rows:
            store(tile, target, row)
            target += _WIDTH
        done += WIDTH


@helper
def unpack_rows(tile, start, psi, positions, first, count, length):
    """Copy back what `pack_rows` copied."""
    begin, done = np.uint64(start) * _WIDTH, np.int64(0)
    if length < WIDTH:
        for lane in range(count):
            for r in range(length):
                psi[positions[first + lane] + r] = tile[(start + r) * WIDTH + lane]
        return
    while done < length:
        done = min(done, length - WIDTH)
        place = np.uint64(done)
        rows = _columns(tile, begin + place * _WIDTH)
        lane = first
        for row in rows:
            if lane < first + count:
                store(psi, np.uint64(positions[lane]) + place, row)
            lane += 1
        done += WIDTH


@helper
def add_rows(tile, start, psi, positions, first, count, length):
    """Add the buffer to rows instead of replacing them."""
    begin, done = np.uint64(start) * _WIDTH, np.int64(0)
    while done + WIDTH <= length:
        place = np.uint64(done)
        rows = _columns(tile, begin + place * _WIDTH)
        lane = first
        for row in rows:
            if lane < first + count:
                target = np.uint64(positions[lane]) + place
                store(psi, target, add(load(psi, target), row))
            lane += 1
        done += WIDTH
    for lane in range(count):
        for r in range(done, length):
            psi[positions[first + lane] + r] += tile[(start + r) * WIDTH + lane]
