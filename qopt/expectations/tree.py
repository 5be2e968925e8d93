"""QAOA for MaxCut on regular graphs without short cycles, exact whatever the number of nodes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import hadamard

from qminima.errors import InputError
from qminima.limits import check_count
from simulator.memory import require_memory
from simulator.typing import Floats

from ..angles.schedules import split_angles

Complexes = NDArray[np.complex128]

# Bytes at the peak of a value and of a gradient, for each of the 4^p pairs of paths.
_VALUE_BYTES, _GRADIENT_BYTES = 75, 220

# Bits that one product with a Hadamard matrix transforms.
_BITS_AT_ONCE = 5


@dataclass(frozen=True)
class TreeExpectation:
    """Minus the expected fraction of cut edges, where no cycle is shorter than 2p + 2.

    What p layers know of an edge there is two trees that hang on its ends. Let a path be the bits
    a = (a_1 ... a_p, a_-1 ... a_-p) that a node has before each mixer, in ket and bra, as signs.
    What hangs below a node sums up to a function of that node's path alone. With
    D = degree - 1 branches below each node and Gamma(ab) = sum_l gamma_l (a_l b_l - a_-l b_-l),

        H_0 = 1,    H_m(a) = ( sum_b F(b) H_(m-1)(b) cos(Gamma(ab)/2) )^D,
        <z_u z_v> = -i sum_(a,b) G(a) H_p(a) G(b) H_p(b) sin(Gamma(ab)/2),

    F the amplitude of a path, summed over the last bit of the node, and G the same weighted with
    that bit's sign. Basso, Farhi, Marwaha, Villalonga and Zhou, arXiv:2110.14206. As
    later phases cancel, branches m levels above the leaves know of the first m layers only, and
    H_m has 4^m entries. Time is O(p 4^p), that of a gradient about three times as much.

    Args:
        depth: number of layers p.
        degree: edges at each node.

    Raises:
        InputError: if depth or degree is below 1.
        MemoryLimitError: if the 4^p pairs of paths do not fit into memory, 75 bytes each; for a
            gradient, which takes 220, when it is asked for.

    >>> energy = TreeExpectation(depth=1, degree=3)
    >>> round(energy([np.arctan(np.sqrt(0.5)), np.pi / 8]), 6)          # -(1/2 + 1/sqrt(27))
    -0.69245
    """

    depth: int
    degree: int = 3

    def __post_init__(self) -> None:
        check_count("a depth", self.depth)
        check_count("a degree", self.degree)
        self._require_memory(_VALUE_BYTES, "the tree recursion")

    @property
    def num_parameters(self) -> int:
        """Two for each layer."""
        return 2 * self.depth

    def __call__(self, params: ArrayLike) -> float:
        """Minus the cut fraction at gamma_1 ... gamma_p, beta_1 ... beta_p."""
        branches: Complexes = np.ones((1, 1), dtype=complex)
        layers = self._layers(params)
        for known in layers:
            branches = _Level(known, branches).sums ** (self.degree - 1)
        return _Root(layers[-1], branches).value

    def value_and_gradient(self, params: ArrayLike) -> tuple[float, Floats]:
        """Minus the cut fraction and its derivatives, shape (2p,)."""
        self._require_memory(_GRADIENT_BYTES, "the gradient of the tree recursion")
        below = self.degree - 1
        branches: Complexes = np.ones((1, 1), dtype=complex)
        levels = []
        for known in self._layers(params):
            levels.append(_Level(known, branches))
            branches = levels[-1].sums ** below
        root = _Root(levels[-1].layers, branches)
        gradient = np.zeros((2, self.depth))
        gradient[:], back = root.pull_back()
        for level in reversed(levels):
            # D z^(D-1), also where there is no branch (D = 0) and z vanishes.
            slope = below * level.sums ** max(below - 1, 0)
            angles, back = level.pull_back(back * slope.conj())
            gradient[:, : level.layers.count] += angles
        return root.value, gradient.ravel()

    def _require_memory(self, bytes_per_pair: int, purpose: str) -> None:
        # Beyond 4^500 pairs, an exact number would only be too long to be shown.
        require_memory(
            bytes_per_pair << 2 * min(self.depth, 500),
            f"{purpose} at depth {self.depth}",
            "choose a smaller depth",
        )

    def _layers(self, params: ArrayLike) -> list[_Layers]:
        gammas, betas = split_angles(params)
        if len(gammas) != self.depth:
            raise InputError(
                f"expected {self.num_parameters} angles for depth {self.depth}, "
                f"got {2 * len(gammas)}"
            )
        return [
            _Layers(_product(betas[:m])[_links(m)], _product(-gammas[:m] / 2))
            for m in range(1, self.depth + 1)
        ]


# Functions of a path are matrices [ket, bra] of size 2^m. All of them are Hermitian, since
# exchanging ket and bra conjugates. The sum of real and imaginary part has the same information
# and the same inner products, and is what transforms and levels work with. A cotangent
# (derivative by real and imaginary part) is called `back`.


@dataclass(frozen=True, eq=False)
class _Layers:
    """The first m layers.

    Attributes:
        paths: amplitude of each path of a ket that ends in bit 0, shape (2^m,).
        phases: the Walsh transform of exp(-i sum_l gamma_l x_l/2) over signs x, shape (2^m,).
    """

    paths: Complexes
    phases: Complexes

    @property
    def count(self) -> int:
        """How many layers."""
        return len(self.paths).bit_length() - 1

    def node(self, sign: int) -> Complexes:
        """F for sign 1, G for sign -1: over the last bit, half the sum or difference."""
        flipped = self.paths[::-1]
        return (_outer(self.paths) + sign * _outer(flipped)) / 2

    def pull_back(self, node_back: Complexes, sign: int, phases_back: Complexes) -> Floats:
        """Derivatives by gammas and betas, shape (2, m)."""
        paths_back = node_back @ self.paths + sign * (node_back @ self.paths[::-1])[::-1]
        links = _links(self.count)
        product_back = np.empty_like(paths_back)
        product_back[links] = paths_back
        product = np.empty_like(paths_back)
        product[links] = self.paths
        return np.array(
            [
                _product_gradient(self.phases, phases_back) / -2,
                _product_gradient(product, product_back),
            ]
        )


class _Level:
    """S_m(a) = sum_b F(b) H_(m-1)(b) cos(Gamma(ab)/2) on the first m layers."""

    def __init__(self, layers: _Layers, branches: Complexes) -> None:
        self.layers = layers
        self._branches = branches
        self._cosines = _outer(layers.phases).real
        # The sum over b of F(b) H(b) is 1. Said so here, and not left to rounding, errors stay
        # small; otherwise each level multiplies them by D.
        self._cosines[0, 0] -= 1
        self._spectrum = _walsh(_pack(layers.node(1) * self._below))
        self.sums = 1 + _unpack(_walsh(self._cosines * self._spectrum))

    @property
    def _below(self) -> Complexes:
        """H_(m-1), which does not depend on the bits of the layer it does not know."""
        return np.tile(self._branches, (2, 2))

    def pull_back(self, sums_back: Complexes) -> tuple[Floats, Complexes]:
        """Derivatives by the angles, and the cotangent of the branches."""
        spectrum_back = _walsh(_pack(sums_back))
        cosines_back = spectrum_back * self._spectrum
        phases_back = (cosines_back + cosines_back.T) @ self.layers.phases
        product_back = _unpack(_walsh(self._cosines * spectrum_back))
        angles = self.layers.pull_back(product_back * self._below.conj(), 1, phases_back)
        below_back = product_back * self.layers.node(1).conj()
        half = len(below_back) // 2
        return angles, below_back.reshape(2, half, 2, half).sum(axis=(0, 2))


class _Root:
    """(<z_u z_v> - 1)/2 of an edge with the same branches on both sides."""

    def __init__(self, layers: _Layers, branches: Complexes) -> None:
        self._layers = layers
        self._branches = branches
        self._sines = _outer(layers.phases).imag
        self._spectrum = _walsh(_pack(layers.node(-1) * branches))
        self.value = float(-1 - np.vdot(self._sines, self._spectrum**2)) / 2

    def pull_back(self) -> tuple[Floats, Complexes]:
        """Derivatives by the angles, and the cotangent of the branches."""
        sines_back = self._spectrum**2 / -2
        phases_back = 1j * (sines_back - sines_back.T) @ self._layers.phases
        product_back = _unpack(_walsh(-self._sines * self._spectrum))
        angles = self._layers.pull_back(product_back * self._branches.conj(), -1, phases_back)
        return angles, product_back * self._layers.node(-1).conj()


def _product(angles: Floats) -> Complexes:
    """The vector of all products of cos(angle) for bit 0 and i sin(angle) for bit 1."""
    vector = np.ones(1, dtype=complex)
    for angle in angles:
        vector = np.concatenate([np.cos(angle) * vector, 1j * np.sin(angle) * vector])
    return vector


def _product_gradient(product: Complexes, back: Complexes) -> Floats:
    """Derivatives by the angles: each one flips its bit and multiplies by i."""
    bits = len(product).bit_length() - 1
    flipped = [product.reshape(-1, 2, 1 << bit)[:, ::-1].ravel() for bit in range(bits)]
    return np.array([-np.vdot(back, vector).imag for vector in flipped])


@cache
def _links(layers: int) -> NDArray[np.int64]:
    """For each path, which of its bits differ from the one after; the last bit after is 0."""
    paths = np.arange(1 << layers)
    return paths ^ (paths >> 1)


def _outer(vector: Complexes) -> Complexes:
    return np.outer(vector, vector.conj())


def _pack(matrix: Complexes) -> Floats:
    """Hermitian to real."""
    return matrix.real + matrix.imag


def _unpack(matrix: Floats) -> Complexes:
    """Real to Hermitian."""
    return np.asarray((0.5 + 0.5j) * matrix + (0.5 - 0.5j) * matrix.T, dtype=complex)


def _walsh(matrix: Floats) -> Floats:
    """Sums over all entries with the signs (-1)^(number of common bits), rows and columns."""
    left = matrix.size.bit_length() - 1
    entries = matrix
    while left:
        bits = min(left, _BITS_AT_ONCE)
        # The bits that were transformed become the last ones, so that all come round once.
        entries = entries.reshape(1 << bits, -1).T @ _hadamard(bits)
        left -= bits
    return entries.reshape(matrix.shape)


@cache
def _hadamard(bits: int) -> Floats:
    return hadamard(1 << bits, dtype=float)  # type: ignore[no-any-return]
