"""Constraints kept by the mixer against constraints as penalties: `make constraints-table`.

The same problems, at the same depth and with the same training: QAOA on all bit strings, with
penalties in the cost, and on feasible ones with the XY mixer that keeps them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from machine import machine_line
from report import Report

import qopt
import simulator

DEPTHS = (1, 2, 3)
INSTANCES = 5


def main() -> None:
    """A table for each kind of problem."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", metavar="FILE", help="put the tables into this page as well")
    arguments = parser.parse_args()
    report = Report("constraints", "make constraints-table", machine_line())
    for title, problems in kinds():
        table(report, title, list(problems))
    if arguments.write:
        report.write(Path(arguments.write))


def kinds() -> Iterator[tuple[str, Iterator[Any]]]:
    """Problems whose constraint an XY mixer keeps."""
    yield "Portfolios: 4 of 10 assets, random returns and risks", map(portfolio, range(INSTANCES))
    yield (
        "Colourings: random 3-regular graphs of 6 nodes, 2 colours",
        map(colouring, range(INSTANCES)),
    )


def portfolio(seed: int) -> Any:
    """Assets with three common factors."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(10, 3))
    return qopt.portfolio(rng.uniform(0, 1, 10), factors @ factors.T / 3, budget=4)


def colouring(seed: int) -> Any:
    """Two colours for graphs that may need three."""
    return qopt.colouring(nx.random_regular_graph(3, 6, seed=seed), 2)


def table(report: Report, title: str, problems: list[Any]) -> None:
    """Both forms at every depth, means over the instances."""
    rows: list[list[Any]] = []
    for depth in DEPTHS:
        for form in ("penalty, X mixer", "feasible space, XY mixer"):
            found = [
                run(problem, depth, native=form.startswith("feasible")) for problem in problems
            ]
            means = np.mean(found, axis=0)
            rows.append([depth, form, int(means[0]), *map(float, means[1:])])
            report.progress(f"{title}: depth {depth}, {form}: {means[2]:.3f}")
    uniform = np.mean([uniform_quality(problem) for problem in problems])
    report.table(
        title,
        ["depth", "form", "amplitudes", "feasible", "quality", "optimum", "energies"],
        rows,
    )
    report.note(f"A feasible bit string at random has quality {uniform:.3f} on average.")


def run(problem: Any, depth: int, *, native: bool) -> list[float]:
    """Amplitudes, weight on feasible strings, their quality, weight on optima, and evaluations."""
    posed, space, mixer = problem, simulator.Qubits(problem.num_variables), None
    if native:
        posed, space, mixer = problem.native()
    result = qopt.solve_qaoa(posed, depth, space=space, mixer=mixer, seed=0)
    state = simulator.Expectation(result.circuit, posed.cost).state(result.parameters)
    weights = np.abs(state) ** 2
    feasible, objective = scores(problem, space)
    inside = float(weights[feasible].sum())
    values = objective[feasible]
    best, worst = values.min(), values.max()
    quality = float(weights[feasible] @ (worst - values) / (worst - best)) / max(inside, 1e-300)
    optima = np.flatnonzero(feasible)[values < best + 1e-9]
    return [space.size, inside, quality, float(weights[optima].sum()), result.evaluations]


def scores(problem: Any, space: simulator.Space) -> tuple[np.ndarray, np.ndarray]:
    """Feasibility and objective of each configuration of a space, scored from the data."""
    n = problem.num_variables
    strings = [simulator.bitstring(int(one), n) for one in space.configurations()]
    feasible = np.array([problem.feasible(text) for text in strings])
    return feasible, np.array([problem.score(text) for text in strings])


def uniform_quality(problem: Any) -> float:
    """The mean quality of feasible strings, each as likely as the others."""
    feasible, objective = scores(problem, problem.native()[1])
    values = objective[feasible]
    return float(((values.max() - values) / (values.max() - values.min())).mean())


if __name__ == "__main__":
    main()
