"""Searches by single flips, on costs of any degree: states, and the loop that keeps limits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qminima.limits import Deadline
from simulator.operators.polynomial import Polynomial
from simulator.typing import Floats

from ..kernels.flips import BREAKOUT, DESCENT, TABU, State, Tables, evaluate, search
from ..results import bits

# Flips before the first look at the clock; later ones are as many as fit between two looks.
_FIRST_PIECE, _SECONDS_BETWEEN = 100, 0.02

# The shortest blocks of spins have 2 to this power.
_SHIFT = 4

# Flips between two looks that forget the rounding of changes.
_LONGEST_PIECE = 10**7

_NO_END = np.iinfo(np.int64).max

# Random flips for which a spin stays tabu in breakout local search, for each spin.
_LONGEST = 0.1

# Of tabu search: flips for each spin without improvement before a kick, random flips for which a
# spin stays tabu, for each spin and besides, and the part of all spins that a kick flips.
_PATIENCE_EACH, _TENURE_EACH, _TENURE, _KICK = 50, 0.2, 10, (0.01, 0.15)

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
    near = _partners(terms, num_variables) if (sizes <= 2).all() else 3 * (np.zeros(0),)
    return Tables(
        weights=np.array([weight for _, weight in terms], dtype=float),
        starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        members=members,
        of_starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        of_terms=owners[order].astype(np.int64),
        near_starts=near[0].astype(np.int32),
        near=near[1].astype(np.int32),
        near_weights=near[2],
    )


def _partners(terms: Sequence[Any], num_variables: int) -> tuple[Floats, Floats, Floats]:
    """Starts, partners and weights of the pairs of each variable."""
    pairs = [(*qubits, weight) for qubits, weight in terms if len(qubits) == 2]
    first, second, weights = np.array(pairs, dtype=float).reshape(-1, 3).T
    ends, others = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.argsort(ends, kind="stable")
    counts = np.bincount(ends.astype(np.int64), minlength=num_variables)
    starts = np.concatenate([[0], np.cumsum(counts)])
    return starts, others[order], np.concatenate([weights, weights])[order]


def _next_piece(flips: float, seconds: float) -> int:
    """Flips until the next look at the clock, from those of the last piece and their time."""
    return max(1, int(_SECONDS_BETWEEN * max(flips, 1) / max(seconds, 1e-6)))


def _state(terms: Tables, spins: int, start: NDArray[np.uint64]) -> State:
    """A state without spins; blocks are about as long as there are blocks."""
    shift = max(_SHIFT, (int(spins).bit_length() + 1) // 2)
    half = (-(-spins // (4 << shift))) * (4 << shift)
    sizes = np.diff(terms.starts)
    reach = np.bincount(terms.members, np.repeat(np.abs(terms.weights), sizes), spins)
    numbers = np.zeros(9)
    numbers[8] = 2 * reach.max(initial=0.0)
    return State(
        spins=np.ones(spins),
        values=np.zeros(len(terms.weights)),
        best=np.ones(spins),
        tabu=np.zeros(spins),
        numbers=numbers,
        random=start,
        keys=np.full(2 * half, np.inf),
        low=np.full(2 * half >> shift, np.inf),
        at=np.arange(0, 2 * half, 1 << shift, dtype=np.int32),
        shift=shift,
        side=np.zeros(spins, dtype=np.int32),
        due=np.full(1 << int(spins // 2 + 64).bit_length(), -1, dtype=np.int64),
        after=np.full(spins, -1, dtype=np.int64),
        before=np.full(spins, -1, dtype=np.int64),
    )


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
        self._state = _state(self._tables, num_variables, start)
        self.restart(np.where(self._random.random(num_variables) < 0.5, -1.0, 1.0))
        if len(weights):  # kernels are loaded now, before any clock is looked at
            self._run(BREAKOUT, -np.inf, 0, 0)

    def restart(self, spins: Floats) -> None:
        """Go on from other spins; what is best is forgotten."""
        state = self._state
        state.numbers[:8] = 0.0, 0.0, np.inf, 2.0, 0.0, 0.0, 0.0, 0.0
        self._go_to(spins)
        state.best[:] = spins
        state.numbers[1] = state.numbers[0]

    def _go_to(self, spins: Floats) -> None:
        """Take other spins, none of them tabu."""
        state = self._state
        state.spins[:] = spins
        state.tabu[:] = -1.0
        state.due[:] = -1
        state.side[:] = 0
        state.at[:] = np.arange(0, len(state.keys), 1 << state.shift)
        state.numbers[0] = evaluate(0, self._tables.weights, self._tables, state)

    def descend(self, deadline: Deadline | None = None) -> int:
        """Steepest descent to the next optimum, or to the end of the time; the flips it took."""
        state = self._state
        if not len(self._tables.weights):
            return 0
        flips, piece = 0, _FIRST_PIECE
        while True:
            begun = perf_counter()
            made = self._run(DESCENT, -np.inf, _NO_END, int(state.numbers[5]) + piece)
            flips += made
            if made < piece or (deadline is not None and deadline()):
                break
            piece = _next_piece(made, perf_counter() - begun)
        state.best[:] = state.spins
        state.numbers[1] = state.numbers[0]
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
        most = _NO_END if flips is None else flips
        piece = _FIRST_PIECE
        while len(self._tables.weights) and state.numbers[1] > least:
            begun = perf_counter()
            made = self._run(BREAKOUT, least, most, int(state.numbers[5]) + piece)
            ended = state.numbers[5] >= most and not state.numbers[6]
            if ended or deadline():
                break
            piece = _next_piece(made, perf_counter() - begun)
        return int(state.numbers[5])

    def tabu(self, flips: int | None, deadline: Deadline, goal: float | None = None) -> int:
        """Iterated tabu search, with arguments and result as of `breakout`.

        Where no flip of some rounds of all spins improves the best, it goes on from the best with
        a random part of the spins flipped.
        """
        state, n = self._state, len(self._state.spins)
        least = -np.inf if goal is None else goal - self._constant + self._least
        most = _NO_END if flips is None else flips
        patience, piece, idle = _PATIENCE_EACH * n + _FIRST_PIECE, _FIRST_PIECE, 0
        while len(self._tables.weights) and state.numbers[5] < most and state.numbers[1] > least:
            begun, before = perf_counter(), state.numbers[1]
            asked = int(min(piece, most - state.numbers[5], patience - idle))
            made = self._run(TABU, least, int(state.numbers[5]) + asked, 0)
            idle = 0 if state.numbers[1] < before else idle + made
            if deadline():
                break
            if idle >= patience:
                part = self._random.uniform(*_KICK)
                flipped = self._random.random(n) < part
                self._go_to(np.where(flipped, -state.best, state.best))
                idle = 0
            piece = min(_LONGEST_PIECE, _next_piece(made, perf_counter() - begun))
        return int(state.numbers[5])

    def _run(self, mode: int, goal: float, flips: int, pause: int) -> int:
        """The kernel, to so many flips in all or a pause; rounding errors begin anew."""
        state, weights, n = self._state, self._tables.weights, len(self._state.spins)
        tenure = _TENURE_EACH * n + _TENURE if mode == TABU else max(3.0, _LONGEST * n)
        made = search(
            0, weights, self._tables, state, mode, self._least, goal, flips, pause, tenure
        )
        state.numbers[0] = evaluate(0, weights, self._tables, state)
        return int(made)

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
