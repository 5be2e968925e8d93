"""All functions that make problems, by the kind of what they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qminima.errors import InputError, check_name, shorten

from .binary import BinaryProblem
from .colouring import colouring
from .independent_set import independent_set, vertex_cover
from .knapsack import knapsack
from .labs import labs
from .maxcut import maxcut
from .partition import partition
from .polynomial_problem import ising, qubo, spin_glass
from .portfolio import portfolio
from .protein_folding import protein_folding
from .satisfiability import max_sat
from .travelling_salesman import travelling_salesman

Maker = Callable[..., BinaryProblem]

MAKERS: dict[str, Maker] = {
    function.__name__.replace("_", "-"): function
    for function in (
        maxcut, independent_set, vertex_cover, colouring, partition, travelling_salesman, knapsack,
        portfolio, labs, max_sat, protein_folding, spin_glass, qubo, ising,
    )
}  # fmt: skip


def misfit(make: Maker, arguments: Mapping[str, Any], error: Exception) -> InputError:
    """The error for arguments of another type than a function takes."""
    given = ", ".join(f"{key} = {shorten(value, 30)}" for key, value in arguments.items())
    return InputError(
        f"{make.__name__} does not take {given or 'this'} ({shorten(error)}); "
        f"see help(qopt.{make.__name__})"
    )


def maker(name: str) -> Maker:
    """The function of a name, which may have hyphens; raises `InputError` for another name."""
    key = name.strip().lower().replace("_", "-")
    check_name("problem", key, MAKERS)
    return MAKERS[key]
