"""The protocol of spaces of configurations, and their integers and bit strings.

A configuration is an integer whose bit j is the value of qubit j.  A space lists the
configurations that a symmetry allows and maps between their integers and the positions
0 ... size - 1 of a vector.  Configurations that the symmetry forbids are never stored.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ..typing import Integers
from .integers import whole_number

# Configurations are signed 64-bit integers, and the top bit is the sign.
MAX_QUBITS = 62


class SpaceError(ValueError):
    """An operator, state or configuration does not fit the space it was used on."""


@runtime_checkable
class Space(Protocol):
    """The configurations that index a state vector."""

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


@runtime_checkable
class Addressable(Protocol):
    """A space that computes single configurations without a list of all."""

    def configurations_at(self, positions: Integers) -> Integers:
        """Configuration of each of these positions, which are not checked."""


def configurations_at(space: Space, positions: Integers) -> Integers:
    """Configurations of some positions, in memory for these only where the space can do that.

    >>> from simulator import Electrons
    >>> configurations_at(Electrons(3, (1, 1)), np.array([0, 8])).tolist()
    [9, 36]
    """
    if isinstance(space, Addressable):
        return space.configurations_at(positions)
    return space.configurations()[positions]


def bitstring(configuration: int, num_qubits: int) -> str:
    """Write a configuration as text: character j is qubit j.

    >>> bitstring(6, 4)
    '0110'
    """
    return "".join("1" if configuration >> qubit & 1 else "0" for qubit in range(num_qubits))


def check_qubits(num_qubits: int, *, least: int) -> int:
    """The number of qubits; raises `SpaceError` where it is too small, beyond 62 or not whole."""
    count = whole_number("a number of qubits", num_qubits, SpaceError)
    if not least <= count <= MAX_QUBITS:
        raise SpaceError(f"expected {least} to {MAX_QUBITS} qubits, got {count}")
    return count
