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

import numpy as np
from numba import prange

from .kernel import helper, kernel
from .lanes import add, load, multiply_add, splat, store
from .layout import WIDTH
from .tickets import finish, new_counters, take, wait
from .tiles import add_rows, pack_rows
from .two_body_arrays import GROUP

_WIDTH = np.uint64(WIDTH)


@helper
def _alpha_columns(out, psi, tile, start, alpha):
    """Write the matrix over alpha strings applied to a range of columns."""
    first_row, last_row, first_column, last_column = tile
    for row in range(first_row, last_row):
        first, last, column = alpha.ranges[row], alpha.ranges[row + 1], first_column
        begin = np.uint64(start[row])
        while column < last_column:
            if last_column - column >= 4 * WIDTH:
                j = np.uint64(column)
                a, b = splat(psi, 0.0), splat(psi, 0.0)
                c, d = splat(psi, 0.0), splat(psi, 0.0)
                for k in range(first, last):
                    factor = splat(psi, alpha.values[k])
                    x = np.uint64(start[alpha.columns[k]]) + j
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
                    x = np.uint64(start[alpha.columns[k]]) + j
                    a = multiply_add(splat(psi, alpha.values[k]), load(psi, x), a)
                store(out, begin + j, a)
                column += WIDTH
            else:
                number = 0.0
                for k in range(first, last):
                    number += alpha.values[k] * psi[start[alpha.columns[k]] + column]
                out[start[row] + column] = number
                column += 1


@helper
def _weighted_rows(out, psi, row, rows, weights):
    """Add to one row the others that alpha excitations lead from, weighted column by column."""
    for k in range(weights.ranges[row], weights.ranges[row + 1]):
        factor, weight = weights.sign[k], weights.values[weights.index[k]]
        x, shift = np.uint64(rows.start[weights.rows[k]]), np.uint64(rows.beta[row])
        begin = np.uint64(rows.start[row])
        for j in range(np.uint64(rows.width[row])):
            out[begin + j] += factor * weight[shift + j] * psi[x + j]


@helper
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


@helper
def _cross_row(out, psi, row, buffer, places, factors, rows, links, moves):
    """Add what alpha and beta excitations together contribute to one row."""
    start = rows.start[row]
    for kind in range(len(moves.classes)):
        first_pair, pairs, base, symmetric = moves.classes[kind]
        first, last = links.ranges[row, kind], links.ranges[row, kind + 1]
        count = last - first
        if symmetric == 0 and count == 0:
            continue
        for k in range(count):
            places[k] = rows.start[links.rows[first + k]]
        if symmetric == 1:
            places[count] = start
        source = links.rows[first] if count > 0 else row
        width, chunk = rows.width[source], rows.chunk[source]
        for part in range((width + chunk - 1) // chunk):
            begin, end = part * chunk, min(width, (part + 1) * chunk)
            for group in range(0, pairs, GROUP):
                size = min(GROUP, pairs - group)
                for k in range(count):
                    place, sign = base + links.pairs[first + k] * pairs, links.sign[first + k]
                    for g in range(size):
                        factors[GROUP * k + g] = sign * moves.integrals[place + group + g]
                if symmetric == 1:
                    for g in range(size):
                        factors[GROUP * count + g] = moves.own[row, group + g]
                _four_products(buffer, chunk, begin, end, psi, places, factors, count + symmetric)
                for g in range(size):
                    bounds = moves.bounds[rows.sector[row], first_pair + group + g]
                    shift, target = np.uint64(g * chunk), np.uint64(start)
                    for e in range(bounds[part], bounds[part + 1]):
                        value = buffer[shift + np.uint64(moves.source[e])]
                        out[target + np.uint64(moves.target[e])] += moves.sign[e] * value


@helper
def _beta_rows(out, psi, buffer, row, count, rows, beta):
    """Add the matrix over beta strings applied to up to eight rows that follow each other."""
    width, string = rows.width[row], rows.beta[row]
    pack_rows(buffer, 0, psi, rows.start, row, count, width)
    for j in range(width):
        even, odd = splat(psi, 0.0), splat(psi, 0.0)
        first, last = beta.ranges[string + j], beta.ranges[string + j + 1]
        for k in range(first, last - 1, 2):
            x = load(buffer, np.uint64(beta.columns[k]) * _WIDTH)
            even = multiply_add(splat(psi, beta.values[k]), x, even)
            x = load(buffer, np.uint64(beta.columns[k + 1]) * _WIDTH)
            odd = multiply_add(splat(psi, beta.values[k + 1]), x, odd)
        if (last - first) % 2 == 1:
            x = load(buffer, np.uint64(beta.columns[last - 1]) * _WIDTH)
            even = multiply_add(splat(psi, beta.values[last - 1]), x, even)
        store(buffer, np.uint64((width + j) * WIDTH), add(even, odd))
    add_rows(buffer, width, out, rows.start, row, count, width)


@kernel
def apply(psi, out, scratch, rows, alpha, weights, links, moves, beta):
    """Write the operator applied to psi into out.

    Args:
        psi: the vector.
        out: the result.
        scratch: `Scratch`.
        rows: `Rows`.
        alpha: `StringMatrix` of alpha.
        weights: `Weights`.
        links: `Links`.
        moves: `Moves`.
        beta: `StringMatrix` of beta.
    """
    taken, done = new_counters(3), new_counters(3)
    for thread in prange(len(scratch.buffers)):
        buffer = scratch.buffers[thread]
        piece = take(taken, 0)
        while piece < len(alpha.tiles):
            _alpha_columns(out, psi, alpha.tiles[piece], rows.start, alpha)
            finish(done, 0)
            piece = take(taken, 0)
        wait(done, 0, len(alpha.tiles))
        piece = take(taken, 1)
        while piece < len(beta.tiles):
            first, count = beta.tiles[piece]
            for row in range(first, first + count):
                _weighted_rows(out, psi, row, rows, weights)
                _cross_row(
                    out, psi, row, buffer, scratch.places[thread], scratch.factors[thread],
                    rows, links, moves,
                )  # fmt: skip
            finish(done, 1)
            piece = take(taken, 1)
        # Not in the same loop: both tables together would not stay in the cache.
        wait(done, 1, len(beta.tiles))
        piece = take(taken, 2)
        while piece < len(beta.tiles):
            first, count = beta.tiles[piece]
            _beta_rows(out, psi, buffer, first, count, rows, beta)
            piece = take(taken, 2)
