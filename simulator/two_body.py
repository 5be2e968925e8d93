"""One- and two-body operators of electrons, applied to determinants without storing a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from math import comb
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from numpy.typing import NDArray

from .excitation_tables import move_electrons, string_table
from .kernels import two_body
from .kernels.lanes import WIDTH
from .operators import MatrixOperator
from .planar import Planar
from .spaces import Electrons, SpaceError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Pair = tuple[int, int]

# Integrals smaller than this, in the unit of the operator, count as zero.
ZERO = 1e-11
# Up to here a sparse matrix takes little time to build, and programs run in one kernel with it.
MATRIX_SIZE = 256
# Columns of a row of products that are made before they are used, and bytes of a tile: so much
# stays in the first and second level of the cache.
CHUNK = 512
CACHE = 1 << 19
# Independent symmetries that are looked for; D2h has three.
_GENERATORS = 3


def orbital_symmetry(h1: tuple[Floats, ...], h2: tuple[Floats, ...]) -> tuple[int, ...]:
    """Labels under which every non-zero integral is totally symmetric, one for each orbital.

    Labels combine by exclusive or.  h1[p, q] is zero unless the labels of p and q are equal, and
    h2[p, q, r, s] unless those of all four combine to zero.  The labels are read off the
    integrals: each one that is not zero is a linear equation over the field of two elements,
    and each bit of the labels a solution of them all.

    >>> h1 = np.diag([1.0, 2.0, 3.0])
    >>> h2 = np.zeros((3, 3, 3, 3))
    >>> h2[0, 1, 0, 1] = 0.1                  # orbitals 0 and 1 may differ, or not
    >>> orbital_symmetry((h1,), (h2,))
    (0, 1, 2)
    """
    norb = len(h1[0])
    bits = 1 << np.arange(norb, dtype=np.int64)
    pair = bits[:, None] ^ bits
    equations = {0}
    for array in distinct(h1):
        equations |= set(pair[np.abs(array) > ZERO].tolist())
    for array in distinct(h2):
        for p in range(norb):  # one orbital at a time, to spare memory
            combined = pair[p, :, None, None] ^ pair
            equations |= set(np.unique(combined[np.abs(array[p]) > ZERO]).tolist())
    pivots: dict[int, int] = {}
    for equation in sorted(equations):
        rest = equation
        for pivot, row in pivots.items():
            if rest >> pivot & 1:
                rest ^= row
        if rest:
            pivot = rest.bit_length() - 1
            for other, row in pivots.items():
                if row >> pivot & 1:
                    pivots[other] = row ^ rest
            pivots[pivot] = rest
    # One solution for each free orbital but the first: that one moves all orbitals together.
    free = [orbital for orbital in range(norb) if orbital not in pivots]
    labels = [0] * norb
    for bit, orbital in enumerate(free[1 : _GENERATORS + 1]):
        for p in range(norb):
            on = p == orbital if p not in pivots else pivots[p] >> orbital & 1
            labels[p] |= int(on) << bit
    return tuple(labels)


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
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    alpha, beta = (
        np.array([_move_matrix(space, spin, pair) for pair in pairs]).reshape(len(pairs), -1)
        for spin in (0, 1)
    )
    integrals = h2[1][first, second][:, first, second]
    both = (alpha.T @ (integrals @ beta)).reshape(rows, rows, columns, columns)
    matrix = both.transpose(0, 2, 1, 3).reshape(rows * columns, rows * columns)
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


def _move_matrix(space: Electrons, spin: int, pair: Pair) -> Floats:
    """E_pq + E_qp over strings of one spin; E_pp once."""
    p, q = pair
    matrix = np.zeros((space.shape[spin], space.shape[spin]))
    if p == q:
        np.fill_diagonal(matrix, space.strings(spin) >> p & 1)
    else:
        source, target, sign = string_table(space, spin, ((q,), (p,)))
        matrix[target, source] = matrix[source, target] = sign
    return matrix


class TwoBodyOperator:
    """H = constant + sum h1 E + 1/2 sum h2 (E E - delta E) on `Electrons`; see `kernels.two_body`.

    Args:
        h1: (norb, norb) of alpha and of beta electrons.
        h2: (pq|rs) in chemists' notation of pairs aa, ab and bb.
        constant: added to every diagonal element.
        space: the determinants, with or without symmetry.
    """

    real = True

    def __init__(
        self,
        h1: tuple[Floats, Floats],
        h2: tuple[Floats, Floats, Floats],
        constant: float,
        space: Electrons,
    ) -> None:
        from scipy.sparse import eye_array

        symmetry = space.orbital_symmetry or orbital_symmetry(h1, h2)
        cleaned = {id(a): _symmetric(a, symmetry, space) for a in distinct((*h1, *h2))}
        one = [cleaned[id(array)] for array in h1]
        aa, ab, bb = (cleaned[id(array)] for array in h2)
        alpha = string_matrix(space, 0, one[0], aa)
        same = space.nelec[0] == space.nelec[1] and one[0] is one[1] and aa is bb
        beta = alpha if same else string_matrix(space, 1, one[1], bb)
        alpha = alpha + constant * eye_array(alpha.shape[0], format="csr")
        self._arrays = _tables(space, symmetry, ab, alpha, beta)
        widest = max((sector.shape[1] for sector in space.sectors), default=0)
        self._buffer_length = max(2 * WIDTH * widest, two_body.GROUP * _chunk(widest), 1)
        self._links = space.nelec[0] * (space.norb - space.nelec[0]) + 1
        self._work = 64 * space.size
        self._buffers: tuple[Any, Any, Any] | None = None

    def apply(self, psi: Planar, out: Planar) -> None:
        """Write H psi, real and imaginary parts one after the other."""
        buffers = self._scratch(psi.dtype)
        for row, image in zip(psi, out, strict=True):
            two_body.apply(self._work, row, image, *buffers, *self._arrays)

    def _scratch(self, dtype: Any) -> tuple[Any, Any, Any]:
        threads = numba.get_num_threads()
        buffers = self._buffers
        if buffers is None or len(buffers[0]) != threads or buffers[0].dtype != dtype:
            buffers = (
                np.empty((threads, self._buffer_length), dtype=dtype),
                np.empty((threads, self._links), dtype=np.int64),
                np.zeros((threads, two_body.GROUP * self._links)),
            )
            self._buffers = buffers
        return buffers


def distinct(arrays: Sequence[Floats]) -> list[Floats]:
    """The arrays without those that are the same object as an earlier one."""
    return list({id(array): array for array in arrays}.values())


def _symmetric(array: Floats, symmetry: tuple[int, ...], space: Electrons) -> Floats:
    """The integrals with those that change the symmetry exactly zero.

    Raises:
        SpaceError: if one of them is more than rounding.
    """
    labels = np.array(symmetry, dtype=np.int64)
    pair = labels[:, None] ^ labels
    forbidden = [
        pair[p] != 0 if array.ndim == 2 else (pair[p, :, None, None] ^ pair) != 0
        for p in range(len(labels))
    ]
    broken = max(
        (np.abs(array[p][off]).max(initial=0) for p, off in enumerate(forbidden)), default=0
    )
    if broken > ZERO:
        raise SpaceError(f"an integral of {broken:.1e} changes the symmetry of states in {space}")
    if broken == 0:
        return array
    cleaned = array.copy()
    for p, off in enumerate(forbidden):
        cleaned[p][off] = 0
    return cleaned


def table_memory(space: Electrons) -> int:
    """Bytes of the tables on strings, at the peak of their making, without regard to symmetry."""
    total: int = (1 << 22) + numba.get_num_threads() * 50 * WIDTH * max(space.shape)
    for strings, count in zip(space.shape, space.nelec, strict=True):
        empty = space.norb - count
        singles, doubles = count * empty, comb(count, 2) * comb(empty, 2)
        pairs = comb(space.norb, 2)
        # Coordinates and values twice, rows and columns of the matrix, links and their signs,
        # sums over the other spin, and the excitations of a circuit.
        total += strings * (60 * (1 + singles + doubles) + 80 * singles + 8 * pairs)
    return total


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
        """Elements between all strings and what becomes of them; orbitals differ by string."""
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


def _tables(
    space: Electrons,
    symmetry: tuple[int, ...],
    ab: Floats,
    alpha: csr_array[Any],
    beta: csr_array[Any],
) -> tuple[NDArray[Any], ...]:
    """The arguments of the kernel that follow its buffers."""
    norb = space.norb
    occupied = [
        (space.strings(spin)[:, None] >> np.arange(norb) & 1).astype(float) for spin in (0, 1)
    ]
    classes: dict[int, list[Pair]] = {0: []}
    for pair in combinations(range(norb), 2):
        classes.setdefault(symmetry[pair[0]] ^ symmetry[pair[1]], []).append(pair)
    pairs = list(classes.values())
    # (pp|rr) and, of totally symmetric pairs, (pq|rr): spin by spin the diagonal of a pair.
    weighted = [(p, p) for p in range(norb)] + pairs[0]
    weights = [ab[p, q].diagonal() @ occupied[1].T for p, q in weighted]
    own = np.zeros((space.shape[0], len(pairs[0])))
    for number, (r, s) in enumerate(pairs[0]):
        own[:, number] = occupied[0] @ ab[:, :, r, s].diagonal()
    integrals = [
        np.array([[ab[p, q, r, s] for r, s in members] for p, q in members])
        for members in pairs
        if members
    ]
    sizes = np.array([len(members) for members in pairs])
    table = np.zeros((len(pairs), 4), dtype=np.int64)
    table[:, 0], table[:, 1] = np.cumsum(sizes) - sizes, sizes
    table[:, 2], table[0, 3] = np.cumsum(sizes**2) - sizes**2, 1
    weight_range, *weight_links = _alpha_links(space, [weighted])
    return (
        *_rows(space), _alpha_tiles(space),
        alpha.indptr.astype(np.int64), alpha.indices.astype(np.int32), alpha.data,
        np.append(weight_range[:, 0], weight_range[-1:, 1]), *weight_links,
        np.array(weights).reshape(len(weighted), -1),
        *_alpha_links(space, pairs), table,
        np.concatenate([block.ravel() for block in integrals]) if integrals else np.zeros(0),
        own,
        *_beta_entries(space, [pair for members in pairs for pair in members]),
        _beta_tiles(space),
        beta.indptr.astype(np.int64), _local(space)[beta.indices], beta.data,
    )  # fmt: skip


def _rows(space: Electrons) -> tuple[Integers, Integers, Integers, Integers, Integers]:
    """Position, width, chunk, sector and first beta string of each alpha string."""
    rows = np.zeros((5, space.shape[0]), dtype=np.int64)
    for number, sector in enumerate(space.sectors):
        count, width = sector.shape
        first, last = sector.alpha
        rows[0, first:last] = sector.offset + width * np.arange(count)
        rows[1:, first:last] = np.array([[width], [_chunk(width)], [number], [sector.beta[0]]])
    start, widths, chunk, numbers, beta = rows
    return start, widths, chunk, numbers, beta


def _alpha_links(
    space: Electrons, classes: list[list[Pair]]
) -> tuple[Integers, NDArray[np.int32], NDArray[np.int32], Floats]:
    """All <I|E_pq + E_qp|K> that are not zero (E_pp once), by I, then by class of pq.

    Returns:
        Ranges, shape (strings, classes + 1); K; number of the pair in its class; sign.
    """
    count = space.shape[0]
    columns: list[list[Any]] = [[], [], [], [], []]
    for kind, members in enumerate(classes):
        for number, (p, q) in enumerate(members):
            source, target, sign = string_table(space, 0, ((q,), (p,)) if p != q else ((), ()))
            if p == q:
                source = target = np.flatnonzero(space.strings(0) >> p & 1)
                sign = np.ones(len(source))
            for there, here in ((source, target), (target, source))[: 1 + (p != q)]:
                constant = np.ones(len(here), dtype=np.int64)
                for column, piece in zip(
                    columns, (here, kind * constant, there, number * constant, sign), strict=True
                ):
                    column.append(piece)
    if not columns[0]:
        return np.zeros((count, len(classes) + 1), dtype=np.int64), *_no_links()
    here, kinds, there, numbers = (np.concatenate(column) for column in columns[:4])
    signs: Floats = np.concatenate(columns[4])
    width = _rows(space)[1]
    stored = np.flatnonzero((width[here] > 0) & (width[there] > 0))
    key = (here * len(classes) + kinds)[stored]
    order = stored[np.argsort(key, kind="stable")]
    bounds = np.searchsorted(np.sort(key), np.arange(count * len(classes) + 1))
    ranges = np.empty((count, len(classes) + 1), dtype=np.int64)
    ranges[:, :-1] = bounds[:-1].reshape(count, -1)
    ranges[:, -1] = bounds[len(classes) :: len(classes)]
    return ranges, there[order].astype(np.int32), numbers[order].astype(np.int32), signs[order]


def _no_links() -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0)


def _chunk(width: int) -> int:
    """How many columns of a row are taken at a time: equal parts, whole lanes."""
    parts = max(1, -(-width // CHUNK))
    return -(-width // (parts * WIDTH)) * WIDTH


def _alpha_tiles(space: Electrons) -> Integers:
    """(first row, last row, first column, last column) of tiles that fit into the cache."""
    tiles = []
    for sector in space.sectors:
        rows, width = sector.shape
        step = max(4 * WIDTH, CACHE // (8 * rows) // (4 * WIDTH) * 4 * WIDTH)
        tiles += [(*sector.alpha, low, min(width, low + step)) for low in range(0, width, step)]
    return np.array(tiles, dtype=np.int64).reshape(-1, 4)


def _beta_entries(
    space: Electrons, pairs: list[Pair]
) -> tuple[Integers, NDArray[np.int32], NDArray[np.int32], Floats]:
    """All <J'|E_rs + E_sr|J> that are not zero, by sector of the result, pair, and chunk of J.

    Returns:
        Bounds, shape (sectors, pairs, chunks + 1); J' counted in its sector; J counted in its
        chunk; sign.
    """
    sectors = {sector.label: sector for sector in space.sectors}
    most = max((-(-s.shape[1] // _chunk(s.shape[1])) for s in sectors.values()), default=1)
    bounds = np.zeros((len(sectors), len(pairs), most + 1), dtype=np.int64)
    local, pieces, length = _local(space), [], 0
    for number, (r, s) in enumerate(pairs):
        source, target, sign = string_table(space, 1, ((s,), (r,)))
        here, there = np.concatenate([target, source]), np.concatenate([source, target])
        signs = np.concatenate([sign, sign])
        for row, sector in enumerate(space.sectors):
            partner = sectors.get(sector.label ^ space.label((r, s)))
            if partner is None:
                continue
            first, last = sector.beta
            inside = np.flatnonzero((here >= first) & (here < last))
            inside = inside[np.argsort(local[there[inside]], kind="stable")]
            chunk = _chunk(partner.shape[1])
            q = local[there[inside]]
            bounds[row, number] = length + np.searchsorted(q, chunk * np.arange(most + 1))
            pieces.append((local[here[inside]], q % chunk, signs[inside]))
            length += len(inside)
    if not pieces:
        return bounds, *_no_links()
    p, q, sign = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return bounds, p, q.astype(np.int32), sign


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
