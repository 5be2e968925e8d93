"""exp(i a sum_j X_j): one butterfly per bit of the position.

Positions with bit j zero and one hold x and y; exp(i a X) maps them to
(x cos a + i y sin a, y cos a + i x sin a). Two bits at a time make a pass over four amplitudes.

Work is done in tiles of 2^12 amplitudes that stay in cache. The first round takes each
contiguous tile through its 12 bits. Each further round takes up to six higher bits: strips of
neighbouring amplitudes are gathered so that these bits are the top bits of a contiguous tile.
Compilers turn the passes into vector code only because strides are constants and indices are
unsigned, so that nothing can overlap or be negative.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange, uint64

from .kernel import kernel, serial_kernel

TILE_BITS = 12
ROUND_BITS = 6
TILE = uint64(1 << TILE_BITS)


def _compile(function, stride, **options):
    """Compile a pass under a name of its own.

    Kernels on disk carry the passes they use along, and symbols are told apart by name only: two
    strides under one name would get mixed up between kernels that different processes stored.
    """
    function.__name__ = function.__qualname__ = f"{function.__name__}_{stride}"
    return njit(**options)(function)


def _make_rotate2(stride):
    def rotate2(r, i, c, s, start):
        """The bit of one stride on one tile."""
        h = uint64(stride)
        for base in range(start, start + TILE, uint64(2) * h):
            for k in range(base, base + h):
                m = k + h
                xr, xi, yr, yi = r[k], i[k], r[m], i[m]
                r[k] = c * xr - s * yi
                i[k] = c * xi + s * yr
                r[m] = c * yr - s * xi
                i[m] = c * yi + s * xr

    return _compile(rotate2, stride)


def _make_rotate4(stride):
    def rotate4(r, i, c, s, start):
        """The bits of one stride and its double on one tile."""
        cc, cs, ss = c * c, c * s, s * s
        h = uint64(stride)
        for base in range(start, start + TILE, uint64(4) * h):
            for k in range(base, base + h):
                l, m, n = k + h, k + uint64(2) * h, k + uint64(3) * h  # noqa: E741
                kr, lr, mr, nr = r[k], r[l], r[m], r[n]
                ki, li, mi, ni = i[k], i[l], i[m], i[n]
                r[k] = cc * kr - cs * (li + mi) - ss * nr
                i[k] = cc * ki + cs * (lr + mr) - ss * ni
                r[l] = cc * lr - cs * (ki + ni) - ss * mr
                i[l] = cc * li + cs * (kr + nr) - ss * mi
                r[m] = cc * mr - cs * (ki + ni) - ss * lr
                i[m] = cc * mi + cs * (kr + nr) - ss * li
                r[n] = cc * nr - cs * (li + mi) - ss * kr
                i[n] = cc * ni + cs * (lr + mr) - ss * ki

    return _compile(rotate4, stride)


def _make_overlap2(stride):
    # Sums may be reordered, as vector code needs; nothing else is relaxed.
    def overlap2(u, v, r, i, start):
        """Re <lam|i X|psi> of the bit of one stride on one tile; lam is u + i v."""
        h = uint64(stride)
        total = 0.0
        for base in range(start, start + TILE, uint64(2) * h):
            for k in range(base, base + h):
                m = k + h
                total += v[k] * r[m] - u[k] * i[m] + v[m] * r[k] - u[m] * i[k]
        return total

    return _compile(overlap2, stride, fastmath={"reassoc"})


def _make_overlap4(stride):
    def overlap4(u, v, r, i, start):
        """The same of the bits of one stride and its double."""
        h = uint64(stride)
        total = 0.0
        for base in range(start, start + TILE, uint64(4) * h):
            for k in range(base, base + h):
                l, m, n = k + h, k + uint64(2) * h, k + uint64(3) * h  # noqa: E741
                total += (v[k] + v[n]) * (r[l] + r[m]) - (u[k] + u[n]) * (i[l] + i[m])
                total += (v[l] + v[m]) * (r[k] + r[n]) - (u[l] + u[m]) * (i[k] + i[n])
        return total

    return _compile(overlap4, stride, fastmath={"reassoc"})


_rotate4_1, _rotate4_4, _rotate4_16 = (_make_rotate4(h) for h in (1, 4, 16))
_rotate4_64, _rotate4_256, _rotate4_1024 = (_make_rotate4(h) for h in (64, 256, 1024))
_rotate2_128, _rotate2_512, _rotate2_2048 = (_make_rotate2(h) for h in (128, 512, 2048))
_overlap4_1, _overlap4_4, _overlap4_16 = (_make_overlap4(h) for h in (1, 4, 16))
_overlap4_64, _overlap4_256, _overlap4_1024 = (_make_overlap4(h) for h in (64, 256, 1024))
_overlap2_128, _overlap2_512, _overlap2_2048 = (_make_overlap2(h) for h in (128, 512, 2048))


@njit
def _rotate_tile(r, i, c, s, start):
    """All 12 bits of a tile."""
    _rotate4_1(r, i, c, s, start)
    _rotate4_4(r, i, c, s, start)
    _rotate4_16(r, i, c, s, start)
    _rotate4_64(r, i, c, s, start)
    _rotate4_256(r, i, c, s, start)
    _rotate4_1024(r, i, c, s, start)


@njit
def _rotate_top(r, i, c, s, bits):
    """The top `bits` bits, one to six, of a gathered tile."""
    start = uint64(0)
    if bits == 1:
        _rotate2_2048(r, i, c, s, start)
    if bits >= 2:
        _rotate4_1024(r, i, c, s, start)
    if bits == 3:
        _rotate2_512(r, i, c, s, start)
    if bits >= 4:
        _rotate4_256(r, i, c, s, start)
    if bits == 5:
        _rotate2_128(r, i, c, s, start)
    if bits == 6:
        _rotate4_64(r, i, c, s, start)


@njit
def _overlap_top(u, v, r, i, bits):
    """Sum of overlaps of the top `bits` bits, one to six, of a gathered tile."""
    start = uint64(0)
    total = 0.0
    if bits == 1:
        total += _overlap2_2048(u, v, r, i, start)
    if bits >= 2:
        total += _overlap4_1024(u, v, r, i, start)
    if bits == 3:
        total += _overlap2_512(u, v, r, i, start)
    if bits >= 4:
        total += _overlap4_256(u, v, r, i, start)
    if bits == 5:
        total += _overlap2_128(u, v, r, i, start)
    if bits == 6:
        total += _overlap4_64(u, v, r, i, start)
    return total


@njit
def _overlap_tile(u, v, r, i, start):
    """Sum of overlaps of all 12 bits of a tile."""
    return (
        _overlap4_1(u, v, r, i, start)
        + _overlap4_4(u, v, r, i, start)
        + _overlap4_16(u, v, r, i, start)
        + _overlap4_64(u, v, r, i, start)
        + _overlap4_256(u, v, r, i, start)
        + _overlap4_1024(u, v, r, i, start)
    )


@njit
def _gather(array, tile, strips, width, base, stride):
    for strip in range(strips):
        source = base + strip * stride
        tile[strip * width : (strip + 1) * width] = array[source : source + width]


@njit
def _scatter(array, tile, strips, width, base, stride):
    for strip in range(strips):
        source = base + strip * stride
        array[source : source + width] = tile[strip * width : (strip + 1) * width]


@kernel
def rotate(re, im, c, s):
    """Butterflies of all bits of an array of at least one tile."""
    size = re.size
    for t in prange(size >> TILE_BITS):
        _rotate_tile(re, im, c, s, uint64(t) << uint64(TILE_BITS))
    low = TILE_BITS
    while (1 << low) < size:
        bits = 0
        while bits < ROUND_BITS and (1 << (low + bits)) < size:
            bits += 1
        strips, stride = 1 << bits, 1 << low
        width = 1 << (TILE_BITS - bits)
        per_group = stride // width
        for t in prange(size >> TILE_BITS):
            base = (t // per_group) * strips * stride + (t % per_group) * width
            tr, ti = np.empty(1 << TILE_BITS, re.dtype), np.empty(1 << TILE_BITS, re.dtype)
            _gather(re, tr, strips, width, base, stride)
            _gather(im, ti, strips, width, base, stride)
            _rotate_top(tr, ti, c, s, bits)
            _scatter(re, tr, strips, width, base, stride)
            _scatter(im, ti, strips, width, base, stride)
        low += bits


@kernel
def rotate_back(re, im, lre, lim, c, s):
    """Butterflies on psi and lam alike; returns Re <lam| i sum_j X_j |psi>, which is invariant."""
    size = re.size
    total = 0.0
    for t in prange(size >> TILE_BITS):
        start = uint64(t) << uint64(TILE_BITS)
        total += _overlap_tile(lre, lim, re, im, start)
        _rotate_tile(re, im, c, s, start)
        _rotate_tile(lre, lim, c, s, start)
    low = TILE_BITS
    while (1 << low) < size:
        bits = 0
        while bits < ROUND_BITS and (1 << (low + bits)) < size:
            bits += 1
        strips, stride = 1 << bits, 1 << low
        width = 1 << (TILE_BITS - bits)
        per_group = stride // width
        for t in prange(size >> TILE_BITS):
            base = (t // per_group) * strips * stride + (t % per_group) * width
            tr, ti = np.empty(1 << TILE_BITS, re.dtype), np.empty(1 << TILE_BITS, re.dtype)
            tu, tv = np.empty(1 << TILE_BITS, re.dtype), np.empty(1 << TILE_BITS, re.dtype)
            _gather(re, tr, strips, width, base, stride)
            _gather(im, ti, strips, width, base, stride)
            _gather(lre, tu, strips, width, base, stride)
            _gather(lim, tv, strips, width, base, stride)
            total += _overlap_top(tu, tv, tr, ti, bits)
            _rotate_top(tr, ti, c, s, bits)
            _rotate_top(tu, tv, c, s, bits)
            _scatter(re, tr, strips, width, base, stride)
            _scatter(im, ti, strips, width, base, stride)
            _scatter(lre, tu, strips, width, base, stride)
            _scatter(lim, tv, strips, width, base, stride)
        low += bits
    return total


@serial_kernel
def rotate_small(re, im, c, s):
    """Butterflies of all bits of an array of any size."""
    half = 1
    while half < re.size:
        for k in range(re.size):
            if k & half == 0:
                m = k + half
                xr, xi, yr, yi = re[k], im[k], re[m], im[m]
                re[k], im[k] = c * xr - s * yi, c * xi + s * yr
                re[m], im[m] = c * yr - s * xi, c * yi + s * xr
        half *= 2


@serial_kernel
def overlap_small(lre, lim, re, im):
    """Re <lam| i sum_j X_j |psi> over all bits of an array of any size."""
    total = 0.0
    half = 1
    while half < re.size:
        for k in range(re.size):
            m = k ^ half
            total += np.float64(lim[k]) * re[m] - np.float64(lre[k]) * im[m]
        half *= 2
    return total


@kernel
def rotate_mirrored(re, im, c, s):
    """The butterfly between each position and its mirror image, x <-> ~x."""
    size = re.size
    for k in prange(size // 2):
        m = size - 1 - k
        xr, xi, yr, yi = re[k], im[k], re[m], im[m]
        re[k], im[k] = c * xr - s * yi, c * xi + s * yr
        re[m], im[m] = c * yr - s * xi, c * yi + s * xr


@kernel
def overlap_mirrored(lre, lim, re, im):
    """Re <lam| i X |psi> for the butterfly x <-> ~x."""
    total = 0.0
    for k in prange(re.size):
        m = re.size - 1 - k
        total += np.float64(lim[k]) * re[m] - np.float64(lre[k]) * im[m]
    return total
