"""Local search by single flips from given bit strings, or from uniform ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from qminima.errors import InputError
from qminima.limits import Deadline, check_count, check_seed
from qminima.result import Result
from qminima.runner import hand_over
from simulator.kernels.kernel import compile_seconds
from simulator.timing import Stopwatch
from simulator.typing import Floats

from ..problems.problem import Problem
from ..results import Best, solution
from ..sampling.budget import Account
from ..sampling.drawn import Drawn
from .random_assignment import uniform_bitstrings
from .search import Search

if TYPE_CHECKING:
    from ..sampling.task import Task


def one_exchange(
    problem: Problem,
    starts: Sequence[str] | int = 1024,
    *,
    seed: int | None = None,
    method: str | None = None,
    time_limit: float | None = None,
) -> Result:
    """Steepest descent by single flips, from every one of some bit strings.

    Args:
        problem: what is minimised.
        starts: the bit strings, such as samples of a circuit; or how many uniform ones are drawn.
        seed: of these.
        method: name in tables, unless the usual one.
        time_limit: in seconds; from then on no further one is begun, and a descent ends where
            it is.

    Returns:
        The best feasible optimum; `expectation` is the mean cost of all optima, `start_mean` among
        the properties that of the bit strings they came from, and `evaluations` counts flips and
        starts.

    Raises:
        InputError: for no bit strings, or ones of another length.
        qminima.Interrupted: on Ctrl-C, with the best result so far.

    >>> import networkx, qopt
    >>> one_exchange(qopt.maxcut(networkx.cycle_graph(4)), ["0001"]).bitstring
    '0101'
    """
    watch = Stopwatch()
    n = problem.num_variables
    rows: Iterable[Floats]
    if isinstance(starts, Sequence):
        rows = _spins(starts, n)
    else:
        check_count("starts", starts)
        check_seed(seed)
        random = np.random.default_rng(seed)
        rows = (np.where(random.random(n) < 0.5, -1.0, 1.0) for _ in range(starts))
    deadline, best = Deadline(time_limit, uncounted=compile_seconds), Best(problem)
    search = Search(problem.cost, n, 0)
    flips, first, last, count = 0, 0.0, 0.0, 0
    seen: set[str] = set()
    with deadline:
        for row in rows:
            search.restart(row)
            start = search.value
            made = search.descend(deadline)
            count, flips = count + 1, flips + made
            first, last = first + start, last + search.value
            if search.bitstring not in seen:
                seen.add(search.bitstring)
                best.see(search.bitstring)
            if deadline.step():
                break
    result = solution(
        problem,
        method or "uniform + one-exchange",
        best.bitstring,
        watch.started,
        evaluations=flips + count,
        expectation=last / count if count else None,
        settings={"starts": count, "time_limit": time_limit},
        properties={"start_mean": first / count} if count else {},
        stop_reason=deadline.reason(),
        seed=seed,
    )
    return hand_over(result, deadline)


def _spins(starts: Sequence[str], n: int) -> Floats:
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
