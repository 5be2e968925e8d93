"""Phases of polynomials of degree two on determinants, any number of them in one pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..lowering.planar import Planar, turn
from ..operators.polynomial import Polynomial
from ..spaces import Electrons
from ..typing import Floats, Integers


class QuadraticPhases:
    """exp(-i sum_k a_k f_k) on `Electrons`, with f_k of degree two in the spins at most.

    With the vectors v = (1, z_1 ... z_norb) of alpha and of beta strings, each f is

        f(I, J) = v_I W_aa v_I + v_J W_bb v_J + v_I W_ab v_J,

    so that the angles add up to three small matrices, the values of all determinants are products
    of matrices, and the derivatives by all angles come from the three moments
    sum_IJ v_I v_I' M_IJ of M = Im(conj(lam) psi), in one pass whatever the number of steps.

    Args:
        space: the determinants.
        polynomials: f_k of each step.

    Raises:
        SpaceError: if a polynomial has more qubits than the space.
        ValueError: if one is of a higher degree; see `supports`.
    """

    real = False

    def __init__(self, space: Electrons, polynomials: Sequence[Polynomial]) -> None:
        self._space, self._count = space, len(polynomials)
        self._vectors = [_spins(space.strings(spin), space.norb) for spin in (0, 1)]
        entries: list[list[tuple[int, int, int, float]]] = [[], [], []]
        for step, polynomial in enumerate(polynomials):
            polynomial.check(space)
            if not self.supports(polynomial):
                raise ValueError("expected polynomials of degree two at most")
            for qubits, weight in polynomial.terms:
                block, row, column = self._place(qubits)
                entries[block].append((step, row, column, weight))
        # Of each block: steps, rows, columns and weights of its terms.
        self._terms = [
            tuple(np.array(part) for part in zip(*block, strict=True)) if block else None
            for block in entries
        ]

    @staticmethod
    def supports(polynomial: Polynomial) -> bool:
        """Whether no term has more than two spins."""
        return all(len(qubits) <= 2 for qubits, _ in polynomial.terms)

    def _place(self, qubits: tuple[int, ...]) -> tuple[int, int, int]:
        """Block (aa, bb, ab), row and column of a term; place 0 of a vector is the one."""
        norb = self._space.norb
        alpha = [q + 1 for q in qubits if q < norb]
        beta = [q - norb + 1 for q in qubits if q >= norb]
        if not beta:
            row, column = [0, 0, *alpha][-2:]
            return 0, row, column
        if len(beta) == 2:
            return 1, beta[0], beta[1]
        return 2, alpha[0] if alpha else 0, beta[0]

    def forward(self, psi: Planar, angles: Floats) -> None:
        """Multiply by the phases."""
        for part, phases in self._phases(angles):
            turn(psi[:, part], np.cos(phases), np.sin(phases))

    def backward(self, psi: Planar, lam: Planar, angles: Floats) -> Floats:
        """Undo the phases on both states; return Re <lam| -i f_k |psi> of each step."""
        moments = [np.zeros((self._space.norb + 1,) * 2) for _ in range(3)]
        for (part, phases), (alpha, beta) in zip(
            self._phases(angles), self._rectangles(), strict=True
        ):
            ket, costate = psi[:, part], lam[:, part]
            products = (costate[0] * ket[1] - costate[1] * ket[0]).astype(np.float64, copy=False)
            weights = products.reshape(len(alpha), len(beta))
            moments[0] += alpha.T @ (weights.sum(axis=1)[:, None] * alpha)
            moments[1] += beta.T @ (weights.sum(axis=0)[:, None] * beta)
            moments[2] += alpha.T @ weights @ beta
            cosines, sines = np.cos(phases), -np.sin(phases)
            turn(ket, cosines, sines)
            turn(costate, cosines, sines)
        overlaps = np.zeros(self._count)
        for terms, moment in zip(self._terms, moments, strict=True):
            if terms is not None:
                steps, rows, columns, weight = terms
                overlaps += np.bincount(
                    steps, weights=weight * moment[rows, columns], minlength=self._count
                )
        return overlaps

    def _rectangles(self) -> list[tuple[Floats, Floats]]:
        """The vectors of alpha and beta strings of each sector."""
        alpha, beta = self._vectors
        return [
            (alpha[slice(*sector.alpha)], beta[slice(*sector.beta)])
            for sector in self._space.sectors
        ]

    def _phases(self, angles: Floats) -> list[tuple[slice, Floats]]:
        """Of each sector its positions, and sum_k a_k f_k there."""
        matrices = [np.zeros((self._space.norb + 1,) * 2) for _ in range(3)]
        for terms, matrix in zip(self._terms, matrices, strict=True):
            if terms is not None:
                steps, rows, columns, weight = terms
                np.add.at(matrix, (rows, columns), angles[steps] * weight)
        found = []
        for sector, (alpha, beta) in zip(self._space.sectors, self._rectangles(), strict=True):
            values = alpha @ matrices[2] @ beta.T
            values += np.einsum("ip,pq,iq->i", alpha, matrices[0], alpha, optimize=True)[:, None]
            values += np.einsum("ip,pq,iq->i", beta, matrices[1], beta, optimize=True)
            found.append((slice(sector.offset, sector.offset + values.size), values.ravel()))
        return found


def _spins(strings: Integers, norb: int) -> Floats:
    """1 and the spins z_p of each string, shape (strings, 1 + norb)."""
    bits = strings[:, None] >> np.arange(norb) & 1
    return np.hstack([np.ones((len(strings), 1)), 1.0 - 2.0 * bits])
