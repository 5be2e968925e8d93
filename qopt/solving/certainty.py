"""The best of several results, and how far it can be trusted to be the best there is."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from qminima.result import Reference, Result

from ..classical.proofs.claims import rounded_down, rounded_up, trivial_cost, value_error
from ..classical.proofs.exact import exact_cost
from ..problems.binary import BinaryProblem
from ..results import plain_data


def best_result(results: Sequence[Result]) -> Result | None:
    """The best solution, one that is proven before its equals."""
    found = [result for result in results if result.is_solution]
    return min(found, key=lambda r: (r.value, not r.properties.get("proven")), default=None)


def best_solution(problem: BinaryProblem, results: Sequence[Result]) -> dict[str, Any] | None:
    """The best solution in the user's own labels, as plain data, and the method that found it."""
    best = best_result(results)
    if best is None or best.bitstring is None:
        return None
    return {"method": best.method, "value": plain_data(problem.decode(best.bitstring))}


def best_known(problem: BinaryProblem, results: Sequence[Result]) -> Reference | None:
    """The value to measure from: proven in this run, else known beforehand, else the best.

    Bit strings that violate a constraint do not count. It is proven where a method proved it, or
    where it reaches a bound: what the data shows at once, such as 0 conflicts, or the bound of
    another method. What HiGHS calls optimal within its tolerances is best known; any other value is
    an estimate, and `within` says how far from the optimum it can be, if there is a bound.
    """
    found = [result for result in results if result.is_solution]
    for result in found:
        if result.properties.get("proven"):
            return Reference(result.value, result.method, "proven")
    best = min(found, key=lambda result: result.value, default=None)
    known = problem.reference
    if best is None:
        return known
    reason, within = _beside_bounds(problem, best, results)
    if reason is not None:
        return Reference(best.value, best.method, "proven", reason=reason)
    if known is not None and known.value <= best.value:
        return known
    for result in found:
        if result.properties.get("optimal") and result.value <= best.value:
            reason = "optimal within the tolerances of HiGHS"
            return Reference(best.value, result.method, "best known", reason=reason)
    return Reference(best.value, f"best of this run ({best.method})", "estimate", within=within)


def _beside_bounds(
    problem: BinaryProblem, best: Result, results: Sequence[Result]
) -> tuple[str | None, float | None]:
    """Why nothing is better than the best result, or how much lower costs can be at most."""
    near = Fraction(value_error(problem, best.value))
    trivial = trivial_cost(problem)
    if trivial is not None and best.value <= trivial + near and _reaches(problem, best, trivial):
        obvious = problem.trivial_bound()
        return None if obvious is None else obvious.reason, None
    bounds = {one.method: bound for one in results if (bound := bound_of(one)) is not None}
    if not bounds:
        return None, None
    method = max(bounds, key=bounds.__getitem__)
    gap = max(Fraction(best.value) - Fraction(bounds[method]), Fraction(0)) + near
    largest = max((abs(weight) for spins, weight in problem.cost.terms if spins), default=0.0)
    # Costs come in steps of no more than some weights.
    if gap < 16 * largest and gap < exact_cost(problem).resolution:
        return f"it reaches the bound by {method}", None
    return None, rounded_up(gap)


def _reaches(problem: BinaryProblem, result: Result, bound: Fraction) -> bool:
    """Whether the exact cost of a result reaches a bound."""
    cost = exact_cost(problem)
    return not cost.loss and cost.of(result.bitstring or "") <= bound


def bound_of(result: Result) -> float | None:
    """A lower bound on all costs that a method has shown."""
    if result.kind == "bound" or result.properties.get("proven"):
        return result.value
    bound, within = (result.properties.get(key) for key in ("lower_bound", "within"))
    if bound is None and within is not None:
        bound = rounded_down(Fraction(result.value) - Fraction(within))
    return None if bound is None else float(bound)
