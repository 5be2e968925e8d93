"""UCCSD side by side with the fastest packages, in one run: `make bench-chem`.

Every peer runs in its own environment and reports the circuit it built, factor by factor, with
its integrals, energies and times.  The same circuit is then run here; both must agree to 1e-8
hartree in energy and gradient before any time is compared.  All times are medians of at least
five measurements; they drift with the machine, and only the ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numba
import numpy as np
import peers
from machine import machine_line, memory
from report import Report
from systems import atoms
from timing import median_seconds

import qchem
import simulator
from simulator.optimize.minimize import minimize

# Least ratio of time per gate to the faster of the peers, all gates kept.
GOALS = {"H6": 6, "H2O": 6, "H8": 15, "N2": 30, "H10": 40}
AGREEMENT = 1e-8  # hartree
CONVERGENCE = 1e-6  # hartree


def main() -> None:
    """Measure what was asked for and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--systems", default=",".join(GOALS), help="beside the peers")
    parser.add_argument("--large", default="H12,H14,C2H4,H16", help="alone")
    parser.add_argument("--write", metavar="FILE", help="put the tables into this page as well")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(large_system(arguments.one)))
        return
    for peer in peers.CHEMISTRY:
        peers.environment(peer)
    report = Report("chemistry", "make bench-chem", machine_line(peers.CHEMISTRY))
    compared(report, arguments.systems.split(","))
    overhead(report)
    against_one_contraction(report)
    large(report, [name for name in arguments.large.split(",") if name])
    if arguments.write:
        report.write(Path(arguments.write))


def molecule(name: str) -> qchem.Molecule:
    """A system as a molecule."""
    if name == "C2H4":
        return qchem.Molecule.from_name("c2h4")
    text = "; ".join(f"{symbol} {x} {y} {z}" for symbol, (x, y, z) in atoms(name))
    return qchem.Molecule.from_atoms(text)


# -- beside the peers ----------------------------------------------------------------------


def compared(report: Report, systems: list[str]) -> None:
    """Time each system beside each peer, on the peer's circuit and per gate on ours."""
    same, ours = [], []
    for system in systems:
        per_gate = []
        for peer in peers.CHEMISTRY:
            theirs = peers.measure(peer, system)
            hamiltonian, circuit = rebuilt(theirs)
            energy = simulator.Expectation(circuit, hamiltonian)
            check_agreement(system, theirs, energy)
            params = np.array(theirs["params"])
            seconds = median_seconds(lambda e=energy, p=params: e.value_and_gradient(p))
            started = perf_counter()
            minimum = minimize(energy, theirs["start"], gradient_tolerance=1e-5)
            optimisation = perf_counter() - started
            check_minimum(system, theirs, minimum.value)
            gates = len(circuit.steps)
            per_gate.append((theirs["seconds"] / gates, theirs["name"]))
            same.append([
                system, theirs["name"], gates, theirs["seconds"] * 1e3, seconds * 1e3,
                theirs["seconds"] / seconds, theirs["optimisation"], optimisation,
                theirs["optimisation"] / optimisation,
                f"{theirs['evaluations']}, {minimum.evaluations}",
            ])  # fmt: skip
            report.progress(f"{system}, {theirs['name']}: {theirs['seconds'] / seconds:.1f}")
        fastest, name = min(per_gate)
        hamiltonian = qchem.electronic_hamiltonian(molecule(system))
        circuit = qchem.uccsd(hamiltonian)
        energy = simulator.Expectation(circuit, hamiltonian)
        params = np.random.default_rng(0).normal(size=circuit.num_parameters) * 0.05
        seconds = median_seconds(lambda e=energy, p=params: e.value_and_gradient(p))
        gates = len(circuit.steps)
        ours.append([
            system, gates, name, fastest * 1e6, seconds / gates * 1e6, seconds * 1e3,
            fastest * gates / seconds, GOALS.get(system, 1),
        ])  # fmt: skip
    report.table(
        "The same circuit, factor by factor; energies agree to 1e-8 hartree",
        ["system", "circuit of", "gates", "theirs / ms", "ours / ms", "ratio",
         "optimised, theirs / s", "ours / s", "ratio", "evaluations"],
        same,
    )  # fmt: skip
    report.table(
        "Per gate, all gates kept: energy with gradient against the faster of the peers",
        ["system", "gates", "faster peer", "its time / µs per gate", "ours / µs per gate",
         "ours / ms", "ratio", "goal"],
        ours,
    )  # fmt: skip


def rebuilt(theirs: dict[str, Any]) -> tuple[qchem.Hamiltonian, simulator.Circuit]:
    """The peer's Hamiltonian and circuit, factor by factor."""
    pairs = theirs["electrons"] // 2
    hamiltonian = qchem.Hamiltonian.from_integrals(
        theirs["h1"], theirs["h2"], (pairs, pairs), core_energy=theirs["core"]
    )
    space = hamiltonian.space
    steps = []
    for gate in theirs["gates"]:
        excitation, sign = as_excitation(gate["factors"])
        coefficients = tuple((k, sign * c) for k, c in gate["coefficients"])
        steps.append(simulator.Step(excitation, coefficients))
    return hamiltonian, simulator.Circuit(
        space, simulator.BasisState(space.reference), tuple(steps), theirs["name"]
    )


def as_excitation(factors: list[list[int]]) -> tuple[simulator.Excitation, float]:
    """An excitation equal to a product of creators and annihilators, up to the sign returned."""
    parts, order = [], []
    for spin in (0, 1):
        creators, others = (
            [k for k, (_, s, creates) in enumerate(factors) if s == spin and creates == kind]
            for kind in (1, 0)
        )
        parts.append(
            (tuple(factors[k][0] for k in reversed(others)), tuple(factors[k][0] for k in creators))
        )
        order += creators + others
    inversions = sum(a > b for k, a in enumerate(order) for b in order[k + 1 :])
    return simulator.Excitation(*parts), -1.0 if inversions % 2 else 1.0


def check_agreement(system: str, theirs: dict[str, Any], energy: simulator.Expectation) -> None:
    """Raise where the same circuit with the same parameters has another energy or gradient."""
    value, gradient = energy.value_and_gradient(theirs["params"])
    apart = abs(value - theirs["energy"])
    slope = np.abs(gradient - theirs["gradient"]).max()
    if not (apart < AGREEMENT and slope < 10 * AGREEMENT):
        raise RuntimeError(
            f"{theirs['name']} on {system}: energies differ by {apart:.1e}, slopes by {slope:.1e}"
        )


def check_minimum(system: str, theirs: dict[str, Any], value: float) -> None:
    """Raise if our optimisation stopped above theirs."""
    if value > theirs["minimum"] + CONVERGENCE:
        raise RuntimeError(
            f"{theirs['name']} on {system}: minimum {theirs['minimum']:.9f}, ours {value:.9f}"
        )


# -- alone ---------------------------------------------------------------------------------


def overhead(report: Report) -> None:
    """Small systems against calls of `numpy.add` in the same run."""
    left, right = np.ones(4), np.ones(4)
    add = median_seconds(lambda: np.add(left, right))
    rows = []
    for system in ("H2", "H4"):
        hamiltonian = qchem.electronic_hamiltonian(molecule(system))
        circuit = qchem.uccsd(hamiltonian)
        energy = simulator.Expectation(circuit, hamiltonian)
        params = np.full(circuit.num_parameters, 0.1)
        seconds = median_seconds(lambda e=energy, p=params: e.value_and_gradient(p))
        rows.append([system, seconds * 1e6, seconds / add, 40])
    report.table(
        "Small systems: energy with gradient in calls of numpy.add on two arrays of four numbers",
        ["system", "ours / µs", "calls", "goal, at most"],
        rows,
    )


def against_one_contraction(report: Report) -> None:
    """H12 against one application of the Hamiltonian by PySCF, and its full optimisation."""
    from pyscf.fci import cistring, direct_spin1

    hamiltonian = qchem.electronic_hamiltonian(molecule("H12"))
    circuit = qchem.uccsd(hamiltonian)
    energy = simulator.Expectation(circuit, hamiltonian)
    params = qchem.initial_parameters(hamiltonian, circuit)
    norb, nelec, shape = hamiltonian.norb, hamiltonian.nelec, hamiltonian.space.shape
    links = tuple(cistring.gen_linkstr_index_trilidx(range(norb), count) for count in nelec)
    absorbed = direct_spin1.absorb_h1e(hamiltonian.h1, hamiltonian.h2, norb, nelec, 0.5)
    state = energy.state(params).reshape(shape)
    contraction = median_seconds(
        lambda: direct_spin1.contract_2e(absorbed, state, norb, nelec, links)
    )
    ours = median_seconds(lambda: energy.value_and_gradient(params))
    started = perf_counter()
    minimum = minimize(energy, params)
    optimisation = perf_counter() - started
    last = minimum.history[-2][1] - minimum.history[-1][1]
    report.table(
        "H12, 853,776 determinants, 1,818 excitations, against one application of H by PySCF",
        ["contract_2e / s", "energy with gradient / s", "ratio", "goal, at most",
         "VQE from MP2 / s", "evaluations", "last change / hartree", "largest gradient",
         "energy / hartree"],
        [[contraction, ours, ours / contraction, 2.2, optimisation, minimum.evaluations,
          f"{last:.1e}", f"{minimum.gradient_norm:.1e}", f"{minimum.value:.9f}"]],
    )  # fmt: skip


def large(report: Report, systems: list[str]) -> None:
    """Large systems, each in a separate process, with one and all threads."""
    rows = []
    for system in systems:
        for mode in ("all gates", "screened"):
            command = [sys.executable, __file__, "--one", f"{system}:{mode}"]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            rows.append([system, mode, *json.loads(done.stdout)])
            report.progress(", ".join(map(str, rows[-1])))
    report.table(
        "Alone: all gates, and what point-group symmetry leaves of gates and determinants",
        ["system", "circuit", "determinants", "gates", "energy / s", "with gradient / s",
         "on one thread / s", "ratio", "peak memory / MB", "five vectors and 50 MB"],
        rows,
    )  # fmt: skip


def large_system(request: str) -> list[Any]:
    """Times and peak memory of one system; of the largest only one energy with all gates."""
    system, mode = request.split(":")
    warm_up()
    hamiltonian = qchem.electronic_hamiltonian(molecule(system))
    circuit = qchem.uccsd(hamiltonian)
    if mode == "screened":
        circuit = qchem.screen(circuit, hamiltonian)
    before = memory(forget_peak=True)
    energy = simulator.Expectation(circuit, hamiltonian)
    params = qchem.initial_parameters(hamiltonian, circuit)
    size = circuit.space.size
    huge = size > 2e7
    most = numba.config.NUMBA_NUM_THREADS

    def timed(function: Any) -> float:
        started = perf_counter()
        function()
        return perf_counter() - started

    value = sorted(timed(lambda: energy(params)) for _ in range(1 if huge else 5))[0 if huge else 2]
    both = alone = None
    if not huge:  # in turn, so that a busy moment of the machine meets both alike
        times: dict[int, list[float]] = {1: [], most: []}
        repeats = 5 if size > 2e6 else 15
        for _ in range(repeats):
            for threads, found in times.items():
                simulator.set_threads(threads)
                found.append(timed(lambda: energy.value_and_gradient(params)))
        alone, both = (sorted(found)[repeats // 2] for found in times.values())
    peak = memory() - before
    ratio = None if alone is None or both is None else alone / both
    limit = 5 * 8 * size / 1e6 + 50
    return [size, len(circuit.steps), value, both, alone, ratio, round(peak), round(limit)]


def warm_up() -> None:
    """Load all kernels and libraries, so that memory and times are those of the work."""
    hamiltonian = qchem.electronic_hamiltonian(molecule("H10"))
    circuit = qchem.uccsd(hamiltonian)
    energy = simulator.Expectation(circuit, hamiltonian)
    for threads in (1, numba.config.NUMBA_NUM_THREADS):
        simulator.set_threads(threads)
        energy.value_and_gradient(qchem.initial_parameters(hamiltonian, circuit))


if __name__ == "__main__":
    main()
