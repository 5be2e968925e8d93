"""Training of QAOA angles, one layer after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np

from simulator.circuit import Circuit
from simulator.optimize.minimize import Interrupted as MinimizationInterrupted
from simulator.optimize.minimize import Minimum, minimize
from simulator.typing import Floats

from ..angles.fourier import extend_fourier
from ..angles.schedules import gamma_scale, interpolate, linear_ramp, rescale_gammas
from ..angles.tables import starting_angles
from ..problems.problem import Problem
from .training import GRADIENT, HEADROOM, SAMPLES, ScaledProgram, Trained, Training, improve, scaled

# Angles of a layer that is tried: the only one, or one more. Gammas are in scaled units.
_FIRST, _WEAK = (0.2, 0.5, 0.8), (0.1,)

STARTS = ("best", "tree", "fixed", "ramp")

# How angles for p + 1 layers are made of those for p.
GROWTHS = {"interpolate": interpolate, "fourier": extend_fourier}


@dataclass(frozen=True)
class _Stage:
    """One depth, optimised in scaled units; `tried` counts starting points evaluated before."""

    circuit: Circuit
    minimum: Minimum
    tried: int


def _untrained(params: Floats, value: float, reason: str) -> Minimum:
    """A starting point, where nothing can follow."""
    return Minimum(value, params, 0, converged=False, stop_reason=reason, history=((0, value),))


def with_another_layer(params: Floats | None) -> list[Floats]:
    """Angles of one layer more, which does something or, if there are others, little.

    At zero it would be a stationary point.
    """
    gammas, betas = np.split(np.zeros(0) if params is None else params, 2)
    sizes = _FIRST if params is None else _WEAK
    return [
        np.concatenate([gammas, [gamma], betas, [beta]])
        for gamma in sizes
        for beta in (*sizes, *(-size for size in sizes))
    ]


class LayerwiseTraining:
    """Optimises depth 1, 2, ..., each from the angles of the one before.

    Ctrl-C ends a run that has found something; `trained` tells so. Where nothing was found,
    it passes on.

    Args:
        problem: what is minimised.
        build: the circuit of each depth, with parameters gamma_1 ... gamma_p, beta_1 ... beta_p.
        run: of the training.
        start: as in `solve_qaoa`; None where nothing is known of good angles. So is `growth`.
        growth: from one depth to the next, one of `GROWTHS`.

    Attributes:
        seconds: that the last value took.
    """

    def __init__(
        self,
        problem: Problem,
        build: Callable[[int], Circuit],
        run: Training,
        *,
        start: str | None,
        growth: str = "interpolate",
    ) -> None:
        self._problem = problem
        self._build = build
        self._run = run
        self._start = start
        self._grown = GROWTHS[growth]
        self._factor = gamma_scale(problem.cost)
        self._stages: list[_Stage] = []
        self._limit = ""  # what ended the training between two depths
        self._interrupted = False
        self.seconds = 0.0

    def run(self, depth: int) -> Trained:
        """Train all depths up to `depth`, or until a limit or Ctrl-C; the best is the result."""
        # Values of the cost are kept alive here, so that all depths share them.
        values = self._problem.cost.values(self._build(1).space)
        try:
            for layers in range(1, depth + 1):
                if self._stages and (limit := self._limit_before(layers)):
                    self._limit = limit
                    break
                self._grow(layers)
                if self._interrupted:
                    break
        except KeyboardInterrupt:
            if not self._stages:
                raise
            self._interrupted = True
        del values
        best, last = self._best, self._stages[-1].minimum
        finished = len(self._stages) == depth and not self._interrupted
        return Trained(
            best.circuit,
            rescale_gammas(best.minimum.parameters, self._factor),
            best.minimum.value / self._factor,
            self.evaluations,
            self.history,
            converged=finished and last.converged,
            stop_reason=f"{self._limit or last.stop_reason}, at depth {len(self._stages)}",
            interrupted=self._interrupted,
        )

    @property
    def evaluations(self) -> int:
        """Values of the objective computed so far."""
        return sum(stage.tried + stage.minimum.evaluations for stage in self._stages)

    @property
    def history(self) -> list[tuple[int, float]]:
        """Every improvement of the objective, evaluations counted over all depths."""
        history: list[tuple[int, float]] = []
        before = 0
        for stage in self._stages:
            before += stage.tried
            improve(history, stage.minimum, self._factor, before)
            before += stage.minimum.evaluations
        return history

    @property
    def _best(self) -> _Stage:
        """The last depth, unless an earlier one is better by more than rounding."""
        best = min(self._stages, key=lambda stage: stage.minimum.value)
        rounding = 1e-9 if self._run.options.precision == "double" else 1e-6
        margin = rounding * max(1.0, abs(best.minimum.value))
        last = self._stages[-1]
        return last if last.minimum.value <= best.minimum.value + margin else best

    def _grow(self, layers: int) -> None:
        """Optimise one depth and keep it, also if Ctrl-C comes in the middle."""
        run = self._run
        circuit = self._build(layers)
        program = scaled(self._problem, circuit, run.options)
        left = run.left(self.evaluations)
        first, value, tried = self._starting_point(program, layers, left)
        limit = "interrupted" if self._interrupted else ""
        if value is not None and (limit or (limit := run.limit(0, GRADIENT * program.seconds))):
            self._stages.append(_Stage(circuit, _untrained(first, value, limit), tried))
            return
        try:
            minimum = minimize(
                program,
                first,
                gradient_tolerance=run.options.tolerance,
                max_evaluations=None if left is None else left - tried,
                time_limit=run.seconds(),
                headroom=HEADROOM,
                callback=run.reporter(self._factor, self.evaluations + tried),
            )
        except MinimizationInterrupted as interrupt:
            minimum = interrupt.minimum
            if not minimum.evaluations and value is not None:
                minimum = _untrained(first, value, minimum.stop_reason)
            if minimum.history:
                self._stages.append(_Stage(circuit, minimum, tried))
            raise
        self._stages.append(_Stage(circuit, minimum, tried))
        self.seconds = program.seconds

    def _limit_before(self, layers: int) -> str:
        """The limit that leaves no room for another depth."""
        seconds = GRADIENT * self.seconds * layers / max(1, layers - 1)
        return self._run.limit(self.evaluations, seconds)

    def _starting_point(
        self, program: ScaledProgram, depth: int, left: int | None
    ) -> tuple[Floats, float | None, int]:
        """The candidate of least value, this value, and how many were evaluated to find it.

        Where `left` evaluations do not allow a comparison, the first candidate is taken unseen;
        where the time does not allow all, others are.
        """
        previous = self._stages[-1].minimum.parameters if self._stages else None
        candidates = [self._grown(previous)] if previous is not None else []
        if self._start is None:
            candidates += with_another_layer(previous)
        elif self._start != "ramp":
            table = "fixed" if self._start == "fixed" else "tree"
            candidates += starting_angles(table, depth, self._problem.cost)
        if self._start in (None, "ramp", "best") or not candidates:
            candidates.append(linear_ramp(depth))
        if len(candidates) == 1 or (left is not None and left <= len(candidates)):
            return candidates[0], None, 0
        best, least, tried = candidates[0], inf, 0
        for candidate in candidates:
            try:
                value, tried = program(candidate), tried + 1
            except KeyboardInterrupt:
                if not tried:
                    raise
                self._interrupted = True
                break
            if value < least:
                best, least = candidate, value
            self._run.reserve = SAMPLES * program.seconds
            if self._run.limit(0, program.seconds):
                break
        return best, least, tried
