"""The quantum approximate optimisation ansatz."""

from __future__ import annotations

from qminima.errors import InputError, shorten
from qminima.limits import check_count
from simulator.circuit import Circuit, Step, UniformState
from simulator.generators import Diagonal
from simulator.memory import MemoryLimitError
from simulator.spaces import MAX_QUBITS, FlipSymmetric, Qubits, Space

from .mixers import x_mixer
from .problems.problem import Problem

MAX_DEPTH = 10_000


def qaoa(problem: Problem, depth: int, *, space: Space | None = None) -> Circuit:
    """The circuit of p = `depth` layers.

        |psi> = prod_l exp(-i beta_l B) exp(-i gamma_l C) |uniform>

    with C the problem's cost and B = -sum_j X_j. Parameters are gamma_1 ... gamma_p,
    beta_1 ... beta_p. Farhi, Goldstone and Gutmann, arXiv:1411.4028.

    Args:
        problem: what is minimised.
        depth: number of layers, at least 1.
        space: `FlipSymmetric` where the cost allows it, else `Qubits`, unless given.

    Raises:
        InputError: if the depth is not between 1 and 10,000.
        MemoryLimitError: if there are more variables than any state vector could hold.

    >>> import networkx, qopt
    >>> qaoa(qopt.maxcut(networkx.cycle_graph(4)), depth=2).num_parameters
    4
    """
    check_depth(depth)
    if space is None:
        space = smallest_space(problem)
    cost, mixer = Diagonal(problem.cost), x_mixer()
    steps = []
    for layer in range(depth):
        steps.append(Step(cost, ((layer, 1.0),)))
        steps.append(Step(mixer, ((depth + layer, 1.0),)))
    return Circuit(space, UniformState(), tuple(steps), name="QAOA")


def check_depth(depth: int) -> None:
    """Raise `InputError` for a depth below 1 or beyond 10,000."""
    check_count("a depth", depth)
    if depth > MAX_DEPTH:
        raise InputError(f"expected a depth of at most {MAX_DEPTH}, got {shorten(depth)}")


def smallest_space(problem: Problem) -> Space:
    """The smallest space that holds the whole QAOA evolution.

    Raises:
        MemoryLimitError: if no state vector could hold the variables.
    """
    n = problem.num_variables
    if n > MAX_QUBITS:
        raise MemoryLimitError(
            f"a state vector of {n} variables has 2^{n} amplitudes, "
            "more than any memory; use the classical methods"
        )
    return FlipSymmetric(n) if problem.cost.flip_symmetric else Qubits(n)
