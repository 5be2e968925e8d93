"""Proofs that no cut is larger: a tree of cases, each with the multipliers of a linear bound.

Every case fixes some edges as cut or not. In a leaf of the tree, non-negative multipliers m_r of
odd-cycle inequalities (see `odd_cycles`) prove

    cut <= sum_r m_r bound_r + sum_e max over allowed y_e of y_e (w_e - sum_r m_r a_re),

rounded down where all weights are whole. All numbers are exact fractions. `proof_check` verifies a
proof without anything of the search that found it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import compress
from pathlib import Path
from typing import Any

from qminima.storage import write_json

from ...problems.maxcut import MaxCut
from .exact import exact_total
from .odd_cycles import Inequality
from .proof_check import CLAIM

SCHEMA = 1


@dataclass(frozen=True)
class Branch:
    """A case that is split by an edge: not cut, or cut; cases are named by their numbers."""

    edge: int
    uncut: int
    cut: int


@dataclass(frozen=True)
class Leaf:
    """A case with its bound, and the multipliers that prove it, by number of the inequality."""

    bound: Fraction
    multipliers: dict[int, Fraction]


@dataclass(frozen=True, eq=False)
class Proof:
    """A cut and a proof that none is larger than a bound.

    Attributes:
        problem: whose cuts these are.
        bitstring: the cut.
        inequalities: that leaves refer to.
        tree: cases, the first being all cuts.
        interrupted: whether Ctrl-C ended the search; the bound holds all the same.
        weights: of the edges, where they are not those of the graph to the last digit.
    """

    problem: MaxCut
    bitstring: str
    inequalities: Sequence[Inequality]
    tree: Sequence[Branch | Leaf]
    interrupted: bool = False
    weights: Sequence[Fraction] | None = None

    @property
    def bound(self) -> Fraction:
        """The bound that no cut exceeds."""
        return max(case.bound for case in self.tree if isinstance(case, Leaf))

    @property
    def leaves(self) -> int:
        """Cases that are not split."""
        return sum(isinstance(case, Leaf) for case in self.tree)

    def record(self) -> dict[str, Any]:
        """The proof as plain data, for JSON and for `proof_check.check`."""
        first, second, stored = (one.tolist() for one in self.problem.edges)
        weights = [Fraction(w) for w in stored] if self.weights is None else self.weights
        sides = self.bitstring
        crossing = (sides[i] != sides[j] for i, j in zip(first, second, strict=True))
        cut = exact_total(compress(weights, crossing))
        used = sorted({r for leaf in self.tree if isinstance(leaf, Leaf) for r in leaf.multipliers})
        number = {r: k for k, r in enumerate(used)}
        return {
            "schema": SCHEMA,
            "claim": CLAIM,
            "name": self.problem.name,
            "nodes": self.problem.num_variables,
            "edges": [[i, j, str(w)] for i, j, w in zip(first, second, weights, strict=True)],
            "bitstring": self.bitstring,
            "cut": str(cut),
            "bound": str(self.bound),
            "inequalities": [
                {
                    "odd": [e for e, sign in self.inequalities[r].coefficients if sign > 0],
                    "rest": [e for e, sign in self.inequalities[r].coefficients if sign < 0],
                }
                for r in used
            ],
            "tree": [_case(case, number) for case in self.tree],
        }

    def write(self, path: str | Path) -> None:
        """Write the proof as JSON; raises `InputError` if the file cannot be written."""
        write_json(path, self.record())


def _case(case: Branch | Leaf, number: dict[int, int]) -> dict[str, Any]:
    if isinstance(case, Branch):
        return {"edge": case.edge, "uncut": case.uncut, "cut": case.cut}
    multipliers = [[number[r], str(value)] for r, value in sorted(case.multipliers.items())]
    return {"bound": str(case.bound), "multipliers": multipliers}
