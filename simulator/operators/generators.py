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

from ..spaces import Electrons, FlipSymmetric, Qubits, Space, SpaceError
from .constructions import fermionic_cnots, string_cnots
from .generator import Cnot, Generator, Layout, Support, check_electrons
from .ladder_sum import LadderSum, excitation_terms
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
class Excitation(Generator):
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
        """Itself alone, as `OrbitalRotation.excitations` lists the terms of a sum."""
        return (self,)

    def pauli_terms(self, space: Space) -> list[tuple[PauliString, float]]:
        """As `LadderSum.pauli_terms`, on which a product of ladder operators is the only term."""
        return LadderSum(excitation_terms(self.moves)).pauli_terms(space)

    def cnots(self, layout: Layout) -> list[Cnot] | None:
        """As `constructions.fermionic_cnots`; None beyond doubles."""
        leave, fill = (
            sorted(
                layout.place((p, spin))
                for spin, part in enumerate((self.alpha, self.beta))
                for p in part[end]
            )
            for end in (0, 1)
        )
        return fermionic_cnots(leave, fill)

    def on(self, space: Space) -> Action:
        """The rotation of coupled pairs of determinants; needs `Electrons`."""
        from ..lowering.actions import ExcitationAction

        return ExcitationAction([(self.alpha, self.beta)], self.check(space))

    def check(self, space: Space) -> Electrons:
        """The space, if the excitation acts on it; raises `SpaceError` otherwise."""
        electrons = check_electrons(self, space, "excitations act on")
        if electrons.label(sum(self.alpha + self.beta, ())):
            raise SpaceError(f"the excitation {self} changes the symmetry of states in {space}")
        return electrons


@dataclass(frozen=True)
class OrbitalRotation(Generator):
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

    @property
    def norb(self) -> int:
        """The least number of orbitals that holds it."""
        return 1 + max(self.p, self.q)

    @property
    def support(self) -> Support:
        """The spin orbitals that it acts on."""
        return frozenset((orbital, spin) for orbital in (self.p, self.q) for spin in (0, 1))

    def pauli_terms(self, space: Space) -> list[tuple[PauliString, float]]:
        """Those of the alpha electrons, then those of the beta electrons, all of which commute."""
        return [term for part in self.excitations for term in part.pauli_terms(space)]

    def cnots(self, layout: Layout) -> list[Cnot]:
        """One fermionic single for each spin."""
        return [cnot for part in self.excitations for cnot in part.cnots(layout) or ()]

    def on(self, space: Space) -> Action:
        """One rotation for each spin; needs `Electrons`."""
        from ..lowering.actions import ExcitationAction

        pair = self.excitations
        checked = pair[0].check(space)
        return ExcitationAction([(e.alpha, e.beta) for e in pair], checked)


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
