"""Observables on a space, applied to planar states."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..kernels.layout import BLOCK, SMALL_SIZE
from .diagonal import DiagonalValues
from .planar import Planar, join


class Operator(Protocol):
    """A Hermitian operator H over the positions of a space."""

    @property
    def real(self) -> bool:
        """Whether H maps real states to real states."""

    def apply(self, psi: Planar, out: Planar) -> None:
        """Write H psi into `out`."""


def inner(left: Planar, right: Planar) -> float:
    """Re <left|right>, summed in double precision."""
    # Not np.dot, which starts the threads of BLAS without gain and sums floats in single precision.
    return float(np.einsum("ck,ck->", left, right, dtype=np.float64))


class DiagonalOperator:
    """f(x), position by position."""

    real = True

    def __init__(self, values: DiagonalValues) -> None:
        self.values = values

    def apply(self, psi: Planar, out: Planar) -> None:
        """Multiply each amplitude by its value."""
        self.mean(psi, out)

    def mean(self, psi: Planar, out: Planar | None = None) -> float:
        """<f>/<1>, summed in double precision; writes f psi into `out` if there is one.

        In single precision the norm drifts by some 1e-6 over a circuit, and nearly all of the
        error of <f> is that of the norm.
        """
        size, values = psi.shape[1], self.values
        if size <= SMALL_SIZE:
            return _small_mean(values.to_array(), psi, out)
        from ..kernels import diagonal

        labels, sums = values.labels, np.zeros((len(psi), -(-size // BLOCK), 2))
        images = np.zeros((len(psi), 0), dtype=psi.dtype) if out is None else out
        for row, image, found in zip(psi, images, sums, strict=True):
            diagonal.weigh(size, row, labels, values.low, values.step, image, found)
        weighted, norm = sums.sum(axis=(0, 1))
        return float(weighted / norm)


def _small_mean(values: NDArray[np.float64], psi: Planar, out: Planar | None) -> float:
    """`DiagonalOperator.mean` in NumPy."""
    wide = psi.astype(float)
    image = values * wide
    if out is not None:
        out[:] = image
    return float(np.vdot(image, wide) / np.vdot(wide, wide))


class PauliOperator:
    """A sum of Pauli strings on 2^m positions, applied without storing a matrix.

    On few positions the strings that flip the same qubits are added up to one row of numbers, and
    no kernel is needed.

    Args:
        size: 2^m.
        terms: masks x and z, phase and weight of each string.
    """

    def __init__(self, size: int, terms: list[tuple[int, int, complex, float]]) -> None:
        self.size = size
        self._x = np.array([x for x, _, _, _ in terms], dtype=np.int64)
        self._z = np.array([z for _, z, _, _ in terms], dtype=np.int64)
        self._weights = np.array([phase * weight for _, _, phase, weight in terms], dtype=complex)
        self.real = not self._weights.imag.any()

    def apply(self, psi: Planar, out: Planar) -> None:
        """Write the sum applied to psi; a real sum leaves a real state real."""
        if self.size <= SMALL_SIZE:
            sources, factors = self.rows
            image = (factors * join(psi)[sources]).sum(axis=0)
            out[0] = image.real
            if len(out) == 2:
                out[1] = image.imag
        elif len(psi) == 1:
            zero = np.zeros_like(psi[0])
            self._apply(psi[0], zero, out[0], zero)
        else:
            self._apply(psi[0], psi[1], out[0], out[1])

    @cached_property
    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.inexact]]:
        """For each distinct x mask and position, the position that is read, and its factor."""
        masks, number = np.unique(self._x, return_inverse=True)
        sources = np.arange(self.size) ^ masks[:, None]
        factors = np.zeros(sources.shape, dtype=complex)
        for row, z, weight in zip(number, self._z, self._weights, strict=True):
            factors[row] += weight * (1.0 - 2.0 * (np.bitwise_count(sources[row] & z) & 1))
        return sources, factors.real.copy() if self.real else factors

    def _apply(self, re: Any, im: Any, out_re: Any, out_im: Any) -> None:
        from ..kernels import pauli

        real, imag = self._weights.real.copy(), self._weights.imag.copy()
        work = self.size * max(1, len(self._x))
        pauli.apply(work, re, im, out_re, out_im, self._x, self._z, real, imag)


class MatrixOperator:
    """A Hermitian `scipy.sparse` matrix."""

    def __init__(self, matrix: Any) -> None:
        self.real = not np.iscomplexobj(matrix.data) or not matrix.data.imag.any()
        self.matrix = matrix.real if self.real and np.iscomplexobj(matrix.data) else matrix

    def apply(self, psi: Planar, out: Planar) -> None:
        """Write the matrix-vector product."""
        if self.real:
            for row, target in zip(psi, out, strict=True):
                target[:] = self.matrix @ row
        else:
            product = self.matrix @ join(psi)
            out[0], out[1] = product.real, product.imag


def phase_overlap(values: DiagonalValues, lam: Planar, psi: Planar) -> float:
    """Re <lam| -i f |psi>."""
    size = psi.shape[1]
    if size <= SMALL_SIZE:
        (lam_re, lam_im), (re, im) = lam.astype(float), psi.astype(float)
        return float(values.to_array() @ (lam_re * im - lam_im * re))
    from ..kernels import diagonal

    if values.codes is None:
        total = diagonal.overlap_by_value(size, *lam, *psi, values.levels)
    else:
        total = diagonal.overlap_by_level(size, *lam, *psi, values.codes, values.levels)
    return float(total)
