"""Breakout local search, on costs of any degree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qminima.limits import Deadline, check_count, check_seed
from qminima.result import Result
from qminima.runner import hand_over
from simulator.kernels.kernel import compile_seconds
from simulator.timing import Stopwatch

from ..problems.problem import Problem
from ..results import solution
from ..sampling.drawn import Drawn
from ..sampling.length import length_runs
from .search import Search

if TYPE_CHECKING:
    from ..sampling.task import Task

# Where neither flips nor seconds are given: flips for each variable.
_FLIPS_EACH = 2_000


def breakout(
    problem: Problem,
    *,
    flips: int | None = None,
    seconds: float | None = None,
    seed: int | None = None,
    time_limit: float | None = None,
) -> Result:
    """Steepest descents, and between them perturbations that grow while they lead back.

    After Benlic and Hao, Eng. Appl. Artif. Intell. 26, 1162 (2013): from each local optimum so
    many flips are made, the best ones that are not tabu or random ones, that the next descent ends
    in another; more and more of them while it does not, and a tenth of all variables at random
    after a thousand optima without improvement. It takes costs of any degree.

    Args:
        problem: what is minimised.
        flips: how many are made; the same seed then gives the same result on any machine. 2000 for
            each variable unless given, or as many as `seconds` allow.
        seconds: how long to search, instead of `flips`.
        seed: of the search.
        time_limit: the search ends by then in any case.

    Returns:
        A result with the best bit string; `evaluations` are flips, each of which gives a cost.

    Raises:
        InputError: for counts or times that are not above zero.
        qminima.Interrupted: on Ctrl-C, with the best result so far.

    >>> import qopt
    >>> breakout(qopt.labs(13), seed=0).value
    6.0
    """
    watch = Stopwatch()
    Deadline(seconds)
    limit = Deadline(time_limit, uncounted=compile_seconds)
    check_seed(seed)
    if flips is not None:
        check_count("flips", flips)
    elif seconds is None:
        flips = _FLIPS_EACH * problem.num_variables
    search = Search(problem.cost, problem.num_variables, seed)
    deadline = limit.within(seconds)
    with deadline:
        search.breakout(flips, deadline)
    reason = deadline.reason("all flips made")
    result = solution(
        problem,
        "breakout local search",
        search.bitstring,
        watch.started,
        evaluations=search.flips,
        settings={"flips": flips, "seconds": seconds, "time_limit": time_limit},
        stop_reason="time is over" if reason == "time limit reached" else reason,
        seed=seed,
    )
    return hand_over(result, deadline)


def sample(task: Task) -> Drawn:
    """Runs of a task, each of so many flips for each variable or a few more."""
    problem = task.instance.problem
    n, random = problem.num_variables, task.random()
    search = Search(problem.cost, n, None if task.seed is None else task.seed_for_library())

    def run(flips: int) -> tuple[str, int]:
        search.restart(np.where(random.random(n) < 0.5, -1.0, 1.0))
        made = search.breakout(flips, Deadline(None))
        return search.bitstring, n * (made + 1)

    return length_runs(task, run)
