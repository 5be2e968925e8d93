"""Layers of phases and X mixers, by one of three methods.

    up to 2^10 configurations   in NumPy (`small_layers`), without any kernel
    up to 2^16                  the state as a whole (`kernels.whole_layers`), which compiles soon
    above                       in tiles (`kernels.layers`), on several threads

The size alone decides, so that results never depend on which kernels are compiled.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels.layout import NARROW, NOTHING, SMALL_SIZE, WIDE
from ..kernels.layout import Layers as LoweredLayers
from ..lowering.diagonal import DiagonalValues
from ..lowering.planar import LINE_BYTES, Planar
from ..operators.polynomial import Polynomial
from ..spaces import FlipSymmetric, Qubits
from ..threads import thread_count
from ..typing import Floats, Integers
from .demand import Demand
from .small_layers import SmallLayers
from .tilings import (
    FIRST,
    PHASE,
    SECOND,
    Group,
    Tiling,
    apart,
    passes_of_layers,
    scratch_memory,
    tile_count,
)

# The largest state that is done as a whole, 512 kB in single precision.
WHOLE_SIZE = 1 << 16


@dataclass(frozen=True)
class Layers:
    """Layers exp(i b sum_j X_j) exp(-i g f), with every |tan b| at most one.

    Butterflies need that. A mixer beyond it is done as two of half the angle, the second in a
    layer without phases.

    Attributes:
        origin: the layer of the circuit that each belongs to.
        gammas: g.
        betas: b, multiples of pi taken off.
        phased: whether the phases of its origin are done here.
        scales: what butterflies leave out: (cos b)^qubits, and the sign of multiples of pi.
        shrink: (cos b)^2; overlaps are larger by its inverse for each qubit that is undone.
    """

    origin: Integers
    gammas: Floats
    betas: Floats
    phased: NDArray[np.bool_]
    scales: Floats
    shrink: Floats

    @classmethod
    def of(cls, angles: Floats, qubits: int) -> Layers:
        """Layers of a circuit on so many qubits, angles g_1, b_1, g_2, b_2, ..."""
        gammas, betas = angles[::2], angles[1::2]
        turns = np.rint(betas / pi)
        rest = betas - turns * pi
        parts = np.where(np.abs(rest) > pi / 4, 2, 1)
        origin = np.repeat(np.arange(len(betas)), parts)
        halves = (rest / parts)[origin]
        phased = np.diff(origin, prepend=-1) > 0
        signs = np.where(phased & (turns * qubits % 2 == 1)[origin], -1.0, 1.0)
        scales = signs * np.cos(halves) ** qubits
        return cls(origin, gammas[origin], halves, phased, scales, np.cos(halves) ** 2)

    def __len__(self) -> int:
        return len(self.origin)


class LayerRun(ABC):
    """Phases and X mixers by turns, all of them in one call of a kernel.

    Steps of the circuit are phase, mixer, phase, mixer, ...

    Args:
        space: of 2^LEAST_BITS positions or more, twice as many with a mirror.
        values: the diagonal of all phases; without it there are none, whatever their angles.
    """

    real = False

    def __init__(self, space: Qubits | FlipSymmetric, values: DiagonalValues | None) -> None:
        self._qubits = space.num_qubits
        self._mirrored = isinstance(space, FlipSymmetric)
        self._bits = self._qubits - self._mirrored
        self._values = values or DiagonalValues(np.zeros(1), np.zeros(0, dtype=np.uint8))
        self._labels = self._values.labels
        self._kind = NOTHING if values is None else self._labels.kind

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Apply all steps, first to last."""
        self._run(psi, Layers.of(angles, self._qubits), 0.0, None)

    def from_uniform(self, psi: Planar, angles: Floats) -> None:
        """Write the uniform state with all steps applied, first to last."""
        self._run(psi, Layers.of(angles, self._qubits), psi.shape[1] ** -0.5, None)

    def mean_from_uniform(self, psi: Planar, angles: Floats, values: DiagonalValues) -> float:
        """As `from_uniform`; return the expectation value of a diagonal in that state."""
        layers = Layers.of(angles, self._qubits)
        weighted, norm = self._run(psi, layers, psi.shape[1] ** -0.5, values)
        return float(weighted / norm)

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo all steps on both states, last to first; return Re <lam|A_k|psi> of each."""
        layers = Layers.of(angles, self._qubits)
        return self._overlaps(layers, *self._undo(psi, lam, layers, None), len(angles))

    def backward_from_mean(
        self, psi: Planar, lam: Planar, angles: Floats, values: DiagonalValues
    ) -> Floats:
        """As `backward`, from the costate f psi of a diagonal f, which is written into `lam`."""
        layers = Layers.of(angles, self._qubits)
        return self._overlaps(layers, *self._undo(psi, lam, layers, values), len(angles))

    @abstractmethod
    def _run(
        self, psi: Planar, layers: Layers, start: float, costs: DiagonalValues | None
    ) -> Floats:
        """Apply all layers to psi, or to the uniform state of this amplitude unless it is zero.

        Returns the sums of cost |psi|^2 and |psi|^2, if costs are given.
        """

    @abstractmethod
    def _undo(
        self, psi: Planar, lam: Planar, layers: Layers, costs: DiagonalValues | None
    ) -> tuple[Integers, Floats]:
        """Undo all layers on both states; with costs, `lam` starts as the costs times psi.

        Returns the passes, and of each what `_overlaps` makes the overlaps from: that of the mixer
        that is undone first, the two sums of the phases, and that of the other mixer.
        """

    def _overlaps(self, layers: Layers, passes: Integers, sums: Floats, count: int) -> Floats:
        """Overlaps of the steps from sums of the kernel, with the factors that butterflies omit."""
        overlaps = np.zeros(count)
        weights = np.ones(len(layers))
        shares = 1 / np.bincount(layers.origin)

        def add_mixer(layer: int, overlap: float, qubits: int) -> None:
            origin = layers.origin[layer]
            overlaps[2 * origin + 1] += shares[origin] * weights[layer] * overlap
            weights[layer] *= layers.shrink[layer] ** qubits

        for row, (second, weighted, plain, first) in zip(passes[::-1], sums[::-1], strict=True):
            layer, qubits = row[PHASE], row[1] + row[2]
            if row[SECOND] >= 0:
                add_mixer(row[SECOND], second, qubits)
            if layer >= 0 and layers.phased[layer]:
                mean = self._values.low * plain + self._values.step * weighted
                overlaps[2 * layers.origin[layer]] += weights[layer] * mean
            if row[FIRST] >= 0:
                add_mixer(row[FIRST], first, qubits)
        return overlaps

    def _lowered(self, layers: Layers, dtype: Any) -> LoweredLayers:
        """The layers as the kernels take them."""
        kinds = np.where(layers.phased, self._kind, NOTHING)
        coded = self._kind in (NARROW, WIDE)
        levels = self._values.levels if coded else np.zeros(1)
        tables = np.zeros((len(layers), 2 * len(levels)), dtype=dtype)
        for layer in np.flatnonzero(layers.phased) if coded else ():
            phases = layers.gammas[layer] * levels
            tables[layer, ::2] = layers.scales[layer] * np.cos(phases)
            tables[layer, 1::2] = layers.scales[layer] * np.sin(phases)
        turns = layers.gammas / (2 * pi)
        return LoweredLayers(np.tan(layers.betas), kinds, tables, turns, layers.scales)


class WholeLayers(LayerRun):
    """Layers on a state that is not cut: all its bits one after the other."""

    def _run(
        self, psi: Planar, layers: Layers, start: float, costs: DiagonalValues | None
    ) -> Floats:
        from ..kernels import whole_layers

        given, sums = costs or self._values, np.zeros(2 if costs else 0)
        whole_layers.forward(
            psi.shape[1], *psi, self._labels, self._lowered(layers, psi.dtype), self._bits,
            self._mirrored, start, given.labels, given.low, given.step, sums,
        )  # fmt: skip
        return sums

    def _undo(
        self, psi: Planar, lam: Planar, layers: Layers, costs: DiagonalValues | None
    ) -> tuple[Integers, Floats]:
        from ..kernels import whole_layers

        group = Group(0, self._bits, self._mirrored, self._bits, 0)
        passes, given = passes_of_layers([group], len(layers)), costs or self._values
        sums = np.zeros((len(passes), 4))
        whole_layers.backward(
            psi.shape[1], *psi, *lam, self._labels, self._lowered(layers, psi.dtype), self._bits,
            self._mirrored, costs is not None, given.labels, given.low, given.step, sums,
        )  # fmt: skip
        return passes, sums


class TiledLayers(LayerRun):
    """Layers in passes over tiles of a large state; see `kernels.layers`."""

    def __init__(self, space: Qubits | FlipSymmetric, values: DiagonalValues | None) -> None:
        super().__init__(space, values)
        self._tilings: dict[Any, Tiling] = {}

    def _run(
        self, psi: Planar, layers: Layers, start: float, costs: DiagonalValues | None
    ) -> Floats:
        from ..kernels import layers as kernels

        tiling, given = self._tiling(2, psi.dtype), costs or self._values
        passes = passes_of_layers(tiling.groups, len(layers))
        lowered, nothing = self._lowered(layers, psi.dtype), np.zeros((0, 0))
        sums = np.zeros((tiling.most_tiles, 2) if costs else (0, 0))
        for part in apart(passes, psi.shape[1]):
            begins, ends = part.start == 0, part.stop == len(passes)
            kernels.forward(
                psi.shape[1], *psi, self._labels, tiling.scratch, tiling.padding, passes[part],
                lowered, start if begins else 0.0, given.labels, given.low, given.step,
                sums if ends else nothing,
            )  # fmt: skip
        total: Floats = sums.sum(axis=0)
        return total

    def _undo(
        self, psi: Planar, lam: Planar, layers: Layers, costs: DiagonalValues | None
    ) -> tuple[Integers, Floats]:
        from ..kernels import layers as kernels

        tiling, given = self._tiling(4, psi.dtype), costs or self._values
        passes = passes_of_layers(tiling.groups, len(layers))
        sums = np.zeros((len(passes), tiling.most_tiles, 4))
        lowered = self._lowered(layers, psi.dtype)
        for part in reversed(apart(passes, psi.shape[1])):
            weighs = costs is not None and part.stop == len(passes)
            kernels.backward(
                psi.shape[1], *psi, *lam, self._labels, tiling.scratch, tiling.padding,
                passes[part], lowered, weighs, given.labels, given.low, given.step, sums[part],
            )  # fmt: skip
        return passes, sums.sum(axis=1)

    def _tiling(self, rows: int, dtype: Any) -> Tiling:
        """The tiling for kernels on so many real vectors, made when first needed."""
        key = rows, dtype, thread_count()
        if key not in self._tilings:
            self._tilings[key] = Tiling.of(
                self._bits, rows, dtype, LINE_BYTES, mirrored=self._mirrored
            )
        return self._tilings[key]


def layer_run(
    space: Qubits | FlipSymmetric, values: DiagonalValues | None
) -> SmallLayers | LayerRun:
    """Layers on a space, by the fastest method for its size, loading of kernels included."""
    if space.size <= SMALL_SIZE:
        return SmallLayers(space, values)
    return (WholeLayers if space.size <= WHOLE_SIZE else TiledLayers)(space, values)


def layers_memory(
    steps: int, cost: Polynomial, space: Qubits | FlipSymmetric, demand: Demand
) -> int:
    """Bytes of a program of layers, at most: states, codes of diagonals, and scratch."""
    units = cost.units(space)
    scratch = layer_memory(steps, space, 1 if units is None else units.levels)
    return demand.of_layers(space, cost) + scratch


def layer_memory(steps: int, space: Qubits | FlipSymmetric, levels: int) -> int:
    """Bytes of scratch, tables of phases, and the sums of a backward sweep, tile by tile.

    Counted are double precision, and mixers that are all done in two halves.
    """
    if space.size <= SMALL_SIZE:
        return 16 * 8 * space.size
    if space.size <= WHOLE_SIZE:
        return steps * 16 * levels
    return scratch_memory(space.size) + steps * (2 * 32 * tile_count(space.size) + 16 * levels)
