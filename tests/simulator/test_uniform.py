"""Uniform draws and means of spaces, against lists of all configurations."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest
from scipy.stats import chi2

from simulator import (
    Electrons,
    FlipSymmetric,
    HammingWeight,
    Polynomial,
    Product,
    Qubits,
    SpaceError,
    Subset,
)
from simulator.spaces import Space, occupation_strings
from simulator.spaces.feasible import unrank_strings
from simulator.spaces.uniform import uniform_configurations, uniform_mean

SPACES: list[Space] = [
    Qubits(0),
    Qubits(4),
    FlipSymmetric(4),
    HammingWeight(5, 0),
    HammingWeight(5, 2),
    HammingWeight(5, 5),
    Subset(4, [1, 2, 7, 12, 15]),
    Product(HammingWeight(3, 1), HammingWeight(3, 1)),
    Product(Qubits(0), HammingWeight(4, 2), Qubits(0), Subset(2, [0, 3]), Qubits(1)),
    Electrons(3, (2, 1)),
    Electrons(3, (2, 1), orbital_symmetry=(0, 1, 0), irrep=1),
]


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_draws_are_uniform(space: Space) -> None:
    """Counts of 500 draws for each configuration, none of which is outside."""
    drawn = uniform_configurations(space, 500 * space.size, np.random.default_rng(1))
    counts = np.bincount(space.indices(drawn), minlength=space.size)
    statistic = ((counts - 500) ** 2 / 500).sum()
    assert statistic <= chi2.ppf(0.999, max(space.size - 1, 1))
    again = uniform_configurations(space, 500 * space.size, np.random.default_rng(1))
    other = uniform_configurations(space, 500 * space.size, np.random.default_rng(2))
    assert (drawn == again).all()
    assert space.size == 1 or (drawn != other).any()


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_means_are_those_of_all_configurations(space: Space) -> None:
    random, n = np.random.default_rng(3), space.num_qubits
    step = 2 if isinstance(space, FlipSymmetric) else 1
    keys = [key for size in range(0, n + 1, step) for key in combinations(range(n), size)]
    cost = Polynomial({key: float(random.normal()) for key in keys})
    listed = np.mean([cost.value(int(one)) for one in space.configurations()])
    assert uniform_mean(cost, space) == pytest.approx(listed, abs=1e-12)


def test_a_polynomial_that_does_not_fit() -> None:
    with pytest.raises(SpaceError, match="odd degree"):
        uniform_mean(Polynomial({(0,): 1.0}), FlipSymmetric(2))
    for space in (Qubits(2), HammingWeight(2, 1), Product(Qubits(2)), Subset(2, [1])):
        with pytest.raises(SpaceError, match="3 qubits"):
            uniform_mean(Polynomial({(2,): 1.0}), space)


def test_strings_at_their_positions() -> None:
    for norb in range(7):
        for count in range(norb + 1):
            every = occupation_strings(norb, count)
            assert unrank_strings(norb, count, np.arange(len(every))).tolist() == every.tolist()


def test_spaces_that_no_memory_holds() -> None:
    """C(62, 31), 4.7e17 configurations: their weights, and each qubit one half of the time."""
    space = HammingWeight(62, 31)
    drawn = uniform_configurations(space, 4000, np.random.default_rng(0))
    assert (np.bitwise_count(drawn) == 31).all()
    assert len(np.unique(drawn)) == 4000
    ones = [int((drawn >> qubit & 1).sum()) for qubit in range(62)]
    assert max(abs(one - 2000) for one in ones) < 5 * 4000**0.5 / 2
    # Of k ones among n, both of a pair are with chances k (k - 1) / n (n - 1).
    assert uniform_mean(Polynomial({(0, 61): 1.0}), space) == pytest.approx(-1 / 61, rel=1e-15)
    colours = Product(*[HammingWeight(3, 1)] * 20)
    pairs = Polynomial({(3 * v, 3 * v + 4): 1.0 for v in range(19)})
    assert uniform_mean(pairs, colours) == pytest.approx(19 / 9, rel=1e-15)
    assert uniform_configurations(colours, 5, np.random.default_rng(0)).max() < 1 << 60


def test_long_lists_are_not_made() -> None:
    """The same positions, whether configurations are looked up or computed."""
    space = HammingWeight(24, 12)
    positions = np.array([0, 1, 12345, 2_000_000, comb(24, 12) - 1])
    computed = space.configurations_at(positions)
    assert space.size > 1 << 20
    assert computed.tolist() == occupation_strings(24, 12)[positions].tolist()
