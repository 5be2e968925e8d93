"""The arrays of `two_body`, in groups; nothing of numba is loaded here."""

from __future__ import annotations

from typing import Any, NamedTuple

GROUP = 4  # pairs rs that are done together


class Rows(NamedTuple):
    """Where the determinants of each alpha string stand.

    Attributes:
        start: position of the first.
        width: how many there are.
        chunk: how many of them are taken at a time.
        sector: which sector they belong to.
        beta: first beta string.
    """

    start: Any
    width: Any
    chunk: Any
    sector: Any
    beta: Any


class StringMatrix(NamedTuple):
    """A sparse matrix over the strings of one spin.

    Attributes:
        tiles: what is done at a time.  Alpha: (first row, last row, first column, last column)
            of a part that fits into a cache.  Beta: (first row, rows), up to eight.
        ranges: first entry of each row of the matrix, and one past the last entry of all.
        columns: their columns; of beta counted in the sector.
        values: their values.
    """

    tiles: Any
    ranges: Any
    columns: Any
    values: Any


class Weights(NamedTuple):
    """Alpha excitations, those of a string into itself included, that leave beta as it is.

    Attributes:
        ranges: first entry of each row, and one past the last of all.
        rows: the row that each entry comes from.
        index: which row of `values`.
        sign: its sign.
        values: sum_r (pq|rr) n_r of each pair pq (rows) and each beta string (columns).
    """

    ranges: Any
    rows: Any
    index: Any
    sign: Any
    values: Any


class Links(NamedTuple):
    """Alpha excitations p != q by the string they lead to and the symmetry class of pq.

    Attributes:
        ranges: bounds of the entries, shape (rows, classes + 1).
        rows: the row that each entry comes from.
        pairs: number of pq in its class.
        sign: its sign.
    """

    ranges: Any
    rows: Any
    pairs: Any
    sign: Any


class Moves(NamedTuple):
    """Integrals, and the beta excitations rs that they go with.

    Attributes:
        classes: (first pair, pairs, first integral, whether totally symmetric) of each class.
        integrals: (pq|rs) of each class, a square matrix.
        own: sum_p (pp|rs) n_p of each alpha string and each totally symmetric pair rs.
        bounds: of the entries of each sector, pair rs and chunk they start from.
        target: beta string that an entry leads to, counted in its sector.
        source: beta string that it starts from, counted in its chunk.
        sign: its sign.
    """

    classes: Any
    integrals: Any
    own: Any
    bounds: Any
    target: Any
    source: Any
    sign: Any


class Scratch(NamedTuple):
    """Memory of each thread.

    Attributes:
        buffers: as long as 16 of the longest rows.
        places: positions of rows.
        factors: four for each of these.
    """

    buffers: Any
    places: Any
    factors: Any
