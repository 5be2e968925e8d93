"""Branch and bound for the maximum cut, on linear programs with odd-cycle inequalities.

Linear programs are solved in floating-point numbers, so that their exact bounds are missed by some
last digits. In a first round cases are closed that are that near to the best cut. Where weights are
whole, or multiples of another number, a bound that near is rounded to the best cut. Elsewhere a
second round goes on until every case is closed in exact arithmetic: an edge whose exchange costs
more than a bound is missed by has the same value in all better cuts.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from qminima.limits import Deadline
from qminima.progress import Progress
from simulator.typing import Floats

from ...problems.maxcut import MaxCut
from ..cut_form import ExactCut, exact_cut
from .best_cut import BestCut
from .bounds import Bounds
from .fixed_edges import Fixed, FixedEdges, Parts
from .odd_cycles import violated
from .proof import Branch, Leaf, Proof
from .relaxation import Relaxation

# Of the largest weight: bounds that are missed by less are not improved in the first round.
_SLACK = Fraction(1, 10**7)


def prove_cut(
    problem: MaxCut | ExactCut,
    start: str,
    deadline: Deadline,
    progress: Progress | None = None,
) -> Proof:
    """The best cut that was found, and a proof of a bound on all cuts: the same, if time allows.

    Each case is a linear program over the edges, max sum w_e y_e with 0 <= y_e <= 1 and the edges
    of the case fixed, tightened by odd-cycle inequalities until none is violated. A case is closed
    once its bound is no better than the best cut; else it is split by the edge that is most
    undecided. Barahona, Jünger and Reinelt, Math. Program. 44, 127 (1989).

    Args:
        problem: the cut to be maximised; with exact weights, where they are no floating-point
            numbers.
        start: a bit string to begin with.
        deadline: at which cases that are open stay so, with the bounds they have.
        progress: reports the number of open cases and the best cut.
    """
    exact = exact_cut(problem) if isinstance(problem, MaxCut) else problem
    return _Tree(exact, start, deadline, progress or Progress()).grow()


class _Tree:
    """The cases so far."""

    def __init__(self, cut: ExactCut, start: str, deadline: Deadline, progress: Progress) -> None:
        self._problem = problem = cut.form.maxcut
        self._deadline = deadline
        self._progress = progress
        first, second, weights = problem.edges
        self._ends = (first, second)
        self._resolution = cut.cost.resolution
        self._relaxation = Relaxation(weights)
        self._slack = Fraction(self._relaxation.scale) * _SLACK
        self._bounds = Bounds(cut, deadline)
        self._tree: list[Branch | Leaf] = [self._bounds.leaf({}, {})]
        self._best = BestCut(cut, start, deadline)

    def grow(self) -> Proof:
        """Split cases until all are closed, time is over, or Ctrl-C ends it."""
        interrupted = self._deadline.interrupted
        try:
            if not interrupted:
                self._finish(self._split())
        except KeyboardInterrupt:
            interrupted = True
            # Cases that no branch has yet are the last ones.
            branches = [case for case in self._tree if isinstance(case, Branch)]
            del self._tree[1 + max((branch.cut for branch in branches), default=0) :]
        bounds, best = self._bounds, self._best.bitstring
        return Proof(
            self._problem, best, bounds.rows, self._tree, interrupted, tuple(bounds.weights)
        )

    def _split(self) -> dict[int, Fixed]:
        """The first round; its leaves with their fixed edges."""
        open_cases: list[tuple[int, Fixed]] = [(0, {})]
        leaves: dict[int, Fixed] = {}
        while open_cases:
            number, fixed = open_cases.pop()
            edge, y = None, np.zeros(0)
            if not (number and self._deadline()):
                self._tree[number], y = self._bounded(fixed, self._leaf(number))
                edge = self._undecided(y, fixed)
            if edge is None or self._closed(self._leaf(number).bound) or self._deadline():
                leaves[number] = fixed
            else:
                cases = self._branch(number, fixed, edge)
                # The likelier case last, as it is taken first.
                open_cases += cases if y[edge] > 0.5 else cases[::-1]
            self._note(len(open_cases))
        return leaves

    def _leaf(self, number: int) -> Leaf:
        """A case that is not split."""
        leaf = self._tree[number]
        assert isinstance(leaf, Leaf)  # noqa: S101 - for the type checker
        return leaf

    def _branch(
        self, number: int, fixed: Fixed, edge: int, reduced: Fraction | None = None
    ) -> list[tuple[int, Fixed]]:
        """Split a leaf by an edge, not cut or cut, with the bounds that it hands on.

        Args:
            number: of the leaf.
            fixed: its fixed edges.
            edge: by which it is split.
            reduced: the reduced weight of that edge, if it is known.
        """
        leaf, first = self._leaf(number), len(self._tree)
        both: list[Fixed] = [{**fixed, edge: 0}, {**fixed, edge: 1}]
        if reduced is None or self._bounds.whole:  # bounds are rounded down after they are added up
            self._tree += [self._bounds.leaf(leaf.multipliers, inside) for inside in both]
        else:
            least = leaf.bound - max(reduced, Fraction(0))
            self._tree += [Leaf(least + value * reduced, leaf.multipliers) for value in (0, 1)]
        self._tree[number] = Branch(edge, first, first + 1)
        return list(enumerate(both, first))

    def _note(self, open_cases: int) -> None:
        cut = float(self._best.weight)
        self._progress.note(f"{open_cases} of {len(self._tree)} cases open, cut {cut:.10g}")

    def _finish(self, leaves: dict[int, Fixed]) -> None:
        """The second round, in which bounds are exact."""
        self._slack = self._resolution
        open_cases = list(leaves.items())
        while open_cases and not self._deadline():
            number, fixed = open_cases.pop()
            open_cases += self._refine(number, fixed)
            self._note(len(open_cases))

    def _refine(self, number: int, fixed: Fixed) -> list[tuple[int, Fixed]]:
        """Close a case or split it; the cases that are then open, the likeliest last."""
        leaf = self._leaf(number)
        if self._closed(leaf.bound):
            return []
        parts = FixedEdges(self._problem.num_variables, self._ends, fixed)
        if not parts.free:
            self._tree[number] = self._bounds.held_leaf({}, fixed, parts)
            self._best.take("".join(map(str, parts.sides)))
            return []
        leaf = min(
            leaf, self._bounds.held_leaf(leaf.multipliers, fixed, parts), key=lambda one: one.bound
        )
        y = np.zeros(0)
        if not self._closed(leaf.bound) and not self._pinned(leaf, parts):
            self._relaxation.aim(parts.free)
            leaf, y = self._bounded(fixed, leaf, parts)
        self._tree[number] = leaf
        if self._closed(leaf.bound) or self._deadline():
            return []
        pinned = self._pinned(leaf, parts)
        if pinned:
            return self._follow(number, fixed, pinned)
        edge = self._undecided(y, fixed) if len(y) else parts.free[0]
        assert edge is not None  # noqa: S101 - some edges are free
        cases = self._branch(number, fixed, edge)
        return cases if len(y) and y[edge] > 0.5 else cases[::-1]

    def _pinned(self, leaf: Leaf, parts: FixedEdges) -> list[tuple[int, Fraction]]:
        """Free edges whose other value the multipliers of a case rule out, and by how much."""
        reduced = self._bounds.reduced(leaf.multipliers)
        ruled_out = [
            (edge, reduced[edge])
            for edge in parts.free
            if self._closed(leaf.bound - abs(reduced[edge]))
        ]
        return sorted(ruled_out, key=lambda one: -abs(one[1]))

    def _follow(
        self, number: int, fixed: Fixed, pinned: list[tuple[int, Fraction]]
    ) -> list[tuple[int, Fixed]]:
        """Fix edges one after the other, each at the only value that is left."""
        joined = Parts(self._problem.num_variables, self._ends, fixed)
        for edge, reduced in pinned:
            if joined.join(edge):
                number, fixed = self._branch(number, fixed, edge, reduced)[int(reduced > 0)]
        return [(number, fixed)]

    def _bounded(
        self, fixed: Fixed, leaf: Leaf, parts: FixedEdges | None = None
    ) -> tuple[Leaf, Floats]:
        """The bound of a case, no worse than the one it came with, and the relaxation's values.

        In the second round edges that are implied (`parts`) are fixed in the program as well.

        Raises:
            KeyboardInterrupt: on Ctrl-C, which the solver only notices.
        """
        bounds, relaxation, best = self._bounds, self._relaxation, self._best
        relaxation.fix(fixed if parts is None else {**fixed, **parts.implied})
        heads, tails = self._ends
        y = np.full(len(heads), 0.5)
        while len(heads):
            y, multipliers = relaxation.solve(self._deadline.left())
            if len(y) != len(heads):
                break
            if parts is None:
                found = bounds.leaf(multipliers, fixed)
            else:
                found = bounds.held_leaf(multipliers, fixed, parts)
            if found.bound < leaf.bound:
                leaf = found
            best.round(y, fixed)
            known = f"bound {float(leaf.bound):.10g}, cut {float(best.weight):.10g}"
            self._progress.note(f"{len(self._tree)} cases, in one {known}")
            if self._closed(leaf.bound) or self._deadline():
                break
            new = violated(self._problem.num_variables, heads, tails, y, self._deadline)
            new -= {bounds.rows[number] for number in relaxation.numbers}
            if not new:
                break
            for row in sorted(new, key=lambda one: one.coefficients):
                relaxation.add(bounds.number(row), row)
        return leaf, y

    def _closed(self, bound: Fraction) -> bool:
        """Whether a case has no better cut, up to the slack of the round."""
        gap = bound - self._best.weight
        return gap <= 0 or gap < self._slack

    def _undecided(self, y: Floats, fixed: Fixed) -> int | None:
        """The edge nearest to one half that fixed edges say nothing about."""
        joined = Parts(self._problem.num_variables, self._ends, fixed)
        part = np.array([joined.find(node) for node in range(self._problem.num_variables)])
        first, second = self._ends
        free = np.flatnonzero(part[first] != part[second])
        if not len(free):
            return None
        undecided = np.abs(y - 0.5).round(6)[free]
        nearest: list[int] = free[undecided == undecided.min()].tolist()
        return max(nearest, key=lambda edge: abs(self._bounds.weights[edge]))
