"""Values of a spin polynomial on all configurations of n bits, in O(2^n) for a fixed degree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .diagonal import MOST_LEVELS, DiagonalValues

Terms = Mapping[tuple[int, ...], float]

# Weights whose common denominator is larger are not taken for multiples of a step.
_LARGEST_DENOMINATOR = 1 << 20
_PIECE = 1 << 15


@dataclass(frozen=True)
class Units:
    """Weights as multiples of half the distance between values.

    Attributes:
        multiples: weight of each term but the constant one, divided by `unit`.
        unit: values are a constant plus multiples of twice the unit.
    """

    multiples: dict[tuple[int, ...], int]
    unit: float

    @property
    def levels(self) -> int:
        """The number of possible values."""
        return 1 + sum(map(abs, self.multiples.values()))


def common_unit(terms: Terms, num_bits: int) -> Units | None:
    """The largest unit of which all weights are multiples; None if codes would not be faster.

    They do up to 16 bits, and as long as there are not more levels than configurations (or 256).

    >>> common_unit({(0, 1): 0.5, (1, 2): -1.5}, 3)
    Units(multiples={(0, 1): 1, (1, 2): -3}, unit=0.5)
    >>> common_unit({(0, 1): 0.1, (1, 2): 0.3}, 3) is None
    True
    """
    weights = {qubits: Fraction(weight) for qubits, weight in terms.items() if qubits}
    denominator = lcm(*(weight.denominator for weight in weights.values()))
    if denominator > _LARGEST_DENOMINATOR:
        return None
    whole = {qubits: int(weight * denominator) for qubits, weight in weights.items()}
    divisor = max(1, gcd(*whole.values()))
    multiples = {qubits: weight // divisor for qubits, weight in whole.items()}
    units = Units(multiples, divisor / denominator)
    return units if units.levels <= min(MOST_LEVELS, max(1 << 8, 1 << num_bits)) else None


def label_type(units: Units | None) -> np.dtype[Any]:
    """The type in which `tabulate` holds one number for each configuration."""
    if units is None:
        return np.dtype(np.float64)
    return np.dtype(np.uint8 if units.levels <= 1 << 8 else np.uint16)


def tabulate(terms: Terms, num_bits: int) -> DiagonalValues:
    """The values of sum_S w_S prod_{j in S} z_j, z_j = 1 - 2 x_j, for x = 0 ... 2^n - 1.

    With p_S the parity of the bits of S, the polynomial is sum w_S - 2 sum w_S p_S. Where the
    weights are multiples of a unit, the values are codes

        (f - least)/(2 unit) = sum_{S: W_S > 0} W_S - sum_S W_S p_S,     W_S = w_S/unit,

    which are added up as integers of as few bits: intermediate sums may wrap around, the
    last ones do not.
    """
    units, constant = common_unit(terms, num_bits), terms.get((), 0.0)
    if units is None:
        reals = _weighted_parities(terms, num_bits, np.dtype(float))
        reals *= -2
        reals += sum(terms.values())
        return DiagonalValues(reals, None)
    codes = _weighted_parities(units.multiples, num_bits, label_type(units))
    highest = sum(multiple for multiple in units.multiples.values() if multiple > 0)
    np.subtract(codes.dtype.type(highest), codes, out=codes)
    least = constant - units.unit * (units.levels - 1)
    levels = least + 2 * units.unit * np.arange(units.levels)
    return DiagonalValues(levels.astype(float), codes)


def _weighted_parities(
    terms: Mapping[tuple[int, ...], float], num_bits: int, dtype: np.dtype[Any]
) -> Any:
    """sum_S w_S p_S(x) for x = 0 ... 2^n - 1, integers modulo their size.

    Bit by bit: of the terms whose highest bit is h, the others' bits have parities q(x) on the
    half where bit h is zero, and 1 - q(x) on the half where it is one.
    """
    by_highest: dict[int, dict[tuple[int, ...], float]] = {}
    for qubits, weight in terms.items():
        if qubits:
            by_highest.setdefault(qubits[-1], {})[qubits[:-1]] = weight
    values: NDArray[Any] = np.empty(1 << num_bits, dtype=dtype)
    values[0] = 0
    for bit in range(num_bits):
        low, high = values[: 1 << bit], values[1 << bit : 2 << bit]
        rest = by_highest.get(bit, {})
        total = _wrapped(sum(rest.values()), dtype)
        change = _weighted_parities(rest, bit, dtype) if any(rest) else None
        for start in range(0, 1 << bit, _PIECE):  # so that a piece stays in the cache
            part = slice(start, start + _PIECE)
            np.add(low[part], total, out=high[part])
            if change is not None:
                high[part] -= change[part]
                low[part] += change[part]
    return values


def _wrapped(number: float, dtype: np.dtype[Any]) -> Any:
    """A number in a type, integers modulo its size."""
    if dtype.kind == "u":
        return dtype.type(int(number) % (1 << 8 * dtype.itemsize))
    return dtype.type(number)
