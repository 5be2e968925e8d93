"""The registry of methods: what `qopt list`, `solve`, `compare`, their help and the tests read.

An entry holds functions that import a method when it runs, so that reading names, labels and
summaries loads no solver. To add a method: a function in a module of `classical/` or `solvers/`,
its name in `__init__.pyi`, and an entry here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

import qopt

from . import requirements

if TYPE_CHECKING:
    from qminima.result import Result
    from simulator.circuit import Circuit

    from ..problems.binary import BinaryProblem
    from ..problems.instance import Instance
    from ..sampling.drawn import Drawn
    from ..sampling.task import Task
    from ..solving.options import SolveOptions

Sampler = Callable[["Task"], "Drawn"]


@dataclass(frozen=True)
class Method:
    """A way to minimise a cost, or to bound it.

    Attributes:
        id: as `--method` takes it, and as checkpoints name it.
        label: as tables of a comparison show it.
        summary: one line on the algorithm.
        run: computes one result for an instance; None if it runs in `compare` only.
        sampler: makes independent runs within a budget. Without one, a classical method takes
            part in `compare` with its one result, and a circuit not at all.
        kind: "classical", "quantum" if it runs circuits, or "bound" if it finds no solution.
        circuit: of a number of layers, whose state has to fit into memory.
        extra_memory: bytes of a classical method beside those for the model of a problem; raises
            `InputError` for a problem beyond its limits.
        made_for: the problems it exists for; on others `solve` leaves it out unless it is named.
        quadratic: whether it takes costs up to degree two only.
        exact: whether it proves that its solutions are optimal.
        shortest: length of the shortest run, in evaluations for each variable, of a method whose
            runs have a length.
        shares_angles: whether its angles are trained on other instances.
        stream: names the random numbers of `compare`; the label unless given. A label that is
            reworded leaves its old text here, so that seeds and old checkpoints keep their meaning.
    """

    id: str
    label: str
    summary: str
    run: Callable[[Instance, SolveOptions], Result] | None = None
    sampler: Sampler | None = None
    kind: Literal["classical", "quantum", "bound"] = "classical"
    circuit: Callable[[Instance, int], Circuit] | None = None
    extra_memory: Callable[[Instance], int] | None = None
    made_for: Callable[[BinaryProblem], bool] | None = None
    quadratic: bool = False
    exact: bool = False
    shortest: int | None = None
    shares_angles: bool = False
    stream: str | None = None

    @property
    def quantum(self) -> bool:
        """Whether it runs circuits."""
        return self.kind == "quantum"

    @property
    def compared(self) -> bool:
        """Whether `compare` takes it: it has runs, or one result of classical work."""
        return self.sampler is not None or not self.quantum

    def sample(self, task: Task) -> Drawn:
        """Independent runs of the method within the budget of a task."""
        if self.sampler is not None:
            return self.sampler(task)
        from ..sampling.single_result import single_result

        return single_result(self, task)


def _runs(module: str) -> Sampler:
    """The function `sample` of a module of `classical/`, imported when it is called."""

    def sample(task: Task) -> Drawn:
        drawn: Drawn = import_module(f"qopt.classical.{module}").sample(task)
        return drawn

    return sample


def _circuit(angles: str) -> Sampler:
    """Shots of QAOA with angles from one of the sources in `qopt.sampling.circuits`."""

    def sample(task: Task) -> Drawn:
        from ..sampling.circuits import circuit_runs

        return circuit_runs(angles, task)

    return sample


_REGISTRY = (
    Method(
        "random",
        "uniform samples",
        "uniformly random bit strings, and their exact expectation value",
        lambda i, o: qopt.random_assignment(
            i.problem, space=i.space, seed=o.seed, time_limit=o.time_limit
        ),
        _runs("random_assignment"),
    ),
    Method(
        "greedy",
        "greedy + one-exchange",
        "greedy construction, one variable at a time, then local search by single flips",
        lambda i, o: qopt.greedy(i.problem, time_limit=o.time_limit),
        quadratic=True,
    ),
    Method(
        "annealing",
        "simulated annealing",
        "simulated annealing: Metropolis sweeps at falling temperature",
        lambda i, o: qopt.annealing(i.problem, **o.search),
        _runs("annealing"),
        quadratic=True,
        shortest=1,
    ),
    Method(
        "memetic",
        "memetic annealing",
        "population of annealed solutions, recombined by annealing the clusters they share",
        lambda i, o: qopt.memetic(i.problem, **o.search),
        _runs("memetic"),
        quadratic=True,
        shortest=160,
    ),
    Method(
        "tempering",
        "parallel tempering",
        "parallel tempering with cluster moves between replicas (Houdayer)",
        lambda i, o: qopt.tempering(i.problem, **o.search),
        _runs("tempering"),
        quadratic=True,
        shortest=43,  # a round of all replicas
    ),
    Method(
        "tabu",
        "tabu",
        "iterated tabu search by single flips",
        lambda i, o: qopt.tabu(i.problem, **o.search),
        _runs("tabu"),
        shortest=10,  # shorter ones would be local search only
    ),
    Method(
        "local",
        "uniform + one-exchange",
        "local search by single flips (steepest descent) from uniformly random bit strings",
        lambda i, o: qopt.one_exchange(i.problem, **o.search),
        _runs("one_exchange"),
    ),
    Method(
        "breakout",
        "breakout local search",
        "breakout local search: steepest descent with adaptive perturbations",
        lambda i, o: qopt.breakout(i.problem, **o.search),
        _runs("breakout"),
        shortest=1,
    ),
    Method(
        "feasible",
        "feasible local search",
        "local search by moves that keep the constraints, such as swaps, 2-opt or recolouring",
        lambda i, o: qopt.feasible_search(i.problem, **o.search),
        _runs("feasible"),
        extra_memory=requirements.moves,
        made_for=requirements.has_moves,
        shortest=1,
    ),
    Method(
        "gw",
        "Goemans-Williamson",
        "Goemans-Williamson rounding of the semidefinite relaxation",
        lambda i, o: qopt.goemans_williamson(i.problem, seed=o.seed, time_limit=o.time_limit),
        _runs("semidefinite"),
        extra_memory=requirements.relaxation,
        quadratic=True,
    ),
    Method(
        "sdp",
        "semidefinite relaxation",
        "lower bound on all costs by the semidefinite relaxation",
        lambda i, o: qopt.semidefinite_bound(i.problem, time_limit=o.time_limit),
        kind="bound",
        extra_memory=requirements.relaxation,
        quadratic=True,
    ),
    Method(
        "exact",
        "enumeration",
        "enumeration of all bit strings, or of all feasible ones",
        lambda i, o: qopt.enumeration(i.problem, space=i.space, time_limit=o.time_limit),
        extra_memory=requirements.enumeration,
        exact=True,
    ),
    Method(
        "milp",
        "HiGHS",
        "branch and cut with odd-cycle inequalities (HiGHS), with an exact proof",
        lambda i, o: qopt.milp(i.problem, time_limit=o.time_limit),
        quadratic=True,
        exact=True,
    ),
    Method(
        "native",
        "HiGHS, own model",
        "branch and bound on the constrained problem's own linear model (HiGHS)",
        lambda i, o: qopt.native_milp(i.problem, time_limit=o.time_limit),
        extra_memory=requirements.linear_model,
        made_for=requirements.has_linear_model,  # cuts and polynomials have milp
        exact=True,
    ),
    Method(
        "pareto",
        "Pareto lists",
        "dynamic programming over the Pareto-optimal weights and values of a knapsack",
        lambda i, o: qopt.pareto_lists(i.problem, time_limit=o.time_limit),
        extra_memory=requirements.knapsack_lists,
        made_for=requirements.is_knapsack,
        exact=True,
    ),
    Method(
        "tree",
        "tree decomposition",
        "dynamic programming over a tree decomposition",
        lambda i, o: qopt.tree_decomposition(i.problem, time_limit=o.time_limit),
        extra_memory=requirements.small_width,
        quadratic=True,
        exact=True,
    ),
    Method(
        "qaoa-fixed",
        "QAOA, fixed angles",
        "QAOA with angles from tables, or a linear ramp where none fits",
        sampler=_circuit("qaoa-fixed"),
        kind="quantum",
        circuit=requirements.standard_circuit,
    ),
    Method(
        "qaoa-shared",
        "QAOA, shared angles",
        "QAOA with angles trained on other instances (train_on, --train-on)",
        sampler=_circuit("qaoa-shared"),
        kind="quantum",
        circuit=requirements.standard_circuit,
        shares_angles=True,
    ),
    Method(
        "qaoa",
        "QAOA, trained angles",
        "QAOA with angles trained on the instance; solve trains them layer by layer",
        lambda i, o: qopt.solve_qaoa(
            i.circuit_problem, o.depth, space=i.space, mixer=i.mixer, **o.training
        ),
        _circuit("qaoa"),
        kind="quantum",
        circuit=requirements.standard_circuit,
    ),
    Method(
        "multi-start",
        "multi-start QAOA",
        "QAOA with all angles trained at once, from several random starts",
        lambda i, o: qopt.solve_multi_start(
            i.circuit_problem, o.depth, space=i.space, mixer=i.mixer, **o.training
        ),
        kind="quantum",
        circuit=requirements.standard_circuit,
    ),
    Method(
        "grover",
        "Grover-mixer QAOA",
        "QAOA with the Grover mixer over all feasible configurations",
        lambda i, o: qopt.solve_qaoa(
            i.circuit_problem, o.depth, space=i.feasible, mixer=qopt.grover_mixer(), **o.training
        ),
        kind="quantum",
        circuit=requirements.grover_circuit,
    ),
    # The following rotate single qubits, so constraints are left to penalties.
    Method(
        "multi-angle",
        "multi-angle QAOA",
        "multi-angle QAOA: an angle for each term and each qubit",
        lambda i, o: qopt.solve_multi_angle(i.problem, o.depth, **o.training),
        kind="quantum",
        circuit=requirements.multi_angle_circuit,
    ),
    Method(
        "warm-start",
        "warm-start QAOA",
        "QAOA that starts from a rounded semidefinite relaxation",
        lambda i, o: qopt.solve_warm_start(i.problem, o.depth, **o.training),
        kind="quantum",
        circuit=requirements.warm_start_circuit,
    ),
    Method(
        "recursive",
        "recursive QAOA",
        "recursive QAOA: fixes the strongest correlation, one variable at a time",
        lambda i, o: qopt.solve_recursive(i.problem, o.depth, **o.training),
        kind="quantum",
        circuit=requirements.penalty_circuit,
    ),
    Method(
        "adapt",
        "ADAPT-QAOA",
        "ADAPT-QAOA: each layer takes the mixer of the largest derivative",
        lambda i, o: qopt.solve_adapt(i.problem, o.depth, **o.training),
        kind="quantum",
        circuit=requirements.penalty_circuit,
    ),
)
METHODS = {method.id: method for method in _REGISTRY}

# Names that `solve` takes, in the order in which it runs them.
CLASSICAL = tuple(method.id for method in _REGISTRY if method.run and not method.quantum)
QUANTUM = tuple(method.id for method in _REGISTRY if method.run and method.quantum)

# Names that `compare` takes.
COMPARED = tuple(method.id for method in _REGISTRY if method.compared)

# The methods of `compare` unless some are named, in the order of its tables. HiGHS proves more than
# a comparison of heuristics needs, and shared angles need further instances.
USUAL = (
    "random", "local", "greedy", "annealing", "tabu", "breakout", "feasible", "gw", "sdp", "exact",
    "pareto", "tree", "qaoa-fixed", "qaoa",
)  # fmt: skip
