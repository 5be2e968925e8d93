"""The protocol of problems that solvers take."""

from __future__ import annotations

from typing import Any, Protocol

from qminima.result import Reference
from simulator.operators.polynomial import Polynomial


class Problem(Protocol):
    """A minimisation over bit strings; character j of a bit string is variable j."""

    @property
    def name(self) -> str:
        """Shown in tables and stored in records."""

    @property
    def kind(self) -> str:
        """Which problem it is: the name of the function that makes it, with hyphens."""

    @property
    def cost(self) -> Polynomial:
        """The cost that is minimised."""

    @property
    def num_variables(self) -> int:
        """Length of bit strings."""

    @property
    def reference(self) -> Reference | None:
        """The best value that is known beforehand, if any."""

    @property
    def score_name(self) -> str:
        """The name of scores in records."""

    @property
    def maximise(self) -> bool:
        """Whether scores are to be large: costs are then minus them."""

    @property
    def constrained(self) -> bool:
        """Whether there are infeasible bit strings."""

    def feasible(self, bitstring: str) -> bool:
        """Whether a bit string violates no constraint."""

    def value(self, bitstring: str) -> float:
        """Cost of a bit string, computed from the data and not from `cost`."""

    def score(self, bitstring: str) -> float:
        """The same in the problem's own terms, such as the weight of a cut."""

    def decode(self, bitstring: str) -> Any:
        """The solution in the user's own labels."""

    def describe(self) -> dict[str, Any]:
        """The `problem` entry of records."""
