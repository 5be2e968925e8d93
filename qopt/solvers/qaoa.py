"""QAOA on the exact state: angles optimised layer by layer, then bit strings sampled."""

from __future__ import annotations

from math import inf
from time import perf_counter
from typing import cast

import numpy as np

from qminima.errors import InputError, unknown_name
from qminima.limits import Deadline, check_count
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import Interrupted
from simulator.cvar import CVaR
from simulator.diagonal import DiagonalValues
from simulator.kernels.kernel import compile_seconds
from simulator.memory import require_memory
from simulator.objectives import Mean, Objective
from simulator.polynomial import Polynomial
from simulator.program import Expectation, Precision, predict_memory
from simulator.spaces import Integers, Space, bitstring

from ..ansatz import qaoa
from ..mixers import Mixer
from ..problems.problem import Problem
from ..results import first_feasible, solution
from .layerwise import GROWTHS, STARTS, LayerwiseTraining

OBJECTIVES = ("mean", "cvar")

GRADIENT_TOLERANCE = {"double": 1e-3, "single": 4e-3}

# Between 0.1 and 0.25 in Barkoutsos et al., Quantum 4, 256 (2020).
DEFAULT_ALPHA = 0.25
LEAST_ALPHA = 1e-6  # less cannot be told from zero in single precision

# Sums of costs and their squares must be numbers of the precision.
LARGEST_COST = {"single": 1e30, "double": inf}


def solve_qaoa(
    problem: Problem,
    depth: int,
    *,
    space: Space | None = None,
    mixer: Mixer | None = None,
    objective: str = "mean",
    alpha: float | None = None,
    start: str = "best",
    growth: str = "interpolate",
    shots: int = 1024,
    seed: int | None = None,
    precision: Precision = "double",
    gradient_tolerance: float | None = None,
    max_evaluations: int | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Result:
    """Optimise the mean cost of QAOA, or its CVaR, and sample bit strings from the final state.

    Depth grows layer by layer: each depth starts from the previous angles, stretched over one
    layer more, or from a table or ramp where that is lower, and is optimised with L-BFGS on the
    adjoint gradient.

    Args:
        problem: what is minimised.
        depth: number of layers, at least 1.
        space: as in `qaoa`: the feasible configurations of a constrained problem.
        mixer: as in `qaoa`, X unless given.
        objective: what the angles are optimised for, "mean" or "cvar": the mean cost over the
            best fraction of the samples (`simulator.CVaR`).
        alpha: that fraction, from 1e-6 to 1; 0.25 unless given. Once so much of the state is on the
            best cost that was found, nothing is left to be gained, however bad the rest is.
        start: "tree" (`tree_angles`), "fixed" (`fixed_angles`), "ramp" (`linear_ramp`), or
            "best", the lower of tree and ramp at each depth. Tables are those of the graph's
            degree where it is regular, weighted or not, or of the nearest degree they have, and
            of degree 3 otherwise; gammas are rescaled to the weights. Depths that are not in
            the table start from the previous angles. Tables belong to the X mixer; with another
            one, "best" compares the ramp with a few small angles of the last layer.
        growth: how angles are stretched over one layer more, "interpolate" or "fourier"
            (`extend_fourier`).
        shots: bit strings drawn from the final state; the best one is the solution.
        seed: of the sampling.
        precision: of the state, "double" or "single".
        gradient_tolerance: largest derivative at convergence, in units in which the weights
            are as for unweighted 3-regular MaxCut (see `gamma_scale`). Unless given it is 1e-3,
            in single precision 4e-3, below which means differ by no more than their rounding.
        max_evaluations: limit on values of the objective computed, over all depths.
        time_limit: limit in seconds on the optimisation.
        progress: told the objective as it falls.

    Returns:
        A result whose `value` is the cost of the best feasible bit string that was sampled (of
        the best one, marked as not `feasible`, where none is), scored again, and
        whose `expectation` is the mean cost, also where CVaR was optimised: then `cvar` among
        its properties is that, and `history` follows it. `optimum_probability` there is the
        weight of the state on the least cost, which only a simulator can know. Its time
        leaves out the loading of kernels, as that of the classical methods leaves out the
        loading of libraries.

    Raises:
        InputError: for an unknown start, growth, objective or precision, a depth or number of
            shots below 1, an alpha out of range or without "cvar", costs whose size is not between
            1e-30 and 1e30 in single precision, a table's start with another mixer, and what `qaoa`
            raises.
        MemoryLimitError: if the state does not fit into memory.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started, compiled = perf_counter(), compile_seconds()
    if start not in STARTS:
        raise unknown_name("start", start, STARTS)
    alpha = check_objective(objective, alpha)
    check_precision(precision)
    if gradient_tolerance is None:
        gradient_tolerance = GRADIENT_TOLERANCE[precision]
    if growth not in GROWTHS:
        raise unknown_name("growth", growth, GROWTHS)
    check_count("shots", shots)
    if max_evaluations is not None:
        check_count("max_evaluations", max_evaluations)
    if mixer is not None and mixer.constrained and start in ("tree", "fixed"):
        raise InputError(f"the {start} angles are for the X mixer, got {mixer}; take start='ramp'")
    full = qaoa(problem, depth, space=space, mixer=mixer)
    check_scale(problem, precision)
    require_memory(
        predict_memory(full, precision),
        f"QAOA on {problem.num_variables} variables",
        "use the classical methods",
    )
    values = problem.cost.values(full.space)  # kept alive, so that all depths share them
    training = LayerwiseTraining(
        problem,
        space=full.space,
        mixer=mixer,
        objective=_objective(problem.cost, alpha),
        label="mean cost" if alpha is None else "CVaR of the cost",
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
    trained = Expectation(circuit, problem.cost, precision)
    properties = {"optimum_probability": trained.success_probability(angles)}
    if alpha is not None:
        properties["cvar"] = training.best_value
    converged = training.converged(depth)
    result = solution(
        problem,
        "QAOA",
        _best_sample(problem, circuit.space, trained.sample(angles, shots, seed), values),
        started + compile_seconds() - compiled,
        kind="quantum",
        properties=properties,
        evaluations=training.evaluations,
        converged=converged,
        expectation=training.best_value if alpha is None else trained(angles),
        parameters=[float(angle) for angle in angles],
        history=training.history,
        history_of=None if alpha is None else "cvar",
        stop_reason=training.stop_reason,
        settings={
            "depth": circuit.num_parameters // 2,
            "requested_depth": depth,
            "space": str(circuit.space),
            "mixer": str(mixer or "X"),
            "objective": objective,
            "alpha": alpha,
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


def check_precision(precision: str) -> Precision:
    """The precision; raises `InputError` if it is neither "double" nor "single"."""
    if precision in ("single", "double"):
        return cast(Precision, precision)
    raise unknown_name("precision", precision, ("double", "single"))


def check_scale(problem: Problem, precision: Precision) -> None:
    """Raise `InputError` for costs that numbers of the precision cannot hold."""
    most = LARGEST_COST[precision]
    size = sum(abs(weight) for _, weight in problem.cost.terms)
    if size > most or 0 < size < 1 / most:
        raise InputError(
            f"costs of a size of {size:g} do not fit single precision; take double precision, or "
            "another unit of the weights"
        )


def check_objective(objective: str, alpha: float | None) -> float | None:
    """The fraction of CVaR, None for the mean; raises `InputError` as `solve_qaoa` does."""
    if objective not in OBJECTIVES:
        raise unknown_name("objective", objective, OBJECTIVES)
    if objective == "mean":
        if alpha is not None:
            raise InputError(f"alpha = {alpha} belongs to the objective 'cvar', got 'mean'")
        return None
    if alpha is None:
        return DEFAULT_ALPHA
    if not LEAST_ALPHA <= alpha <= 1:
        raise InputError(f"expected a fraction alpha from {LEAST_ALPHA:g} to 1, got {alpha}")
    return float(alpha)


def _objective(cost: Polynomial, alpha: float | None) -> Objective:
    return Mean(cost) if alpha is None else CVaR(cost, alpha)


def _best_sample(problem: Problem, space: Space, drawn: Integers, values: DiagonalValues) -> str:
    """The feasible bit string of least cost that was drawn; where none is, that of least cost."""
    positions = space.indices(drawn)
    codes = positions if values.codes is None else values.codes[positions]
    ordered = drawn[np.argsort(values.levels[codes], kind="stable")]
    # Each configuration once, the best first.
    candidates = dict.fromkeys(ordered.tolist())
    return first_feasible(problem, (bitstring(one, space.num_qubits) for one in candidates))
