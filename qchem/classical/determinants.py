"""Matrix elements between determinants: the diagonal of all, and all elements of a few."""

from __future__ import annotations

import numpy as np

from simulator.spaces import Electrons
from simulator.typing import Floats, Integers

from ..hamiltonian import Hamiltonian


def averaged_diagonal(hamiltonian: Hamiltonian, space: Electrons) -> Floats:
    """Diagonal elements, averaged over the determinants of each configuration.

    With spin-dependent integrals they are not averaged.
    """
    (aa, ab, bb), (na, nb) = hamiltonian.two_electron, space.nelec
    a, b = (_occupations(space.strings(spin), space.norb) for spin in (0, 1))
    own_a = hamiltonian.core_energy + _own_energy(a, hamiltonian.one_electron[0], aa)
    own_b = _own_energy(b, hamiltonian.one_electron[1], bb)
    coulomb = np.einsum("ppqq->pq", ab)
    exchange = np.einsum("pqqp->pq", ab) * (1 - np.eye(space.norb))
    p, q = np.triu_indices(space.norb, 1)
    ka, kb = a @ exchange, b @ exchange
    pairs_a, pairs_b = a[:, p] * a[:, q] * exchange[p, q], b[:, p] * b[:, q]
    within = (a * ka).sum(axis=1) / 2, (b * kb).sum(axis=1) / 2
    diagonal = np.empty(space.size)
    for sector in space.sectors:
        i, j = slice(*sector.alpha), slice(*sector.beta)
        energy = own_a[i, None] + own_b[j] + (a[i] @ coulomb) @ b[j].T
        if hamiltonian.restricted:
            # Exchange between unpaired electrons: of parallel spins in this determinant, and of
            # all pairs. Its share in the average is the chance that two spins are parallel.
            paired = (a * ka)[i] @ b[j].T + a[i] @ (b * kb)[j].T - 2 * pairs_a[i] @ pairs_b[j].T
            parallel = within[0][i, None] + within[1][j] - paired
            pairs = parallel + ka[i] @ b[j].T - paired
            both = a[i] @ b[j].T
            up, down = na - both, nb - both
            chance = (up * (up - 1) + down * (down - 1)) / np.maximum(
                (up + down) * (up + down - 1), 1
            )
            energy += parallel - chance * pairs
        diagonal[sector.offset : sector.offset + energy.size] = energy.ravel()
    return diagonal


def _own_energy(occupied: Floats, h1: Floats, h2: Floats) -> Floats:
    """Energy of the electrons of one spin among themselves, for each string."""
    repulsion = np.einsum("ppqq->pq", h2) - np.einsum("pqqp->pq", h2)
    energy: Floats = occupied @ np.diag(h1) + ((occupied @ repulsion) * occupied).sum(axis=1) / 2
    return energy


def _occupations(strings: Integers, norb: int) -> Floats:
    return (strings[:, None] >> np.arange(norb) & 1).astype(float)


def determinant_matrices(
    hamiltonian: Hamiltonian, alpha: Integers, beta: Integers
) -> tuple[Floats, Floats]:
    """H and S^2 between determinants, by the Slater-Condon rules.

    Args:
        hamiltonian: the problem.
        alpha: occupation strings of alpha electrons, one for each determinant.
        beta: those of beta electrons.
    """
    (ha, hb), (aa, ab, bb) = hamiltonian.one_electron, hamiltonian.two_electron
    a, b = (_occupations(strings, hamiltonian.norb) for strings in (alpha, beta))
    matrix, spins = np.zeros((len(alpha),) * 2), np.zeros((len(alpha),) * 2)
    own = _own_energy(a, ha, aa) + _own_energy(b, hb, bb)
    mutual = ((a @ np.einsum("ppqq->pq", ab)) * b).sum(axis=1)
    np.fill_diagonal(matrix, hamiltonian.core_energy + own + mutual)
    projection = (count_bits(alpha) - count_bits(beta)) / 2
    np.fill_diagonal(spins, projection**2 + count_bits(alpha ^ beta) / 2)
    moved_a, moved_b = (count_bits(s[:, None] ^ s) // 2 for s in (alpha, beta))
    below = np.tri(len(alpha), k=-1, dtype=bool)
    ba = ab.transpose(2, 3, 0, 1)
    for strings, moved, still, h1, h2, other, occupied, others in (
        (alpha, moved_a, moved_b, ha, aa, ab, a, b),
        (beta, moved_b, moved_a, hb, bb, ba, b, a),
    ):
        i, j = np.nonzero((moved == 1) & (still == 0) & below)
        p, q, sign = _single(strings[i], strings[j])
        mean = np.einsum("pqrr->pqr", h2) - np.einsum("prrq->pqr", h2)
        mean_other = np.einsum("pqrr->pqr", other)
        fock = h1[q, p] + (mean[q, p] * occupied[j]).sum(axis=1)
        matrix[i, j] = sign * (fock + (mean_other[q, p] * others[j]).sum(axis=1))
        i, j = np.nonzero((moved == 2) & (still == 0) & below)
        p, q, between, sign = _first_of_two(strings[i], strings[j])
        r, s, second = _single(strings[i], between)
        matrix[i, j] = sign * second * (h2[q, p, s, r] - h2[q, r, s, p])
    i, j = np.nonzero((moved_a == 1) & (moved_b == 1) & below)
    p, q, sign = _single(alpha[i], alpha[j])
    r, s, second = _single(beta[i], beta[j])
    matrix[i, j] = sign * second * ab[q, p, s, r]
    spins[i, j] = np.where((p == s) & (q == r), -sign * second, 0.0)
    diagonals = np.diag(np.diag(matrix)), np.diag(np.diag(spins))
    return matrix + matrix.T - diagonals[0], spins + spins.T - diagonals[1]


def _single(after: Integers, before: Integers) -> tuple[Integers, Integers, Floats]:
    """The orbital that an electron leaves, the one it goes to, and the sign."""
    p, q = _lowest(before & ~after), _lowest(after & ~before)
    low, high = np.minimum(p, q), np.maximum(p, q)
    one = np.ones_like(p)
    crossed = count_bits(before & ((one << high) - 1) & ~((one << (low + 1)) - 1))
    return p, q, np.where(crossed & 1, -1.0, 1.0)


def _first_of_two(after: Integers, before: Integers) -> tuple[Integers, Integers, Integers, Floats]:
    """The first electron of two that move, as in `_single`, with the string between."""
    p, q = _lowest(before & ~after), _lowest(after & ~before)
    between = before ^ (np.ones_like(p) << p) ^ (np.ones_like(q) << q)
    return p, q, between, _single(between, before)[2]


def _lowest(strings: Integers) -> Integers:
    """Number of the lowest bit that is set."""
    return count_bits((strings & -strings) - 1)


def count_bits(strings: Integers) -> Integers:
    """Number of bits that are set."""
    return np.bitwise_count(strings).astype(np.int64)
