"""Circuits that are trained from several starting points, each with a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

import numpy as np

from qminima.limits import check_count
from qminima.result import Result
from simulator.circuit import Circuit
from simulator.optimize.multi_start import Limits, minimize_from
from simulator.spaces import Space
from simulator.typing import Floats

from ..angles.schedules import linear_ramp
from ..circuits.mixers import Mixer
from ..circuits.qaoa import qaoa
from ..problems.problem import Problem
from .options import TrainingKeywords, TrainingOptions
from .training import GRADIENT, HEADROOM, SAMPLES, ScaledProgram, Trained, Training, improve, scaled

# Amplitudes from which on a single evaluation can take seconds.
_LARGE = 1 << 18


def solve_multi_start(
    problem: Problem,
    depth: int,
    *,
    starts: int = 10,
    space: Space | None = None,
    mixer: Mixer | None = None,
    **training: Unpack[TrainingKeywords],
) -> Result:
    """Train all angles of QAOA at once from random ones, several times; the best is the result.

    Gammas are uniform between -pi and pi in units of `gamma_scale`, betas between -pi/2 and pi/2.
    Start k is the same for a seed, however many there are.

    Args:
        problem: what is minimised.
        depth: number of layers, at least 1; fewer where the time limit is too short for a single
            evaluation of a large state.
        starts: how many.
        space: as in `qaoa`.
        mixer: as in `qaoa`, X unless given.
        training: as in `solve_qaoa`; `max_evaluations` and `time_limit` are for all starts.

    Returns:
        As `solve_qaoa`; `starts` among the properties lists every start with its `angles`, and the
        `value`, `evaluations` and `converged` of where it led.

    Raises:
        InputError: for fewer than one start; this and other errors as in `solve_qaoa`.

    >>> import networkx, qopt
    >>> found = solve_multi_start(qopt.maxcut(networkx.path_graph(4)), 1, starts=3, seed=0)
    >>> len(found.properties["starts"])
    3
    """
    check_count("starts", starts)
    run = Training(problem, TrainingOptions.of(training))
    circuit = qaoa(problem, depth, space=space, mixer=mixer)
    run.require_memory(circuit)
    reached = _affordable(problem, depth, circuit.space, mixer, run)
    if reached < depth:
        circuit = qaoa(problem, reached, space=circuit.space, mixer=mixer)
    program = scaled(problem, circuit, run.options)
    trained, records = best_of_starts(
        circuit, program, (_random(run.options.seed, k, reached) for k in range(starts)), run
    )
    settings = {
        "depth": reached, "requested_depth": depth, "mixer": str(mixer or "X"), "starts": starts
    }  # fmt: skip
    return trained.result(problem, run, "multi-start QAOA", settings, {"starts": records})


def _affordable(
    problem: Problem, depth: int, space: Space, mixer: Mixer | None, run: Training
) -> int:
    """The depth, or a smaller one where a single evaluation would exceed the time limit.

    Layers of large states take about as long as the first one, of which a value is computed.
    """
    if run.options.time_limit is None or space.size < _LARGE:
        return depth
    program = scaled(problem, qaoa(problem, 1, space=space, mixer=mixer), run.options)
    program(linear_ramp(1))
    layer = HEADROOM * GRADIENT * program.seconds
    return min(depth, max(1, int(run.deadline.left() / max(layer, 1e-6))))


def best_of_starts(
    circuit: Circuit, program: ScaledProgram, starts: Iterable[Floats], run: Training
) -> tuple[Trained, list[dict[str, Any]]]:
    """The best of several trainings, and a record of each.

    Ctrl-C ends the trainings that have found something; where nothing was found, it passes on.
    """
    found = minimize_from(
        program,
        starts,
        gradient_tolerance=run.options.tolerance,
        limits=Limits(
            run.left(0),
            run.deadline,
            HEADROOM,
            lambda: (GRADIENT + SAMPLES) * program.seconds,
        ),
        callback=run.reporter(program.factor),
    )
    run.reserve = SAMPLES * program.seconds
    history: list[tuple[int, float]] = []
    improve(history, found, program.factor, 0)
    trained = Trained(
        circuit,
        program.units * found.best.parameters,
        found.best.value / program.factor,
        found.evaluations,
        history,
        converged=found.best.converged and not found.limit,
        stop_reason=found.limit or found.best.stop_reason,
        interrupted=found.interrupted,
    )
    records = [
        {
            "angles": (program.units * start).tolist(),
            "value": end.value / program.factor,
            "evaluations": end.evaluations,
            "converged": end.converged,
        }
        for start, end in zip(found.starts, found.runs, strict=True)
    ]
    return trained, records


def _random(seed: int | None, number: int, depth: int) -> Floats:
    """Angles of one start, in scaled units."""
    random = np.random.default_rng(None if seed is None else [seed, number])
    return np.concatenate(
        [random.uniform(-np.pi, np.pi, depth), random.uniform(-np.pi / 2, np.pi / 2, depth)]
    )
