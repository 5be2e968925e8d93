"""The course, scaled programs and results that all trainings of circuits share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qminima.limits import Deadline
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import Interrupted
from simulator.circuit import Circuit
from simulator.kernels.kernel import compile_seconds
from simulator.lowering.diagonal import DiagonalValues
from simulator.memory import require_memory
from simulator.objectives.cvar import CVaR
from simulator.objectives.objective import Mean
from simulator.optimize.minimize import Minimum
from simulator.optimize.multi_start import Minima
from simulator.program import Expectation, Program, predict_memory
from simulator.spaces import Integers, Space, bitstring
from simulator.timing import Stopwatch
from simulator.typing import Floats

from ..angles.schedules import gamma_scale
from ..circuits.qaoa import check_problem
from ..problems.problem import Problem
from ..results import first_feasible, solution
from .options import TrainingOptions, check_scale

# About how much longer a value takes with its gradient, and samples of a state than its value; and
# what has to fit into the time, in units of an evaluation with gradient.
GRADIENT, SAMPLES = 3.0, 1.5
HEADROOM = 1 + SAMPLES / GRADIENT


class Training:
    """A training under way: its options, its clock, and what it has used of its limits.

    Attributes:
        options: the options.
        deadline: the end of its time, of which seconds may have been `spent` before.
        reserve: seconds of the time that are left for samples of the final state.
        progress: of the options.
        watch: began with the training, later by the time that kernels took to be compiled.

    Raises:
        InputError: for what is no problem, or costs that numbers of the precision cannot hold.
    """

    def __init__(self, problem: Problem, options: TrainingOptions, spent: float = 0.0) -> None:
        check_problem(problem)
        check_scale(problem, options.precision)
        self.options = options
        self.deadline = Deadline(options.time_limit, uncounted=compile_seconds)
        self.deadline.charge(spent)
        self.reserve = 0.0
        self.progress = options.progress or Progress()
        self._used = 0
        self.watch = Stopwatch(spent)

    def require_memory(self, circuit: Circuit, more: int = 0) -> None:
        """Raise `MemoryLimitError` if the circuit's state, and so many bytes more, do not fit."""
        require_memory(
            predict_memory(circuit, self.options.precision) + more,
            f"QAOA on {circuit.space.num_qubits} variables",
            "use the classical methods",
        )

    def left(self, used: int) -> int | None:
        """Evaluations that are left after some."""
        most = self.options.max_evaluations
        return None if most is None else most - self._used - used

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
        """Reports the objective as it falls, from values in scaled units."""
        label = "mean cost" if self.options.alpha is None else "CVaR of the cost"

        def report(count: int, value: float) -> None:
            self.progress.note(f"{label} {value / factor:.4f}, {before + count} values")

        return report

    def after(self, used: int) -> Training:
        """A second training, once so many evaluations were used."""
        rest = copy(self)
        rest._used += used
        return rest


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


def scaled(
    problem: Problem,
    circuit: Circuit,
    options: TrainingOptions,
    gammas: NDArray[np.bool_] | None = None,
) -> ScaledProgram:
    """The objective of a circuit in scaled units; its gammas are the first half, unless given."""
    cost, count = problem.cost, circuit.num_parameters
    objective = Mean(cost) if options.alpha is None else CVaR(cost, options.alpha)
    program = Program(circuit, objective, options.precision)
    halves = np.arange(count) < count // 2
    return ScaledProgram(program, gamma_scale(cost), halves if gammas is None else gammas)


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
        run: Training,
        method: str,
        settings: Mapping[str, Any],
        properties: Mapping[str, Any] | None = None,
    ) -> Result:
        """Sample bit strings from the final state; the best feasible one is the solution.

        Raises:
            qminima.Interrupted: with this result, if Ctrl-C ended the training.
        """
        options, values = run.options, problem.cost.values(self.circuit.space)
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
            run.watch.started,
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
