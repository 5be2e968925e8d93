"""Slow, obvious twins of everything fast, for tests and for those who add generators.

All matrices here are dense and built from definitions: Kronecker products of 2 x 2 matrices and
Jordan-Wigner operators, then projected onto the space.  Nothing is shared with the kernels.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .circuit import Circuit
from .generators import (
    AxisRotation,
    Diagonal,
    Excitation,
    Generator,
    OrbitalRotation,
    SelfInverse,
    SparseGenerator,
    XMixer,
)
from .ladder_sum import LadderSum
from .mixers import GroverMixer, XYMixer, XYPair
from .observables import Matrix, PauliSum
from .pauli import PauliString
from .planar import join, split
from .polynomial import Polynomial
from .spaces import Electrons, FlipSymmetric, Space

Dense = NDArray[np.complex128]

_LETTERS = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.array([[1, 0], [0, -1]]),
}


def dense_pauli_string(string: PauliString, num_qubits: int) -> Dense:
    """The Kronecker product, qubit 0 the fastest index."""
    matrix = np.ones((1, 1), dtype=complex)
    for qubit in range(num_qubits):
        x, z = string.x >> qubit & 1, string.z >> qubit & 1
        letter = {(0, 0): "I", (1, 0): "X", (1, 1): "Y", (0, 1): "Z"}[x, z]
        matrix = np.kron(_LETTERS[letter], matrix)
    return matrix


def dense_pauli_sum(operator: PauliSum, num_qubits: int) -> Dense:
    """The sum of Kronecker products."""
    matrix = np.zeros((1 << num_qubits,) * 2, dtype=complex)
    for string, weight in operator.terms:
        matrix += weight * dense_pauli_string(string, num_qubits)
    return matrix


def dense_annihilator(mode: int, num_modes: int) -> Dense:
    """c_mode in the Jordan-Wigner representation: Z on all lower modes, |0><1| on its own."""
    lower = np.array([[0, 1], [0, 0]])
    matrix = np.ones((1, 1), dtype=complex)
    for other in range(num_modes):
        factor = _LETTERS["Z"] if other < mode else lower if other == mode else np.eye(2)
        matrix = np.kron(factor, matrix)
    return matrix


def dense_excitation(excitation: Excitation, norb: int) -> Dense:
    """T - T^dagger on all 2 norb modes, alpha modes first."""
    operator = np.eye(1 << 2 * norb, dtype=complex)
    for offset, (leave, fill) in ((0, excitation.alpha), (norb, excitation.beta)):
        for orbital in fill:
            operator = operator @ dense_annihilator(offset + orbital, 2 * norb).conj().T
        for orbital in reversed(leave):
            operator = operator @ dense_annihilator(offset + orbital, 2 * norb)
    return operator - operator.conj().T


def dense_ladder_sum(generator: LadderSum, norb: int) -> Dense:
    """The sum of products on all 2 norb modes, alpha modes first."""
    modes = 2 * norb
    lower, one = np.array([[0, 1], [0, 0]]), np.eye(2)
    signs = np.eye(1 << modes) if generator.signed else np.diag(interleaving_signs(norb))
    total = np.zeros((1 << modes,) * 2, dtype=complex)
    for product, weight in generator.terms:
        operator = np.eye(1 << modes, dtype=complex)
        for orbital, spin, creates in product:
            mode = orbital + spin * norb
            if generator.signed:
                factor = dense_annihilator(mode, modes)
            else:
                factor = np.ones((1, 1), dtype=np.complex128)
                for other in range(modes):
                    factor = np.kron(lower if other == mode else one, factor).astype(complex)
            operator = operator @ (factor.conj().T if creates else factor)
        total += weight * signs @ operator @ signs
    return total


def interleaving_signs(norb: int) -> NDArray[np.float64]:
    """What creators in the order 0a, 0b, 1a, 1b, ... make of the vacuum, modes alpha first."""
    modes = 2 * norb
    signs = np.zeros(1 << modes)
    for configuration in range(1 << modes):
        state = np.zeros(1 << modes, dtype=complex)
        state[0] = 1
        for orbital in reversed(range(norb)):
            for mode in (norb + orbital, orbital):
                if configuration >> mode & 1:
                    state = dense_annihilator(mode, modes).conj().T @ state
        signs[configuration] = state[configuration].real
    return signs


def isometry(space: Space) -> Dense:
    """The embedding of a space into all qubits, columns over positions of the space."""
    matrix = np.zeros((1 << space.num_qubits, space.size), dtype=complex)
    for position, configuration in enumerate(space.configurations()):
        if isinstance(space, FlipSymmetric):
            matrix[configuration, position] += np.sqrt(0.5)
            matrix[configuration ^ space.mask, position] += np.sqrt(0.5)
        else:
            matrix[configuration, position] = 1
    return matrix


def dense_generator(generator: Generator, space: Space) -> Dense:
    """A over the positions of the space, from its definition on all qubits."""
    if isinstance(generator, SparseGenerator):
        return np.asarray(generator.matrix.toarray(), dtype=complex)
    n = space.num_qubits
    if isinstance(generator, PauliString):
        full = -1j * dense_pauli_string(generator, n)
    elif isinstance(generator, SelfInverse):
        full = -1j * dense_pauli_sum(generator.operator, n)
    elif isinstance(generator, XMixer):
        full = 1j * dense_pauli_sum(PauliSum({f"X{qubit}": 1.0 for qubit in range(n)}), n)
    elif isinstance(generator, AxisRotation):
        j = generator.qubit
        full = 1j * dense_pauli_sum(PauliSum({f"X{j}": generator.x, f"Z{j}": generator.z}), n)
    elif isinstance(generator, XYPair):
        full = 1j * dense_xy([(generator.p, generator.q)], n)
    elif isinstance(generator, XYMixer):
        full = 1j * dense_xy(generator.pairs, n)
    elif isinstance(generator, GroverMixer):
        uniform = isometry(space).sum(axis=1, keepdims=True) / np.sqrt(space.size)
        full = 1j * uniform @ uniform.conj().T
    elif isinstance(generator, Diagonal):
        full = -1j * dense_polynomial(generator.polynomial, n)
    elif isinstance(generator, Excitation | OrbitalRotation) and isinstance(space, Electrons):
        parts = [dense_excitation(excitation, space.norb) for excitation in generator.excitations]
        full = np.sum(parts, axis=0)
    elif isinstance(generator, LadderSum) and isinstance(space, Electrons):
        full = dense_ladder_sum(generator, space.norb)
    else:
        raise TypeError(f"no dense twin of {generator} on {space}")
    embed = isometry(space)
    return embed.conj().T @ full @ embed


def dense_xy(pairs: Iterable[tuple[int, int]], num_qubits: int) -> Dense:
    """The sum of (X_p X_q + Y_p Y_q)/2."""
    terms = [(f"{letter}{p} {letter}{q}", 0.5) for p, q in pairs for letter in "XY"]
    strings = [(PauliString.parse(text), weight) for text, weight in terms]
    return dense_pauli_sum(PauliSum(strings), num_qubits)


def dense_polynomial(polynomial: Polynomial, num_qubits: int) -> Dense:
    """F on the diagonal, one configuration at a time."""
    values = [polynomial.value(configuration) for configuration in range(1 << num_qubits)]
    return np.diag(np.array(values, dtype=complex))


def dense_observable(observable: PauliSum | Polynomial | Matrix, space: Space) -> Dense:
    """H over the positions of the space."""
    if isinstance(observable, Matrix):
        return np.asarray(observable.matrix.toarray(), dtype=complex)
    if isinstance(observable, PauliSum):
        full = dense_pauli_sum(observable, space.num_qubits)
    else:
        full = dense_polynomial(observable, space.num_qubits)
    embed = isometry(space)
    return embed.conj().T @ full @ embed


def dense_state(circuit: Circuit, params: Any) -> Dense:
    """The circuit's state by one matrix exponential per step."""
    from scipy.linalg import expm

    initial = np.empty(circuit.space.size)
    circuit.initial_state.on(circuit.space)(initial)
    state = initial.astype(complex)
    for step, angle in zip(circuit.steps, circuit.angles(params), strict=True):
        state = expm(angle * dense_generator(step.generator, circuit.space)) @ state
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
    check("forward", join(ket), expm(angle * dense) @ psi)
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
    check("ket of backward", join(ket), expm(-angle * dense) @ psi)
    check("costate of backward", join(bra), expm(-angle * dense) @ lam)
    if action.real:
        real = random_state(space.size, seed=seed + 2, real=True)
        row = split(real, 1, np.float64)
        action.forward(row, angle)
        check("forward of a real state", join(row), expm(angle * dense) @ real)
