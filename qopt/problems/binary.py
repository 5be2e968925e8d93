"""Base class of problems over bits: scoring, feasibility, and constraints as penalties."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import fsum
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError, shorten
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial
from simulator.spaces import Space

from ..circuits.mixers import Mixer
from .bits import BitPolynomial, Convert
from .graphs import check_held
from .linear_model import LinearModel

# Costs hold products of two numbers.
LARGEST = 1e100

Bits = NDArray[np.int64]
# See `BinaryProblem.native`.
Native = tuple["BinaryProblem", Space, Mixer]


@dataclass(frozen=True)
class Bound:
    """A score that no solution passes, seen from the data at once.

    Attributes:
        score: the lowest, or the highest where the objective is to be large.
        reason: why, as a clause.
    """

    score: Fraction
    reason: str


@dataclass(frozen=True, eq=False, kw_only=True)
class BinaryProblem(ABC):
    """A minimisation or maximisation over bit strings, under constraints.

    The cost that is minimised is

        cost(x) = objective(x) + penalty(x),     minus the objective where that is maximised,

    with penalties so large, each problem says why, that no infeasible bit string has the least
    cost.

    Attributes:
        name: shown in tables and stored in records.
        reference: the best cost that is known, if any.
        penalised: whether the cost has the penalty; without, it serves feasible bit strings only.
    """

    name: str
    reference: Reference | None = None
    penalised: bool = True

    #: What scores are called in records.
    score_name: ClassVar[str] = "objective"
    #: Whether equal costs of feasible bit strings are equal floating-point numbers: all of them
    #: are the nearest number to an exact sum.
    nearest_values: ClassVar[bool] = True

    @property
    @abstractmethod
    def kind(self) -> str:
        """Which problem it is: the name of the function that makes it, with hyphens."""

    def __str__(self) -> str:
        return f"{self.name} ({self.kind}, {self.num_variables} variables)"

    @property
    def maximise(self) -> bool:
        """Whether the objective is to be large."""
        return False

    @property
    def constrained(self) -> bool:
        """Whether there are infeasible bit strings, as far as the kind of problem tells."""
        return type(self).penalty is not BinaryProblem.penalty

    @property
    @abstractmethod
    def num_variables(self) -> int:
        """Length of bit strings."""

    @abstractmethod
    def objective(self, bits: Bits) -> float:
        """The problem's own value, computed from its data."""

    def penalty(self, bits: Bits) -> float:  # noqa: ARG002 - of problems without constraints
        """The cost of violated constraints, zero on feasible bit strings only."""
        return 0.0

    @property
    @abstractmethod
    def cost(self) -> Polynomial:
        """The cost that is minimised, a polynomial in spins."""

    def in_bits(self, number: Convert = float) -> BitPolynomial | None:  # noqa: ARG002
        """The cost as a polynomial in bits; None for problems that have it in spins only.

        Args:
            number: turns the numbers of the data into those that are calculated with; with
                `Fraction` nothing is rounded.
        """
        return None

    def exact_cost(self) -> dict[tuple[int, ...], Fraction] | None:
        """The cost in spins with nothing rounded; None where no more than `cost` is known."""
        polynomial = self.in_bits(Fraction)
        if polynomial is None:
            return None
        return {key: Fraction(weight) for key, weight in polynomial.spin_terms().items()}

    @abstractmethod
    def solution(self, bits: Bits) -> Any:
        """The solution that the bits encode, in the user's own labels."""

    def native(self) -> Native | None:
        """The problem without its penalty, the space of feasible bit strings, and a mixer for it.

        None where no mixer keeps the constraint. The three go into
        `qopt.qaoa(problem, depth, space=space, mixer=mixer)`.
        """
        return None

    def trivial_bound(self) -> Bound | None:
        """A bound on scores that needs no search, such as no conflicts; None where there is none.

        A solution that reaches it is optimal.
        """
        return None

    def linear_model(self) -> LinearModel | None:
        """The problem as a mixed-integer linear program; None where it has none."""
        return None

    def score(self, bitstring: str) -> float:
        """The objective of a bit string, feasible or not.

        Raises:
            InputError: if the bit string does not have one character 0 or 1 for each variable.
        """
        return self.objective(self._bits(bitstring))

    def value(self, bitstring: str) -> float:
        """The cost of a bit string from the data; raises what `score` raises."""
        bits = self._bits(bitstring)
        objective = self.objective(bits)
        cost = 0.0 - objective if self.maximise else objective
        return cost + self.penalty(bits) if self.penalised else cost

    def feasible(self, bitstring: str) -> bool:
        """Whether all constraints hold; raises what `score` raises."""
        return self.penalty(self._bits(bitstring)) == 0

    def decode(self, bitstring: str) -> Any:
        """The solution in the user's own labels.

        Raises:
            InputError: as `score`, and if the bit string violates a constraint.
        """
        bits = self._bits(bitstring)
        if self.penalty(bits):
            raise InputError(f"{shorten(bitstring)} violates a constraint of {self.name}")
        return self.solution(bits)

    def describe(self) -> dict[str, Any]:
        """Name, kind and size."""
        return {"name": self.name, "kind": self.kind, "variables": self.num_variables}

    def _bits(self, bitstring: str) -> Bits:
        fits = isinstance(bitstring, str) and len(bitstring) == self.num_variables
        if not fits or set(bitstring) - {"0", "1"}:
            raise InputError(
                f"expected {self.num_variables} characters 0 or 1, got {shorten(bitstring)!r}"
            )
        return np.frombuffer(bitstring.encode(), dtype=np.uint8).astype(np.int64) - ord("0")


def nearest_sum(values: NDArray[np.float64]) -> float:
    """The floating-point number nearest to the exact sum, whatever cancels."""
    return fsum(values.tolist()) + 0.0  # no minus zero


def exact_sum(values: NDArray[np.float64]) -> Fraction:
    """The sum without rounding: what `fsum` leaves over is added until nothing is left."""
    summands, parts = values.tolist(), list[float]()
    while rest := fsum(chain(summands, (-part for part in parts))):
        parts.append(rest)
    return sum(map(Fraction, parts), Fraction(0))


def sums_exactly(weights: NDArray[np.float64]) -> bool:
    """Whether weights are whole numbers whose sums are exact in any order."""
    return np.array_equal(weights, np.rint(weights)) and np.abs(weights).sum() < 2**53


def check_labels(labels: Sequence[Hashable], count: int) -> tuple[Hashable, ...]:
    """Labels as a tuple; raises `InputError` unless they are a list of so many different ones."""
    if not isinstance(labels, Sequence):
        raise InputError(f"expected a list of labels, got {shorten(labels)}")
    if len(labels) != count:
        raise InputError(f"expected {count} labels, got {len(labels)}")
    try:
        different = len(set(labels))
    except TypeError:
        raise InputError(f"expected text or numbers as labels, got {shorten(labels)}") from None
    if different < count:
        raise InputError(f"expected each label once, got {shorten(list(labels))}")
    return tuple(labels)


def finite(values: Any, name: str, rank: int) -> NDArray[np.float64]:
    """Numbers from a user as an array of a rank.

    Raises:
        InputError: if they are not real and finite, beyond 1e100, or of another rank.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "biuf" or array.ndim != rank or not np.isfinite(array).all():
        raise InputError(
            f"expected {name} as {'a list' if rank == 1 else 'a matrix'} of finite numbers, "
            f"got {shorten(values)}"
        )
    if (np.abs(array.astype(float)) > LARGEST).any():
        raise InputError(
            f"expected {name} of a size up to {LARGEST:g}, whose squares can be added up, got "
            f"{np.abs(array).max():g}; take another unit"
        )
    if (np.abs(array.astype(float)) >= 2**53).any():
        for value in np.array(values, dtype=object).ravel():
            check_held(value)
    return array.astype(float)
