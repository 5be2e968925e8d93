"""Starting angles for QAOA: gamma_1 ... gamma_p, beta_1 ... beta_p in one array."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from simulator.polynomial import Polynomial

Floats = NDArray[np.float64]

MAX_TREE_DEPTH = 17

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
    _check_depth(depth)
    fractions = (np.arange(depth) + 0.5) / depth
    return step * np.concatenate([fractions, 1 - fractions])


def tree_angles(depth: int) -> Floats:
    """Optimal angles on 3-regular graphs without short cycles, for depths 1 to 17.

    From the table of arXiv:2503.12789; its gamma is half of ours, and is doubled here.

    Raises:
        InputError: if the table does not reach the depth.
    """
    _check_depth(depth)
    if depth > MAX_TREE_DEPTH:
        raise InputError(f"the table of tree angles has depths 1 to {MAX_TREE_DEPTH}, got {depth}")
    row = _tree_table()["depths"][str(depth)]
    return np.concatenate([2 * np.array(row["gamma"]), np.array(row["beta"])])


def tree_cut_fraction(depth: int) -> float:
    """Expected fraction of cut edges with `tree_angles` where no cycle is shorter than 2p + 2."""
    tree_angles(depth)
    return float(_tree_table()["depths"][str(depth)]["cut"])


def interpolate(params: Floats) -> Floats:
    """Angles for p + 1 layers from those for p, by linear interpolation.

    Zhou et al., Phys. Rev. X 10, 021067 (2020), arXiv:1812.01041, appendix B.

    >>> interpolate(np.array([0.4, 0.6])).tolist()
    [0.4, 0.4, 0.6, 0.6]
    """
    depth = len(params) // 2
    weights = np.arange(depth + 1) / depth
    halves = []
    for half in (params[:depth], params[depth:]):
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


def _check_depth(depth: int) -> None:
    if depth < 1:
        raise InputError(f"expected a depth of at least 1, got {depth}")


@cache
def _tree_table() -> dict[str, Any]:
    text = (files("qopt") / "data" / "tree_angles_3regular.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table
