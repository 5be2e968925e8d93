"""The budget of a method on one instance, and the account of its use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

from qminima.errors import InputError
from qminima.limits import Deadline, check_count

# Runs are made in batches that grow, so that calls into libraries cost little and a time limit
# is met closely.
_LARGEST_BATCH = 256

# Where nothing else limits them; their bit strings are kept until they are scored.
_MOST_RUNS = 100_000


# The budget, where none is given.
USUAL_RUNS, USUAL_EVALUATIONS = 1000, 1_000_000


@dataclass(frozen=True)
class Budget:
    """The budget of every method on every instance; whatever is used up first ends it.

    Attributes:
        runs: independent runs of a method, or shots of a circuit; None for as many as fit.
        evaluations: costs, or changes of the cost by a flip, that are looked at; None for no limit.
        seconds: wall time; None for no limit.
    """

    runs: int | None = USUAL_RUNS
    evaluations: int | None = USUAL_EVALUATIONS
    seconds: float | None = None

    def __post_init__(self) -> None:
        for name in ("runs", "evaluations"):
            count = getattr(self, name)
            if count is not None:
                check_count(name, count)
                object.__setattr__(self, name, int(count))  # which checkpoints can store
        Deadline(self.seconds)


class Account:
    """The spending of one method on one instance; its time begins now.

    Attributes:
        runs: that were made.
        evaluations: that they took.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._deadline = Deadline(budget.seconds)
        self._started = monotonic()
        self.runs = 0
        self.evaluations = 0

    def left(self, each: int = 1) -> int:
        """How many more runs of so many evaluations may begin.

        With a limit in seconds these are as many as fit if they take the time of those before; the
        first always may.
        """
        left = (self._budget.runs or _MOST_RUNS) - self.runs
        if self._budget.evaluations is not None:
            left = min(left, (self._budget.evaluations - self.evaluations) // each)
        if self.runs and self._budget.seconds is not None:
            taken = max(monotonic() - self._started, 1e-9) / self.runs
            left = round(min(left, self._deadline.left() / taken))
        return max(0, left)

    def charge(self, runs: int, evaluations: int) -> None:
        """Enter runs that were made."""
        self.runs += runs
        self.evaluations += evaluations

    def require(self, each: int) -> None:
        """Raise `InputError` if not even one run of so many evaluations fits."""
        if self.left(each) == 0:
            raise InputError(
                f"one run takes {each:,} evaluations, the budget is "
                f"{self._budget.evaluations or 0:,}"
            )

    def batches(self, each: int) -> Iterator[int]:
        """Numbers of runs of so many evaluations, until one of the limits is reached.

        Without a limit in seconds they do not depend on the clock.

        Raises:
            InputError: if not even one run fits.
        """
        self.require(each)
        size = 1
        while (count := min(size, self.left(each))) > 0:
            yield count
            self.charge(count, count * each)
            size = min(2 * size, _LARGEST_BATCH)
