"""Layers of phases and X mixers on a state as a whole, which fits into the second level of a cache.

Phases and butterflies are those of `layers`, but nothing is cut, copied or shared, so that little
has to be compiled. `Layers` and `Labels` are as there.
"""

from __future__ import annotations

import numpy as np

from .butterflies import (
    rotate_inside,
    rotate_inside_back,
    rotate_mirrored,
    rotate_mirrored_back,
)
from .codes import load_labels
from .diagonal import weighted_sums
from .kernel import serial_kernel
from .lanes import load_register, multiply, multiply_add, splat_register, store
from .layers import PIECE
from .phases import rotate_phases, rotate_phases_back

_ZERO, _ONE = np.uint64(0), np.uint64(1)


@serial_kernel
def forward(re, im, labels, layers, bits, mirrored, start, cost_labels, low, step, sums):
    """Run all layers.

    Args:
        re: real parts, changed in place.
        im: imaginary parts.
        labels: of the phases.
        layers: see above.
        bits: of a position.
        mirrored: whether the mirror is part of the mixer.
        start: the amplitude of a uniform state to start from, or zero to start from what is there.
        cost_labels: labels, of which low + step times them are costs.
        low: see above.
        step: see above.
        sums: takes the sums of cost |psi|^2 and of |psi|^2; of length zero if not wanted.
    """
    size = np.uint64(re.size)
    if start != 0.0:
        for k in range(size):
            re[k] = start
            im[k] = 0.0
    for layer in range(len(layers.kinds)):
        rotate_phases(
            re, im, _ZERO, size, layers.kinds[layer], labels, _ZERO, layers.tables[layer],
            layers.turns[layer], layers.scales[layer],
        )  # fmt: skip
        tangent = layers.tangents[layer]
        rotate_inside(re, im, _ZERO, bits, tangent)
        if mirrored:
            rotate_mirrored(re, im, _ZERO, size >> _ONE, size >> _ONE, tangent)
    if len(sums) > 0:
        for part in range(2):
            row = re if part == 0 else im
            weighted, plain = weighted_sums(row, row[:0], _ZERO, size, cost_labels, low, step)
            sums[0] += weighted
            sums[1] += plain


@serial_kernel
def backward(
    re, im, lre, lim, labels, layers, bits, mirrored, weighs, cost_labels, low, step, overlaps
):  # fmt: skip
    """Undo all layers on psi and lam, last to first.

    Arguments as in `forward`. If it `weighs`, lam is the costs times psi, whatever is there.
    `overlaps` has a row of four for each layer, zero at the start, of which the first three take
    Re <lam|A|psi> of the mixer, and the two sums of `rotate_phases_back`.
    """
    size, width = np.uint64(re.size), np.uint64(32 // re.itemsize)
    if weighs:
        lowest, slope = splat_register(re, low), splat_register(re, step)
        for k in range(_ZERO, size, width):
            cost = multiply_add(slope, load_labels(cost_labels, k, slope), lowest)
            store(lre, k, multiply(cost, load_register(re, k)))
            store(lim, k, multiply(cost, load_register(im, k)))
    piece = min(size, np.uint64(PIECE))
    for layer in range(len(layers.kinds) - 1, -1, -1):
        tangent = layers.tangents[layer]
        overlap = rotate_inside_back(re, im, lre, lim, _ZERO, bits, tangent)
        if mirrored:
            half = size >> _ONE
            shrink = (1 / (1 + tangent * tangent)) ** bits
            overlap += shrink * rotate_mirrored_back(re, im, lre, lim, _ZERO, half, half, tangent)
        overlaps[layer, 0] = overlap
        for start in range(_ZERO, size, piece):
            weighted, plain = rotate_phases_back(
                re, im, lre, lim, start, piece, layers.kinds[layer], labels, start,
                layers.tables[layer], layers.turns[layer], layers.scales[layer],
            )  # fmt: skip
            overlaps[layer, 1] += weighted
            overlaps[layer, 2] += plain
