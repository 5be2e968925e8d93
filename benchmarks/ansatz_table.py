"""Ansätze side by side on small, strongly correlated systems: `make ansatz-table`.

Each circuit is optimised to a gradient below 1e-6 hartree from MP2 or CCSD amplitudes where it has
such a start, and from two more starts nearby; the lowest counts, time and energies are of all
three. Errors are from FCI of the same run.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from machine import machine_line
from report import Report
from timing import median_seconds

import qchem
import simulator
from qchem.solving.solve import solve

SYSTEMS: dict[str, tuple[str, tuple[int, int] | None]] = {
    "H4, linear, 1.5 Å": ("; ".join(f"H 0 0 {1.5 * k}" for k in range(4)), None),
    "H4, square, 1.2 Å": ("H 0 0 0; H 0 0 1.2; H 0 1.2 0; H 0 1.2 1.2", None),
    "N2, 1.8 Å, 6 electrons in 6 orbitals": ("N 0 0 0; N 0 0 1.8", (6, 6)),
}
ANSAETZE: tuple[tuple[str, int | None], ...] = (
    ("uccsd", None),
    ("singlet-uccsd", None),
    ("shared-uccsd", None),
    ("uccgsd", None),
    ("paired-uccd", None),
    ("k-upccgsd", 1),
    ("k-upccgsd", 2),
    ("k-upccgsd", 3),
    ("qnp", 2),
    ("qnp", 4),
    ("qnp", 6),
    ("ucj", 1),
    ("ucj", 2),
    ("local-ucj", 2),
    ("local-ucj", 4),
    ("hamiltonian-variational", 2),
    ("hamiltonian-variational", 4),
)
RIVALS = ("hf", "mp2", "cisd", "ccsd", "ccsd_t", "fci")
RESTARTS, SEED = 2, 1
CHAINS = (6, 8, 10)
MOST_ENERGIES = 5


def main() -> None:
    """A table for each system."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", metavar="FILE", help="put the tables into this page as well")
    arguments = parser.parse_args()
    report = Report("ansätze", "make ansatz-table", machine_line())
    for name, (atoms, space) in SYSTEMS.items():
        system(report, name, atoms, space)
    gradients(report)
    if arguments.write:
        report.write(Path(arguments.write))


def system(report: Report, name: str, atoms: str, space: tuple[int, int] | None) -> None:
    """All methods on one system."""
    molecule = qchem.Molecule.from_atoms(atoms, basis="sto-3g")
    hamiltonian = qchem.electronic_hamiltonian(molecule, space)
    classical = solve(hamiltonian, RIVALS)
    exact = classical.result("FCI")
    if exact is None or not exact.converged:
        raise SystemExit(f"no exact energy of {name}")
    rows: list[list[Any]] = [
        [one.method, "", "", "", "", "", 1000 * (one.value - exact.value),
         spin(one.properties.get("spin_square")), "", one.seconds]
        for one in classical.results
    ]  # fmt: skip
    for ansatz, layers in ANSAETZE:
        run = solve(
            hamiltonian, ["vqe"], ansatz=ansatz, layers=layers, restarts=RESTARTS, seed=SEED,
            time_limit=300,
        )  # fmt: skip
        result = run.results[0]
        known = result.properties
        if result.value < exact.value - 1e-8:
            raise SystemExit(f"{result.method} lies below the exact energy of {name}")
        mark = "" if result.converged else " (not converged)"
        rows.append([
            result.method.removesuffix("-VQE") + mark, len(result.parameters or ()),
            known.get("cnots"), known.get("cnot_depth"),
            known.get("cnots_line"), known.get("cnot_depth_line"),
            1000 * (result.value - exact.value), spin(known.get("spin_square")),
            result.evaluations, result.seconds,
        ])  # fmt: skip
        report.progress(f"{name}: {result.method} {rows[-1][6]:.4f} mHa, {result.seconds:.1f} s")
    report.table(
        name,
        ["method", "parameters", "CNOTs", "depth", "on a line", "depth there", "error / mHa",
         "<S²>", "energies", "seconds"],
        rows,
    )  # fmt: skip


def gradients(report: Report) -> None:
    """Cost of a gradient of the Jastrow ansatz, in energies."""
    rows = []
    for count in CHAINS:
        atoms = "; ".join(f"H 0 0 {k}" for k in range(count))
        hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(atoms))
        circuit = qchem.ucj(hamiltonian, layers=2)
        energy = simulator.Expectation(circuit, hamiltonian)
        start = qchem.ucj_start(hamiltonian, qchem.mp2_amplitudes(hamiltonian), layers=2)
        alone = median_seconds(partial(energy, start))
        both = median_seconds(partial(energy.value_and_gradient, start))
        rows.append([
            f"H{count}", circuit.space.size, circuit.num_parameters, alone * 1e3, both * 1e3,
            both / alone, MOST_ENERGIES,
        ])  # fmt: skip
    report.table(
        "Two layers of UCJ: an energy with all derivatives, in energies",
        ["chain, 1.0 Å", "determinants", "parameters", "energy / ms", "with gradient / ms", "ratio",
         "goal, at most"],
        rows,
    )  # fmt: skip


def spin(value: float | None) -> str:
    """<S^2> with four digits; zero where there is no more than rounding."""
    return "" if value is None else f"{max(value, 0.0):.4f}"


if __name__ == "__main__":
    main()
