"""QAOA on 3-regular graphs against the methods a careful person would use: `make comparison-study`.

Random 3-regular graphs of 12 to 24 nodes, ten of each size, optima proven by enumeration. QAOA at
depths 1 to 8, with the angles of the infinite tree, with angles trained on six other graphs, and
with angles trained on the graph itself; each with and without a descent after every shot. Their
baselines choose the length of their runs on the same six graphs, within the same budget.

The numbers come from `qopt.compare`; this program chooses what a page shows of them. With
`--checkpoint FILE` it goes on where it was stopped.
"""

from __future__ import annotations

import argparse
from math import inf
from pathlib import Path

import networkx as nx
from machine import machine_line
from report import Report

import qopt
from qminima.pictures import draw_panels
from qminima.progress import ProgressBar
from qminima.statistics import quantile
from qminima.tables import duration, three_digits
from qopt.study import format as words
from qopt.study.methods import contenders
from qopt.study.pictures import panels
from qopt.study.report import page
from qopt.study.study import Study
from qopt.study.summary import Overall

SIZES = tuple(range(12, 25, 2))
DEPTHS = tuple(range(1, 9))
GRAPHS, OTHERS = 10, 2
METHODS = (
    "greedy", "annealing", "tabu", "breakout", "gw", "exact", "milp", "tree",
    "qaoa-fixed", "qaoa-shared", "qaoa",
)  # fmt: skip
RUNS, EVALUATIONS = 10_000, 3_000_000

# Depths at which the page shows all three kinds of angles, and local search after shots.
SHOWN = (1, 3, 5, 8)


def main() -> None:
    """The tables, the pictures and the verdict."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", metavar="FILE", help="put the tables into this page as well")
    parser.add_argument("--pictures", metavar="FOLDER", help="draw them there")
    parser.add_argument("--html", metavar="FILE", help="write the whole comparison as one page")
    parser.add_argument("--checkpoint", metavar="FILE", help="keep what is done, go on from it")
    arguments = parser.parse_args()
    report = Report("study", "make comparison-study", machine_line())
    study = measured(arguments.checkpoint)
    tables(report, study)
    if arguments.pictures:
        draw(study, Path(arguments.pictures))
    if arguments.html:
        page(study).write(arguments.html)
    if arguments.write:
        report.write(Path(arguments.write))


def measured(checkpoint: str | None) -> Study:
    """The comparison."""
    stages = len(SIZES) * GRAPHS * len(contenders(METHODS, DEPTHS, controls=True, shared=True))
    with ProgressBar(stages) as progress:
        return qopt.compare(
            [graph(size, seed) for size in SIZES for seed in range(GRAPHS)],
            METHODS,
            depths=DEPTHS,
            train_on=[graph(size, GRAPHS + seed) for size in SIZES[:6:2] for seed in range(OTHERS)],
            runs=RUNS,
            evaluations=EVALUATIONS,
            precision="single",
            seed=0,
            checkpoint=checkpoint,
            progress=progress,
        )


def graph(size: int, seed: int) -> qopt.MaxCut:
    """One random 3-regular graph."""
    drawn = nx.random_regular_graph(3, size, seed=1000 * size + seed)
    return qopt.maxcut(drawn, name=f"3-regular, {size} nodes, seed {seed}")


def tables(report: Report, study: Study) -> None:
    """By size, over all sizes, and against each other."""
    shown = [one for one in study.summary.overall if selected(one)]
    report.table(
        "Evaluations to a maximum cut with 99 %, median of ten graphs",
        ["method", *map(str, SIZES), "b of a b^n", "other windows"],
        [[one.contender.label, *by_size(study, one), *growth(one)] for one in shown
         if "evaluations" in one.to_solution],
    )  # fmt: skip
    report.table(
        "All 70 graphs: medians with 95 % intervals",
        ["method", "solved", "quality", "evaluations", "training", "shared", "time here",
         "device time"],
        [[one.contender.label, words.solved(one), words.optional(one.corrected, 3),
          words.clock(one, "evaluations"), words.training(one, "evaluations"),
          words.shared_training(study, one),
          words.clock(one, "seconds"), words.clock(one, "device_seconds")] for one in shown],
    )  # fmt: skip
    report.table(
        "Circuits against the best classical method, training on the graph counted",
        ["circuit", "baseline", "metrics", "median ratio", "less on", "more on", "corrected p"],
        [[pair.quantum.contender.label, pair.classical.contender.label,
          "evaluations" if pair.metrics[0] == "evaluations" else "device / here",
          "" if pair.ratio is None else words.with_interval(pair.ratio), pair.test.better,
          pair.test.worse, f"{pair.p_value:.2g}"]
         for pair in study.summary.pairs if pair.quantum.contender.depth in SHOWN],
    )  # fmt: skip
    slowest = max(
        row.runs.seconds
        for one in study.instances
        if (row := one.result("tree decomposition")) is not None
    )
    chosen = [
        f"{entry.label.lower()} {choice['sweeps']}"
        for entry, choice in study.choices.items()
        if choice.get("angles") is None and "sweeps" in choice
    ]
    report.note(
        f"Lengths of runs that were chosen on six other graphs, in evaluations for each node: "
        f"{', '.join(chosen)}; a round of gates on the modelled device takes "
        f"{duration(study.settings['device']['gate_time'])}, readout "
        f"{duration(study.settings['device']['readout_time'])}. Tree decomposition took at most "
        f"{duration(slowest)} on any graph."
    )
    report.note(study.verdict.replace("\n", "\n\n"))


def selected(one: Overall) -> bool:
    """Whether the page shows a method."""
    entry = one.contender
    if not entry.quantum:
        return True
    plain = entry.method == "qaoa-fixed" and not entry.then_local
    return plain or (
        entry.depth in SHOWN and not (entry.then_local and entry.method != "qaoa-fixed")
    )


def by_size(study: Study, one: Overall) -> list[str]:
    """Medians of each size."""
    cells = []
    for size in SIZES:
        middle = quantile(
            [
                row.to_solution["evaluations"].value
                for instance in study.instances
                if instance.size == size
                and (row := instance.result(one.contender.label)) is not None
            ]
        )
        cells.append("not seen" if middle == inf else three_digits(middle))
    return cells


def growth(one: Overall) -> list[str]:
    """The base with its interval, and the bases of smaller windows."""
    fits = one.growth.get("evaluations")
    if not fits:
        return ["", ""]
    first, *others = (fit.base for fit in fits)
    return [
        f"{first.value:.2f} ({first.low:.2f}–{first.high:.2f})",
        ", ".join(f"{base.value:.2f}" for base in others),
    ]


def draw(study: Study, folder: Path) -> None:
    """Growth, profile and distributions, of the methods that the page shows."""
    found = panels(study)
    draw_panels([found["growth, evaluations"]], folder / "comparison.png")
    draw_panels([found["profile"], found["distributions"]], folder / "comparison-profiles.png")


if __name__ == "__main__":
    main()
