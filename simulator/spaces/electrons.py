"""Determinants of electrons in orbitals, with or without orbital symmetry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import comb
from operator import index

import numpy as np
from numpy.typing import NDArray

from ..typing import Integers
from .integers import whole_number
from .space import MAX_QUBITS, SpaceError


@lru_cache(maxsize=64)
def occupation_strings(norb: int, count: int) -> Integers:
    """All ways to put `count` electrons of one spin into `norb` orbitals, ascending integers.

    >>> occupation_strings(3, 2).tolist()
    [3, 5, 6]
    """
    # Row k of Pascal's triangle holds the strings of k electrons in the orbitals so far; only
    # rows that can still end at `count` are made.
    rows = {0: np.zeros(1, dtype=np.int64)}
    empty = np.zeros(0, dtype=np.int64)
    for orbital in range(norb):
        least = count - (norb - 1 - orbital)
        rows = {
            k: np.concatenate([rows.get(k, empty), rows.get(k - 1, empty) | 1 << orbital])
            for k in range(max(0, least), min(count, orbital + 1) + 1)
        }
    strings = rows.get(count, empty)
    strings.flags.writeable = False
    return strings


@dataclass(frozen=True)
class Sector:
    """A rectangle of determinants: alpha strings times beta strings, each of one symmetry.

    Attributes:
        alpha: first, and one past the last, position among the alpha strings of the space.
        beta: the same among the beta strings.
        offset: position of its first determinant in a vector; rows (one for each alpha string)
            follow each other.
        label: symmetry of the alpha strings.
    """

    alpha: tuple[int, int]
    beta: tuple[int, int]
    offset: int
    label: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of alpha and of beta strings."""
        return self.alpha[1] - self.alpha[0], self.beta[1] - self.beta[0]

    def strings(self, spin: int) -> tuple[int, int]:
        """The range of alpha (0) or beta (1) strings."""
        return self.beta if spin else self.alpha


@dataclass(frozen=True, repr=False)
class Electrons:
    """Determinants of na alpha and nb beta electrons in norb orbitals.

    A state is the matrix C[I_alpha, I_beta] of shape `shape`, stored row after row. The strings
    of one spin are 64-bit integers, so states exist up to 62 orbitals; what handles both spins
    in one integer (`configurations`, `indices`, `embed`) goes up to 31.

    With `orbital_symmetry`, one label for each orbital, only determinants of one symmetry are
    stored. Labels combine by exclusive or, as the irreducible representations of D2h and its
    subgroups do: the label of a determinant is that of all its occupied orbitals combined, and
    the space holds those whose label is `irrep`.  A state is then a list of smaller matrices,
    one for each label of the alpha strings (`sectors`).

    >>> Electrons(4, (2, 2)).shape
    (6, 6)
    >>> Electrons(4, (2, 2), orbital_symmetry=(0, 1, 0, 1)).size
    20
    """

    norb: int
    nelec: tuple[int, int]
    orbital_symmetry: tuple[int, ...] = ()
    irrep: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "norb", whole_number("a number of orbitals", self.norb, SpaceError)
        )
        alpha, beta = (whole_number("a number of electrons", one, SpaceError) for one in self.nelec)
        object.__setattr__(self, "nelec", (alpha, beta))
        try:
            labels = tuple(map(index, self.orbital_symmetry))
            object.__setattr__(self, "irrep", index(self.irrep))
        except TypeError:
            raise SpaceError("expected whole numbers as symmetry labels") from None
        object.__setattr__(self, "orbital_symmetry", labels)
        if self.norb < 0:
            raise SpaceError(f"expected a number of orbitals from 0 on, got {self.norb}")
        for spin, count in zip(("alpha", "beta"), self.nelec, strict=True):
            if not 0 <= count <= self.norb:
                raise SpaceError(
                    f"{count} {spin} electrons do not fit into {self.norb} orbitals; "
                    f"expected 0 to {self.norb}"
                )
        if self.orbital_symmetry and len(self.orbital_symmetry) != self.norb:
            raise SpaceError(
                f"expected a symmetry label for each of {self.norb} orbitals, "
                f"got {len(self.orbital_symmetry)}"
            )
        if min((self.irrep, *self.orbital_symmetry)) < 0:
            raise SpaceError("expected symmetry labels from 0 on")
        if self.irrep and not self.orbital_symmetry:
            raise SpaceError(f"expected orbital_symmetry with irrep {self.irrep}, got none")

    def __repr__(self) -> str:
        symmetry = ""
        if self.orbital_symmetry:
            symmetry = f", orbital_symmetry={self.orbital_symmetry}, irrep={self.irrep}"
        return f"Electrons(norb={self.norb}, nelec={self.nelec}{symmetry})"

    @property
    def num_qubits(self) -> int:
        """Two qubits per orbital."""
        return 2 * self.norb

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of alpha and of beta strings; that of `to_matrix`."""
        return comb(self.norb, self.nelec[0]), comb(self.norb, self.nelec[1])

    @property
    def size(self) -> int:
        """Number of determinants."""
        if self.orbital_symmetry:
            alpha, beta = (_string_counts(count, self.orbital_symmetry) for count in self.nelec)
            return sum(count * beta.get(label ^ self.irrep, 0) for label, count in alpha.items())
        rows, columns = self.shape
        return rows * columns

    @property
    def reference(self) -> int:
        """The configuration whose lowest orbitals are occupied."""
        alpha, beta = self.nelec
        return (1 << alpha) - 1 | ((1 << beta) - 1) << self.norb

    def strings(self, spin: int) -> Integers:
        """Occupation strings of alpha (0) or beta (1), ascending among those of one label."""
        if self.norb > MAX_QUBITS:
            raise SpaceError(f"expected at most {MAX_QUBITS} orbitals for a state, got {self.norb}")
        return _sorted_strings(self.norb, self.nelec[spin], self.orbital_symmetry)[0]

    def rank(self, spin: int, strings: Integers) -> Integers:
        """Positions among `strings(spin)`; -1 for what is no string of the space."""
        _, ascending, positions, _ = _sorted_strings(
            self.norb, self.nelec[spin], self.orbital_symmetry
        )
        found = rank(ascending, strings)
        return np.where(found < 0, -1, positions[found])

    def label(self, orbitals: Iterable[int]) -> int:
        """Symmetry labels of orbitals, combined."""
        combined = 0
        for orbital in orbitals if self.orbital_symmetry else ():
            combined ^= self.orbital_symmetry[orbital]
        return combined

    @cached_property
    def sectors(self) -> tuple[Sector, ...]:
        """The rectangles that a vector consists of; a single one without `orbital_symmetry`."""
        ranges = [
            _sorted_strings(self.norb, count, self.orbital_symmetry)[3] for count in self.nelec
        ]
        found, offset = [], 0
        for label, alpha in ranges[0].items():
            beta = ranges[1].get(label ^ self.irrep)
            if beta is not None:
                found.append(Sector(alpha, beta, offset, label))
                offset += (alpha[1] - alpha[0]) * (beta[1] - beta[0])
        return tuple(found)

    def configurations(self) -> Integers:
        """Alpha string in the low norb bits, beta string in the high ones."""
        self._check_joined()
        alpha, beta = self.strings(0), self.strings(1) << self.norb
        parts = [
            (alpha[slice(*sector.alpha), None] | beta[None, slice(*sector.beta)]).ravel()
            for sector in self.sectors
        ]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def configurations_at(self, positions: Integers) -> Integers:
        """Alpha and beta string of each position, found in its rectangle."""
        self._check_joined()
        alpha, beta = self.strings(0), self.strings(1) << self.norb
        configurations = np.empty_like(positions)
        for sector in self.sectors:
            rows, columns = sector.shape
            here = (positions >= sector.offset) & (positions < sector.offset + rows * columns)
            row, column = np.divmod(positions[here] - sector.offset, columns)
            configurations[here] = alpha[sector.alpha[0] + row] | beta[sector.beta[0] + column]
        return configurations

    def indices(self, configurations: Integers) -> Integers:
        """Position of each configuration, -1 where the space does not hold it."""
        self._check_joined()
        configurations = np.asarray(configurations, dtype=np.int64)
        row = self.rank(0, configurations & ((1 << self.norb) - 1))
        column = self.rank(1, configurations >> self.norb)
        return self._positions(row, column)

    def index(self, configuration: int) -> int:
        """Position of one configuration, -1 where the space does not hold it."""
        if not 0 <= configuration < 1 << self.num_qubits:
            return -1
        alpha, beta = configuration & ((1 << self.norb) - 1), configuration >> self.norb
        if (alpha.bit_count(), beta.bit_count()) != self.nelec:
            return -1
        row, column = self.rank(0, np.array([alpha])), self.rank(1, np.array([beta]))
        return int(self._positions(row, column)[0])

    def _positions(self, row: Integers, column: Integers) -> Integers:
        """Positions of pairs of strings, -1 where the space does not hold them."""
        positions = np.full(row.shape, -1, dtype=np.int64)
        for sector in self.sectors:
            (first, last), (low, high) = sector.alpha, sector.beta
            inside = (row >= first) & (row < last) & (column >= low) & (column < high)
            here = sector.offset + (row - first) * (high - low) + column - low
            positions = np.where(inside, here, positions)
        return positions

    def _check_joined(self) -> None:
        if self.num_qubits > MAX_QUBITS:
            raise SpaceError(
                f"configurations of {self.norb} orbitals do not fit 64 bits; "
                f"expected at most {MAX_QUBITS // 2} orbitals"
            )

    def embed(self, state: NDArray[np.inexact]) -> NDArray[np.inexact]:
        """Amplitudes on all 2^(2 norb) configurations (Jordan-Wigner order of `Electrons`)."""
        full = np.zeros(1 << self.num_qubits, dtype=state.dtype)
        full[self.configurations()] = state
        return full

    def to_matrix(self, state: NDArray[np.inexact]) -> NDArray[np.inexact]:
        """The state as the full matrix C[I_alpha, I_beta], strings ascending, shape `shape`."""
        if not self.orbital_symmetry:
            return np.ascontiguousarray(state).reshape(self.shape)
        matrix = np.zeros(self.shape, dtype=state.dtype)
        alpha, beta = (np.argsort(np.argsort(self.strings(spin))) for spin in (0, 1))
        for sector in self.sectors:
            rows, columns = alpha[slice(*sector.alpha)], beta[slice(*sector.beta)]
            size = len(rows) * len(columns)
            part = state[sector.offset : sector.offset + size]
            matrix[np.ix_(rows, columns)] = part.reshape(len(rows), len(columns))
        return matrix


@lru_cache(maxsize=64)
def _string_counts(count: int, orbital_symmetry: tuple[int, ...]) -> dict[int, int]:
    """How many strings of `count` electrons there are of each label."""
    counts: dict[tuple[int, int], int] = {(0, 0): 1}
    for symmetry in orbital_symmetry:
        for (electrons, label), ways in list(counts.items()):
            key = (electrons + 1, label ^ symmetry)
            counts[key] = counts.get(key, 0) + ways
    return {label: ways for (electrons, label), ways in counts.items() if electrons == count}


@lru_cache(maxsize=64)
def _sorted_strings(
    norb: int, count: int, orbital_symmetry: tuple[int, ...]
) -> tuple[Integers, Integers, Integers, dict[int, tuple[int, int]]]:
    """Strings by label, strings ascending, positions of these, and the range of each label."""
    ascending = occupation_strings(norb, count)
    labels = np.zeros(len(ascending), dtype=np.int64)
    for orbital, symmetry in enumerate(orbital_symmetry):
        labels ^= np.where(ascending >> orbital & 1, symmetry, 0)
    order = np.argsort(labels, kind="stable")
    positions = np.empty(len(order), dtype=np.int64)
    positions[order] = np.arange(len(order))
    values, starts, counts = np.unique(labels[order], return_index=True, return_counts=True)
    ranges = {
        int(value): (int(start), int(start + length))
        for value, start, length in zip(values, starts, counts, strict=True)
    }
    ordered = ascending[order]
    for array in (ordered, positions):
        array.flags.writeable = False
    return ordered, ascending, positions, ranges


def rank(sorted_values: Integers, queries: Integers) -> Integers:
    """Positions of values in an ascending array, -1 where they are not in it."""
    position = np.searchsorted(sorted_values, queries)
    position = np.minimum(position, len(sorted_values) - 1)
    return np.where(sorted_values[position] == queries, position, -1)
