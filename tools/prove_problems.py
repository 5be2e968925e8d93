"""Recompute the best cut of every MaxCut instance in this folder and compare it with index.toml.

Instances with at most 26 nodes are solved by enumerating all cuts.  Larger ones are solved with
HiGHS over one variable y per edge, 1 when the edge is cut.  A cut meets every cycle C in an even
number of edges, so for every subset F of C with an odd number of edges

    (sum of y over F) - (sum of y over the rest of C) <= |F| - 1.

The linear relaxation is tightened with violated inequalities of this kind until none is left.
Then its dual values, rounded to integers and evaluated in exact integer arithmetic, give an upper
bound.  A mixed-integer program that adds one binary variable per node finds the best cut, and
proves it by branch and bound where the linear bound alone does not.

Usage: ``python prove.py [NAME ...]``; without names all instances are recomputed.  The exit status
is 1 if anything differs from index.toml.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

FOLDER = Path(__file__).resolve().parent
ENUMERATION_LIMIT = 26
CHUNK_BITS = 20
SCALE = 2**30
TOLERANCE = 1e-6

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Instance:
    """A weighted graph: edge e joins heads[e] and tails[e], nodes are counted from 0."""

    nodes: int
    heads: Integers
    tails: Integers
    weights: Integers

    def cut(self, side: Integers) -> int:
        """Return the weight of the edges whose two nodes lie on different sides."""
        return int(self.weights[side[self.heads] != side[self.tails]].sum())


@dataclass(frozen=True)
class Result:
    """The weight of the best cut found, an upper bound on all cuts and where the bound is from."""

    value: int
    bound: int
    method: str

    @property
    def proven(self) -> bool:
        """Tell whether no cut can be better."""
        return self.value == self.bound


@dataclass(frozen=True)
class Inequality:
    """The constraint sum of coefficients[e] * y[e] <= bound, which every cut satisfies."""

    coefficients: tuple[tuple[int, int], ...]
    bound: int


def read_rudy(path: Path) -> Instance:
    """Read a rudy file and check that it holds a simple graph of the stated size."""
    first, *lines = path.read_text(encoding="ascii").splitlines()
    nodes, edges = map(int, first.split())
    rows = [tuple(map(int, line.split())) for line in lines]
    pairs = {frozenset(row[:2]) for row in rows}
    if len(rows) != edges or len(pairs) != edges or any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"{path.name}: not a simple graph with {edges} edges")
    if any(not 1 <= node <= nodes for pair in pairs for node in pair):
        raise ValueError(f"{path.name}: a node lies outside 1..{nodes}")
    table = np.array(rows, dtype=np.int64)
    return Instance(nodes, table[:, 0] - 1, table[:, 1] - 1, table[:, 2])


def enumerate_cuts(instance: Instance) -> Result:
    """Try every cut; bit i of a state is the side of node i, and the last node stays on side 0."""
    states = 2 ** (instance.nodes - 1)
    step = min(states, 2**CHUNK_BITS)
    best = 0
    for start in range(0, states, step):
        state = np.arange(start, start + step, dtype=np.int64)
        total = np.zeros(step, dtype=np.int64)
        for i, j, weight in zip(instance.heads, instance.tails, instance.weights, strict=True):
            total += weight * (((state >> i) ^ (state >> j)) & 1)
        best = max(best, int(total.max()))
    return Result(best, best, "exhaustive enumeration")


def signed_graph(instance: Instance, y: Floats) -> csr_array:
    """Return the doubled graph: node v appears as v and as v + n.

    An edge costs y between two copies of the same kind and 1 - y between copies of different
    kinds, so a path from v to v + n is a closed walk through v with an odd number of edges in F.
    The small addend makes shorter cycles win ties and keeps all costs positive.
    """
    n, u, v = instance.nodes, instance.heads, instance.tails
    rows = np.concatenate([u, u + n, u, u + n])
    columns = np.concatenate([v, v + n, v + n, v])
    costs = np.concatenate([y, y, 1 - y, 1 - y]) + 1e-9
    return csr_array((costs, (rows, columns)), shape=(2 * n, 2 * n))


def shortest_walk(predecessors: NDArray[np.int32], start: int, end: int) -> list[int]:
    """Follow the predecessors of one source back from the end node to the start node."""
    walk = [end]
    while walk[-1] != start:
        walk.append(int(predecessors[walk[-1]]))
    return walk


def cycle_inequality(walk: list[int], n: int, index: dict[tuple[int, int], int]) -> Inequality:
    """Turn a closed walk of the doubled graph into its odd-cycle inequality."""
    coefficients = {}
    for a, b in pairwise(walk):
        crossing = (a < n) != (b < n)
        coefficients[index[a % n, b % n]] = 1 if crossing else -1
    odd = sum(sign == 1 for sign in coefficients.values())
    return Inequality(tuple(sorted(coefficients.items())), odd - 1)


def violated_inequalities(instance: Instance, y: Floats) -> set[Inequality]:
    """Find violated odd-cycle inequalities, at least one if any exists, by shortest paths."""
    n = instance.nodes
    ends = zip(instance.heads.tolist(), instance.tails.tolist(), strict=True)
    index = {pair: e for e, (u, v) in enumerate(ends) for pair in ((u, v), (v, u))}
    graph = signed_graph(instance, np.clip(y, 0, 1))
    sources = np.arange(n)
    lengths, predecessors = dijkstra(
        graph, directed=False, indices=sources, return_predecessors=True
    )
    found = set()
    for node in sources[lengths[sources, sources + n] < 1 - TOLERANCE].tolist():
        walk = shortest_walk(predecessors[node], node, node + n)
        if len({step % n for step in walk}) == len(walk) - 1:
            found.add(cycle_inequality(walk, n, index))
    return found


def relaxation(instance: Instance) -> highspy.Highs:
    """Return the linear program max sum w y with 0 <= y <= 1 and no other constraint."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    for weight in instance.weights.tolist():
        add_column(solver, weight)
    return solver


def add_column(solver: highspy.Highs, cost: int) -> None:
    """Add a variable between 0 and 1."""
    solver.addCol(cost, 0, 1, 0, np.empty(0, dtype=np.int32), np.empty(0))


def add_inequality(solver: highspy.Highs, inequality: Inequality) -> None:
    """Add an inequality as a row."""
    columns, values = zip(*inequality.coefficients, strict=True)
    indices = np.array(columns, dtype=np.int32)
    coefficients = np.array(values, dtype=np.float64)
    solver.addRow(-highspy.kHighsInf, inequality.bound, len(columns), indices, coefficients)


def add_cycle_cuts(solver: highspy.Highs, instance: Instance) -> list[Inequality]:
    """Solve the relaxation, add what it violates and repeat until nothing is violated."""
    rows: list[Inequality] = []
    while True:
        solver.run()
        y = np.array(solver.getSolution().col_value)
        found = violated_inequalities(instance, y) - set(rows)
        if not found:
            return rows
        for inequality in sorted(found, key=lambda item: item.coefficients):
            add_inequality(solver, inequality)
            rows.append(inequality)


def exact_bound(instance: Instance, rows: list[Inequality], duals: Floats) -> int:
    """Return the upper bound that non-negative multipliers of the rows prove.

    Any such multipliers give a valid bound, so rounding them loses no correctness, and with
    integer multiples of 1 / SCALE the whole calculation is exact.
    """
    multipliers: list[int] = [max(0, round(dual * SCALE)) for dual in duals.tolist()]
    reduced: list[int] = [weight * SCALE for weight in instance.weights.tolist()]
    bound = 0
    for row, multiplier in zip(rows, multipliers, strict=True):
        bound += row.bound * multiplier
        for edge, coefficient in row.coefficients:
            reduced[edge] -= coefficient * multiplier
    bound += sum(max(0, cost) for cost in reduced)
    return bound // SCALE


def add_sides(solver: highspy.Highs, instance: Instance) -> None:
    """Add a binary variable for the side of each node and tie the edge variables to them."""
    edges = len(instance.weights)
    for node in range(instance.nodes):
        add_column(solver, 0)
        solver.changeColIntegrality(edges + node, highspy.HighsVarType.kInteger)
    solver.changeColBounds(edges, 0, 0)
    ends = zip(instance.heads.tolist(), instance.tails.tolist(), strict=True)
    for edge, (i, j) in enumerate(ends):
        u, v = edges + i, edges + j
        for y, a, b, bound in ((1, -1, -1, 0), (1, 1, 1, 2), (-1, 1, -1, 0), (-1, -1, 1, 0)):
            add_inequality(solver, Inequality(((edge, y), (u, a), (v, b)), bound))


def branch_and_bound(solver: highspy.Highs, instance: Instance, limit: float) -> tuple[int, float]:
    """Solve the mixed-integer program; return the cut weight and an upper bound on it."""
    add_sides(solver, instance)
    solver.setOptionValue("time_limit", limit)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.99)
    solver.run()
    solution = np.array(solver.getSolution().col_value)
    side = np.rint(solution[len(instance.weights) :]).astype(np.int64)
    return instance.cut(side), solver.getInfo().mip_dual_bound + TOLERANCE


def solve_with_cuts(instance: Instance, limit: float) -> Result:
    """Solve an instance by odd-cycle cuts and branch and bound."""
    solver = relaxation(instance)
    rows = add_cycle_cuts(solver, instance)
    linear = exact_bound(instance, rows, np.array(solver.getSolution().row_dual))
    value, upper = branch_and_bound(solver, instance, limit)
    bound = math.floor(min(linear, upper))
    if bound == linear:
        return Result(value, bound, "odd-cycle LP bound")
    return Result(value, bound, "MILP with odd-cycle cuts (HiGHS)")


def solve(instance: Instance, limit: float) -> Result:
    """Solve an instance with the method that its size calls for."""
    if instance.nodes <= ENUMERATION_LIMIT:
        return enumerate_cuts(instance)
    return solve_with_cuts(instance, limit)


def differences(entry: dict[str, Any], instance: Instance, result: Result) -> list[str]:
    """Say where an entry of the index disagrees with the file or with the recomputed result."""
    best = entry["best"]
    found = []
    size = (instance.nodes, len(instance.weights))
    if (entry["nodes"], entry["edges"]) != size:
        found.append(f"the file has {size[0]} nodes and {size[1]} edges")
    if best["certainty"] == "proven":
        if best["value"] != result.value or not result.proven:
            found.append(f"index says {best['value']}, found {result.value}..{result.bound}")
    elif not result.value <= best["value"] <= min(result.bound, best["upper_bound"]):
        found.append(f"index says {best['value']}, found {result.value}..{result.bound}")
    return found


def check(name: str, entry: dict[str, Any], limit: float) -> bool:
    """Recompute one instance, print a line about it and tell whether it agrees with the index."""
    instance = read_rudy(FOLDER / entry["file"])
    start = time.perf_counter()
    result = solve(instance, limit)
    seconds = time.perf_counter() - start
    found = differences(entry, instance, result)
    state = "proven" if result.proven else f"<= {result.bound}"
    size = f"{instance.nodes:4d} nodes {len(instance.weights):4d} edges"
    print(f"{name:21s}{size}  cut {result.value:4d}  {state}  {seconds:7.2f} s  {result.method}")
    for difference in found:
        print(f"  MISMATCH: {difference}")
    return not found


def unlisted(index: dict[str, Any]) -> list[str]:
    """Return the rudy files of this folder that the index does not mention."""
    listed = {entry["file"] for entry in index.values()}
    return sorted(path.name for path in FOLDER.glob("*.rud") if path.name not in listed)


def main() -> int:
    """Recompute the instances and return the exit status."""
    index = tomllib.loads((FOLDER / "index.toml").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description="Recompute the best cuts of index.toml.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="instances (default: all)")
    parser.add_argument("--limit", type=float, default=600, help="seconds per MILP (600)")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - index.keys())
    if unknown:
        parser.error(f"not in index.toml: {', '.join(unknown)}")
    names = arguments.names or list(index)
    agreed = [check(name, index[name], arguments.limit) for name in names]
    missing = unlisted(index)
    for file in missing:
        print(f"MISMATCH: {file} is not in index.toml")
    return 0 if all(agreed) and not missing else 1


if __name__ == "__main__":
    sys.exit(main())
