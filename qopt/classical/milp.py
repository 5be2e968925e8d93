"""Quadratic costs by branch and bound on linear programs, with a proof."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from time import perf_counter
from typing import Any

import numpy as np

from qminima.limits import Deadline
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import hand_over
from qminima.tables import distinct_digits, number_text

from ..problems.binary import exact_sum
from ..problems.maxcut import MaxCut
from ..problems.problem import Problem
from ..results import solution
from .cut_form import exact_cut
from .greedy import greedy_bitstring, greedy_fallback
from .proofs.branching import prove_cut
from .proofs.claims import lower_bound, optimality, rounded_down
from .proofs.exact import rounding
from .proofs.proof_check import check

DEFAULT_TIME_LIMIT = 10.0

# Seconds that exact numbers take for each term of a cost, from reading them to the first bound, and
# the check of a proof for each edge; what is expected to end late is not begun.
_EXACT, _CHECK = 2e-5, 1e-5

# Seconds for the check once the time is over or Ctrl-C came.
_GRACE = 0.5


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
        progress: reports the number of open cases.

    Returns:
        A result whose `lower_bound` among the properties no cost goes below, and whose
        `upper_bound` no cut exceeds, for MaxCut. `proven` says that the bit string is feasible and
        that no cost is lower (`claims`); where it is not, costs are lower by at most `within`.
        `cases` are those of the proof; where there is no time for one of so many terms, the bit
        string is the greedy one and the bound a trivial one. `bound_from` is "linear relaxation"
        where there is one case only.

    Raises:
        InputError: if the cost is of higher than second degree.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started = perf_counter()
    limit = DEFAULT_TIME_LIMIT if time_limit is None else time_limit
    deadline, found = Deadline(limit), _Found()
    with deadline:
        found.search(problem, deadline, progress)
    if found.bitstring is None:
        found.bitstring = greedy_fallback(problem, deadline)
    proven, properties = found.claim["proven"], found.properties(problem)
    least = properties["lower_bound"]
    reason = deadline.reason("within rounding of its bound")
    if proven and not deadline.interrupted:
        reason = "proven optimal"
    result = solution(
        problem,
        "HiGHS",
        found.bitstring,
        started,
        converged=proven,
        stop_reason=reason,
        settings={"time_limit": limit},
        properties=properties,
        warnings=() if proven else (_not_proven(problem, found.bitstring, least),),
    )
    return hand_over(result, deadline)


@dataclass
class _Found:
    """Results so far; the end of the time or Ctrl-C leaves those that are complete.

    Attributes:
        bitstring: the best one.
        bound: that no cost goes below, checked; None before there is one.
        claim: what it proves of the bit string.
        cases: of the proof.
        source: where the bound is from.
    """

    bitstring: str | None = None
    bound: float | None = None
    claim: dict[str, Any] = field(default_factory=lambda: {"proven": False})
    cases: int = 0
    source: str = ""

    def search(self, problem: Problem, deadline: Deadline, progress: Progress | None) -> None:
        """Find a bit string and prove a bound, as far as there is time for its exact numbers."""
        if not deadline.allows(_EXACT * len(problem.cost.terms)):
            return
        exact = exact_cut(problem)
        first = greedy_bitstring(exact.form.maxcut, deadline.within(deadline.left() / 4))
        self.bitstring = exact.form.bitstring(first)
        proving = deadline.within(None)
        proving.charge(_CHECK * len(exact.weights))
        proof = prove_cut(exact, first, proving, progress)
        self.bitstring = exact.form.bitstring(proof.bitstring)
        deadline.reached = deadline.reached or proving.reached
        if proof.interrupted:
            deadline.interrupt()
        if deadline.left() + _GRACE < _CHECK * len(exact.weights):
            return
        checked = check(proof.record())
        gap = checked.bound - checked.cut
        claim = optimality(problem, self.bitstring, gap, exact.cost)
        self.bound = rounded_down(exact.constant - checked.bound - exact.cost.loss)
        self.source = "linear relaxation" if proof.leaves == 1 else "branch and bound"
        self.claim, self.cases = claim, len(proof.tree)

    def properties(self, problem: Problem) -> dict[str, Any]:
        """The bound and the claim, as results have them."""
        bound = _bound_at_once(problem) if self.bound is None else self.bound
        least, trivial = lower_bound(problem, bound)
        return {
            "lower_bound": least,
            **self.claim,
            "bound_from": "trivial" if trivial or not self.cases else self.source,
            "cases": self.cases,
            **({"upper_bound": 0.0 - least} if isinstance(problem, MaxCut) else {}),
        }


def _bound_at_once(problem: Problem) -> float:
    """The least that a polynomial in spins can be, were each term as low as it gets."""
    weights = np.array([-abs(weight) if spins else weight for spins, weight in problem.cost.terms])
    return rounded_down(exact_sum(weights) - Fraction(rounding(problem)))


def _not_proven(problem: Problem, found: str, bound: float) -> str:
    digits = distinct_digits((problem.value(found), bound), 6)
    return f"not proven optimal; no cost is below {number_text(bound, digits)}"
