"""From a molecule to its Hamiltonian: Hartree-Fock and integrals over an active space."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from qminima.errors import InputError
from simulator.memory import require_memory

from .hamiltonian import Hamiltonian
from .molecules.active_space import ActiveSpace, ChosenOrbitals, as_active_space
from .molecules.molecule import Molecule
from .molecules.orbitals import MolecularOrbitals
from .molecules.point_group import adapt_orbitals, drop_forbidden

if TYPE_CHECKING:
    from pyscf.gto import Mole
    from pyscf.scf.hf import SCF

# Overlap eigenvalues below this make integrals and amplitudes lose digits.
_NEARLY_DEPENDENT = 1e-5


def electronic_hamiltonian(  # long for its documentation
    molecule: Molecule,
    active_space: ActiveSpace | tuple[int, int] | None = None,
    *,
    frozen_core: bool = False,
    unrestricted: bool = False,
) -> Hamiltonian:
    """The Hamiltonian of a molecule: integrals over Hartree-Fock orbitals, or others made of them.

    Args:
        molecule: nuclei, electrons and basis set.
        active_space: (electrons, orbitals) around the Fermi level, or an `ActiveSpace`;
            lower orbitals stay doubly occupied and higher ones empty.  All orbitals if None.
        frozen_core: keep the chemical core doubly occupied; not together with `active_space`.
        unrestricted: different orbitals for different spins (UHF) instead of the same for both
            (RHF; ROHF for open shells).

    Raises:
        InputError: if the active space does not fit the molecule or needs restricted orbitals, or
            Hartree-Fock does not converge.
        MemoryLimitError: if the integrals do not fit into memory.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74", basis="sto-3g")
    >>> hamiltonian = electronic_hamiltonian(molecule)
    >>> hamiltonian.norb, hamiltonian.nelec, f"{hamiltonian.reference_energy:.6f} hartree"
    (2, (1, 1), '-1.116759 hartree')
    """
    mol = molecule.to_pyscf()
    space = as_active_space(active_space, frozen_core=frozen_core)
    active_orbitals(mol, mol.nao, space)  # refuse before the work
    if unrestricted and space is not None and space.kind in ("avas", "natural"):
        raise InputError(f"{space} are made of restricted orbitals; leave out unrestricted")
    started = perf_counter()
    mean_field, warnings = run_hartree_fock(molecule, unrestricted=unrestricted)
    point_group, labels, chosen = _symmetric_orbitals(mean_field, space, unrestricted=unrestricted)
    if point_group != "C1" and not labels:
        warnings.append(
            f"the orbitals do not have the whole symmetry of the nuclei ({point_group}); circuits "
            "are screened by the symmetry that they have, if any"
        )
    seconds = perf_counter() - started
    core, norb = chosen.core, chosen.norb
    require_memory(
        (12 if unrestricted else 4) * 8 * norb**4,
        f"the two-electron integrals over {norb} orbitals",
        "choose a smaller active space",
    )
    orbitals = _orbitals(mol, chosen)
    h1, h2, core_energy = _integrals(mean_field, orbitals)
    if labels:
        drop_forbidden(h1, h2, labels[core : core + norb])
    nelec = (mol.nelec[0] - core, mol.nelec[1] - core)
    description = {
        **molecule.describe(),
        "point_group": point_group,
        "active_space": [sum(nelec), norb],
        **_active_description(space, chosen, unrestricted=unrestricted),
    }
    notes = (*molecule.warnings(), *warnings)
    return Hamiltonian(
        h1, h2, nelec, core_energy, description, mean_field, notes, seconds, orbitals
    )


def _symmetric_orbitals(
    mean_field: SCF, space: ActiveSpace | None, *, unrestricted: bool
) -> tuple[str, tuple[int, ...], ChosenOrbitals]:
    """The point group, the symmetry labels of orbitals, and the orbitals of the active space.

    Restricted orbitals of the mean field are replaced by ones adapted to the point group.
    """
    point_group, labels = "C1", tuple[int, ...]()
    mol = mean_field.mol
    if not unrestricted:
        point_group, labels, mean_field.mo_coeff = adapt_orbitals(
            mol, mean_field.mo_coeff, mean_field.mo_energy, mean_field.mo_occ
        )
    chosen = _chosen(mean_field, space, unrestricted=unrestricted)
    if chosen.coefficients is not mean_field.mo_coeff:
        _, labels, coefficients = adapt_orbitals(
            mol, chosen.coefficients, chosen.levels, chosen.sets
        )
        chosen = replace(chosen, coefficients=coefficients)
    return point_group, labels, chosen


def _active_description(
    space: ActiveSpace | None, chosen: ChosenOrbitals, *, unrestricted: bool
) -> dict[str, Any]:
    """Entries of `problem` for orbitals that are not canonical."""
    entries: dict[str, Any] = {}
    if unrestricted:
        entries["active_orbitals"] = "unrestricted"
    elif space is not None and space.kind in ("avas", "natural"):
        entries["active_orbitals"] = str(space)
    if chosen.occupations is not None:
        entries["natural_occupations"] = [float(n) for n in chosen.occupations]
    return entries


def active_orbitals(mol: Mole, orbitals: int, space: ActiveSpace | None) -> tuple[int, int]:
    """The number of doubly occupied orbitals below the active ones, and the number of these.

    Args:
        mol: the molecule.
        orbitals: how many molecular orbitals there are.
        space: which of them are active, None for all.

    Raises:
        InputError: if the active space does not fit the molecule.
    """
    if space is not None:
        return space.counts(mol, orbitals)
    if max(mol.nelec) > orbitals:
        raise InputError(
            f"{orbitals} orbitals cannot hold {max(mol.nelec)} electrons of one spin; check charge "
            "and spin, or choose a larger basis set"
        )
    return 0, orbitals


def _chosen(mean_field: SCF, space: ActiveSpace | None, *, unrestricted: bool) -> ChosenOrbitals:
    """The orbitals of a space; unrestricted ones of both spins, shape (2, nao, orbitals)."""
    count = mean_field.mo_coeff.shape[-1]
    core, norb = active_orbitals(mean_field.mol, count, space)
    if unrestricted or space is None:
        return ChosenOrbitals(mean_field.mo_coeff, mean_field.mo_energy, core, norb)
    return space.choose(mean_field)


def _orbitals(mol: Mole, chosen: ChosenOrbitals) -> MolecularOrbitals:
    """Core and active orbitals of both spins."""
    parts = slice(0, chosen.core), slice(chosen.core, chosen.core + chosen.norb)
    core, active = (chosen.coefficients[..., part] for part in parts)
    if core.ndim == 2:
        return MolecularOrbitals(mol, (core, core), (active, active))
    return MolecularOrbitals(mol, (core[0], core[1]), (active[0], active[1]))


def run_hartree_fock(molecule: Molecule, *, unrestricted: bool = False) -> tuple[SCF, list[str]]:
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
    restricted = scf.RHF if mol.spin == 0 else scf.ROHF
    mean_field = (scf.UHF if unrestricted else restricted)(mol)
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
    _sort_by_occupation(mean_field)
    return mean_field, warnings


def _sort_by_occupation(mean_field: SCF) -> None:
    """Put occupied orbitals first, as the reference determinant fills them.

    PySCF sorts by energy, and of ROHF an open orbital may lie above empty ones (the 4s of Cr).
    """
    from pyscf.lib import tag_array

    order = np.argsort(-np.asarray(mean_field.mo_occ), axis=-1, kind="stable")

    def sort(values: Any) -> Any:
        return np.take_along_axis(np.asarray(values), order, axis=-1)

    if (order == np.arange(order.shape[-1])).all():
        return
    orbitals = np.take_along_axis(mean_field.mo_coeff, order[..., None, :], axis=-1)
    energies = mean_field.mo_energy
    spins = {
        name: sort(getattr(energies, name)) for name in _ROHF_ENERGIES if hasattr(energies, name)
    }
    mean_field.mo_coeff, mean_field.mo_occ = orbitals, sort(mean_field.mo_occ)
    mean_field.mo_energy = tag_array(sort(energies), **spins)


# Energies of ROHF orbitals for either spin, as PySCF tags them.
_ROHF_ENERGIES = ("mo_ea", "mo_eb")
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

    (na, nb), norb = mean_field.mol.nelec, mean_field.mo_coeff.shape[-1]
    if mean_field.mo_coeff.ndim == 3:
        rotations = na * (norb - na) + nb * (norb - nb)
    else:
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


def _integrals(mean_field: SCF, orbitals: MolecularOrbitals) -> tuple[Any, Any, float]:
    """h1, h2 and core energy over the active orbitals; of each spin where these differ."""
    bare = mean_field.get_hcore()
    core_energy = float(mean_field.energy_nuc())
    potentials = [bare, bare]
    if orbitals.core[0].shape[1]:
        densities = np.array([core @ core.T for core in orbitals.core])
        coulomb, exchange = mean_field.get_jk(orbitals.mol, densities)
        potentials = [bare + coulomb.sum(axis=0) - part for part in exchange]
        for density, potential in zip(densities, potentials, strict=True):
            core_energy += 0.5 * float(np.einsum("ij,ji->", density, bare + potential))
    one = [
        np.ascontiguousarray(active.T @ potential @ active)
        for active, potential in zip(orbitals.active, potentials, strict=True)
    ]
    alpha, beta = orbitals.active
    if alpha is beta:
        return one[0], _repulsion(mean_field, alpha, alpha), core_energy
    pairs = ((alpha, alpha), (alpha, beta), (beta, beta))
    return tuple(one), tuple(_repulsion(mean_field, *pair) for pair in pairs), core_energy


def _repulsion(mean_field: SCF, left: Any, right: Any) -> Any:
    """(pq|rs) with p, q of the left orbitals and r, s of the right ones."""
    from pyscf import ao2mo

    stored = getattr(mean_field, "_eri", None)  # integrals over basis functions, if kept
    source = mean_field.mol if stored is None else stored
    norb = left.shape[1]
    if left is right:
        return ao2mo.restore(1, ao2mo.full(source, left), norb)
    packed = ao2mo.general(source, (left, left, right, right), compact=False)
    return packed.reshape((norb,) * 4)
