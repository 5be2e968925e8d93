"""The relaxation over vectors, and proofs that matrices have no eigenvalue far below zero."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csc_array

import qopt
from qminima.limits import Deadline
from qopt.classical.low_rank import _adjacency, _shift, check_bound, dual_bound, relax
from qopt.classical.proofs.positive import proven_shift
from qopt.classical.proofs.prover import Abandoned, Prover
from qopt.instances.loading import load_maxcut


def weighted(nodes: int, density: float, seed: int, *, whole: bool = False) -> qopt.MaxCut:
    random = np.random.default_rng(seed)
    graph: nx.Graph[int] = nx.gnp_random_graph(nodes, density, seed=seed)
    for u, v in graph.edges:
        weight = int(random.integers(-5, 6)) if whole else float(random.normal())
        graph.edges[u, v]["weight"] = weight
    return qopt.maxcut(graph)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("size", [1, 2, 30, 120])
def test_shifts_are_above_what_the_smallest_eigenvalue_needs(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    dense = random.normal(size=(size, size)) * (random.random((size, size)) < 0.2)
    dense = dense + dense.T
    least = np.linalg.eigvalsh(dense)[0]
    matrix = csc_array(dense)
    for given in (0.5 * max(-least, 0.1), max(-least, 0.0) + 1e-6, max(-least, 0.0) + 1.0):
        proven = proven_shift(matrix, given)
        if given <= -least - 1e-9:
            assert proven is None
        if proven is not None:
            assert proven >= -least - 1e-12
            assert proven <= given + 1e-6 * size


def test_nearly_singular_matrices_are_not_believed() -> None:
    """An eigenvalue just below zero costs as much as it has to."""
    random = np.random.default_rng(1)
    basis, _ = np.linalg.qr(random.normal(size=(40, 40)))
    for least in (-1e-6, -1e-9, 0.0, 1e-9):
        values = np.linspace(1, 3, 40)
        values[:5] = least
        dense = (basis * values) @ basis.T
        dense = (dense + dense.T) / 2
        true = np.linalg.eigvalsh(dense)[0]
        for given in (1e-12, 1e-7, 1e-3):
            proven = proven_shift(csc_array(dense), given)
            assert proven is None or proven >= -true - 1e-14


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("whole", [True, False])
def test_bounds_hold_and_can_be_checked(seed: int, whole: bool) -> None:
    problem = weighted(16, 0.5, seed, whole=whole)
    found = relax(problem, seed=0)
    optimum = -qopt.enumeration(problem).value
    assert found.converged
    assert found.exact >= Fraction(optimum) - Fraction(1, 10**9)
    assert found.bound == (floor(found.exact) if whole else found.exact)
    assert found.bound >= Fraction(optimum) - Fraction(1, 10**9)
    assert np.linalg.norm(found.vectors, axis=1) == pytest.approx(np.ones(16))
    assert check_bound(problem, found)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [0.0, 1e-6, 1.0, 1e6])
def test_any_multipliers_give_a_bound(seed: int, size: float) -> None:
    problem = weighted(9, 0.6, seed)
    multipliers = size * np.abs(np.random.default_rng(seed).normal(size=9))
    proven = _shift(_adjacency(problem, 1.0), multipliers, Deadline(None))
    if proven is not None:
        _, shift = proven
        assert dual_bound(problem, multipliers, shift) >= -qopt.enumeration(problem).value


class Clock:
    """Seconds that pass with every look at them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tick: float) -> None:
        self.now, self.tick = 0.0, tick
        monkeypatch.setattr("qminima.limits.monotonic", self)

    def __call__(self) -> float:
        self.now += self.tick
        return self.now


def test_sweeps_take_half_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = weighted(40, 0.5, 1)
    Clock(monkeypatch, 1.0)
    found = relax(problem, seed=0, deadline=Deadline(20.0))
    assert 1 <= found.sweeps < 10
    assert not found.converged
    assert found.tried > 0  # there was time for a proof
    assert check_bound(problem, found)
    assert found.exact >= relax(problem, seed=0).exact


def test_bound_without_time_for_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no cut exceeds without any proof: the sum of positive weights."""
    problem = weighted(1200, 0.005, 1, whole=True)
    Clock(monkeypatch, 1.0)
    found = relax(problem, seed=0, deadline=Deadline(1.0))
    assert found.tried == found.shift == 0
    weights = problem.edges[2]
    assert found.bound == found.exact == weights[weights > 0].sum()
    assert check_bound(problem, found)
    for wrong in (
        replace(found, multipliers=0.99 * found.multipliers),
        replace(found, exact=found.exact - 1, bound=found.bound - 1),
        replace(found, shift=-0.1),
    ):
        assert not check_bound(problem, wrong)


def test_large_matrices_are_factorised_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    dense = np.diag(random.uniform(1, 2, 1100))
    dense[0, 1] = dense[1, 0] = 1.2
    matrix = csc_array(dense)
    with Prover(matrix, Deadline(None)) as prove:
        assert [prove(shift) for shift in (0.0, 1.0)] == [
            proven_shift(matrix, shift) for shift in (0.0, 1.0)
        ]
        Clock(monkeypatch, 1.0)
        late = Prover(matrix, Deadline(0.5))
        with late, pytest.raises(Abandoned):
            late(1.0)


@pytest.mark.parametrize("scale", [1e-140, 1e-9, 1e9, 1e140])
def test_bounds_do_not_depend_on_the_unit(scale: float) -> None:
    problem = weighted(20, 0.4, 3)
    graph = problem.graph.copy()
    for _, _, data in graph.edges(data=True):
        data["weight"] *= scale
    one, other = relax(problem, seed=0), relax(qopt.maxcut(graph), seed=0)
    assert float(other.bound) / scale == pytest.approx(float(one.bound), rel=1e-4)


def test_tampered_bounds_are_rejected() -> None:
    problem = load_maxcut("3regular-100")
    found = relax(problem, seed=0)
    assert check_bound(problem, found)
    best = problem.reference
    assert best is not None
    assert found.bound >= -best.value
    for wrong in (
        replace(found, bound=found.bound - 1),
        replace(found, shift=0.9 * found.shift),
        replace(found, multipliers=0.99 * found.multipliers),
        replace(found, multipliers=found.multipliers - 0.01),
        replace(found, tried=found.shift * 2),
    ):
        assert not check_bound(problem, wrong)


def test_graphs_of_a_thousand_nodes() -> None:
    graph = nx.random_regular_graph(3, 1000, seed=1)
    problem = qopt.maxcut(graph)
    bound = qopt.semidefinite_bound(problem)
    assert bound.settings["solver"] == "mixing method"
    rounded = qopt.goemans_williamson(problem, seed=0)
    found = qopt.annealing(problem, reads=5, seed=0)
    assert rounded.properties["cut"] <= found.properties["cut"] <= -bound.value
    assert rounded.expectation is not None
    assert -rounded.expectation >= 0.878 * -bound.value
    short = qopt.semidefinite_bound(qopt.maxcut(graph), time_limit=1e-6)
    assert -short.value >= -bound.value


def test_graphs_without_edges_and_of_one_node() -> None:
    for nodes in (1, 3):
        problem = qopt.maxcut(nx.empty_graph(nodes))
        found = relax(problem)
        assert found.bound == 0
        assert check_bound(problem, found)
    assert dual_bound(qopt.maxcut(nx.path_graph(2)), np.ones(2), 0.0) == 1
