"""The table of `qopt solve`: methods side by side, with the best value and its certainty."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from qminima.errors import shorten
from qminima.result import Comparison, Reference, Result
from qminima.tables import (
    Column,
    distinct_digits,
    duration,
    evaluations,
    fixed_digits,
    no_minus_zero,
    number_text,
    print_comparison,
    seconds,
)

from ..problems.binary import BinaryProblem
from ..results import solution_text
from .certainty import best_result


def show(problem: BinaryProblem, comparison: Comparison, heading: str) -> None:
    """Print a comparison, with as many digits as tell its values apart.

    Args:
        problem: that was solved.
        comparison: what came of it.
        heading: under the name, such as the size of the problem.
    """
    reference, results, score = comparison.reference, comparison.results, problem.score_name
    values = [result.value for result in results if result.is_solution]
    if reference is not None:
        values += [reference.value, reference.value - (reference.within or 0.0)]
    digits = distinct_digits(values, 10)
    shown = [_score(problem, result, reference, digits) for result in results]
    summary = [heading]
    if reference is not None:
        summary.append(best_line(problem, reference, digits))
    if any(text.endswith(" *") for text in shown):
        summary.append("*: proven optimal in this run")
    if problem.constrained and any(result.expectation is not None for result in results):
        summary.append("mean cost: with the penalties of constraints that the circuit may violate")
    summary += more_time(results, reference)
    best = best_result(results)
    if best is not None and best.bitstring is not None:
        text = shorten(solution_text(problem.decode(best.bitstring)), 300)
        summary.append(f"solution ({best.method}): {text}")
    mean = "cost" if problem.constrained else score
    print_comparison(
        comparison,
        title=comparison.problem["name"],
        summary=summary,
        columns=[
            Column("method", lambda result: result.method, "left"),
            Column(score, lambda result: _score(problem, result, reference, digits)),
            Column("short of best", _gap),
            Column(f"mean {mean}", partial(_mean, problem)),
            Column("evaluations", evaluations),
            Column("seconds", seconds),
        ],
    )


def more_time(results: Sequence[Result], reference: Reference | None) -> list[str]:
    """A hint at --time-limit where searches had none and nothing is proven."""
    quick = [
        one.seconds
        for one in results
        if one.kind == "classical" and one.settings.get("time_limit", 0) is None
    ]
    if not quick or (reference is not None and reference.certainty == "proven"):
        return []
    return [f"searches took up to {duration(max(quick))} each; --time-limit buys them more"]


def best_line(problem: BinaryProblem, reference: Reference, digits: int) -> str:
    """The best score, and how far it can be trusted."""
    best = 0.0 - reference.value if problem.maximise else reference.value
    if reference.reason is not None:
        trust = f"{reference.certainty}: {reference.reason}"
    else:
        trust = f"{reference.certainty}, {reference.method}"
    if reference.within is not None:
        trust += f", within {reference.within:.2g} of the optimum"
    return f"best {problem.score_name} {number_text(best, digits)} ({trust})"


def _score(problem: BinaryProblem, result: Result, reference: Reference | None, digits: int) -> str:
    if result.kind == "bound":
        return _bound(problem, result, reference)
    if not result.is_solution:
        return "infeasible"
    proven = bool(result.properties.get("proven"))
    if reference is not None and reference.certainty == "proven" and reference.reason:
        proven = proven or result.value <= reference.value
    return number_text(result.properties[problem.score_name], digits) + " *" * proven


def _bound(problem: BinaryProblem, result: Result, reference: Reference | None) -> str:
    largest = max((abs(weight) for _, weight in problem.cost.terms), default=0.0)
    bound = 0.0 - result.value if problem.maximise else result.value
    bound = 0.0 if abs(bound) < 1e-9 * largest else bound
    beside = [result.value] if reference is None else [result.value, reference.value]
    text = fixed_digits(bound, bound, distinct_digits(beside, 10))
    return f"{'≤' if problem.maximise else '≥'} {text}"


def _gap(result: Result) -> str:
    hidden = result.error is None or result.kind == "bound" or not result.is_solution
    return "" if hidden or result.error is None else number_text(result.error, 6)


def _mean(problem: BinaryProblem, result: Result) -> str:
    if result.expectation is None:
        return ""
    flipped = problem.maximise and not problem.constrained
    mean = -result.expectation if flipped else result.expectation
    scale = result.properties[problem.score_name]
    return fixed_digits(no_minus_zero(mean) if abs(scale) > 1e-2 else mean, scale, 7)
