"""Orbitals as files that viewers show."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from qminima.errors import InputError
from qminima.storage import write_atomically

from ..hamiltonian import Hamiltonian
from ..properties.density import DensityMatrices


def write_molden(
    hamiltonian: Hamiltonian, path: str | Path, density: DensityMatrices | None = None
) -> None:
    """Write core and active orbitals to a molden file, which viewers show as surfaces.

    With a density the active ones are its natural orbitals with their occupations; otherwise the
    orbitals of the Hamiltonian, occupied as in the reference.

    Raises:
        InputError: if the Hamiltonian is not of a molecule, its orbitals differ between the spins,
            the density is over others, or the file cannot be written.
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
        if len(density.one[0]) != hamiltonian.norb:
            raise InputError(
                f"expected a density over {hamiltonian.norb} orbitals, got {len(density.one[0])}"
            )
        # Of a complex state, the density of electrons in space is that of the real part.
        values, vectors = np.linalg.eigh(np.real(density.spin_summed))
        occupations, active = values[::-1], active @ vectors[:, ::-1]
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
