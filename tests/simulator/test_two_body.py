"""The operator on strings against its matrix from creators and annihilators."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import simulator
from simulator import Electrons, SpaceError
from simulator.kernels import two_body
from simulator.lowering.operators import MatrixOperator
from simulator.lowering.planar import join, split
from simulator.lowering.two_body import TwoBodyOperator, two_body_operator
from simulator.spaces.symmetry import orbital_symmetry
from simulator.testing import dense_annihilator, random_state

Floats = NDArray[np.float64]
Integrals = tuple[tuple[Floats, Floats], tuple[Floats, Floats, Floats]]


@pytest.fixture(autouse=True)
def all_threads() -> Iterator[None]:
    yield
    simulator.set_threads(numba.config.NUMBA_NUM_THREADS)


def integrals(norb: int, seed: int, labels: tuple[int, ...] = ()) -> Integrals:
    """Random ones that differ from spin to spin and respect the labels."""
    rng = np.random.default_rng(seed)
    one = rng.normal(size=(2, norb, norb))
    factors = rng.normal(size=(2, 4, norb, norb))
    factors = factors + factors.transpose(0, 1, 3, 2)
    alpha, beta = one + one.transpose(0, 2, 1)
    two = [np.einsum("xpq,xrs->pqrs", factors[s], factors[t]) for s, t in ((0, 0), (0, 1), (1, 1))]
    if labels:
        pair = np.bitwise_xor.outer(labels, labels)
        alpha, beta = alpha * (pair == 0), beta * (pair == 0)
        two = [array * (np.bitwise_xor.outer(pair, pair) == 0) for array in two]
    return (alpha, beta), (two[0], two[1], two[2])


def over_complex_orbitals(norb: int, seed: int, labels: tuple[int, ...] = ()) -> Integrals:
    """As `integrals`, but (pq|rs) = (qp|sr) is all the symmetry that two indices have."""
    one, two = integrals(norb, seed, labels)
    factors = np.random.default_rng(seed + 100).normal(size=(2, 4, norb, norb))
    factors = factors - factors.transpose(0, 1, 3, 2)
    odd = [np.einsum("xpq,xrs->pqrs", factors[s], factors[t]) for s, t in ((0, 0), (0, 1), (1, 1))]
    if labels:
        pair = np.bitwise_xor.outer(labels, labels)
        odd = [array * (np.bitwise_xor.outer(pair, pair) == 0) for array in odd]
    return one, (two[0] + odd[0], two[1] + odd[1], two[2] + odd[2])


def dense(norb: int, one: tuple[Floats, ...], two: tuple[Floats, ...], constant: float) -> Floats:
    """The definition, over all configurations, alpha modes first."""
    lower = [dense_annihilator(mode, 2 * norb).real for mode in range(2 * norb)]
    hop = {
        (s, p, q): lower[s * norb + p].T @ lower[s * norb + q]
        for s, p, q in product((0, 1), range(norb), range(norb))
    }
    total = constant * np.eye(4**norb)
    for (s, p, q), matrix in hop.items():
        total += one[s][p, q] * matrix
    blocks = {(0, 0): two[0], (0, 1): two[1], (1, 0): two[1].transpose(2, 3, 0, 1), (1, 1): two[2]}
    for (s, t), h2 in blocks.items():
        for p, q in product(range(norb), repeat=2):
            right = sum(h2[p, q, r, u] * hop[t, r, u] for r, u in product(range(norb), repeat=2))
            total += 0.5 * hop[s, p, q] @ right
            if s == t:
                for u in range(norb):
                    total -= 0.5 * h2[p, q, q, u] * hop[s, p, u]
    return total


def applied(operator: TwoBodyOperator | MatrixOperator, state: NDArray[np.inexact]) -> Floats:
    psi = split(state, 2, np.float64)
    out = np.full_like(psi, np.nan)
    operator.apply(psi, out)
    return np.asarray(join(out))


DENSE = {seed: dense(3, *integrals(3, seed), 0.3) for seed in (0, 1)}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("nelec", list(product(range(4), repeat=2)), ids=str)
def test_every_sector_of_three_orbitals(nelec: tuple[int, int], seed: int) -> None:
    space = Electrons(3, nelec)
    where = space.configurations()
    matrix = DENSE[seed][np.ix_(where, where)]
    state = random_state(space.size, seed=2)
    for make in (TwoBodyOperator, two_body_operator):
        operator = make(*integrals(3, seed), 0.3, space)
        np.testing.assert_allclose(applied(operator, state), matrix @ state, atol=1e-12)


LABELS = (0, 1, 2, 1)
SYMMETRIC = dense(4, *integrals(4, 5, LABELS), -1.0)


@pytest.mark.parametrize("irrep", range(4))
@pytest.mark.parametrize("nelec", [(2, 2), (1, 3), (4, 1), (0, 2), (3, 3)], ids=str)
def test_sectors_of_one_symmetry(nelec: tuple[int, int], irrep: int) -> None:
    space = Electrons(4, nelec, LABELS, irrep)
    where = space.configurations()
    matrix = SYMMETRIC[np.ix_(where, where)]
    assert not SYMMETRIC[
        np.ix_(where, np.setdiff1d(Electrons(4, nelec).configurations(), where))
    ].any()
    state = random_state(space.size, seed=3)
    operator = TwoBodyOperator(*integrals(4, 5, LABELS), -1.0, space)
    np.testing.assert_allclose(applied(operator, state), matrix @ state, atol=1e-12)
    whole = TwoBodyOperator(*integrals(4, 5, LABELS), -1.0, Electrons(4, nelec))
    np.testing.assert_allclose(
        applied(whole, state_of_all(space, state)), state_of_all(space, matrix @ state), atol=1e-12
    )


@pytest.mark.parametrize("labels", [(), (0, 1, 1)], ids=["none", "one"])
def test_integrals_over_complex_orbitals(labels: tuple[int, ...]) -> None:
    """Real integrals whose (pq|rs) and (qp|rs) differ, by the definition."""
    one, two = over_complex_orbitals(3, 6, labels)
    matrix = dense(3, one, two, 0.2)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
    for na, nb, irrep in product(range(4), range(4), (0, 1) if labels else (0,)):
        space = Electrons(3, (na, nb), labels, irrep)
        where = space.configurations()
        state = random_state(max(space.size, 1), seed=4)[: space.size]
        expected = matrix[np.ix_(where, where)] @ state
        for make in (TwoBodyOperator, two_body_operator):
            found = applied(make(one, two, 0.2, space), state)
            np.testing.assert_allclose(found, expected, atol=1e-12)


def test_wider_rows_over_complex_orbitals() -> None:
    """Rows of many lanes, against PySCF's solver without symmetry of the integrals."""
    from pyscf.fci import direct_nosym

    norb, nelec = 7, (3, 4)
    (h1, _), (h2, _, _) = over_complex_orbitals(norb, 9)
    space = Electrons(norb, nelec)
    state = random_state(space.size, seed=1, real=True)
    absorbed = direct_nosym.absorb_h1e(h1, h2, norb, nelec, 0.5)
    expected = direct_nosym.contract_2e(absorbed, state.reshape(space.shape), norb, nelec).ravel()
    found = applied(TwoBodyOperator((h1, h1), (h2, h2, h2), 0.0, space), state)
    np.testing.assert_allclose(found, expected, atol=1e-12 * np.abs(expected).max())


def state_of_all(space: Electrons, state: NDArray[np.inexact]) -> NDArray[np.inexact]:
    full = Electrons(space.norb, space.nelec)
    whole = np.zeros(full.size, dtype=state.dtype)
    whole[full.indices(space.configurations())] = state
    return whole


@pytest.mark.parametrize("nelec", [(4, 4), (3, 5), (7, 2), (1, 8)], ids=str)
def test_wider_rows_against_pyscf(nelec: tuple[int, int]) -> None:
    """Rows of many lanes, several chunks and both forms of the kernel."""
    from pyscf.fci import direct_uhf

    norb = 9
    (alpha, beta), (aa, ab, bb) = integrals(norb, 8)
    space = Electrons(norb, nelec)
    state = random_state(space.size, seed=1, real=True)
    absorbed = direct_uhf.absorb_h1e((alpha, beta), (aa, ab, bb), norb, nelec, 0.5)
    expected = direct_uhf.contract_2e(absorbed, state.reshape(space.shape), norb, nelec).ravel()
    operator = TwoBodyOperator((alpha, beta), (aa, ab, bb), 0.0, space)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(applied(operator, state), expected, atol=1e-12 * scale)
    first = None
    for form, threads in product(("serial", "parallel"), {1, numba.config.NUMBA_NUM_THREADS}):
        simulator.set_threads(threads)
        out = np.full(space.size, np.nan)
        getattr(two_body.apply, form)(
            state, out, operator.scratch(np.dtype(float)), *operator.tables
        )
        np.testing.assert_allclose(out, expected, atol=1e-12 * scale)
        first = out if first is None else first
        np.testing.assert_array_equal(out, first)


def test_chunks_of_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are taken in several pieces, the last one shorter."""
    norb, nelec = 8, (3, 4)
    space = Electrons(norb, nelec)
    state = random_state(space.size, seed=1)
    expected = applied(TwoBodyOperator(*integrals(norb, 1), 0.0, space), state)
    for chunk, cache in ((8, 1), (16, 1 << 14), (24, 1 << 19)):
        monkeypatch.setattr("simulator.lowering.two_body_tables.CHUNK", chunk)
        monkeypatch.setattr("simulator.lowering.two_body_tables.CACHE", cache)
        found = applied(TwoBodyOperator(*integrals(norb, 1), 0.0, space), state)
        np.testing.assert_allclose(found, expected, atol=1e-10)


def test_single_precision() -> None:
    space = Electrons(6, (3, 3))
    operator = TwoBodyOperator(*integrals(6, 2), 0.5, space)
    state = random_state(space.size, seed=1, real=True)
    psi = split(state, 1, np.float32)
    out = np.full_like(psi, np.nan)
    operator.apply(psi, out)
    expected = applied(operator, state).real
    np.testing.assert_allclose(out[0], expected, atol=1e-5 * np.abs(expected).max())


# -- symmetry read off the integrals -------------------------------------------------------


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=5), st.integers(0, 3))
def test_labels_that_integrals_respect_are_found(labels: list[int], seed: int) -> None:
    """Up to renaming, the labels found are no coarser than those the integrals were made with."""
    norb = len(labels)
    one, two = integrals(norb, seed, tuple(labels))
    found = orbital_symmetry(one, two)
    assert found[0] == 0
    for p, q in product(range(norb), repeat=2):
        if found[p] == found[q]:
            assert labels[p] == labels[q]
    pair = np.bitwise_xor.outer(found, found)
    assert not one[0][pair != 0].any()
    assert not two[1][np.bitwise_xor.outer(pair, pair) != 0].any()


def test_integrals_without_symmetry_have_none() -> None:
    assert orbital_symmetry(*integrals(4, 0)) == (0, 0, 0, 0)


def test_rounding_does_not_couple_sectors() -> None:
    """Forbidden integrals below the threshold are dropped before their sums could pass it."""
    labels, norb, nelec = (0, 1, 0, 1, 0, 1, 0, 1), 8, (2, 6)
    one, two = integrals(norb, 3, labels)
    space = Electrons(norb, nelec, labels)
    state = random_state(space.size, seed=1)
    expected = applied(TwoBodyOperator(one, two, 0.0, space), state)
    pair = np.bitwise_xor.outer(labels, labels)
    noise = 9e-12
    rough_one = tuple(array + noise * (pair != 0) for array in one)
    forbidden = np.bitwise_xor.outer(pair, pair) != 0
    rough_two = tuple(array + noise * forbidden for array in two)
    rough = TwoBodyOperator(
        (rough_one[0], rough_one[1]), (rough_two[0], rough_two[1], rough_two[2]), 0.0, space
    )
    np.testing.assert_allclose(applied(rough, state), expected, atol=1e-9)


@settings(max_examples=25)
@given(st.data())
def test_wide_sectors_against_all_determinants(data: st.DataObject) -> None:
    """Rows of many lanes in sectors of different widths."""
    norb = data.draw(st.integers(5, 8))
    labels = tuple(data.draw(st.lists(st.integers(0, 3), min_size=norb, max_size=norb)))
    nelec = (data.draw(st.integers(0, norb)), data.draw(st.integers(0, norb)))
    one, two = integrals(norb, 1, labels)
    full = Electrons(norb, nelec)
    state = random_state(full.size, seed=2)
    whole = applied(TwoBodyOperator(one, two, 0.4, full), state)
    for irrep in range(4):
        space = Electrons(norb, nelec, labels, irrep)
        if space.size:
            where = full.indices(space.configurations())
            found = applied(TwoBodyOperator(one, two, 0.4, space), state[where])
            np.testing.assert_allclose(found, whole[where], atol=1e-10)


def test_integrals_that_leave_the_sector_are_refused() -> None:
    with pytest.raises(SpaceError, match="changes the symmetry"):
        TwoBodyOperator(*integrals(3, 0), 0.0, Electrons(3, (1, 1), (0, 1, 0)))


# -- for eigenvectors ----------------------------------------------------------------------


@pytest.mark.parametrize("labels", [(), (0, 1, 2, 3, 0, 1)])
@pytest.mark.parametrize("part", [1, 30, 1 << 19])
def test_application_in_parts(
    labels: tuple[int, ...], part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.lowering.two_body.PART", part)
    space = Electrons(6, (3, 2), labels)
    operator = TwoBodyOperator(*integrals(6, 2, labels or (0,) * 6), 0.5, space)
    psi = split(random_state(space.size, seed=1), 2, np.float64)
    out = np.full_like(psi, np.nan)
    pauses = len(list(operator.apply_in_parts(psi, out)))
    assert (pauses == 2) == (part > space.size)
    np.testing.assert_allclose(join(out), applied(operator, join(psi)), atol=1e-12)


@pytest.mark.parametrize("nelec", [(3, 3), (2, 1), (1, 0), (5, 6)], ids=str)
def test_operators_of_other_symmetries(nelec: tuple[int, int]) -> None:
    """Tables made anew, and from those of another symmetry, which may hold other strings."""
    labels = (0, 1, 2, 3, 0, 1)
    one, two = integrals(6, 2, labels)
    like = None
    for irrep in range(4):
        space = Electrons(6, nelec, labels, irrep)
        if not space.size:
            continue
        like = TwoBodyOperator(one, two, 0.5, space, like=like)
        state = random_state(space.size, seed=irrep)
        anew = TwoBodyOperator(one, two, 0.5, space)
        np.testing.assert_array_equal(applied(like, state), applied(anew, state))
