"""Tabu search, on costs of any degree."""

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


def tabu(
    problem: Problem,
    *,
    reads: int | None = None,
    flips: int | None = None,
    seconds: float | None = None,
    seed: int | None = None,
    time_limit: float | None = None,
    target: float | None = None,
    progress: Progress | None = None,
) -> Result:
    """Iterated tabu search by single flips (Glover 1989; Palubeckis, Ann. Oper. Res. 131, 2004).

    The best flip is made, whether it lowers the cost or not, of those that were not made lately or
    lead below the best cost so far. A flip stays tabu for 3 and up to a fifth of the number of
    variables more flips, at random. After 50 flips for each variable without improvement the
    search goes on from its best with 1 to 15 % of the variables flipped.

    Args:
        problem: what is minimised.
        reads: independent searches; 1 without a time.
        flips: of each search; 2000 for each variable without a time. The same seed then gives the
            same result on any machine.
        seconds: how long to search, instead of `reads` and `flips`, on all threads.
        seed: of the searches.
        time_limit: in seconds. Unless `reads` or `flips` are given it is all used, as `seconds`
            are.
        target: a score at which the search ends; the optimum if that is known.
        progress: reports the best score so far.

    Returns:
        A result with the best bit string; `evaluations` are flips, each of which gives a cost.

    Raises:
        InputError: for counts or times that are not above zero, or a target that cannot be reached.
        qminima.Interrupted: on Ctrl-C, with the best result so far.

    >>> import qopt
    >>> tabu(qopt.labs(13), seed=0).value
    6.0
    """
    limits = Limits(problem, seed, seconds, time_limit, target, reads=reads, flips=flips)
    made = flips or _FLIPS_EACH * problem.num_variables
    settings = {"reads": reads, "flips": flips, "seconds": seconds, "time_limit": time_limit}
    return flip_search(
        problem, "tabu", Search.tabu, limits, (made, reads or 1), seed=seed, progress=progress,
        settings=settings,
    )  # fmt: skip


def sample(task: Task) -> Drawn:
    """Runs of a task, each of so many flips for each variable."""
    return flip_runs(task, Search.tabu)
