"""The verdict on QAOA beside classical methods on one problem."""

from __future__ import annotations

from collections.abc import Sequence

from qminima.result import Reference, Result
from qminima.tables import distinct_digits, duration, number_text

from ..classical.proofs.claims import last_digit, value_error
from ..problems.binary import BinaryProblem


def verdict(problem: BinaryProblem, results: Sequence[Result], reference: Reference | None) -> str:
    """Who found the better solution, or the same in less time; below it a line for either side.

    Bit strings that violate a constraint are no solutions.
    """
    if not results:
        return "No method was run."
    circuits = [result for result in results if result.kind == "quantum"]
    quantum = min(circuits, key=_rank, default=None)
    baselines = [
        result
        for result in results
        if result.kind == "classical" and result.method != "random assignment"
    ]
    found = [baseline for baseline in baselines if baseline.is_solution]
    best = min(found, key=lambda result: (result.value, result.seconds), default=None)
    digits = distinct_digits((result.value for result in results if result.is_solution), 10)
    lines = [] if quantum is None else [_circuit(problem, quantum, reference, results, digits)]
    if best is not None:
        line = f"{best.method}: {_score(problem, best, digits)} in {duration(best.seconds)}"
        lines.append(line if reference is None else line + _proof(problem, best, reference))
    return "\n".join([_winner(problem, quantum, best, baselines), *lines])


def _winner(
    problem: BinaryProblem, quantum: Result | None, best: Result | None, baselines: Sequence[Result]
) -> str:
    """The decision between a circuit and the best classical solution."""
    if quantum is None:
        return "Only classical methods were run."
    if best is None:
        none = "no baseline found a solution" if baselines else "no baseline was run"
        return f"Nothing is decided: {none}."
    if not quantum.is_solution:
        return "Classical wins: QAOA found no solution."
    margin = value_error(problem, best.value)
    if best.value < quantum.value - margin:
        return "Classical wins: it found the better solution."
    if best.value > quantum.value + margin:
        return f"{quantum.method} found the better solution."
    if best.seconds <= quantum.seconds:
        return "Classical wins: the same solution in less time."
    return "Not decided: both found the same, the classical method in more time than simulation."


def _proof(problem: BinaryProblem, best: Result, reference: Reference) -> str:
    """How the best classical solution is known to be optimal, or nearly so."""
    margin = value_error(problem, reference.value)
    if reference.source is not None:
        margin += last_digit(reference.value)
    if best.value > reference.value + margin:
        return ""
    if reference.certainty != "proven":
        return f" ({reference.reason})" if reference.reason else ""
    if reference.reason:
        return f", proven optimal ({reference.reason})"
    prover = "" if best.method == reference.method else f" by {reference.method}"
    return f", proven optimal{prover}"


def _circuit(
    problem: BinaryProblem,
    quantum: Result,
    reference: Reference | None,
    results: Sequence[Result],
    digits: int,
) -> str:
    """The expectation value of a circuit, its best sample, and the time of its simulation."""
    shots = quantum.settings.get("shots")
    parts = [] if quantum.expectation is None else [_expectation(problem, quantum, reference)]
    if quantum.is_solution:
        score = _score(problem, quantum, digits)
        parts.append(f"best of {shots} samples: {score}" if parts else score)
    else:
        none = f"none of {shots} samples keeps the constraints"
        parts.append(none if parts else "no solution")
    line = (
        f"{quantum.method} at depth {quantum.settings['depth']}: {', '.join(parts)}, "
        f"simulated in {duration(quantum.seconds)}"
    )
    uniform = next((r for r in results if r.method == "random assignment"), None)
    if uniform is not None and _comparable(uniform, quantum) and uniform.value <= quantum.value:
        score = number_text(uniform.properties[problem.score_name], digits)
        line += f"; as many uniform samples reach {score}"
    if not quantum.converged:
        line += f"; its training ended early ({quantum.stop_reason})"
    return line


def _expectation(problem: BinaryProblem, quantum: Result, reference: Reference | None) -> str:
    """The expectation value beside the best value.

    That of a problem with constraints may hold penalties, and is no score then.
    """
    cost, best = quantum.expectation or 0.0, 0.0 if reference is None else reference.value
    mean = _plain(cost if problem.constrained else _own(problem, cost), best)
    of = " of the cost" if problem.constrained else ""
    share = ""
    if problem.constrained and reference is not None:
        share = f" (least {number_text(best, 4)})"
    elif problem.maximise and best < 0:
        share = f" ({100 * mean / _own(problem, best):.1f} % of best)"
    return f"expectation value{of} {number_text(mean, 4)}{share}"


def _score(problem: BinaryProblem, result: Result, digits: int) -> str:
    """The score of a solution with its name: "cut 12", "length 3.5"."""
    name = problem.score_name
    return f"{name} {number_text(result.properties[name], digits)}"


def _rank(result: Result) -> tuple[bool, float, float, float]:
    """Solutions first, then the better ones, then those whose state is better, then the faster."""
    mean = result.value if result.expectation is None else result.expectation
    return not result.is_solution, result.value, mean, result.seconds


def _comparable(uniform: Result, quantum: Result) -> bool:
    """Whether as many uniform samples came from the same configurations as those of a circuit."""
    everything = "all bit strings"
    space = str(quantum.settings.get("space"))
    whole = space.startswith(("Qubits", "FlipSymmetric"))
    other = uniform.settings.get("space", everything)
    same = whole if other == everything else space == other
    return quantum.expectation is not None and uniform.is_solution and same


def _own(problem: BinaryProblem, cost: float) -> float:
    """A cost in the problem's own terms."""
    return 0.0 - cost if problem.maximise else cost


def _plain(value: float, scale: float) -> float:
    """The value, or plain zero where it is rounding beside a scale."""
    return 0.0 if abs(value) <= 1e-12 * abs(scale) else value
