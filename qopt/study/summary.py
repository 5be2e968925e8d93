"""What many instances say together: medians, tests, profiles, growth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
)

from .contenders import Contender
from .measures import CLOCKS, Measured, estimate_entry
from .on_instance import OnInstance

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
        to_solution: median over instances by each clock, with its interval (bootstrap).
        with_training: the same with training.
        training: median over instances of the training, by clocks.
        growth: fits a b^n to the medians of each size, by clocks, of smaller and smaller windows.
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
                clock: [
                    {"base": estimate_entry(fit.base), "sizes": list(fit.sizes)} for fit in fits
                ]
                for clock, fits in self.growth.items()
            },
        }


@dataclass(frozen=True)
class Pair:
    """A circuit and a classical method on the same instances.

    Attributes:
        clocks: of the circuit and of the classical method.
        quantum: the circuit.
        classical: its rival.
        needed: medians of what either takes on these instances, training included.
        ratio: median of what the circuit takes in units of its rival, with its interval; infinite
            where the circuit solved less.
        test: of Wilcoxon on the logarithms.
        p_value: corrected for the number of tests by the same clocks.
    """

    clocks: tuple[str, str]
    quantum: Overall
    classical: Overall
    needed: tuple[Estimate, Estimate]
    ratio: Estimate | None
    test: PairedTest
    p_value: float

    def entry(self) -> dict[str, Any]:
        """As a record has it."""
        return {
            "clocks": list(self.clocks),
            "quantum": self.quantum.contender.label,
            "classical": self.classical.contender.label,
            "needed": [estimate_entry(one) for one in self.needed],
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
        pairs: circuits against the classical method that is best by a clock.
        profiles: share of instances within `RATIOS` of the least of all methods, by clocks.
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
                clock: [pair.entry() for pair in self.pairs if pair.clocks[1] == clock]
                for clock in ("evaluations", "seconds")
            },
            "profiles": {
                clock: {name: list(shares) for name, shares in profile.items()}
                for clock, profile in self.profiles.items()
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
            if (row := one.result(entry.label)) is not None
        }
        if found and entry.kind != "bound":
            rows[entry] = found
    sizes = [one.size for one in instances]
    overall = {entry: _overall(entry, found, sizes) for entry, found in rows.items()}
    return Summary(
        overall=tuple(overall.values()),
        pairs=(
            *_pairs(overall, rows, "evaluations", "evaluations"),
            *_pairs(overall, rows, "device_seconds", "seconds"),
        ),
        profiles={
            clock: profile for clock in CLOCKS if (profile := _profile(rows, clock, len(instances)))
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
    clocks = _clocks(found)
    return Overall(
        contender=entry,
        instances=len(rows),
        solved=sum(row.solved for row in rows),
        gap=_mean([_relative_gap(row) for row in rows]),
        ratio=_mean([row.ratio for row in rows]),
        corrected=_mean([row.corrected for row in rows]),
        to_solution={c: _median([row.to_solution[c].value for row in rows]) for c in clocks},
        with_training={c: _median([row.with_training(c) for row in rows]) for c in clocks},
        training={c: quantile([row.training.get(c, 0.0) for row in rows]) for c in clocks},
        growth={
            clock: fits
            for clock in clocks
            if (
                fits := _growth(
                    [sizes[number] for number in found],
                    [row.to_solution[clock].value for row in rows],
                )
            )
        },
    )


def _relative_gap(row: Measured) -> float | None:
    if row.gap is None or row.best is None:
        return None
    reference = abs(row.best - row.gap)
    return row.gap / reference if reference else None


def _clocks(found: Rows) -> list[str]:
    """The clocks that apply to a method."""
    return [clock for clock in CLOCKS if all(clock in row.to_solution for row in found.values())]


def _pairs(
    overall: Mapping[Contender, Overall],
    rows: Mapping[Contender, Rows],
    quantum_clock: str,
    classical_clock: str,
) -> tuple[Pair, ...]:
    """Every circuit against the classical method of least median on the circuit's instances."""
    pairs: list[Pair] = []
    for circuit, found in rows.items():
        if not circuit.quantum or circuit.then_local or quantum_clock not in _clocks(found):
            continue
        needed = {
            rival: [other[number].with_training(classical_clock) for number in found]
            for rival, other in rows.items()
            if not rival.quantum
            and rival.method != "random"
            and found.keys() <= other.keys()
            and classical_clock in _clocks(other)
        }
        if not needed:
            continue
        best = min(needed, key=lambda rival: (quantile(needed[rival]), sum(needed[rival])))
        first = [row.with_training(quantum_clock) for row in found.values()]
        pairs.append(
            Pair(
                clocks=(quantum_clock, classical_clock),
                quantum=overall[circuit],
                classical=overall[best],
                needed=(_median(first), _median(needed[best])),
                ratio=_ratio(first, needed[best]),
                test=paired_test(*_ranked(first, needed[best])),
                p_value=1.0,
            )
        )
    corrected = holm([pair.test.p_value for pair in pairs])
    return tuple(replace(pair, p_value=value) for pair, value in zip(pairs, corrected, strict=True))


def _ratio(first: Sequence[float], second: Sequence[float]) -> Estimate | None:
    """Median ratio; instances that neither solved say nothing."""
    known = [(a, b) for a, b in zip(first, second, strict=True) if isfinite(a) or isfinite(b)]
    ratios = [inf if not isfinite(a) else 0.0 if not isfinite(b) else a / b for a, b in known]
    return _median(ratios) if ratios else None


def _ranked(first: Sequence[float], second: Sequence[float]) -> tuple[list[float], list[float]]:
    """Logarithms, those of what was not solved beyond all others."""
    finite = [np.log(value) for value in (*first, *second) if isfinite(value)]
    beyond = max(finite, default=0.0) + 10 + max(finite, default=0.0) - min(finite, default=0.0)
    return (
        [float(np.log(value)) if isfinite(value) else beyond for value in first],
        [float(np.log(value)) if isfinite(value) else beyond for value in second],
    )


def _profile(
    rows: Mapping[Contender, Rows], clock: str, instances: int
) -> dict[str, list[float]] | None:
    """Of the methods that ran on all instances, and to which this clock applies."""
    costs = {
        entry.label: [row.to_solution[clock].value for row in found.values()]
        for entry, found in rows.items()
        if len(found) == instances and clock in _clocks(found)
    }
    return performance_profile(costs, RATIOS) if len(costs) > 1 else None


def _growth(sizes: Sequence[int], values: Sequence[float]) -> list[ExponentialFit]:
    """Fits through the medians of each size; none where there are too few that were solved."""
    by_size = {
        size: quantile([v for s, v in zip(sizes, values, strict=True) if s == size])
        for size in sorted(set(sizes))
    }
    solved = {size: value for size, value in by_size.items() if isfinite(value)}
    if len(solved) < _SIZES or len(solved) < len(by_size):
        return []  # a fit without the sizes that were not solved would flatter
    return fit_windows(list(solved), list(solved.values()), least=_SIZES)


def _median(values: Sequence[float]) -> Estimate:
    """The median and its bootstrap interval, infinite values included."""
    return bootstrap(values, quantile, seed=0)


def quantile(values: Any, share: float = 0.5) -> float:
    """One of the values, the upper of two: infinite ones are ordered, and never averaged.

    >>> quantile([3.0, 1.0, float("inf"), 2.0]), quantile([1.0, float("inf")])
    (3.0, inf)
    """
    return float(np.sort(values)[min(int(share * len(values)), len(values) - 1)])


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known and len(known) == len(values) else None
