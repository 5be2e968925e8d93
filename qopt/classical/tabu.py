"""Tabu search."""

from __future__ import annotations

from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from qminima.errors import InputError
from qminima.limits import Deadline, check_count, check_seed
from qminima.result import Result
from qminima.runner import hand_over

from ..problems.problem import Problem
from ..results import Best, solution
from ..sampling.drawn import Drawn
from .bqm import best_bitstring, binary_quadratic_model
from .greedy import greedy_fallback
from .library_runs import library_runs

if TYPE_CHECKING:
    from ..sampling.task import Task

# The library works on several matrices of all pairs: gigabytes, and their time, beyond this.
MAX_VARIABLES = 10_000
BYTES_PER_PAIR = 40

# Seconds of search for each read where no limit is given: by its size, as more has to be seen.
_SECONDS_PER_VARIABLE = 0.002

# Seconds of one call of the library, which nothing can stop, and about those that it needs for each
# pair of variables before it begins.
_PIECE, _SECONDS_PER_PAIR = 1.0, 5e-8


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
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started = perf_counter()
    check_count("reads", reads)
    check_seed(seed)
    Deadline(seconds)
    limit, best = Deadline(time_limit), Best(problem)
    if problem.num_variables > MAX_VARIABLES:
        raise InputError(
            f"tabu takes up to {MAX_VARIABLES} variables, the problem has {problem.num_variables}; "
            "breakout and annealing take more"
        )
    if seconds is None:
        seconds = _SECONDS_PER_VARIABLE * problem.num_variables * reads
    with limit:
        _search(problem, reads, seconds, seed, limit, best)
    if best.value == inf:  # there was no time
        best.see(greedy_fallback(problem, limit))
    if time_limit is not None:
        seconds = min(seconds, time_limit)
    result = solution(
        problem,
        "tabu",
        best.bitstring,
        started,
        settings={"reads": reads, "time_limit": time_limit, "seconds": seconds},
        stop_reason="interrupted" if limit.interrupted else "time is over",
        seed=seed,
    )
    return hand_over(result, limit)


def _search(
    problem: Problem, reads: int, seconds: float, seed: int | None, limit: Deadline, best: Best
) -> None:
    """Some seconds of search, in pieces that go on from the best of the one before."""
    from dwave.samplers import TabuSampler

    n, seeds, state = problem.num_variables, np.random.default_rng(seed), dict[str, Any]()
    model = binary_quadratic_model(problem.cost, n)
    needed, search = _SECONDS_PER_PAIR * n**2, limit.within(seconds)
    while limit.allows(needed):
        piece = min(search.left(), limit.left() - needed, _PIECE)
        begun = perf_counter()
        samples = TabuSampler().sample(
            model,
            num_reads=reads,
            seed=None if seed is None else int(seeds.integers(2**31 - 1)),
            timeout=max(1, round(1000 * piece / reads)),
            **state,
        )
        best.see(best_bitstring(problem, samples))
        needed = max(0.0, perf_counter() - begun - piece)
        if not search.allows(1e-3):
            return
        # The first search is for what a start is near to, the others for what they all are.
        restart = 2500 if n <= 500 else 6250
        state = {
            "initial_states": samples,
            "coefficient_z_first": 1,
            "coefficient_z_restart": restart,
        }


# Sweeps by which a run may be longer than its length.
_OVERRUN = 2


def sample(task: Task) -> Drawn:
    """Runs of a task: simple tabu search, each of so many evaluations for each variable.

    Descents to new best costs are never cut short. The last one may overrun the length, for which
    every run is charged two looks more; runs of less than ten would be nothing but a descent.
    """
    from dwave.samplers import TabuSampler

    def read(model: Any, sweeps: int, count: int, seed: int | None) -> Any:
        return TabuSampler().sample(
            model, num_reads=count, seed=seed, num_restarts=0, timeout=None,
            coefficient_z_first=sweeps, lower_bound_z=0,
        )  # fmt: skip

    return library_runs(task, read, _OVERRUN)
