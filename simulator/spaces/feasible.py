"""Spaces of the configurations that a constraint allows.

All of them list their configurations as ascending integers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate
from math import comb, prod
from operator import index

import numpy as np
from numpy.typing import NDArray

from . import (
    Integers,
    Qubits,
    Space,
    SpaceError,
    check_qubits,
    configurations_at,
    occupation_strings,
    rank,
)
from .integers import whole_number

# Lists of 8 MB at most are made to look configurations up, which is faster than to compute them.
_SHORT = 1 << 20


@dataclass(frozen=True)
class HammingWeight:
    """Configurations of n qubits with k ones: a constraint on a number of items.

    Args:
        num_qubits: n, up to 62.
        weight: k, from 0 to n.

    Raises:
        SpaceError: if n or k is out of range.

    >>> HammingWeight(3, 2).configurations().tolist()
    [3, 5, 6]
    """

    num_qubits: int
    weight: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_qubits", check_qubits(self.num_qubits, least=0))
        weight = whole_number("a number of ones", self.weight, SpaceError)
        object.__setattr__(self, "weight", weight)
        if not 0 <= self.weight <= self.num_qubits:
            raise SpaceError(f"expected 0 to {self.num_qubits} ones, got {self.weight}")

    @property
    def size(self) -> int:
        """C(n, k)."""
        return comb(self.num_qubits, self.weight)

    def configurations(self) -> Integers:
        """All of them, ascending; the array is shared and read-only."""
        return occupation_strings(self.num_qubits, self.weight)

    def configurations_at(self, positions: Integers) -> Integers:
        """Configurations of these positions, looked up where the list of all is short."""
        if self.size <= _SHORT:
            return self.configurations()[positions]
        return unrank_strings(self.num_qubits, self.weight, positions)

    def indices(self, configurations: Integers) -> Integers:
        """Position of each configuration, -1 where it has another number of ones."""
        return rank(self.configurations(), np.asarray(configurations, dtype=np.int64))

    def index(self, configuration: int) -> int:
        """Position of one configuration, -1 outside."""
        return _index(self, configuration)

    def embed(self, state: NDArray[np.inexact]) -> NDArray[np.inexact]:
        """The same amplitudes among all 2^n."""
        return _embed(self, state)


@dataclass(frozen=True, repr=False)
class Subset:
    """A list of configurations, for any constraint.

    They are kept ascending, in whichever order they come; two subsets are equal if they list the
    same configurations, which a digest decides.

    Args:
        num_qubits: n, up to 62.
        configurations: distinct integers below 2^n, at least one.

    Raises:
        SpaceError: if there are none, one is out of range or one comes twice.

    >>> space = Subset(3, [6, 1])
    >>> space.configurations().tolist(), space == Subset(3, [1, 6])
    ([1, 6], True)
    """

    num_qubits: int
    digest: str = field(init=False)
    _ascending: Integers = field(init=False, compare=False)

    def __init__(self, num_qubits: int, configurations: Iterable[int]) -> None:
        num_qubits = check_qubits(num_qubits, least=0)
        ascending = _ascending(num_qubits, configurations)
        object.__setattr__(self, "num_qubits", num_qubits)
        object.__setattr__(self, "digest", sha256(ascending.astype("<i8").tobytes()).hexdigest())
        object.__setattr__(self, "_ascending", ascending)

    def __repr__(self) -> str:
        return f"Subset(num_qubits={self.num_qubits}, size={self.size}, {self.digest[:8]})"

    @property
    def size(self) -> int:
        """Number of configurations listed."""
        return len(self._ascending)

    def configurations(self) -> Integers:
        """All of them, ascending; the array is shared and read-only."""
        return self._ascending

    def indices(self, configurations: Integers) -> Integers:
        """Position of each configuration, -1 where it is not listed."""
        return rank(self._ascending, np.asarray(configurations, dtype=np.int64))

    def index(self, configuration: int) -> int:
        """Position of one configuration, -1 outside."""
        return _index(self, configuration)

    def embed(self, state: NDArray[np.inexact]) -> NDArray[np.inexact]:
        """The same amplitudes among all 2^n."""
        return _embed(self, state)


Factor = Qubits | HammingWeight | Subset


@dataclass(frozen=True, repr=False)
class Product:
    """Spaces side by side, such as one-hot registers.

    The qubits of the first factor are the lowest ones.  Its position runs fastest too,

        position = position_1 + size_1 (position_2 + size_2 (position_3 + ...)),

    so that configurations ascend.  Products among the factors are flattened.

    Args:
        spaces: `Qubits`, `HammingWeight`, `Subset` or products of them, 62 qubits together.

    Raises:
        SpaceError: for any other factor, or too many qubits.

    >>> color = HammingWeight(3, 1)
    >>> Product(color, color).configurations().tolist()
    [9, 10, 12, 17, 18, 20, 33, 34, 36]
    """

    factors: tuple[Factor, ...]

    def __init__(self, *spaces: Space) -> None:
        factors: list[Factor] = []
        for space in spaces:
            if isinstance(space, Product):
                factors += space.factors
            elif isinstance(space, Factor):
                factors.append(space)
            else:
                raise SpaceError(
                    f"expected Qubits, HammingWeight, Subset or Product as factors, got {space}"
                )
        object.__setattr__(self, "factors", tuple(factors))
        check_qubits(self.num_qubits, least=0)

    def __repr__(self) -> str:
        return f"Product({', '.join(map(str, self.factors))})"

    @property
    def num_qubits(self) -> int:
        """Sum over the factors."""
        return sum(factor.num_qubits for factor in self.factors)

    @property
    def size(self) -> int:
        """Product over the factors."""
        return prod(factor.size for factor in self.factors)

    @property
    def registers(self) -> tuple[range, ...]:
        """The qubits of each factor."""
        bounds = accumulate((factor.num_qubits for factor in self.factors), initial=0)
        return tuple(
            range(first, first + factor.num_qubits)
            for first, factor in zip(bounds, self.factors, strict=False)
        )

    def configurations(self) -> Integers:
        """All of them, ascending."""
        joined = np.zeros(1, dtype=np.int64)
        for register, factor in zip(self.registers, self.factors, strict=True):
            above = factor.configurations() << register.start
            joined = (above[:, None] | joined).ravel()
        return joined

    def configurations_at(self, positions: Integers) -> Integers:
        """The configurations of each factor, found by division."""
        found = np.zeros_like(positions)
        for register, factor in zip(self.registers, self.factors, strict=True):
            positions, part = np.divmod(positions, factor.size)
            found |= configurations_at(factor, part) << register.start
        return found

    def indices(self, configurations: Integers) -> Integers:
        """Position of each configuration, -1 where a factor does not hold its part."""
        configurations = np.asarray(configurations, dtype=np.int64)
        inside = (configurations >= 0) & (configurations < 1 << self.num_qubits)
        positions = np.zeros_like(configurations)
        stride = 1
        for register, factor in zip(self.registers, self.factors, strict=True):
            part = factor.indices(configurations >> register.start & (1 << len(register)) - 1)
            inside &= part >= 0
            positions += stride * part
            stride *= factor.size
        return np.where(inside, positions, -1)

    def index(self, configuration: int) -> int:
        """Position of one configuration, -1 outside."""
        return _index(self, configuration)

    def embed(self, state: NDArray[np.inexact]) -> NDArray[np.inexact]:
        """The same amplitudes among all 2^n."""
        return _embed(self, state)


def unrank_strings(norb: int, count: int, positions: Integers) -> Integers:
    """The strings at some positions of `occupation_strings`, without the others.

    From the highest orbital down: where it is empty, C(orbital, electrons left) strings come first.

    >>> unrank_strings(62, 31, np.array([0, comb(62, 31) - 1])).tolist() == [
    ...     (1 << 31) - 1, ((1 << 31) - 1) << 31
    ... ]
    True
    """
    positions = np.array(positions, dtype=np.int64)
    strings, left = np.zeros_like(positions), np.full_like(positions, count)
    for orbital in reversed(range(norb)):
        before = np.array([comb(orbital, electrons) for electrons in range(count + 1)])[left]
        occupied = positions >= before
        strings |= occupied.astype(np.int64) << orbital
        positions -= np.where(occupied, before, 0)
        left -= occupied
    return strings


def _ascending(num_qubits: int, configurations: Iterable[int]) -> Integers:
    """Configurations as a sorted, read-only array, after all checks."""
    if isinstance(configurations, np.ndarray) and configurations.dtype.kind in "iu":
        given = configurations.ravel()
    else:
        try:
            # Objects, because integers may have any number of bits.
            given = np.array([index(given) for given in configurations], dtype=object)
        except TypeError:
            raise SpaceError("expected whole numbers as configurations") from None
    if not given.size:
        raise SpaceError("expected at least one configuration, got none: nothing is feasible")
    low, high = int(given.min()), int(given.max())
    if low < 0 or high >= 1 << num_qubits:
        wrong = low if low < 0 else high
        raise SpaceError(f"expected configurations of {num_qubits} qubits, got {wrong}")
    ascending = np.sort(given.astype(np.int64))
    twice = ascending[1:][ascending[1:] == ascending[:-1]]
    if len(twice):
        raise SpaceError(f"expected distinct configurations, got {twice[0]} twice")
    ascending.flags.writeable = False
    return ascending


def _index(space: Space, configuration: int) -> int:
    if not 0 <= configuration < 1 << space.num_qubits:
        return -1
    return int(space.indices(np.array([configuration]))[0])


def _embed(space: Space, state: NDArray[np.inexact]) -> NDArray[np.inexact]:
    full = np.zeros(1 << space.num_qubits, dtype=state.dtype)
    full[space.configurations()] = state
    return full
