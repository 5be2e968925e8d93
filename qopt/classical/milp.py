"""Quadratic costs by branch and bound on linear programs, with a proof."""

from __future__ import annotations

from time import perf_counter

from qminima.limits import Deadline
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import Interrupted
from qminima.tables import number_text, telling_digits

from ..problems.maxcut import MaxCut
from ..problems.problem import Problem
from ..results import solution
from .cut_form import exact_cut
from .greedy import greedy_bitstring
from .proofs.branching import prove_cut
from .proofs.claims import lower_bound, optimality, rounded_down
from .proofs.proof_check import check

DEFAULT_TIME_LIMIT = 10.0


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
        `upper_bound` no cut exceeds, for MaxCut. `proven` says that the bit string is feasible and
        that no cost is lower (`claims`); where it is not, costs are lower by at most `within`.
        `cases` are those of the proof; `bound_from` is "linear relaxation" where there is one only.

    Raises:
        InputError: if the cost is of higher than second degree.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started = perf_counter()
    limit = DEFAULT_TIME_LIMIT if time_limit is None else time_limit
    deadline = Deadline(limit)
    exact = exact_cut(problem)
    first = greedy_bitstring(exact.form.maxcut, deadline.within(deadline.left() / 4))
    proof = prove_cut(exact, first, deadline, progress)
    found = exact.form.bitstring(proof.bitstring)
    checked = check(proof.record())
    claim = optimality(problem, found, checked.bound - checked.cut, exact.cost)
    proven = claim["proven"]
    least = rounded_down(exact.constant - proof.bound - exact.cost.loss)
    least, trivial = lower_bound(problem, least)
    source = "linear relaxation" if proof.leaves == 1 else "branch and bound"
    properties = {
        "lower_bound": least,
        **claim,
        "bound_from": "trivial" if trivial else source,
        "cases": len(proof.tree),
    }
    if isinstance(problem, MaxCut):
        properties["upper_bound"] = 0.0 - least
    reason = "not told apart from its bound"
    if proven or deadline.reached or proof.interrupted:
        reason = "proven optimal" if proven else "time limit reached"
        reason = "interrupted" if proof.interrupted else reason
    result = solution(
        problem,
        "HiGHS",
        found,
        started,
        converged=proven,
        stop_reason=reason,
        settings={"time_limit": limit},
        properties=properties,
        warnings=() if proven else (_not_proven(problem, found, least),),
    )
    if proof.interrupted:
        raise Interrupted(result)
    return result


def _not_proven(problem: Problem, found: str, bound: float) -> str:
    digits = telling_digits((problem.value(found), bound), 6)
    return f"not proven optimal; no cost is below {number_text(bound, digits)}"
