"""Matrix elements of products of creators and annihilators between two states on determinants.

A product acts on alpha strings by one table and on beta strings by another; a table lists the
strings that are not annihilated, what becomes of them, and signs.  `rows` gives the place of
the first beta string in the row of each alpha string, and `sectors` its rectangle, -1 for none.
Products come sorted by their beta tables: what these do to both states is written out once, rows
of contiguous numbers, and all alpha tables work on that.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .kernel import helper, kernel
from .lanes import load, multiply, multiply_add, splat, total
from .layout import WIDTH


@kernel
def overlaps(
    psi, image, products, alphas, begins, sources, targets, signs, rows, sectors,
    beta_begins, beta_sources, beta_targets, beta_signs, leaving, arriving, values,
):  # fmt: skip
    """values[k] = <image|S_k|psi>; those of beta table g are products[g] ... products[g + 1] - 1.

    `leaving` and `arriving` hold, for each beta table and rectangle, the range of its entries whose
    sources, or targets, are in the rectangle.
    """
    for g in prange(beta_begins.size - 1):
        first, width = beta_begins[g], beta_begins[g + 1] - beta_begins[g]
        if width == 0 or products[g] == products[g + 1]:
            continue
        # Rows are filled up with zeros to whole lanes.
        pitch = (width + WIDTH - 1) // WIDTH * WIDTH
        left, right = np.zeros(rows.size * pitch), np.zeros(rows.size * pitch)
        for r in range(rows.size):
            sector = sectors[r]
            if sector < 0:
                continue
            begin, end = leaving[g, sector]
            for j in range(first + begin, first + end):
                place = r * pitch + j - first - begin
                right[place] = beta_signs[j] * psi[rows[r] + beta_sources[j]]
            begin, end = arriving[g, sector]
            for j in range(first + begin, first + end):
                left[r * pitch + j - first - begin] = image[rows[r] + beta_targets[j]]
        for k in range(products[g], products[g + 1]):
            values[k] = _overlap(
                left, right, pitch, begins[alphas[k]], begins[alphas[k] + 1],
                sources, targets, signs, sectors, leaving[g],
            )  # fmt: skip


@helper
def _overlap(
    left, right, pitch, begin, end, sources, targets, signs, sectors, leaving
):  # fmt: skip
    """The sum over one alpha table of products of rows."""
    sums = splat(left, 0.0)
    for i in range(begin, end):
        sector = sectors[sources[i]]
        if sector < 0:
            continue
        sign = splat(left, signs[i])
        low, high = np.uint64(targets[i] * pitch), np.uint64(sources[i] * pitch)
        length = np.uint64(leaving[sector, 1] - leaving[sector, 0])
        for j in range(np.uint64(0), length, np.uint64(WIDTH)):
            signed = multiply(sign, load(left, low + j))
            sums = multiply_add(signed, load(right, high + j), sums)
    return total(sums)
