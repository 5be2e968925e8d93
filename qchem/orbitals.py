"""Molecular orbitals behind a Hamiltonian: what turns its numbers into functions in space."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.storage import write_atomically

if TYPE_CHECKING:
    from pyscf.gto import Mole

    from .density import DensityMatrices
    from .hamiltonian import Hamiltonian

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MolecularOrbitals:
    """Orbitals as columns of coefficients over basis functions, alpha and beta.

    Attributes:
        mol: PySCF's molecule.
        core: the doubly occupied ones below the active space, each of shape (nao, core).
        active: those of the Hamiltonian, each of shape (nao, norb).
    """

    mol: Mole
    core: tuple[Floats, Floats]
    active: tuple[Floats, Floats]

    def density(self, one: tuple[Any, Any]) -> Floats:
        """The density over basis functions of both spins, shape (nao, nao).

        Args:
            one: one-particle density matrices of both spins over the active orbitals.
        """
        total = np.zeros((self.mol.nao,) * 2)
        for core, active, density in zip(self.core, self.active, one, strict=True):
            total += core @ core.T + active @ np.real(density) @ active.T
        return total

    @property
    def overlap(self) -> Floats:
        """<p alpha|q beta> of the active orbitals, shape (norb, norb)."""
        metric = self.mol.intor_symmetric("int1e_ovlp")
        between: Floats = self.active[0].T @ metric @ self.active[1]
        return between


def write_molden(
    hamiltonian: Hamiltonian, path: str | Path, density: DensityMatrices | None = None
) -> None:
    """Write core and active orbitals to a molden file, which viewers show as surfaces.

    With a density the active ones are its natural orbitals with their occupations; otherwise the
    orbitals of the Hamiltonian, occupied as in the reference.

    Raises:
        InputError: if the Hamiltonian is not of a molecule, its orbitals differ between the spins
            or the file cannot be written.
    """
    from tempfile import TemporaryDirectory

    from pyscf.tools import molden

    orbitals = hamiltonian.orbitals
    if orbitals is None or not hamiltonian.restricted:
        raise InputError(
            "a molden file needs the Hamiltonian of a molecule with restricted orbitals"
        )
    active = orbitals.active[0]
    if density is None:
        filled = [np.arange(hamiltonian.norb) < count for count in hamiltonian.nelec]
        occupations = filled[0].astype(float) + filled[1]
    else:
        occupations, rotation = density.natural_orbitals()
        active = active @ rotation.real
    core = orbitals.core[0]
    coefficients = np.hstack([core, active])
    occupations = np.concatenate([np.full(core.shape[1], 2.0), occupations])
    with TemporaryDirectory() as folder:
        made = Path(folder) / "orbitals.molden"
        molden.from_mo(orbitals.mol, str(made), coefficients, occ=occupations)
        content = made.read_bytes()

    def write(file: BinaryIO) -> None:
        file.write(content)

    write_atomically(path, write)
