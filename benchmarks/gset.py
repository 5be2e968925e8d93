"""Gset graphs in a minute each: best cut, upper bound and its check (`make bench-gset`).

Simulated annealing searches for `--seconds`; the semidefinite relaxation over vectors gives a
bound, whose proof is checked. Files come from `qopt fetch gset --folder FOLDER`, or from elsewhere.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from typing import Any

from machine import machine_line
from report import Report

import qopt
from qopt.classical.low_rank import check_bound, relax

GRAPHS = ("G1", "G43", "G48", "G22", "G55", "G70", "G81")


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the graphs are, as G1 or G1.rud")
    parser.add_argument("--seconds", type=float, default=60, help="of each search (60)")
    parser.add_argument("--write", metavar="FILE", help="put the table into this page as well")
    arguments = parser.parse_args()
    report = Report("gset", "make bench-gset GSET=FOLDER", machine_line())
    rows = []
    for name in GRAPHS:
        rows.append(row(name, arguments.folder, arguments.seconds))
        report.progress(" ".join(map(str, rows[-1])))
    report.table(
        f"Simulated annealing for {arguments.seconds:g} s, one thread, beside a proven bound",
        ["graph", "nodes", "edges", "cut", "best known", "short by, %", "bound", "its proof",
         "seconds of the bound"],
        rows,
    )  # fmt: skip
    if arguments.write:
        report.write(Path(arguments.write))


def row(name: str, folder: Path, seconds: float) -> list[Any]:
    """One graph."""
    path = next(path for path in (folder / name, folder / f"{name}.rud") if path.exists())
    problem = qopt.load_problem(path, format="rudy")
    if problem.reference is None:
        raise SystemExit(f"{path} is not the public {name}; qopt fetch {name} downloads it")
    best = int(-problem.reference.value)
    cut = int(qopt.annealing(problem, seconds=seconds, seed=0).properties["cut"])
    started = perf_counter()
    relaxed = relax(problem, seed=0)
    elapsed = perf_counter() - started
    holds = "holds" if check_bound(problem, relaxed) else "DOES NOT HOLD"
    size = [problem.num_variables, problem.graph.number_of_edges()]
    short = 100 * (1 - cut / best)
    return [name, *size, cut, best, short, int(relaxed.bound), holds, elapsed]


if __name__ == "__main__":
    main()
