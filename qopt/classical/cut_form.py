"""Any quadratic cost as a cut: fields become edges to one node more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from weakref import WeakKeyDictionary

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from ..problems.maxcut import MaxCut
from ..problems.problem import Problem
from ..problems.quadratic import check_quadratic
from .proofs.exact import ExactCost, exact_cost, rounding


@dataclass(frozen=True, eq=False)
class CutForm:
    """A graph whose cuts are the bit strings of a problem.

        cost(x) = constant - cut(x, 0),   w_ij = 2 J_ij,   w_in = 2 h_i

    of a cost sum J_ij z_i z_j + sum h_i z_i + c in spins; the last node, if fields call for it,
    stands for a spin +1. Barahona, Jünger and Reinelt, Math. Program. 44, 127 (1989).

    Attributes:
        maxcut: the cut.
        constant: what the cut is taken from.
        variables: of the problem.
        loss: how far rounding can have put these costs from the problem's own.
    """

    maxcut: MaxCut
    constant: float
    variables: int
    loss: float = 0.0

    def lower_bound(self, cut: float) -> float:
        """The lower bound on all costs that an upper bound on all cuts gives."""
        return self.constant - cut - self.loss

    def bitstring(self, sides: str) -> str:
        """The bit string of the problem that a cut stands for."""
        flip = len(sides) > self.variables and sides[-1] == "1"
        bits = sides[: self.variables]
        return bits.translate(str.maketrans("01", "10")) if flip else bits


@dataclass(frozen=True, eq=False)
class ExactCut:
    """The cut form of a problem with nothing rounded.

    Attributes:
        form: the graph, with the nearest floating-point numbers as weights.
        weights: of its edges, in their order.
        constant: what the cut is taken from.
        cost: the exact cost of the problem.
    """

    form: CutForm
    weights: tuple[Fraction, ...]
    constant: Fraction
    cost: ExactCost

    @property
    def whole(self) -> bool:
        """Whether all weights are whole numbers."""
        return all(weight.denominator == 1 for weight in self.weights)


_forms: WeakKeyDictionary[Problem, CutForm] = WeakKeyDictionary()


def cut_form(problem: Problem) -> CutForm:
    """The cut form of a quadratic cost; a MaxCut problem is its own.

    Raises:
        InputError: if the cost is of a higher degree than two.
    """
    if isinstance(problem, MaxCut):
        return CutForm(problem, 0.0, problem.num_variables)
    if problem not in _forms:
        _forms[problem] = _cut_form(problem)
    return _forms[problem]


def power_of_two(weights: NDArray[np.float64]) -> float:
    """A power of two that brings weights to where absolute tolerances mean something."""
    largest = float(np.abs(weights).max(initial=0.0))
    return float(2.0 ** np.floor(np.log2(largest))) if largest else 1.0


def exact_cut(problem: Problem) -> ExactCut:
    """The cut form of a quadratic cost in exact fractions; raises as `cut_form`."""
    cost = exact_cost(problem)
    if isinstance(problem, MaxCut):
        stored = problem.edges[2].tolist()
        exact = {weight: Fraction(weight) for weight in set(stored)}
        weights = tuple(exact[weight] for weight in stored)
        return ExactCut(cut_form(problem), weights, Fraction(0), cost)
    check_quadratic(dict.fromkeys(cost.terms, 0.0))
    form = _form(problem, {spins: float(weight) for spins, weight in cost.terms.items()})
    last = problem.num_variables
    doubled = {
        (spins[0], spins[1] if len(spins) == 2 else last): 2 * weight
        for spins, weight in cost.terms.items()
        if spins
    }
    first, second, _ = (one.tolist() for one in form.maxcut.edges)
    weights = tuple(doubled[min(pair), max(pair)] for pair in zip(first, second, strict=True))
    return ExactCut(form, weights, sum(cost.terms.values(), Fraction(0)), cost)


def _cut_form(problem: Problem) -> CutForm:
    form = _form(problem, check_quadratic(dict(problem.cost.terms)))
    return replace(form, loss=rounding(problem))


def _form(problem: Problem, terms: Mapping[tuple[int, ...], float]) -> CutForm:
    n = problem.num_variables
    graph: nx.Graph[int] = nx.empty_graph(n)
    constant = 0.0
    for spins, weight in terms.items():
        constant += weight
        if spins:
            graph.add_edge(spins[0], spins[1] if len(spins) == 2 else n, weight=2 * weight)
    return CutForm(MaxCut(graph=graph, name=problem.name), constant, n)
