"""Fused evaluation for small systems: excitations in NumPy or in a single kernel.

For a few hundred amplitudes the calls from Python cost more than the arithmetic. One kernel that
computes an energy with its gradient takes microseconds, but loading it takes longer than most
optimisations in NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, isnan, sin
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..circuit import BasisState, Circuit
from ..lowering.excitation_tables import ExcitationTables
from ..lowering.operators import MatrixOperator
from ..lowering.planar import Planar
from ..objectives.objective import MeanMeasure, Measure
from ..operators.generators import Excitation
from ..spaces import Electrons
from ..typing import Floats, Integers

# Number of rotations after which a program changes from NumPy to the kernel, about a tenth of a
# second. Evaluations of other programs do not count, so that results do not depend on them.
_PATIENCE = 5_000


class SmallRun:
    """Excitations in NumPy, as `evolution.ExcitationRun` for up to MATRIX_SIZE determinants.

    Args:
        space: the determinants.
        run: for each step the commuting excitations that share its angle.

    Attributes:
        step: the step that each excitation belongs to.
        coupled: of each excitation the positions that it couples, their partners, and the sign
            with which a position takes from its partner.
    """

    real = True

    def __init__(self, space: Electrons, run: Sequence[Sequence[Excitation]]) -> None:
        self.step = [step for step, parts in enumerate(run) for _ in parts]
        self.coupled: list[tuple[Integers, Integers, Floats]] = []
        for excitation in (part for parts in run for part in parts):
            excitation.check(space)
            parts = [(excitation.alpha, excitation.beta)]
            pairs = list(ExcitationTables.build(space, parts, single=True).pairs())
            low = _joined([low for low, _, _ in pairs]).astype(np.int64)
            high = _joined([high for _, high, _ in pairs]).astype(np.int64)
            sign = _joined([np.broadcast_to(sign, low.shape) for low, _, sign in pairs])
            both = np.concatenate([low, high]), np.concatenate([high, low])
            self.coupled.append((*both, np.concatenate([-sign, sign])))

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all excitations, first to last."""
        for step, (places, partners, signs) in zip(self.step, self.coupled, strict=True):
            moved = (sin(angles[step]) * signs).astype(psi.dtype, copy=False)
            psi[:, places] = cos(angles[step]) * psi[:, places] + moved * psi[:, partners]

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all excitations on both states, last to first; return Re <lam|A_k|psi> of each."""
        states, count, overlaps = np.concatenate([psi, lam]), len(psi), np.zeros(len(angles))
        for k in range(len(self.coupled) - 1, -1, -1):
            step, (places, partners, signs) = self.step[k], self.coupled[k]
            here, there = states[:, places], states[:, partners]
            overlaps[step] += (here[count:] * there[:count]).sum(axis=0) @ signs
            moved = (sin(angles[step]) * signs).astype(states.dtype, copy=False)
            states[:, places] = cos(angles[step]) * here - moved * there
        psi[:], lam[:] = states[:count], states[count:]
        return overlaps


def small_program(circuit: Circuit, measure: Measure, evolution: object) -> SmallProgram | None:
    """The fused program of excitations and a small real Hamiltonian; None for any other."""
    space, initial = circuit.space, circuit.initial_state
    if (
        isinstance(space, Electrons)
        and isinstance(evolution, SmallRun)
        and isinstance(initial, BasisState)
        and isinstance(measure, MeanMeasure)
        and isinstance(measure.operator, MatrixOperator)
        and measure.real
    ):
        position = space.index(initial.configuration)
        return SmallProgram(circuit, evolution, position, measure.operator)
    return None


class SmallProgram:
    """Value and gradient of <H> over excitations of a determinant, in one call of a kernel.

    Args:
        circuit: the ansatz.
        run: its excitations.
        position: of the initial determinant.
        operator: H.
    """

    def __init__(
        self, circuit: Circuit, run: SmallRun, position: int, operator: MatrixOperator
    ) -> None:
        self._circuit, self._run = circuit, run
        self._position, self._operator = position, operator
        self._rotations = 0
        self._tables: tuple[Any, ...] | None = None  # made by the first call

    def pays(self) -> bool:
        """Count an evaluation; return whether it should go through the kernel."""
        self._rotations += len(self._run.coupled)
        return self._rotations > _PATIENCE

    def value_and_gradient(self, params: ArrayLike) -> tuple[float, Floats]:
        """As `Program.value_and_gradient`."""
        from ..kernels import small

        vector = np.ascontiguousarray(params, dtype=float)
        gradient = np.empty(self._circuit.num_parameters)
        if vector.shape != gradient.shape:
            self._circuit.angles(vector)  # raises
        if self._tables is None:
            self._tables = self._make_tables()
        value = small.value_and_gradient(0, vector, gradient, *self._tables)
        if isnan(value):
            self._circuit.angles(vector)
        return value, gradient

    def _make_tables(self) -> tuple[Any, ...]:
        """The arguments of the kernel after parameters and gradient."""
        steps, matrix = self._circuit.steps, self._operator.matrix
        entries = [entry for step in steps for entry in step.coefficients]
        low, high, sign = [], [], []
        pairs = np.zeros(len(steps), dtype=np.int64)
        for step, (places, partners, signs) in zip(self._run.step, self._run.coupled, strict=True):
            half = len(places) // 2
            low.append(places[:half])
            high.append(partners[:half])
            sign.append(signs[half:])
            pairs[step] += half
        return (
            np.empty(matrix.shape[0]), np.empty(matrix.shape[0]), np.empty((len(steps), 2)),
            self._position,
            np.array([step.offset for step in steps], dtype=float),
            _ranges([len(step.coefficients) for step in steps]),
            np.array([parameter for parameter, _ in entries], dtype=np.int64),
            np.array([coefficient for _, coefficient in entries], dtype=float),
            _ranges(pairs),
            _joined(low).astype(np.int64), _joined(high).astype(np.int64), _joined(sign),
            matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64),
            np.ascontiguousarray(matrix.data, dtype=float),
        )  # fmt: skip


def _ranges(lengths: Sequence[int] | Integers) -> Integers:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _joined(pieces: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0), *(piece.ravel() for piece in pieces)])
