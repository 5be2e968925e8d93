"""Sweeps of simulated annealing on a quadratic cost in spins, as a compiled loop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.kernels.kernel import serial_kernel

Array = NDArray[Any]

# Flips are decided by the leading bits of a random number where these suffice.
_BITS = 12

#: -ln(k / 4096) for k = 0 ... 4096: the costs at which the leading bits of a number decide.
MARKS = np.concatenate([[np.inf], -np.log(np.arange(1, (1 << _BITS) + 1) / (1 << _BITS))])


@serial_kernel
def anneal(
    spins: Array,
    gains: Array,
    free: int,
    starts: Array,
    others: Array,
    weights: Array,
    random: Array,
    betas: Array,
    marks: Array,
) -> Any:
    """Offer each of the first `free` spins a flip, in order, once at each inverse temperature.

    A flip that changes the cost by g is made with probability min(1, exp(-beta g)).

    Args:
        spins: s_i, in place.
        gains: changes of the cost by a flip of each spin, in place.
        free: how many spins may flip; the others keep theirs.
        starts: of each spin's neighbours.
        others: neighbours, spin by spin.
        weights: J of these.
        random: state of the generator (xorshift), one number that is not zero.
        betas: inverse temperatures.
        marks: `MARKS`.

    Returns:
        How many flips were made.
    """
    flips, x = 0, random[0]
    for beta in betas:
        for i in range(free):
            cost = beta * gains[i]
            if cost > 0.0:
                if cost > 37.0:  # no number of 53 bits is below exp(-37)
                    continue
                x ^= x << np.uint64(13)
                x ^= x >> np.uint64(7)
                x ^= x << np.uint64(17)
                leading = x >> np.uint64(64 - _BITS)
                if cost >= marks[leading]:
                    continue
                if cost > marks[leading + np.uint64(1)]:
                    uniform = np.float64(x >> np.uint64(11)) * 2.0**-53
                    if uniform >= np.exp(-cost):
                        continue
            flips += 1
            spins[i] = -spins[i]
            gains[i] = -gains[i]
            twice = 4.0 * spins[i]
            for k in range(starts[i], starts[i + 1]):
                gains[others[k]] -= twice * weights[k] * spins[others[k]]
    random[0] = x
    return flips
