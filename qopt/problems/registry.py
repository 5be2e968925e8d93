"""The registry of problems: what `--problem`, `qopt list`, files in JSON and the tests read.

To add a problem: its function, and where there is one the function of its random instances, in a
module of this folder; its name in `qopt/__init__.pyi`; and an entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

from qminima.errors import InputError, check_name, shorten

from .binary import BinaryProblem
from .colouring import colouring
from .graphs import random_regular_graph
from .independent_set import independent_set, vertex_cover
from .knapsack import knapsack, random_items
from .labs import labs
from .maxcut import maxcut
from .partition import partition, random_numbers
from .polynomial_problem import ising, qubo, random_matrix, spin_glass
from .portfolio import portfolio, random_assets
from .protein_folding import protein_folding, random_beads
from .satisfiability import max_sat, random_clauses
from .travelling_salesman import random_cities, travelling_salesman


@dataclass(frozen=True)
class Kind:
    """A kind of problem.

    Attributes:
        id: as `--problem` and records name it: the name of its function, with hyphens.
        summary: one line on it.
        make: the function that makes such a problem.
        random: the arguments of a random instance, from a size and a seed; None if there are none.
        largest: size up to which costs of random instances fit into memory.
    """

    id: str
    summary: str
    make: Callable[..., BinaryProblem]
    random: Callable[[int, int], dict[str, Any]] | None = None
    largest: int = 1000

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The parameters of its function."""
        return signature(self.make).parameters

    @property
    def takes_graph(self) -> bool:
        """Whether it is made of a graph."""
        return "graph" in self.parameters

    @property
    def arguments(self) -> str:
        """Its arguments besides a graph, with defaults: " [colours=3]"."""
        found = [
            name if parameter.default is parameter.empty else f"{name}={parameter.default!r}"
            for name, parameter in self.parameters.items()
            if name not in ("graph", "name", "reference")
        ]
        return f" [{', '.join(found)}]" if found else ""

    def misfit(self, arguments: Mapping[str, Any], error: Exception) -> InputError:
        """The error for arguments of another type than its function takes."""
        given = ", ".join(f"{key} = {shorten(value, 30)}" for key, value in arguments.items())
        name = self.make.__name__
        return InputError(
            f"{name} does not take {given or 'this'} ({shorten(error)}); see help(qopt.{name})"
        )


_REGISTRY = (
    Kind(
        "maxcut",
        "maximum cut: two sides of a graph with the most weight between them",
        maxcut,
        random_regular_graph,
        20_000,
    ),
    Kind(
        "independent-set",
        "maximum independent set: the heaviest nodes of which no two are neighbours",
        independent_set,
        random_regular_graph,
        20_000,
    ),
    Kind(
        "vertex-cover",
        "minimum vertex cover: the lightest nodes that touch every edge",
        vertex_cover,
        random_regular_graph,
        20_000,
    ),
    Kind(
        "colouring",
        "graph colouring with the fewest edges between equal colours",
        colouring,
        random_regular_graph,
        20_000,
    ),
    Kind(
        "partition",
        "number partitioning: two sets of numbers with sums as equal as can be",
        partition,
        random_numbers,
    ),
    Kind(
        "travelling-salesman",
        "shortest round trip through all cities",
        travelling_salesman,
        random_cities,
        100,
    ),
    Kind(
        "knapsack",
        "most valuable items with a total weight up to the capacity",
        knapsack,
        random_items,
    ),
    Kind(
        "portfolio",
        "selection of k assets of least risk and largest return: q x S x - m x",
        portfolio,
        random_assets,
    ),
    Kind(
        "labs",
        "low autocorrelation binary sequence of a length",
        labs,
        lambda size, _: {"length": size},
        150,
    ),
    Kind(
        "max-sat",
        "maximum satisfiability: an assignment that violates the fewest clauses",
        max_sat,
        random_clauses,
        20_000,
    ),
    Kind(
        "protein-folding",
        "HP lattice model: the fold of a chain with the most contacts between H beads",
        protein_folding,
        random_beads,
        64,
    ),
    Kind(
        "spin-glass",
        "Sherrington-Kirkpatrick spin glass: sum_{i<j} J_ij z_i z_j / sqrt n, J normal",
        spin_glass,
        lambda size, seed: {"nodes": size, "seed": seed},
    ),
    Kind("qubo", "polynomial of bits, of any degree", qubo, random_matrix),
    Kind("ising", "polynomial of spins ±1, of any degree; bit 0 is spin +1", ising),
)
PROBLEMS = {kind.id: kind for kind in _REGISTRY}


def find_kind(name: str) -> Kind:
    """The kind of a name, which may have underscores; raises `InputError` for another name."""
    key = name.strip().lower().replace("_", "-")
    check_name("problem", key, PROBLEMS)
    return PROBLEMS[key]
