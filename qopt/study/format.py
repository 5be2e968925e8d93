"""Numbers of a comparison as tables and pages show them."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

from qminima.result import Reference
from qminima.statistics import Estimate
from qminima.tables import counted, duration, three_digits

from .instance_measures import OnInstance
from .measures import CERTAINTY
from .study import Study
from .summary import Overall
from .verdict import span

_HELD_OUT = "other instances"
_IN_SAMPLE = (
    "the compared instances themselves, which favours them; --train-on names other instances"
)
_CONSTRAINED = (
    "circuits and uniform samples keep the constraints; methods that flip single variables, such "
    "as local search, annealing, tabu and breakout, work on penalties"
)

# What metrics are called.
METRIC_NAMES = {
    "evaluations": "evaluations",
    "seconds": "time here",
    "device_seconds": "device time",
}


def with_interval(found: Estimate, shown: Callable[[float], str] = three_digits) -> str:
    """A value and its interval; of a censored one the lower end, if that says anything.

    >>> from math import inf
    >>> with_interval(Estimate(2.0, 1.0, 4.0)), with_interval(Estimate(inf, 50.0, inf))
    ('2 (1–4)', '> 50')
    """
    if found.censored:
        return f"> {shown(found.low)}" if isfinite(found.low) else "never"
    if found.low == found.high:
        return shown(found.value)
    return f"{shown(found.value)} ({shown(found.low)}–{shown(found.high)})"


def optional(value: float | None, digits: int = 4) -> str:
    """A number, or nothing."""
    return "" if value is None else f"{value:.{digits}f}"


def solved(one: Overall) -> str:
    """On how many instances."""
    return f"{one.solved}/{one.instances}"


def percent(share: float | None) -> str:
    """A share in percent.

    >>> percent(0.0012345), percent(0.0), percent(None)
    ('0.123', '0', '')
    """
    return "" if share is None else f"{100 * share:.3g}"


def metric(one: Overall, name: str) -> str:
    """The median by a metric, with its interval."""
    found = one.to_solution.get(name)
    return "" if found is None else with_interval(found, shown(name))


def time(one: Overall, name: str) -> str:
    """The median by a metric of seconds."""
    found = one.to_solution.get(name)
    if found is None:
        return ""
    return with_interval(found, duration) if found.censored else duration(found.value)


def training(one: Overall, name: str) -> str:
    """The training by a metric, if there was any."""
    spent = one.training.get(name, 0.0)
    return shown(name)(spent) if spent else ""


def shared_training(study: Study, one: Overall) -> str:
    """Work on other instances on its angles or its length, for each that is compared."""
    choice = study.choices.get(one.contender.chooser, {})
    spent = choice.get("training", {}).get("evaluations", 0)
    return three_digits(spent / len(study.instances)) if spent else ""


def shown(metric: str) -> Callable[[float], str]:
    """How amounts of a metric are written."""
    return duration if metric.endswith("seconds") else three_digits


def certainty(reference: Reference) -> str:
    """How far a best cost can be trusted: "proven", "best known, SOURCE" or "unknown".

    >>> certainty(Reference(-5.0, "tabu", "best known", "arXiv:1, 2023"))
    'best known, arXiv:1, 2023'
    """
    word = CERTAINTY[reference.certainty]
    return f"{word}, {reference.source}" if word == "best known" and reference.source else word


def gap_words(one: OnInstance, gap: float | None) -> str:
    """A gap, and how far its other end can be trusted."""
    if gap is None or one.reference is None:
        return ""
    return f"{gap:.6g} ({CERTAINTY[one.reference.certainty]})"


def title(study: Study) -> str:
    """The title: which instances were compared."""
    kinds = sorted({one.instance.problem.kind for one in study.instances})
    number, sizes = len(study.instances), study.summary.sizes
    variables = span(sizes) if sizes else "no"
    return f"{counted(number, 'instance')} of {', '.join(kinds)}, {variables} variables"


def notes(study: Study) -> list[str]:
    """Methods that did not run, and why."""
    methods: dict[tuple[str, str], list[str]] = {}
    for one in study.instances:
        for entry, reason in one.skipped.items():
            methods.setdefault((one.instance.problem.name, reason), []).append(entry.label)
    names: dict[tuple[str, str], list[str]] = {}
    for (name, reason), labels in methods.items():
        names.setdefault(("; ".join(labels), reason), []).append(name)
    found = [
        f"not run on {where[0] if len(where) == 1 else f'{len(where)} instances'}: "
        f"{labels}: {reason}"
        for (labels, reason), where in names.items()
    ]
    lengths = [
        f"{entry.label} {choice['sweeps']}"
        for entry, choice in study.choices.items()
        if choice.get("sweeps")
    ]
    if lengths:
        found.append(
            f"lengths of runs, in evaluations for each variable: {', '.join(lengths)}; chosen on "
            + (_HELD_OUT if study.settings["held_out"] else _IN_SAMPLE)
        )
    if any(one.instance.space is not None for one in study.instances):
        found.append(_CONSTRAINED)
    simulated = sum(
        row.runs.simulation_seconds
        # Angles that serve a circuit and its control were trained once.
        + row.runs.training.simulation_seconds * (not row.contender.then_local)
        for one in study.instances
        for row in one.results
    ) + sum(
        choice["training"]["simulation_seconds"]
        for choice in study.choices.values()
        if "training" in choice
    )
    if simulated:
        found.append(f"simulating circuits took {duration(simulated)} here, which is not counted")
    if study.interrupted:
        found.append("interrupted: this is what was finished until then")
    return found
