"""A comparison as one HTML page."""

from __future__ import annotations

from qminima.page import Page
from qminima.pictures import svg
from qminima.provenance import provenance
from qminima.tables import duration, three_digits

from . import format as words
from .instance_measures import OnInstance
from .measures import METRICS, Measured
from .pictures import panels
from .study import Study

_CAPTIONS = {
    "profile": "The share of instances on which a method takes at most so many times the "
    "evaluations of the method that takes least there; training on the instance counts. Higher is "
    "better.",
    "time profile": "The same by the time of classical methods.",
    "distributions": "The share of runs, or shots, that are at least so good; mean over instances.",
    "growth, evaluations": "Medians and quartiles, training not counted; gaps where the median "
    "instance was not solved.",
    "growth, seconds": "The same by the time of classical methods.",
    "growth, device_seconds": "The same by time on the modelled device.",
}

_EVALUATIONS = (
    "Evaluations are costs, or changes of the cost by a flip, that a method evaluates: one for a "
    "sample or a shot, one for each variable in a sweep or in a step of steepest descent. Time "
    "here is classical work on this machine. Device time is shots times what a shot takes in a "
    "model without noise. The three are never added up, and time spent on simulating circuits is "
    "none of them."
)
_TO_SOLUTION = (
    "To solution: T = t ln 0.01 / ln(1 - p) for runs of t that reach the best cost with a "
    "probability p, at least t. Intervals of single instances come from Jeffreys intervals of p, "
    "those of medians from the bootstrap. “> x” means that no run succeeded, of a median that its "
    "instance was not solved; x is the lower end of the interval."
)
_QUALITY = (
    "Quality, or the corrected ratio, is (r - c)/(r - b) with r the mean cost of uniform bit "
    "strings and b the best cost. Every bit string was scored again from the problem's data."
)
_TRAINED = (
    "Training on the instance counts as evaluations and device time. A mean takes the stated "
    "number of shots, its gradient by central differences two means for each angle; the simulator "
    "gives exact means instead, which is generous to circuits."
)


def page(study: Study) -> Page:
    """The page: verdict, tables, pictures, instances, and how to repeat it."""
    found = Page(words.title(study))
    for number, line in enumerate(study.verdict.splitlines()):
        found.paragraph(line, "note" if number else "verdict")
    for note in words.notes(study):
        found.paragraph(note, "note")
    _methods(found, study)
    _pairs(found, study)
    _training(found, study)
    found.heading("Pictures")
    for name, panel in panels(study).items():
        found.picture(svg(panel), _CAPTIONS[name])
    _growth(found, study)
    _choices(found, study)
    found.heading("Instance by instance")
    for one in study.instances:
        _instance(found, one)
    found.heading("Definitions")
    for text in (_EVALUATIONS, _TO_SOLUTION, _QUALITY, _TRAINED):
        found.paragraph(text)
    _repeat(found, study)
    return found


def _methods(found: Page, study: Study) -> None:
    found.heading("Methods")
    found.paragraph(
        "Time to solution: to reach the best cost with 99 % probability, medians over instances "
        "with 95 % intervals, training not counted. * marks controls.",
        "note",
    )
    overall = study.summary.overall
    found.table(
        (
            "method",
            "solved",
            "gap, %",
            "ratio",
            "corrected",
            *(words.METRIC_NAMES[metric] for metric in METRICS),
        ),
        [
            (
                one.contender.label + " *" * one.contender.control,
                words.solved(one),
                words.percent(one.gap),
                words.optional(one.ratio),
                words.optional(one.corrected),
                *(words.metric(one, metric) for metric in METRICS),
            )
            for one in overall
        ],
        [one.contender.quantum for one in overall],
    )


def _pairs(found: Page, study: Study) -> None:
    if not study.summary.pairs:
        return
    found.heading("Circuits against the best classical method")
    found.paragraph(
        "Wilcoxon's signed-rank test on the same instances, p-values corrected for the number of "
        "circuits (Holm) and of baselines that might have been chosen. Training on the instance is "
        "counted.",
        "note",
    )
    found.table(
        ("circuit", "baseline", "by", "median ratio", "less on", "more on", "p"),
        [
            (
                pair.quantum.contender.label,
                pair.classical.contender.label,
                "evaluations" if pair.metrics[0] == "evaluations" else "device time / time here",
                "" if pair.ratio is None else words.with_interval(pair.ratio),
                str(pair.test.better),
                str(pair.test.worse),
                f"{pair.p_value:.2g}",
            )
            for pair in study.summary.pairs
        ],
        texts=3,
    )


def _training(found: Page, study: Study) -> None:
    circuits = [one for one in study.summary.overall if one.contender.quantum]
    if not circuits:
        return
    found.heading("What training costs")
    found.paragraph(
        "Medians over instances. What was spent on shared angles is paid once; it is shown for "
        "each instance, and not added.",
        "note",
    )
    found.table(
        ("circuit", "shared", "evaluations", "training", "both", "device time", "training", "both"),
        [
            (
                one.contender.label,
                words.shared_training(study, one),
                *(
                    cell
                    for metric, shown in (("evaluations", three_digits),
                                         ("device_seconds", duration))
                    for cell in (
                        (
                            shown(one.to_solution[metric].value),
                            shown(one.training.get(metric, 0.0)),
                            shown(one.with_training[metric].value),
                        )
                        if metric in one.to_solution
                        else ("", "", "")
                    )
                ),
            )
            for one in circuits
        ],
    )  # fmt: skip


def _growth(found: Page, study: Study) -> None:
    rows = [
        (
            one.contender.label,
            words.METRIC_NAMES[metric],
            f"{fit.sizes[0]:g} to {fit.sizes[1]:g}",
            words.with_interval(fit.base),
        )
        for one in study.summary.overall
        for metric, fits in one.growth.items()
        for fit in fits
    ]
    if rows:
        found.heading("Growth: fits a bⁿ, and what their window does to them")
        found.table(("method", "by", "variables", "b"), rows, texts=2)


def _choices(found: Page, study: Study) -> None:
    if not study.choices:
        return
    held_out = study.settings["held_out"]
    found.heading(f"Chosen on {'other' if held_out else 'the compared'} instances")
    rows = []
    for entry, choice in study.choices.items():
        if "failure" in choice:
            rows.append((entry.label, choice["failure"], ""))
            continue
        if choice["angles"] is not None:
            what = "angles " + ", ".join(f"{angle:.4f}" for angle in choice["angles"])
        elif choice["sweeps"] is None:
            what = "nothing was solved; the usual length"
        else:
            what = f"runs of {choice['sweeps']} evaluations for each variable"
        rows.append((entry.label, what, f"{choice['training']['evaluations']:,}"))
    found.table(("method", "choice", "evaluations it took"), rows, texts=2)


def _instance(found: Page, one: OnInstance) -> None:
    problem, reference = one.instance.problem, one.reference
    summary = f"{problem.name}, {one.size} variables"
    notes = [f"{entry.label}: {reason}" for entry, reason in one.skipped.items()]
    if reference is not None:
        value = 0.0 - reference.value if problem.maximise else reference.value
        summary += f": best {problem.score_name} {value:.10g} ({words.certainty(reference)})"
        if one.bound is not None and reference.certainty != "proven":
            notes.insert(
                0, f"gap of the best to the proven bound: {reference.value - one.bound:.6g}"
            )
    found.folded(
        summary,
        ("method", problem.score_name, "gap", "runs", "success", "ratio", "corrected",
         *(words.METRIC_NAMES[metric] for metric in METRICS), "simulated in"),
        [_row(one, row) for row in one.results],
        [row.contender.quantum for row in one.results],
        notes,
    )  # fmt: skip


def _row(one: OnInstance, row: Measured) -> tuple[str, ...]:
    problem, runs = one.instance.problem, row.runs
    if row.contender.kind == "bound" and runs.bound is not None:
        sign, bound = ("≤ ", 0.0 - runs.bound) if problem.maximise else ("≥ ", runs.bound)
        return (row.contender.label, f"{sign}{bound:.6g}", *[""] * 9)
    return (
        row.contender.label,
        "none" if runs.best is None else f"{problem.score(runs.best):.10g}",
        words.gap_words(one, row.gap),
        f"{runs.number:,}",
        "" if row.probability is None else words.with_interval(row.probability),
        words.optional(row.ratio),
        words.optional(row.corrected),
        *(
            words.with_interval(row.to_solution[metric], words.shown(metric))
            if metric in row.to_solution
            else ""
            for metric in METRICS
        ),
        duration(runs.simulation_seconds) if row.contender.quantum else "",
    )


def _repeat(found: Page, study: Study) -> None:
    found.heading("Repeat it")
    source = provenance(study.seed, study.started)
    budget, device = study.settings["budget"], study.settings["device"]
    found.code("Command:", source["command"])
    limits = [] if budget["runs"] is None else [f"{budget['runs']:,} runs"]
    if budget["evaluations"] is not None:
        limits.append(f"{budget['evaluations']:,} evaluations")
    if budget["seconds"] is not None:
        limits.append(f"{budget['seconds']:g} s")
    found.values(
        {
            "budget of each method on each instance": ", ".join(limits),
            "shots of a mean in training": f"{study.settings['training_shots']:,}",
            "device": f"{duration(device['gate_time'])} a round of gates, "
            f"{duration(device['readout_time'])} of readout, any two qubits meet, no noise",
            "seed": str(study.seed),
            "version": source["version"],
            "packages": ", ".join(f"{k} {v}" for k, v in source["packages"].items()),
            "machine": source["machine"],
            "started": source["started"],
        }
    )
