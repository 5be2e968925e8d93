"""Layers of phases and X mixers, several fused into each pass over memory.

A *pass* takes every amplitude once through the cache, in tiles, and there does up to three
things: the mixer of one layer on a group of bits, the phases of a layer, and its mixer on the
same group. Mixers of different bits commute, so that the groups may be visited in opposite
orders by layers that follow each other, and a pass can end one layer and begin the next.

Columns of a row of `passes`: lowest bit of the group, number of its bits, whether the mirror
x <-> ~x belongs to it, and the numbers of the layers whose mixer comes first, whose phases
follow, and whose mixer comes then; -1 for none.

A group that starts at bit zero is a contiguous tile, changed in place. Of any other group, a
tile consists of strips of neighbouring amplitudes, one for each value of the group's bits,
gathered one behind the other. With the mirror, tiles hold the mirror images of their strips
behind them in the same order, so that an amplitude and its image stand at the same distance
from either end.

Threads take tiles by tickets, and what is summed is kept tile by tile.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numba import prange

from .butterflies import (
    rotate_mirrored,
    rotate_mirrored_back,
    rotate_strips,
    rotate_strips_back,
    rotate_tile,
    rotate_tile_back,
    strip_bits,
)
from .kernel import kernel_of
from .lanes import load_register, store
from .phases import rotate_phases, rotate_phases_back
from .tickets import finish, new_counters, take, wait

PIECE = 1024  # amplitudes whose overlaps are added up before they are widened

_ONE = np.uint64(1)
_OPTIONS = {"nogil": True, "error_model": "numpy"}


class Layers(NamedTuple):
    """What happens in each layer.

    Attributes:
        tangents: of the angle of the mixer.
        kinds: of the labels in its phases; see `phases`.
        tables: pairs (cosine, sine) of each code, times the scale.
        turns: gamma as a fraction of a full turn.
        scales: the factor that butterflies leave out.
    """

    tangents: Any
    kinds: Any
    tables: Any
    turns: Any
    scales: Any


class Tile(NamedTuple):
    """Where a tile lies.

    Attributes:
        gathered: whether it is a copy.
        start: position of its first amplitude.
        image: that of the mirror image of its first strip, or a number below zero.
        stride: from one strip to the next.
        strips: how many there are.
        width: length of a strip.
        low: lowest bit of the group, counted in the tile.
        high: one past the last.
    """

    gathered: Any
    start: Any
    image: Any
    stride: Any
    strips: Any
    width: Any
    low: Any
    high: Any


@numba.njit(**_OPTIONS)
def tile_of(number, row, bits):
    """Tile `number` of a pass, tiles having 2^bits amplitudes unless they are contiguous."""
    low, count, mirrored = row[0], row[1], row[2]
    if low == 0:
        size = _ONE << np.uint64(count)
        start = np.uint64(number) << np.uint64(count)
        return Tile(False, start, np.int64(-1), size, _ONE, size, np.int64(0), count)
    width_bits = bits - mirrored - count
    windows = low - width_bits - mirrored
    start = ((number >> windows) << (low + count)) + ((number & ((1 << windows) - 1)) << width_bits)
    image = (1 << low) - (1 << width_bits) - start if mirrored else -1
    return Tile(
        True, np.uint64(start), np.int64(image), _ONE << np.uint64(low), _ONE << np.uint64(count),
        _ONE << np.uint64(width_bits), np.int64(width_bits), width_bits + count,
    )  # fmt: skip


@numba.njit(**_OPTIONS)
def _copy(target, place, target_stride, source, start, source_stride, strips, width):
    """Copy strips that stand at strides in either array."""
    register = np.uint64(32 // source.itemsize)
    for strip in range(strips):
        x, y = start + strip * source_stride, place + strip * target_stride
        for k in range(np.uint64(0), width, register):
            store(target, y + k, load_register(source, x + k))


@numba.njit(**_OPTIONS)
def gather(copy, state, tile):
    """Copy a tile, real and imaginary parts."""
    stride, strips, width = tile.stride, tile.strips, tile.width
    for part in range(2):
        source, target = state[part], copy[part]
        _copy(target, np.uint64(0), width, source, tile.start, stride, strips, width)
        if tile.image >= 0:
            image = np.uint64(tile.image)
            _copy(target, strips * width, width, source, image, stride, strips, width)


@numba.njit(**_OPTIONS)
def scatter(copy, state, tile):
    """Copy a tile back."""
    stride, strips, width = tile.stride, tile.strips, tile.width
    for part in range(2):
        source, target = copy[part], state[part]
        _copy(target, tile.start, stride, source, np.uint64(0), width, strips, width)
        if tile.image >= 0:
            image = np.uint64(tile.image)
            _copy(target, image, stride, source, strips * width, width, strips, width)


@numba.njit(**_OPTIONS)
def _mix(r, i, tile, mirrored, tangent):
    """The mixer on the group's bits of a contiguous tile."""
    rotate_tile(r, i, tile.start, tile.low, tile.high, tangent)
    if mirrored:
        rotate_mirrored(r, i, tile.high, tangent)


@numba.njit(**_OPTIONS)
def _mix_back(r, i, u, v, tile, mirrored, tangent):
    """Undo `_mix` on both states; return Re <lam|A|psi> of the group's bits before."""
    overlap = rotate_tile_back(r, i, u, v, tile.start, tile.low, tile.high, tangent)
    if mirrored:
        weight = (1 / (1 + tangent * tangent)) ** tile.high
        overlap += weight * rotate_mirrored_back(r, i, u, v, tile.high, tangent)
    return overlap


@numba.njit(**_OPTIONS)
def _mix_copy(r, i, tile, done, mirrored, tangent):
    """The mixer on a copy, but for the `done` highest bits."""
    high = tile.high - done
    for part in range((tile.strips * tile.width << np.uint64(mirrored)) >> np.uint64(high)):
        rotate_tile(r, i, part << np.uint64(high), tile.low, high, tangent)
    if mirrored:
        rotate_mirrored(r, i, tile.high + 1, tangent)


@numba.njit(**_OPTIONS)
def _mix_copy_back(r, i, u, v, tile, done, mirrored, tangent):
    """Undo `_mix_copy`; return its overlap before."""
    high, overlap = tile.high - done, 0.0
    for part in range((tile.strips * tile.width << np.uint64(mirrored)) >> np.uint64(high)):
        overlap += rotate_tile_back(r, i, u, v, part << np.uint64(high), tile.low, high, tangent)
    if mirrored:
        weight = (1 / (1 + tangent * tangent)) ** (high - tile.low)
        overlap += weight * rotate_mirrored_back(r, i, u, v, tile.high + 1, tangent)
    return overlap


@numba.njit(**_OPTIONS)
def _mix_in(ket, copy, tile, mirrored, tangent):
    """Gather a tile and apply the mixer."""
    stride, strips, width = tile.stride, tile.strips, tile.width
    rotate_strips(ket, tile.start, stride, copy, np.uint64(0), width, strips, width, tangent)
    if mirrored:
        image = np.uint64(tile.image)
        rotate_strips(ket, image, stride, copy, strips * width, width, strips, width, tangent)
    _mix_copy(*copy, tile, strip_bits(strips), mirrored, tangent)


@numba.njit(**_OPTIONS)
def _mix_out(ket, copy, tile, mirrored, tangent):
    """Apply the mixer to a gathered tile and scatter it."""
    stride, strips, width = tile.stride, tile.strips, tile.width
    _mix_copy(*copy, tile, strip_bits(strips), mirrored, tangent)
    rotate_strips(copy, np.uint64(0), width, ket, tile.start, stride, strips, width, tangent)
    if mirrored:
        image = np.uint64(tile.image)
        rotate_strips(copy, strips * width, width, ket, image, stride, strips, width, tangent)


@numba.njit(**_OPTIONS)
def _mix_in_back(ket, bra, copy, copy_bra, tile, mirrored, tangent):
    """Gather both states and undo the mixer; return its overlap before."""
    stride, strips, width = tile.stride, tile.strips, tile.width
    shrink, done = 1 / (1 + tangent * tangent), strip_bits(strips)
    overlap = rotate_strips_back(
        ket, bra, tile.start, stride, copy, copy_bra, np.uint64(0), width, strips, width, tangent
    )
    if mirrored:
        overlap += rotate_strips_back(
            ket, bra, np.uint64(tile.image), stride, copy, copy_bra, strips * width, width,
            strips, width, tangent,
        )  # fmt: skip
    rest = _mix_copy_back(*copy, *copy_bra, tile, done, mirrored, tangent)
    return overlap + shrink**done * rest


@numba.njit(**_OPTIONS)
def _mix_out_back(ket, bra, copy, copy_bra, tile, mirrored, tangent):
    """Undo the mixer on gathered tiles and scatter both; return its overlap before."""
    stride, strips, width = tile.stride, tile.strips, tile.width
    shrink, done = 1 / (1 + tangent * tangent), strip_bits(strips)
    rest = _mix_copy_back(*copy, *copy_bra, tile, done, mirrored, tangent)
    overlap = rotate_strips_back(
        copy, copy_bra, np.uint64(0), width, ket, bra, tile.start, stride, strips, width, tangent
    )
    if mirrored:
        overlap += rotate_strips_back(
            copy, copy_bra, strips * width, width, ket, bra, np.uint64(tile.image), stride,
            strips, width, tangent,
        )  # fmt: skip
    return rest + shrink ** (tile.high - tile.low - done + mirrored) * overlap


@numba.njit(**_OPTIONS)
def _phase(r, i, tile, labels, layers, layer):
    """The phases of one layer on a tile."""
    kind, turn, scale = layers.kinds[layer], layers.turns[layer], layers.scales[layer]
    place = np.uint64(0) if tile.gathered else tile.start
    for image in range(2 if tile.image >= 0 else 1):
        position = np.uint64(tile.image) if image else tile.start
        for _ in range(tile.strips):
            rotate_phases(
                r, i, place, tile.width, kind, labels, position, layers.tables[layer], turn, scale
            )
            place += tile.width
            position += tile.stride


@numba.njit(**_OPTIONS)
def _phase_back(r, i, u, v, tile, labels, layers, layer):
    """Undo the phases of one layer on a tile; the sums of `rotate_phases_back`."""
    kind, turn, scale = layers.kinds[layer], layers.turns[layer], layers.scales[layer]
    place = np.uint64(0) if tile.gathered else tile.start
    piece = min(tile.width, np.uint64(PIECE))
    weighted, plain = 0.0, 0.0
    for image in range(2 if tile.image >= 0 else 1):
        first = np.uint64(tile.image) if image else tile.start
        for _ in range(tile.strips):
            for shift in range(np.uint64(0), tile.width, piece):
                one, other = rotate_phases_back(
                    r, i, u, v, place + shift, piece, kind, labels, first + shift,
                    layers.tables[layer], turn, scale,
                )  # fmt: skip
                weighted += one
                plain += other
            place += tile.width
            first += tile.stride
    return weighted, plain


@numba.njit(**_OPTIONS)
def _forward_tile(ket, copy, tile, row, labels, layers):
    """All that a pass does to a tile."""
    mirrored, first, phase, second = row[2], row[3], row[4], row[5]
    place = copy if tile.gathered else ket
    if first >= 0 and tile.gathered:
        _mix_in(ket, copy, tile, mirrored, layers.tangents[first])
    elif first >= 0:
        _mix(*ket, tile, mirrored, layers.tangents[first])
    elif tile.gathered:
        gather(copy, ket, tile)
    if phase >= 0:
        _phase(*place, tile, labels, layers, phase)
    if second >= 0 and tile.gathered:
        _mix_out(ket, copy, tile, mirrored, layers.tangents[second])
    elif second >= 0:
        _mix(*ket, tile, mirrored, layers.tangents[second])
    elif tile.gathered:
        scatter(copy, ket, tile)


@numba.njit(**_OPTIONS)
def _backward_tile(ket, bra, copy, copy_bra, tile, row, labels, layers, overlaps):
    """Undo `_forward_tile` on both states; the four sums go to `overlaps`."""
    mirrored, first, phase, second = row[2], row[3], row[4], row[5]
    if second >= 0:
        tangent = layers.tangents[second]
        if tile.gathered:
            overlaps[0] = _mix_in_back(ket, bra, copy, copy_bra, tile, mirrored, tangent)
        else:
            overlaps[0] = _mix_back(*ket, *bra, tile, mirrored, tangent)
    elif tile.gathered:
        gather(copy, ket, tile)
        gather(copy_bra, bra, tile)
    if phase >= 0:
        place, place_bra = (copy, copy_bra) if tile.gathered else (ket, bra)
        overlaps[1], overlaps[2] = _phase_back(*place, *place_bra, tile, labels, layers, phase)
    if first >= 0:
        tangent = layers.tangents[first]
        if tile.gathered:
            overlaps[3] = _mix_out_back(ket, bra, copy, copy_bra, tile, mirrored, tangent)
        else:
            overlaps[3] = _mix_back(*ket, *bra, tile, mirrored, tangent)
    elif tile.gathered:
        scatter(copy, ket, tile)
        scatter(copy_bra, bra, tile)


@numba.njit(**_OPTIONS)
def count_tiles(size, row, bits):
    """How many tiles a pass has."""
    return size >> row[1] if row[0] == 0 else size >> bits


@kernel_of(0, 2)
def forward(re, im, labels, scratch, bits, passes, layers):
    """Run all passes.

    Args:
        re: real parts, changed in place.
        im: imaginary parts.
        labels: label of each position; see `phases`.
        scratch: two rows of 2^bits numbers for each thread.
        bits: of a gathered tile.
        passes: see above.
        layers: `Layers`.
    """
    taken, done = new_counters(len(passes)), new_counters(len(passes))
    for thread in prange(len(scratch)):
        copy = (scratch[thread, 0], scratch[thread, 1])
        for k in range(len(passes)):
            row = passes[k]
            tiles = count_tiles(re.size, row, bits)
            number = take(taken, k)
            while number < tiles:
                tile = tile_of(number, row, bits)
                _forward_tile((re, im), copy, tile, row, labels, layers)
                finish(done, k)
                number = take(taken, k)
            wait(done, k, tiles)


@kernel_of(0, 4)
def backward(re, im, lre, lim, labels, scratch, bits, passes, layers, overlaps):
    """Undo all passes on psi and lam, last to first, in one sweep.

    Arguments as in `forward`, with four rows of scratch. `overlaps`, shape (passes, tiles, 4)
    and zero at the start, takes for each tile Re <lam|A|psi> of the mixer that is undone first,
    the two sums of the phases, and that of the other mixer.
    """
    taken, done = new_counters(len(passes)), new_counters(len(passes))
    for thread in prange(len(scratch)):
        copy = (scratch[thread, 0], scratch[thread, 1])
        copy_bra = (scratch[thread, 2], scratch[thread, 3])
        for reverse in range(len(passes)):
            k = len(passes) - 1 - reverse
            row = passes[k]
            tiles = count_tiles(re.size, row, bits)
            number = take(taken, k)
            while number < tiles:
                tile, found = tile_of(number, row, bits), overlaps[k, number]
                _backward_tile(
                    (re, im), (lre, lim), copy, copy_bra, tile, row, labels, layers, found
                )
                finish(done, k)
                number = take(taken, k)
            wait(done, k, tiles)
