"""Branch and bound for the maximum cut, on linear programs with odd-cycle inequalities.

Linear programs are solved in floating-point numbers, so that their exact bounds are missed by some
last digits. In a first round cases are closed that are that near to the best cut. Where weights are
whole, or multiples of another number, a bound that near is rounded to the best cut. Elsewhere a
second round goes on until every case is closed in exact arithmetic: an edge whose exchange costs
more than a bound is missed by has the same value in all better cuts.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import compress
from math import inf
from time import perf_counter

import numpy as np

from qminima.limits import Deadline
from qminima.progress import Progress
from simulator.typing import Floats

from ...problems.maxcut import MaxCut
from ..cut_form import ExactCut, exact_cut, power_of_two
from ..linear_program import add_columns, add_row, quiet_solver, solve
from ..search import Search
from .exact import exact_total
from .fixed_edges import Ends, FixedEdges
from .odd_cycles import Inequality, violated
from .proof import Branch, Leaf, Proof

Fixed = dict[int, int]  # edges that a case has as not cut (0) or cut (1)

# Multipliers are rounded to fractions of this many bits.
_BITS = 50

# Seconds that writing and checking the proof takes, for each second that the bound of a case does.
_CLOSING = 6.0

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
        progress: told how many cases there are, and the best cut.
    """
    exact = exact_cut(problem) if isinstance(problem, MaxCut) else problem
    return _Tree(exact, start, deadline, progress or Progress()).grow()


class _Tree:
    """The cases so far."""

    def __init__(self, cut: ExactCut, start: str, deadline: Deadline, progress: Progress) -> None:
        import highspy

        self._problem = problem = cut.form.maxcut
        self._deadline = deadline
        self._progress = progress
        first, second, weights = problem.edges
        self._ends = (first, second)
        self._weights = list(cut.weights)
        self._positive = exact_total(weight for weight in self._weights if weight > 0)
        self._whole = cut.whole
        self._resolution = cut.cost.resolution
        self._scale = power_of_two(weights)
        self._slack = Fraction(self._scale) * _SLACK
        self._solver = quiet_solver()
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        add_columns(self._solver, weights / self._scale)
        # All inequalities, by number; those of the linear program, in its order.
        self._rows: list[Inequality] = []
        self._numbers: dict[Inequality, int] = {}
        self._in_program: list[int] = []
        self._reserved = 0.0  # seconds of the time for writing and checking the proof
        self._tree: list[Branch | Leaf] = [self._inherited(Leaf(Fraction(0), {}), {})]
        self._fixed: Fixed = {}
        self._polish = Search(problem.cost, problem.num_variables, 0)
        self._best, self._cut = start, self._weight(start)

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
        return Proof(
            self._problem, self._best, self._rows, self._tree, interrupted, tuple(self._weights)
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
        if reduced is None or self._whole:  # bounds are rounded down after they are added up
            self._tree += [self._inherited(leaf, inside) for inside in both]
        else:
            least = leaf.bound - max(reduced, Fraction(0))
            self._tree += [Leaf(least + value * reduced, leaf.multipliers) for value in (0, 1)]
        self._tree[number] = Branch(edge, first, first + 1)
        return list(enumerate(both, first))

    def _note(self, open_cases: int) -> None:
        cut = float(self._cut)
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
            self._tree[number] = self._proves({}, fixed, parts)
            self._try("".join(map(str, parts.sides)))
            return []
        leaf = min(leaf, self._proves(leaf.multipliers, fixed, parts), key=lambda one: one.bound)
        y = np.zeros(0)
        if not self._closed(leaf.bound) and not self._pinned(leaf, parts):
            self._aim(parts)
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
        reduced = self._reduced(leaf.multipliers)
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
        joined = _Parts(self._problem.num_variables, self._ends, fixed)
        for edge, reduced in pinned:
            if joined.join(edge):
                number, fixed = self._branch(number, fixed, edge, reduced)[int(reduced > 0)]
        return [(number, fixed)]

    def _aim(self, parts: FixedEdges) -> None:
        """Let the linear program have the weights of free edges only, in a unit that fits them."""
        first, _, weights = self._problem.edges
        costs = np.zeros(len(first))
        costs[parts.free] = weights[parts.free]
        self._scale = power_of_two(costs)
        columns = np.arange(len(costs), dtype=np.int32)
        self._solver.changeColsCost(len(costs), columns, costs / self._scale)

    def _bounded(
        self, fixed: Fixed, leaf: Leaf, parts: FixedEdges | None = None
    ) -> tuple[Leaf, Floats]:
        """The bound of a case, no worse than the one it came with, and the relaxation's values.

        In the second round edges that are implied (`parts`) are fixed in the program as well.

        Raises:
            KeyboardInterrupt: on Ctrl-C, which the solver only notices.
        """
        self._fix(fixed if parts is None else {**fixed, **parts.implied})
        heads, tails = self._ends
        y = np.full(len(self._weights), 0.5)
        while len(self._weights):
            solve(self._solver, self._deadline.left())
            solution = self._solver.getSolution()
            y = np.array(solution.col_value)
            if len(y) != len(self._weights):
                break
            multipliers = self._rounded(np.array(solution.row_dual))
            if parts is None:
                found = self._inherited(Leaf(Fraction(0), multipliers), fixed)
            else:
                found = self._proves(multipliers, fixed, parts)
            if found.bound < leaf.bound:
                leaf = found
            self._round(y, fixed)
            known = f"bound {float(leaf.bound):.10g}, cut {float(self._cut):.10g}"
            self._progress.note(f"{len(self._tree)} cases, in one {known}")
            if self._closed(leaf.bound) or self._deadline():
                break
            new = violated(self._problem.num_variables, heads, tails, y, self._deadline)
            new -= {self._rows[number] for number in self._in_program}
            if not new:
                break
            for row in sorted(new, key=lambda one: one.coefficients):
                add_row(self._solver, row.coefficients, -inf, row.bound)
                self._in_program.append(self._number(row))
        return leaf, y

    def _number(self, row: Inequality) -> int:
        """The number of an inequality, a new one unless it is known."""
        if row not in self._numbers:
            self._numbers[row] = len(self._rows)
            self._rows.append(row)
        return self._numbers[row]

    def _fix(self, fixed: Fixed) -> None:
        """Bounds of the columns as a case has them."""
        for edge in self._fixed.keys() - fixed.keys():
            self._solver.changeColBounds(edge, 0, 1)
        for edge, value in fixed.items():
            self._solver.changeColBounds(edge, value, value)
        self._fixed = fixed

    def _rounded(self, multipliers: Floats) -> dict[int, Fraction]:
        """Multipliers of the program's inequalities as fractions, by number."""
        return {
            self._in_program[row]: Fraction(round(value * 2**_BITS), 2**_BITS)
            * Fraction(self._scale)
            for row, value in enumerate(multipliers.tolist())
            if value * 2**_BITS >= 1
        }

    def _proves(self, multipliers: dict[int, Fraction], fixed: Fixed, parts: FixedEdges) -> Leaf:
        """The bound of a case by multipliers, with those added that hold implied edges."""
        reduced, held = self._reduced(multipliers), dict(multipliers)
        for edge, value in parts.implied.items():
            if reduced[edge] < 0 if value else reduced[edge] > 0:
                row = self._number(parts.inequality(edge))
                held[row] = held.get(row, Fraction(0)) + abs(reduced[edge])
        return self._inherited(Leaf(Fraction(0), held), fixed)

    def _reduced(self, multipliers: dict[int, Fraction]) -> list[Fraction]:
        """Weights of edges less what multipliers of inequalities take from them."""
        reduced = list(self._weights)
        for row, multiplier in multipliers.items():
            for edge, sign in self._rows[row].coefficients:
                reduced[edge] -= sign * multiplier
        return reduced

    def _inherited(self, before: Leaf, fixed: Fixed) -> Leaf:
        """The bound of this case by the multipliers of another one."""
        begun = perf_counter()
        rows, multipliers = self._rows, before.multipliers
        reduced, changed = self._reduced(multipliers), set(fixed)
        for row in multipliers:
            changed.update(edge for edge, _ in rows[row].coefficients)
        parts = [value * rows[row].bound for row, value in multipliers.items()]
        for edge in changed:
            cost, weight = reduced[edge], self._weights[edge]
            if weight > 0:
                parts.append(-weight)
            if fixed.get(edge, cost > 0):
                parts.append(cost)
        total = self._positive + exact_total(parts)
        if self._whole:
            total = Fraction(total.numerator // total.denominator)
        closing = _CLOSING * (perf_counter() - begun)
        if closing > self._reserved:
            self._deadline.charge(closing - self._reserved)
            self._reserved = closing
        return Leaf(total, before.multipliers)

    def _closed(self, bound: Fraction) -> bool:
        """Whether a case has no better cut, up to the slack of the round."""
        gap = bound - self._cut
        return gap <= 0 or gap < self._slack

    def _undecided(self, y: Floats, fixed: Fixed) -> int | None:
        """The edge nearest to one half that fixed edges say nothing about."""
        joined = _Parts(self._problem.num_variables, self._ends, fixed)
        part = np.array([joined.find(node) for node in range(self._problem.num_variables)])
        first, second = self._ends
        free = np.flatnonzero(part[first] != part[second])
        if not len(free):
            return None
        undecided = np.abs(y - 0.5).round(6)[free]
        nearest: list[int] = free[undecided == undecided.min()].tolist()
        return max(nearest, key=lambda edge: abs(self._weights[edge]))

    def _round(self, y: Floats, fixed: Fixed) -> None:
        """A cut along the most decided edges, improved by single flips."""
        decided = np.argsort(-np.abs(y - 0.5), kind="stable").tolist()
        order = sorted(decided, key=lambda edge: edge not in fixed)
        sides = _spread(self._problem.num_variables, self._ends, y, order)
        self._polish.restart(sides)
        self._polish.descend(self._deadline)
        self._try(self._polish.bitstring)

    def _try(self, found: str) -> None:
        """Keep a cut that is better than the best one."""
        weight = self._weight(found)
        if weight > self._cut:
            self._best, self._cut = found, weight

    def _weight(self, bitstring: str) -> Fraction:
        first, second = self._ends
        sides = np.frombuffer(bitstring.encode(), dtype=np.uint8)
        return exact_total(compress(self._weights, (sides[first] != sides[second]).tolist()))


class _Parts:
    """Labels of nodes, the same for nodes that fixed edges connect."""

    def __init__(self, nodes: int, ends: Ends, fixed: Fixed) -> None:
        self._label = list(range(nodes))
        self._ends = ends
        for edge in fixed:
            self.join(edge)

    def find(self, node: int) -> int:
        """The label of a node."""
        label = self._label
        while label[node] != node:
            label[node] = label[label[node]]
            node = label[node]
        return node

    def join(self, edge: int) -> bool:
        """Connect both ends of an edge; whether they were not before."""
        u, v = self.find(int(self._ends[0][edge])), self.find(int(self._ends[1][edge]))
        self._label[u] = v
        return u != v


def _spread(
    nodes: int,
    ends: Ends,
    y: Floats,
    order: list[int],
) -> Floats:
    """Spins along a spanning forest of the first edges in an order, cut where y is above 1/2."""
    parent, sign = list(range(nodes)), [1] * nodes

    def find(node: int) -> tuple[int, int]:
        path = []
        while parent[node] != node:
            path.append(node)
            node = parent[node]
        relative = 1
        for step in reversed(path):
            relative *= sign[step]
            parent[step], sign[step] = node, relative
        return node, relative

    first, second = ends[0].tolist(), ends[1].tolist()
    for edge in order:
        (u, a), (v, b) = find(first[edge]), find(second[edge])
        if u != v:
            parent[u] = v
            sign[u] = a * b * (-1 if y[edge] > 0.5 else 1)
    return np.array([find(node)[1] for node in range(nodes)], dtype=float)
