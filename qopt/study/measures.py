"""Statistics of the runs of one method on one instance, by three metrics that are never mixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

from qminima.result import Reference
from qminima.statistics import Estimate, success_probability, time_to_solution

from ..classical.proofs.claims import last_digit, value_error
from ..problems.instance import Instance
from .device_time import Device
from .methods import Contender
from .runs import Runs

METRICS = ("evaluations", "seconds", "device_seconds")

# How far a reference can be trusted, in the words of tables.
CERTAINTY = {"proven": "proven", "best known": "best known", "estimate": "unknown"}


@dataclass(frozen=True)
class Measured:
    """One method on one instance.

    Attributes:
        contender: the method.
        runs: what came of it.
        goal: the cost that counts as solved; None where nothing is known at all.
        probability: of a run to reach it; None for bounds, and without a goal.
        to_solution: time to solution at 99 %, by each metric that applies: `evaluations`,
            `seconds` of classical work, a relaxation before the runs included, and
            `device_seconds` of the modelled device. Infinite where nothing succeeded: then only the
            lower end says something.
        training: what was spent on angles before, by the same metrics.
        ratio: mean score over the best one, where scores are to be large and the best is above
            zero.
        corrected: (r - mean)/(r - best) with r the mean cost of uniform bit strings: 0 for
            guessing, 1 for optima only.
        gap: best cost that was found minus the reference.
    """

    contender: Contender
    runs: Runs
    goal: float | None
    probability: Estimate | None
    to_solution: Mapping[str, Estimate]
    training: Mapping[str, float]
    ratio: float | None
    corrected: float | None
    gap: float | None

    @property
    def best(self) -> float | None:
        """The least cost that was found."""
        return self.runs.costs[0] if self.runs.costs else None

    @property
    def solved(self) -> bool:
        """Whether any run reached the goal."""
        return self.goal is not None and self.runs.successes(self.goal) > 0

    def whole(self, metric: str) -> Estimate:
        """Time to solution by a metric, training included; infinite where nothing succeeded."""
        return _later(self.to_solution[metric], self.training.get(metric, 0.0))

    def with_training(self, metric: str) -> float:
        """The value of `whole`."""
        return self.whole(metric).value

    def entry(self, instance: Instance) -> dict[str, Any]:
        """As a record has it; infinite numbers become null."""
        problem, runs = instance.problem, self.runs
        score = {}
        if runs.best is not None:
            score = {problem.score_name: problem.score(runs.best), "value": self.best}
        optional: dict[str, Any] = {
            "bitstring": runs.best,
            "mean": runs.mean,
            "gap": self.gap,
            "ratio": self.ratio,
            "corrected_ratio": self.corrected,
            "bound": runs.bound,
            "success_probability": None
            if self.probability is None
            else estimate_entry(self.probability),
        }
        return {
            "id": self.contender.id,
            "method": self.contender.label,
            "kind": self.contender.kind,
            "control": self.contender.control,
            **score,
            **{key: value for key, value in optional.items() if value is not None},
            "runs": runs.number,
            "infeasible_runs": runs.infeasible,
            "proven": runs.proven,
            "to_solution": {
                metric: estimate_entry(found) for metric, found in self.to_solution.items()
            },
            "training": dict(self.training),
            "evaluations": runs.evaluations,
            "seconds": runs.seconds,
            "preparation_seconds": runs.training.seconds,
            "simulation_seconds": runs.simulation_seconds,
            "training_simulation_seconds": runs.training.simulation_seconds,
            "rounds": runs.rounds,
            "settings": dict(runs.settings),
            "costs": [list(pair) for pair in zip(runs.costs, runs.counts, strict=True)],
        }


def estimate_entry(found: Estimate) -> dict[str, Any]:
    """An estimate as plain data; `censored` says that nothing succeeded, and `low` is a bound."""

    def plain(value: float) -> float | None:
        return value if isfinite(value) else None

    return {
        "value": plain(found.value),
        "low": plain(found.low),
        "high": plain(found.high),
        "censored": found.censored,
    }


def measure(
    instance: Instance,
    contender: Contender,
    runs: Runs,
    reference: Reference | None,
    guessing: float,
    device: Device,
) -> Measured:
    """Measure one method on one instance.

    Args:
        instance: the instance.
        contender: the method.
        runs: what came of it.
        reference: the cost to be reached.
        guessing: the mean cost of uniform bit strings.
        device: for the time of shots.
    """
    goal = None if reference is None else reference.value + _margin(instance, reference)
    shot = None if runs.rounds is None else device.shot(runs.rounds)
    each = _each_run(contender, runs, shot)
    probability, to_solution = None, dict[str, Estimate]()
    if goal is not None and runs.number and contender.kind != "bound":
        solved = runs.successes(goal)
        probability = success_probability(solved, runs.number)
        if runs.once:
            probability = Estimate(probability.value, probability.value, probability.value)
            never = Estimate(inf, inf, inf)
            to_solution = {c: Estimate(t, t, t) if solved else never for c, t in each.items()}
        else:
            to_solution = {c: time_to_solution(solved, runs.number, t) for c, t in each.items()}
        if "seconds" in to_solution:
            to_solution["seconds"] = _later(to_solution["seconds"], runs.training.seconds)
    elif goal is not None and contender.kind != "bound":  # it ran, and found nothing
        to_solution = {"seconds": Estimate(inf, inf, inf)}
    ratio = corrected = gap = None
    if reference is not None and runs.mean is not None:
        problem, best = instance.problem, reference.value
        if problem.maximise and best < 0 and not runs.infeasible:
            ratio = runs.mean / best
        if guessing > best:
            corrected = (guessing - runs.mean) / (guessing - best)
        gap = runs.costs[0] - best if runs.costs else None
    return Measured(
        contender, runs, goal, probability, to_solution, _training(runs, shot), ratio,
        corrected, gap,
    )  # fmt: skip


def tolerance(instance: Instance, cost: float) -> float:
    """How far values of the same cost may be apart."""
    return value_error(instance.problem, cost)


def _margin(instance: Instance, reference: Reference) -> float:
    """How far a cost may be above a reference: values from elsewhere may have been rounded."""
    rounded = 0.0 if reference.source is None else last_digit(reference.value)
    return tolerance(instance, reference.value) + rounded


def guessing_mean(instance: Instance) -> float:
    """The mean cost of uniform bit strings, of feasible ones where a mixer keeps constraints."""
    if instance.space is None:
        return dict(instance.problem.cost.terms).get((), 0.0)
    return float(instance.circuit_problem.cost.values(instance.space).to_array().mean())


def reference_of(
    instance: Instance, found: Sequence[Runs], proven: float | None
) -> Reference | None:
    """The cost to be reached: proven in this run, else known beforehand, else the least found.

    Args:
        instance: the instance.
        found: all runs on it.
        proven: the least cost by enumeration, if there was one beside the methods.
    """
    if proven is not None:
        return Reference(proven, "enumeration", "proven")
    best = min((runs.costs[0] for runs in found if runs.costs), default=None)
    for runs in found:
        if runs.proven:
            return Reference(runs.costs[0], "proven in this comparison", "proven")
    known = instance.problem.reference
    if known is not None and (best is None or known.value <= best + _margin(instance, known)):
        return known
    return None if best is None else Reference(best, "best of this comparison", "estimate")


def bound_of(reference: Reference | None, found: Sequence[Runs]) -> float | None:
    """The highest proven bound on costs; the optimum itself, where it is proven."""
    if reference is not None and reference.certainty == "proven":
        return reference.value
    return max((runs.bound for runs in found if runs.bound is not None), default=None)


def _each_run(contender: Contender, runs: Runs, shot: float | None) -> dict[str, float]:
    """Average cost of a run by each metric that applies; never zero."""
    each: dict[str, float] = {}
    if runs.number and runs.evaluations is not None:
        each["evaluations"] = max(1.0, runs.evaluations / runs.number)
    if runs.number and (not contender.quantum or contender.then_local):
        each["seconds"] = max(1e-9, runs.seconds / runs.number)
    if shot is not None:
        each["device_seconds"] = shot
    return each


def _later(found: Estimate, before: float) -> Estimate:
    """After what was spent before."""
    return Estimate(found.value + before, found.low + before, found.high + before)


def _training(runs: Runs, shot: float | None) -> dict[str, float]:
    """Cost of the training of angles by each metric that applies."""
    spent = {"evaluations": float(runs.training.evaluations)}
    if shot is not None:
        spent["device_seconds"] = runs.training.shots * shot
    return spent
