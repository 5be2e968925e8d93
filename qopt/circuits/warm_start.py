"""QAOA that starts near a solution found by other means."""

from __future__ import annotations

from math import asin, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qminima.errors import InputError
from simulator.circuit import Circuit, ProductState, Step
from simulator.operators.generators import AxisRotation, Diagonal

from ..problems.problem import Problem
from .qaoa import check_depth, smallest_space


def warm_start_qaoa(
    problem: Problem,
    depth: int,
    probabilities: ArrayLike | str,
    *,
    epsilon: float = 0.25,
) -> Circuit:
    """The circuit of p = `depth` layers around a product state.

        |psi> = prod_l exp(-i beta_l B) exp(-i gamma_l C) |start>,
        |start> = prod_j (sqrt(1 - c_j) |0> + sqrt(c_j) |1>),
        B = -sum_j (sin t_j X_j + cos t_j Z_j),   sin^2(t_j/2) = c_j

    with C the problem's cost, and B such that the start is its ground state. Parameters are
    gamma_1 ... gamma_p, beta_1 ... beta_p. Egger, Mareček and Woerner, Quantum 5, 479 (2021),
    arXiv:2009.10095. Where all c_j are 1/2 this is `qaoa`. The space is `Qubits`.

    Args:
        problem: what is minimised.
        depth: number of layers, at least 1.
        probabilities: of a one in each variable, from a relaxation, shape (variables,); or the
            bit string of a solution.
        epsilon: c_j are these, but at least `epsilon` and at most 1 - `epsilon`: a qubit that
            starts in a basis state never leaves it.

    Raises:
        InputError: if the depth is not between 1 and 10,000, there is not one probability
            between 0 and 1 for each variable, or epsilon is not between 0 and 1/2.
        MemoryLimitError: if there are more variables than any state vector could hold.

    >>> import networkx, qopt
    >>> problem = qopt.maxcut(networkx.cycle_graph(4))
    >>> start = qopt.greedy(problem).bitstring
    >>> warm_start_qaoa(problem, 2, start).num_parameters
    4
    """
    check_depth(depth)
    if not 0 <= epsilon <= 0.5:
        raise InputError(f"expected an epsilon between 0 and 1/2, got {epsilon}")
    ones = np.clip(_checked(probabilities, problem.num_variables), epsilon, 1 - epsilon)
    start = ProductState(tuple(asin(sqrt(c)) for c in ones))
    cost = Diagonal(problem.cost)
    mixer = [
        AxisRotation(qubit, 2 * sqrt(c * (1 - c)), 1 - 2 * c)
        for qubit, c in enumerate(ones.tolist())
    ]
    steps: list[Step] = []
    for layer in range(depth):
        steps.append(Step(cost, ((layer, 1.0),)))
        steps += [Step(rotation, ((depth + layer, 1.0),)) for rotation in mixer]
    return Circuit(smallest_space(problem, start), start, tuple(steps), name="warm-start QAOA")


def _checked(probabilities: ArrayLike | str, count: int) -> NDArray[np.float64]:
    """The probabilities as an array of shape (count,)."""
    if isinstance(probabilities, str):
        if set(probabilities) - {"0", "1"}:
            raise InputError(f"expected characters 0 or 1, got {probabilities[:80]!r}")
        probabilities = [int(character) for character in probabilities]
    vector = np.asarray(probabilities, dtype=float)
    if vector.shape != (count,):
        raise InputError(
            f"expected {count} probabilities, one for each variable, "
            f"got an array of shape {vector.shape}"
        )
    if not ((vector >= 0) & (vector <= 1)).all():
        raise InputError("expected probabilities between 0 and 1")
    return vector
