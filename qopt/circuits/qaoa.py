"""The quantum approximate optimisation ansatz."""

from __future__ import annotations

from qminima.errors import InputError, shorten
from qminima.limits import check_count
from simulator.circuit import Circuit, InitialState, Step, UniformState
from simulator.memory import MemoryLimitError
from simulator.operators.generators import Diagonal
from simulator.operators.polynomial import Polynomial
from simulator.spaces import MAX_QUBITS, FlipSymmetric, Qubits, Space

from ..problems.problem import Problem
from .mixers import Mixer, x_mixer

MAX_DEPTH = 10_000


def qaoa(
    problem: Problem,
    depth: int,
    *,
    space: Space | None = None,
    mixer: Mixer | None = None,
    initial_state: InitialState | None = None,
) -> Circuit:
    """The circuit of p = `depth` layers.

        |psi> = prod_l exp(-i beta_l B) exp(-i gamma_l C) |initial state>

    with C the problem's cost and B = -sum_j X_j unless another mixer is given. Parameters are
    gamma_1 ... gamma_p, beta_1 ... beta_p. Farhi, Goldstone and Gutmann, arXiv:1411.4028; with
    other mixers the quantum alternating operator ansatz, Hadfield et al., arXiv:1709.03489.

    Args:
        problem: what is minimised.
        depth: number of layers, at least 1.
        space: `FlipSymmetric` where cost and initial state allow it, else `Qubits`, unless
            given. The feasible configurations of a constrained problem must be given.
        mixer: X, unless given; see `xy_ring_mixer`, `xy_complete_mixer` and `grover_mixer`.
        initial_state: the uniform superposition over the space, unless given.

    Raises:
        InputError: if the depth is not between 1 and 10,000, the space has another number of
            qubits than the problem has variables, is not given with a mixer that needs it, or is
            left by the mixer; or if a graph comes in place of a problem.
        MemoryLimitError: if there are more variables than any state vector could hold.

    >>> import networkx, qopt, simulator
    >>> problem = qopt.maxcut(networkx.cycle_graph(4))
    >>> qaoa(problem, depth=2).num_parameters
    4
    >>> bisection = simulator.HammingWeight(4, 2)
    >>> qaoa(problem, depth=2, space=bisection, mixer=qopt.grover_mixer()).space.size
    6
    """
    check_problem(problem)
    check_depth(depth)
    mixer = mixer or x_mixer()
    initial_state = initial_state or UniformState()
    if space is None:
        if mixer.constrained:
            raise InputError(
                f"expected space= with the {mixer} mixer: the feasible configurations, such as "
                f"simulator.HammingWeight({problem.num_variables}, k)"
            )
        space = smallest_space(problem, initial_state)
    check_space(problem, space)
    if not (mixer.constrained or isinstance(space, Qubits | FlipSymmetric)):
        raise InputError(
            f"the {mixer} mixer leaves {space}; give mixer= one that keeps to it, such as "
            "qopt.grover_mixer() or an XY mixer"
        )
    steps = layers_of(problem.cost, mixer, depth)
    return Circuit(space, initial_state, steps, name="QAOA")


def layers_of(cost: Polynomial, mixer: Mixer, depth: int) -> tuple[Step, ...]:
    """Phases and mixers by turns, parameters gamma_1 ... gamma_p, beta_1 ... beta_p."""
    phase = Diagonal(cost)
    steps: list[Step] = []
    for layer in range(depth):
        steps += [Step(phase, ((layer, 1.0),)), *mixer.steps(depth + layer)]
    return tuple(steps)


def check_problem(problem: Problem) -> None:
    """Raise `InputError` for what is no problem, such as a graph that has not been made one."""
    if not hasattr(problem, "cost"):
        raise InputError(
            f"expected a problem such as qopt.maxcut(graph), got {type(problem).__name__}"
        )


def check_depth(depth: int) -> None:
    """Raise `InputError` for a depth below 1 or beyond 10,000."""
    check_count("a depth", depth)
    if depth > MAX_DEPTH:
        raise InputError(f"expected a depth of at most {MAX_DEPTH}, got {shorten(depth)}")


def check_space(problem: Problem, space: Space) -> None:
    """Raise `InputError` unless the space has a qubit for each variable."""
    if space.num_qubits != problem.num_variables:
        raise InputError(
            f"expected a space of {problem.num_variables} qubits, one for each variable, "
            f"got {space}"
        )


def smallest_space(problem: Problem, initial_state: InitialState | None = None) -> Space:
    """The smallest space that holds the whole QAOA evolution, from uniform unless given.

    Raises:
        MemoryLimitError: if no state vector could hold the variables.
    """
    n = problem.num_variables
    if n > MAX_QUBITS:
        raise MemoryLimitError(
            f"a state vector of {n} variables has 2^{n} amplitudes, "
            "more than any memory; use the classical methods"
        )
    symmetric = problem.cost.flip_symmetric and isinstance(
        initial_state or UniformState(), UniformState
    )
    return FlipSymmetric(n) if symmetric else Qubits(n)
