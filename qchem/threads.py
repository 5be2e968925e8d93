"""The number of threads, for PySCF, BLAS and the simulator's kernels alike."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .molecules.active_space import ActiveSpace
    from .molecules.molecule import Molecule

# Up to so many basis functions and determinants every step takes a fraction of a second with one
# thread. Several threads would mostly wait for each other, and they wait by spinning.
_FEW_FUNCTIONS, _FEW_DETERMINANTS = 30, 5_000


def use_threads(count: int | None) -> None:
    """Let PySCF, BLAS and the simulator use `count` threads; as many as they do if None."""
    if count is None:
        return
    from pyscf import lib

    from qminima.blas import use_blas_threads
    from simulator.threads import set_threads

    lib.num_threads(count)
    use_blas_threads(count)
    set_threads(count)


def suitable_threads(molecule: Molecule, active_space: ActiveSpace | None) -> int | None:
    """One thread for molecules so small that several take longer; None for all others.

    None as well where the environment (OMP_NUM_THREADS and others) says how many there are.
    """
    from qminima.blas import is_chosen

    from .hartree_fock import active_orbitals

    if is_chosen():
        return None
    mol = molecule.to_pyscf()
    if mol.nao > _FEW_FUNCTIONS or (active_space is not None and active_space.kind == "avas"):
        return None
    core, norb = active_orbitals(mol, mol.nao, active_space)
    determinants = comb(norb, mol.nelec[0] - core) * comb(norb, mol.nelec[1] - core)
    return 1 if determinants <= _FEW_DETERMINANTS else None
