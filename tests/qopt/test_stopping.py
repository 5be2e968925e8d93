"""Parts of methods that make stopping in time possible."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csc_array

import qopt
from qminima.limits import Deadline
from qopt.classical.bqm import couplings
from qopt.classical.elimination import eliminate, minimum_degree
from qopt.classical.greedy import greedy_bitstring
from qopt.classical.proofs import prover
from qopt.instances.loading import load_maxcut
from qopt.problems.binary import exact_sum
from qopt.results import Best
from qopt.solvers import multi_start as starts
from qopt.solvers.correlations import spin_correlations
from simulator import FlipSymmetric, Polynomial, Qubits


def ising(nodes: int, density: float, seed: int) -> Any:
    random = np.random.default_rng(seed)
    terms: dict[tuple[int, ...], float] = {(j,): float(random.normal()) for j in range(nodes)}
    terms |= {
        pair: float(random.normal())
        for pair in combinations(range(nodes), 2)
        if random.random() < density
    }
    return qopt.ising(terms)


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let each look at the clock take some seconds."""

    def start(tick: float) -> None:
        looks = [0]

        def clock() -> float:
            looks[0] += 1
            return looks[0] * tick

        monkeypatch.setattr("qminima.limits.monotonic", clock)
        monkeypatch.setattr("simulator.timing.perf_counter", clock)
        monkeypatch.setattr("simulator.kernels.kernel.perf_counter", lambda: 0.0)

    return start


class TestElimination:
    """Dynamic programming, against enumeration."""

    @pytest.mark.parametrize("seed", range(6))
    def test_minima(self, seed: int) -> None:
        problem = ising(11, 0.35, seed)
        result = qopt.tree_decomposition(problem)
        assert result.value == pytest.approx(qopt.enumeration(problem).value, abs=1e-12)
        assert result.properties["width"] <= 10

    def test_sizes_one_and_two(self) -> None:
        assert qopt.tree_decomposition(qopt.ising({(0,): 1.0})).bitstring == "1"
        assert qopt.tree_decomposition(qopt.maxcut(nx.path_graph(2))).value == -1
        assert eliminate([], [], Deadline(None)) == []

    @pytest.mark.parametrize(
        ("graph", "width"),
        [
            (nx.balanced_tree(2, 4), 1),
            (nx.cycle_graph(9), 2),
            (nx.complete_graph(7), 6),
            (nx.grid_2d_graph(4, 9), 4),
            (nx.empty_graph(3), 0),
        ],
    )
    def test_widths(self, graph: nx.Graph[Any], width: int) -> None:
        graph = nx.convert_node_labels_to_integers(graph)
        found = minimum_degree(len(graph), graph.edges, 20)
        assert found is not None
        assert sorted(found[0]) == list(range(len(graph)))
        assert found[1] == width
        assert width == 0 or minimum_degree(len(graph), graph.edges, width - 1) is None

    def test_no_time_for_an_order(self) -> None:
        late = Deadline(None)
        late.reached = True
        assert minimum_degree(3, [(0, 1), (1, 2)], 5, late) is None
        assert eliminate([0, 1], [((0, 1), np.zeros((2, 2)))], late) is None

    def test_time_that_does_not_suffice(self, ticking: Callable[[float], None]) -> None:
        problem = load_maxcut("petersen")
        ticking(0.01)
        result = qopt.tree_decomposition(problem, time_limit=0.05)
        assert result.stop_reason == "time limit reached"
        assert not result.properties["proven"]
        assert result.value <= -10  # greedily
        assert "greedy" in result.warnings[0]


@pytest.mark.parametrize("seed", range(4))
def test_greedy_fixes_the_most_decided_first(seed: int) -> None:
    """Against the obvious loop; 600 variables are more than one block of them."""
    n = 600 if seed == 0 else 12
    problem = ising(n, 0.02 if seed == 0 else 0.4, seed)
    fields, first, second, weights = couplings(problem.cost, n)
    dense = np.zeros((n, n))
    dense[first, second] = dense[second, first] = weights
    field, spins = fields.copy(), np.zeros(n)
    for _ in range(n):
        chosen = int(np.where(spins == 0, np.abs(field), -1.0).argmax())
        spins[chosen] = 1 if field[chosen] <= 0 else -1
        field += np.where(spins == 0, dense[chosen] * spins[chosen], 0.0)
    built = "".join("1" if spin < 0 else "0" for spin in spins)
    assert problem.value(greedy_bitstring(problem, Deadline(None))) <= problem.value(built)
    late = Deadline(None)
    late.reached = True  # no descent
    assert greedy_bitstring(problem, late) == built


def test_tabu_without_time_for_it(ticking: Callable[[float], None]) -> None:
    problem = load_maxcut("3regular-100")
    ticking(0.1)
    result = qopt.tabu(problem, seed=0, time_limit=0.1)
    assert result.value < -100
    assert result.stop_reason == "time is over"


@pytest.mark.parametrize(
    "problem",
    [
        qopt.knapsack([4, 3, 2], [3, 2, 2], capacity=4),
        qopt.independent_set(nx.cycle_graph(7)),
        qopt.colouring(nx.path_graph(3), 2),
    ],
    ids=["knapsack", "independent set", "colouring"],
)
def test_a_model_that_is_not_even_made(problem: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("qopt.classical.native._solve", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        qopt.native_milp(problem)
    result = caught.value.result  # type: ignore[attr-defined]
    assert result.value == problem.value(result.bitstring)
    assert problem.feasible(result.bitstring)


def test_bit_strings_where_nothing_was_seen() -> None:
    cut = Best(load_maxcut("petersen"))
    assert cut.value == np.inf
    assert load_maxcut("petersen").value(cut.bitstring) <= -5
    covered = qopt.vertex_cover(nx.path_graph(6))
    assert covered.feasible(Best(covered).bitstring)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=8))
def test_exact_sums(values: list[float]) -> None:
    assert exact_sum(np.array(values)) == sum(map(Fraction, values), Fraction(0))


def test_exact_sums_of_all_sizes() -> None:
    values = [1e150, 1.0, -1e150, 1e-150, 3.0]
    assert exact_sum(np.array(values)) == sum(map(Fraction, values))


@pytest.mark.parametrize(
    "space", [Qubits(1), Qubits(2), Qubits(5), FlipSymmetric(2), FlipSymmetric(6)], ids=str
)
def test_correlations_of_all_pairs(space: Qubits | FlipSymmetric) -> None:
    weights = np.random.default_rng(0).random(space.size)
    singles, pairs = spin_correlations(weights, space)
    n = space.num_qubits
    assert pairs.shape == (n, n)
    for i, j in combinations(range(n), 2):
        values = Polynomial({(i, j): 1.0}).values(space).to_array()
        assert pairs[i, j] == pytest.approx(values @ weights)
        assert pairs[j, i] == pytest.approx(values @ weights)
    for i in range(n) if isinstance(space, Qubits) else ():
        values = Polynomial({(i,): 1.0}).values(space).to_array()
        assert singles[i] == pytest.approx(values @ weights)


@pytest.mark.parametrize("problem", [qopt.labs(12), qopt.maxcut(nx.random_regular_graph(3, 14, 3))])
def test_a_recursion_that_is_stopped_ends_greedily(problem: Any) -> None:
    result = qopt.solve_recursive(problem, 1, seed=0, max_evaluations=3)
    left = result.properties["greedy"]
    assert left == problem.num_variables - len(result.properties["eliminations"]) > 4
    assert f"{left} variables were fixed greedily" in result.warnings[1]
    best = qopt.enumeration(problem).value
    assert result.value <= (2.5 * best if best > 0 else 0.9 * best)


def test_depth_that_the_time_allows(
    ticking: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starts, "_LARGE", 1)
    ticking(0.1)
    result = qopt.solve_multi_start(load_maxcut("petersen"), 9, starts=2, seed=0, time_limit=3.0)
    assert 1 <= result.settings["depth"] < result.settings["requested_depth"] == 9
    assert len(result.parameters or ()) == 2 * result.settings["depth"]
    assert not result.converged


def test_all_shots_are_no_time_limit(ticking: Callable[[float], None]) -> None:
    """Where the time ends with the last one; one shot less is one that was left out."""
    problem = load_maxcut("petersen")
    for shots, reason in ((1, None), (10, None), (50, "time limit reached")):
        ticking(0.01)
        result = qopt.random_assignment(problem, shots=shots, seed=0, time_limit=0.25)
        assert result.stop_reason == reason
        assert (result.evaluations == shots) == (reason is None)


def test_ctrl_c_while_bit_strings_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    from qopt.classical import random_assignment

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(random_assignment, "_drawn", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        qopt.random_assignment(load_maxcut("petersen"))
    assert caught.value.result.stop_reason == "interrupted"  # type: ignore[attr-defined]


def test_slow_relaxations_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """With weights from 1e-8 to 3e7 sweeps gain ever less; the bound is proven all the same."""
    from qopt.classical import low_rank

    monkeypatch.setattr(low_rank, "_MOST_SWEEPS", 200)
    monkeypatch.setattr(low_rank, "_TOLERANCE", -1.0)
    monkeypatch.setattr(low_rank, "_FINEST", -1.0)
    random = np.random.default_rng(0)
    graph: nx.Graph[Any] = nx.Graph()
    for pair in combinations(range(5), 2):
        graph.add_edge(*pair, weight=float(random.normal() * 10.0 ** random.uniform(-8, 7.5)))
    problem = qopt.maxcut(graph)
    found = low_rank.relax(problem, seed=0)
    assert (found.sweeps, found.converged) == (200, True)
    assert low_rank.check_bound(problem, found)
    assert found.exact >= -Fraction(qopt.enumeration(problem).value)


@pytest.mark.parametrize("error", [KeyboardInterrupt, prover.Abandoned])
def test_no_process_is_left_behind(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(prover, "_QUICK", 0)
    monkeypatch.setattr(prover.Prover, "_send", fail)
    matrix = csc_array(np.eye(3))
    made = prover.Prover(matrix, Deadline(None))
    with pytest.raises(error), made:
        pytest.fail("it was entered")
    assert made._process is not None
    assert made._process.returncode is not None
