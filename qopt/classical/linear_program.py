"""HiGHS, quiet and stopped by Ctrl-C, as a solver of linear programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from qminima.output import silenced_output

if TYPE_CHECKING:
    from highspy import Highs


def quiet_solver() -> Highs:
    """A solver that minimises and says nothing."""
    import highspy

    with silenced_output():  # HiGHS greets before it can be asked to be silent
        solver = highspy.Highs()
    solver.silent()
    solver.HandleKeyboardInterrupt = True  # Ctrl-C ends a program, and its status says so
    return solver


def add_column(solver: Highs, cost: float, low: float = 0, high: float = 1) -> None:
    """A variable between two bounds, and what one of it costs."""
    solver.addCol(cost, low, high, 0, np.empty(0, dtype=np.int32), np.empty(0))


def add_row(
    solver: Highs, coefficients: Iterable[tuple[int, float]], low: float, high: float
) -> None:
    """A constraint low <= sum of coefficient * variable <= high."""
    pairs = list(coefficients)
    columns = np.array([column for column, _ in pairs], dtype=np.int32)
    solver.addRow(low, high, len(pairs), columns, np.array([value for _, value in pairs], float))


def solve(solver: Highs, seconds: float) -> None:
    """Solve for a time at most, from now on.

    Raises:
        KeyboardInterrupt: on Ctrl-C, which the solver only notices.
    """
    import highspy

    # The solver counts the time of its earlier calls too.
    solver.setOptionValue("time_limit", float(solver.getRunTime()) + max(seconds, 0.05))
    solver.solve()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInterrupt:
        raise KeyboardInterrupt
