"""Layers of phases of spin polynomials and rotations by unequal angles, in fused passes.

Passes, groups of bits and tiles are those of `layers`; a pass may also have phases alone. Phases
are done on parts of a tile, see `spin_phases`, rotations by `rotations`.

Tiles are dealt out in shares, of which there are as many whatever the number of threads, and sums
are kept by share until the end of a pass, where threads meet: results do not depend on who takes
what.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .butterflies import rotate_mirrored, rotate_mirrored_back
from .kernel import helper, inlined_helper, kernel
from .layers import copy_in, copy_out, count_tiles, tile_of
from .rotations import rotate_tile_unequal, rotate_tile_unequal_back, weight_after
from .spin_phases import (
    Part,
    add_overlaps,
    cosines_and_sines,
    products,
    tabulate_turns,
    turn_phases,
)

_ONE = np.uint64(1)


@helper
def _lowest_bit(row):
    """The lowest bit of a pass's group, counted in a tile."""
    return 0 if row[0] == 0 else row[6]


@helper
def _mix_unequal(r, i, tile, row, tangents):
    """The rotations on the group's bits of a tile."""
    low, half = _lowest_bit(row), tile.strips * tile.width
    own = tangents[row[0] : row[0] + row[1]]
    rotate_tile_unequal(r, i, np.uint64(0), low, low + row[1], own)
    if tile.image >= 0:
        rotate_tile_unequal(r, i, half, low, low + row[1], own)
    if row[2]:
        half = half if tile.image >= 0 else half >> _ONE
        rotate_mirrored(r, i, np.uint64(0), half, half, tangents[len(tangents) - 1])


@helper
def _mix_unequal_back(r, i, u, v, tile, row, tangents, sums):
    """Undo `_mix_unequal` on both states; add the overlap of each bit to `sums`."""
    low, half = _lowest_bit(row), tile.strips * tile.width
    own, found = tangents[row[0] : row[0] + row[1]], sums[row[0] : row[0] + row[1]]
    rotate_tile_unequal_back(r, i, u, v, np.uint64(0), low, low + row[1], own, found)
    if tile.image >= 0:
        rotate_tile_unequal_back(r, i, u, v, half, low, low + row[1], own, found)
    if row[2]:
        half = half if tile.image >= 0 else half >> _ONE
        last = len(tangents) - 1
        overlap = rotate_mirrored_back(r, i, u, v, np.uint64(0), half, half, tangents[last])
        sums[last] += weight_after(own, len(own)) * overlap


@helper
def _log2(power):
    bits = np.uint64(0)
    while _ONE << bits < power:
        bits += _ONE
    return bits


@helper
def _part(tile, number, bits):
    """Part `number` of a tile, 2^bits positions, and where it starts in the tile's arrays."""
    half, place = tile.strips * tile.width, np.uint64(number) << bits
    offset, first = (place, tile.start) if place < half else (place - half, np.uint64(tile.image))
    strip = offset // tile.width
    x = first + strip * tile.stride + (offset - strip * tile.width)
    if tile.stride == tile.width:
        return Part(bits, x, bits, bits), place
    return Part(bits, x, _log2(tile.width), _log2(tile.stride)), place


@helper
def _count_parts(tile, bits):
    """How many parts a tile has."""
    size = tile.strips * tile.width * np.uint64(2 if tile.image >= 0 else 1)
    return np.int64(size >> bits)


@helper
def _phases(r, i, tile, turns, sines, bits, layers, layer):
    """The phases of one layer on a tile."""
    size = _ONE << bits
    for number in range(_count_parts(tile, bits)):
        part, start = _part(tile, number, bits)
        tabulate_turns(turns, part, layers.masks, layers.turns[layer])
        cosines_and_sines(turns, sines, size, layers.scales[layer])
        turn_phases(r, i, start, turns, sines, size, 1.0)


@helper
def _phases_back(r, i, u, v, tile, turns, sines, bits, layers, layer, sums):
    """Undo the phases of one layer on both states; add the overlap of each term to `sums`."""
    size = _ONE << bits
    for number in range(_count_parts(tile, bits)):
        part, start = _part(tile, number, bits)
        products(r, i, u, v, start, turns, size)
        add_overlaps(turns, part, layers.masks, sums)
        tabulate_turns(turns, part, layers.masks, layers.turns[layer])
        cosines_and_sines(turns, sines, size, layers.scales[layer])
        turn_phases(r, i, start, turns, sines, size, -1.0)
        turn_phases(u, v, start, turns, sines, size, -1.0)


@helper
def _tile_forward(ket, tile, row, rows, part_bits, layers):
    """All that a pass does to a tile; `rows` are for a part."""
    if row[3] >= 0:
        _mix_unequal(*ket, tile, row, layers.tangents[row[3]])
    if row[4] >= 0:
        _phases(*ket, tile, *rows, part_bits, layers, row[4])
    if row[5] >= 0:
        _mix_unequal(*ket, tile, row, layers.tangents[row[5]])


@helper
def _tile_back(ket, bra, tile, row, rows, part_bits, layers, found):
    """Undo `_tile_forward` on both states.

    `found` takes the overlaps of the terms, of the rotations that are undone first, and of the
    others.
    """
    terms, bits = len(layers.masks), layers.tangents.shape[1]
    if row[5] >= 0:
        second = found[terms : terms + bits]
        _mix_unequal_back(*ket, *bra, tile, row, layers.tangents[row[5]], second)
    if row[4] >= 0:
        own = found[:terms]
        _phases_back(*ket, *bra, tile, *rows, part_bits, layers, row[4], own)
    if row[3] >= 0:
        first = found[terms + bits :]
        _mix_unequal_back(*ket, *bra, tile, row, layers.tangents[row[3]], first)


@inlined_helper
def _add_shares(found, row, term_overlaps, bit_overlaps):
    """Add what the shares of a pass have found to the overlaps of its layers, and clear it."""
    terms, bits = term_overlaps.shape[1], bit_overlaps.shape[1]
    for share in range(len(found)):
        for k in range(found.shape[1]):
            number, found[share, k] = found[share, k], 0.0
            if k < terms:
                if row[4] >= 0:
                    term_overlaps[row[4], k] += number
            elif k < terms + bits:
                if row[5] >= 0:
                    bit_overlaps[row[5], k - terms] += number
            elif row[3] >= 0:
                bit_overlaps[row[3], k - terms - bits] += number


@kernel
def forward(re, im, scratch, parts, part_bits, passes, layers):
    """Run all passes.

    Args:
        re: real parts, changed in place.
        im: imaginary parts.
        scratch: two rows for a tile of each thread.
        parts: two rows of 2^part_bits numbers in double precision for each thread.
        part_bits: of a part, an unsigned integer.
        passes: see `layers`.
        layers: `ProductLayers`.
    """
    threads = len(scratch)
    for k in range(len(passes)):
        row = passes[k]
        tiles = count_tiles(re.size, row)
        for thread in prange(threads):
            copy = (scratch[thread, 0], scratch[thread, 1])
            rows = (parts[thread, 0], parts[thread, 1])
            for number in range(thread * tiles // threads, (thread + 1) * tiles // threads):
                tile = tile_of(number, row, np.uint64(0))
                copy_in((re, im), copy, tile, 0, 0.0)
                _tile_forward(copy, tile, row, rows, part_bits, layers)
                copy_out((re, im), copy, tile, 0, 0.0)


@kernel
def backward(
    re, im, lre, lim, scratch, parts, part_bits, passes, layers, found, term_overlaps,
    bit_overlaps,
):  # fmt: skip
    """Undo all passes on psi and lam, last to first, in one sweep.

    Arguments as in `forward`, with four rows of scratch. `found`, zero at the start, has a row for
    each share, which holds a number for each term and two for each column of `layers.tangents`. The
    others, zero at the start, take the overlaps of each layer, of the size they have when the
    layer's group (of bits) or the layer's phases are undone.
    """
    threads, shares = len(scratch), len(found)
    for reverse in range(len(passes)):
        row = passes[len(passes) - 1 - reverse]
        tiles = count_tiles(re.size, row)
        for thread in prange(threads):
            copy = (scratch[thread, 0], scratch[thread, 1])
            copy_bra = (scratch[thread, 2], scratch[thread, 3])
            rows = (parts[thread, 0], parts[thread, 1])
            for share in range(thread * shares // threads, (thread + 1) * shares // threads):
                own = found[share]
                for number in range(share * tiles // shares, (share + 1) * tiles // shares):
                    tile = tile_of(number, row, np.uint64(0))
                    copy_in((re, im), copy, tile, 0, 0.0)
                    copy_in((lre, lim), copy_bra, tile, 0, 0.0)
                    _tile_back(copy, copy_bra, tile, row, rows, part_bits, layers, own)
                    copy_out((re, im), copy, tile, 0, 0.0)
                    copy_out((lre, lim), copy_bra, tile, 0, 0.0)
        _add_shares(found, row, term_overlaps, bit_overlaps)


@kernel
def flip(row, mask, highest):
    """Exchange the numbers at positions x and x ^ mask, whose highest bit is 2^highest."""
    half = 1 << highest
    for k in prange(row.size // 2):
        x = (k >> highest << highest + 1) | (k & (half - 1))
        row[x], row[x ^ mask] = row[x ^ mask], row[x]
