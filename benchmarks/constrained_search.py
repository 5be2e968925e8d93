"""Searches that keep constraints, beside annealing on penalties (`make constrained-table`).

On fresh random instances of each kind, up to 100 variables, HiGHS gives the optimum from the
problem's own linear model. Measured are the seconds until a search has it, and the costs after
equal seconds, both compared in pairs (Wilcoxon's signed-rank test, one-sided).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from machine import machine_line
from report import Report
from scipy.stats import wilcoxon

import qopt
from qminima.result import Result
from qopt.problems.binary import BinaryProblem
from qopt.problems.knapsack import random_items
from qopt.problems.portfolio import random_assets
from qopt.problems.travelling_salesman import random_cities


def weighted(nodes: int, seed: int) -> nx.Graph[int]:
    """A random graph of density 0.1 with weights of nodes from 0 to 1."""
    graph: nx.Graph[int] = nx.gnp_random_graph(nodes, 0.1, seed=seed)
    weights = np.random.default_rng(seed).random(nodes).tolist()
    nx.set_node_attributes(graph, dict(enumerate(weights)), "weight")
    return graph


KINDS: dict[str, Callable[[int], BinaryProblem]] = {
    "portfolio": lambda seed: qopt.portfolio(**random_assets(30, seed)),
    "colouring": lambda seed: qopt.colouring(nx.gnp_random_graph(33, 0.25, seed=seed), 3),
    "travelling-salesman": lambda seed: qopt.travelling_salesman(**random_cities(11, seed)),
    "knapsack": lambda seed: qopt.knapsack(**random_items(90, seed)),
    "independent-set": lambda seed: qopt.independent_set(weighted(100, seed)),
    "vertex-cover": lambda seed: qopt.vertex_cover(weighted(100, seed)),
}


class Pair(NamedTuple):
    """A search within the constraints and annealing on penalties, on one instance.

    Attributes:
        proven: whether HiGHS closed the gap.
        seconds: of both until the optimum; the limit where it was not reached.
        reached: whether both did.
        costs: of both after equal seconds; infinite where infeasible.
    """

    proven: bool
    seconds: tuple[float, float]
    reached: tuple[bool, bool]
    costs: tuple[float, float]


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=int, default=10, help="of each kind (10)")
    parser.add_argument("--limit", type=float, default=5, help="seconds to the optimum (5)")
    parser.add_argument("--seconds", type=float, default=0.2, help="of equal searches (0.2)")
    parser.add_argument("--oracle", type=float, default=30, help="seconds of HiGHS (30)")
    parser.add_argument("--write", metavar="FILE", help="put the table into this page as well")
    given = parser.parse_args()
    report = Report("constrained", "make constrained-table", machine_line())
    to_optimum, equal = [], []
    for kind, make in KINDS.items():
        search(make(0), 0, seconds=0.1)  # kernels are compiled now
        qopt.annealing(make(0), seconds=0.1)
        pairs = [pair(make(1000 + k), k, given) for k in range(given.instances)]
        to_optimum.append(times(kind, make(0), pairs))
        equal.append(costs(kind, pairs))
        report.progress(f"{to_optimum[-1]} {equal[-1]}")
    report.table(
        f"Seconds to the optimum, {given.instances} instances each, at most {given.limit:g} s",
        ["kind", "variables", "optima proven", "reached", "median s", "longest s",
         "on penalties: reached", "median s", "p"],
        to_optimum,
    )  # fmt: skip
    report.table(
        f"Costs after {given.seconds:g} s within the constraints and on penalties",
        ["kind", "lower", "equal", "higher", "infeasible on penalties", "p"],
        equal,
    )
    if given.write:
        report.write(Path(given.write))


def search(problem: BinaryProblem, seed: int, **limits: float) -> Result:
    """The search that the registry has for a kind."""
    if problem.kind == "knapsack":
        return qopt.pareto_lists(problem, time_limit=limits["seconds"])
    return qopt.feasible_search(problem, seed=seed, **limits)


def pair(problem: BinaryProblem, seed: int, given: argparse.Namespace) -> Pair:
    """Both searches on one instance."""
    oracle = qopt.native_milp(problem, time_limit=given.oracle)
    known = [oracle, search(problem, seed, seconds=given.seconds)]
    best = min((one for one in known if one.is_solution), key=lambda one: one.value)
    goal = best.value + 1e-9 * max(1.0, abs(best.value))
    target = problem.score(str(best.bitstring))
    timed = (
        search(problem, seed + 1, seconds=given.limit, target=target),
        qopt.annealing(problem, seed=seed, seconds=given.limit, target=target),
    )
    reached = tuple(one.is_solution and one.value <= goal for one in timed)
    seconds = tuple(
        one.seconds if hit else given.limit for one, hit in zip(timed, reached, strict=True)
    )
    penalties = qopt.annealing(problem, seed=seed, seconds=given.seconds)
    after = (known[1].value, penalties.value if penalties.is_solution else np.inf)
    return Pair(bool(oracle.properties["optimal"]), seconds, reached, after)  # type: ignore[arg-type]


def p_value(differences: list[float]) -> float:
    """That differences are above zero as often as below; 1 where all are zero."""
    signed = np.array(differences)
    signed = np.where(np.abs(signed) < 1e-9, 0.0, np.clip(signed, -1e9, 1e9))
    return float(wilcoxon(signed, alternative="greater").pvalue) if signed.any() else 1.0


def times(kind: str, problem: BinaryProblem, pairs: list[Pair]) -> list[Any]:
    """A row of seconds to the optimum."""
    own, penalties = zip(*(one.seconds for one in pairs), strict=True)
    reached = np.sum([one.reached for one in pairs], axis=0).tolist()
    p = p_value([other - here for here, other in (one.seconds for one in pairs)])
    proven = sum(one.proven for one in pairs)
    return [kind, problem.num_variables, proven, reached[0], median(own), max(own), reached[1],
            median(penalties), p]  # fmt: skip


def costs(kind: str, pairs: list[Pair]) -> list[Any]:
    """A row of costs after equal seconds."""
    gains = [other - here for here, other in (one.costs for one in pairs)]
    signs = [sum(gain > 1e-9 for gain in gains), sum(abs(gain) <= 1e-9 for gain in gains)]
    infeasible = sum(bool(np.isinf(one.costs[1])) for one in pairs)
    return [kind, *signs, len(pairs) - sum(signs), infeasible, p_value(gains)]


if __name__ == "__main__":
    main()
