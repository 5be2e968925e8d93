"""Random instances of each kind of problem, from a size and a seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np

from qminima.errors import InputError

Arguments = dict[str, Any]
# Clauses per variable where random 3-SAT turns from mostly satisfiable to mostly not.
_THRESHOLD = 4.267


def regular_graph(size: int, seed: int) -> Arguments:
    """A random 3-regular graph."""
    if size < 4 or size % 2:
        raise InputError(f"expected an even number of at least 4 nodes of degree 3, got {size}")
    return {"graph": nx.random_regular_graph(3, size, seed=seed)}


def numbers(size: int, seed: int) -> Arguments:
    """Whole numbers from 1 to 1000."""
    random = np.random.default_rng(seed)
    return {"numbers": random.integers(1, 1001, size).tolist()}


def cities(size: int, seed: int) -> Arguments:
    """Points of the unit square and their distances."""
    random = np.random.default_rng(seed)
    points = random.random((size, 2))
    return {"distances": np.linalg.norm(points[:, None] - points[None, :], axis=2)}


def items(size: int, seed: int) -> Arguments:
    """Values and weights from 1 to 20, and half of the weight as capacity.

    The uncorrelated instances of Pisinger, Comput. Oper. Res. 32, 2271 (2005).
    """
    random = np.random.default_rng(seed)
    weights = random.integers(1, 21, size)
    values = random.integers(1, 21, size)
    return {"values": values, "weights": weights, "capacity": int(weights.sum()) // 2}


def assets(size: int, seed: int) -> Arguments:
    """Normal returns, a covariance of half as many normal factors, and half of the assets."""
    random = np.random.default_rng(seed)
    factors = random.normal(size=(size, max(1, size // 2)))
    covariance = factors @ factors.T / factors.shape[1]
    return {
        "returns": random.normal(size=size), "covariance": covariance, "budget": max(1, size // 2)
    }  # fmt: skip


def clauses(size: int, seed: int) -> Arguments:
    """Clauses of three variables at the threshold of satisfiability, 4.267 for each variable.

    Mertens, Mézard and Zecchina, Random Struct. Algorithms 28, 340 (2006).
    """
    if size < 3:
        raise InputError(f"expected at least 3 variables, got {size}")
    random = np.random.default_rng(seed)
    drawn = [
        (1 + random.choice(size, 3, replace=False)) * random.choice([-1, 1], 3)
        for _ in range(round(_THRESHOLD * size))
    ]
    return {"clauses": [clause.tolist() for clause in drawn], "variables": size}


def matrix(size: int, seed: int) -> Arguments:
    """Whole numbers from -100 to 100 at every pair and variable.

    The dense instances of Beasley, OR-Library (1990).
    """
    random = np.random.default_rng(seed)
    return {"terms": np.triu(random.integers(-100, 101, (size, size)))}


def beads(size: int, seed: int) -> Arguments:
    """Letters H and P, each as likely."""
    random = np.random.default_rng(seed)
    return {"sequence": "".join(random.choice(["H", "P"], size))}


# What the functions of `makers` need beside what the user says.
GENERATORS: dict[str, Callable[[int, int], Arguments]] = {
    "maxcut": regular_graph,
    "independent-set": regular_graph,
    "vertex-cover": regular_graph,
    "colouring": regular_graph,
    "partition": numbers,
    "travelling-salesman": cities,
    "knapsack": items,
    "portfolio": assets,
    "labs": lambda size, _: {"length": size},
    "max-sat": clauses,
    "protein-folding": beads,
    "spin-glass": lambda size, seed: {"nodes": size, "seed": seed},
    "qubo": matrix,
}

# Beyond these, costs would not fit into memory; pairs of all variables are what counts.
LARGEST = {
    **dict.fromkeys(("maxcut", "independent-set", "vertex-cover", "colouring"), 20_000),
    **dict.fromkeys(("partition", "knapsack", "portfolio", "spin-glass", "qubo"), 1000),
    "travelling-salesman": 100,
    "labs": 150,
    "max-sat": 20_000,
    "protein-folding": 64,
}
