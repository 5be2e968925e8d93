"""The distribution of a diagonal observable over a state, without a copy of the state."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..kernels.layout import BLOCK, FEW
from ..lowering.diagonal import DiagonalValues
from ..lowering.planar import Planar
from ..operators.observables import Observable
from ..spaces import Space
from ..typing import Floats

# Values closer than this, in units of their range, count as one and the same.
_ROUNDING = 1e-9

# Shares of the positions that are summed separately; more threads than this are idle.
_MOST_PIECES = 64


def diagonal_values(observable: Observable, space: Space) -> DiagonalValues:
    """The values of a diagonal observable on the positions of a space.

    Raises:
        ValueError: if the observable is not diagonal.
        SpaceError: if it does not fit the space.
    """
    from ..lowering.operators import DiagonalOperator

    operator = observable.on(space)
    if not isinstance(operator, DiagonalOperator):
        raise ValueError(
            "expected a diagonal observable, written as a Polynomial, "
            f"got {type(observable).__name__}"
        )
    return operator.values


def level_probabilities(psi: Planar, levels: Floats, codes: NDArray[np.unsignedinteger]) -> Floats:
    """The probability of each level of a table."""
    size = psi.shape[1]
    partial = np.zeros((_pieces(size, len(levels)), len(levels)))
    if size > FEW:
        from ..kernels import probability

        probability.level_probabilities(size, psi, codes, partial)
    else:
        _add_up(psi, codes, partial)
    total: Floats = partial.sum(axis=0)
    return total


def distribution(psi: Planar, values: DiagonalValues) -> tuple[Floats, Floats]:
    """The values that have a probability above zero, ascending, and their probabilities.

    Where the values have no common step, all of them are sorted: this takes memory for four
    numbers per position.
    """
    levels, codes = values.levels, values.codes
    if codes is None:
        weights = np.einsum("ck,ck->k", psi, psi, dtype=np.float64)
        levels, inverse = np.unique(levels, return_inverse=True)
        probabilities = np.asarray(np.bincount(inverse, weights=weights), dtype=float)
    else:
        probabilities = level_probabilities(psi, levels, codes)
    occurring = probabilities > 0
    return levels[occurring], probabilities[occurring]


def probability_at_most(psi: Planar, values: DiagonalValues, threshold: float | None) -> float:
    """The probability of values up to a threshold (None: the least value), within rounding.

    It is divided by the norm, from which single precision drifts.
    """
    levels, codes, size = values.levels, values.codes, psi.shape[1]
    rounding = _ROUNDING * (float(levels.max()) - values.least)
    limit = (values.least if threshold is None else threshold) + rounding
    if codes is None:
        partial = np.zeros(num_blocks(size))
        if size > FEW:
            from ..kernels import probability

            probability.probability_at_most(size, psi, levels, limit, partial)
        else:
            above = (levels > limit).astype(np.uint8)
            partial = _add_up(psi, above, np.zeros((len(partial), 2)))[:, 0]
        norm = np.einsum("ck,ck->", psi, psi, dtype=np.float64)
        return min(1.0, float(partial.sum() / norm))
    probabilities = level_probabilities(psi, levels, codes)
    return min(1.0, float(probabilities[levels <= limit].sum() / probabilities.sum()))


def level_quantile(levels: Floats, probabilities: Floats, fraction: float) -> float:
    """The largest t below which no more than the fraction lies; levels ascend.

    At a fraction of 1 this is the largest level.
    """
    return float(levels[-1] if fraction == 1 else levels[_passing(probabilities, fraction)[0]])


def value_quantile(psi: Planar, values: Floats, fraction: float) -> float:
    """The alpha-quantile of values that are listed by position, without sorting them.

    The bits of a floating-point number, taken as an integer, are in the order of the numbers
    but for the sign, so that the quantile is found byte by byte: the probability of each first
    byte, then that of each second byte among the numbers that have the first one, ...
    """
    if fraction == 1:
        return float(values.max())
    from ..kernels import probability

    keys, prefix, size = values.view(np.uint64), 0, psi.shape[1]
    for shift in range(56, -1, -8):
        partial = np.zeros((_pieces(size, 256), 256))
        start, end = np.uint64(prefix), np.uint64(shift)
        probability.byte_probabilities(size, psi, keys, start, end, partial)
        byte, fraction = _passing(partial.sum(axis=0), fraction)
        prefix = prefix << 8 | byte
    sign = 1 << 63
    key = prefix ^ sign if prefix & sign else ~prefix & (2 * sign - 1)
    return float(np.uint64(key).view(np.float64))


def num_blocks(size: int) -> int:
    """The number of partial sums of one number each that kernels make."""
    return -(-size // BLOCK)


def _passing(probabilities: Floats, fraction: float) -> tuple[int, float]:
    """The entry at which the sum passes a fraction of the total, and the rest of it."""
    cumulative = np.cumsum(probabilities)
    target = fraction * cumulative[-1]
    last = np.flatnonzero(probabilities)[-1]
    index = min(int(np.searchsorted(cumulative, target, side="right")), int(last))
    before = cumulative[index - 1] if index else 0.0
    return index, float((target - before) / probabilities[index])


def _add_up(psi: Planar, codes: NDArray[np.unsignedinteger], partial: Floats) -> Floats:
    """Write the probability of each code into rows that take their share of the positions."""
    pieces, width = partial.shape
    ends = psi.shape[1] * np.arange(1, pieces + 1) // pieces
    piece = np.repeat(np.arange(pieces), np.diff(ends, prepend=0))
    weights = (psi.astype(float) ** 2).sum(axis=0)
    partial[:] = np.bincount(piece * width + codes, weights, partial.size).reshape(partial.shape)
    return partial


def _pieces(size: int, width: int) -> int:
    """The number of shares for which sums of `width` numbers take little memory."""
    return max(1, min(_MOST_PIECES, size // (4 * width)))
