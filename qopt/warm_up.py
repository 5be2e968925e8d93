"""Examples that `qopt warm-up` runs: every kind of circuit and search that needs kernels."""

from __future__ import annotations

from simulator.warm_up import Example
from simulator.warm_up.examples import qaoa_examples

# Spins of the examples.
_SPINS = 12


def examples() -> list[Example]:
    """Searches, and circuits in both precisions."""
    return [
        Example("local search", _searches),
        Example("feasible local search", _feasible),
        Example("semidefinite relaxation", _relaxation),
        *qaoa_examples("single"),
        *qaoa_examples("double"),
    ]


def _searches() -> None:
    from qopt import annealing, breakout, one_exchange, spin_glass, tempering

    problem = spin_glass(_SPINS)
    annealing(problem, reads=1, sweeps=10, seed=0)
    tempering(problem, runs=1, rounds=1, seed=0)
    one_exchange(problem, 1, seed=0)
    breakout(problem, seed=0, time_limit=1e-3)


def _feasible() -> None:
    import networkx as nx
    import numpy as np

    from qopt import colouring, feasible_search, independent_set, portfolio, travelling_salesman

    graph, ones = nx.cycle_graph(_SPINS), np.ones((4, 4))
    for problem in (
        colouring(graph), independent_set(graph), portfolio(ones[0], ones, 2),
        travelling_salesman(ones),
    ):  # fmt: skip
        feasible_search(problem, runs=1, sweeps=1, seed=0)


def _relaxation() -> None:
    import networkx as nx

    from qopt import maxcut

    from .classical.low_rank import relax

    relax(maxcut(nx.cycle_graph(_SPINS)), seed=0)
