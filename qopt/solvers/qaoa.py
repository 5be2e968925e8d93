"""QAOA on the exact state: angles optimised layer by layer, then bit strings sampled."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.limits import Deadline, check_count
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import Interrupted
from simulator.circuit import Circuit
from simulator.kernels.kernel import compile_seconds
from simulator.memory import require_memory
from simulator.optimize import Interrupted as MinimizationInterrupted
from simulator.optimize import Minimum, minimize
from simulator.program import Expectation, Precision, predict_memory
from simulator.sampling import sample
from simulator.spaces import Space, bitstring

from ..angles import (
    MAX_TREE_DEPTH,
    gamma_scale,
    interpolate,
    linear_ramp,
    rescale_gammas,
    tree_angles,
)
from ..ansatz import qaoa
from ..problems.problem import Problem
from ..results import solution

Floats = NDArray[np.float64]

STARTS = ("best", "tree", "ramp")


def solve_qaoa(
    problem: Problem,
    depth: int,
    *,
    start: str = "best",
    shots: int = 1024,
    seed: int | None = None,
    precision: Precision = "double",
    gradient_tolerance: float = 1e-4,
    max_evaluations: int | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Result:
    """Optimise the mean cost of QAOA and sample bit strings from the final state.

    Depth grows layer by layer: each depth starts from the previous angles, interpolated, or
    from a table or ramp where that is lower, and is optimised with L-BFGS on the adjoint
    gradient.

    Args:
        problem: what is minimised.
        depth: number of layers, at least 1.
        start: "tree" (table for 3-regular graphs, rescaled to the weights), "ramp", or "best",
            the lower of both at each depth.
        shots: bit strings drawn from the final state; the best one is the solution.
        seed: of the sampling.
        precision: of the state, "double" or "single".
        gradient_tolerance: largest derivative at convergence, in units in which the weights
            are as for unweighted 3-regular MaxCut (see `gamma_scale`).
        max_evaluations: limit on mean costs computed, over all depths.
        time_limit: limit in seconds on the optimisation.
        progress: told the mean cost as it falls.

    Returns:
        A result whose `value` is the cost of the best sampled bit string, scored again, and
        whose `expectation` is the mean cost. `optimum_probability` among its properties is
        the weight of the state on the least cost, which only a simulator can know. Its time
        leaves out the loading of kernels, as that of the classical methods leaves out the
        loading of libraries.

    Raises:
        InputError: for an unknown start, a depth or number of shots below 1.
        MemoryLimitError: if the state does not fit into memory.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started, compiled = perf_counter(), compile_seconds()
    if start not in STARTS:
        raise InputError(f"unknown start {start!r}; known are {', '.join(STARTS)}")
    check_count("shots", shots)
    if max_evaluations is not None:
        check_count("max_evaluations", max_evaluations)
    progress = progress or Progress()
    full = qaoa(problem, depth)
    require_memory(
        predict_memory(full, precision),
        f"QAOA on {problem.num_variables} variables",
        "use the classical methods",
    )
    values = problem.cost.values(full.space)  # kept alive, so that all depths share them
    factor = gamma_scale(problem.cost)
    deadline = Deadline(time_limit)
    stages: list[_Stage] = []
    interrupted = False
    try:
        for layers in range(1, depth + 1):
            left = None if max_evaluations is None else max_evaluations - _count(stages)
            if stages and (deadline() or left == 0):
                break
            circuit = full if layers == depth else qaoa(problem, layers)
            mean = _Scaled(Expectation(circuit, problem.cost, precision), factor)
            previous = stages[-1].minimum.parameters if stages else None
            first, tried = _starting_point(mean, layers, start, previous, left)
            minimum = minimize(
                mean,
                first,
                gradient_tolerance=gradient_tolerance,
                max_evaluations=None if left is None else left - tried,
                time_limit=None if time_limit is None else max(deadline.left(), 1e-3),
                callback=lambda count, value: progress.note(
                    f"mean cost {value / factor:.4f}, {count} means"
                ),
            )
            stages.append(_Stage(circuit, minimum, tried))
    except KeyboardInterrupt as interrupt:
        interrupted = True
        if isinstance(interrupt, MinimizationInterrupted) and interrupt.minimum.evaluations:
            stages.append(_Stage(circuit, interrupt.minimum, tried))
        if not stages:
            raise KeyboardInterrupt from None
    del mean  # its vectors make room for the final state
    best = min(stages, key=lambda stage: stage.minimum.value)
    angles = rescale_gammas(best.minimum.parameters, factor)
    state = Expectation(best.circuit, problem.cost, precision).state(angles)
    costs = values.to_array()
    on_least = state[costs <= costs.min() + 1e-9 * np.ptp(costs)]
    result = solution(
        problem,
        "QAOA",
        _best_sample(best.circuit.space, state, costs, shots, seed),
        started + compile_seconds() - compiled,
        kind="quantum",
        properties={"optimum_probability": float(np.vdot(on_least, on_least).real)},
        evaluations=_count(stages),
        converged=len(stages) == depth and stages[-1].minimum.converged and not interrupted,
        expectation=best.minimum.value / factor,
        parameters=[float(angle) for angle in angles],
        history=[(count, value / factor) for count, value in _history(stages)],
        stop_reason=stages[-1].minimum.stop_reason,
        settings={
            "depth": best.circuit.num_parameters // 2,
            "requested_depth": depth,
            "space": str(best.circuit.space),
            "start": start,
            "shots": shots,
            "precision": precision,
            "optimizer": "L-BFGS-B",
            "gradient_tolerance": gradient_tolerance,
            "max_evaluations": max_evaluations,
            "time_limit": time_limit,
        },
        warnings=()
        if len(stages) == depth and stages[-1].minimum.converged
        else (f"not converged ({stages[-1].minimum.stop_reason}, at depth {len(stages)})",),
        seed=seed,
    )
    if interrupted:
        raise Interrupted(result)
    return result


@dataclass(frozen=True)
class _Stage:
    """One depth, optimised; `tried` counts the starting points that were evaluated."""

    circuit: Circuit
    minimum: Minimum
    tried: int

    @property
    def evaluations(self) -> int:
        return self.tried + self.minimum.evaluations


@dataclass(frozen=True)
class _Scaled:
    """The mean cost times `factor`, as a function of gammas in units of `factor`.

    Optimisers then meet values, gammas and gradients of the size they have for unweighted
    3-regular MaxCut, whatever the unit of the weights.
    """

    energy: Expectation
    factor: float

    def __call__(self, params: Floats) -> float:
        return self.factor * self.energy(rescale_gammas(params, self.factor))

    def value_and_gradient(self, params: Floats) -> tuple[float, Floats]:
        value, gradient = self.energy.value_and_gradient(rescale_gammas(params, self.factor))
        return self.factor * value, self.factor * rescale_gammas(gradient, self.factor)


def _count(stages: list[_Stage]) -> int:
    return sum(stage.evaluations for stage in stages)


def _starting_point(
    mean: _Scaled, depth: int, start: str, previous: Floats | None, left: int | None
) -> tuple[Floats, int]:
    """The candidate of least mean cost, and how many were evaluated to find it.

    Where `left` evaluations do not allow a comparison, the first candidate is taken unseen.
    """
    candidates = [] if previous is None else [interpolate(previous)]
    if start in ("tree", "best") and depth <= MAX_TREE_DEPTH:
        candidates.append(tree_angles(depth))
    if start in ("ramp", "best") or not candidates:
        candidates.append(linear_ramp(depth))
    if len(candidates) == 1 or (left is not None and left <= len(candidates)):
        return candidates[0], 0
    return min(candidates, key=mean), len(candidates)


def _best_sample(
    space: Space, state: NDArray[np.inexact], costs: Floats, shots: int, seed: int | None
) -> str:
    """The bit string of least cost among samples of the state."""
    drawn = sample(space, state, shots, seed=seed)
    best = int(np.argmin(costs[space.indices(drawn)]))
    return bitstring(int(drawn[best]), space.num_qubits)


def _history(stages: list[_Stage]) -> list[tuple[int, float]]:
    """Every improvement of the mean cost, evaluations counted over all depths."""
    history: list[tuple[int, float]] = []
    before = 0
    for stage in stages:
        for count, value in stage.minimum.history:
            if not history or value < history[-1][1]:
                history.append((before + stage.tried + count, value))
        before += stage.evaluations
    return history
