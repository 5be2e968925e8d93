"""Simulated annealing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from qminima.limits import Deadline, check_count, check_seed
from qminima.result import Result
from qminima.runner import hand_over

from ..problems.problem import Problem
from ..results import Best, solution
from ..sampling.drawn import Drawn
from .bqm import binary_quadratic_model
from .library_runs import library_runs
from .reads import anneal, is_long

if TYPE_CHECKING:
    from dimod import BinaryQuadraticModel

    from ..sampling.task import Task

# The first of the reads that get longer and longer, and sweeps that take no time beside a limit.
_FIRST_SWEEPS = 500

# Ends of the narrow schedule: inverse temperatures in units of the typical field of a variable, the
# root of the sum of its squared weights, and of the median weight.
_HOT, _COLD = 1.0, 4.5


def annealing(
    problem: Problem,
    *,
    reads: int = 100,
    sweeps: int = 1000,
    seconds: float | None = None,
    seed: int | None = None,
    time_limit: float | None = None,
) -> Result:
    """Metropolis sweeps at falling temperature, by dwave-samplers; the best of `reads` runs.

    Kirkpatrick, Gelatt and Vecchi, Science 220, 671 (1983). Temperatures are chosen by the
    library from the cost.

    Args:
        problem: what is minimised.
        reads: how many runs.
        sweeps: of each run.
        seconds: how long to search, instead of `reads` and `sweeps`: runs get longer and longer,
            and the last takes about half of the time. Every other run falls linearly through a
            narrower range of temperatures, which is the better schedule for large graphs.
        seed: of all runs.
        time_limit: in seconds. A run that would not end in time is not begun, but for the first,
            which then has fewer sweeps if it is long.

    Raises:
        InputError: if the cost is of higher than second degree, or for counts or times that are not
            above zero.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started = perf_counter()
    check_count("reads", reads)
    check_count("sweeps", sweeps)
    check_seed(seed)
    deadline = Deadline(seconds, time_limit)
    best, evaluations = Best(problem), 0
    with deadline:
        model = binary_quadratic_model(problem.cost, problem.num_variables)
        if not any(model.linear.values()) and not model.quadratic:
            # Nothing to anneal: the library would warn that it cannot choose temperatures.
            return solution(
                problem,
                "simulated annealing",
                "0" * problem.num_variables,
                started,
                stop_reason="the cost is constant",
                seed=seed,
            )
        runs: Iterable[dict[str, Any]] = [{"num_reads": reads, "num_sweeps": sweeps}]
        if seconds is not None:
            runs = _longer_and_longer(model, deadline)
        elif is_long(model, sweeps):
            runs = repeat({"num_reads": 1, "num_sweeps": sweeps}, reads)
        seeds = np.random.default_rng(seed)
        for run in runs:
            if evaluations and deadline():
                break
            one = None if seed is None else int(seeds.integers(2**31 - 1))
            found, swept = anneal(model, run, one, deadline)
            evaluations += swept * problem.num_variables
            for candidate in found:
                best.see(candidate)
    settings = {"reads": reads, "sweeps": sweeps} if seconds is None else {"seconds": seconds}
    result = solution(
        problem,
        "simulated annealing",
        best.bitstring,
        started,
        evaluations=evaluations,
        settings={**settings, "time_limit": time_limit},
        stop_reason=deadline.reason("all reads done") if seconds is None else "time is over",
        seed=seed,
    )
    return hand_over(result, deadline)


def _longer_and_longer(model: BinaryQuadraticModel, deadline: Deadline) -> Iterator[dict[str, Any]]:
    """Runs of more and more sweeps, until the last one ends about when the time does."""
    schedules: tuple[dict[str, Any], ...] = (
        {},
        {"beta_range": _narrow(model), "beta_schedule_type": "linear"},
    )
    sweeps, number = _FIRST_SWEEPS, 0
    while True:
        begun = perf_counter()
        yield {"num_reads": 1, "num_sweeps": sweeps, **schedules[number % 2]}
        rate = sweeps / max(perf_counter() - begun, 1e-6)
        number += 1
        left = deadline.left()
        if left * rate < _FIRST_SWEEPS:
            return
        if number % 2 == 0:
            sweeps *= 2
        # A run that would leave too little for another of its kind takes what is left.
        if left < 2.5 * sweeps / rate:
            sweeps = max(1, int(0.95 * left * rate))
            yield {"num_reads": 1, "num_sweeps": sweeps, **schedules[1]}
            return


def _narrow(model: BinaryQuadraticModel) -> tuple[float, float]:
    """Inverse temperatures from where most flips happen to where few do."""
    squares = {variable: weight**2 for variable, weight in model.linear.items()}
    for (first, second), weight in model.quadratic.items():
        squares[first] += weight**2
        squares[second] += weight**2
    typical = float(np.sqrt(np.mean(list(squares.values()))))
    sizes = [abs(w) for w in (*model.linear.values(), *model.quadratic.values()) if w]
    hot, cold = _HOT / typical, _COLD / float(np.median(sizes))
    return hot, max(cold, 2 * hot)


def sample(task: Task) -> Drawn:
    """Runs of a task, each of so many sweeps."""
    from dwave.samplers import SimulatedAnnealingSampler

    def read(model: Any, sweeps: int, count: int, seed: int | None) -> Any:
        return SimulatedAnnealingSampler().sample(
            model, num_reads=count, num_sweeps=sweeps, seed=seed
        )

    return library_runs(task, read)
