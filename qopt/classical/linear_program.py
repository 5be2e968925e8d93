"""HiGHS as a solver of linear programs that grow by rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from qminima.output import silenced_output

if TYPE_CHECKING:
    from highspy import Highs


def quiet_solver() -> Highs:
    """A solver that maximises and says nothing."""
    import highspy

    with silenced_output():  # HiGHS greets before it can be asked to be silent
        solver = highspy.Highs()
    solver.silent()
    solver.HandleKeyboardInterrupt = True  # Ctrl-C ends a program, and its status says so
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    return solver


def add_column(solver: Highs, cost: float) -> None:
    """A variable between 0 and 1."""
    solver.addCol(cost, 0, 1, 0, np.empty(0, dtype=np.int32), np.empty(0))


def add_row(solver: Highs, coefficients: Sequence[tuple[int, int]], most: float) -> None:
    """A constraint sum of coefficient * variable <= most."""
    import highspy

    columns, values = zip(*coefficients, strict=True)
    indices, numbers = np.array(columns, dtype=np.int32), np.array(values, dtype=float)
    solver.addRow(-highspy.kHighsInf, most, len(columns), indices, numbers)
