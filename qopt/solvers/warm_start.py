"""QAOA that is trained from a solution found by other means."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from qminima.result import Result
from simulator.circuit import Circuit

from ..circuits.warm_start import warm_start_qaoa
from ..classical.semidefinite import hyperplane_roundings
from ..problems.problem import Problem
from .layerwise import LayerwiseTraining
from .options import TrainingKeywords, TrainingOptions
from .training import Training


def solve_warm_start(
    problem: Problem,
    depth: int,
    probabilities: ArrayLike | str | None = None,
    *,
    epsilon: float = 0.25,
    **training: Unpack[TrainingKeywords],
) -> Result:
    """Train `warm_start_qaoa` layer by layer, and sample bit strings from the final state.

    Egger, Mareček and Woerner, Quantum 5, 479 (2021), arXiv:2009.10095.

    Args:
        problem: what is minimised.
        depth: number of layers, at least 1.
        probabilities: as in `warm_start_qaoa`. Unless given, the bit string of one random
            hyperplane through the semidefinite relaxation, as in the paper.
        epsilon: as there.
        training: as in `solve_qaoa`.

    Returns:
        As `solve_qaoa`; `start` among the settings is the bit string it began with, and
        `start_cost` among the properties its cost: what the circuit adds is measured from there.

    Raises:
        InputError: as `warm_start_qaoa`, and as `goemans_williamson` where no start is given; this
            and other errors as in `solve_qaoa`.

    >>> import networkx, qopt
    >>> problem = qopt.maxcut(networkx.petersen_graph())
    >>> solve_warm_start(problem, 1, "0101010101", seed=0).method
    'warm-start QAOA'
    """
    run = Training(problem, TrainingOptions.of(training))
    properties: dict[str, float] = {}
    if probabilities is None:
        random = np.random.default_rng(run.options.seed)
        relaxed = hyperplane_roundings(problem, random, run.deadline)
        if run.deadline.interrupted:
            raise KeyboardInterrupt
        (probabilities,) = relaxed.bitstrings(1)
        # The relaxation is part of the method's time, also where it was solved before.
        run = Training(problem, run.options, spent=relaxed.seconds)
    if isinstance(probabilities, str):
        warm_start_qaoa(problem, depth, probabilities, epsilon=epsilon)  # checks it
        properties["start_cost"] = problem.value(probabilities)
    chosen = probabilities

    def build(layers: int) -> Circuit:
        return warm_start_qaoa(problem, layers, chosen, epsilon=epsilon)

    run.require_memory(build(depth))
    trained = LayerwiseTraining(problem, build, run, start=None).run(depth)
    settings = {
        "depth": trained.circuit.num_parameters // 2,
        "requested_depth": depth,
        "epsilon": epsilon,
        "start": chosen if isinstance(chosen, str) else "probabilities",
    }
    return trained.result(problem, run, "warm-start QAOA", settings, properties)
