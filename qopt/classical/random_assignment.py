"""Random assignment: what any method has to beat."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from qminima.limits import check_count
from qminima.result import Result

from ..problems.problem import Problem
from ..results import solution


def random_assignment(problem: Problem, *, shots: int = 1024, seed: int | None = None) -> Result:
    """The best of `shots` uniform bit strings, and as `expectation` the exact uniform mean."""
    started = perf_counter()
    check_count("shots", shots)
    rng = np.random.default_rng(seed)
    n = problem.num_variables
    zero = np.uint8(ord("0"))
    candidates = (
        (rng.integers(0, 2, n, dtype=np.uint8) + zero).tobytes().decode() for _ in range(shots)
    )
    return solution(
        problem,
        "random assignment",
        min(candidates, key=problem.value),
        started,
        evaluations=shots,
        expectation=dict(problem.cost.terms).get((), 0.0),
        settings={"shots": shots},
        seed=seed,
    )
