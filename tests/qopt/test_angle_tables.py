"""Published angles: conversion, ranges, and their values by independent evaluation."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest

import qopt
from qminima import InputError
from qopt import TreeExpectation, fixed_angles, sk_angles, sk_energy, tree_angles, tree_cut_fraction
from qopt.angles.schedules import gamma_scale, interpolate, rescale_gammas
from qopt.angles.tables import (
    FIXED_DEGREES,
    TREE_DEGREES,
    fixed_depths,
    starting_angles,
    tree_depths,
)
from simulator import Expectation, Polynomial

FIXED = [(depth, degree) for degree in FIXED_DEGREES for depth in fixed_depths(degree)]
SK_DEPTHS = [*range(1, 21), *range(22, 41, 2), 27, 31, 60, 80]


def test_known_range() -> None:
    assert tree_depths() == tree_depths(3) == tuple(range(1, 18))
    assert {degree: tree_depths(degree)[-1] for degree in range(4, 10)} == {
        4: 13, 5: 13, 6: 13, 7: 13, 8: 12, 9: 12
    }  # fmt: skip
    assert [fixed_depths(degree)[-1] for degree in FIXED_DEGREES] == [11, 5, 4, 3, 3, 3, 3, 3, 2]


@pytest.mark.parametrize("degree", TREE_DEGREES)
def test_tree_angles_are_on_one_branch(degree: int) -> None:
    """On the smooth branch gammas rise, up to a wiggle at the end, betas fall, all are positive."""
    for depth in tree_depths(degree):
        gammas, betas = np.split(tree_angles(depth, degree), 2)
        assert len(gammas) == depth
        assert (gammas > 0).all(), depth
        assert (gammas < np.pi / 2).all(), depth
        assert (betas < np.pi / 4).all(), depth
        assert (np.diff(gammas) > -0.05).all(), depth
        assert (np.diff([*betas, 0]) < 0).all(), depth


@pytest.mark.parametrize("degree", TREE_DEGREES)
def test_interpolation_between_depths_of_the_table(degree: int) -> None:
    """Only on a smooth branch do interpolated angles gain over the depth before."""
    for depth in range(2, 6):
        grown = -TreeExpectation(depth + 1, degree)(interpolate(tree_angles(depth, degree)))
        before, after = (tree_cut_fraction(p, degree) for p in (depth, depth + 1))
        assert before + (after - before) / 2 < grown < after


@pytest.mark.parametrize("degree", TREE_DEGREES)
def test_fractions_rise_with_depth_and_fall_with_degree(degree: int) -> None:
    fractions = [tree_cut_fraction(depth, degree) for depth in tree_depths(degree)]
    assert fractions[0] > 0.5
    assert fractions[-1] < 1
    assert (np.diff(fractions) > 0).all()
    if degree > 3:
        for depth, fraction in zip(tree_depths(degree), fractions, strict=True):
            assert fraction < tree_cut_fraction(depth, degree - 1), depth


@pytest.mark.parametrize("degree", TREE_DEGREES)
def test_one_layer_of_every_degree_is_the_closed_formula(degree: int) -> None:
    # The maximum of 1/2 + sin(4 beta) sin(gamma) cos(gamma)^(degree - 1)/2.
    expected = [np.arctan(1 / np.sqrt(degree - 1)), np.pi / 8]
    assert tree_angles(1, degree) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("depth", "degree"), FIXED)
def test_fixed_angles_are_next_to_the_optimum(depth: int, degree: int) -> None:
    angles = fixed_angles(depth, degree)
    assert len(angles) == 2 * depth
    assert (angles > 0).all()
    if depth <= 8 and degree in TREE_DEGREES:
        optimum = tree_cut_fraction(depth, degree)
        assert optimum - 1e-5 < -TreeExpectation(depth, degree)(angles) < optimum + 1e-10
    if degree not in TREE_DEGREES:
        expected = [np.arctan(1 / np.sqrt(degree - 1)), np.pi / 8]
        assert fixed_angles(1, degree) == pytest.approx(expected, abs=1e-3)
        _, gradient = TreeExpectation(depth, degree).value_and_gradient(angles)
        assert np.abs(gradient).max() < 1e-3


def infinite_sk(params: np.ndarray[tuple[int], np.dtype[np.float64]]) -> complex:
    """Energy per spin as n grows, by Basso et al., arXiv:2110.14206, as it stands."""
    depth = len(params) // 2
    gammas, betas = np.split(params, 2)
    size = 2 * depth + 1
    paths = 1 - 2 * ((np.arange(1 << size)[:, None] >> np.arange(size)) & 1)
    weights = np.full(1 << size, 0.5, dtype=complex)
    for layer, beta in enumerate(betas):
        for one, other, sign in ((layer, layer + 1, 1), (-1 - layer, -2 - layer, -1)):
            stay = paths[:, one] == paths[:, other]
            weights *= np.where(stay, np.cos(beta), sign * 1j * np.sin(beta))
    signed = np.concatenate([gammas, [0.0], -gammas[::-1]])
    phases = paths * signed
    correlations = np.zeros((size, size), dtype=complex)
    for _ in range(depth + 1):
        influence = np.exp(-np.einsum("xi,ij,xj->x", phases, correlations, phases) / 2)
        correlations = (paths.T * (weights * influence)) @ paths
    return complex(-0.5j * (signed * correlations[depth] ** 2).sum())


@pytest.mark.parametrize("depth", range(1, 6))
def test_sk_energies_by_the_infinite_size_iteration(depth: int) -> None:
    assert infinite_sk(sk_angles(depth)) == pytest.approx(sk_energy(depth), abs=3e-6)


def test_one_layer_of_the_sk_model() -> None:
    assert sk_angles(1) == pytest.approx([0.5, np.pi / 8], abs=2e-8)
    assert sk_energy(1) == pytest.approx(-1 / (2 * np.sqrt(np.e)), abs=1e-9)


def test_sk_table() -> None:
    energies = [sk_energy(depth) for depth in sorted(SK_DEPTHS)]
    assert (np.diff(energies) < 0).all()
    assert energies[-1] > -0.763166726566547  # Parisi's
    for depth in SK_DEPTHS:
        angles = sk_angles(depth)
        assert len(angles) == 2 * depth
        assert ((angles > 0) & (angles < 1)).all()


def sk_costs(n: int, seed: int, depths: tuple[int, ...]) -> list[float]:
    """Mean cost per spin of an instance with couplings +-1, through MaxCut of weights 2J/sqrt n."""
    graph = nx.complete_graph(n)
    signs = np.random.default_rng([n, seed]).choice([-1.0, 1.0], graph.number_of_edges())
    for edge, sign in zip(graph.edges, signs, strict=True):
        graph.edges[edge]["weight"] = 2 * float(sign) / np.sqrt(n)
    problem = qopt.maxcut(graph)
    constant = float(signs.sum()) / np.sqrt(n)
    energies = [Expectation(qopt.qaoa(problem, depth), problem.cost) for depth in depths]
    return [
        (energy(sk_angles(depth)) + constant) / n
        for energy, depth in zip(energies, depths, strict=True)
    ]


def one_layer_mean(n: int) -> float:
    """The mean over all couplings +-1 at gamma = 1/2, beta = pi/8, with x = 2 gamma/sqrt n."""
    x = 1 / np.sqrt(n)
    return float(-(n - 1) / (2 * np.sqrt(n)) * np.sin(x) * np.cos(x) ** (n - 2))


def test_scale_of_sk_angles_on_instances() -> None:
    costs = np.array([sk_costs(10, seed, (1,)) for seed in range(100)])
    error = costs.std() / np.sqrt(len(costs))
    assert error < 0.005
    assert costs.mean() == pytest.approx(one_layer_mean(10), abs=4 * error)


@pytest.mark.slow
def test_instances_approach_the_sk_table() -> None:
    """What one layer deviates from its known mean is taken off the deeper ones, too."""
    depths = (1, 2, 3)
    misses = []
    for n in (8, 16):
        costs = np.array([sk_costs(n, seed, depths) for seed in range(200)])
        luck = costs[:, 0] - one_layer_mean(n)
        slopes = np.cov(luck, costs.T)[0, 1:] / luck.var(ddof=1)
        misses.append(costs.mean(0) - slopes * luck.mean() - [sk_energy(p) for p in depths])
    small, large = misses
    assert (large > 0).all()
    assert (large < 0.7 * small).all()
    # A miss of c/n leaves nothing when it is extrapolated.
    assert 2 * large - small == pytest.approx(0, abs=0.006)


@pytest.mark.parametrize("depth", [0, -1])
def test_tables_refuse_depths_below_one(depth: int) -> None:
    makers: list[Callable[[int], object]] = [
        tree_angles,
        tree_cut_fraction,
        sk_angles,
        sk_energy,
        lambda depth: fixed_angles(depth, 3),
    ]
    for make in makers:
        with pytest.raises(InputError, match="depth of at least 1"):
            make(depth)


def test_ends_of_the_tables() -> None:
    for make in (tree_angles, tree_cut_fraction):
        with pytest.raises(InputError, match="degree 3 has depths 1 to 17, got 18"):
            make(18)
        with pytest.raises(InputError, match="degree 9 has depths 1 to 12, got 13"):
            make(13, degree=9)
        for degree in (2, 10):
            with pytest.raises(InputError, match=f"degrees 3 to 9, got {degree}"):
                make(1, degree)
    with pytest.raises(InputError, match="degree 11 has depths 1 to 2, got 3"):
        fixed_angles(3, 11)
    with pytest.raises(InputError, match="degrees 3 to 11, got 12"):
        fixed_angles(1, 12)
    for depth in (21, 81):
        with pytest.raises(InputError, match=f"1 to 20, 22, 24, 26 to 28, 30 .*, got {depth}"):
            sk_angles(depth)


@pytest.mark.parametrize("make", [tree_angles, lambda depth: fixed_angles(depth, 3), sk_angles])
def test_callers_cannot_change_a_table(make: Callable[[int], np.ndarray]) -> None:
    before = make(2)
    make(2)[:] = 0
    assert (make(2) == before).all()


@pytest.mark.parametrize("degree", [3, 4, 8])
@pytest.mark.parametrize("table", ["tree", "fixed"])
def test_start_on_a_regular_graph_is_its_own_row(table: str, degree: int) -> None:
    cost = qopt.maxcut(nx.random_regular_graph(degree, 10, seed=1)).cost
    (scaled,) = starting_angles(table, 2, cost)
    row = tree_angles(2, degree) if table == "tree" else fixed_angles(2, degree)
    assert rescale_gammas(scaled, gamma_scale(cost)) == pytest.approx(row)


@pytest.mark.parametrize(
    ("graph", "degree"),
    [
        (nx.cycle_graph(5), 3),
        (nx.star_graph(5), 3),
        (nx.empty_graph(3), 3),
        (nx.complete_graph(15), 9),
    ],
    ids=["ring", "star", "empty", "K15"],
)
def test_start_takes_the_nearest_degree(graph: nx.Graph[int], degree: int) -> None:
    (scaled,) = starting_angles("tree", 3, qopt.maxcut(graph).cost)
    assert scaled == pytest.approx(rescale_gammas(tree_angles(3, degree), np.sqrt(degree / 3)))


def test_start_of_other_costs_and_depths() -> None:
    cubic = Polynomial({(0, 1, 2): 1.0, (0, 1): 1.0})
    assert starting_angles("tree", 1, cubic)[0] == pytest.approx(tree_angles(1))
    assert starting_angles("tree", 18, cubic) == []
    assert starting_angles("fixed", 12, cubic) == []
