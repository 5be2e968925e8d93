"""Molecular orbitals behind a Hamiltonian: what turns its numbers into functions in space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.typing import Floats

if TYPE_CHECKING:
    from pyscf.gto import Mole


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
