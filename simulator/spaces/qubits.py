"""All bit strings, or one of each pair that a flip of all qubits exchanges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..typing import Integers
from .space import check_qubits


@dataclass(frozen=True)
class Qubits:
    """All 2^n configurations of n qubits; the position is the configuration.

    >>> Qubits(3).size
    8
    """

    num_qubits: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_qubits", check_qubits(self.num_qubits, least=0))

    @property
    def size(self) -> int:
        """2^n."""
        return 1 << self.num_qubits

    def configurations(self) -> Integers:
        """0 ... 2^n - 1."""
        return np.arange(self.size, dtype=np.int64)

    def configurations_at(self, positions: Integers) -> Integers:
        """The positions themselves."""
        return positions

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
        object.__setattr__(self, "num_qubits", check_qubits(self.num_qubits, least=1))

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

    def configurations_at(self, positions: Integers) -> Integers:
        """The positions themselves."""
        return positions

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
