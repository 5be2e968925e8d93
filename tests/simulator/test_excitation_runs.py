"""Runs of excitations through buffers, and in sectors of one symmetry, against one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator
from simulator import (
    BasisState,
    Circuit,
    Electrons,
    Excitation,
    Expectation,
    Matrix,
    Mean,
    OrbitalRotation,
    Program,
    Space,
    SpaceError,
    Step,
)
from simulator.evolution.evolution import Evolution, ExcitationRun, StepByStep
from simulator.evolution.fused import _PATIENCE, SmallRun
from simulator.kernels import excitations
from simulator.kernels.layout import GATHER, ROWS, TILES
from simulator.lowering.excitation_tables import ExcitationTables
from simulator.lowering.planar import split
from simulator.lowering.two_body import TwoBodyOperator
from simulator.testing import check_generator, dense_state, random_state

Part = tuple[tuple[int, ...], tuple[int, ...]]


@pytest.fixture(autouse=True)
def all_threads() -> Iterator[None]:
    yield
    simulator.set_threads(numba.config.NUMBA_NUM_THREADS)


def single_parts(norb: int) -> st.SearchStrategy[Part]:
    orbitals = st.integers(0, norb - 1)
    pairs = st.tuples(orbitals, orbitals).filter(lambda pair: pair[0] != pair[1])
    return pairs.map(lambda pair: ((pair[0],), (pair[1],)))


@st.composite
def runs(draw: st.DrawFn, norb: int) -> list[Excitation]:
    """Stretches that share the part of one spin, or excite one spin only, in any order."""
    part, nothing = single_parts(norb), ((), ())
    found: list[Excitation] = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["alpha", "beta", "share alpha", "share beta"]))
        parts = draw(st.lists(part, min_size=1, max_size=2 * norb))
        shared = draw(part) if kind.startswith("share") else nothing
        if kind in ("alpha", "share beta"):
            found += [Excitation(p, shared) for p in parts]
        else:
            found += [Excitation(shared, p) for p in parts]
    return found


SPACES = [
    Electrons(4, (2, 2)),
    Electrons(5, (3, 1)),
    Electrons(5, (0, 2)),
    Electrons(5, (5, 2)),
    Electrons(6, (2, 4)),
    Electrons(7, (3, 3)),
]


def compare(space: Electrons, run: list[Excitation | OrbitalRotation], seed: int) -> None:
    """A run by its kernels and in NumPy, real and complex, against one action at a time."""
    circuit = Circuit(
        space,
        BasisState(space.reference),
        tuple(Step(generator, ((k, 1.0),)) for k, generator in enumerate(run)),
    )
    angles = np.random.default_rng(seed).normal(size=len(run))
    slow, parts = StepByStep(circuit.steps, circuit.space), [g.excitations for g in run]
    ways: tuple[Evolution, ...] = (ExcitationRun(space, parts), SmallRun(space, parts))
    for fast, real in product(ways, (True, False)):
        states = [random_state(space.size, seed=seed + k, real=real) for k in (1, 2)]
        psi, lam = (split(state, 1 if real else 2, np.float64) for state in states)
        expected = psi.copy()
        slow.forward(expected, angles)
        actual = psi.copy()
        fast.forward(actual, angles)
        np.testing.assert_allclose(actual, expected, atol=1e-12)
        other, costate = lam.copy(), lam.copy()
        overlaps = slow.backward(expected, other, angles)
        np.testing.assert_allclose(fast.backward(actual, costate, angles), overlaps, atol=1e-12)
        np.testing.assert_allclose(actual, psi, atol=1e-12)
        np.testing.assert_allclose(costate, other, atol=1e-12)


@settings(max_examples=60)
@given(st.data(), st.sampled_from(SPACES), st.integers(0, 9))
def test_runs_against_one_at_a_time(data: st.DataObject, space: Electrons, seed: int) -> None:
    compare(space, list(data.draw(runs(space.norb))), seed)


@pytest.mark.parametrize("largest", [0, 256])
def test_a_run_against_matrix_exponentials(largest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.evolution.evolution.MATRIX_SIZE", largest)
    space = Electrons(4, (3, 2))
    run = full_run(space)
    steps = tuple(Step(e, ((k, 1.0),)) for k, e in enumerate(run))
    circuit = Circuit(space, BasisState(space.reference), steps)
    params = np.random.default_rng(0).normal(size=len(run))
    state = Expectation(circuit, Matrix(np.eye(space.size))).state(params)
    np.testing.assert_allclose(state, dense_state(circuit, params), atol=1e-12)


def full_run(space: Electrons) -> list[Excitation]:
    """Every kind of job: shared alpha parts, shared beta parts, each spin alone, and loners."""
    singles = [((i,), (a,)) for i in range(space.norb) for a in range(space.norb) if i < a]
    found = [Excitation(singles[0], beta) for beta in singles]
    found += [Excitation(alpha, singles[1]) for alpha in singles]
    found += [Excitation(alpha=part) for part in singles]
    found += [Excitation(beta=part) for part in singles]
    found += [Excitation(alpha=((0, 1), (2, 3))), Excitation(singles[2], singles[3])]
    return found


def test_the_full_run_has_jobs_of_every_kind() -> None:
    space = Electrons(8, (4, 3))
    run = full_run(space)
    tables = ExcitationTables.build(space, [(e.alpha, e.beta) for e in run])
    assert set(tables.jobs[:, 0]) == {TILES, GATHER, ROWS}
    compare(space, list(run), seed=3)


@pytest.mark.parametrize("labels", [(), (0, 1, 0, 2, 3, 1, 2, 0)], ids=["whole", "sectors"])
def test_forms_and_threads_agree_to_the_last_bit(
    labels: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the pieces, states are the same; with the same pieces, gradients are, too."""
    monkeypatch.setattr("simulator.lowering.excitation_tables.PIECE_WORK", 1)
    space = Electrons(8, (4, 3), labels, 0)
    run = [e for e in full_run(space) if space.label(sum(e.alpha + e.beta, ())) == 0]
    angles = np.random.default_rng(1).normal(size=len(run))
    psi, lam = (random_state(space.size, seed=k, real=True) for k in (1, 2))
    states, gradients = [], []
    for most in (1, 5, 64):
        monkeypatch.setattr("simulator.lowering.excitation_tables.PIECES", most)
        tables = ExcitationTables.build(space, [(e.alpha, e.beta) for e in run])
        assert tables.pieces <= most
        assert (tables.pieces > 1) == (most > 1)
        same = []
        for form, threads in product(("serial", "parallel"), {1, numba.config.NUMBA_NUM_THREADS}):
            simulator.set_threads(threads)
            ket, bra, buffers = psi.copy(), lam.copy(), tables.buffers(threads, 2, np.float64)
            overlaps = np.zeros((tables.pieces, len(run)))
            arguments = (buffers, *tables.arrays(np.float64), np.cos(angles), np.sin(angles))
            getattr(excitations.rotate, form)(ket, *arguments)
            forward = ket.copy()
            getattr(excitations.rotate_back, form)(ket, bra, *arguments, overlaps)
            states.append(np.concatenate([forward, ket, bra]))
            same.append(overlaps.sum(axis=0))
        for overlaps in same[1:]:
            np.testing.assert_array_equal(overlaps, same[0])
        gradients.append(same[0])
    for state in states[1:]:
        np.testing.assert_array_equal(state, states[0])
    for gradient in gradients[1:]:
        np.testing.assert_allclose(gradient, gradients[0], atol=1e-13)


def test_pieces_are_worth_a_ticket() -> None:
    """Small phases stay whole; nothing to do makes no phase."""
    space = Electrons(8, (4, 3))
    run = full_run(space)
    tables = ExcitationTables.build(space, [(e.alpha, e.beta) for e in run])
    pieces = tables.phases[:, 3]
    assert pieces.min() == 1
    assert pieces.max() == tables.pieces > 1
    assert (pieces <= tables.phases[:, 2]).all()
    assert ExcitationTables.build(space, []).pieces == 1


def test_programs_are_the_same_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Energies, gradients and states, bit by bit, with all kernels in their parallel form."""
    monkeypatch.setattr("simulator.kernels.kernel.PARALLEL_THRESHOLD", 0)
    monkeypatch.setattr("simulator.lowering.excitation_tables.PIECE_WORK", 1)
    norb, rng = 8, np.random.default_rng(3)
    h1, factors = rng.normal(size=(norb, norb)), rng.normal(size=(3, norb, norb))
    factors = factors + factors.transpose(0, 2, 1)
    h2 = np.einsum("xpq,xrs->pqrs", factors, factors)

    class Electronic:
        def on(self, space: Space) -> TwoBodyOperator:
            assert isinstance(space, Electrons)
            return TwoBodyOperator((h1 + h1.T,) * 2, (h2,) * 3, 0.5, space)

    space = Electrons(norb, (4, 3))
    generators: list[Excitation | OrbitalRotation] = [*full_run(space), OrbitalRotation(0, 5)]
    steps = tuple(Step(generator, ((k, 1.0),)) for k, generator in enumerate(generators))
    circuit = Circuit(space, BasisState(space.reference), steps)
    program = Expectation(circuit, Electronic())
    params = rng.normal(size=len(steps))
    found = []
    for threads in (1, numba.config.NUMBA_NUM_THREADS, numba.config.NUMBA_NUM_THREADS):
        simulator.set_threads(threads)
        value, gradient = program.value_and_gradient(params)
        assert program(params) == value
        found.append(np.concatenate([[value], gradient, program.state(params)]))
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


def test_single_precision_goes_through_the_same_buffers() -> None:
    space = Electrons(7, (3, 4))
    run = full_run(space)
    steps = tuple(Step(e, ((k, 1.0),)) for k, e in enumerate(run))
    circuit = Circuit(space, BasisState(space.reference), steps)
    matrix = Matrix(np.diag(np.linspace(-1, 1, space.size)))
    params = np.random.default_rng(0).normal(size=len(steps))
    value, gradient = Expectation(circuit, matrix).value_and_gradient(params)
    rough, rough_gradient = Expectation(circuit, matrix, "single").value_and_gradient(params)
    assert rough == pytest.approx(value, abs=1e-5)
    np.testing.assert_allclose(rough_gradient, gradient, atol=1e-5)


# -- sectors of one symmetry ---------------------------------------------------------------

LABELS = (0, 1, 0, 2, 3, 1)


@pytest.mark.parametrize("nelec", [(3, 3), (2, 4), (0, 1), (6, 2), (1, 1)], ids=str)
def test_sectors_partition_the_determinants(nelec: tuple[int, int]) -> None:
    everything = Electrons(6, nelec)
    found: list[int] = []
    for irrep in range(4):
        space = Electrons(6, nelec, LABELS, irrep)
        configurations = space.configurations().tolist()
        assert len(configurations) == space.size
        assert (
            sum(rows * columns for rows, columns in (s.shape for s in space.sectors)) == space.size
        )
        assert space.indices(np.array(configurations, dtype=np.int64)).tolist() == list(
            range(space.size)
        )
        for configuration in configurations:
            label = 0
            for qubit in range(12):
                label ^= LABELS[qubit % 6] if configuration >> qubit & 1 else 0
            assert label == irrep
        outside = set(everything.configurations().tolist()) - set(configurations)
        assert all(space.index(configuration) == -1 for configuration in outside)
        found += configurations
    assert sorted(found) == sorted(everything.configurations().tolist())


def test_states_of_a_sector_embed_as_those_of_all() -> None:
    space = Electrons(6, (3, 2), LABELS, 1)
    state = random_state(space.size, seed=4)
    full = Electrons(6, (3, 2))
    whole = np.zeros(full.size, dtype=complex)
    whole[full.indices(space.configurations())] = state
    np.testing.assert_array_equal(space.embed(state), full.embed(whole))
    np.testing.assert_array_equal(space.to_matrix(state), whole.reshape(full.shape))
    np.testing.assert_array_equal(full.to_matrix(whole), whole.reshape(full.shape))


@st.composite
def allowed(draw: st.DrawFn, space: Electrons) -> list[Excitation]:
    run: list[Excitation] = draw(runs(space.norb))
    return [e for e in run if space.label(sum(e.alpha + e.beta, ())) == 0]


@settings(max_examples=40)
@given(st.data(), st.sampled_from([(3, 3), (2, 4), (4, 1)]), st.integers(0, 3))
def test_runs_in_a_sector_against_all_determinants(
    data: st.DataObject, nelec: tuple[int, int], irrep: int
) -> None:
    space, full = Electrons(6, nelec, LABELS, irrep), Electrons(6, nelec)
    run = data.draw(allowed(space))
    angles = np.random.default_rng(0).normal(size=len(run))
    where = full.indices(space.configurations())
    states = [random_state(space.size, seed=k, real=True) for k in (1, 2)]
    small = [split(state, 1, np.float64) for state in states]
    large = [np.zeros((1, full.size)) for _ in states]
    for row, state in zip(large, states, strict=True):
        row[0, where] = state
    steps = [e.excitations for e in run]
    inside, outside = ExcitationRun(space, steps), ExcitationRun(full, steps)
    inside.forward(small[0], angles)
    outside.forward(large[0], angles)
    np.testing.assert_allclose(small[0][0], large[0][0, where], atol=1e-12)
    assert np.linalg.norm(large[0]) == pytest.approx(np.linalg.norm(small[0]))
    overlaps = inside.backward(small[0], small[1], angles)
    np.testing.assert_allclose(overlaps, outside.backward(large[0], large[1], angles), atol=1e-12)
    np.testing.assert_allclose(small[1][0], large[1][0, where], atol=1e-12)


def test_generators_pass_the_contract_in_a_sector() -> None:
    space = Electrons(4, (2, 1), (0, 1, 0, 1), 1)
    for generator in (
        Excitation(((0,), (1,)), ((2,), (3,))),
        Excitation(alpha=((0,), (2,))),
        Excitation(beta=((3,), (1,))),
        OrbitalRotation(1, 3),
    ):
        check_generator(generator, space)
    with pytest.raises(SpaceError, match="changes the symmetry"):
        Excitation(alpha=((0,), (1,))).on(space)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Electrons(3, (1, 1), (0, 1)),
        lambda: Electrons(2, (1, 1), (0, -1)),
        lambda: Electrons(2, (1, 1), (0, 1), -1),
        lambda: Electrons(2, (1, 1), irrep=1),
        lambda: Electrons(2, (1, 1), (0, 0.5)),  # type: ignore[arg-type]
        lambda: Electrons(2, (1, 1), (0, 1), 1.0),  # type: ignore[arg-type]
    ],
)
def test_impossible_labels_are_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(SpaceError, match="expected"):
        make()


# -- orbital rotations ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "space", [Electrons(3, (2, 1)), Electrons(3, (0, 3)), Electrons(2, (1, 1))]
)
def test_orbital_rotations_pass_the_contract(space: Electrons) -> None:
    check_generator(OrbitalRotation(0, 1), space)
    check_generator(OrbitalRotation(1, 0), space, seed=2)


def test_orbital_rotations_in_a_run() -> None:
    space = Electrons(5, (2, 3))
    run: list[Excitation | OrbitalRotation] = [
        OrbitalRotation(0, 3),
        Excitation(((0,), (2,)), ((1,), (4,))),
        OrbitalRotation(4, 1),
    ]
    compare(space, run, seed=5)


@pytest.mark.parametrize("pair", [(0, 0), (-1, 2)])
def test_impossible_orbital_rotations(pair: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="two different orbitals"):
        OrbitalRotation(*pair)
    with pytest.raises(SpaceError, match="orbitals"):
        OrbitalRotation(0, 7).on(Electrons(3, (1, 1)))


# -- small programs ------------------------------------------------------------------------


def small_circuit(space: Electrons) -> Circuit:
    steps = [
        Step(Excitation(((0,), (2,)), ((1,), (3,))), ((0, 1.0),)),
        Step(OrbitalRotation(1, 2), ((1, -0.5), (0, 0.25)), 0.1),
        Step(Excitation(beta=((0,), (3,))), offset=0.3),
        Step(Excitation(alpha=((0, 1), (2, 3))), ((2, 2.0),)),
    ]
    return Circuit(space, BasisState(space.reference), tuple(steps))


@pytest.mark.parametrize("nelec", [(2, 2), (3, 1), (4, 4), (0, 2)], ids=str)
def test_one_kernel_for_small_systems(nelec: tuple[int, int]) -> None:
    """It gives what NumPy gives before it is loaded, and the dense state's mean."""
    space = Electrons(4, nelec)
    circuit = small_circuit(space)
    rng = np.random.default_rng(7)
    matrix = rng.normal(size=(space.size, space.size))
    observable = Matrix(matrix + matrix.T)
    program = Expectation(circuit, observable)
    compiled = program._small
    assert compiled is not None
    for seed in range(3):
        params = np.random.default_rng(seed).normal(size=circuit.num_parameters)
        value, gradient = compiled.value_and_gradient(params)
        expected, slow = program.value_and_gradient(params)
        assert value == pytest.approx(expected, abs=1e-12) == program(params)
        np.testing.assert_allclose(gradient, slow, atol=1e-12)
        state = dense_state(circuit, params)
        mean = np.vdot(state, (matrix + matrix.T) @ state).real
        assert value == pytest.approx(mean, abs=1e-11)


def test_the_kernel_comes_with_the_evaluations_that_pay_for_it() -> None:
    """Counted are those of one program, so that others do not change its results."""
    space = Electrons(4, (2, 2))
    program = Program(small_circuit(space), Mean(Matrix(np.diag(np.arange(36.0)))))
    assert program._small is not None
    params, calls = [0.1, 0.2, 0.3], _PATIENCE // 5  # five excitations in each
    before = program.value_and_gradient(params)
    for _ in range(calls - 1):
        program._small.pays()
    assert program._small._tables is None
    value, gradient = program.value_and_gradient(params)
    assert program._small._tables is not None
    assert value == pytest.approx(before[0], abs=1e-14)
    np.testing.assert_allclose(gradient, before[1], atol=1e-14)


@pytest.mark.parametrize("compiled", [False, True])
def test_small_programs_check_their_parameters(
    compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.evolution.fused._PATIENCE", 0 if compiled else _PATIENCE)
    space = Electrons(4, (2, 2))
    program = Program(small_circuit(space), Mean(Matrix(np.eye(36))))
    with pytest.raises(ValueError, match="expected 3 parameters"):
        program.value_and_gradient([0.0])
    with pytest.raises(ValueError, match="finite"):
        program.value_and_gradient([0.0, np.inf, 0.0])
    huge = Circuit(space, BasisState(51), (Step(OrbitalRotation(0, 1), ((0, 1e200),)),))
    with pytest.raises(ValueError, match="finite angles"):
        Program(huge, Mean(Matrix(np.eye(36)))).value_and_gradient([1e200])
    value, gradient = program.value_and_gradient(range(3))
    assert value == pytest.approx(1)
    assert gradient.shape == (3,)
