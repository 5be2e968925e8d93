"""QAOA beside the classical methods on one problem, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from qminima.errors import InputError, unknown_name
from qminima.progress import Progress
from qminima.result import Comparison, Reference, Result
from qminima.runner import run_methods
from simulator.circuit import Circuit
from simulator.memory import MemoryLimitError, require_memory
from simulator.program import Precision, predict_memory
from simulator.spaces import Qubits, Space, SpaceError

from .ansatz import qaoa
from .classical.annealing import annealing
from .classical.breakout import breakout
from .classical.enumeration import MAX_VARIABLES, enumeration
from .classical.greedy import greedy
from .classical.milp import milp
from .classical.native import native_milp
from .classical.one_exchange import one_exchange
from .classical.random_assignment import random_assignment
from .classical.semidefinite import (
    INTERIOR_POINT_NODES,
    MAX_NODES,
    goemans_williamson,
    semidefinite_bound,
)
from .classical.tabu import BYTES_PER_PAIR, tabu
from .classical.tabu import MAX_VARIABLES as MAX_TABU
from .classical.tree_decomposition import MAX_WIDTH, tree_decomposition, width
from .mixers import Mixer, grover_mixer
from .multi_angle import multi_angle_qaoa
from .problems.binary import BinaryProblem, Native
from .results import plain_data
from .solvers.adaptive import solve_adapt
from .solvers.multi_angle import solve_multi_angle
from .solvers.qaoa import solve_qaoa
from .solvers.recursive import solve_recursive
from .solvers.starts import solve_multi_start
from .solvers.training import Training, check_objective, check_precision, check_scale
from .solvers.warm_start import solve_warm_start
from .verdict import verdict
from .warm_start import warm_start_qaoa

CONSTRAINTS = ("mixer", "penalty")


@dataclass(frozen=True)
class Instance:
    """A problem as classical methods see it, and as circuits do.

    Attributes:
        problem: with penalties in its cost, if it has constraints.
        circuit_problem: without those that the space keeps.
        space: of the circuits, and of uniform samples; all bit strings if None.
        mixer: theirs; X if None.
    """

    problem: BinaryProblem
    circuit_problem: BinaryProblem
    space: Space | None = None
    mixer: Mixer | None = None

    @property
    def feasible(self) -> Space:
        """The space in which the Grover mixer works."""
        return self.space or Qubits(self.problem.num_variables)

    @classmethod
    def of(cls, problem: BinaryProblem, constraints: str = "mixer") -> Instance:
        """Constraints kept by the mixer, where there is one that can, or all by penalties.

        Raises:
            InputError: for another word.
        """
        if constraints not in CONSTRAINTS:
            raise unknown_name("way of constraints", constraints, CONSTRAINTS)
        native: Native | None = None
        if constraints == "mixer":
            with suppress(SpaceError):  # beyond all circuits; what is left are classical methods
                native = problem.native()
        return cls(problem, problem) if native is None else cls(problem, *native)


@dataclass(frozen=True)
class Options:
    """What the methods of one comparison share."""

    depth: int
    seed: int | None
    time_limit: float | None
    progress: Progress
    objective: str = "mean"
    alpha: float | None = None
    precision: Precision = "double"

    def training(self) -> Training:
        """The keywords of solvers."""
        return {
            "objective": self.objective,
            "alpha": self.alpha,
            "precision": self.precision,
            "seed": self.seed,
            "time_limit": self.time_limit,
            "progress": self.progress,
        }


Method = Callable[[Instance, Options], Result]

CLASSICAL: dict[str, Method] = {
    "random": lambda i, o: random_assignment(i.problem, space=i.space, seed=o.seed),
    "greedy": lambda i, _: greedy(i.problem),
    "annealing": lambda i, o: annealing(i.problem, seed=o.seed, time_limit=o.time_limit),
    "tabu": lambda i, o: tabu(i.problem, seed=o.seed, time_limit=o.time_limit),
    "local": lambda i, o: one_exchange(i.problem, seed=o.seed, time_limit=o.time_limit),
    "breakout": lambda i, o: breakout(i.problem, seed=o.seed, time_limit=o.time_limit),
    "gw": lambda i, o: goemans_williamson(i.problem, seed=o.seed, time_limit=o.time_limit),
    "sdp": lambda i, o: semidefinite_bound(i.problem, time_limit=o.time_limit),
    "exact": lambda i, o: enumeration(i.problem, space=i.space, time_limit=o.time_limit),
    "milp": lambda i, o: milp(i.problem, time_limit=o.time_limit),
    "native": lambda i, o: native_milp(i.problem, time_limit=o.time_limit),
    "tree": lambda i, _: tree_decomposition(i.problem),
}
QUANTUM: dict[str, Method] = {
    "qaoa": lambda i, o: solve_qaoa(
        i.circuit_problem, o.depth, space=i.space, mixer=i.mixer, **o.training()
    ),
    "multi-start": lambda i, o: solve_multi_start(
        i.circuit_problem, o.depth, space=i.space, mixer=i.mixer, **o.training()
    ),
    "grover": lambda i, o: solve_qaoa(
        i.circuit_problem, o.depth, space=i.feasible, mixer=grover_mixer(), **o.training()
    ),
    # These turn single qubits, so that constraints are left to penalties.
    "multi-angle": lambda i, o: solve_multi_angle(i.problem, o.depth, **o.training()),
    "warm-start": lambda i, o: solve_warm_start(i.problem, o.depth, **o.training()),
    "recursive": lambda i, o: solve_recursive(i.problem, o.depth, **o.training()),
    "adapt": lambda i, o: solve_adapt(i.problem, o.depth, **o.training()),
}
METHODS = CLASSICAL | QUANTUM

# These work on pairs of variables.
_QUADRATIC = ("greedy", "annealing", "tabu", "gw", "sdp", "tree", "milp")

# What models of D-Wave's samplers and HiGHS take for each variable and term, and the interior-point
# method of the semidefinite relaxation for each pair of nodes; measured on the library's graphs.
_BYTES_EACH = 2_000
_RELAXATION_BYTES = 20_000


def solve(
    problem: BinaryProblem,
    methods: Sequence[str] | None = None,
    *,
    optional: Collection[str] = (),
    constraints: str = "mixer",
    depth: int = 3,
    objective: str = "mean",
    alpha: float | None = None,
    precision: Precision = "double",
    seed: int | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run methods on one problem and hold them against the best value that is proven or known.

    Args:
        problem: what is minimised.
        methods: names out of `METHODS`, run in this order. None stands for the classical ones and
            "qaoa", all optional.
        optional: those of them that are left out, with the reason, if they do not fit the problem;
            the others raise.
        constraints: how circuits keep them: "mixer", where the problem has one that does (see
            `BinaryProblem.native`), or "penalty". The methods "multi-angle", "warm-start",
            "recursive" and "adapt" turn single qubits, and always leave them to the penalty.
        depth: layers of QAOA.
        objective: what its angles are optimised for, "mean" or "cvar".
        alpha: the fraction of CVaR, as in `solve_qaoa`.
        precision: of QAOA's state, "double" or "single".
        seed: of all randomness.
        time_limit: limit in seconds for each method that can be stopped.
        progress: told of each method.

    Raises:
        InputError: for an unknown method, objective or precision, a wrong alpha, or a method
            that does not fit the problem.
        MemoryLimitError: if a named method does not fit into memory.
    """
    if methods is None:
        methods = optional = (*CLASSICAL, "qaoa")
    for method in methods:
        if method not in METHODS:
            raise unknown_name("method", method, METHODS)
    check_objective(objective, alpha)
    check_precision(precision)
    started = datetime.now(UTC)
    progress = progress or Progress()
    instance = Instance.of(problem, constraints)
    options = Options(depth, seed, time_limit, progress, objective, alpha, precision)
    runs: dict[str, Callable[[], Result]] = {}
    skipped: dict[str, str] = {}
    for method in methods:
        if method in optional and method == "native" and not has_linear_model(problem):
            continue  # cuts and polynomials have milp, and nobody misses it
        try:
            check_fits(instance, method, depth, precision)
        except (InputError, MemoryLimitError) as reason:
            if method not in optional:
                raise
            skipped[method] = str(reason)
        else:
            runs[method] = partial(METHODS[method], instance, options)
    run = run_methods(runs, progress)
    results = run.results
    reference = best_known(problem, results)
    return Comparison(
        problem.describe(),
        tuple(results),
        reference,
        "No circuit was finished, so nothing is decided."
        if run.interrupted and not any(result.kind == "quantum" for result in results)
        else verdict(problem, results, reference),
        solution=best_solution(problem, results),
        skipped=skipped | run.failures,
        interrupted=run.interrupted,
        seed=seed,
        started=started,
    )


def check_fits(instance: Instance, method: str, depth: int, precision: Precision = "double") -> int:
    """Predicted bytes of a method's large arrays; refuses a problem that it is not made for.

    Raises:
        InputError: if the method does not take so many variables, costs of that size or that
            degree, or the depth is below 1.
        MemoryLimitError: if the state does not fit into memory.
    """
    problem = instance.problem
    n = problem.num_variables
    if method in QUANTUM:
        circuit = _circuit(instance, method, depth)
        check_scale(problem, precision)
        needed = predict_memory(circuit, precision)
        size = circuit.space.size
        amplitudes = f"2^{size.bit_length() - 1}" if size & (size - 1) == 0 else f"{size:,}"
        require_memory(
            needed,
            f"QAOA on {n} variables ({amplitudes} amplitudes)",
            "use the classical methods",
        )
        return needed
    relaxation = ("the semidefinite relaxation", MAX_NODES)
    limits = {"gw": relaxation, "sdp": relaxation, "tabu": ("tabu", MAX_TABU)}
    if instance.space is None:
        limits["exact"] = ("enumeration", MAX_VARIABLES)
    label, most = limits.get(method, (method, n))
    # The relaxation has a node more where the cost tells a bit string from its flip.
    size = n if label != relaxation[0] or problem.cost.flip_symmetric else n + 1
    if size > most:
        raise InputError(
            f"{label} takes up to {most} variables, the problem has {size}; use another method"
        )
    degree = max((len(spins) for spins, _ in problem.cost.terms), default=0)
    if method in _QUADRATIC and degree > 2:
        raise InputError(
            f"it takes costs of degree two, the problem has one of {degree}; breakout, local, "
            "exact and circuits take any"
        )
    if method == "native" and not has_linear_model(problem):
        raise InputError(f"there is no linear model of {problem.kind}; use milp")
    if method == "tree" and (found := width(problem)) > MAX_WIDTH:
        raise InputError(
            f"tree decomposition takes costs up to width {MAX_WIDTH}, this one has about {found}"
        )
    needed = _BYTES_EACH * (n + len(problem.cost.terms))
    if label == relaxation[0]:
        # Of a matrix of all pairs, or of vectors and a factorisation that may fill in.
        needed += (_RELAXATION_BYTES if size <= INTERIOR_POINT_NODES else 2) * size**2
    if method == "tabu":
        needed += BYTES_PER_PAIR * n**2
    if method == "exact" and instance.space is not None:
        needed += 8 * n * instance.space.size
    require_memory(needed, f"{label} on {n} variables")
    return needed


def has_linear_model(problem: BinaryProblem) -> bool:
    """Whether a problem has a linear model of its own."""
    return type(problem).linear_model is not BinaryProblem.linear_model


def _circuit(instance: Instance, method: str, depth: int) -> Circuit:
    """The circuit whose memory a quantum method needs."""
    if method == "grover":
        return qaoa(instance.circuit_problem, depth, space=instance.feasible, mixer=grover_mixer())
    if method in ("qaoa", "multi-start"):
        return qaoa(instance.circuit_problem, depth, space=instance.space, mixer=instance.mixer)
    if method == "multi-angle":
        return multi_angle_qaoa(instance.problem, depth)
    if method == "warm-start":
        if max((len(spins) for spins, _ in instance.problem.cost.terms), default=0) > 2:
            raise InputError("it takes costs of degree two, for its relaxation")
        return warm_start_qaoa(instance.problem, depth, "0" * instance.problem.num_variables)
    return qaoa(instance.problem, depth)


def best_solution(problem: BinaryProblem, results: Sequence[Result]) -> dict[str, Any] | None:
    """The best solution in the user's own labels, as plain data, and the method that found it."""
    found = [result for result in results if result.is_solution]
    best = min(found, key=lambda r: (r.value, not r.properties.get("proven")), default=None)
    if best is None or best.bitstring is None:
        return None
    return {"method": best.method, "value": plain_data(problem.decode(best.bitstring))}


def best_known(problem: BinaryProblem, results: Sequence[Result]) -> Reference | None:
    """The value to measure from: proven in this run, else known beforehand, else the best.

    Bit strings that violate a constraint do not count.
    """
    found = [result for result in results if result.is_solution]
    for result in found:
        if result.properties.get("proven"):
            return Reference(result.value, result.method, "proven")
    best = min(found, key=lambda result: result.value, default=None)
    known = problem.reference
    if known is not None and (best is None or known.value <= best.value):
        return known
    if best is None:
        return None
    return Reference(best.value, f"best of this run ({best.method})", "estimate")
