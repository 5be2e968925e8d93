"""Classical methods as sources of independent runs.

Evaluations are counted alike for all: every cost, and every change of the cost by a flip, that a
method looks at. A sweep of annealing looks at each variable once, a step of steepest descent or of
breakout local search at all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from qminima.limits import Deadline
from simulator.spaces import bitstring
from simulator.spaces.uniform import uniform_configurations
from simulator.timing import Stopwatch

from ..classical.bqm import all_bitstrings, binary_quadratic_model
from ..classical.semidefinite import hyperplane_roundings
from ..methods.registry import Method
from ..results import bits
from ..solving.certainty import bound_of
from ..solving.options import SolveOptions
from .budget import Account
from .drawn import Drawn, Training
from .task import Task

# Where nothing but time limits runs: so many in all, found from runs of this length on.
_RUNS_IN_TIME, _FIRST_LENGTH = 10, 10

# Sweeps by which a run of tabu search may be longer than it is told to be.
_OVERRUN = 2


def uniform(task: Task) -> Drawn:
    """Uniform bit strings, feasible ones where a mixer keeps the constraints."""
    account, found, random, watch = Account(task.budget), list[str](), task.random(), Stopwatch()
    for count in account.batches(1):
        found += uniform_bitstrings(task, random, count)
    return Drawn(bitstrings=found, evaluations=account.evaluations, seconds=watch())


def uniform_bitstrings(task: Task, random: np.random.Generator, count: int) -> list[str]:
    """So many uniform bit strings of the instance's space."""
    space, n = task.instance.space, task.instance.problem.num_variables
    if space is None:
        return [bits(row) for row in random.integers(0, 2, (count, n)).tolist()]
    drawn = uniform_configurations(space, count, random)
    return [bitstring(one, n) for one in drawn.tolist()]


def uniform_then_local(task: Task) -> Drawn:
    """Steepest descents by single flips from uniform bit strings."""
    random = task.random()

    def starts() -> Iterator[str]:
        while True:
            yield from uniform_bitstrings(task, random, 64)

    return local_search(task, starts())


def local_search(task: Task, starts: Iterator[str], before: int = 0) -> Drawn:
    """Steepest descents from given bit strings, until these or the budget end.

    A descent that has begun is finished.

    Args:
        task: the instance and the budget.
        starts: the bit strings.
        before: evaluations that each of them took.
    """
    from ..classical.search import Search

    problem = task.instance.problem
    n = problem.num_variables
    search = Search(problem.cost, n, 0)
    account, found, watch = Account(task.budget), list[str](), Stopwatch()
    for start in starts:
        if account.left(n + before) == 0:
            break
        search.restart(np.where(np.frombuffer(start.encode(), dtype=np.uint8) == ord("1"), -1.0, 1))
        flips = search.descend()
        found.append(search.bitstring)
        account.charge(1, (flips + 1) * n + before)
    return Drawn(bitstrings=found, evaluations=account.evaluations, seconds=watch())


def annealing(task: Task) -> Drawn:
    """Simulated annealing (dwave-samplers), each run of so many sweeps."""
    from dwave.samplers import SimulatedAnnealingSampler

    def read(model: Any, sweeps: int, count: int, seed: int | None) -> Any:
        return SimulatedAnnealingSampler().sample(
            model, num_reads=count, num_sweeps=sweeps, seed=seed
        )

    return _reads(task, read, 0)


def tabu(task: Task) -> Drawn:
    """Simple tabu search (dwave-samplers), each run of so many looks at each variable.

    Descents to new best costs are never cut short. The last one may overrun the length, for which
    every run is charged two looks more; runs of less than ten would be nothing but a descent.
    """
    from dwave.samplers import TabuSampler

    def read(model: Any, sweeps: int, count: int, seed: int | None) -> Any:
        return TabuSampler().sample(
            model, num_reads=count, seed=seed, num_restarts=0, timeout=None,
            coefficient_z_first=sweeps, lower_bound_z=0,
        )  # fmt: skip

    return _reads(task, read, _OVERRUN)


def _reads(task: Task, read: Callable[[Any, int, int, int | None], Any], overrun: int) -> Drawn:
    """Runs of one of D-Wave's samplers, each charged so many sweeps more."""
    problem = task.instance.problem
    n, watch = problem.num_variables, Stopwatch()
    model = binary_quadratic_model(problem.cost, n)
    if not any(model.linear.values()) and not model.quadratic:
        return Drawn(bitstrings=("0" * n,), evaluations=1, seconds=watch(), once=True)
    account, found, random = Account(task.budget), list[str](), task.random()
    sweeps = task.sweeps or _fitting(task, lambda length: read(model, length, 1, 0))
    for count in account.batches(n * (sweeps + overrun)):
        seed = None if task.seed is None else int(random.integers(2**31 - 1))
        found += all_bitstrings(read(model, sweeps, count, seed))
    return Drawn(
        bitstrings=found,
        evaluations=account.evaluations,
        seconds=watch(),
        settings={"sweeps": sweeps},
    )


def breakout(task: Task) -> Drawn:
    """Breakout local search, each run of so many flips or a few more."""
    from ..classical.search import Search

    problem = task.instance.problem
    n, random = problem.num_variables, task.random()
    search = Search(problem.cost, n, None if task.seed is None else task.seed_for_library())
    account, found, watch = Account(task.budget), list[str](), Stopwatch()

    def run(flips: int) -> int:
        search.restart(np.where(random.random(n) < 0.5, -1.0, 1.0))
        return search.breakout(flips, Deadline(None))

    sweeps = task.sweeps or _fitting(task, run)
    account.require(n * (sweeps + 1))
    while account.left(n * (sweeps + 1)):
        flips = run(sweeps)
        found.append(search.bitstring)
        account.charge(1, n * (flips + 1))
    return Drawn(
        bitstrings=found,
        evaluations=account.evaluations,
        seconds=watch(),
        settings={"sweeps": sweeps},
    )


def _fitting(task: Task, run: Callable[[int], Any]) -> int:
    """The length of a run that takes a tenth of the time, from runs of growing length."""
    share = (task.budget.seconds or 1.0) / _RUNS_IN_TIME
    length = _FIRST_LENGTH
    while True:
        watch = Stopwatch()
        run(length)
        taken = watch()
        if taken > 0.2 * share or length > 10**8:
            return max(1, int(length * share / max(taken, 1e-9)))
        length *= 4


def goemans_williamson(task: Task) -> Drawn:
    """Random hyperplanes through the vectors of the semidefinite relaxation.

    Most of the work is the relaxation, which looks at no costs, so that evaluations say nothing.
    """
    account, found = Account(task.budget), list[str]()
    random, problem = task.random(), task.instance.problem
    deadline = Deadline(task.budget.seconds)
    relaxed = hyperplane_roundings(problem, random, deadline)
    if deadline.interrupted:
        raise KeyboardInterrupt
    watch = Stopwatch()
    for count in account.batches(1):
        found += relaxed.bitstrings(count)
    return Drawn(
        bitstrings=found,
        evaluations=None,
        seconds=watch(),
        training=Training(seconds=relaxed.seconds),
        bound=relaxed.lower_bound,
    )


def single_result(method: Method, task: Task) -> Drawn:
    """The one result of a classical method, and its proof if it has one."""
    if method.run is None:
        raise TypeError(f"{method.id} has neither a sampler nor a run")
    options = SolveOptions(
        seed=None if task.seed is None else task.seed_for_library(),
        time_limit=task.budget.seconds,
        progress=task.progress,
    )
    result = method.run(task.instance, options)
    return Drawn(
        bitstrings=() if result.bitstring is None else (result.bitstring,),
        evaluations=result.evaluations or None,
        seconds=result.seconds,
        once=True,
        proven=bool(result.properties.get("proven")),
        bound=bound_of(result),
    )
