"""Annealing of a spin model: temperatures, and a run in pieces that can be stopped."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qminima.limits import Deadline
from simulator.typing import Floats

from ..kernels.annealing import MARKS, anneal
from .spin_model import SpinModel

# Ends of the schedules: inverse temperatures in units of the typical field of a spin, the root of
# its summed squared weights, and of the median weight.
_HOT, _COLD, _COLDEST = 1.0, 4.5, 30.0

# Neighbours and spins that are read between two looks at the clock.
_PIECE = 4 * 10**6

# Sweeps at no temperature that end a run, and at most where weights differ widely.
_QUENCH, _MOST_QUENCHES = 3, 50


class Schedule(NamedTuple):
    """Inverse temperatures from hot to cold.

    Attributes:
        hot: at the start.
        cold: at the end.
        quadratic: whether they grow like the square of the time, or geometrically.
    """

    hot: float
    cold: float
    quadratic: bool = False

    def betas(self, begin: float, sweeps: int) -> Floats:
        """Inverse temperatures of so many sweeps from a fraction of the schedule to its end."""
        x = np.linspace(begin, 1.0, sweeps)
        if self.quadratic:
            return np.asarray(self.hot + (self.cold - self.hot) * x**2)
        return np.asarray(self.hot * (self.cold / self.hot) ** x)


def schedules(model: SpinModel) -> tuple[Schedule, Schedule]:
    """Two schedules for a model, from where most flips happen to where few do."""
    squares = np.add.reduceat(np.append(model.weights**2, 0.0), model.starts[:-1])
    squares[np.diff(model.starts) == 0] = 0.0
    coupled = squares[:-1][squares[:-1] > 0]
    if not len(coupled):
        return Schedule(1.0, 1.0), Schedule(1.0, 1.0)
    typical = float(np.sqrt(coupled.mean()))
    hot = _HOT / typical
    cold = min(_COLD / float(np.median(np.abs(model.weights))), _COLDEST / typical)
    cold = max(cold, 2 * hot)
    return Schedule(hot, cold), Schedule(hot, cold, quadratic=True)


def load_kernel() -> None:
    """Compile or load the kernel now, before several threads need it."""
    none, index = np.zeros(0), np.zeros(0, dtype=np.int64)
    anneal(0, none, none, 0, index, index, none, np.ones(1, dtype=np.uint64), none, MARKS)


def cool(
    model: SpinModel,
    spins: Floats,
    sweeps: int,
    schedule: Schedule,
    random: np.random.Generator,
    deadline: Deadline | None = None,
) -> int:
    """Anneal spins in place; how many sweeps were made.

    With a deadline it cools faster where the time would not suffice, and makes some more sweeps
    until no flip lowers the cost.
    """
    gains, state = model.gains(spins), random.integers(1, 2**63, 1, dtype=np.uint64)
    sweep = partial(
        anneal, 0, spins, gains, model.free, model.starts, model.others, model.weights,
        state,
    )  # fmt: skip
    most, left, done, at = max(1, _PIECE // model.work), sweeps, 0, 0.0
    if deadline is None:
        sweep(schedule.betas(0.0, sweeps), MARKS)
        return sweeps
    while left > 0 and not (done and deadline()):
        begun = perf_counter()
        piece = min(most, left)
        sweep(schedule.betas(at, left)[:piece], MARKS)
        at += (1.0 - at) * piece / left
        done, left = done + piece, left - piece
        rate = piece / max(perf_counter() - begun, 1e-9)
        left = min(left, int(min(deadline.left() * rate, left)))
    return done + quench(model, spins, gains, state)


def quench(model: SpinModel, spins: Floats, gains: Floats, state: NDArray[np.uint64]) -> int:
    """Sweep in place until no flip lowers the cost; how many sweeps that took."""
    count = 0
    while count < _MOST_QUENCHES and (count == 0 or (gains[: model.free] < -1e-12).any()):
        anneal(
            0, spins, gains, model.free, model.starts, model.others, model.weights, state,
            np.full(_QUENCH, 1e12), MARKS,
        )  # fmt: skip
        count += 1
    return count * _QUENCH
