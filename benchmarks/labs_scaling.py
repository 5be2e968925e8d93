"""How the work for optimal LABS sequences grows: QAOA with fixed angles and local search.

`make labs-scaling`. Angles of depth 12 are trained on N = 12, 13, 14, averaged in scaled units, and
used unchanged for all N; the time to solution is the number of shots until an optimum was seen with
a probability of 99 %. Breakout local search is run until it meets an optimum, many times for each
N; its time is in flips. Both are fitted by a b^N. Published are 1.46 for QAOA at p = 12 and 1.34
for memetic tabu search (Shaydulin et al., Sci. Adv. 10, eadm6761, 2024, arXiv:2308.02342, N up to
40).
"""

from __future__ import annotations

import argparse
from math import log, log1p
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine_line
from report import Report

import qopt
from qminima.limits import Deadline
from qminima.statistics import ExponentialFit, bootstrap, fit_exponential, fit_windows
from qopt.angles.schedules import gamma_scale, rescale_gammas
from qopt.classical.search import Search
from qopt.problems.labs import OPTIMAL
from simulator import Expectation, minimize

DEPTH = 12
SIZES = range(10, 23)
TRAINED = (12, 13, 14)
PUBLISHED = {"QAOA": 1.46, "memetic tabu": 1.34}
RUNS = 200
MOST_FLIPS = 10**8


def main() -> None:
    """Both tables, the fits and what they say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", metavar="FILE", help="put the tables into this page as well")
    parser.add_argument("--plot", metavar="FILE", help="draw them (.png, .svg or .pdf)")
    arguments = parser.parse_args()
    report = Report("labs", "make labs-scaling", machine_line())
    angles = trained_angles(report)
    shots = {size: shots_to_solution(size, angles) for size in SIZES}
    flips = {size: flips_to_solution(size) for size in SIZES}
    report.table(
        f"Time to an optimal sequence: shots of QAOA at p = {DEPTH} (99 %), flips of local search",
        ["N", "shots", "trained on", "mean flips", "from", "to"],
        [
            [size, shots[size], "yes" if size in TRAINED else "", mean.value, mean.low, mean.high]
            for size, (mean, _) in flips.items()
        ],
    )
    held_out = [size for size in SIZES if size not in TRAINED]
    fits = {
        "QAOA, shots": fit_windows(list(SIZES), [shots[size] for size in SIZES]),
        "QAOA, shots, sizes not trained on": [
            fit_exponential(held_out, [shots[size] for size in held_out])
        ],
        "local search, flips": fit_windows(list(SIZES), [flips[size][0].value for size in SIZES]),
    }
    report.table(
        "Fits a b^N",
        ["what", "sizes", "b", "from", "to"],
        [
            [name, f"{fit.sizes[0]:.0f} to {fit.sizes[1]:.0f}", fit.base.value, fit.base.low,
             fit.base.high]
            for name, several in fits.items() for fit in several
        ],
    )  # fmt: skip
    report.note(verdict(fits["QAOA, shots"], fits["local search, flips"]))
    if arguments.plot:
        draw(Path(arguments.plot), shots, flips, fits)
    if arguments.write:
        report.write(Path(arguments.write))


def trained_angles(report: Report) -> np.ndarray:
    """Mean of the angles of the trained sizes, with gammas in units of `gamma_scale`."""
    found: list[np.ndarray] = []
    start = None
    for size in TRAINED:
        problem = qopt.labs(size)
        scale = gamma_scale(problem.cost)
        if start is None:
            result = qopt.solve_qaoa(problem, DEPTH, seed=0)
            start = rescale_gammas(np.array(result.parameters), 1 / scale)
        energy = Expectation(qopt.qaoa(problem, DEPTH), problem.cost)
        best = minimize(energy, rescale_gammas(start, scale), gradient_tolerance=1e-4)
        start = rescale_gammas(best.parameters, 1 / scale)
        found.append(start)
        report.progress(f"angles for N = {size}: mean energy {best.value:.3f}")
    return np.mean(found, axis=0)


def shots_to_solution(size: int, angles: np.ndarray) -> float:
    """Ln 0.01/ln(1 - p), p the weight of the state on optimal sequences."""
    problem = qopt.labs(size)
    energy = Expectation(qopt.qaoa(problem, DEPTH), problem.cost)
    p = energy.success_probability(rescale_gammas(angles, gamma_scale(problem.cost)))
    return max(1.0, log(0.01) / log1p(-p))


def flips_to_solution(size: int) -> tuple[Any, int]:
    """Mean flips until an optimum is met, with a bootstrap interval, and how many runs met it."""
    problem = qopt.labs(size)
    counts = []
    for seed in range(RUNS):
        search = Search(problem.cost, size, seed)
        search.breakout(MOST_FLIPS, Deadline(None), goal=OPTIMAL[size])
        if search.value > OPTIMAL[size] + 1e-9:
            raise RuntimeError(f"N = {size}: no optimum in {MOST_FLIPS} flips")
        counts.append(search.flips)
    return bootstrap(counts, np.mean, seed=0), len(counts)


def verdict(quantum: list[ExponentialFit], classical: list[ExponentialFit]) -> str:
    """The fits over all sizes, next to the published numbers."""
    q, c = quantum[0].base, classical[0].base
    windows = ", ".join(f"{fit.base.value:.2f}" for fit in quantum[1:])
    said = (
        f"QAOA needs {q.value:.2f}^N shots ({q.low:.2f} to {q.high:.2f}; leaving out small sizes "
        f"one by one: {windows}), published {PUBLISHED['QAOA']}; breakout local search "
        f"{c.value:.2f}^N flips ({c.low:.2f} to {c.high:.2f}), published for memetic tabu "
        f"{PUBLISHED['memetic tabu']}. "
    )
    if q.low > c.high:
        return said + "The growth of local search is smaller beyond the intervals: classical wins."
    if q.high < c.low:
        return said + "The growth of QAOA's shots is smaller beyond the intervals at these sizes."
    return said + "The intervals overlap: not resolved at these sizes."


def draw(path: Path, shots: Any, flips: Any, fits: Any) -> None:
    """Points and fitted lines, on a logarithmic scale."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    sizes = np.array(list(SIZES), dtype=float)
    means = [flips[size][0] for size in SIZES]
    for label, values, fit, marker in (
        ("QAOA, p = 12, shots", [shots[size] for size in SIZES], fits["QAOA, shots"][0], "o"),
        ("local search, flips", [one.value for one in means], fits["local search, flips"][0], "s"),
    ):
        (line,) = axes.plot(sizes, values, marker, label=f"{label}: {fit.base.value:.2f}^N")
        axes.plot(sizes, fit.factor * fit.base.value**sizes, color=line.get_color(), linewidth=1)
    axes.set_yscale("log")
    axes.set_xlabel("N")
    axes.set_ylabel("time to an optimal sequence")
    axes.legend()
    figure.savefig(path)


if __name__ == "__main__":
    main()
