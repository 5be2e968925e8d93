"""The tree recursion against state vectors, closed forms and published values."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qopt
from qminima import InputError
from qopt import TreeExpectation
from qopt.angles.schedules import linear_ramp, unwrap_angles
from qopt.angles.tables import sk_angles, sk_energy, tree_angles, tree_cut_fraction
from simulator import Expectation, MemoryLimitError, minimize

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

angle = st.floats(-4, 4)


def random_angles(depth: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).uniform(-2, 2, 2 * depth)


def cut_fraction(graph: nx.Graph[int], params: Floats) -> float:
    problem = qopt.maxcut(graph)
    energy = Expectation(qopt.qaoa(problem, len(params) // 2), problem.cost)
    return -energy(params) / graph.number_of_edges()


@given(degree=st.integers(1, 9), gamma=angle, beta=angle)
def test_one_layer_is_the_closed_formula(degree: int, gamma: float, beta: float) -> None:
    # Wang, Hadfield, Jiang and Rieffel, arXiv:1706.02998, without triangles.
    expected = 0.5 + np.sin(4 * beta) * np.sin(gamma) * np.cos(gamma) ** (degree - 1) / 2
    assert TreeExpectation(1, degree)([gamma, beta]) == pytest.approx(-expected, abs=1e-12)


@pytest.mark.parametrize(
    ("graph", "degree", "depth"),
    [
        (nx.path_graph(2), 1, 1),
        (nx.path_graph(2), 1, 4),
        (nx.cycle_graph(4), 2, 1),
        (nx.cycle_graph(9), 2, 3),
        (nx.cycle_graph(12), 2, 5),
        (nx.petersen_graph(), 3, 1),
        (nx.heawood_graph(), 3, 2),
        (nx.complete_bipartite_graph(4, 4), 4, 1),
        (nx.complete_bipartite_graph(6, 6), 6, 1),
    ],
    ids=["edge-1", "edge-4", "C4", "C9", "C12", "petersen", "heawood", "K44", "K66"],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_state_vector_of_large_girth(
    graph: nx.Graph[int], degree: int, depth: int, seed: int
) -> None:
    params = random_angles(depth, seed)
    assert TreeExpectation(depth, degree)(params) == pytest.approx(
        -cut_fraction(graph, params), abs=1e-12
    )


def test_short_cycles_are_told_apart() -> None:
    """The Petersen graph has cycles of length five, which two layers see."""
    params = tree_angles(2)
    assert abs(TreeExpectation(2)(params) + cut_fraction(nx.petersen_graph(), params)) > 1e-3


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_best_cut_of_rings(depth: int) -> None:
    """(2p + 1)/(2p + 2): Farhi, Goldstone and Gutmann, arXiv:1411.4028."""
    least = minimize(TreeExpectation(depth, 2), linear_ramp(depth), gradient_tolerance=1e-7)
    assert least.value == pytest.approx(-(2 * depth + 1) / (2 * depth + 2), abs=1e-9)


@pytest.mark.parametrize(
    ("depth", "degree"),
    [(p, 3) for p in range(1, 9)] + [(p, d) for d in range(4, 10) for p in range(1, 7)],
)
def test_published_optima(depth: int, degree: int) -> None:
    value, gradient = TreeExpectation(depth, degree).value_and_gradient(tree_angles(depth, degree))
    assert value == pytest.approx(-tree_cut_fraction(depth, degree), abs=2e-10)
    assert np.abs(gradient).max() < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("degree", range(3, 10))
def test_published_optima_at_depth_ten(degree: int) -> None:
    value, gradient = TreeExpectation(10, degree).value_and_gradient(tree_angles(10, degree))
    assert value == pytest.approx(-tree_cut_fraction(10, degree), abs=1e-6)
    assert np.abs(gradient).max() < 1e-4


@pytest.mark.parametrize("degree", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_gradient_against_differences(depth: int, degree: int) -> None:
    energy, params = TreeExpectation(depth, degree), random_angles(depth, 5)
    value, gradient = energy.value_and_gradient(params)
    step = 1e-5
    differences = [
        (energy(params + step * unit) - energy(params - step * unit)) / (2 * step)
        for unit in np.eye(2 * depth)
    ]
    assert value == pytest.approx(energy(params), abs=1e-14)
    assert gradient == pytest.approx(differences, abs=1e-8)


@pytest.mark.parametrize("degree", [1, 2, 3, 5])
@pytest.mark.parametrize("params", [[0.0] * 4, [np.pi, np.pi, 0.3, 0.2], [np.pi / 2] * 4], ids=str)
def test_special_angles_cut_half(degree: int, params: list[float]) -> None:
    value, gradient = TreeExpectation(2, degree).value_and_gradient(params)
    assert value == pytest.approx(-0.5, abs=1e-12)
    assert np.isfinite(gradient).all()


@settings(max_examples=30)
@given(degree=st.integers(1, 6), params=st.lists(angle, min_size=6, max_size=6))
def test_equivalent_branches(degree: int, params: list[float]) -> None:
    energy, near = TreeExpectation(3, degree), unwrap_angles(params, degree)
    assert np.abs(near[:3]).max() <= np.pi / 2 + 1e-9
    assert np.abs(near[3:]).max() <= np.pi / 4 + 1e-9
    assert near[0] >= 0
    assert energy(near) == pytest.approx(energy(params), abs=1e-12)


@pytest.mark.parametrize("depth", range(1, 7))
def test_large_degrees_are_the_sherrington_kirkpatrick_model(depth: int) -> None:
    """Basso et al., arXiv:2110.14206: cut fraction = 1/2 - (energy per spin)/sqrt(degree - 1)."""
    branches = 10**6
    gammas, betas = np.split(sk_angles(depth), 2)
    params = np.concatenate([2 * gammas / np.sqrt(branches), betas])
    excess = -TreeExpectation(depth, branches + 1)(params) - 0.5
    assert np.sqrt(branches) * excess == pytest.approx(-sk_energy(depth), abs=5e-6)


@pytest.mark.parametrize("value", [0, -1])
def test_depth_and_degree_below_one(value: int) -> None:
    with pytest.raises(InputError, match="depth of at least 1"):
        TreeExpectation(value)
    with pytest.raises(InputError, match="degree of at least 1"):
        TreeExpectation(1, value)


def test_too_deep_for_any_memory() -> None:
    for depth, memory in ((24, "18.8 PiB"), (10**6, r"10\^\d+ B")):
        with pytest.raises(MemoryLimitError, match=f"depth {depth} needs {memory}"):
            TreeExpectation(depth)


def test_gradient_takes_more_memory_than_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.memory.available_memory", lambda: 100 << 8)
    energy = TreeExpectation(4)
    assert energy(tree_angles(4)) == pytest.approx(-0.8168765649, abs=1e-9)
    with pytest.raises(MemoryLimitError, match=r"gradient .* depth 4 needs 55\.0 KiB"):
        energy.value_and_gradient(tree_angles(4))


@pytest.mark.parametrize("params", [[], [0.1], [0.1, 0.2], [0.1] * 6, [np.nan] * 4, [[0.1] * 4]])
def test_wrong_parameters(params: list[float]) -> None:
    energy = TreeExpectation(2)
    assert energy.num_parameters == 4
    for evaluate in (energy, energy.value_and_gradient):
        with pytest.raises(InputError, match="angles"):
            evaluate(params)
