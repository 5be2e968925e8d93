"""Options, scaled programs and results that all trainings of circuits share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from math import inf
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError, check_name
from qminima.limits import Deadline, check_count, check_seed
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import Interrupted
from simulator.circuit import Circuit
from simulator.kernels.kernel import compile_seconds
from simulator.lowering.diagonal import DiagonalValues
from simulator.memory import require_memory
from simulator.objectives.cvar import CVaR
from simulator.objectives.objective import Mean, Objective
from simulator.operators.polynomial import Polynomial
from simulator.optimize.minimize import Minimum
from simulator.optimize.multi_start import Minima
from simulator.program import Expectation, Precision, Program, predict_memory
from simulator.spaces import Integers, Space, bitstring
from simulator.timing import Stopwatch
from simulator.typing import Floats

from ..angles.schedules import gamma_scale
from ..circuits.qaoa import check_problem
from ..problems.problem import Problem
from ..results import first_feasible, solution
from .options import check_objective, check_precision, check_scale

# About how much longer a value takes with its gradient, and samples of a state than its value; and
# what has to fit into the time, in units of an evaluation with gradient.
GRADIENT, SAMPLES = 3.0, 1.5
HEADROOM = 1 + SAMPLES / GRADIENT

GRADIENT_TOLERANCE = {"double": 1e-3, "single": 4e-3}


class Training(TypedDict, total=False):
    """The keywords of every solver; `solve_qaoa` says what they mean."""

    objective: str
    alpha: float | None
    shots: int
    seed: int | None
    precision: Precision
    gradient_tolerance: float | None
    max_evaluations: int | None
    time_limit: float | None
    progress: Progress | None


class Options:
    """The options of one training, checked.

    Args:
        problem: that circuits are trained for.
        given: the keywords.
        spent: seconds of the method's time that have passed before.

    Raises:
        InputError: for what is no problem, an unknown keyword, objective or precision, an alpha out
            of range or without "cvar", counts or tolerances below what they can be, or costs that
            numbers of the precision cannot hold.
    """

    def __init__(self, problem: Problem, given: Training, spent: float = 0.0) -> None:
        check_problem(problem)
        for key in given:
            check_name("keyword", key, Training.__annotations__)
        self.objective = given.get("objective", "mean")
        self.alpha = check_objective(self.objective, given.get("alpha"))
        self.shots = given.get("shots", 1024)
        check_count("shots", self.shots)
        self.seed = given.get("seed")
        check_seed(self.seed)
        self.precision: Precision = check_precision(given.get("precision", "double"))
        check_scale(problem, self.precision)
        tolerance = given.get("gradient_tolerance")
        if tolerance is None:
            tolerance = GRADIENT_TOLERANCE[self.precision]
        if not 0 < tolerance < inf:
            raise InputError(f"expected a gradient_tolerance above zero, got {tolerance}")
        self.gradient_tolerance = tolerance
        self.max_evaluations = given.get("max_evaluations")
        if self.max_evaluations is not None:
            check_count("max_evaluations", self.max_evaluations)
        self.time_limit = given.get("time_limit")
        self.deadline = Deadline(self.time_limit, uncounted=compile_seconds)
        self.deadline.charge(spent)
        self.reserve = 0.0  # seconds of the time that are left for samples of the final state
        self.progress = given.get("progress") or Progress()
        self._watch = Stopwatch(spent)

    @property
    def started(self) -> float:
        """When the training began, later by the time that kernels took to be compiled."""
        return self._watch.started

    @property
    def label(self) -> str:
        """The objective's name, for progress."""
        return "mean cost" if self.alpha is None else "CVaR of the cost"

    def objective_of(self, cost: Polynomial) -> Objective:
        """The objective that is minimised, in units of the cost."""
        return Mean(cost) if self.alpha is None else CVaR(cost, self.alpha)

    def require_memory(self, circuit: Circuit, more: int = 0) -> None:
        """Raise `MemoryLimitError` if the circuit's state, and so many bytes more, do not fit."""
        require_memory(
            predict_memory(circuit, self.precision) + more,
            f"QAOA on {circuit.space.num_qubits} variables",
            "use the classical methods",
        )

    def left(self, used: int) -> int | None:
        """Evaluations that are left after some."""
        return None if self.max_evaluations is None else self.max_evaluations - used

    def seconds(self) -> float | None:
        """Seconds that are left, None without a limit."""
        seconds = self.deadline.left()
        return max(seconds, 1e-3) if np.isfinite(seconds) else None

    def limit(self, used: int, needed: float = 0.0) -> str:
        """The limit that ends the training after so many evaluations; empty if none does.

        Args:
            used: the evaluations.
            needed: seconds that it takes to go on.
        """
        if self.left(used) == 0:
            return "evaluation limit reached"
        return "" if self.deadline.allows(needed + self.reserve) else "time limit reached"

    def reporter(self, factor: float, before: int = 0) -> Callable[[int, float], None]:
        """Tells the objective as it falls, from values in scaled units."""

        def report(count: int, value: float) -> None:
            self.progress.note(f"{self.label} {value / factor:.4f}, {before + count} values")

        return report

    def after(self, used: int) -> Options:
        """The options of a second training, once so many evaluations were used."""
        rest = copy(self)
        rest.max_evaluations = self.left(used)
        return rest

    def settings(self) -> dict[str, Any]:
        """The options as a record has them."""
        return {
            "objective": self.objective,
            "alpha": self.alpha,
            "shots": self.shots,
            "precision": self.precision,
            "optimizer": "L-BFGS-B",
            "gradient_tolerance": self.gradient_tolerance,
            "max_evaluations": self.max_evaluations,
            "time_limit": self.time_limit,
        }


class ScaledProgram:
    """A program's value in scaled units, as a function of parameters in units of theirs.

    Optimisers then meet values, angles and gradients of the size they have for unweighted 3-regular
    MaxCut, whatever the unit of the weights.

    Args:
        program: whose values these are.
        factor: of the value.
        gammas: which parameters are angles of the cost, to be taken times the factor as well.

    Attributes:
        seconds: of the last value without gradient, which samples take as well; a third of one with
            gradient before there was any.
    """

    def __init__(self, program: Program, factor: float, gammas: NDArray[np.bool_]) -> None:
        self.program = program
        self.factor = factor
        self.units = np.where(gammas, factor, 1.0)
        self.seconds = 0.0

    def __call__(self, params: Floats) -> float:
        """The scaled value."""
        clock = Stopwatch()
        value = self.program(self.units * params)
        self.seconds = clock()
        return self.factor * value

    def value_and_gradient(self, params: Floats) -> tuple[float, Floats]:
        """The scaled value and its derivatives by the scaled parameters."""
        clock = Stopwatch()
        value, gradient = self.program.value_and_gradient(self.units * params)
        self.seconds = self.seconds or clock() / GRADIENT
        return self.factor * value, self.factor * self.units * gradient


def scaled(problem: Problem, circuit: Circuit, options: Options) -> ScaledProgram:
    """A circuit whose parameters are gamma_1 ... gamma_p, beta_1 ... beta_p, in scaled units."""
    program = Program(circuit, options.objective_of(problem.cost), options.precision)
    gammas = np.arange(circuit.num_parameters) < circuit.num_parameters // 2
    return ScaledProgram(program, gamma_scale(problem.cost), gammas)


def improve(
    history: list[tuple[int, float]], minimum: Minimum | Minima, factor: float, before: int
) -> None:
    """Append what a minimisation in scaled units improved, after so many evaluations."""
    for count, least in minimum.history:
        value = least / factor
        if not history or value < history[-1][1]:
            history.append((before + count, value))


@dataclass(frozen=True, eq=False)
class Trained:
    """A circuit with its best parameters.

    Attributes:
        circuit: the circuit.
        parameters: its parameters, in the problem's own units.
        value: of the objective.
        evaluations: values of it that were computed.
        history: (evaluations, value) of each improvement.
        converged: whether the optimiser met its criterion.
        stop_reason: why it stopped.
        interrupted: whether Ctrl-C did.
    """

    circuit: Circuit
    parameters: Floats
    value: float
    evaluations: int
    history: list[tuple[int, float]]
    converged: bool
    stop_reason: str
    interrupted: bool = False

    def after(self, first: Trained) -> Trained:
        """The same, with the evaluations and the history of a training before it."""
        best = first.history[-1][1] if first.history else inf
        later = [(first.evaluations + n, value) for n, value in self.history if value < best]
        return replace(
            self,
            evaluations=first.evaluations + self.evaluations,
            history=first.history + later,
        )

    def result(
        self,
        problem: Problem,
        options: Options,
        method: str,
        settings: Mapping[str, Any],
        properties: Mapping[str, Any] | None = None,
    ) -> Result:
        """Sample bit strings from the final state; the best feasible one is the solution.

        Raises:
            qminima.Interrupted: with this result, if Ctrl-C ended the training.
        """
        values = problem.cost.values(self.circuit.space)
        energy = Expectation(self.circuit, problem.cost, options.precision)
        found = {
            "optimum_probability": energy.success_probability(self.parameters),
            **({} if options.alpha is None else {"cvar": self.value}),
            **(properties or {}),
        }
        drawn = energy.sample(self.parameters, options.shots, options.seed)
        result = solution(
            problem,
            method,
            _best_sample(problem, self.circuit.space, drawn, values),
            options.started,
            kind="quantum",
            properties=found,
            evaluations=self.evaluations,
            converged=self.converged,
            expectation=self.value if options.alpha is None else energy(self.parameters),
            parameters=[float(angle) for angle in self.parameters],
            circuit=self.circuit,
            history=self.history,
            history_of=None if options.alpha is None else "cvar",
            stop_reason=self.stop_reason,
            settings={**settings, "space": str(self.circuit.space), **options.settings()},
            warnings=() if self.converged else (f"not converged ({self.stop_reason})",),
            seed=options.seed,
        )
        if self.interrupted:
            raise Interrupted(result)
        return result


def _best_sample(problem: Problem, space: Space, drawn: Integers, values: DiagonalValues) -> str:
    """The feasible bit string of least cost that was drawn; where none is, that of least cost."""
    positions = space.indices(drawn)
    codes = positions if values.codes is None else values.codes[positions]
    ordered = drawn[np.argsort(values.levels[codes], kind="stable")]
    # Each configuration once, the best first.
    candidates = dict.fromkeys(ordered.tolist())
    return first_feasible(problem, (bitstring(one, space.num_qubits) for one in candidates))
