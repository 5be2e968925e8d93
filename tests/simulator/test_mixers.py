"""Mixers in circuits, large enough for both forms of the kernels, and in single precision."""

from __future__ import annotations

import gc
import weakref
from itertools import combinations

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import expm_multiply

from simulator import (
    BasisState,
    Circuit,
    Diagonal,
    Electrons,
    Expectation,
    FlipSymmetric,
    GroverMixer,
    HammingWeight,
    PauliSum,
    Polynomial,
    Product,
    Qubits,
    Space,
    Step,
    Subset,
    UniformState,
    XYMixer,
    XYPair,
    predict_memory,
)
from simulator.kernels import xy
from simulator.lowering.exchange_tables import Axis, NeighbourTable, connected, pair_table
from simulator.lowering.mixer_actions import XYPairAction, known_eigenvalues
from simulator.lowering.planar import join, split
from simulator.operators.mixers import ring_pairs
from simulator.testing import dense_generator, dense_state, dense_xy, random_state

COST = Polynomial({(0, 1): 0.5, (1, 2): -1.0, (2, 3): 1.5, (0, 3): 0.7, (1,): 0.3, (): -1.0})
ONE_HOT = Product(HammingWeight(3, 1), HammingWeight(3, 1))


def circuit(space: Space, registers: list[range], *, exact: bool, depth: int = 2) -> Circuit:
    """Cost, XY rings in either sense and the Grover mixer, two parameters each layer."""
    pairs = [pair for register in registers for pair in ring_pairs(register)]
    mixers = [XYMixer(tuple(pairs))] if exact else [XYPair(*pair) for pair in pairs]
    steps = []
    for layer in range(depth):
        steps.append(Step(Diagonal(COST), ((layer, 1.0),)))
        steps += [Step(mixer, ((depth + layer, 1.0),)) for mixer in mixers]
        steps.append(Step(GroverMixer(), ((depth + layer, -0.5),), offset=0.2))
    return Circuit(space, UniformState(), tuple(steps))


CIRCUITS = [
    (HammingWeight(4, 2), [range(4)]),
    (HammingWeight(5, 1), [range(1, 4)]),
    (ONE_HOT, [range(3), range(3, 6)]),
    (Product(HammingWeight(4, 2), Qubits(2)), [range(4), range(4, 6)]),
    (Qubits(4), [range(4)]),
]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(("space", "registers"), CIRCUITS, ids=str)
def test_state_and_gradient(space: Space, registers: list[range], exact: bool) -> None:
    ansatz = circuit(space, registers, exact=exact)
    params = np.random.default_rng(3).uniform(-1.5, 1.5, ansatz.num_parameters)
    energy = Expectation(ansatz, COST)
    state = dense_state(ansatz, params)
    np.testing.assert_allclose(energy.state(params), state, atol=1e-12)
    value, gradient = energy.value_and_gradient(params)
    costs = np.array([COST.value(int(c)) for c in space.configurations()])
    assert value == pytest.approx(np.abs(state) ** 2 @ costs)
    for k, step in enumerate(1e-5 * np.eye(len(params))):
        difference = (energy(params + step) - energy(params - step)) / 2e-5
        assert gradient[k] == pytest.approx(difference, abs=1e-8)


@pytest.mark.parametrize("exact", [False, True])
def test_a_product_is_a_part_of_all_qubits(exact: bool) -> None:
    """What XY mixers do to feasible states does not depend on where the others are stored."""
    registers = [range(3), range(3, 6)]
    pairs = [pair for register in registers for pair in ring_pairs(register)]
    generators = [XYMixer(tuple(pairs))] if exact else [XYPair(*pair) for pair in pairs]
    steps = [Step(Diagonal(COST), offset=0.4)]
    steps += [Step(generator, offset=0.7) for generator in generators]
    start = BasisState(0b010100)
    states = []
    for space in (ONE_HOT, Qubits(6), Product(Qubits(3), HammingWeight(3, 1)), HammingWeight(6, 2)):
        program = Expectation(Circuit(space, start, tuple(steps)), COST)
        states.append(space.embed(program.state([])))
    for other in states[1:]:
        np.testing.assert_allclose(other, states[0], atol=1e-14)


def test_the_two_meanings_differ_and_agree_for_small_angles() -> None:
    space, pairs = HammingWeight(4, 2), ring_pairs(range(4))
    product, exact = [XYPair(*pair) for pair in pairs], [XYMixer(pairs)]
    for angle, least, most in ((1.0, 0.1, 2.0), (1e-4, 0.0, 1e-7)):
        states = [
            Expectation(
                Circuit(space, BasisState(3), tuple(Step(g, offset=angle) for g in generators)),
                COST,
            ).state([])
            for generators in (product, exact)
        ]
        assert least <= np.abs(states[0] - states[1]).max() <= most


@pytest.mark.parametrize(
    ("space", "mixer"),
    [
        (HammingWeight(12, 6), XYMixer.ring(range(12))),
        (HammingWeight(12, 6), XYMixer.complete(range(12))),
        (HammingWeight(14, 3), XYMixer.complete(range(14))),
        (HammingWeight(12, 5), XYMixer(((0, 3), (3, 7), (3, 9), (1, 2), (2, 11)))),
        (Product(*[HammingWeight(4, 1)] * 4), XYMixer(tuple(ring_pairs(range(8, 12))))),
    ],
    ids=str,
)
@pytest.mark.parametrize("angle", [0.3, -2.0, 40.0])
def test_exact_exponentials_in_larger_spaces(space: Space, mixer: XYMixer, angle: float) -> None:
    configurations = space.configurations()
    rows, columns = [], []
    for p, q in mixer.pairs:
        mixed = np.flatnonzero((configurations >> p ^ configurations >> q) & 1)
        rows.append(mixed)
        columns.append(np.searchsorted(configurations, configurations[mixed] ^ (1 << p | 1 << q)))
    where = np.concatenate(rows), np.concatenate(columns)
    matrix = sparse.coo_array((np.ones(len(where[0])), where), shape=(space.size,) * 2).tocsr()
    psi = random_state(space.size, seed=1)
    ket = split(psi, 2, np.float64)
    action = mixer.on(space)
    action.forward(ket, angle)
    expected = expm_multiply(1j * angle * matrix, psi, traceA=0)
    # SciPy's own error grows with the angle.
    np.testing.assert_allclose(join(ket), expected, atol=1e-13 * max(1.0, 10 * abs(angle)))
    assert abs(np.linalg.norm(ket) - 1) < 1e-13 * max(1.0, abs(angle))
    action.forward(ket, -angle)
    np.testing.assert_allclose(join(ket), psi, atol=1e-13 * max(1.0, abs(angle)))


@pytest.mark.parametrize(("m", "w"), [(2, 1), (5, 2), (6, 3), (7, 1), (7, 6), (4, 0), (4, 4)])
@pytest.mark.parametrize("ring", [False, True])
def test_known_eigenvalues(m: int, w: int, ring: bool) -> None:
    space = HammingWeight(m, w)
    pairs = ring_pairs(range(m)) if ring else tuple(combinations(range(m), 2))
    found = known_eigenvalues(pairs, Axis.of(space, range(m)))
    expected = np.linalg.eigvalsh(dense_generator(XYMixer(pairs), space).imag)
    if found is None:
        assert ring
        assert 1 < w < m - 1 or w in (0, m)
    else:
        distinct = expected[np.diff(expected, prepend=-np.inf) > 1e-9]
        np.testing.assert_allclose(np.sort(found), distinct, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("pair", [(0, 1), (2, 9), (11, 12), (0, 12)])
def test_both_forms_of_the_pair_kernels(pair: tuple[int, int], dtype: type[np.floating]) -> None:
    """Runs from a single position up to long ones that are cut."""
    for space in (HammingWeight(13, 6), Qubits(13), Product(HammingWeight(5, 2), Qubits(8))):
        if isinstance(space, Product) and pair[0] < 5 <= pair[1]:
            continue
        table = pair_table(space, pair)
        psi, lam = (split(random_state(space.size, seed=k), 2, dtype) for k in (1, 2))
        arguments = (table.runs, table.period, table.repeats, np.cos(0.4), np.sin(0.4))
        expected = _rotated(space, pair, join(psi).astype(complex), 0.4)
        moved = _rotated(space, pair, join(psi).astype(complex), np.pi / 2)
        still = _rotated(space, pair, join(psi).astype(complex), np.pi)
        image = moved - (join(psi) + still) / 2
        tolerance = 1e-14 if dtype is np.float64 else 1e-6
        for form in ("serial", "parallel"):
            ket, bra, out = psi.copy(), lam.copy(), np.zeros_like(psi)
            getattr(xy.exchange, form)(*psi, *out, *arguments[:3])
            np.testing.assert_allclose(join(out), image, atol=tolerance)
            getattr(xy.rotate, form)(*ket, *arguments)
            np.testing.assert_allclose(join(ket), expected, atol=tolerance)
            getattr(xy.rotate, form)(*bra, *arguments)
            overlap = getattr(xy.rotate_back, form)(*ket, *bra, *arguments)
            np.testing.assert_allclose(ket, psi, atol=tolerance)
            np.testing.assert_allclose(bra, lam, atol=tolerance)
            assert overlap == pytest.approx(np.vdot(join(lam), image).real, abs=10 * tolerance)


def _rotated(space: Space, pair: tuple[int, int], psi: np.ndarray, angle: float) -> np.ndarray:
    """Exp(i angle (XX + YY)/2), configuration by configuration."""
    mask, result = 1 << pair[0] | 1 << pair[1], psi.copy()
    configurations = space.configurations()
    mixed = (configurations & mask != 0) & (configurations & mask != mask)
    partner = space.indices(configurations[mixed] ^ mask)
    result[mixed] = np.cos(angle) * psi[mixed] + 1j * np.sin(angle) * psi[partner]
    return result


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("register", [range(3), range(3, 9), range(9, 20)])
def test_both_forms_of_the_recurrence(register: range, dtype: type[np.floating]) -> None:
    space = Product(HammingWeight(3, 1), HammingWeight(6, 3), HammingWeight(11, 1))
    axis = Axis.of(space, register)
    pairs = ring_pairs(register)
    table = NeighbourTable.build(axis, pairs)
    psi, start, total = (split(random_state(space.size, seed=k), 2, dtype) for k in (1, 2, 3))
    local = tuple((p - register.start, q - register.start) for p, q in pairs)
    matrix = dense_generator(XYMixer(local), axis.space).imag - 0.3 * np.eye(axis.space.size)
    shaped = join(psi).reshape(-1, axis.space.size, axis.stride)
    stepped = 1.7 * np.einsum("rs,hsl->hrl", matrix, shaped).ravel() - join(start)
    added = join(total) + (0.2 - 0.9j) * stepped
    for form in ("serial", "parallel"):
        out, sums = start.copy(), total.copy()
        getattr(xy.recur, form)(
            *psi, *out, *sums, table.neighbours, table.starts, axis.stride, 0.3, 1.7, 0.2, -0.9
        )
        tolerance = 1e-14 if dtype is np.float64 else 1e-5
        np.testing.assert_allclose(join(out), stepped, atol=tolerance)
        np.testing.assert_allclose(join(sums), added, atol=tolerance)


@pytest.mark.parametrize("exact", [False, True])
def test_single_precision(exact: bool) -> None:
    ansatz = circuit(HammingWeight(8, 4), [range(8)], exact=exact)
    params = np.array([0.3, -0.8, 0.5, 0.9])
    double, single = (Expectation(ansatz, COST, precision) for precision in ("double", "single"))
    assert single.state(params).dtype == np.complex64
    value, gradient = double.value_and_gradient(params)
    coarse, slope = single.value_and_gradient(params)
    assert coarse == pytest.approx(value, abs=1e-5)
    np.testing.assert_allclose(slope, gradient, atol=1e-5)


def test_equal_pairs_share_their_table_while_it_is_used() -> None:
    space = HammingWeight(6, 3)
    assert pair_table(space, (1, 4)) is not pair_table(space, (1, 3))
    kept = pair_table(space, (1, 4))
    assert pair_table(HammingWeight(6, 3), (1, 4)) is kept
    assert XYPair(4, 1) == XYPair(1, 4)


def test_a_program_that_is_alive_keeps_the_tables_of_its_pairs() -> None:
    space = HammingWeight(7, 3)
    action = XYPair(1, 4).on(space)
    assert isinstance(action, XYPairAction)
    table = weakref.ref(pair_table(space, (1, 4)))
    gc.collect()
    assert table() is pair_table(space, (1, 4))


@pytest.mark.parametrize(
    "space",
    [Qubits(9), HammingWeight(9, 4), HammingWeight(9, 0), Product(HammingWeight(9, 2), Qubits(3))],
    ids=str,
)
def test_tables_are_not_larger_than_predicted(space: Space) -> None:
    for pair in combinations(range(9), 2):
        table = pair_table(space, pair)
        assert table.runs.nbytes <= XYPair(*pair).memory(space)
        axis = Axis.of(space, pair)
        neighbours = NeighbourTable.build(axis, [pair])
        size = neighbours.neighbours.nbytes + neighbours.starts.nbytes
        assert size <= XYMixer((pair,)).memory(space) + 8


def test_memory_counts_the_tables() -> None:
    space = HammingWeight(10, 5)
    plain = Circuit(space, UniformState(), (Step(GroverMixer(), offset=1.0),))
    pairs = tuple(Step(XYPair(*pair), offset=1.0) for pair in combinations(range(10), 2))
    assert predict_memory(Circuit(space, UniformState(), pairs)) > predict_memory(plain)


def test_rings() -> None:
    assert ring_pairs([4, 7]) == ((4, 7),)
    assert ring_pairs([]) == ring_pairs([3]) == ()
    assert sorted(ring_pairs(range(6))) == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0)]
    for n in range(3, 9):
        rounds = ring_pairs(range(n))
        half = rounds[: n // 2]
        assert len({qubit for pair in half for qubit in pair}) == 2 * len(half)
        assert set(map(frozenset, rounds)) == {frozenset((k, (k + 1) % n)) for k in range(n)}


def test_connected_sets() -> None:
    assert connected([(0, 1), (2, 3), (4, 5), (1, 2)]) == [[(4, 5)], [(0, 1), (2, 3), (1, 2)]]


@pytest.mark.parametrize("pairs", [(), ((0, 0),), ((0, -1),), ((0, 1), (1, 0)), ((0, 1, 2),), (3,)])
def test_impossible_pairs_are_refused(pairs: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        XYMixer(pairs)


def test_a_grover_mixer_reflects_about_the_uniform_state() -> None:
    for space in (HammingWeight(5, 2), FlipSymmetric(4), Electrons(3, (1, 2)), Subset(5, [3, 9])):
        psi = split(random_state(space.size, seed=4), 2, np.float64)
        before = join(psi)
        GroverMixer().on(space).forward(psi, np.pi)
        np.testing.assert_allclose(join(psi), before - 2 * before.mean(), atol=1e-14)


def test_the_dense_twin_is_the_pauli_sum() -> None:
    pairs = [(0, 2), (1, 2)]
    terms = {f"{letter}{p} {letter}{q}": 0.5 for p, q in pairs for letter in "XY"}
    space = Qubits(3)
    matrix = dense_generator(XYMixer(tuple(pairs)), space)
    psi = random_state(8, seed=1)
    out = split(psi, 2, np.float64)
    PauliSum(terms).on(space).apply(split(psi, 2, np.float64), out)
    np.testing.assert_allclose(matrix @ psi, 1j * join(out), atol=1e-14)
    np.testing.assert_allclose(dense_xy(pairs, 3), -1j * matrix, atol=1e-14)
