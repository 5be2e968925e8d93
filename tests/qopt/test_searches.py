"""Searches by flips: their states against definitions, their limits, and what they find."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qopt
from qminima import InputError
from qminima.limits import Deadline
from qopt.classical.search import Search
from qopt.problems.labs import OPTIMAL
from simulator.operators.polynomial import Polynomial

KEYS = [c for k in range(5) for c in combinations(range(6), k)]


def brute_force(problem: Any) -> float:
    return float(qopt.enumeration(problem).value)


@settings(max_examples=60)
@given(
    terms=st.dictionaries(st.sampled_from(KEYS), st.integers(-5, 5).map(float), max_size=12),
    seed=st.integers(0, 1000),
)
def test_searches_keep_account(terms: dict[tuple[int, ...], float], seed: int) -> None:
    """Costs and the changes by flips stay what the polynomial says, at an optimum and beyond."""
    cost = Polynomial(terms)
    search = Search(cost, 6, seed)
    search.descend()
    at = int(search.bitstring[::-1], 2)
    assert search.value == pytest.approx(cost.value(at))
    assert all(cost.value(at ^ 1 << j) >= cost.value(at) - 1e-9 for j in range(6))
    search.restart(np.ones(6))
    search.breakout(200, Deadline(None))
    assert search.value == pytest.approx(cost.value(int(search.bitstring[::-1], 2)))
    assert search.value <= cost.value(0) + 1e-9


@pytest.mark.parametrize("length", [9, 13, 16, 20])
def test_breakout_finds_optimal_sequences(length: int) -> None:
    assert qopt.breakout(qopt.labs(length), seed=1).value == OPTIMAL[length]


def test_breakout_on_what_annealers_do_not_take() -> None:
    problem = qopt.load_problem("14", "max-sat", instance_seed=1)
    assert qopt.breakout(problem, seed=0).value == brute_force(problem)


def test_flips_make_runs_that_can_be_repeated() -> None:
    problem = qopt.load_problem("24", "spin-glass")
    one, other = (qopt.breakout(problem, flips=5000, seed=3) for _ in range(2))
    assert one.bitstring == other.bitstring
    assert one.evaluations == other.evaluations >= 5000
    assert one.evaluations <= 5000 + 24
    assert qopt.breakout(problem, flips=5000, seed=4).evaluations >= 5000


def test_limits_of_time() -> None:
    problem = qopt.load_problem("60", "spin-glass")
    result = qopt.breakout(problem, seconds=0.2)
    assert result.stop_reason == "time is over"
    # Far from what it would take if the shorter limit did not count.
    assert qopt.breakout(problem, seconds=600, time_limit=0.05).seconds < 300
    for wrong in (
        {"flips": 0},
        {"seconds": -1.0},
        {"seconds": 0},
        {"time_limit": 0.0},
        {"seconds": 1, "time_limit": 0},
    ):
        with pytest.raises(InputError):
            qopt.breakout(problem, **wrong)


def test_one_exchange_from_samples_and_from_uniform_ones() -> None:
    problem = qopt.maxcut(nx.cycle_graph(8))
    given = qopt.one_exchange(problem, ["00000000", "01010101", "00110011"])
    assert given.value == -8
    assert given.settings == {"starts": 3, "time_limit": None}
    assert given.properties["start_mean"] == pytest.approx(-(0 + 8 + 4) / 3)
    assert given.expectation is not None
    assert given.expectation <= given.properties["start_mean"]
    uniform = qopt.one_exchange(problem, 2000, seed=0)
    assert uniform.properties["start_mean"] == pytest.approx(-4, abs=0.2)
    assert (
        qopt.one_exchange(problem, 100, seed=1).bitstring
        == qopt.one_exchange(problem, 100, seed=1).bitstring
    )
    for wrong in ([], ["000"], ["0000000x"], 0):
        with pytest.raises(InputError):
            qopt.one_exchange(problem, wrong)


def test_annealing_for_a_time() -> None:
    problem = qopt.maxcut(nx.random_regular_graph(3, 200, seed=0))
    result = qopt.annealing(problem, seconds=0.5, seed=0)
    assert result.stop_reason == "time is over"
    assert result.settings == {"seconds": 0.5, "time_limit": None}
    assert result.value <= qopt.annealing(problem, reads=3, seed=0).value
    assert result.evaluations > 500 * 200
    assert qopt.annealing(problem, seconds=600, time_limit=0.2).seconds < 300
    with pytest.raises(InputError):
        qopt.annealing(problem, seconds=0)


def test_nothing_to_search() -> None:
    constant = qopt.maxcut(nx.empty_graph(3))
    assert qopt.breakout(constant, seed=0).value == 0
    assert qopt.one_exchange(constant, 4, seed=0).value == 0
    assert qopt.annealing(constant, seconds=0.1).value == 0


def test_tabu_for_a_time() -> None:
    problem = qopt.maxcut(nx.random_regular_graph(3, 60, seed=2))
    result = qopt.tabu(problem, seconds=0.4, seed=0)
    assert result.stop_reason == "time is over"
    assert result.settings["seconds"] == 0.4
    assert qopt.tabu(problem, seconds=600, time_limit=0.1).seconds < 300
    with pytest.raises(InputError):
        qopt.tabu(problem, seconds=-1)


def test_long_descents_end_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A descent of many flips is made in pieces, which lead where one piece leads."""
    cost = qopt.maxcut(nx.random_regular_graph(3, 3000, seed=1)).cost
    whole, piece = Search(cost, 3000, 1), Search(cost, 3000, 1)
    flips = whole.descend()
    monkeypatch.setattr("qopt.classical.search._next_piece", lambda *_: 10)
    assert piece.descend() == flips
    assert piece.bitstring == whole.bitstring
    over = Deadline(1.0)
    over.charge(2.0)
    piece.restart(np.ones(3000))
    assert piece.descend(over) == 100


def test_pauses_change_no_breakout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces may end within a descent, and the search goes on as if there had been none."""
    problem = qopt.maxcut(nx.random_regular_graph(3, 300, seed=1))
    whole = qopt.breakout(problem, flips=5000, seed=1)
    monkeypatch.setattr("qopt.classical.search._next_piece", lambda *_: 7)
    paused = qopt.breakout(problem, flips=5000, seed=1)
    assert paused.bitstring == whole.bitstring
    assert paused.evaluations == whole.evaluations
