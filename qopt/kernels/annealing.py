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


@serial_kernel
def exchange_cluster(
    weights: Array,
    starts: Array,
    others: Array,
    free: int,
    first: Array,
    second: Array,
    first_gains: Array,
    second_gains: Array,
    site: int,
    members: Array,
) -> Any:
    """Exchange between two states the connected cluster around a site in which they differ.

    The sum of both costs stays. Clusters that hold a spin that may not flip are left as they are.

    Args:
        weights: as in `anneal`, and so are `starts`, `others` and `free`.
        starts: of each spin's neighbours.
        others: neighbours.
        free: how many spins may flip.
        first: spins of one state, in place.
        second: of the other.
        first_gains: changes of the cost by flips, in place.
        second_gains: of the other.
        site: a spin in which they differ.
        members: an array of as many whole numbers as spins, for the cluster.

    Returns:
        The size of the cluster.
    """
    members[0] = site
    count, seen = 1, 0
    first[site] *= 2.0  # marks members
    while seen < count:
        i = members[seen]
        seen += 1
        for k in range(starts[i], starts[i + 1]):
            j = others[k]
            if first[j] == -second[j]:  # a member that is marked differs by a factor of -2
                first[j] *= 2.0
                members[count] = j
                count += 1
    fixed = False
    for m in range(count):
        first[members[m]] *= 0.5
        fixed = fixed or members[m] >= free
    if fixed:
        return count
    for m in range(count):
        i = members[m]
        first[i], second[i] = -first[i], -second[i]
        first_gains[i], second_gains[i] = -first_gains[i], -second_gains[i]
        for k in range(starts[i], starts[i + 1]):
            j = others[k]
            first_gains[j] -= 4.0 * first[i] * weights[k] * first[j]
            second_gains[j] -= 4.0 * second[i] * weights[k] * second[j]
    return count
