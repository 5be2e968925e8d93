"""Sums of ladder operators: exponentials of blocks against dense matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Electrons, Excitation, Generator, Ladder, LadderSum, Qubits, SpaceError
from simulator.lowering.block_actions import BlockAction, invariant_blocks
from simulator.lowering.planar import split
from simulator.operators.ladder_sum import excitation_terms
from simulator.pools.pool_gradient import PoolGradient
from simulator.testing import check_generator, dense_generator, random_state

SPACES = [Electrons(3, (1, 2)), Electrons(4, (2, 2)), Electrons(4, (0, 3)), Electrons(2, (2, 1))]
Mode = tuple[int, int]


def double(weight: float, p: Mode, q: Mode, r: Mode, s: Mode) -> Any:
    """Weight times the excitation that moves p to r and q to s."""
    return excitation_terms([(p, r), (q, s)], weight)


def number_controlled(weight: float) -> Any:
    """n_{1 beta} (c^dagger_{2 alpha} c_{0 alpha}) minus its adjoint."""
    number = (Ladder(1, 1, True), Ladder(1, 1, False))
    forward = (Ladder(2, 0, True), Ladder(0, 0, False))
    back = (Ladder(0, 0, True), Ladder(2, 0, False))
    return (number + forward, weight), (number + back, -weight)


SUMS = [
    LadderSum(excitation_terms([((0, 0), (1, 0))], 0.7)),
    LadderSum(excitation_terms([((1, 1), (0, 1))]), signed=False),
    LadderSum(
        double(0.5, (0, 0), (0, 1), (1, 0), (1, 1)) + excitation_terms([((0, 1), (1, 1))], -0.3)
    ),
]
LARGER = [
    LadderSum(
        double(0.5, (0, 0), (1, 1), (2, 0), (2, 1)) + double(0.5, (1, 0), (0, 1), (2, 0), (2, 1))
    ),
    LadderSum(
        double(1.0, (0, 0), (1, 1), (2, 0), (2, 1)) + double(-1.0, (0, 0), (2, 1), (2, 0), (1, 1)),
        signed=False,
    ),
    LadderSum(number_controlled(0.6) + excitation_terms([((0, 0), (1, 0))], 0.2)),
]


@pytest.mark.parametrize("space", SPACES, ids=str)
@pytest.mark.parametrize("generator", SUMS, ids=str)
def test_contract(generator: LadderSum, space: Electrons) -> None:
    check_generator(generator, space)


@pytest.mark.parametrize("space", SPACES[:3], ids=str)
@pytest.mark.parametrize("generator", LARGER, ids=str)
def test_contract_of_sums_over_three_orbitals(generator: LadderSum, space: Electrons) -> None:
    check_generator(generator, space, seed=1)


def modes(count: int) -> st.SearchStrategy[list[Mode]]:
    return st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=count, max_size=count, unique=True
    )


@given(
    picks=st.lists(st.tuples(modes(4), st.floats(-2, 2)), min_size=1, max_size=4),
    signed=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_random_sums(picks: list[tuple[list[Mode], float]], signed: bool) -> None:
    terms: list[Any] = []
    for (p, q, r, s), weight in picks:
        if p[1] + q[1] != r[1] + s[1]:
            p, s = s, p
        if p[1] + q[1] == r[1] + s[1] and sorted((p[1], q[1])) == sorted((r[1], s[1])):
            terms += double(weight, p, q, r, s)
    check_generator(LadderSum(tuple(terms), signed=signed), Electrons(3, (2, 1)))


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_a_single_excitation_is_an_excitation(space: Electrons) -> None:
    for excitation, moves in (
        (Excitation(alpha=((0,), (1,))), [((0, 0), (1, 0))]),
        (Excitation(alpha=((0,), (1,)), beta=((1,), (0,))), [((0, 0), (1, 0)), ((1, 1), (0, 1))]),
    ):
        matrix = LadderSum(excitation_terms(moves)).matrix(space).toarray()
        np.testing.assert_array_equal(matrix, dense_generator(excitation, space).real)


def test_blocks_that_differ_by_signs_are_diagonalised_once() -> None:
    space = Electrons(6, (3, 3))
    terms = double(0.5, (0, 0), (1, 1), (4, 0), (5, 1)) + double(
        0.5, (1, 0), (0, 1), (5, 0), (4, 1)
    )
    blocks = list(invariant_blocks(LadderSum(terms).matrix(space)))
    assert sum(len(kind.positions) for kind in blocks) > 20
    assert len(blocks) < 6


def test_operators_that_are_in_use_are_lowered_once() -> None:
    space = Electrons(3, (1, 1))
    one, same = (LadderSum(excitation_terms([((0, 0), (2, 0))])) for _ in range(2))
    action = one.on(space)
    assert isinstance(action, BlockAction)
    assert same.on(space) is action


def test_symmetric_spaces() -> None:
    labelled = Electrons(3, (1, 1), orbital_symmetry=(0, 1, 0), irrep=0)
    check_generator(LadderSum(excitation_terms([((0, 0), (2, 0))])), labelled)
    with pytest.raises(SpaceError, match="changes the symmetry"):
        LadderSum(excitation_terms([((0, 0), (1, 0))])).on(labelled)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="conserve the electrons of each spin"):
        LadderSum((((Ladder(0, 0, True),), 1.0),))
    with pytest.raises(ValueError, match="conserve the electrons of each spin"):
        LadderSum((((Ladder(0, 0, True), Ladder(0, 1, False)), 1.0),))
    with pytest.raises(ValueError, match="finite"):
        LadderSum((((Ladder(0, 0, True), Ladder(1, 0, False)), np.nan),))
    with pytest.raises(ValueError, match="anti-Hermitian"):
        LadderSum((((Ladder(0, 0, True), Ladder(1, 0, False)), 1.0),)).on(Electrons(2, (1, 1)))
    with pytest.raises(SpaceError, match="act on Electrons"):
        SUMS[0].on(Qubits(4))
    with pytest.raises(SpaceError, match="needs 2 orbitals"):
        SUMS[0].on(Electrons(1, (1, 0)))


def test_pool_gradient() -> None:
    """Against the derivative of the mean, from the overlap of each action."""
    space = Electrons(4, (2, 2))
    # A beta creator left of both alpha operators, which change the sign when they pass it.
    crossed = (Ladder(2, 1, True), Ladder(3, 0, True), Ladder(1, 1, False), Ladder(0, 0, False))
    back = tuple(Ladder(o.orbital, o.spin, not o.creates) for o in reversed(crossed))
    pool: list[Generator] = [
        LadderSum(((crossed, 1.0), (back, -1.0))),
        *LARGER,
        Excitation(alpha=((0, 1), (2, 3))),
        Excitation(((0,), (3,)), ((1,), (2,))),
    ]
    psi, image = (random_state(space.size, seed=seed, real=True) for seed in (1, 2))
    found = PoolGradient(pool, space)(psi, image)
    for generator, value in zip(pool, found, strict=True):
        overlap = generator.on(space).overlap(
            split(image, 1, np.float64), split(psi, 1, np.float64)
        )
        assert value == pytest.approx(2 * overlap, abs=1e-12)
    assert PoolGradient([], space)(psi, image).shape == (0,)
    with pytest.raises(TypeError, match="expected excitations"):
        PoolGradient([object()], space)  # type: ignore[list-item]
    with pytest.raises(TypeError, match="real state"):
        PoolGradient(pool, space)(psi * 1j, image)
