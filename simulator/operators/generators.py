"""Anti-Hermitian generators A, before a space is chosen.

A generator is a small frozen value.  `on(space)` turns it into an action, which applies A and
exp(a A) to vectors over that space, or raises `SpaceError` if A would leave the space. Its other
capabilities are those of the protocol `generator.Generator`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..spaces import FlipSymmetric, Qubits, Space, SpaceError
from .constructions import string_cnots
from .excitations import Excitation, OrbitalRotation
from .generator import Cnot, Generator, Layout, Support
from .observables import PauliSum
from .pauli import PauliString
from .polynomial import Polynomial

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from ..lowering.actions import Action

__all__ = [
    "AxisRotation",
    "Diagonal",
    "Excitation",
    "Generator",
    "OrbitalRotation",
    "PauliString",
    "SelfInverse",
    "SparseGenerator",
    "XMixer",
]


# Bytes for each configuration while a polynomial is tabulated.
DIAGONAL_BYTES = 26
# CNOTs of the gates that are self-inverse and act on two qubits.
_GATE_CNOTS = {"CX": 1, "CZ": 1, "SWAP": 3}


@dataclass(frozen=True)
class Diagonal(Generator):
    """A phase for each configuration, A = -i f(x)."""

    polynomial: Polynomial

    def __str__(self) -> str:
        return f"Diagonal({len(self.polynomial.terms)} terms)"

    def on(self, space: Space) -> Action:
        """The phases on a space; raises what `Polynomial.values` raises."""
        from ..lowering.actions import PhaseAction

        return PhaseAction(self.polynomial.values(space))

    @property
    def support(self) -> Support:
        """The qubits of its terms."""
        return frozenset((q, 0) for qubits, _ in self.polynomial.terms for q in qubits)

    def pauli_terms(self, space: Space) -> list[tuple[PauliString, float]]:
        """One string of Z for each term of the polynomial."""
        self.polynomial.check(space)
        return [
            (PauliString(0, sum(1 << qubit for qubit in qubits)), weight)
            for qubits, weight in self.polynomial.terms
        ]

    def cnots(self, layout: Layout) -> list[Cnot]:
        """Those of each term."""
        terms = [list(map(layout.qubit, qubits)) for qubits, _ in self.polynomial.terms]
        return [cnot for qubits in terms for cnot in string_cnots(qubits)]

    def memory(self, space: Space) -> int:
        """Bytes that its tabulation takes at its peak."""
        return DIAGONAL_BYTES * space.size


@dataclass(frozen=True)
class XMixer(Generator):
    """The transverse field on all qubits, A = -i B with B = -sum_j X_j."""

    def __str__(self) -> str:
        return "XMixer"

    def on(self, space: Space) -> Action:
        """A product of one-qubit rotations; needs `Qubits` or `FlipSymmetric`."""
        from ..lowering.actions import MixerAction

        if not isinstance(space, Qubits | FlipSymmetric):
            raise SpaceError(f"the X mixer changes single bits, so it leaves {space}")
        return MixerAction(space)

    def pauli_terms(self, space: Space) -> list[tuple[PauliString, float]]:
        """Minus X on each qubit."""
        return [(PauliString(1 << qubit, 0), -1.0) for qubit in range(space.num_qubits)]

    def cnots(self, layout: Layout) -> list[Cnot]:  # noqa: ARG002
        """None are needed."""
        return []


@dataclass(frozen=True)
class AxisRotation(Generator):
    """A rotation of one qubit about an axis between X and Z, A = i (x X_j + z Z_j).

    A^2 = -1, so exp(a A) = cos a + sin a A. With x = 1, the default, it is the qubit's share of
    `XMixer`.

    Args:
        qubit: j.
        x: component of the axis.
        z: the other, x^2 + z^2 = 1.

    Raises:
        ValueError: if the qubit is no number from 0 on or the axis has another length than one.

    >>> str(AxisRotation(2, 0.6, 0.8))
    '0.6 X2 + 0.8 Z2'
    """

    qubit: int
    x: float = 1.0
    z: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.qubit, int | np.integer) or self.qubit < 0:
            raise ValueError(f"expected a qubit from 0 on, got {self.qubit}")
        if not abs(self.x**2 + self.z**2 - 1) < 1e-12:
            raise ValueError(f"expected an axis with x^2 + z^2 = 1, got x={self.x}, z={self.z}")

    def __str__(self) -> str:
        parts = (("X", self.x), ("Z", self.z))
        return " + ".join(f"{value:g} {name}{self.qubit}" for name, value in parts if value)

    def on(self, space: Space) -> Action:
        """The action cos a + sin a A; needs `Qubits`, or `FlipSymmetric` and z = 0."""
        from ..lowering.actions import SelfInverseAction

        if not isinstance(space, Qubits | FlipSymmetric):
            raise SpaceError(f"a rotation of one qubit changes single bits, so it leaves {space}")
        return SelfInverseAction(PauliSum(self.pauli_terms(space)).on(space))

    @property
    def support(self) -> Support:
        """Its qubit."""
        return frozenset([(self.qubit, 0)])

    def pauli_terms(self, space: Space) -> list[tuple[PauliString, float]]:  # noqa: ARG002
        """Minus x times X and minus z times Z."""
        bit = 1 << self.qubit
        return [(PauliString(bit, 0), -self.x), (PauliString(0, bit), -self.z)]

    def cnots(self, layout: Layout) -> list[Cnot]:  # noqa: ARG002
        """None are needed."""
        return []


@dataclass(frozen=True)
class SelfInverse(Generator):
    """A gate G with G^2 = 1 as the generator A = -i G; angle pi/2 gives G times -i.

    Args:
        name: shown when a circuit is printed.
        operator: G as a Pauli sum.

    Raises:
        ValueError: if G^2 is not the identity.
    """

    name: str
    operator: PauliSum

    def __post_init__(self) -> None:
        square: dict[PauliString, complex] = {}
        for left, left_weight in self.operator.terms:
            for right, right_weight in self.operator.terms:
                phase, product = left @ right
                square[product] = square.get(product, 0) + phase * left_weight * right_weight
        square[PauliString(0, 0)] = square.get(PauliString(0, 0), 0) - 1
        if any(abs(weight) > 1e-12 for weight in square.values()):
            raise ValueError(f"expected a gate whose square is the identity, got {self.name}")

    def __str__(self) -> str:
        return self.name

    def on(self, space: Space) -> Action:
        """The action cos a - i sin a G; raises what `PauliSum.on` raises."""
        from ..lowering.actions import SelfInverseAction

        return SelfInverseAction(self.operator.on(space))

    @property
    def support(self) -> Support:
        """The qubits that its strings act on."""
        return frozenset().union(*(string.support for string, _ in self.operator.terms))

    def pauli_terms(self, space: Space) -> Sequence[tuple[PauliString, float]]:  # noqa: ARG002
        """The terms of the operator."""
        return self.operator.terms

    def cnots(self, layout: Layout) -> list[Cnot] | None:  # noqa: ARG002
        """None of gates on one qubit, 1 of CX and CZ, 3 of SWAP; other gates have no count."""
        name, *targets = self.name.split()
        if len(targets) == 2 and name in _GATE_CNOTS:
            return [(int(targets[0]), int(targets[1]))] * _GATE_CNOTS[name]
        return [] if len(targets) == 1 else None


@dataclass(frozen=True, eq=False)
class SparseGenerator(Generator):
    """Any anti-Hermitian sparse matrix over the positions of one space.

    Exponentials go through `scipy.sparse.linalg.expm_multiply`: correct before it is fast.

    Raises:
        ValueError: if the matrix is not square, finite and anti-Hermitian.
    """

    matrix: csr_array[Any]

    def __init__(self, matrix: Any) -> None:
        from scipy.sparse import csr_array

        from .observables import Matrix

        compressed = csr_array(matrix)
        try:
            Matrix(1j * compressed)
        except ValueError as error:
            raise ValueError(f"expected an anti-Hermitian matrix A; of i A: {error}") from None
        object.__setattr__(self, "matrix", compressed)

    def __str__(self) -> str:
        return f"SparseGenerator({self.matrix.shape[0]} x {self.matrix.shape[1]})"

    def on(self, space: Space) -> Action:
        """The matrix exponential; raises `SpaceError` if the space has another size."""
        from ..lowering.actions import SparseAction

        if self.matrix.shape[0] != space.size:
            raise SpaceError(f"the matrix has {self.matrix.shape[0]} rows, {space} {space.size}")
        return SparseAction(self.matrix)
