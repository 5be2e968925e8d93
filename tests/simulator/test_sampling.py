from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import numba
import numpy as np
import pytest

import simulator
from simulator import (
    Electrons,
    FlipSymmetric,
    HammingWeight,
    Product,
    Qubits,
    Space,
    Subset,
    sample,
)
from simulator.lowering.planar import join, split
from simulator.objectives.sampling import sample_planar
from simulator.spaces import Integers, configurations_at
from simulator.testing import random_state


def by_inversion(state: np.ndarray, shots: int, seed: int) -> np.ndarray:
    """Positions from one long cumulative sum and the same random numbers."""
    cumulative = np.cumsum(np.abs(state) ** 2)
    targets = np.random.default_rng(seed).random(shots) * cumulative[-1]
    return np.asarray(np.searchsorted(cumulative, targets, side="right"))


@pytest.fixture
def all_threads() -> Iterator[None]:
    yield
    simulator.set_threads(numba.config.NUMBA_NUM_THREADS)


def test_frequencies_follow_probabilities() -> None:
    state = random_state(8, seed=4)
    drawn = sample(Qubits(3), state, 40_000, seed=1)
    counts = np.bincount(drawn, minlength=8)
    expected = 40_000 * np.abs(state) ** 2
    # Pearson's chi squared with 7 degrees of freedom: above 24.3 once in 1,000 seeds.
    assert np.sum((counts - expected) ** 2 / expected) < 24.3


def test_flip_symmetric_draws_both_members_of_a_pair() -> None:
    drawn = sample(FlipSymmetric(3), np.array([0, 1, 0, 0]), 2_000, seed=2)
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [1, 6]
    assert abs(counts[0] - 1_000) < 160


def test_electrons_keep_their_numbers() -> None:
    space = Electrons(4, (2, 1))
    drawn = sample(space, random_state(space.size, seed=0), 100, seed=0)
    assert (space.indices(drawn) >= 0).all()


def test_seeds_repeat() -> None:
    state = random_state(8, seed=4)
    first, second, third = (sample(Qubits(3), state, 50, seed=seed) for seed in (7, 7, 8))
    assert first.tolist() == second.tolist() != third.tolist()


def test_zero_probabilities_are_never_drawn() -> None:
    state = np.array([0, 1, 0, 0]) * 1.0
    assert set(sample(Qubits(2), state, 1_000, seed=0).tolist()) == {1}
    assert sample(Qubits(2), state, 0, seed=0).shape == (0,)


@pytest.mark.parametrize("state", [np.ones(4), np.zeros(4), np.full(4, np.nan), np.ones(2)])
def test_states_that_are_no_states_are_refused(state: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected"):
        sample(Qubits(2), state, 1, seed=0)
    with pytest.raises(ValueError, match="shots"):
        sample(Qubits(1), np.array([1.0, 0.0]), -1)


@pytest.mark.parametrize("size", [1, 2, 4095, 4096, 4097, 3 * 4096 + 7])
@pytest.mark.parametrize("real", [True, False])
def test_blocks_against_one_cumulative_sum(size: int, real: bool) -> None:
    state = random_state(size, seed=size, real=real)
    drawn = sample(Line(size), state, 2_000, seed=3)
    assert drawn.tolist() == by_inversion(state, 2_000, 3).tolist()


@pytest.mark.parametrize("dtype", [np.float32, np.complex64, np.float16, np.clongdouble, ">c16"])
def test_vectors_of_any_type(dtype: Any) -> None:
    state = random_state(512, seed=9, real=np.dtype(dtype).kind == "f").astype(dtype)
    drawn = sample(Qubits(9), state, 5_000, seed=1)
    expected = by_inversion(state.astype(complex), 5_000, 1)
    assert np.count_nonzero(drawn != expected) < 5  # rounding of the cumulative sums
    assert sample(Qubits(8), state[::2] / np.linalg.norm(state[::2]), 3, seed=0).shape == (3,)


def test_planar_rows_and_read_only_vectors() -> None:
    state = random_state(256, seed=2)
    state.flags.writeable = False
    drawn = sample(Qubits(8), state, 100, seed=5)
    rows = split(state, 2, np.float64)
    assert sample_planar(Qubits(8), rows, 100, 5).tolist() == drawn.tolist()
    assert (join(rows) == state).all()


def test_mass_at_the_ends_and_in_one_block() -> None:
    state = np.zeros(3 * 4096)
    state[[0, 4095, -1]] = 0.6, 0.0, 0.8
    drawn = sample(Line(state.size), state, 4_000, seed=0)
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [0, state.size - 1]
    assert abs(counts[0] - 0.36 * 4_000) < 130  # four standard deviations


def test_draws_do_not_depend_on_threads(all_threads: None) -> None:
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("one processor")
    state = random_state(1 << 18, seed=0).astype(np.complex64)
    drawn = []
    for threads in (1, 2):
        simulator.set_threads(threads)
        drawn.append(sample(Qubits(18), state, 200_000, seed=11).tolist())
    assert drawn[0] == drawn[1]


def test_memory_is_that_of_blocks_and_shots() -> None:
    space = FlipSymmetric(21)
    state = np.full(space.size, space.size**-0.5)
    sample(space, state, 1_000, seed=0)  # compile first
    tracemalloc.start()
    drawn = sample(space, state, 1_000, seed=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300_000 < state.nbytes // 20
    assert len(drawn) == 1_000


@pytest.mark.parametrize(
    "space",
    [
        Qubits(0),
        Qubits(4),
        FlipSymmetric(1),
        FlipSymmetric(4),
        Electrons(4, (2, 1)),
        Electrons(0, (0, 0)),
        Electrons(5, (2, 3), orbital_symmetry=(0, 1, 0, 2, 3), irrep=1),
        HammingWeight(5, 2),
        Product(),
        Product(HammingWeight(3, 1), Qubits(2), Subset(3, [6, 0])),
    ],
    ids=str,
)
def test_configurations_of_positions(space: Space) -> None:
    positions = np.random.default_rng(0).integers(0, space.size, 30)
    expected = space.configurations()[positions]
    assert configurations_at(space, positions).tolist() == expected.tolist()


def test_a_space_that_lists_its_configurations_only() -> None:
    positions = np.array([2, 0, 2])
    assert configurations_at(Line(3), positions).tolist() == [2, 0, 2]


class Line:
    """Positions 0 ... size - 1, for sizes that no other space has."""

    num_qubits = 20

    def __init__(self, size: int) -> None:
        self.size = size

    def configurations(self) -> Integers:
        return np.arange(self.size)

    def indices(self, configurations: Integers) -> Integers:
        return configurations

    def index(self, configuration: int) -> int:
        return configuration

    def embed(self, state: Any) -> Any:
        return state
