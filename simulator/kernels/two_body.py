"""One- and two-body operators on a vector of determinants.

The operator is split by what it does to each spin:

    alpha alone      a sparse matrix over alpha strings, acting on rows
    beta alone       a sparse matrix over beta strings, acting inside rows
    alpha and beta   sum_{pq,rs} (pq|rs) E^alpha_pq E^beta_rs

For a row I of the result the last is a small dense product followed by a sparse one,

    D[rs, J] = sum_{pq} (pq|rs) <I|E_pq|K> C[K, J],
    out[I, J'] += sum_{rs} <J'|E_rs|J> D[rs, J],

where only the pairs pq that lead to the string I take part, and integrals vanish unless pq and
rs have the same symmetry.  Pairs with p = q or r = s are diagonal in their spin: they turn up
as weights of each column (`weights`) and as the excitation of a row into itself (`own`).
"""

from __future__ import annotations

import numba
import numpy as np
from numba import prange

from .kernel import kernel
from .lanes import WIDTH, add, load, multiply_add, splat, store
from .tiles import add_rows, pack_rows

GROUP = 4  # pairs rs that are done together

_WIDTH = np.uint64(WIDTH)
_OPTIONS = {"nogil": True, "error_model": "numpy"}


@numba.njit(**_OPTIONS)
def _alpha_columns(out, psi, tile, row_start, ranges, rows, values):
    """Write the matrix over alpha strings applied to a range of columns."""
    first_row, last_row, first_column, last_column = tile
    for row in range(first_row, last_row):
        first, last, column = ranges[row], ranges[row + 1], first_column
        begin = np.uint64(row_start[row])
        while column < last_column:
            if last_column - column >= 4 * WIDTH:
                j = np.uint64(column)
                a, b = splat(psi, 0.0), splat(psi, 0.0)
                c, d = splat(psi, 0.0), splat(psi, 0.0)
                for k in range(first, last):
                    factor = splat(psi, values[k])
                    x = np.uint64(row_start[rows[k]]) + j
                    a = multiply_add(factor, load(psi, x), a)
                    b = multiply_add(factor, load(psi, x + _WIDTH), b)
                    c = multiply_add(factor, load(psi, x + np.uint64(2 * WIDTH)), c)
                    d = multiply_add(factor, load(psi, x + np.uint64(3 * WIDTH)), d)
                store(out, begin + j, a)
                store(out, begin + j + _WIDTH, b)
                store(out, begin + j + np.uint64(2 * WIDTH), c)
                store(out, begin + j + np.uint64(3 * WIDTH), d)
                column += 4 * WIDTH
            elif last_column - first_column >= WIDTH:
                column = min(column, last_column - WIDTH)  # the last eight may be done twice
                j = np.uint64(column)
                a = splat(psi, 0.0)
                for k in range(first, last):
                    x = np.uint64(row_start[rows[k]]) + j
                    a = multiply_add(splat(psi, values[k]), load(psi, x), a)
                store(out, begin + j, a)
                column += WIDTH
            else:
                number = 0.0
                for k in range(first, last):
                    number += values[k] * psi[row_start[rows[k]] + column]
                out[row_start[row] + column] = number
                column += 1


@numba.njit(**_OPTIONS)
def _four_products(products, stride, first, last, psi, places, factors, count):
    """products[g stride + j] = sum_k factors[4 k + g] psi[places[k] + first + j], g = 0 ... 3."""
    column, width = 0, last - first
    step = np.uint64(stride)
    while column < width:
        if width - column >= 2 * WIDTH:
            j = np.uint64(column)
            a0, a1 = splat(psi, 0.0), splat(psi, 0.0)
            b0, b1 = splat(psi, 0.0), splat(psi, 0.0)
            c0, c1 = splat(psi, 0.0), splat(psi, 0.0)
            d0, d1 = splat(psi, 0.0), splat(psi, 0.0)
            for k in range(np.uint64(count)):
                place, f = np.uint64(places[k] + first) + j, k * np.uint64(GROUP)
                x0, x1 = load(psi, place), load(psi, place + _WIDTH)
                factor = splat(psi, factors[f])
                a0, a1 = multiply_add(factor, x0, a0), multiply_add(factor, x1, a1)
                factor = splat(psi, factors[f + np.uint64(1)])
                b0, b1 = multiply_add(factor, x0, b0), multiply_add(factor, x1, b1)
                factor = splat(psi, factors[f + np.uint64(2)])
                c0, c1 = multiply_add(factor, x0, c0), multiply_add(factor, x1, c1)
                factor = splat(psi, factors[f + np.uint64(3)])
                d0, d1 = multiply_add(factor, x0, d0), multiply_add(factor, x1, d1)
            for low, high in ((a0, a1), (b0, b1), (c0, c1), (d0, d1)):
                store(products, j, low)
                store(products, j + _WIDTH, high)
                j += step
            column += 2 * WIDTH
        elif width >= WIDTH:
            column = min(column, width - WIDTH)
            j = np.uint64(column)
            a, b = splat(psi, 0.0), splat(psi, 0.0)
            c, d = splat(psi, 0.0), splat(psi, 0.0)
            for k in range(np.uint64(count)):
                f = k * np.uint64(GROUP)
                x = load(psi, np.uint64(places[k] + first) + j)
                a = multiply_add(splat(psi, factors[f]), x, a)
                b = multiply_add(splat(psi, factors[f + np.uint64(1)]), x, b)
                c = multiply_add(splat(psi, factors[f + np.uint64(2)]), x, c)
                d = multiply_add(splat(psi, factors[f + np.uint64(3)]), x, d)
            for lanes in (a, b, c, d):
                store(products, j, lanes)
                j += step
            column += WIDTH
        else:
            for g in range(GROUP):
                number = 0.0
                for k in range(count):
                    number += factors[GROUP * k + g] * psi[places[k] + first + column]
                products[g * stride + column] = number
            column += 1


@numba.njit(**_OPTIONS)
def _cross_row(
    out, psi, row, buffer, places, factors, row_start, row_width, row_chunk, row_sector,
    link_range, link_row, link_pair, link_sign, classes, integrals, own, segments, p, q, sign,
):  # fmt: skip
    """Add what alpha and beta excitations together contribute to one row."""
    start = row_start[row]
    for kind in range(len(classes)):
        first_pair, pairs, base, symmetric = classes[kind]
        first, last = link_range[row, kind], link_range[row, kind + 1]
        count = last - first
        if symmetric == 0 and count == 0:
            continue
        for k in range(count):
            places[k] = row_start[link_row[first + k]]
        if symmetric == 1:
            places[count] = start
        source = link_row[first] if count > 0 else row
        width, chunk = row_width[source], row_chunk[source]
        for part in range((width + chunk - 1) // chunk):
            begin, end = part * chunk, min(width, (part + 1) * chunk)
            for group in range(0, pairs, GROUP):
                size = min(GROUP, pairs - group)
                for k in range(count):
                    place = base + link_pair[first + k] * pairs + group
                    for g in range(size):
                        factors[GROUP * k + g] = link_sign[first + k] * integrals[place + g]
                if symmetric == 1:
                    for g in range(size):
                        factors[GROUP * count + g] = own[row, group + g]
                _four_products(buffer, chunk, begin, end, psi, places, factors, count + symmetric)
                for g in range(size):
                    bounds = segments[row_sector[row], first_pair + group + g]
                    shift, target = np.uint64(g * chunk), np.uint64(start)
                    for e in range(bounds[part], bounds[part + 1]):
                        value = buffer[shift + np.uint64(q[e])]
                        out[target + np.uint64(p[e])] += sign[e] * value


@numba.njit(**_OPTIONS)
def _beta_rows(
    out, psi, buffer, row, rows, row_start, row_width, row_beta, ranges, columns, values
):
    """Add the matrix over beta strings applied to up to eight rows that follow each other."""
    width, string = row_width[row], row_beta[row]
    pack_rows(buffer, 0, psi, row_start, row, rows, width)
    for j in range(width):
        even, odd = splat(psi, 0.0), splat(psi, 0.0)
        first, last = ranges[string + j], ranges[string + j + 1]
        for k in range(first, last - 1, 2):
            x = load(buffer, np.uint64(columns[k]) * _WIDTH)
            even = multiply_add(splat(psi, values[k]), x, even)
            x = load(buffer, np.uint64(columns[k + 1]) * _WIDTH)
            odd = multiply_add(splat(psi, values[k + 1]), x, odd)
        if (last - first) % 2 == 1:
            x = load(buffer, np.uint64(columns[last - 1]) * _WIDTH)
            even = multiply_add(splat(psi, values[last - 1]), x, even)
        store(buffer, np.uint64((width + j) * WIDTH), add(even, odd))
    add_rows(buffer, width, out, row_start, row, rows, width)


@kernel
def apply(
    psi, out, buffers, places, factors,
    row_start, row_width, row_chunk, row_sector, row_beta,
    alpha_tiles, alpha_range, alpha_row, alpha_value,
    weight_range, weight_row, weight_index, weight_sign, weights,
    link_range, link_row, link_pair, link_sign, classes, integrals, own,
    segments, p, q, sign,
    beta_tiles, beta_range, beta_column, beta_value,
):  # fmt: skip
    """Write the operator applied to psi into out.

    Args:
        psi: the vector.
        out: the result.
        buffers: scratch of each thread, as long as 16 of the longest rows.
        places: scratch of each thread for positions of rows.
        factors: scratch of each thread, four for each of these.
        row_start: position of the first determinant of each alpha string.
        row_width: number of determinants of each.
        row_chunk: how many of them are taken at a time.
        row_sector: sector of each.
        row_beta: first beta string of each.
        alpha_tiles: (first row, last row, first column, last column) that fit a cache.
        alpha_range: entries of each row of the matrix over alpha strings.
        alpha_row: their columns.
        alpha_value: their values.
        weight_range: alpha excitations of each row that are diagonal in beta.
        weight_row: rows that they come from.
        weight_index: which of `weights`.
        weight_sign: their signs.
        weights: sum_r (pq|rr) n_r of each pair pq (rows) and each beta string (columns).
        link_range: excitations p != q of each row, class by class.
        link_row: rows that they come from.
        link_pair: which pair of the class.
        link_sign: their signs.
        classes: (first pair, pairs, first integral, whether totally symmetric) of each symmetry.
        integrals: (pq|rs) of each class, a square matrix.
        own: sum_p (pp|rs) n_p of each alpha string and each totally symmetric pair rs.
        segments: bounds of the entries of each sector, pair rs and chunk they start from.
        p: beta string that an entry leads to, counted in the sector.
        q: beta string that it starts from, counted in its chunk.
        sign: its sign.
        beta_tiles: (first row, rows) of up to eight rows each.
        beta_range: entries of each row of the matrix over beta strings.
        beta_column: their columns, counted in the sector.
        beta_value: their values.
    """
    threads, rows = len(buffers), len(row_start)
    strips, tiles = len(alpha_tiles), len(beta_tiles)
    for strip in prange(strips):
        _alpha_columns(out, psi, alpha_tiles[strip], row_start, alpha_range, alpha_row, alpha_value)
    for piece in prange(threads):
        for row in range(piece * rows // threads, (piece + 1) * rows // threads):
            start, width = row_start[row], row_width[row]
            if width == 0:
                continue
            for k in range(weight_range[row], weight_range[row + 1]):
                factor, weight = weight_sign[k], weights[weight_index[k]]
                x, shift = np.uint64(row_start[weight_row[k]]), np.uint64(row_beta[row])
                begin = np.uint64(start)
                for j in range(np.uint64(width)):
                    out[begin + j] += factor * weight[shift + j] * psi[x + j]
            _cross_row(
                out, psi, row, buffers[piece], places[piece], factors[piece],
                row_start, row_width, row_chunk, row_sector, link_range, link_row, link_pair,
                link_sign, classes, integrals, own, segments, p, q, sign,
            )  # fmt: skip
    for piece in prange(threads):
        for tile in range(piece * tiles // threads, (piece + 1) * tiles // threads):
            row, count = beta_tiles[tile]
            _beta_rows(
                out, psi, buffers[piece], row, count, row_start, row_width, row_beta,
                beta_range, beta_column, beta_value,
            )  # fmt: skip
