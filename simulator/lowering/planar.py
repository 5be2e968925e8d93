"""The layout of states inside programs: real and imaginary parts as separate rows.

A real state is an array of shape (1, size), a complex one of shape (2, size).  Real operators
then act on each row alone, compilers vectorise over contiguous reals, and routines that take
real vectors only serve complex states as well.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Planar = NDArray[np.floating[Any]]

# Rows at distances of a power of two compete for the same few places of a cache.
PADDING_BYTES = 192
LINE_BYTES = 64  # of a cache; what a register holds should not stand in two lines


_COMPLEX = {np.dtype(np.float32): np.complex64, np.dtype(np.float64): np.complex128}


def aligned(shape: tuple[int, ...], dtype: Any) -> Planar:
    """Uninitialised memory that begins with a cache line."""
    itemsize, spare = np.dtype(dtype).itemsize, LINE_BYTES // np.dtype(dtype).itemsize
    memory = np.empty(prod(shape) + spare, dtype=dtype)
    lead = -memory.ctypes.data % LINE_BYTES // itemsize
    return memory[lead : lead + prod(shape)].reshape(shape)


def allocate(components: int, size: int, dtype: Any, *, number: int = 0) -> Planar:
    """Memory for a state, rows set apart so that loops over several of them share a cache.

    Args:
        components: rows.
        size: length of a row.
        dtype: of the numbers.
        number: which of several states that are used together.
    """
    padding = PADDING_BYTES // np.dtype(dtype).itemsize
    lead, pitch = number * components * padding, size + padding
    memory = aligned((lead + components * pitch,), dtype)
    return memory[lead:].reshape(components, pitch)[:, :size]


def split(state: NDArray[np.inexact], components: int, dtype: type[np.floating[Any]]) -> Planar:
    """Copy a vector into planar layout."""
    rows = np.zeros((components, state.size), dtype=dtype)
    rows[0] = state.real
    if components == 2:
        rows[1] = state.imag
    elif np.iscomplexobj(state) and state.imag.any():
        raise ValueError("a complex state does not fit one real component")
    return rows


def join(rows: Planar) -> NDArray[np.inexact]:
    """The vector of a planar state: real for one row, complex for two."""
    if len(rows) == 1:
        real: NDArray[np.inexact] = rows[0].copy()
        return real
    state: NDArray[np.inexact] = np.empty(rows.shape[1], dtype=_COMPLEX[rows.dtype])
    state.real, state.imag = rows
    return state


def as_planar(state: NDArray[Any]) -> Planar:
    """A vector seen as planar, to be read only; a copy only of unusual types and strides."""
    if state.dtype not in (np.float32, np.float64, np.complex64, np.complex128):
        state = state.astype(complex if np.iscomplexobj(state) else float)
    if not np.iscomplexobj(state):
        real: Planar = state[None]
        return real
    pairs: Planar = np.ascontiguousarray(state).view(state.real.dtype).reshape(-1, 2)
    return pairs.T


def turn(state: Planar, cosines: Any, sines: Any) -> None:
    """Multiply a complex state by cos - i sin, in place."""
    real, imag = state
    turned = real * cosines + imag * sines
    imag *= cosines
    imag -= real * sines
    real[:] = turned
