"""The semidefinite relaxation of quadratic costs: a bound, and Goemans-Williamson's rounding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from qminima.errors import InputError
from qminima.limits import Deadline, check_count, check_seed
from qminima.result import Result
from qminima.runner import hand_over
from simulator.kernels.kernel import compile_seconds
from simulator.timing import Stopwatch
from simulator.typing import Floats

from ..problems.maxcut import MaxCut
from ..problems.problem import Problem
from ..results import Best, bits, solution
from ..sampling.budget import Account
from ..sampling.drawn import Drawn, Training
from .cut_form import CutForm, cut_form
from .low_rank import load_kernel, relax
from .proofs.claims import lower_bound, rounded_up

if TYPE_CHECKING:
    from ..sampling.task import Task

MAX_NODES = 30_000

# Seconds for roundings once the time is over, or after Ctrl-C, and how many are made at a time.
_GRACE, _TOGETHER = 0.3, 10


@dataclass(frozen=True, eq=False)
class _Relaxed:
    """The relaxation serves both the bound and the rounding."""

    vectors: Floats
    bound: float
    seconds: float
    stopped: str | None = None


_relaxations: WeakKeyDictionary[MaxCut, _Relaxed] = WeakKeyDictionary()


def semidefinite_bound(problem: Problem, *, time_limit: float | None = None) -> Result:
    """A cost that no bit string can go below.

    A quadratic cost is taken as a cut of a graph of Laplacian L (see `CutForm`). The relaxation max
    tr(L X)/4, X positive semidefinite with unit diagonal, is solved over vectors, and the bound is
    proven by a factorisation, rounding errors included (see `low_rank.relax`). Where the data shows
    at once that no cost is lower than some other bound, such as 0 conflicts, and that is better, it
    is the result, and `bound_from` is "trivial".

    Args:
        problem: what is minimised.
        time_limit: in seconds. Where it leaves no time for the proof, the bound is the sum of all
            positive weights of the cut.

    Raises:
        InputError: for more than 30,000 nodes, or if the cost is of higher than second degree.
        qminima.Interrupted: on Ctrl-C, with the bound of the vectors so far.
    """
    form = cut_form(problem)
    deadline = Deadline(time_limit, uncounted=compile_seconds)
    relaxed = _relax(form.maxcut, deadline)
    bound, trivial = lower_bound(problem, form.lower_bound(relaxed.bound))
    properties: dict[str, Any] = {"cut": 0.0 - bound} if isinstance(problem, MaxCut) else {}
    if trivial:
        properties["bound_from"] = "trivial"
    result = Result(
        method="semidefinite relaxation",
        kind="bound",
        value=bound,
        unit="cost",
        problem=problem.describe(),
        seconds=relaxed.seconds,
        settings={"solver": "mixing method", "time_limit": time_limit},
        properties=properties,
        converged=relaxed.stopped is None,
        stop_reason=relaxed.stopped,
    )
    return hand_over(result, deadline)


def goemans_williamson(
    problem: Problem,
    *,
    hyperplanes: int = 100,
    seed: int | None = None,
    time_limit: float | None = None,
) -> Result:
    """The least cost by random hyperplanes through the vectors of the relaxation.

    Goemans and Williamson, J. ACM 42, 1115 (1995): with weights from zero up the mean cut is at
    least 0.878 of the best. `expectation` is the mean cost over the hyperplanes; the time includes
    that of the relaxation.

    Args:
        problem: what is minimised.
        hyperplanes: how many are drawn.
        seed: of these.
        time_limit: as in `semidefinite_bound`.

    Raises:
        InputError: as `semidefinite_bound`, and for fewer than one hyperplane.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    check_count("hyperplanes", hyperplanes)
    check_seed(seed)
    deadline = Deadline(time_limit, uncounted=compile_seconds)
    relaxed = hyperplane_roundings(problem, np.random.default_rng(seed), deadline)
    started = perf_counter() - relaxed.seconds
    best, costs = Best(problem), list[float]()
    with deadline:
        for candidate in relaxed.drawn(hyperplanes):
            costs.append(best.see(candidate))
            if deadline.overdue(_GRACE):
                break
    properties = {"lower_bound": relaxed.lower_bound}
    if isinstance(problem, MaxCut):
        properties["upper_bound"] = 0.0 - relaxed.lower_bound
    result = solution(
        problem,
        "Goemans-Williamson",
        best.bitstring,
        started,
        evaluations=len(costs),
        expectation=float(np.mean(costs)) if costs else None,
        settings={"hyperplanes": hyperplanes, "time_limit": time_limit},
        properties=properties,
        stop_reason=deadline.reason(relaxed.stopped),
        seed=seed,
    )
    return hand_over(result, deadline)


@dataclass(frozen=True, eq=False)
class HyperplaneRoundings:
    """Bit strings from random hyperplanes through the vectors of a relaxation.

    Attributes:
        lower_bound: what no cost goes below.
        seconds: that the relaxation took.
        stopped: why it ended early, if it did.
    """

    lower_bound: float
    seconds: float
    stopped: str | None
    _form: CutForm
    _vectors: Floats
    _random: np.random.Generator

    def bitstrings(self, count: int) -> list[str]:
        """The next ones, one for each hyperplane."""
        return list(self.drawn(count))

    def drawn(self, count: int) -> Iterator[str]:
        """The same, some at a time."""
        normals = self._random.normal(size=(self._vectors.shape[1], count))
        for first in range(0, count, _TOGETHER):
            sides = (self._vectors @ normals[:, first : first + _TOGETHER] < 0).T
            for side in sides.tolist():
                yield self._form.bitstring(bits(side))


def hyperplane_roundings(
    problem: Problem, random: np.random.Generator, deadline: Deadline
) -> HyperplaneRoundings:
    """Solve the relaxation of a problem, for roundings; Ctrl-C and the time end it early.

    Raises:
        InputError: as `semidefinite_bound`.
    """
    form = cut_form(problem)
    relaxed = _relax(form.maxcut, deadline)
    bound, _ = lower_bound(problem, form.lower_bound(relaxed.bound))
    return HyperplaneRoundings(
        bound, relaxed.seconds, relaxed.stopped, form, relaxed.vectors, random
    )


def _relax(problem: MaxCut, deadline: Deadline) -> _Relaxed:
    if problem in _relaxations:
        return _relaxations[problem]
    n = problem.num_variables
    if n > MAX_NODES:
        raise InputError(f"the semidefinite relaxation takes up to {MAX_NODES} nodes, got {n}")
    load_kernel()  # which is no part of the method's time
    started = perf_counter()
    found = relax(problem, seed=0, deadline=deadline)
    stopped = deadline.reason(None if found.converged else "time limit reached")
    bound, seconds = rounded_up(found.exact), perf_counter() - started
    relaxed = _Relaxed(found.vectors, bound, seconds, stopped)
    if stopped is None:
        _relaxations[problem] = relaxed
    return relaxed


def sample(task: Task) -> Drawn:
    """Runs of a task: random hyperplanes through the vectors of the relaxation.

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
