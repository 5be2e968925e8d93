"""The protocol of generators, and the order of spin orbitals on qubits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..spaces import Electrons, Space, SpaceError

if TYPE_CHECKING:
    from ..lowering.actions import Action
    from .pauli import PauliString

# A spin orbital (orbital, spin), 0 for alpha and 1 for beta; on qubits (qubit, 0).
Mode = tuple[int, int]
Support = frozenset[Mode]
# Control and target of a CNOT.
Cnot = tuple[int, int]


@dataclass(frozen=True)
class Layout:
    """The order of spin orbitals on qubits under the Jordan-Wigner mapping.

    Args:
        norb: number of orbitals; 0 where generators name qubits.
        alternating: whether modes alternate in spin (0a, 0b, 1a, ...); if not, all alpha modes
            come before all beta modes.

    >>> Layout(3).place((1, 1)), Layout(3, alternating=False).place((1, 1))
    (3, 4)
    """

    norb: int
    alternating: bool = True

    def place(self, mode: Mode) -> int:
        """The qubit of a spin orbital."""
        orbital, spin = mode
        return 2 * orbital + spin if self.alternating else orbital + spin * self.norb

    def qubit(self, number: int) -> int:
        """The place of a qubit of a space; on `Electrons` these are alpha modes, then beta."""
        return self.place((number % self.norb, number // self.norb)) if self.norb else number


class Generator(Protocol):
    """An anti-Hermitian operator A, before a space is chosen, with its capabilities.

    Only `on` must be written. The other members are what exports, resource counts, memory
    predictions and tests read; a generator that does not override one does not have that
    capability.
    """

    def on(self, space: Space) -> Action:
        """The action on the space; raises `SpaceError` if the generator leaves it."""

    @property
    def norb(self) -> int:
        """The least number of orbitals that holds it; 0 for generators on qubits."""
        return 0

    @property
    def support(self) -> Support | None:
        """The modes it acts on: spin orbitals, or qubits as (qubit, 0); None if not known."""
        return None

    def pauli_terms(
        self,
        space: Space,  # noqa: ARG002
    ) -> Sequence[tuple[PauliString, float]] | None:
        """Strings P and weights w with A = sum w (-i P) on all qubits of the space.

        None where the generator has no such form; raises `SpaceError` if it does not fit.
        """
        return None

    def cnots(self, layout: Layout) -> Sequence[Cnot] | None:  # noqa: ARG002
        """CNOTs of a circuit for exp(a A), first to last; None without a known construction."""
        return None

    def memory(self, space: Space) -> int:  # noqa: ARG002
        """Bytes of the tables that its action makes, at most, where they are predicted."""
        return 0


def check_electrons(generator: Generator, space: Space, kind: str) -> Electrons:
    """The space, if it is `Electrons` with enough orbitals for a generator.

    Raises:
        SpaceError: otherwise; `kind` begins the message.
    """
    if not isinstance(space, Electrons):
        raise SpaceError(f"{kind} Electrons, got {space}")
    if generator.norb > space.norb:
        raise SpaceError(f"{generator} needs {generator.norb} orbitals, got {space}")
    return space
