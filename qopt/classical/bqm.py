"""Quadratic costs as dimod models, for D-Wave's samplers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from simulator.operators.polynomial import Polynomial
from simulator.typing import Floats, Integers

from ..problems.problem import Problem
from ..results import bits, first_feasible

if TYPE_CHECKING:
    from dimod import BinaryQuadraticModel


NEGLIGIBLE = 1e-12


class Couplings(NamedTuple):
    """A quadratic cost in spins, sum h_i z_i + sum J_ij z_i z_j, without its constant.

    Attributes:
        fields: h, shape (variables,).
        first: one variable of each pair.
        second: the other.
        weights: J of these.
    """

    fields: Floats
    first: Integers
    second: Integers
    weights: Floats


@lru_cache(maxsize=4)
def couplings(cost: Polynomial, num_variables: int) -> Couplings:
    """The arrays of a quadratic cost.

    Raises:
        InputError: if the cost is of higher than second degree.
    """
    fields, pairs, weights = np.zeros(num_variables), list[tuple[int, ...]](), list[float]()
    for qubits, weight in cost.terms:
        if len(qubits) == 1:
            fields[qubits[0]] = weight
        elif len(qubits) == 2:
            pairs.append(qubits)
            weights.append(weight)
        elif qubits:
            raise InputError(f"expected a quadratic cost, got a term of degree {len(qubits)}")
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Couplings(fields, first, second, np.array(weights))


def binary_quadratic_model(cost: Polynomial, num_variables: int) -> BinaryQuadraticModel:
    """The cost over spins +1 (bit 0) and -1 (bit 1), variables 0 ... n - 1, in its own unit.

    The largest weight becomes 1 and the constant is left out, which changes no order of bit
    strings; weights smaller by 1e-12 are left out as well, since the samplers divide by them.

    Raises:
        InputError: if the cost is of higher than second degree.
    """
    from dimod import SPIN, BinaryQuadraticModel

    fields, first, second, weights = couplings(cost, num_variables)
    sizes = (np.abs(fields).max(initial=0.0), np.abs(weights).max(initial=0.0))
    largest = float(max(sizes)) or 1.0
    fields, weights = fields / largest, weights / largest
    fields[np.abs(fields) < NEGLIGIBLE] = 0.0
    kept = np.abs(weights) >= NEGLIGIBLE
    pairs = (first[kept], second[kept], weights[kept])
    return BinaryQuadraticModel.from_numpy_vectors(fields, pairs, 0.0, SPIN)


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
