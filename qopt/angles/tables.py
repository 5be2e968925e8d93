"""Published angles: gamma_1 ... gamma_p, beta_1 ... beta_p in one array, in this project's scaling.

The files in `data` hold numbers as published, with their source and scaling; they are converted
here, and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np

from qminima.errors import InputError
from qminima.limits import check_count, check_integer
from simulator.operators.polynomial import Polynomial
from simulator.typing import Floats

from .schedules import regular_degree, rescale_gammas, unwrap_angles

Rows = dict[int, dict[str, Any]]

TREE_DEGREES = range(3, 10)
FIXED_DEGREES = range(3, 12)


def tree_angles(depth: int, degree: int = 3) -> Floats:
    """Optimal angles for MaxCut on regular graphs without short cycles.

    For degree 3 from arXiv:2503.12789, depths 1 to 17; its gamma is half of ours. For degrees 4
    to 9 from arXiv:2604.24633, depths up to 12 or 13, which jumps between equivalent branches
    from one depth to the next and is put on one of them here (see `unwrap_angles`).
    `TreeExpectation` reproduces both.

    Raises:
        InputError: if the table does not reach the degree or depth.
    """
    row = _row(_tree_rows(degree), depth, f"tree angles of degree {degree}")
    if degree == 3:
        return np.concatenate([2 * np.array(row["gamma"]), row["beta"]])
    return unwrap_angles(np.concatenate([row["gamma"], row["beta"]]), degree)


def tree_cut_fraction(depth: int, degree: int = 3) -> float:
    """Expected fraction of cut edges with `tree_angles` where no cycle is shorter than 2p + 2.

    Raises:
        InputError: if the table does not reach the degree or depth.
    """
    row = _row(_tree_rows(degree), depth, f"tree angles of degree {degree}")
    return float(row["cut"])


def fixed_angles(depth: int, degree: int) -> Floats:
    """Angles that do well on all regular graphs of a degree: those of Wurtz and Lykov.

    arXiv:2107.00677, whose gamma is twice ours. Depths reach from 11 for degree 3 down to 2 for
    degree 11. Without short cycles their cut fractions are within 2e-5 of the optimum. The ratios
    claimed with them are left out here: for degree 3 and depths from 7 on they exceed what
    `TreeExpectation` gives.

    Raises:
        InputError: if the table does not reach the degree or depth.
    """
    row = _row(_fixed_rows(degree), depth, f"fixed angles of degree {degree}")
    return np.concatenate([np.array(row["gamma"]) / 2, row["beta"]])


def sk_angles(depth: int) -> Floats:
    """Optimal angles of the Sherrington-Kirkpatrick model, averaged over instances as n grows.

    They belong to the cost

        C = sum_(i<j) J_ij z_i z_j / sqrt(n),    J_ij independent, of mean 0 and variance 1,

    as it stands: MaxCut has this cost, up to a constant, with weights 2 J_ij / sqrt(n). For a
    cost c C gammas are divided by c. Farhi, Goldstone, Gutmann and Zhou, arXiv:1910.08534, and
    the table of QOKit for larger depths.

    Raises:
        InputError: if the table does not have the depth.
    """
    row = _row(_sk_rows(), depth, "SK angles")
    return np.concatenate([row["gamma"], row["beta"]])


def sk_energy(depth: int) -> float:
    """Expected cost per spin with `sk_angles` as n grows, as published, good to 5e-6.

    Deeper circuits approach the least energy of the model, -0.763167.

    Raises:
        InputError: if the table does not have the depth.

    >>> sk_energy(1)                                            # -1/(2 sqrt e)
    -0.3032653299
    """
    return -float(_row(_sk_rows(), depth, "SK angles")["energy"])


def starting_angles(table: str, depth: int, cost: Polynomial) -> list[Floats]:
    """Angles of a table for a cost, with gammas in units of `gamma_scale(cost)`, if it has any.

    Where the cost couples each variable to as many others, with whatever weights, they are those
    of that degree, or of the nearest one in the table; else those of degree 3.

    Args:
        table: "tree" or "fixed".
        depth: number of layers.
        cost: what is minimised.

    Returns:
        One array, or none if the table does not reach the depth.
    """
    angles, depths, degrees = {
        "tree": (tree_angles, tree_depths, TREE_DEGREES),
        "fixed": (fixed_angles, fixed_depths, FIXED_DEGREES),
    }[table]
    degree = min(max(regular_degree(cost) or 3, degrees[0]), degrees[-1])
    if depth not in depths(degree):
        return []
    # gamma_scale is sqrt(3/degree) for unweighted MaxCut on a regular graph.
    return [rescale_gammas(angles(depth, degree), sqrt(degree / 3))]


def tree_depths(degree: int = 3) -> tuple[int, ...]:
    """The depths that `tree_angles` knows for a degree."""
    return tuple(_tree_rows(degree))


def fixed_depths(degree: int) -> tuple[int, ...]:
    """The depths that `fixed_angles` knows for a degree."""
    return tuple(_fixed_rows(degree))


def _row(rows: Rows, depth: int, what: str) -> dict[str, Any]:
    check_count("a depth", depth)
    if depth not in rows:
        raise InputError(f"the table of {what} has depths {_ranges(rows)}, got {depth}")
    return rows[depth]


def _tree_rows(degree: int) -> Rows:
    _check_degree(degree, TREE_DEGREES, "tree angles")
    if degree == 3:
        return _load("tree_angles_3regular")[0]
    return _load("tree_angles_by_degree")[degree]


def _fixed_rows(degree: int) -> Rows:
    _check_degree(degree, FIXED_DEGREES, "fixed angles")
    return _load("fixed_angles")[degree]


def _sk_rows() -> Rows:
    return _load("sk_angles")[0]


def _check_degree(degree: int, known: range, what: str) -> None:
    check_integer("a degree", degree)
    if degree not in known:
        raise InputError(
            f"the table of {what} has degrees {known[0]} to {known[-1]}, got {degree}; "
            "take the nearest degree and carry its gammas over with transfer_angles"
        )


def _ranges(depths: Collection[int]) -> str:
    """Depths for an error message, neighbours joined.

    >>> _ranges([1, 2, 3, 5, 7, 8])
    '1 to 3, 5, 7 to 8'
    """
    ordered = sorted(depths)
    breaks = [index for index, (a, b) in enumerate(pairwise(ordered), 1) if b > a + 1]
    starts = [ordered[index] for index in [0, *breaks]]
    ends = [ordered[index - 1] for index in [*breaks, len(ordered)]]
    return ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in zip(starts, ends, strict=True))


@cache
def _load(name: str) -> dict[int, Rows]:
    """Rows by degree and depth; tables without degrees are under 0."""
    text = (files("qopt") / "data" / f"{name}.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    degrees = table.get("degrees") or {0: table["depths"]}
    return {
        int(degree): {int(depth): row for depth, row in rows.items()}
        for degree, rows in degrees.items()
    }
