"""Mixers: the part of a QAOA layer that moves between configurations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from qminima.errors import InputError
from simulator.circuit import Step
from simulator.operators.generators import Generator, XMixer
from simulator.operators.mixers import GroverMixer, XYMixer, XYPair, ring_pairs

Pair = tuple[int, int]


@dataclass(frozen=True)
class Mixer:
    """exp(-i beta B), or a product of exponentials that share the angle beta.

    Args:
        name: which mixer it is; tells an exact exponential from an ordered product.
        generators: those of the exponentials, first to last.
        constrained: whether it serves a space of feasible configurations only.
    """

    name: str
    generators: tuple[Generator, ...]
    constrained: bool = True

    def __str__(self) -> str:
        return self.name

    def steps(self, parameter: int) -> tuple[Step, ...]:
        """The steps of one layer, beta being a parameter of the circuit."""
        return tuple(Step(generator, ((parameter, 1.0),)) for generator in self.generators)


def x_mixer() -> Mixer:
    """exp(-i beta B) with B = -sum_j X_j: a rotation of every qubit, no constraint kept."""
    return Mixer("X", (XMixer(),), constrained=False)


def xy_ring_mixer(*registers: Iterable[int], exact: bool = False) -> Mixer:
    """B = -sum (XX + YY)/2 over neighbours on a ring, for each register by itself.

    It keeps the number of ones of each register. The terms do not commute: the ordered product
    takes the pairs of `ring_pairs` one after the other, and is the parity ring mixer of Wang et
    al., arXiv:1904.09314.

    Args:
        registers: the qubits of each ring; `simulator.Product.registers` lists those of a product.
        exact: the exponential of the sum instead of the ordered product.

    Raises:
        InputError: if there is no register, or one has fewer than two qubits or one twice.

    >>> [str(step.generator) for step in xy_ring_mixer(range(3)).steps(0)]
    ['XY 0 1', 'XY 1 2', 'XY 0 2']
    """
    return _xy_mixer("XY ring", [ring_pairs(register) for register in _checked(registers)], exact)


def xy_complete_mixer(*registers: Iterable[int], exact: bool = False) -> Mixer:
    """B = -sum (XX + YY)/2 over all pairs of qubits, for each register by itself.

    Arguments and errors as in `xy_ring_mixer`; the ordered product takes pairs in lexicographic
    order. On a fixed number of ones the uniform superposition is the ground state of B.
    """
    pairs = [tuple(combinations(register, 2)) for register in _checked(registers)]
    return _xy_mixer("XY complete", pairs, exact)


def grover_mixer() -> Mixer:
    """B = -|s><s| with s the uniform superposition of all feasible configurations.

    Bärtschi and Eidenbenz, arXiv:2006.00354.
    """
    return Mixer("Grover", (GroverMixer(),))


def _checked(registers: tuple[Iterable[int], ...]) -> list[tuple[int, ...]]:
    """Registers that are not too small and do not overlap."""
    for register in registers:
        if not isinstance(register, Iterable):
            raise InputError(
                f"expected the qubits of each register, such as range(4), got {register!r}"
            )
    found = [tuple(register) for register in registers]
    if not found:
        raise InputError("expected the qubits of at least one register, got none")
    seen: set[int] = set()
    for register in found:
        if len(register) < 2:
            raise InputError(f"expected registers of at least two qubits, got {register}")
        if len(seen | set(register)) < len(seen) + len(register):
            raise InputError(f"expected each qubit once in all registers, got {found}")
        seen |= set(register)
    return found


def _xy_mixer(name: str, registers: list[tuple[Pair, ...]], exact: bool) -> Mixer:
    pairs = tuple(pair for register in registers for pair in register)
    if exact:
        return Mixer(f"{name} (exact exponential)", (XYMixer(pairs),))
    return Mixer(f"{name} (ordered product)", tuple(XYPair(p, q) for p, q in pairs))
