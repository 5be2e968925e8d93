"""The walks of each kind of problem."""

from __future__ import annotations

from ...problems.colouring import Colouring
from ...problems.independent_set import NodeSelection
from ...problems.portfolio import Portfolio
from ...problems.problem import Problem
from ...problems.travelling_salesman import TravellingSalesman
from .cardinality import Swaps
from .node_set import NodeSwaps
from .one_hot import Recolouring
from .tour import Tours
from .walk import Walk

_WALKS: tuple[tuple[type, type[Walk]], ...] = (
    (Portfolio, Swaps),
    (Colouring, Recolouring),
    (TravellingSalesman, Tours),
    (NodeSelection, NodeSwaps),
)


def walk_of(problem: Problem) -> type[Walk] | None:
    """The walk among a problem's feasible bit strings; None where there is none."""
    return next((walk for kind, walk in _WALKS if isinstance(problem, kind)), None)
