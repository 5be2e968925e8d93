"""One- and two-body operators of electrons, applied to determinants without storing a matrix."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kernels.layout import WIDTH
from ..kernels.two_body_arrays import GROUP, Scratch
from ..spaces import Electrons
from ..spaces.symmetry import ZERO, distinct, orbital_symmetry, symmetric_integrals
from ..threads import thread_count
from ..typing import Floats
from .excitation_tables import string_table
from .operators import MatrixOperator
from .planar import Planar
from .two_body_tables import (
    Pair,
    Tables,
    chunk_size,
    pair_block,
    pair_parities,
    string_matrix,
    two_body_tables,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array


# Up to here a sparse matrix takes little time to build, and programs run in one kernel with it.
MATRIX_SIZE = 256
# Determinants that `apply_in_parts` does at a time, a fraction of a second each.
PART = 1 << 19


def two_body_operator(
    h1: tuple[Floats, Floats],
    h2: tuple[Floats, Floats, Floats],
    constant: float,
    space: Electrons,
) -> TwoBodyOperator | MatrixOperator:
    """The faster form for the size of the space; arguments as of `TwoBodyOperator`."""
    if space.size > MATRIX_SIZE:
        return TwoBodyOperator(h1, h2, constant, space)
    return MatrixOperator(two_body_matrix(h1, h2, constant, space))


def two_body_matrix(
    h1: tuple[Floats, Floats],
    h2: tuple[Floats, Floats, Floats],
    constant: float,
    space: Electrons,
) -> csr_array[Any]:
    """The operator as a sum of Kronecker products of matrices over alpha and beta strings.

        H = constant + H_alpha (x) 1 + 1 (x) H_beta + sum_pq E^alpha_pq (x) sum_rs (pq|rs) E^beta_rs

    Made as a dense matrix over all determinants, then cut to those of the space: for small ones.
    """
    from scipy.sparse import csr_array

    (rows, columns), norb = space.shape, space.norb
    pairs = [(p, q) for p in range(norb) for q in range(p + 1)]
    both = np.zeros((rows * rows, columns * columns))
    parities = pair_parities(h2[1])
    for parity in parities:
        alpha, beta = (
            np.array([_move_matrix(space, spin, pair, parity) for pair in pairs]).reshape(
                len(pairs), -1
            )
            for spin in (0, 1)
        )
        both += alpha.T @ (pair_block(h2[1], pairs, parity, parities) @ beta)
    elements = both.reshape(rows, rows, columns, columns)
    matrix = elements.transpose(0, 2, 1, 3).reshape(rows * columns, rows * columns)
    matrix += np.kron(string_matrix(space, 0, h1[0], h2[0]).toarray(), np.eye(columns))
    matrix += np.kron(np.eye(rows), string_matrix(space, 1, h1[1], h2[2]).toarray())
    where = [
        (np.arange(*sector.alpha)[:, None] * columns + np.arange(*sector.beta)).ravel()
        for sector in space.sectors
    ]
    stored = np.concatenate([np.zeros(0, dtype=np.int64), *where])
    cut = matrix[np.ix_(stored, stored)]
    cut[np.abs(cut) < ZERO] = 0
    cut[np.diag_indices(len(cut))] += constant
    return csr_array(cut)


def _move_matrix(space: Electrons, spin: int, pair: Pair, parity: int) -> Floats:
    """E_pq + parity E_qp over strings of one spin; E_pp once."""
    p, q = pair
    matrix = np.zeros((space.shape[spin], space.shape[spin]))
    if p == q:
        np.fill_diagonal(matrix, space.strings(spin) >> p & 1)
    else:
        source, target, sign = string_table(space, spin, ((q,), (p,)))
        matrix[target, source], matrix[source, target] = sign, parity * sign
    return matrix


class TwoBodyOperator:
    """H = constant + sum h1 E + 1/2 sum h2 (E E - delta E) on `Electrons`; see `kernels.two_body`.

    Args:
        h1: (norb, norb) of alpha and of beta electrons.
        h2: (pq|rs) in chemists' notation of pairs aa, ab and bb. (pq|rs) = (qp|sr); over real
            orbitals also (qp|rs).
        constant: added to every diagonal element.
        space: the determinants, with or without symmetry.
        like: an operator of the same integrals and electrons on another `irrep`, whose matrices
            over strings are used again.
    """

    real = True
    string_matrices: tuple[csr_array[Any], csr_array[Any]]
    tables: Tables

    def __init__(
        self,
        h1: tuple[Floats, Floats],
        h2: tuple[Floats, Floats, Floats],
        constant: float,
        space: Electrons,
        *,
        like: TwoBodyOperator | None = None,
    ) -> None:
        from scipy.sparse import eye_array

        symmetry = space.orbital_symmetry or orbital_symmetry(h1, h2)
        cleaned = {id(a): symmetric_integrals(a, symmetry, space) for a in distinct((*h1, *h2))}
        one = [cleaned[id(array)] for array in h1]
        aa, ab, bb = (cleaned[id(array)] for array in h2)
        if like is None:
            alpha = string_matrix(space, 0, one[0], aa)
            same = space.nelec[0] == space.nelec[1] and one[0] is one[1] and aa is bb
            beta = alpha if same else string_matrix(space, 1, one[1], bb)
            alpha = alpha + constant * eye_array(alpha.shape[0], format="csr")
        else:
            alpha, beta = like.string_matrices
        self.space, self.string_matrices = space, (alpha, beta)
        self.tables = two_body_tables(
            space, symmetry, ab, alpha, beta, None if like is None else like.tables
        )
        widest = max((sector.shape[1] for sector in space.sectors), default=0)
        self._buffer_length = max(2 * WIDTH * widest, GROUP * chunk_size(widest), 1)
        self._links = space.nelec[0] * (space.norb - space.nelec[0]) + 1
        self._work = 64 * space.size
        self._kept: Scratch | None = None

    def apply(self, psi: Planar, out: Planar) -> None:
        """Write H psi, real and imaginary parts one after the other."""
        from ..kernels import two_body

        scratch = self.scratch(psi.dtype)
        for row, image in zip(psi, out, strict=True):
            two_body.apply(self._work, row, image, scratch, *self.tables)

    def apply_in_parts(self, psi: Planar, out: Planar) -> Iterator[None]:
        """`apply` in parts, after each of which the caller can stop."""
        from ..kernels import two_body

        scratch = self.scratch(psi.dtype)
        for row, image in zip(psi, out, strict=True):
            for tables in self._parts:
                two_body.apply(self._work, row, image, scratch, *tables)
                yield

    @cached_property
    def _parts(self) -> list[Any]:
        """The tables with what is done for some rows of the result each."""
        rows, alpha, weights, links, moves, beta = self.tables
        first, count = beta.tiles.T
        part = np.cumsum(rows.width[first] * count) // PART
        starts = np.flatnonzero(np.diff(part, prepend=-1))
        if len(starts) < 2:
            return [self.tables]
        parts = []
        for low, high in zip(starts, [*starts[1:], len(part)], strict=True):
            begin, end = first[low], first[high - 1] + count[high - 1]
            tiles = alpha.tiles.copy()
            tiles[:, 0], tiles[:, 1] = np.maximum(tiles[:, 0], begin), np.minimum(tiles[:, 1], end)
            some = alpha._replace(tiles=np.ascontiguousarray(tiles[tiles[:, 0] < tiles[:, 1]]))
            ours = beta._replace(tiles=np.ascontiguousarray(beta.tiles[low:high]))
            parts.append((rows, some, weights, links, moves, ours))
        return parts

    def scratch(self, dtype: Any) -> Scratch:
        """Memory for the kernel, made when first needed."""
        threads, kept = thread_count(), self._kept
        if kept is None or len(kept.buffers) != threads or kept.buffers.dtype != dtype:
            kept = Scratch(
                np.empty((threads, self._buffer_length), dtype=dtype),
                np.empty((threads, self._links), dtype=np.int64),
                np.zeros((threads, GROUP * self._links)),
            )
            self._kept = kept
        return kept
