"""Evolutions: how a program runs the steps of its circuit, forward and backward."""

from __future__ import annotations

from typing import Any, Protocol

import numba
import numpy as np
from numpy.typing import NDArray

from .circuit import Circuit
from .excitation_tables import ExcitationTables
from .generators import Excitation
from .kernels import excitations
from .layers import LayerRun
from .planar import Planar
from .product_layers import ProductLayers
from .spaces import Electrons, FlipSymmetric, Qubits

Floats = NDArray[np.float64]


class Evolution(Protocol):
    """exp(a_m A_m) ... exp(a_1 A_1) on planar states."""

    @property
    def real(self) -> bool:
        """Whether real states stay real."""

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all steps, first to last, in place."""

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all steps on both states; return Re <lam|A_k|psi> of each step."""


def evolution(circuit: Circuit) -> Evolution:
    """The fastest evolution that fits the circuit's steps."""
    if isinstance(circuit.space, Electrons) and circuit.excitations is not None:
        return ExcitationRun(circuit.space, circuit.excitations)
    cost, space = circuit.layered_cost, circuit.space
    if cost is not None and isinstance(space, Qubits | FlipSymmetric) and LayerRun.supports(space):
        return LayerRun(space, cost.values(space))
    if ProductLayers.supports(circuit):
        return ProductLayers(circuit)
    return StepByStep(circuit)


class StepByStep:
    """One action after another, for any circuit."""

    def __init__(self, circuit: Circuit) -> None:
        lowered = {}
        for step in circuit.steps:
            if step.generator not in lowered:
                lowered[step.generator] = step.generator.on(circuit.space)
        self._actions = [lowered[step.generator] for step in circuit.steps]
        self.real = all(action.real for action in self._actions)

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all steps, first to last."""
        for action, angle in zip(self._actions, angles, strict=True):
            action.forward(psi, angle)

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all steps, last to first."""
        overlaps = np.empty(len(angles))
        for k in range(len(angles) - 1, -1, -1):
            overlaps[k] = self._actions[k].backward(psi, lam, angles[k])
        return overlaps


class ExcitationRun:
    """Excitations only: all of them in one call of a kernel, without leaving it.

    Args:
        space: the determinants.
        run: for each step the commuting excitations that share its angle.
    """

    real = True

    def __init__(self, space: Electrons, run: list[tuple[Excitation, ...]]) -> None:
        flat = [excitation for step in run for excitation in step]
        for excitation in flat:
            excitation.check(space)
        self._step = np.repeat(np.arange(len(run)), [len(step) for step in run])
        self._tables = ExcitationTables.build(space, [(e.alpha, e.beta) for e in flat])
        self._buffers: Planar | None = None

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all excitations, first to last."""
        cosines, sines = np.cos(angles)[self._step], np.sin(angles)[self._step]
        scratch = self._scratch(psi.dtype)
        for row in psi:
            excitations.rotate(
                self._tables.work,
                row,
                scratch,
                *self._tables.arrays(psi.dtype),
                cosines,
                sines,
            )

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all excitations, last to first, ket and costate in the same sweep."""
        cosines, sines = np.cos(angles)[self._step], np.sin(angles)[self._step]
        scratch = self._scratch(psi.dtype)
        partial = np.zeros((self._tables.pieces, len(self._step)))
        for row, costate in zip(psi, lam, strict=True):
            excitations.rotate_back(
                2 * self._tables.work, row, costate, scratch, *self._tables.arrays(psi.dtype),
                cosines, sines, partial,
            )  # fmt: skip
        overlaps = np.bincount(self._step, weights=partial.sum(axis=0), minlength=len(angles))
        return overlaps.astype(float)  # without entries, bincount counts in integers

    def _scratch(self, dtype: Any) -> Planar:
        """Buffers of the kernels, made when first needed."""
        threads = numba.get_num_threads()
        if self._buffers is None or self._buffers.dtype != dtype or len(self._buffers) != threads:
            self._buffers = self._tables.buffers(threads, 2, dtype)
        return self._buffers
