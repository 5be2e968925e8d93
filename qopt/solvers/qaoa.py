"""QAOA on the exact state: angles optimised layer by layer, then bit strings sampled."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic, perf_counter

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import Interrupted
from simulator.circuit import Circuit
from simulator.kernels.kernel import compile_seconds
from simulator.optimize import Interrupted as MinimizationInterrupted
from simulator.optimize import Minimum, minimize
from simulator.program import Expectation, Precision
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
        gradient_tolerance: largest derivative at convergence.
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
    if shots < 1:
        raise InputError(f"expected at least one shot, got {shots}")
    progress = progress or Progress()
    full = qaoa(problem, depth)
    values = problem.cost.values(full.space)  # kept alive, so that all depths share them
    deadline = monotonic() + (np.inf if time_limit is None else time_limit)
    stages: list[_Stage] = []
    interrupted = False
    try:
        for layers in range(1, depth + 1):
            used = sum(stage.evaluations for stage in stages)
            left = None if max_evaluations is None else max_evaluations - used
            if stages and (monotonic() >= deadline or (left is not None and left < 1)):
                break
            circuit = full if layers == depth else qaoa(problem, layers)
            energy = Expectation(circuit, problem.cost, precision)
            previous = stages[-1].minimum.parameters if stages else None
            first, tried = _starting_point(energy, problem, layers, start, previous)
            minimum = minimize(
                energy,
                first,
                gradient_tolerance=gradient_tolerance,
                max_evaluations=left,
                time_limit=None if time_limit is None else max(deadline - monotonic(), 1e-3),
                callback=lambda count, mean: progress.note(f"mean cost {mean:.4f}, {count} means"),
            )
            stages.append(_Stage(circuit, minimum, tried))
    except MinimizationInterrupted as interrupt:
        interrupted = True
        if interrupt.minimum.evaluations:
            stages.append(_Stage(circuit, interrupt.minimum, tried))
        if not stages:
            raise KeyboardInterrupt from None
    best = min(stages, key=lambda stage: stage.minimum.value)
    state = Expectation(best.circuit, problem.cost, precision).state(best.minimum.parameters)
    costs = values.to_array()
    on_least = state[costs <= costs.min() + 1e-9]
    result = solution(
        problem,
        "QAOA",
        _best_sample(best.circuit.space, state, costs, shots, seed),
        started + compile_seconds() - compiled,
        kind="quantum",
        properties={"optimum_probability": float(np.vdot(on_least, on_least).real)},
        evaluations=sum(stage.evaluations for stage in stages),
        converged=len(stages) == depth and stages[-1].minimum.converged and not interrupted,
        expectation=best.minimum.value,
        parameters=[float(angle) for angle in best.minimum.parameters],
        history=_history(stages),
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


def _starting_point(
    energy: Expectation, problem: Problem, depth: int, start: str, previous: Floats | None
) -> tuple[Floats, int]:
    """The candidate of least mean cost, and how many were evaluated to find it."""
    factor = gamma_scale(problem.cost)
    candidates = [] if previous is None else [interpolate(previous)]
    if start in ("tree", "best") and depth <= MAX_TREE_DEPTH:
        candidates.append(rescale_gammas(tree_angles(depth), factor))
    if start in ("ramp", "best") or not candidates:
        candidates.append(rescale_gammas(linear_ramp(depth), factor))
    if len(candidates) == 1:
        return candidates[0], 0
    return min(candidates, key=energy), len(candidates)


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
