"""Every method behind one contract, and what a comparison makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pytest

import qopt
from qminima import Comparison, InputError, Interrupted, Progress, Reference, Result
from qminima.plots import plot_comparison
from qopt.instances.loading import load_maxcut, load_problem
from qopt.methods.fits import check_fits
from qopt.methods.registry import CLASSICAL, METHODS, QUANTUM
from qopt.problems.binary import BinaryProblem
from qopt.problems.instance import Instance
from qopt.results import best_of, first_feasible, solution
from qopt.solving.options import SolveOptions
from qopt.solving.solve import best_known
from qopt.solving.verdict import verdict
from simulator import MemoryLimitError, bitstring


def random_problem(weights: Callable[[np.random.Generator], float], seed: int) -> qopt.MaxCut:
    rng = np.random.default_rng(seed)
    graph: nx.Graph[int] = nx.empty_graph(9)
    graph.add_weighted_edges_from(
        (u, v, weights(rng)) for u, v in combinations(range(8), 2) if rng.random() < 0.6
    )
    return qopt.maxcut(graph, name="random")


PROBLEMS: dict[str, BinaryProblem] = {
    "petersen": load_maxcut("petersen"),
    "one edge": qopt.maxcut(nx.path_graph(2)),
    "letters": qopt.maxcut(nx.cycle_graph(["a", "b", "c"])),
    "real weights": random_problem(lambda rng: float(rng.normal()), 1),
    "negative weights": random_problem(lambda rng: -float(rng.random()), 2),
    "plus and minus one": random_problem(lambda rng: float(rng.choice([-1, 1])), 3),
    "one node": qopt.maxcut(nx.empty_graph(1)),
    "no edges": qopt.maxcut(nx.empty_graph(4)),
    "independent set": qopt.independent_set(nx.cycle_graph(7)),
    "colouring": qopt.colouring(nx.complete_graph(3), 3),
    "portfolio": load_problem("6", "portfolio"),
    "knapsack": qopt.knapsack([4, 3, 2], [3, 2, 2], 4),
    "salesman": load_problem("4", "travelling-salesman"),
    "fold": qopt.protein_folding("HPPH"),
    "partition": qopt.partition([4, 5, 6, 7, 8.5, 0.5]),
    "fields": qopt.ising({("a",): 0.5, ("b",): -1.5, ("a", "b"): 1.0, ("c",): 0.25, (): 3.0}),
    "largest": qopt.qubo({("a",): 0.5, ("b",): -1.5, ("a", "b"): 1.0}, maximise=True),
    "cubic": qopt.qubo({("x", "y", "z"): -2.0, ("x",): 0.5}),
    "labs": qopt.labs(8),
}


def least_cost(problem: BinaryProblem) -> float:
    """Over feasible bit strings, by looking at all; of a cut as networkx has it."""
    n = problem.num_variables
    if isinstance(problem, qopt.MaxCut):
        graph = nx.convert_node_labels_to_integers(problem.graph)
        return -max(
            nx.cut_size(graph, [v for v in range(n) if x >> v & 1], weight="weight")
            for x in range(1 << n)
        )
    every = (bitstring(x, n) for x in range(1 << n))
    return min(problem.value(text) for text in every if problem.feasible(text))


# Methods that work in the feasible space, where a problem has one; others see penalties alone.
IN_SPACE = ("random", "exact", "qaoa", "multi-start", "grover")
CASES = [(name, method, "mixer") for name in PROBLEMS for method in (*CLASSICAL, *QUANTUM)] + [
    (name, method, "penalty")
    for name, problem in PROBLEMS.items()
    for method in IN_SPACE
    if problem.native() is not None
]


@pytest.mark.parametrize(("name", "method", "constraints"), CASES)
def test_contract_of_every_method(name: str, method: str, constraints: str) -> None:
    problem = PROBLEMS[name]
    instance = Instance.of(problem, constraints)
    made_for = METHODS[method].made_for
    if made_for is not None and not made_for(problem):
        with pytest.raises(InputError, match=r"no linear model|no moves|takes knapsacks"):
            check_fits(instance, method, depth=2)
        return
    quadratic = METHODS[method].quadratic or method == "warm-start"  # for its relaxation
    if name in ("cubic", "labs") and quadratic:
        with pytest.raises(InputError, match="degree two"):
            check_fits(instance, method, depth=2)
        return
    assert check_fits(instance, method, depth=2) > 0
    least = least_cost(problem)
    # An angle for each term and qubit: the deeper circuit takes ten times as long.
    depth = 1 if method == "multi-angle" else 2
    options = SolveOptions(depth=depth, seed=5)
    run = METHODS[method].run
    assert run is not None
    result = run(instance, options)
    assert result.unit == "cost"
    assert result.problem == problem.describe()
    assert result.seconds >= 0
    assert json.loads(json.dumps(result.record(), allow_nan=False))["schema"] == 1
    if result.kind == "bound":
        assert result.bitstring is None
        assert result.value <= least + 1e-12 * max(1, abs(least))
        return
    assert result.kind == ("quantum" if method in QUANTUM else "classical")
    assert result.bitstring is not None
    assert result.value == problem.value(result.bitstring)
    assert result.properties[problem.score_name] == problem.score(result.bitstring)
    assert result.is_solution == problem.feasible(result.bitstring)
    assert result.is_solution != ("violates a constraint: no solution" in result.warnings)
    assert result.value >= least - 1e-9
    if result.expectation is not None:
        assert result.expectation >= least - 1e-9
    if "upper_bound" in result.properties:
        assert result.properties["upper_bound"] >= -least - 1e-12
    if "lower_bound" in result.properties:
        assert result.properties["lower_bound"] <= least + 1e-9 * max(1, abs(least))
    if result.properties.get("proven"):
        assert result.value == pytest.approx(least, abs=1e-9)


@pytest.fixture(scope="module")
def petersen() -> Comparison:
    return qopt.solve(load_maxcut("petersen"), depth=2, seed=1)


def test_all_methods_run_in_order(petersen: Comparison) -> None:
    """All classical ones that take the problem, in the order of the registry, then QAOA."""
    names = {
        "random": "random assignment", "greedy": "greedy + one-exchange",
        "annealing": "simulated annealing", "tabu": "tabu", "local": "uniform + one-exchange",
        "breakout": "breakout local search", "gw": "Goemans-Williamson",
        "sdp": "semidefinite relaxation", "exact": "enumeration", "milp": "HiGHS",
        "tree": "tree decomposition", "qaoa": "QAOA",
    }  # fmt: skip
    taken = [name for name in CLASSICAL if METHODS[name].made_for is None]
    found = dict(zip((*taken, "qaoa"), petersen.results, strict=True))
    assert {name: found[name].method for name in names} == names
    assert petersen.skipped == {}
    assert not petersen.interrupted


def test_errors_count_from_the_proven_value(petersen: Comparison) -> None:
    assert petersen.reference == Reference(-12.0, "enumeration", "proven")
    assert all(result.error == result.value + 12 for result in petersen.results)


def test_record_has_the_fixed_keys(petersen: Comparison) -> None:
    record = json.loads(json.dumps(petersen.record(), allow_nan=False))
    assert set(record) == {
        "schema", "problem", "results", "reference", "verdict", "warnings", "skipped",
        "interrupted", "provenance", "solution",
    }  # fmt: skip
    assert record["schema"] == 1
    assert record["problem"] == {
        "name": "petersen", "kind": "maxcut", "nodes": 10, "edges": 15, "total_weight": 15.0,
    }  # fmt: skip
    for entry in record["results"]:
        assert {
            "method", "kind", "value", "unit", "error", "evaluations", "seconds", "settings",
            "converged", "cut",
        } <= set(entry)  # fmt: skip
    assert record["reference"] == {"value": -12.0, "method": "enumeration", "certainty": "proven"}
    assert set(record["provenance"]) == {
        "version", "packages", "seed", "machine", "command", "started",
    }  # fmt: skip
    assert record["provenance"]["seed"] == 1
    assert record["verdict"] == petersen.verdict


def test_same_seed_same_values() -> None:
    problem = load_maxcut("weighted-complete-12")
    names = ["random", "greedy", "annealing", "gw", "exact", "qaoa"]
    one, other = (qopt.solve(problem, names, depth=1, seed=3) for _ in range(2))
    for first, second in zip(one.results, other.results, strict=True):
        assert first.bitstring == second.bitstring
        assert first.expectation == second.expectation


def test_seed_reaches_every_random_method() -> None:
    comparison = qopt.solve(load_maxcut("petersen"), depth=1, seed=11)
    random = {"random assignment", "simulated annealing", "tabu", "breakout local search"}
    random |= {"uniform + one-exchange"}
    random |= {"Goemans-Williamson", "QAOA"}
    assert {result.method for result in comparison.results if result.seed == 11} >= random
    unseeded = {result.method for result in comparison.results if result.seed is None}
    assert {"greedy + one-exchange", "enumeration", "HiGHS", "tree decomposition"} <= unseeded


def test_unknown_method() -> None:
    with pytest.raises(InputError, match="did you mean greedy"):
        qopt.solve(load_maxcut("petersen"), ["gredy"])


def test_depth_below_one_is_refused() -> None:
    with pytest.raises(InputError, match="depth"):
        qopt.solve(load_maxcut("petersen"), ["qaoa"], depth=0)


def test_methods_that_do_not_fit_are_left_out_of_large_problems() -> None:
    problem = load_maxcut("3regular-100")
    names = ["greedy", "exact", "qaoa"]
    comparison = qopt.solve(problem, names, optional=names)
    assert [result.method for result in comparison.results] == ["greedy + one-exchange"]
    assert set(comparison.skipped) == {"exact", "qaoa"}
    assert "26 variables, the problem has 100" in comparison.skipped["exact"]
    assert "2^100" in comparison.skipped["qaoa"]
    assert comparison.record()["skipped"] == dict(comparison.skipped)


@pytest.mark.parametrize(
    ("method", "nodes", "error"),
    [
        ("exact", 27, InputError),
        ("gw", 30_001, InputError),
        ("sdp", 30_001, InputError),
        ("qaoa", 63, MemoryLimitError),
        ("qaoa", 100, MemoryLimitError),
    ],
)
def test_named_methods_that_do_not_fit_raise(
    method: str, nodes: int, error: type[Exception]
) -> None:
    problem = qopt.maxcut(nx.path_graph(nodes))
    with pytest.raises(error):
        qopt.solve(problem, ["greedy", method], optional=["greedy"])
    with pytest.raises(error):
        check_fits(Instance.of(problem), method, 1)


def test_memory_is_predicted_before_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = load_maxcut("3regular-20")
    needed = check_fits(Instance.of(problem), "qaoa", 1)
    assert needed >= 2**19 * 16 * 2  # ket and costate, complex numbers in double precision
    assert 0 < check_fits(Instance.of(problem), "greedy", 1) < 2**20
    monkeypatch.setattr("simulator.memory.available_memory", lambda: needed - 1)
    with pytest.raises(MemoryLimitError, match="use the classical methods"):
        qopt.solve(problem, ["qaoa"])
    comparison = qopt.solve(problem, ["greedy", "qaoa"], optional=["qaoa"])
    assert set(comparison.skipped) == {"qaoa"}


class TestReference:
    """Which value errors are measured from."""

    def known(self, value: float) -> qopt.MaxCut:
        reference = Reference(value, "literature", "best known", "a table")
        return qopt.maxcut(nx.cycle_graph(5), reference=reference)

    def found(self, value: float, **properties: Any) -> Result:
        return Result("some", "classical", value, "cost", {}, 0.1, bitstring="01010",
                      properties={"cut": -value, **properties})  # fmt: skip

    def test_proof_of_this_run_comes_first(self) -> None:
        results = [self.found(-4.0), self.found(-3.0, proven=True)]
        assert best_known(self.known(-9.0), results) == Reference(-3.0, "some", "proven")

    def test_known_value_where_nothing_is_proven(self) -> None:
        problem = self.known(-4.0)
        assert best_known(problem, [self.found(-3.0, proven=False)]) is problem.reference
        assert best_known(problem, [self.found(-4.0)]) is problem.reference
        assert best_known(problem, []) is problem.reference

    def test_better_than_known(self) -> None:
        reference = best_known(self.known(-3.0), [self.found(-4.0), self.found(-2.0)])
        assert reference == Reference(-4.0, "best of this run (some)", "estimate")

    def test_nothing_at_all(self) -> None:
        problem = qopt.maxcut(nx.cycle_graph(5))
        assert best_known(problem, []) is None
        bound = Result("bound", "bound", -4.5, "cost", {}, 0.1)
        assert best_known(problem, [bound]) is None


CUT = qopt.maxcut(nx.path_graph(2))


def entry(method: str, value: float, seconds: float, kind: str = "classical") -> Result:
    return Result(
        method,
        "quantum" if kind == "quantum" else "classical",
        value,
        "cost",
        {},
        seconds,
        bitstring="0",
        expectation=-8.0 if kind == "quantum" else None,
        settings={"depth": 2, "shots": 64, "space": "Qubits(num_qubits=1)"},
        properties={"cut": -value},
    )


@pytest.mark.parametrize(
    ("quantum", "baselines", "certainty", "decision", "line"),
    [
        (
            (-9, 1.0),
            [(-10, 0.1)],
            "proven",
            "Classical wins: it found the better solution.",
            "baseline 0: cut 10 in 100 ms, proven optimal by best",
        ),
        (
            (-9, 1.0),
            [(-10, 0.1)],
            "estimate",
            "Classical wins: it found the better solution.",
            "baseline 0: cut 10 in 100 ms",
        ),
        (
            (-10, 1.0),
            [(-10, 0.1)],
            "proven",
            "Classical wins: the same solution in less time.",
            "baseline 0: cut 10 in 100 ms, proven optimal by best",
        ),
        (
            (-10, 1.0),
            [(-10, 1.0)],
            "estimate",
            "Classical wins: the same solution in less time.",
            "baseline 0: cut 10 in 1 s",
        ),
        (
            (-10, 0.1),
            [(-10, 1.0)],
            "estimate",
            "Not decided: both found the same, the classical method in more time than simulation.",
            "baseline 0: cut 10 in 1 s",
        ),
        (
            (-10, 1.0),
            [(-9, 0.1)],
            "estimate",
            "QAOA found the better solution.",
            "baseline 0: cut 9 in 100 ms",
        ),
        (
            (-10, 1.0),
            [(-9, 5.0), (-10, 3.0), (-10, 0.2)],
            "estimate",
            "Classical wins: the same solution in less time.",
            "baseline 2: cut 10 in 200 ms",
        ),
        ((-10, 1.0), [], "estimate", "Nothing is decided: no baseline was run.", None),
    ],
)
def test_verdict(
    quantum: tuple[float, float],
    baselines: list[tuple[float, float]],
    certainty: Any,
    decision: str,
    line: str | None,
) -> None:
    results = [entry(f"baseline {k}", value, time) for k, (value, time) in enumerate(baselines)]
    results.append(entry("QAOA", *quantum, kind="quantum"))
    best = min(result.value for result in results)
    first, circuit, *rest = verdict(CUT, results, Reference(best, "best", certainty)).splitlines()
    assert first == decision
    share = f"{100 * 8 / -best:.1f} % of best"
    assert circuit.startswith(f"QAOA at depth 2: expectation value 8 ({share}), ")
    assert f"best of 64 samples: cut {-quantum[0]}, simulated in " in circuit
    assert rest == ([] if line is None else [line])


def test_random_assignment_is_no_baseline() -> None:
    uniform = entry("random assignment", -10, 0.01)
    qaoa = entry("QAOA", -10, 1.0, kind="quantum")
    text = verdict(CUT, [uniform, qaoa], Reference(-10, "x", "estimate"))
    assert "as many uniform samples reach 10" in text
    assert text.startswith("Nothing is decided: no baseline was run.")
    worse = verdict(
        CUT, [entry("random assignment", -9, 0.1), qaoa], Reference(-10, "x", "estimate")
    )
    assert "uniform samples" not in worse


SET = qopt.independent_set(nx.path_graph(3))


def choice(method: str, bits: str, kind: str = "classical") -> Result:
    """A result on `SET`; its circuit was penalised."""
    result = solution(SET, method, bits, 0.0, kind=kind, expectation=0.5)
    return replace(result, seconds=0.1, settings={"depth": 2, "shots": 64})


class TestInfeasible:
    """What violates a constraint is never a solution, however well it scores."""

    def test_it_is_no_reference(self) -> None:
        results = [choice("a", "111"), choice("b", "100")]
        assert results[0].properties == {"weight": 3.0, "feasible": False}
        assert best_known(SET, results) == Reference(-1.0, "best of this run (b)", "estimate")
        assert best_known(SET, results[:1]) is None

    def test_it_wins_nothing(self) -> None:
        qaoa = choice("QAOA", "110", "quantum")
        text = verdict(SET, [choice("b", "100"), qaoa], Reference(-1, "x", "estimate"))
        first, circuit, baseline = text.splitlines()
        assert first == "Classical wins: QAOA found no solution."
        assert "expectation value of the cost 0.5 (least -1)" in circuit
        assert "none of 64 samples keeps the constraints, simulated in 100 ms" in circuit
        assert baseline == "b: weight 1 in 100 ms"
        good = choice("QAOA", "101", "quantum")
        text = verdict(SET, [choice("b", "111"), good], Reference(-2, "x", "estimate"))
        assert text.startswith("Nothing is decided: no baseline found a solution.")
        text = verdict(SET, [choice("b", "100"), choice("c", "111"), good],
                       Reference(-2, "x", "estimate"))  # fmt: skip
        assert text.startswith("QAOA found the better solution.")
        assert text.endswith("b: weight 1 in 100 ms")

    def test_feasible_samples_come_first(self) -> None:
        assert best_of(SET, ["111", "000", "100"]) == "100"
        assert best_of(SET, ["111", "110"]) == "110"
        assert first_feasible(SET, iter(["111", "000", "101"])) == "000"
        assert first_feasible(SET, iter(["111", "110"])) == "111"


@pytest.mark.parametrize("name", ["portfolio", "colouring", "salesman", "fold"])
def test_circuits_of_constraints_in_the_mixer_keep_them(name: str) -> None:
    """The same optimum, on fewer amplitudes."""
    problem = PROBLEMS[name]
    both = [
        qopt.solve(problem, ["random", "exact", "qaoa"], constraints=kind, depth=1, seed=2)
        for kind in ("mixer", "penalty")
    ]
    assert both[0].reference == both[1].reference
    spaces = [str(run.results[2].settings["space"]) for run in both]
    assert spaces[0].startswith(("HammingWeight", "Product"))
    assert not spaces[1].startswith(("HammingWeight", "Product"))
    assert both[0].results[1].evaluations < both[1].results[1].evaluations


def test_unknown_way_of_constraints() -> None:
    with pytest.raises(InputError, match="did you mean penalty"):
        qopt.solve(PROBLEMS["portfolio"], constraints="penalti")


def test_verdict_without_quantum_or_reference() -> None:
    only = "Only classical methods were run.\na: cut 1 in 100 ms"
    baseline = entry("a", -1, 0.1)
    assert verdict(CUT, [baseline], Reference(-1, "a", "proven")) == f"{only}, proven optimal"
    assert verdict(CUT, [baseline], Reference(-2, "b", "proven")) == only
    assert verdict(CUT, [baseline], Reference(-1, "a", "estimate")) == only
    assert verdict(CUT, [], Reference(-1, "a", "proven")) == "No method was run."
    assert verdict(CUT, [], None) == "No method was run."
    assert "%" not in verdict(
        CUT, [entry("QAOA", 0, 1.0, kind="quantum")], Reference(0, "x", "proven")
    )


def test_gap_between_qaoa_and_a_proven_baseline_is_named() -> None:
    comparison = qopt.solve(load_maxcut("petersen"), ["greedy", "exact", "qaoa"], depth=1, seed=0)
    assert "proven optimal" in comparison.verdict
    assert comparison.verdict.startswith("Classical wins: ")


class TestInterruption:
    """Ctrl-C keeps what is finished."""

    @staticmethod
    def replace_run(monkeypatch: pytest.MonkeyPatch, name: str, run: Callable[..., Result]) -> None:
        monkeypatch.setitem(METHODS, name, replace(METHODS[name], run=run))

    def stopping(self, *_: Any) -> Result:
        raise KeyboardInterrupt

    def test_later_method(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.replace_run(monkeypatch, "tabu", self.stopping)
        comparison = qopt.solve(load_maxcut("petersen"), ["greedy", "tabu", "exact"], seed=0)
        assert comparison.interrupted
        assert [result.method for result in comparison.results] == ["greedy + one-exchange"]
        assert comparison.record()["interrupted"] is True

    def test_first_method(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.replace_run(monkeypatch, "tabu", self.stopping)
        with pytest.raises(KeyboardInterrupt):
            qopt.solve(load_maxcut("petersen"), ["tabu", "exact"])

    def test_qaoa_hands_over_its_best(self, monkeypatch: pytest.MonkeyPatch) -> None:
        best = replace(entry("QAOA", -11, 1.0, kind="quantum"), bitstring="0" * 10)

        def stopped(*_: Any) -> Result:
            raise Interrupted(best)

        self.replace_run(monkeypatch, "qaoa", stopped)
        comparison = qopt.solve(load_maxcut("petersen"), ["qaoa"])
        assert comparison.interrupted
        assert [result.value for result in comparison.results] == [-11]
        assert comparison.reference is not None
        assert comparison.reference.certainty == "proven"  # the library's value


def test_progress_hears_of_every_method() -> None:
    class Stages(Progress):
        def __init__(self) -> None:
            self.names: list[str] = []

        def stage(self, name: str) -> Any:
            self.names.append(name)
            return super().stage(name)

    stages = Stages()
    qopt.solve(PROBLEMS["one edge"], ["greedy", "exact"], progress=stages)
    assert stages.names == ["greedy", "exact"]


def test_nothing_requested_gives_an_empty_comparison() -> None:
    comparison = qopt.solve(load_maxcut("petersen"), [])
    assert comparison.results == ()
    assert comparison.verdict == "No method was run."


@pytest.mark.parametrize("name", ["petersen", "one node", "negative weights"])
def test_comparisons_can_be_drawn(name: str, tmp_path: Any) -> None:
    comparison = qopt.solve(PROBLEMS[name], depth=1, seed=0)
    plot_comparison(comparison, tmp_path / "run.png", name, 1.0, "cost above the best")
    assert (tmp_path / "run.png").stat().st_size > 1000


def test_what_is_known_of_an_instance_is_known_as_it_stands() -> None:
    """Another weight makes another problem."""
    assert load_problem("weighted-complete-12").reference is not None
    assert load_problem("weighted-complete-12", "independent-set").reference is None
    own = load_problem("petersen", "maxcut", settings={"weight": "weight"})
    assert own.reference is None


def test_relaxations_count_the_node_that_fields_call_for() -> None:
    fields = Instance.of(qopt.ising({(j,): 1.0 for j in range(30_000)}))
    with pytest.raises(InputError, match="takes up to 30000"):
        check_fits(fields, "gw", 1)
    pairs = Instance.of(qopt.ising({(0, j): 1.0 for j in range(1, 30_000)}))
    assert check_fits(pairs, "gw", 1) > 0


def test_uniform_samples_of_another_space_are_not_compared() -> None:
    comparison = qopt.solve(PROBLEMS["portfolio"], ["random", "exact", "adapt"], depth=1, seed=0)
    assert "uniform samples" not in comparison.verdict
    same = qopt.solve(PROBLEMS["portfolio"], ["random", "exact", "qaoa"], depth=1, seed=0)
    assert "as many uniform samples" in same.verdict
