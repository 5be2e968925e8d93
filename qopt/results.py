"""Results of combinatorial methods, every bit string scored again from the problem's data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
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


def plain_data(value: Any) -> Any:
    """A decoded solution as JSON holds it.

    Sets and tuples become lists, mappings lists of pairs, and labels that are neither text nor
    numbers become text.

    >>> plain_data(({"b", "a"}, {("x", 1): True}))
    [['a', 'b'], [[['x', 1], True]]]
    """
    if isinstance(value, set | frozenset):
        return sorted((plain_data(one) for one in value), key=lambda one: (str(type(one)), one))
    if isinstance(value, Mapping):
        return [[plain_data(key), plain_data(one)] for key, one in value.items()]
    if isinstance(value, list | tuple):
        return [plain_data(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def bits(values: Sequence[int]) -> str:
    """A bit string from a sequence of 0 and 1.

    >>> bits([0, 1, 1])
    '011'
    """
    return "".join("1" if value else "0" for value in values)
