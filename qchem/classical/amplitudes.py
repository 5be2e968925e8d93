"""Cluster amplitudes of classical methods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.operators.generators import Excitation
from simulator.typing import Floats

from ..hamiltonian import Hamiltonian

# A denominator below this, in hartree, says nothing about the amplitude.
_SMALLEST_GAP = 1e-3


@dataclass(frozen=True, eq=False)
class Amplitudes:
    """Cluster amplitudes by spin, occupied before empty indices, empty ones counted from zero.

    Attributes:
        t1: singles (alpha, beta), each of shape (occupied, empty).
        t2: doubles (aa, ab, bb) of shape (occupied, occupied, empty, empty); those of equal
            spins are antisymmetric.
    """

    t1: tuple[Floats, Floats]
    t2: tuple[Floats, Floats, Floats]

    @staticmethod
    def cover(excitation: Excitation, nelec: tuple[int, int]) -> bool:
        """Whether an excitation leads from occupied to empty orbitals."""
        parts = (excitation.alpha, excitation.beta)
        return all(
            max(leave, default=-1) < count <= min(fill, default=count)
            for (leave, fill), count in zip(parts, nelec, strict=True)
        )

    def of(self, excitation: Excitation, nelec: tuple[int, int]) -> float:
        """The amplitude of an excitation from occupied to empty orbitals, else zero."""
        parts = (excitation.alpha, excitation.beta)
        if not self.cover(excitation, nelec):
            return 0.0
        ranks = (len(excitation.alpha[0]), len(excitation.beta[0]))
        leaves = [i for leave, _ in parts for i in leave]
        fills = [a - count for (_, fill), count in zip(parts, nelec, strict=True) for a in fill]
        table = {
            (1, 0): self.t1[0], (0, 1): self.t1[1],
            (2, 0): self.t2[0], (1, 1): self.t2[1], (0, 2): self.t2[2],
        }.get(ranks)  # fmt: skip
        return 0.0 if table is None else float(table[*leaves, *fills])


def mp2_amplitudes(hamiltonian: Hamiltonian) -> Amplitudes:
    """First-order amplitudes with the diagonal of the Fock matrices as orbital energies.

    t_i^a = f_ia / (e_i - e_a),   t_ij^ab = <ij||ab> / (e_i + e_j - e_a - e_b)
    """
    fock, nelec = hamiltonian.fock, hamiltonian.nelec
    occupied = [slice(0, count) for count in nelec]
    empty = [slice(count, None) for count in nelec]
    energies = [np.diag(matrix) for matrix in fock]
    gaps = [energies[s][occupied[s], None] - energies[s][None, empty[s]] for s in (0, 1)]
    t1 = [_divide(fock[s][occupied[s], empty[s]], gaps[s]) for s in (0, 1)]
    t2 = []
    for h2, (s, t) in zip(hamiltonian.two_electron, ((0, 0), (0, 1), (1, 1)), strict=True):
        coulomb = h2[occupied[s], empty[s], occupied[t], empty[t]].transpose(0, 2, 1, 3)
        if s == t:
            coulomb = coulomb - coulomb.transpose(0, 1, 3, 2)
        gap = gaps[s][:, None, :, None] + gaps[t][None, :, None, :]
        t2.append(_divide(coulomb, gap))
    return Amplitudes((t1[0], t1[1]), (t2[0], t2[1], t2[2]))


def _divide(numerator: Floats, denominator: Floats) -> Floats:
    """The quotient, and zero where the denominator says nothing."""
    safe = np.abs(denominator) > _SMALLEST_GAP
    return np.divide(numerator, denominator, out=np.zeros(numerator.shape), where=safe)
