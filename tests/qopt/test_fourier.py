"""Angles as sums of waves."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import qopt
from qminima import InputError
from qopt import FourierExpectation, TreeExpectation, angles_to_fourier, fourier_to_angles
from qopt.angles.fourier import extend_fourier
from qopt.angles.tables import tree_angles
from simulator import Expectation, minimize
from simulator.optimize.minimize import Differentiable


def amplitudes(count: int, seed: int = 0) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.random.default_rng(seed).normal(size=(2, count))


@pytest.mark.parametrize(("depth", "waves"), [(1, 1), (2, 1), (2, 2), (5, 3), (8, 8)])
def test_published_sums(depth: int, waves: int) -> None:
    """The sums of arXiv:1812.01041, layers and waves counted from 1."""
    u, v = amplitudes(waves)
    turns = [
        [(k - 0.5) * (i - 0.5) * np.pi / depth for k in range(1, waves + 1)]
        for i in range(1, depth + 1)
    ]
    gammas = [sum(u[k] * np.sin(row[k]) for k in range(waves)) for row in turns]
    betas = [sum(v[k] * np.cos(row[k]) for k in range(waves)) for row in turns]
    assert fourier_to_angles(u, v, depth) == pytest.approx([*gammas, *betas], abs=1e-12)


@pytest.mark.parametrize(("depth", "waves"), [(1, 1), (4, 2), (7, 7)])
def test_there_and_back(depth: int, waves: int) -> None:
    u, v = amplitudes(waves, seed=1)
    back = angles_to_fourier(fourier_to_angles(u, v, depth), waves)
    assert back[0] == pytest.approx(u, abs=1e-12)
    assert back[1] == pytest.approx(v, abs=1e-12)


def test_fewer_waves_are_the_nearest_angles() -> None:
    params = np.random.default_rng(3).normal(size=12)
    nearest = fourier_to_angles(*angles_to_fourier(params, 2), 6)
    matrix = np.array(
        [fourier_to_angles(row[:2], row[2:], 6) for row in np.eye(4)]
    ).T  # columns: angles of each amplitude
    solution = np.linalg.lstsq(matrix, params)[0]
    assert nearest == pytest.approx(matrix @ solution, abs=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 6])
def test_extension_adds_a_wave_of_no_amplitude(depth: int) -> None:
    params = tree_angles(depth)
    before, after = angles_to_fourier(params), angles_to_fourier(extend_fourier(params))
    for old, new in zip(before, after, strict=True):
        assert new == pytest.approx([*old, 0.0], abs=1e-12)


@pytest.mark.parametrize("degree", [3, 6])
def test_extension_gains_a_good_part_of_the_next_layer(degree: int) -> None:
    for depth in (2, 3, 4):
        energies = [TreeExpectation(p, degree)(tree_angles(p, degree)) for p in (depth, depth + 1)]
        grown = TreeExpectation(depth + 1, degree)(extend_fourier(tree_angles(depth, degree)))
        assert energies[1] < grown < np.mean(energies)


@pytest.mark.parametrize(("depth", "waves"), [(1, 1), (3, 2), (4, 4)])
def test_gradient_against_differences(depth: int, waves: int) -> None:
    problem = qopt.maxcut(nx.petersen_graph())
    energies: list[Differentiable] = [
        Expectation(qopt.qaoa(problem, depth), problem.cost),
        TreeExpectation(depth),
    ]
    params = amplitudes(waves, seed=2).ravel()
    for inner in energies:
        energy = FourierExpectation(inner, depth, waves)
        value, gradient = energy.value_and_gradient(params)
        assert value == pytest.approx(energy(params), abs=1e-12)
        assert value == pytest.approx(inner(energy.angles(params)), abs=1e-12)
        differences = [
            (energy(params + 1e-5 * unit) - energy(params - 1e-5 * unit)) / 2e-5
            for unit in np.eye(energy.num_parameters)
        ]
        assert gradient == pytest.approx(differences, abs=1e-7)


def test_all_waves_reach_the_optimum() -> None:
    least = minimize(FourierExpectation(TreeExpectation(3), 3, 3), np.array([0.6, 0, 0] * 2))
    assert least.value == pytest.approx(-0.7923984288, abs=1e-6)


def test_refused_amplitudes() -> None:
    with pytest.raises(InputError, match="as many u as v"):
        fourier_to_angles([0.1, 0.2], [0.1], 3)
    with pytest.raises(InputError, match="as many u as v"):
        fourier_to_angles([[0.1, 0.2]], [[0.1, 0.2]], 3)
    with pytest.raises(InputError, match="between 1 and 2 waves"):
        fourier_to_angles([0.1] * 3, [0.1] * 3, 2)
    with pytest.raises(InputError, match="depth of at least 1"):
        fourier_to_angles([0.1], [0.1], 0)
    for waves in (0, 3):
        with pytest.raises(InputError, match="between 1 and 2 waves"):
            angles_to_fourier([0.1] * 4, waves)
        with pytest.raises(InputError, match="between 1 and 2 waves"):
            FourierExpectation(TreeExpectation(2), 2, waves)
    with pytest.raises(InputError, match="finite angles"):
        angles_to_fourier([0.1] * 3)
    with pytest.raises(InputError, match="expected 2 amplitudes, got 4"):
        FourierExpectation(TreeExpectation(2), 2, 1)([0.1] * 4)
