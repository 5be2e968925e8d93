"""Simulated annealing."""

from __future__ import annotations

from time import perf_counter

from qminima.limits import Deadline, check_count
from qminima.result import Result

from ..problems.problem import Problem
from ..results import solution
from .bqm import best_bitstring, binary_quadratic_model, sampler_seed


def annealing(
    problem: Problem,
    *,
    reads: int = 100,
    sweeps: int = 1000,
    seed: int | None = None,
    time_limit: float | None = None,
) -> Result:
    """Metropolis sweeps at falling temperature, by dwave-samplers; the best of `reads` runs.

    Kirkpatrick, Gelatt and Vecchi, Science 220, 671 (1983). Temperatures are chosen by the
    library from the cost.

    Raises:
        InputError: if the cost is of higher than second degree.
    """
    from dwave.samplers import SimulatedAnnealingSampler

    started = perf_counter()
    check_count("reads", reads)
    check_count("sweeps", sweeps)
    deadline = Deadline(time_limit)
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
    samples = SimulatedAnnealingSampler().sample(
        model,
        num_reads=reads,
        num_sweeps=sweeps,
        seed=sampler_seed(seed),
        interrupt_function=deadline,
    )
    return solution(
        problem,
        "simulated annealing",
        best_bitstring(problem, samples),
        started,
        evaluations=len(samples) * sweeps * problem.num_variables,
        settings={"reads": reads, "sweeps": sweeps, "time_limit": time_limit},
        stop_reason="time limit reached" if deadline.reached else "all reads done",
        seed=seed,
    )
