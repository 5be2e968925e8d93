"""Actions of the mixers that keep constraints."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

from .actions import Action
from .exchange_tables import ExchangeTable, Pair
from .kernels import xy
from .planar import Planar
from .spaces import Integers, Space

Floats = NDArray[np.float64]

# Coefficients of a polynomial that sum to less than this lose no digits that matter.
_LARGEST_SUM = 10.0


class XYPairAction(Action):
    """A = i (XX + YY)/2 of one pair of qubits, A^3 = -A."""

    def __init__(self, table: ExchangeTable) -> None:
        self._table = table

    def apply(self, psi: Planar, out: Planar) -> None:
        """Exchange, times i."""
        out[:] = 0
        _add_image(self._table, psi, out)

    def forward(self, psi: Planar, angle: float) -> None:
        """Rotate each coupled pair of amplitudes."""
        table = self._table
        xy.rotate(table.work, *psi, table.runs, table.pairs, cos(angle), sin(angle))

    def backward(self, psi: Planar, lam: Planar, angle: float) -> float:
        """Rotate ket and costate back in the same sweep."""
        table, c, s = self._table, cos(angle), sin(angle)
        return float(xy.rotate_back(2 * table.work, *psi, *lam, table.runs, table.pairs, c, s))

    def overlap(self, lam: Planar, psi: Planar) -> float:
        """Sum over coupled pairs, in double precision."""
        table = self._table
        return float(xy.overlap(table.work, *lam, *psi, table.runs, table.pairs))


class XYMixerAction(Action):
    """A = i M with M a sum of (XX + YY)/2 over pairs of qubits.

    Sums over sets of qubits that no pair connects commute, and are exponentiated one by one.
    """

    def __init__(self, pairs: Sequence[Pair], space: Space) -> None:
        self._sums = [ExchangeSum(part, space) for part in connected(pairs)]

    def apply(self, psi: Planar, out: Planar) -> None:
        """Exchange all pairs, times i."""
        out[:] = 0
        for part in self._sums:
            _add_image(part.table, psi, out)

    def forward(self, psi: Planar, angle: float) -> None:
        """One polynomial for each connected set of qubits."""
        for part in self._sums:
            part.exponential(psi, angle)

    def overlap(self, lam: Planar, psi: Planar) -> float:
        """Sum over coupled pairs, in double precision."""
        tables = [part.table for part in self._sums]
        return float(
            sum(xy.overlap(table.work, *lam, *psi, table.runs, table.pairs) for table in tables)
        )


class ExchangeSum:
    """M, a sum of (XX + YY)/2 over pairs of qubits, and exp(i a M) as a polynomial of M.

        exp(i a M) = sum_d c_d(a) T_d((M - center)/radius)

    with T_d Chebyshev polynomials and all eigenvalues within `radius` of `center`.  Where the
    distinct eigenvalues are known and few, c is the smallest solution of one equation for each
    of them, and the polynomial is exact; otherwise it is the expansion of the exponential in
    Bessel functions, up to terms below the precision of numbers.  Tal-Ezer and Kosloff, J.
    Chem. Phys. 81, 3967 (1984).
    """

    def __init__(self, pairs: Sequence[Pair], space: Space) -> None:
        self.table = ExchangeTable.build(space, pairs)
        configurations = space.configurations()
        self._eigenvalues = known_eigenvalues(pairs, configurations)
        self._solution: Floats | None = None
        if self._eigenvalues is not None:
            low, high = self._eigenvalues.min(), self._eigenvalues.max()
            self._center, self._radius = (low + high) / 2, (high - low) / 2
            nodes = (self._eigenvalues - self._center) / (self._radius or 1.0)
            self._solution = _interpolation(nodes)
        if self._solution is None:
            # No eigenvalue is larger than the most configurations that one is coupled to.
            coupled = sum((configurations >> p ^ configurations >> q) & 1 for p, q in pairs)
            self._center, self._radius = 0.0, float(np.max(coupled))

    def exponential(self, psi: Planar, angle: float) -> None:
        """Replace psi by exp(i angle M) psi."""
        first, *rest = self._coefficients(angle)
        previous, current = np.zeros_like(psi), psi.copy()
        psi[:] = 0
        _accumulate(psi, first, current)
        factor = 1.0
        for coefficient in rest:
            # T_1 = x and T_{d+1} = 2 x T_d - T_{d-1} of x = (M - center)/radius
            np.negative(previous, out=previous)
            previous -= psi.dtype.type(factor * self._center / self._radius) * current
            _add_sum(self.table, current, previous, factor / self._radius)
            previous, current = current, previous
            factor = 2.0
            _accumulate(psi, coefficient, current)

    def _coefficients(self, angle: float) -> list[complex]:
        if self._solution is not None:
            return list(self._solution @ np.exp(1j * angle * self._eigenvalues))
        return _bessel_coefficients(angle * self._radius)


class GroverAction(Action):
    """A = i |s><s| with s the uniform superposition."""

    def __init__(self, space: Space) -> None:
        self._size = space.size

    def apply(self, psi: Planar, out: Planar) -> None:
        """The mean amplitude everywhere, times i."""
        real, imag = _sums(psi) / self._size
        out[0], out[1] = -imag, real

    def forward(self, psi: Planar, angle: float) -> None:
        """Add (exp(i angle) - 1) times the mean amplitude everywhere."""
        self._update(psi, _sums(psi), angle)

    def backward(self, psi: Planar, lam: Planar, angle: float) -> float:
        """Sums of ket and costate serve the overlap and both updates."""
        ket, bra = _sums(psi), _sums(lam)
        self._update(psi, ket, -angle)
        self._update(lam, bra, -angle)
        return self._overlap(bra, ket)

    def overlap(self, lam: Planar, psi: Planar) -> float:
        """Re i <lam|s><s|psi>."""
        return self._overlap(_sums(lam), _sums(psi))

    def _overlap(self, bra: Floats, ket: Floats) -> float:
        return float(bra[1] * ket[0] - bra[0] * ket[1]) / self._size

    def _update(self, psi: Planar, sums: Floats, angle: float) -> None:
        # cos a - 1 without cancellation
        factor = complex(-2 * sin(angle / 2) ** 2, sin(angle))
        change = factor * complex(*sums) / self._size
        psi[0] += psi.dtype.type(change.real)
        psi[1] += psi.dtype.type(change.imag)


def connected(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """The pairs, split into sets that have no qubit in common.

    >>> connected([(0, 1), (2, 3), (1, 4)])
    [[(2, 3)], [(0, 1), (1, 4)]]
    """
    parts: list[list[Pair]] = []
    for pair in pairs:
        touching = [part for part in parts if any(set(pair) & set(other) for other in part)]
        parts = [part for part in parts if part not in touching]
        parts.append([*sum(touching, []), pair])
    return parts


def known_eigenvalues(pairs: Sequence[Pair], configurations: Integers) -> Floats | None:
    """The distinct eigenvalues of M where a formula tells them, of connected pairs.

    With w ones among m qubits everywhere, all pairs make M the adjacency matrix of a Johnson
    graph, with eigenvalues (w - j)(m - w - j) - j; and any pairs move a single one (or zero)
    about the graph that they are the edges of.
    """
    qubits = sorted({qubit for pair in pairs for qubit in pair})
    mask = sum(1 << qubit for qubit in qubits)
    weights = np.unique(np.bitwise_count(configurations & mask))
    if len(weights) != 1:
        return None
    m, w = len(qubits), int(weights[0])
    if len(pairs) == m * (m - 1) // 2:
        return np.array([(w - j) * (m - w - j) - j for j in range(min(w, m - w) + 1)], dtype=float)
    if min(w, m - w) == 1:
        place = {qubit: k for k, qubit in enumerate(qubits)}
        edges = np.zeros((m, m))
        for p, q in pairs:
            edges[place[p], place[q]] = edges[place[q], place[p]] = 1
        found = np.linalg.eigvalsh(edges)
        return found[np.concatenate([[True], np.diff(found) > 1e-12])]
    return np.zeros(1) if w in (0, m) else None


def _interpolation(nodes: Floats) -> Floats | None:
    """The matrix that takes values at nodes in [-1, 1] to Chebyshev coefficients.

    As many coefficients as nodes would do; a few more keep them small where nodes lie unevenly.
    None if that takes too many.
    """
    for count in range(len(nodes), 2 * len(nodes) + 8):
        basis = np.polynomial.chebyshev.chebvander(nodes, count - 1)
        matrix: Floats = np.linalg.pinv(basis)
        if np.abs(matrix).sum(axis=0).max() < _LARGEST_SUM:
            return matrix
    return None


def _bessel_coefficients(z: float) -> list[complex]:
    """Chebyshev coefficients of exp(i z x): J_0(z), then 2 i^d J_d(z)."""
    from scipy.special import jv

    count = int(abs(z) + 30 + 8 * abs(z) ** (1 / 3))
    bessel = jv(np.arange(count), z)
    count = 1 + int(np.flatnonzero(np.abs(bessel) > 1e-18).max(initial=0))
    return [(1 if d == 0 else 2) * 1j**d * float(bessel[d]) for d in range(count)]


def _add_sum(table: ExchangeTable, psi: Planar, out: Planar, factor: float) -> None:
    """Add factor M psi to `out`."""
    for row, target in zip(psi, out, strict=True):
        xy.add_exchanged(table.work, row, target, table.runs, table.pairs, factor)


def _add_image(table: ExchangeTable, psi: Planar, out: Planar) -> None:
    """Add i M psi to `out`."""
    xy.add_exchanged(table.work, psi[1], out[0], table.runs, table.pairs, -1.0)
    xy.add_exchanged(table.work, psi[0], out[1], table.runs, table.pairs, 1.0)


def _accumulate(psi: Planar, coefficient: complex, term: Planar) -> None:
    """Add coefficient times term to psi."""
    real, imag = psi.dtype.type(coefficient.real), psi.dtype.type(coefficient.imag)
    if real:
        psi += real * term
    if imag:
        psi[0] -= imag * term[1]
        psi[1] += imag * term[0]


def _sums(psi: Planar) -> Floats:
    """Sums of the real and of the imaginary parts, in double precision."""
    return np.asarray(psi.sum(axis=1, dtype=np.float64))
