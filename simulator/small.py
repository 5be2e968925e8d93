"""Programs so small that the calls between their parts would cost more than the parts."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .circuit import BasisState, Circuit
from .excitation_tables import ExcitationTables
from .generators import Excitation
from .kernels import small
from .objectives import MeanMeasure, Measure
from .operators import MatrixOperator
from .spaces import Electrons
from .two_body import MATRIX_SIZE

Floats = NDArray[np.float64]


def small_program(circuit: Circuit, measure: Measure) -> SmallProgram | None:
    """One kernel for excitations and the mean of a small real matrix; None for anything else."""
    space, initial = circuit.space, circuit.initial_state
    if (
        isinstance(space, Electrons)
        and space.size <= MATRIX_SIZE
        and isinstance(initial, BasisState)
        and circuit.excitations is not None
        and isinstance(measure, MeanMeasure)
        and isinstance(measure.operator, MatrixOperator)
        and measure.real
    ):
        position = space.index(initial.configuration)
        return SmallProgram(circuit, circuit.excitations, space, position, measure.operator)
    return None


class SmallProgram:
    """Value and gradient of <H> over excitations of a determinant.

    Args:
        circuit: the ansatz.
        run: for each step the commuting excitations that share its angle.
        space: the determinants.
        position: of the initial determinant.
        operator: H.
    """

    def __init__(
        self,
        circuit: Circuit,
        run: list[tuple[Excitation, ...]],
        space: Electrons,
        position: int,
        operator: MatrixOperator,
    ) -> None:
        self._circuit = circuit
        low, high, sign = [], [], []
        for step in run:
            parts = [(part.alpha, part.beta) for part in step]
            coupled = list(ExcitationTables.build(space, parts, single=True).pairs())
            low.append(_joined([pairs[0] for pairs in coupled]))
            high.append(_joined([pairs[1] for pairs in coupled]))
            sign.append(
                _joined([np.broadcast_to(signs, pairs.shape) for pairs, _, signs in coupled])
            )
        entries = [entry for step in circuit.steps for entry in step.coefficients]
        matrix, size, count = operator.matrix, space.size, len(run)
        self._scratch = np.empty(size), np.empty(size), np.empty((count, 2))
        self._tables = (
            position,
            np.array([step.offset for step in circuit.steps], dtype=float),
            _ranges([len(step.coefficients) for step in circuit.steps]),
            np.array([parameter for parameter, _ in entries], dtype=np.int64),
            np.array([coefficient for _, coefficient in entries], dtype=float),
            _ranges([len(pairs) for pairs in low]),
            _joined(low).astype(np.int64), _joined(high).astype(np.int64), _joined(sign),
            matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64),
            np.ascontiguousarray(matrix.data, dtype=float),
        )  # fmt: skip

    def value_and_gradient(self, params: ArrayLike) -> tuple[float, Floats]:
        """As `Program.value_and_gradient`."""
        vector = np.ascontiguousarray(params, dtype=float)
        gradient = np.empty(self._circuit.num_parameters)
        if vector.shape != gradient.shape:
            self._circuit.angles(vector)  # raises
        value = small.value_and_gradient(0, vector, gradient, *self._scratch, *self._tables)
        if isnan(value):
            self._circuit.angles(vector)
        return value, gradient


def _ranges(lengths: list[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _joined(pieces: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0), *(piece.ravel() for piece in pieces)])
