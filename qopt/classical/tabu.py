"""Tabu search."""

from __future__ import annotations

from time import perf_counter

from qminima.errors import InputError
from qminima.limits import Deadline, check_count, check_seed
from qminima.result import Result

from ..problems.problem import Problem
from ..results import solution
from .bqm import best_bitstring, binary_quadratic_model, sampler_seed

# The library works on several matrices of all pairs: gigabytes, and their time, beyond this.
MAX_VARIABLES = 10_000
BYTES_PER_PAIR = 40

# Seconds of search for each read where no limit is given: by its size, as more has to be seen.
_SECONDS_PER_VARIABLE = 0.002


def tabu(
    problem: Problem,
    *,
    reads: int = 1,
    seconds: float | None = None,
    seed: int | None = None,
    time_limit: float | None = None,
) -> Result:
    """Multistart tabu search, by dwave-samplers (after Palubeckis, Ann. Oper. Res. 131, 2004).

    Args:
        problem: what is minimised.
        reads: independent searches, which share the time.
        seconds: how long to search; 2 ms for each variable and read unless given.
        seed: of the searches.
        time_limit: the search ends by then in any case.

    Raises:
        InputError: if the cost is of higher than second degree, for more than 10,000 variables, or
            for counts or times that are not above zero.
    """
    from dwave.samplers import TabuSampler

    started = perf_counter()
    check_count("reads", reads)
    check_seed(seed)
    Deadline(time_limit)
    Deadline(seconds)
    if problem.num_variables > MAX_VARIABLES:
        raise InputError(
            f"tabu takes up to {MAX_VARIABLES} variables, the problem has {problem.num_variables}; "
            "breakout and annealing take more"
        )
    if seconds is None:
        seconds = _SECONDS_PER_VARIABLE * problem.num_variables * reads
    if time_limit is not None:
        seconds = min(seconds, time_limit)
    samples = TabuSampler().sample(
        binary_quadratic_model(problem.cost, problem.num_variables),
        num_reads=reads,
        seed=sampler_seed(seed),
        timeout=max(1, round(1000 * seconds / reads)),
    )
    return solution(
        problem,
        "tabu",
        best_bitstring(problem, samples),
        started,
        settings={"reads": reads, "time_limit": time_limit, "seconds": seconds},
        stop_reason="time is over",
        seed=seed,
    )
