"""Random assignment: what any method has to beat."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from qminima.result import Result

from ..problems.problem import Problem
from ..results import bits, solution


def random_assignment(problem: Problem, *, shots: int = 1024, seed: int | None = None) -> Result:
    """The best of `shots` uniform bit strings, and as `expectation` the exact uniform mean."""
    started = perf_counter()
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, 2, size=(shots, problem.num_variables), dtype=np.int8)
    candidates = (bits(draw.tolist()) for draw in draws)
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
