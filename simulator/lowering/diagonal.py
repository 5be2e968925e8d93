"""Values of a function on every position of a space."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..kernels.layout import NARROW, VALUES, WIDE, Labels
from ..typing import Floats

# With more distinct values than this a table of phases is slower than computing them.
MOST_LEVELS = 1 << 16


@dataclass(frozen=True, eq=False)
class DiagonalValues:
    """The values of a function on every position of a space.

    Where the values are multiples of a common step, `codes` are small integers and position k
    holds `levels[codes[k]]`: a phase is then a look-up in a short table.  Otherwise `codes` is
    None and `levels` lists the value of each position.
    """

    levels: Floats
    codes: NDArray[np.uint8] | NDArray[np.uint16] | None

    @property
    def labels(self) -> Labels:
        """For each position a number x, of which low + step x is the value, as kernels take it."""
        narrow, wide = np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=np.uint16)
        if self.codes is None:
            return Labels(VALUES, narrow, wide, self.levels)
        if self.codes.dtype == narrow.dtype:
            return Labels(NARROW, self.codes, wide, np.zeros(0))
        return Labels(WIDE, narrow, self.codes, np.zeros(0))

    @property
    def low(self) -> float:
        """The value of label zero."""
        return 0.0 if self.codes is None else float(self.levels[0])

    @property
    def step(self) -> float:
        """The distance between the values of labels that follow each other."""
        if self.codes is None:
            return 1.0
        return float(self.levels[1] - self.levels[0]) if len(self.levels) > 1 else 0.0

    @cached_property
    def least(self) -> float:
        """The least value that occurs; a table of levels may begin below."""
        return float(self.levels.min() if self.codes is None else self.levels[self.codes.min()])

    def to_array(self) -> Floats:
        """The values, shape (size,)."""
        return self.levels if self.codes is None else self.levels[self.codes]

    @classmethod
    def from_array(cls, values: Floats) -> DiagonalValues:
        """Find the common step, if there is one: 1, 1/2 or 1/4 cover integer weights."""
        low, high = values.min(), values.max()
        for step in (1.0, 0.5, 0.25):
            count = round((high - low) / step) + 1 if high - low < MOST_LEVELS else 0
            if not 0 < count <= MOST_LEVELS:
                continue
            steps = (values - low) / step
            codes = np.rint(steps)
            if np.array_equal(steps, codes):
                small = np.uint8 if count <= 1 << 8 else np.uint16
                return cls(low + step * np.arange(count), codes.astype(small))
        return cls(values, None)
