"""XY interactions: M = sum over pairs of qubits of (XX + YY)/2, which exchanges their bits.

A pair couples each position whose configuration has its bits 1, 0 to the one with 0, 1.
Neighbouring positions are often coupled to neighbours: row r of `runs` is (source, target,
length) and couples source + k to target + k for k < length, in each of `repeats` blocks of
`period` positions.  No position comes twice, so threads share the runs freely.

A sum over pairs is a sparse matrix of ones, see `recur`.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .kernel import kernel, merged_helper
from .lanes import add, load, multiply, multiply_add, negate, splat, store, total, widen
from .layout import WIDTH

# Pieces of work that threads take.
_PARTS = 64
# Amplitudes with the same neighbours that are taken together.
_CHUNK = 1024
_WIDTH = np.uint64(WIDTH)


@merged_helper
def _part(count, period, repeats, part):
    """The first run of a part, the start of its block, and the number of runs in the part."""
    runs = count * repeats
    start, stop = runs * part // _PARTS, runs * (part + 1) // _PARTS
    if start == stop:
        return 0, 0, 0
    return start % count, start // count * period, stop - start


@merged_helper
def _rotate_run(re, im, s, t, length, c, sine):
    """X, y <- cos a x + i sin a y, cos a y + i sin a x on one run."""
    cosines, sines, minus = splat(re, c), splat(re, sine), splat(re, -sine)
    whole = length // _WIDTH * _WIDTH
    for k in range(np.uint64(0), whole, _WIDTH):
        xr, xi, yr, yi = load(re, s + k), load(im, s + k), load(re, t + k), load(im, t + k)
        store(re, s + k, multiply_add(cosines, xr, multiply(minus, yi)))
        store(im, s + k, multiply_add(cosines, xi, multiply(sines, yr)))
        store(re, t + k, multiply_add(cosines, yr, multiply(minus, xi)))
        store(im, t + k, multiply_add(cosines, yi, multiply(sines, xr)))
    for k in range(whole, length):
        xr, xi, yr, yi = re[s + k], im[s + k], re[t + k], im[t + k]
        re[s + k], im[s + k] = c * xr - sine * yi, c * xi + sine * yr
        re[t + k], im[t + k] = c * yr - sine * xi, c * yi + sine * xr


@merged_helper
def _overlap_run(lre, lim, re, im, s, t, length):
    """Re <lam|i M|psi> of one run."""
    result = 0.0
    whole = length // _WIDTH * _WIDTH
    if whole:
        sums = widen(splat(re, 0.0))
        for k in range(np.uint64(0), whole, _WIDTH):
            xr, xi, yr, yi = load(re, s + k), load(im, s + k), load(re, t + k), load(im, t + k)
            ur, ui, vr, vi = load(lre, s + k), load(lim, s + k), load(lre, t + k), load(lim, t + k)
            forth = multiply_add(ui, yr, multiply(negate(ur), yi))
            back = multiply_add(vi, xr, multiply(negate(vr), xi))
            sums = add(sums, add(widen(forth), widen(back)))
        result += total(sums)
    for k in range(whole, length):
        result += np.float64(lim[s + k]) * re[t + k] - np.float64(lre[s + k]) * im[t + k]
        result += np.float64(lim[t + k]) * re[s + k] - np.float64(lre[t + k]) * im[s + k]
    return result


@kernel
def rotate(re, im, runs, period, repeats, c, s):
    """Apply exp(i a M) of one pair, with c = cos a and s = sin a."""
    for part in prange(_PARTS):
        run, block, count = _part(len(runs), period, repeats, part)
        for _ in range(count):
            source, target = np.uint64(block + runs[run, 0]), np.uint64(block + runs[run, 1])
            _rotate_run(re, im, source, target, np.uint64(runs[run, 2]), c, s)
            run += 1
            if run == len(runs):
                run, block = 0, block + period


@kernel
def rotate_back(re, im, lre, lim, runs, period, repeats, c, s):
    """Apply exp(-i a M) of one pair to psi and lam; return Re <lam|i M|psi>."""
    overlap = 0.0
    for part in prange(_PARTS):
        run, block, count = _part(len(runs), period, repeats, part)
        for _ in range(count):
            source, target = np.uint64(block + runs[run, 0]), np.uint64(block + runs[run, 1])
            length = np.uint64(runs[run, 2])
            overlap += _overlap_run(lre, lim, re, im, source, target, length)
            _rotate_run(re, im, source, target, length, c, -s)
            _rotate_run(lre, lim, source, target, length, c, -s)
            run += 1
            if run == len(runs):
                run, block = 0, block + period
    return overlap


@kernel
def exchange(re, im, out_re, out_im, runs, period, repeats):
    """Write i M psi of one pair where it is not zero."""
    for part in prange(_PARTS):
        run, block, count = _part(len(runs), period, repeats, part)
        for _ in range(count):
            source, target = np.uint64(block + runs[run, 0]), np.uint64(block + runs[run, 1])
            for k in range(np.uint64(runs[run, 2])):
                out_re[source + k], out_im[source + k] = -im[target + k], re[target + k]
                out_re[target + k], out_im[target + k] = -im[source + k], re[source + k]
            run += 1
            if run == len(runs):
                run, block = 0, block + period


@kernel
def recur(
    re, im, out_re, out_im, sum_re, sum_im, neighbours, starts, stride,
    center, factor, weight_re, weight_im,
):  # fmt: skip
    """Replace out by factor (M - center) psi - out, and add weight times that to sum.

    M acts on the middle one of three indices, the last of which runs over `stride` values:
    row r of it has ones in columns neighbours[starts[r]] ... neighbours[starts[r + 1] - 1].
    """
    rows = len(starts) - 1
    chunks = (stride + _CHUNK - 1) // _CHUNK
    tasks = re.size // stride * chunks
    for part in prange(_PARTS):
        start, stop = tasks * part // _PARTS, tasks * (part + 1) // _PARTS
        # Counted on instead of divided anew, because divisions would take most of the time.
        chunk, row = start % chunks, start // chunks % rows
        block = (start // chunks - row) * stride
        for _ in range(start, stop):
            first, last = starts[row], starts[row + 1]
            for k in range(chunk * _CHUNK, min(stride, (chunk + 1) * _CHUNK)):
                x, y = 0.0, 0.0
                for entry in range(np.uint64(first), np.uint64(last)):
                    neighbour = np.uint64(block + k + neighbours[entry] * stride)
                    x += re[neighbour]
                    y += im[neighbour]
                here = np.uint64(block + k + row * stride)
                x = factor * (x - center * re[here]) - out_re[here]
                y = factor * (y - center * im[here]) - out_im[here]
                out_re[here], out_im[here] = x, y
                sum_re[here] += weight_re * x - weight_im * y
                sum_im[here] += weight_re * y + weight_im * x
            chunk += 1
            if chunk == chunks:
                chunk, row = 0, row + 1
                if row == rows:
                    row, block = 0, block + rows * stride
