"""QAOA of this package alone: large sizes, their memory and its traffic, diagonals, p = 1.

usage: qaoa_alone.py NODES    (one large size, as JSON; the tables come from `qaoa.py`)
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from bandwidth import memory_bandwidths
from machine import memory
from qaoa_graphs import cubic, signed_torus
from report import Report
from timing import median_seconds

import qopt
import simulator
from simulator.evolution.tilings import groups_of_bits, passes_of_layers

DEPTH = 2
PARAMS = np.array([0.4, 0.7, 0.6, 0.3])
PRECISION: simulator.program.Precision = "single"
NUMBER = 4  # bytes
LARGEST_GRADIENT = 30  # nodes; above, energies only
DIAGONAL_SIZE = 28  # nodes
MEMORY_GOAL = "0.9 to 1.1"  # of what was predicted


# -- large sizes ---------------------------------------------------------------------------


def large(report: Report, sizes: list[int]) -> None:
    """Each size in a separate process, so that memory is that of the work."""
    found = []
    for nodes in sizes:
        command = [sys.executable, __file__, str(nodes)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode > 0:
            raise RuntimeError(f"n = {nodes} failed:\n{done.stderr[-2000:]}")
        killed = {"refused": "it was killed"}
        one: dict[str, Any] = killed if done.returncode else json.loads(done.stdout)
        if "refused" in one:
            report.note(f"n = {nodes} was not run: {one['refused']}.")
            continue
        found.append(one)
        report.progress(f"n = {nodes}: {one['energy'] / DEPTH:.3g} s per layer")
    if not found:
        return
    report.table(
        f"Alone, FlipSymmetric in single precision, p = {DEPTH}",
        ["n", "amplitudes", "energy / s per layer", "with gradient / s", "ratio",
         "peak memory / MB", "predicted / MB", "ratio", "goal"],
        [
            [one["nodes"], one["size"], one["energy"] / DEPTH, one["gradient"],
             one["gradient"] / one["energy"] if one["gradient"] else None,
             round(one["peak"]), round(one["predicted"]), one["peak"] / one["predicted"],
             MEMORY_GOAL]
            for one in found
        ],
    )  # fmt: skip
    traffic(report, found)


def traffic(report: Report, found: list[dict[str, Any]]) -> None:
    """Bytes that a layer must move, against the bandwidth measured in the same process."""
    rows = []
    for one in found:
        state = 2 * NUMBER * one["size"]
        # A pass reads and writes the state; phases and the mean read the diagonal.
        moved = (2 * one["passes"] * state + (DEPTH + 1) * one["diagonal"]) / DEPTH
        rates = one["bandwidths"]
        floor = moved / max(rates.values())
        rows.append([
            one["nodes"], state / 1e6, one["passes"], moved / 1e6,
            *(rate / 1e9 for rate in rates.values()),
            floor * 1e3, one["energy"] / DEPTH * 1e3, one["energy"] / DEPTH / floor,
        ])  # fmt: skip
    report.table(
        f"Memory traffic of {DEPTH} layers, at the best of three bandwidths",
        ["n", "state / MB", "passes", "MB per layer", "copy / GB/s", "triad / GB/s",
         "scale / GB/s", "floor / ms per layer", "ours / ms per layer", "times the floor"],
        rows,
    )  # fmt: skip


def one_size(nodes: int) -> dict[str, Any]:
    """Times, peak memory and bandwidths of one size, or why it was refused."""
    warm_up()
    try:
        found = energies(nodes)
    except MemoryError as refusal:  # predicted by this package, or met by NumPy
        return {"refused": str(refusal)}
    return found | {"bandwidths": memory_bandwidths()}  # the program has left the memory


def energies(nodes: int) -> dict[str, Any]:
    """Times and peak memory of an energy and, up to a size, of its gradient."""
    problem, space = qopt.maxcut(cubic(nodes)), simulator.FlipSymmetric(nodes)
    circuit = qopt.qaoa(problem, DEPTH, space=space)
    before = memory(forget_peak=True)
    wants_gradient = nodes <= LARGEST_GRADIENT
    predicted = simulator.predict_memory(circuit, PRECISION, gradient=wants_gradient)
    energy = simulator.Expectation(circuit, problem.cost, precision=PRECISION)
    seconds = median_seconds(lambda: energy(PARAMS))
    gradient = None
    if wants_gradient:
        gradient = median_seconds(lambda: energy.value_and_gradient(PARAMS))
    peak = memory() - before
    values = problem.cost.values(space)  # the program's own
    return {
        "nodes": nodes, "size": space.size, "energy": seconds, "gradient": gradient,
        "peak": peak, "predicted": predicted / 1e6,
        "passes": passes(nodes),
        "diagonal": values.levels.nbytes if values.codes is None else values.codes.nbytes,
    }  # fmt: skip


def passes(nodes: int) -> int:
    """How often the kernels read and write the state in an energy."""
    groups = groups_of_bits(nodes - 1, rows=2, itemsize=4, mirrored=True)
    return len(passes_of_layers(groups, DEPTH))


def warm_up() -> None:
    """Load all kernels, so that memory and times are those of the work."""
    problem = qopt.maxcut(cubic(20))
    circuit = qopt.qaoa(problem, DEPTH, space=simulator.FlipSymmetric(20))
    simulator.Expectation(circuit, problem.cost, precision=PRECISION).value_and_gradient(PARAMS)


# -- diagonals and one layer ---------------------------------------------------------------


def diagonal(report: Report, sizes: list[int], peer: tuple[int, float] | None) -> None:
    """The time to tabulate a cost, against one layer of a peer (its nodes and seconds)."""
    if not sizes:
        return
    nodes = min(DIAGONAL_SIZE, max(sizes))
    graph = cubic(nodes)
    space = simulator.FlipSymmetric(nodes)
    # Values are kept with the cost: each measurement makes a new one.
    seconds = median_seconds(lambda: qopt.maxcut(graph).cost.values(space))
    other, layer = peer or (None, None)
    report.table(
        f"The diagonal of n = {nodes} against one layer of Lightning in double precision",
        ["diagonal / s", "Lightning's n", "its layer / s", "diagonal in layers", "goal, below"],
        [[seconds, other, layer, None if layer is None else seconds / layer, 1]],
    )


def closed_formula(report: Report, g81: Path | None) -> None:
    """One layer on 20,000 nodes, against the time in which networkx reads the graph."""
    graph = signed_torus() if g81 is None else qopt.read_rudy(g81)
    energy, params = qopt.OneLayerExpectation(qopt.maxcut(graph)), np.array([0.4, 0.3])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "edges.txt"
        nx.write_weighted_edgelist(graph, file)
        reading = median_seconds(lambda: nx.read_weighted_edgelist(file, nodetype=int))
    seconds = median_seconds(lambda: energy.value_and_gradient(params))
    report.table(
        "One layer in closed form on a torus of 20,000 nodes with weights ±1, against the time "
        "in which networkx reads its weighted edges",
        ["graph", "edges", "reading / ms", "energy with gradient / ms", "share of reading",
         "goal, below"],
        [["random" if g81 is None else "G81", graph.number_of_edges(), reading * 1e3,
          seconds * 1e3, seconds / reading, 1]],
    )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(one_size(int(sys.argv[1]))))
