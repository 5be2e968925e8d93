"""Actions: generators on planar states over one space.

    apply     out <- A psi
    forward   psi <- exp(a A) psi
    backward  psi, lam <- exp(-a A) psi, exp(-a A) lam; returns Re <lam|A|psi>

These three operations are the meaning of a generator; programs may fuse several of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from math import cos, sin
from typing import Any

import numpy as np

from ..evolution.layers import layer_run
from ..kernels.layout import SMALL_SIZE
from ..spaces import Electrons, FlipSymmetric, Qubits
from ..threads import thread_count
from .diagonal import DiagonalValues
from .excitation_tables import ExcitationTables, Part
from .operators import Operator, PauliOperator, inner, phase_overlap
from .planar import Planar, join, turn


class Action(ABC):
    """An anti-Hermitian operator A over the positions of a space."""

    #: Whether exp(a A) keeps real states real.
    real = False

    @abstractmethod
    def apply(self, psi: Planar, out: Planar) -> None:
        """Write A psi into `out`."""

    @abstractmethod
    def forward(self, psi: Planar, angle: float) -> None:
        """Replace psi by exp(angle A) psi."""

    def backward(self, psi: Planar, lam: Planar, angle: float) -> float:
        """Undo `forward` on both states; return Re <lam|A|psi>, which that does not change."""
        overlap = self.overlap(lam, psi)
        self.forward(psi, -angle)
        self.forward(lam, -angle)
        return overlap

    def overlap(self, lam: Planar, psi: Planar) -> float:
        """Re <lam|A|psi>."""
        image = np.empty_like(psi)
        self.apply(psi, image)
        return inner(lam, image)


class PauliAction(Action):
    """A = -i P on 2^m positions, A^2 = -1.

    Args:
        size: 2^m.
        x: mask of the bits that P flips.
        z: mask of the bits whose signs P takes.
        phase: of P.
    """

    def __init__(self, size: int, x: int, z: int, phase: complex) -> None:
        self._size, self._x, self._z = size, x, z
        self._factor = -1j * phase
        self._image = PauliOperator(size, [(x, z, self._factor, 1.0)])

    def apply(self, psi: Planar, out: Planar) -> None:
        """Flip, sign and phase."""
        self._image.apply(psi, out)

    def forward(self, psi: Planar, angle: float) -> None:
        """Multiply by cos a + sin a A."""
        if self._size <= SMALL_SIZE:
            sources, factors = self._image.rows
            state = join(psi)
            image = state.take(sources[0])
            image *= sin(angle) * factors[0]
            state *= cos(angle)
            state += image
            psi[0], psi[1] = state.real, state.imag
            return
        from ..kernels import pauli

        real, imag = self._factor.real, self._factor.imag
        pauli.rotate(self._size, *psi, self._x, self._z, real, imag, cos(angle), sin(angle))


class PhaseAction(Action):
    """A = -i f(x)."""

    def __init__(self, values: DiagonalValues) -> None:
        self._values = values

    def apply(self, psi: Planar, out: Planar) -> None:
        """Multiply by -i f."""
        values = self._values.to_array()
        np.multiply(values, psi[1], out=out[0], casting="same_kind")
        np.multiply(-values, psi[0], out=out[1], casting="same_kind")

    def forward(self, psi: Planar, angle: float) -> None:
        """A phase for each configuration, from a table where there are few distinct values."""
        size = psi.shape[1]
        levels, codes = self._values.levels, self._values.codes
        if size <= SMALL_SIZE:
            phases = angle * self._values.to_array()
            turn(psi, np.cos(phases), np.sin(phases))
            return
        from ..kernels import diagonal

        if codes is None:
            diagonal.rotate_by_value(size, *psi, levels, angle)
        else:
            phases = angle * levels
            diagonal.rotate_by_level(size, *psi, codes, np.cos(phases), np.sin(phases))

    def overlap(self, lam: Planar, psi: Planar) -> float:
        """Sum of f Im(conj(lam) psi)."""
        return phase_overlap(self._values, lam, psi)


class MixerAction(Action):
    """A = i sum_j X_j; on `FlipSymmetric` the last qubit's X is the mirror x <-> ~x."""

    def __init__(self, space: Qubits | FlipSymmetric) -> None:
        self._mirrored = isinstance(space, FlipSymmetric)
        self._run = layer_run(space, None)

    def apply(self, psi: Planar, out: Planar) -> None:
        """Sum over neighbours, times i."""
        neighbours = np.zeros_like(psi)
        for image in self._images(psi):
            neighbours += image
        out[0], out[1] = -neighbours[1], neighbours[0]

    def forward(self, psi: Planar, angle: float) -> None:
        """One butterfly per qubit."""
        self._run.forward(psi, np.array([0.0, angle]))

    def backward(self, psi: Planar, lam: Planar, angle: float) -> float:
        """Butterflies of ket and costate in the same sweep."""
        return float(self._run.backward(psi, lam, np.array([0.0, angle]))[1])

    def _images(self, psi: Planar) -> Iterator[Planar]:
        """X_j psi of each qubit in turn."""
        half = 1
        while half < psi.shape[1]:
            yield psi.reshape(2, -1, 2, half)[:, :, ::-1].reshape(psi.shape)
            half *= 2
        if self._mirrored:
            yield psi[:, ::-1]


class SelfInverseAction(Action):
    """A = -i G for an operator with G^2 = 1, A^2 = -1."""

    def __init__(self, gate: Operator) -> None:
        self._gate = gate

    def apply(self, psi: Planar, out: Planar) -> None:
        """Multiply G psi by -i."""
        image = np.empty_like(psi)
        self._gate.apply(psi, image)
        out[0], out[1] = image[1], -image[0]

    def forward(self, psi: Planar, angle: float) -> None:
        """Multiply by cos a + sin a A."""
        image = np.empty_like(psi)
        self.apply(psi, image)
        psi *= psi.dtype.type(cos(angle))
        psi += psi.dtype.type(sin(angle)) * image


class ExcitationAction(Action):
    """A sum of commuting T - T^dagger, each with A^3 = -A: rotations of coupled pairs."""

    real = True

    def __init__(self, parts: Sequence[tuple[Part, Part]], space: Electrons) -> None:
        self._count = len(parts)
        self._tables = ExcitationTables.build(space, parts, single=True)

    def apply(self, psi: Planar, out: Planar) -> None:
        """Move amplitudes between partners, with sign."""
        out[:] = 0
        for low, high, sign in self._tables.pairs():
            out[:, high] += sign * psi[:, low]
            out[:, low] -= sign * psi[:, high]

    def forward(self, psi: Planar, angle: float) -> None:
        """Rotate each coupled pair by the angle."""
        from ..kernels import excitations

        for row in psi:
            excitations.rotate(self._tables.work, row, *self._arguments(psi.dtype, angle))

    def backward(self, psi: Planar, lam: Planar, angle: float) -> float:
        """Rotate ket and costate back in the same sweep."""
        from ..kernels import excitations

        arguments = self._arguments(psi.dtype, angle)
        overlaps = np.zeros((self._tables.pieces, self._count))
        for row, costate in zip(psi, lam, strict=True):
            excitations.rotate_back(2 * self._tables.work, row, costate, *arguments, overlaps)
        return float(overlaps.sum())

    def _arguments(self, dtype: Any, angle: float) -> tuple[Any, ...]:
        """The arguments of the kernels after the vectors."""
        buffers = self._tables.buffers(thread_count(), 2, dtype)
        cosines, sines = np.full(self._count, cos(angle)), np.full(self._count, sin(angle))
        return buffers, *self._tables.arrays(dtype), cosines, sines


# Up to this many positions a matrix is diagonalised once instead of being exponentiated anew.
_DENSE = 600


class SparseAction(Action):
    """Any anti-Hermitian sparse matrix; exponentials by its eigenvectors or `expm_multiply`."""

    def __init__(self, matrix: Any) -> None:
        self._matrix = matrix
        self.real = not np.iscomplexobj(matrix.data)
        self._eigen: tuple[Any, Any] | None = None
        if matrix.shape[0] <= _DENSE:
            self._eigen = np.linalg.eigh(1j * matrix.toarray())

    def apply(self, psi: Planar, out: Planar) -> None:
        """Write the matrix-vector product."""
        _store(self._matrix @ join(psi), out)

    def forward(self, psi: Planar, angle: float) -> None:
        """Act with the matrix exponential, to machine precision."""
        from scipy.sparse.linalg import expm_multiply

        if self._eigen is not None:
            levels, vectors = self._eigen
            turned = np.exp(-1j * angle * levels) * (vectors.conj().T @ join(psi))
            _store(vectors @ turned, psi)
            return
        trace = self._matrix.trace()
        image = expm_multiply(angle * self._matrix, join(psi), traceA=angle * trace)
        _store(image, psi)


def _store(vector: Any, out: Planar) -> None:
    out[0] = vector.real
    if len(out) == 2:
        out[1] = vector.imag
