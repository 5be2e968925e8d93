"""QAOA beside the classical methods on one problem, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from qminima.errors import InputError, check_name
from qminima.limits import check_seed
from qminima.progress import Progress
from qminima.result import Comparison, Result
from qminima.runner import run_methods
from simulator.memory import MemoryLimitError
from simulator.spaces import Qubits, Space, SpaceError

from .certainty import best_known as best_known
from .certainty import best_solution as best_solution
from .circuits.mixers import Mixer
from .fits import check_fits, has_linear_model
from .methods import CLASSICAL, METHODS
from .problems.binary import BinaryProblem, Native
from .solvers.options import check_objective, check_precision
from .verdict import verdict

if TYPE_CHECKING:
    from simulator.program import Precision

    from .solvers.training import Training

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
        check_name("way of constraints", constraints, CONSTRAINTS)
        native: Native | None = None
        if constraints == "mixer":
            with suppress(SpaceError):  # beyond all circuits; what is left are classical methods
                native = problem.native()
        return cls(problem, problem) if native is None else cls(problem, *native)


@dataclass(frozen=True)
class Options:
    """Options that the methods of one comparison share."""

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
        time_limit: limit in seconds for each method.
        progress: told of each method.

    Raises:
        InputError: for an unknown method, objective or precision, a wrong alpha, or a method
            that does not fit the problem.
        MemoryLimitError: if a named method does not fit into memory.
    """
    if methods is None:
        methods = optional = (*CLASSICAL, "qaoa")
    for method in methods:
        check_name("method", method, METHODS)
    check_objective(objective, alpha)
    check_precision(precision)
    check_seed(seed)
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
            runs[method] = partial(METHODS[method].run, instance, options)
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
