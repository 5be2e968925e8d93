"""Results of single methods, their comparison, and the record both are stored as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from .provenance import provenance

SCHEMA = 1

Kind = Literal["classical", "quantum", "bound"]


@dataclass(frozen=True, eq=False)
class Result:
    """The result of one method on one problem.

    Attributes:
        method: name as shown, such as "CCSD(T)" or "QAOA".
        kind: "classical", "quantum", or "bound" for a value no solution can pass.
        value: in `unit`; for a combinatorial problem the cost of `bitstring`, re-scored.
        problem: what was solved, as in the record.
        seconds: wall time of this method alone.
        evaluations: values of the objective that were computed, 0 where it is not counted.
        converged: whether the method met its own criterion.
        error: value minus reference value, where a reference is known.
        settings: the options that were used.
        parameters: optimised parameters of a circuit.
        history: (evaluations, best so far) pairs of what was minimised.
        history_of: its name; `expectation` where that is given and else `value`, unless named.
        expectation: mean over the final state, where it differs in meaning from `value`.
        bitstring: the solution; character j is variable j.
        stop_reason: why an iterative method stopped.
        warnings: sentences that a reader of `value` must know.
        properties: further quantities by name, stored beside the others ("cut", "spin_square").
        seed: of all randomness.
        finished: when.
        circuit: the `simulator.Circuit` that `parameters` belong to, which may have fewer layers
            than were asked for; None for methods without one circuit. Records leave it out.
    """

    method: str
    kind: Kind
    value: float
    unit: str
    problem: Mapping[str, Any]
    seconds: float
    evaluations: int = 0
    converged: bool = True
    error: float | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    parameters: Sequence[float] | None = None
    history: Sequence[tuple[int, float]] | None = None
    history_of: str | None = None
    expectation: float | None = None
    bitstring: str | None = None
    stop_reason: str | None = None
    warnings: Sequence[str] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    finished: datetime = field(default_factory=lambda: datetime.now(UTC))
    circuit: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        """One line: method, value and unit, and how long it took."""
        return f"{self.method}: {self.value:.10g} {self.unit}, {self.seconds:.2g} s"

    @property
    def is_solution(self) -> bool:
        """Whether this is a bit string that violates no constraint."""
        return self.bitstring is not None and bool(self.properties.get("feasible", True))

    def entry(self) -> dict[str, Any]:
        """The result as one entry of a record's `results`; what is not known is left out."""
        history_key = self.history_of or ("value" if self.expectation is None else "expectation")
        optional: dict[str, Any] = {
            "expectation": self.expectation,
            "bitstring": self.bitstring,
            "stop_reason": self.stop_reason,
            "parameters": None if self.parameters is None else [float(p) for p in self.parameters],
            "history": None
            if self.history is None
            else [{"evaluations": int(n), history_key: float(v)} for n, v in self.history],
            "warnings": list(self.warnings) or None,
        }
        return {
            "method": self.method,
            "kind": self.kind,
            "value": float(self.value),
            "unit": self.unit,
            "error": None if self.error is None else float(self.error),
            "evaluations": int(self.evaluations),
            "seconds": round(float(self.seconds), 6),
            "settings": plain_numbers(self.settings),
            "converged": bool(self.converged),
            **plain_numbers(self.properties),
            **{key: value for key, value in optional.items() if value is not None},
        }

    def record(self) -> dict[str, Any]:
        """The run record of this result alone."""
        started = self.finished - timedelta(seconds=self.seconds)
        return Comparison(self.problem, (self,), seed=self.seed, started=started).record()


def plain_numbers(value: Any) -> Any:
    """Data with NumPy's numbers as Python's, which are the only ones that JSON holds."""
    if isinstance(value, Mapping):
        return {key: plain_numbers(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        found = [plain_numbers(one) for one in value]
        return found if isinstance(value, list) else tuple(found)
    return value.item() if getattr(value, "shape", None) == () else value


@dataclass(frozen=True)
class Reference:
    """The value that errors are measured from.

    Attributes:
        value: in the unit of the results.
        method: what gave it.
        certainty: how far it can be trusted.
        source: where it is from, if it was not computed in this run.
        reason: why nothing is better, where that is no proof by the method.
        within: how far it can be from the best one at most, where that is known and not zero.
    """

    value: float
    method: str
    certainty: Literal["proven", "best known", "estimate"]
    source: str | None = None
    reason: str | None = None
    within: float | None = None

    def entry(self) -> dict[str, Any]:
        """The reference as stored."""
        optional = {"source": self.source, "reason": self.reason, "within": self.within}
        return {
            "value": float(self.value),
            "method": self.method,
            "certainty": self.certainty,
            **{key: value for key, value in optional.items() if value is not None},
        }


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several methods on one problem, the reference they are held against, and a verdict.

    `solution` is the best one in the user's own labels, as plain data, and the method that found
    it; `warnings` concern the problem as a whole, `skipped` gives the reason for each method that
    was not run, and `interrupted` says that the user stopped the run early.
    """

    problem: Mapping[str, Any]
    results: tuple[Result, ...]
    reference: Reference | None = None
    verdict: str = ""
    warnings: tuple[str, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    interrupted: bool = False
    seed: int | None = None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    solution: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.reference is not None:
            measured = (
                replace(result, error=result.value - self.reference.value)
                for result in self.results
            )
            object.__setattr__(self, "results", tuple(measured))

    def __str__(self) -> str:
        return self.verdict

    def result(self, method: str) -> Result | None:
        """The result of a method by its shown name, if it ran."""
        return next((result for result in self.results if result.method == method), None)

    def record(self) -> dict[str, Any]:
        """The run record: plain data, ready for JSON."""
        return {
            "schema": SCHEMA,
            "problem": plain_numbers(self.problem),
            "results": [result.entry() for result in self.results],
            "reference": None if self.reference is None else self.reference.entry(),
            "verdict": self.verdict,
            **({} if self.solution is None else {"solution": dict(self.solution)}),
            "warnings": list(self.warnings),
            "skipped": dict(self.skipped),
            "interrupted": self.interrupted,
            "provenance": provenance(self.seed, self.started),
        }
