"""QAOA as a source of shots, with angles from three places: tables, other instances, the instance.

On a device, a mean takes many shots, and its derivatives by central differences two means for each
of the 2 p angles. So one step of a training counts (1 + 4 p) `training_shots` shots, though
the simulator computes it in one sweep, and without the noise that so many shots would have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from qminima.errors import InputError
from simulator.optimize.minimize import Differentiable, minimize
from simulator.program import Expectation
from simulator.spaces import bitstring
from simulator.timing import Stopwatch
from simulator.typing import Floats

from ..angles.schedules import gamma_scale, linear_ramp, rescale_gammas
from ..angles.tables import starting_angles
from ..circuits.qaoa import qaoa
from ..classical.one_exchange import local_search
from ..problems.instance import Instance
from ..problems.problem import Problem
from ..solvers.options import TrainingOptions
from ..solvers.training import ScaledProgram, scaled
from ..study.device_time import rounds_of
from .budget import USUAL_EVALUATIONS, USUAL_RUNS, Account
from .drawn import Drawn, Training
from .task import Task

# No further training once no derivative is larger, in the units of `gamma_scale`.
_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Angles:
    """Angles in scaled units, and what they took.

    Attributes:
        scaled: gamma_1 ... gamma_p, beta_1 ... beta_p; gammas in units of `gamma_scale`.
        training: how much training.
        source: where they are from.
        converged: whether the training met its criterion, if there was one.
    """

    scaled: Floats
    training: Training
    source: str
    converged: bool = True


def table_angles(instance: Instance, depth: int) -> Angles:
    """Angles that are known beforehand: of the infinite tree, or a ramp.

    The tree's are for pairs of variables and the X mixer; where these or the depth do not fit, the
    ramp is taken.
    """
    pairs = max((len(spins) for spins, _ in instance.circuit_problem.cost.terms), default=0) <= 2
    if pairs and (instance.mixer is None or not instance.mixer.constrained):
        for found in starting_angles("tree", depth, instance.circuit_problem.cost):
            return Angles(found, Training(), "table of tree angles")
    return Angles(linear_ramp(depth), Training(), "linear ramp")


class MeanOverInstances:
    """The mean over instances of scaled values, each in proportion to the mean size."""

    def __init__(self, programs: Sequence[ScaledProgram], sizes: Sequence[int]) -> None:
        typical = float(np.mean(sizes))
        self._programs = programs
        self._weights = [typical / size / len(sizes) for size in sizes]

    def __call__(self, params: Floats) -> float:
        """The mean."""
        pairs = zip(self._programs, self._weights, strict=True)
        return sum(weight * program(params) for program, weight in pairs)

    def value_and_gradient(self, params: Floats) -> tuple[float, Floats]:
        """The mean and its gradient."""
        total, gradient = 0.0, np.zeros(len(params))
        for program, weight in zip(self._programs, self._weights, strict=True):
            value, slope = program.value_and_gradient(params)
            total += weight * value
            gradient += weight * slope
        return total, gradient


def shared_angles(tasks: Sequence[Task], depth: int, precision: Any) -> Angles:
    """Angles of the least mean over instances, trained from a ramp within the first one's budget.

    Raises:
        InputError: if the budget does not allow one step.
    """
    watch = Stopwatch()
    programs = [_program(task.instance, depth, precision) for task in tasks]
    sizes = [task.instance.problem.num_variables for task in tasks]
    return _trained(
        MeanOverInstances(programs, sizes),
        linear_ramp(depth),
        tasks[0],
        len(tasks),
        f"trained on {len(tasks)} other instances, from a ramp",
        watch,
    )


_kept: WeakKeyDictionary[Problem, dict[tuple[Any, ...], Angles]] = WeakKeyDictionary()


def own_angles(task: Task, depth: int, precision: Any) -> Angles:
    """Angles trained on the instance itself, from those of tables; kept for a second use.

    Raises:
        InputError: if the budget does not allow one step.
    """
    kept = _kept.setdefault(task.instance.circuit_problem, {})
    key = (depth, precision, task.budget, task.training_shots, str(task.instance.mixer))
    if key not in kept:
        watch = Stopwatch()
        start = table_angles(task.instance, depth)
        program = _program(task.instance, depth, precision)
        source = f"trained on the instance, from a {start.source.removeprefix('linear ')}"
        kept[key] = _trained(program, start.scaled, task, 1, source, watch)
    return kept[key]


def circuit_runs(source: str, task: Task) -> Drawn:
    """Shots of QAOA, each followed by a local search if the task asks for it.

    Args:
        source: of the angles, "qaoa-fixed", "qaoa-shared" or "qaoa".
        task: with a depth, and angles if they are shared.
    """
    depth = task.depth or 1
    problem = task.instance.circuit_problem
    if source == "qaoa":
        angles = own_angles(task, depth, task.precision)
    elif source == "qaoa-shared":
        angles = Angles(np.array(task.angles), Training(), "trained on other instances")
    else:
        angles = table_angles(task.instance, depth)
    watch = Stopwatch()
    circuit = qaoa(problem, depth, space=task.instance.space, mixer=task.instance.mixer)
    energy = Expectation(circuit, problem.cost, task.precision)
    params = rescale_gammas(angles.scaled, gamma_scale(problem.cost))
    shots = Account(task.budget).left()
    if task.budget.runs is None:
        shots = min(shots, USUAL_RUNS)  # time is no limit for what a simulator stands for
    seed = None if task.seed is None else task.seed_for_library()
    n = problem.num_variables
    drawn = [bitstring(one, n) for one in energy.sample(params, shots, seed).tolist()]
    probability = energy.success_probability(params)
    simulated = watch()
    found = Drawn(bitstrings=drawn, evaluations=shots)
    if task.then_local:
        found = local_search(task, iter(drawn), before=1)
    return Drawn(
        bitstrings=found.bitstrings,
        evaluations=found.evaluations,
        seconds=found.seconds,
        simulation_seconds=simulated,
        training=angles.training,
        rounds=rounds_of(circuit),
        settings={
            "depth": depth,
            "angles": params.tolist(),
            "angles_from": angles.source,
            "trained_to_convergence": angles.converged,
            "space": str(circuit.space),
            "mixer": str(task.instance.mixer or "X"),
            "precision": task.precision,
            "optimum_probability": probability,
        },
    )


def _program(instance: Instance, depth: int, precision: Any) -> ScaledProgram:
    problem = instance.circuit_problem
    circuit = qaoa(problem, depth, space=instance.space, mixer=instance.mixer)
    return scaled(problem, circuit, TrainingOptions(precision=precision))


def _trained(
    function: Differentiable,
    start: Floats,
    task: Task,
    instances: int,
    source: str,
    watch: Stopwatch,
) -> Angles:
    """Minimise within the budget of a task."""
    step = (1 + 2 * len(start)) * task.training_shots * instances
    # The speed of a simulator is no limit: time alone allows what is usual.
    allowed = task.budget.evaluations or USUAL_EVALUATIONS
    if allowed < step:
        raise InputError(
            f"one step of training {len(start)} angles takes {step:,} shots, the budget is "
            f"{allowed:,} evaluations"
        )
    minimum = minimize(
        function,
        start,
        gradient_tolerance=_TOLERANCE,
        max_evaluations=allowed // step,
        callback=lambda count, _: task.progress.note(f"training, {count} means"),
    )
    shots = step * minimum.evaluations
    return Angles(
        minimum.parameters,
        Training(evaluations=shots, shots=shots, simulation_seconds=watch()),
        source,
        minimum.converged,
    )
