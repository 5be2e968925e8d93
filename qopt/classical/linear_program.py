"""HiGHS, quiet and stopped by Ctrl-C, as a solver of linear programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qminima.output import silenced_output

from ..problems.linear_model import Row

if TYPE_CHECKING:
    from highspy import Highs


# Seconds between two looks whether the solver has ended.
_BETWEEN = 0.1


def quiet_solver() -> Highs:
    """A solver that minimises and says nothing."""
    import highspy

    with silenced_output():  # HiGHS greets before it can be asked to be silent
        solver = highspy.Highs()
    solver.silent()
    solver.HandleUserInterrupt = True  # so that it can be stopped
    return solver


def add_column(solver: Highs, cost: float, low: float = 0, high: float = 1) -> None:
    """A variable between two bounds, and what one of it costs."""
    solver.addCol(cost, low, high, 0, np.empty(0, dtype=np.int32), np.empty(0))


def add_columns(solver: Highs, costs: NDArray[np.float64]) -> None:
    """Many variables between zero and one."""
    count, none = len(costs), np.empty(0, dtype=np.int32)
    solver.addCols(count, costs, np.zeros(count), np.ones(count), 0, none, none, np.empty(0))


def add_row(
    solver: Highs, coefficients: Iterable[tuple[int, float]], low: float, high: float
) -> None:
    """A constraint low <= sum of coefficient * variable <= high."""
    pairs = list(coefficients)
    columns = np.array([column for column, _ in pairs], dtype=np.int32)
    solver.addRow(low, high, len(pairs), columns, np.array([value for _, value in pairs], float))


def add_rows(solver: Highs, rows: Sequence[Row]) -> None:
    """Many constraints at once."""
    lengths = np.array([len(coefficients) for coefficients, _, _ in rows], dtype=np.int32)
    columns = chain.from_iterable(coefficients for coefficients, _, _ in rows)
    values = chain.from_iterable(coefficients.values() for coefficients, _, _ in rows)
    solver.addRows(
        len(rows),
        np.array([low for _, low, _ in rows], dtype=float),
        np.array([high for _, _, high in rows], dtype=float),
        int(lengths.sum()),
        np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32),
        np.fromiter(columns, dtype=np.int32),
        np.fromiter(values, dtype=float),
    )


def solve(solver: Highs, seconds: float) -> None:
    """Solve for a time at most, from now on.

    Raises:
        KeyboardInterrupt: on Ctrl-C, once the solver has ended; its best solution is kept.
    """
    # The solver counts the time of its earlier calls too.
    solver.setOptionValue("time_limit", float(solver.getRunTime()) + max(seconds, 0.05))
    solver.startSolve()
    ended = interrupted = False
    while not ended:
        try:
            ended = solver.wait(_BETWEEN)[0]
        except KeyboardInterrupt:
            solver.cancelSolve()
            interrupted = True
    if interrupted:
        raise KeyboardInterrupt
