"""Every configuration, by brute force."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.limits import Deadline
from qminima.result import Result
from simulator.polynomial import Polynomial
from simulator.spaces import Qubits, Space, bitstring, configurations_at

from ..problems.problem import Problem
from ..results import solution

MAX_VARIABLES = 26
_CHUNK_BITS = 18

Floats = NDArray[np.float64]


def enumeration(
    problem: Problem, *, space: Space | None = None, time_limit: float | None = None
) -> Result:
    """The least cost over all bit strings, with proof by exhaustion.

    Where flipping all bits leaves the cost unchanged, only half of them are visited. The work
    is done in pieces of 2^18 configurations, in memory for a few of these.

    Args:
        problem: what is minimised.
        space: configurations to visit, such as those that a constraint allows, all at once; all
            bit strings unless given.
        time_limit: in seconds.

    Raises:
        InputError: for more than 26 variables, or more than 2^26 configurations of a space.
    """
    started = perf_counter()
    n = problem.num_variables
    if space is not None:
        if space.size > 1 << MAX_VARIABLES:
            raise InputError(f"enumeration takes up to 2^{MAX_VARIABLES} configurations")
        values = problem.cost.values(space).to_array()
        best = int(configurations_at(space, np.array([int(np.argmin(values))]))[0])
        return solution(
            problem, "enumeration", bitstring(best, n), started, evaluations=space.size,
            properties={"proven": True}, settings={"space": str(space)},
        )  # fmt: skip
    if n > MAX_VARIABLES:
        raise InputError(f"enumeration takes up to {MAX_VARIABLES} variables, got {n}")
    free = n - 1 if problem.cost.flip_symmetric and n > 1 else n
    deadline = Deadline(time_limit)
    least, best = np.inf, 0
    finished = True
    visited = 0
    for first, values in _chunks(problem.cost, free):
        position = int(np.argmin(values))
        if values[position] < least:
            least, best = float(values[position]), first + position
        visited += len(values)
        if visited < 1 << free and deadline():
            finished = False
            break
    return solution(
        problem,
        "enumeration",
        bitstring(best, n),
        started,
        evaluations=visited,
        converged=finished,
        properties={"proven": finished},
        settings={"time_limit": time_limit},
        warnings=() if finished else ("stopped by the time limit before all were seen",),
    )


def _chunks(cost: Polynomial, free: int) -> Iterator[tuple[int, Floats]]:
    """Values over the low `free` bits, piece by piece, all higher bits zero."""
    low = min(free, _CHUNK_BITS)
    for high in range(1 << (free - low)):
        first = high << low
        terms: dict[tuple[int, ...], float] = {}
        for qubits, weight in cost.terms:
            fixed = [qubit for qubit in qubits if qubit >= low]
            sign = (-1) ** sum(first >> qubit & 1 for qubit in fixed)
            key = qubits[: len(qubits) - len(fixed)]
            terms[key] = terms.get(key, 0.0) + sign * weight
        yield first, Polynomial(terms).values(Qubits(low)).to_array()
