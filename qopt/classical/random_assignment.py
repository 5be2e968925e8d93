"""Random assignment: what any method has to beat."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from qminima.limits import Deadline, check_count, check_seed
from qminima.result import Result
from qminima.runner import hand_over
from simulator.spaces import Space, bitstring
from simulator.spaces.uniform import uniform_configurations, uniform_mean
from simulator.timing import Stopwatch

from ..problems.problem import Problem
from ..results import Best, bits, solution
from ..sampling.budget import Account
from ..sampling.drawn import Drawn

if TYPE_CHECKING:
    from ..sampling.task import Task


def random_assignment(
    problem: Problem,
    *,
    space: Space | None = None,
    shots: int = 1024,
    seed: int | None = None,
    time_limit: float | None = None,
) -> Result:
    """The best of `shots` uniform bit strings, and as `expectation` the exact uniform mean.

    Args:
        problem: what is minimised.
        space: configurations to draw from, such as the feasible ones; all unless given.
        shots: how many are drawn.
        seed: of the draws.
        time_limit: in seconds; those that are not looked at by then are left out.

    Raises:
        InputError: for fewer than one shot, or a time limit that is not above zero.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started = perf_counter()
    check_count("shots", shots)
    check_seed(seed)
    deadline = Deadline(time_limit)
    best, seen = Best(problem), 0
    with deadline:
        for candidate in _drawn(problem.num_variables, space, shots, np.random.default_rng(seed)):
            best.see(candidate)
            seen += 1
            if seen < shots and deadline.step():
                break
    mean = dict(problem.cost.terms).get((), 0.0)
    if space is not None:
        mean = uniform_mean(problem.cost, space)
    result = solution(
        problem,
        "random assignment",
        best.bitstring,
        started,
        evaluations=seen,
        expectation=mean,
        settings={
            "shots": shots, "space": str(space or "all bit strings"), "time_limit": time_limit
        },
        stop_reason=deadline.reason(),
        seed=seed,
    )  # fmt: skip
    return hand_over(result, deadline)


def _drawn(
    num_variables: int, space: Space | None, shots: int, random: np.random.Generator
) -> Iterator[str]:
    """Uniform bit strings, one by one."""
    if space is not None:
        for one in uniform_configurations(space, shots, random).tolist():
            yield bitstring(one, num_variables)
        return
    zero = np.uint8(ord("0"))
    for _ in range(shots):
        yield (random.integers(0, 2, num_variables, dtype=np.uint8) + zero).tobytes().decode()


def sample(task: Task) -> Drawn:
    """Runs of a task: uniform bit strings, feasible ones where a mixer keeps the constraints."""
    account, found, random, watch = Account(task.budget), list[str](), task.random(), Stopwatch()
    for count in account.batches(1):
        found += uniform_bitstrings(task, random, count)
    return Drawn(bitstrings=found, evaluations=account.evaluations, seconds=watch())


def uniform_bitstrings(task: Task, random: np.random.Generator, count: int) -> list[str]:
    """So many uniform bit strings of the instance's space."""
    space, n = task.instance.space, task.instance.problem.num_variables
    if space is None:
        return [bits(row) for row in random.integers(0, 2, (count, n)).tolist()]
    drawn = uniform_configurations(space, count, random)
    return [bitstring(one, n) for one in drawn.tolist()]
