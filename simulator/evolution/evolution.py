"""Evolutions: the steps of a circuit on states, forward and backward."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Protocol

import numpy as np

from ..circuit import Circuit, Step
from ..kernels.layout import SMALL_SIZE
from ..lowering.excitation_tables import ExcitationTables
from ..lowering.planar import Planar
from ..lowering.two_body import MATRIX_SIZE
from ..lowering.two_body_tables import table_memory
from ..operators.generator import Generator
from ..operators.generators import DIAGONAL_BYTES, Diagonal, Excitation, OrbitalRotation
from ..spaces import Electrons, FlipSymmetric, Qubits, Space
from ..threads import thread_count
from ..typing import Floats
from .demand import Demand
from .fused import SmallRun
from .layers import layer_run, layers_memory
from .product_layers import ProductLayers, product_memory
from .quadratic_phases import QuadraticPhases
from .small_products import SmallProducts


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
    cost, space = circuit.layered_cost, circuit.space
    if isinstance(space, Electrons):
        return on_electrons(circuit.steps, space)
    if cost is not None and isinstance(space, Qubits | FlipSymmetric):
        return layer_run(space, cost.values(space))
    if ProductLayers.supports(circuit):
        small = space.size <= SMALL_SIZE
        return SmallProducts(circuit) if small else ProductLayers(circuit)
    return StepByStep(circuit.steps, space)


def evolution_memory(circuit: Circuit, demand: Demand) -> int:
    """Bytes of the states and of the tables of `evolution(circuit)`, at most."""
    cost, space = circuit.layered_cost, circuit.space
    if isinstance(space, Electrons):
        return _electron_memory(circuit, space, demand)
    if cost is not None and isinstance(space, Qubits | FlipSymmetric):
        return layers_memory(len(circuit.steps), cost, space, demand)
    if isinstance(space, Qubits | FlipSymmetric) and ProductLayers.supports(circuit):
        return demand.of_layers(space, None) + product_memory(circuit, space)
    return StepByStep.memory(circuit, demand)


def on_electrons(steps: Sequence[Step], space: Electrons) -> Evolution:
    """Runs of excitations, runs of phases, and single other steps, one after the other."""
    parts: list[tuple[int, Evolution]] = []
    for name, group in groupby(steps, key=lambda step: _kind(step.generator)):
        run = list(group)
        parts.append((len(run), _run(name, run, space)))
    if not parts:
        return _run("excitations", [], space)
    return parts[0][1] if len(parts) == 1 else Chain(parts)


def _kind(generator: Generator) -> str:
    """The run on electrons that a generator belongs to."""
    if isinstance(generator, Excitation | OrbitalRotation):
        return "excitations"
    if isinstance(generator, Diagonal) and QuadraticPhases.supports(generator.polynomial):
        return "phases"
    return "others"


def _run(kind: str, steps: Sequence[Step], space: Electrons) -> Evolution:
    generators = [step.generator for step in steps]
    if kind == "excitations":
        pairs = [g.excitations for g in generators if isinstance(g, Excitation | OrbitalRotation)]
        return (SmallRun if space.size <= MATRIX_SIZE else ExcitationRun)(space, pairs)
    if kind == "phases":
        return QuadraticPhases(space, [g.polynomial for g in generators if isinstance(g, Diagonal)])
    return StepByStep(steps, space)


def _electron_memory(circuit: Circuit, space: Electrons, demand: Demand) -> int:
    """Bytes of states, tables on strings, and tables of generators outside of runs."""
    if circuit.excitations is not None:
        return demand.of_electrons(space) + table_memory(space)
    others = {step.generator for step in circuit.steps if _kind(step.generator) == "others"}
    # Quadratic phases of all determinants, their cosines and their sines are made on the way.
    phases = 48 * space.size + sum(generator.memory(space) for generator in others)
    return demand.of_steps(space.size) + table_memory(space) + phases


class Chain:
    """Evolutions one after another.

    Args:
        parts: of each its number of steps, and itself.
    """

    def __init__(self, parts: Sequence[tuple[int, Evolution]]) -> None:
        ends = np.cumsum([count for count, _ in parts])
        self._parts = [
            (slice(end - count, end), part) for end, (count, part) in zip(ends, parts, strict=True)
        ]
        self.real = all(part.real for _, part in parts)

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all steps, first to last."""
        for steps, part in self._parts:
            part.forward(psi, angles[steps])

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all steps, last to first."""
        overlaps = np.empty(len(angles))
        for steps, part in reversed(self._parts):
            overlaps[steps] = part.backward(psi, lam, angles[steps])
        return overlaps


class StepByStep:
    """One action after another, for any steps."""

    def __init__(self, steps: Sequence[Step], space: Space) -> None:
        lowered = {}
        for step in steps:
            if step.generator not in lowered:
                lowered[step.generator] = step.generator.on(space)
        self._actions = [lowered[step.generator] for step in steps]
        self.real = all(action.real for action in self._actions)

    @staticmethod
    def memory(circuit: Circuit, demand: Demand) -> int:
        """Bytes of states and of tables of the generators, one diagonal at least."""
        space, generators = circuit.space, {step.generator for step in circuit.steps}
        tables = sum(generator.memory(space) for generator in generators)
        if not any(isinstance(generator, Diagonal) for generator in generators):
            tables += DIAGONAL_BYTES * space.size  # those of the observable
        return demand.of_steps(space.size) + tables

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all steps, first to last."""
        for action, angle in zip(self._actions, angles, strict=True):
            action.forward(psi, angle)

    def tangent(self, psi: Planar, out: Planar, angles: Floats, velocities: Floats) -> None:
        """Apply all steps to psi, and add its tangent to `out`, which is zero.

        The tangent is sum_k velocities[k] d psi / d angles[k].
        """
        image = np.empty_like(psi)
        for action, angle, velocity in zip(self._actions, angles, velocities, strict=True):
            action.forward(psi, angle)
            action.forward(out, angle)
            if velocity:
                action.apply(psi, image)
                out += psi.dtype.type(velocity) * image

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all steps, last to first."""
        overlaps = np.empty(len(angles))
        for k in range(len(angles) - 1, -1, -1):
            overlaps[k] = self._actions[k].backward(psi, lam, angles[k])
        return overlaps


class ExcitationRun:
    """A circuit of excitations, in one call of a kernel.

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
        from ..kernels import excitations

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
        from ..kernels import excitations

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
        threads = thread_count()
        if self._buffers is None or self._buffers.dtype != dtype or len(self._buffers) != threads:
            self._buffers = self._tables.buffers(threads, 2, dtype)
        return self._buffers
