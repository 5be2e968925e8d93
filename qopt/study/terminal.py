"""A comparison on a terminal."""

from __future__ import annotations

from qminima.tables import print_table

from . import format as words
from .study import Study

LEGEND = (
    "evaluations, time, device time: time to solution at 99 % without training, median over",
    "instances with 95 % interval; time: classical work here; device time: by a model of a device",
    "gap: of the best run; ratio: of the mean; corrected: 0 for guessing, 1 for best costs only",
    "training: evaluations on each instance; tuning: shared evaluations, for each instance",
    "*: control",
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
            words.metric(one, "evaluations"),
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
