"""Tables on strings for the kernel that applies one- and two-body operators."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations, product
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..kernels.layout import WIDTH
from ..kernels.two_body_arrays import Links, Moves, Rows, StringMatrix, Weights
from ..spaces import Electrons
from ..spaces.symmetry import ZERO
from ..threads import thread_count
from ..typing import Floats, Integers
from .excitation_tables import PIECES, Entries, move_electrons, string_table

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Pair = tuple[int, int]

# Columns of a row of products that are made before they are used, and bytes of a tile: so much
# stays in the first and second level of the cache.
CHUNK = 512
CACHE = 1 << 19


Tables = tuple[Rows, StringMatrix, Weights, Links, Moves, StringMatrix]


def two_body_tables(
    space: Electrons,
    symmetry: tuple[int, ...],
    ab: Floats,
    alpha: csr_array[Any],
    beta: csr_array[Any],
    like: Tables | None = None,
) -> Tables:
    """The arguments of the kernel that follow its scratch.

    Args:
        space: the determinants.
        symmetry: labels of the orbitals.
        ab: integrals (pq|rs) of opposite spins.
        alpha: the operator on electrons of alpha spin.
        beta: the same of beta spin.
        like: tables for the same integrals on another `irrep`, parts of which are used again.
    """
    classes: dict[int, list[Pair]] = {0: []}
    for pair in combinations(range(space.norb), 2):
        classes.setdefault(symmetry[pair[0]] ^ symmetry[pair[1]], []).append(pair)
    # A class of pairs for each parity, those of parity 1 first.
    parities = pair_parities(ab)
    pairs = list(classes.values()) * len(parities)
    turns = [parity for parity in parities for _ in classes]
    rows = _rows(space)
    if like is not None and np.array_equal(rows.width > 0, like[0].width > 0):
        weights, links, moves = like[2:5]
    else:
        weights = _weights(space, ab, pairs[0])
        links = Links(*_alpha_links(space, pairs, turns))
        moves = _integrals(space, ab, pairs, turns)
    every = [(p, q, k) for members, k in zip(pairs, turns, strict=True) for p, q in members]
    bounds, target, source, sign = _beta_entries(space, every)
    return (
        rows,
        _string_matrix(alpha, _alpha_tiles(space), np.arange(space.shape[0])),
        weights,
        links,
        moves._replace(bounds=bounds, target=target, source=source, sign=sign),
        _string_matrix(beta, _beta_tiles(space), _local(space)),
    )


def _weights(space: Electrons, ab: Floats, symmetric: list[Pair]) -> Weights:
    """(pp|rr) and, of totally symmetric pairs, (pq|rr): spin by spin the diagonal of a pair."""
    weighted = [(p, p) for p in range(space.norb)] + symmetric
    occupied = _occupied(space, 1)
    values = [ab[p, q].diagonal() @ occupied.T for p, q in weighted]
    ranges, rows, index, sign = _alpha_links(space, [weighted], [1])
    return Weights(
        np.append(ranges[:, 0], ranges[-1:, 1]),
        rows,
        index,
        sign,
        np.array(values).reshape(len(weighted), -1),
    )


def _integrals(space: Electrons, ab: Floats, pairs: list[list[Pair]], turns: list[int]) -> Moves:
    """Integrals class by class, without the excitations of beta electrons."""
    own, occupied = np.zeros((space.shape[0], len(pairs[0]))), _occupied(space, 0)
    for number, (r, s) in enumerate(pairs[0]):
        own[:, number] = occupied @ ab[:, :, r, s].diagonal()
    parities = pair_parities(ab)
    blocks = [pair_block(ab, members, k, parities) for members, k in zip(pairs, turns, strict=True)]
    sizes = np.array([len(members) for members in pairs])
    table = np.zeros((len(pairs), 4), dtype=np.int64)
    table[:, 0], table[:, 1] = np.cumsum(sizes) - sizes, sizes
    table[:, 2], table[0, 3] = np.cumsum(sizes**2) - sizes**2, 1
    flat = np.concatenate([np.zeros(0), *(block.ravel() for block in blocks)])
    return Moves(table, flat, own, None, None, None, None)


def _occupied(space: Electrons, spin: int) -> Floats:
    """Occupation numbers of each string, 0 or 1."""
    return (space.strings(spin)[:, None] >> np.arange(space.norb) & 1).astype(float)


def pair_parities(ab: Floats) -> tuple[int, ...]:
    """(1,), or (1, -1) where (pq|rs) and (qp|rs) differ, as they may over complex orbitals."""
    differ = any(np.abs(ab[p] - ab[:, p]).max(initial=0) > ZERO for p in range(len(ab)))
    return (1, -1) if differ else (1,)


def pair_block(ab: Floats, pairs: list[Pair], parity: int, parities: tuple[int, ...]) -> Floats:
    """The factors G of products of moves of one of the `parities`, pairs by pairs.

        sum_pqrs (pq|rs) E_pq E_rs = sum_parity sum_{p<=q, r<=s} G_pqrs M_pq M_rs,
        M_pq = E_pq + parity E_qp (E_pp once),    G_pqrs = [(pq|rs) + parity (qp|rs)] / 2

    A Hermitian operator couples no moves of different parity: (pq|rs) = (qp|sr).
    """
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    block: Floats = ab[first, second][:, first, second]
    if parities == (1,):
        return block
    return (block + parity * ab[second, first][:, first, second]) / 2


def _string_matrix(matrix: csr_array[Any], tiles: Integers, number: NDArray[Any]) -> StringMatrix:
    """A sparse matrix for the kernel, its columns renumbered."""
    columns = number[matrix.indices].astype(np.int32)
    return StringMatrix(tiles, matrix.indptr.astype(np.int64), columns, matrix.data)


def _rows(space: Electrons) -> Rows:
    """Positions of the determinants of each alpha string."""
    rows = np.zeros((5, space.shape[0]), dtype=np.int64)
    for number, sector in enumerate(space.sectors):
        count, width = sector.shape
        first, last = sector.alpha
        rows[0, first:last] = sector.offset + width * np.arange(count)
        rows[1:, first:last] = np.array([[width], [chunk_size(width)], [number], [sector.beta[0]]])
    return Rows(*(row.copy() for row in rows))


def _alpha_links(
    space: Electrons, classes: list[list[Pair]], parities: list[int]
) -> tuple[Integers, NDArray[np.int32], NDArray[np.int32], Floats]:
    """All <I|E_pq + k E_qp|K> that are not zero (E_pp once), by I, then by class of pq.

    Args:
        space: the determinants.
        classes: pairs pq.
        parities: k of each class.

    Returns:
        Ranges, shape (strings, classes + 1); K; number of the pair in its class; sign.
    """
    count = space.shape[0]
    columns: list[list[Any]] = [[], [], [], [], []]
    for kind, (members, parity) in enumerate(zip(classes, parities, strict=True)):
        for number, (p, q) in enumerate(members):
            if p == q:
                source = target = np.flatnonzero(space.strings(0) >> p & 1)
                sign = np.ones(len(source))
            else:
                source, target, sign = _moves(space, 0, p, q)
            both = (source, target, sign), (target, source, parity * sign)
            for there, here, signs in both[: 1 + (p != q)]:
                constant = np.ones(len(here), dtype=np.int64)
                for column, piece in zip(
                    columns, (here, kind * constant, there, number * constant, signs), strict=True
                ):
                    column.append(piece)
    if not columns[0]:
        return np.zeros((count, len(classes) + 1), dtype=np.int64), *_no_links()
    here, kinds, there, numbers = (np.concatenate(column) for column in columns[:4])
    values: Floats = np.concatenate(columns[4])
    width = _rows(space).width
    stored = np.flatnonzero((width[here] > 0) & (width[there] > 0))
    key = (here * len(classes) + kinds)[stored]
    order = stored[np.argsort(key, kind="stable")]
    bounds = np.searchsorted(np.sort(key), np.arange(count * len(classes) + 1))
    ranges = np.empty((count, len(classes) + 1), dtype=np.int64)
    ranges[:, :-1] = bounds[:-1].reshape(count, -1)
    ranges[:, -1] = bounds[len(classes) :: len(classes)]
    return ranges, there[order].astype(np.int32), numbers[order].astype(np.int32), values[order]


def _no_links() -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0)


def chunk_size(width: int) -> int:
    """The number of columns of a row that are taken at a time: equal parts, whole lanes."""
    parts = max(1, -(-width // CHUNK))
    return -(-width // (parts * WIDTH)) * WIDTH


def _alpha_tiles(space: Electrons) -> Integers:
    """(first row, last row, first column, last column) of tiles whose columns fit into the cache.

    Where these are few, their rows are parted as well, so that all threads find something to do.
    """
    tiles = []
    for sector in space.sectors:
        rows, width = sector.shape
        step = max(4 * WIDTH, CACHE // (8 * rows) // (4 * WIDTH) * 4 * WIDTH)
        columns = range(0, width, step)
        height = max(WIDTH, -(-rows * len(columns) // PIECES))
        first, last = sector.alpha
        tiles += [
            (row, min(last, row + height), low, min(width, low + step))
            for low in columns
            for row in range(first, last, height)
        ]
    return np.array(tiles, dtype=np.int64).reshape(-1, 4)


def _beta_entries(
    space: Electrons, pairs: list[tuple[int, int, int]]
) -> tuple[Integers, NDArray[np.int32], NDArray[np.int32], Floats]:
    """All <J'|E_rs + k E_sr|J> that are not zero, by sector of the result, rsk, and chunk of J.

    Returns:
        Bounds, shape (sectors, pairs, chunks + 1); J' counted in its sector; J counted in its
        chunk; sign.
    """
    sectors = {sector.label: number for number, sector in enumerate(space.sectors)}
    widths = np.array([sector.shape[1] for sector in space.sectors], dtype=np.int64)
    chunks = np.array([chunk_size(width) for width in widths.tolist()], dtype=np.int64)
    most = int(np.max(-(-widths // np.maximum(chunks, 1)), initial=1))
    shape = len(sectors), len(pairs)
    if not pairs or not sectors:
        return np.zeros((*shape, most + 1), dtype=np.int64), *_no_links()
    moves = [_moves(space, 1, r, s) for r, s, _ in pairs]
    source, target = (np.concatenate([move[k] for move in moves]) for k in (0, 1))
    here, there = np.concatenate([target, source]), np.concatenate([source, target])
    lengths = [len(move[0]) for move in moves]
    number = np.tile(np.repeat(np.arange(len(pairs)), lengths), 2)
    turned = np.concatenate(
        [parity * move[2] for move, (*_, parity) in zip(moves, pairs, strict=True)]
    )
    signs = np.concatenate([*(move[2] for move in moves), turned])
    local, owner = _local(space), np.full(space.shape[1], -1)
    for row, sector in enumerate(space.sectors):
        owner[slice(*sector.beta)] = row
    stored = np.flatnonzero((owner[here] >= 0) & (owner[there] >= 0))
    stride = int(widths.max()) + 1  # of the places in one sector, with one past the last
    key = (number[stored] * len(sectors) + owner[here[stored]]) * stride + local[there[stored]]
    order = np.argsort(key)
    stored = stored[order]
    partner = np.array(
        [[sectors.get(label ^ space.label(pair[:2]), -1) for pair in pairs] for label in sectors]
    )
    step = np.where(partner < 0, 0, chunks[partner])
    ends = np.minimum(step[:, :, None] * np.arange(most + 1), stride - 1)
    first = (np.arange(len(pairs)) * len(sectors) + np.arange(len(sectors))[:, None]) * stride
    bounds = np.searchsorted(key[order], first[:, :, None] + ends)
    place = local[there[stored]] % chunks[owner[there[stored]]]
    return bounds, local[here[stored]], place.astype(np.int32), signs[stored]


def _moves(space: Electrons, spin: int, p: int, q: int) -> Entries:
    """E_pq over strings of one spin: source, target, sign."""
    return _all_moves(space.norb, space.nelec[spin], space.orbital_symmetry)[p, q]


@lru_cache(maxsize=4)
def _all_moves(norb: int, count: int, orbital_symmetry: tuple[int, ...]) -> dict[Pair, Entries]:
    """E_pq over strings for all p < q; the same in every symmetry of the determinants."""
    space = Electrons(norb, (count, 0), orbital_symmetry)
    return {(p, q): string_table(space, 0, ((q,), (p,))) for p, q in combinations(range(norb), 2)}


def _local(space: Electrons) -> NDArray[np.int32]:
    """Number of each beta string in its sector."""
    local = np.zeros(space.shape[1], dtype=np.int32)
    for sector in space.sectors:
        local[slice(*sector.beta)] = np.arange(sector.shape[1])
    return local


def _beta_tiles(space: Electrons) -> Integers:
    """(first row, rows) of rows taken eight at a time."""
    tiles = [
        (row, min(WIDTH, sector.alpha[1] - row))
        for sector in space.sectors
        for row in range(*sector.alpha, WIDTH)
    ]
    return np.array(tiles, dtype=np.int64).reshape(-1, 2)


def string_matrix(space: Electrons, spin: int, h1: Floats, h2: Floats) -> csr_array[Any]:
    """The operator among electrons of one spin, over their strings, by the Slater-Condon rules.

    diagonal       sum_k h_kk + 1/2 sum_kl [(kk|ll) - (kl|lk)]
    i -> a         h_ai + sum_k [(ai|kk) - (ak|ki)]
    i j -> a b     (ai|bj) - (aj|bi)
    """
    from scipy.sparse import csr_array

    strings, norb, count = space.strings(spin), space.norb, space.nelec[spin]
    bits = strings[:, None] >> np.arange(norb) & 1
    occupied = bits.astype(float)
    filled = np.nonzero(bits)[1].reshape(len(strings), count)
    free = np.nonzero(1 - bits)[1].reshape(len(strings), norb - count)
    pairs = np.einsum("kkll->kl", h2) - np.einsum("kllk->kl", h2)
    mean = np.einsum("aikk->aik", h2) - np.einsum("akki->aik", h2)
    diagonal = occupied @ np.diag(h1) + 0.5 * np.einsum("sk,kl,sl->s", occupied, pairs, occupied)
    everything = np.arange(len(strings))
    rows, columns, values = [everything], [everything], [diagonal]

    def add(leave: list[Integers], fill: list[Integers], elements: Floats) -> None:
        """Add elements between strings and their images; orbitals differ by string."""
        keep = np.flatnonzero(np.abs(elements) > ZERO)
        moved, sign = move_electrons(
            strings[keep], [part[keep] for part in leave], [part[keep] for part in fill]
        )
        rows.append(space.rank(spin, moved))
        columns.append(keep)
        values.append(sign * elements[keep])

    for i, a in product(filled.T, free.T):
        add([i], [a], h1[a, i] + np.einsum("sk,sk->s", mean[a, i], occupied))
    for (i, j), (a, b) in product(combinations(filled.T, 2), combinations(free.T, 2)):
        add([i, j], [a, b], h2[a, i, b, j] - h2[a, j, b, i])
    shape = (len(strings), len(strings))
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return csr_array(entries, shape=shape)


def table_memory(space: Electrons) -> int:
    """Bytes of the tables on strings, at the peak of their making, without regard to symmetry."""
    total: int = (1 << 22) + thread_count() * 50 * WIDTH * max(space.shape)
    mixed, alone = 1, 0  # double excitations of both spins, excitations of one
    for strings, count in zip(space.shape, space.nelec, strict=True):
        empty = space.norb - count
        singles, doubles = count * empty, comb(count, 2) * comb(empty, 2)
        pairs = comb(space.norb, 2)
        # Coordinates and values twice, rows and columns of the matrix, links and their signs,
        # sums over the other spin, and the excitations of a circuit.
        total += strings * (60 * (1 + singles + doubles) + 80 * singles + 8 * pairs)
        mixed *= singles
        alone += singles + doubles
    return total + 8 * PIECES * (mixed + alone)  # derivatives, piece by piece
