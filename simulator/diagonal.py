"""Values of a function on every position of a space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# More distinct values than this and a table of phases no longer pays.
_MAX_LEVELS = 1 << 16


@dataclass(frozen=True, eq=False)
class DiagonalValues:
    """The values of a function on every position of a space.

    Where the values are multiples of a common step, `codes` are small integers and position k
    holds `levels[codes[k]]`: a phase is then a look-up in a short table.  Otherwise `codes` is
    None and `levels` lists the value of each position.
    """

    levels: Floats
    codes: NDArray[np.uint16] | None

    def to_array(self) -> Floats:
        """The values, shape (size,)."""
        return self.levels if self.codes is None else self.levels[self.codes]

    @classmethod
    def from_array(cls, values: Floats) -> DiagonalValues:
        """Find the common step, if there is one: 1, 1/2 or 1/4 cover integer weights."""
        low, high = values.min(), values.max()
        for step in (1.0, 0.5, 0.25):
            count = round((high - low) / step) + 1 if high - low < _MAX_LEVELS else 0
            if not 0 < count <= _MAX_LEVELS:
                continue
            steps = (values - low) / step
            codes = np.rint(steps)
            if np.array_equal(steps, codes):
                return cls(low + step * np.arange(count), codes.astype(np.uint16))
        return cls(values, None)
