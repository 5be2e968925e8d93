"""Random numbers inside compiled loops: xorshift (Marsaglia, J. Stat. Softw. 8, 14, 2003)."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.kernels.kernel import inlined_helper


@inlined_helper
def uniform(random: Any) -> Any:
    """A number from 0 to 1, not 1 itself; `random` holds the state, one number that is not zero."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    return np.float64(x >> np.uint64(11)) * 2.0**-53
