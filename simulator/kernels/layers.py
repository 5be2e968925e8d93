"""Layers of phases and X mixers, several fused into each pass over memory.

A *pass* takes every amplitude once through the cache, in tiles, and there does up to three
things: the mixer of one layer on a group of bits, the phases of a layer, and its mixer on the
same group. Mixers of different bits commute, so that the groups may be visited in opposite
orders by layers that follow each other, and a pass can end one layer and begin the next.

A tile is a copy of strips of neighbouring amplitudes, in the order of the group's bits, set apart
from each other; see `butterflies`. Of the lowest group the strips follow each other in the state
and the lower bits are those inside a strip; of the others there is a strip for each value of the
group's bits. With the mirror x <-> ~x, tiles hold the mirror images of their strips behind them in
the same order, so that an amplitude and its image stand at the same distance from either end.

The highest bits of a tile are done while it is copied, first in or last out. What remains does
not couple the *parts* that these bits tell apart: each goes through the rest of the pass by itself
(with the mirror, together with its image), in the second level of the cache.

Threads take tiles by tickets, and what is summed is kept tile by tile.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import prange

from .butterflies import (
    move_strips,
    move_strips_back,
    rotate_inside,
    rotate_inside_back,
    rotate_mirrored,
    rotate_mirrored_back,
    rotate_strips,
    rotate_strips_back,
)
from .codes import load_labels
from .diagonal import weighted_sums
from .kernel import helper, kernel
from .lanes import (
    load_register,
    multiply,
    multiply_add,
    splat_register,
    store,
)
from .phases import rotate_phases, rotate_phases_back
from .tickets import finish, new_counters, take, wait

PIECE = 1024  # amplitudes whose overlaps are added up before they are widened

_ONE = np.uint64(1)


class Tile(NamedTuple):
    """Where a tile lies.

    Attributes:
        start: position of its first amplitude.
        image: that of the mirror image of its last strip, or a number below zero.
        stride: from one strip to the next in the state.
        pitch: from one to the next in the copy.
        strips: how many there are, without images.
        width: length of a strip.
        inside: bits mixed inside strips.
        lead: highest bits, done while copying.
        high: bits of the number of a strip, without those.
        mirrored: whether the mirror belongs to it.
    """

    start: Any
    image: Any
    stride: Any
    pitch: Any
    strips: Any
    width: Any
    inside: Any
    lead: Any
    high: Any
    mirrored: Any


# Columns of a row of `passes`: lowest bit of the group, number of its bits, whether the mirror
# belongs to it, the numbers of the layers whose mixer comes first, whose phases follow, and whose
# mixer comes then (-1 for none), bits of the width of a strip, bits done while copying.


@helper
def tile_of(number, row, padding):
    """Tile `number` of a pass, its strips set apart by `padding` numbers."""
    low, count, mirrored, width_bits, lead = row[0], row[1], row[2] > 0, row[6], row[7]
    width = _ONE << np.uint64(width_bits)
    inside = width_bits if low == 0 else 0
    strip_bits = count - inside
    image, stride = -1, width
    if low == 0:
        start = number << count
    else:
        stride = _ONE << np.uint64(low)
        windows = low - width_bits - mirrored
        start = (number >> windows) << (low + count)
        start += (number & ((1 << windows) - 1)) << width_bits
        if mirrored:
            image = (1 << low) - (1 << width_bits) - start
    return Tile(
        np.uint64(start), np.int64(image), stride, width + padding,
        _ONE << np.uint64(strip_bits), width, np.int64(inside), lead, strip_bits - lead, mirrored,
    )  # fmt: skip


@helper
def count_tiles(size, row):
    """How many tiles a pass has."""
    if row[0] == 0:
        return size >> row[1]
    return size >> (row[1] + row[2] + row[6])


@helper
def _halves(tile):
    """One if there are no images, else two."""
    return np.uint64(2 if tile.image >= 0 else 1)


@helper
def _first(tile, half):
    """Where the strips of a half start in the state, and where in the copy."""
    if half == 0:
        return tile.start, np.uint64(0)
    return np.uint64(tile.image), tile.strips * tile.pitch


@helper
def _part(tile, number):
    """Strips of a part, and where it starts in the copy."""
    strips = _ONE << np.uint64(tile.high)
    return strips, number * strips * tile.pitch


@helper
def _count_parts(tile):
    return _halves(tile) << np.uint64(tile.lead)


@helper
def _position(tile, strip):
    """Position in the state of a strip of the copy."""
    if strip < tile.strips:
        return tile.start + strip * tile.stride
    return np.uint64(tile.image) + (strip - tile.strips) * tile.stride


# -- forward -------------------------------------------------------------------------------


@helper
def _fill(copy, tile, amplitude):
    """The uniform state in place of a copy."""
    lanes = np.uint64(32 // copy[0].itemsize)
    one, zero = splat_register(copy[0], amplitude), splat_register(copy[0], 0.0)
    for k in range(np.uint64(0), _halves(tile) * tile.strips * tile.pitch, lanes):
        store(copy[0], k, one)
        store(copy[1], k, zero)


@helper
def copy_in(ket, copy, tile, bits, tangent):
    """Copy a tile, and apply the mixer on its highest bits."""
    near = tile.strips >> np.uint64(bits)
    for half in range(_halves(tile)):
        x, k = _first(tile, half)
        for strip in range(near):
            move_strips(
                ket, x + strip * tile.stride, near * tile.stride,
                copy, k + strip * tile.pitch, near * tile.pitch, tile.width, bits, tangent,
            )  # fmt: skip


@helper
def _run_out(ket, copy, tile, x, k, strip, bits, tangent):
    """Apply the mixer on the highest bits of the strips that they tell apart; copy these back."""
    near = tile.strips >> np.uint64(bits)
    move_strips(
        copy, k + strip * tile.pitch, near * tile.pitch,
        ket, x + strip * tile.stride, near * tile.stride, tile.width, bits, tangent,
    )  # fmt: skip


@helper
def copy_out(ket, copy, tile, bits, tangent):
    """Apply the mixer on the highest bits of a tile, and copy it back."""
    for half in range(_halves(tile)):
        x, k = _first(tile, half)
        for strip in range(tile.strips >> np.uint64(bits)):
            _run_out(ket, copy, tile, x, k, strip, bits, tangent)


@helper
def _copy_out_weighed(ket, copy, tile, bits, tangent, costs, sums):
    """The same, and while they are in the cache, add the sums of the costs to `sums`."""
    labels, low, step = costs
    near = tile.strips >> np.uint64(bits)
    for half in range(_halves(tile)):
        x, k = _first(tile, half)
        for strip in range(near):
            _run_out(ket, copy, tile, x, k, strip, bits, tangent)
            for place in range(strip, tile.strips, near):
                first = x + place * tile.stride
                for row in ket:
                    weighted, plain = weighted_sums(
                        row, row[:0], first, tile.width, labels, low, step
                    )
                    sums[0] += weighted
                    sums[1] += plain


@helper
def _mix_part(copy, tile, number, tangent):
    """The mixer on the bits that a part has, but for the mirror."""
    strips, start = _part(tile, number)
    rotate_strips(copy, start, tile.pitch, strips, tile.width, 0, tile.high, tangent)
    if tile.inside > 0:
        for strip in range(strips):
            rotate_inside(copy[0], copy[1], start + strip * tile.pitch, tile.inside, tangent)


@helper
def _mirror_parts(copy, tile, number, other, tangent):
    """The mixer on the mirror, between two parts."""
    strips, start = _part(tile, number)
    last = _part(tile, other)[1] + (strips - _ONE) * tile.pitch
    for strip in range(strips):
        shift = strip * tile.pitch
        rotate_mirrored(copy[0], copy[1], start + shift, last - shift, tile.width, tangent)


@helper
def _phase_part(copy, tile, number, labels, layers, layer):
    """The phases of one layer on a part."""
    strips, start = _part(tile, number)
    kind, turn, scale = layers.kinds[layer], layers.turns[layer], layers.scales[layer]
    for strip in range(strips):
        rotate_phases(
            copy[0], copy[1], start + strip * tile.pitch, tile.width, kind, labels,
            _position(tile, number * strips + strip), layers.tables[layer], turn, scale,
        )  # fmt: skip


@helper
def _mix_parts(copy, tile, parts, tangent):
    """The mixer on a part or two, but for the highest bits."""
    for which in range(1 + tile.mirrored):
        _mix_part(copy, tile, parts[which], tangent)
    if tile.mirrored:
        _mirror_parts(copy, tile, *parts, tangent)


@helper
def _forward_tile(ket, copy, tile, row, labels, layers, amplitude, costs, sums):
    """All that a pass does to a tile; the amplitude is that of a uniform state, or zero."""
    if amplitude != 0:
        _fill(copy, tile, amplitude)
    else:
        bits, tangent = (tile.lead, layers.tangents[row[3]]) if row[3] >= 0 else (0, 0.0)
        copy_in(ket, copy, tile, bits, tangent)
    parts = _count_parts(tile)
    for number in range(parts >> np.uint64(tile.mirrored)):
        both = (number, parts - _ONE - number)
        if row[3] >= 0:
            _mix_parts(copy, tile, both, layers.tangents[row[3]])
        if row[4] >= 0:
            for which in range(1 + tile.mirrored):
                _phase_part(copy, tile, both[which], labels, layers, row[4])
        if row[5] >= 0:
            _mix_parts(copy, tile, both, layers.tangents[row[5]])
    bits, tangent = (tile.lead, layers.tangents[row[5]]) if row[5] >= 0 else (0, 0.0)
    if len(sums) > 0:
        _copy_out_weighed(ket, copy, tile, bits, tangent, costs, sums)
    else:
        copy_out(ket, copy, tile, bits, tangent)


@kernel
def forward(re, im, labels, scratch, padding, passes, layers, start, cost_labels, low, step, sums):
    """Run all passes.

    Args:
        re: real parts, changed in place.
        im: imaginary parts.
        labels: `Labels` of the phases.
        scratch: two rows for a tile of each thread.
        padding: numbers between the strips of a tile.
        passes: see above.
        layers: `Layers`.
        start: the amplitude of a uniform state to start from, or zero to start from what is there.
        cost_labels: `Labels`, of which low + step times them are costs.
        low: see above.
        step: see above.
        sums: a row of two for each tile of the last pass, or more rows, zero at the start; takes
            of each tile the sums of cost |psi|^2 and of |psi|^2. Of shape (0, 0) if they are not
            wanted.
    """
    taken, done = new_counters(len(passes)), new_counters(len(passes))
    nothing = np.zeros(0)
    for thread in prange(len(scratch)):
        copy, costs = (scratch[thread, 0], scratch[thread, 1]), (cost_labels, low, step)
        for k in range(len(passes)):
            row = passes[k]
            amplitude = start if k == 0 else 0.0
            tiles = count_tiles(re.size, row)
            number = take(taken, k)
            while number < tiles:
                tile = tile_of(number, row, padding)
                found = sums[number] if k == len(passes) - 1 and len(sums) > 0 else nothing
                _forward_tile((re, im), copy, tile, row, labels, layers, amplitude, costs, found)
                finish(done, k)
                number = take(taken, k)
            wait(done, k, tiles)


# -- backward ------------------------------------------------------------------------------


@helper
def _copy_in_back(ket, bra, copy, copy_bra, tile, bits, tangent):
    """Copy a tile of both states, and undo `bits` highest bits of a mixer; its overlap before."""
    overlap, near = 0.0, tile.strips >> np.uint64(bits)
    for half in range(_halves(tile)):
        x, k = _first(tile, half)
        for strip in range(near):
            overlap += move_strips_back(
                ket, bra, x + strip * tile.stride, near * tile.stride,
                copy, copy_bra, k + strip * tile.pitch, near * tile.pitch,
                tile.width, bits, tangent,
            )  # fmt: skip
    return overlap


@helper
def _weigh_in_back(ket, copy, copy_bra, tile, bits, tangent, costs):
    """`_copy_in_back` where the other state is the costs times this one."""
    labels, low, step = costs
    lanes = np.uint64(32 // copy[0].itemsize)
    lowest, slope = splat_register(copy[0], low), splat_register(copy[0], step)
    strips = _halves(tile) * tile.strips
    for strip in range(strips):
        place, position = strip * tile.pitch, _position(tile, strip)
        for shift in range(np.uint64(0), tile.width, lanes):
            k, x = place + shift, position + shift
            cost = multiply_add(slope, load_labels(labels, x, slope), lowest)
            for part in range(2):
                number = load_register(ket[part], x)
                store(copy[part], k, number)
                store(copy_bra[part], k, multiply(cost, number))
    overlap = 0.0
    for half in range(_halves(tile)):
        k = _first(tile, half)[1]
        overlap += rotate_strips_back(
            copy, copy_bra, k, tile.pitch, tile.strips, tile.width, tile.high, tile.high + bits,
            tangent,
        )  # fmt: skip
    return overlap


@helper
def _copy_out_back(ket, bra, copy, copy_bra, tile, bits, tangent):
    """Undo `bits` highest bits of a mixer, and copy both states back; its overlap before."""
    overlap, near = 0.0, tile.strips >> np.uint64(bits)
    for half in range(_halves(tile)):
        x, k = _first(tile, half)
        for strip in range(near):
            overlap += move_strips_back(
                copy, copy_bra, k + strip * tile.pitch, near * tile.pitch,
                ket, bra, x + strip * tile.stride, near * tile.stride, tile.width, bits, tangent,
            )  # fmt: skip
    return overlap


@helper
def _mix_part_back(ket, bra, tile, number, tangent):
    """Undo `_mix_part` on copies of both states; its overlap before."""
    (r, i), (u, v) = ket, bra
    strips, start = _part(tile, number)
    overlap = rotate_strips_back(
        ket, bra, start, tile.pitch, strips, tile.width, 0, tile.high, tangent
    )
    inner = 0.0
    if tile.inside > 0:
        for strip in range(strips):
            place = start + strip * tile.pitch
            inner += rotate_inside_back(r, i, u, v, place, tile.inside, tangent)
    return overlap + (1 / (1 + tangent * tangent)) ** tile.high * inner


@helper
def _mirror_parts_back(ket, bra, tile, number, other, tangent):
    """Undo `_mirror_parts` on both states; its overlap before."""
    (r, i), (u, v) = ket, bra
    strips, start = _part(tile, number)
    last = _part(tile, other)[1] + (strips - _ONE) * tile.pitch
    overlap = 0.0
    for strip in range(strips):
        one, two = start + strip * tile.pitch, last - strip * tile.pitch
        overlap += rotate_mirrored_back(r, i, u, v, one, two, tile.width, tangent)
    return overlap


@helper
def _mix_parts_back(ket, bra, tile, parts, tangent):
    """Undo `_mix_parts` on both states; its overlap before."""
    overlap = 0.0
    for which in range(1 + tile.mirrored):
        overlap += _mix_part_back(ket, bra, tile, parts[which], tangent)
    if tile.mirrored:
        shrink = (1 / (1 + tangent * tangent)) ** (tile.high + tile.inside)
        overlap += shrink * _mirror_parts_back(ket, bra, tile, *parts, tangent)
    return overlap


@helper
def _phase_part_back(ket, bra, tile, number, labels, layers, layer, overlaps):
    """Undo the phases of one layer on a part; add the sums of `rotate_phases_back`."""
    (r, i), (u, v) = ket, bra
    strips, start = _part(tile, number)
    kind, turn, scale = layers.kinds[layer], layers.turns[layer], layers.scales[layer]
    piece = min(tile.width, np.uint64(PIECE))
    for strip in range(strips):
        place, position = start + strip * tile.pitch, _position(tile, number * strips + strip)
        for shift in range(np.uint64(0), tile.width, piece):
            weighted, plain = rotate_phases_back(
                r, i, u, v, place + shift, piece, kind, labels, position + shift,
                layers.tables[layer], turn, scale,
            )  # fmt: skip
            overlaps[1] += weighted
            overlaps[2] += plain


@helper
def _backward_tile(
    ket, bra, copy, copy_bra, tile, row, labels, layers, weighs, costs, overlaps
):  # fmt: skip
    """Undo `_forward_tile` on both states; add the four sums to `overlaps`.

    If it weighs, the second state is the costs times the first instead.
    """
    first, phase, second = row[3], row[4], row[5]
    first_tangent = layers.tangents[first] if first >= 0 else 0.0
    second_tangent = layers.tangents[second] if second >= 0 else 0.0
    lead = tile.lead if second >= 0 else 0
    if weighs:
        overlaps[0] += _weigh_in_back(ket, copy, copy_bra, tile, lead, second_tangent, costs)
    else:
        overlaps[0] += _copy_in_back(ket, bra, copy, copy_bra, tile, lead, second_tangent)
    after_lead = (1 / (1 + second_tangent * second_tangent)) ** tile.lead
    parts = _count_parts(tile)
    for number in range(parts >> np.uint64(tile.mirrored)):
        both = (number, parts - _ONE - number)
        if second >= 0:
            found = _mix_parts_back(copy, copy_bra, tile, both, second_tangent)
            overlaps[0] += after_lead * found
        if phase >= 0:
            for which in range(1 + tile.mirrored):
                _phase_part_back(copy, copy_bra, tile, both[which], labels, layers, phase, overlaps)
        if first >= 0:
            overlaps[3] += _mix_parts_back(copy, copy_bra, tile, both, first_tangent)
    lead = tile.lead if first >= 0 else 0
    found = _copy_out_back(ket, bra, copy, copy_bra, tile, lead, first_tangent)
    done = tile.high + tile.inside + tile.mirrored
    overlaps[3] += (1 / (1 + first_tangent * first_tangent)) ** done * found


@kernel
def backward(
    re, im, lre, lim, labels, scratch, padding, passes, layers, weighs, cost_labels, low, step,
    overlaps,
):  # fmt: skip
    """Undo all passes on psi and lam, last to first, in one sweep.

    Arguments as in `forward`, with four rows of scratch. If it `weighs`, lam is the costs times
    psi, whatever is there. `overlaps`, shape (passes, tiles, 4) and zero at the start, takes for
    each tile Re <lam|A|psi> of the mixer that is undone first, the two sums of the phases, and that
    of the other mixer.
    """
    taken, done = new_counters(len(passes)), new_counters(len(passes))
    for thread in prange(len(scratch)):
        costs = (cost_labels, low, step)
        copy = (scratch[thread, 0], scratch[thread, 1])
        copy_bra = (scratch[thread, 2], scratch[thread, 3])
        for reverse in range(len(passes)):
            k = len(passes) - 1 - reverse
            row = passes[k]
            tiles = count_tiles(re.size, row)
            number = take(taken, k)
            while number < tiles:
                tile, found = tile_of(number, row, padding), overlaps[k, number]
                _backward_tile(
                    (re, im), (lre, lim), copy, copy_bra, tile, row, labels, layers,
                    weighs and reverse == 0, costs, found,
                )  # fmt: skip
                finish(done, k)
                number = take(taken, k)
            wait(done, k, tiles)
