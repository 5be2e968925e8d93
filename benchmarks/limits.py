"""How long methods take beyond a time limit, and after Ctrl-C.

`make bench-limits`. Each method runs in a separate process on a problem that keeps it busy for
much longer: once with a time limit, and once without, where Ctrl-C is sent after some seconds.
Measured is the wall time of the call, kernels that are compiled or loaded left out. Allowed are one
second or a tenth of the limit beyond it, and two seconds after Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
from machine import machine_line
from report import Report

ALLOWED, SHARE, AFTER = 1.0, 0.1, 2.0

# Seconds after which a process is given up.
PATIENCE = 120


def torus(side: int) -> Any:
    """Maximum cut of a square lattice with weights +1 and -1."""
    import qopt

    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(side, side, periodic=True))
    random = np.random.default_rng(1)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = int(random.choice([-1, 1]))
    return qopt.maxcut(graph, name=f"torus {side} x {side}")


def dense(nodes: int) -> Any:
    """Maximum cut of G(n, 1/2)."""
    import qopt

    return qopt.maxcut(nx.fast_gnp_random_graph(nodes, 0.5, seed=1), name=f"G({nodes}, 1/2)")


def regular(nodes: int) -> Any:
    """Maximum cut of a random 3-regular graph."""
    import qopt

    return qopt.maxcut(nx.random_regular_graph(3, nodes, seed=1), name=f"3-regular, {nodes}")


def glass(nodes: int) -> Any:
    """The spin glass of Sherrington and Kirkpatrick."""
    import qopt

    random = np.random.default_rng(1)
    terms = {(i, j): float(random.normal()) for i in range(nodes) for j in range(i)}
    return qopt.ising(terms, name=f"spin glass, {nodes}")


def lattice(width: int, length: int) -> Any:
    """Maximum cut of a lattice, whose treewidth is its width."""
    import qopt

    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(width, length))
    random = np.random.default_rng(1)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(random.normal())
    return qopt.maxcut(graph, name=f"lattice {width} x {length}")


def independent(nodes: int, density: float) -> Any:
    """Largest independent set of a random graph."""
    import qopt

    graph = nx.fast_gnp_random_graph(nodes, density, seed=1)
    return qopt.independent_set(graph, name=f"independent set, {nodes}")


def labs(length: int) -> Any:
    """A low autocorrelation sequence."""
    import qopt

    return qopt.labs(length)


LARGE = (lambda: torus(140), lambda: dense(1000))
CASES: dict[str, tuple[Callable[[], Any], ...]] = {
    "random": LARGE,
    "greedy": LARGE,
    "annealing": LARGE,
    "tabu": (lambda: torus(70), lambda: dense(1000)),
    "local": LARGE,
    "breakout": LARGE,
    "feasible": (lambda: independent(1000, 0.1), lambda: independent(20_000, 0.0005)),
    "gw": (*LARGE, lambda: regular(20_000)),
    "sdp": (*LARGE, lambda: regular(20_000)),
    "exact": (lambda: glass(26), lambda: labs(26)),
    "milp": (lambda: torus(60), lambda: dense(300), lambda: glass(100)),
    "native": (lambda: independent(300, 0.05), lambda: independent(1000, 0.1)),
    "tree": (lambda: lattice(12, 1500),),
    "qaoa": (lambda: regular(24), lambda: glass(24)),
    "multi-start": (lambda: regular(24),),
    "grover": (lambda: regular(22),),
    "multi-angle": (lambda: regular(22), lambda: glass(20)),
    "warm-start": (lambda: regular(22),),
    "recursive": (lambda: regular(24), lambda: glass(20)),
    "adapt": (lambda: regular(22), lambda: glass(16)),
}
DEPTH = 8


def child(method: str, number: int, limit: float | None) -> None:
    """Run one method in this process, and print what came of it as JSON."""
    from qminima import Interrupted
    from qopt.methods.registry import METHODS
    from qopt.problems.instance import Instance
    from qopt.solving.options import SolveOptions
    from simulator.kernels.kernel import compile_seconds

    problem, small = CASES[method][number](), independent(4, 0.5)
    options = SolveOptions(depth=DEPTH, seed=1, time_limit=limit)
    instance = Instance.of(problem)
    run = METHODS[method].run
    assert run is not None
    run(Instance.of(small), options)  # loads the libraries
    assert problem.cost.terms  # is made once for all methods
    print("ready", flush=True)
    begun, compiled, result, ended = time.perf_counter(), compile_seconds(), None, ""
    try:
        result = run(instance, options)
        ended = str(result.stop_reason or "finished")
    except Interrupted as interrupt:
        result, ended = interrupt.result, "interrupted"
    except KeyboardInterrupt:
        ended = "interrupted without a result"
    found = {
        "problem": problem.name,
        "seconds": time.perf_counter() - begun - (compile_seconds() - compiled),
        "value": None if result is None else result.value,
        "ended": ended,
    }
    print(json.dumps(found), flush=True)


def measured(method: str, number: int, limit: float | None, press: float) -> dict[str, Any]:
    """One method in a separate process; without a limit, Ctrl-C comes after `press` seconds."""
    command = [sys.executable, __file__, "--child", method, str(number), str(limit or 0)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    sent = time.perf_counter()
    if limit is None:
        time.sleep(press)
        process.send_signal(signal.SIGINT)
        sent = time.perf_counter()
    try:
        output, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
    if not output:
        return {"problem": "", "seconds": np.inf, "value": None, "ended": "gave nothing"}
    found: dict[str, Any] = json.loads(output)
    if limit is None and found["ended"].startswith("interrupted"):
        found["seconds"] = min(time.perf_counter() - sent, found["seconds"])
    return found


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=1.0, help="time limit in seconds")
    parser.add_argument("--press", type=float, default=3.0, help="seconds until Ctrl-C")
    parser.add_argument("--method", default=",".join(CASES), help="methods, with commas between")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        method, number, limit = arguments.child
        child(method, int(number), float(limit) or None)
        return
    report = Report("limits", "make bench-limits", machine_line())
    allowed = arguments.limit + max(ALLOWED, SHARE * arguments.limit)
    for title, limit, most in (
        (f"Seconds with a limit of {arguments.limit:g}", arguments.limit, allowed),
        (f"Seconds after Ctrl-C, which comes after {arguments.press:g}", None, AFTER),
    ):
        rows = []
        for method in arguments.method.split(","):
            for number in range(len(CASES[method])):
                one = measured(method, number, limit, arguments.press)
                done = limit is None and not one["ended"].startswith("interrupted")
                late = one["seconds"] > most and not done
                row = [method, one["problem"], one["seconds"], one["value"], one["ended"]]
                rows.append([*row, "late" if late else ""])
                print(*row, "late" if late else "", flush=True)
        report.table(
            f"{title} (allowed {most:g})",
            ["method", "problem", "seconds", "cost", "ended", ""],
            rows,
        )


if __name__ == "__main__":
    main()
