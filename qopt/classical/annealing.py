"""Simulated annealing."""

from __future__ import annotations

from math import inf
from statistics import fmean
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from qminima.limits import Deadline
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import hand_over

from ..problems.problem import Problem
from ..results import solution
from ..sampling.length import length_runs
from .attempts import Attempt, Attempts, random_root
from .cooling import cool, load_kernel, schedules
from .spin_model import SpinModel, spin_model
from .target import Limits

if TYPE_CHECKING:
    from ..sampling.drawn import Drawn
    from ..sampling.task import Task

_NAME = "simulated annealing"

# Runs and their sweeps where neither these nor a time is given, and spins to be offered a flip in
# all of them: large problems have fewer runs.
_READS, _SWEEPS, _OFFERS = 100, 1000, 2 * 10**8

# Sweeps of the first attempts, and attempts of each length: two of each schedule.
_FIRST_SWEEPS, _OF_EACH = 500, 4

# No shorter attempt is worth its time.
_SHORTEST = 20


def annealing(
    problem: Problem,
    *,
    reads: int | None = None,
    sweeps: int | None = None,
    seconds: float | None = None,
    seed: int | None = None,
    time_limit: float | None = None,
    target: float | None = None,
    progress: Progress | None = None,
) -> Result:
    """Metropolis sweeps at falling temperature, on all threads; the best of several runs.

    Kirkpatrick, Gelatt and Vecchi, Science 220, 671 (1983). Inverse temperatures go from 1 / root
    mean square field to 4.5 / median weight, geometrically and like t^2 by turns.

    Args:
        problem: what is minimised.
        reads: how many runs; without a time, 100, or fewer on more than 2,000 variables.
        sweeps: of each run; 1000 without a time.
        seconds: how long to search, in runs that get longer while that pays.
        seed: of all runs. With `reads` and `sweeps` the same seed gives the same result.
        time_limit: in seconds. Unless `reads` or `sweeps` are given it is all used, as `seconds`
            are. Runs that would not end in time cool faster.
        target: a score, such as a cut, at which the search ends; the optimum if that is known.
        progress: reports the best score so far.

    Raises:
        InputError: if the cost is of higher than second degree, for counts or times that are not
            above zero, and for a target that cannot be reached.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started = perf_counter()
    limits = Limits(problem, seed, seconds, time_limit, target, reads=reads, sweeps=sweeps)
    lasts, deadline = limits.lasts, limits.deadline
    if not lasts:
        sweeps = sweeps or _SWEEPS
        reads = reads or max(2, min(_READS, _OFFERS // (sweeps * problem.num_variables)))
    attempts = Attempts(problem, deadline, None if lasts else reads, limits.goal, progress)
    with deadline:
        model = spin_model(problem.cost, problem.num_variables)
        if not len(model.weights):
            zeros = "0" * problem.num_variables
            return solution(problem, _NAME, zeros, started, stop_reason="the cost is constant")
        load_kernel()
        lengths = _Lengths(deadline, None if lasts else sweeps)
        attempts.make(_runs(model, lengths, seed, deadline))
    settings = {"seconds": seconds} if lasts else {"reads": reads, "sweeps": sweeps}
    result = solution(
        problem,
        _NAME,
        attempts.best.bitstring,
        started,
        evaluations=attempts.evaluations,
        settings={**settings, "time_limit": time_limit},
        history=attempts.history,
        stop_reason=limits.reason("all reads done", attempts.best.value),
        seed=seed,
    )
    return hand_over(result, deadline)


class _Lengths:
    """Sweeps of each attempt: a fixed number, or more and more while that pays.

    Lengths double after every four attempts, until one of the longer ones ends higher on average
    than the better of two shorter ones. The last attempts take the time that is left.
    """

    def __init__(self, deadline: Deadline, fixed: int | None) -> None:
        self._deadline, self._fixed = deadline, fixed
        self._length, self._given, self._grows = _FIRST_SWEEPS, 0, True
        self._costs: dict[int, list[float]] = {}
        self._rate, self._lock = inf, Lock()

    def take(self) -> int | None:
        """The length of the next attempt; None if there is no time for one."""
        if self._fixed is not None:
            return self._fixed
        with self._lock:
            fits = self._deadline.left() * self._rate
            if fits < _SHORTEST:
                return None
            if self._given == _OF_EACH and self._grows:
                self._length, self._given = 2 * self._length, 0
            self._given += 1
            return int(0.95 * fits) if self._length > fits / 2.5 else self._length

    def report(self, length: int, seconds: float, cost: float) -> None:
        """Take into account how an attempt went."""
        if self._fixed is not None:
            self._deadline.reached = self._deadline.reached or length < self._fixed
            return
        with self._lock:
            self._rate = length / max(seconds, 1e-6)
            costs = self._costs.setdefault(length, [])
            costs.append(cost)
            shorter = self._costs.get(length // 2)
            if len(costs) == _OF_EACH and shorter is not None and len(shorter) >= _OF_EACH:
                pairs = [min(pair) for pair in zip(shorter[::2], shorter[1::2], strict=False)]
                self._grows = self._grows and fmean(costs) <= fmean(pairs)


def _runs(model: SpinModel, lengths: _Lengths, seed: int | None, deadline: Deadline) -> Attempt:
    """Anneal from uniform spins, each attempt with a generator of its number."""
    both = schedules(model)
    root = random_root(seed)

    def attempt(number: int) -> tuple[str, int] | None:
        sweeps = lengths.take()
        if sweeps is None:
            return None
        random = np.random.default_rng([root, number])
        spins, begun = model.random_spins(random), perf_counter()
        done = cool(model, spins, sweeps, both[number % 2], random, deadline)
        lengths.report(done, perf_counter() - begun, model.cost(spins))
        return model.bitstring(spins), done * model.free

    return attempt


def sample(task: Task) -> Drawn:
    """Runs of a task, each of so many sweeps."""
    problem = task.instance.problem
    model = spin_model(problem.cost, problem.num_variables)
    geometric, _ = schedules(model)
    random = task.random()

    def run(sweeps: int) -> tuple[str, int]:
        spins = model.random_spins(random)
        done = cool(model, spins, sweeps, geometric, random)
        return model.bitstring(spins), done * model.free

    return length_runs(task, run)
