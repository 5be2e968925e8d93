"""Independent attempts of a heuristic, on all threads, until its time or their number is over."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from threading import Lock, Thread

import numpy as np

from qminima.attended import attended
from qminima.limits import Deadline
from qminima.progress import Progress
from simulator.threads import thread_count

from ..problems.problem import Problem
from ..results import Best

MOST_THREADS = 256

# The bit string that an attempt of some number found, and the evaluations it took; None if there
# was no time for it.
Attempt = Callable[[int], "tuple[str, int] | None"]


class Attempts:
    """The best of all attempts so far.

    They count in the order of their numbers, so that where their number is given, the result does
    not depend on how many threads there are, or which attempt ends first.

    Args:
        problem: what is minimised.
        deadline: ends them; the first attempt is always made.
        number: how many are made; None for as many as there is time for.
        target: they end where a cost is not above it.
        progress: reports the best score whenever it changes.

    Attributes:
        best: the best bit string.
        evaluations: of all attempts.
        history: evaluations and least cost, at each improvement.
    """

    def __init__(
        self,
        problem: Problem,
        deadline: Deadline,
        number: int | None = None,
        target: float = -inf,
        progress: Progress | None = None,
    ) -> None:
        self.best = Best(problem)
        self._problem, self._target, self._progress = problem, target, progress
        self.evaluations = 0
        self.history: list[tuple[int, float]] = []
        self._deadline, self._number = deadline, number
        self._lock, self._next = Lock(), 0
        self._found: dict[int, tuple[str, int]] = {}
        self._counted = 0
        self._errors = list[BaseException]()

    def make(self, attempt: Attempt, threads: int | None = None) -> None:
        """Make them; Ctrl-C ends the time of the deadline."""
        count = min(threads or thread_count(), self._number or MOST_THREADS)
        attended(lambda: self._on_threads(attempt, count), self._deadline)
        if self._errors:
            raise self._errors[0]
        for number in sorted(self._found):
            self._count(*self._found[number])

    def _on_threads(self, attempt: Attempt, count: int) -> None:
        others = [Thread(target=self._worker, args=(attempt,)) for _ in range(count - 1)]
        for other in others:
            other.start()
        self._worker(attempt)
        for other in others:
            other.join()

    def _worker(self, attempt: Attempt) -> None:
        try:
            while (number := self._take()) is not None:
                found = attempt(number)
                if found is None:
                    return
                self._enter(number, found)
        except BaseException as error:  # raised again by `make`
            self._errors.append(error)

    def _take(self) -> int | None:
        with self._lock:
            reached = self.best.value <= self._target
            over = reached or self._next == self._number or (self._next > 0 and self._deadline())
            if over or self._errors:
                return None
            self._next += 1
            return self._next - 1

    def _enter(self, number: int, found: tuple[str, int]) -> None:
        with self._lock:
            self._found[number] = found
            while self._counted in self._found:
                self._count(*self._found.pop(self._counted))
                self._counted += 1

    def _count(self, bitstring: str, evaluations: int) -> None:
        before = self.best.value
        if before <= self._target:  # what other threads found meanwhile is not counted
            return
        self.best.see(bitstring)
        self.evaluations += evaluations
        if self.best.value < before:
            self.history.append((self.evaluations, self.best.value))
            report_best(self._problem, self.best.value, self._progress)
        if self.best.value <= self._target:
            self._deadline.finish()


def report_best(problem: Problem, cost: float, progress: Progress | None) -> None:
    """Note the score of the best cost so far."""
    if progress is not None:
        score = 0.0 - cost if problem.maximise else cost
        progress.note(f"best {problem.score_name} {score:.10g}")


def random_root(seed: int | None) -> int:
    """A number from which generators of attempts are made: the seed, or one that nobody knows."""
    return int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else seed


def stop_reason(deadline: Deadline, lasts: bool, done: str, reached: bool = False) -> str:
    """Why a search ended: at its target, with the time it was to last, or with its work done."""
    if deadline.interrupted:
        return "interrupted"
    if reached:
        return "target reached"
    return "time is over" if lasts else str(deadline.reason(done))
