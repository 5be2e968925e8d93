from __future__ import annotations

import numpy as np
import pytest

from simulator import Electrons, FlipSymmetric, Qubits, sample
from simulator.testing import random_state


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
