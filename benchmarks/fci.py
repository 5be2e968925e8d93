"""Full configuration interaction beside PySCF's solvers on the same integrals (`make bench-fci`).

PySCF's solvers are given the symmetry of the reference determinant and find its lowest state;
`qchem.fci` finds that state too, and searches all symmetries for lower ones.  Processor time of one
thread, the least of a few turns.  The benchmark stops if energies differ.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import numba
import numpy as np
from machine import machine_line
from report import Report

import qchem
from qchem.classical.full_ci import reference_state_energy
from qchem.classical.lowest_states import symmetries
from qminima.blas import use_blas_threads

# Name: atoms, active space, and other settings of the molecule.
SYSTEMS: dict[str, tuple[str, tuple[int, int] | None, dict[str, Any]]] = {
    "C2H4, STO-3G": ("c2h4", None, {}),
    "H2O, cc-pVDZ (10,12)": ("h2o", (10, 12), {"basis": "cc-pvdz"}),
    "N2, cc-pVDZ (10,8)": ("N 0 0 0; N 0 0 1.1", (10, 8), {"basis": "cc-pvdz"}),
    "N2, cc-pVDZ (10,12)": ("N 0 0 0; N 0 0 1.1", (10, 12), {"basis": "cc-pvdz"}),
    "FeO, def2-SVP (12,9)": ("Fe 0 0 0; O 0 0 1.616", (12, 9), {"basis": "def2-svp", "spin": 4}),
    "CN, 6-31G (9,12)": ("C 0 0 0; N 0 0 1.172", (9, 12), {"basis": "6-31g", "spin": 1}),
    "OH, 6-31G": ("O 0 0 0; H 0 0 0.97", None, {"basis": "6-31g", "spin": 1}),
}
SOLVERS = ("direct_spin0", "direct_spin1", "direct_spin0_symm", "direct_spin1_symm")
# Without symmetry, larger spaces take PySCF minutes.
MOST_WITHOUT_SYMMETRY = 1_000_000
TURNS, SLOW = 4, 5.0  # and seconds from which on two turns do
AGREEMENT = 1e-7


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="TEXT", help="systems whose name contains this")
    parser.add_argument("--write", metavar="FILE", help="put the table into this page as well")
    arguments = parser.parse_args()
    from pyscf import __version__, lib

    numba.set_num_threads(1)
    lib.num_threads(1)
    use_blas_threads(1)  # waiting threads of BLAS count as processor time
    report = Report("fci", "make bench-fci", f"{machine_line()}, pyscf {__version__}")
    rows = []
    for name in SYSTEMS:
        if arguments.only is None or arguments.only in name:
            rows.append(row(name))
            report.progress(" ".join(map(str, rows[-1])))
    report.table(
        "Ours, over all symmetries, and PySCF's fastest solver: seconds of one processor",
        ["system", "determinants", "symmetries", "ours / s", "PySCF's fastest",
         "one symmetry / s", "ratio", "all symmetries / s", "ratio"],
        rows,
    )  # fmt: skip
    if arguments.write:
        report.write(Path(arguments.write))


def row(name: str) -> list[Any]:
    """One system."""
    atoms, space, settings = SYSTEMS[name]
    make = qchem.Molecule.from_atoms if " " in atoms else qchem.Molecule.from_name
    hamiltonian = qchem.electronic_hamiltonian(make(atoms, **settings), space)
    parts = symmetries(hamiltonian)
    theirs = {
        solver: partial(pyscf_energy, solver, hamiltonian, parts[0].irrep)
        for solver in SOLVERS
        if (hamiltonian.nelec[0] == hamiltonian.nelec[1] or "spin1" in solver)
        and (hamiltonian.space.size <= MOST_WITHOUT_SYMMETRY or "symm" in solver)
        and (len(parts) > 1 or "symm" not in solver)
    }
    expected = reference_state_energy(qchem.fci(hamiltonian))  # loads kernels, too
    for solver, call in theirs.items():
        if ("symm" in solver or len(parts) == 1) and abs(call() - expected) > AGREEMENT:
            raise SystemExit(f"{name}: {expected:.9f} here, {call():.9f} by {solver}")
    seconds = least_seconds({"ours": lambda: qchem.fci(hamiltonian), **theirs})
    ours = seconds.pop("ours")
    fastest = min(seconds, key=lambda solver: seconds[solver])
    whole = seconds[fastest]
    if "symm" in fastest:
        others = {
            str(part.irrep): partial(pyscf_energy, fastest, hamiltonian, part.irrep)
            for part in parts[1:]
        }
        whole += sum(least_seconds(others, turns=1).values())
    whole = min(whole, seconds.get("direct_spin1", whole))
    return [
        name, hamiltonian.space.size, len(parts), ours, fastest, seconds[fastest],
        ours / seconds[fastest], whole, ours / whole,
    ]  # fmt: skip


def least_seconds(calls: dict[str, Callable[[], object]], turns: int = TURNS) -> dict[str, float]:
    """Processor time of each call, the least of several turns in which all are made."""
    seconds = dict.fromkeys(calls, float("inf"))
    for turn in range(turns):
        if turn > 1 and max(seconds.values()) > SLOW:
            break
        for name, call in calls.items():
            started = process_time()
            call()
            seconds[name] = min(seconds[name], process_time() - started)
    return seconds


def pyscf_energy(solver: str, hamiltonian: qchem.Hamiltonian, irrep: int) -> float:
    """Energy by one of PySCF's solvers with its own settings."""
    from pyscf import fci, gto

    molecule = gto.M(verbose=0)
    options: dict[str, Any] = {}
    if "symm" in solver:
        molecule.groupname = "D2h"
        options = {"orbsym": np.array(hamiltonian.orbital_symmetry), "wfnsym": irrep}
    found, _ = getattr(fci, solver).FCI(molecule).kernel(
        hamiltonian.h1, hamiltonian.h2, hamiltonian.norb, hamiltonian.nelec,
        ecore=hamiltonian.core_energy, **options,
    )  # fmt: skip
    return float(found)


if __name__ == "__main__":
    main()
