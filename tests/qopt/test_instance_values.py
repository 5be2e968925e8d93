"""Every instance of the library: sizes, and best cuts confirmed by independent methods."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from qminima import Library
from qopt import read_rudy
from qopt.instances.loading import load_maxcut

LIBRARY = Library("problems")
NAMES = sorted(LIBRARY.index)
SMALL = [name for name in NAMES if LIBRARY.entry(name)["nodes"] <= 16]


def graph_of(name: str) -> nx.Graph[int]:
    return read_rudy(LIBRARY.path(name))


def cuts(graph: nx.Graph[int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The weight of every cut, node by node a bit of the position."""
    nodes = list(graph)
    positions = np.arange(1 << len(nodes))
    side = {node: positions >> index & 1 for index, node in enumerate(nodes)}
    weights = np.zeros(len(positions))
    for u, v, weight in graph.edges(data="weight", default=1):
        weights += weight * (side[u] ^ side[v])
    return weights


def test_index_lists_every_file() -> None:
    files = {path.name for path in LIBRARY.folder.glob("*.rud")}
    assert {entry["file"] for entry in LIBRARY.index.values()} == files
    assert len(files) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_size_is_as_indexed(name: str) -> None:
    entry, graph = LIBRARY.entry(name), graph_of(name)
    assert (len(graph), graph.number_of_edges()) == (entry["nodes"], entry["edges"])
    assert entry["file"] == f"{name}.rud"
    assert entry["kind"] == "maxcut"


@pytest.mark.parametrize("name", SMALL)
def test_best_cut_by_enumeration(name: str) -> None:
    assert cuts(graph_of(name)).max() == LIBRARY.entry(name)["best"]["value"]


@pytest.mark.parametrize("name", NAMES)
def test_best_cut_by_tree_decomposition(name: str) -> None:
    from dimod import BinaryQuadraticModel
    from dwave.samplers import TreeDecompositionSolver

    graph = graph_of(name)
    couplings = {(u, v): weight / 2 for u, v, weight in graph.edges(data="weight", default=1)}
    total = sum(couplings.values())
    model = BinaryQuadraticModel.from_ising({}, couplings, -total)
    best = -TreeDecompositionSolver().sample(model, num_reads=1).first.energy
    assert best == pytest.approx(LIBRARY.entry(name)["best"]["value"], abs=1e-9)
    assert LIBRARY.entry(name)["best"]["certainty"] == "proven"


@pytest.mark.parametrize("name", NAMES)
def test_scores_agree_with_networkx(name: str) -> None:
    problem, graph = load_maxcut(name), graph_of(name)
    rng = np.random.default_rng(len(name))
    for _ in range(5):
        bitstring = "".join(rng.choice(["0", "1"], size=len(graph)))
        ones = {node for node, bit in zip(graph, bitstring, strict=True) if bit == "1"}
        cut = nx.cut_size(graph, ones, weight="weight")
        assert problem.score(bitstring) == cut
        assert problem.value(bitstring) == -cut
        assert problem.decode(bitstring) == (set(graph) - ones, ones)


@pytest.mark.parametrize("name", NAMES)
def test_problem_carries_the_indexed_reference(name: str) -> None:
    problem, best = load_maxcut(name), LIBRARY.entry(name)["best"]
    assert problem.reference is not None
    assert problem.reference.value == -best["value"]
    assert problem.reference.certainty == best["certainty"]
    assert problem.reference.source == "problems/index.toml"
    assert problem.name == name
    assert problem.describe() | {"total_weight": 0} == {
        "name": name,
        "kind": "maxcut",
        "nodes": LIBRARY.entry(name)["nodes"],
        "edges": LIBRARY.entry(name)["edges"],
        "total_weight": 0,
    }
