"""The methods of `qopt solve`, by the names that `--method` takes; each is imported when it runs.

To add one: a function in a module of `classical/` or `solvers/`, its name in `__init__.pyi`, and
an entry here. What the command line lists, checks and runs is read from this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import qopt

if TYPE_CHECKING:
    from qminima.result import Result

    from .solving import Instance, Options


@dataclass(frozen=True)
class Method:
    """A way to minimise a cost, or to bound it.

    Attributes:
        summary: one line on the algorithm.
        run: takes the problem and the options of a comparison.
        quantum: whether it trains a circuit.
        quadratic: whether it takes costs up to degree two only.
    """

    summary: str
    run: Callable[[Instance, Options], Result]
    quantum: bool = False
    quadratic: bool = False


METHODS: dict[str, Method] = {
    "random": Method(
        "the best of 1,024 uniformly random bit strings, and their exact expectation value",
        lambda i, o: qopt.random_assignment(
            i.problem, space=i.space, seed=o.seed, time_limit=o.time_limit
        ),
    ),
    "greedy": Method(
        "fix one variable at a time, then flip single variables as long as the cost falls",
        lambda i, o: qopt.greedy(i.problem, time_limit=o.time_limit),
        quadratic=True,
    ),
    "annealing": Method(
        "simulated annealing: Metropolis sweeps at falling temperature (dwave-samplers)",
        lambda i, o: qopt.annealing(i.problem, seed=o.seed, time_limit=o.time_limit),
        quadratic=True,
    ),
    "tabu": Method(
        "multistart tabu search (dwave-samplers)",
        lambda i, o: qopt.tabu(i.problem, seed=o.seed, time_limit=o.time_limit),
        quadratic=True,
    ),
    "local": Method(
        "steepest descent by single flips from uniformly random bit strings",
        lambda i, o: qopt.one_exchange(i.problem, seed=o.seed, time_limit=o.time_limit),
    ),
    "breakout": Method(
        "breakout local search: steepest descent with adaptive perturbations",
        lambda i, o: qopt.breakout(i.problem, seed=o.seed, time_limit=o.time_limit),
    ),
    "gw": Method(
        "Goemans-Williamson rounding of the semidefinite relaxation",
        lambda i, o: qopt.goemans_williamson(i.problem, seed=o.seed, time_limit=o.time_limit),
        quadratic=True,
    ),
    "sdp": Method(
        "bound of the semidefinite relaxation, which no bit string can beat",
        lambda i, o: qopt.semidefinite_bound(i.problem, time_limit=o.time_limit),
        quadratic=True,
    ),
    "exact": Method(
        "enumeration of all bit strings, or of all feasible ones",
        lambda i, o: qopt.enumeration(i.problem, space=i.space, time_limit=o.time_limit),
    ),
    "milp": Method(
        "branch and cut with odd-cycle inequalities (HiGHS), with an exact proof",
        lambda i, o: qopt.milp(i.problem, time_limit=o.time_limit),
        quadratic=True,
    ),
    "native": Method(
        "branch and bound on the constrained problem's own linear model (HiGHS)",
        lambda i, o: qopt.native_milp(i.problem, time_limit=o.time_limit),
    ),
    "tree": Method(
        "dynamic programming over a tree decomposition",
        lambda i, o: qopt.tree_decomposition(i.problem, time_limit=o.time_limit),
        quadratic=True,
    ),
    "qaoa": Method(
        "QAOA, trained layer by layer; the best of its samples",
        lambda i, o: qopt.solve_qaoa(
            i.circuit_problem, o.depth, space=i.space, mixer=i.mixer, **o.training()
        ),
        quantum=True,
    ),
    "multi-start": Method(
        "QAOA with all angles trained at once, from several random starts",
        lambda i, o: qopt.solve_multi_start(
            i.circuit_problem, o.depth, space=i.space, mixer=i.mixer, **o.training()
        ),
        quantum=True,
    ),
    "grover": Method(
        "QAOA with the Grover mixer over all feasible configurations",
        lambda i, o: qopt.solve_qaoa(
            i.circuit_problem, o.depth, space=i.feasible, mixer=qopt.grover_mixer(), **o.training()
        ),
        quantum=True,
    ),
    # The following rotate single qubits, so constraints are left to penalties.
    "multi-angle": Method(
        "multi-angle QAOA: an angle for each term and each qubit",
        lambda i, o: qopt.solve_multi_angle(i.problem, o.depth, **o.training()),
        quantum=True,
    ),
    "warm-start": Method(
        "QAOA that starts from a rounded relaxation",
        lambda i, o: qopt.solve_warm_start(i.problem, o.depth, **o.training()),
        quantum=True,
    ),
    "recursive": Method(
        "recursive QAOA: correlated variables are tied together until few are left",
        lambda i, o: qopt.solve_recursive(i.problem, o.depth, **o.training()),
        quantum=True,
    ),
    "adapt": Method(
        "ADAPT-QAOA: each layer takes the mixer of the largest derivative",
        lambda i, o: qopt.solve_adapt(i.problem, o.depth, **o.training()),
        quantum=True,
    ),
}
CLASSICAL = tuple(name for name, method in METHODS.items() if not method.quantum)
QUANTUM = tuple(name for name, method in METHODS.items() if method.quantum)
