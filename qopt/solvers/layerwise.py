"""Training of QAOA angles, one layer after another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qminima.limits import Deadline
from qminima.progress import Progress
from simulator.circuit import Circuit
from simulator.objectives import Objective
from simulator.optimize import Interrupted as MinimizationInterrupted
from simulator.optimize import Minimum, minimize
from simulator.program import Precision, Program
from simulator.spaces import Space

from ..angle_tables import starting_angles
from ..angles import gamma_scale, interpolate, linear_ramp, rescale_gammas
from ..ansatz import qaoa
from ..fourier import extend_fourier
from ..mixers import Mixer
from ..problems.problem import Problem

Floats = NDArray[np.float64]

# Angles of a layer that is tried: the only one, or one more. Gammas are in scaled units.
_FIRST, _WEAK = (0.2, 0.5, 0.8), (0.1,)

STARTS = ("best", "tree", "fixed", "ramp")

# How angles for p + 1 layers are made of those for p.
GROWTHS = {"interpolate": interpolate, "fourier": extend_fourier}


@dataclass(frozen=True)
class ScaledProgram:
    """A program's value times `factor`, as a function of gammas in units of `factor`.

    Optimisers then meet values, gammas and gradients of the size they have for unweighted
    3-regular MaxCut, whatever the unit of the weights.
    """

    program: Program
    factor: float

    def __call__(self, params: Floats) -> float:
        """The scaled value."""
        return self.factor * self.program(rescale_gammas(params, self.factor))

    def value_and_gradient(self, params: Floats) -> tuple[float, Floats]:
        """The scaled value and its derivatives by the scaled parameters."""
        value, gradient = self.program.value_and_gradient(rescale_gammas(params, self.factor))
        return self.factor * value, self.factor * rescale_gammas(gradient, self.factor)


@dataclass(frozen=True)
class _Stage:
    """One depth, optimised in scaled units; `tried` counts starting points evaluated before."""

    circuit: Circuit
    minimum: Minimum
    tried: int


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

    Ctrl-C ends a run that has found something; `interrupted` tells so. Where nothing was found,
    it passes on.

    Args:
        problem: whose circuits are trained.
        space: of these circuits.
        mixer: theirs; X if None.
        objective: what is minimised, in the units of the problem's cost.
        label: its name, for `progress`.
        start: as in `solve_qaoa`; so are `growth`, `precision`, `gradient_tolerance` and
            `max_evaluations`.
        growth: from one depth to the next, one of `GROWTHS`.
        precision: of the state.
        gradient_tolerance: in scaled units.
        max_evaluations: over all depths.
        deadline: of the whole training.
        progress: told the objective as it falls.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        space: Space,
        mixer: Mixer | None,
        objective: Objective,
        label: str,
        start: str,
        growth: str = "interpolate",
        precision: Precision,
        gradient_tolerance: float,
        max_evaluations: int | None,
        deadline: Deadline,
        progress: Progress,
    ) -> None:
        self._problem = problem
        self._space = space
        self._mixer = mixer
        self._objective = objective
        self._label = label
        self._start = start
        self._grown = GROWTHS[growth]
        self._precision: Precision = precision
        self._gradient_tolerance = gradient_tolerance
        self._max_evaluations = max_evaluations
        self._deadline = deadline
        self._progress = progress
        self._factor = gamma_scale(problem.cost)
        self._stages: list[_Stage] = []
        self._limit = ""  # what ended the training between two depths
        self.interrupted = False

    def run(self, depth: int) -> None:
        """Train all depths up to `depth`, or until a limit or Ctrl-C."""
        try:
            for layers in range(1, depth + 1):
                if self._stages and self._deadline():
                    self._limit = "time limit reached"
                elif self._stages and self._left() == 0:
                    self._limit = "evaluation limit reached"
                if self._limit:
                    break
                self._grow(layers)
        except KeyboardInterrupt:
            if not self._stages:
                raise
            self.interrupted = True

    @property
    def evaluations(self) -> int:
        """Values of the objective computed so far."""
        return sum(stage.tried + stage.minimum.evaluations for stage in self._stages)

    @property
    def stop_reason(self) -> str:
        """Why the last depth ended, and which it was."""
        reason = self._limit or self._stages[-1].minimum.stop_reason
        return f"{reason}, at depth {len(self._stages)}"

    @property
    def best_circuit(self) -> Circuit:
        """The circuit of the depth with the least value."""
        return self._best.circuit

    @property
    def best_angles(self) -> Floats:
        """Its angles, in the problem's own units."""
        return rescale_gammas(self._best.minimum.parameters, self._factor)

    @property
    def best_value(self) -> float:
        """Its value of the objective."""
        return self._best.minimum.value / self._factor

    @property
    def history(self) -> list[tuple[int, float]]:
        """Every improvement of the objective, evaluations counted over all depths."""
        history: list[tuple[int, float]] = []
        before = 0
        for stage in self._stages:
            before += stage.tried
            for count, scaled in stage.minimum.history:
                value = scaled / self._factor
                if not history or value < history[-1][1]:
                    history.append((before + count, value))
            before += stage.minimum.evaluations
        return history

    def converged(self, depth: int) -> bool:
        """Whether all depths were reached and the last one met the optimiser's criterion."""
        finished = len(self._stages) == depth and not self.interrupted
        return finished and self._stages[-1].minimum.converged

    @property
    def _best(self) -> _Stage:
        """The last depth, unless an earlier one is better by more than rounding."""
        best = min(self._stages, key=lambda stage: stage.minimum.value)
        rounding = 1e-9 if self._precision == "double" else 1e-6
        margin = rounding * max(1.0, abs(best.minimum.value))
        last = self._stages[-1]
        return last if last.minimum.value <= best.minimum.value + margin else best

    def _left(self) -> int | None:
        limit = self._max_evaluations
        return None if limit is None else limit - self.evaluations

    def _grow(self, layers: int) -> None:
        """Optimise one depth and keep it, also if Ctrl-C comes in the middle."""
        circuit = qaoa(self._problem, layers, space=self._space, mixer=self._mixer)
        program = Program(circuit, self._objective, self._precision)
        scaled = ScaledProgram(program, self._factor)
        left = self._left()
        first, tried = self._starting_point(scaled, layers, left)
        seconds = self._deadline.left()
        try:
            minimum = minimize(
                scaled,
                first,
                gradient_tolerance=self._gradient_tolerance,
                max_evaluations=None if left is None else left - tried,
                time_limit=max(seconds, 1e-3) if np.isfinite(seconds) else None,
                callback=self._report,
            )
        except MinimizationInterrupted as interrupt:
            if interrupt.minimum.evaluations:
                self._stages.append(_Stage(circuit, interrupt.minimum, tried))
            raise
        self._stages.append(_Stage(circuit, minimum, tried))

    def _report(self, count: int, scaled: float) -> None:
        self._progress.note(f"{self._label} {scaled / self._factor:.4f}, {count} values")

    def _starting_point(
        self, scaled: ScaledProgram, depth: int, left: int | None
    ) -> tuple[Floats, int]:
        """The candidate of least value, and how many were evaluated to find it.

        Where `left` evaluations do not allow a comparison, the first candidate is taken unseen.
        """
        previous = self._stages[-1].minimum.parameters if self._stages else None
        candidates = [self._grown(previous)] if previous is not None else []
        if self._mixer is not None and self._mixer.constrained:
            # Nothing is known of good angles.
            candidates += with_another_layer(previous)
        elif self._start != "ramp":
            table = "fixed" if self._start == "fixed" else "tree"
            candidates += starting_angles(table, depth, self._problem.cost)
        if self._start in ("ramp", "best") or not candidates:
            candidates.append(linear_ramp(depth))
        if len(candidates) == 1 or (left is not None and left <= len(candidates)):
            return candidates[0], 0
        return min(candidates, key=scaled), len(candidates)
