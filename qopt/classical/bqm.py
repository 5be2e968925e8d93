"""Quadratic costs as dimod models, for D-Wave's samplers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from simulator.polynomial import Polynomial

from ..problems.problem import Problem
from ..results import bits, first_feasible

if TYPE_CHECKING:
    from dimod import BinaryQuadraticModel

NEGLIGIBLE = 1e-12


def binary_quadratic_model(cost: Polynomial, num_variables: int) -> BinaryQuadraticModel:
    """The cost over spins +1 (bit 0) and -1 (bit 1), variables 0 ... n - 1, in its own unit.

    The largest weight becomes 1 and the constant is left out, which changes no order of bit
    strings; weights smaller by 1e-12 are left out as well, since the samplers divide by them.

    Raises:
        InputError: if the cost is of higher than second degree.
    """
    from dimod import SPIN, BinaryQuadraticModel

    model = BinaryQuadraticModel(SPIN)
    model.add_linear_from(dict.fromkeys(range(num_variables), 0.0))
    largest = max((abs(weight) for qubits, weight in cost.terms if qubits), default=1.0)
    for qubits, absolute in cost.terms:
        weight = absolute / largest
        if abs(weight) < NEGLIGIBLE or len(qubits) == 0:
            continue
        if len(qubits) == 1:
            model.add_linear(qubits[0], weight)
        elif len(qubits) == 2:
            model.add_quadratic(*qubits, weight)
        else:
            raise InputError(f"expected a quadratic cost, got a term of degree {len(qubits)}")
    return model


def best_bitstring(problem: Problem, samples: Any) -> str:
    """The best feasible bit string of a dimod sample set; the best, where none is feasible."""
    order = np.argsort(samples.record.energy, kind="stable")
    return first_feasible(problem, (bits(row) for row in _rows(samples)[order].tolist()))


def all_bitstrings(samples: Any) -> list[str]:
    """The bit strings of a dimod sample set, one for each read."""
    return [bits(row) for row in _rows(samples).tolist()]


def _rows(samples: Any) -> NDArray[np.bool_]:
    """Bits of variables 0 ... n - 1, row by row."""
    order = np.argsort(np.array(samples.variables, dtype=np.int64))
    rows: NDArray[np.bool_] = samples.record.sample[:, order] < 0
    return rows


def sampler_seed(seed: int | None) -> int | None:
    """Any seed as one of the 31 bits that the samplers take."""
    return None if seed is None else int(np.random.default_rng(seed).integers(2**31 - 1))
