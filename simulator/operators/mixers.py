"""Mixers for constrained problems: generators that move between feasible configurations only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from operator import index
from typing import TYPE_CHECKING

from ..spaces import Space
from .generator import Generator, Support
from .pauli import PauliString

if TYPE_CHECKING:
    from ..lowering.actions import Action

Pair = tuple[int, int]


@dataclass(frozen=True)
class XYPair(Generator):
    """The XY interaction of two qubits, A = -i B with B = -(X_p X_q + Y_p Y_q)/2.

    It exchanges the bits of p and q where they differ, and keeps their sum.  A^3 = -A:
    exp(a A) takes |01> to cos a |01> + i sin a |10>.  Steps of several pairs that share one
    parameter are an ordered product of exponentials; `XYMixer` is the exponential of a sum.

    Raises:
        ValueError: if the qubits are equal or negative.

    >>> str(XYPair(2, 0))
    'XY 0 2'
    """

    p: int
    q: int

    def __post_init__(self) -> None:
        p, q = _check_pair((self.p, self.q))
        object.__setattr__(self, "p", p)
        object.__setattr__(self, "q", q)

    def __str__(self) -> str:
        return f"XY {self.p} {self.q}"

    def on(self, space: Space) -> Action:
        """A rotation of coupled positions; raises `SpaceError` if it leaves the space."""
        from ..lowering.exchange_tables import pair_table
        from ..lowering.mixer_actions import XYPairAction

        return XYPairAction(pair_table(space, (self.p, self.q)))

    @property
    def support(self) -> Support:
        """The two qubits."""
        return frozenset([(self.p, 0), (self.q, 0)])

    def pauli_terms(self, space: Space) -> list[tuple[PauliString, float]]:  # noqa: ARG002
        """Minus a half of XX and of YY."""
        return _pauli_terms((self.p, self.q))

    def memory(self, space: Space) -> int:
        """Bytes of its table, at most; raises `SpaceError` for a qubit that is not there."""
        from ..lowering.exchange_tables import predict_pair_table

        return predict_pair_table(space, (self.p, self.q))


@dataclass(frozen=True)
class XYMixer(Generator):
    """The exact exponential of XY interactions, A = -i B.

        B = -sum over pairs of (X_p X_q + Y_p Y_q)/2

    The terms do not commute: see `XYPair` for the ordered product of their exponentials.
    Hadfield et al., Algorithms 12, 34 (2019), arXiv:1709.03489.

    Args:
        pairs: pairs of qubits, in any order.

    Raises:
        ValueError: if there is no pair, one comes twice, or its qubits are equal or negative.

    >>> XYMixer.complete(range(3))
    XYMixer(pairs=((0, 1), (0, 2), (1, 2)))
    """

    pairs: tuple[Pair, ...]

    def __post_init__(self) -> None:
        pairs = sorted(map(_check_pair, self.pairs))
        if not pairs or len(set(pairs)) < len(pairs):
            raise ValueError(f"expected one or more different pairs of qubits, got {self.pairs}")
        object.__setattr__(self, "pairs", tuple(pairs))

    @classmethod
    def ring(cls, qubits: Iterable[int]) -> XYMixer:
        """Neighbours on a ring; raises `ValueError` for fewer than two qubits."""
        return cls(ring_pairs(qubits))

    @classmethod
    def complete(cls, qubits: Iterable[int]) -> XYMixer:
        """All pairs; raises `ValueError` for fewer than two qubits."""
        return cls(tuple(combinations(qubits, 2)))

    def __str__(self) -> str:
        return f"XYMixer({len(self.pairs)} pairs)"

    def on(self, space: Space) -> Action:
        """A polynomial of the sum; raises `SpaceError` if a pair leaves the space."""
        from ..lowering.mixer_actions import XYMixerAction

        return XYMixerAction(self.pairs, space)

    @property
    def support(self) -> Support:
        """The qubits of all pairs."""
        return frozenset((qubit, 0) for pair in self.pairs for qubit in pair)

    def pauli_terms(self, space: Space) -> list[tuple[PauliString, float]]:  # noqa: ARG002
        """Minus a half of XX and of YY for each pair."""
        return [term for pair in self.pairs for term in _pauli_terms(pair)]

    def memory(self, space: Space) -> int:
        """Bytes of its tables and of the vectors it makes, at most; raises as `XYPair.memory`."""
        from ..lowering.exchange_tables import connected, predict_neighbour_table

        return 32 * space.size + sum(
            predict_neighbour_table(space, pairs) for pairs in connected(self.pairs)
        )


@dataclass(frozen=True)
class GroverMixer(Generator):
    """The projector on the uniform superposition, A = -i B with B = -|s><s|.

    |s> is the superposition of all configurations of the space with equal amplitudes, on any
    space: exp(-i beta B) = 1 + (exp(i beta) - 1) |s><s|.
    Bärtschi and Eidenbenz, arXiv:2006.00354.
    """

    def __str__(self) -> str:
        return "GroverMixer"

    def on(self, space: Space) -> Action:
        """An update of rank one, on any space."""
        from ..lowering.mixer_actions import GroverAction

        return GroverAction(space)


def ring_pairs(qubits: Iterable[int]) -> tuple[Pair, ...]:
    """Neighbours on a ring: pairs that start at even places, at odd ones, the odd closing one.

    Applied in this order they are the parity ring mixer of Wang et al., Phys. Rev. A 101,
    012320 (2020), arXiv:1904.09314. Two qubits are one pair.

    >>> ring_pairs(range(5))
    ((0, 1), (2, 3), (1, 2), (3, 4), (4, 0))
    """
    ring = tuple(qubits)
    n = len(ring)
    if n < 3:
        return tuple(combinations(ring, 2))
    starts = [*range(0, n - 1, 2), *range(1, n, 2), *([n - 1] if n % 2 else [])]
    return tuple((ring[k], ring[(k + 1) % n]) for k in starts)


def _pauli_terms(pair: Pair) -> list[tuple[PauliString, float]]:
    mask = 1 << pair[0] | 1 << pair[1]
    return [(PauliString(mask, 0), -0.5), (PauliString(mask, mask), -0.5)]


def _check_pair(pair: Iterable[int]) -> Pair:
    try:
        p, q = sorted(index(qubit) for qubit in pair)
    except (TypeError, ValueError):
        raise ValueError(f"expected a pair of qubits, got {pair}") from None
    if p < 0 or p == q:
        raise ValueError(f"expected two different qubits from 0 on, got {p} and {q}")
    return p, q
