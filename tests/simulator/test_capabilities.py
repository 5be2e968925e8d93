"""Capabilities of generators: Pauli strings, support, CNOTs and memory."""

from __future__ import annotations

import numpy as np
import pytest

from simulator import (
    AxisRotation,
    Diagonal,
    Electrons,
    Excitation,
    Generator,
    GroverMixer,
    LadderSum,
    OrbitalRotation,
    PauliString,
    PauliSum,
    Polynomial,
    Qubits,
    SelfInverse,
    Space,
    SpaceError,
    SparseGenerator,
    XMixer,
    XYMixer,
    XYPair,
    gates,
)
from simulator.lowering.actions import Action
from simulator.operators.generator import Layout
from simulator.operators.ladder_sum import excitation_terms
from simulator.testing import (
    dense_excitation,
    dense_generator,
    dense_ladder_sum,
    dense_pauli_sum,
    dense_xy,
)  # fmt: skip

SINGLE = ((0, 0), (2, 0))
PAIR = (((0, 0), (1, 0)), ((0, 1), (2, 1)))
SAME_SPIN = (((0, 0), (2, 0)), ((1, 0), (3, 0)))


def on_all_qubits(generator: Generator, space: Space) -> np.ndarray:
    terms = generator.pauli_terms(space)
    assert terms is not None
    return -1j * dense_pauli_sum(PauliSum(terms), space.num_qubits)


@pytest.mark.parametrize(
    "excitation",
    [
        Excitation(alpha=((0,), (2,))),
        Excitation(beta=((2,), (1,))),
        Excitation(((0,), (2,)), ((1,), (0,))),
        Excitation(alpha=((0, 1), (2, 3))),
        Excitation(((0, 1), (2, 3)), ((1,), (3,))),
    ],
    ids=str,
)
def test_strings_of_excitations(excitation: Excitation) -> None:
    """Against products of Jordan-Wigner matrices."""
    norb = 4 if excitation.norb == 4 else 3
    found = on_all_qubits(excitation, Electrons(norb, (1, 1)))
    np.testing.assert_allclose(found, dense_excitation(excitation, norb), atol=1e-14)


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("moves", [[SINGLE], PAIR, SAME_SPIN[:1]])
def test_strings_of_ladder_sums(moves: tuple[tuple[tuple[int, int], ...]], signed: bool) -> None:
    generator = LadderSum(excitation_terms(moves, 0.7), signed=signed)
    found = on_all_qubits(generator, Electrons(3, (1, 1)))
    np.testing.assert_allclose(found, dense_ladder_sum(generator, 3), atol=1e-14)


def test_strings_of_an_orbital_rotation() -> None:
    rotation = OrbitalRotation(2, 0)
    expected = sum(dense_excitation(one, 3) for one in rotation.excitations)
    found = on_all_qubits(rotation, Electrons(3, (1, 2)))
    np.testing.assert_allclose(found, expected, atol=1e-14)
    assert rotation.support == {(0, 0), (0, 1), (2, 0), (2, 1)}


def test_strings_of_generators_on_qubits() -> None:
    space = Qubits(3)
    cost = Polynomial({(0, 2): 0.5, (1,): -1.0, (): 0.25})
    x = [dense_pauli_sum(PauliSum({f"X{j}": 1.0}), 3) for j in range(3)]
    z = dense_pauli_sum(PauliSum({"Z1": 1.0}), 3)
    values = np.diag([cost.value(configuration) for configuration in range(8)])
    for generator, expected in (
        (XMixer(), 1j * sum(x)),
        (AxisRotation(1, 0.6, 0.8), 1j * (0.6 * x[1] + 0.8 * z)),
        (XYPair(0, 2), 1j * dense_xy([(0, 2)], 3)),
        (XYMixer(((0, 1), (1, 2))), 1j * dense_xy([(0, 1), (1, 2)], 3)),
        (Diagonal(cost), -1j * values),
        (PauliString.parse("X0 Y2"), -1j * dense_pauli_sum(PauliSum({"X0 Y2": 1.0}), 3)),
    ):
        np.testing.assert_allclose(on_all_qubits(generator, space), expected, atol=1e-14)


@pytest.mark.parametrize(
    ("generator", "space"),
    [
        (PauliString.parse("X0 Z3"), Qubits(4)),
        (AxisRotation(2, 0.6, 0.8), Qubits(4)),
        (XYPair(3, 1), Qubits(4)),
        (XYMixer(((0, 1), (1, 2))), Qubits(4)),
        (Diagonal(Polynomial({(0, 2): 1.0, (3,): 2.0})), Qubits(4)),
        (gates.swap(0, 3).generator, Qubits(4)),
        (Excitation(alpha=((0,), (2,))), Electrons(3, (1, 1))),
        (LadderSum(excitation_terms(PAIR)), Electrons(3, (1, 1))),
        (LadderSum(excitation_terms([SINGLE]), signed=False), Electrons(3, (1, 1))),
    ],
    ids=str,
)
def test_supports_hold_all_that_is_not_a_sign(generator: Generator, space: Space) -> None:
    """X and Y act on the support only; beyond it Jordan-Wigner strings have Z."""
    terms, support = generator.pauli_terms(space), generator.support
    assert terms is not None
    assert support is not None
    norb = generator.norb and space.num_qubits // 2
    places = {orbital + spin * norb for orbital, spin in support}
    strings = [string for string, _ in terms]
    flipped = {q for s in strings for q in range(space.num_qubits) if s.x >> q & 1}
    touched = {q for s in strings for q in range(space.num_qubits) if (s.x | s.z) >> q & 1}
    assert flipped <= places <= touched
    assert norb or touched == places


def test_cnots() -> None:
    layout = Layout(4)
    assert PauliString.parse("X0 Y2 Z3").cnots(layout) == [(0, 2), (2, 3), (2, 3), (0, 2)]
    assert XMixer().cnots(layout) == AxisRotation(0).cnots(layout) == []
    for gate, count in ((gates.h(0), 0), (gates.cx(1, 0), 1), (gates.cz(0, 1), 1)):
        assert len(gate.generator.cnots(layout) or []) == count
    assert gates.swap(2, 0).generator.cnots(layout) == [(2, 0)] * 3
    three = SelfInverse("CCZ 0 1 2", PauliSum({"Z0": 1.0}))
    assert three.cnots(layout) is None
    assert len(Excitation(((0,), (1,)), ((0,), (1,))).cnots(layout) or []) == 13
    assert Excitation(((0, 1), (2, 3)), ((0,), (1,))).cnots(layout) is None
    unsigned = LadderSum(excitation_terms([SINGLE]), signed=False)
    assert unsigned.cnots(layout) == [(0, 4), (0, 4)]
    for unknown in (GroverMixer(), XYPair(0, 1), SparseGenerator(np.zeros((2, 2)))):
        assert unknown.cnots(layout) is None


def test_a_generator_of_another_space_has_no_strings_there() -> None:
    for generator in (Excitation(alpha=((0,), (1,))), LadderSum(excitation_terms([SINGLE]))):
        with pytest.raises(SpaceError, match="Electrons"):
            generator.pauli_terms(Qubits(4))
        with pytest.raises(SpaceError, match="orbitals"):
            generator.pauli_terms(Electrons(1, (1, 0)))


def test_a_new_generator_needs_only_an_action() -> None:
    class Nothing(Generator):
        def on(self, space: Space) -> Action:
            raise SpaceError(f"not on {space}")

    one = Nothing()
    assert (one.norb, one.support, one.memory(Qubits(2))) == (0, None, 0)
    assert one.pauli_terms(Qubits(2)) is None
    assert one.cnots(Layout(0)) is None
    with pytest.raises(TypeError, match="no dense twin"):
        dense_generator(one, Qubits(2))
