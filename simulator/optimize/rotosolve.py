"""Exact minimisation along one parameter after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from ..circuit import Circuit
from ..operators.generators import AxisRotation, Excitation, Generator, PauliString, SelfInverse
from ..operators.ladder_sum import LadderSum
from ..operators.mixers import XYPair
from ..typing import Floats

# Convergence: a sweep lowers the value by less than this part of the gradient tolerance.
_SHARE = 1e-2


def rotosolve(
    value: Callable[[Floats], float],
    circuit: Circuit,
    start: Floats,
    tolerance: float,
    max_iterations: int,
) -> tuple[bool, str]:
    """Minimise along each parameter in turn, exactly, until a sweep gains nothing.

    Along one angle an expectation value is a trigonometric polynomial: of one frequency for
    generators with A^2 = -1, which three values determine (Ostaszewski, Grant and Benedetti,
    Quantum 5, 391 (2021), arXiv:1905.09692), of two for excitations, A^3 = -A, which five values
    determine (Jäger et al., arXiv:2409.05939). One of the values is that of the step before.

    Args:
        value: the expectation value as a function of the parameters.
        circuit: the ansatz.
        start: first point, shape (num_parameters,).
        tolerance: stop when a sweep lowers the value by less than a hundredth of it.
        max_iterations: limit on sweeps.

    Returns:
        Whether it converged, and why it stopped.

    Raises:
        ValueError: if a parameter turns several steps, or one of a generator with other
            frequencies.
    """
    orders = _orders(circuit)
    point = start.copy()
    energy = value(point)
    for _ in range(max_iterations):
        before = energy
        for parameter, (unit, order) in enumerate(orders):
            step = 2 * np.pi / (unit * (2 * order + 1))
            values = [energy]
            for k in range(1, 2 * order + 1):
                moved = point.copy()
                moved[parameter] += k * step
                values.append(value(moved))
            shift, least = least_of_trigonometric(np.array(values))
            if least < energy:
                point[parameter] += shift / unit
                energy = least
        energy = value(point)
        if before - energy < _SHARE * tolerance:
            return True, "a sweep lowered the value by less than the tolerance"
    return False, "iteration limit reached"


def check_rotosolve(circuit: Circuit) -> None:
    """Raise `ValueError` for a circuit that `rotosolve` cannot minimise over."""
    _orders(circuit)


def _orders(circuit: Circuit) -> list[tuple[float, int]]:
    """The smallest frequency of each parameter, and the number of frequencies."""
    used = Counter(p for step in circuit.steps for p, _ in step.coefficients)
    orders: dict[int, tuple[float, int]] = {}
    for step in circuit.steps:
        for parameter, coefficient in step.coefficients:
            if used[parameter] > 1:
                raise ValueError(
                    f"Rotosolve needs a parameter for each step, but {used[parameter]} steps share "
                    f"parameter {parameter}; choose a gradient method"
                )
            unit, order = _frequencies(step.generator)
            orders[parameter] = unit * abs(coefficient), order
    return [orders[parameter] for parameter in range(circuit.num_parameters)]


def _frequencies(generator: Generator) -> tuple[float, int]:
    if isinstance(generator, PauliString | SelfInverse | AxisRotation):
        return 2.0, 1
    if isinstance(generator, Excitation | XYPair):
        return 1.0, 2
    if isinstance(generator, LadderSum) and len(generator.terms) == 2:
        weight = abs(generator.terms[0][1])
        return weight, 2
    raise ValueError(
        f"Rotosolve needs Pauli strings, gates or excitations, got {generator}; choose a gradient "
        "method"
    )


def least_of_trigonometric(values: Floats) -> tuple[float, float]:
    """The minimum of a trigonometric polynomial: its place and its value.

    Args:
        values: at 2 order + 1 equidistant points of its period 2 pi, from zero on.
    """
    count = len(values)
    order = count // 2
    coefficients = np.fft.fft(values) / count  # of exp(i k x), k = 0 ... order, -order ... -1
    ordered = np.concatenate([coefficients[order + 1 :], coefficients[: order + 1]])
    frequencies = np.arange(-order, order + 1)
    # Zeros of the derivative as roots in z = exp(i x).
    derivative = (frequencies * ordered)[::-1]
    scale = np.abs(derivative).max()
    if scale == 0:
        return 0.0, float(values[0])
    roots = np.roots(np.where(np.abs(derivative) < 1e-14 * scale, 0, derivative))
    angles = np.append(np.angle(roots), 0.0)
    found = (np.exp(1j * np.outer(angles, frequencies)) @ ordered).real
    best = int(np.argmin(found))
    return float(angles[best]), float(found[best])
