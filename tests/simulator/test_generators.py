"""Every generator passes one contract on every space it supports, and is refused elsewhere."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from simulator import (
    AxisRotation,
    Diagonal,
    Electrons,
    Excitation,
    FlipSymmetric,
    Generator,
    GroverMixer,
    HammingWeight,
    PauliString,
    PauliSum,
    Polynomial,
    Product,
    Qubits,
    SelfInverse,
    Space,
    SpaceError,
    SparseGenerator,
    Subset,
    XMixer,
    XYMixer,
    XYPair,
    gates,
)
from simulator.testing import check_generator, dense_pauli_string

ISING = Polynomial({(0, 1): 0.7, (1, 2): -1.3, (0, 1, 2, 3): 0.4, (): 0.2})
INTEGERS = Polynomial({(0, 1): 1, (1, 2): 1, (2, 3): -2, (0, 3): 3})
FIELDS = Polynomial({(0,): 0.3, (2,): -1.0, (0, 1): 0.25, (1, 2, 3): np.pi})


def anti_hermitian(size: int, *, real: bool = False) -> SparseGenerator:
    rng = np.random.default_rng(size)
    matrix = rng.normal(size=(size, size)) + (0 if real else 1j * rng.normal(size=(size, size)))
    return SparseGenerator(sparse.csr_array(matrix - matrix.conj().T))


COLORS = Product(HammingWeight(3, 1), HammingWeight(2, 1), HammingWeight(4, 1))
# Closed under exchanges of qubits 0 to 2 and no others, with and without qubit 3.
CLOSED = Subset(4, [0b0011, 0b0101, 0b0110, 0b1001, 0b1010, 0b1100, 0b1000])
CONSTRAINED: list[Space] = [
    HammingWeight(2, 1),
    *(HammingWeight(5, k) for k in range(6)),
    COLORS,
    CLOSED,
    Product(Qubits(2), CLOSED),
]

CASES: list[tuple[Generator, Space]] = [
    *((PauliString.parse(text), Qubits(3)) for text in ("X0", "Y1", "Z2", "X0 Y2", "Y0 Z1 X2", "")),
    *((PauliString.parse(text), FlipSymmetric(3)) for text in ("X0", "X2", "Z0 Z1", "Y0 Z2")),
    (PauliString.parse("X0 X1 X2"), FlipSymmetric(3)),
    (PauliString.parse("Y1 Y2"), FlipSymmetric(3)),
    (PauliString.parse("Z0 Z4"), Electrons(3, (2, 1))),
    *((Diagonal(cost), space) for cost in (ISING, INTEGERS) for space in (Qubits(4), Qubits(5))),
    *((Diagonal(cost), FlipSymmetric(n)) for cost in (ISING, INTEGERS) for n in (4, 5)),
    (Diagonal(FIELDS), Qubits(4)),
    (Diagonal(FIELDS), Electrons(3, (1, 2))),
    *((AxisRotation(j, 0.6, -0.8), Qubits(3)) for j in range(3)),
    *((AxisRotation(0, x, z), Qubits(1)) for x, z in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0))),
    *((AxisRotation(j), FlipSymmetric(3)) for j in range(3)),
    (AxisRotation(0, -1.0), FlipSymmetric(1)),
    *((XMixer(), Qubits(n)) for n in (1, 2, 5)),
    *((XMixer(), FlipSymmetric(n)) for n in (1, 2, 3, 5)),
    *(
        (step.generator, Qubits(3))
        for step in (gates.h(1), gates.x(0), gates.y(2), gates.cx(2, 0), gates.swap(0, 2))
    ),
    (gates.swap(0, 2).generator, FlipSymmetric(3)),
    (anti_hermitian(8), Qubits(3)),
    (anti_hermitian(4), FlipSymmetric(3)),
    (anti_hermitian(9, real=True), Electrons(3, (1, 2))),
    *((XYPair(p, q), HammingWeight(5, 2)) for p, q in combinations(range(5), 2)),
    *((XYPair(p, q), COLORS) for r in COLORS.registers for p, q in combinations(r, 2)),
    *((XYPair(p, q), Qubits(n)) for n in (2, 5) for p, q in combinations(range(n), 2)),
    (XYPair(1, 2), CLOSED),
    (XYPair(2, 4), Product(Qubits(2), CLOSED)),
    (XYPair(0, 3), Product(Qubits(2), Qubits(2))),
    (XYPair(0, 2), Electrons(3, (1, 2))),
    *((XYMixer.ring(range(n)), HammingWeight(n, k)) for n in (2, 3, 6) for k in range(n + 1)),
    *((XYMixer.complete(range(n)), HammingWeight(n, k)) for n in (2, 3, 6) for k in range(n + 1)),
    (XYMixer(((0, 1), (1, 2), (3, 4), (5, 8), (6, 7), (7, 8))), COLORS),
    (XYMixer(((0, 1), (2, 3))), HammingWeight(5, 2)),
    (XYMixer.complete(range(1, 5)), HammingWeight(6, 3)),
    (XYMixer.complete(range(3)), CLOSED),
    (XYMixer(((2, 3), (3, 4))), Product(Qubits(2), CLOSED)),
    (XYMixer.ring(range(4)), Qubits(5)),
    (XYMixer(((0, 2), (1, 3))), Product(Qubits(2), Qubits(2))),
    *((GroverMixer(), space) for space in CONSTRAINED),
    (GroverMixer(), Qubits(0)),
    (GroverMixer(), FlipSymmetric(3)),
    (GroverMixer(), Electrons(3, (1, 2))),
]


@pytest.mark.parametrize(("generator", "space"), CASES, ids=str)
def test_contract(generator: Generator, space: Space) -> None:
    check_generator(generator, space)


WITHOUT_KERNELS = [case for case in CASES if isinstance(case[0], PauliString | Diagonal)]


@pytest.mark.usefixtures("kernels_for_few")
@pytest.mark.parametrize(("generator", "space"), WITHOUT_KERNELS, ids=str)
def test_contract_of_kernels(generator: Generator, space: Space) -> None:
    """Of those that run in NumPy where there are few positions."""
    check_generator(generator, space)


ELECTRONS = [
    Electrons(4, (2, 2)),
    Electrons(4, (3, 1)),
    Electrons(4, (0, 2)),
    Electrons(4, (4, 2)),
    Electrons(2, (0, 0)),
]


@st.composite
def excitations(draw: st.DrawFn, norb: int = 4) -> Excitation:
    """Single to quadruple excitations, orbitals in any order."""
    parts: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for spin in range(2):
        least = 1 if spin == 1 and not parts[0][0] else 0
        rank = draw(st.integers(least, 2))
        orbitals = draw(st.permutations(range(norb)))[: 2 * rank]
        parts.append((tuple(orbitals[:rank]), tuple(orbitals[rank:])))
    return Excitation(parts[0], parts[1])


@given(excitations(), st.sampled_from(ELECTRONS[:4]), st.integers(0, 5))
def test_excitations_pass_the_contract(excitation: Excitation, space: Space, seed: int) -> None:
    check_generator(excitation, space, seed=seed)


@pytest.mark.parametrize("space", ELECTRONS, ids=str)
def test_all_singles_pass_the_contract(space: Electrons) -> None:
    for i, a in combinations(range(space.norb), 2):
        check_generator(Excitation(alpha=((i,), (a,))), space)
        check_generator(Excitation(beta=((a,), (i,))), space)


@pytest.mark.parametrize(
    ("generator", "space"),
    [
        (PauliString.parse("Z0"), FlipSymmetric(3)),
        (PauliString.parse("Y0"), FlipSymmetric(3)),
        (PauliString.parse("X5"), Qubits(3)),
        (PauliString.parse("X0 X1"), Electrons(2, (1, 1))),
        (Diagonal(FIELDS), FlipSymmetric(4)),
        (Diagonal(ISING), Qubits(3)),
        (XMixer(), Electrons(2, (1, 1))),
        (AxisRotation(0, 0.6, 0.8), FlipSymmetric(3)),
        (AxisRotation(3), Qubits(3)),
        (AxisRotation(3), FlipSymmetric(3)),
        (AxisRotation(0), Electrons(2, (1, 1))),
        (gates.h(0).generator, FlipSymmetric(2)),
        (Excitation(alpha=((0,), (1,))), Qubits(4)),
        (Excitation(alpha=((0,), (4,))), Electrons(4, (1, 1))),
        (anti_hermitian(8), Qubits(2)),
        (XMixer(), HammingWeight(3, 1)),
        (XYPair(0, 3), HammingWeight(3, 1)),
        (XYPair(2, 3), COLORS),
        (XYPair(0, 3), CLOSED),
        (XYPair(0, 1), Subset(2, [0b10])),
        (XYPair(0, 1), FlipSymmetric(3)),
        (XYMixer.ring(range(9)), COLORS),
        (XYMixer.complete(range(5)), HammingWeight(4, 2)),
    ],
    ids=str,
)
def test_generators_that_leave_the_space_are_refused(generator: Generator, space: Space) -> None:
    with pytest.raises(SpaceError):
        generator.on(space)


@pytest.mark.parametrize(
    ("alpha", "beta"),
    [
        (((), ()), ((), ())),
        (((0,), (0,)), ((), ())),
        (((0, 0), (1, 2)), ((), ())),
        (((0,), (1, 2)), ((), ())),
        (((0,), (-1,)), ((), ())),
    ],
)
def test_impossible_excitations_are_refused(
    alpha: tuple[tuple[int, ...], tuple[int, ...]], beta: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    with pytest.raises(ValueError, match="expected"):
        Excitation(alpha, beta)


@pytest.mark.parametrize(
    ("qubit", "x", "z"), [(-1, 1.0, 0.0), (0, 1.0, 1.0), (0, np.nan, 0.0), (0, 0.6, 0.7)]
)
def test_impossible_axes_are_refused(qubit: int, x: float, z: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        AxisRotation(qubit, x, z)


def test_only_self_inverse_gates_and_anti_hermitian_matrices() -> None:
    with pytest.raises(ValueError, match="square is the identity"):
        SelfInverse("no", PauliSum({"X0": 1.0, "X1": 1.0}))
    with pytest.raises(ValueError, match="anti-Hermitian"):
        SparseGenerator(np.eye(2))
    with pytest.raises(ValueError, match="finite"):
        SparseGenerator(np.array([[0, np.nan], [-np.nan, 0]]))


STRINGS = st.builds(PauliString, st.integers(0, 15), st.integers(0, 15))


@given(STRINGS, STRINGS)
def test_product_of_pauli_strings(left: PauliString, right: PauliString) -> None:
    phase, product = left @ right
    expected = dense_pauli_string(left, 4) @ dense_pauli_string(right, 4)
    np.testing.assert_allclose(phase * dense_pauli_string(product, 4), expected, atol=1e-14)


@given(STRINGS)
def test_text_of_a_pauli_string_reads_back(string: PauliString) -> None:
    assert PauliString.parse(str(string)) == string


@pytest.mark.parametrize("text", ["X", "A0", "X0 Y0", "X-1", "X0Y1", "x0"])
def test_malformed_pauli_strings_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Pauli"):
        PauliString.parse(text)


def test_check_generator_notices_a_wrong_action(monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.lowering import actions

    monkeypatch.setattr(actions, "sin", lambda angle: -np.sin(angle))
    with pytest.raises(AssertionError, match="forward"):
        check_generator(PauliString.parse("Y0"), Qubits(2))
