"""Which methods fit a problem: its size, the degree of its cost, and the memory that is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qminima.errors import InputError
from simulator.memory import require_memory

from ..solvers.options import check_scale
from .registry import METHODS
from .requirements import degree

if TYPE_CHECKING:
    from simulator.circuit import Circuit
    from simulator.program import Precision

    from ..problems.binary import BinaryProblem
    from ..problems.instance import Instance

# Bytes that the models of D-Wave's samplers and HiGHS take for each variable and term; measured on
# the library's graphs.
_BYTES_EACH = 2_000


def check_fits(instance: Instance, method: str, depth: int, precision: Precision = "double") -> int:
    """Predicted bytes of a method's large arrays; raises if it does not take the problem.

    Raises:
        InputError: if the method does not take so many variables, costs of that size or that
            degree, or the depth is below 1.
        MemoryLimitError: if the state does not fit into memory.
    """
    chosen, problem = METHODS[method], instance.problem
    if chosen.circuit is not None:
        return _circuit_bytes(chosen.circuit(instance, depth), problem, precision)
    if chosen.quadratic and degree(problem) > 2:
        others = (one.id for one in METHODS.values() if not (one.quadratic or one.quantum))
        raise InputError(
            f"it takes costs of degree two, the problem has one of {degree(problem)}; "
            f"{', '.join(others)} and circuits take any"
        )
    n = problem.num_variables
    extra = 0 if chosen.extra_memory is None else chosen.extra_memory(instance)
    needed = _BYTES_EACH * (n + len(problem.cost.terms)) + extra
    require_memory(needed, f"{method} on {n} variables")
    return needed


def _circuit_bytes(circuit: Circuit, problem: BinaryProblem, precision: Precision) -> int:
    from simulator.program import predict_memory

    check_scale(problem, precision)
    needed = predict_memory(circuit, precision)
    size = circuit.space.size
    amplitudes = f"2^{size.bit_length() - 1}" if size & (size - 1) == 0 else f"{size:,}"
    require_memory(
        needed,
        f"QAOA on {problem.num_variables} variables ({amplitudes} amplitudes)",
        "use the classical methods",
    )
    return needed
