"""Searches by single flips as methods: counted, or on all threads until the time is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import local
from typing import Any

import numpy as np

from qminima.limits import Deadline
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import hand_over
from simulator.timing import Stopwatch

from ..problems.problem import Problem
from ..results import solution
from ..sampling.drawn import Drawn
from ..sampling.length import length_runs
from ..sampling.task import Task
from .attempts import Attempt, Attempts, random_root
from .search import Search
from .target import Limits

# Seconds of a search between two reports.
_SEGMENT = 0.25

# Goes on with a search until its flips are so many in all, or the time is over.
Go = Callable[[Search, "int | None", Deadline], int]


def flip_search(
    problem: Problem,
    name: str,
    go: Go,
    limits: Limits,
    counts: tuple[int, int],
    *,
    seed: int | None,
    progress: Progress | None,
    settings: Mapping[str, Any],
) -> Result:
    """The result of independent searches of so many flips, or of one on each thread for a time.

    Args:
        problem: what is minimised.
        name: of the method.
        go: goes on with a search.
        limits: of all searches.
        counts: where no time limits them, flips of each search and how many there are.
        seed: of all of them.
        progress: reports the best score so far.
        settings: of the result.
    """
    watch, deadline = Stopwatch(), limits.deadline
    flips, number = (None, None) if limits.lasts else counts
    attempts = Attempts(problem, deadline, number, limits.goal, progress)
    with deadline:
        attempts.make(_segments(problem, go, flips, random_root(seed), deadline))
    result = solution(
        problem,
        name,
        attempts.best.bitstring,
        watch.started,
        evaluations=attempts.evaluations,
        settings=settings,
        history=attempts.history,
        stop_reason=limits.reason("all flips made", attempts.best.value),
        seed=seed,
    )
    return hand_over(result, deadline)


def _segments(
    problem: Problem, go: Go, flips: int | None, root: int, deadline: Deadline
) -> Attempt:
    """Searches of so many flips; or pieces of the search that each thread goes on with."""
    held = local()

    def attempt(number: int) -> tuple[str, int]:
        if flips is not None or not hasattr(held, "search"):
            held.search = Search(problem.cost, problem.num_variables, [root, number])
        search, before = held.search, held.search.flips
        if flips is None:
            go(search, None, deadline.within(_SEGMENT))
        else:
            go(search, flips, deadline)
        return search.bitstring, search.flips - before

    return attempt


def flip_runs(task: Task, go: Go) -> Drawn:
    """Runs of a task, each of so many flips for each variable or a few more."""
    problem = task.instance.problem
    n, random = problem.num_variables, task.random()
    search = Search(problem.cost, n, None if task.seed is None else task.seed_for_library())

    def run(flips: int) -> tuple[str, int]:
        search.restart(np.where(random.random(n) < 0.5, -1.0, 1.0))
        made = go(search, flips, Deadline(None))
        return search.bitstring, n * (made + 1)

    return length_runs(task, run)
