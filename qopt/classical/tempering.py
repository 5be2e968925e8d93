"""Parallel tempering: replicas at many temperatures that exchange states and clusters."""

from __future__ import annotations

from math import log
from threading import local
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from qminima.limits import Deadline
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import hand_over
from simulator.typing import Floats

from ..kernels.annealing import MARKS, anneal, exchange_cluster
from ..problems.problem import Problem
from ..results import solution
from ..sampling.length import length_runs
from .attempts import Attempt, Attempts, random_root
from .cooling import load_kernel, quench, schedules
from .spin_model import SpinModel, spin_model
from .target import Limits

if TYPE_CHECKING:
    from ..sampling.drawn import Drawn
    from ..sampling.task import Task

# Temperatures, each with two replicas, and neighbours of a spin up to which clusters in which these
# differ are small enough to be worth an exchange.
_TEMPERATURES, _SPARSE = 20, 6.5

# Runs and their rounds of all replicas where no time is given.
_RUNS, _ROUNDS = 2, 250

# Neighbours and spins that are read between two looks at the clock.
_PIECE = 2 * 10**7


def tempering(
    problem: Problem,
    *,
    runs: int | None = None,
    rounds: int | None = None,
    seconds: float | None = None,
    seed: int | None = None,
    time_limit: float | None = None,
    target: float | None = None,
    progress: Progress | None = None,
) -> Result:
    """Parallel tempering with cluster moves, on all threads; the best state of several runs.

    Two replicas at each of 20 inverse temperatures make a sweep; states of neighbouring
    temperatures are exchanged with probability min(1, exp((beta - beta')(E - E'))) (Hukushima and
    Nemoto, J. Phys. Soc. Jpn. 65, 1604, 1996); and on sparse problems the two replicas of a
    temperature exchange a cluster in which they differ (Houdayer, Eur. Phys. J. B 22, 479, 2001;
    Zhu, Ochoa and Katzgraber, Phys. Rev. Lett. 115, 077201, 2015).

    Args:
        problem: what is minimised.
        runs: how many independent ones; 2 without a time.
        rounds: sweeps of every replica in a run; 250 without a time.
        seconds: how long to search, instead of `runs` and `rounds`.
        seed: of all runs; with `runs` and `rounds` the same seed gives the same result.
        time_limit: in seconds. Unless `runs` or `rounds` are given it is all used, as `seconds`
            are.
        target: a score at which the search ends, as in `annealing`, whose errors it has too.
        progress: reports the best score so far.

    Returns:
        A result whose `evaluations` are the flips that were offered.
    """
    started = perf_counter()
    limits = Limits(problem, seed, seconds, time_limit, target, runs=runs, rounds=rounds)
    lasts, deadline = limits.lasts, limits.deadline
    attempts = Attempts(problem, deadline, None if lasts else runs or _RUNS, limits.goal, progress)
    with deadline:
        model = spin_model(problem.cost, problem.num_variables)
        load_kernel()
        _load_exchange()
        length = None if lasts else rounds or _ROUNDS
        attempts.make(_runs(model, length, random_root(seed), deadline))
    result = solution(
        problem,
        "parallel tempering",
        attempts.best.bitstring,
        started,
        evaluations=attempts.evaluations,
        settings={
            "runs": None if lasts else runs or _RUNS, "rounds": length, "seconds": seconds,
            "time_limit": time_limit,
        },
        history=attempts.history,
        stop_reason=limits.reason("all runs done", attempts.best.value),
        seed=seed,
    )  # fmt: skip
    return hand_over(result, deadline)


def _load_exchange() -> None:
    """Compile or load the kernel of cluster moves now, before several threads need it."""
    none, index, spins = np.zeros(1), np.zeros(2, dtype=np.int64), [np.ones(1) for _ in range(4)]
    exchange_cluster(0, none, index, index[:0], 0, *spins, 0, index)


class Replicas:
    """Two replicas at each temperature.

    Args:
        model: what is minimised.
        random: the generator of this run.

    Attributes:
        best: spins of the least cost so far.
        least: that cost.
        offered: flips that were offered.
    """

    def __init__(self, model: SpinModel, random: np.random.Generator) -> None:
        self._model, self._random = model, random
        hot, cold, _ = schedules(model)[0]
        self._betas = np.geomspace(hot, cold, _TEMPERATURES)
        self._spins = [[model.random_spins(random) for _ in range(2)] for _ in self._betas]
        self._gains = [[model.gains(spins) for spins in pair] for pair in self._spins]
        self._state = random.integers(1, 2**63, 1, dtype=np.uint64)
        self._members = np.zeros(model.free + 1, dtype=np.int64)
        self._sparse = len(model.others) <= _SPARSE * max(1, model.free)
        self.best, self.least, self.offered = self._spins[-1][0].copy(), np.inf, 0

    def round(self) -> None:
        """A sweep of all replicas, exchanges of clusters and of states."""
        for k, beta in enumerate(self._betas):
            betas = np.array([beta])
            for side in range(2):
                self._sweep(self._spins[k][side], self._gains[k][side], betas)
            if self._sparse:
                self._exchange_clusters(k)
        costs = [[-0.25 * float(gains.sum()) for gains in pair] for pair in self._gains]
        for side in range(2):
            self._exchange_states(side, [pair[side] for pair in costs])
        self._remember()

    def _sweep(self, spins: Floats, gains: Floats, betas: Floats) -> None:
        model = self._model
        anneal(
            0, spins, gains, model.free, model.starts, model.others, model.weights, self._state,
            betas, MARKS,
        )  # fmt: skip
        self.offered += len(betas) * model.free

    def _exchange_clusters(self, k: int) -> None:
        """Exchange one cluster between the replicas of a temperature."""
        (first, second), (one, other) = self._spins[k], self._gains[k]
        differ = np.flatnonzero(first[:-1] != second[:-1])
        if len(differ) == 0:
            return
        model, site = self._model, int(differ[int(self._random.integers(len(differ)))])
        exchange_cluster(
            0, model.weights, model.starts, model.others, model.free, first, second, one, other,
            site, self._members,
        )  # fmt: skip

    def _exchange_states(self, side: int, costs: list[float]) -> None:
        """Offer an exchange to each pair of neighbouring temperatures, hot ones first."""
        for k in range(_TEMPERATURES - 1):
            change = (self._betas[k + 1] - self._betas[k]) * (costs[k + 1] - costs[k])
            if change >= 0 or log(1.0 - self._random.random()) < change:
                for held in (self._spins, self._gains):
                    held[k][side], held[k + 1][side] = held[k + 1][side], held[k][side]
                costs[k], costs[k + 1] = costs[k + 1], costs[k]

    def _remember(self) -> None:
        """Keep the local optimum next to the better of the coldest replicas if it is the best."""
        side = int(self._gains[-1][1].sum() > self._gains[-1][0].sum())
        found, gains = self._spins[-1][side].copy(), self._gains[-1][side].copy()
        self.offered += self._model.free * quench(self._model, found, gains, self._state)
        cost = -0.25 * float(gains.sum())
        if cost < self.least - 1e-9:
            self.best, self.least = found, cost


def _runs(model: SpinModel, rounds: int | None, root: int, deadline: Deadline) -> Attempt:
    """Runs of so many rounds; or pieces of a run that each thread goes on with."""
    held = local()
    piece = rounds or max(1, _PIECE // (2 * _TEMPERATURES * model.work))

    def attempt(number: int) -> tuple[str, int]:
        if rounds is not None or not hasattr(held, "replicas"):
            held.replicas = Replicas(model, np.random.default_rng([root, number]))
        replicas, before = held.replicas, held.replicas.offered
        for done in range(piece):
            if done and deadline():
                break
            replicas.round()
        return model.bitstring(replicas.best), replicas.offered - before

    return attempt


def sample(task: Task) -> Drawn:
    """Runs of a task, each of so many sweeps in all replicas together."""
    problem = task.instance.problem
    model = spin_model(problem.cost, problem.num_variables)
    random = task.random()

    def run(sweeps: int) -> tuple[str, int]:
        replicas = Replicas(model, random)
        while replicas.offered < sweeps * model.free:
            replicas.round()
        return model.bitstring(replicas.best), replicas.offered

    return length_runs(task, run)
