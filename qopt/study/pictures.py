"""Pictures of a comparison: profiles, distributions of costs, growth."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite

import numpy as np

from qminima.pictures import Curve, Panel
from qminima.statistics import quantile

from .instance_measures import OnInstance
from .measures import Measured
from .methods import Contender
from .study import Study
from .summary import RATIOS

_NAMES = {
    "evaluations": "evaluations to the best cost (99 %)",
    "seconds": "seconds to the best cost (99 %)",
    "device_seconds": "seconds on the modelled device to the best cost (99 %)",
}

_GROWTH = {
    "evaluations": "evaluations, training apart",
    "seconds": "the time of classical methods",
    "device_seconds": "time on the modelled device, training apart",
}

# More curves cannot be distinguished.
_MOST = 20

# Where distributions are evaluated.
_QUALITIES = np.linspace(-0.5, 1.0, 121)


def panels(study: Study) -> dict[str, Panel]:
    """The pictures by name, those that the instances allow; of many methods the selected ones."""
    found: dict[str, Panel | None] = {
        "profile": _profile(study, "evaluations"),
        "time profile": _profile(study, "seconds"),
        "distributions": _distributions(study),
        **{f"growth, {metric}": _growth(study, metric) for metric in _NAMES},
    }
    return {name: panel for name, panel in found.items() if panel is not None}


def selected(entries: Sequence[Contender]) -> tuple[Contender, ...]:
    """The methods, of very many only such circuits as tell how depth matters.

    These are the least, a middle and the largest depth, and local search after shots of it.
    """
    if len(entries) <= _MOST:
        return tuple(entries)
    depths = sorted({entry.depth for entry in entries if entry.depth is not None})
    kept = {depths[0], depths[len(depths) // 2], depths[-1]}
    return tuple(
        entry
        for entry in entries
        if entry.depth is None
        or entry.depth == depths[-1]
        or (entry.depth in kept and not entry.then_local)
    )


def _profile(study: Study, metric: str) -> Panel | None:
    """Dolan and Moré's performance profile."""
    profile = study.summary.profiles.get(metric)
    if not profile:
        return None
    return Panel(
        "Performance profile by evaluations, training included"
        if metric == "evaluations"
        else "Performance profile of classical methods, by time",
        f"at most so many times the {metric} of the best method",
        "share of instances",
        [
            Curve(one.label, RATIOS, profile[one.id], style=style, color=color)
            for one, style, color in _styles(study)
            if one.id in profile
        ],
        x_log=True,
        steps=True,
    )


def _distributions(study: Study) -> Panel | None:
    """How good single runs are, over all instances."""
    curves = []
    for one, style, color in _styles(study):
        shares = [
            _shares(found, row)
            for found in study.instances
            if (row := found.result(one.id)) is not None and row.runs.number > 1
        ]
        usable = [share for share in shares if share is not None]
        if usable:
            curves.append(
                Curve(one.label, list(_QUALITIES), list(np.mean(usable, axis=0)), style=style,
                      color=color)
            )  # fmt: skip
    if not curves:
        return None
    return Panel(
        "Costs of single runs",
        "quality: 0 as good as guessing on average, 1 the best cost",
        "share of runs that are as good",
        curves,
    )


def _shares(one: OnInstance, row: Measured) -> list[float] | None:
    """The share of runs of at least each quality."""
    if one.reference is None or one.guessing <= one.reference.value:
        return None
    span = one.guessing - one.reference.value
    qualities = (one.guessing - np.array(row.runs.costs)) / span
    counts = np.array(row.runs.counts)
    return [
        float(counts[qualities >= quality - 1e-9].sum() / row.runs.number) for quality in _QUALITIES
    ]


def _growth(study: Study, metric: str) -> Panel | None:
    """Medians and quartiles against the number of variables."""
    sizes = study.summary.sizes
    if len(sizes) < 3:
        return None
    curves = []
    for one, style, color in _styles(study):
        if (one.quantum and metric == "seconds") or (one.then_local and metric == "device_seconds"):
            continue  # it tells a part of what they take
        by_size = [_values(study.instances, one, size, metric) for size in sizes]
        if not any(by_size):
            continue
        low, middle, high = (
            [quantile(values, share) if values else inf for values in by_size]
            for share in (0.25, 0.5, 0.75)
        )
        if any(isfinite(value) for value in middle):
            curves.append(
                Curve(one.label, sizes, middle, low, high, style=style, marked=True, color=color)
            )
    if not curves:
        return None
    return Panel(
        f"Growth of {_GROWTH[metric]}", "variables", _NAMES[metric], curves, y_log=True, whole=True
    )


def _values(instances: Sequence[OnInstance], one: Contender, size: int, metric: str) -> list[float]:
    rows = [found.result(one.id) for found in instances if found.size == size]
    return [
        row.to_solution[metric].value
        for row in rows
        if row is not None and metric in row.to_solution
    ]


def _styles(study: Study) -> list[tuple[Contender, str, int]]:
    """Every method with a line and a colour; local search after shots shares that of the shots."""
    found: list[tuple[Contender, str, int]] = []
    colors: dict[tuple[str, int | None], int] = {}
    for one in selected(study.entries):
        color = colors.setdefault((one.method, one.depth), len(colors))
        style = "dashed" if one.then_local else "solid" if one.quantum else "dotted"
        found.append((one, style, color))
    return found
