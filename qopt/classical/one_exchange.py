"""Local search by single flips from given bit strings, or from uniform ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from math import inf
from threading import local
from typing import TYPE_CHECKING

import numpy as np

from qminima.errors import InputError
from qminima.limits import Deadline
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import hand_over
from simulator.timing import Stopwatch
from simulator.typing import Floats

from ..problems.problem import Problem
from ..results import Best, solution
from ..sampling.budget import Account
from ..sampling.drawn import Drawn
from .attempts import Attempts, random_root
from .random_assignment import uniform_bitstrings
from .search import Search
from .target import Limits

if TYPE_CHECKING:
    from ..sampling.task import Task


# Starts where neither they nor a time are given, and those of an attempt.
_STARTS, _TOGETHER = 1024, 32


def one_exchange(
    problem: Problem,
    starts: Sequence[str] | int | None = None,
    *,
    seed: int | None = None,
    method: str | None = None,
    time_limit: float | None = None,
    target: float | None = None,
    progress: Progress | None = None,
) -> Result:
    """Steepest descent by single flips, from every one of some bit strings, on all threads.

    Args:
        problem: what is minimised.
        starts: the bit strings, such as samples of a circuit; or how many uniform ones are drawn,
            1024 without a time limit, and as many as there is time for with one.
        seed: of these.
        method: name in tables, unless the usual one.
        time_limit: in seconds; a descent ends where it is then.
        target: a score at which the search ends; the optimum if that is known.
        progress: reports the best score so far.

    Returns:
        The best feasible optimum; `expectation` is the mean cost of all optima, `start_mean` that
        of the starts, and `evaluations` counts flips and starts.

    Raises:
        InputError: for no bit strings, or ones of another length, and as `breakout`.
        qminima.Interrupted: on Ctrl-C, with the best result so far.

    >>> import networkx, qopt
    >>> one_exchange(qopt.maxcut(networkx.cycle_graph(4)), ["0001"]).bitstring
    '0101'
    """
    watch = Stopwatch()
    given = _spins(starts, problem) if isinstance(starts, Sequence) else None
    count = starts if not isinstance(starts, Sequence) else len(starts)
    limits = Limits(problem, seed, None, time_limit, target, starts=count)
    count = None if limits.lasts else count or _STARTS
    number = None if count is None else -(-count // _TOGETHER)
    if not limits.lasts and target is None:
        limits.goal = -inf  # the means are those of all counted descents
    attempts = Attempts(problem, limits.deadline, number, limits.goal, progress)
    descents = _Descents(problem, random_root(seed), given, count)
    with limits.deadline:
        attempts.make(partial(descents, limits.deadline))
    made, first, last = descents.means()
    result = solution(
        problem,
        method or "uniform + one-exchange",
        attempts.best.bitstring,
        watch.started,
        evaluations=attempts.evaluations,
        expectation=last,
        settings={"starts": made, "time_limit": time_limit},
        properties={} if first is None else {"start_mean": first},
        history=attempts.history,
        stop_reason=limits.reason("all descents made", attempts.best.value),
        seed=seed,
    )
    return hand_over(result, limits.deadline)


class _Descents:
    """Attempts of some descents each.

    Args:
        problem: what is minimised.
        root: of the random numbers.
        given: spins of starts, row by row; uniform ones if None.
        count: how many starts there are; None for any number.
    """

    def __init__(
        self, problem: Problem, root: int, given: Floats | None, count: int | None
    ) -> None:
        self._problem, self._root, self._given, self._count = problem, root, given, count
        self._held = local()
        self._sums: dict[int, tuple[int, float, float]] = {}

    def __call__(self, deadline: Deadline, number: int) -> tuple[str, int]:
        """Descents from the starts of an attempt; the best optimum, and flips and starts."""
        if not hasattr(self._held, "search"):
            self._held.search = Search(self._problem.cost, self._problem.num_variables, 0)
        search, best = self._held.search, Best(self._problem)
        flips, made, first, last = 0, 0, 0.0, 0.0
        seen: set[str] = set()
        for row in self._rows(number):
            search.restart(row)
            made, first = made + 1, first + search.value
            flips += search.descend(deadline)
            last += search.value
            if search.bitstring not in seen:
                seen.add(search.bitstring)
                best.see(search.bitstring)
            if deadline():
                break
        self._sums[number] = made, first, last
        return best.bitstring, flips + made

    def _rows(self, number: int) -> Iterable[Floats]:
        """The starts of an attempt."""
        begin = number * _TOGETHER
        if self._given is not None:
            return self._given[begin : begin + _TOGETHER]
        random, n = np.random.default_rng([self._root, number]), self._problem.num_variables
        end = begin + _TOGETHER if self._count is None else min(begin + _TOGETHER, self._count)
        return (np.where(random.random(n) < 0.5, -1.0, 1.0) for _ in range(begin, end))

    def means(self) -> tuple[int, float | None, float | None]:
        """How many descents there were, and the mean costs of their starts and optima."""
        every = [self._sums[number] for number in sorted(self._sums)]
        made = sum(count for count, _, _ in every)
        if not made:
            return 0, None, None
        return made, sum(one[1] for one in every) / made, sum(one[2] for one in every) / made


def _spins(starts: Sequence[str], problem: Problem) -> Floats:
    n = problem.num_variables
    if not len(starts):
        raise InputError("expected at least one bit string to start from, got none")
    for text in starts:
        if len(text) != n or set(text) - {"0", "1"}:
            raise InputError(f"expected bit strings of {n} characters 0 or 1, got {text[:80]!r}")
    ones = np.array([list(text) for text in starts]) == "1"
    return np.where(ones, -1.0, 1.0)


def sample(task: Task) -> Drawn:
    """Runs of a task: steepest descents from uniform bit strings."""
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
