"""Local search among feasible bit strings."""

from __future__ import annotations

from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from qminima.errors import InputError
from qminima.limits import Deadline, check_count, check_seed
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import hand_over
from simulator.kernels.kernel import compile_seconds

from ..problems.problem import Problem
from ..results import bits, solution
from ..sampling.length import length_runs
from .attempts import Attempt, Attempts, random_root, stop_reason
from .neighbourhoods.registry import walk_of
from .neighbourhoods.walk import Walk
from .target import target_cost

if TYPE_CHECKING:
    from ..sampling.drawn import Drawn
    from ..sampling.task import Task

# Runs where neither these nor a time is given, and numbers that are read in all of them.
_RUNS, _READ = 8, 2 * 10**8

# Numbers that are read between two looks at the clock.
_PIECE = 10**7

# Evaluations of the first runs for each variable where time is given, and runs of each length.
_FIRST, _OF_EACH = 1000, 8


def feasible_search(
    problem: Problem,
    *,
    runs: int | None = None,
    sweeps: int | None = None,
    seconds: float | None = None,
    seed: int | None = None,
    time_limit: float | None = None,
    target: float | None = None,
    progress: Progress | None = None,
) -> Result:
    """Local search by moves that keep the constraints, on all threads; the best of several runs.

    Portfolios swap assets, colourings give nodes in conflict another colour (TabuCol), round trips
    are shortened by 2-opt and Or-opt with double bridges in between, and independent sets and
    vertex covers exchange few nodes for others; `neighbourhoods/` names the papers.

    Args:
        problem: what is minimised.
        runs: how many; 8 without a time.
        sweeps: of each run, evaluations of moves for each variable; without a time as many as take
            about a second.
        seconds: how long to search, instead of `runs` and `sweeps`: runs get longer and longer.
        seed: of all runs; with `runs` and `sweeps` the same seed gives the same result.
        time_limit: in seconds. Unless `runs` or `sweeps` are given it is all used, as `seconds`
            are.
        target: a score, such as the length of a trip, at which the search ends; by default the
            optimum where that is known beforehand.
        progress: reports the best score so far.

    Returns:
        A feasible result, whose `evaluations` are changes of the cost by a move.

    Raises:
        InputError: for a kind of problem without such moves, counts or times that are not above
            zero, or a target that cannot be reached.
        qminima.Interrupted: on Ctrl-C, with the best result so far.

    >>> import networkx, qopt
    >>> feasible_search(qopt.vertex_cover(networkx.petersen_graph()), seed=0).value
    6.0
    """
    started = perf_counter()
    for name, count in (("runs", runs), ("sweeps", sweeps)):
        if count is not None:
            check_count(name, count)
    check_seed(seed)
    deadline, goal, walk = (
        Deadline(seconds, time_limit),
        target_cost(problem, target),
        _walk(problem),
    )
    lasts = seconds is not None or (time_limit is not None and runs is None and sweeps is None)
    runs, sweeps = (None, None) if lasts else (runs or _RUNS, sweeps)
    attempts, first = (
        Attempts(problem, deadline, runs, goal, progress),
        walk(problem, np.random.default_rng(0)),
    )
    if not lasts:
        each = _READ // (_RUNS * problem.num_variables * first.work)
        sweeps = sweeps or max(1, each)
    with deadline:
        compiled = compile_seconds()
        first.advance(0)  # loads or compiles the kernel
        deadline.charge(compiled - compile_seconds())
        attempts.make(_runs(problem, walk, sweeps, random_root(seed), deadline, goal))
    if attempts.best.value == inf:
        attempts.best.see(bits(first.bits().tolist()))
    result = solution(
        problem,
        "feasible local search",
        attempts.best.bitstring,
        started,
        evaluations=attempts.evaluations,
        settings={
            "runs": runs, "sweeps": sweeps, "seconds": seconds,
            "time_limit": time_limit,
        },
        history=attempts.history,
        stop_reason=stop_reason(deadline, lasts, "all runs done", attempts.best.value <= goal),
        seed=seed,
    )  # fmt: skip
    return hand_over(result, deadline)


def _walk(problem: Problem) -> type[Walk]:
    """The walk among the feasible bit strings of a problem."""
    found = walk_of(problem)
    if found is None:
        raise InputError(f"there are no moves that keep the constraints of {problem.kind}")
    return found


def _runs(
    problem: Problem,
    walk: type[Walk],
    sweeps: int | None,
    root: int,
    deadline: Deadline,
    goal: float,
) -> Attempt:
    """Runs of a length, or of lengths that double after every few runs."""

    def attempt(number: int) -> tuple[str, int]:
        here = walk(problem, np.random.default_rng([root, number]))
        each = sweeps or _FIRST << min(number // _OF_EACH, 40)
        until, piece = each * problem.num_variables, max(1, _PIECE // here.work)
        here.advance(min(until, piece))
        while piece < until and not deadline():
            if problem.value(bits(here.bits().tolist())) <= goal:
                break
            piece += max(1, _PIECE // here.work)
            here.advance(min(until, piece))
        return bits(here.bits().tolist()), here.evaluations

    return attempt


def sample(task: Task) -> Drawn:
    """Runs of a task, each of so many evaluations for each variable or a few more."""
    problem, random = task.instance.problem, task.random()
    walk = _walk(problem)

    def run(sweeps: int) -> tuple[str, int]:
        here = walk(problem, random)
        here.advance(sweeps * problem.num_variables)
        return bits(here.bits().tolist()), here.evaluations

    return length_runs(task, run)
