"""Slow, simple references for everything fast, for tests and for new generators.

All matrices here are built from definitions: Kronecker products of 2 x 2 matrices, for Pauli
strings and for Jordan-Wigner operators, then projected onto the space.  Zeros are left out until a
matrix is returned, which is dense.  Nothing is shared with the kernels.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .circuit import Circuit
from .lowering.planar import join, split
from .operators.generator import Generator
from .operators.generators import Excitation, SparseGenerator
from .operators.ladder_sum import LadderSum
from .operators.mixers import GroverMixer
from .operators.observables import Matrix, PauliSum
from .operators.pauli import PauliString
from .operators.polynomial import Polynomial
from .spaces import FlipSymmetric, Space

Dense = NDArray[np.complex128]
Sparse = Any  # a matrix of scipy.sparse

_LETTERS = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.array([[1, 0], [0, -1]]),
}


@cache
def _pauli_string(string: PauliString, num_qubits: int) -> Sparse:
    from scipy import sparse

    matrix = sparse.csr_array(np.ones((1, 1), dtype=complex))
    for qubit in range(num_qubits):
        x, z = string.x >> qubit & 1, string.z >> qubit & 1
        letter = {(0, 0): "I", (1, 0): "X", (1, 1): "Y", (0, 1): "Z"}[x, z]
        matrix = sparse.kron(_LETTERS[letter], matrix, format="csr")
    return matrix


def dense_pauli_string(string: PauliString, num_qubits: int) -> Dense:
    """The Kronecker product, qubit 0 the fastest index."""
    return _dense(_pauli_string(string, num_qubits))


def _pauli_sum(operator: PauliSum, num_qubits: int) -> Sparse:
    from scipy import sparse

    matrix = sparse.csr_array((1 << num_qubits, 1 << num_qubits), dtype=complex)
    for string, weight in operator.terms:
        matrix = matrix + weight * _pauli_string(string, num_qubits)
    return matrix


def dense_pauli_sum(operator: PauliSum, num_qubits: int) -> Dense:
    """The sum of Kronecker products."""
    return _dense(_pauli_sum(operator, num_qubits))


@cache
def _annihilator(mode: int, num_modes: int, signed: bool = True) -> Sparse:
    """|0><1| on one mode, and Z on all lower ones if signed."""
    from scipy import sparse

    lower, other_modes = np.array([[0, 1], [0, 0]]), _LETTERS["Z" if signed else "I"]
    matrix = sparse.csr_array(np.ones((1, 1)))
    for other in range(num_modes):
        factor = other_modes if other < mode else lower if other == mode else np.eye(2)
        matrix = sparse.kron(factor, matrix, format="csr")
    return matrix


def dense_annihilator(mode: int, num_modes: int) -> Dense:
    """c_mode in the Jordan-Wigner representation: Z on all lower modes, |0><1| on the mode."""
    return _dense(_annihilator(mode, num_modes))


def _excitation(excitation: Excitation, norb: int) -> Sparse:
    from scipy import sparse

    operator = sparse.eye_array(1 << 2 * norb, format="csr")
    for offset, (leave, fill) in ((0, excitation.alpha), (norb, excitation.beta)):
        for orbital in fill:
            operator = operator @ _annihilator(offset + orbital, 2 * norb).T
        for orbital in reversed(leave):
            operator = operator @ _annihilator(offset + orbital, 2 * norb)
    return operator - operator.T


def dense_excitation(excitation: Excitation, norb: int) -> Dense:
    """T - T^dagger on all 2 norb modes, alpha modes first."""
    return _dense(_excitation(excitation, norb))


def _ladder_sum(generator: LadderSum, norb: int) -> Sparse:
    from scipy import sparse

    modes = 2 * norb
    ones = np.ones(1 << modes)
    signs = sparse.diags_array(ones if generator.signed else interleaving_signs(norb))
    total = sparse.csr_array((1 << modes, 1 << modes))
    for product, weight in generator.terms:
        operator = sparse.eye_array(1 << modes, format="csr")
        for orbital, spin, creates in product:
            factor = _annihilator(orbital + spin * norb, modes, generator.signed)
            operator = operator @ (factor.T if creates else factor)
        total = total + weight * (signs @ operator @ signs)
    return total


def dense_ladder_sum(generator: LadderSum, norb: int) -> Dense:
    """The sum of products on all 2 norb modes, alpha modes first."""
    return _dense(_ladder_sum(generator, norb))


@cache
def interleaving_signs(norb: int) -> NDArray[np.float64]:
    """Signs of the determinants that creators in the order 0a, 0b, 1a, 1b, ... make.

    Shape (4^norb,), relative to determinants with all alpha modes first.
    """
    modes = 2 * norb
    signs = np.zeros(1 << modes)
    for configuration in range(1 << modes):
        state = np.zeros(1 << modes)
        state[0] = 1
        for orbital in reversed(range(norb)):
            for mode in (norb + orbital, orbital):
                if configuration >> mode & 1:
                    state = _annihilator(mode, modes).T @ state
        signs[configuration] = state[configuration]
    return signs


def isometry(space: Space) -> Dense:
    """The embedding of a space into all qubits, columns over positions of the space."""
    return _dense(_isometry(space))


def _isometry(space: Space) -> Sparse:
    from scipy import sparse

    configurations, positions = np.asarray(space.configurations()), np.arange(space.size)
    rows, weight = [configurations], 1.0
    if isinstance(space, FlipSymmetric):
        rows, weight = [configurations, configurations ^ space.mask], float(np.sqrt(0.5))
    return sum(
        sparse.csr_array(
            (np.full(space.size, weight), (row, positions)), (1 << space.num_qubits, space.size)
        )
        for row in rows
    )


def _within(full: Any, space: Space) -> Dense:
    """A matrix on all qubits over the positions of the space."""
    embed = _isometry(space)
    return _dense(embed.T @ full @ embed)


def _dense(matrix: Any) -> Dense:
    dense = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
    return np.asarray(dense, dtype=complex)


def dense_generator(generator: Generator, space: Space) -> Dense:
    """The matrix of A over the positions of the space, from Pauli strings on all qubits.

    Raises:
        TypeError: for a generator without Pauli strings or another definition here.
        SpaceError: if it does not fit the space.
    """
    terms = generator.pauli_terms(space)
    if terms is not None:
        return _within(-1j * _pauli_sum(PauliSum(terms), space.num_qubits), space)
    if isinstance(generator, GroverMixer):
        return np.full((space.size, space.size), 1j / space.size)
    if isinstance(generator, SparseGenerator):
        return np.asarray(generator.matrix.toarray(), dtype=complex)
    raise TypeError(f"no dense twin of {generator} on {space}")


def _xy(pairs: Iterable[tuple[int, int]], num_qubits: int) -> Sparse:
    terms = [(f"{letter}{p} {letter}{q}", 0.5) for p, q in pairs for letter in "XY"]
    strings = [(PauliString.parse(text), weight) for text, weight in terms]
    return _pauli_sum(PauliSum(strings), num_qubits)


def dense_xy(pairs: Iterable[tuple[int, int]], num_qubits: int) -> Dense:
    """The sum of (X_p X_q + Y_p Y_q)/2."""
    return _dense(_xy(pairs, num_qubits))


def _polynomial(polynomial: Polynomial, num_qubits: int) -> Sparse:
    from scipy import sparse

    values = [polynomial.value(configuration) for configuration in range(1 << num_qubits)]
    return sparse.diags_array(np.array(values, dtype=complex))


def dense_polynomial(polynomial: Polynomial, num_qubits: int) -> Dense:
    """The diagonal matrix of f(x), one configuration at a time."""
    return _dense(_polynomial(polynomial, num_qubits))


def dense_observable(observable: PauliSum | Polynomial | Matrix, space: Space) -> Dense:
    """The matrix of an observable over the positions of the space, shape (size, size)."""
    if isinstance(observable, Matrix):
        return np.asarray(observable.matrix.toarray(), dtype=complex)
    if isinstance(observable, PauliSum):
        full = _pauli_sum(observable, space.num_qubits)
    else:
        full = _polynomial(observable, space.num_qubits)
    return _within(full, space)


def dense_state(circuit: Circuit, params: Any) -> Dense:
    """The circuit's state by one matrix exponential per step."""
    from scipy.sparse import csr_array
    from scipy.sparse.linalg import expm_multiply

    initial = np.empty(circuit.space.size)
    circuit.initial_state.on(circuit.space)(initial)
    state = initial.astype(complex)
    for step, angle in zip(circuit.steps, circuit.angles(params), strict=True):
        generator = csr_array(dense_generator(step.generator, circuit.space))
        state = expm_multiply(angle * generator, state)
    return state


def random_state(size: int, *, seed: int, real: bool = False) -> NDArray[np.inexact]:
    """A normalised random vector."""
    rng = np.random.default_rng(seed)
    state = rng.normal(size=size) + (0 if real else 1j * rng.normal(size=size))
    return state / np.linalg.norm(state)


def check_generator(generator: Generator, space: Space, *, seed: int = 0) -> None:
    """The contract of every generator on every space it supports.

    A is anti-Hermitian and equals its dense twin; `forward` equals the matrix exponential,
    keeps the norm, is undone by the opposite angle and has the derivative A psi; `backward`
    undoes both states and returns Re <lam|A|psi>; real actions keep real states real.

    Raises:
        AssertionError: naming the first property that does not hold.
    """
    from scipy.linalg import expm

    action = generator.on(space)
    dense = dense_generator(generator, space)
    psi, lam = (random_state(space.size, seed=seed + k) for k in (0, 1))
    angle = 0.37 + 0.1 * seed
    exponential, inverse = (expm(sign * angle * dense) for sign in (1, -1))

    def planar(vector: NDArray[np.inexact]) -> Any:
        return split(vector, 2, np.float64)

    def check(name: str, got: Any, expected: Any, tolerance: float = 1e-11) -> None:
        error = np.abs(np.asarray(got) - expected).max(initial=0.0)
        if not error < tolerance:
            raise AssertionError(f"{generator} on {space}: {name} is off by {error:.1e}")

    check("A + A^dagger", dense + dense.conj().T, 0)
    image = planar(np.zeros(space.size, dtype=complex))
    action.apply(planar(psi), image)
    check("apply", join(image), dense @ psi)
    ket = planar(psi)
    action.forward(ket, angle)
    check("forward", join(ket), exponential @ psi)
    check("norm after forward", np.linalg.norm(join(ket)), 1)
    action.forward(ket, -angle)
    check("forward and its inverse", join(ket), psi)
    step = 1e-5
    plus, minus = planar(psi), planar(psi)
    action.forward(plus, step)
    action.forward(minus, -step)
    check("derivative", (join(plus) - join(minus)) / (2 * step), dense @ psi, 1e-7)
    ket, bra = planar(psi), planar(lam)
    overlap = action.backward(ket, bra, angle)
    check("overlap of backward", overlap, np.vdot(lam, dense @ psi).real)
    check("ket of backward", join(ket), inverse @ psi)
    check("costate of backward", join(bra), inverse @ lam)
    if action.real:
        real = random_state(space.size, seed=seed + 2, real=True)
        row = split(real, 1, np.float64)
        action.forward(row, angle)
        check("forward of a real state", join(row), exponential @ real)
