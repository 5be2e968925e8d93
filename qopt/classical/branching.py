"""Branch and bound for the maximum cut, on linear programs with odd-cycle inequalities."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import numpy as np
from numpy.typing import NDArray

from qminima.limits import Deadline
from qminima.progress import Progress

from ..problems.maxcut import MaxCut
from .cut_form import power_of_two
from .linear_program import add_column, add_row, quiet_solver, solve
from .odd_cycles import Inequality, violated
from .proof import Branch, Leaf, Proof
from .search import Search

Floats = NDArray[np.float64]
Ends = tuple[NDArray[np.int64], NDArray[np.int64]]
Fixed = dict[int, int]  # edges that a case has as not cut (0) or cut (1)

# Multipliers are rounded to fractions of this many bits.
_BITS = 50


def prove_cut(
    problem: MaxCut,
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
        problem: the cut to be maximised.
        start: a bit string to begin with.
        deadline: at which cases that are open stay so, with the bounds they have.
        progress: told how many cases there are, and the best cut.
    """
    return _Tree(problem, start, deadline, progress or Progress()).grow()


class _Tree:
    """The cases so far."""

    def __init__(self, problem: MaxCut, start: str, deadline: Deadline, progress: Progress) -> None:
        import highspy

        self._problem = problem
        self._deadline = deadline
        self._progress = progress
        first, second, weights = problem.edges
        self._ends = (first, second)
        self._weights = [Fraction(weight) for weight in weights.tolist()]
        self._whole = all(weight.denominator == 1 for weight in self._weights)
        self._scale = power_of_two(weights)
        self._solver = quiet_solver()
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        for weight in (weights / self._scale).tolist():
            add_column(self._solver, weight)
        self._rows: list[Inequality] = []
        self._known: set[Inequality] = set()
        self._fixed: Fixed = {}
        self._polish = Search(problem.cost, problem.num_variables, 0)
        self._best, self._cut = start, self._weight(start)

    def grow(self) -> Proof:
        """Split cases until all are closed."""
        tree: list[Branch | Leaf | None] = [None]
        # Number, fixed edges, and the multipliers of the case that it came from.
        open_cases: list[tuple[int, Fixed, Leaf]] = [(0, {}, Leaf(Fraction(0), {}))]
        interrupted = False
        while open_cases:
            number, fixed, before = open_cases.pop()
            leaf, edge, y = self._inherited(before, fixed), None, np.zeros(0)
            if not interrupted and not (number and self._deadline()):
                try:
                    leaf, y = self._bounded(fixed, leaf)
                    edge = self._undecided(y, fixed)
                except KeyboardInterrupt:
                    interrupted, edge = True, None
            if edge is None or self._closed(leaf.bound) or self._deadline():
                tree[number] = leaf
            else:
                uncut, cut = len(tree), len(tree) + 1
                tree += [None, None]
                tree[number] = Branch(edge, uncut, cut)
                cases = [(uncut, {**fixed, edge: 0}, leaf), (cut, {**fixed, edge: 1}, leaf)]
                # The likelier case last, as it is taken first.
                open_cases += cases if y[edge] > 0.5 else cases[::-1]
            self._progress.note(f"{len(open_cases)} of {len(tree)} cases open, cut {self._cut}")
        done = [case for case in tree if case is not None]
        return Proof(self._problem, self._best, self._rows, done, interrupted)

    def _bounded(self, fixed: Fixed, leaf: Leaf) -> tuple[Leaf, Floats]:
        """The bound of a case, no worse than the one it came with, and the relaxation's values.

        Raises:
            KeyboardInterrupt: on Ctrl-C, which the solver only notices.
        """
        self._fix(fixed)
        heads, tails = self._ends
        y = np.full(len(self._weights), 0.5)
        while len(self._weights):
            solve(self._solver, self._deadline.left())
            solution = self._solver.getSolution()
            y = np.array(solution.col_value)
            if len(y) != len(self._weights):
                break
            found = self._exact(np.array(solution.row_dual), fixed)
            if found.bound < leaf.bound:
                leaf = found
            self._round(y, fixed)
            if self._closed(leaf.bound) or self._deadline():
                break
            new = violated(self._problem.num_variables, heads, tails, y, self._deadline)
            new -= self._known
            if not new:
                break
            for row in sorted(new, key=lambda one: one.coefficients):
                add_row(self._solver, row.coefficients, -inf, row.bound)
                self._rows.append(row)
            self._known |= new
        return leaf, y

    def _fix(self, fixed: Fixed) -> None:
        """Bounds of the columns as a case has them."""
        for edge in self._fixed.keys() - fixed.keys():
            self._solver.changeColBounds(edge, 0, 1)
        for edge, value in fixed.items():
            self._solver.changeColBounds(edge, value, value)
        self._fixed = fixed

    def _exact(self, multipliers: Floats, fixed: Fixed) -> Leaf:
        """What multipliers, rounded to fractions, prove."""
        rounded = {
            row: Fraction(round(value * 2**_BITS), 2**_BITS) * Fraction(self._scale)
            for row, value in enumerate(multipliers.tolist())
            if value * 2**_BITS >= 1
        }
        return self._inherited(Leaf(Fraction(0), rounded), fixed)

    def _inherited(self, before: Leaf, fixed: Fixed) -> Leaf:
        """What the multipliers of another case prove of this one."""
        reduced, total = list(self._weights), Fraction(0)
        for row, multiplier in before.multipliers.items():
            total += multiplier * self._rows[row].bound
            for edge, sign in self._rows[row].coefficients:
                reduced[edge] -= sign * multiplier
        for edge, cost in enumerate(reduced):
            total += cost * fixed[edge] if edge in fixed else max(cost, Fraction(0))
        if self._whole:
            total = Fraction(total.numerator // total.denominator)
        return Leaf(total, before.multipliers)

    def _closed(self, bound: Fraction) -> bool:
        """Whether no better cut can be in a case, up to rounding of weights that are not whole."""
        slack = 0 if self._whole else Fraction(self._scale) * Fraction(1, 10**7)
        return bound <= self._cut + slack

    def _undecided(self, y: Floats, fixed: Fixed) -> int | None:
        """The edge nearest to one half that fixed edges say nothing about."""
        parts = _components(self._problem.num_variables, self._ends, fixed)
        free = [e for e, (u, v) in enumerate(zip(*self._ends, strict=True)) if parts[u] != parts[v]]
        if not free:
            return None
        undecided = np.abs(y - 0.5).round(6)
        return min(free, key=lambda edge: (float(undecided[edge]), -abs(self._weights[edge])))

    def _round(self, y: Floats, fixed: Fixed) -> None:
        """A cut along the most decided edges, improved by single flips."""
        decided = np.argsort(-np.abs(y - 0.5), kind="stable").tolist()
        order = sorted(decided, key=lambda edge: edge not in fixed)
        sides = _spread(self._problem.num_variables, self._ends, y, order)
        self._polish.restart(sides)
        self._polish.descend()
        found = self._polish.bitstring
        weight = self._weight(found)
        if weight > self._cut:
            self._best, self._cut = found, weight

    def _weight(self, bitstring: str) -> Fraction:
        first, second = self._ends
        return sum(
            (w for i, j, w in zip(first, second, self._weights, strict=True)
             if bitstring[i] != bitstring[j]),
            Fraction(0),
        )  # fmt: skip


def _components(nodes: int, ends: Ends, fixed: Fixed) -> list[int]:
    """A label of each node, the same for nodes that fixed edges connect."""
    label = list(range(nodes))

    def find(node: int) -> int:
        while label[node] != node:
            label[node] = label[label[node]]
            node = label[node]
        return node

    for edge in fixed:
        label[find(int(ends[0][edge]))] = find(int(ends[1][edge]))
    return [find(node) for node in range(nodes)]


def _spread(
    nodes: int,
    ends: Ends,
    y: Floats,
    order: list[int],
) -> Floats:
    """Spins along a spanning forest of the first edges in an order, cut where y is above 1/2."""
    parent, sign = list(range(nodes)), [1] * nodes

    def find(node: int) -> tuple[int, int]:
        relative = 1
        while parent[node] != node:
            relative *= sign[node]
            node = parent[node]
        return node, relative

    for edge in order:
        (u, a), (v, b) = find(int(ends[0][edge])), find(int(ends[1][edge]))
        if u != v:
            parent[u] = v
            sign[u] = a * b * (-1 if y[edge] > 0.5 else 1)
    return np.array([find(node)[1] for node in range(nodes)], dtype=float)
