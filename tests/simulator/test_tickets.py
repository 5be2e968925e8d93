"""Threads that share the pieces of phases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numba
import numpy as np
import pytest

import simulator
from simulator.kernels.kernel import kernel
from simulator.kernels.tickets import finish, new_counters, take, wait


@pytest.fixture(autouse=True)
def all_threads() -> Iterator[None]:
    yield
    simulator.set_threads(numba.config.NUMBA_NUM_THREADS)


@kernel
def sums_of_all(numbers, takers, rounds):  # type: ignore[no-untyped-def]
    """numbers[k + 1, piece] = sum of numbers[k] + piece; counts who took what in `takers`."""
    phases, pieces = takers.shape[1:]
    taken, done = new_counters(phases), new_counters(phases)
    for thread in numba.prange(rounds):
        for phase in range(phases):
            piece = take(taken, phase)
            while piece < pieces:
                total = 0
                for other in range(pieces):
                    total += numbers[phase, other]
                numbers[phase + 1, piece] = total % 1009 + piece
                takers[thread, phase, piece] += 1
                finish(done, phase)
                piece = take(taken, phase)
            wait(done, phase, pieces)


@pytest.mark.parametrize("form", ["serial", "parallel"])
@pytest.mark.parametrize("rounds", [1, 2, 5])
@pytest.mark.parametrize("pieces", [0, 1, 2, 37])
def test_each_piece_is_taken_once_and_phases_follow_each_other(
    pieces: int, rounds: int, form: str
) -> None:
    """A phase adds up what all pieces of the phase before it wrote."""
    phases = 300
    expected = np.zeros((phases + 1, pieces), dtype=np.int64)
    expected[0] = np.arange(pieces)
    for phase in range(phases):
        expected[phase + 1] = expected[phase].sum() % 1009 + np.arange(pieces)
    for threads in {1, numba.config.NUMBA_NUM_THREADS}:
        simulator.set_threads(threads)
        numbers = np.zeros_like(expected)
        numbers[0] = expected[0]
        takers = np.zeros((rounds, phases, pieces), dtype=np.int64)
        getattr(sums_of_all, form)(numbers, takers, rounds)
        np.testing.assert_array_equal(takers.sum(axis=0), 1)
        np.testing.assert_array_equal(numbers, expected)


def test_the_first_of_several_rounds_does_all_if_they_follow_each_other() -> None:
    takers = np.zeros((3, 4, 5), dtype=np.int64)
    sums_of_all.serial(np.zeros((5, 5), dtype=np.int64), takers, 3)
    assert (takers[0] == 1).all()
    assert not takers[1:].any()


@pytest.mark.parametrize(
    "counters", [np.zeros(4, dtype=np.int32), np.zeros((2, 2), dtype=np.int64), np.zeros(4)]
)
def test_counters_are_flat_and_whole(counters: Any) -> None:
    for use in (
        numba.njit(lambda array: take(array, 0)),
        numba.njit(lambda array: finish(array, 0)),
        numba.njit(lambda array: wait(array, 0, 0)),
    ):
        with pytest.raises(numba.core.errors.TypingError, match="contiguous"):
            use(counters)
