"""ADAPT-QAOA: each layer takes the mixer that lowers the cost fastest."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.result import Result
from simulator.circuit import Circuit, Step, UniformState
from simulator.operators.generators import Diagonal
from simulator.optimize.minimize import Minimum, minimize
from simulator.pools.pauli_gradient import PauliGradient
from simulator.program import Expectation
from simulator.spaces import FlipSymmetric, Qubits, Space
from simulator.timing import Stopwatch
from simulator.typing import Floats

from ..angles.schedules import gamma_scale, rescale_gammas
from ..circuits.adapt_pools import adapt_pool, sign, strings
from ..circuits.mixers import Mixer
from ..circuits.qaoa import check_depth, check_space, smallest_space
from ..problems.problem import Problem
from .options import TrainingKeywords, TrainingOptions
from .training import HEADROOM, SAMPLES, Trained, Training, improve, scaled

# The paper's, in units of `gamma_scale`: small, but a derivative at zero would vanish.
FIRST_GAMMA = 0.01

# Below this derivative, in units of `gamma_scale`, another layer would change nothing: the state is
# a bit string, or next to one.
_LEAST = 1e-5

# Derivatives that differ by less are the same up to rounding; the first mixer is then taken.
_TIE = 1e-7


def solve_adapt(
    problem: Problem,
    depth: int,
    *,
    pool: str = "pairs",
    space: Space | None = None,
    first_gamma: float = FIRST_GAMMA,
    **training: Unpack[TrainingKeywords],
) -> Result:
    """Grow QAOA layer by layer, each with the mixer whose derivative is largest, and sample.

        |psi> = prod_l exp(-i beta_l B_l) exp(-i gamma_l C) |uniform>

    For the next layer, the derivative of the mean by its beta at beta = 0 behind a phase of
    `first_gamma` is computed for every mixer B of the pool; then all angles are trained anew.
    Zhu et al., Phys. Rev. Res. 4, 033029 (2022), arXiv:2005.10258.

    Args:
        problem: what is minimised.
        depth: number of layers at most; it stops sooner where no derivative is left.
        pool: "standard", "single" or "pairs" (see `adapt_pool`).
        space: `FlipSymmetric` where the cost allows it, else `Qubits`, unless given.
        first_gamma: gamma_0 of new layers, in units of `gamma_scale`.
        training: as in `solve_qaoa`.

    Returns:
        As `solve_qaoa`; `mixers` among the properties names that of each layer, and `derivatives`
        says how large its derivative was, in units of the cost. `pool_gradients` counts how often
        the derivatives of all mixers were taken, which `evaluations` do not count.

    Raises:
        InputError: for an unknown pool, another space; this and other errors as in `solve_qaoa`.

    >>> import networkx, qopt
    >>> found = solve_adapt(qopt.maxcut(networkx.star_graph(3)), 2, seed=0)
    >>> len(found.properties["mixers"])
    2
    """
    check_depth(depth)
    if not 0 < first_gamma < np.inf:
        raise InputError(f"expected a first_gamma above zero, got {first_gamma}")
    run = Training(problem, TrainingOptions.of(training))
    space = smallest_space(problem) if space is None else space
    check_space(problem, space)
    if not isinstance(space, Qubits | FlipSymmetric):
        raise InputError(f"strings of Paulis leave {space}; expected Qubits")
    growth = _Growth(problem, adapt_pool(pool, space), space, run, first_gamma)
    run.require_memory(growth.circuit([growth.pool[0]] * min(depth, 2)), growth.memory)
    trained = growth.run(depth)
    settings = {
        "depth": trained.circuit.num_parameters // 2,
        "requested_depth": depth,
        "pool": pool,
        "pool_size": len(growth.pool),
        "first_gamma": first_gamma,
    }
    return trained.result(problem, run, "ADAPT-QAOA", settings, growth.properties)


class _Growth:
    """The circuit as it grows."""

    def __init__(
        self,
        problem: Problem,
        pool: list[Mixer],
        space: Qubits | FlipSymmetric,
        run: Training,
        first_gamma: float,
    ) -> None:
        self._problem = problem
        self._space = space
        self._run = run
        self._first = first_gamma
        self._factor = gamma_scale(problem.cost)
        self.pool = pool
        self._strings = [strings(mixer, space) for mixer in pool]
        flat = [string for group in self._strings for string in group]
        self._gradient = PauliGradient(flat, space)
        self.mixers: list[Mixer] = []
        self.derivatives: list[float] = []
        self.pool_gradients = 0
        self._seconds = 0.0  # that the last of these took
        # The state, H times it, their product and its transforms, as complex numbers.
        self.memory = 6 * 16 * space.size

    def circuit(self, mixers: list[Mixer]) -> Circuit:
        """The layers of these mixers."""
        phase, depth = Diagonal(self._problem.cost), len(mixers)
        steps: list[Step] = []
        for layer, mixer in enumerate(mixers):
            steps += [Step(phase, ((layer, 1.0),)), *mixer.steps(depth + layer)]
        return Circuit(self._space, UniformState(), tuple(steps), name="ADAPT-QAOA")

    @property
    def properties(self) -> dict[str, Any]:
        """The layers, as results have them."""
        return {
            "mixers": [str(mixer) for mixer in self.mixers],
            "derivatives": self.derivatives,
            "pool_gradients": self.pool_gradients,
        }

    def run(self, depth: int) -> Trained:
        """Grow to a depth, or until a limit, Ctrl-C or derivatives that vanish."""
        angles = np.zeros(0)
        minimum: Minimum | None = None
        history: list[tuple[int, float]] = []
        used, reason, interrupted = 0, "", False
        for _ in range(depth):
            if minimum is not None and (reason := self._run.limit(used, self._seconds)):
                break
            try:
                mixer, derivative = self._steepest(angles)
                if minimum is not None and (reason := self._run.limit(used)):
                    break
                if minimum is not None and derivative * self._factor < _LEAST:
                    reason = "no derivative is left"
                    break
                chosen = [*self.mixers, mixer]
                gammas, betas = np.split(angles, 2)
                start = np.concatenate([gammas, [self._first], betas, [0.0]])
                best = self._train(chosen, start, used)
            except KeyboardInterrupt as interrupt:
                reached = getattr(interrupt, "minimum", None)
                found = reached is not None and reached.evaluations > 0
                if minimum is None and not found:
                    raise
                reason, interrupted = "interrupted", True
                if reached is None or not found:
                    break
                best = reached
            self.mixers, minimum, angles = chosen, best, best.parameters
            self.derivatives.append(derivative)
            improve(history, best, self._factor, used)
            used += best.evaluations
            if interrupted:
                break
        assert minimum is not None  # noqa: S101 - the first layer always is trained
        return Trained(
            self.circuit(self.mixers),
            rescale_gammas(angles, self._factor),
            minimum.value / self._factor,
            used,
            history,
            converged=minimum.converged and reason in ("", "no derivative is left"),
            stop_reason=f"{reason or minimum.stop_reason}, at depth {len(self.mixers)}",
            interrupted=interrupted,
        )

    def _train(self, mixers: list[Mixer], start: Floats, used: int) -> Minimum:
        run = self._run
        program = scaled(self._problem, self.circuit(mixers), run.options)
        minimum = minimize(
            program,
            start,
            gradient_tolerance=run.options.tolerance,
            max_evaluations=run.left(used),
            time_limit=run.seconds(),
            headroom=HEADROOM,
            callback=run.reporter(self._factor, used),
        )
        run.reserve = SAMPLES * program.seconds
        return minimum

    def _steepest(self, angles: Floats) -> tuple[Mixer, float]:
        """The mixer of the next layer, and the size of its derivative in units of the cost.

        Of those that the time allows; none of the first layer is looked at in more than half of it.
        """
        clock, deadline = Stopwatch(), self._run.deadline
        if not self.mixers:
            deadline = deadline.within(deadline.left() / 2)
        space, cost = self._space, self._problem.cost
        values = cost.values(space).to_array()
        state: NDArray[Any]
        if self.mixers:
            energy = Expectation(self.circuit(self.mixers), cost, self._run.options.precision)
            state = energy.state(rescale_gammas(angles, self._factor))
        else:
            state = np.full(space.size, space.size**-0.5)
        state = state * np.exp(-1j * self._first * self._factor * values)
        single = self._gradient(state, values * state, deadline)
        self.pool_gradients += 1
        ends = np.cumsum([len(group) for group in self._strings])
        sums = [part.sum() for part in np.split(single, ends[:-1])]
        sizes = np.abs([sign(mixer) * value for mixer, value in zip(self.pool, sums, strict=True)])
        self._seconds = clock()
        if np.isnan(sizes).all():
            return self.pool[0], 0.0
        best = int(np.flatnonzero(sizes >= np.nanmax(sizes) - _TIE / self._factor)[0])
        return self.pool[best], float(sizes[best])
