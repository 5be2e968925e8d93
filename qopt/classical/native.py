"""Constrained problems as their own mixed-integer programs, by HiGHS."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from qminima.errors import InputError
from qminima.limits import Deadline
from qminima.result import Result

from ..problems.binary import BinaryProblem
from ..problems.linear_model import LinearModel
from ..results import solution
from .cut_form import power_of_two
from .linear_program import add_column, add_row, quiet_solver, solve

DEFAULT_TIME_LIMIT = 10.0


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
        KeyboardInterrupt: on Ctrl-C.

    >>> import qopt
    >>> native_milp(qopt.knapsack([4, 3, 2], [3, 2, 2], capacity=4)).properties["profit"]
    5.0
    """
    started = perf_counter()
    limit = DEFAULT_TIME_LIMIT if time_limit is None else time_limit
    deadline = Deadline(limit)
    model = problem.linear_model()
    if model is None:
        raise InputError(f"there is no linear model of {problem.kind}; use milp")
    values, bound, optimal = _solve(model, deadline)
    if bound is not None and model.cost is not None:
        bound = model.cost(bound)
    if values is None:
        text = "0" * problem.num_variables
    elif model.read is None:
        text = "".join("1" if value > 0.5 else "0" for value in values[: problem.num_variables])
    else:
        text = model.read(values)
    return solution(
        problem,
        "HiGHS, own model",
        text,
        started,
        converged=optimal,
        stop_reason="optimal within the solver's tolerances" if optimal else "time limit reached",
        settings={"time_limit": limit},
        properties={"solver_bound": bound, "optimal": optimal},
        warnings=() if optimal else ("the solver did not close the gap",),
    )


def _unit(model: LinearModel) -> float:
    """A power of two for costs, which the solver's tolerances do not fit as they are."""
    largest = float(np.abs(model.costs).max(initial=0.0))
    return 1.0 if 1.0 <= largest <= 1e6 else power_of_two(np.array(model.costs))


def _solve(model: LinearModel, deadline: Deadline) -> tuple[list[float] | None, float | None, bool]:
    """Values of the variables, a bound, and whether the solver says that it is optimal."""
    import highspy

    solver, unit = quiet_solver(), _unit(model)
    for cost, (low, high), whole in zip(model.costs, model.bounds, model.whole, strict=True):
        add_column(solver, cost / unit, low, high)
        if whole:
            kind = highspy.HighsVarType.kInteger
            solver.changeColIntegrality(solver.getNumCol() - 1, kind)
    for coefficients, low, high in model.rows:
        add_row(solver, coefficients.items(), low, high)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solve(solver, deadline.left())
    found = list(solver.getSolution().col_value)
    optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    feasible = (
        solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    )
    bound = unit * float(solver.getInfo().mip_dual_bound)
    return found if feasible else None, bound if np.isfinite(bound) else None, optimal
