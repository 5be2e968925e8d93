"""Which methods fit a problem: its size, the degree of its cost, and the memory that is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qminima.errors import InputError
from simulator.memory import require_memory

from .methods import METHODS
from .problems.binary import BinaryProblem
from .solvers.options import check_scale

if TYPE_CHECKING:
    from simulator.circuit import Circuit
    from simulator.program import Precision

    from .solving import Instance

# Bytes that the models of D-Wave's samplers and HiGHS take for each variable and term; measured on
# the library's graphs.
_BYTES_EACH = 2_000


def check_fits(instance: Instance, method: str, depth: int, precision: Precision = "double") -> int:
    """Predicted bytes of a method's large arrays; refuses a problem that it is not made for.

    Raises:
        InputError: if the method does not take so many variables, costs of that size or that
            degree, or the depth is below 1.
        MemoryLimitError: if the state does not fit into memory.
    """
    if METHODS[method].quantum:
        return _circuit_bytes(instance, method, depth, precision)
    problem = instance.problem
    if METHODS[method].quadratic and degree(problem) > 2:
        raise InputError(
            f"it takes costs of degree two, the problem has one of {degree(problem)}; breakout, "
            "local, exact and circuits take any"
        )
    n = problem.num_variables
    needed = _BYTES_EACH * (n + len(problem.cost.terms)) + _own_bytes(instance, method)
    require_memory(needed, f"{method} on {n} variables")
    return needed


def degree(problem: BinaryProblem) -> int:
    """The degree of a problem's cost; 0 if it is constant."""
    return max((len(spins) for spins, _ in problem.cost.terms), default=0)


def has_linear_model(problem: BinaryProblem) -> bool:
    """Whether a problem has a linear model of its own."""
    return type(problem).linear_model is not BinaryProblem.linear_model


def _circuit_bytes(instance: Instance, method: str, depth: int, precision: Precision) -> int:
    from simulator.program import predict_memory

    circuit = _circuit(instance, method, depth)
    check_scale(instance.problem, precision)
    needed = predict_memory(circuit, precision)
    size = circuit.space.size
    amplitudes = f"2^{size.bit_length() - 1}" if size & (size - 1) == 0 else f"{size:,}"
    require_memory(
        needed,
        f"QAOA on {instance.problem.num_variables} variables ({amplitudes} amplitudes)",
        "use the classical methods",
    )
    return needed


def _circuit(instance: Instance, method: str, depth: int) -> Circuit:
    """The circuit whose memory a quantum method needs."""
    import qopt

    problem = instance.problem
    if method == "grover":
        return qopt.qaoa(
            instance.circuit_problem, depth, space=instance.feasible, mixer=qopt.grover_mixer()
        )
    if method in ("qaoa", "multi-start"):
        return qopt.qaoa(
            instance.circuit_problem, depth, space=instance.space, mixer=instance.mixer
        )
    if method == "multi-angle":
        return qopt.multi_angle_qaoa(problem, depth)
    if method == "warm-start":
        if degree(problem) > 2:
            raise InputError("it takes costs of degree two, for its relaxation")
        return qopt.warm_start_qaoa(problem, depth, "0" * problem.num_variables)
    return qopt.qaoa(problem, depth)


def _own_bytes(instance: Instance, method: str) -> int:
    """Bytes beside those of the model; raises `InputError` beyond the limits of a method."""
    problem, space = instance.problem, instance.space
    n = problem.num_variables
    if method in ("gw", "sdp"):
        from .classical.semidefinite import MAX_NODES

        # There is a node more where the cost tells a bit string from its flip.
        nodes = n if problem.cost.flip_symmetric else n + 1
        _check_size("the semidefinite relaxation", nodes, MAX_NODES)
        return 2 * nodes**2  # of vectors and a factorisation that may fill in
    if method == "tabu":
        from .classical.tabu import BYTES_PER_PAIR, MAX_VARIABLES

        _check_size("tabu", n, MAX_VARIABLES)
        return BYTES_PER_PAIR * n**2
    if method == "exact":
        from .classical.enumeration import MAX_VARIABLES as MAX_ENUMERATED

        if space is not None:
            return 8 * n * space.size
        _check_size("enumeration", n, MAX_ENUMERATED)
    if method == "native" and not has_linear_model(problem):
        raise InputError(f"there is no linear model of {problem.kind}; use milp")
    if method == "tree":
        from .classical.tree_decomposition import MAX_WIDTH, is_tree_like

        if not is_tree_like(problem):
            raise InputError(
                f"tree decomposition takes costs up to width {MAX_WIDTH}, this one has more"
            )
    return 0


def _check_size(label: str, size: int, most: int) -> None:
    if size > most:
        raise InputError(
            f"{label} takes up to {most} variables, the problem has {size}; use another method"
        )
