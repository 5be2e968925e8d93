"""Exact minima of quadratic costs whose graph is like a tree."""

from __future__ import annotations

from fractions import Fraction
from time import perf_counter

import networkx as nx
import numpy as np

from qminima.errors import InputError
from qminima.result import Result

from ..problems.problem import Problem
from ..results import solution
from .bqm import NEGLIGIBLE, best_bitstring, binary_quadratic_model
from .claims import optimality
from .exact import exact_cost, rounding

# Work and memory grow as 2^width.
MAX_WIDTH = 20


def tree_decomposition(problem: Problem) -> Result:
    """The least cost by dynamic programming over a tree decomposition, by dwave-samplers.

    Exact up to rounding (`proven`, or `within` a small difference), in time 2^w n for the width w
    of an elimination order found by minimum degrees. Dechter, Artif. Intell. 113, 41 (1999).

    Raises:
        InputError: if the cost is of higher than second degree, or the width exceeds 20.
    """
    from dwave.samplers import TreeDecompositionSolver

    started = perf_counter()
    model = binary_quadratic_model(problem.cost, problem.num_variables)
    found = width(problem)
    if found > MAX_WIDTH:
        raise InputError(
            f"tree decomposition takes costs up to width {MAX_WIDTH}, this one has about {found}; "
            "use milp"
        )
    samples = TreeDecompositionSolver().sample(model, num_reads=1)
    best = best_bitstring(problem, samples)
    return solution(
        problem,
        "tree decomposition",
        best,
        started,
        properties={
            **optimality(problem, best, _missed(problem), exact_cost(problem)),
            "width": found,
        },
    )


def _missed(problem: Problem) -> Fraction:
    """How far rounding, and weights that the model leaves out, can have led from the least cost."""
    sizes = np.abs([weight for spins, weight in problem.cost.terms if spins])
    left_out = sizes[sizes < NEGLIGIBLE * sizes.max(initial=0.0)].sum()
    sums = 8 * len(sizes) * float(np.finfo(float).eps) * sizes.sum()
    return 2 * Fraction(float(left_out + sums + rounding(problem)))


def width(problem: Problem) -> int:
    """The width of an elimination order by minimum degrees, an upper bound on the treewidth."""
    graph: nx.Graph[int] = nx.empty_graph(problem.num_variables)
    graph.add_edges_from(qubits for qubits, _ in problem.cost.terms if len(qubits) == 2)
    return int(nx.approximation.treewidth_min_degree(graph)[0])
