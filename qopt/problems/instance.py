"""A problem in the forms that methods take."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from qminima.errors import check_name
from simulator.spaces import Qubits, Space, SpaceError

from ..circuits.mixers import Mixer
from .binary import BinaryProblem, Native

CONSTRAINTS = ("mixer", "penalty")


@dataclass(frozen=True)
class Instance:
    """A problem in the form for classical methods, and in the form for circuits.

    Attributes:
        problem: with penalties in its cost, if it has constraints.
        circuit_problem: without those that the space keeps.
        space: of the circuits, and of uniform samples; all bit strings if None.
        mixer: of the circuits; X if None.
    """

    problem: BinaryProblem
    circuit_problem: BinaryProblem
    space: Space | None = None
    mixer: Mixer | None = None

    @property
    def feasible(self) -> Space:
        """The space in which the Grover mixer works."""
        return self.space or Qubits(self.problem.num_variables)

    @classmethod
    def of(cls, problem: BinaryProblem, constraints: str = "mixer") -> Instance:
        """Constraints kept by the mixer, where there is one that can, or all by penalties.

        Raises:
            InputError: for another word.
        """
        check_name("way of constraints", constraints, CONSTRAINTS)
        native: Native | None = None
        if constraints == "mixer":
            with suppress(SpaceError):  # too large for circuits; classical methods take it
                native = problem.native()
        return cls(problem, problem) if native is None else cls(problem, *native)
