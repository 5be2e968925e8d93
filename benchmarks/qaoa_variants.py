"""Variants of QAOA beside plain QAOA, at equal depth on twenty graphs: `make variants-table`.

Ten random 3-regular graphs and ten random graphs with normal weights of both signs, 12 nodes each.
Each variant is trained as its solver does by default, and held against QAOA graph by graph: a
Wilcoxon signed-rank test over the twenty differences says whether it is better, worse or neither.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from machine import machine_line
from report import Report
from scipy.stats import wilcoxon

import qopt
from qminima import Result
from simulator import Qubits

DEPTHS = (1, 3, 6)
NODES, EACH = 12, 10
SIGNIFICANT = 0.05 / 6  # six variants are tested at a depth (Bonferroni)

Solver = Callable[[Any, int, int], Result]

SOLVERS: dict[str, Solver] = {
    "QAOA": lambda problem, depth, seed: qopt.solve_qaoa(problem, depth, seed=seed),
    "CVaR 0.25": lambda problem, depth, seed: qopt.solve_qaoa(
        problem, depth, seed=seed, objective="cvar", alpha=0.25
    ),
    "multi-start": lambda problem, depth, seed: qopt.solve_multi_start(problem, depth, seed=seed),
    "multi-angle": lambda problem, depth, seed: qopt.solve_multi_angle(problem, depth, seed=seed),
    "warm start": lambda problem, depth, seed: qopt.solve_warm_start(problem, depth, seed=seed),
    "recursive": lambda problem, depth, seed: qopt.solve_recursive(problem, depth, seed=seed),
    "ADAPT": lambda problem, depth, seed: qopt.solve_adapt(problem, depth, seed=seed),
    "Grover mixer": lambda problem, depth, seed: qopt.solve_qaoa(
        problem, depth, space=Qubits(NODES), mixer=qopt.grover_mixer(), seed=seed
    ),
}


def main() -> None:
    """A table for each depth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", metavar="FILE", help="put the tables into this page as well")
    arguments = parser.parse_args()
    report = Report("variants", "make variants-table", machine_line())
    instances = graphs()
    rounded, greedy, exact = (
        [solve(problem, seed) for seed, problem in enumerate(instances)]
        for solve in (
            lambda problem, seed: qopt.goemans_williamson(problem, hyperplanes=1, seed=seed),
            lambda problem, _: qopt.greedy(problem),
            lambda problem, _: qopt.enumeration(problem),
        )
    )
    for depth in DEPTHS:
        table(report, instances, depth)
    (start, slow), (simple, fast), (_, whole) = (
        (mean_quality(instances, found), 1000 * np.median([result.seconds for result in found]))
        for found in (rounded, greedy, exact)
    )
    report.note(
        "Without any circuit: the rounding that the warm start begins with has quality "
        f"{start:.3f} after {slow:.1f} ms (median), greedy with one-exchange {simple:.3f} after "
        f"{fast:.1f} ms, and all cuts are enumerated in {whole:.1f} ms."
    )
    if arguments.write:
        report.write(Path(arguments.write))


def graphs() -> list[Any]:
    """The twenty graphs."""
    regular = [nx.random_regular_graph(3, NODES, seed=seed) for seed in range(EACH)]
    weighted = []
    for seed in range(EACH):
        graph, random = nx.gnp_random_graph(NODES, 0.5, seed=seed), np.random.default_rng(seed)
        for u, v in graph.edges:
            graph.edges[u, v]["weight"] = float(random.normal())
        weighted.append(graph)
    return [qopt.maxcut(graph) for graph in regular + weighted]


def quality(problem: Any, cost: float) -> float:
    """(uniform mean - cost)/(uniform mean - least): 0 for random guessing, 1 for the optimum."""
    mean = dict(problem.cost.terms).get((), 0.0)
    return (mean - cost) / (mean - qopt.enumeration(problem).value)


def mean_quality(instances: list[Any], found: list[Result]) -> float:
    """The mean quality of what was found."""
    pairs = zip(instances, found, strict=True)
    return float(np.mean([quality(problem, result.value) for problem, result in pairs]))


def table(report: Report, instances: list[Any], depth: int) -> None:
    """All variants at one depth, means over the graphs, and each one's verdict."""
    rows, plain, lucky = [], np.zeros(0), np.zeros(0)
    for name, solve in SOLVERS.items():
        results = [solve(problem, depth, seed) for seed, problem in enumerate(instances)]
        # What one sample of the state is worth on average; of the recursion, its one bit string.
        means = np.array(
            [
                quality(problem, result.value if result.expectation is None else result.expectation)
                for problem, result in zip(instances, results, strict=True)
            ]
        )
        optima = [
            result.properties.get("optimum_probability", float(score > 1 - 1e-9))
            for result, score in zip(results, means, strict=True)
        ]
        if name == "QAOA":
            plain, lucky = means, np.array(optima)
        rows.append(
            [
                name,
                float(means[:EACH].mean()),
                float(means[EACH:].mean()),
                float(np.mean(optima)),
                int(np.median([len(result.parameters or ()) or 2 * depth for result in results])),
                int(np.median([result.evaluations for result in results])),
                compared(name, means - plain, np.array(optima) - lucky),
            ]
        )
        report.progress(f"depth {depth}, {name}: {means.mean():.3f}")
    report.table(
        f"Depth {depth}",
        [
            "variant",
            "3-regular",
            "weighted",
            "optimum",
            "parameters",
            "energies",
            "than QAOA",
        ],
        rows,
    )


def compared(name: str, means: np.ndarray, optima: np.ndarray) -> str:
    """The verdict of a variant: CVaR by what it is trained for, the others by their means."""
    if name in ("QAOA", "recursive"):  # one bit string is no sample of a state
        return ""
    return f"optimum {verdict(optima)}" if name == "CVaR 0.25" else verdict(means)


def verdict(differences: np.ndarray) -> str:
    """Better or worse, on how many of the graphs, if that is more than chance."""
    if np.abs(differences).max() < 1e-3:
        return "the same"
    better = int((differences > 0).sum())
    count = f"{better} of {len(differences)}"
    if wilcoxon(differences).pvalue > SIGNIFICANT:
        return f"no significant difference ({count} better)"
    worse = float(np.median(differences)) < 0
    return f"worse ({count} better)" if worse else f"better ({count})"


if __name__ == "__main__":
    main()
