"""Values, gradients and states of compiled programs against dense matrices."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator
from simulator import (
    BasisState,
    Circuit,
    Diagonal,
    Electrons,
    Excitation,
    Expectation,
    FlipSymmetric,
    Matrix,
    Mean,
    MemoryLimitError,
    Objective,
    Observable,
    PauliString,
    PauliSum,
    Polynomial,
    ProductState,
    Program,
    Qubits,
    Space,
    SpaceError,
    Step,
    UniformState,
    Variance,
    XMixer,
    gates,
)
from simulator.testing import dense_observable, dense_state, random_state

COST = Polynomial({(0, 1): 0.5, (1, 2): -1.0, (2, 3): 1.5, (0, 3): 0.5, (): -1.0})


def qaoa(space: Space, depth: int = 2) -> Circuit:
    steps = [
        step
        for layer in range(depth)
        for step in (
            Step(Diagonal(COST), ((layer, 1.0),)),
            Step(XMixer(), ((depth + layer, 1.0),)),
        )
    ]
    return Circuit(space, UniformState(), tuple(steps))


def cluster(space: Electrons) -> Circuit:
    orbitals = range(space.norb)
    singles = [((i,), (a,)) for i, a in combinations(orbitals, 2)]
    generators = [Excitation(a, b) for a, b in product(singles[:3], singles)]
    generators += [Excitation(alpha=single) for single in singles]
    generators += [Excitation(beta=single) for single in singles]
    generators += [Excitation(alpha=((0, 1), (2, 3))), Excitation(beta=((1, 0), (3, 2)))]
    steps = [Step(g, ((k % 17, 0.5 + 0.1 * k),), offset=0.01) for k, g in enumerate(generators)]
    return Circuit(space, BasisState(space.reference), tuple(steps))


def rotations() -> Circuit:
    steps = [
        gates.h(0),
        gates.rotation("Y1", 0),
        gates.cx(0, 2),
        Step(PauliString.parse("X0 Y1 Z2"), ((1, 0.3), (0, -1.0)), 0.2),
        Step(Diagonal(Polynomial({(0,): 1.0, (1, 2): 0.7})), ((2, 1.0),)),
        gates.rotation("X1 X2", 1, -2.0),
        gates.swap(1, 2),
        gates.t(2),
        gates.s(1),
    ]
    return Circuit(Qubits(3), BasisState(5), tuple(steps))


def random_matrix(size: int) -> Matrix:
    rng = np.random.default_rng(size)
    matrix = rng.normal(size=(size, size))
    return Matrix(matrix + matrix.T)


CASES: list[tuple[Circuit, Observable]] = [
    (qaoa(Qubits(4)), COST),
    (qaoa(FlipSymmetric(4)), COST),
    (qaoa(Qubits(4)), PauliSum({"X0 Z1": 1.0, "Y2 Y3": 0.5, "Z0": -0.2})),
    (rotations(), PauliSum({"Z0": 1.0, "X1 Y2": 0.5, "": 0.3})),
    (cluster(Electrons(4, (2, 2))), random_matrix(36)),
    (cluster(Electrons(4, (3, 1))), random_matrix(16)),
    (cluster(Electrons(4, (0, 2))), random_matrix(6)),
    (cluster(Electrons(4, (4, 1))), random_matrix(4)),
]


def random_params(circuit: Circuit, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=circuit.num_parameters)


@pytest.mark.parametrize(("circuit", "observable"), CASES)
def test_state_and_mean_against_matrix_exponentials(
    circuit: Circuit, observable: Observable
) -> None:
    assert isinstance(observable, PauliSum | Polynomial | Matrix)
    energy, params = Expectation(circuit, observable), random_params(circuit)
    expected = dense_state(circuit, params)
    np.testing.assert_allclose(energy.state(params), expected, atol=1e-12)
    matrix = dense_observable(observable, circuit.space)
    assert energy(params) == pytest.approx(np.vdot(expected, matrix @ expected).real, abs=1e-11)


@pytest.mark.parametrize("objective", [Mean, Variance])
@pytest.mark.parametrize(("circuit", "observable"), CASES)
def test_gradients_against_differences(
    circuit: Circuit, observable: Observable, objective: type[Mean] | type[Variance]
) -> None:
    lowered: Objective = objective(observable)
    program, params = Program(circuit, lowered), random_params(circuit)
    value, gradient = program.value_and_gradient(params)
    assert value == pytest.approx(program(params), abs=1e-11)
    step = 1e-5
    differences = [
        (program(params + step * unit) - program(params - step * unit)) / (2 * step)
        for unit in np.eye(circuit.num_parameters)
    ]
    np.testing.assert_allclose(gradient, differences, atol=1e-7)


def test_variance_against_its_definition_and_zero_on_eigenstates() -> None:
    circuit, observable = CASES[3]
    assert isinstance(observable, PauliSum)
    params = random_params(circuit)
    state = dense_state(circuit, params)
    matrix = dense_observable(observable, circuit.space)
    mean = np.vdot(state, matrix @ state).real
    expected = np.vdot(state, matrix @ matrix @ state).real - mean**2
    assert Program(circuit, Variance(observable))(params) == pytest.approx(expected, abs=1e-11)
    trivial = Circuit(Qubits(1), BasisState(1), ())
    assert Program(trivial, Variance(PauliSum({"Z0": 3.0})))([]) == 0


def test_real_circuits_have_real_states() -> None:
    circuit, observable = CASES[4]
    assert Expectation(circuit, observable).state(random_params(circuit)).dtype == np.float64
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(36, 36)) + 1j * rng.normal(size=(36, 36))
    hermitian = Matrix(matrix + matrix.conj().T)
    energy, params = Expectation(circuit, hermitian), random_params(circuit)
    state = dense_state(circuit, params)
    assert energy.state(params).dtype == np.complex128
    expected = np.vdot(state, hermitian.matrix @ state).real
    assert energy(params) == pytest.approx(expected, abs=1e-11)
    value, gradient = energy.value_and_gradient(params)
    assert value == pytest.approx(expected, abs=1e-11)
    unit, step = np.eye(len(params))[3], 1e-5
    difference = (energy(params + step * unit) - energy(params - step * unit)) / (2 * step)
    assert gradient[3] == pytest.approx(difference, abs=1e-7)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(range(8)), max_size=12), st.integers(0, 99))
def test_random_circuits_on_flip_symmetric_equal_qubits(choices: list[int], seed: int) -> None:
    menu = [
        Step(XMixer(), ((0, 1.0),)),
        Step(Diagonal(COST), ((0, -0.5),), 0.3),
        Step(PauliString.parse("X0"), ((0, 2.0),)),
        Step(PauliString.parse("Z1 Z3"), ((0, 1.0),)),
        Step(PauliString.parse("Y0 Z3"), ((0, 1.0),)),
        Step(PauliString.parse("X1 X3"), ((0, 1.0),)),
        Step(PauliString.parse("Y1 Y3 X0"), ((0, 1.0),)),
        gates.swap(1, 3),
    ]
    steps = (menu[0], *(menu[choice] for choice in choices))
    params = np.random.default_rng(seed).normal(size=1)
    programs = [
        Expectation(Circuit(space, UniformState(), steps), COST)
        for space in (Qubits(4), FlipSymmetric(4))
    ]
    full, half = (program.state(params) for program in programs)
    np.testing.assert_allclose(FlipSymmetric(4).embed(half), full, atol=1e-12)
    (value, gradient), (other, folded) = (p.value_and_gradient(params) for p in programs)
    assert value == pytest.approx(other, abs=1e-12)
    np.testing.assert_allclose(gradient, folded, atol=1e-11)


@pytest.mark.parametrize("space", [Qubits(13), Qubits(14), FlipSymmetric(14), FlipSymmetric(15)])
def test_tiled_mixer_against_one_rotation_per_qubit(space: Space) -> None:
    """Sizes of one tile and more go through other kernels than small ones."""
    n = space.num_qubits
    cost = Polynomial({(q, (q + 1) % n): 0.5 + q for q in range(n)})
    phase = Step(Diagonal(cost), (), 0.3)
    mixed = Circuit(space, UniformState(), (phase, Step(XMixer(), ((0, 1.0),)), phase))
    singles = tuple(Step(PauliString(1 << q, 0), ((0, -1.0),)) for q in range(n))
    one_by_one = Circuit(space, UniformState(), (phase, *singles, phase))
    fast, slow = Expectation(mixed, cost), Expectation(one_by_one, cost)
    np.testing.assert_allclose(fast.state([0.4]), slow.state([0.4]), atol=1e-13)
    (value, gradient), (other, expected) = (p.value_and_gradient([0.4]) for p in (fast, slow))
    assert value == pytest.approx(other, abs=1e-9)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10)


@pytest.mark.parametrize(("circuit", "observable"), CASES)
def test_single_precision_loses_seven_digits_at_most(
    circuit: Circuit, observable: Observable
) -> None:
    params = random_params(circuit)
    double, single = (Expectation(circuit, observable, p) for p in ("double", "single"))
    value, gradient = double.value_and_gradient(params)
    rough, rough_gradient = single.value_and_gradient(params)
    scale = max(1.0, abs(value), np.abs(gradient).max())
    assert rough == pytest.approx(value, abs=1e-5 * scale)
    np.testing.assert_allclose(rough_gradient, gradient, atol=1e-5 * scale)
    assert single.state(params).dtype in (np.float32, np.complex64)


def test_one_and_two_threads_agree() -> None:
    import numba

    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("one processor")
    space = Electrons(9, (4, 4))
    excitations = [
        Excitation(((i,), (a,)), ((j,), (b,)))
        for i, a, j, b in product((0, 3), (5, 8), (1, 3), (4, 6))
    ]
    excitations += [Excitation(alpha=((0, 3), (5, 8))), Excitation(alpha=((1,), (6,)))]
    excitations += [Excitation(beta=((0, 1), (5, 8))), Excitation(beta=((1,), (6,)))]
    steps = tuple(Step(g, ((k, 1.0),)) for k, g in enumerate(excitations))
    circuit = Circuit(space, UniformState(), steps)
    diagonal = Polynomial({(0, 9): 1.0, (3,): 0.5, (14,): -0.7})
    params = np.random.default_rng(0).normal(size=len(steps))
    outcomes = []
    try:
        for threads in (1, 2):
            simulator.set_threads(threads)
            outcomes.append(Expectation(circuit, diagonal).value_and_gradient(params))
    finally:
        simulator.set_threads(numba.config.NUMBA_NUM_THREADS)
    (value, gradient), (other, expected) = outcomes
    assert value == pytest.approx(other, abs=1e-13)
    np.testing.assert_allclose(gradient, expected, atol=1e-13)


def test_circuits_without_parameters_or_steps() -> None:
    circuit = Circuit(Qubits(2), BasisState(2), ())
    energy = Expectation(circuit, PauliSum({"Z0": 1.0, "Z1": 10.0}))
    assert energy([]) == -9
    value, gradient = energy.value_and_gradient([])
    assert value == -9
    assert gradient.shape == (0,)


@pytest.mark.parametrize("params", [[], [0.0], [0.0] * 5, [[0.0] * 4], [np.nan] * 4])
def test_wrong_parameters_are_refused(params: list[float]) -> None:
    energy = Expectation(qaoa(Qubits(4)), COST)
    with pytest.raises(ValueError, match="expected"):
        energy(params)


def test_wrong_precision_and_observable_are_refused() -> None:
    with pytest.raises(ValueError, match="precision"):
        Expectation(qaoa(Qubits(4)), COST, "half")  # type: ignore[arg-type]
    with pytest.raises(SpaceError):
        Expectation(qaoa(FlipSymmetric(4)), PauliSum({"Z0": 1.0}))


def test_memory_is_predicted_before_it_is_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    circuit = Circuit(Qubits(50), UniformState(), (Step(XMixer(), ((0, 1.0),)),))
    with pytest.raises(MemoryLimitError, match="PiB"):
        Expectation(circuit, COST)
    monkeypatch.setattr("simulator.memory.available_memory", lambda: 1000)
    with pytest.raises(MemoryLimitError, match="1000 B"):
        Expectation(qaoa(Qubits(8)), COST)


def test_predicted_memory_bounds_the_real_one() -> None:
    import tracemalloc

    circuit = qaoa(FlipSymmetric(18))
    Expectation(circuit, COST).value_and_gradient([0.1] * 4)  # compile first
    tracemalloc.start()
    Expectation(circuit, COST).value_and_gradient([0.1] * 4)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0.5 * peak < simulator.predict_memory(circuit) < 2 * peak
    assert peak <= simulator.predict_memory(circuit)


def test_circuits_are_values() -> None:
    assert qaoa(Qubits(4)) == qaoa(Qubits(4))
    assert hash(qaoa(Qubits(4))) == hash(qaoa(Qubits(4)))
    assert qaoa(Qubits(4)) != qaoa(FlipSymmetric(4))
    assert "XMixer" in str(qaoa(Qubits(4)))


def test_gaps_in_parameter_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="used by no step"):
        Circuit(Qubits(1), BasisState(0), (gates.rotation("X0", 1),))
    with pytest.raises(ValueError, match="from 0"):
        Circuit(Qubits(1), BasisState(0), (gates.rotation("X0", -1),))


@pytest.mark.parametrize(
    ("space", "configuration"),
    [(Qubits(2), 4), (Qubits(2), -1), (Electrons(2, (1, 1)), 3), (FlipSymmetric(2), 0)],
    ids=str,
)
def test_initial_states_outside_the_space_are_refused(space: Space, configuration: int) -> None:
    circuit = Circuit(space, BasisState(configuration), ())
    with pytest.raises(SpaceError, match="not a state"):
        Expectation(circuit, Polynomial({}))


@pytest.mark.parametrize("qubits", [0, 1, 2, 5])
def test_product_states(qubits: int) -> None:
    angles = np.random.default_rng(qubits).uniform(-3, 3, qubits)
    expected = np.ones(1)
    for angle in angles:
        expected = np.kron([np.cos(angle), np.sin(angle)], expected)
    circuit = Circuit(Qubits(qubits), ProductState(tuple(angles)), ())
    state = Expectation(circuit, Polynomial({(): 1.0})).state([])
    np.testing.assert_allclose(state, expected, atol=1e-15)


@pytest.mark.parametrize("space", [Qubits(2), FlipSymmetric(3), Electrons(3, (1, 1))], ids=str)
def test_product_states_are_those_of_all_their_qubits(space: Space) -> None:
    with pytest.raises(SpaceError, match="product of 3 qubits"):
        ProductState((0.1, 0.2, 0.3)).on(space)
    with pytest.raises(ValueError, match="finite"):
        ProductState((0.1, np.inf))


def test_random_states_are_normalised() -> None:
    assert np.linalg.norm(random_state(9, seed=1)) == pytest.approx(1)


def test_ctrl_c_while_a_kernel_compiles_is_not_lost() -> None:
    import signal

    from simulator.kernels.kernel import _interrupts_deferred

    reached: list[bool] = []

    def compile_something() -> None:
        with _interrupts_deferred():
            signal.raise_signal(signal.SIGINT)
            reached.append(True)

    with pytest.raises(KeyboardInterrupt):
        compile_something()
    assert reached
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
