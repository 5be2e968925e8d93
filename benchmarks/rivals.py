"""Heuristics beside other packages' annealers, at equal seconds and cores (`make bench-rivals`).

Each runs on all cores: this package on so many threads, the others in so many processes with seeds
of their own, whose best counts. Lengths of their runs grow by the rule that this package's own
annealing follows. Instances are random ones of eleven kinds, and files in a folder if one is named.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from ising_instances import KINDS
from machine import machine_line
from peers import environment, versions
from report import Report
from scipy.stats import wilcoxon

import qopt
from qminima.progress import Progress
from simulator.threads import thread_count

OURS = {
    "memetic": qopt.memetic, "annealing": qopt.annealing, "tabu": qopt.tabu,
    "breakout": qopt.breakout,
}  # fmt: skip
PEERS = {
    "D-Wave annealing": ("dwave", "annealers"),
    "D-Wave tabu": ("dwave-tabu", "annealers"),
    "OpenJij annealing": ("openjij", "annealers"),
    "OpenJij SQA": ("openjij-sqa", "annealers"),
}

# Times to a target: the best cut of all solvers less this part of it.
TARGET = 1e-3


@dataclass(frozen=True)
class Found:
    """The best cut of a solver on an instance, and the cuts it had after some seconds."""

    cut: float
    history: list[tuple[float, float]]

    def seconds_to(self, cut: float) -> float:
        """Until it had a cut; infinite if it never had."""
        return next((after for after, value in self.history if value >= cut), float("inf"))


class Watch(Progress):
    """Notes the seconds at which the best score changes."""

    def __init__(self) -> None:
        self.started = perf_counter()
        self.history: list[tuple[float, float]] = []

    def note(self, text: str) -> None:
        """Take a text that ends with the score."""
        self.history.append((perf_counter() - self.started, float(text.split()[-1])))


def ours(problem: qopt.BinaryProblem, name: str, seconds: float, seed: int) -> Found:
    """A heuristic of this package."""
    watch = Watch()
    result = OURS[name](problem, time_limit=seconds, seed=seed, progress=watch)
    return Found(result.properties["cut"], watch.history)


def peer(problem: qopt.BinaryProblem, name: str, seconds: float, seed: int) -> Found:
    """An annealer of another package, in a process for each core."""
    solver, room = PEERS[name]
    first, second, weights = problem.edges
    cores = thread_count()

    def run(number: int, folder: str) -> tuple[float, list[tuple[float, float]]]:
        job, result = Path(folder) / f"{number}.npz", Path(folder) / f"{number}.json"
        np.savez(
            job, first=first, second=second, weights=weights, nodes=problem.num_variables,
            seconds=seconds, seed=1000 * seed + 100 * number, solver=solver,
        )  # fmt: skip
        command = [environment(room), Path(__file__).parent / "peer_annealers.py", job, result]
        single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        subprocess.run(command, env=os.environ | single, check=True, stderr=subprocess.DEVNULL)
        found = json.loads(result.read_text())
        text = "".join("1" if spin < 0 else "0" for spin in found["spins"])
        total = float(weights.sum())
        return problem.score(text), [(at, (total - cost) / 2) for at, cost in found["history"]]

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(cores) as pool:
        parts = list(pool.map(lambda number: run(number, folder), range(cores)))
    return Found(
        max(cut for cut, _ in parts), sorted(point for _, history in parts for point in history)
    )


def main() -> None:
    """The tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="of graphs in rudy format, such as Gset's")
    parser.add_argument("--seconds", type=float, default=10, help="of each run (10)")
    parser.add_argument("--size", type=int, default=2000, help="nodes of random instances (2000)")
    parser.add_argument("--instances", type=int, default=4, help="of each kind (4)")
    parser.add_argument("--seed", type=int, default=0, help="of instances and runs (0)")
    parser.add_argument("--kinds", help="these only, separated by commas")
    parser.add_argument("--solvers", help="these only, separated by commas")
    parser.add_argument("--write", metavar="FILE", help="put the tables into this page as well")
    parser.add_argument("--plot", metavar="FILE", help="draw times to the target")
    arguments = parser.parse_args()
    kinds = arguments.kinds.split(",") if arguments.kinds else list(KINDS)
    solvers = arguments.solvers.split(",") if arguments.solvers else [*OURS, *PEERS]
    report = Report("rivals", "make bench-rivals", machine_line())
    groups = {
        kind: [KINDS[kind](arguments.size, arguments.seed + k) for k in range(arguments.instances)]
        for kind in kinds
    }
    if arguments.folder:
        groups["files"] = [
            qopt.load_graph(path)[0]
            for path in sorted(arguments.folder.iterdir())
            if path.suffix in ("", ".rud") and path.name != "README.md"
        ]
    found = {
        (kind, k): run_all(qopt.maxcut(graph), solvers, arguments, report, f"{kind} {k}")
        for kind, graphs in groups.items()
        for k, graph in enumerate(graphs)
    }
    report.table(
        f"Short of the best cut of all solvers, in hundredths of a percent (median of instances), "
        f"{arguments.seconds:g} s on {thread_count()} cores, {arguments.size:,} nodes",
        ["kind", "instances", *solvers],
        [
            [kind, len(graphs), *(median(shortfalls(found, s, [kind])) for s in solvers)]
            for kind, graphs in groups.items()
        ],
    )
    report.table(
        "All instances: how often each is the best or level, and Wilcoxon's signed-rank test "
        f"against {solvers[0]} (two-sided)",
        ["solver", "best", "better than it", "worse", "p"],
        [[s, *against(found, s, solvers[0], list(groups))] for s in solvers],
    )
    report.note(f"Peers: {versions('annealers')} with openjij, in an environment of their own.")
    if arguments.write:
        report.write(Path(arguments.write))
    if arguments.plot:
        draw(found, solvers, Path(arguments.plot))


def run_all(problem, solvers, arguments, report, label) -> dict[str, Found]:
    """All solvers on one instance."""
    results = {}
    for solver in solvers:
        run = ours if solver in OURS else peer
        results[solver] = run(problem, solver, arguments.seconds, arguments.seed)
    cuts = ", ".join(f"{solver} {one.cut:.10g}" for solver, one in results.items())
    report.progress(f"{label}: {cuts}")
    return results


def shortfalls(found, solver: str, kinds: list[str]) -> list[float]:
    """Parts by which a solver falls short of the best, in units of 1e-4, by instance."""
    return [
        1e4 * (1 - results[solver].cut / max(one.cut for one in results.values()))
        for (kind, _), results in found.items()
        if kind in kinds
    ]


def against(found, solver: str, base: str, kinds: list[str]) -> list[object]:
    """How often a solver is best, better and worse than another, and the p-value."""
    mine, theirs = (np.array(shortfalls(found, one, kinds)) for one in (solver, base))
    best = int((mine < 1e-9).sum())
    better, worse = int((mine < theirs - 1e-9).sum()), int((mine > theirs + 1e-9).sum())
    p = None if better + worse == 0 else float(wilcoxon(mine, theirs).pvalue)
    return [best, better, worse, p]


def draw(found, solvers: list[str], path: Path) -> None:
    """The part of all instances on which each solver has come near the best, over time."""
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for k, solver in enumerate(solvers[:7]):
        times = sorted(
            results[solver].seconds_to((1 - TARGET) * max(one.cut for one in results.values()))
            for results in found.values()
        )
        parts = np.arange(1, len(times) + 1) / len(times)
        finite = np.isfinite(times)
        axes.step(
            np.array(times)[finite], parts[finite], where="post", label=solver,
            color=f"C{k}", linestyle=("-", "--", ":", "-.")[k % 4],
        )  # fmt: skip
    axes.set(
        xlabel="seconds", ylabel=f"instances within {100 * TARGET:g} % of the best", xscale="log",
        ylim=(0, 1.02),
    )  # fmt: skip
    axes.legend()
    figure.savefig(path)


if __name__ == "__main__":
    main()
