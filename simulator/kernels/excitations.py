"""Runs of excitations on a matrix C[I_alpha, I_beta] of determinants.

A part of an excitation acts on the strings of one spin: entry k of its table takes string
source[k] to target[k] with sign[k].  The tables of all parts stand one after another, and a
part is a range of entries.  An excitation rotates C[r, q] with C[r', q'] for each entry
(r, r') of its alpha part and each entry (q, q') of its beta part; the part of a spin that is
not excited lists every string as its own partner.

Consecutive excitations that share the alpha part form one block, done row pair by row pair:
the rows stay in cache while all excitations of the block pass over them.  Consecutive
excitations of alpha electrons alone form a block done column range by column range.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .kernel import kernel

# Columns that one thread takes at a time in blocks of alpha excitations.
COLUMNS = 256


@kernel
def rotate(psi, blocks, rows, columns, source, target, sign, cosines, sines):
    """Apply exp(a_g A_g) for all excitations g, first to last.

    Args:
        psi: the matrix, changed in place.
        blocks: (first excitation, one past the last, 1 if alpha alone) of each block.
        rows: (first, one past the last entry) of the alpha part of each excitation.
        columns: the same of the beta part.
        source: string that each entry of the tables starts from.
        target: string that it leads to.
        sign: its sign.
        cosines: of the angle of each excitation.
        sines: of the same.
    """
    width = psi.shape[1]
    for b in range(len(blocks)):
        first, last = blocks[b, 0], blocks[b, 1]
        if blocks[b, 2] == 1:
            for piece in prange((width + COLUMNS - 1) // COLUMNS):
                low, high = piece * COLUMNS, min(width, (piece + 1) * COLUMNS)
                for g in range(first, last):
                    c = cosines[g]
                    for k in range(rows[g, 0], rows[g, 1]):
                        s = sines[g] * sign[k]
                        x, y = psi[source[k]], psi[target[k]]
                        for q in range(low, high):
                            u, v = x[q], y[q]
                            x[q] = c * u - s * v
                            y[q] = c * v + s * u
        else:
            start, stop = rows[first, 0], rows[first, 1]
            for k in prange(start, stop):
                x, y = psi[source[k]], psi[target[k]]
                for g in range(first, last):
                    c, s_row = cosines[g], sines[g] * sign[k]
                    for j in range(columns[g, 0], columns[g, 1]):
                        s = s_row * sign[j]
                        u, v = x[source[j]], y[target[j]]
                        x[source[j]] = c * u - s * v
                        y[target[j]] = c * v + s * u


@kernel
def rotate_back(psi, lam, blocks, rows, columns, source, target, sign, cosines, sines, partial):
    """Undo all excitations on psi and lam, last to first, in one sweep.

    Arguments as in `rotate`; `cosines` and `sines` are those of the forward angles.
    `partial`, shape (pieces, excitations) and zero at the start, collects Re <lam|A_g|psi>:
    row p from the p-th piece of the work, to be summed by the caller.
    """
    width = psi.shape[1]
    pieces = len(partial)
    for reverse in range(len(blocks)):
        b = len(blocks) - 1 - reverse
        first, last = blocks[b, 0], blocks[b, 1]
        alone = blocks[b, 2] == 1
        start, stop = rows[first, 0], rows[first, 1]
        for piece in prange(pieces):
            if alone:
                begin, end = piece * width // pieces, (piece + 1) * width // pieces
                for low in range(begin, end, COLUMNS):
                    high = min(end, low + COLUMNS)
                    for g in range(last - 1, first - 1, -1):
                        c = cosines[g]
                        total = 0.0
                        for k in range(rows[g, 0], rows[g, 1]):
                            s = sines[g] * sign[k]
                            x, y = psi[source[k]], psi[target[k]]
                            lx, ly = lam[source[k]], lam[target[k]]
                            part = 0.0
                            for q in range(low, high):
                                u, v, lu, lv = x[q], y[q], lx[q], ly[q]
                                part += np.float64(lv) * u - np.float64(lu) * v
                                x[q] = c * u + s * v
                                y[q] = c * v - s * u
                                lx[q] = c * lu + s * lv
                                ly[q] = c * lv - s * lu
                            total += sign[k] * part
                        partial[piece, g] += total
            else:
                count = stop - start
                low, high = piece * count // pieces, (piece + 1) * count // pieces
                for k in range(start + low, start + high):
                    x, y = psi[source[k]], psi[target[k]]
                    lx, ly = lam[source[k]], lam[target[k]]
                    for g in range(last - 1, first - 1, -1):
                        c, s_row = cosines[g], sines[g] * sign[k]
                        total = 0.0
                        for j in range(columns[g, 0], columns[g, 1]):
                            p, q, s = source[j], target[j], s_row * sign[j]
                            u, v, lu, lv = x[p], y[q], lx[p], ly[q]
                            total += sign[j] * (np.float64(lv) * u - np.float64(lu) * v)
                            x[p] = c * u + s * v
                            y[q] = c * v - s * u
                            lx[p] = c * lu + s * lv
                            ly[q] = c * lv - s * lu
                        partial[piece, g] += sign[k] * total
