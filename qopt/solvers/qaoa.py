"""QAOA on the exact state: angles optimised layer by layer, then bit strings sampled."""

from __future__ import annotations

from typing import Unpack

from qminima.errors import InputError, check_name
from qminima.result import Result
from simulator.circuit import Circuit
from simulator.spaces import Space

from ..circuits.mixers import Mixer, grover_mixer
from ..circuits.qaoa import qaoa
from ..problems.problem import Problem
from .layerwise import GROWTHS, STARTS, LayerwiseTraining
from .options import TrainingKeywords, TrainingOptions
from .training import Training


def solve_qaoa(
    problem: Problem,
    depth: int,
    *,
    space: Space | None = None,
    mixer: Mixer | None = None,
    start: str = "best",
    growth: str = "interpolate",
    **training: Unpack[TrainingKeywords],
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
        start: "tree" (`tree_angles`), "fixed" (`fixed_angles`), "ramp" (`linear_ramp`), or "best",
            the lower of tree and ramp at each depth (see `starting_angles`). Depths that are not in
            the table start from the previous angles. Tables belong to the X mixer; with another
            one, "best" compares the ramp with a few small angles of the last layer.
        growth: how angles are stretched over one layer more, "interpolate" or "fourier"
            (`extend_fourier`).
        training: the fields of `TrainingOptions` as keywords, such as `objective` or `shots`.

    Returns:
        A result whose `value` is the cost of the best feasible bit string that was sampled (of the
        best one, marked as not `feasible`, where none is), scored again; `expectation` is the mean
        cost, also where CVaR was optimised: then `cvar` among its properties is that, and `history`
        follows it. `optimum_probability` there is the weight of the state on the least cost.

    Raises:
        InputError: for an unknown start or growth, a table's start with another mixer, costs out of
            range in single precision, and what `TrainingOptions` and `qaoa` raise.
        MemoryLimitError: if the state does not fit into memory.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    first = _checked_start(start, mixer)
    check_name("growth", growth, GROWTHS)
    run = Training(problem, TrainingOptions.of(training))
    full = qaoa(problem, depth, space=space, mixer=mixer)
    run.require_memory(full)

    def build(layers: int) -> Circuit:
        return qaoa(problem, layers, space=full.space, mixer=mixer)

    trained = LayerwiseTraining(problem, build, run, start=first, growth=growth).run(depth)
    settings = {
        "depth": trained.circuit.num_parameters // 2,
        "requested_depth": depth,
        "mixer": str(mixer or "X"),
        "start": start,
        "growth": growth,
    }
    name = "Grover-mixer QAOA" if mixer == grover_mixer() else "QAOA"
    return trained.result(problem, run, name, settings)


def _checked_start(start: str, mixer: Mixer | None) -> str | None:
    """Where angles start; None with mixers that none are known for."""
    check_name("start", start, STARTS)
    if mixer is None or not mixer.constrained:
        return start
    if start in ("tree", "fixed"):
        raise InputError(f"the {start} angles are for the X mixer, got {mixer}; take start='ramp'")
    return None
