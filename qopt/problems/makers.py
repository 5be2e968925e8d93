"""All functions that make problems, by the kind of what they make."""

from __future__ import annotations

from collections.abc import Callable

from qminima.errors import unknown_name

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


def maker(name: str) -> Maker:
    """The function of a name, which may have hyphens; raises `InputError` for another name."""
    key = name.strip().lower().replace("_", "-")
    if key not in MAKERS:
        raise unknown_name("problem", key, MAKERS)
    return MAKERS[key]
