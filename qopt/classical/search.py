"""Searches by single flips, on costs of any degree: states, and the loop that keeps limits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from time import perf_counter

import numpy as np

from qminima.limits import Deadline
from simulator.operators.polynomial import Polynomial
from simulator.typing import Floats

from ..kernels.flips import State, Tables, breakout, descend, evaluate
from ..results import bits

# Flips before the first look at the clock; later ones are as many as fit between two looks.
_FIRST_PIECE, _SECONDS_BETWEEN = 100, 0.02

# Costs that differ by less, in units of the largest weight, are the same up to rounding.
_ROUNDING = 1e-9


@lru_cache(maxsize=8)
def tables(cost: Polynomial, num_variables: int) -> Tables:
    """The terms of a cost, its constant left out."""
    terms = [(qubits, weight) for qubits, weight in cost.terms if qubits]
    members = np.array([q for qubits, _ in terms for q in qubits], dtype=np.int64)
    sizes = np.array([len(qubits) for qubits, _ in terms], dtype=np.int64)
    owners = np.repeat(np.arange(len(terms)), sizes)
    order = np.argsort(members, kind="stable")
    counts = np.bincount(members, minlength=num_variables)
    return Tables(
        weights=np.array([weight for _, weight in terms], dtype=float),
        starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        members=members,
        of_starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        of_terms=owners[order].astype(np.int64),
    )


def _next_piece(flips: float, seconds: float) -> int:
    """Flips until the next look at the clock, from those of the last piece and their time."""
    return max(1, int(_SECONDS_BETWEEN * max(flips, 1) / max(seconds, 1e-6)))


class Search:
    """A state of spins that moves by flips.

    Args:
        cost: what is minimised.
        num_variables: length of bit strings.
        seed: of the search's own random numbers.
    """

    def __init__(
        self, cost: Polynomial, num_variables: int, seed: Sequence[int] | int | None
    ) -> None:
        self._tables = tables(cost, num_variables)
        self._constant = dict(cost.terms).get((), 0.0)
        weights = self._tables.weights
        self._least = _ROUNDING * float(np.abs(weights).max(initial=0.0))
        self._random = np.random.default_rng(seed)
        start = self._random.integers(1, 2**63, 1, dtype=np.uint64)
        if not len(weights):
            self._tables = self._tables._replace(
                members=np.zeros(0, dtype=np.int64), of_terms=np.zeros(0, dtype=np.int64)
            )
        self._state = State(
            spins=np.ones(num_variables),
            values=np.zeros(len(weights)),
            deltas=np.zeros(num_variables),
            best=np.ones(num_variables),
            tabu=np.zeros(num_variables),
            numbers=np.zeros(7),
            random=start,
        )
        self.restart(np.where(self._random.random(num_variables) < 0.5, -1.0, 1.0))
        if len(weights):  # kernels are loaded now, before any clock is looked at
            self._run(0, 0, -np.inf)
            descend(0, weights, self._tables, self._state, np.inf, 1)

    def restart(self, spins: Floats) -> None:
        """Go on from other spins; what is best is forgotten."""
        state = self._state
        state.spins[:] = spins
        cost = evaluate(0, self._tables.weights, self._tables, state)
        state.best[:] = spins
        state.tabu[:] = -1.0
        state.numbers[:] = cost, cost, np.inf, 2.0, 0.0, 0.0, 0.0

    def descend(self, deadline: Deadline | None = None) -> int:
        """Steepest descent to the next optimum, or to the end of the time; the flips it took."""
        state, weights = self._state, self._tables.weights
        if not len(weights):
            return 0
        flips, piece = 0, _FIRST_PIECE
        while True:
            begun = perf_counter()
            made = int(descend(0, weights, self._tables, state, self._least, piece))
            flips += made
            if made < piece or (deadline is not None and deadline()):
                break
            piece = _next_piece(made, perf_counter() - begun)
        state.best[:] = state.spins
        state.numbers[:2] = evaluate(0, self._tables.weights, self._tables, state)
        return flips

    def breakout(self, flips: int | None, deadline: Deadline, goal: float | None = None) -> int:
        """Breakout local search to a number of flips in all, a deadline, or a cost.

        Args:
            flips: how many in all, since the last start.
            deadline: looked at now and then.
            goal: a cost at which the search ends, on the very flip.

        Returns:
            The flips so far.
        """
        state = self._state
        least = -np.inf if goal is None else goal - self._constant + self._least
        most = np.iinfo(np.int64).max if flips is None else flips
        piece = _FIRST_PIECE
        while len(self._tables.weights) and state.numbers[1] > least:
            before, begun = state.numbers[5], perf_counter()
            self._run(most, int(before) + piece, least)
            made, seconds = state.numbers[5] - before, perf_counter() - begun
            ended = state.numbers[5] >= most and not state.numbers[6]
            if ended or deadline():
                break
            piece = _next_piece(made, seconds)
        return int(state.numbers[5])

    def _run(self, flips: int, pause: int, least: float) -> None:
        """The kernel, up to so many flips in all or a pause; rounding errors begin anew."""
        state, weights = self._state, self._tables.weights
        breakout(0, weights, self._tables, state, self._least, least, flips, pause)
        state.numbers[0] = evaluate(0, weights, self._tables, state)

    @property
    def flips(self) -> int:
        """How many were made since the last start."""
        return int(self._state.numbers[5])

    @property
    def bitstring(self) -> str:
        """The best bit string so far."""
        return bits((self._state.best < 0).tolist())

    @property
    def value(self) -> float:
        """Its cost, as the search has it."""
        return float(self._state.numbers[1]) + self._constant
