"""From a molecule to its Hamiltonian: Hartree-Fock orbitals and an active space."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from qminima.errors import InputError, shorten
from simulator.memory import require_memory

from .hamiltonian import Hamiltonian
from .molecule import Molecule
from .point_group import adapt_orbitals, drop_forbidden

if TYPE_CHECKING:
    from pyscf.gto import Mole
    from pyscf.scf.hf import SCF

# Overlap eigenvalues below this make integrals and amplitudes lose digits.
_NEARLY_DEPENDENT = 1e-5


def electronic_hamiltonian(
    molecule: Molecule,
    active_space: tuple[int, int] | None = None,
    *,
    frozen_core: bool = False,
) -> Hamiltonian:
    """Integrals over restricted Hartree-Fock orbitals (open shells: ROHF).

    Args:
        molecule: nuclei, electrons and basis set.
        active_space: (electrons, orbitals) around the Fermi level; lower orbitals stay doubly
            occupied and higher ones empty.  All orbitals if None.
        frozen_core: keep the chemical core doubly occupied; not together with `active_space`.

    Raises:
        InputError: if the active space does not fit the molecule, or Hartree-Fock does not
            converge.
        MemoryLimitError: if the integrals do not fit into memory.
    """
    mol = molecule.to_pyscf()
    active_orbitals(mol, mol.nao, active_space, frozen_core=frozen_core)  # refuse before the work
    started = perf_counter()
    mean_field, warnings = run_hartree_fock(molecule)
    point_group, labels = adapt_orbitals(mean_field)
    if point_group != "C1" and not labels:
        warnings.append(
            f"the Hartree-Fock orbitals do not have the symmetry of the nuclei ({point_group}), "
            "so that no excitation is left out for it"
        )
    seconds = perf_counter() - started
    core, norb = active_orbitals(
        mol, mean_field.mo_coeff.shape[1], active_space, frozen_core=frozen_core
    )
    require_memory(
        4 * 8 * norb**4,
        f"the two-electron integrals over {norb} orbitals",
        "choose a smaller active space",
    )
    h1, h2, core_energy = _integrals(mean_field, core, norb)
    if labels:
        drop_forbidden(h1, h2, labels[core : core + norb])
    nelec = (mol.nelec[0] - core, mol.nelec[1] - core)
    description = {
        **molecule.describe(),
        "point_group": point_group,
        "active_space": [sum(nelec), norb],
    }
    return Hamiltonian(
        h1,
        h2,
        nelec,
        core_energy,
        description,
        mean_field,
        (*molecule.warnings(), *warnings),
        seconds,
    )


def active_orbitals(
    mol: Mole, orbitals: int, active_space: tuple[int, int] | None, *, frozen_core: bool = False
) -> tuple[int, int]:
    """The number of doubly occupied orbitals below the active ones, and the number of these.

    Args:
        mol: the molecule.
        orbitals: how many molecular orbitals there are.
        active_space: as in `electronic_hamiltonian`.
        frozen_core: as in `electronic_hamiltonian`.

    Raises:
        InputError: if the active space does not fit the molecule.
    """
    nelec = mol.nelec
    if frozen_core and active_space is not None:
        raise InputError("give an active space or freeze the core, not both")
    if frozen_core:
        core = _chemical_core(mol)
        active_space = (sum(nelec) - 2 * core, orbitals - core)
    if active_space is None:
        if max(nelec) > orbitals:
            raise InputError(
                f"{orbitals} orbitals cannot hold {max(nelec)} electrons of one spin; check charge "
                "and spin, or choose a larger basis set"
            )
        return 0, orbitals
    electrons, norb = active_space
    total, spin = sum(nelec), nelec[0] - nelec[1]
    head = f"an active space of {shorten(electrons)} electrons in {shorten(norb)} orbitals"
    if electrons < 1 or norb < 1:
        raise InputError(f"{head} is empty; expected at least one of each")
    if electrons > total or norb > orbitals:
        raise InputError(
            f"{head} is larger than the molecule: {total} electrons in {orbitals} orbitals"
        )
    if (total - electrons) % 2:
        raise InputError(
            f"{head} leaves {total - electrons} of {total} electrons below it; these must pair, so "
            f"expected an {'even' if total % 2 == 0 else 'odd'} number of active electrons"
        )
    if electrons < spin:
        raise InputError(f"{head} has fewer electrons than the molecule has unpaired ({spin})")
    if (electrons + spin) // 2 > norb:
        raise InputError(
            f"{head} cannot hold {(electrons + spin) // 2} electrons of one spin; "
            "expected more orbitals"
        )
    core = (total - electrons) // 2
    if core + norb > orbitals:
        raise InputError(
            f"{head} above {core} doubly occupied orbitals reaches orbital {core + norb}, "
            f"but the molecule has {orbitals}; expected at most {orbitals - core} orbitals"
        )
    return core, norb


def run_hartree_fock(molecule: Molecule) -> tuple[SCF, list[str]]:
    """A converged mean field, and warnings about it.

    Raises:
        InputError: if it does not converge, also not by the second-order method.
        MemoryLimitError: if the integrals over basis functions do not fit into memory.
    """
    from pyscf import scf

    mol = molecule.to_pyscf()
    size = mol.nao
    require_memory(
        min(size**4, 40 * size**3) + 16 * 8 * size**2,
        f"Hartree-Fock with {size} basis functions",
        "choose a smaller basis set",
    )
    mean_field = scf.RHF(mol) if mol.spin == 0 else scf.ROHF(mol)
    mean_field.conv_tol = 1e-11
    if not _converge(mean_field):
        raise InputError(
            f"Hartree-Fock did not converge for {molecule.name} "
            f"(charge {molecule.charge}, 2S = {molecule.spin}, {molecule.basis}); "
            "check geometry, charge and spin"
        )
    warnings = []
    overlap = np.linalg.eigvalsh(mol.intor_symmetric("int1e_ovlp"))
    if overlap[0] < _NEARLY_DEPENDENT:
        warnings.append(
            f"the basis functions are nearly dependent (least eigenvalue of their overlap "
            f"{overlap[0]:.1e}): energies lose digits; choose a smaller basis set"
        )
    lowered, stable = _follow_instabilities(mean_field)
    if not stable:
        warnings.append(
            "the Hartree-Fock solution is not a minimum (PySCF's stability analysis): "
            "another determinant of the same kind lies lower"
        )
    elif lowered > 0:
        warnings.append(
            "the first Hartree-Fock solution was not a minimum (PySCF's stability analysis); "
            f"following the instability lowered it by {lowered:.6f} hartree"
        )
    return mean_field, warnings


_SOLUTION = ("mo_coeff", "mo_energy", "mo_occ", "e_tot", "converged")


def _converge(mean_field: SCF, density: Any = None) -> bool:
    """Run Hartree-Fock, by the second-order method where the usual one does not converge."""
    mean_field.kernel(density)
    if not mean_field.converged:
        second_order = mean_field.newton()
        second_order.kernel(mean_field.mo_coeff, mean_field.mo_occ)
        for name in _SOLUTION:
            setattr(mean_field, name, getattr(second_order, name))
    return bool(mean_field.converged)


def _follow_instabilities(mean_field: SCF, attempts: int = 5) -> tuple[float, bool]:
    """Restart from rotated orbitals until the solution is a minimum.

    A restart that does not converge, or not to a lower energy, is undone.

    Returns:
        By how much the energy fell, and whether a minimum was reached.
    """
    first = mean_field.e_tot
    for _ in range(attempts):
        rotated, stable = _stability(mean_field)
        if stable:
            return float(first - mean_field.e_tot), True
        last = {name: getattr(mean_field, name) for name in _SOLUTION}
        density = mean_field.make_rdm1(rotated, mean_field.mo_occ)
        if not _converge(mean_field, density) or mean_field.e_tot > last["e_tot"]:
            for name, value in last.items():
                setattr(mean_field, name, value)
            break
    return float(first - mean_field.e_tot), False


def _stability(mean_field: SCF) -> tuple[Any, bool]:
    """Orbitals rotated downhill, and whether there was no downhill."""
    from pyscf.lib.exceptions import LinearDependencyError

    (na, nb), norb = mean_field.mol.nelec, mean_field.mo_coeff.shape[1]
    rotations = nb * (na - nb) + nb * (norb - na) + (na - nb) * (norb - na)
    if rotations == 0:
        return mean_field.mo_coeff, True
    # PySCF asks for this attribute and, where it is missing, imports all of itself to find it.
    mean_field._scf = None
    try:
        rotated, _, stable, _ = mean_field.stability(
            internal=True, external=False, return_status=True
        )
    except LinearDependencyError:  # no direction that symmetry lets the energy depend on
        return mean_field.mo_coeff, True
    return rotated, bool(stable)


def _chemical_core(mol: Any) -> int:
    from pyscf.data.elements import chemcore

    return int(chemcore(mol))


def _integrals(mean_field: SCF, core: int, norb: int) -> tuple[Any, Any, float]:
    """h1, h2 and core energy over orbitals core ... core + norb - 1."""
    from pyscf import ao2mo

    mol, orbitals = mean_field.mol, mean_field.mo_coeff
    active = orbitals[:, core : core + norb]
    h1 = mean_field.get_hcore()
    core_energy = mean_field.energy_nuc()
    if core:
        density = 2 * orbitals[:, :core] @ orbitals[:, :core].T
        potential = mean_field.get_veff(mol, density)
        # ROHF gives one potential per spin; they agree for a closed-shell density.
        potential = potential[0] if potential.ndim == 3 else potential
        core_energy += np.einsum("ij,ji->", density, h1 + 0.5 * potential)
        h1 = h1 + potential
    stored = getattr(mean_field, "_eri", None)  # integrals over basis functions, if kept
    h2 = ao2mo.restore(1, ao2mo.full(mol if stored is None else stored, active), norb)
    return np.ascontiguousarray(active.T @ h1 @ active), h2, float(core_energy)
