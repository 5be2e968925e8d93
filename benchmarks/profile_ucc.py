"""Where the time of a UCCSD energy with gradient goes: `python benchmarks/profile_ucc.py H12`.

For the forward sweep, the Hamiltonian and the backward sweep: seconds, their share, the bytes
of state vectors that must go through the processor, the bytes that the innermost loops load and
store (in buffers, which stay in the cache), the time these take at the bandwidth of copying in
the cache, measured in the same run, and the rate of arithmetic.  Bytes are counted from the
tables that the kernels run: a job reads and writes the rows of its spectators once, however
many excitations it applies in between, and each excitation loads and stores every number of its
pairs; the Hamiltonian loads a number for each product of the matrices of one spin, and one for
every four products of both.
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import combinations
from math import comb
from pathlib import Path

from bandwidth import copy_bandwidth
from chemistry import molecule, warm_up
from machine import machine_line
from report import Report
from timing import median_seconds

import qchem
import simulator
from simulator.kernels.layout import GATHER, ROWS, TILES
from simulator.lowering.excitation_tables import ExcitationTables
from simulator.lowering.two_body_tables import string_matrix


def main() -> None:
    """Profile each system."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("systems", nargs="*", default=["H8", "N2", "H10", "H12"])
    parser.add_argument("--write", metavar="FILE", help="put the tables into this page as well")
    arguments = parser.parse_args()
    warm_up()
    report = Report("profile", "make profile", machine_line())
    for system in arguments.systems:
        profile(report, system)
    if arguments.write:
        report.write(Path(arguments.write))


def profile(report: Report, system: str) -> None:
    """One system."""
    hamiltonian = qchem.electronic_hamiltonian(molecule(system))
    circuit = qchem.uccsd(hamiltonian)
    energy = simulator.Expectation(circuit, hamiltonian)
    params = qchem.initial_parameters(hamiltonian, circuit)
    angles = circuit.angles(params)
    psi, lam = energy._psi, energy._lam
    evolution, measure = energy._evolution, energy._measure
    energy.value_and_gradient(params)
    tables, size = evolution._tables, circuit.space.size
    moved, pairs = traffic(tables)
    single, cross = multiplications(hamiltonian)
    rate = copy_bandwidth(1 << 15)
    # Seconds; bytes of vectors; bytes loaded and stored; floating-point operations.
    parts = {
        "forward": (
            median_seconds(lambda: evolution.forward(psi, angles)),
            moved, 32 * pairs, 6 * pairs,
        ),
        "Hamiltonian": (
            median_seconds(lambda: measure.evaluate(psi, lam)),
            32 * size, 8 * single + 2 * cross, 2 * (single + cross),
        ),
        "backward": (
            median_seconds(lambda: evolution.backward(psi, lam, angles)),
            2 * moved, 64 * pairs, 16 * pairs,
        ),
    }  # fmt: skip
    whole = sum(seconds for seconds, *_ in parts.values())
    report.table(
        f"{system}: {size:,} determinants, {len(circuit.steps):,} gates, {len(tables.phases):,} "
        f"phases, {rate / 1e9:.0f} GB/s copied in the cache",
        ["part", "ms", "share", "MB of vectors", "MB touched", "ms at that bandwidth",
         "times that", "GFlop/s"],
        [
            [name, seconds * 1e3, f"{seconds / whole:.0%}", through / 1e6, touched / 1e6,
             touched / rate * 1e3, seconds * rate / touched, flops / seconds / 1e9]
            for name, (seconds, through, touched, flops) in parts.items()
        ],
    )  # fmt: skip


def traffic(tables: ExcitationTables) -> tuple[int, int]:
    """Bytes of the vector that a sweep reads and writes, and pairs that it rotates."""
    moved = pairs = 0
    for kind, first_gate, last_gate, nx, ny, _, _, segment, first, last, _ in tables.jobs.tolist():
        spectators = last - first
        if kind == ROWS:
            moved, pairs = moved + 32 * spectators * nx, pairs + spectators * nx
            continue
        ranges = tables.segments[segment : segment + last_gate - first_gate]
        entries = int((ranges[:, 1] - ranges[:, 0]).sum())
        pairs += spectators * entries
        if kind == TILES:
            moved += 16 * spectators * (nx + ny)
        elif kind == GATHER:
            moved += 32 * spectators * entries
    return moved, pairs


def multiplications(hamiltonian: qchem.Hamiltonian) -> tuple[int, int]:
    """Products that one application adds up, in the matrices of one spin and for both spins."""
    space = hamiltonian.space
    rows, columns = space.shape
    single = [
        string_matrix(space, spin, h1, h2).nnz
        for spin, h1, h2 in zip(
            (0, 1), hamiltonian.one_electron, hamiltonian.two_electron[::2], strict=True
        )
    ]
    labels = hamiltonian.orbital_symmetry
    pairs = Counter(labels[p] ^ labels[q] for p, q in combinations(range(space.norb), 2))
    links = 2 * comb(space.norb - 2, space.nelec[0] - 1)  # strings that a pair connects
    cross = sum(
        count * (count * links + (rows if label == 0 else 0)) for label, count in pairs.items()
    )
    return single[0] * columns + single[1] * rows, cross * columns


if __name__ == "__main__":
    main()
