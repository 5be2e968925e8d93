"""A comparison on a terminal."""

from __future__ import annotations

from qminima.tables import print_table

from . import format as words
from .study import Study

LEGEND = (
    "evaluations, time, device time: what it takes to see the best cost with 99 %, training apart;",
    "medians over instances, with 95 % intervals; time: classical work here; device time: modelled",
    "gap: of the best run; corrected: of the mean, 0 for guessing, 1 for best costs only",
    "training: evaluations on each instance; tuning: shared by all, for each of them; not counted",
    "*: a control",
)
_NUMBERS = (
    "solved", "gap, %", "ratio", "corrected", "evaluations", "time", "device time", "training",
    "tuning",
)  # fmt: skip
_PLAIN_WIDTH = 150


def show(study: Study) -> None:
    """Print the table over all instances, what was left out, and the verdict."""
    rows = [
        (
            one.contender.label + " *" * one.contender.control,
            words.solved(one),
            words.percent(one.gap),
            words.optional(one.ratio),
            words.optional(one.corrected),
            words.clock(one, "evaluations"),
            words.time(one, "seconds"),
            words.time(one, "device_seconds"),
            words.training(one, "evaluations"),
            words.shared_training(study, one),
        )
        for one in study.summary.overall
    ]
    print_table(
        words.title(study),
        LEGEND,
        {"method": "left", **dict.fromkeys(_NUMBERS, "right")},
        rows,
        emphasised=[one.contender.quantum for one in study.summary.overall],
        notes=words.notes(study),
        verdict=study.verdict,
        plain_width=_PLAIN_WIDTH,
    )
