"""Knapsacks by dynamic programming over lists of Pareto-optimal weights and values."""

from __future__ import annotations

from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.limits import Deadline
from qminima.result import Result
from qminima.runner import hand_over
from simulator.typing import Floats

from ..problems.binary import sums_exactly
from ..problems.knapsack import Knapsack
from ..problems.problem import Problem
from ..results import solution
from .neighbourhoods.walk import Whole

# Choices that a list holds at first.
_FIRST = 10_000

#: Choices that all lists of a pass hold together, and bytes of each.
MOST_CHOICES, BYTES_EACH = 40_000_000, 8

# What sums of real values can lose, as a part of them.
_ROUNDING = 1e-12


class Step(NamedTuple):
    """How the choices of a list came from those of the last one.

    Attributes:
        before: their numbers there.
        taken: whether the item was added.
    """

    before: NDArray[np.int32]
    taken: NDArray[np.bool_]


def pareto_lists(problem: Problem, *, time_limit: float | None = None) -> Result:
    """Choices among the first items that no other one beats in both weight and value, item by item.

    Nemhauser and Ullmann, Management Sci. 15, 494 (1969). Items come in the order of value per
    weight, and choices go that cannot beat the best one so far, even with parts of the next items
    (Dantzig, Oper. Res. 5, 266, 1957). Lists that become too long keep the choices of the highest
    such bounds; then another pass with longer lists follows, until none is cut or the time is over.

    Args:
        problem: a knapsack.
        time_limit: in seconds; lists have a greatest length without one as well.

    Returns:
        A feasible result, `proven` where no list was cut and values add up exactly, as whole
        numbers do; `evaluations` are choices that were considered.

    Raises:
        InputError: for another kind of problem, or a time limit that is not above zero.
        qminima.Interrupted: on Ctrl-C, with the best result so far.

    >>> import qopt
    >>> pareto_lists(qopt.knapsack([4, 3, 2], [3, 2, 2], capacity=4)).properties["proven"]
    True
    """
    started, deadline = perf_counter(), Deadline(time_limit)
    if not isinstance(problem, Knapsack):
        raise InputError(f"it takes knapsacks, not {problem.kind}; use another method")
    lists = _Lists(problem)
    complete, longest = False, _FIRST
    with deadline:
        while not complete and longest * lists.items <= MOST_CHOICES and not deadline():
            complete = lists.run(longest, deadline)
            longest *= 4
    result = solution(
        problem,
        "Pareto lists",
        lists.bitstring(),
        started,
        evaluations=lists.evaluations,
        settings={"time_limit": time_limit},
        stop_reason=deadline.reason("complete" if complete else "lists became too long"),
        properties={"proven": complete and lists.exact},
        warnings=() if complete else ("lists were cut, a better choice may be missing",),
    )
    return hand_over(result, deadline)


class _Lists:
    """Passes over the items of a knapsack, and the best choice of all."""

    def __init__(self, problem: Knapsack) -> None:
        self._problem = problem
        fitting = np.flatnonzero(problem.weights <= problem.capacity)
        ratios = problem.values[fitting] / problem.weights[fitting]
        self._order = fitting[np.argsort(-ratios, kind="stable")]
        self._weights, self._values = problem.weights[self._order], problem.values[self._order]
        self._heavy = np.append(0, np.cumsum(self._weights))
        self._worth = np.append(0.0, np.cumsum(self._values))
        self.exact = bool(sums_exactly(problem.values))
        self.items = max(1, len(self._order))
        self.evaluations = 0
        self._chosen = np.zeros(len(problem.values), dtype=bool)
        self._value = 0.0

    def run(self, longest: int, deadline: Deadline) -> bool:
        """A pass with lists up to a length; whether none was cut."""
        weights, values = np.zeros(1, dtype=np.int64), np.zeros(1)
        steps, complete = list[Step](), True
        for item, (heavy, worth) in enumerate(zip(self._weights, self._values, strict=True)):
            fits = np.flatnonzero(weights + heavy <= self._problem.capacity)
            before = np.concatenate([np.arange(len(weights)), fits])
            taken = np.concatenate([np.zeros(len(weights), bool), np.ones(len(fits), bool)])
            weights = np.concatenate([weights, weights[fits] + heavy])
            values = np.concatenate([values, values[fits] + worth])
            self.evaluations += len(weights)
            kept = _undominated(weights, values)
            steps.append(Step(before, taken))
            self._see(steps, weights, values)
            bounds = self._bounds(weights[kept], values[kept], item + 1)
            if len(kept) > longest:
                highest = np.argsort(-bounds, kind="stable")[:longest]
                complete = complete and bool(bounds[highest[-1]] < self._needed())
                kept, bounds = kept[highest], bounds[highest]
            kept = kept[bounds >= self._needed()]
            steps[-1] = Step(before[kept].astype(np.int32), taken[kept])
            weights, values = weights[kept], values[kept]
            if not len(kept):
                return complete
            if deadline():
                return False
        return complete

    def _needed(self) -> float:
        """The least bound of choices that may lead to a better one."""
        if self.exact:  # one more, less what the bound can lose
            return (self._value + 1.0) * (1.0 - _ROUNDING)
        return self._value * (1.0 + _ROUNDING)

    def _bounds(self, weights: Whole, values: Floats, item: int) -> Floats:
        """Values of choices, filled up with the next items and a part of the first that is left."""
        full = self._heavy[item] + self._problem.capacity - weights
        last = np.searchsorted(self._heavy, full, side="right") - 1
        rest = full - self._heavy[last]
        ratios = np.append(self._values / self._weights, 0.0)
        filled = values + (self._worth[last] - self._worth[item])
        return np.asarray(filled + rest * ratios[last])

    def _see(self, steps: list[Step], weights: Whole, values: Floats) -> None:
        """Keep the best choice, each filled up with whole next items as long as these fit."""
        item = len(steps)
        full = self._heavy[item] + self._problem.capacity - weights
        last = np.searchsorted(self._heavy, full, side="right") - 1
        filled = values + (self._worth[last] - self._worth[item])
        at = int(np.argmax(filled))
        if filled[at] <= self._value:
            return
        self._value = float(filled[at])
        chosen = np.zeros(len(self._order), dtype=bool)
        chosen[item : last[at]] = True
        for number in reversed(range(item)):
            chosen[number], at = steps[number].taken[at], int(steps[number].before[at])
        self._chosen[:] = False
        self._chosen[self._order[chosen]] = True

    def bitstring(self) -> str:
        """The best choice, with slack that fills the rest."""
        return self._problem.filled(self._chosen.tolist())


def _undominated(weights: Whole, values: Floats) -> Whole:
    """Numbers of choices that are more valuable than all that weigh no more, by weight."""
    order: Whole = np.lexsort((-values, weights))
    best = np.maximum.accumulate(values[order])
    return np.asarray(order[np.append(True, values[order][1:] > best[:-1])])
