"""Unitary cluster Jastrow: rotations of orbitals around phases of pairs of electrons.

    |psi> = V prod_l U_l exp(i J_l) U_l^dagger |reference>
    J = 1/2 sum_{pq,st} J^{st}_pq n_ps n_qt

The same matrix J serves both pairs of equal spins. Matsuzawa and Kurashige, J. Chem. Theory Comput.
16, 944 (2020), doi:10.1021/acs.jctc.9b00963; the local form: Motta et al., Chem. Sci. 14, 11213
(2023), doi:10.1039/d3sc02516k.

A unitary matrix U is written O D O' with networks of real rotations O and O' and phases D, so that
all angles are parameters of single factors; phases to the right of O' would cancel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from qminima.limits import check_count
from simulator.circuit import BasisState, Circuit, Step
from simulator.operators.generators import Diagonal, OrbitalRotation
from simulator.operators.polynomial import Polynomial
from simulator.typing import Floats

from ..classical.amplitudes import Amplitudes
from ..hamiltonian import Hamiltonian
from .orbital_rotation import givens_angles, givens_pairs
from .pools import closed_shell

Pair = tuple[int, int]


def ucj(hamiltonian: Hamiltonian, layers: int = 1) -> Circuit:
    """Unitary cluster Jastrow with phases between all pairs of orbitals.

    With as many layers as there are terms in the factorisation of the double amplitudes it holds
    their exponential; `ucj_start` takes parameters from there. A layer has norb (2 norb + 1)
    parameters, and the last rotation norb (norb - 1) / 2.

    Raises:
        InputError: for open shells, or fewer layers than one.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> ucj(qchem.electronic_hamiltonian(molecule)).num_parameters
    11
    """
    return _build(hamiltonian, layers, local=False)


def local_ucj(hamiltonian: Hamiltonian, layers: int = 1) -> Circuit:
    """Unitary cluster Jastrow with phases between neighbours only: the local form.

    Electrons of one spin interact between orbitals p and p + 1, those of opposite spins in the same
    orbital, so that on a square lattice of qubits all gates are between neighbours.

    Raises:
        InputError: for open shells, or fewer layers than one.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> local_ucj(qchem.electronic_hamiltonian(molecule)).num_parameters
    8
    """
    return _build(hamiltonian, layers, local=True)


def ucj_start(
    hamiltonian: Hamiltonian, amplitudes: Amplitudes, layers: int = 1, *, local: bool = False
) -> Floats:
    """Parameters from cluster amplitudes, shape (num_parameters,) of the circuit.

    The doubles are factorised,

        T2 - T2^dagger = i sum_l U_l (1/2 sum_pq,st J^l_pq n_ps n_qt) U_l^dagger,

    from the eigenvectors of t_ia,jb, two terms for each; the terms of the largest eigenvalues are
    taken, and the singles turn the orbitals at the end. In the local form, elements of J that have
    no phase are dropped.

    Raises:
        InputError: as `ucj`.
    """
    check_count("layers", layers)
    occupied = closed_shell(hamiltonian.space, "ucj", "uccsd or uccgsd")
    norb = hamiltonian.norb
    terms = _factorised(amplitudes.t2[1], norb)
    parameters: list[float] = []
    same, opposite = _pairs(norb, local=local)
    none = np.zeros((norb, norb))
    for _ in range(layers):
        coulomb, rotation = next(terms, (none, np.eye(norb, dtype=complex)))
        outer, phases, inner = decomposed(rotation)
        parameters += [*outer, *phases, *inner]
        parameters += [coulomb[pair] for pair in (*same, *opposite)]
    singles = np.zeros((norb, norb))
    singles[occupied:, :occupied] = amplitudes.t1[0].T
    angles, _ = givens_angles(_exponential(singles - singles.T))
    return np.array([*parameters, *angles])


def _build(hamiltonian: Hamiltonian, layers: int, *, local: bool) -> Circuit:
    check_count("layers", layers)
    name = "local UCJ" if local else "UCJ"
    space = hamiltonian.space
    closed_shell(space, name, "uccsd or uccgsd")
    norb = hamiltonian.norb
    pairs, (same, opposite) = givens_pairs(norb), _pairs(norb, local=local)
    steps: list[Step] = []
    count = 0

    def numbers(length: int) -> range:
        nonlocal count
        count += length
        return range(count - length, count)

    for _ in range(layers):
        outer, phases, inner = (numbers(k) for k in (len(pairs), norb, len(pairs)))
        steps += _inverse(_network(pairs, outer))
        steps += _inverse(_orbital_phases(phases, norb))
        steps += _inverse(_network(pairs, inner))
        steps += _jastrow(same, numbers(len(same)), norb, opposite=False)
        steps += _jastrow(opposite, numbers(len(opposite)), norb, opposite=True)
        steps += _network(pairs, inner)
        steps += _orbital_phases(phases, norb)
        steps += _network(pairs, outer)
    steps += _network(pairs, numbers(len(pairs)))
    name += f" ({layers})"
    return Circuit(space, BasisState(space.reference), tuple(steps), name=name)


def _pairs(norb: int, *, local: bool) -> tuple[list[Pair], list[Pair]]:
    """Pairs of orbitals whose electrons of equal, and of opposite spins interact."""
    if local:
        return [(p, p + 1) for p in range(norb - 1)], [(p, p) for p in range(norb)]
    every = [(p, q) for p in range(norb) for q in range(p, norb)]
    return every, every


def _network(pairs: Sequence[Pair], numbers: range) -> list[Step]:
    return [
        Step(OrbitalRotation(*pair), ((number, 1.0),))
        for pair, number in zip(pairs, numbers, strict=True)
    ]


def _orbital_phases(numbers: range, norb: int) -> list[Step]:
    """exp(i a n_p) of each orbital, both spins."""
    return [
        Step(Diagonal(_occupations([((p, 0),), ((p, 1),)], norb)), ((number, -1.0),))
        for p, number in enumerate(numbers)
    ]


def _jastrow(pairs: Sequence[Pair], numbers: range, norb: int, *, opposite: bool) -> Iterator[Step]:
    """exp(i J_pq ...) of each pair."""
    for (p, q), number in zip(pairs, numbers, strict=True):
        products: set[tuple[Pair, ...]]
        if opposite:
            products, weight = {((p, 0), (q, 1)), ((q, 0), (p, 1))}, 1.0
        elif p == q:  # n^2 = n, and half of it
            products, weight = {((p, 0),), ((p, 1),)}, 0.5
        else:
            products, weight = {((p, 0), (q, 0)), ((p, 1), (q, 1))}, 1.0
        yield Step(Diagonal(_occupations(sorted(products), norb)), ((number, -weight),))


def _occupations(products: Iterable[tuple[Pair, ...]], norb: int) -> Polynomial:
    """The sum of products of occupation numbers, n = (1 - z)/2."""
    terms: list[tuple[tuple[int, ...], float]] = []
    for product in products:
        qubits = [orbital + spin * norb for orbital, spin in product]
        parts: list[tuple[tuple[int, ...], float]] = [((), 1.0)]
        for qubit in qubits:
            parts = [
                part
                for chosen, weight in parts
                for part in ((chosen, weight / 2), ((*chosen, qubit), -weight / 2))
            ]
        terms += parts
    return Polynomial(terms)


def _inverse(steps: Sequence[Step]) -> list[Step]:
    return [
        Step(step.generator, tuple((number, -c) for number, c in step.coefficients))
        for step in reversed(steps)
    ]


def _factorised(t2: Floats, norb: int) -> Iterator[tuple[Floats, NDArray[np.complex128]]]:
    """Matrices J and U of the terms of T2 - T2^dagger, largest first."""
    occupied, empty = t2.shape[0], t2.shape[2]
    size = occupied * empty
    values, vectors = np.linalg.eigh(t2.transpose(0, 2, 1, 3).reshape(size, size))
    for number in np.argsort(-np.abs(values)):
        moved = np.zeros((norb, norb))
        moved[occupied:, :occupied] = vectors[:, number].reshape(occupied, empty).T
        for sign in (1, -1):
            normal = (1 - sign * 1j) / 2 * (moved + sign * 1j * moved.T)
            weights, rotation = np.linalg.eigh(normal)
            yield sign * values[number] * np.outer(weights, weights), rotation


def decomposed(unitary: NDArray[np.complex128]) -> tuple[Floats, Floats, Floats]:
    """Angles of O, D and O' with U = O D O', up to phases to the right.

    U U^T = O D^2 O^T is symmetric and unitary, so its real and imaginary parts have common
    eigenvectors, those of any mixture of the two that has no degeneracy they have not.
    """
    square = unitary @ unitary.T
    _, outer = np.linalg.eigh(square.real + np.sqrt(2) * square.imag)
    phases = np.angle(np.einsum("pi,pq,qi->i", outer, square, outer)) / 2
    inner = (np.exp(-1j * phases)[:, None] * (outer.T @ unitary)).real
    outer_angles, signs = givens_angles(outer)
    phases = phases + np.where(signs < 0, np.pi, 0.0)
    inner_angles, _ = givens_angles(inner)
    return outer_angles, phases, inner_angles


def _exponential(matrix: Floats) -> Floats:
    from scipy.linalg import expm

    image: Floats = expm(matrix)
    return image
