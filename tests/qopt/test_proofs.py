"""Proofs that no cut is larger: found, checked, and not believed when they are tampered with."""

from __future__ import annotations

import copy
import json
import signal
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import qopt
from qminima import InputError
from qminima.limits import Deadline
from qopt.classical.proofs.branching import prove_cut
from qopt.classical.proofs.odd_cycles import Inequality
from qopt.classical.proofs.proof import Branch, Leaf, Proof
from qopt.classical.proofs.proof_check import check
from qopt.cli import app

Random = np.random.Generator


def signed(nodes: int, density: float, seed: int) -> nx.Graph[int]:
    random = np.random.default_rng(seed)
    graph: nx.Graph[int] = nx.gnp_random_graph(nodes, density, seed=seed)
    for u, v in graph.edges:
        graph.edges[u, v]["weight"] = int(random.choice([-1, 1]))
    return graph


def best_cut(record: dict[str, Any]) -> Fraction:
    """The largest cut of a proof's graph, by looking at all."""
    n, edges = record["nodes"], record["edges"]
    positions = np.arange(1 << (n - 1))
    values = sum(float(Fraction(w)) * ((positions >> u ^ positions >> v) & 1) for u, v, w in edges)
    # Those that rounding does not tell apart are added up exactly.
    near = np.flatnonzero(values >= np.max(values) - 1e-9) if len(edges) else [0]
    return max(
        sum((Fraction(w) for u, v, w in edges if (int(x) >> u ^ int(x) >> v) & 1), Fraction(0))
        for x in near
    )


def proven(graph: nx.Graph[Any], limit: float = 60) -> Proof:
    problem = qopt.maxcut(graph)
    return prove_cut(problem, "0" * problem.num_variables, Deadline(limit))


@pytest.mark.parametrize(
    ("graph", "leaves"),
    [
        (nx.complete_graph(7), 2),
        (signed(14, 0.9, 1), 1),
        (signed(14, 0.7, 2), 1),
        (nx.gnp_random_graph(14, 0.6, seed=3), 1),
        (nx.empty_graph(3), 1),
        (nx.disjoint_union(nx.complete_graph(5), nx.cycle_graph(5)), 1),
    ],
    ids=["complete", "signed", "sparser", "random", "no edges", "two parts"],
)
def test_proofs_are_found_and_hold(graph: nx.Graph[int], leaves: int) -> None:
    proof = proven(graph)
    record = json.loads(json.dumps(proof.record()))
    checked = check(record)
    assert checked.optimal
    assert checked.bound == proof.bound == best_cut(record)
    assert checked.leaves == proof.leaves >= leaves


@settings(max_examples=40)
@given(data=st.data())
def test_small_graphs_of_any_weights(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 6))
    graph: nx.Graph[int] = nx.empty_graph(n)
    for u, v in combinations(range(n), 2):
        weight = data.draw(st.none() | st.integers(-9, 9) | st.floats(-5, 5, width=32))
        if weight is not None:
            graph.add_edge(u, v, weight=weight)
    record = proven(graph).record()
    checked, best = check(record), best_cut(record)
    assert checked.cut <= best <= checked.bound
    size = sum(abs(Fraction(w)) for _, _, w in record["edges"]) + Fraction(1, 10**300)
    assert checked.bound - checked.cut <= size / 10**6


@pytest.mark.parametrize("seed", range(2))
def test_three_regular_graph_of_sixty_nodes(seed: int) -> None:
    proof = proven(nx.random_regular_graph(3, 60, seed=seed))
    assert check(proof.record()).optimal


@pytest.mark.parametrize("seed", range(2))
def test_toroidal_grid_with_signs(seed: int) -> None:
    grid = nx.grid_2d_graph(10, 10, periodic=True)
    random = np.random.default_rng(seed)
    for edge in grid.edges:
        grid.edges[edge]["weight"] = int(random.choice([-1, 1]))
    proof = proven(nx.convert_node_labels_to_integers(grid))
    assert check(proof.record()).optimal


def test_what_time_does_not_suffice_for_is_a_bound_all_the_same() -> None:
    proof = proven(signed(40, 0.9, 4), limit=0.3)
    checked = check(proof.record())
    assert checked.cut < checked.bound


def test_triangle_by_hand() -> None:
    """cut <= 2, with multiplier one of y_1 + y_2 + y_3 <= 2."""
    problem = qopt.maxcut(nx.cycle_graph(3))
    row = Inequality(((0, 1), (1, 1), (2, 1)), 2)
    bare = Proof(problem, "001", [], [Leaf(Fraction(3), {})])
    assert check(bare.record()).bound == 3
    tight = Proof(problem, "001", [row], [Leaf(Fraction(2), {0: Fraction(1)})])
    assert check(tight.record()).optimal
    half = Proof(problem, "001", [row], [Leaf(Fraction(2), {0: Fraction(1, 2)})])  # 5/2, whole: 2
    assert check(half.record()).optimal
    split = Proof(
        problem, "001", [], [Branch(0, 1, 2), Leaf(Fraction(2), {}), Leaf(Fraction(3), {})]
    )
    assert check(split.record()).leaves == 2


SIZES = (8, 6, 10)


@cache
def proof_of(nodes: int) -> dict[str, Any]:
    """Of a complete graph, made when a test asks for it; to be copied before it is changed."""
    return proven(nx.complete_graph(nodes)).record()


def leaf(record: dict[str, Any], random: Random) -> dict[str, Any]:
    leaves = [case for case in record["tree"] if case.get("multipliers")]
    chosen: dict[str, Any] = leaves[int(random.integers(len(leaves)))]
    return chosen


def smaller_bound(record: dict[str, Any], random: Random) -> None:
    record["bound"] = str(Fraction(record["bound"]) - 1)


def larger_cut(record: dict[str, Any], random: Random) -> None:
    record["cut"] = str(Fraction(record["cut"]) + int(random.integers(1, 5)))


def another_bit(record: dict[str, Any], random: Random) -> None:
    """Of a balanced cut of the complete graph, any flip is worse."""
    k = int(random.integers(record["nodes"]))
    bits = list(record["bitstring"])
    bits[k] = "1" if bits[k] == "0" else "0"
    record["bitstring"] = "".join(bits)


def another_weight(record: dict[str, Any], random: Random) -> None:
    record["edges"][int(random.integers(len(record["edges"])))][2] = str(random.integers(2, 9))


def lower_leaf(record: dict[str, Any], random: Random) -> None:
    case = leaf(record, random)
    case["bound"] = str(Fraction(case["bound"]) - int(random.integers(1, 4)))


def negative_multiplier(record: dict[str, Any], random: Random) -> None:
    pairs = leaf(record, random)["multipliers"]
    pair = pairs[int(random.integers(len(pairs)))]
    pair[1] = str(-Fraction(pair[1]))


def larger_multipliers(record: dict[str, Any], random: Random) -> None:
    for pair in leaf(record, random)["multipliers"]:
        pair[1] = str(1000 * Fraction(pair[1]))


def multiplier_twice(record: dict[str, Any], random: Random) -> None:
    pairs = leaf(record, random)["multipliers"]
    pairs.append(pairs[int(random.integers(len(pairs)))])


def even_part(record: dict[str, Any], random: Random) -> None:
    row = record["inequalities"][int(random.integers(len(record["inequalities"])))]
    row["rest"].append(row["odd"].pop())


def no_cycle(record: dict[str, Any], random: Random) -> None:
    row = record["inequalities"][int(random.integers(len(record["inequalities"])))]
    used = {*row["odd"], *row["rest"]}
    row["odd"][0] = next(e for e in range(len(record["edges"])) if e not in used)


def dropped_case(record: dict[str, Any], random: Random) -> None:
    branch = next(case for case in record["tree"] if "edge" in case)
    branch["cut"] = branch["uncut"]


def circle(record: dict[str, Any], random: Random) -> None:
    branch = next(case for case in record["tree"] if "edge" in case)
    branch["cut"] = 0


def missing_case(record: dict[str, Any], random: Random) -> None:
    record["tree"].pop()


def spare_case(record: dict[str, Any], random: Random) -> None:
    record["tree"].append({"bound": record["bound"], "multipliers": []})


def no_number(record: dict[str, Any], random: Random) -> None:
    record["bound"] = ["nan", "1/0", 16, None, "inf"][int(random.integers(5))]


def another_schema(record: dict[str, Any], random: Random) -> None:
    record["schema"] = int(random.integers(2, 100))


def another_claim(record: dict[str, Any], random: Random) -> None:
    record["claim"] = "P = NP"


def huge_number(record: dict[str, Any], random: Random) -> None:
    record["bound"] = f"1e{random.integers(10**6, 10**9)}"


TAMPERINGS: list[Callable[[dict[str, Any], Random], None]] = [
    smaller_bound, larger_cut, another_bit, another_weight, lower_leaf, negative_multiplier,
    larger_multipliers, multiplier_twice, even_part, no_cycle, dropped_case, circle, missing_case,
    spare_case, no_number, another_schema, another_claim, huge_number,
]  # fmt: skip


def tampered(number: int) -> dict[str, Any]:
    kind, source = divmod(number, len(SIZES))
    record = copy.deepcopy(proof_of(SIZES[source]))
    TAMPERINGS[kind % len(TAMPERINGS)](record, np.random.default_rng(number))
    return record


@pytest.mark.parametrize("number", range(4 * 3 * len(TAMPERINGS)))
def test_tampered_proofs_are_rejected(number: int) -> None:
    with pytest.raises(InputError, match="the proof does not hold: "):
        check(tampered(number))


def test_there_are_more_than_a_hundred_of_them() -> None:
    every = {json.dumps(tampered(number)) for number in range(4 * 3 * len(TAMPERINGS))}
    assert len(every) > 100
    for record in map(proof_of, SIZES):
        assert check(record).optimal
        assert json.dumps(record) not in every


VALUES = [0, 1, 7, -1, "1", "-1", "1/2", "0", "3", [], {}, None, True, "11110000", 1e9]


@settings(max_examples=300)
@given(data=st.data())
def test_whatever_passes_is_true(data: st.DataObject) -> None:
    """Any change at any place: it is refused, or what it then proves holds by enumeration."""
    record = copy.deepcopy(proof_of(8))
    place: Any = record
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            place[key] = data.draw(st.sampled_from(VALUES))
            break
        place = inner
    try:
        checked = check(record)
    except InputError:
        return
    assert checked.bound >= best_cut(record)


def test_commands(tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    runner = CliRunner()
    made = runner.invoke(app, ["prove", "torus-pm1-8x8", str(path)])
    assert made.exit_code == 0, made.output
    assert "optimal" in made.stdout
    seen = runner.invoke(app, ["check", str(path)])
    assert seen.exit_code == 0, seen.output
    assert seen.stdout.startswith(
        "holds: a graph that calls itself torus-pm1-8x8, 64 nodes, 128 edges"
    )
    record = json.loads(path.read_text())
    record["bound"] = str(Fraction(record["bound"]) - 1)
    path.write_text(json.dumps(record))
    refused = runner.invoke(app, ["check", str(path)])
    assert refused.exit_code == 2
    assert "the proof does not hold" in refused.stderr
    for arguments in (["prove", "petersen", "no/where.json"], ["check", "nothing.json"],
                      ["prove", "--problem", "labs", "9", str(path)]):  # fmt: skip
        result = runner.invoke(app, arguments)
        assert result.exit_code == 2, result.output
        assert "error: " in result.stderr


def test_ctrl_c_ends_with_the_bound_that_was_reached(
    tmp_path: Path, start_command: Callable[..., Any]
) -> None:
    graph = nx.gnp_random_graph(70, 0.6, seed=1)
    qopt.write_file(graph, tmp_path / "g.rud")
    files = (str(tmp_path / "g.rud"), str(tmp_path / "p.json"))
    child = start_command("qopt", "prove", *files, event="note", count=2)
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130, errors
    checked = check(json.loads((tmp_path / "p.json").read_text()))
    assert checked.cut < checked.bound
