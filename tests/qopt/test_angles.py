"""Schedules and transfers: ramp, interpolation, rescaling, equivalent branches."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qopt
from qminima import InputError
from qopt import TreeExpectation, transfer_angles, unwrap_angles
from qopt.angles.schedules import (
    gamma_scale,
    interpolate,
    linear_ramp,
    regular_degree,
    rescale_gammas,
    split_angles,
)
from qopt.angles.tables import tree_angles, tree_cut_fraction
from simulator import Expectation, Polynomial


@pytest.mark.parametrize("depth", [1, 2, 3, 10])
def test_ramp_is_linear_and_mirrored(depth: int) -> None:
    ramp = linear_ramp(depth, step=0.6)
    gammas, betas = ramp[:depth], ramp[depth:]
    assert gammas == pytest.approx([0.6 * (layer + 0.5) / depth for layer in range(depth)])
    assert betas == pytest.approx(gammas[::-1])
    assert (ramp > 0).all()
    assert (np.diff(gammas) > 0).all()


@pytest.mark.parametrize("depth", [0, -1])
def test_depths_below_one(depth: int) -> None:
    with pytest.raises(InputError, match="depth"):
        linear_ramp(depth)


def test_table_grows_with_depth_and_stays_below_its_limit() -> None:
    fractions = [tree_cut_fraction(depth) for depth in range(1, 18)]
    assert (np.diff(fractions) > 0).all()
    # No algorithm passes the best cut of large random 3-regular graphs, at most 0.9241 of edges.
    assert 0.69 < fractions[0] < fractions[-1] < 0.9241


def test_one_layer_of_the_table_is_the_closed_formula() -> None:
    # The maximum of 1/2 + sin(4 beta) sin(gamma) cos(gamma)^2 / 2.
    assert tree_angles(1) == pytest.approx([np.arctan(np.sqrt(0.5)), np.pi / 8], abs=1e-6)
    assert tree_cut_fraction(1) == pytest.approx(0.5 + 1 / np.sqrt(27), abs=1e-9)


@given(
    angles=st.lists(st.floats(-5, 5), min_size=1, max_size=6),
    betas=st.lists(st.floats(-5, 5), min_size=6, max_size=6),
)
def test_interpolation_formula(angles: list[float], betas: list[float]) -> None:
    p = len(angles)
    result = interpolate(np.array(angles + betas[:p]))
    for half, old in ((result[: p + 1], angles), (result[p + 1 :], betas[:p])):
        padded = [0.0, *old, 0.0]
        # Equation B1 of arXiv:1812.01041, layers counted from 1.
        expected = [
            (i - 1) / p * padded[i - 1] + (p - i + 1) / p * padded[i] for i in range(1, p + 2)
        ]
        assert half == pytest.approx(expected, abs=1e-12)
        assert (half[0], half[-1]) == pytest.approx((old[0], old[-1]))


def test_interpolated_ramp_stays_monotone() -> None:
    params = linear_ramp(1)
    for depth in range(2, 12):
        params = interpolate(params)
        assert len(params) == 2 * depth
        if depth > 2:
            assert (np.diff(params[:depth]) >= -1e-12).all()


@pytest.mark.parametrize("name", ["petersen", "3regular-8", "heawood", "3regular-20"])
def test_scale_is_one_for_unweighted_cubic_graphs(name: str) -> None:
    graph, *_ = qopt.load_graph(name)
    assert gamma_scale(qopt.maxcut(graph).cost) == pytest.approx(1, abs=1e-12)


@given(factor=st.floats(1e-6, 1e6), sign=st.sampled_from([1, -1]))
def test_scale_undoes_a_factor_of_the_cost(factor: float, sign: int) -> None:
    terms = {(0, 1): 0.5, (1, 2): -2.0, (0, 2, 3): 0.25, (): 7.0}
    scaled = Polynomial({key: sign * factor * weight for key, weight in terms.items()})
    assert gamma_scale(scaled) * factor == pytest.approx(gamma_scale(Polynomial(terms)))


def test_scale_of_a_constant() -> None:
    assert gamma_scale(Polynomial({(): 3.0})) == 1
    assert gamma_scale(qopt.maxcut(nx.empty_graph(3)).cost) == 1


@pytest.mark.parametrize("exponent", [-300, -200, 200, 300])
def test_scale_of_extreme_weights(exponent: int) -> None:
    scale = gamma_scale(Polynomial({(0, 1): 10.0**exponent}))
    assert scale * 10.0**exponent == pytest.approx(gamma_scale(Polynomial({(0, 1): 1.0})))


def test_rescaling_leaves_betas() -> None:
    assert rescale_gammas(np.array([1.0, 2.0, 3.0, 4.0]), 0.5).tolist() == [0.5, 1.0, 3.0, 4.0]


@pytest.mark.parametrize(("source", "target"), [(3, 4), (5, 3), (3, 3)])
def test_transfer_between_regular_graphs(source: int, target: int) -> None:
    problems = [
        qopt.maxcut(nx.random_regular_graph(degree, 8, seed=0)) for degree in (source, target)
    ]
    params = tree_angles(3, source)
    moved = transfer_angles(params, *problems)
    assert moved == pytest.approx(rescale_gammas(params, np.sqrt(source / target)))
    # Nearly as good as the target's own, far above half of the edges.
    fraction = -TreeExpectation(3, target)(moved)
    assert tree_cut_fraction(3, target) - 0.004 < fraction <= tree_cut_fraction(3, target) + 1e-9


def test_transfer_to_another_unit_is_exact() -> None:
    graph: nx.Graph[int] = nx.petersen_graph()
    heavy = graph.copy()
    for edge in heavy.edges:
        heavy.edges[edge]["weight"] = 250.0
    plain, scaled = qopt.maxcut(graph), qopt.maxcut(heavy)
    params = tree_angles(2)
    moved = transfer_angles(params, plain, scaled.cost)
    energy, other = (Expectation(qopt.qaoa(end, 2), end.cost) for end in (plain, scaled))
    assert other(moved) == pytest.approx(250 * energy(params))
    assert transfer_angles(moved, scaled, plain) == pytest.approx(params)


def test_degree_of_costs() -> None:
    assert regular_degree(qopt.maxcut(nx.petersen_graph()).cost) == 3
    assert regular_degree(qopt.maxcut(nx.star_graph(3)).cost) is None
    assert regular_degree(qopt.maxcut(nx.empty_graph(3)).cost) is None
    assert regular_degree(Polynomial({(0, 1): 1.0, (0,): 1.0})) is None
    assert regular_degree(Polynomial({(): 2.0})) is None


@pytest.mark.parametrize("degree", [2, 3, 4, 5])
@pytest.mark.parametrize("seed", range(4))
def test_unwrapped_angles_are_equivalent_on_graphs_with_short_cycles(
    degree: int, seed: int
) -> None:
    graph = nx.random_regular_graph(degree, 8, seed=seed)
    problem = qopt.maxcut(graph)
    energy = Expectation(qopt.qaoa(problem, 3), problem.cost)
    params = np.random.default_rng(seed).uniform(-9, 9, 6)
    assert energy(unwrap_angles(params, degree)) == pytest.approx(energy(params), abs=1e-11)


@pytest.mark.parametrize("params", [[], [0.1], [0.1] * 3, [np.inf, 0.1], [[0.1, 0.2]]], ids=str)
def test_what_are_no_angles(params: list[float]) -> None:
    cost = Polynomial({(0, 1): 1.0})
    for use in (split_angles, interpolate, lambda angles: unwrap_angles(angles, 3)):
        with pytest.raises(InputError, match="finite angles gamma_1"):
            use(params)
    with pytest.raises(InputError, match="finite angles gamma_1"):
        transfer_angles(params, cost, cost)


def test_unwrapping_needs_a_degree() -> None:
    with pytest.raises(InputError, match="degree of at least 1"):
        unwrap_angles([0.1, 0.2], 0)
