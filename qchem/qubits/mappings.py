"""Between the simulator's conventions and OpenFermion's.

OpenFermion numbers modes alpha 0, beta 0, alpha 1, ... and its matrices and vectors count mode 0
as the most significant bit.  The simulator has all alpha modes before all beta modes and qubit 0
as the least significant bit.  Both are products of creators in ascending order of their modes,
so going from one to the other permutes creators, and a determinant changes sign by the parity
of that permutation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from simulator.operators.ladder_sum import interleaving_signs
from simulator.operators.observables import PauliSum
from simulator.operators.pauli import PauliString
from simulator.spaces import Electrons, Integers

from .encoding import Encoding, check_mapping

if TYPE_CHECKING:
    from openfermion import FermionOperator, QubitOperator

# Integrals of (alpha, beta) and of pairs (aa, ab, bb), in chemists' notation.
OneElectron = tuple[NDArray[np.float64], NDArray[np.float64]]
TwoElectron = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def fermion_operator(core_energy: float, h1: OneElectron, h2: TwoElectron) -> FermionOperator:
    """The Hamiltonian as a normal-ordered sum of products of creators and annihilators."""
    from openfermion import get_fermion_operator

    return get_fermion_operator(_interaction_operator(core_energy, h1, h2, interleaved=True))


def qubit_operator(
    core_energy: float, h1: OneElectron, h2: TwoElectron, mapping: str = "jordan_wigner"
) -> QubitOperator:
    """The Hamiltonian on qubits, in OpenFermion's order of modes.

    Raises:
        InputError: for an unknown mapping, listing the known ones.
    """
    from openfermion import QubitOperator, jordan_wigner

    operator = jordan_wigner(_interaction_operator(core_energy, h1, h2, interleaved=True))
    encoding = Encoding(check_mapping(mapping), 2 * len(h1[0]))
    if mapping == "jordan_wigner":
        return operator
    image = QubitOperator()
    for string, weight in encoding.pauli_sum(pauli_sum(operator)).terms:
        image += QubitOperator(str(string), weight)
    return image


def block_pauli_sum(core_energy: float, h1: OneElectron, h2: TwoElectron) -> PauliSum:
    """The Hamiltonian on the qubits of `Electrons`, all alpha modes first (Jordan-Wigner)."""
    from openfermion import jordan_wigner

    return pauli_sum(jordan_wigner(_interaction_operator(core_energy, h1, h2, interleaved=False)))


def spin_square_sum(norb: int) -> PauliSum:
    """S^2 on the qubits of `Electrons`, all alpha modes first (Jordan-Wigner).

    S^2 = (N_a - N_b)^2 / 4 + (N_a + N_b) / 2 - sum_pq a+_qa a_pa a+_pb a_qb
    """
    identity = np.eye(norb)
    counts = np.einsum("pq,rs->pqrs", identity, identity)
    exchange = np.einsum("ps,qr->pqrs", identity, identity)
    one, same = 0.75 * identity, 0.5 * counts
    return block_pauli_sum(0.0, (one, one), (same, -0.5 * counts - exchange, same))


def pauli_sum(operator: QubitOperator) -> PauliSum:
    """OpenFermion's qubit operator as an observable of the simulator, qubit for qubit.

    Raises:
        InputError: if the operator is not Hermitian.
    """
    scale = max((abs(weight) for weight in operator.terms.values()), default=0.0)
    terms: list[tuple[PauliString, complex]] = []
    for factors, weight in operator.terms.items():
        if abs(complex(weight).imag) > 1e-12 * max(scale, 1.0):
            raise InputError(f"expected a Hermitian operator, got the coefficient {weight}")
        x = sum(1 << qubit for qubit, letter in factors if letter in "XY")
        z = sum(1 << qubit for qubit, letter in factors if letter in "YZ")
        terms.append((PauliString(x, z), complex(weight).real))
    return PauliSum(terms)


def to_openfermion_order(state: NDArray[np.inexact], space: Electrons) -> NDArray[np.inexact]:
    """A state on `Electrons` as a vector for OpenFermion's sparse matrices, shape (4^norb,)."""
    index, sign = _openfermion_index(space)
    vector = np.zeros(1 << space.num_qubits, dtype=state.dtype)
    vector[index] = sign * state
    return vector


def from_openfermion_order(vector: NDArray[np.inexact], space: Electrons) -> NDArray[np.inexact]:
    """The inverse of `to_openfermion_order`.

    Raises:
        InputError: if the vector has another length, or weight outside the space.
    """
    if vector.shape != (1 << space.num_qubits,):
        raise InputError(f"expected {1 << space.num_qubits} amplitudes, got {vector.shape}")
    index, sign = _openfermion_index(space)
    state: NDArray[np.inexact] = sign * vector[index]
    if abs(np.linalg.norm(vector) - np.linalg.norm(state)) > 1e-10:
        raise InputError(f"the vector has weight outside {space}")
    return state


def _openfermion_index(space: Electrons) -> tuple[Integers, NDArray[np.float64]]:
    configurations = space.configurations()
    alpha = configurations & ((1 << space.norb) - 1)
    beta = configurations >> space.norb
    index = np.zeros_like(configurations)
    for orbital in range(space.norb):
        shift = space.num_qubits - 1 - 2 * orbital
        index |= (alpha >> orbital & 1) << shift | (beta >> orbital & 1) << (shift - 1)
    return index, interleaving_signs(configurations, space.norb)


def _interaction_operator(
    core_energy: float, h1: OneElectron, h2: TwoElectron, *, interleaved: bool
) -> Any:
    """Spin-orbital integrals in OpenFermion's a+_p a+_q a_r a_s ordering of indices."""
    from openfermion import InteractionOperator

    norb = len(h1[0])
    modes = (
        (slice(0, None, 2), slice(1, None, 2))
        if interleaved
        else (slice(0, norb), slice(norb, None))
    )
    one = np.zeros((2 * norb,) * 2)
    two = np.zeros((2 * norb,) * 4)
    aa, ab, bb = h2
    pairs = {(0, 0): aa, (0, 1): ab, (1, 0): ab.transpose(2, 3, 0, 1), (1, 1): bb}
    for spin, integrals in enumerate(h1):
        one[modes[spin], modes[spin]] = integrals
    for (s, t), coulomb in pairs.items():
        two[modes[s], modes[t], modes[t], modes[s]] = 0.5 * coulomb.transpose(0, 2, 3, 1)
    return InteractionOperator(core_energy, one, two)
