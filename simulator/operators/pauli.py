"""Pauli strings: products of X, Y and Z on distinct qubits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..spaces import FlipSymmetric, Qubits, Space, SpaceError
from .constructions import string_cnots
from .generator import Cnot, Generator, Layout, Support

if TYPE_CHECKING:
    from ..lowering.actions import Action

_FACTOR = re.compile(r"([IXYZ])(\d+)")


@dataclass(frozen=True, order=True)
class PauliString(Generator):
    """A Pauli string P, and the generator A = -i P with exp(a A) = cos a - i sin a P.

    Qubit j carries X, Z or Y where bit j is set in `x`, in `z` or in both.

    >>> PauliString.parse("X0 Y2")
    PauliString(x=5, z=4)
    >>> str(PauliString.parse("X0 Y2"))
    'X0 Y2'
    """

    x: int
    z: int

    def __post_init__(self) -> None:
        if self.x < 0 or self.z < 0:
            raise ValueError(f"expected masks of qubits from 0 on, got {self.x} and {self.z}")

    @classmethod
    def parse(cls, text: str) -> PauliString:
        """Read ``"X0 Y2"``; the empty text is the identity.

        Raises:
            ValueError: for anything but factors X, Y, Z (or I) with distinct qubit numbers.
        """
        x = z = seen = 0
        for factor in text.split():
            match = _FACTOR.fullmatch(factor)
            if match is None:
                raise ValueError(f"expected Pauli factors such as 'X0 Y2', got {text!r}")
            letter, bit = match[1], 1 << int(match[2])
            if seen & bit:
                raise ValueError(f"qubit {match[2]} occurs twice in the Pauli string {text!r}")
            seen |= bit
            x |= bit if letter in "XY" else 0
            z |= bit if letter in "YZ" else 0
        return cls(x, z)

    def __str__(self) -> str:
        letters = {(1, 0): "X", (1, 1): "Y", (0, 1): "Z"}
        support = self.x | self.z
        return " ".join(
            letters[self.x >> qubit & 1, self.z >> qubit & 1] + str(qubit)
            for qubit in range(support.bit_length())
            if support >> qubit & 1
        )

    def __matmul__(self, other: PauliString) -> tuple[complex, PauliString]:
        """The product of two strings: a phase and a string."""
        product = PauliString(self.x ^ other.x, self.z ^ other.z)
        sign = -1 if (self.z & other.x).bit_count() % 2 else 1
        return sign * self.phase * other.phase / product.phase, product

    @property
    def num_qubits(self) -> int:
        """The least number of qubits that holds the string."""
        return (self.x | self.z).bit_length()

    @property
    def support(self) -> Support:
        """The qubits that it acts on, (qubit, 0)."""
        mask = self.x | self.z
        return frozenset((q, 0) for q in range(mask.bit_length()) if mask >> q & 1)

    def pauli_terms(self, space: Space) -> list[tuple[PauliString, float]]:  # noqa: ARG002
        """The string itself."""
        return [(self, 1.0)]

    def cnots(self, layout: Layout) -> list[Cnot]:  # noqa: ARG002
        """The parity of its qubits, collected on the last one and taken back."""
        return string_cnots(sorted(qubit for qubit, _ in self.support))

    @property
    def phase(self) -> complex:
        """The factor i^(number of Y) in P|c> = phase (-1)^|c & z| |c xor x>."""
        return (1, 1j, -1, -1j)[(self.x & self.z).bit_count() % 4]

    def fold(self, space: Qubits | FlipSymmetric) -> tuple[int, int, complex]:
        """Masks and phase of the string acting on the positions of a space.

        On `FlipSymmetric` the string must commute with the flip of all qubits; a string that
        changes the last qubit then acts as the one that flips the other qubits' complement.

        Raises:
            SpaceError: if the string leaves the space.
        """
        if self.num_qubits > space.num_qubits:
            raise SpaceError(f"the Pauli string {self} does not fit {space}")
        if isinstance(space, Qubits):
            return self.x, self.z, self.phase
        if self.z.bit_count() % 2:
            raise SpaceError(
                f"the Pauli string {self} has an odd number of Y and Z, so it leaves {space}"
            )
        last = 1 << (space.num_qubits - 1)
        x = self.x ^ space.mask if self.x & last else self.x
        return x, self.z & ~last, self.phase

    def on(self, space: Space) -> Action:
        """The generator -i P on a space.

        Raises:
            SpaceError: if P leaves the space.
        """
        from ..lowering.actions import PauliAction, PhaseAction
        from .polynomial import Polynomial

        if isinstance(space, Qubits | FlipSymmetric):
            return PauliAction(space.size, *self.fold(space))
        if self.x:
            raise SpaceError(f"the Pauli string {self} changes occupations, so it leaves {space}")
        qubits = tuple(q for q in range(self.num_qubits) if self.z >> q & 1)
        return PhaseAction(Polynomial({qubits: 1.0}).values(space))
