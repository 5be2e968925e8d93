"""Hill climbing: single flips in random order, each made if it lowers the cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qminima.limits import Deadline, check_seed
from qminima.result import Result
from qminima.runner import hand_over
from qopt.problems.problem import Problem
from qopt.results import Best, bits, solution
from qopt.sampling.budget import Account
from qopt.sampling.drawn import Drawn
from simulator.timing import Stopwatch

if TYPE_CHECKING:
    from qopt.sampling.task import Task


def hill_climbing(
    problem: Problem, *, seed: int | None = None, time_limit: float | None = None
) -> Result:
    """The best of ten climbs.

    Args:
        problem: what is minimised.
        seed: of the starts and the orders.
        time_limit: in seconds.

    Raises:
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    check_seed(seed)
    watch, random = Stopwatch(), np.random.default_rng(seed)
    deadline, best, flips = Deadline(time_limit), Best(problem), 0
    with deadline:
        for _ in range(10):
            found, tried = _climb(problem, random, deadline)
            best.see(found)
            flips += tried
            if deadline():
                break
    result = solution(
        problem,
        "hill climbing",
        best.bitstring,
        watch.started,
        evaluations=flips,
        settings={"time_limit": time_limit},
        stop_reason=deadline.reason(),
        seed=seed,
    )
    return hand_over(result, deadline)


def sample(task: Task) -> Drawn:
    """Runs of a task: one climb each."""
    problem, random, watch = task.instance.problem, task.random(), Stopwatch()
    account, found = Account(task.budget), list[str]()
    while account.left(problem.num_variables):
        climbed, tried = _climb(problem, random, Deadline(None))
        found.append(climbed)
        account.charge(1, tried)
    return Drawn(bitstrings=found, evaluations=account.evaluations, seconds=watch())


def _climb(problem: Problem, random: np.random.Generator, deadline: Deadline) -> tuple[str, int]:
    """A bit string that was climbed to, and how many costs were evaluated."""
    n = problem.num_variables
    here = random.integers(0, 2, n)
    value = problem.value(bits(here.tolist()))
    evaluations, improved = 1, True
    while improved and not deadline.step():
        improved = False
        for j in random.permutation(n):
            here[j] ^= 1
            changed = problem.value(bits(here.tolist()))
            evaluations += 1
            if changed < value - 1e-12 * max(1.0, abs(value)):
                value, improved = changed, True
            else:
                here[j] ^= 1
    return bits(here.tolist()), evaluations
