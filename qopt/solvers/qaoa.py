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
from .training import Options, Training


def solve_qaoa(
    problem: Problem,
    depth: int,
    *,
    space: Space | None = None,
    mixer: Mixer | None = None,
    start: str = "best",
    growth: str = "interpolate",
    **training: Unpack[Training],
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
        start: "tree" (`tree_angles`), "fixed" (`fixed_angles`), "ramp" (`linear_ramp`), or
            "best", the lower of tree and ramp at each depth. Tables are those of the graph's
            degree where it is regular, weighted or not, or of the nearest degree they have, and
            of degree 3 otherwise; gammas are rescaled to the weights. Depths that are not in
            the table start from the previous angles. Tables belong to the X mixer; with another
            one, "best" compares the ramp with a few small angles of the last layer.
        growth: how angles are stretched over one layer more, "interpolate" or "fourier"
            (`extend_fourier`).
        training: what all trainings share:

            - `objective`: what the angles are optimised for, "mean" or "cvar": the mean cost over
              the best fraction of the samples (`simulator.CVaR`).
            - `alpha`: that fraction, from 1e-6 to 1; 0.25 unless given. Once so much of the state
              is on the best cost that was found, nothing is left to be gained, however bad the
              rest is.
            - `shots`: bit strings drawn from the final state, 1024 unless given; the best feasible
              one is the solution.
            - `seed`: of the sampling, and of random starting points.
            - `precision`: of the state, "double" (unless given) or "single".
            - `gradient_tolerance`: largest derivative at convergence, in units in which the weights
              are as for unweighted 3-regular MaxCut (see `gamma_scale`). Unless given it is 1e-3,
              in single precision 4e-3, below which means differ by no more than their rounding.
            - `max_evaluations`: limit on values of the objective computed, over all depths.
            - `time_limit`: limit in seconds, with the samples; at least one value is computed.
            - `progress`: told the objective as it falls.

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
    check_name("start", start, STARTS)
    check_name("growth", growth, GROWTHS)
    if mixer is not None and mixer.constrained and start in ("tree", "fixed"):
        raise InputError(f"the {start} angles are for the X mixer, got {mixer}; take start='ramp'")
    options = Options(problem, training)
    full = qaoa(problem, depth, space=space, mixer=mixer)
    options.require_memory(full)
    known = mixer is None or not mixer.constrained

    def build(layers: int) -> Circuit:
        return qaoa(problem, layers, space=full.space, mixer=mixer)

    layerwise = LayerwiseTraining(
        problem, build, options, start=start if known else None, growth=growth
    )
    trained = layerwise.run(depth)
    return trained.result(
        problem,
        options,
        "Grover-mixer QAOA" if mixer == grover_mixer() else "QAOA",
        {
            "depth": trained.circuit.num_parameters // 2,
            "requested_depth": depth,
            "mixer": str(mixer or "X"),
            "start": start,
            "growth": growth,
        },
    )
