"""Quadratic costs as mixed-integer linear programs, solved by HiGHS with a proven bound."""

from __future__ import annotations

from math import floor, log2
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qminima.limits import Deadline
from qminima.output import silenced_output
from qminima.result import Result

from ..problems.maxcut import MaxCut
from ..problems.problem import Problem
from ..results import bits, solution
from .cut_form import cut_form
from .greedy import greedy
from .odd_cycles import Inequality, cuttable_bound, proven_bound, violated

if TYPE_CHECKING:
    from highspy import Highs

Floats = NDArray[np.float64]

DEFAULT_TIME_LIMIT = 10.0

# HiGHS's own tolerance, in units of the scaled weights.
_FEASIBILITY = 1e-6

# To be proven, a cost that is not whole has to agree with its bound so far.
_RELATIVE = 1e-6


def milp(problem: Problem, *, time_limit: float | None = None) -> Result:
    """The least cost by branch and bound, or the least found in time with a bound on all others.

    A quadratic cost is taken as a cut of a weighted graph (see `CutForm`). The linear relaxation
    over one variable per edge is tightened with violated odd-cycle inequalities until none is
    left; its multipliers give a bound in exact arithmetic. One binary variable per node then turns
    it into a mixed-integer program.

    Args:
        problem: what is minimised.
        time_limit: in seconds; 10 if not given.

    Returns:
        A result whose `lower_bound` among the properties no cost goes below, and whose
        `upper_bound` no cut exceeds, for MaxCut. `proven` tells that the cost reaches the bound,
        for weights that are not whole to 2e-6 of the largest and 1e-6 of the cost;
        `bound_from` is "linear relaxation" where exact arithmetic proves it, and "branch and
        bound" where it rests on HiGHS's floating-point numbers.

    Raises:
        InputError: if the cost is of higher than second degree.
    """
    started = perf_counter()
    limit = DEFAULT_TIME_LIMIT if time_limit is None else time_limit
    deadline = Deadline(limit)
    form = cut_form(problem)
    weights, scale = form.maxcut.edges[2], _scale(form.maxcut.edges[2])
    best = str(greedy(form.maxcut).bitstring)
    bound, source = 0.0, "linear relaxation"
    if len(weights):
        solver = _relaxation(weights / scale)
        rows = _tighten(solver, form.maxcut, deadline)
        multipliers = np.array(solver.getSolution().row_dual)[: len(rows)]
        bound = cuttable_bound(proven_bound(weights, rows, multipliers, scale), weights)
        branch, branched = _branch_and_bound(solver, form.maxcut, scale, deadline)
        best = max(best, branch, key=form.maxcut.score)
        if branched < bound:
            bound, source = branched, "branch and bound"
    cut, found = form.maxcut.score(best), form.bitstring(best)
    whole = np.array_equal(weights, np.rint(weights)) and np.abs(weights).sum() < 2.0**53
    # Cuts of whole weights are whole. Others are told apart as far as the solver can, which beside
    # large penalties is not far enough to claim anything.
    gap = 0.5 if whole else min(2 * _FEASIBILITY * scale, _RELATIVE * abs(problem.value(found)))
    proven = cut >= bound - gap
    bound = max(bound, cut)
    properties = {"lower_bound": form.constant - bound, "proven": proven, "bound_from": source}
    if isinstance(problem, MaxCut):
        properties["upper_bound"] = bound
    return solution(
        problem,
        "HiGHS",
        found,
        started,
        converged=proven,
        stop_reason="proven optimal" if proven else "time limit reached",
        settings={"time_limit": limit},
        properties=properties,
        warnings=()
        if proven
        else (f"not proven optimal; no cost is below {form.constant - bound:g}",),
    )


def _scale(weights: Floats) -> float:
    """A power of two that brings weights to where absolute tolerances mean something."""
    largest = float(np.abs(weights).max()) if len(weights) else 1.0
    if largest == 0 or 1e-2 <= largest <= 1e4:
        return 1.0  # whole weights stay whole, which HiGHS makes use of
    return 2.0 ** floor(log2(largest))


def _relaxation(weights: Floats) -> Highs:
    """Max sum w y with 0 <= y <= 1."""
    import highspy

    with silenced_output():  # HiGHS greets before it can be asked to be silent
        solver = highspy.Highs()
    solver.silent()
    solver.HandleKeyboardInterrupt = True  # Ctrl-C ends the search instead of waiting for it
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    for weight in weights.tolist():
        _add_column(solver, weight)
    return solver


def _tighten(solver: Highs, problem: MaxCut, deadline: Deadline) -> list[Inequality]:
    """Add what the relaxation violates until nothing is, or the time is over."""
    heads, tails, _ = problem.edges
    rows: list[Inequality] = []
    known: set[Inequality] = set()
    while True:
        solver.setOptionValue("time_limit", _left(solver, deadline))
        solver.solve()
        y = np.array(solver.getSolution().col_value)
        found = violated(problem.num_variables, heads, tails, y, deadline) - known
        if not found or deadline():
            return rows
        for row in sorted(found, key=lambda row: row.coefficients):
            _add_row(solver, row)
            rows.append(row)
        known |= found


def _branch_and_bound(
    solver: Highs, problem: MaxCut, scale: float, deadline: Deadline
) -> tuple[str, float]:
    """The best bit string found, and HiGHS's upper bound on all cuts."""
    import highspy

    heads, tails, weights = problem.edges
    edges = len(weights)
    for node in range(problem.num_variables):
        _add_column(solver, 0.0)
        solver.changeColIntegrality(edges + node, highspy.HighsVarType.kInteger)
    solver.changeColBounds(edges, 0, 0)  # the first node's side is free to choose
    for edge, (i, j) in enumerate(zip(heads.tolist(), tails.tolist(), strict=True)):
        u, v = edges + i, edges + j
        for y, a, b, most in ((1, -1, -1, 0), (1, 1, 1, 2), (-1, 1, -1, 0), (-1, -1, 1, 0)):
            _add_row(solver, Inequality(((edge, y), (u, a), (v, b)), most))
    whole = np.array_equal(weights, np.rint(weights))
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.99 / scale if whole else 1e-9)
    solver.setOptionValue("time_limit", _left(solver, deadline))
    solver.solve()
    solution = np.array(solver.getSolution().col_value)
    sides = np.rint(solution[edges:]).astype(int) if len(solution) else np.zeros(0, dtype=int)
    if len(sides) != problem.num_variables:
        sides = np.zeros(problem.num_variables, dtype=int)
    bound = scale * (float(solver.getInfo().mip_dual_bound) + _FEASIBILITY)
    return bits(sides.tolist()), float(np.floor(bound)) if whole else bound


def _left(solver: Highs, deadline: Deadline) -> float:
    """The solver's time limit, which counts from its first run."""
    return float(solver.getRunTime()) + max(deadline.left(), 0.05)


def _add_column(solver: Highs, cost: float) -> None:
    """A variable between 0 and 1."""
    solver.addCol(cost, 0, 1, 0, np.empty(0, dtype=np.int32), np.empty(0))


def _add_row(solver: Highs, row: Inequality) -> None:
    import highspy

    columns, values = zip(*row.coefficients, strict=True)
    indices, coefficients = np.array(columns, dtype=np.int32), np.array(values, dtype=float)
    solver.addRow(-highspy.kHighsInf, row.bound, len(columns), indices, coefficients)
