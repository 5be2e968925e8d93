"""QAOA as a solver: records, limits, interruption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import networkx as nx
import numpy as np
import pytest

import qopt
import simulator
from qminima import InputError, Interrupted, Progress, Result
from qopt.instances.loading import load_maxcut
from qopt.solvers.layerwise import GROWTHS, STARTS, LayerwiseTraining
from qopt.solvers.options import DEFAULT_ALPHA, TrainingKeywords, TrainingOptions
from qopt.study.options import StudyKeywords, StudyOptions
from simulator import MemoryLimitError
from simulator.program import Precision
from simulator.testing import dense_state

PETERSEN = load_maxcut("petersen")


def weighted(nodes: int, seed: int, scale: float = 1.0) -> qopt.MaxCut:
    rng = np.random.default_rng(seed)
    graph: nx.Graph[int] = nx.gnp_random_graph(nodes, 0.6, seed=seed)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = scale * float(rng.uniform(-1, 2))
    return qopt.maxcut(graph)


def all_costs(problem: qopt.MaxCut) -> list[float]:
    n = problem.num_variables
    return [problem.value(f"{x:0{n}b}"[::-1]) for x in range(1 << n)]


def facts(result: Result) -> dict[str, Any]:
    entry = result.entry()
    del entry["seconds"]
    return entry


def interrupted(problem: qopt.MaxCut, **options: Any) -> Result:
    """What a run of three layers hands over when it is interrupted."""
    # A plain KeyboardInterrupt that no one expects would end the whole test run.
    with pytest.raises(KeyboardInterrupt) as caught:
        qopt.solve_qaoa(problem, 3, seed=0, **options)
    assert isinstance(caught.value, Interrupted)
    return caught.value.result


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_result_is_consistent(seed: int) -> None:
    problem = weighted(8, seed)
    least = min(all_costs(problem))
    result = qopt.solve_qaoa(problem, 2, seed=seed)
    assert result.bitstring is not None
    assert result.value == problem.value(result.bitstring) == -result.properties["cut"]
    assert result.expectation is not None
    assert least - 1e-9 <= result.value <= result.expectation + 1e-9
    assert result.kind == "quantum"
    assert result.converged
    assert result.warnings == ()
    assert result.problem == problem.describe()


@pytest.mark.parametrize("depth", [1, 3])
def test_history_falls_to_the_expectation(depth: int) -> None:
    result = qopt.solve_qaoa(weighted(8, 5), depth, seed=0)
    assert result.history is not None
    counts, values = zip(*result.history, strict=True)
    assert (np.diff(counts) > 0).all()
    assert (np.diff(values) < 0).all()
    assert values[-1] == result.expectation
    assert counts[-1] <= result.evaluations


def test_expectation_belongs_to_the_parameters() -> None:
    problem = weighted(6, 7)
    result = qopt.solve_qaoa(problem, 2, seed=0)
    assert result.parameters is not None
    circuit = qopt.qaoa(problem, 2)
    amplitudes = circuit.space.embed(dense_state(circuit, list(result.parameters)))
    weights, costs = np.abs(amplitudes) ** 2, np.array(all_costs(problem))
    assert result.expectation == pytest.approx(weights @ costs, abs=1e-9)
    optimal = weights[costs <= costs.min() + 1e-9].sum()
    assert result.properties["optimum_probability"] == pytest.approx(optimal, abs=1e-9)


def tail_mean(problem: qopt.MaxCut, parameters: Any, alpha: float) -> float:
    """CVaR of the cost by its definition, over all bit strings in ascending order of cost."""
    circuit = qopt.qaoa(problem, len(parameters) // 2)
    weights = np.abs(circuit.space.embed(dense_state(circuit, list(parameters)))) ** 2
    costs = np.array(all_costs(problem))
    order = np.argsort(costs)
    reached = np.minimum(np.cumsum(weights[order]), alpha)
    return float(np.diff(reached, prepend=0.0) @ costs[order]) / alpha


@pytest.mark.parametrize("problem", [PETERSEN, weighted(6, 7)], ids=["petersen", "weighted"])
@pytest.mark.parametrize("alpha", [0.1, 0.5])
def test_cvar_is_what_was_optimised(problem: qopt.MaxCut, alpha: float) -> None:
    result = qopt.solve_qaoa(problem, 2, objective="cvar", alpha=alpha, seed=0)
    mean = qopt.solve_qaoa(problem, 2, seed=0)
    assert result.settings["objective"] == "cvar"
    assert result.settings["alpha"] == alpha
    assert result.parameters is not None
    cvar = result.properties["cvar"]
    assert cvar == pytest.approx(tail_mean(problem, result.parameters, alpha), abs=1e-9)
    assert cvar <= tail_mean(problem, mean.parameters, alpha) + 1e-9
    assert result.expectation is not None
    assert result.expectation == pytest.approx(tail_mean(problem, result.parameters, 1.0))
    assert cvar <= result.expectation
    assert result.history is not None
    # The last depth is taken if it equals the best one up to rounding.
    evaluations, last = result.history[-1]
    assert last == pytest.approx(cvar, rel=2e-9)
    assert result.entry()["history"][-1] == {"evaluations": evaluations, "cvar": last}


def test_cvar_of_everything_is_the_mean() -> None:
    whole = qopt.solve_qaoa(PETERSEN, 2, objective="cvar", alpha=1, seed=0)
    mean = qopt.solve_qaoa(PETERSEN, 2, seed=0)
    assert whole.expectation == pytest.approx(mean.expectation, abs=1e-6)
    assert mean.settings["objective"] == "mean"
    assert mean.settings["alpha"] is None
    assert "cvar" not in mean.properties


def test_cvar_has_a_fraction_of_its_own(stop_at: Callable[[int], Progress]) -> None:
    result = interrupted(PETERSEN, objective="cvar", progress=stop_at(1))
    assert result.settings["alpha"] == DEFAULT_ALPHA
    assert result.expectation is not None
    assert result.properties["cvar"] <= result.expectation


@pytest.mark.parametrize("start", STARTS)
def test_same_seed_same_record(start: str) -> None:
    one, other = (qopt.solve_qaoa(PETERSEN, 2, start=start, seed=4) for _ in range(2))
    assert facts(one) == facts(other)
    assert one.seed == 4
    assert one.settings["start"] == start


@pytest.mark.parametrize("growth", GROWTHS)
@pytest.mark.parametrize("start", STARTS)
def test_every_way_to_grow_is_trained(start: str, growth: str) -> None:
    """Depth three from any start, against the best known from all of them."""
    problem = weighted(8, 3)
    result = qopt.solve_qaoa(problem, 3, start=start, growth=growth, seed=0)
    assert result.settings["growth"] == growth
    assert result.converged
    best = qopt.solve_qaoa(problem, 3, seed=0).expectation
    assert result.expectation == pytest.approx(best, rel=0.02)


@pytest.mark.parametrize("degree", [4, 6])
def test_tables_start_at_the_degree_of_the_graph(degree: int) -> None:
    """One layer on complete bipartite graphs has no triangles: the table is the optimum itself."""
    problem = qopt.maxcut(nx.complete_bipartite_graph(degree, degree))
    for start in ("tree", "fixed"):
        result = qopt.solve_qaoa(problem, 1, start=start, seed=0)
        expected = [np.arctan(1 / np.sqrt(degree - 1)), np.pi / 8]
        assert result.history is not None
        first = result.history[0][1]
        assert first == pytest.approx(result.expectation, rel=1e-6)
        assert result.parameters == pytest.approx(expected, abs=1e-3)


def test_unknown_starts_and_growths_are_told_the_known_ones() -> None:
    with pytest.raises(InputError, match="Known are: best, fixed, ramp, tree"):
        qopt.solve_qaoa(PETERSEN, 1, start="cold")
    with pytest.raises(InputError, match="Known are: fourier, interpolate"):
        qopt.solve_qaoa(PETERSEN, 1, growth="fast")


def test_seed_changes_samples_only() -> None:
    problem = weighted(10, 3)
    results = [qopt.solve_qaoa(problem, 1, shots=1, seed=seed) for seed in range(8)]
    assert len({result.bitstring for result in results}) > 1
    assert len({result.expectation for result in results}) == 1


@pytest.mark.parametrize("problem", [PETERSEN, weighted(9, 1)], ids=["petersen", "weighted"])
def test_deeper_is_not_worse(problem: qopt.MaxCut) -> None:
    means = [qopt.solve_qaoa(problem, depth, seed=0).expectation for depth in (1, 2, 3, 4)]
    assert all(mean is not None for mean in means)
    assert (np.diff(np.array(means, dtype=float)) <= 1e-9).all()


def test_trees_of_the_table_are_improved_upon() -> None:
    """One layer on a cubic graph without triangles: the table is the optimum itself."""
    result = qopt.solve_qaoa(load_maxcut("heawood"), 1, seed=0)
    assert result.expectation == pytest.approx(-21 * (0.5 + 1 / np.sqrt(27)), abs=1e-6)
    assert result.parameters == pytest.approx([np.arctan(np.sqrt(0.5)), np.pi / 8], abs=1e-3)


def test_depths_beyond_the_table() -> None:
    result = qopt.solve_qaoa(weighted(4, 2), 19, seed=0, max_evaluations=200)
    assert result.settings["requested_depth"] == 19


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("graph", [nx.empty_graph(1), nx.empty_graph(4)], ids=["1", "4"])
def test_graphs_without_edges(graph: nx.Graph[int], depth: int) -> None:
    result = qopt.solve_qaoa(qopt.maxcut(graph), depth, seed=0)
    assert result.value == result.expectation == 0
    assert result.properties["optimum_probability"] == pytest.approx(1)
    assert result.bitstring is not None
    assert len(result.bitstring) == len(graph)


def test_one_edge_is_solved_exactly() -> None:
    result = qopt.solve_qaoa(qopt.maxcut(nx.path_graph(2)), 1, seed=0)
    assert result.expectation == pytest.approx(-1, abs=1e-6)
    assert result.value == -1


def test_single_precision_is_close() -> None:
    problem = weighted(10, 6)
    double = qopt.solve_qaoa(problem, 2, seed=0)
    single = qopt.solve_qaoa(problem, 2, seed=0, precision="single", gradient_tolerance=1e-3)
    assert double.expectation is not None
    assert single.expectation == pytest.approx(double.expectation, abs=1e-4)
    assert single.settings["precision"] == "single"


@pytest.mark.parametrize("limit", [1, 2, 5, 10, 20])
@pytest.mark.parametrize("start", STARTS)
def test_evaluation_limit_holds_over_all_depths(limit: int, start: str) -> None:
    result = qopt.solve_qaoa(weighted(8, 1), 3, seed=0, start=start, max_evaluations=limit)
    assert result.evaluations <= limit
    assert result.settings["max_evaluations"] == limit


def test_reached_limits_are_told() -> None:
    problem = weighted(8, 1)
    for limits in ({"max_evaluations": 6}, {"time_limit": 1e-9}):
        result = qopt.solve_qaoa(problem, 4, seed=0, **limits)
        assert not result.converged
        assert "limit reached" in (result.stop_reason or "")
        assert "not converged" in result.warnings[0]
        assert result.settings["depth"] < result.settings["requested_depth"] == 4
        assert result.bitstring is not None
        assert result.value == problem.value(result.bitstring)


@pytest.mark.parametrize("note", [1, 2, 9])
def test_interruption_hands_over_the_best_so_far(
    note: int, stop_at: Callable[[int], Progress]
) -> None:
    problem = weighted(8, 1)
    result = interrupted(problem, progress=stop_at(note))
    assert not result.converged
    assert result.bitstring is not None
    assert result.value == problem.value(result.bitstring)
    assert result.history is not None
    assert result.expectation == result.history[-1][1]
    assert result.stop_reason is not None
    assert result.stop_reason.startswith("interrupted")


def test_interruption_between_depths_keeps_finished_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def starting_point(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return original(*args)

    original = LayerwiseTraining._starting_point
    monkeypatch.setattr(LayerwiseTraining, "_starting_point", starting_point)
    result = interrupted(PETERSEN)
    assert result.settings["depth"] == 1
    assert not result.converged


def test_interruption_before_anything_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    def starting_point(*args: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(LayerwiseTraining, "_starting_point", starting_point)
    with pytest.raises(KeyboardInterrupt) as caught:
        qopt.solve_qaoa(PETERSEN, 1)
    assert not isinstance(caught.value, Interrupted)


def test_progress_is_told_falling_means() -> None:
    class Notes(Progress):
        def __init__(self) -> None:
            self.texts: list[str] = []

        def note(self, text: str) -> None:
            self.texts.append(text)

    notes = Notes()
    result = qopt.solve_qaoa(PETERSEN, 2, seed=0, progress=notes)
    assert f"mean cost {result.expectation:.4f}" in notes.texts[-1]


@pytest.mark.parametrize(
    "options",
    [
        {"depth": 0},
        {"depth": -1},
        {"start": "cold"},
        {"shots": 0},
        {"shots": -5},
        {"objective": "median"},
        {"alpha": 0.5},
        {"objective": "cvar", "alpha": 0.0},
        {"objective": "cvar", "alpha": 1.5},
        {"objective": "cvar", "alpha": 1e-9},
        {"space": simulator.HammingWeight(10, 5)},
        {"mixer": qopt.grover_mixer()},
        {"space": simulator.HammingWeight(10, 5), "mixer": qopt.grover_mixer(), "start": "tree"},
        {"objective": "cvar", "alpha": float("nan")},
    ],
    ids=str,
)
def test_refused_options(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        qopt.solve_qaoa(PETERSEN, **({"depth": 1} | options))


def test_too_large_for_any_memory() -> None:
    with pytest.raises(MemoryLimitError):
        qopt.solve_qaoa(load_maxcut("3regular-100"), 1)


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e6, 1e12])
def test_result_does_not_depend_on_the_unit_of_the_weights(scale: float) -> None:
    """Weights times a power of ten are the same problem, so nothing but the scale may change."""
    plain = qopt.solve_qaoa(weighted(8, 4), 1, seed=0)
    scaled = qopt.solve_qaoa(weighted(8, 4, scale), 1, seed=0)
    assert plain.expectation is not None
    assert scaled.expectation == pytest.approx(scale * plain.expectation, rel=1e-3)
    probability = plain.properties["optimum_probability"]
    assert scaled.properties["optimum_probability"] == pytest.approx(probability, abs=0.01)


@pytest.mark.parametrize("scale", [1e-140, 1e140])
def test_extreme_weights_are_solved_or_refused(scale: float) -> None:
    problem = weighted(6, 4, scale)
    try:
        result = qopt.solve_qaoa(problem, 1, seed=0)
    except InputError:
        return
    assert result.value / scale == pytest.approx(min(all_costs(problem)) / scale)


@pytest.mark.parametrize("precision", ["double", "single"])
def test_optimum_probability_where_no_cut_has_every_edge(precision: Precision) -> None:
    problem = load_maxcut("petersen")
    result = qopt.solve_qaoa(problem, 2, seed=0, precision=precision)
    circuit = qopt.qaoa(problem, 2)
    assert result.parameters is not None
    state = simulator.Expectation(circuit, problem.cost).state(result.parameters)
    costs = problem.cost.values(circuit.space).to_array()
    assert costs.min() == -12
    expected = (np.abs(state[costs == costs.min()]) ** 2).sum()
    assert result.properties["optimum_probability"] == pytest.approx(expected, rel=1e-4)
    assert expected > 0.1


@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_cvar_in_single_precision_after_fifty_layers(alpha: float) -> None:
    problem = load_maxcut("petersen")
    circuit = qopt.qaoa(problem, 50)
    params = np.random.default_rng(3).uniform(-1, 1, size=100)
    objective = simulator.CVaR(problem.cost, alpha)
    double = simulator.Program(circuit, objective)
    single = simulator.Program(circuit, objective, "single")
    assert single(params) == pytest.approx(double(params), abs=2e-5)
    assert single(params) == single.value_and_gradient(params)[0]


@pytest.mark.parametrize(
    "mixer",
    [
        qopt.xy_ring_mixer(range(10)),
        qopt.xy_complete_mixer(range(10), exact=True),
        qopt.grover_mixer(),
    ],
    ids=str,
)
def test_constrained_problem(mixer: qopt.Mixer) -> None:
    space = simulator.HammingWeight(10, 5)
    result = qopt.solve_qaoa(PETERSEN, 2, space=space, mixer=mixer, seed=0)
    assert result.bitstring is not None
    assert result.bitstring.count("1") == 5
    assert result.settings["mixer"] == str(mixer)
    assert result.parameters is not None
    circuit = qopt.qaoa(PETERSEN, 2, space=space, mixer=mixer)
    mean = simulator.Expectation(circuit, PETERSEN.cost)(result.parameters)
    assert result.expectation == pytest.approx(mean, abs=1e-9)
    at_rest = PETERSEN.cost.values(space).to_array().mean()
    shallow = qopt.solve_qaoa(PETERSEN, 1, space=space, mixer=mixer, seed=0)
    assert shallow.expectation is not None
    assert mean < shallow.expectation - 0.1 < at_rest - 0.2


def test_what_is_no_problem_is_refused() -> None:
    with pytest.raises(InputError, match=r"qopt\.maxcut"):
        qopt.solve_qaoa(PETERSEN.graph, 1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"qopt\.maxcut"):
        qopt.multi_angle_qaoa(PETERSEN.graph, 1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="leave"):
        qopt.multi_angle_qaoa(PETERSEN, 1, space=simulator.HammingWeight(10, 5))
    with pytest.raises(InputError, match="register"):
        qopt.xy_ring_mixer(0, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keywords", "options"), [(TrainingKeywords, TrainingOptions), (StudyKeywords, StudyOptions)]
)
def test_keywords_are_those_of_the_options(keywords: Any, options: Any) -> None:
    given = {field.name: field.type for field in fields(options) if field.init}
    assert given == {name: hint.__forward_arg__ for name, hint in keywords.__annotations__.items()}
