"""Local search among feasible bit strings."""

from __future__ import annotations

from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from qminima.errors import InputError
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import hand_over
from simulator.kernels.kernel import compile_seconds

from ..problems.problem import Problem
from ..results import bits, solution
from ..sampling.length import length_runs
from .attempts import Attempt, Attempts, random_root
from .neighbourhoods.registry import walk_of
from .neighbourhoods.walk import Walk
from .target import Limits

if TYPE_CHECKING:
    from ..sampling.drawn import Drawn
    from ..sampling.task import Task

# Runs where neither these nor a time is given, and numbers that are read in all of them.
_RUNS, _READ = 4, 4 * 10**8

# Numbers that are read between two looks at the clock and the cost; at first a part of them, so
# that a target that is easy to reach takes little time.
_PIECE, _PARTS = 10**7, 100

# Evaluations of the first runs for each variable where time is given, and runs of each length.
_FIRST, _OF_EACH = 1000, 4


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
        runs: how many; 4 without a time.
        sweeps: of each run, evaluations of moves for each variable; without a time as many as take
            about a second.
        seconds: how long to search, instead of `runs` and `sweeps`: runs get longer and longer.
        seed: of all runs; with `runs` and `sweeps` the same seed gives the same result.
        time_limit: in seconds. Unless `runs` or `sweeps` are given it is all used, as `seconds`
            are.
        target: a score at which the search ends, as in `annealing`.
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
    started, walk = perf_counter(), _walk(problem)
    limits = Limits(problem, seed, seconds, time_limit, target, runs=runs, sweeps=sweeps)
    deadline, first = limits.deadline, walk(problem, np.random.default_rng(0))
    if not limits.lasts:
        runs = runs or _RUNS
        sweeps = sweeps or max(1, _READ // (_RUNS * problem.num_variables * first.work))
    attempts = Attempts(problem, deadline, runs, limits.goal, progress)
    with deadline:
        compiled = compile_seconds()
        first.advance(0)  # loads or compiles the kernel
        deadline.charge(compiled - compile_seconds())
        attempts.make(_runs(problem, walk, sweeps, random_root(seed), limits))
    if attempts.best.value == inf:
        attempts.best.see(bits(first.bits().tolist()))
    result = solution(
        problem,
        "feasible local search",
        attempts.best.bitstring,
        started,
        evaluations=attempts.evaluations,
        settings={
            "runs": runs, "sweeps": sweeps, "seconds": seconds, "time_limit": time_limit
        },
        history=attempts.history,
        stop_reason=limits.reason("all runs done", attempts.best.value),
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
    limits: Limits,
) -> Attempt:
    """Runs of a length, or of lengths that double after every few runs."""

    def attempt(number: int) -> tuple[str, int]:
        here = walk(problem, np.random.default_rng([root, number]))
        each = sweeps or _FIRST << min(number // _OF_EACH, 40)
        until, most = each * problem.num_variables, max(1, _PIECE // here.work)
        at = max(1, most // _PARTS)
        here.advance(min(at, until))
        while at < until and problem.value(bits(here.bits().tolist())) > limits.goal:
            if limits.deadline():
                break
            at += min(at, most)
            here.advance(min(at, until))
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
