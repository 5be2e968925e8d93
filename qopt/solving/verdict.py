"""One plain sentence on where QAOA stands against the classical methods."""

from __future__ import annotations

from collections.abc import Sequence

from qminima.result import Reference, Result
from qminima.tables import number_text, telling_digits

from ..classical.proofs.claims import last_digit, value_error
from ..problems.binary import BinaryProblem


def verdict(problem: BinaryProblem, results: Sequence[Result], reference: Reference | None) -> str:
    """The verdict on one problem; bit strings that violate a constraint are no solutions."""
    if not results:
        return "No method was run."
    circuits = [result for result in results if result.kind == "quantum"]
    quantum = min(circuits, key=_rank, default=None)
    rivals = [
        result
        for result in results
        if result.kind == "classical" and result.method != "random assignment"
    ]
    found = [rival for rival in rivals if rival.is_solution]
    best = min(found, key=lambda result: (result.value, result.seconds), default=None)
    digits = telling_digits((result.value for result in results if result.is_solution), 10)
    rival = proof = ""
    if best is not None and reference is not None:
        rival = f"{best.method} {_reaches(problem, best, digits)} in {best.seconds:.2g} s"
        proof = _proof(problem, best, reference)
    if quantum is None or reference is None:
        return f"Only classical methods were run{'; ' * bool(rival)}{rival}{proof}."
    head = _head(problem, quantum, reference, results, digits)
    if best is None:
        none = "no rival found a solution" if rivals else "no rival was run"
        return f"{head}; {none}, so nothing is decided."
    if not quantum.is_solution:
        return f"{head}; {rival}{proof}: classical wins."
    margin = value_error(problem, best.value)
    if best.value < quantum.value - margin:
        return f"{head}; {rival}{proof}: classical wins."
    if best.value > quantum.value + margin:
        return f"{head}; {rival}: {quantum.method} found the better solution here."
    if best.seconds <= quantum.seconds:
        return f"{head}; {rival}{proof}: the same for less, classical wins."
    return f"{head}; {rival}{proof}: the same, not resolved at this size."


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


def _head(
    problem: BinaryProblem,
    quantum: Result,
    reference: Reference,
    results: Sequence[Result],
    digits: int,
) -> str:
    """The result of QAOA and its time, in words."""
    # Means of a problem with constraints may hold penalties, and then no score at all.
    cost = quantum.expectation or 0.0
    mean = _plain(cost if problem.constrained else _own(problem, cost), reference.value)
    of = "cost" if problem.constrained else problem.score_name
    best = _own(problem, reference.value)
    share = ""
    if problem.constrained:
        share = f" (the best has {number_text(reference.value, 4)})"
    elif problem.maximise and best > 0:
        share = f" ({100 * mean / best:.1f} % of the best)"
    name = f"{quantum.method} at depth {quantum.settings['depth']}"
    reaches = _reaches(problem, quantum, digits) if quantum.is_solution else ""
    if quantum.expectation is None:  # nothing was sampled
        head = f"{name} {reaches or 'found no solution'}"
    else:
        shots = quantum.settings["shots"]
        found = (
            f"its best of {shots} samples {reaches}"
            if reaches
            else f"none of its {shots} samples keeps the constraints"
        )
        head = f"{name} has a mean {of} of {number_text(mean, 4)}{share} and {found}"
    head += f", after {quantum.seconds:.2g} s of simulation"
    uniform = next((r for r in results if r.method == "random assignment"), None)
    if uniform is not None and _comparable(uniform, quantum) and uniform.value <= quantum.value:
        score = number_text(uniform.properties[problem.score_name], digits)
        head += f" (as many uniform samples reach {score})"
    if not quantum.converged:
        head += f"; its training ended early ({quantum.stop_reason})"
    return head


def _reaches(problem: BinaryProblem, result: Result, digits: int) -> str:
    """The score of a solution in words: "cuts 12", "has length 3.5"."""
    name = problem.score_name
    score = number_text(result.properties[name], digits)
    if name == "cut":
        return f"cuts {score}"
    return f"has {score} {name}" if name.endswith("s") else f"has {name} {score}"


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
