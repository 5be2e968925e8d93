"""XY interactions: M = sum over pairs of qubits of (XX + YY)/2, which exchanges their bits.

A pair couples each position whose configuration has its bits 1, 0 to the one with 0, 1.
Neighbouring positions are often coupled to neighbours: row r of `runs` is (source, target,
length) and couples source + k to target + k for k < length.  A row of `pairs` is (first run, one
past the last run, period, repeats): these runs hold in each of `repeats` blocks of `period`
positions.  The runs of a pair touch every position once at most, so threads share them freely.
"""

from __future__ import annotations

import numba
import numpy as np
from numba import prange

from .kernel import kernel
from .lanes import WIDTH, add, load, multiply, multiply_add, negate, splat, store, total, widen

# Pieces of work that threads take.
_PARTS = 64
_WIDTH = np.uint64(WIDTH)
_OPTIONS = {"nogil": True, "error_model": "numpy"}


@numba.njit(**_OPTIONS)
def _part(pair, part):
    """The first run of a part, the start of its block, and the number of runs in the part."""
    count = pair[1] - pair[0]
    runs = count * pair[3]
    start, stop = runs * part // _PARTS, runs * (part + 1) // _PARTS
    if start == stop:
        return pair[0], pair[2], 0
    return pair[0] + start % count, start // count * pair[2], stop - start


@numba.njit(**_OPTIONS)
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


@numba.njit(**_OPTIONS)
def _overlap_run(lre, lim, re, im, s, t, length):
    """Re <lam|i M|psi> of one run."""
    sums = widen(splat(re, 0.0))
    whole = length // _WIDTH * _WIDTH
    for k in range(np.uint64(0), whole, _WIDTH):
        forth = multiply_add(
            load(lim, s + k), load(re, t + k), multiply(negate(load(lre, s + k)), load(im, t + k))
        )
        back = multiply_add(
            load(lim, t + k), load(re, s + k), multiply(negate(load(lre, t + k)), load(im, s + k))
        )
        sums = add(sums, add(widen(forth), widen(back)))
    result = total(sums)
    for k in range(whole, length):
        result += np.float64(lim[s + k]) * re[t + k] - np.float64(lre[s + k]) * im[t + k]
        result += np.float64(lim[t + k]) * re[s + k] - np.float64(lre[t + k]) * im[s + k]
    return result


@numba.njit(**_OPTIONS)
def _add_run(vector, out, s, t, length, factor):
    """Add the factor times what one run exchanges."""
    factors = splat(out, factor)
    whole = length // _WIDTH * _WIDTH
    for k in range(np.uint64(0), whole, _WIDTH):
        store(out, s + k, multiply_add(factors, load(vector, t + k), load(out, s + k)))
        store(out, t + k, multiply_add(factors, load(vector, s + k), load(out, t + k)))
    for k in range(whole, length):
        out[s + k] += factor * vector[t + k]
        out[t + k] += factor * vector[s + k]


@kernel
def rotate(re, im, runs, pairs, c, s):
    """Apply exp(i a M) of the only pair, with c = cos a and s = sin a."""
    pair = pairs[0]
    for part in prange(_PARTS):
        run, block, count = _part(pair, part)
        for _ in range(count):
            source, target = np.uint64(block + runs[run, 0]), np.uint64(block + runs[run, 1])
            _rotate_run(re, im, source, target, np.uint64(runs[run, 2]), c, s)
            run += 1
            if run == pair[1]:
                run, block = pair[0], block + pair[2]


@kernel
def rotate_back(re, im, lre, lim, runs, pairs, c, s):
    """Apply exp(-i a M) of the only pair to psi and lam; return Re <lam|i M|psi>."""
    pair = pairs[0]
    result = 0.0
    for part in prange(_PARTS):
        run, block, count = _part(pair, part)
        for _ in range(count):
            source, target = np.uint64(block + runs[run, 0]), np.uint64(block + runs[run, 1])
            length = np.uint64(runs[run, 2])
            result += _overlap_run(lre, lim, re, im, source, target, length)
            _rotate_run(re, im, source, target, length, c, -s)
            _rotate_run(lre, lim, source, target, length, c, -s)
            run += 1
            if run == pair[1]:
                run, block = pair[0], block + pair[2]
    return result


@kernel
def overlap(lre, lim, re, im, runs, pairs):
    """Re <lam|i M|psi>."""
    result = 0.0
    for p in range(len(pairs)):
        pair = pairs[p]
        for part in prange(_PARTS):
            run, block, count = _part(pair, part)
            for _ in range(count):
                source, target = np.uint64(block + runs[run, 0]), np.uint64(block + runs[run, 1])
                length = np.uint64(runs[run, 2])
                result += _overlap_run(lre, lim, re, im, source, target, length)
                run += 1
                if run == pair[1]:
                    run, block = pair[0], block + pair[2]
    return result


@kernel
def add_exchanged(vector, out, runs, pairs, factor):
    """Add factor M vector to `out`, both real."""
    for p in range(len(pairs)):
        pair = pairs[p]
        for part in prange(_PARTS):
            run, block, count = _part(pair, part)
            for _ in range(count):
                source, target = np.uint64(block + runs[run, 0]), np.uint64(block + runs[run, 1])
                _add_run(vector, out, source, target, np.uint64(runs[run, 2]), factor)
                run += 1
                if run == pair[1]:
                    run, block = pair[0], block + pair[2]
