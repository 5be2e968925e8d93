"""QAOA as dimod's sampler: dimod's own contract, and models that come back as they went."""

from __future__ import annotations

import unittest
import warnings
from typing import Any

import dimod
import dimod.testing
import networkx as nx
import numpy as np
import pytest

import qopt
from qminima import InputError
from simulator import bitstring


@dimod.testing.load_sampler_bqm_tests(qopt.QAOASampler)
class TestSampler(unittest.TestCase):
    """The tests that dimod brings for samplers."""

    def test_api(self) -> None:
        dimod.testing.assert_sampler_api(qopt.QAOASampler())


def model(seed: int, vartype: str) -> dimod.BinaryQuadraticModel:
    rng = np.random.default_rng(seed)
    linear = {label: rng.normal() for label in "abcde"}
    quadratic = {pair: rng.normal() for pair in (("a", "b"), ("b", "c"), ("c", "e"), ("a", "d"))}
    return dimod.BinaryQuadraticModel(linear, quadratic, rng.normal(), vartype)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_energies_are_those_of_the_model(vartype: str) -> None:
    given = model(1, vartype)
    problem = qopt.from_bqm(given)
    back = qopt.to_bqm(problem, vartype=vartype)
    for configuration in range(32):
        bits = bitstring(configuration, 5)
        values = [int(bit) if vartype == "BINARY" else 1 - 2 * int(bit) for bit in bits]
        labelled = dict(zip(problem.labels, values, strict=True))
        assert problem.value(bits) == pytest.approx(given.energy(labelled), abs=1e-12)
        assert back.energy(dict(enumerate(values))) == pytest.approx(problem.value(bits), abs=1e-12)


def test_samples_find_the_ground_state() -> None:
    given = model(2, "BINARY")
    found = qopt.QAOASampler().sample(given, depth=4, num_reads=200, seed=3)
    exact = dimod.ExactSolver().sample(given)
    assert found.first.energy == pytest.approx(exact.first.energy)
    assert len(found) == 200
    assert found.info["mean_energy"] < given.offset + sum(given.linear.values()) / 2
    again = qopt.QAOASampler().sample(given, depth=4, num_reads=200, seed=3)
    np.testing.assert_array_equal(found.record.sample, again.record.sample)


def test_other_samplers_options_are_told() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        qopt.QAOASampler().sample_ising({}, {(0, 1): 1.0}, depth=1, num_sweeps=100, seed=0)
    assert any("num_sweeps" in str(one.message) for one in caught)


def test_refused() -> None:
    with pytest.raises(InputError, match="num_reads"):
        qopt.QAOASampler().sample_ising({0: 1.0}, {}, num_reads=0)
    with pytest.raises(InputError, match="depth"):
        qopt.QAOASampler().sample_ising({0: 1.0}, {}, depth=0)
    with pytest.raises(InputError, match="degree 4"):
        qopt.to_bqm(qopt.labs(5))
    with pytest.raises(InputError, match="at least one variable"):
        qopt.from_bqm(dimod.BinaryQuadraticModel("SPIN"))


def test_a_cut_as_a_model() -> None:
    graph: nx.Graph[Any] = nx.cycle_graph(4)
    cut = qopt.to_bqm(qopt.maxcut(graph), vartype="SPIN")
    assert cut.energy({0: 1, 1: -1, 2: 1, 3: -1}) == -4
