"""Results of combinatorial methods, every bit string scored again from the problem's data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

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
    """The result of a method that found `bitstring`; `started` is its `perf_counter` time."""
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
            **({} if problem.feasible(bitstring) else {"feasible": False}),
            **(properties or {}),
        },
        **fields,
    )


def bits(values: Sequence[int]) -> str:
    """A bit string from a sequence of 0 and 1.

    >>> bits([0, 1, 1])
    '011'
    """
    return "".join("1" if value else "0" for value in values)
