"""Runs of excitations on a vector of determinants.

An excitation rotates pairs of amplitudes.  With the strings of one spin as spectators, it acts
on the strings of the other through a table of entries: entry e takes string p[e] to q[e] with
sign[e].  A *job* is a run of consecutive excitations with the same spectators:

    TILES    Eight spectators at a time are copied into a small buffer, one row of eight
             numbers for each string; all excitations of the run are applied there, and the
             buffer is copied back.  A spectator may be a pair: excitations that share the part
             of one spin move amplitudes from the determinants at `x` to those at `y`, whose
             rows stand below the others and carry the sign of the shared part.
    GATHER   A single excitation: for each spectator, the amplitudes at x + p and y + q.
    ROWS     A single excitation of alpha electrons: whole rows of determinants at x and y.

Columns of a row of `jobs`: kind, first excitation, one past the last, rows of the buffer that
start at x and at y, steps between strings there, first segment, first spectator, one past the
last, and blocks of the phase before those of the job.  Segment s + k holds the range of entries
of the k-th excitation of the job.

Jobs of one *phase* touch different amplitudes.  Their spectators, in blocks of one buffer or of one
spectator, are split into pieces of neighbouring blocks, as many whatever the number of threads;
each thread takes the next piece until none is left, and the next phase starts when all are done
(see `tickets`).  Sums are kept by piece, so that results do not depend on who takes what.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .kernel import helper, inlined_helper, kernel
from .lanes import load, multiply, multiply_add, negate, splat, store, total, widen
from .layout import ROWS, TILES, WIDTH
from .tickets import finish, new_counters, take, wait
from .tiles import pack_rows, unpack_rows

_WIDTH = np.uint64(WIDTH)


@helper
def _pack(tile, psi, job, x, y, first, count):
    """Copy the spectators first ... first + count - 1 into the buffer."""
    nx, ny, step_x, step_y = job[3], job[4], job[5], job[6]
    if step_x == 1 and step_y == 1:
        pack_rows(tile, 0, psi, x, first, count, nx)
        pack_rows(tile, nx, psi, y, first, count, ny)
    elif ny == 0 and count == WIDTH:  # neighbouring columns
        position = np.uint64(x[first])
        for r in range(np.uint64(nx)):
            store(tile, r * _WIDTH, load(psi, position))
            position += np.uint64(step_x)
    else:
        if count < WIDTH:
            for k in range((nx + ny) * WIDTH):
                tile[k] = 0
        for lane in range(count):
            k = first + lane
            for r in range(nx):
                tile[r * WIDTH + lane] = psi[x[k] + r * step_x]
            for r in range(ny):
                tile[(nx + r) * WIDTH + lane] = psi[y[k] + r * step_y]


@helper
def _unpack(tile, psi, job, x, y, first, count):
    """Copy the buffer back."""
    nx, ny, step_x, step_y = job[3], job[4], job[5], job[6]
    if step_x == 1 and step_y == 1:
        unpack_rows(tile, 0, psi, x, first, count, nx)
        unpack_rows(tile, nx, psi, y, first, count, ny)
    elif ny == 0 and count == WIDTH:
        position = np.uint64(x[first])
        for r in range(np.uint64(nx)):
            store(psi, position, load(tile, r * _WIDTH))
            position += np.uint64(step_x)
    else:
        for lane in range(count):
            k = first + lane
            for r in range(nx):
                psi[x[k] + r * step_x] = tile[r * WIDTH + lane]
            for r in range(ny):
                psi[y[k] + r * step_y] = tile[(nx + r) * WIDTH + lane]


@helper
def _rotate_tile(tile, job, signs, segments, p, q, entry_sign, cosines, sines):
    """Apply the excitations of a job to a buffer; `signs` are those of its spectators."""
    for g in range(job[1], job[2]):
        segment = job[7] + g - job[1]
        c, sine = splat(tile, cosines[g]), sines[g]
        for e in range(np.uint64(segments[segment, 0]), np.uint64(segments[segment, 1])):
            s = multiply(signs, splat(tile, sine * entry_sign[e]))
            low, high = np.uint64(p[e]) * _WIDTH, np.uint64(q[e]) * _WIDTH
            u, v = load(tile, low), load(tile, high)
            store(tile, low, multiply_add(c, u, multiply(negate(s), v)))
            store(tile, high, multiply_add(c, v, multiply(s, u)))


@helper
def _rotate_tile_back(ket, bra, job, signs, segments, p, q, entry_sign, cosines, sines, overlap):
    """Undo the excitations of a job on two buffers; add Re <bra|A_g|ket> to overlap[g]."""
    for g in range(job[2] - 1, job[1] - 1, -1):
        segment = job[7] + g - job[1]
        c, sine = splat(ket, cosines[g]), sines[g]
        sums = splat(overlap, 0.0)
        for e in range(np.uint64(segments[segment, 0]), np.uint64(segments[segment, 1])):
            s = multiply(signs, splat(ket, sine * entry_sign[e]))
            low, high = np.uint64(p[e]) * _WIDTH, np.uint64(q[e]) * _WIDTH
            u, v = load(ket, low), load(ket, high)
            lu, lv = load(bra, low), load(bra, high)
            product = multiply_add(lv, u, multiply(negate(lu), v))
            sums = multiply_add(splat(overlap, entry_sign[e]), widen(product), sums)
            store(ket, low, multiply_add(c, u, multiply(s, v)))
            store(ket, high, multiply_add(c, v, multiply(negate(s), u)))
            store(bra, low, multiply_add(c, lu, multiply(s, lv)))
            store(bra, high, multiply_add(c, lv, multiply(negate(s), lu)))
        overlap[g] += total(multiply(sums, widen(signs)))


@helper
def _rotate_pairs(psi, job, first, last, x, y, sign, segments, p, q, entry_sign, c, s):
    """Apply a single excitation without a buffer."""
    start, stop = segments[job[7], 0], segments[job[7], 1]
    for k in range(first, last):
        above, below = np.uint64(x[k]), np.uint64(y[k])
        if job[0] == ROWS:
            sine = s * sign[k]
            for r in range(np.uint64(job[3])):
                u, v = psi[above + r], psi[below + r]
                psi[above + r] = c * u - sine * v
                psi[below + r] = c * v + sine * u
        else:
            for e in range(start, stop):
                sine = s * sign[k] * entry_sign[e]
                low, high = above + np.uint64(p[e]), below + np.uint64(q[e])
                u, v = psi[low], psi[high]
                psi[low] = c * u - sine * v
                psi[high] = c * v + sine * u


@helper
def _rotate_pairs_back(psi, lam, job, first, last, x, y, sign, segments, p, q, entry_sign, c, s):
    """Undo a single excitation on two vectors; return its part of Re <lam|A|psi>."""
    start, stop = segments[job[7], 0], segments[job[7], 1]
    whole = 0.0
    for k in range(first, last):
        above, below = np.uint64(x[k]), np.uint64(y[k])
        part = 0.0
        if job[0] == ROWS:
            sine = s * sign[k]
            for r in range(np.uint64(job[3])):
                u, v = psi[above + r], psi[below + r]
                lu, lv = lam[above + r], lam[below + r]
                part += np.float64(lv) * u - np.float64(lu) * v
                psi[above + r] = c * u + sine * v
                psi[below + r] = c * v - sine * u
                lam[above + r] = c * lu + sine * lv
                lam[below + r] = c * lv - sine * lu
        else:
            for e in range(start, stop):
                sine = s * sign[k] * entry_sign[e]
                low, high = above + np.uint64(p[e]), below + np.uint64(q[e])
                u, v = psi[low], psi[high]
                lu, lv = lam[low], lam[high]
                part += entry_sign[e] * (np.float64(lv) * u - np.float64(lu) * v)
                psi[low] = c * u + sine * v
                psi[high] = c * v - sine * u
                lam[low] = c * lu + sine * lv
                lam[high] = c * lv - sine * lu
        whole += sign[k] * part
    return whole


@inlined_helper
def _share(phase, piece, job):
    """The spectators of a job that belong to a piece of its phase."""
    blocks, pieces = phase[2], phase[3]
    step = WIDTH if job[0] == TILES else 1
    low = max(0, piece * blocks // pieces - job[10])
    high = max(0, (piece + 1) * blocks // pieces - job[10])
    return job[8] + step * low, min(job[9], job[8] + step * high)


@inlined_helper
def _rotate_piece(
    tile, psi, phase, piece, jobs, x, y, sign, segments, p, q, entry_sign, cosines, sines
):  # fmt: skip
    """Apply the excitations of a phase to the spectators of one piece."""
    for j in range(phase[0], phase[1]):
        job = jobs[j]
        first, last = _share(phase, piece, job)
        if job[0] == TILES:
            for low in range(first, last, WIDTH):
                count = min(WIDTH, last - low)
                _pack(tile, psi, job, x, y, low, count)
                _rotate_tile(
                    tile, job, load(sign, np.uint64(low)), segments, p, q, entry_sign,
                    cosines, sines,
                )  # fmt: skip
                _unpack(tile, psi, job, x, y, low, count)
        else:
            _rotate_pairs(
                psi, job, first, last, x, y, sign, segments, p, q, entry_sign,
                cosines[job[1]], sines[job[1]],
            )  # fmt: skip


@inlined_helper
def _rotate_piece_back(
    tiles, psi, lam, phase, piece, jobs, x, y, sign, segments, p, q, entry_sign,
    cosines, sines, overlap,
):  # fmt: skip
    """Undo the excitations of a phase on the spectators of one piece; see `rotate_back`."""
    half = len(tiles) // 2
    ket, bra = tiles[:half], tiles[half:]
    for j in range(phase[0], phase[1]):
        job = jobs[j]
        first, last = _share(phase, piece, job)
        if job[0] == TILES:
            for low in range(first, last, WIDTH):
                count = min(WIDTH, last - low)
                _pack(ket, psi, job, x, y, low, count)
                _pack(bra, lam, job, x, y, low, count)
                _rotate_tile_back(
                    ket, bra, job, load(sign, np.uint64(low)), segments, p, q,
                    entry_sign, cosines, sines, overlap,
                )  # fmt: skip
                _unpack(ket, psi, job, x, y, low, count)
                _unpack(bra, lam, job, x, y, low, count)
        else:
            overlap[job[1]] += _rotate_pairs_back(
                psi, lam, job, first, last, x, y, sign, segments, p, q, entry_sign,
                cosines[job[1]], sines[job[1]],
            )  # fmt: skip


@kernel
def rotate(psi, scratch, phases, jobs, x, y, sign, segments, p, q, entry_sign, cosines, sines):
    """Apply exp(a_g A_g) for all excitations g, first to last.

    Args:
        psi: the vector, changed in place.
        scratch: one buffer for each thread.
        phases: (first, one past the last job, blocks, pieces) of each phase.
        jobs: see above.
        x: position of the first determinant of each spectator.
        y: the same of its partner.
        sign: sign of the shared part, and eight numbers more.
        segments: ranges of entries.
        p: row of the buffer that each entry starts from.
        q: row that it leads to.
        entry_sign: its sign.
        cosines: of the angle of each excitation.
        sines: of the same.
    """
    taken, done = new_counters(len(phases)), new_counters(len(phases))
    for thread in prange(len(scratch)):
        for k in range(len(phases)):
            piece = take(taken, k)
            while piece < phases[k, 3]:
                _rotate_piece(
                    scratch[thread], psi, phases[k], piece, jobs, x, y, sign, segments, p, q,
                    entry_sign, cosines, sines,
                )  # fmt: skip
                finish(done, k)
                piece = take(taken, k)
            wait(done, k, phases[k, 3])


@kernel
def rotate_back(
    psi, lam, scratch, phases, jobs, x, y, sign, segments, p, q, entry_sign,
    cosines, sines, overlaps,
):  # fmt: skip
    """Undo all excitations on psi and lam, last to first, in one sweep.

    Arguments as in `rotate`, with the cosines and sines of the forward angles and buffers of
    twice the length.  `overlaps`, shape (most pieces of a phase, excitations) and zero at the
    start, collects Re <lam|A_g|psi>, the part of each piece by itself.
    """
    taken, done = new_counters(len(phases)), new_counters(len(phases))
    for thread in prange(len(scratch)):
        for k in range(len(phases) - 1, -1, -1):
            piece = take(taken, k)
            while piece < phases[k, 3]:
                _rotate_piece_back(
                    scratch[thread], psi, lam, phases[k], piece, jobs, x, y, sign, segments, p, q,
                    entry_sign, cosines, sines, overlaps[piece],
                )  # fmt: skip
                finish(done, k)
                piece = take(taken, k)
            wait(done, k, phases[k, 3])
