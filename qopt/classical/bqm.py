"""Quadratic costs as dimod models, for D-Wave's samplers."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from qminima.errors import InputError
from simulator.polynomial import Polynomial

from ..problems.problem import Problem
from ..results import bits

if TYPE_CHECKING:
    from dimod import BinaryQuadraticModel


def binary_quadratic_model(cost: Polynomial, num_variables: int) -> BinaryQuadraticModel:
    """The cost over spins +1 (bit 0) and -1 (bit 1), variables 0 ... n - 1.

    Raises:
        InputError: if the cost is of higher than second degree.
    """
    from dimod import SPIN, BinaryQuadraticModel

    model = BinaryQuadraticModel(SPIN)
    model.add_linear_from(dict.fromkeys(range(num_variables), 0.0))
    for qubits, weight in cost.terms:
        if len(qubits) == 0:
            model.offset += weight
        elif len(qubits) == 1:
            model.add_linear(qubits[0], weight)
        elif len(qubits) == 2:
            model.add_quadratic(*qubits, weight)
        else:
            raise InputError(f"expected a quadratic cost, got a term of degree {len(qubits)}")
    return model


def best_bitstring(problem: Problem, samples: Any) -> str:
    """The bit string of the best sample of a dimod sample set."""
    best = samples.first.sample
    return bits([int(best[variable] < 0) for variable in range(problem.num_variables)])


class Deadline:
    """Tells samplers to stop; a sampler asks it between sweeps."""

    def __init__(self, seconds: float | None) -> None:
        self._end = float("inf") if seconds is None else monotonic() + seconds
        self.reached = False

    def __call__(self) -> bool:
        """Whether the time is over."""
        self.reached = self.reached or monotonic() >= self._end
        return self.reached
