"""Layers of phases and unequal rotations, against one step after another and dense matrices."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numba
import numpy as np
import pytest
from scipy.linalg import hadamard

import simulator
from simulator import (
    AxisRotation,
    Circuit,
    Diagonal,
    Expectation,
    FlipSymmetric,
    PauliString,
    Polynomial,
    ProductState,
    Qubits,
    SpaceError,
    Step,
    UniformState,
    XMixer,
)
from simulator.evolution.evolution import StepByStep, evolution
from simulator.evolution.layering import CutCircuit
from simulator.evolution.product_layers import ProductLayers, product_memory
from simulator.evolution.small_layers import SmallLayers
from simulator.evolution.small_products import SmallProducts
from simulator.kernels.spin_phases import cosines_and_sines
from simulator.kernels.walsh import transform
from simulator.lowering.planar import join, split
from simulator.testing import dense_state, random_state

AnySpace = Qubits | FlipSymmetric
TOLERANCE: dict[Any, float] = {np.float64: 1e-12, np.float32: 3e-6}
WAYS = [ProductLayers, SmallProducts]
COST = Polynomial({(0, 1): 0.5, (1, 2): -1.0, (2, 3): 1.5, (0, 3): 0.3, (): -1.0})


def numbered(generators: list[Any], shared: int = 0) -> tuple[Step, ...]:
    """Steps with a parameter each, or so many of them in turn."""
    return tuple(
        Step(generator, ((number % (shared or len(generators)), 1.0),))
        for number, generator in enumerate(generators)
    )


def random_generators(space: AnySpace, *, depth: int, seed: int) -> list[Any]:
    """Layers of everything that may occur: constants, all degrees, tilted and repeated axes,
    qubits left out, mixers of all qubits, and phases at the end for odd seeds."""
    rng, n = np.random.default_rng(seed), space.num_qubits
    symmetric = isinstance(space, FlipSymmetric)
    generators: list[Any] = []
    for _ in range(depth):
        for _ in range(4):
            degrees = 2 * rng.integers(0, n // 2 + 1, 3) if symmetric else rng.integers(0, n + 1, 3)
            terms = [(tuple(rng.permutation(n)[:degree]), rng.normal()) for degree in degrees]
            generators.append(Diagonal(Polynomial(terms)))
        for qubit in map(int, rng.choice(n, n)):
            angle = rng.uniform(0, 2 * np.pi)
            axis = (1.0, 0.0) if symmetric else (np.cos(angle), np.sin(angle))
            generators.append(
                AxisRotation(qubit, *axis) if rng.random() < 0.7 else PauliString(1 << qubit, 0)
            )
        if rng.random() < 0.5:
            generators.append(XMixer())
    return generators + [Diagonal(COST)] * (seed % 2)


def check(
    circuit: Circuit, dtype: Any, angles: Any, way: type[ProductLayers | SmallProducts]
) -> None:
    """One sweep forward and one backward, against `StepByStep` in double precision."""
    size, found = circuit.space.size, []
    assert ProductLayers.supports(circuit)
    fast = way(circuit)
    for run, number in ((fast, dtype), (StepByStep(circuit.steps, circuit.space), np.float64)):
        ket, bra = (split(random_state(size, seed=seed), 2, number) for seed in (1, 2))
        run.forward(ket, angles)
        after = join(ket)
        overlaps = run.backward(ket, bra, angles)
        found.append((after, join(ket), join(bra), overlaps))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    "space", [Qubits(5), Qubits(6), Qubits(11), FlipSymmetric(6), FlipSymmetric(9)], ids=str
)
def test_one_group(space: AnySpace, seed: int, way: Any, dtype: Any) -> None:
    generators = random_generators(space, depth=2, seed=seed)
    angles = np.random.default_rng(seed).uniform(-4, 4, len(generators))
    check(Circuit(space, UniformState(), numbered(generators)), dtype, angles, way)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("space", [Qubits(13), FlipSymmetric(14)], ids=str)
@pytest.mark.usefixtures("small_tiles")
def test_several_groups(space: AnySpace, seed: int, dtype: Any) -> None:
    generators = random_generators(space, depth=2, seed=seed)
    angles = np.random.default_rng(seed).uniform(-4, 4, len(generators))
    circuit = Circuit(space, UniformState(), numbered(generators))
    check(circuit, dtype, angles, ProductLayers)


@pytest.mark.usefixtures("small_tiles")
def test_passes_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As large states are done, so that Ctrl-C is noticed between passes."""
    monkeypatch.setattr("simulator.evolution.tilings.LARGE_SIZE", 1)
    space = Qubits(14)
    generators = random_generators(space, depth=2, seed=3)
    circuit = Circuit(space, UniformState(), numbered(generators))
    angles = np.random.default_rng(3).normal(size=len(generators))
    check(circuit, np.float64, angles, ProductLayers)


@pytest.mark.parametrize("space", [Qubits(17), FlipSymmetric(18)], ids=str)
def test_threads_change_nothing(space: AnySpace) -> None:
    generators = random_generators(space, depth=1, seed=1)
    circuit = Circuit(space, UniformState(), numbered(generators))
    angles = np.random.default_rng(0).uniform(-2, 2, len(generators))
    found = []
    for threads in (1, 2):
        simulator.set_threads(threads)
        run = ProductLayers(circuit)
        ket, bra = (split(random_state(space.size, seed=k), 2, np.float64) for k in (3, 4))
        run.forward(ket, angles)
        after = ket.copy()
        found.append((after, run.backward(ket, bra, angles), ket, bra))
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("shared", [0, 3], ids=["own parameters", "shared parameters"])
@pytest.mark.parametrize("space", [Qubits(5), FlipSymmetric(6)], ids=str)
def test_against_matrix_exponentials_and_differences(space: AnySpace, shared: int) -> None:
    generators = random_generators(space, depth=1, seed=5)
    start = ProductState((0.3, 1.2, 0.5, -0.4, 0.9)) if space == Qubits(5) else UniformState()
    circuit = Circuit(space, start, numbered(generators, shared))
    params = np.random.default_rng(1).uniform(-2, 2, circuit.num_parameters)
    energy = Expectation(circuit, COST)
    np.testing.assert_allclose(energy.state(params), dense_state(circuit, params), atol=1e-12)
    value, gradient = energy.value_and_gradient(params)
    assert value == pytest.approx(energy(params), abs=1e-12)
    step = 1e-5
    differences = [
        (energy(params + step * unit) - energy(params - step * unit)) / (2 * step)
        for unit in np.eye(len(params))
    ]
    np.testing.assert_allclose(gradient, differences, atol=1e-8)


@pytest.mark.parametrize("z", [0.0, 1e-200, 1e-9, 1e-3, 0.05])
@pytest.mark.parametrize("angle", [0.0, np.pi / 4, np.pi / 2, 3 * np.pi / 2, np.pi])
@pytest.mark.parametrize("way", WAYS)
def test_special_angles(way: Any, angle: float, z: float) -> None:
    """Quarter turns, and axes nearly along X, where Euler angles are badly conditioned."""
    tilted = [AxisRotation(qubit, np.sqrt(1 - z * z), z) for qubit in range(5)]
    generators = [Diagonal(COST), *tilted, AxisRotation(3), Diagonal(COST), *tilted]
    circuit = Circuit(Qubits(5), UniformState(), numbered(generators))
    check(circuit, np.float64, np.full(len(generators), angle), way)


@pytest.mark.parametrize("way", WAYS)
def test_many_turns(way: Any) -> None:
    generators = [Diagonal(COST), AxisRotation(0), AxisRotation(1, -1.0), AxisRotation(2, 0.6, 0.8)]
    circuit = Circuit(Qubits(5), UniformState(), numbered(generators))
    check(circuit, np.float64, np.array([0.3, 1e20, -1e20, 1e20]), way)


def test_many_terms_make_larger_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.evolution.product_layers._PART_BITS", 5)
    rng = np.random.default_rng(0)
    terms = {tuple(np.flatnonzero(row)): rng.normal() for row in rng.integers(0, 2, (300, 12))}
    generators = [Diagonal(Polynomial(terms)), AxisRotation(3, 0.6, 0.8)]
    circuit = Circuit(Qubits(12), UniformState(), numbered(generators))
    check(circuit, np.float64, np.ones(2), ProductLayers)


def test_cut_into_layers() -> None:
    """A diagonal after a rotation, or a second rotation of a qubit, opens a layer."""
    cost, first, tilted = Diagonal(COST), AxisRotation(0), AxisRotation(1, 0.6, 0.8)
    generators = [first, cost, cost, first, tilted, PauliString(1, 0), cost]
    cut = CutCircuit.of(Circuit(Qubits(5), UniformState(), numbered(generators)), Qubits(5))
    assert cut.count == 3
    assert cut.rotations[:, :3].tolist() == [[0, 0, 0], [3, 1, 0], [4, 1, 1], [5, 2, 0]]
    assert dict(cut.terms[:, :2].tolist()) == {1: 1, 2: 1, 6: 3}
    assert cut.axes.tolist() == [[1, 0], [1, 0], [0.6, 0.8], [-1, 0]]
    assert cut.masks.tolist() == [0, 0b11, 0b1001, 0b110, 0b1100, 0b10]
    assert cut.closes


def test_which_circuits_are_fused() -> None:
    def run(space: Any, *generators: Any) -> Any:
        return evolution(Circuit(space, UniformState(), numbered(list(generators))))

    cost, turn = Diagonal(COST), AxisRotation(0)
    assert isinstance(run(Qubits(11), cost, turn), ProductLayers)
    assert isinstance(run(Qubits(10), cost, turn), SmallProducts)
    assert isinstance(run(Qubits(5), turn), SmallProducts)
    assert isinstance(run(Qubits(5), PauliString.parse("X3")), SmallProducts)
    assert isinstance(run(FlipSymmetric(6), cost, cost, XMixer()), SmallProducts)
    assert isinstance(run(Qubits(5), cost, XMixer()), SmallLayers)
    assert isinstance(run(Qubits(5), cost), StepByStep)
    assert isinstance(run(Qubits(5), cost), StepByStep)
    assert isinstance(run(Qubits(5), cost, PauliString.parse("X0 X1")), StepByStep)
    assert isinstance(run(Qubits(5), cost, PauliString.parse("Y0")), StepByStep)
    for space, generator in (
        (Qubits(5), AxisRotation(5)),
        (FlipSymmetric(6), AxisRotation(0, 0.6, 0.8)),
        (FlipSymmetric(6), Diagonal(Polynomial({(0,): 1.0}))),
        (Qubits(5), Diagonal(Polynomial({(5,): 1.0}))),
    ):
        with pytest.raises(SpaceError):
            run(space, turn, generator)


@pytest.mark.parametrize("precision", ["double", "single"])
def test_predicted_memory_bounds_the_real_one(precision: Any) -> None:
    def measured(space: Qubits) -> tuple[int, int]:
        generators = random_generators(space, depth=2, seed=1)
        circuit = Circuit(space, UniformState(), numbered(generators))
        params = np.full(circuit.num_parameters, 0.3)
        predicted = simulator.predict_memory(circuit, precision)
        tracemalloc.start()
        Expectation(circuit, COST, precision).value_and_gradient(params)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak, predicted

    simulator.set_threads(1)
    measured(Qubits(17))  # compile first
    peak, predicted = measured(Qubits(18))
    assert peak <= predicted < 2 * peak


def test_memory_is_predicted_for_more_qubits_than_fit() -> None:
    circuit = Circuit(Qubits(40), UniformState(), numbered([Diagonal(COST), AxisRotation(39)]))
    assert product_memory(circuit, Qubits(40)) < 1 << 26
    assert simulator.predict_memory(circuit) > 32 << 40


@pytest.mark.parametrize("bits", range(2, 12))
def test_transform_against_its_matrix(bits: int) -> None:
    start = np.random.default_rng(bits).normal(size=1 << bits)
    found = start.copy()
    numba.njit(lambda array, bits: transform(array, bits))(found, bits)
    np.testing.assert_allclose(found, hadamard(1 << bits) @ start, atol=1e-11)


def test_cosines_and_sines_of_turns() -> None:
    turns = np.concatenate(
        [np.linspace(-2, 2, 1001), 10.0 ** -np.arange(1, 18), [0.5, 0.25, 12345.678, 1e6 + 0.1]]
    )
    cosines, sines = np.append(turns, [0.0, 0.0]), np.empty(len(turns) + 2)
    assert len(sines) % 4 == 0
    compiled = numba.njit(lambda turns, sines, size: cosines_and_sines(turns, sines, size, 2.0))
    compiled(cosines, sines, np.uint64(len(sines)))
    angles = 2 * np.pi * (turns - np.rint(turns))
    np.testing.assert_allclose(cosines[:-2], 2 * np.cos(angles), atol=2e-15)
    np.testing.assert_allclose(sines[:-2], 2 * np.sin(angles), atol=2e-15)
