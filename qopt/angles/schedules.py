"""Schedules and transfers of angles: gamma_1 ... gamma_p, beta_1 ... beta_p in one array."""

from __future__ import annotations

from collections import Counter
from math import pi, sqrt

import numpy as np
from numpy.typing import ArrayLike

from qminima.errors import InputError, shorten
from qminima.limits import check_count
from simulator.operators.polynomial import Polynomial
from simulator.typing import Floats

from ..problems.problem import Problem

# Keeps angles finite for weights next to the smallest floating-point numbers.
_LARGEST_SCALE = 1e300


def linear_ramp(depth: int, *, step: float = 0.75) -> Floats:
    """A discretised annealing schedule: gamma rises and beta falls linearly, both positive.

        gamma_l = step (l - 1/2)/p,   beta_l = step (1 - (l - 1/2)/p)

    Sack and Serbyn, Quantum 5, 491 (2021), arXiv:2101.05742, where step = 0.75 was found good for
    unweighted 3-regular graphs.

    >>> linear_ramp(2).tolist()
    [0.1875, 0.5625, 0.5625, 0.1875]
    """
    check_count("a depth", depth)
    fractions = (np.arange(depth) + 0.5) / depth
    return step * np.concatenate([fractions, 1 - fractions])


def interpolate(params: ArrayLike) -> Floats:
    """Angles for p + 1 layers from those for p, by linear interpolation.

    Zhou et al., Phys. Rev. X 10, 021067 (2020), arXiv:1812.01041, appendix B.

    >>> interpolate([0.4, 0.6]).tolist()
    [0.4, 0.4, 0.6, 0.6]
    """
    gammas, betas = split_angles(params)
    depth = len(gammas)
    weights = np.arange(depth + 1) / depth
    halves = []
    for half in (gammas, betas):
        padded = np.concatenate([[0.0], half, [0.0]])
        halves.append(weights * padded[:-1] + (1 - weights) * padded[1:])
    return np.concatenate(halves)


def gamma_scale(cost: Polynomial) -> float:
    """The factor that carries gammas for unweighted 3-regular MaxCut over to another cost.

    Gammas shrink with the typical change of the cost under one flip: the root mean square over
    variables of the local weights, sqrt(3)/2 for unweighted 3-regular MaxCut. After
    Sureshbabu et al., Quantum 8, 1231 (2024), arXiv:2305.15201. One for a constant cost.
    """
    weights = [(qubits, weight) for qubits, weight in cost.terms if qubits]
    if not weights:
        return 1.0
    largest = max(abs(weight) for _, weight in weights)
    squares: dict[int, float] = {}
    for qubits, weight in weights:
        for qubit in qubits:
            squares[qubit] = squares.get(qubit, 0.0) + (weight / largest) ** 2
    typical = float(np.sqrt(np.mean(list(squares.values()))))
    return min(sqrt(0.75) / typical / largest, _LARGEST_SCALE)


def rescale_gammas(params: Floats, factor: float) -> Floats:
    """The same angles with all gammas multiplied by a factor."""
    depth = len(params) // 2
    return np.concatenate([factor * params[:depth], params[depth:]])


def transfer_angles(
    params: ArrayLike, source: Problem | Polynomial, target: Problem | Polynomial
) -> Floats:
    """Angles that were optimised for one cost, carried over to another.

    Betas are kept, and gammas multiplied by gamma_scale(target)/gamma_scale(source), so that
    phases change as much under a flip as they did. Between unweighted regular graphs the factor
    is sqrt(source degree/target degree). Good angles concentrate on such classes of instances:
    Galda, Liu, Lykov, Alexeev and Safro, arXiv:2106.07531, for regular graphs and Sureshbabu et
    al., Quantum 8, 1231 (2024), arXiv:2305.15201, for weighted ones.

    Args:
        params: gamma_1 ... gamma_p, beta_1 ... beta_p for the source.
        source: problem or cost that the angles are for.
        target: problem or cost that they are wanted for.

    Raises:
        InputError: if there are not as many gammas as betas, all finite.

    >>> cost = Polynomial({(0, 1): 1.0, (1, 2): -1.0})
    >>> transfer_angles([0.4, 0.6], cost, Polynomial({(0, 1): 2.0, (1, 2): 2.0})).tolist()
    [0.2, 0.6]
    """
    scales = [
        gamma_scale(end if isinstance(end, Polynomial) else end.cost) for end in (source, target)
    ]
    return rescale_gammas(np.concatenate(split_angles(params)), scales[1] / scales[0])


def regular_degree(cost: Polynomial) -> int | None:
    """How many others each variable meets, if there are only pairs and all meet as many.

    >>> regular_degree(Polynomial({(0, 1): 1.0, (1, 2): -1.0, (0, 2): 0.5}))
    2
    """
    pairs = [qubits for qubits, _ in cost.terms if qubits]
    if any(len(qubits) != 2 for qubits in pairs):
        return None
    degrees = set(Counter(qubit for pair in pairs for qubit in pair).values())
    return degrees.pop() if len(degrees) == 1 else None


def unwrap_angles(params: ArrayLike, degree: int) -> Floats:
    """The equivalent angles for unweighted MaxCut on a regular graph that are near zero.

    The mean cut stays as it is when

    - a beta changes by pi/2, which flips all nodes,
    - a gamma changes by pi on a graph of even degree, where that phase is 1; on odd degree it
      is a Z on each node, and all betas from there on change their sign,
    - all angles change their sign, which conjugates the state.

    So gammas are brought between -pi/2 and pi/2, betas between -pi/4 and pi/4, and the first
    gamma above zero. Optimal angles are then all positive and change smoothly with the depth.

    Args:
        params: gamma_1 ... gamma_p, beta_1 ... beta_p.
        degree: edges at each node, each of weight 1.

    Raises:
        InputError: if the degree is below 1, or there are not as many gammas as betas, all finite.

    >>> angles = unwrap_angles([5.66773, 1.178097], degree=3)
    >>> angles.round(4).tolist()
    [0.6155, 0.3927]
    """
    check_count("a degree", degree)
    gammas, betas = split_angles(params)
    turns = np.round(gammas / pi)
    gammas = gammas - pi * turns
    if degree % 2:
        betas = betas * (-1) ** np.cumsum(turns)
    betas = betas - pi / 2 * np.round(betas / (pi / 2))
    return np.concatenate([gammas, betas]) * (-1 if gammas[0] < 0 else 1)


def split_angles(params: ArrayLike) -> tuple[Floats, Floats]:
    """Gammas and betas.

    Raises:
        InputError: if there are not as many gammas as betas, at least one, all finite.
    """
    angles = np.asarray(params, dtype=float)
    if angles.ndim != 1 or not len(angles) or len(angles) % 2 or not np.isfinite(angles).all():
        raise InputError(
            "expected finite angles gamma_1 ... gamma_p, beta_1 ... beta_p, "
            f"got {shorten(angles.tolist())}"
        )
    gammas, betas = np.split(angles, 2)
    return gammas, betas
