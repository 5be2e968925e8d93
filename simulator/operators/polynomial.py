"""Polynomials in spins, the costs of combinatorial problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from operator import index
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np

from ..lowering.diagonal import DiagonalValues
from ..lowering.tabulation import Units, common_unit, tabulate
from ..spaces import FlipSymmetric, Qubits, Space, SpaceError

if TYPE_CHECKING:
    from ..lowering.operators import DiagonalOperator

Term = tuple[tuple[int, ...], float]


@dataclass(frozen=True)
class Polynomial:
    """A real polynomial in the spins z_j = 1 - 2 x_j = ±1, as an observable and as a cost.

        f(x) = sum_S w_S prod_{j in S} z_j

    Args:
        terms: weight of each set of qubits, ``{(0, 1): 0.5, (): -1.0}``.

    Raises:
        ValueError: if a weight is not finite, or a term names a qubit twice, below zero or by
            anything but a whole number.

    >>> cut = Polynomial({(0, 1): 0.5, (): -0.5})       # minus the cut of one edge
    >>> cut.values(Qubits(2)).to_array().tolist()
    [0.0, -1.0, -1.0, 0.0]
    """

    terms: tuple[Term, ...]
    _cache: WeakValueDictionary[Space, DiagonalValues] = field(
        init=False, repr=False, compare=False, default_factory=WeakValueDictionary
    )

    def __init__(self, terms: Mapping[Any, float] | Iterable[Term]) -> None:
        pairs = terms.items() if isinstance(terms, Mapping) else terms
        merged: dict[tuple[int, ...], float] = {}
        for qubits, weight in pairs:
            try:
                key = tuple(sorted(map(index, qubits)))
            except TypeError:
                raise ValueError(f"expected whole numbers as qubits, got {qubits!r}") from None
            if len(set(key)) != len(key) or (key and key[0] < 0):
                raise ValueError(f"expected distinct qubits from 0 on in a term, got {qubits}")
            if not isfinite(weight):
                raise ValueError(f"expected a finite weight for the term {qubits}, got {weight}")
            merged[key] = merged.get(key, 0.0) + float(weight)
        nonzero = sorted((key, weight) for key, weight in merged.items() if weight != 0)
        object.__setattr__(self, "terms", tuple(nonzero))
        object.__setattr__(self, "_cache", WeakValueDictionary())

    @property
    def num_qubits(self) -> int:
        """The least number of qubits that holds every term."""
        return 1 + max((qubits[-1] for qubits, _ in self.terms if qubits), default=-1)

    @property
    def flip_symmetric(self) -> bool:
        """Whether flipping all bits together never changes the value."""
        return all(len(qubits) % 2 == 0 for qubits, _ in self.terms)

    def value(self, configuration: int) -> float:
        """The value f(x) of one configuration."""
        return sum(
            weight * (1 - 2 * (sum(configuration >> qubit & 1 for qubit in qubits) % 2))
            for qubits, weight in self.terms
        )

    def values(self, space: Space) -> DiagonalValues:
        """The values f(x) of all configurations of a space.

        All programs that are alive share one copy, so that the phase of a QAOA layer and the
        cost that is measured read the same array.

        Raises:
            SpaceError: if the space has too few qubits or is `FlipSymmetric` and f is not.
        """
        cached = self._cache.get(space)
        if cached is None:
            cached = self._cache[space] = self._tabulate(space)
        return cached

    def on(self, space: Space) -> DiagonalOperator:
        """The operator f(x) on a space; raises what `values` raises."""
        from ..lowering.operators import DiagonalOperator

        return DiagonalOperator(self.values(space))

    def fold(self, space: Qubits | FlipSymmetric) -> Polynomial:
        """The polynomial in the bits of a position that has the same values.

        On `FlipSymmetric` the last qubit is zero at each position.

        Raises:
            SpaceError: as `values`.
        """
        self.check(space)
        if isinstance(space, Qubits):
            return self
        if not self.flip_symmetric:
            raise SpaceError(
                "the polynomial has terms of odd degree, so its value changes when all bits "
                f"are flipped; use Qubits({space.num_qubits}) instead of {space}"
            )
        last = space.num_qubits - 1
        return Polynomial(
            (tuple(qubit for qubit in qubits if qubit != last), weight)
            for qubits, weight in self.terms
        )

    def units(self, space: Qubits | FlipSymmetric) -> Units | None:
        """The units in which `values` are stored as codes; None if they are not stored so."""
        return common_unit(dict(self.fold(space).terms), space.size.bit_length() - 1)

    def check(self, space: Space) -> None:
        """Raise `SpaceError` if the space has too few qubits."""
        if self.num_qubits > space.num_qubits:
            raise SpaceError(
                f"the polynomial uses {self.num_qubits} qubits, the space {space} has "
                f"{space.num_qubits}"
            )

    def _tabulate(self, space: Space) -> DiagonalValues:
        if isinstance(space, Qubits | FlipSymmetric):
            return tabulate(dict(self.fold(space).terms), space.size.bit_length() - 1)
        self.check(space)
        configurations = space.configurations()
        values = np.zeros(space.size)
        for qubits, weight in self.terms:
            mask = sum(1 << qubit for qubit in qubits)
            values += weight * (1.0 - 2.0 * (np.bitwise_count(configurations & mask) & 1))
        return DiagonalValues.from_array(values)
