"""Quadratic costs by branch and bound on linear programs, with a proof."""

from __future__ import annotations

from fractions import Fraction
from time import perf_counter

import numpy as np

from qminima.limits import Deadline
from qminima.progress import Progress
from qminima.result import Result

from ..problems.maxcut import MaxCut
from ..problems.problem import Problem
from ..results import solution
from .branching import prove_cut
from .cut_form import cut_form
from .greedy import greedy
from .proof_check import check

DEFAULT_TIME_LIMIT = 10.0

# To be proven, a cost that is not whole has to agree with its bound so far.
_RELATIVE = 1e-6


def milp(
    problem: Problem, *, time_limit: float | None = None, progress: Progress | None = None
) -> Result:
    """The least cost with a proof, or the least found in time with a bound on all others.

    A quadratic cost is taken as a cut of a weighted graph (see `CutForm`). HiGHS solves linear
    programs over one variable per edge, which are tightened with violated odd-cycle inequalities
    and split where they do not suffice (`prove_cut`). Bounds come from their multipliers in exact
    arithmetic, and an independent check (`proof_check`) goes over the whole proof.

    Args:
        problem: what is minimised.
        time_limit: in seconds; 10 if not given.
        progress: told how many cases there are.

    Returns:
        A result whose `lower_bound` among the properties no cost goes below, and whose
        `upper_bound` no cut exceeds, for MaxCut. `proven` tells that the cost reaches the bound,
        for weights that are not whole to 1e-7 of the largest and 1e-6 of the cost. `cases` are
        those of the proof; `bound_from` is "linear relaxation" where there is one only.

    Raises:
        InputError: if the cost is of higher than second degree.
    """
    started = perf_counter()
    limit = DEFAULT_TIME_LIMIT if time_limit is None else time_limit
    deadline = Deadline(limit)
    form = cut_form(problem)
    first = str(greedy(form.maxcut).bitstring)
    proof = prove_cut(form.maxcut, first, deadline, progress)
    found = form.bitstring(proof.bitstring)
    checked = check(proof.record())
    bound = _rounded_up(proof.bound)
    weights = form.maxcut.edges[2]
    # A cost whose weights are whole can be told from its bound; beside large penalties, others
    # cannot so far that anything could be claimed.
    exact = bool(np.array_equal(weights, np.rint(weights))) and np.abs(weights).sum() < 2.0**53
    gap = float(checked.bound - checked.cut)
    proven = gap == 0 if exact else gap <= _RELATIVE * abs(problem.value(found))
    properties = {
        "lower_bound": form.constant - bound,
        "proven": proven,
        "bound_from": "linear relaxation" if proof.leaves == 1 else "branch and bound",
        "cases": len(proof.tree),
    }
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


def _rounded_up(bound: Fraction) -> float:
    """The bound as a floating-point number that is not below it."""
    nearest = float(bound)
    return nearest if nearest >= bound else float(np.nextafter(nearest, np.inf))
