"""Random assignment: what any method has to beat."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from qminima.limits import check_count, check_seed
from qminima.result import Result
from simulator.spaces import Space, bitstring
from simulator.uniform import uniform_configurations, uniform_mean

from ..problems.problem import Problem
from ..results import best_of, solution


def random_assignment(
    problem: Problem, *, space: Space | None = None, shots: int = 1024, seed: int | None = None
) -> Result:
    """The best of `shots` uniform bit strings, and as `expectation` the exact uniform mean.

    Args:
        problem: what is minimised.
        space: configurations to draw from, such as the feasible ones; all unless given.
        shots: how many are drawn.
        seed: of the draws.
    """
    started = perf_counter()
    check_count("shots", shots)
    check_seed(seed)
    rng = np.random.default_rng(seed)
    n = problem.num_variables
    if space is None:
        zero = np.uint8(ord("0"))
        candidates = [
            (rng.integers(0, 2, n, dtype=np.uint8) + zero).tobytes().decode() for _ in range(shots)
        ]
        mean = dict(problem.cost.terms).get((), 0.0)
    else:
        drawn = uniform_configurations(space, shots, rng)
        candidates = [bitstring(one, n) for one in drawn.tolist()]
        mean = uniform_mean(problem.cost, space)
    return solution(
        problem,
        "random assignment",
        best_of(problem, candidates),
        started,
        evaluations=shots,
        expectation=mean,
        settings={"shots": shots, "space": str(space or "all bit strings")},
        seed=seed,
    )
