"""Counts and seeds of every public function: whole numbers by their type, NumPy's included."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest

import qopt
from qminima import InputError

PATH = nx.path_graph(4)
PROBLEM = qopt.maxcut(PATH)
COUNTED: dict[str, Callable[[Any], Any]] = {
    "qaoa": lambda n: qopt.qaoa(PROBLEM, n),
    "multi-angle circuit": lambda n: qopt.multi_angle_qaoa(PROBLEM, n),
    "warm-start circuit": lambda n: qopt.warm_start_qaoa(PROBLEM, n, "0101"),
    "depth": lambda n: qopt.solve_qaoa(PROBLEM, n, seed=0),
    "shots": lambda n: qopt.solve_qaoa(PROBLEM, 1, shots=n, seed=0),
    "evaluations": lambda n: qopt.solve_qaoa(PROBLEM, 1, max_evaluations=n, seed=0),
    "seed of QAOA": lambda n: qopt.solve_qaoa(PROBLEM, 1, seed=n),
    "starts": lambda n: qopt.solve_multi_start(PROBLEM, 1, starts=n, seed=0),
    "starts of multi-angle": lambda n: qopt.solve_multi_angle(PROBLEM, 1, starts=n, seed=0),
    "depth of warm starts": lambda n: qopt.solve_warm_start(PROBLEM, n, "0101", seed=0),
    "cutoff": lambda n: qopt.solve_recursive(PROBLEM, 1, cutoff=n, seed=0),
    "seed of recursion": lambda n: qopt.solve_recursive(PROBLEM, 1, seed=n),
    "depth of ADAPT": lambda n: qopt.solve_adapt(PROBLEM, n, seed=0),
    "ramp": lambda n: qopt.linear_ramp(n),
    "tree depth": lambda n: qopt.tree_angles(n),
    "tree degree": lambda n: qopt.tree_angles(1, n),
    "fixed degree": lambda n: qopt.fixed_angles(1, n),
    "SK depth": lambda n: qopt.sk_angles(n),
    "light cones": lambda n: qopt.LightConeExpectation(PROBLEM, n).depth,
    "tree": lambda n: qopt.TreeExpectation(n, 3).depth,
    "degree of a graph": lambda n: qopt.regular_graph_with_girth(n, 10, 4, seed=0).edges,
    "nodes of a graph": lambda n: qopt.regular_graph_with_girth(2, n, 3, seed=0).edges,
    "girth of a graph": lambda n: qopt.regular_graph_with_girth(2, 9, n, seed=0).edges,
    "seed of a graph": lambda n: qopt.regular_graph_with_girth(3, 10, 4, seed=n).edges,
    "random assignment": lambda n: qopt.random_assignment(PROBLEM, shots=n, seed=0),
    "seed of random": lambda n: qopt.random_assignment(PROBLEM, seed=n),
    "starts of descents": lambda n: qopt.one_exchange(PROBLEM, starts=n, seed=0),
    "seed of descents": lambda n: qopt.one_exchange(PROBLEM, seed=n),
    "reads of annealing": lambda n: qopt.annealing(PROBLEM, reads=n, seed=0),
    "sweeps of annealing": lambda n: qopt.annealing(PROBLEM, sweeps=n, seed=0),
    "seed of annealing": lambda n: qopt.annealing(PROBLEM, seed=n),
    "reads of tabu": lambda n: qopt.tabu(PROBLEM, reads=n, seed=0),
    "seed of tabu": lambda n: qopt.tabu(PROBLEM, seed=n),
    "flips": lambda n: qopt.breakout(PROBLEM, flips=n, seed=0),
    "seed of breakout": lambda n: qopt.breakout(PROBLEM, flips=9, seed=n),
    "hyperplanes": lambda n: qopt.goemans_williamson(PROBLEM, hyperplanes=n, seed=0),
    "seed of hyperplanes": lambda n: qopt.goemans_williamson(PROBLEM, seed=n),
    "spins": lambda n: qopt.spin_glass(n, seed=0).terms,
    "seed of spins": lambda n: qopt.spin_glass(4, seed=n).terms,
    "bits of a sequence": lambda n: qopt.labs(n).num_variables,
    "colours": lambda n: qopt.colouring(PATH, n).num_variables,
    "capacity": lambda n: qopt.knapsack([1, 2], [1, 2], n).num_variables,
    "budget": lambda n: qopt.portfolio([0.1, 0.2, 0.3], np.eye(3), budget=n).num_variables,
    "seed of an instance": lambda n: (
        qopt.load_problem("4", "maxcut", instance_seed=n).num_variables
    ),
    "depth of all": lambda n: qopt.solve(PROBLEM, ["qaoa"], depth=n, seed=0),
    "seed of all": lambda n: qopt.solve(PROBLEM, ["random"], seed=n),
    "depth of a comparison": lambda n: qopt.compare(PROBLEM, ["qaoa-fixed"], depths=n, runs=9),
    "runs of a comparison": lambda n: qopt.compare(PROBLEM, ["local"], runs=n),
    "seed of a comparison": lambda n: qopt.compare(PROBLEM, ["local"], runs=9, seed=n),
}


@pytest.mark.parametrize("name", COUNTED)
def test_counts_and_seeds(name: str) -> None:
    call = COUNTED[name]
    for wrong in (3.0, 2.5, np.float64(3), True):
        with pytest.raises(InputError, match="whole number") as caught:
            call(wrong)
        assert isinstance(caught.value, TypeError)
    assert content(call(np.int64(3))) == content(call(3))


def content(found: Any) -> Any:
    """What does not depend on the clock, as JSON holds it."""
    if isinstance(found, np.ndarray):
        return found.tolist()
    if not hasattr(found, "record"):
        return found
    record = json.loads(json.dumps(found.record()))
    if "settings" in record:  # of a comparison, whose measures hold times
        return record["settings"]
    for result in record["results"]:
        del result["seconds"]
    return record["problem"], record["results"], record["provenance"]["seed"]


def test_seeds_below_zero() -> None:
    for call in (
        COUNTED["seed of QAOA"],
        COUNTED["seed of random"],
        COUNTED["seed of an instance"],
    ):
        with pytest.raises(InputError, match="a seed from 0 on, got -1"):
            call(-1)
