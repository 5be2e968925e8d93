"""ADAPT-VQE beside published runs: `make bench-adapt`, about two minutes.

How many operators each pool takes for H6, against Grimsley et al., Nat. Commun. 10, 3007 (2019),
arXiv:1812.11173, and how many CNOTs coupled exchanges take to chemical accuracy, against
CEO-ADAPT-VQE* and the smallest counts known for compressed circuits, both arXiv:2407.08696. Errors
are from FCI of the same run.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine_line
from report import Report
from timing import median_seconds

import qchem
from qchem.ansatz.screening import keeps_symmetry, symmetric_space
from simulator.pools.pool_gradient import PoolGradient

ACCURACY = 1.5936  # mHa, 1 kcal/mol
ERRORS = (1.6, 1.0, 0.1)  # mHa
# Operators to each error; the second pool's published run ends before the last.
POOLS = {
    "singlet-gsd": (39, 43, 60),
    "singlet-sd": (47, 53, None),
    "spin-complement-gsd": (44, 51, 75),
}
H6 = "; ".join(f"H 0 0 {1.5 * k}" for k in range(6))
H6_FAR = "; ".join(f"H 0 0 {3.0 * k}" for k in range(6))
# Atoms, CNOTs, depth and parameters of CEO-ADAPT-VQE*, and the fewest CNOTs after compression.
SYSTEMS = {
    "LiH 3.0 Å": ("Li 0 0 0; H 0 0 3", 107, 30, 15, 58),
    "BeH2 3.0 Å": ("Be 0 0 0; H 0 0 3; H 0 0 -3", 284, 94, 38, 239),
    "H6 1.5 Å": (H6, 879, 306, 137, 840),
    "H6 3.0 Å": (H6_FAR, 785, 294, 149, 768),
}
# From 16 qubits on.
LARGER = {
    "H8 1.0 Å": "; ".join(f"H 0 0 {k}" for k in range(8)),
    "N2 1.1 Å": "N 0 0 0; N 0 0 1.1",
    "H10 1.0 Å": "; ".join(f"H 0 0 {k}" for k in range(10)),
}
PRICE = 10  # most applications that all derivatives may take
SELECTIONS: dict[str, dict[str, Any]] = {
    "as published": {"select": "disjoint"},
    "per CNOT": {"select": "disjoint", "per_cnot": True, "least_share": 0.3},
}


def main() -> None:
    """Run both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", metavar="FILE", help="put the tables into this page as well")
    arguments = parser.parse_args()
    report = Report("adapt", "make bench-adapt", machine_line())
    operators(report)
    cnots(report)
    gradients(report)
    if arguments.write:
        report.write(Path(arguments.write))


def grown(hamiltonian: qchem.Hamiltonian, pool: str, error: float, **options: Any) -> Any:
    """A run that ends as soon as the error, in mHa, is reached; also the exact energy."""
    exact = qchem.fci(hamiltonian).value
    target = exact + error / 1000
    return qchem.adapt(hamiltonian, pool, target=target, gradient_threshold=1e-6, **options), exact


def operators(report: Report) -> None:
    """Operators of the fermionic pools."""
    hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(H6))
    rows = []
    for pool, published in POOLS.items():
        result, exact = grown(hamiltonian, pool, min(ERRORS))
        steps = result.properties["steps"]
        counts = [
            next(s["parameters"] for s in steps if 1000 * (s["energy"] - exact) < error)
            for error in ERRORS
        ]
        cells = [
            f"{count} / {known or 'never'}" for count, known in zip(counts, published, strict=True)
        ]
        rows.append([pool, *cells, steps[0]["largest_gradient"], result.evaluations,
                     result.seconds])  # fmt: skip
        report.progress(f"{pool}: {counts}, {result.seconds:.0f} s")
    report.table(
        "Operators that ADAPT takes for H6 at 1.5 Å, ours / published",
        ["pool", *(f"to {error} mHa" for error in ERRORS), "first gradient", "energies", "seconds"],
        rows,
    )


def cnots(report: Report) -> None:
    """CNOTs of coupled exchanges."""
    rows = []
    for system, (atoms, gates, depth, parameters, fewest) in SYSTEMS.items():
        hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(atoms))
        rows.append([system, "CEO-ADAPT-VQE*", gates, depth, parameters, None, None, None])
        rows.append([system, "compressed", fewest, None, None, None, None, None])
        for name, options in SELECTIONS.items():
            result, exact = grown(hamiltonian, "ceo", ACCURACY, **options)
            last = result.properties["steps"][-1]
            rows.append([system, f"ours, {name}", last["cnots"], last["cnot_depth"],
                         last["parameters"], 1000 * (result.value - exact), result.evaluations,
                         result.seconds])  # fmt: skip
            report.progress(f"{system}, {name}: {last['cnots']} CNOTs, {result.seconds:.0f} s")
    report.table(
        f"CNOTs to {ACCURACY} mHa with the pool of coupled exchanges",
        ["system", "run", "CNOTs", "depth", "parameters", "error / mHa", "energies", "seconds"],
        rows,
    )


def gradients(report: Report) -> None:
    """All derivatives of a pool against one application of the Hamiltonian."""
    rows: list[list[Any]] = []
    for name, atoms in LARGER.items():
        hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(atoms))
        full = hamiltonian.space
        labels = hamiltonian.orbital_symmetry
        for space in (symmetric_space(full, full.reference, labels), full):
            operator = hamiltonian.on(space)
            psi = np.random.default_rng(0).normal(size=(1, space.size))
            image = np.empty_like(psi)

            def apply(operator: Any = operator, psi: Any = psi, image: Any = image) -> None:
                operator.apply(psi, image)

            for pool in ("gsd", "singlet-gsd", "ceo"):
                kept = [
                    one
                    for one in qchem.operator_pool(pool, hamiltonian).operators
                    if keeps_symmetry(one, space)
                ]
                gradient = PoolGradient(kept, space)

                def derivatives(
                    gradient: Any = gradient, psi: Any = psi, image: Any = image
                ) -> None:
                    gradient(psi[0], image[0])

                once, all_of_them = median_seconds(apply), median_seconds(derivatives)
                rows.append([
                    name, "of one symmetry" if space.orbital_symmetry else "all", space.size, pool,
                    len(kept), once * 1e3, all_of_them * 1e3, all_of_them / once, PRICE,
                ])  # fmt: skip
                report.progress(f"{name}, {pool}: {all_of_them / once:.1f} applications")
    report.table(
        "All derivatives of a pool, in applications of the Hamiltonian",
        ["system", "determinants", "how many", "pool", "generators", "H / ms", "pool / ms", "ratio",
         "goal, at most"],
        rows,
    )  # fmt: skip


if __name__ == "__main__":
    main()
