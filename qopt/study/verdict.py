"""The verdict of a comparison: a sentence, and the figures behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

from qminima.statistics import Estimate
from qminima.tables import counted, duration, three_digits

from .instance_measures import OnInstance
from .summary import Overall, Pair, Summary

# Differences with a corrected p-value above this are not significant.
_LEVEL = 0.05

# The signed-rank test of five differences of the same sign has p = 0.0625.
_FEWEST = 6

# A model of a device without noise and error correction does not decide ratios below this.
_DEVICE_MARGIN = 10.0

CLASSICAL, QAOA, OPEN = "classical", "QAOA", "not resolved"


@dataclass(frozen=True)
class Finding:
    """A comparison by one metric.

    Attributes:
        metric: "evaluations", "seconds", "growth" or "proof"; "heuristics" where no circuit ran.
        winner: "classical", "QAOA", or "not resolved".
        text: the figures in one line.
    """

    metric: str
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
    """Who wins, and below it a line of figures for each metric.

    QAOA wins if one circuit takes less by both metrics: by evaluations and, in the model of a
    device, by time. Classical methods win if they take less by time, and QAOA does not by
    evaluations; where it does, if a solver proves every optimum in less time than the model gives
    any circuit to find it. Anything else is not decided.
    """
    if not instances:
        return "Nothing was compared."
    proofs = [one.text for one in found if one.metric == "proof"]
    sizes = span([one.size for one in instances])
    head = [f"{counted(len(instances), 'instance')} of {sizes} variables"]
    ran = max((pair.instances for pair in summary.pairs), default=0)
    if 0 < ran < len(instances):
        head.append(f"circuits on {ran} of them")
    head += proofs or [_optima(instances)]
    lines = [one.text for one in found if one.metric != "proof"]
    return "\n".join([f"{_winner_of_all(summary, found)} ({', '.join(head)}).", *lines])


def _optima(instances: Sequence[OnInstance]) -> str:
    """How many optima are proven."""
    proven = sum(
        one.reference is not None and one.reference.certainty == "proven" for one in instances
    )
    counts = {0: "no optimum proven", len(instances): "optima proven"}
    return counts.get(proven, f"{proven} optima proven")


def _winner_of_all(summary: Summary, found: Sequence[Finding]) -> str:
    winners = {one.metric: one.winner for one in found}
    if not summary.pairs:
        return "Nothing is decided, as no circuit ran beside a classical method"
    both: dict[str, int] = {}
    for pair in summary.pairs:
        margin = 1.0 if pair.metrics[0] == "evaluations" else _DEVICE_MARGIN
        label = pair.quantum.contender.label
        both[label] = both.get(label, 0) + (_winner(pair, margin) == QAOA)
    if 2 in both.values():
        sizes = [size for pair in summary.pairs for size in pair.sizes]
        return f"QAOA wins in the model of a device without noise{_beyond(max(sizes))}"
    by_time, by_evaluations = winners.get("seconds"), winners.get("evaluations")
    if by_time == CLASSICAL and by_evaluations != QAOA:
        return "Classical wins"
    if by_time == CLASSICAL and winners.get("proof") == CLASSICAL:
        return "Classical wins: exact solvers prove the optima in less time than QAOA finds them"
    few = all(pair.test.better + pair.test.worse < _FEWEST for pair in summary.pairs)
    return f"Not decided{': too few instances for a test' if few else ''}"


def _by_evaluations(summary: Summary) -> Finding | None:
    pair = _best(summary, "evaluations")
    if pair is None:
        return None
    quantum, classical = pair.quantum, pair.classical
    text = (
        f"evaluations: {quantum.contender.label}: {_amount(pair.needed[0], 'evaluations')}; "
        f"{classical.contender.label}: {_amount(pair.needed[1], 'evaluations')}; {_ratio(pair)}"
    )
    return Finding("evaluations", _winner(pair, 1.0), text)


def _by_time(summary: Summary) -> Finding | None:
    pair = _best(summary, "device_seconds")
    if pair is None:
        if _best(summary, "evaluations") is None:
            return None
        text = "time: not compared, as the model of a device does not cover these circuits"
        return Finding("seconds", OPEN, text)
    quantum, classical = pair.quantum, pair.classical
    text = (
        f"time: {quantum.contender.label}: {_amount(pair.needed[0], 'device_seconds')} on the "
        f"modelled device; {classical.contender.label}: {_amount(pair.needed[1], 'seconds')} here; "
        f"{_ratio(pair)}"
    )
    winner = _winner(pair, _DEVICE_MARGIN)
    if winner == OPEN and _winner(pair, 1.0) != OPEN:
        text += f"; a model without noise decides factors above {_DEVICE_MARGIN:g} only"
    return Finding("seconds", winner, text)


def _best_classical(summary: Summary) -> Finding | None:
    """Where there is no circuit: the heuristic that solved most, or came closest."""
    heuristics = [
        one
        for one in summary.overall
        if one.contender.kind == "classical" and not one.contender.exact
    ]
    best = min(
        heuristics,
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
            f"best heuristic: {name}, best cost on {best.solved} of "
            f"{counted(best.instances, 'instance')}, time to solution {duration(_time(best))}"
        )
    else:
        short = "" if best.gap is None else f", {100 * best.gap:.3g} % short of the best cost"
        text = f"no heuristic found a best cost; closest: {name}{short}"
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
    text = (
        f"growth from {pair.sizes[0]} to {pair.sizes[-1]} variables, without training: QAOA "
        f"{_base(first)}, classical {_base(second)}"
    )
    if shift:
        text += f"; other ranges of sizes shift these by up to {shift:.2f}"
    settled = apart and shift < abs(first.value - second.value)
    return Finding("growth", smaller if settled else OPEN, text)


def _base(fitted: Estimate) -> str:
    """The base of an exponential, with its interval."""
    return f"{fitted.value:.2f}^n ({fitted.low:.2f}–{fitted.high:.2f})"


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
        pair.needed[0].value for pair in summary.pairs if pair.metrics[0] == "device_seconds"
    ]
    won = bool(circuits) and taken < min(circuits)
    text = f"{fastest.contender.label} proves every optimum in {duration(taken)}"
    return Finding("proof", CLASSICAL if won else OPEN, text)


def _best(summary: Summary, metric: str) -> Pair | None:
    """The pair of the circuit that ran on most instances and takes least, training included."""
    pairs = [pair for pair in summary.pairs if pair.metrics[0] == metric]
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


def _ratio(pair: Pair) -> str:
    """The median ratio with its interval, the p-value, and the number of instances."""
    n, (mine, theirs) = pair.instances, pair.solved
    if pair.ratio is None:
        return f"undecided: QAOA solved {mine} of {n}, the baseline {theirs}"
    if not isfinite(pair.ratio.value):
        figure = f"QAOA solved {mine} of {n}"
    elif pair.ratio.value == 0:
        figure = f"{pair.classical.contender.label} solved {theirs} of {n}"
    else:
        low, high = map(three_digits, (pair.ratio.low, pair.ratio.high))
        figure = f"QAOA / baseline = {three_digits(pair.ratio.value)} ({low}–{high})"
    undecided = f", {pair.undecided} undecided" if pair.undecided else ""
    return f"{figure}, p = {pair.p_value:.2g}, n = {n}{undecided}"


def _amount(needed: Estimate, metric: str) -> str:
    """A median as people write it."""
    shown = duration if metric.endswith("seconds") else three_digits
    if not isfinite(needed.value):
        return f"> {shown(needed.low)}" if isfinite(needed.low) else "never"
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
