"""Write the MaxCut instances of problems/ as rudy files.

Every instance is either a named graph or a random one with a fixed seed, so running this script
again writes the same bytes.  The random graphs use nothing but ``random.Random(seed).random()``,
whose sequence Python guarantees to stay the same between versions.

Usage: ``python tools/generate_problems.py`` writes the files; with ``--check`` it writes nothing
and exits with status 1 if a file is missing or differs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from random import Random

import networkx as nx

FOLDER = Path(__file__).resolve().parent.parent / "problems"

Edge = tuple[int, int, int]
"""Two nodes, counted from 0 and in increasing order, and an integer weight."""


def rudy(nodes: int, edges: list[Edge]) -> str:
    """Return the rudy text of a graph: a line with its size, then one line per edge."""
    lines = [f"{nodes} {len(edges)}"]
    lines += [f"{i + 1} {j + 1} {weight}" for i, j, weight in edges]
    return "\n".join(lines) + "\n"


def weighted(graph: nx.Graph[int], draw: Callable[[], int]) -> str:
    """Return the rudy text of a graph on 0..n-1, drawing the weights in edge order."""
    pairs = sorted((min(i, j), max(i, j)) for i, j in graph.edges)
    return rudy(len(graph), [(i, j, draw()) for i, j in pairs])


def unweighted(graph: nx.Graph[int]) -> str:
    """Return the rudy text of a graph on 0..n-1 with all weights 1."""
    return weighted(graph, lambda: 1)


def signs(rng: Random) -> Callable[[], int]:
    """Return a function that draws +1 or -1 with equal probability."""
    return lambda: 1 if rng.random() < 0.5 else -1


def one_to_ten(rng: Random) -> Callable[[], int]:
    """Return a function that draws an integer from 1 to 10 uniformly."""
    return lambda: 1 + int(10 * rng.random())


def pairing(rng: Random, nodes: int, degree: int) -> nx.Graph[int]:
    """Join ``degree`` points per node in random pairs; loops and repeated edges may occur."""
    points = [node for node in range(nodes) for _ in range(degree)]
    points.sort(key=lambda _: rng.random())
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(zip(points[::2], points[1::2], strict=True))
    return graph


def cubic(rng: Random, nodes: int, *, triangle_free: bool = False) -> nx.Graph[int]:
    """Draw a uniformly random connected 3-regular graph by rejection from the pairing model."""
    while True:
        graph = pairing(rng, nodes, 3)
        simple = 2 * graph.number_of_edges() == 3 * nodes and not nx.number_of_selfloops(graph)
        if not simple or not nx.is_connected(graph):
            continue
        if not triangle_free or not any(nx.triangles(graph, node) for node in graph):
            return graph


def erdos_renyi(rng: Random, nodes: int, probability: float) -> nx.Graph[int]:
    """Draw a random graph with independent edges, conditioned on being connected."""
    while True:
        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(range(nodes))
        pairs = combinations(range(nodes), 2)
        graph.add_edges_from([pair for pair in pairs if rng.random() < probability])
        if nx.is_connected(graph):
            return graph


def torus(rows: int, columns: int) -> nx.Graph[int]:
    """Return the toroidal grid; the node in row r and column c is r * columns + c."""
    graph: nx.Graph[int] = nx.Graph()
    for row in range(rows):
        for column in range(columns):
            node = row * columns + column
            graph.add_edge(node, row * columns + (column + 1) % columns)
            graph.add_edge(node, (row + 1) % rows * columns + column)
    return graph


def random_cubic(seed: int, nodes: int, *, triangle_free: bool = False) -> str:
    """Return the rudy text of a random 3-regular graph with weights 1."""
    return unweighted(cubic(Random(seed), nodes, triangle_free=triangle_free))


def random_signed_cubic(seed: int, nodes: int) -> str:
    """Return the rudy text of a random 3-regular graph with weights +1 and -1."""
    rng = Random(seed)
    return weighted(cubic(rng, nodes), signs(rng))


def instances() -> dict[str, str]:
    """Return the text of every instance by file stem."""
    return {
        "3regular-8": random_cubic(8, 8),
        "3regular-12": random_cubic(12, 12),
        "3regular-16": random_cubic(16, 16, triangle_free=True),
        "3regular-20": random_cubic(20, 20, triangle_free=True),
        "3regular-50": random_cubic(50, 50),
        "3regular-100": random_cubic(100, 100),
        "petersen": unweighted(nx.petersen_graph()),
        "heawood": unweighted(nx.heawood_graph()),
        "mobius-kantor": unweighted(nx.moebius_kantor_graph()),
        "dodecahedral": unweighted(nx.dodecahedral_graph()),
        "erdos-renyi-14": unweighted(erdos_renyi(Random(14), 14, 0.5)),
        "erdos-renyi-18": unweighted(erdos_renyi(Random(18), 18, 0.5)),
        "erdos-renyi-60": unweighted(erdos_renyi(Random(60), 60, 0.1)),
        "pm1-complete-16": weighted(nx.complete_graph(16), signs(Random(116))),
        "pm1-sparse-20": random_signed_cubic(120, 20),
        "weighted-complete-12": weighted(nx.complete_graph(12), one_to_ten(Random(112))),
        "torus-4x4": unweighted(torus(4, 4)),
        "torus-pm1-5x4": weighted(torus(5, 4), signs(Random(54))),
        "torus-pm1-8x8": weighted(torus(8, 8), signs(Random(88))),
        "karate": unweighted(nx.karate_club_graph()),
    }


def differs(path: Path, text: str) -> bool:
    """Tell whether a file is missing or holds other bytes than the text."""
    return not path.is_file() or path.read_bytes() != text.encode("ascii")


def main() -> int:
    """Write or check the files and return the exit status."""
    parser = argparse.ArgumentParser(description="Write the MaxCut instances of this folder.")
    parser.add_argument("--check", action="store_true", help="compare the files, write nothing")
    check = parser.parse_args().check
    status = 0
    for name, text in instances().items():
        path = FOLDER / f"{name}.rud"
        if not check:
            path.write_bytes(text.encode("ascii"))
        elif differs(path, text):
            print(f"{path.name} is missing or differs")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
