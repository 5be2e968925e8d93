"""Actions of the mixers that preserve constraints."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, sin

import numpy as np

from ..spaces import Space
from ..typing import Floats
from .actions import Action
from .exchange_tables import Axis, NeighbourTable, Pair, PairTable, connected
from .planar import Planar

# Coefficients of a polynomial that sum to less than this lose no digits that matter.
_LARGEST_SUM = 10.0


class XYPairAction(Action):
    """A = i (XX + YY)/2 of one pair of qubits, A^3 = -A."""

    def __init__(self, table: PairTable) -> None:
        self._table = table  # kept, so that equal pairs find it
        self._work = table.work
        self._coupled = table.runs, table.period, table.repeats

    def apply(self, psi: Planar, out: Planar) -> None:
        """Exchange, times i."""
        from ..kernels import xy

        out[:] = 0
        xy.exchange(self._work, *psi, *out, *self._coupled)

    def forward(self, psi: Planar, angle: float) -> None:
        """Rotate each coupled pair of amplitudes."""
        from ..kernels import xy

        xy.rotate(self._work, *psi, *self._coupled, cos(angle), sin(angle))

    def backward(self, psi: Planar, lam: Planar, angle: float) -> float:
        """Rotate ket and costate back in the same sweep."""
        from ..kernels import xy

        c, s = cos(angle), sin(angle)
        return float(xy.rotate_back(2 * self._work, *psi, *lam, *self._coupled, c, s))


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
            part.add_image(psi, out)

    def forward(self, psi: Planar, angle: float) -> None:
        """One polynomial for each connected set of qubits."""
        for part in self._sums:
            part.exponential(psi, angle)


class ExchangeSum:
    """M, a sum of (XX + YY)/2 over connected pairs of qubits, and exp(i a M) as a polynomial.

        exp(i a M) = sum_d c_d(a) T_d((M - center)/radius)

    with T_d Chebyshev polynomials and all eigenvalues within `radius` of `center`.  Where the
    distinct eigenvalues are known and few, c is the smallest solution of one equation for each
    of them, and the polynomial is exact; otherwise it is the expansion of the exponential in
    Bessel functions, up to terms below the precision of numbers.  Tal-Ezer and Kosloff, J.
    Chem. Phys. 81, 3967 (1984).

    Raises:
        SpaceError: if a pair leaves the space.
    """

    def __init__(self, pairs: Sequence[Pair], space: Space) -> None:
        axis = Axis.of(space, sorted({qubit for pair in pairs for qubit in pair}))
        table = NeighbourTable.build(axis, pairs)
        self._coupled = table.neighbours, table.starts, axis.stride
        self._work = space.size // axis.space.size * axis.stride * len(table.neighbours)
        # No eigenvalue is larger than the most configurations that one is coupled to.
        self._center, self._radius = 0.0, float(np.diff(table.starts).max())
        self._interpolation: tuple[Floats, Floats] | None = None
        eigenvalues = known_eigenvalues(pairs, axis)
        if eigenvalues is not None:
            low, high = eigenvalues.min(), eigenvalues.max()
            center, radius = (low + high) / 2, (high - low) / 2
            solution = interpolation((eigenvalues - center) / (radius or 1.0))
            if solution is not None:
                self._center, self._radius = center, radius
                self._interpolation = eigenvalues, solution

    def add_image(self, psi: Planar, out: Planar) -> None:
        """Add i M psi to `out`."""
        from ..kernels import xy

        xy.recur(self._work, *psi, *np.zeros_like(psi), *out, *self._coupled, 0.0, 1.0, 0.0, 1.0)

    def exponential(self, psi: Planar, angle: float) -> None:
        """Replace psi by exp(i angle M) psi."""
        from ..kernels import xy

        first, *rest = self._coefficients(angle)
        previous, current = np.zeros_like(psi), psi.copy()
        psi *= psi.dtype.type(first.real)
        psi[0] -= psi.dtype.type(first.imag) * current[1]
        psi[1] += psi.dtype.type(first.imag) * current[0]
        factor = 1.0  # T_1 = x and T_{d+1} = 2 x T_d - T_{d-1}
        for weight in rest:
            xy.recur(
                self._work, *current, *previous, *psi, *self._coupled,
                self._center, factor / self._radius, weight.real, weight.imag,
            )  # fmt: skip
            previous, current = current, previous
            factor = 2.0

    def _coefficients(self, angle: float) -> list[complex]:
        """c_d(angle)."""
        if self._interpolation is None:
            return bessel_coefficients(angle * self._radius)
        eigenvalues, solution = self._interpolation
        return [complex(weight) for weight in solution @ np.exp(1j * angle * eigenvalues)]


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


def known_eigenvalues(pairs: Sequence[Pair], axis: Axis) -> Floats | None:
    """The distinct eigenvalues of M, for connected pairs, where a formula gives them.

    With w ones among m qubits everywhere, all pairs make M the adjacency matrix of Johnson
    graphs, with eigenvalues (w - j)(m - w - j) - j; and any pairs move a single one (or zero)
    about the graph that they are the edges of.
    """
    local = np.array([axis.local(pair) for pair in pairs])
    qubits, edges = np.unique(local, return_inverse=True)
    mask = int(np.bitwise_or.reduce(1 << qubits))
    weights = np.unique(np.bitwise_count(axis.space.configurations() & mask))
    m, w = len(qubits), int(weights[0])
    if len(weights) > 1:
        return None
    if len(pairs) == m * (m - 1) // 2:
        return np.array([(w - j) * (m - w - j) - j for j in range(min(w, m - w) + 1)], dtype=float)
    if min(w, m - w) == 1:
        adjacency = np.zeros((m, m))
        first, second = edges.reshape(local.shape).T
        adjacency[first, second] = adjacency[second, first] = 1
        found: Floats = np.linalg.eigvalsh(adjacency).astype(float)
        return found[np.diff(found, prepend=-np.inf) > 1e-12]
    return None


def interpolation(nodes: Floats) -> Floats | None:
    """The matrix that takes values at nodes in [-1, 1] to Chebyshev coefficients.

    As many coefficients as nodes would do; a few more keep them small where nodes lie unevenly.
    None if that takes too many.
    """
    for count in range(len(nodes), 2 * len(nodes) + 8):
        basis = np.polynomial.chebyshev.chebvander(nodes, count - 1)
        matrix: Floats = np.linalg.pinv(basis).astype(float)
        if np.abs(matrix).sum(axis=0).max() < _LARGEST_SUM:
            return matrix
    return None


def bessel_coefficients(z: float) -> list[complex]:
    """Chebyshev coefficients of exp(i z x): J_0(z), then 2 i^d J_d(z)."""
    from scipy.special import jv

    count = int(abs(z) + 30 + 8 * abs(z) ** (1 / 3))
    bessel = jv(np.arange(count), z)
    count = 1 + int(np.flatnonzero(np.abs(bessel) > 1e-17).max(initial=0))
    return [(1 if d == 0 else 2) * 1j**d * float(bessel[d]) for d in range(count)]


def _sums(psi: Planar) -> Floats:
    """Sums of the real and of the imaginary parts, in double precision."""
    return np.asarray(psi.sum(axis=1, dtype=np.float64))
