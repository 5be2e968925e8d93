"""What a comparison says in plain words, and by which numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

from qminima.statistics import Estimate
from qminima.tables import counted, duration

from .on_instance import OnInstance
from .summary import Overall, Pair, Summary

# Differences with a corrected p-value above this are not told apart.
_LEVEL = 0.05

# A model of a device without noise and error correction does not decide ratios below this.
_DEVICE_MARGIN = 10.0

CLASSICAL, QAOA, OPEN = "classical", "QAOA", "not resolved"


@dataclass(frozen=True)
class Finding:
    """One sentence.

    Attributes:
        clock: what it counts: "evaluations", "seconds", "growth" or "proof".
        winner: "classical", "QAOA", or "not resolved".
        text: the sentence.
    """

    clock: str
    winner: str
    text: str

    def entry(self) -> dict[str, str]:
        """As a record has it."""
        return {"winner": self.winner, "text": self.text}


def findings(summary: Summary) -> tuple[Finding, ...]:
    """What the numbers say: by evaluations, by time, by growth, and whether there is a proof."""
    found = [_by_evaluations(summary), _by_time(summary), _by_growth(summary), _proof(summary)]
    if not summary.pairs:
        found.insert(0, _best_classical(summary))
    return tuple(one for one in found if one is not None)


def verdict(found: Sequence[Finding], instances: Sequence[OnInstance]) -> str:
    """The sentences in a row, and at the end who wins.

    QAOA wins if it does so by evaluations and, in the model of a device, by time; classical methods
    win likewise, or where they prove their optima in less time than the model gives QAOA to find
    them. Anything else is not resolved.
    """
    if not instances:
        return "Nothing was compared."
    proven = sum(
        one.reference is not None and one.reference.certainty == "proven" for one in instances
    )
    sizes = sorted({one.size for one in instances})
    span = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    share = "all" if proven == len(instances) else f"{proven}"
    head = (
        f"{counted(len(instances), 'instance')} of {span} variables, {share} with proven optima."
        if proven
        else f"{counted(len(instances), 'instance')} of {span} variables, no optimum proven."
    )
    winners = {one.clock: one.winner for one in found}
    if "evaluations" not in winners and "seconds" not in winners:
        end = "No circuit ran beside a classical method, so nothing is decided between the two."
    elif winners.get("evaluations") == winners.get("seconds") == QAOA:
        end = f"QAOA wins on these instances, in a model of a device without noise{_beyond(sizes)}."
    elif winners.get("seconds") == CLASSICAL and winners.get("evaluations") != QAOA:
        end = "Classical wins."
    elif winners.get("seconds") == CLASSICAL and winners.get("proof") == CLASSICAL:
        end = "Classical wins: it proves optima in less time than the model gives QAOA to see them."
    else:
        end = "Not resolved at these sizes."
    return " ".join([head, *(one.text for one in found), end])


def _by_evaluations(summary: Summary) -> Finding | None:
    pair = _best(summary, "evaluations")
    if pair is None:
        return None
    quantum, classical = pair.quantum, pair.classical
    text = (
        f"By evaluations (shots, or costs looked at; training included) {quantum.contender.label} "
        f"takes {_amount(pair.needed[0], 'evaluations')}, {classical.contender.label} "
        f"{_amount(pair.needed[1], 'evaluations')}: {_told(pair)}"
    )
    winner = _winner(pair, 1.0)
    end = {CLASSICAL: "classical wins", QAOA: "QAOA wins", OPEN: "not told apart"}[winner]
    return Finding("evaluations", winner, f"{text}; {end}.")


def _by_time(summary: Summary) -> Finding | None:
    pair = _best(summary, "device_seconds")
    if pair is None:
        return None
    quantum, classical = pair.quantum, pair.classical
    text = (
        f"By time, the shots of {quantum.contender.label} would take "
        f"{_amount(pair.needed[0], 'device_seconds')} on the modelled device, "
        f"{classical.contender.label} took {_amount(pair.needed[1], 'seconds')} here: {_told(pair)}"
    )
    winner = _winner(pair, _DEVICE_MARGIN)
    if winner == OPEN:
        end = "no difference that a model without noise and error correction could decide"
    else:
        end = {CLASSICAL: "classical wins", QAOA: "QAOA wins in the model"}[winner]
    return Finding("seconds", winner, f"{text}; {end}.")


def _best_classical(summary: Summary) -> Finding | None:
    """Where there is no circuit: which heuristic solved most, came closest, and took least."""
    rivals = [
        one
        for one in summary.overall
        if one.contender.kind == "classical" and not one.contender.exact
    ]
    best = min(
        rivals,
        key=lambda one: (-one.solved, inf if one.gap is None else one.gap, _time(one)),
        default=None,
    )
    if best is None:
        return None
    name = best.contender.label
    if best.solved:
        text = (
            f"Of the heuristics {name} saw the best cost on most instances, {best.solved} of "
            f"{best.instances}, and of those that did took least time ({duration(_time(best))})."
        )
    else:
        short = "" if best.gap is None else f", {100 * best.gap:.3g} % short of the best cost"
        text = f"None of the heuristics saw a best cost; {name} came closest{short}."
    return Finding("heuristics", OPEN, text)


def _time(one: Overall) -> float:
    return one.to_solution["seconds"].value if "seconds" in one.to_solution else inf


def _by_growth(summary: Summary) -> Finding | None:
    """Of the same two methods as by evaluations, without training."""
    pair = _best(summary, "evaluations")
    if pair is None:
        return None
    fits = [one.growth.get("evaluations") for one in (pair.quantum, pair.classical)]
    if not all(fits):
        return None
    first, second = (windows[0].base for windows in fits if windows)
    apart = first.high < second.low or second.high < first.low
    smaller = QAOA if first.value < second.value else CLASSICAL
    shifts = [
        max(abs(fit.base.value - windows[0].base.value) for fit in windows)
        for windows in fits
        if windows
    ]
    windows = (
        f"; other windows change these bases by up to {max(shifts):.2f}" if max(shifts) else ""
    )
    text = (
        f"From {summary.sizes[0]} to {summary.sizes[-1]} variables evaluations grow as "
        f"{first.value:.2f}^n ({first.low:.2f} to {first.high:.2f}) and {second.value:.2f}^n "
        f"({second.low:.2f} to {second.high:.2f}){windows}"
    )
    settled = apart and max(shifts) < abs(first.value - second.value)
    end = f"{smaller} grows more slowly" if settled else "not told apart"
    return Finding("growth", smaller if settled else OPEN, f"{text}: {end}.")


def _proof(summary: Summary) -> Finding | None:
    """Whether exact solvers made the question superfluous."""
    fastest = min(
        (one for one in summary.exact if "seconds" in one.to_solution),
        key=lambda one: one.to_solution["seconds"].value,
        default=None,
    )
    if fastest is None:
        return None
    taken = fastest.to_solution["seconds"].value
    circuits = [
        one.with_training["device_seconds"].value
        for one in summary.overall
        if one.contender.quantum and "device_seconds" in one.with_training
    ]
    won = bool(circuits) and taken < min(circuits)
    text = (
        f"{fastest.contender.label[0].upper()}{fastest.contender.label[1:]} finds and proves every "
        f"optimum in {duration(taken)} (median)."
    )
    return Finding("proof", CLASSICAL if won else OPEN, text)


def _best(summary: Summary, clock: str) -> Pair | None:
    """The pair of the circuit that ran on most instances and takes least, training included."""
    pairs = [pair for pair in summary.pairs if pair.clocks[0] == clock]
    return min(
        pairs,
        key=lambda pair: (-pair.quantum.instances, pair.needed[0].value, -pair.quantum.solved),
        default=None,
    )


def _winner(pair: Pair, margin: float) -> str:
    """Who needs less, by a test and by a margin in the median ratio."""
    if pair.ratio is None or pair.p_value > _LEVEL:
        return OPEN
    if pair.test.better > pair.test.worse and pair.ratio.value * margin <= 1:
        return QAOA
    if pair.test.worse > pair.test.better and pair.ratio.value >= margin:
        return CLASSICAL
    return OPEN


def _told(pair: Pair) -> str:
    """The median ratio with its interval, and the test."""
    n = pair.quantum.instances
    counts = f"QAOA takes less on {pair.test.better} of {n}"
    if pair.ratio is None:
        return f"neither saw a best cost ({counts})"
    if not isfinite(pair.ratio.value):
        return f"QAOA saw it on {pair.quantum.solved} of {n} only"
    if pair.ratio.value == 0:
        return f"{pair.classical.contender.label} saw it on {pair.classical.solved} of {n} only"
    high = "beyond all" if pair.ratio.high == inf else f"{pair.ratio.high:.2g}"
    return (
        f"{pair.ratio.value:.2g} times as much (median of the ratios, {pair.ratio.low:.2g} to "
        f"{high}; {counts}, p = {pair.p_value:.2g})"
    )


def _amount(needed: Estimate, clock: str) -> str:
    """A median in words."""
    if not isfinite(needed.value):
        return "more than was spent"
    return duration(needed.value) if clock.endswith("seconds") else f"{needed.value:,.0f}"


def _beyond(sizes: Sequence[int]) -> str:
    return f"; up to {sizes[-1]} variables say little of larger ones" if sizes[-1] < 50 else ""
