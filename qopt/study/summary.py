"""Statistics over many instances: medians, tests, profiles, growth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Any

import numpy as np

from qminima.statistics import (
    Estimate,
    ExponentialFit,
    PairedTest,
    bootstrap,
    fit_windows,
    holm,
    paired_test,
    performance_profile,
    quantile,
)

from .instance_measures import OnInstance
from .measures import METRICS, Measured, estimate_entry
from .methods import Contender

# What a method came to, by the number of the instance.
Rows = Mapping[int, Measured]

# Where profiles are evaluated: ratios to the least of all methods.
RATIOS = tuple(float(ratio) for ratio in np.logspace(0, 4, 81))

# Fits of growth need so many sizes; their windows leave out the smallest ones.
_SIZES = 4


@dataclass(frozen=True)
class Overall:
    """One method over all instances on which it ran.

    Attributes:
        contender: the method.
        instances: how many.
        solved: on how many any run reached the goal.
        gap: mean over instances of the gap of the best cost that was found, in units of the best
            cost; None where some instance has none, or a best cost of zero.
        ratio: mean over instances of the approximation ratio; None where it is not defined on all.
        corrected: the same of the ratio corrected for guessing.
        to_solution: median over instances by each metric, with its interval (bootstrap).
        with_training: the same with training.
        training: median over instances of the training, by metrics.
        growth: fits a b^n to the medians of each size, by metrics, of smaller and smaller windows.
    """

    contender: Contender
    instances: int
    solved: int
    gap: float | None
    ratio: float | None
    corrected: float | None
    to_solution: Mapping[str, Estimate]
    with_training: Mapping[str, Estimate]
    training: Mapping[str, float]
    growth: Mapping[str, Sequence[ExponentialFit]]

    def entry(self) -> dict[str, Any]:
        """As a record has it."""
        return {
            "id": self.contender.id,
            "method": self.contender.label,
            "kind": self.contender.kind,
            "instances": self.instances,
            "solved": self.solved,
            "gap": self.gap,
            "ratio": self.ratio,
            "corrected_ratio": self.corrected,
            "to_solution": {k: estimate_entry(v) for k, v in self.to_solution.items()},
            "with_training": {k: estimate_entry(v) for k, v in self.with_training.items()},
            "training": dict(self.training),
            "growth": {
                metric: [
                    {"base": estimate_entry(fit.base), "sizes": list(fit.sizes)} for fit in fits
                ]
                for metric, fits in self.growth.items()
            },
        }


@dataclass(frozen=True)
class Pair:
    """A circuit and a classical method on the instances of the circuit.

    Attributes:
        metrics: of the circuit and of the classical method.
        quantum: the circuit.
        classical: its baseline.
        needed: medians of what either takes on these instances, training included.
        solved: on how many of these either reached the goal.
        undecided: instances that one solved, and on which the other was not run for as long.
        ratio: median over instances of circuit / baseline, with its interval; infinite or zero
            where only one found a best cost. None where nothing is decided.
        test: of Wilcoxon on the logarithms.
        p_value: corrected for the number of circuits (Holm) and of baselines it could have met.
        sizes: numbers of variables that occur.
        growth: fits a b^n to the medians of either, training not included.
    """

    metrics: tuple[str, str]
    quantum: Overall
    classical: Overall
    needed: tuple[Estimate, Estimate]
    solved: tuple[int, int]
    undecided: int
    ratio: Estimate | None
    test: PairedTest
    p_value: float
    sizes: tuple[int, ...]
    growth: tuple[Sequence[ExponentialFit], Sequence[ExponentialFit]]

    @property
    def instances(self) -> int:
        """How many instances there are."""
        return self.quantum.instances

    def entry(self) -> dict[str, Any]:
        """As a record has it."""
        return {
            "clocks": list(self.metrics),
            "quantum": self.quantum.contender.label,
            "classical": self.classical.contender.label,
            "ids": [self.quantum.contender.id, self.classical.contender.id],
            "needed": [estimate_entry(one) for one in self.needed],
            "solved": list(self.solved),
            "undecided": self.undecided,
            "ratio": None if self.ratio is None else estimate_entry(self.ratio),
            "fewer": self.test.better,
            "more": self.test.worse,
            "p_value": self.p_value,
        }


@dataclass(frozen=True)
class Summary:
    """Over all instances.

    Attributes:
        overall: of each method.
        pairs: circuits against the classical method that is best by a metric.
        profiles: share of instances within `RATIOS` of the least of all methods, by metrics,
            training included; by seconds of classical methods only.
        sizes: numbers of variables that occur.
        exact: of solvers that prove what they find, those that did so on every instance.
    """

    overall: tuple[Overall, ...]
    pairs: tuple[Pair, ...]
    profiles: Mapping[str, Mapping[str, Sequence[float]]]
    sizes: tuple[int, ...]
    exact: tuple[Overall, ...]

    def entry(self) -> dict[str, Any]:
        """As a record has it."""
        return {
            "methods": [one.entry() for one in self.overall],
            # Whatever holds measured times is under a key that says so.
            "pairs": {
                metric: [pair.entry() for pair in self.pairs if pair.metrics[1] == metric]
                for metric in ("evaluations", "seconds")
            },
            "profiles": {
                metric: {name: list(shares) for name, shares in profile.items()}
                for metric, profile in self.profiles.items()
            },
            "profile_ratios": list(RATIOS),
        }


def summarise(entries: Sequence[Contender], instances: Sequence[OnInstance]) -> Summary:
    """Over all instances; bounds are no methods here."""
    rows: dict[Contender, Rows] = {}
    for entry in entries:
        found = {
            number: row
            for number, one in enumerate(instances)
            if (row := one.result(entry.id)) is not None and row.goal is not None
        }
        if found and entry.kind != "bound":
            rows[entry] = found
    sizes = [one.size for one in instances]
    overall = {entry: _overall(entry, found, sizes) for entry, found in rows.items()}
    return Summary(
        overall=tuple(overall.values()),
        pairs=(
            *_pairs(overall, rows, sizes, "evaluations", "evaluations"),
            *_pairs(overall, rows, sizes, "device_seconds", "seconds"),
        ),
        profiles={
            metric: profile
            for metric in METRICS
            if (profile := _profile(rows, metric, len(instances)))
        },
        sizes=tuple(sorted(set(sizes))),
        exact=tuple(
            overall[entry]
            for entry, found in rows.items()
            if len(found) == len(instances) and all(row.runs.proven for row in found.values())
        ),
    )


def _overall(entry: Contender, found: Rows, sizes: Sequence[int]) -> Overall:
    rows = list(found.values())
    metrics = _metrics(found)
    return Overall(
        contender=entry,
        instances=len(rows),
        solved=sum(row.solved for row in rows),
        gap=_mean([_relative_gap(row) for row in rows]),
        ratio=_mean([row.ratio for row in rows]),
        corrected=_mean([row.corrected for row in rows]),
        to_solution={c: _median_time([row.to_solution[c] for row in rows]) for c in metrics},
        with_training={c: _median_time([row.whole(c) for row in rows]) for c in metrics},
        training={c: quantile([row.training.get(c, 0.0) for row in rows]) for c in metrics},
        growth={
            metric: fits for metric in metrics if (fits := _growth_of(found, found, sizes, metric))
        },
    )


def _relative_gap(row: Measured) -> float | None:
    if row.gap is None or row.best is None:
        return None
    reference = abs(row.best - row.gap)
    return row.gap / reference if reference else None


def _metrics(found: Rows) -> list[str]:
    """The metrics that apply to a method."""
    return [
        metric for metric in METRICS if all(metric in row.to_solution for row in found.values())
    ]


def _pairs(
    overall: Mapping[Contender, Overall],
    rows: Mapping[Contender, Rows],
    sizes: Sequence[int],
    quantum_metric: str,
    classical_metric: str,
) -> tuple[Pair, ...]:
    """Every circuit against the classical method of least median on the circuit's instances."""
    pairs: list[Pair] = []
    baselines = 1
    for circuit, found in rows.items():
        if not circuit.quantum or circuit.then_local or quantum_metric not in _metrics(found):
            continue
        needed = {
            baseline: [other[number].whole(classical_metric) for number in found]
            for baseline, other in rows.items()
            if not baseline.quantum
            and found.keys() <= other.keys()
            and classical_metric in _metrics(other)
        }
        if not needed:
            continue
        baselines = max(baselines, len(needed))
        best = min(needed, key=lambda baseline: _rank(needed[baseline]))
        mine, theirs = [row.whole(quantum_metric) for row in found.values()], needed[best]
        ratios = _ratios(mine, theirs)
        known = [ratio for ratio in ratios if ratio is not None]
        pairs.append(
            Pair(
                metrics=(quantum_metric, classical_metric),
                quantum=overall[circuit],
                classical=overall[best],
                needed=(_median_time(mine), _median_time(theirs)),
                solved=(_solved(mine), _solved(theirs)),
                undecided=len(ratios) - len(known),
                ratio=_median(known) if known else None,
                test=_test(ratios),
                p_value=1.0,
                sizes=tuple(sorted({sizes[number] for number in found})),
                growth=(
                    _growth_of(found, found, sizes, quantum_metric),
                    _growth_of(rows[best], found, sizes, classical_metric),
                ),
            )
        )
    corrected = holm([min(1.0, baselines * pair.test.p_value) for pair in pairs])
    return tuple(replace(pair, p_value=value) for pair, value in zip(pairs, corrected, strict=True))


def _solved(found: Sequence[Estimate]) -> int:
    return sum(isfinite(one.value) for one in found)


def _rank(needed: Sequence[Estimate]) -> tuple[float, float, float]:
    """Of two methods the one of less median is better; then who solved more, or lost later."""
    median = _median_time(needed)
    return (median.value, -_solved(needed), median.low)


def _ratios(mine: Sequence[Estimate], theirs: Sequence[Estimate]) -> list[float | None]:
    """Ratios of the first to the second, instance by instance.

    Infinite where only the second found a best cost, zero where only the first did; None where
    neither did, or one that did not was not run for as long as the other takes.
    """
    found: list[float | None] = []
    for one, other in zip(mine, theirs, strict=True):
        if isfinite(one.value) and isfinite(other.value):
            found.append(one.value / other.value)
        elif isfinite(other.value) and one.low > other.value:
            found.append(inf)
        elif isfinite(one.value) and other.low > one.value:
            found.append(0.0)
        else:
            found.append(None)
    return found


def _test(ratios: Sequence[float | None]) -> PairedTest:
    """Wilcoxon on logarithms; what only one solved ranks beyond all others."""
    known = [0.0 if r is None else r for r in ratios]
    logs = [abs(float(np.log(r))) for r in known if r and isfinite(r)]
    beyond = max(logs, default=0.0) + 1.0
    values = [
        0.0 if r is None else beyond if r == inf else -beyond if r == 0 else float(np.log(r))
        for r in ratios
    ]
    return paired_test(values, [0.0] * len(values))


def _profile(
    rows: Mapping[Contender, Rows], metric: str, instances: int
) -> dict[str, list[float]] | None:
    """Of the methods that ran on all instances, and to which this metric applies."""
    costs = {
        entry.id: [row.with_training(metric) for row in found.values()]
        for entry, found in rows.items()
        if len(found) == instances
        and metric in _metrics(found)
        and not (entry.quantum and metric == "seconds")
        and not (entry.then_local and metric == "device_seconds")  # both tell a part of it
    }
    return performance_profile(costs, RATIOS) if len(costs) > 1 else None


def _growth_of(
    rows: Rows, numbers: Iterable[int], sizes: Sequence[int], metric: str
) -> list[ExponentialFit]:
    """Fits through the medians of each size; none where there are too few that were solved."""
    by_size: dict[int, list[float]] = {}
    for number in numbers:
        by_size.setdefault(sizes[number], []).append(rows[number].to_solution[metric].value)
    medians = {size: quantile(values) for size, values in sorted(by_size.items())}
    if len(medians) < _SIZES or not all(isfinite(value) for value in medians.values()):
        return []  # a fit without the sizes that were not solved would flatter
    return fit_windows(list(medians), list(medians.values()), least=_SIZES)


def _median_time(found: Sequence[Estimate]) -> Estimate:
    """The median; where it is infinite, its lower end is that of the intervals' lower ends."""
    middle = _median([one.value for one in found])
    if isfinite(middle.value):
        return middle
    return Estimate(inf, quantile([one.low if one.censored else one.value for one in found]), inf)


def _median(values: Sequence[float]) -> Estimate:
    """The median and its bootstrap interval, infinite values included."""
    return bootstrap(values, quantile, seed=0)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known and len(known) == len(values) else None
