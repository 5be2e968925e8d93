"""Results of combinatorial methods, every bit string scored again from the problem's data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from math import inf, isfinite
from time import perf_counter
from typing import Any

import numpy as np

from qminima.result import Result

from .problems.problem import Problem


def solution(
    problem: Problem,
    method: str,
    bitstring: str,
    started: float,
    *,
    kind: str = "classical",
    properties: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Result:
    """The result of a method that found `bitstring`; `started` is its `perf_counter` time.

    One that violates a constraint is marked as not `feasible`, and a warning says that it is no
    solution.
    """
    feasible = problem.feasible(bitstring)
    if not feasible:
        fields["warnings"] = (*fields.get("warnings", ()), "violates a constraint: no solution")
    return Result(
        method=method,
        kind="quantum" if kind == "quantum" else "classical",
        value=problem.value(bitstring),
        unit="cost",
        problem=problem.describe(),
        seconds=perf_counter() - started,
        bitstring=bitstring,
        properties={
            problem.score_name: problem.score(bitstring),
            **({} if feasible else {"feasible": False}),
            **(properties or {}),
        },
        **fields,
    )


def first_feasible(problem: Problem, candidates: Iterable[str]) -> str:
    """The first feasible one of some candidates; where none is feasible, the very first."""
    every = iter(candidates)
    first = next(every)
    return next((one for one in chain((first,), every) if problem.feasible(one)), first)


def best_of(problem: Problem, candidates: Iterable[str]) -> str:
    """The feasible candidate of least cost; where none is feasible, the one of least cost."""
    return min(candidates, key=lambda one: (not problem.feasible(one), problem.value(one)))


# Bit strings of a method that was stopped before it had one.
_FALLBACKS = 6


class Best:
    """The best bit string so far: a feasible one before all others, then the one of least cost.

    Args:
        problem: whose costs are compared.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._order = (True, inf)
        self._bitstring: str | None = None

    @property
    def value(self) -> float:
        """Its cost; infinite where nothing was seen."""
        return self._order[1]

    @property
    def bitstring(self) -> str:
        """The best one; where nothing was seen, the best of zeros, ones, and some uniform ones."""
        if self._bitstring is None:
            n = self._problem.num_variables
            drawn = np.random.default_rng(0).integers(0, 2, (_FALLBACKS, n))
            for candidate in ("0" * n, "1" * n, *map(bits, drawn.tolist())):
                self.see(candidate)
        return str(self._bitstring)

    def see(self, bitstring: str) -> float:
        """Take a bit string into account; its cost."""
        value = self._problem.value(bitstring)
        order = (not self._problem.feasible(bitstring), value)
        if self._bitstring is None or order < self._order:
            self._order, self._bitstring = order, bitstring
        return value


def plain_data(value: Any) -> Any:
    """A decoded solution as JSON holds it.

    Sets and tuples become lists, mappings lists of pairs, and labels that are neither text nor
    numbers become text.

    >>> plain_data(({"b", "a"}, {("x", 1): True}))
    [['a', 'b'], [[['x', 1], True]]]
    """
    if isinstance(value, set | frozenset):
        return [plain_data(one) for one in sorted(value, key=_order)]
    if isinstance(value, Mapping):
        return [[plain_data(key), plain_data(one)] for key, one in value.items()]
    if isinstance(value, list | tuple):
        return [plain_data(one) for one in value]
    if isinstance(value, np.generic):
        return plain_data(value.item())
    if isinstance(value, float) and not isfinite(value):  # JSON has none such
        return str(value)
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def solution_text(solution: Any) -> str:
    """A decoded solution in one line: both sides, a set, a list, or values by label.

    >>> solution_text(({4, 2}, {3, 1})), solution_text({"b": 1, "a": 0})
    ('2, 4 | 1, 3', 'b: 1, a: 0')
    >>> solution_text([(0, 1), (0, 0)]), solution_text(set())
    ('(0, 1), (0, 0)', 'nothing')
    """
    if isinstance(solution, tuple):
        return " | ".join(solution_text(side) for side in solution)
    if isinstance(solution, Mapping):
        parts = [f"{_label(key)}: {_label(value)}" for key, value in solution.items()]
    elif isinstance(solution, set | frozenset):
        parts = [_label(one) for one in sorted(solution, key=_order)]
    elif isinstance(solution, list):
        parts = [_label(one) for one in solution]
    else:
        return str(solution)
    return ", ".join(parts) or "nothing"


def _label(label: Any) -> str:
    """A label as shown: text as it is, unless it would be taken for several."""
    label = _python(label)
    plain = not isinstance(label, str) or (label and not set(label) & set(",:|"))
    return str(label) if plain else repr(label)


def _python(label: Any) -> Any:
    """A label with NumPy's numbers as Python's."""
    if isinstance(label, tuple):
        return tuple(map(_python, label))
    return label.item() if isinstance(label, np.generic) else label


def _order(label: Any) -> tuple[str, Any]:
    """A key by which labels of any types can be sorted, those of one type by value."""
    label = _python(label)
    if isinstance(label, tuple | list):
        return str(list), [_order(one) for one in label]
    if isinstance(label, float) and not isfinite(label):
        return str(str), str(label)
    known = isinstance(label, bool | int | float | str)
    return (str(type(label)), label) if known else (str(str), str(label))


def bits(values: Sequence[int]) -> str:
    """A bit string from a sequence of 0 and 1.

    >>> bits([0, 1, 1])
    '011'
    """
    return "".join("1" if value else "0" for value in values)
