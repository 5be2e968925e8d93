"""The verdict of a comparison in plain words, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

from qminima.statistics import Estimate
from qminima.tables import counted, duration, three_digits

from .instance_measures import OnInstance
from .summary import Overall, Pair, Summary

# Differences with a corrected p-value above this are not told apart.
_LEVEL = 0.05

# The signed-rank test of five differences of the same sign has p = 0.0625.
_FEWEST = 6

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
    """Findings by evaluations, by time, by growth, and whether there is a proof."""
    found = [_by_evaluations(summary), _by_time(summary), _by_growth(summary), _proof(summary)]
    if not summary.pairs:
        found.insert(0, _best_classical(summary))
    return tuple(one for one in found if one is not None)


def verdict(summary: Summary, found: Sequence[Finding], instances: Sequence[OnInstance]) -> str:
    """Who wins, and then the sentences that say why.

    QAOA wins if one circuit takes less by both clocks: by evaluations and, in the model of a
    device, by time. Classical methods win if they take less by time, and QAOA does not by
    evaluations; where it does, if a solver proves every optimum in less time than the model gives
    any circuit to see it. Anything else is not resolved.
    """
    if not instances:
        return "Nothing was compared."
    proven = sum(
        one.reference is not None and one.reference.certainty == "proven" for one in instances
    )
    optima = {0: "no optimum proven", len(instances): "optima proven"}
    head = (
        f"{counted(len(instances), 'instance')} of {span([one.size for one in instances])} "
        f"variables, {optima.get(proven, f'{proven} optima proven')}"
    )
    ran = max((pair.instances for pair in summary.pairs), default=0)
    if 0 < ran < len(instances):
        head += f", circuits on {ran} of them"
    return " ".join([f"{_winner_of_all(summary, found)} ({head}).", *(one.text for one in found)])


def _winner_of_all(summary: Summary, found: Sequence[Finding]) -> str:
    winners = {one.clock: one.winner for one in found}
    if not summary.pairs:
        return "Nothing is decided, as no circuit ran beside a classical method"
    both: dict[str, int] = {}
    for pair in summary.pairs:
        margin = 1.0 if pair.clocks[0] == "evaluations" else _DEVICE_MARGIN
        label = pair.quantum.contender.label
        both[label] = both.get(label, 0) + (_winner(pair, margin) == QAOA)
    if 2 in both.values():
        sizes = [size for pair in summary.pairs for size in pair.sizes]
        return f"QAOA wins here, in a model of a device without noise{_beyond(max(sizes))}"
    by_time, by_evaluations = winners.get("seconds"), winners.get("evaluations")
    if by_time == CLASSICAL and by_evaluations != QAOA:
        return "Classical wins"
    if by_time == CLASSICAL and winners.get("proof") == CLASSICAL:
        return "Classical wins: it proves optima in less time than the model gives QAOA to see them"
    return "Not resolved at these sizes"


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
    end = {
        CLASSICAL: "QAOA takes more",
        QAOA: "QAOA takes less",
        OPEN: f"not told apart{_too_few(pair)}",
    }[winner]
    return Finding("evaluations", winner, f"{text}; {end}.")


def _by_time(summary: Summary) -> Finding | None:
    pair = _best(summary, "device_seconds")
    if pair is None:
        if _best(summary, "evaluations") is None:
            return None
        text = "Shots of these circuits are not modelled, so that their time is not compared."
        return Finding("seconds", OPEN, text)
    quantum, classical = pair.quantum, pair.classical
    text = (
        f"By time, the shots of {quantum.contender.label} would take "
        f"{_amount(pair.needed[0], 'device_seconds')} on the modelled device, "
        f"{classical.contender.label} took {_amount(pair.needed[1], 'seconds')} here: {_told(pair)}"
    )
    winner = _winner(pair, _DEVICE_MARGIN)
    if winner != OPEN:
        end = {CLASSICAL: "QAOA takes more", QAOA: "QAOA takes less in the model"}[winner]
    elif _winner(pair, 1.0) == OPEN:
        end = f"not told apart{_too_few(pair)}"
    else:
        end = "no difference that a model without noise and error correction could decide"
    return Finding("seconds", winner, f"{text}; {end}.")


def _too_few(pair: Pair) -> str:
    """Fewer than six instances never differ significantly by a signed-rank test."""
    number = pair.test.better + pair.test.worse
    return f", as {counted(number, 'instance')} cannot be" if number < _FEWEST else ""


def _best_classical(summary: Summary) -> Finding | None:
    """Where there is no circuit: which heuristic solved most, came closest, and took least."""
    rivals = [
        one
        for one in summary.overall
        if one.contender.kind == "classical" and not one.contender.exact
    ]
    best = min(
        rivals,
        key=lambda one: (
            -one.solved / one.instances,
            _time(one),
            inf if one.gap is None else one.gap,
        ),
        default=None,
    )
    if best is None:
        return None
    name = best.contender.label
    if best.solved:
        text = (
            f"Of the heuristics {name} saw the best cost on {best.solved} of "
            f"{counted(best.instances, 'instance')}, which none exceeds, and of those that did "
            f"took least time ({duration(_time(best))})."
        )
    else:
        short = "" if best.gap is None else f", {100 * best.gap:.3g} % short of the best cost"
        text = f"None of the heuristics saw a best cost; {name} came closest{short}."
    return Finding("heuristics", OPEN, text)


def _time(one: Overall) -> float:
    return one.to_solution["seconds"].value if "seconds" in one.to_solution else inf


def _by_growth(summary: Summary) -> Finding | None:
    """Of the same two methods as by evaluations."""
    pair = _best(summary, "evaluations")
    if pair is None or not all(pair.growth):
        return None
    first, second = (windows[0].base for windows in pair.growth)
    apart = first.high < second.low or second.high < first.low
    smaller = QAOA if first.value < second.value else CLASSICAL
    shift = max(
        abs(fit.base.value - windows[0].base.value) for windows in pair.growth for fit in windows
    )
    windows = f"; other windows change these bases by up to {shift:.2f}" if shift else ""
    text = (
        f"From {pair.sizes[0]} to {pair.sizes[-1]} variables their evaluations without training "
        f"grow as {first.value:.2f}^n ({first.low:.2f} to {first.high:.2f}) and "
        f"{second.value:.2f}^n ({second.low:.2f} to {second.high:.2f}){windows}"
    )
    settled = apart and shift < abs(first.value - second.value)
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
        pair.needed[0].value for pair in summary.pairs if pair.clocks[0] == "device_seconds"
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
        key=lambda pair: (-pair.instances, pair.needed[0].value, -pair.solved[0]),
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
    n, (mine, theirs) = pair.instances, pair.solved
    counts = f"QAOA takes less on {pair.test.better} of {n}"
    if pair.undecided:
        counts += f", {pair.undecided} undecided"
    if pair.ratio is None:
        return f"QAOA saw a best cost on {mine} of {n} and its rival on {theirs}, undecided on all"
    if not isfinite(pair.ratio.value):
        return f"QAOA saw it on {mine} of {n} only"
    if pair.ratio.value == 0:
        return f"{pair.classical.contender.label} saw it on {theirs} of {n} only"
    high = "beyond all" if pair.ratio.high == inf else f"{pair.ratio.high:.2g}"
    return (
        f"{three_digits(pair.ratio.value)} times as much (median of the ratios, "
        f"{pair.ratio.low:.2g} to {high}; {counts}, corrected p = {pair.p_value:.2g})"
    )


def _amount(needed: Estimate, clock: str) -> str:
    """A median in words."""
    shown = duration if clock.endswith("seconds") else three_digits
    if not isfinite(needed.value):
        return f"more than {shown(needed.low)}" if isfinite(needed.low) else "for ever"
    return shown(needed.value)


def span(sizes: Sequence[int]) -> str:
    """The least and the largest of some numbers.

    >>> span([8, 12, 10]), span([8, 8])
    ('8 to 12', '8')
    """
    least, most = min(sizes), max(sizes)
    return f"{least}" if least == most else f"{least} to {most}"


def _beyond(largest: int) -> str:
    return f"; up to {largest} variables say little of larger ones" if largest < 50 else ""
