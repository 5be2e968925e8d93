"""Programs so small that the calls between their parts would cost more than the parts."""

from __future__ import annotations

from math import isnan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .circuit import BasisState, Circuit
from .excitation_tables import ExcitationTables
from .generators import Excitation, OrbitalRotation
from .kernels import small
from .objectives import Measure, MeanMeasure
from .operators import MatrixOperator
from .spaces import Electrons
from .two_body import MATRIX_SIZE

Floats = NDArray[np.float64]


def small_program(circuit: Circuit, measure: Measure) -> SmallProgram | None:
    """One kernel for excitations and the mean of a small real matrix; None for anything else."""
    if (
        isinstance(circuit.space, Electrons)
        and circuit.space.size <= MATRIX_SIZE
        and isinstance(circuit.initial_state, BasisState)
        and all(isinstance(step.generator, Excitation | OrbitalRotation) for step in circuit.steps)
        and isinstance(measure, MeanMeasure)
        and isinstance(measure.operator, MatrixOperator)
        and measure.real
    ):
        return SmallProgram(circuit, circuit.space, measure.operator)
    return None


class SmallProgram:
    """Value and gradient of <H> over excitations of a determinant."""

    def __init__(self, circuit: Circuit, space: Electrons, operator: MatrixOperator) -> None:
        self._circuit = circuit
        size, count = space.size, len(circuit.steps)
        pairs: list[list[NDArray[np.float64]]] = [[np.zeros(0)], [np.zeros(0)], [np.zeros(0)]]
        lengths = []
        for step in circuit.steps:
            assert isinstance(step.generator, Excitation | OrbitalRotation)
            parts = [(part.alpha, part.beta) for part in step.generator.excitations]
            for part in step.generator.excitations:
                part.check(space)
            length = 0
            for coupled in ExcitationTables.build(space, parts, single=True).pairs():
                shaped = np.broadcast_arrays(*coupled)
                for column, part in zip(pairs, shaped, strict=True):
                    column.append(part.ravel())
                length += shaped[0].size
            lengths.append(length)
        low, high, sign = (np.concatenate(column) for column in pairs)
        entries = [entry for step in circuit.steps for entry in step.coefficients]
        matrix = operator.matrix
        self._scratch = np.empty(size), np.empty(size), np.empty((count, 2))
        self._tables = (
            space.index(circuit.initial_state.configuration),
            np.array([step.offset for step in circuit.steps], dtype=float),
            _ranges([len(step.coefficients) for step in circuit.steps]),
            np.array([parameter for parameter, _ in entries], dtype=np.int64),
            np.array([coefficient for _, coefficient in entries], dtype=float),
            _ranges(lengths), low.astype(np.int64), high.astype(np.int64), sign,
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
