"""Spaces of configurations: which basis states a vector stores, and in which order.

A configuration is an integer whose bit j is the value of qubit j.  A space lists the
configurations that a symmetry allows and maps between their integers and the positions
0 ... size - 1 of a vector.  Configurations that the symmetry forbids are never stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb
from operator import index
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

# Configurations are signed 64-bit integers, and the top bit is the sign.
MAX_QUBITS = 62


class SpaceError(ValueError):
    """An operator, state or configuration does not fit the space it was used on."""


@runtime_checkable
class Space(Protocol):
    """What a state vector is indexed by."""

    @property
    def num_qubits(self) -> int:
        """Number of bits of a configuration."""

    @property
    def size(self) -> int:
        """Number of amplitudes stored."""

    def configurations(self) -> Integers:
        """Configuration of each position, shape (size,)."""

    def indices(self, configurations: Integers) -> Integers:
        """Position of each configuration; -1 where the space does not contain it."""

    def index(self, configuration: int) -> int:
        """Position of one configuration, which may have any number of bits; -1 as above."""

    def embed(self, state: NDArray[np.inexact]) -> NDArray[np.inexact]:
        """The same state on `Qubits(num_qubits)`, shape (2**num_qubits,)."""


def bitstring(configuration: int, num_qubits: int) -> str:
    """Write a configuration as text: character j is qubit j.

    >>> bitstring(6, 4)
    '0110'
    """
    return "".join("1" if configuration >> qubit & 1 else "0" for qubit in range(num_qubits))


def _check_qubits(num_qubits: int, *, least: int) -> None:
    if not least <= num_qubits <= MAX_QUBITS:
        raise SpaceError(f"expected {least} to {MAX_QUBITS} qubits, got {num_qubits}")


@dataclass(frozen=True)
class Qubits:
    """All 2^n configurations of n qubits; the position is the configuration.

    >>> Qubits(3).size
    8
    """

    num_qubits: int

    def __post_init__(self) -> None:
        _check_qubits(self.num_qubits, least=0)

    @property
    def size(self) -> int:
        """2^n."""
        return 1 << self.num_qubits

    def configurations(self) -> Integers:
        """0 ... 2^n - 1."""
        return np.arange(self.size, dtype=np.int64)

    def indices(self, configurations: Integers) -> Integers:
        """The configurations themselves, -1 outside."""
        configurations = np.asarray(configurations, dtype=np.int64)
        inside = (configurations >= 0) & (configurations < self.size)
        return np.where(inside, configurations, -1)

    def index(self, configuration: int) -> int:
        """The configuration itself, -1 outside."""
        return configuration if 0 <= configuration < self.size else -1

    def embed(self, state: NDArray[np.inexact]) -> NDArray[np.inexact]:
        """The state itself."""
        return state


@dataclass(frozen=True)
class FlipSymmetric:
    """States of n qubits that do not change when all bits are flipped together.

    Position x < 2^(n-1) is the normalised pair (|x> + |~x>)/sqrt 2, with qubit n-1 equal to
    zero in x.  Costs without linear terms (MaxCut, Sherrington-Kirkpatrick, LABS) and the X
    mixer never leave it, at half the memory and work of `Qubits(n)`.

    >>> FlipSymmetric(3).size
    4
    """

    num_qubits: int

    def __post_init__(self) -> None:
        _check_qubits(self.num_qubits, least=1)

    @property
    def size(self) -> int:
        """2^(n-1)."""
        return 1 << (self.num_qubits - 1)

    @property
    def mask(self) -> int:
        """The configuration with every bit set."""
        return (1 << self.num_qubits) - 1

    def configurations(self) -> Integers:
        """The member of each pair whose qubit n-1 is zero."""
        return np.arange(self.size, dtype=np.int64)

    def indices(self, configurations: Integers) -> Integers:
        """The position of the pair that holds each configuration."""
        configurations = np.asarray(configurations, dtype=np.int64)
        inside = (configurations >= 0) & (configurations <= self.mask)
        folded = np.minimum(configurations, configurations ^ self.mask)
        return np.where(inside, folded, -1)

    def index(self, configuration: int) -> int:
        """The position of the pair that holds the configuration."""
        inside = 0 <= configuration <= self.mask
        return min(configuration, configuration ^ self.mask) if inside else -1

    def embed(self, state: NDArray[np.inexact]) -> NDArray[np.inexact]:
        """Spread each amplitude over both members of its pair."""
        both: NDArray[np.inexact] = np.concatenate([state, state[::-1]]) / np.sqrt(2)
        return both


@lru_cache(maxsize=64)
def occupation_strings(norb: int, count: int) -> Integers:
    """All ways to put `count` electrons of one spin into `norb` orbitals, ascending integers.

    >>> occupation_strings(3, 2).tolist()
    [3, 5, 6]
    """
    strings = np.fromiter(
        (sum(1 << orbital for orbital in chosen) for chosen in combinations(range(norb), count)),
        dtype=np.int64,
        count=comb(norb, count),
    )
    strings.sort()
    strings.flags.writeable = False
    return strings


@dataclass(frozen=True)
class Electrons:
    """Determinants of na alpha and nb beta electrons in norb orbitals.

    A state is the matrix C[I_alpha, I_beta] of shape `shape`, stored row after row. The strings
    of one spin are 64-bit integers, so states exist up to 62 orbitals; what handles both spins
    in one integer (`configurations`, `indices`, `embed`) goes up to 31.

    >>> Electrons(4, (2, 2)).shape
    (6, 6)
    """

    norb: int
    nelec: tuple[int, int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "nelec", (index(self.nelec[0]), index(self.nelec[1])))
        if self.norb < 0:
            raise SpaceError(f"expected a number of orbitals from 0 on, got {self.norb}")
        for spin, count in zip(("alpha", "beta"), self.nelec, strict=True):
            if not 0 <= count <= self.norb:
                raise SpaceError(
                    f"{count} {spin} electrons do not fit into {self.norb} orbitals; "
                    f"expected 0 to {self.norb}"
                )

    @property
    def num_qubits(self) -> int:
        """Two qubits per orbital."""
        return 2 * self.norb

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of alpha and of beta strings."""
        return comb(self.norb, self.nelec[0]), comb(self.norb, self.nelec[1])

    @property
    def size(self) -> int:
        """Number of determinants."""
        rows, columns = self.shape
        return rows * columns

    @property
    def reference(self) -> int:
        """The configuration whose lowest orbitals are occupied."""
        alpha, beta = self.nelec
        return (1 << alpha) - 1 | ((1 << beta) - 1) << self.norb

    def strings(self, spin: int) -> Integers:
        """Occupation strings of alpha (0) or beta (1), ascending."""
        if self.norb > MAX_QUBITS:
            raise SpaceError(f"expected at most {MAX_QUBITS} orbitals for a state, got {self.norb}")
        return occupation_strings(self.norb, self.nelec[spin])

    def configurations(self) -> Integers:
        """Alpha string in the low norb bits, beta string in the high ones."""
        self._check_joined()
        alpha, beta = self.strings(0), self.strings(1)
        return (alpha[:, None] | beta[None, :] << self.norb).ravel()

    def indices(self, configurations: Integers) -> Integers:
        """Position of each configuration, -1 where the particle numbers differ."""
        self._check_joined()
        configurations = np.asarray(configurations, dtype=np.int64)
        low = (1 << self.norb) - 1
        row = _rank(self.strings(0), configurations & low)
        column = _rank(self.strings(1), configurations >> self.norb)
        return np.where((row < 0) | (column < 0), -1, row * self.shape[1] + column)

    def index(self, configuration: int) -> int:
        """Position of one configuration, -1 where the particle numbers differ."""
        if not 0 <= configuration < 1 << self.num_qubits:
            return -1
        alpha, beta = configuration & ((1 << self.norb) - 1), configuration >> self.norb
        if (alpha.bit_count(), beta.bit_count()) != self.nelec:
            return -1
        row = int(np.searchsorted(self.strings(0), alpha))
        return row * self.shape[1] + int(np.searchsorted(self.strings(1), beta))

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


def _rank(sorted_values: Integers, queries: Integers) -> Integers:
    position = np.searchsorted(sorted_values, queries)
    position = np.minimum(position, len(sorted_values) - 1)
    return np.where(sorted_values[position] == queries, position, -1)
