"""Breakout local search, on costs of any degree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qminima.progress import Progress
from qminima.result import Result

from ..problems.problem import Problem
from .flip_search import flip_runs, flip_search
from .search import Search
from .target import Limits

if TYPE_CHECKING:
    from ..sampling.drawn import Drawn
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
    target: float | None = None,
    progress: Progress | None = None,
) -> Result:
    """Steepest descents, and between them perturbations that grow while they lead back.

    After Benlic and Hao, Eng. Appl. Artif. Intell. 26, 1162 (2013): from each local optimum so
    many flips are made, the best ones that are not tabu or random ones, that the next descent ends
    in another; more and more of them while it does not, and a tenth of all variables at random
    after a thousand optima without improvement. It takes costs of any degree.

    Args:
        problem: what is minimised.
        flips: how many are made; the same seed then gives the same result on any machine. 2000 for
            each variable without a time.
        seconds: how long to search, instead of `flips`, on all threads.
        seed: of the search.
        time_limit: in seconds. Unless `flips` are given it is all used, as `seconds` are.
        target: a score at which the search ends; the optimum if that is known.
        progress: reports the best score so far.

    Returns:
        A result with the best bit string; `evaluations` are flips, each of which gives a cost.

    Raises:
        InputError: for counts or times that are not above zero, or a target that cannot be reached.
        qminima.Interrupted: on Ctrl-C, with the best result so far.

    >>> import qopt
    >>> breakout(qopt.labs(13), seed=0).value
    6.0
    """
    limits = Limits(problem, seed, seconds, time_limit, target, flips=flips)
    made = flips or _FLIPS_EACH * problem.num_variables
    settings = {"flips": flips, "seconds": seconds, "time_limit": time_limit}
    return flip_search(
        problem, "breakout local search", Search.breakout, limits, (made, 1), seed=seed,
        progress=progress, settings=settings,
    )  # fmt: skip


def sample(task: Task) -> Drawn:
    """Runs of a task, each of so many flips for each variable or a few more."""
    return flip_runs(task, Search.breakout)
