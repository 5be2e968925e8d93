"""What ansätze share: generators put in order."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.circuit import BasisState, Circuit, Step
from simulator.generators import Generator
from simulator.spaces import Electrons


def circuit_of(space: Electrons, generators: Iterable[Generator], name: str) -> Circuit:
    """The generators one after the other on the reference, each with a parameter of its own."""
    steps = tuple(Step(one, ((k, 1.0),)) for k, one in enumerate(generators))
    return Circuit(space, BasisState(space.reference), steps, name=name)
