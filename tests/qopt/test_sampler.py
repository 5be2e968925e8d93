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


def test_training_that_ends_below_the_depth_asked_for() -> None:
    """One layer is exact on two variables, and no limit in time leaves room for eight."""
    pair = dimod.BinaryQuadraticModel({"a": 1.0}, {("a", "b"): -2.0}, 0.0, "BINARY")
    found = qopt.QAOASampler().sample(pair, seed=0)
    assert (found.first.energy, found.first.sample) == (-1.0, {"a": 1, "b": 1})
    graph: nx.Graph[Any] = nx.random_regular_graph(3, 16, seed=0)
    spins = dimod.BinaryQuadraticModel({}, dict.fromkeys(graph.edges, 1.0), 0.0, "SPIN")
    short = qopt.QAOASampler().sample(spins, depth=8, num_reads=5, time_limit=1e-9, seed=0)
    assert len(short) == 5
    assert len(short.info["angles"]) < 16
    np.testing.assert_allclose(short.record.energy, spins.energies(short))


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_polynomials_of_dimod(vartype: str) -> None:
    """Every energy, the labels in an order of their own types, and samples with the least one."""
    rng = np.random.default_rng(3)
    keys = [("c", "a", "b"), ("d",), ("a", "d"), ("b", "c", "d", "a"), ()]
    given = dimod.BinaryPolynomial({key: rng.normal() for key in keys}, vartype)
    problem = qopt.from_bqm(given)
    assert problem.labels == ("a", "b", "c", "d")
    energies = {}
    for configuration in range(16):
        bits = bitstring(configuration, 4)
        values = [int(bit) if vartype == "BINARY" else 1 - 2 * int(bit) for bit in bits]
        energies[bits] = given.energy(dict(zip("abcd", values, strict=True)))
        assert problem.value(bits) == pytest.approx(energies[bits], abs=1e-12)
    make = qopt.ising if vartype == "SPIN" else qopt.qubo
    assert make(given).terms == problem.terms
    found = qopt.QAOASampler().sample_poly(given, num_reads=100, seed=0)
    assert found.vartype.name == vartype
    assert found.first.energy == pytest.approx(min(energies.values()))
    np.testing.assert_allclose(found.record.energy, given.energies(found))


def test_higher_order_models_by_their_terms() -> None:
    sampler = qopt.QAOASampler()
    assert isinstance(sampler, dimod.PolySampler)
    assert sampler.sample_hising({"a": 0.5}, {("a", "b", "c"): 1.0}, seed=0).first.energy == -1.5
    empty = sampler.sample_poly(dimod.BinaryPolynomial({(): 2.0}, "SPIN"), num_reads=3)
    assert (len(empty), list(empty.variables)) == (3, [])


def test_keys_that_are_frozensets() -> None:
    for make in (qopt.qubo, qopt.ising):
        named = make({frozenset({"b", "a"}): -2.0, frozenset({"c"}): 1.0, frozenset(): 0.5})
        assert named.terms == make({("a", "b"): -2.0, ("c",): 1.0, (): 0.5}).terms
        assert named.labels == ("a", "b", "c")
    mixed = qopt.qubo({frozenset({("x", 1), "b", 3}): 1.0})
    assert mixed.labels == (3, "b", ("x", 1))


def test_models_of_another_kind_are_told_how_to_convert_them() -> None:
    """And the advice leads to the least of i j - 2 i + 4 with i + j = 3."""
    i, j = (dimod.Integer(name, upper_bound=3) for name in "ij")
    constrained = dimod.ConstrainedQuadraticModel()
    constrained.set_objective(i * j - 2 * i + 4)
    constrained.add_constraint(i + j == 3)
    with pytest.raises(InputError, match=r"ConstrainedQuadraticModel; .* dimod\.cqm_to_bqm\(cqm\)"):
        qopt.from_bqm(constrained)
    bqm, invert = dimod.cqm_to_bqm(constrained)
    problem = qopt.from_bqm(bqm)
    best = problem.decode(str(qopt.enumeration(problem).bitstring))
    assert invert(best) == {"i": 3, "j": 0}
    for other in (dimod.DiscreteQuadraticModel(), dimod.QuadraticModel(), {"a": 1.0}, None):
        with pytest.raises(InputError, match=f"got {type(other).__name__}"):
            qopt.from_bqm(other)
    spins = dimod.BinaryPolynomial({"ab": 1.0}, "SPIN")
    with pytest.raises(InputError, match="terms of BINARY variables"):
        qopt.qubo(spins)
    for model in (dimod.BinaryQuadraticModel("SPIN"), constrained):
        with pytest.raises(InputError, match="from_bqm"):
            qopt.ising(model)


def test_refused() -> None:
    with pytest.raises(InputError, match="num_reads"):
        qopt.QAOASampler().sample_ising({0: 1.0}, {}, num_reads=0)
    for wrong in (7.0, True, "7"):
        # As dimod's own samplers: a TypeError.
        with pytest.raises(TypeError, match="num_reads of at least 1, a whole number"):
            qopt.QAOASampler().sample_ising({0: 1.0}, {}, num_reads=wrong)
    assert len(qopt.QAOASampler().sample_ising({0: 1.0}, {}, num_reads=np.int64(7))) == 7
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
