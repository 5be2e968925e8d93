"""Circuits from ordered lists of generators, as most ansätze use them."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.circuit import BasisState, Circuit, Step
from simulator.operators.generators import Generator
from simulator.spaces import Electrons, Space


def circuit_of(space: Electrons, generators: Iterable[Generator], name: str) -> Circuit:
    """The generators one after the other on the reference, each with its own parameter."""
    return circuit_from(BasisState(space.reference), space, generators, name)


def circuit_from(
    initial: BasisState, space: Space, generators: Iterable[Generator], name: str
) -> Circuit:
    """The same from any configuration, of determinants or of qubits."""
    steps = tuple(Step(one, ((k, 1.0),)) for k, one in enumerate(generators))
    return Circuit(space, initial, steps, name=name)
