"""QAOA on 3-regular graphs against what costs nothing: `make comparison-study`.

Random 3-regular graphs of 12 to 24 nodes, ten of each size. QAOA takes the angles of the infinite
tree, so that no training is hidden anywhere; its shots are exact samples. The controls are uniform
samples, and the same local search (steepest descent by single flips) after uniform samples and
after QAOA's, shot for shot. What counts is the probability that one shot, after the descent or not,
is a maximum cut, and how many shots it takes to see one with a probability of 99 %.
"""

from __future__ import annotations

import argparse
from math import inf, log, log1p
from pathlib import Path
from time import perf_counter
from typing import Any

import networkx as nx
import numpy as np
from machine import machine_line
from report import Report

import qopt
from qminima.statistics import bootstrap, fit_exponential, paired_test
from qopt.classical.search import Search
from simulator import Expectation

SIZES = tuple(range(12, 25, 2))
DEPTHS = (1, 2, 3, 4, 6, 8)
GRAPHS, SHOTS = 10, 1000

# A model of a device, generous by today's: seconds of a round of gates, and of readout and reset.
# The phases of a 3-regular graph take at most four rounds, the mixer one.
GATE, READOUT, ROUNDS = 100e-9, 1e-6, 5


def main() -> None:
    """The tables, the picture and the verdict."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", metavar="FILE", help="put the tables into this page as well")
    parser.add_argument("--plot", metavar="FILE", help="draw them (.png, .svg or .pdf)")
    arguments = parser.parse_args()
    report = Report("study", "make comparison-study", machine_line())
    found = {size: [measured(size, seed) for seed in range(GRAPHS)] for size in SIZES}
    methods = [name for name in found[SIZES[0]][0] if name != "seconds of a descent"]
    times = {
        name: {size: [shots(one[name]) for one in found[size]] for size in SIZES}
        for name in methods
    }
    report.table(
        "Shots until a maximum cut was seen with 99 %, median of ten graphs",
        ["method", *map(str, SIZES), "b of a b^n", "from", "to"],
        [[name, *(float(np.median(times[name][n])) for n in SIZES), *growth(times[name])]
         for name in methods],
    )  # fmt: skip
    each = float(np.median([one["seconds of a descent"] for one in found[SIZES[-1]]]))
    report.note(verdict(times, each))
    if arguments.plot:
        draw(Path(arguments.plot), times)
    if arguments.write:
        report.write(Path(arguments.write))


def measured(size: int, seed: int) -> dict[str, float]:
    """The probability of an optimum per shot, by method, on one graph."""
    problem = qopt.maxcut(nx.random_regular_graph(3, size, seed=1000 * size + seed))
    best = qopt.enumeration(problem).value
    rng = np.random.default_rng([size, seed])
    uniform = rng.integers(0, 1 << size, SHOTS)
    found: dict[str, float] = {"uniform": optima_share(problem)}
    after_descent(problem, uniform[:1], best)  # kernels are loaded
    started = perf_counter()
    found["uniform + descent"] = after_descent(problem, uniform, best)
    found["seconds of a descent"] = (perf_counter() - started) / SHOTS
    for depth in DEPTHS:
        energy = Expectation(qopt.qaoa(problem, depth), problem.cost)
        angles = qopt.tree_angles(depth)
        found[f"QAOA, p = {depth}"] = energy.success_probability(angles)
        if depth in (1, 3, 8):
            drawn = energy.sample(angles, SHOTS, seed)
            found[f"QAOA, p = {depth}, + descent"] = after_descent(problem, drawn, best)
    return found


def optima_share(problem: Any) -> float:
    """The share of all cuts that are maximum ones: the success of one uniform sample."""
    energy = Expectation(qopt.qaoa(problem, 1), problem.cost)
    return float(energy.success_probability([0.0, 0.0]))


def after_descent(problem: Any, drawn: Any, best: float) -> float:
    """The share of shots whose descent ends in an optimum."""
    n = problem.num_variables
    search, hits = Search(problem.cost, n, 0), 0
    for configuration in drawn.tolist():
        search.restart(np.array([1.0 - 2.0 * (configuration >> j & 1) for j in range(n)]))
        search.descend()
        hits += search.value <= best + 1e-9
    return hits / len(drawn)


def shots(probability: float) -> float:
    """How many shots it takes."""
    if probability <= 0:
        return inf
    return max(1.0, log(0.01) / log1p(-min(probability, 1 - 1e-12)))


def growth(times: dict[int, list[float]]) -> list[float]:
    """The base of an exponential through the medians, with its interval."""
    medians = [float(np.median(times[size])) for size in SIZES]
    if not np.isfinite(medians).all():
        return [inf, inf, inf]
    base = fit_exponential(SIZES, medians).base
    return [base.value, base.low, base.high]


def verdict(times: dict[str, dict[int, list[float]]], each: float) -> str:
    """What the largest graphs say, by shots and by time."""
    largest = SIZES[-1]
    free, deep = times["uniform + descent"][largest], times["QAOA, p = 8"][largest]
    both = times["QAOA, p = 8, + descent"][largest]
    test, helped = paired_test(np.log(free), np.log(deep)), paired_test(np.log(both), np.log(free))
    ratio = bootstrap(np.array(deep) / np.array(free), np.median, seed=0)
    said = (
        f"On {largest} nodes QAOA at p = 8 takes {np.median(deep):.0f} shots, descent from uniform "
        f"bit strings {np.median(free):.0f}: QAOA needs {ratio.value:.2f} times as many (median of "
        f"the ratios, {ratio.low:.2f} to {ratio.high:.2f}; fewer on {test.worse} of {GRAPHS} "
        f"graphs, p = {test.p_value:.3f}). Descent after QAOA's samples needs fewer than after "
        f"uniform ones on {helped.better} of {GRAPHS} (p = {helped.p_value:.3f}). "
    )
    if test.p_value > 0.05:
        said += "By shots the two are not told apart. "
    else:
        said += "By shots QAOA wins. " if test.worse > test.better else "By shots classical wins. "
    shot = 8 * ROUNDS * GATE + READOUT
    device, classical = shot * float(np.median(deep)), each * float(np.median(free))
    said += (
        f"A shot of eight layers would take {1e6 * shot:.1f} us on a device of {1e9 * GATE:.0f} ns "
        f"a round of gates, {ROUNDS} rounds a layer and {1e6 * READOUT:.0f} us of readout; a "
        f"descent, called from Python, took {1e6 * each:.1f} us here. That makes "
        f"{1e6 * device:.0f} us against {1e6 * classical:.0f} us: "
    )
    if max(device, classical) < 10 * min(device, classical):
        return said + "no difference that a model without noise and error correction could decide."
    return said + ("QAOA wins in the model." if device < classical else "classical wins.")


def draw(path: Path, times: dict[str, dict[int, list[float]]]) -> None:
    """Medians and quartiles against the number of nodes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 4.8), layout="constrained")
    axes = figure.add_subplot()
    for name, by_size in times.items():
        if name.startswith("QAOA") and name.split(",")[1] not in (" p = 1", " p = 3", " p = 8"):
            continue
        values = np.array([by_size[size] for size in SIZES])
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=1)
        style = "--" if "descent" in name else "-"
        (line,) = axes.plot(SIZES, middle, f"o{style}", label=name, markersize=4)
        axes.fill_between(SIZES, low, high, color=line.get_color(), alpha=0.12, linewidth=0)
    axes.set_yscale("log")
    axes.set_xlabel("nodes")
    axes.set_ylabel("shots to a maximum cut (99 %)")
    axes.legend(fontsize=8)
    figure.savefig(path)


if __name__ == "__main__":
    main()
