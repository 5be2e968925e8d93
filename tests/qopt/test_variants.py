"""Trained variants of QAOA against small dense implementations written here."""

from __future__ import annotations

from functools import cache, reduce
from itertools import combinations, product
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

import qopt
import simulator
from qminima import InputError, Interrupted
from qopt.circuits.adapt_pools import POOLS, adapt_pool
from qopt.instances.loading import load_maxcut
from qopt.problems.binary import BinaryProblem
from qopt.solvers.recursive import tie
from simulator import Expectation, FlipSymmetric, Qubits
from simulator.operators.polynomial import Polynomial

PAULI = {
    "I": np.eye(2), "X": np.array([[0, 1], [1, 0]]), "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}  # fmt: skip


def weighted(nodes: int, seed: int = 1) -> qopt.MaxCut:
    random = np.random.default_rng(seed)
    graph: nx.Graph[int] = nx.gnp_random_graph(nodes, 0.8, seed=seed)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = float(random.uniform(0.5, 2))
    return qopt.maxcut(graph)


def fields(seed: int = 2) -> BinaryProblem:
    random = np.random.default_rng(seed)
    keys = [*combinations(range(5), 1), *combinations(range(5), 2)]
    return qopt.ising({key: float(random.normal()) for key in keys})


def dense(n: int, letters: dict[int, str]) -> Any:
    """A Pauli string as a matrix, qubit 0 the fastest index."""
    return reduce(np.kron, [PAULI[letters.get(q, "I")] for q in reversed(range(n))])


def diagonal(problem: Any) -> Any:
    n = problem.num_variables
    return np.array([problem.value(format(x, f"0{n}b")[::-1]) for x in range(1 << n)])


class DenseQAOA:
    """One layer of QAOA on a cost over spins, minimised on a grid and then by Nelder-Mead."""

    def __init__(self, terms: dict[frozenset[int], float], names: list[int]) -> None:
        self.names, n = names, len(names)
        self.spins = {
            name: np.array([1 - 2 * (x >> k & 1) for x in range(1 << n)])
            for k, name in enumerate(names)
        }
        self.costs = np.zeros(1 << n)
        for term, weight in terms.items():
            self.costs += weight * np.prod([self.spins[one] for one in term], axis=0)

    def state(self, gamma: float, beta: float) -> Any:
        n = len(self.names)
        psi = np.exp(-1j * gamma * self.costs) / np.sqrt(1 << n)
        turn = np.cos(beta) * PAULI["I"] + 1j * np.sin(beta) * PAULI["X"]
        return reduce(np.kron, [turn] * n) @ psi

    def mean(self, angles: Any) -> float:
        return float(np.abs(self.state(*angles)) ** 2 @ self.costs)

    def best(self) -> Any:
        size = np.abs(self.costs).max() or 1.0
        grid = product(np.linspace(-4, 4, 25) / size, np.linspace(-0.8, 0.8, 13))
        first = sorted(grid, key=self.mean)[:2]
        found = [
            minimize(self.mean, one, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-10})
            for one in first
        ]
        return min(found, key=lambda one: one.fun).x

    def correlation(self, angles: Any, variables: tuple[int, ...]) -> float:
        values = np.prod([self.spins[one] for one in variables], axis=0)
        return float(np.abs(self.state(*angles)) ** 2 @ values)


@pytest.mark.parametrize(
    "problem", [weighted(5), weighted(6, seed=5), fields()], ids=["five", "six", "fields"]
)
def test_recursion_against_dense_matrices(problem: Any) -> None:
    """Each step has the strongest correlation of the cost that is left, and the rest is exact."""
    result = qopt.solve_recursive(problem, 1, cutoff=2, seed=0, gradient_tolerance=1e-7)
    assert result.expectation is None
    terms = {frozenset(qubits): weight for qubits, weight in problem.cost.terms}
    fixed: list[tuple[tuple[int, ...], int]] = []
    for step in result.properties["eliminations"]:
        names = sorted(set().union(*terms))
        layer = DenseQAOA(terms, names)
        angles = layer.best()
        keys: list[tuple[int, ...]] = [
            pair for pair in combinations(names, 2) if any(set(pair) <= t for t in terms)
        ]
        if any(len(term) % 2 for term in terms):
            keys += [(name,) for name in names]
        strengths = {key: layer.correlation(angles, key) for key in keys}
        largest = max(map(abs, strengths.values()))
        chosen = tuple(step["variables"])
        assert step["correlation"] == pytest.approx(strengths[chosen], abs=2e-4)
        assert abs(step["correlation"]) == pytest.approx(largest, abs=2e-4)
        assert step["sign"] == np.sign(step["correlation"])
        fixed.append((chosen, step["sign"]))
        left: dict[frozenset[int], float] = {}
        for term, weight in terms.items():
            key, sign = term, 1
            if chosen[-1] in term:
                key, sign = term ^ frozenset(chosen), step["sign"]
            left[key] = left.get(key, 0.0) + sign * weight
        terms = {key: weight for key, weight in left.items() if abs(weight) > 1e-12}
    assert len(set().union(*terms)) <= 2
    # The best of all bit strings that keep what was fixed.
    n = problem.num_variables
    allowed = [
        text
        for text in map("".join, product("01", repeat=n))
        if all(
            np.prod([1 - 2 * int(text[one]) for one in variables]) == sign
            for variables, sign in fixed
        )
    ]
    assert result.bitstring in allowed
    assert result.value == pytest.approx(min(map(problem.value, allowed)), abs=1e-9)


@given(data=st.data())
def test_tied_costs_are_the_cost_of_tied_spins(data: st.DataObject) -> None:
    subsets = [frozenset(c) for k in range(5) for c in combinations(range(4), k)]
    weights = st.integers(-5, 5).map(float)
    terms = data.draw(st.dictionaries(st.sampled_from(subsets), weights, min_size=1))
    chosen = data.draw(st.sampled_from([(0,), (2,), (0, 1), (1, 3), (2, 3)]))
    sign = data.draw(st.sampled_from([-1, 1]))
    tied = tie(terms, chosen, sign)
    assert not any(chosen[-1] in term for term in tied)
    for values in product((1, -1), repeat=4):
        spins = list(values)
        spins[chosen[-1]] = sign * int(np.prod([spins[one] for one in chosen[:-1]]))
        cost, other = (
            sum(w * np.prod([spins[one] for one in term]) for term, w in some.items())
            for some in (terms, tied)
        )
        assert cost == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize("name", ["petersen", "3regular-12", "pm1-sparse-20"])
def test_recursion_on_the_library(name: str) -> None:
    """It ends with a cut; on a ring it is exact where one layer of QAOA is not."""
    problem = load_maxcut(name)
    result = qopt.solve_recursive(problem, 1, seed=0, precision="single")
    assert problem.reference is not None
    assert result.value >= problem.reference.value
    assert result.value <= 0.9 * problem.reference.value


def test_limits_of_the_recursion() -> None:
    result = qopt.solve_recursive(weighted(7), 1, max_evaluations=15, seed=0)
    assert result.evaluations <= 15
    assert result.stop_reason == "evaluation limit reached"
    assert not result.converged
    with pytest.raises(InputError, match="a cutoff, from 1 to 20"):
        qopt.solve_recursive(weighted(5), 1, cutoff=0)
    constant = qopt.maxcut(nx.empty_graph(3))
    assert qopt.solve_recursive(constant, 1).value == 0
    # Of degree four; what is tied at one layer is not always tied well.
    assert 3 <= qopt.solve_recursive(qopt.labs(7), 1, seed=0).value <= 11


def test_ctrl_c_ends_the_recursion(monkeypatch: pytest.MonkeyPatch) -> None:
    from qopt.solvers.training import ScaledProgram

    original, calls = ScaledProgram.value_and_gradient, []

    def interrupted(self: Any, params: Any) -> Any:
        calls.append(params)
        if len(calls) == 12:
            raise KeyboardInterrupt
        return original(self, params)

    monkeypatch.setattr(ScaledProgram, "value_and_gradient", interrupted)
    with pytest.raises(Interrupted) as caught:
        qopt.solve_recursive(load_maxcut("petersen"), 1)
    assert len(calls) == 12
    assert caught.value.result.stop_reason == "interrupted"
    assert not caught.value.result.converged


def test_a_recursion_whose_training_was_cut_short_did_not_converge() -> None:
    problem = load_maxcut("petersen")
    whole = qopt.solve_recursive(problem, 2, seed=0)
    assert whole.converged
    for less in (1, 3, 10):
        limit = whole.evaluations - less
        cut = qopt.solve_recursive(problem, 2, seed=0, max_evaluations=limit)
        assert cut.evaluations <= limit
        assert not cut.converged
        assert cut.warnings
    with pytest.raises(InputError, match="samples nothing"):
        qopt.solve_recursive(problem, 1, shots=7)
    assert "shots" not in whole.settings


class DenseAdapt:
    """The derivatives and circuits of ADAPT-QAOA as matrices."""

    def __init__(self, problem: Any, first: float) -> None:
        self.n, self.costs, self.first = problem.num_variables, diagonal(problem), first

    def matrix(self, name: str) -> Any:
        """B of a mixer's name."""
        if name in ("X", "Y"):
            total = sum(dense(self.n, {q: name}) for q in range(self.n))
            return -total if name == "X" else total
        return dense(self.n, {int(one[1:]): one[0] for one in name.split()})

    @cache  # noqa: B019
    def spectrum(self, name: str) -> Any:
        """Eigenvalues and eigenvectors of B."""
        return np.linalg.eigh(self.matrix(name))

    def state(self, names: list[str], params: Any) -> Any:
        psi = np.full(1 << self.n, (1 << self.n) ** -0.5, dtype=complex)
        gammas, betas = np.split(np.asarray(params, dtype=float), 2)
        for name, gamma, beta in zip(names, gammas, betas, strict=True):
            values, vectors = self.spectrum(name)
            psi = vectors.conj().T @ (np.exp(-1j * gamma * self.costs) * psi)
            psi = vectors @ (np.exp(-1j * beta * values) * psi)
        return psi

    def mean(self, names: list[str], params: Any) -> float:
        return float(np.abs(self.state(names, params)) ** 2 @ self.costs)

    def derivative(self, psi: Any, name: str) -> float:
        psi = np.exp(-1j * self.first * self.costs) * psi
        b = self.matrix(name)
        return float(abs(2 * ((self.costs * psi).conj() @ (-1j * b @ psi)).real))


@pytest.mark.parametrize("pool", list(POOLS))
@pytest.mark.parametrize("problem", [weighted(5), fields(seed=4)], ids=["cut", "fields"])
def test_growth_against_dense_matrices(problem: Any, pool: str) -> None:
    """Every mixer has the largest derivative, and the mean is least there."""
    depth = 3
    result = qopt.solve_adapt(
        problem, depth, pool=pool, seed=0, gradient_tolerance=1e-7, max_evaluations=5000
    )
    first = 0.01 * qopt.gamma_scale(problem.cost)
    own = DenseAdapt(problem, first)
    names, params = result.properties["mixers"], np.array(result.parameters)
    letters = "XYZ"
    every = ["X", "Y"] if pool != "standard" else ["X"]
    if pool != "standard":
        every += [f"{a}{q}" for a in "XY" for q in range(5)]
    if pool == "pairs":
        every += [
            f"{a}{i} {b}{j}"
            for i, j in combinations(range(5), 2) for a in letters for b in letters
        ]  # fmt: skip
    angles = np.zeros(0)
    for layer, (name, size) in enumerate(
        zip(names, result.properties["derivatives"], strict=True), start=1
    ):
        before = own.state(names[: layer - 1], angles)
        sizes = [own.derivative(before, one) for one in every]
        assert size == pytest.approx(max(sizes), rel=1e-4, abs=1e-6)
        assert own.derivative(before, name) == pytest.approx(size, rel=1e-4, abs=1e-6)
        gammas, betas = np.split(angles, 2)
        start = np.concatenate([gammas, [first], betas, [0.0]])
        found = minimize(lambda p, k=layer: own.mean(names[:k], p), start, method="BFGS",
                         options={"gtol": 1e-7})  # fmt: skip
        angles = found.x
    assert result.expectation == pytest.approx(own.mean(names, params), abs=1e-9)
    # Two optimisers may end in different valleys; ours may not be the worse one by far.
    assert result.expectation <= found.fun + 0.02 * np.ptp(own.costs)
    assert result.settings["depth"] == len(names) <= depth


def test_pools() -> None:
    names = [str(mixer) for mixer in adapt_pool("single", Qubits(2))]
    assert names == ["X", "Y", "X0", "X1", "Y0", "Y1"]
    assert len(adapt_pool("pairs", Qubits(4))) == 2 + 8 + 6 * 8
    even = [str(mixer) for mixer in adapt_pool("pairs", FlipSymmetric(3))]
    assert "Y" not in even
    assert "X0 Y1" not in even
    assert {"X", "X2", "Y0 Z1", "Z0 Y1", "X0 X1", "Y0 Y1"} <= set(even)
    with pytest.raises(InputError, match="did you mean pairs"):
        adapt_pool("pair", Qubits(2))


def test_ctrl_c_between_layers_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from qopt.solvers import adaptive

    original, calls = adaptive._Growth._steepest, []

    def interrupted(self: Any, angles: Any) -> Any:
        calls.append(angles)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(self, angles)

    monkeypatch.setattr(adaptive._Growth, "_steepest", interrupted)
    with pytest.raises(Interrupted) as caught:
        qopt.solve_adapt(weighted(5), 4, seed=0)
    assert caught.value.result.settings["depth"] == 2
    assert caught.value.result.properties["pool_gradients"] == 2
    for wrong in (0.0, float("nan")):
        with pytest.raises(InputError, match="first_gamma"):
            qopt.solve_adapt(weighted(5), 1, first_gamma=wrong)


def test_symmetry_changes_nothing() -> None:
    """Half of the space, and the strings that leave it, can be left out."""
    problem = weighted(5)
    half = qopt.solve_adapt(problem, 3, seed=0)
    full = qopt.solve_adapt(problem, 3, space=Qubits(5), seed=0)
    assert half.expectation == pytest.approx(full.expectation, abs=1e-4)
    assert half.properties["derivatives"] == pytest.approx(full.properties["derivatives"], abs=1e-3)


def test_adapt_stops_where_no_derivative_is_left() -> None:
    result = qopt.solve_adapt(qopt.maxcut(nx.path_graph(3)), 9, seed=0, gradient_tolerance=1e-9)
    assert result.expectation == pytest.approx(-2, abs=1e-6)
    assert result.settings["depth"] < 9
    assert "no derivative is left" in str(result.stop_reason)
    assert result.converged


class TestMultiStart:
    """Every start has its record."""

    def test_records(self) -> None:
        problem = weighted(6)
        result = qopt.solve_multi_start(problem, 2, starts=5, seed=3, gradient_tolerance=1e-6)
        records = result.properties["starts"]
        assert len(records) == 5
        energy = Expectation(qopt.qaoa(problem, 2), problem.cost)
        for record in records:
            assert energy(record["angles"]) >= record["value"]
        assert result.expectation == min(record["value"] for record in records)
        assert energy(result.parameters or []) == pytest.approx(result.expectation, abs=1e-9)
        assert result.evaluations == sum(record["evaluations"] for record in records)
        assert result.history is not None
        assert result.history[-1][1] == result.expectation
        assert [n for n, _ in result.history] == sorted({n for n, _ in result.history})

    def test_a_start_does_not_depend_on_their_number(self) -> None:
        few, many = (
            qopt.solve_multi_start(weighted(5), 1, starts=k, seed=7).properties["starts"]
            for k in (2, 4)
        )
        assert many[:2] == few

    def test_it_finds_what_one_start_misses(self) -> None:
        """One of many random starts is as good as layer by layer."""
        problem = weighted(6)
        grown = qopt.solve_qaoa(problem, 2, seed=0).expectation
        many = qopt.solve_multi_start(problem, 2, starts=30, seed=0, gradient_tolerance=1e-5)
        values = [record["value"] for record in many.properties["starts"]]
        assert grown is not None
        assert min(values) <= grown + 1e-2
        assert max(values) > grown + 0.05  # others end in worse valleys

    def test_limits(self) -> None:
        result = qopt.solve_multi_start(weighted(6), 2, starts=50, max_evaluations=40, seed=0)
        assert result.evaluations <= 40
        assert result.stop_reason == "evaluation limit reached"
        with pytest.raises(InputError, match="starts"):
            qopt.solve_multi_start(weighted(5), 1, starts=0)

    def test_a_constrained_space(self) -> None:
        problem, space, mixer = qopt.load_problem("6", "portfolio").native()  # type: ignore[misc]
        result = qopt.solve_multi_start(problem, 2, starts=3, space=space, mixer=mixer, seed=0)
        assert problem.feasible(str(result.bitstring))
        assert result.settings["space"] == str(space)


def test_multi_angle_is_never_above_qaoa() -> None:
    for problem in (weighted(6), load_maxcut("petersen"), fields()):
        result = qopt.solve_multi_angle(problem, 1, seed=0)
        plain = qopt.solve_qaoa(problem, 1, seed=0)
        assert result.properties["plain"] == pytest.approx(plain.expectation, abs=1e-9)
        assert result.expectation < result.properties["plain"] - 0.05
        assert result.evaluations > plain.evaluations
        circuit = qopt.multi_angle_qaoa(problem, 1)
        assert result.parameters is not None
        value = Expectation(circuit, problem.cost)(result.parameters)
        assert value == pytest.approx(result.expectation, abs=1e-9)
        assert result.history is not None
        assert [n for n, _ in result.history] == sorted({n for n, _ in result.history})


def test_multi_angle_limits_count_both_trainings() -> None:
    result = qopt.solve_multi_angle(weighted(6), 2, max_evaluations=30, seed=0)
    assert result.evaluations <= 30
    assert result.settings["max_evaluations"] == 30
    short = qopt.solve_multi_angle(weighted(6), 2, max_evaluations=3, seed=0)
    assert short.evaluations <= 3
    circuit = qopt.multi_angle_qaoa(weighted(6), short.settings["depth"])
    value = Expectation(circuit, weighted(6).cost)(short.parameters or [])
    assert value == pytest.approx(short.expectation, abs=1e-9)


def test_warm_start_begins_where_it_is_told_to() -> None:
    problem = weighted(6)
    best = str(qopt.enumeration(problem).bitstring)
    result = qopt.solve_warm_start(problem, 1, best, seed=0)
    assert result.settings["start"] == best
    assert result.properties["start_cost"] == problem.value(best) == result.value
    circuit = qopt.warm_start_qaoa(problem, 1, best)
    assert result.parameters is not None
    assert Expectation(circuit, problem.cost)(result.parameters) == pytest.approx(
        result.expectation, abs=1e-9
    )
    untrained = Expectation(circuit, problem.cost)([0.0, 0.0])
    assert result.expectation is not None
    assert result.expectation < untrained - 0.1
    halves = qopt.solve_warm_start(problem, 2, [0.5] * 6, seed=0)
    plain = qopt.solve_qaoa(problem, 2, seed=0)
    assert halves.expectation == pytest.approx(plain.expectation, abs=2e-3)
    rounded = qopt.solve_warm_start(problem, 1, seed=4)
    relaxed = qopt.semidefinite_bound(problem).seconds
    assert rounded.seconds > relaxed  # which is a part of it, solved before or not
    one = qopt.goemans_williamson(problem, hyperplanes=1, seed=4)
    assert rounded.settings["start"] == one.bitstring


@pytest.mark.parametrize(
    "solve",
    [
        qopt.solve_multi_start, qopt.solve_multi_angle, qopt.solve_warm_start, qopt.solve_adapt,
    ],
    ids=lambda solve: solve.__name__,
)  # fmt: skip
class TestEverySampledVariant:
    """What all of them promise."""

    def test_cvar(self, solve: Any) -> None:
        """It is that of the state, and lower than after training for the mean."""
        problem = weighted(5)
        result = solve(problem, 2, objective="cvar", alpha=0.3, seed=1)
        assert result.history_of == "cvar"
        assert result.settings["alpha"] == 0.3
        assert result.properties["cvar"] < result.expectation - 0.1
        means = solve(problem, 2, seed=1)
        assert means.expectation <= result.expectation + 1e-3
        assert result.history[-1][1] == pytest.approx(result.properties["cvar"])
        if solve in (qopt.solve_multi_start, qopt.solve_multi_angle):
            build = qopt.qaoa if solve is qopt.solve_multi_start else qopt.multi_angle_qaoa
            circuit = build(problem, 2)
            trained, other = (
                simulator.compile(circuit, simulator.CVaR(problem.cost, 0.3))(found.parameters)
                for found in (result, means)
            )
            assert trained == pytest.approx(result.properties["cvar"], abs=1e-9)
            assert trained <= other + 1e-6

    def test_precision_and_seed(self, solve: Any) -> None:
        one, other = (solve(weighted(5), 1, precision="single", seed=2, shots=5) for _ in range(2))
        assert one.bitstring == other.bitstring
        assert one.parameters == other.parameters
        double = solve(weighted(5), 1, seed=2)
        assert double.expectation == pytest.approx(one.expectation, abs=1e-2)

    def test_time_limit(self, solve: Any) -> None:
        result = solve(weighted(6), 4, time_limit=1e-9, seed=0)
        assert not result.converged
        assert result.value == weighted(6).value(result.bitstring)
        with pytest.raises(InputError, match="time limit"):
            solve(weighted(5), 1, time_limit=-1)

    def test_ctrl_c_hands_over_the_best(self, solve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from qopt.solvers.training import ScaledProgram

        original, calls = ScaledProgram.value_and_gradient, []

        def interrupted(self: Any, params: Any) -> Any:
            calls.append(params)
            if len(calls) > 4:
                raise KeyboardInterrupt
            return original(self, params)

        monkeypatch.setattr(ScaledProgram, "value_and_gradient", interrupted)
        with pytest.raises(Interrupted) as caught:
            solve(weighted(5), 3, seed=0)
        assert not caught.value.result.converged
        assert "interrupted" in str(caught.value.result.stop_reason)

    def test_bad_input(self, solve: Any) -> None:
        with pytest.raises(InputError, match="depth"):
            solve(weighted(5), 0)
        with pytest.raises(InputError, match="problem such as"):
            solve(nx.path_graph(3), 1)
        with pytest.raises(InputError, match="shots"):
            solve(weighted(5), 1, shots=0)
        with pytest.raises(InputError, match="did you mean shots"):
            solve(weighted(5), 1, shotz=5)
        for tolerance in (0, -1.0, float("nan")):
            with pytest.raises(InputError, match="gradient_tolerance"):
                solve(weighted(5), 1, gradient_tolerance=tolerance)
        if solve in (qopt.solve_warm_start, qopt.solve_adapt):
            with pytest.raises(InputError, match="unknown keyword 'mixer'"):
                solve(weighted(5), 1, mixer=qopt.x_mixer())


@pytest.mark.parametrize(
    "solve",
    [
        qopt.solve_qaoa, qopt.solve_multi_start, qopt.solve_multi_angle, qopt.solve_warm_start,
        qopt.solve_adapt,
    ],
    ids=lambda solve: solve.__name__,
)  # fmt: skip
def test_a_result_carries_the_circuit_of_its_parameters(solve: Any) -> None:
    """Also where a limit, or one layer that is exact, ends the training below the depth asked."""
    pair, six = qopt.maxcut(nx.path_graph(2)), weighted(6)
    results = [(pair, solve(pair, 3, seed=0)), (six, solve(six, 4, time_limit=1e-9, seed=0))]
    for problem, result in results:
        assert result.circuit.num_parameters == len(result.parameters)
        energy = Expectation(result.circuit, problem.cost)
        assert energy(result.parameters) == pytest.approx(result.expectation, abs=1e-9)
        drawn = energy.sample(result.parameters, 20, seed=0)
        assert drawn.max() < 1 << problem.num_variables
        assert "circuit" not in result.entry()
        assert "steps" not in repr(result)


def test_recursive_qaoa_has_no_single_circuit() -> None:
    assert qopt.solve_recursive(weighted(6), 1, seed=0).circuit is None
    assert qopt.greedy(weighted(6)).circuit is None


def test_grover_mixer_has_its_name() -> None:
    problem = weighted(5)
    result = qopt.solve_qaoa(problem, 2, space=Qubits(5), mixer=qopt.grover_mixer(), seed=0)
    assert result.method == "Grover-mixer QAOA"
    # Bit strings of one cost have one amplitude (Bärtschi and Eidenbenz).
    state = Expectation(
        qopt.qaoa(problem, 2, space=Qubits(5), mixer=qopt.grover_mixer()), problem.cost
    ).state(result.parameters or [])
    costs = Polynomial(problem.cost.terms).values(Qubits(5)).to_array()
    for level in np.unique(costs.round(9)):
        same = state[np.abs(costs - level) < 1e-9]
        np.testing.assert_allclose(same, same[0], atol=1e-9)
