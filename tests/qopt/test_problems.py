"""One contract for all problems: costs, feasibility and optima against their definitions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations, permutations, product
from typing import Any

import networkx as nx
import numpy as np
import pytest

import qopt
from qminima import InputError
from qopt.classical.proofs.claims import trivial_cost
from qopt.classical.proofs.exact import exact_cost
from qopt.methods.requirements import has_linear_model
from qopt.problems.binary import BinaryProblem
from qopt.problems.labs import OPTIMAL
from simulator import Expectation, bitstring
from simulator.spaces import Qubits

GRAPH = nx.random_regular_graph(3, 8, seed=2)
WEIGHTED = nx.Graph([("a", "b"), ("b", "c"), ("c", "d"), ("d", "a"), ("a", "c"), ("d", "e")])
nx.set_node_attributes(WEIGHTED, {"a": 2.5, "b": 1.0, "c": 4, "d": 0.5, "e": 3}, "weight")
RNG = np.random.default_rng(4)
FACTORS = RNG.normal(size=(6, 3))


def independent(graph: nx.Graph[Any]) -> float:
    """The largest weight of nodes without an edge between them, by looking at all."""
    best = 0.0
    for size in range(len(graph) + 1):
        for nodes in combinations(graph, size):
            if not graph.subgraph(nodes).number_of_edges():
                best = max(best, sum(graph.nodes[node].get("weight", 1) for node in nodes))
    return best


def least_conflicts(graph: nx.Graph[Any], colours: int) -> int:
    places = {node: k for k, node in enumerate(graph)}
    return min(
        sum(colour[places[u]] == colour[places[v]] for u, v in graph.edges)
        for colour in product(range(colours), repeat=len(graph))
    )


def best_knapsack(values: list[float], weights: list[int], capacity: int) -> float:
    """By dynamic programming."""
    best = np.zeros(capacity + 1)
    for value, weight in zip(values, weights, strict=True):
        for room in range(capacity, weight - 1, -1):
            best[room] = max(best[room], best[room - weight] + value)
    return float(best[capacity])


def least_energy(sequence: str, rows: int, columns: int) -> float:
    """Over all self-avoiding walks on the lattice, by looking at each."""
    sites = list(product(range(rows), range(columns)))

    def energy(walk: list[tuple[int, int]]) -> int:
        return -sum(
            sequence[i] == sequence[j] == "H" and abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1
            for (i, a), (j, b) in combinations(enumerate(walk), 2) if j - i > 1
        )  # fmt: skip

    def grown(walk: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
        if len(walk) == len(sequence):
            return [walk]
        row, column = walk[-1]
        near = [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]
        return [w for s in near if s in sites and s not in walk for w in grown([*walk, s])]

    return float(min(energy(walk) for site in sites for walk in grown([site])))


def shortest_trip(distances: np.ndarray) -> float:
    free = range(1, len(distances))
    return float(
        min(sum(distances[a, b] for a, b in zip((0, *trip), (*trip, 0), strict=True))
            for trip in permutations(free))
    )  # fmt: skip


CITIES = RNG.uniform(1, 9, size=(4, 4))
SQUARE = nx.cycle_graph(4)
TRIANGLES = nx.Graph([(0, 1), (1, 2), (0, 2), (2, 3), (1, 3)])
CLAUSES = [(1, 2, -3), (-1, 4), (2, -4, 5), (-2, -5), (3, 5), (-3, -4), (1, -2, 4), (-1,), (1,)]
NUMBERS = [4.0, 5.0, 6.0, 7.0, 8.5, 0.5]
RETURNS = RNG.normal(size=6)
KNAPSACK = ([4.0, 3.0, 2.5, 5.0], [3, 2, 2, 4], 6)

PROBLEMS: dict[str, tuple[Callable[[], BinaryProblem], float]] = {
    "independent set": (lambda: qopt.independent_set(GRAPH), -independent(GRAPH)),
    "weighted independent set": (lambda: qopt.independent_set(WEIGHTED), -independent(WEIGHTED)),
    "vertex cover": (lambda: qopt.vertex_cover(GRAPH), 8 - independent(GRAPH)),
    "weighted vertex cover": (lambda: qopt.vertex_cover(WEIGHTED), 11 - independent(WEIGHTED)),
    "no edges": (lambda: qopt.independent_set(nx.empty_graph(3)), -3.0),
    "colouring": (lambda: qopt.colouring(SQUARE, 2), 0.0),
    "too few colours": (lambda: qopt.colouring(TRIANGLES, 2), least_conflicts(TRIANGLES, 2)),
    "three colours": (lambda: qopt.colouring(nx.complete_graph(4), 3), 1.0),
    "partition": (lambda: qopt.partition(NUMBERS), 0.0),
    "portfolio": (
        lambda: qopt.portfolio(RETURNS, FACTORS @ FACTORS.T, 3, risk=0.7),
        min(
            0.7 * float(np.sum((FACTORS.T @ x) ** 2)) - float(RETURNS @ x)
            for x in (np.isin(range(6), c).astype(float) for c in combinations(range(6), 3))
        ),
    ),
    "knapsack": (lambda: qopt.knapsack(*KNAPSACK), -best_knapsack(*KNAPSACK)),
    "empty knapsack": (lambda: qopt.knapsack([2.0], [3], 2), 0.0),
    "salesman": (lambda: qopt.travelling_salesman(CITIES), shortest_trip(CITIES)),
    "labs": (lambda: qopt.labs(9), float(OPTIMAL[9])),
    "fold": (lambda: qopt.protein_folding("HPPH"), least_energy("HPPH", 2, 2)),
    "fold in a row": (lambda: qopt.protein_folding("HHHH", rows=2, columns=3), -1.0),
    "long fold": (
        lambda: qopt.protein_folding("HPHPPH", rows=2, columns=3),
        least_energy("HPHPPH", 2, 3),
    ),
    "largest": (lambda: qopt.qubo({("a", "b"): 2.0, ("b",): -3.0}, maximise=True), 0.0),
    "max-sat": (lambda: qopt.max_sat(CLAUSES), 1.0),
    "qubo": (lambda: qopt.qubo({("a",): 1.0, ("a", "b"): -3.0, (): 0.5, ("c", "c"): -1.0}), -2.5),
    "qubo matrix": (lambda: qopt.qubo(np.array([[1, -2], [0, 0.5]])), -0.5),
    "cubic": (lambda: qopt.qubo({("x", "y", "z"): -2.0, ("x",): 0.5}), -1.5),
    "ising": (lambda: qopt.ising({("a", "b"): 1.0, ("b", "c"): 1.0, ("a", "c"): 1.0}), -1.0),
    "spin glass": (
        lambda: qopt.spin_glass(6, seed=1),
        min(
            sum(w * z[i] * z[j] for (i, j), w in dict(qopt.spin_glass(6, seed=1).terms).items())
            for z in product((1, -1), repeat=6)
        ),
    ),
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (name == "long fold")) for name in PROBLEMS],
)
def test_contract(name: str) -> None:
    """Value of every bit string from the data and from the cost, and the least one."""
    make, optimum = PROBLEMS[name]
    problem = make()
    n = problem.num_variables
    strings = [bitstring(configuration, n) for configuration in range(1 << n)]
    values = np.array([problem.value(text) for text in strings])
    costs = problem.cost.values(Qubits(n)).to_array()
    np.testing.assert_allclose(costs, values, atol=1e-9 * max(1.0, np.abs(values).max()))
    feasible = np.array([problem.feasible(text) for text in strings])
    assert feasible.any()
    assert values.min() == pytest.approx(optimum, abs=1e-9)
    assert values[feasible].min() == values.min()
    if not feasible.all():  # by a margin that rounding does not touch
        assert values[~feasible].min() > values.min() + 1e-6
    best = strings[int(values.argmin())]
    sign = -1 if problem.maximise else 1
    assert problem.score(best) == pytest.approx(sign * optimum, abs=1e-9)
    problem.decode(best)
    check_exact_cost(problem, strings, values)
    check_trivial_bound(problem, [s for s, good in zip(strings, feasible, strict=True) if good])
    described = problem.describe()
    assert described["variables"] == n
    assert described["name"] == problem.name
    for wrong in ("", "2" * n, "0" * (n + 1)):
        with pytest.raises(InputError, match="characters 0 or 1"):
            problem.score(wrong)
    if not feasible.all():
        with pytest.raises(InputError, match="violates a constraint"):
            problem.decode(strings[int(np.flatnonzero(~feasible)[0])])


def check_exact_cost(problem: BinaryProblem, strings: list[str], values: np.ndarray) -> None:
    """The cost in fractions is the one in floating-point numbers, but for their rounding."""
    cost = exact_cost(problem)
    assert cost.loss == 0
    assert problem.exact_cost() is not None
    scale = max(1.0, float(np.abs(values).max()))
    for place in np.linspace(0, len(strings) - 1, 50).astype(int).tolist():
        exact = cost.of(strings[place])
        assert abs(exact - Fraction(values[place])) <= 1e-13 * scale
        if problem.nearest_values and problem.feasible(strings[place]):
            assert values[place] == pytest.approx(float(exact), rel=3e-16, abs=0)


def check_trivial_bound(problem: BinaryProblem, solutions: list[str]) -> None:
    """No solution passes it, in exact arithmetic where the score comes near."""
    bound, trivial = problem.trivial_bound(), trivial_cost(problem)
    assert bound is not None
    assert bound.reason
    assert trivial == (-bound.score if problem.maximise else bound.score)
    best = min(solutions, key=problem.value)
    assert trivial <= exact_cost(problem).of(best)


@pytest.mark.parametrize("name", ["colouring", "three colours", "portfolio"])
def test_native_forms(name: str) -> None:
    """The space holds the feasible bit strings, no others, and no layer leaves it."""
    problem = PROBLEMS[name][0]()
    found = problem.native()
    assert found is not None
    free, space, mixer = found
    n = problem.num_variables
    held = {bitstring(int(one), n) for one in space.configurations()}
    feasible = {text for k in range(1 << n) if problem.feasible(text := bitstring(k, n))}
    assert held == feasible
    for text in feasible:
        assert free.value(text) == pytest.approx(problem.value(text), abs=1e-9)
    result = qopt.solve_qaoa(free, 2, space=space, mixer=mixer, seed=0)
    assert result.bitstring is not None
    assert problem.feasible(result.bitstring)
    circuit = qopt.qaoa(free, 1, space=space, mixer=mixer)
    assert circuit.space.size == len(feasible)
    mean = Expectation(circuit, free.cost)([0.0, 0.0])
    assert mean == pytest.approx(np.mean([problem.value(text) for text in feasible]))


def test_solutions_in_the_users_labels() -> None:
    cover = qopt.vertex_cover(WEIGHTED)
    chosen = cover.decode("10110")
    assert chosen == {"a", "c", "d"}
    assert all(u in chosen or v in chosen for u, v in WEIGHTED.edges)
    assert qopt.colouring(SQUARE, 2).decode("10011001") == {0: 0, 1: 1, 2: 0, 3: 1}
    heaps = qopt.partition(NUMBERS).decode("000110")
    assert sum(heaps[0]) == sum(heaps[1])
    assert qopt.labs(13).merit_factor("0000011001010") == pytest.approx(169 / 12)
    assert qopt.ising({("a",): 1.0}).decode("1") == {"a": -1}


def test_stops_of_one_city_each() -> None:
    """The salesman's space holds all feasible bit strings, and a penalty the rest."""
    problem = qopt.travelling_salesman(CITIES, labels="wxyz")
    _, space, mixer = problem.native()
    held = {bitstring(int(one), 9) for one in space.configurations()}
    assert len(held) == 27
    assert {text for k in range(512) if problem.feasible(text := bitstring(k, 9))} < held
    result = qopt.solve_qaoa(problem, 2, space=space, mixer=mixer, seed=0)
    trip = problem.decode(result.bitstring or "")
    assert trip[0] == "w"
    assert sorted(trip) == list("wxyz")
    assert result.properties["length"] == problem.score(result.bitstring or "")


@pytest.mark.parametrize("length", range(3, 25))
def test_labs_optima(length: int) -> None:
    """Published optimal energies, by enumeration."""
    problem = qopt.labs(length)
    result = qopt.enumeration(problem)
    assert result.value == OPTIMAL[length]
    assert result.properties["proven"]
    assert problem.reference is not None
    assert problem.reference.value == OPTIMAL[length]


@pytest.mark.parametrize(
    "make",
    [
        lambda: qopt.independent_set(nx.DiGraph([(0, 1)])),
        lambda: qopt.independent_set(nx.Graph([(0, 0)])),
        lambda: qopt.vertex_cover(nx.Graph()),
        lambda: qopt.independent_set([(0, 1)]),  # type: ignore[arg-type]
        lambda: qopt.colouring(SQUARE, 1),
        lambda: qopt.partition([]),
        lambda: qopt.partition([1.0, np.nan]),
        lambda: qopt.partition("12"),  # type: ignore[arg-type]
        lambda: qopt.portfolio([1.0, 2.0], np.eye(3), 1),
        lambda: qopt.portfolio([1.0, 2.0], [[1, 2], [0, 1]], 1),
        lambda: qopt.portfolio([1.0, 2.0], np.eye(2), 3),
        lambda: qopt.portfolio([1.0, 2.0], np.eye(2), 1, risk=-1.0),
        lambda: qopt.portfolio([1.0, 2.0], np.eye(2), 1, labels=["a"]),
        lambda: qopt.knapsack([1.0], [1, 2], 3),
        lambda: qopt.knapsack([1.0], [0], 3),
        lambda: qopt.knapsack([1.0], [1.5], 3),  # type: ignore[list-item]
        lambda: qopt.knapsack([-1.0], [1], 3),
        lambda: qopt.knapsack([1.0], [1], -3),
        lambda: qopt.travelling_salesman(np.ones((2, 2))),
        lambda: qopt.travelling_salesman(np.ones((3, 4))),
        lambda: qopt.travelling_salesman(-np.ones((3, 3))),
        lambda: qopt.travelling_salesman(np.ones((3, 3)), labels="ab"),
        lambda: qopt.labs(1),
        lambda: qopt.max_sat([()]),
        lambda: qopt.max_sat([(1, 0)]),
        lambda: qopt.max_sat([(1.5,)]),  # type: ignore[list-item]
        lambda: qopt.max_sat([(3,)], variables=2),
        lambda: qopt.max_sat([range(1, 40)]),
        lambda: qopt.qubo([[1, 2, 3]]),
        lambda: qopt.qubo({}),
        lambda: qopt.qubo({"ab": 1.0}),
        lambda: qopt.qubo({("a",): "1"}),  # type: ignore[dict-item]
        lambda: qopt.ising({("a",): np.inf}),
        lambda: qopt.spin_glass(1),
        lambda: qopt.protein_folding("HXP"),
        lambda: qopt.protein_folding("H"),
        lambda: qopt.protein_folding("HPPHP", rows=2, columns=2),
        lambda: qopt.protein_folding("HPPH", rows=0),
        lambda: qopt.protein_folding("HPPH", rows=20, columns=20),
        lambda: qopt.labs(True),
        lambda: qopt.labs(12.0),  # type: ignore[arg-type]
        lambda: qopt.partition([1e200]),
        lambda: qopt.portfolio([1.0], [[1.0]], 1, risk=1e300),
        lambda: qopt.qubo({("a",): 1e308, ("b",): 1e308}),
    ],
)
def test_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(InputError):
        make()


@pytest.mark.parametrize("weight", [-1.0, np.nan, "1", True])
def test_node_weights(weight: Any) -> None:
    graph = nx.path_graph(2)
    graph.nodes[0]["weight"] = weight
    with pytest.raises(InputError, match="node 0"):
        qopt.independent_set(graph)


@pytest.mark.parametrize("weights", [(0, 1, 0), (0, 0, 0), (2.5, 0, 1)])
def test_node_weights_may_be_zero(weights: tuple[float, ...]) -> None:
    graph = nx.path_graph(3)
    nx.set_node_attributes(graph, dict(enumerate(weights)), "weight")
    largest, least = max(weights[0] + weights[2], weights[1]), min(weights[0] + weights[2],
                                                                  weights[1])  # fmt: skip
    for problem, best in (
        (qopt.independent_set(graph), -largest),
        (qopt.vertex_cover(graph), least),
    ):
        texts = ["".join(bits) for bits in product("01", repeat=3)]
        feasible = [text for text in texts if problem.feasible(text)]
        assert 0 < len(feasible) < 8
        assert min(map(problem.value, feasible)) == best
        bad = set(texts) - set(feasible)
        assert min(map(problem.value, bad)) > best
        for method in (qopt.milp, qopt.enumeration, qopt.native_milp):
            result = method(problem)
            assert result.is_solution
            assert result.value == best


def test_sums_are_rounded_once() -> None:
    """1e16 + 1 - 1e16 is 1: heaps of equal sums are no accident of rounding."""
    assert qopt.partition([1e16, 1.0, 1e16]).score("001") == 1.0
    cancelling = qopt.ising({("a",): 1e16, ("b",): 1.0, ("c",): -1e16})
    assert cancelling.value("000") == 1.0
    weights = {(0, 1): 0.1, (0, 2): 0.2, (0, 3): 0.3}
    graph = nx.Graph([(u, v, {"weight": w}) for (u, v), w in weights.items()])
    assert qopt.maxcut(graph).score("1000") == 0.6  # 0.1 + 0.2 + 0.3 is 0.6000000000000001


@pytest.mark.parametrize("unit", [1e-30, 1e-9, 1e9])
def test_linear_models_do_not_depend_on_the_unit(unit: float) -> None:
    """Tolerances of solvers are absolute: items worth 1e-9 are all alike to them."""
    knapsack = qopt.knapsack([40 * unit, 23 * unit, 26 * unit, 11 * unit], [4, 3, 3, 1], 7)
    assert qopt.native_milp(knapsack).properties["profit"] == pytest.approx(66 * unit)
    numbers = [4 * unit, 5 * unit, 6 * unit, 7 * unit, 8.5 * unit, 2.5 * unit]
    heaps = qopt.native_milp(qopt.partition(numbers))
    assert heaps.value == pytest.approx(unit**2)
    assert heaps.properties["solver_bound"] == pytest.approx(unit**2)


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_linear_models_have_the_same_optima(name: str) -> None:
    make, optimum = PROBLEMS[name]
    problem = make()
    if not has_linear_model(problem):
        assert problem.linear_model() is None
        with pytest.raises(InputError, match="no linear model"):
            qopt.native_milp(problem)
        return
    result = qopt.native_milp(problem)
    assert result.is_solution
    assert result.value == pytest.approx(optimum, abs=1e-6)
    assert result.properties["optimal"]
    assert "proven" not in result.properties


@pytest.mark.parametrize("kind", ["knapsack", "portfolio", "travelling-salesman", "max-sat"])
def test_linear_models_of_larger_instances(kind: str) -> None:
    size = {"knapsack": "40", "portfolio": "14", "travelling-salesman": "8", "max-sat": "30"}[kind]
    problem = qopt.load_problem(size, kind)
    result = qopt.native_milp(problem, time_limit=30)
    assert result.is_solution
    assert result.properties["optimal"]
    if kind == "knapsack":
        best = best_knapsack(problem.values, problem.weights, problem.capacity)  # type: ignore[attr-defined]
        assert result.value == pytest.approx(-best)
    if kind == "travelling-salesman":
        assert result.value == pytest.approx(shortest_trip(problem.distances))  # type: ignore[attr-defined]
    if kind == "portfolio":
        native, space, _ = problem.native()  # type: ignore[misc]
        assert result.value == pytest.approx(qopt.enumeration(native, space=space).value)
    if kind == "max-sat":
        assert result.value <= qopt.breakout(problem, seed=0).value


def test_polynomials_of_networkx_graphs() -> None:
    graph: nx.Graph[str] = nx.path_graph(["a", "b", "c"])
    graph.edges["a", "b"]["weight"] = -2.0
    graph.add_node("d", weight=0.5)
    graph.nodes["a"]["weight"] = 1.0
    problem = qopt.qubo(graph)
    assert problem.labels == ("a", "b", "c", "d")
    for configuration in range(16):
        text = bitstring(configuration, 4)
        a, b, c, d = (int(bit) for bit in text)
        assert problem.score(text) == a - 2 * a * b + b * c + 0.5 * d
        za, zb, zc, zd = (1 - 2 * bit for bit in (a, b, c, d))
        assert qopt.ising(graph).score(text) == za - 2 * za * zb + zb * zc + 0.5 * zd
    with pytest.raises(InputError, match="undirected"):
        qopt.qubo(nx.DiGraph(graph))
