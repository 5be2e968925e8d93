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
SIGNIFICANT = 0.01  # eight variants are tested at a depth

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
    start = np.mean([rounding(problem, seed) for seed, problem in enumerate(instances)])
    greedy = np.mean([quality(problem, qopt.greedy(problem).value) for problem in instances])
    for depth in DEPTHS:
        table(report, instances, depth)
    report.note(
        f"Without any circuit: the rounding that the warm start begins with has quality "
        f"{start:.3f}, greedy with one-exchange {greedy:.3f}, in about a millisecond each beside "
        "the relaxation."
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


def rounding(problem: Any, seed: int) -> float:
    """The quality of one random hyperplane."""
    return quality(problem, qopt.goemans_williamson(problem, hyperplanes=1, seed=seed).value)


def table(report: Report, instances: list[Any], depth: int) -> None:
    """All variants at one depth, means over the graphs, and each one's verdict."""
    rows, plain = [], np.zeros(0)
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
            plain = means
        rows.append(
            [
                name,
                float(means[:EACH].mean()),
                float(means[EACH:].mean()),
                float(np.mean(optima)),
                int(np.median([len(result.parameters or ()) or 2 * depth for result in results])),
                int(np.median([result.evaluations for result in results])),
                "" if name == "QAOA" else verdict(means - plain),
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


def verdict(differences: np.ndarray) -> str:
    """Better or worse, on how many of the graphs, if that is more than chance."""
    if np.abs(differences).max() < 1e-3:
        return "the same"
    better = int((differences > 0).sum())
    count = f"{better} of {len(differences)}"
    if wilcoxon(differences).pvalue > SIGNIFICANT:
        return f"not told apart ({count} better)"
    worse = float(np.median(differences)) < 0
    return f"worse ({count} better)" if worse else f"better ({count})"


if __name__ == "__main__":
    main()
