"""Constrained problems as their own mixed-integer programs, by HiGHS."""

from __future__ import annotations

from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from qminima.errors import InputError
from qminima.limits import Deadline
from qminima.result import Result
from qminima.runner import hand_over

from ..problems.binary import BinaryProblem
from ..problems.linear_model import LinearModel
from ..results import Best, solution
from .cut_form import power_of_two
from .greedy import greedy_fallback
from .linear_program import add_column, add_rows, quiet_solver, solve

if TYPE_CHECKING:
    from highspy import Highs

DEFAULT_TIME_LIMIT = 10.0

# Coefficients from which on models are not presolved, since nothing can stop that.
_LARGE = 30_000


def native_milp(problem: BinaryProblem, *, time_limit: float | None = None) -> Result:
    """The least cost by branch and bound on the linear model that the problem has of itself.

    That is what one would do without any circuit: constraints are rows instead of penalties.
    HiGHS's bounds rest on floating-point numbers with tolerances of about 1e-6. Where it closes the
    gap, the result is `optimal` within these, which is no proof.

    Args:
        problem: what is minimised.
        time_limit: in seconds; 10 if not given.

    Returns:
        A result whose `solver_bound` among the properties is HiGHS's bound on costs, and
        `optimal` whether it closed the gap within its tolerances.

    Raises:
        InputError: if the problem has no linear model.
        qminima.Interrupted: on Ctrl-C, with the best result so far.

    >>> import qopt
    >>> native_milp(qopt.knapsack([4, 3, 2], [3, 2, 2], capacity=4)).properties["profit"]
    5.0
    """
    started = perf_counter()
    limit = DEFAULT_TIME_LIMIT if time_limit is None else time_limit
    deadline = Deadline(limit)
    text, bound, optimal = None, None, False
    with deadline:
        model = problem.linear_model()
        if model is None:
            raise InputError(f"there is no linear model of {problem.kind}; use milp")
        text, bound, optimal = _solve(problem, model, deadline)
        if bound is not None and model.cost is not None:
            bound = model.cost(bound)
    if text is None:
        text = _substitute(problem, deadline)
    reason = "optimal within the solver's tolerances" if optimal else "time limit reached"
    result = solution(
        problem,
        "HiGHS, own model",
        text,
        started,
        converged=optimal,
        stop_reason="interrupted" if deadline.interrupted else reason,
        settings={"time_limit": limit},
        properties={"solver_bound": bound, "optimal": optimal},
        warnings=() if optimal else ("the solver did not close the gap",),
    )
    return hand_over(result, deadline)


def _unit(model: LinearModel) -> float:
    """A power of two for costs, which the solver's tolerances do not fit as they are."""
    largest = float(np.abs(model.costs).max(initial=0.0))
    return 1.0 if 1.0 <= largest <= 1e6 else power_of_two(np.array(model.costs))


def _solve(
    problem: BinaryProblem, model: LinearModel, deadline: Deadline
) -> tuple[str | None, float | None, bool]:
    """The bit string, a bound, and whether the solver says that it is optimal."""
    import highspy

    solver, unit = quiet_solver(), _unit(model)
    for cost, (low, high), whole in zip(model.costs, model.bounds, model.whole, strict=True):
        add_column(solver, cost / unit, low, high)
        if whole:
            kind = highspy.HighsVarType.kInteger
            solver.changeColIntegrality(solver.getNumCol() - 1, kind)
    add_rows(solver, model.rows)
    solver.setOptionValue("mip_rel_gap", 0.0)
    if sum(len(coefficients) for coefficients, _, _ in model.rows) > _LARGE:
        solver.setOptionValue("presolve", "off")
    with deadline:
        solve(solver, deadline.left())
    optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    bound = unit * float(solver.getInfo().mip_dual_bound)
    return _bitstring(problem, model, solver), bound if np.isfinite(bound) else None, optimal


def _bitstring(problem: BinaryProblem, model: LinearModel, solver: Highs) -> str | None:
    """The bit string of the best solution, if there is any."""
    import highspy

    status = solver.getInfo().primal_solution_status
    if status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    values = list(solver.getSolution().col_value)
    if model.read is not None:
        return model.read(values)
    return "".join("1" if value > 0.5 else "0" for value in values[: problem.num_variables])


def _substitute(problem: BinaryProblem, deadline: Deadline) -> str:
    """A solution without the solver: all zeros, or the greedy one."""
    best = Best(problem)
    best.see("0" * problem.num_variables)
    with suppress(InputError):  # for costs of higher degree
        best.see(greedy_fallback(problem, deadline))
    return best.bitstring
