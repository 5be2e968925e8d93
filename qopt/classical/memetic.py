"""Memetic annealing: solutions are recombined by annealing the clusters in which they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from qminima.attended import attended
from qminima.limits import Deadline, check_count
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import hand_over
from simulator.threads import thread_count
from simulator.typing import Floats

from ..problems.problem import Problem
from ..results import Best, solution
from ..sampling.length import length_runs
from .attempts import random_root, report_best
from .clusters import Pairs, cluster_model, shared_clusters
from .cooling import cool, load_kernel, schedules
from .spin_model import SpinModel, spin_model
from .target import Limits

if TYPE_CHECKING:
    from ..sampling.drawn import Drawn
    from ..sampling.task import Task

# Solutions that are held, of which so many enter the next round; recombinations that are made
# side by side, so that the result does not depend on the number of threads; and how many without
# success end a round.
_POPULATION, _KEPT, _TOGETHER, _PATIENCE = 16, 4, 8, 48

# Parents of most children, and more of them where they would share too few clusters.
_FEW_PARENTS, _FEW_CLUSTERS = 4, 8

# Sweeps that make a solution of the first round, and rounds without a time.
_SWEEPS, _ROUNDS = 500, 2

# Sweeps of a recombination as a part of those of a solution.
_PART = 4

# The part of the time that is left which the solutions of a round may take.
_SHARE = 0.4


def memetic(
    problem: Problem,
    *,
    sweeps: int | None = None,
    rounds: int | None = None,
    seconds: float | None = None,
    seed: int | None = None,
    time_limit: float | None = None,
    target: float | None = None,
    progress: Progress | None = None,
) -> Result:
    """A population of annealed solutions, recombined until that gains nothing, in rounds.

    Neighbours with the same relative sign in all parents, two to all of the population, are merged
    into clusters. The cost of the clusters is a smaller problem of the same kind; its annealed
    solution is the child, which replaces the worst parent if it is better. After Houdayer and
    Martin, Phys. Rev. Lett. 83, 1030 (1999).

    Args:
        problem: what is minimised.
        sweeps: of each solution of the first round; 500 unless given. They double with each round.
        rounds: how many; 2 without a time.
        seconds: how long to search, instead of `rounds`.
        seed: of the search; with `rounds` the same seed gives the same result.
        time_limit: in seconds. Unless `rounds` is given it is all used, as `seconds` are.
        target: a score at which the search ends, as in `annealing`, whose errors it has too.
        progress: reports the best score so far.

    Returns:
        A result whose `evaluations` are the flips that were offered.
    """
    started = perf_counter()
    if sweeps is not None:
        check_count("sweeps", sweeps)
    limits = Limits(problem, seed, seconds, time_limit, target, rounds=rounds)
    best, evolution, deadline = Best(problem), None, limits.deadline
    with deadline:
        model = spin_model(problem.cost, problem.num_variables)
        load_kernel()
        with ThreadPoolExecutor(thread_count()) as pool:
            evolution = Evolution(model, random_root(seed), deadline, pool.map, _TOGETHER)
            evolution.on_best = partial(_see, problem, limits, progress)
            number = None if limits.lasts else rounds or _ROUNDS
            attended(lambda: evolution.run(sweeps or _SWEEPS, number), deadline)
    if evolution is not None and evolution.members:
        for spins in evolution.members:
            best.see(model.bitstring(spins))
    result = solution(
        problem,
        "memetic annealing",
        best.bitstring,
        started,
        evaluations=0 if evolution is None else evolution.evaluations,
        settings={"sweeps": sweeps or _SWEEPS, "rounds": rounds, "time_limit": time_limit},
        history=[] if evolution is None else evolution.history,
        stop_reason=limits.reason("all rounds done", best.value),
        seed=seed,
    )  # fmt: skip
    return hand_over(result, deadline)


def _see(problem: Problem, limits: Limits, progress: Progress | None, value: float) -> None:
    """Report a new least cost; the target ends the search."""
    report_best(problem, value, progress)
    if value <= limits.goal:
        limits.deadline.finish()


class Evolution:
    """A population of solutions of a spin model.

    Args:
        model: what is minimised.
        root: of the random numbers.
        deadline: ends it; None for numbers of flips that do not depend on the clock.
        mapper: applies a function to numbers, several at a time.
        together: recombinations that are made side by side.

    Attributes:
        members: spins of the solutions.
        costs: of these.
        evaluations: flips that were offered.
        history: evaluations and least cost, at each improvement.
        on_best: called with each new least cost.
    """

    def __init__(
        self,
        model: SpinModel,
        root: int,
        deadline: Deadline | None,
        mapper: Callable[..., Iterable[Any]] = map,
        together: int = 1,
    ) -> None:
        self._model, self._pairs = model, Pairs.of(model)
        self._schedules = schedules(model)
        self._root, self._deadline = root, deadline
        self._map, self._together = mapper, together
        self._number, self._rate = 0, np.inf
        self.members: list[Floats] = []
        self.costs: list[float] = []
        self.evaluations = 0
        self.history: list[tuple[int, float]] = []
        self.on_best: Callable[[float], object] = float

    def run(self, sweeps: int, rounds: int | None, evaluations: float = np.inf) -> None:
        """Rounds of ever more sweeps, until one of the limits or the time is over."""
        done = 0
        while done != rounds and not (done and self._over(evaluations)):
            share = (evaluations - self.evaluations) / (2 * _POPULATION * self._model.free)
            self.start(int(min(sweeps, max(1, share))))
            failures, part = 0, max(1, sweeps // _PART)
            while failures < _PATIENCE and not self._over(evaluations):
                failures = 0 if self.recombine(part) else failures + self._together
            sweeps, done = 2 * sweeps, done + 1

    def start(self, sweeps: int) -> None:
        """A new population beside the best solutions of the last one."""
        order = np.argsort(self.costs, kind="stable")[:_KEPT]
        members = [self.members[k] for k in order]
        self.members, self.costs = members, [self.costs[k] for k in order]
        count = _POPULATION - len(members)
        if self._deadline is not None:
            fits = _SHARE * self._deadline.left() * self._rate / count
            sweeps = int(min(sweeps, max(fits, 1)))
        begun = perf_counter()
        for spins, made in self._map(lambda k: self._solution(k, sweeps), self._numbers(count)):
            self._enter(spins, made)
        self._rate = count * sweeps / max(perf_counter() - begun, 1e-6)

    def recombine(self, sweeps: int) -> bool:
        """Recombine several times; whether a better solution entered the population."""
        improved = False
        children = self._map(lambda k: self._child(k, sweeps), self._numbers(self._together))
        for spins, parents, made in list(children):
            self.evaluations += made
            worst = max(parents, key=self.costs.__getitem__)
            cost = self._model.cost(spins)
            if cost < self.costs[worst] - 1e-9 and not self._holds(spins):
                self.members[worst], self.costs[worst] = spins, cost
                self._note()
                improved = True
        return improved

    def _numbers(self, count: int) -> list[int]:
        """Numbers for generators that have not been used."""
        self._number += count
        return list(range(self._number - count, self._number))

    def _solution(self, number: int, sweeps: int) -> tuple[Floats, int]:
        """Annealed from uniform spins; how many flips were offered."""
        random = np.random.default_rng([self._root, number])
        spins = self._model.random_spins(random)
        done = cool(self._model, spins, sweeps, self._schedules[number % 2], random, self._deadline)
        return spins, done * self._model.free

    def _child(self, number: int, sweeps: int) -> tuple[Floats, list[int], int]:
        """Of some parents: the annealed clusters, the parents, and flips that were offered."""
        random = np.random.default_rng([self._root, number])
        order = random.permutation(len(self.members)).tolist()
        count = int(random.integers(2, _FEW_PARENTS + 1))
        while True:
            parents = order[:count]
            clusters = shared_clusters(self._pairs, [self.members[k] for k in parents])
            if clusters[-1] >= _FEW_CLUSTERS or count >= len(order):
                break
            count += 1
        base = self.members[parents[0]]
        model = cluster_model(self._pairs, base, clusters)
        turned = model.random_spins(random)
        made = cool(model, turned, sweeps, schedules(model)[0], random, self._deadline)
        # Finding the clusters takes as long as a sweep of all spins.
        return base * turned[clusters], parents, made * model.free + self._model.free

    def _enter(self, spins: Floats, made: int) -> None:
        self.members.append(spins)
        self.costs.append(self._model.cost(spins))
        self.evaluations += made
        self._note()

    def _over(self, evaluations: float) -> bool:
        timed = self._deadline is not None and self._deadline()
        return timed or self.evaluations >= evaluations

    def _note(self) -> None:
        """Add the least cost to the history if it is a new one."""
        least = self._model.value(min(self.costs))
        if not self.history or least < self.history[-1][1]:
            self.history.append((self.evaluations, least))
            self.on_best(least)

    def _holds(self, spins: Floats) -> bool:
        """Whether a solution is there already, or the one of all spins turned."""
        free = self._model.free
        return any(abs(spins[:free] @ member[:free]) == free for member in self.members)


def sample(task: Task) -> Drawn:
    """Runs of a task: populations whose solutions take half of its sweeps each."""
    problem = task.instance.problem
    model = spin_model(problem.cost, problem.num_variables)
    random = task.random()

    def run(sweeps: int) -> tuple[str, int]:
        evolution = Evolution(model, int(random.integers(2**31 - 1)), None)
        each = max(1, sweeps // (2 * _POPULATION))
        evolution.run(each, None, sweeps * model.free)
        best = evolution.members[int(np.argmin(evolution.costs))]
        return model.bitstring(best), evolution.evaluations

    return length_runs(task, run)
