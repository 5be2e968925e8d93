"""An independent check of proofs that no cut is larger, in exact arithmetic.

It imports nothing of this project but errors and the reading of numbers, and takes nothing on
trust: not that inequalities are odd cycles of the graph, not that the cases of the tree are all
there are, not the bounds that leaves state. `proof` says what is proven and how.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from qminima.errors import InputError, shorten
from qminima.parsing import fraction

Edge = tuple[int, int, Fraction]
Inequality = tuple[dict[int, int], int]

CLAIM = "no cut exceeds the bound"

# Sums of fractions have the product of their denominators, and take a time that grows with it.
_MOST_BITS = 4_096


@dataclass(frozen=True)
class Checked:
    """The facts that a proof establishes of the graph it holds, whichever graph was meant."""

    nodes: int
    edges: int
    cut: Fraction
    bound: Fraction
    leaves: int

    @property
    def optimal(self) -> bool:
        """Whether the cut reaches the bound."""
        return self.cut == self.bound


def check(record: Any) -> Checked:
    """Verify a proof, as `Proof.record` or a file holds it.

    Raises:
        InputError: if it does not prove what it claims, with the first thing that is wrong.
    """
    if not isinstance(record, Mapping) or record.get("schema") != 1:
        raise _wrong("expected a proof of schema 1")
    if record.get("claim") != CLAIM:
        raise _wrong(f"expected the claim that {CLAIM}, got {shorten(record.get('claim'))}")
    nodes = _whole(record.get("nodes"), "a number of nodes", 1, 10**9)
    numbers = _Numbers()
    edges = _edges(record.get("edges"), nodes, numbers)
    cut = _cut(record.get("bitstring"), edges, nodes)
    if numbers.read(record.get("cut")) != cut:
        raise _wrong(f"the bit string cuts {cut}, not {shorten(record.get('cut'))}")
    rows = [
        _inequality(entry, edges, number)
        for number, entry in enumerate(_list(record.get("inequalities"), "inequalities"))
    ]
    bounds = _leaves(_list(record.get("tree"), "cases"), edges, rows, numbers)
    if numbers.read(record.get("bound")) != max(bounds):
        raise _wrong(f"the leaves prove {max(bounds)}, not {shorten(record.get('bound'))}")
    if cut > max(bounds):
        raise _wrong("the cut is larger than the bound")
    return Checked(nodes, len(edges), cut, max(bounds), len(bounds))


def _leaves(
    tree: list[Any], edges: list[Edge], rows: list[Inequality], numbers: _Numbers
) -> list[Fraction]:
    """Bounds of all leaves, each reached once and with nothing left out."""
    bounds: list[Fraction] = []
    reached: set[int] = set()
    cases: list[tuple[int, dict[int, int]]] = [(0, {})]
    while cases:
        number, fixed = cases.pop()
        if number in reached:
            raise _wrong(f"case {number} is reached twice")
        reached.add(number)
        case = tree[number] if number < len(tree) else None
        if not isinstance(case, Mapping):
            raise _wrong(f"there is no case {number}")
        if set(case) == {"edge", "uncut", "cut"}:
            edge = _whole(case["edge"], "an edge", 0, len(edges) - 1)
            if edge in fixed:
                raise _wrong(f"case {number} splits by an edge that is fixed already")
            for value, key in enumerate(("uncut", "cut")):
                after = _whole(case[key], "a case", 0, len(tree) - 1)
                cases.append((after, {**fixed, edge: value}))
        elif set(case) == {"bound", "multipliers"}:
            bound = _bound(case["multipliers"], edges, rows, fixed, numbers)
            if numbers.read(case["bound"]) != bound:
                raise _wrong(f"case {number} proves {bound}, not {shorten(case['bound'])}")
            bounds.append(bound)
        else:
            raise _wrong(f"case {number} is neither split nor a leaf")
    if len(reached) != len(tree):
        raise _wrong("some cases are never reached")
    return bounds


def _bound(
    multipliers: Any,
    edges: list[Edge],
    rows: list[Inequality],
    fixed: dict[int, int],
    numbers: _Numbers,
) -> Fraction:
    """The bound that multipliers prove where some edges are fixed."""
    reduced = [weight for _, _, weight in edges]
    total = Fraction(0)
    seen: set[int] = set()
    for pair in _list(multipliers, "multipliers"):
        if not isinstance(pair, list) or len(pair) != 2:
            raise _wrong("expected multipliers as pairs")
        row = _whole(pair[0], "an inequality", 0, len(rows) - 1)
        value = numbers.read(pair[1])
        if value < 0 or row in seen:
            raise _wrong("expected one multiplier from zero on for an inequality")
        seen.add(row)
        coefficients, right = rows[row]
        total += value * right
        for edge, sign in coefficients.items():
            reduced[edge] -= sign * value
    total += _total(
        cost for edge, cost in enumerate(reduced) if fixed.get(edge, cost.numerator > 0)
    )
    whole = all(weight.denominator == 1 for _, _, weight in edges)
    return Fraction(total.numerator // total.denominator) if whole else total


def _inequality(entry: Any, edges: list[Edge], number: int) -> Inequality:
    """Sum of y over odd - sum over rest <= |odd| - 1, if these are a cycle and |odd| is odd."""
    if not isinstance(entry, Mapping) or set(entry) != {"odd", "rest"}:
        raise _wrong(f"inequality {number} has no sets of edges")
    signs: dict[int, int] = {}
    for key, sign in (("odd", 1), ("rest", -1)):
        for value in _list(entry[key], "edges"):
            edge = _whole(value, "an edge", 0, len(edges) - 1)
            if edge in signs:
                raise _wrong(f"inequality {number} names an edge twice")
            signs[edge] = sign
    beside: dict[int, list[int]] = {}
    for edge in signs:
        u, v, _ = edges[edge]
        beside.setdefault(u, []).append(v)
        beside.setdefault(v, []).append(u)
    if not signs or any(len(near) != 2 for near in beside.values()):
        raise _wrong(f"the edges of inequality {number} are no cycle")
    start = next(iter(beside))
    before, here, length = start, beside[start][0], 1
    while here != start:
        one, other = beside[here]
        before, here, length = here, (other if one == before else one), length + 1
    odd = sum(sign == 1 for sign in signs.values())
    if length != len(signs) or odd % 2 == 0:
        raise _wrong(f"inequality {number} is no odd part of one cycle")
    return signs, odd - 1


def _edges(value: Any, nodes: int, numbers: _Numbers) -> list[Edge]:
    found: list[Edge] = []
    for entry in _list(value, "edges"):
        if not isinstance(entry, list) or len(entry) != 3:
            raise _wrong("expected edges as [node, node, weight]")
        u, v = (_whole(node, "a node", 0, nodes - 1) for node in entry[:2])
        found.append((u, v, numbers.read(entry[2])))
    if len({frozenset(edge[:2]) for edge in found}) < len(found) or any(
        u == v for u, v, _ in found
    ):
        raise _wrong("expected each edge once, between two nodes")
    return found


def _cut(bitstring: Any, edges: list[Edge], nodes: int) -> Fraction:
    if not isinstance(bitstring, str) or len(bitstring) != nodes or set(bitstring) - {"0", "1"}:
        raise _wrong(f"expected a bit string of {nodes} characters")
    return _total(w for u, v, w in edges if bitstring[u] != bitstring[v])


def _total(numbers: Iterable[Fraction]) -> Fraction:
    """The sum over one common denominator."""
    ratios = [number.as_integer_ratio() for number in numbers]
    below = lcm(*{denominator for _, denominator in ratios})
    return Fraction(sum(one * (below // denominator) for one, denominator in ratios), below)


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(f"expected a list of {what}, got {shorten(value)}")
    return value


def _whole(value: Any, what: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise _wrong(f"expected {what} from {least} to {most}, got {shorten(value)}")
    return value


class _Numbers:
    """The fractions of a proof, which have a common denominator that is not too long."""

    def __init__(self) -> None:
        self._common = 1
        self._known: dict[str, Fraction] = {}

    def read(self, value: Any) -> Fraction:
        """A fraction from text."""
        if isinstance(value, str) and value in self._known:
            return self._known[value]
        try:
            found = fraction(value if isinstance(value, str) else "")
        except ValueError:
            raise _wrong(
                "expected a fraction such as '3/2' of at most 2,000 characters, got "
                f"{shorten(value)}"
            ) from None
        self._common = lcm(self._common, found.denominator)
        if self._common.bit_length() > _MOST_BITS:
            raise _wrong(f"expected fractions of a common denominator below 2^{_MOST_BITS}")
        return self._known.setdefault(value, found)


def _wrong(text: str) -> InputError:
    return InputError(f"the proof does not hold: {text}")
