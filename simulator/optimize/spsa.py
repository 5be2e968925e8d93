"""Simultaneous perturbation stochastic approximation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..typing import Floats

# Spall's exponents and his advice on the stability constant.
_ALPHA, _GAMMA = 0.602, 0.101
_PERTURBATION = 0.02  # of each parameter, first
_FIRST_STEP = 0.02  # length of the first step in each parameter
_CALIBRATIONS = 10
_FLAT = 1e-10  # slopes below are rounding
_LONGEST = 0.2  # of any parameter in a step
# It has converged when this many steps lower the value by less than the tolerance.
_PATIENCE = 500


def spsa(
    value: Callable[[Floats], float],
    start: Floats,
    tolerance: float,
    max_iterations: int,
    seed: int | None,
) -> tuple[bool, str]:
    """Descend along random directions, with two values for each step.

    Spall, IEEE Trans. Aerosp. Electron. Syst. 34, 817 (1998), doi:10.1109/7.705889. Gains fall as
    a/(k + A)^0.602 and c/k^0.101; a is set from ten differences at the start, so that the first
    step changes each parameter by 0.02.

    Args:
        value: the function.
        start: first point, shape (num_parameters,).
        tolerance: stop when the best value of 500 steps is no lower by this.
        max_iterations: limit on steps.
        seed: of the directions.

    Returns:
        Whether it converged, and why it stopped.
    """
    random = np.random.default_rng(seed)

    def slope(point: Floats, distance: float) -> tuple[Floats, float, float]:
        signs = random.choice([-1.0, 1.0], size=len(point))
        above, below = value(point + distance * signs), value(point - distance * signs)
        return signs, (above - below) / (2 * distance), min(above, below)

    stability = 0.1 * min(max_iterations, 1000)
    sizes = [abs(slope(start, _PERTURBATION)[1]) for _ in range(_CALIBRATIONS)]
    typical = float(np.mean(sizes))
    if typical < _FLAT:
        return False, "the value does not change around the start"
    gain = _FIRST_STEP * (1 + stability) ** _ALPHA / typical
    point, best, improved = start.copy(), value(start), 0
    for k in range(max_iterations):
        signs, size, least = slope(point, _PERTURBATION / (k + 1) ** _GAMMA)
        step = gain / (k + 1 + stability) ** _ALPHA * size
        point = point - np.clip(step, -_LONGEST, _LONGEST) * signs
        if least < best - tolerance:
            best, improved = least, k
        if k - improved >= _PATIENCE:
            value(point)
            return True, f"{_PATIENCE} steps lowered the value by less than the tolerance"
    value(point)
    return False, "iteration limit reached"
