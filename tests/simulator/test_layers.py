"""Layers of phases and X mixers in fused passes, against products of one-qubit rotations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import simulator
from simulator import FlipSymmetric, Qubits
from simulator.evolution import tilings as tilings_module
from simulator.evolution.layers import LayerRun, TiledLayers, WholeLayers, layer_run
from simulator.evolution.small_layers import SmallLayers
from simulator.evolution.tilings import groups_of_bits, passes_of_layers
from simulator.kernels import kernel as kernel_module
from simulator.kernels.layout import LEAST_BITS
from simulator.kernels.phases import cosine_and_sine
from simulator.lowering.diagonal import DiagonalValues
from simulator.lowering.planar import join, split
from simulator.testing import random_state

Complex = NDArray[np.complex128]
AnySpace = Qubits | FlipSymmetric
# Small and negative angles, one beyond pi/4 and one beyond pi, where the mixer is cut in two
# or turned back.
ANGLES = np.array([0.3, 0.4, -0.7, 1.2, 0.1, -2.9, 0.5, 4.0])
KINDS = ("few", "many", "reals", "none")
TOLERANCE: dict[Any, float] = {np.float64: 1e-12, np.float32: 2e-5}


def neighbours(psi: Complex, space: AnySpace) -> Iterator[Complex]:
    """X_j psi of every qubit j."""
    bits = psi.size.bit_length() - 1
    cube = psi.reshape([2] * bits)
    for axis in range(bits):
        yield np.flip(cube, axis).ravel()
    if isinstance(space, FlipSymmetric):
        yield psi[::-1]


def mixed(psi: Complex, angle: float, space: AnySpace) -> Complex:
    """One rotation after another."""
    for qubit in range(space.num_qubits):
        image = list(neighbours(psi, space))[qubit]
        psi = np.cos(angle) * psi + 1j * np.sin(angle) * image
    return psi


def diagonal(kind: str, size: int) -> tuple[DiagonalValues | None, NDArray[np.float64]]:
    """Values with one byte, two bytes or no codes, or no diagonal at all."""
    rng = np.random.default_rng(size)
    if kind == "none":
        return None, np.zeros(size)
    if kind == "reals":
        reals = rng.normal(size=size) * 30
        return DiagonalValues(reals, None), reals
    count = 40 if kind == "few" else 4000
    codes = rng.integers(0, count, size)
    small = codes.astype(np.uint8) if kind == "few" else codes.astype(np.uint16)
    values = DiagonalValues(np.linspace(-3, 0.25 * (count - 1) - 3, count), small)
    return values, values.to_array()


def check(way: type[SmallLayers | LayerRun], space: AnySpace, kind: str, dtype: Any) -> None:
    values, f = diagonal(kind, space.size)
    run, tolerance = way(space, values), TOLERANCE[dtype]
    start, bra = (random_state(space.size, seed=seed).astype(complex) for seed in (1, 2))
    psi = start
    for gamma, beta in ANGLES.reshape(-1, 2):
        psi = mixed(np.exp(-1j * gamma * f) * psi, beta, space)
    ket = split(start, 2, dtype)
    run.forward(ket, ANGLES)
    np.testing.assert_allclose(join(ket), psi, atol=tolerance)

    costate = split(bra, 2, dtype)
    overlaps = run.backward(ket, costate, ANGLES)
    np.testing.assert_allclose(join(ket), start, atol=tolerance)
    expected = []
    for gamma, beta in ANGLES.reshape(-1, 2)[::-1]:
        expected.append(np.vdot(bra, 1j * sum(neighbours(psi, space))).real)
        psi, bra = mixed(psi, -beta, space), mixed(bra, -beta, space)
        expected.append(np.vdot(bra, -1j * f * psi).real)
        psi, bra = np.exp(1j * gamma * f) * psi, np.exp(1j * gamma * f) * bra
    np.testing.assert_allclose(join(costate), bra, atol=tolerance)
    np.testing.assert_allclose(
        overlaps, expected[::-1], atol=20 * tolerance * max(1, np.abs(f).max())
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "space", [Qubits(1), Qubits(2), Qubits(6), Qubits(11), FlipSymmetric(1), FlipSymmetric(9)],
    ids=str,
)  # fmt: skip
def test_in_numpy(space: AnySpace, kind: str, dtype: Any) -> None:
    check(SmallLayers, space, kind, dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", [WholeLayers, TiledLayers])
@pytest.mark.parametrize(
    "space", [Qubits(5), Qubits(6), Qubits(12), FlipSymmetric(7), FlipSymmetric(9)], ids=str
)
def test_one_group(way: type[LayerRun], space: AnySpace, kind: str, dtype: Any) -> None:
    check(way, space, kind, dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("space", [Qubits(14), FlipSymmetric(15)], ids=str)
@pytest.mark.usefixtures("small_tiles")
def test_several_groups(space: AnySpace, kind: str, dtype: Any) -> None:
    check(TiledLayers, space, kind, dtype)


@pytest.mark.parametrize("dtype", [np.float64, pytest.param(np.float32, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", ["few", "reals"])
@pytest.mark.parametrize("space", [Qubits(14), FlipSymmetric(15)], ids=str)
@pytest.mark.usefixtures("small_tiles")
def test_any_number_of_threads_gives_the_same_bits(
    space: AnySpace, kind: str, dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three groups of bits and sixteen tiles or more, in both forms of the kernels."""
    monkeypatch.setattr(tilings_module, "PARALLEL_THRESHOLD", 0)
    monkeypatch.setattr(kernel_module, "PARALLEL_THRESHOLD", 0)
    values, _ = diagonal(kind, space.size)
    found: list[list[NDArray[Any]]] = []
    for threads in sorted({1, numba.config.NUMBA_NUM_THREADS}) * 3:
        simulator.set_threads(threads)
        run = TiledLayers(space, values)
        ket, bra = (split(random_state(space.size, seed=k), 2, dtype) for k in (3, 4))
        run.forward(ket, ANGLES)
        after = ket.copy()
        found.append([after, run.backward(ket, bra, ANGLES), ket, bra])
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("space", [Qubits(14), FlipSymmetric(15)], ids=str)
@pytest.mark.usefixtures("small_tiles")
def test_passes_one_by_one_give_the_same_bits(
    space: AnySpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As large states are done, so that Ctrl-C is noticed between passes."""
    values, _ = diagonal("few", space.size)
    assert values is not None
    found: list[list[Any]] = []
    for large in (1 << 30, 1):
        monkeypatch.setattr(tilings_module, "LARGE_SIZE", large)
        run = TiledLayers(space, values)
        ket, bra = (split(random_state(space.size, seed=k), 2, np.float64) for k in (3, 4))
        mean = run.mean_from_uniform(ket, ANGLES, values)
        after, slopes = ket.copy(), run.backward_from_mean(ket, bra, ANGLES, values)
        run.forward(bra, ANGLES)
        found.append([mean, after, slopes, ket, bra, run.backward(bra, ket, ANGLES)])
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("integer", [True, False])
def test_single_precision_after_fifty_layers(integer: bool) -> None:
    """What is lost: some 1e-7 of the width of the spectrum in means, 1e-6 in derivatives."""
    rng = np.random.default_rng(7)
    edges = [(j, k) for j in range(12) for k in range(j) if rng.random() < 0.3]
    cost = simulator.Polynomial(
        {
            edge: 0.5 if integer else float(weight)
            for edge, weight in zip(edges, rng.normal(size=len(edges)), strict=True)
        }
    )
    generators: tuple[simulator.Generator, ...] = (simulator.Diagonal(cost), simulator.XMixer())
    steps = tuple(
        simulator.Step(generator, ((50 * k + layer, 1.0),))
        for layer in range(50)
        for k, generator in enumerate(generators)
    )
    circuit = simulator.Circuit(FlipSymmetric(12), simulator.UniformState(), steps)
    double = simulator.Expectation(circuit, cost)
    single = simulator.Expectation(circuit, cost, "single")
    width = np.ptp(cost.values(FlipSymmetric(12)).to_array())
    for _ in range(5):
        params = rng.uniform(-1, 1, size=100)
        value, gradient = double.value_and_gradient(params)
        rough, rough_gradient = single.value_and_gradient(params)
        assert abs(rough - value) < 1e-6 * width
        assert np.abs(rough_gradient - gradient).max() < 5e-6 * width


@given(
    bits=st.integers(6, 40),
    rows=st.sampled_from([2, 4]),
    itemsize=st.sampled_from([4, 8]),
    mirrored=st.booleans(),
    count=st.integers(1, 4),
)
def test_every_layer_mixes_every_bit_once(
    bits: int, rows: int, itemsize: int, mirrored: bool, count: int
) -> None:
    groups = groups_of_bits(bits, rows, itemsize, mirrored=mirrored)
    assert [group.low for group in groups] == [
        sum(group.bits for group in groups[:k]) for k in range(len(groups))
    ]
    assert sum(group.bits for group in groups) == bits
    assert [group.mirrored for group in groups] == [False] * (len(groups) - 1) + [mirrored]
    for group in groups:
        assert group.tile_bits <= bits
        assert group.width >= LEAST_BITS
        strip_bits = group.bits - group.width if group.low == 0 else group.bits
        assert group.mirrored <= group.lead <= min(strip_bits, 2)
    passes = passes_of_layers(groups, count)
    assert len(passes) == (count * (len(groups) - 1) + 1 if len(groups) > 1 else count)
    done: dict[int, list[int]] = {layer: [] for layer in range(count)}
    phases = []
    for low, _, _, first, phase, second, _, _ in passes.tolist():
        if first >= 0:
            assert first in phases
            done[first].append(low)
        if phase >= 0:
            assert all(len(done[layer]) == len(groups) for layer in range(phase))
            phases.append(phase)
        if second >= 0:
            assert second == phase
            done[second].append(low)
    assert phases == list(range(count))
    assert all(sorted(lows) == [group.low for group in groups] for lows in done.values())


def test_cosines_and_sines() -> None:
    turns = np.concatenate(
        [np.linspace(-2, 2, 1001), 10.0 ** -np.arange(1, 17), [0.5, 0.25, 12345.678, 1e6 + 0.1]]
    )
    compiled = numba.njit(lambda turn: cosine_and_sine(turn))  # a helper has no entry for Python
    found = np.array([compiled(turn) for turn in turns])
    angles = 2 * np.pi * (turns - np.rint(turns))
    np.testing.assert_allclose(found[:, 0], np.cos(angles), atol=2e-15)
    np.testing.assert_allclose(found[:, 1], np.sin(angles), atol=2e-15)


def test_the_way_depends_on_the_size_alone() -> None:
    assert isinstance(layer_run(Qubits(10), None), SmallLayers)
    assert isinstance(layer_run(FlipSymmetric(11), None), SmallLayers)
    assert isinstance(layer_run(Qubits(11), None), WholeLayers)
    assert isinstance(layer_run(FlipSymmetric(17), None), WholeLayers)
    assert isinstance(layer_run(Qubits(17), None), TiledLayers)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("space", [FlipSymmetric(11), Qubits(11), FlipSymmetric(14)], ids=str)
def test_all_ways_agree(space: AnySpace, kind: str) -> None:
    """Around the sizes at which the way changes, to the rounding errors of either."""
    values, f = diagonal(kind, space.size)
    costs = DiagonalValues.from_array(np.round(4 * f) / 4)
    found: list[tuple[Any, ...]] = []
    for way in (SmallLayers, WholeLayers, TiledLayers):
        ket, bra = (np.zeros((2, space.size)) for _ in range(2))
        run = way(space, values)
        mean = run.mean_from_uniform(ket, ANGLES, costs)
        state = ket.copy()
        overlaps = run.backward_from_mean(ket, bra, ANGLES, costs)
        found.append((mean, state, overlaps, ket, bra))
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            np.testing.assert_allclose(one, two, atol=1e-12 * space.size * max(1, np.abs(f).max()))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", ["few", "reals"])
@pytest.mark.parametrize("way", [WholeLayers, TiledLayers])
@pytest.mark.parametrize("space", [Qubits(14), FlipSymmetric(15), FlipSymmetric(8)], ids=str)
@pytest.mark.usefixtures("small_tiles")
def test_mean_and_costate_on_the_way(
    way: type[LayerRun], space: AnySpace, kind: str, dtype: Any
) -> None:
    """The uniform state, the mean and the costate, made inside passes, against those made alone."""
    values, f = diagonal(kind, space.size)
    _, costs = diagonal("few", space.size)
    observable = DiagonalValues.from_array(costs)
    run, tolerance = way(space, values), TOLERANCE[dtype] * np.abs(costs).max()
    uniform = split(np.full(space.size, space.size**-0.5), 2, dtype)
    run.forward(uniform, ANGLES)
    ket = split(random_state(space.size, seed=1), 2, dtype)
    mean = run.mean_from_uniform(ket, ANGLES, observable)
    np.testing.assert_allclose(ket, uniform, atol=tolerance)
    probabilities = np.abs(join(uniform).astype(complex)) ** 2
    assert mean == pytest.approx(costs @ probabilities / probabilities.sum(), abs=tolerance)

    bra = (costs * uniform).astype(dtype)
    expected = run.backward(uniform, bra, ANGLES)
    lam = split(random_state(space.size, seed=2), 2, dtype)
    overlaps = run.backward_from_mean(ket, lam, ANGLES, observable)
    np.testing.assert_allclose(lam, bra, atol=tolerance)
    np.testing.assert_allclose(overlaps, expected, atol=20 * tolerance * max(1, np.abs(f).max()))
