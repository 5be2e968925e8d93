"""What can be exponentiated: anti-Hermitian generators A, before a space is chosen.

A generator is a small frozen value.  `on(space)` turns it into an action, which applies A and
exp(a A) to vectors over that space, or raises `SpaceError` if A would leave the space.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..spaces import Electrons, FlipSymmetric, Qubits, Space, SpaceError
from .observables import PauliSum
from .pauli import PauliString
from .polynomial import Polynomial

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from ..lowering.actions import Action

# Pairs (orbital, spin), 0 for alpha and 1 for beta.
Support = frozenset[tuple[int, int]]

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


class Generator(Protocol):
    """An anti-Hermitian operator that can be lowered to a space."""

    def on(self, space: Space) -> Action:
        """The action on the space; raises `SpaceError` if the generator leaves it."""


@dataclass(frozen=True)
class Excitation:
    """A fermionic excitation that conserves the numbers of alpha and beta electrons.

        A = T - T^dagger,   T = T_alpha T_beta,
        T_sigma = c^dagger_{t1} c^dagger_{t2} ... c_{f2} c_{f1}

    Each spin part is a pair (from, to) of equally long tuples of orbitals; the part of a spin
    that takes no part is ``((), ())``.  A^3 = -A, so exp(a A) rotates coupled pairs of
    determinants and touches nothing else.

    Raises:
        ValueError: if a part creates another number than it annihilates, names an orbital
            twice, or if no electron is moved.

    >>> str(Excitation(alpha=((0,), (2,)), beta=((1,), (3,))))
    '0a 1b -> 2a 3b'
    """

    alpha: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    beta: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())

    def __post_init__(self) -> None:
        for name in ("alpha", "beta"):
            source, target = map(tuple, getattr(self, name))
            object.__setattr__(self, name, (source, target))
        for part in (self.alpha, self.beta):
            source, target = part
            if len(source) != len(target):
                raise ValueError(f"expected as many orbitals to leave as to fill, got {part}")
            if len({*source, *target}) != len(source) + len(target):
                raise ValueError(f"expected all orbitals of a spin part to differ, got {part}")
            if any(orbital < 0 for orbital in source + target):
                raise ValueError(f"expected orbitals numbered from 0, got {part}")
        if not self.alpha[0] and not self.beta[0]:
            raise ValueError("expected an excitation of at least one electron, got none")

    def __str__(self) -> str:
        def side(which: int) -> str:
            return " ".join(
                [f"{p}a" for p in self.alpha[which]] + [f"{p}b" for p in self.beta[which]]
            )

        return f"{side(0)} -> {side(1)}"

    @property
    def norb(self) -> int:
        """The least number of orbitals that holds the excitation."""
        return 1 + max(sum(self.alpha, ()) + sum(self.beta, ()))

    @property
    def support(self) -> Support:
        """The spin orbitals that it acts on."""
        spins = (self.alpha, self.beta)
        return frozenset((p, spin) for spin, part in enumerate(spins) for p in part[0] + part[1])

    @property
    def moves(self) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """Pairs of spin orbitals (orbital, spin) to leave and to fill."""
        return [
            ((leave, spin), (fill, spin))
            for spin, part in enumerate((self.alpha, self.beta))
            for leave, fill in zip(*part, strict=True)
        ]

    @property
    def excitations(self) -> tuple[Excitation, ...]:
        """Itself: what `OrbitalRotation` is a sum of, this is alone."""
        return (self,)

    def on(self, space: Space) -> Action:
        """The rotation of coupled pairs of determinants; needs `Electrons`."""
        from ..lowering.actions import ExcitationAction

        return ExcitationAction([(self.alpha, self.beta)], self.check(space))

    def check(self, space: Space) -> Electrons:
        """The space, if the excitation acts on it; raises `SpaceError` otherwise."""
        if not isinstance(space, Electrons):
            raise SpaceError(f"an excitation acts on Electrons, got {space}")
        if self.norb > space.norb:
            raise SpaceError(f"the excitation {self} needs {self.norb} orbitals, got {space}")
        if space.label(sum(self.alpha + self.beta, ())):
            raise SpaceError(f"the excitation {self} changes the symmetry of states in {space}")
        return space


@dataclass(frozen=True)
class OrbitalRotation:
    """A rotation of two orbitals of both spins, the fermionic Givens rotation.

        A = sum_s (c^dagger_{q s} c_{p s} - c^dagger_{p s} c_{q s}),

    exp(a A) takes orbital p to cos a p + sin a q and q to cos a q - sin a p.  The two spins
    commute, so this is the product of two `Excitation` by the same angle.

    Raises:
        ValueError: if the orbitals are equal or negative.

    >>> str(OrbitalRotation(0, 1))
    'orbitals 0 1'
    """

    p: int
    q: int

    def __post_init__(self) -> None:
        whole = isinstance(self.p, int | np.integer) and isinstance(self.q, int | np.integer)
        if not whole or self.p == self.q or min(self.p, self.q) < 0:
            raise ValueError(f"expected two different orbitals from 0 on, got {self.p}, {self.q}")

    def __str__(self) -> str:
        return f"orbitals {self.p} {self.q}"

    @property
    def excitations(self) -> tuple[Excitation, ...]:
        """The commuting excitations of which this is the sum."""
        part = ((self.p,), (self.q,))
        return Excitation(alpha=part), Excitation(beta=part)

    def on(self, space: Space) -> Action:
        """One rotation for each spin; needs `Electrons`."""
        from ..lowering.actions import ExcitationAction

        pair = self.excitations
        checked = pair[0].check(space)
        return ExcitationAction([(e.alpha, e.beta) for e in pair], checked)


@dataclass(frozen=True)
class Diagonal:
    """A phase per configuration, A = -i f(x)."""

    polynomial: Polynomial

    def __str__(self) -> str:
        return f"Diagonal({len(self.polynomial.terms)} terms)"

    def on(self, space: Space) -> Action:
        """The phases on a space; raises what `Polynomial.values` raises."""
        from ..lowering.actions import PhaseAction

        return PhaseAction(self.polynomial.values(space))


@dataclass(frozen=True)
class XMixer:
    """The transverse field on all qubits, A = -i B with B = -sum_j X_j."""

    def __str__(self) -> str:
        return "XMixer"

    def on(self, space: Space) -> Action:
        """A product of one-qubit rotations; needs `Qubits` or `FlipSymmetric`."""
        from ..lowering.actions import MixerAction

        if not isinstance(space, Qubits | FlipSymmetric):
            raise SpaceError(f"the X mixer changes single bits, so it leaves {space}")
        return MixerAction(space)


@dataclass(frozen=True)
class AxisRotation:
    """One qubit turned about an axis between X and Z, A = i (x X_j + z Z_j).

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
        """Cos + sin A; needs `Qubits`, or `FlipSymmetric` and z = 0."""
        from ..lowering.actions import SelfInverseAction

        if not isinstance(space, Qubits | FlipSymmetric):
            raise SpaceError(f"a rotation of one qubit changes single bits, so it leaves {space}")
        terms = [
            (PauliString(1 << self.qubit, 0), -self.x),
            (PauliString(0, 1 << self.qubit), -self.z),
        ]
        return SelfInverseAction(PauliSum(terms).on(space))


@dataclass(frozen=True)
class SelfInverse:
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
        """Cos a - i sin a G on a space; raises what `PauliSum.on` raises."""
        from ..lowering.actions import SelfInverseAction

        return SelfInverseAction(self.operator.on(space))


@dataclass(frozen=True, eq=False)
class SparseGenerator:
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
