"""The expectation value of QAOA with one layer in closed form, for graphs of any size."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qminima.errors import InputError
from simulator.operators.polynomial import Term
from simulator.typing import Floats

from ..problems.problem import Problem
from .half_edges import HalfEdges, Triangles, triangles
from .parameters import checked_parameters

Numbers = NDArray[np.inexact[Any]]

# Imaginary parts are of this size, so that their squares vanish beside any real part.
_STEP = 1e-100

# Weights below this are taken for zero where the step is chosen.
_SMALLEST = 1e-200


class OneLayerExpectation:
    r"""<C> of QAOA with one layer, for costs of degree at most two.

        C = constant + sum_i h_i z_i + sum_ij J_ij z_i z_j
        <C> = constant + sin(2 beta) F + sin(4 beta) S + sin(2 beta)^2 T

    with functions of gamma, where a = 2 gamma h and b = 2 gamma J,

        F = -sum_i h_i sin(a_i) prod_k cos(b_ik)
        S = -1/2 sum_ij J_ij sin(b_ij) [cos(a_i) prod_{k != j} cos(b_ik) + (i <-> j)]
        T = 1/2 sum_ij J_ij [cos(a_i - a_j) prod_k cos(b_ik - b_jk)
                             - cos(a_i + a_j) prod_k cos(b_ik + b_jk)],   k != i, j

    Ozaeta, van Dam and McMahon, Quantum Sci. Technol. 7, 045036 (2022), arXiv:2012.03421. Time
    and memory grow with the number of edges and, for edges in triangles, with the degrees of
    their ends.

    The derivative by gamma is carried along exactly as the imaginary part of an argument whose
    imaginary part is tiny (W. Squire and G. Trapp, SIAM Rev. 40, 110 (1998)).

    Args:
        problem: what is minimised.

    Raises:
        InputError: if the cost has terms of more than two variables.
        MemoryLimitError: if there are too many triangles.

    >>> import networkx, qopt
    >>> energy = OneLayerExpectation(qopt.maxcut(networkx.cycle_graph(1000)))
    >>> round(energy([np.pi / 4, np.pi / 8]), 9)                # three quarters are cut
    -750.0
    """

    num_parameters = 2

    def __init__(self, problem: Problem) -> None:
        by_degree = _by_degree(problem.cost.terms)
        self._constant = sum(weight for _, weight in by_degree[0])
        self._fields = np.zeros(problem.num_variables)
        for (node,), weight in by_degree[1]:
            self._fields[node] = weight
        ends = np.array([qubits for qubits, _ in by_degree[2]], dtype=np.int64).reshape(-1, 2)
        weights = np.array([weight for _, weight in by_degree[2]], dtype=float)
        self._half = HalfEdges.of(problem.num_variables, ends[:, 0], ends[:, 1], weights)
        self._triangles = list(triangles(self._half, problem.num_variables))
        # Edges without common neighbours count in T only where both ends have fields.
        plain: NDArray[np.bool_] = (self._fields[ends] != 0).all(axis=1)
        for block in self._triangles:
            plain[block.edges] = False
        self._plain = np.flatnonzero(plain)
        self._largest = float(np.abs(np.append(weights, self._fields)).max(initial=0))

    def __call__(self, params: ArrayLike) -> float:
        """The mean cost at (gamma, beta)."""
        gamma, beta = self._checked(params)
        single, double, square = self._functions(gamma, 0.0)
        return self._constant + _mean(beta, single.real, double.real, square.real)

    def value_and_gradient(self, params: ArrayLike) -> tuple[float, Floats]:
        """The mean cost at (gamma, beta) and its two derivatives."""
        gamma, beta = self._checked(params)
        step = _STEP / max(self._largest, _SMALLEST)
        functions = self._functions(gamma, step)
        single, double, square = (function.real for function in functions)
        by_gamma = _mean(beta, *(function.imag / step for function in functions))
        by_beta = (
            2 * np.cos(2 * beta) * single
            + 4 * np.cos(4 * beta) * double
            + 2 * np.sin(4 * beta) * square
        )
        value = self._constant + _mean(beta, single, double, square)
        return value, np.array([by_gamma, by_beta])

    def _checked(self, params: ArrayLike) -> tuple[float, float]:
        gamma, beta = checked_parameters(params, 2).tolist()
        if not (isfinite(2 * gamma * self._largest) and isfinite(4 * beta)):
            raise ValueError("expected parameters that give finite angles, got an overflow")
        return gamma, beta

    def _functions(self, gamma: float, step: float) -> tuple[complex, complex, complex]:
        """F, S and T; with a step, their derivatives times the step as imaginary parts."""
        half, fields = self._half, self._fields
        cosines, sines = _trigonometric(half.weights, gamma, step)
        field_cosines, field_sines = _trigonometric(fields, gamma, step)
        others, rows = half.products(cosines, len(fields))
        single = -(fields * field_sines * rows).sum()
        double = -(half.weights * sines * field_cosines[half.source] * others).sum() / 2
        there, back = half.forward[self._plain], half.backward[self._plain]
        pairs = field_sines[half.source[there]] * field_sines[half.target[there]]
        square = (half.weights[there] * pairs * others[there] * others[back]).sum()
        padded = np.append(cosines, 1)
        for block in self._triangles:
            square += self._corners(block, padded, sines, field_cosines, field_sines)
        return single, double, square

    def _corners(
        self,
        block: Triangles,
        cosines: Numbers,
        sines: Numbers,
        field_cosines: Numbers,
        field_sines: Numbers,
    ) -> complex:
        """The part of T of edges with common neighbours."""
        both = cosines[block.first] * cosines[block.second]
        change = sines[block.first] * sines[block.second]
        differences = np.multiply.reduceat(both + change, block.starts)
        sums = np.multiply.reduceat(both - change, block.starts)
        there = self._half.forward[block.edges]
        ends = self._half.source[there], self._half.target[there]
        both = field_cosines[ends[0]] * field_cosines[ends[1]]
        change = field_sines[ends[0]] * field_sines[ends[1]]
        rest = np.multiply.reduceat(cosines[block.others], block.other_starts)
        pairs = (both + change) * differences - (both - change) * sums
        total: complex = (self._half.weights[there] * rest * pairs).sum() / 2
        return total


def _mean(beta: float, single: float, double: float, square: float) -> float:
    sine = np.sin(2 * beta)
    return float(sine * single + np.sin(4 * beta) * double + sine**2 * square)


def _by_degree(terms: Iterable[Term]) -> list[list[Term]]:
    """Terms of degree 0, 1 and 2."""
    found: list[list[Term]] = [[], [], []]
    for qubits, weight in terms:
        if len(qubits) > 2:
            raise InputError(
                "the closed formula of one layer needs a cost of degree at most 2, got the term "
                f"{qubits} of degree {len(qubits)}; use qopt.LightConeExpectation or a state vector"
            )
        found[len(qubits)].append((qubits, weight))
    return found


def _trigonometric(weights: Floats, gamma: float, step: float) -> tuple[Numbers, Numbers]:
    """Cosines and sines of 2 gamma w; with a step those at gamma + i step, to first order."""
    angles = 2 * gamma * weights
    cosines, sines = np.cos(angles), np.sin(angles)
    if not step:
        return cosines, sines
    slopes = 2j * step * weights
    return cosines - slopes * sines, sines + slopes * cosines
