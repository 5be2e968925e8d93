"""QAOA on the exact state: angles optimised layer by layer, then bit strings sampled."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from qminima.errors import unknown_name
from qminima.limits import Deadline, check_count
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import Interrupted
from simulator.kernels.kernel import compile_seconds
from simulator.memory import require_memory
from simulator.program import Expectation, Precision, predict_memory
from simulator.sampling import sample
from simulator.spaces import Space, bitstring

from ..ansatz import qaoa
from ..problems.problem import Problem
from ..results import solution
from .layerwise import GROWTHS, STARTS, LayerwiseTraining

Floats = NDArray[np.float64]


def solve_qaoa(
    problem: Problem,
    depth: int,
    *,
    start: str = "best",
    growth: str = "interpolate",
    shots: int = 1024,
    seed: int | None = None,
    precision: Precision = "double",
    gradient_tolerance: float = 1e-3,
    max_evaluations: int | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Result:
    """Optimise the mean cost of QAOA and sample bit strings from the final state.

    Depth grows layer by layer: each depth starts from the previous angles, stretched over one
    layer more, or from a table or ramp where that is lower, and is optimised with L-BFGS on the
    adjoint gradient.

    Args:
        problem: what is minimised.
        depth: number of layers, at least 1.
        start: "tree" (`tree_angles`), "fixed" (`fixed_angles`), "ramp" (`linear_ramp`), or
            "best", the lower of tree and ramp at each depth. Tables are those of the graph's
            degree where it is regular, weighted or not, or of the nearest degree they have, and
            of degree 3 otherwise; gammas are rescaled to the weights. Depths that are not in
            the table start from the previous angles.
        growth: how angles are stretched over one layer more, "interpolate" or "fourier"
            (`extend_fourier`).
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
        InputError: for an unknown start or growth, a depth or number of shots below 1.
        MemoryLimitError: if the state does not fit into memory.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started, compiled = perf_counter(), compile_seconds()
    if start not in STARTS:
        raise unknown_name("start", start, STARTS)
    if growth not in GROWTHS:
        raise unknown_name("growth", growth, GROWTHS)
    check_count("shots", shots)
    if max_evaluations is not None:
        check_count("max_evaluations", max_evaluations)
    full = qaoa(problem, depth)
    require_memory(
        predict_memory(full, precision),
        f"QAOA on {problem.num_variables} variables",
        "use the classical methods",
    )
    values = problem.cost.values(full.space)  # kept alive, so that all depths share them
    training = LayerwiseTraining(
        problem,
        start=start,
        growth=growth,
        precision=precision,
        gradient_tolerance=gradient_tolerance,
        max_evaluations=max_evaluations,
        deadline=Deadline(time_limit),
        progress=progress or Progress(),
    )
    training.run(depth)
    circuit, angles = training.best_circuit, training.best_angles
    state = Expectation(circuit, problem.cost, precision).state(angles)
    costs = values.to_array()
    on_least = state[costs <= costs.min() + 1e-9 * np.ptp(costs)]
    converged = training.converged(depth)
    result = solution(
        problem,
        "QAOA",
        _best_sample(circuit.space, state, costs, shots, seed),
        started + compile_seconds() - compiled,
        kind="quantum",
        properties={"optimum_probability": float(np.vdot(on_least, on_least).real)},
        evaluations=training.evaluations,
        converged=converged,
        expectation=training.best_mean,
        parameters=[float(angle) for angle in angles],
        history=training.history,
        stop_reason=training.stop_reason,
        settings={
            "depth": circuit.num_parameters // 2,
            "requested_depth": depth,
            "space": str(circuit.space),
            "start": start,
            "growth": growth,
            "shots": shots,
            "precision": precision,
            "optimizer": "L-BFGS-B",
            "gradient_tolerance": gradient_tolerance,
            "max_evaluations": max_evaluations,
            "time_limit": time_limit,
        },
        warnings=() if converged else (f"not converged ({training.stop_reason})",),
        seed=seed,
    )
    if training.interrupted:
        raise Interrupted(result)
    return result


def _best_sample(
    space: Space, state: NDArray[np.inexact], costs: Floats, shots: int, seed: int | None
) -> str:
    """The bit string of least cost among samples of the state."""
    drawn = sample(space, state, shots, seed=seed)
    best = int(np.argmin(costs[space.indices(drawn)]))
    return bitstring(int(drawn[best]), space.num_qubits)
