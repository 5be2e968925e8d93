"""Every configuration, by brute force."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import add
from time import perf_counter

import numpy as np

from qminima.errors import InputError
from qminima.limits import Deadline
from qminima.result import Result
from qminima.runner import hand_over
from simulator.operators.polynomial import Polynomial
from simulator.spaces import Integers, Qubits, Space, bitstring
from simulator.spaces.feasible import Subset
from simulator.typing import Floats

from ..problems.problem import Problem
from ..results import Best, best_of, solution
from .proofs.exact import exact_cost, rounding

MAX_VARIABLES = 26
_CHUNK_BITS = 18

# Configurations whose values rounding does not tell apart, and that are scored from the data.
_MOST_CANDIDATES = 1000


def enumeration(
    problem: Problem, *, space: Space | None = None, time_limit: float | None = None
) -> Result:
    """The least cost over all bit strings, with proof by exhaustion.

    Where flipping all bits leaves the cost unchanged, only half of them are visited. The work
    is done in pieces of 2^18 configurations, in memory for a few of these.

    Args:
        problem: what is minimised.
        space: configurations to visit, such as those that a constraint allows; all bit strings
            unless given.
        time_limit: in seconds.

    Raises:
        InputError: for more than 26 variables, or more than 2^26 configurations of a space.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started = perf_counter()
    n = problem.num_variables
    if space is not None:
        if space.size > 1 << MAX_VARIABLES:
            raise InputError(f"enumeration takes up to 2^{MAX_VARIABLES} configurations")
        pieces = _over_space(problem.cost, space)
        return _search(problem, pieces, space.size, space, time_limit, started)
    if n > MAX_VARIABLES:
        raise InputError(
            f"enumeration takes up to {MAX_VARIABLES} variables, or a space of 2^{MAX_VARIABLES} "
            f"configurations, got {n}"
        )
    free = n - 1 if problem.cost.flip_symmetric and n > 1 else n
    pieces = _chunks(problem.cost, free)
    return _search(problem, pieces, 1 << free, None, time_limit, started)


def _search(
    problem: Problem,
    pieces: Iterable[tuple[Callable[[int], int], Floats]],
    size: int,
    space: Space | None,
    time_limit: float | None,
    started: float,
) -> Result:
    """The least of all values, piece by piece.

    Values that differ by less than rounding are compared in exact arithmetic in the end.
    """
    n, deadline = problem.num_variables, Deadline(time_limit)
    off = rounding(problem)
    least, visited = np.inf, 0
    candidates: list[tuple[float, int]] = []
    with deadline:
        for configuration, values in pieces:
            least = min(least, float(values.min()))
            near = np.flatnonzero(values <= least + 2 * off)
            # One for each of more candidates than could be scored, and none is proven then.
            kept = near[:1] if off == 0 else near[: _MOST_CANDIDATES + 1]
            candidates += [(float(values[k]), configuration(int(k))) for k in kept]
            candidates = [one for one in candidates if one[0] <= least + 2 * off]
            visited += len(values)
            if visited < size and deadline.step():
                break
    finished = visited == size
    few = sorted(candidates)[:1] if off == 0 else candidates[:_MOST_CANDIDATES]
    strings = [bitstring(one, n) for _, one in few]
    found = _best(problem, strings) if strings else Best(problem).bitstring
    told_apart = off == 0 or len(candidates) <= _MOST_CANDIDATES
    warnings = []
    if not finished:
        cause = "Ctrl-C" if deadline.interrupted else "the time limit"
        warnings.append(f"stopped by {cause} before all were seen")
    if not told_apart:
        warnings.append("weights are too large beside each other to tell the best ones apart")
    result = solution(
        problem,
        "enumeration",
        found,
        started,
        evaluations=visited,
        converged=finished,
        properties={"proven": finished and told_apart and problem.feasible(found)},
        settings={"space": str(space or "all bit strings"), "time_limit": time_limit},
        warnings=warnings,
        stop_reason=deadline.reason(),
    )
    return hand_over(result, deadline)


def _best(problem: Problem, candidates: list[str]) -> str:
    """The feasible one of least cost, by exact fractions where the problem has them."""
    if len(candidates) == 1:
        return candidates[0]
    cost = exact_cost(problem)
    if cost.loss:
        return best_of(problem, candidates)
    return min(candidates, key=lambda one: (not problem.feasible(one), cost.of(one)))


def _over_space(cost: Polynomial, space: Space) -> Iterator[tuple[Callable[[int], int], Floats]]:
    """Values over the configurations of a space, piece by piece."""
    configurations = space.configurations()
    for first in range(0, space.size, 1 << _CHUNK_BITS):
        piece = configurations[first : first + (1 << _CHUNK_BITS)]
        values = cost.values(Subset(space.num_qubits, piece.tolist())).to_array()
        yield partial(_at, piece), values


def _at(piece: Integers, position: int) -> int:
    return int(piece[position])


def _chunks(cost: Polynomial, free: int) -> Iterator[tuple[Callable[[int], int], Floats]]:
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
        yield partial(add, first), Polynomial(terms).values(Qubits(low)).to_array()
