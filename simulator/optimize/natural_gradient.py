"""Steepest descent in the metric of states."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..typing import Floats

# Damping that is added to the metric, in units of its curvature along the gradient: initial, least
# and largest. Directions that change no state have zero metric. It grows where steps are shortened.
_FIRST, _LEAST, _MOST = 1e-2, 1e-8, 1e2
# Residual of the linear equations relative to the gradient, and the limit on products.
_RESIDUAL, _PRODUCTS = 1e-2, 30
_ARMIJO = 1e-4
_SHORTEST = 1e-12


def descend(
    value: Callable[[Floats], float],
    value_and_gradient: Callable[[Floats], tuple[float, Floats]],
    metric: Callable[[Floats], Callable[[Floats], Floats]],
    start: Floats,
    tolerance: float,
    max_iterations: int,
) -> tuple[bool, str]:
    """Follow -(G + damping)^-1 gradient with step lengths that lower the value.

        G_kl = Re <d_k psi|d_l psi> - <d_k psi|psi><psi|d_l psi>

    Stokes et al., Quantum 4, 269 (2020), arXiv:1909.02108: imaginary-time evolution, projected onto
    the states of the circuit. The equations are solved by conjugate gradients, so that the
    metric is needed as products with vectors only.

    Args:
        value: the function.
        value_and_gradient: the same with its gradient.
        metric: gives the product of G at a point with a vector.
        start: first point, shape (num_parameters,).
        tolerance: stop when no component of the gradient is larger.
        max_iterations: limit on steps.

    Returns:
        Whether it converged, and why it stopped.
    """
    point, length, damping = start, 1.0, _FIRST
    energy, gradient = value_and_gradient(point)
    for _ in range(max_iterations):
        if np.abs(gradient).max() <= tolerance:
            return True, "the gradient is below the tolerance"
        direction = -_solve(metric(point), gradient, damping)
        slope = float(direction @ gradient)
        tried = 0
        while value(point + length * direction) > energy + _ARMIJO * length * slope:
            length, tried = length / 2, tried + 1
            if length < _SHORTEST:
                arrived = np.abs(gradient).max() < 100 * tolerance
                return bool(arrived), "no further decrease within rounding"
        damping = min(4 * damping, _MOST) if tried > 1 else max(damping / 2, _LEAST)
        point = point + length * direction
        energy, gradient = value_and_gradient(point)
        if not tried:
            length *= 2
    return False, "iteration limit reached"


def _solve(product: Callable[[Floats], Floats], gradient: Floats, share: float) -> Floats:
    """(G + damping)^-1 gradient, by conjugate gradients from zero: a direction of descent."""
    from scipy.sparse.linalg import LinearOperator, cg

    count = len(gradient)
    curvature = float(gradient @ product(gradient)) / float(gradient @ gradient)
    damping = max(share * curvature, np.finfo(float).tiny)
    operator = LinearOperator(
        (count, count), matvec=lambda v: product(v) + damping * v, dtype=float
    )
    solution, _ = cg(operator, gradient, rtol=_RESIDUAL, maxiter=min(count, _PRODUCTS))
    found: Floats = solution
    return found
