"""Excitations of electrons, and rotations of their orbitals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..spaces import Electrons, Space, SpaceError
from .constructions import fermionic_cnots
from .generator import Cnot, Generator, Layout, Support, check_electrons
from .ladder_sum import LadderSum, excitation_terms
from .pauli import PauliString

if TYPE_CHECKING:
    from ..lowering.actions import Action


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
