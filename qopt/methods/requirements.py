"""The problems that single methods take, and the memory they need; read by the registry.

Functions of classical methods return bytes beside those for the model of a problem, and raise
`InputError` beyond the limits of the method. Those of circuits build the circuit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import qopt
from qminima.errors import InputError

if TYPE_CHECKING:
    from simulator.circuit import Circuit

    from ..problems.binary import BinaryProblem
    from ..problems.instance import Instance


def degree(problem: BinaryProblem) -> int:
    """The degree of a problem's cost; 0 if it is constant."""
    return max((len(spins) for spins, _ in problem.cost.terms), default=0)


def has_linear_model(problem: BinaryProblem) -> bool:
    """Whether the class of a problem defines a linear model."""
    from ..problems.binary import BinaryProblem

    return type(problem).linear_model is not BinaryProblem.linear_model


def relaxation(instance: Instance) -> int:
    """Vectors of the semidefinite relaxation, and a factorisation that may fill in."""
    from ..classical.semidefinite import MAX_NODES

    # A node is added where flipping all variables changes the cost.
    n = instance.problem.num_variables
    nodes = n if instance.problem.cost.flip_symmetric else n + 1
    _check_size("the semidefinite relaxation", nodes, MAX_NODES)
    return 2 * nodes**2


def enumeration(instance: Instance) -> int:
    """The feasible configurations, where a space lists them."""
    from ..classical.enumeration import MAX_VARIABLES

    n = instance.problem.num_variables
    if instance.space is not None:
        return 8 * n * instance.space.size
    _check_size("enumeration", n, MAX_VARIABLES)
    return 0


def linear_model(instance: Instance) -> int:
    """A problem with a linear model."""
    if not has_linear_model(instance.problem):
        raise InputError(f"there is no linear model of {instance.problem.kind}; use milp")
    return 0


def has_moves(problem: BinaryProblem) -> bool:
    """Whether there are moves that keep the constraints of a problem."""
    from ..classical.neighbourhoods.registry import walk_of

    return walk_of(problem) is not None


def moves(instance: Instance) -> int:
    """A problem with moves that keep its constraints."""
    if not has_moves(instance.problem):
        raise InputError(
            f"there are no moves that keep the constraints of {instance.problem.kind}; "
            "use annealing or breakout"
        )
    return 0


def is_knapsack(problem: BinaryProblem) -> bool:
    """Whether a problem is a knapsack."""
    from ..problems.knapsack import Knapsack

    return isinstance(problem, Knapsack)


def knapsack_lists(instance: Instance) -> int:
    """Lists of choices of different weights, for each item of a knapsack."""
    from ..classical.pareto_lists import BYTES_EACH, MOST_CHOICES
    from ..problems.knapsack import Knapsack

    problem = instance.problem
    if not isinstance(problem, Knapsack):
        raise InputError(f"it takes knapsacks, not {problem.kind}; use another method")
    return BYTES_EACH * min(MOST_CHOICES, len(problem.values) * (problem.capacity + 1))


def small_width(instance: Instance) -> int:
    """A cost whose graph has a tree decomposition of small width."""
    from ..classical.tree_decomposition import MAX_WIDTH, is_tree_like

    if not is_tree_like(instance.problem):
        raise InputError(
            f"tree decomposition takes costs up to width {MAX_WIDTH}, this one has more"
        )
    return 0


def standard_circuit(instance: Instance, depth: int) -> Circuit:
    """QAOA with the mixer of the problem."""
    return qopt.qaoa(instance.circuit_problem, depth, space=instance.space, mixer=instance.mixer)


def grover_circuit(instance: Instance, depth: int) -> Circuit:
    """QAOA with the Grover mixer."""
    mixer = qopt.grover_mixer()
    return qopt.qaoa(instance.circuit_problem, depth, space=instance.feasible, mixer=mixer)


def penalty_circuit(instance: Instance, depth: int) -> Circuit:
    """QAOA with the X mixer, constraints left to penalties."""
    return qopt.qaoa(instance.problem, depth)


def multi_angle_circuit(instance: Instance, depth: int) -> Circuit:
    """Multi-angle QAOA."""
    return qopt.multi_angle_qaoa(instance.problem, depth)


def warm_start_circuit(instance: Instance, depth: int) -> Circuit:
    """Warm-start QAOA, of a cost that has a relaxation to start from."""
    if degree(instance.problem) > 2:
        raise InputError("it takes costs of degree two, for its relaxation")
    return qopt.warm_start_qaoa(instance.problem, depth, "0" * instance.problem.num_variables)


def _check_size(label: str, size: int, most: int) -> None:
    if size > most:
        raise InputError(
            f"{label} takes up to {most} variables, the problem has {size}; use another method"
        )
