"""Sweeps of simulated annealing on a quadratic cost in spins, as a compiled loop."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.kernels.kernel import serial_kernel

from .flips import drawn

Array = Any

# No number that is drawn, of 53 bits, is below the exponential of minus this.
_NEVER = 37.0


@serial_kernel
def sweep(
    spins: Array,
    fields: Array,
    starts: Array,
    others: Array,
    weights: Array,
    random: Array,
    betas: Array,
) -> None:
    """Offer each spin a flip, in order, once at each inverse temperature.

    Args:
        spins: s_i, in place.
        fields: h_i + sum_j J_ij s_j, in place: a flip costs -2 s_i times that.
        starts: of each spin's neighbours.
        others: neighbours, spin by spin.
        weights: J of these.
        random: state of the generator, one number that is not zero.
        betas: inverse temperatures.
    """
    for beta in betas:
        for i in range(len(spins)):
            cost = -2.0 * beta * spins[i] * fields[i]
            if cost <= 0.0 or (cost < _NEVER and drawn(random) < np.exp(-cost)):
                spins[i] = -spins[i]
                change = 2.0 * spins[i]
                for k in range(starts[i], starts[i + 1]):
                    fields[others[k]] += change * weights[k]
