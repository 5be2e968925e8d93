"""QAOA with an angle for each term of the cost and for each qubit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qminima.errors import InputError
from simulator.circuit import Circuit, Step, UniformState
from simulator.operators.generators import AxisRotation, Diagonal, Generator
from simulator.operators.polynomial import Polynomial, Term
from simulator.spaces import FlipSymmetric, Qubits, Space

from ..angles.schedules import split_angles
from ..problems.problem import Problem
from .qaoa import check_depth, check_problem, check_space, smallest_space


def multi_angle_qaoa(problem: Problem, depth: int, *, space: Space | None = None) -> Circuit:
    """The circuit of p = `depth` layers in which nothing shares an angle.

        |psi> = prod_l prod_j exp(i beta_lj X_j) prod_S exp(-i gamma_lS w_S prod_{j in S} z_j)
                |uniform>

    with S the terms of the cost, its constant left out. Parameters are gamma_1S of all terms, in
    the order of `problem.cost.terms`, beta_1j of all qubits, and so on for the next layers. Herrman
    et al., Sci. Rep. 12, 6781 (2022), arXiv:2109.11455. Where all gammas of a layer are equal, and
    all betas, this is `qaoa` up to a global phase: `spread_angles` of trained angles of `qaoa` are
    a good start for `simulator.minimize`.

    Args:
        problem: what is minimised.
        depth: number of layers, at least 1.
        space: `FlipSymmetric` where the cost allows it, else `Qubits`, unless given.

    Raises:
        InputError: if the depth is not between 1 and 10,000, or the space has another number of
            qubits than the problem has variables, or constraints.
        MemoryLimitError: if there are more variables than any state vector could hold.

    >>> import networkx, qopt
    >>> multi_angle_qaoa(qopt.maxcut(networkx.path_graph(4)), depth=2).num_parameters
    14
    """
    check_problem(problem)
    check_depth(depth)
    if space is None:
        space = smallest_space(problem)
    check_space(problem, space)
    if not isinstance(space, Qubits | FlipSymmetric):
        raise InputError(f"rotations of single qubits leave {space}; expected Qubits")
    generators: list[Generator] = [
        *(Diagonal(Polynomial([term])) for term in _terms(problem)),
        *map(AxisRotation, range(problem.num_variables)),
    ]
    steps = [
        Step(generator, ((layer * len(generators) + number, 1.0),))
        for layer in range(depth)
        for number, generator in enumerate(generators)
    ]
    return Circuit(space, UniformState(), tuple(steps), name="multi-angle QAOA")


def spread_angles(params: ArrayLike, problem: Problem) -> NDArray[np.float64]:
    """Parameters of `multi_angle_qaoa` that make the state of `qaoa` at `params`.

    Args:
        params: gamma_1 ... gamma_p, beta_1 ... beta_p, shape (2 p,).
        problem: what is minimised.

    Returns:
        Each gamma as often as the cost has terms, then its layer's beta as often as there are
        qubits.

    Raises:
        InputError: if there is not one gamma for each beta.

    >>> import networkx, qopt
    >>> spread_angles([0.1, 0.2], qopt.maxcut(networkx.path_graph(3))).tolist()
    [0.1, 0.1, 0.2, 0.2, 0.2]
    """
    layers = np.transpose(split_angles(params))
    return np.repeat(layers, [len(_terms(problem)), problem.num_variables], axis=1).ravel()


def _terms(problem: Problem) -> list[Term]:
    """Terms of the cost but the constant."""
    return [(qubits, weight) for qubits, weight in problem.cost.terms if qubits]
