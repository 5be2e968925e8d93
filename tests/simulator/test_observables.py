from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import (
    Electrons,
    FlipSymmetric,
    Matrix,
    Observable,
    PauliSum,
    Polynomial,
    Qubits,
    Space,
    SpaceError,
)
from simulator.lowering.operators import DiagonalOperator, phase_overlap
from simulator.lowering.planar import join, split
from simulator.testing import dense_observable, random_state

HOPPING = PauliSum({"X0 Z1 X2": 0.5, "Y0 Z1 Y2": 0.5, "Z0 Z3": -0.7, "": 1.5})


def apply(observable: Observable, space: Space, state: np.ndarray) -> np.ndarray:
    planar = split(state, 2, np.float64)
    out = np.empty_like(planar)
    observable.on(space).apply(planar, out)
    return np.asarray(join(out))


@pytest.fixture(params=["NumPy", "kernels"])
def both_ways(request: pytest.FixtureRequest) -> None:
    """Few positions in NumPy, as usual, and by the kernels for many."""
    if request.param == "kernels":
        request.getfixturevalue("kernels_for_few")


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize(
    ("observable", "space"),
    [
        (PauliSum({"X0 Y2": 0.3, "Z1": -1.0, "Y0 Y1 Y2": 2.0, "": 0.5}), Qubits(3)),
        (PauliSum({}), Qubits(2)),
        (PauliSum({"Z0 Z1": 1.0, "X0": -1.0, "X3": -1.0, "Y0 Z3": 0.2}), FlipSymmetric(4)),
        (HOPPING, Electrons(3, (1, 2))),
        (PauliSum({"Z0": 1.0, "Z5": 2.0}), Electrons(3, (2, 2))),
        (Polynomial({(0,): 1.0, (1, 2): 0.5}), Qubits(3)),
        (Polynomial({(0, 3): 1.0, (1, 2): 0.5}), FlipSymmetric(4)),
        (Polynomial({(0, 3): 1.0, (1,): 0.5}), Electrons(2, (1, 1))),
        (Matrix(np.array([[1, 2j, 0], [-2j, 0, 1], [0, 1, 3]])), Electrons(3, (1, 0))),
    ],
    ids=str,
)
def test_operators_agree_with_dense_matrices(observable: Observable, space: Space) -> None:
    assert isinstance(observable, PauliSum | Polynomial | Matrix)
    state = random_state(space.size, seed=3)
    expected = dense_observable(observable, space) @ state
    np.testing.assert_allclose(apply(observable, space, state), expected, atol=1e-12)


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_means_of_diagonals(dtype: Any) -> None:
    """<f>/<1> of a state that is not normalised, its costate, and <lam| -i f |psi>."""
    for cost, space in (
        (Polynomial({(0,): 1.0, (1, 2): 0.5, (): 2.0}), Qubits(3)),
        (Polynomial({(0, 3): 0.3, (1, 2): np.pi}), FlipSymmetric(5)),
    ):
        operator = cost.on(space)
        assert isinstance(operator, DiagonalOperator)
        psi, lam = (split(2 * random_state(space.size, seed=seed), 2, dtype) for seed in (5, 6))
        values = dense_observable(cost, space).diagonal().real
        expected = values @ (psi.astype(float) ** 2).sum(axis=0) / 4
        out, tolerance = np.empty_like(psi), 1e-13 if dtype == np.float64 else 1e-6
        assert operator.mean(psi, out) == pytest.approx(expected, abs=tolerance)
        assert operator.mean(psi) == pytest.approx(expected, abs=tolerance)
        np.testing.assert_allclose(out, values * psi, atol=tolerance)
        overlap = np.vdot(join(lam), -1j * values * join(psi)).real
        found = phase_overlap(operator.values, lam, psi)
        assert found == pytest.approx(overlap, abs=4 * tolerance)


@pytest.mark.usefixtures("both_ways")
def test_real_operators_keep_real_states_real() -> None:
    operator = PauliSum({"X0 X1": 1.0, "Y0 Y1": 0.5, "Z0": 0.2}).on(Qubits(2))
    assert operator.real
    state = random_state(4, seed=0, real=True)
    row, out = split(state, 1, np.float64), np.empty((1, 4))
    operator.apply(row, out)
    full = dense_observable(PauliSum({"X0 X1": 1.0, "Y0 Y1": 0.5, "Z0": 0.2}), Qubits(2))
    np.testing.assert_allclose(out[0], full @ state, atol=1e-14)
    assert not PauliSum({"Y0": 1.0}).on(Qubits(1)).real


@pytest.mark.parametrize(
    ("observable", "space"),
    [
        (PauliSum({"X0": 1.0}), Electrons(2, (1, 1))),
        (PauliSum({"X0 X2": 1.0}), Electrons(3, (1, 1))),
        (PauliSum({"Z0": 1.0}), FlipSymmetric(2)),
        (PauliSum({"Z4": 1.0}), Qubits(3)),
        (Polynomial({(0,): 1.0}), FlipSymmetric(2)),
        (Polynomial({(2,): 1.0}), Qubits(2)),
        (Matrix(np.eye(3)), Qubits(2)),
    ],
    ids=str,
)
def test_operators_that_leave_the_space_are_refused(observable: Observable, space: Space) -> None:
    with pytest.raises(SpaceError):
        observable.on(space)


@pytest.mark.parametrize("coefficient", [1j, np.nan, np.inf])
def test_pauli_sums_are_real_and_finite(coefficient: complex) -> None:
    with pytest.raises(ValueError, match="real, finite"):
        PauliSum({"X0": coefficient})


@pytest.mark.parametrize("matrix", [[[0, 1], [0, 0]], [[np.nan]], [[1, 2, 3]]])
def test_matrices_are_hermitian(matrix: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Matrix(np.array(matrix))


WEIGHTS = st.one_of(st.integers(-5, 5).map(float), st.floats(-10, 10))
TERMS = st.dictionaries(st.sets(st.integers(0, 4)).map(lambda s: tuple(sorted(s))), WEIGHTS)


@given(TERMS)
def test_polynomials_by_doubling_equal_their_definition(
    terms: dict[tuple[int, ...], float],
) -> None:
    polynomial = Polynomial(terms)
    values = polynomial.values(Qubits(5)).to_array()
    for configuration, value in enumerate(values):
        spins = [1 - 2 * (configuration >> qubit & 1) for qubit in range(5)]
        expected = sum(w * np.prod([spins[q] for q in qubits]) for qubits, w in terms.items())
        assert value == pytest.approx(expected, abs=1e-12)
        assert polynomial.value(configuration) == pytest.approx(expected, abs=1e-12)


@given(TERMS)
def test_flip_symmetric_values_are_those_of_either_member(
    terms: dict[tuple[int, ...], float],
) -> None:
    polynomial = Polynomial({qubits: w for qubits, w in terms.items() if len(qubits) % 2 == 0})
    half = polynomial.values(FlipSymmetric(5)).to_array()
    full = polynomial.values(Qubits(5)).to_array()
    np.testing.assert_allclose(np.concatenate([half, half[::-1]]), full, atol=1e-12)


def test_values_are_shared_while_they_live() -> None:
    polynomial = Polynomial({(0, 1): 1.0})
    first = polynomial.values(Qubits(2))
    assert polynomial.values(Qubits(2)) is first


def test_integer_values_become_levels() -> None:
    coded = Polynomial({(0, 1): 0.5, (1, 2): 0.5, (): -1.0}).values(Qubits(3))
    assert coded.codes is not None
    assert coded.levels.tolist() == [-2.0, -1.0, 0.0]
    assert Polynomial({(0,): np.pi, (1,): 1.0}).values(Qubits(2)).codes is None


@pytest.mark.parametrize("terms", [{(0, 0): 1.0}, {(-1,): 1.0}, {(0,): np.nan}])
def test_malformed_polynomials_are_refused(terms: dict[tuple[int, ...], float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Polynomial(terms)
