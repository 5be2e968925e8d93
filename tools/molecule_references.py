"""Recompute the reference energies listed in molecules/index.toml with plain PySCF.

Every ``[[NAME.reference]]`` entry is computed again from the xyz file next to the index.
One line per entry shows the molecule, the method, the stored value, the recomputed value
and the difference. The exit status is 1 when any difference exceeds 1e-8 hartree.

Usage: ``python tools/molecule_references.py [NAME ...]`` (no name: all molecules).
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Any

from pyscf import cc, fci, gto, mcscf, scf

Atom = tuple[str, tuple[float, float, float]]

FOLDER = Path(__file__).resolve().parent.parent / "molecules"
TOLERANCE = 1e-8
METHODS = ("HF", "CCSD", "CCSD(T)", "FCI")


def read_xyz(path: Path) -> list[Atom]:
    """Return the atoms of an xyz file, coordinates in ångström."""
    lines = path.read_text(encoding="utf-8").splitlines()
    count = int(lines[0])
    atoms: list[Atom] = []
    for line in lines[2 : 2 + count]:
        symbol, x, y, z = line.split()
        if not symbol.isalpha():
            raise ValueError(f"{path.name}: {symbol!r} is not an element symbol")
        atoms.append((symbol, (float(x), float(y), float(z))))
    if len(atoms) != count:
        raise ValueError(f"{path.name}: {count} atoms announced, {len(atoms)} found")
    return atoms


def hartree_fock(entry: dict[str, Any], basis: str, potential: str) -> Any:
    """Return a converged, internally stable restricted Hartree-Fock calculation.

    PySCF takes core potentials by a name of their own; ``potential`` is empty for none.
    """
    molecule = gto.M(
        atom=read_xyz(FOLDER / entry["file"]),
        unit="Angstrom",
        basis=basis,
        ecp=potential or {},
        charge=entry["charge"],
        spin=entry["spin"],
        verbose=0,
    )
    mean_field = scf.ROHF(molecule) if entry["spin"] else scf.RHF(molecule)
    mean_field.set(conv_tol=1e-13, conv_tol_grad=1e-8, max_cycle=200).kernel()
    for _ in range(10):
        orbitals, _, stable, _ = mean_field.stability(return_status=True)
        if stable:
            break
        mean_field.kernel(mean_field.make_rdm1(orbitals, mean_field.mo_occ))
    if not (mean_field.converged and stable):
        raise RuntimeError(f"{entry['file']}: no stable Hartree-Fock solution found")
    return mean_field


def coupled_cluster(mean_field: Any, triples: bool) -> float:
    """Return the CCSD or CCSD(T) energy with all electrons correlated."""
    solver = cc.CCSD(mean_field).set(conv_tol=1e-13, conv_tol_normt=1e-11, max_cycle=500)
    solver.kernel()
    if not solver.converged:
        raise RuntimeError("CCSD did not converge")
    return float(solver.e_tot + (solver.ccsd_t() if triples else 0.0))


def full_ci(mean_field: Any, active_space: list[int] | None) -> float:
    """Return the FCI energy of all electrons, or of an [electrons, orbitals] active space."""
    molecule = mean_field.mol
    electrons, orbitals = active_space or (molecule.nelectron, mean_field.mo_occ.size)
    alpha = (electrons + molecule.spin) // 2
    space = mcscf.CASCI(mean_field, orbitals, (alpha, electrons - alpha))
    space.canonicalization = False
    space.fcisolver = fci.direct_spin1.FCI(molecule).set(conv_tol=1e-12, max_cycle=200)
    space.kernel()
    if not space.converged:
        raise RuntimeError("FCI did not converge")
    return float(space.e_tot)


def recompute(mean_field: Any, reference: dict[str, Any]) -> float:
    """Return the energy that one reference entry describes."""
    method = reference["method"]
    if method not in METHODS or reference["unit"] != "hartree":
        raise ValueError(f"cannot recompute {method!r} in {reference['unit']!r}")
    if method == "HF":
        return float(mean_field.e_tot)
    if method == "FCI":
        return full_ci(mean_field, reference.get("active_space"))
    return coupled_cluster(mean_field, triples=method == "CCSD(T)")


def main() -> int:
    """Compare stored and recomputed values; return the exit status."""
    index = tomllib.loads((FOLDER / "index.toml").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description="Recompute the energies of index.toml.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="molecules (default: all)")
    names = parser.parse_args().names or list(index)
    unknown = sorted(set(names) - set(index))
    if unknown:
        parser.error(f"not in index.toml: {', '.join(unknown)}")

    failures = 0
    header = f"{'molecule':<15} {'method':<8} {'stored':>17} {'recomputed':>17} {'difference':>11}"
    print(header, flush=True)
    for name in names:
        entry = index[name]
        mean_fields: dict[str, Any] = {}
        for reference in entry["reference"]:
            basis = reference["basis"]
            if basis not in mean_fields:
                potential = reference.get("potential", "")
                mean_fields[basis] = hartree_fock(entry, basis, potential)
            stored = reference["value"]
            value = recompute(mean_fields[basis], reference)
            failed = not abs(value - stored) <= TOLERANCE
            failures += failed
            line = f"{name:<15} {reference['method']:<8} {stored:17.10f} {value:17.10f}"
            print(f"{line} {value - stored:11.1e}{'  FAIL' if failed else ''}", flush=True)
    print(f"{failures} of the compared values differ by more than {TOLERANCE:.0e} hartree")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
