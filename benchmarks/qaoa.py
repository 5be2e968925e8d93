"""QAOA side by side with gate simulators, in one run: `make bench-qaoa`.

Every package gets the same graph, as a list of edges, and the same angles; every energy must
agree with the whole space in double precision before any time is compared, and how well it does
is shown.  Peers run in
environments of their own and may build and compile their circuits beforehand.  Times are medians
of at least five measurements, of three above five seconds; they drift with the machine, and only
the ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import peers
import qaoa_alone
from machine import machine_line, threads
from qaoa_graphs import cubic
from qaoa_job import Job
from report import Report
from timing import median_seconds

import qopt
import simulator

DEPTHS = [2, 4]
# How far energies and their derivatives may be from ours in double precision, per edge. Gates in
# single precision add up to errors beyond our own limit, which is no reason to stop.
DOUBLE, SINGLE, SINGLE_GATES = 1e-9, 1e-5, 1e-3
LONGEST = 120.0  # seconds of one measurement of a peer
OVERHEAD = 0.1  # seconds of it that may not grow with the state
GRADIENT_SIZE = 20  # at which the gradient is compared
PEER_SIZE = 22  # at which one layer of a peer is compared with the diagonal

WHOLE, HALF = "Qubits double", "FlipSymmetric single"
OURS: dict[str, tuple[Callable[[int], simulator.Space], simulator.program.Precision]] = {
    WHOLE: (simulator.Qubits, "double"),
    HALF: (simulator.FlipSymmetric, "single"),
}
# Ours, theirs, and the least ratio of times per layer by number of nodes, to a QNode.
COMPARISONS = [
    (WHOLE, "Lightning complex128", {22: 25, 24: 25}),
    (HALF, "Lightning complex128", {22: 80, 24: 80}),
    (HALF, "Lightning complex64", {16: 8}),
]
GRADIENT_GOAL = 40  # least ratio of an energy with gradient to Lightning's adjoint method
SWEEP_GOAL = 4  # most energies that an energy with gradient may take


@dataclass(frozen=True)
class Timing:
    """Measurements of one package at one size.

    Args:
        seconds: of an energy at both depths.
        gradient: seconds of an energy with gradient at the larger depth, if measured.
        error: largest difference of an energy from ours in double precision, per edge.
    """

    seconds: tuple[float, ...]
    gradient: float | None
    error: float

    @property
    def layer(self) -> float:
        """The energy at the larger depth, a preparation and a mean included, over that depth."""
        return self.seconds[-1] / DEPTHS[-1]

    @property
    def layer_alone(self) -> float:
        """Time that one more layer adds."""
        return (self.seconds[-1] - self.seconds[0]) / (DEPTHS[-1] - DEPTHS[0])


# By label and number of nodes.
Timings = dict[str, dict[int, Timing]]


def main() -> None:
    """Measure what was asked for and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes", type=sizes_of, default="16,18,20,22,24", help="nodes, beside the peers"
    )
    parser.add_argument("--alone", type=sizes_of, default="24,26,28,30,32", help="nodes, alone")
    parser.add_argument("--skip-peers", action="store_true", help="measure this package only")
    parser.add_argument("--peer", choices=peers.QAOA, action="append", help="only this one")
    parser.add_argument("--gset", metavar="FOLDER", help="read the torus G81 from here")
    parser.add_argument("--write", metavar="FILE", help="put the tables into this page as well")
    arguments = parser.parse_args()
    sizes, alone = arguments.sizes, arguments.alone
    g81 = Path(arguments.gset) / "G81" if arguments.gset else None
    if g81 is not None and not g81.exists():
        parser.error(f"expected a file G81 in {arguments.gset}")
    measured = () if arguments.skip_peers else arguments.peer or peers.QAOA
    for peer in measured:
        peers.environment(peer)
    report = Report("qaoa", "make bench-qaoa", machine_line(measured))
    timings, notes = compared(report, sizes, measured)
    if sizes:
        layers(report, timings, sizes, notes)
        ratios(report, timings, sizes)
        gradients(report, timings, sizes)
        sweeps(report, timings, sizes)
    qaoa_alone.large(report, alone)
    qaoa_alone.diagonal(report, alone, peer_layer(timings))
    qaoa_alone.closed_formula(report, g81)
    if arguments.write:
        report.write(Path(arguments.write))


def sizes_of(text: str) -> list[int]:
    """Numbers of nodes, ascending."""
    sizes = sorted({int(word) for word in text.split(",") if word})
    for nodes in sizes:
        if nodes < 4 or nodes % 2:
            raise argparse.ArgumentTypeError(
                f"3-regular graphs have an even number of nodes, at least 4, got {nodes}"
            )
    return sizes


def job_of(nodes: int, *, gradient: bool, skip: Sequence[str]) -> Job:
    """The energies of one size that everyone is asked for."""
    gammas, betas = np.random.default_rng(1).uniform(0.2, 0.8, (2, max(DEPTHS))).tolist()
    return Job(nodes, list(cubic(nodes).edges), gammas, betas, DEPTHS, gradient, skip)


# -- measuring -----------------------------------------------------------------------------


def compared(
    report: Report, sizes: list[int], measured: Iterable[str]
) -> tuple[Timings, list[str]]:
    """Time ours and each peer, size by size; also notes on what was not run."""
    timings: Timings = {label: {} for label in OURS}
    notes: list[str] = []
    for nodes in sizes:
        skip = [
            label
            for label, found in timings.items()
            if label not in OURS and expected(found, nodes) > LONGEST
        ]
        notes += [f"{label} at n = {nodes}" for label in skip]
        wants_gradient = nodes == nearest(GRADIENT_SIZE, sizes)
        job = job_of(nodes, gradient=wants_gradient, skip=skip)
        runs = [own_run(job, label) for label in OURS]
        for peer in measured:
            runs += peers.measure(peer, job.to_json(), threads())
        for run in runs:
            error = checked_error(job, run, runs[0])
            timing = Timing(tuple(run["seconds"]), run.get("gradient_seconds"), error)
            timings.setdefault(run["label"], {})[nodes] = timing
            report.progress(f"n = {nodes}, {run['label']}: {timing.layer * 1e3:.3g} ms per layer")
    return timings, notes


def expected(found: dict[int, Timing], nodes: int) -> float:
    """Seconds that an energy will take at least, from the largest size that was run."""
    if not found:
        return 0.0
    last = max(found)
    grows = max(found[last].seconds[-1] - OVERHEAD, 0.0)
    return grows * nodes / last * 2.0 ** (nodes - last)


def nearest(wanted: int, sizes: list[int]) -> int:
    """The size that is wanted, or the largest one."""
    return wanted if wanted in sizes else max(sizes)


def program(problem: qopt.MaxCut, depth: int, label: str) -> simulator.Expectation:
    """Our program in one of the two modes."""
    space, precision = OURS[label]
    circuit = qopt.qaoa(problem, depth, space=space(problem.num_variables))
    return simulator.Expectation(circuit, problem.cost, precision=precision)


def own_run(job: Job, label: str) -> dict[str, Any]:
    """Our energies, times and gradient, in the form in which the peers' programs answer."""
    problem = qopt.maxcut(cubic(job.nodes))
    energies, seconds = [], []
    for depth in job.depths:
        energy, params = program(problem, depth, label), np.array(job.params(depth))
        energies.append(energy(params))
        seconds.append(median_seconds(lambda e=energy, p=params: e(p)))
    _, gradient = energy.value_and_gradient(params)
    return {
        "label": label, "single": label == HALF, "energies": energies, "seconds": seconds,
        "gradient": gradient.tolist(),
        "gradient_seconds": median_seconds(lambda: energy.value_and_gradient(params)),
    }  # fmt: skip


def checked_error(job: Job, run: dict[str, Any], reference: dict[str, Any]) -> float:
    """Largest error of an energy per edge; raises where it or a derivative is another one.

    The reference is our run in double precision on the whole space.
    """
    allowed = DOUBLE if not run["single"] else SINGLE if run["label"] in OURS else SINGLE_GATES
    errors = {
        what: float(np.abs(np.subtract(run[what], reference[what])).max()) / len(job.edges)
        for what in ("energies", "gradient")
        if what in run
    }
    for what, error in errors.items():
        if not error <= allowed:
            raise RuntimeError(
                f"{run['label']} at n = {job.nodes}: {what} differ by {error:.1e} per edge, "
                f"more than {allowed:.0e}"
            )
    return errors["energies"]


# -- tables --------------------------------------------------------------------------------


def layers(report: Report, timings: Timings, sizes: list[int], notes: list[str]) -> None:
    """Times per layer of everyone."""
    peers_first = sorted(timings.items(), key=lambda item: item[0] in OURS)
    columns = ["", *(f"n = {n}" for n in sizes)]
    report.table(
        f"Energy of {DEPTHS[-1]} layers on a random 3-regular graph, ms per layer",
        columns,
        [
            [label, *(found[n].layer * 1e3 if n in found else None for n in sizes)]
            for label, found in peers_first
        ],
    )
    if notes:
        report.note(
            f"Left out, as one measurement would take over two minutes: {'; '.join(notes)}."
        )
    report.table(
        f"Largest distance of an energy from that of {WHOLE}, per edge",
        columns,
        [
            [label, *(f"{found[n].error:.0e}" if n in found else None for n in sizes)]
            for label, found in peers_first
        ],
    )


def ratios(report: Report, timings: Timings, sizes: list[int]) -> None:
    """The same against Lightning, with goals."""
    rows = []
    for ours, theirs, goals in COMPARISONS:
        for n in sizes:
            own = timings[ours][n]
            found = [t[n] for label, t in timings.items() if label.startswith(theirs) and n in t]
            if not found:
                continue
            fastest = min(found, key=lambda timing: timing.layer)
            node = timings[f"{theirs}, QNode"].get(n)
            rows.append([
                ours, theirs, n, None if node is None else node.layer / own.layer, goals.get(n),
                fastest.layer / own.layer, fastest.layer_alone / own.layer_alone,
            ])  # fmt: skip
    if rows:
        report.table(
            "Time per layer over ours: Lightning's QNode, its faster way, and a layer by itself",
            [
                "ours",
                "theirs",
                "n",
                "to its QNode",
                "goal",
                "to its faster way",
                "a layer by itself",
            ],
            rows,
        )


def gradients(report: Report, timings: Timings, sizes: list[int]) -> None:
    """Energies with gradient at one size."""
    nodes = nearest(GRADIENT_SIZE, sizes)
    found = [
        (label, timing[nodes].gradient)
        for label, timing in timings.items()
        if label not in OURS and nodes in timing
    ]
    rows = [
        [label, theirs * 1e3, ours, own * 1e3, theirs / own,
         GRADIENT_GOAL if label.startswith("Lightning complex128") else None]
        for label, theirs in found if theirs is not None
        for ours in OURS if (own := timings[ours][nodes].gradient) is not None
    ]  # fmt: skip
    if rows:
        report.table(
            f"Energy with gradient at n = {nodes}, p = {DEPTHS[-1]}: Lightning's adjoint method",
            ["theirs", "theirs / ms", "ours", "ours / ms", "ratio", "goal"],
            rows,
        )


def sweeps(report: Report, timings: Timings, sizes: list[int]) -> None:
    """Our energies with gradient over our energies."""
    rows = [
        [label, n, timing.seconds[-1] * 1e3, timing.gradient * 1e3,
         timing.gradient / timing.seconds[-1], SWEEP_GOAL]
        for label in OURS for n in sizes
        if (timing := timings[label][n]).gradient is not None
    ]  # fmt: skip
    report.table(
        f"What a gradient costs, p = {DEPTHS[-1]}",
        ["ours", "n", "energy / ms", "with gradient / ms", "ratio", "goal, at most"],
        rows,
    )


def peer_layer(timings: Timings) -> tuple[int, float] | None:
    """Number of nodes and seconds of one layer of Lightning in double precision."""
    found = timings.get("Lightning complex128")
    if not found:
        return None
    nodes = nearest(PEER_SIZE, list(found))
    return nodes, found[nodes].layer


if __name__ == "__main__":
    main()
