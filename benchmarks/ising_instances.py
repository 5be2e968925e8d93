"""Random Ising problems of ten kinds, from a size and a seed."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
from scipy.spatial import Delaunay

Graph = nx.Graph


def _signs(graph: Graph, seed: int) -> Graph:
    """Weights 1 and -1, each as likely."""
    random = np.random.default_rng([seed, 1])
    for _, _, data in graph.edges(data=True):
        data["weight"] = int(random.choice([-1, 1]))
    return graph


def _normal(graph: Graph, seed: int) -> Graph:
    """Weights from the normal distribution, in steps of 1e-5."""
    random = np.random.default_rng([seed, 2])
    for _, _, data in graph.edges(data=True):
        data["weight"] = round(float(random.normal()), 5)
    return graph


def _planar(size: int, seed: int) -> Graph:
    """The Delaunay triangulation of uniform points in the unit square."""
    triangles = Delaunay(np.random.default_rng(seed).random((size, 2))).simplices
    graph = nx.empty_graph(size)
    for a, b, c in triangles.tolist():
        graph.add_edges_from([(a, b), (b, c), (a, c)])
    return graph


def _grid(size: int, dimension: int) -> Graph:
    """A toroidal grid of about so many nodes."""
    side = max(3, round(size ** (1 / dimension)))
    return nx.convert_node_labels_to_integers(nx.grid_graph([side] * dimension, periodic=True))


def _sherrington_kirkpatrick(size: int, seed: int) -> Graph:
    """All pairs, of which there are too many beyond 1,000 nodes."""
    return _normal(nx.complete_graph(min(size, 1000)), seed)


#: By name, what makes a graph whose cut is to be large.
KINDS: dict[str, Callable[[int, int], Graph]] = {
    "sparse random": lambda n, s: nx.gnm_random_graph(n, 5 * n // 2, seed=s),
    "dense random": lambda n, s: nx.gnm_random_graph(min(n, 1000), 24 * min(n, 1000), seed=s),
    "sparse ±1": lambda n, s: _signs(nx.gnm_random_graph(n, 5 * n // 2, seed=s), s),
    "3-regular": lambda n, s: nx.random_regular_graph(3, n + n % 2, seed=s),
    "planar": _planar,
    "planar ±1": lambda n, s: _signs(_planar(n, s), s),
    "2D torus ±1": lambda n, s: _signs(_grid(n, 2), s),
    "2D torus normal": lambda n, s: _normal(_grid(n, 2), s),
    "3D torus ±1": lambda n, s: _signs(_grid(n, 3), s),
    "scale-free": lambda n, s: nx.barabasi_albert_graph(n, 3, seed=s),
    "Sherrington-Kirkpatrick": _sherrington_kirkpatrick,
}
