"""The Hamiltonian on determinants: a sparse matrix while small, else direct CI by PySCF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.operators import MatrixOperator, Operator
from simulator.planar import Planar
from simulator.spaces import Electrons

if TYPE_CHECKING:
    from scipy.sparse import csr_array


# Up to here the matrix takes little time to build and its product beats the fixed costs of
# PySCF's routine, which wakes all threads at each call.
MATRIX_SIZE = 1500


def lower(h1: Any, h2: Any, core_energy: float, space: Electrons) -> Operator:
    """The faster of the two forms for the size of the space.

    Args:
        h1: one-electron integrals as in `Hamiltonian`.
        h2: two-electron integrals as in `Hamiltonian`.
        core_energy: added to every diagonal element.
        space: the determinants.
    """
    if sum(space.nelec) > 0 and space.size <= MATRIX_SIZE:
        return MatrixOperator(hamiltonian_matrix(h1, h2, core_energy, space))
    return DirectCIOperator(h1, h2, core_energy, space)


def hamiltonian_matrix(h1: Any, h2: Any, core_energy: float, space: Electrons) -> csr_array[Any]:
    """All matrix elements between determinants, by PySCF's Slater-Condon rules."""
    from pyscf.fci import direct_spin1, direct_uhf
    from scipy.sparse import csr_array

    direct = direct_uhf if isinstance(h1, tuple) else direct_spin1
    order, block = direct.pspace(h1, h2, space.norb, space.nelec, np=space.size)
    matrix = np.empty((space.size, space.size))
    matrix[np.ix_(order, order)] = block
    matrix[np.abs(matrix) < 1e-14] = 0.0
    matrix[np.diag_indices(space.size)] += core_energy
    return csr_array(matrix)


class DirectCIOperator:
    """H on `Electrons`, applied without storing a matrix; link tables are built once."""

    real = True

    def __init__(self, h1: Any, h2: Any, core_energy: float, space: Electrons) -> None:
        from pyscf.fci import cistring, direct_spin1, direct_uhf

        self._norb, self._nelec = space.norb, space.nelec
        self._shape = space.shape
        self._core_energy = core_energy
        self._empty = sum(space.nelec) == 0
        self._links = tuple(
            cistring.gen_linkstr_index_trilidx(range(space.norb), count) for count in space.nelec
        )
        direct = direct_uhf if isinstance(h1, tuple) else direct_spin1
        self._contract: Any = direct.contract_2e
        self._integrals = (
            None if self._empty else direct.absorb_h1e(h1, h2, space.norb, space.nelec, 0.5)
        )

    def apply(self, psi: Planar, out: Planar) -> None:
        """Write H psi, real and imaginary parts one after the other."""
        for row, target in zip(psi, out, strict=True):
            target[:] = self._apply_real(row) + self._core_energy * row

    def _apply_real(self, vector: Planar) -> NDArray[np.float64]:
        matrix = np.ascontiguousarray(vector, dtype=float).reshape(self._shape)
        if self._empty:
            return np.zeros(matrix.size)
        image = self._contract(self._integrals, matrix, self._norb, self._nelec, self._links)
        return np.asarray(image, dtype=float).ravel()
