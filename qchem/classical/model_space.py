"""A few low determinants with all elements between them, and of the others the diagonal.

The model

    H_0 = H among the selected determinants, and the diagonal of H elsewhere,

is what FCI starts from and improves its vectors with.  Its diagonal is averaged over the ways to
distribute the spins of unpaired electrons, and of each such configuration either all determinants
are selected or none: so H_0 commutes with S^2, and a vector of one total spin keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import comb

import numpy as np

from simulator.spaces import Electrons
from simulator.typing import Floats, Integers

from ..hamiltonian import Hamiltonian
from .davidson import Ritz
from .determinants import averaged_diagonal, count_bits, determinant_matrices

# Determinants that are selected; matrices larger than this wake the threads of LAPACK, which wait
# for each other where other programs run. Of spaces up to the second size all are: this takes less
# than loading the kernel that applies H to larger ones.
SELECTED, WHOLE = 64, 256
# Least denominator of the preconditioner, in units of the spread of the model's levels.
_LEAST = 0.01
# The random start weighs each level by the square of its inverse distance from a point so far
# below the lowest one, in the same unit, and holds so much of the determinants not selected.
_BELOW = 0.1
_OUTSIDE = 0.1


@dataclass(frozen=True, eq=False)
class ModelSpace:
    """H_0 on the determinants of one space.

    Attributes:
        diagonal: averaged diagonal of H over all determinants, shape (size,).
        positions: of the selected determinants.
        levels: energies among these, ascending.
        states: their states, one in each column.
        spins: S^2 among the selected determinants.
    """

    diagonal: Floats
    positions: Integers
    levels: Floats
    states: Floats
    spins: Floats

    @property
    def whole(self) -> bool:
        """Whether every determinant is selected, so that the levels are the exact ones."""
        return len(self.positions) == len(self.diagonal)

    @cached_property
    def lowest(self) -> float:
        """The lowest level or diagonal element."""
        return float(min(self.diagonal.min(), self.levels.min(initial=np.inf)))

    @cached_property
    def spread(self) -> float:
        """How far levels lie above the lowest one on average; one if they do not."""
        levels = self.levels if len(self.levels) > 1 else self.diagonal
        return float(np.mean(levels) - self.lowest) or 1.0

    def precondition(self, residual: Floats, ritz: Ritz) -> Floats:
        """(H_0 - E)^-1 (r - c x) with c that makes it orthogonal to x; denominators are positive.

        Olsen, Jørgensen and Simons, Chem. Phys. Lett. 169, 463 (1990).
        """
        least = _LEAST * self.spread
        inverse = self.diagonal - ritz.value
        np.reciprocal(np.maximum(inverse, least, out=inverse), out=inverse)
        inside = 1.0 / np.maximum(self.levels - ritz.value, least)

        def divide(vector: Floats) -> Floats:
            divided = vector * inverse
            selected = self.states.T @ vector[self.positions]
            divided[self.positions] = self.states @ (inside * selected)
            return divided

        correction, shift = divide(residual), divide(ritz.vector)
        shift *= (ritz.vector @ correction) / (ritz.vector @ shift)
        correction -= shift
        return correction

    def of_spin(self, spin_square: float) -> ModelSpace:
        """The model with the levels of one total spin only, given by S(S+1)."""
        squares, vectors = _diagonalise(self.spins)
        pure = vectors[:, np.abs(squares - spin_square) < 1e-6]
        inside = self.states.T @ pure
        levels, mixtures = _diagonalise(inside.T @ (self.levels[:, None] * inside))
        return replace(self, levels=levels, states=pure @ mixtures)

    def lowest_state(self) -> tuple[float, Floats]:
        """The lowest state among the selected determinants."""
        vector = np.zeros(len(self.diagonal))
        vector[self.positions] = self.states[:, 0]
        return float(self.levels[0]), vector

    def random_state(self, known: Floats | None = None, outside: float = _OUTSIDE) -> Floats:
        """A start that no low state is orthogonal to, away from a known state if there is one.

        The norm of what it holds of determinants that are not selected is `outside` times that of
        the rest; with zero, a model of one total spin gives a state of that spin.
        """
        random = np.random.default_rng(0)
        origin = self.lowest - _BELOW * self.spread
        vector = random.normal(size=len(self.diagonal)) / (self.diagonal - origin) ** 3
        vector[self.positions] = 0.0
        # Signs, not normal deviates: none of the low states is weak by accident.
        signs = random.choice([-1.0, 1.0], size=len(self.levels))
        inside = self.states @ (signs / (self.levels - origin) ** 2)
        length = float(np.linalg.norm(inside))
        if known is not None:
            part = known[self.positions]
            inside -= (part @ inside) / max(float(part @ part), 1e-300) * part
        rest, norm = float(np.linalg.norm(inside)), float(np.linalg.norm(vector))
        if rest > 1e-6 * length and norm > 0:
            vector *= outside * rest / norm
        vector[self.positions] = inside
        return vector


def _diagonalise(matrix: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues and eigenvectors by plain QR iterations, which need no threads either."""
    from scipy.linalg import eigh

    values, vectors = eigh(matrix, driver="ev", check_finite=False)
    return values, vectors


def model_space(hamiltonian: Hamiltonian, space: Electrons) -> ModelSpace:
    """Select determinants of a space that is not empty, and diagonalise H among them."""
    diagonal = averaged_diagonal(hamiltonian, space)
    if space.size <= WHOLE:
        positions = np.arange(space.size)
    else:
        positions = _select(hamiltonian, space, diagonal)
    alpha, beta = _strings_at(space, positions)
    matrix, spins = determinant_matrices(hamiltonian, alpha, beta)
    levels, states = _diagonalise(matrix)
    return ModelSpace(diagonal, positions, levels, states, spins)


def _select(hamiltonian: Hamiltonian, space: Electrons, diagonal: Floats) -> Integers:
    """Positions of the lowest configurations, that of the reference determinant first."""
    most = min(3 * SELECTED, len(diagonal)) - 1
    positions = np.argpartition(diagonal, most)[: most + 1]
    reference = _reference_position(hamiltonian, space)
    if reference >= 0:
        positions = np.union1d(positions, reference)
    alpha, beta = _strings_at(space, positions)
    keys, group = np.unique(np.stack([alpha & beta, alpha ^ beta]), axis=1, return_inverse=True)
    group = group.ravel()
    sizes = np.bincount(group)
    energies = np.full(len(sizes), np.inf)
    np.minimum.at(energies, group, np.where(positions == reference, -np.inf, diagonal[positions]))
    whole = [
        comb(unpaired, space.nelec[0] - paired)
        for paired, unpaired in zip(*count_bits(keys).tolist(), strict=True)
    ]
    order = np.argsort(energies, kind="stable")
    chosen = _fill([int(g) for g in order if sizes[g] == whole[g]], sizes)
    # Of a lattice hundreds of determinants may have one energy and no configuration be complete.
    chosen = chosen or _fill([int(g) for g in order], sizes)
    return positions[np.isin(group, chosen)]


def _fill(order: list[int], sizes: Integers) -> list[int]:
    """The first groups that together are no larger than a model space."""
    chosen, total = [], 0
    for group in order:
        if total + sizes[group] <= SELECTED:
            chosen.append(group)
            total += int(sizes[group])
    return chosen


def _reference_position(hamiltonian: Hamiltonian, space: Electrons) -> int:
    """Where the reference determinant stands, -1 if it has another symmetry."""
    alpha, beta = (np.array([(1 << count) - 1]) for count in hamiltonian.nelec)
    row, column = int(space.rank(0, alpha)[0]), int(space.rank(1, beta)[0])
    for sector in space.sectors:
        (first, last), (low, high) = sector.alpha, sector.beta
        if first <= row < last and low <= column < high:
            return sector.offset + (row - first) * (high - low) + column - low
    return -1


def _strings_at(space: Electrons, positions: Integers) -> tuple[Integers, Integers]:
    """Alpha and beta strings of determinants."""
    alpha, beta = np.empty_like(positions), np.empty_like(positions)
    for sector in space.sectors:
        rows, columns = sector.shape
        here = (positions >= sector.offset) & (positions < sector.offset + rows * columns)
        row, column = np.divmod(positions[here] - sector.offset, columns)
        alpha[here] = space.strings(0)[sector.alpha[0] + row]
        beta[here] = space.strings(1)[sector.beta[0] + column]
    return alpha, beta
