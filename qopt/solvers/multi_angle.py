"""QAOA with an angle for each term and qubit, trained from trained QAOA."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import Unpack

import numpy as np

from qminima.limits import check_count
from qminima.result import Result
from simulator.circuit import Circuit
from simulator.spaces import Space

from ..circuits.multi_angle import multi_angle_qaoa, spread_angles
from ..circuits.qaoa import qaoa
from ..problems.problem import Problem
from .layerwise import LayerwiseTraining
from .multi_start import best_of_starts
from .options import TrainingKeywords, TrainingOptions
from .training import GRADIENT, Trained, Training, scaled

_DISTURBANCE = 0.3

# Evaluations with an angle for each term and qubit take about so much longer than those of QAOA.
_SLOWER = 3.0


def solve_multi_angle(
    problem: Problem,
    depth: int,
    *,
    starts: int = 3,
    space: Space | None = None,
    **training: Unpack[TrainingKeywords],
) -> Result:
    """Train QAOA, give each term and qubit its own angle, train on, and sample.

    Herrman et al., Sci. Rep. 12, 6781 (2022), arXiv:2109.11455. It never ends above QAOA of the
    same depth, from whose angles it starts. Where nodes of a graph are alike, so are the
    derivatives there, and angles would stay shared: further starts are disturbed.

    Args:
        problem: what is minimised.
        depth: number of layers, at least 1.
        starts: trainings from these angles: one as they are, the others disturbed by normal
            deviates of 0.3, in units of `gamma_scale` for gammas.
        space: as in `multi_angle_qaoa`.
        training: as in `solve_qaoa`.

    Returns:
        As `solve_qaoa`, with the parameters of `multi_angle_qaoa` and the evaluations of all
        trainings; `plain` among the properties is the objective's value with shared angles.

    Raises:
        InputError: as `multi_angle_qaoa`; this and other errors as in `solve_qaoa`.

    >>> import networkx, qopt
    >>> star = qopt.maxcut(networkx.star_graph(4))
    >>> found = solve_multi_angle(star, 1, seed=0)
    >>> round(found.expectation, 3) < round(found.properties["plain"], 3)
    True
    """
    check_count("starts", starts)
    run = Training(problem, TrainingOptions.of(training))
    circuit = multi_angle_qaoa(problem, depth, space=space)
    run.require_memory(circuit)

    def build(layers: int) -> Circuit:
        return qaoa(problem, layers, space=circuit.space)

    layerwise = LayerwiseTraining(problem, build, run, start="best")
    plain = layerwise.run(depth)
    reached = plain.circuit.num_parameters // 2
    # An evaluation takes some times longer with angles for all.
    needed = GRADIENT * _SLOWER * layerwise.seconds
    full = multi_angle_qaoa(problem, reached, space=circuit.space)
    if plain.interrupted or run.limit(plain.evaluations, needed):
        angles = spread_angles(plain.parameters, problem)
        trained = replace(plain, circuit=full, parameters=angles)
    else:
        trained = _train_all(problem, full, plain, starts, run.after(plain.evaluations))
    settings = {"depth": reached, "requested_depth": depth, "starts": starts}
    return trained.result(problem, run, "multi-angle QAOA", settings, {"plain": plain.value})


def _train_all(
    problem: Problem, circuit: Circuit, plain: Trained, starts: int, run: Training
) -> Trained:
    """Train all angles from shared ones, as they are and disturbed."""
    terms = sum(1 for qubits, _ in problem.cost.terms if qubits)
    layers = plain.circuit.num_parameters // 2
    gammas = np.tile(np.arange(terms + problem.num_variables) < terms, layers)
    own = scaled(problem, circuit, run.options, gammas)
    shared = spread_angles(plain.parameters, problem) / own.units
    random = np.random.default_rng(run.options.seed)
    disturbed = (shared + _DISTURBANCE * random.normal(size=shared.size) for _ in range(1, starts))
    trained, _ = best_of_starts(circuit, own, chain([shared], disturbed), run)
    return trained.after(plain)
