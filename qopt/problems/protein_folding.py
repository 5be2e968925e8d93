"""Protein folding on a square lattice: the HP model, one bit for each bead and site."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from qminima.errors import InputError, shorten
from qminima.limits import check_whole
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial
from simulator.spaces import Qubits, Space
from simulator.spaces.feasible import HammingWeight, Product

from ..circuits.mixers import xy_complete_mixer
from .binary import BinaryProblem, Bits, Bound, Native
from .bits import BitPolynomial, Convert, Terms, total
from .linear_model import LinearModel

Site = tuple[int, int]

_SITES = 256


@dataclass(frozen=True, eq=False, kw_only=True)
class ProteinFolding(BinaryProblem):
    """A chain of hydrophobic (H) and polar (P) beads on a lattice; made by `protein_folding`.

    Beads with an even number lie on sites whose row and column add up to an even number, the
    others on the rest: a chain can always be laid so, and neighbours in the chain or in contact
    are then never of one kind. There is a bit for each bead and site of its kind, bead by bead.
    """

    sequence: str
    rows: int
    columns: int
    kind: ClassVar[str] = "protein-folding"
    score_name: ClassVar[str] = "energy"

    @cached_property
    def sites(self) -> tuple[list[Site], list[Site]]:
        """Sites as (row, column), of even and of odd sum."""
        every = [(row, column) for row in range(self.rows) for column in range(self.columns)]
        even, odd = ([site for site in every if sum(site) % 2 == parity] for parity in (0, 1))
        return even, odd

    @cached_property
    def registers(self) -> list[range]:
        """The variables of each bead."""
        ends = np.cumsum([0, *(len(self.sites[bead % 2]) for bead in range(len(self.sequence)))])
        return [range(int(first), int(end)) for first, end in pairwise(ends)]

    @property
    def num_variables(self) -> int:
        """Beads times sites, about halved."""
        return self.registers[-1].stop

    @cached_property
    def contacts(self) -> list[tuple[int, int]]:
        """Pairs of H beads that can be in contact: not neighbours in the chain, of both kinds."""
        hydrophobic = [bead for bead, kind in enumerate(self.sequence) if kind == "H"]
        return [(i, j) for i in hydrophobic for j in hydrophobic if j - i >= 3 and (j - i) % 2]

    @cached_property
    def penalty_weights(self) -> tuple[np.ndarray[Any, np.dtype[np.float64]], float]:
        """Of (sites - 1)^2 of each bead, and of each overlap and each break of the chain.

        With M pairs that can be in contact, no fold has an energy above zero or below -M. If bead i
        has 1 + d_i sites, there are at most sum over pairs of (1 + d_i)(1 + d_j) contacts, which
        is at most M + 3/2 sum_i h_i d_i^2 with h_i the pairs that bead i is in, since
        (1 + d)^2 <= 1 + 3 d^2. Weights of M + 1 + 3 h_i / 2 and M + 1 thus put every violation
        above zero.
        """
        pairs = np.zeros(len(self.sequence))
        for pair in self.contacts:
            pairs[list(pair)] += 1
        least = len(self.contacts) + 1.0
        return least + 1.5 * pairs, least

    def objective(self, bits: Bits) -> float:
        """Minus the number of contacts between H beads."""
        return 0.0 - float(sum(bits[a] * bits[b] for a, b in self._contact_bits))

    def penalty(self, bits: Bits) -> float:
        """Of beads without exactly one site, sites with two beads, and breaks of the chain."""
        single, other = self.penalty_weights
        counts = np.array([bits[list(register)].sum() for register in self.registers])
        clashes = sum(int(bits[a] * bits[b]) for a, b in self._clash_bits)
        return float(single @ (counts - 1) ** 2 + other * clashes)

    @cached_property
    def cost(self) -> Polynomial:
        """Contacts and penalties."""
        return self.in_bits().spins()

    def in_bits(self, number: Convert = float) -> BitPolynomial:
        """The cost as a polynomial in bits."""
        single, other = self.penalty_weights
        terms: Terms = {frozenset(pair): number(-1) for pair in self._contact_bits}
        for pair in self._clash_bits:
            terms[frozenset(pair)] = terms.get(frozenset(pair), 0) + number(other)
        parts = [BitPolynomial(terms)]
        for register, weight in zip(self.registers, single.tolist(), strict=True):
            excess = BitPolynomial.linear((variable, 1) for variable in register) - 1
            parts.append(excess * excess * number(weight))
        return total(parts)

    def solution(self, bits: Bits) -> list[Site]:
        """The site of each bead, as (row, column)."""
        return [
            self.sites[bead % 2][int(bits[list(register)].argmax())]
            for bead, register in enumerate(self.registers)
        ]

    def native(self) -> Native:
        """One site for each bead, and an XY mixer on each bead's sites.

        That no site has two beads and the chain holds together stays with the penalty, which stays.
        """
        sizes = [len(register) for register in self.registers]
        parts: list[Space] = [HammingWeight(n, 1) if n > 1 else Qubits(1) for n in sizes]
        mixer = xy_complete_mixer(*(register for register in self.registers if len(register) > 1))
        return self, Product(*parts), mixer

    def trivial_bound(self) -> Bound:
        """As many contacts as the free neighbours of the H beads of either parity allow."""
        free = [0, 0]  # of even and of odd beads, two for each and one more at the ends
        for bead, kind in enumerate(self.sequence):
            if kind == "H":
                free[bead % 2] += 3 if bead in (0, len(self.sequence) - 1) else 2
        most = min(*free, len(self.contacts))
        return Bound(Fraction(-most), f"the H beads cannot have more than {most} contacts")

    def linear_model(self) -> LinearModel:
        """One site for each bead, one bead on each site, neighbours side by side, most contacts."""
        model = LinearModel()
        model.bits(self.num_variables)
        for register in self.registers:
            model.row(dict.fromkeys(register, 1), low=1, high=1)
        for parity, sites in enumerate(self.sites):
            for site in range(len(sites)):
                beads = self.registers[parity::2]
                model.row({register[site]: 1 for register in beads}, high=1)
        for i, j in pairwise(range(len(self.sequence))):
            for one, other in ((i, j), (j, i)):
                for variable in self.registers[one]:
                    near = [
                        beside
                        for beside in self.registers[other]
                        if self._adjacent(one, other, (variable, beside))
                    ]
                    model.row({variable: -1, **dict.fromkeys(near, 1)}, low=0)
        for first, second in self._contact_bits:
            model.product(first, second, -1.0)
        return model

    def describe(self) -> dict[str, Any]:
        """Name, kind, sequence and lattice."""
        lattice = f"{self.rows} x {self.columns}"
        return {**super().describe(), "sequence": self.sequence, "lattice": lattice}

    def draw(self, bitstring: str) -> str:
        """The fold as text, H and P joined by lines; raises what `decode` raises.

        >>> print(protein_folding("HPPH").draw("01011010"))
        P-H
        |
        P-H
        """
        fold = self.decode(bitstring)
        canvas = [[" "] * (2 * self.columns - 1) for _ in range(2 * self.rows - 1)]
        for (row, column), kind in zip(fold, self.sequence, strict=True):
            canvas[2 * row][2 * column] = kind
        for (row, column), (below, beside) in pairwise(fold):
            canvas[row + below][column + beside] = "-" if row == below else "|"
        return "\n".join("".join(line).rstrip() for line in canvas)

    @cached_property
    def _contact_bits(self) -> list[tuple[int, int]]:
        """Variables of two H beads on neighbouring sites."""
        return [
            pair
            for i, j in self.contacts
            for pair in self._pairs(i, j)
            if self._adjacent(i, j, pair)
        ]

    @cached_property
    def _clash_bits(self) -> list[tuple[int, int]]:
        """Variables of two beads on one site, and of neighbours in the chain that are apart."""
        beads = range(len(self.sequence))
        same = [
            (self.registers[i][site], self.registers[j][site])
            for i in beads for j in beads if i < j and (j - i) % 2 == 0
            for site in range(len(self.registers[i]))
        ]  # fmt: skip
        apart = [
            pair
            for i, j in pairwise(beads)
            for pair in self._pairs(i, j)
            if not self._adjacent(i, j, pair)
        ]
        return same + apart

    def _pairs(self, i: int, j: int) -> list[tuple[int, int]]:
        return [(a, b) for a in self.registers[i] for b in self.registers[j]]

    def _adjacent(self, i: int, j: int, pair: tuple[int, int]) -> bool:
        (row, column), (other_row, other_column) = (
            self.sites[bead % 2][variable - self.registers[bead].start]
            for bead, variable in zip((i, j), pair, strict=True)
        )
        return abs(row - other_row) + abs(column - other_column) == 1


def protein_folding(
    sequence: str,
    *,
    rows: int | None = None,
    columns: int | None = None,
    name: str | None = None,
    reference: Reference | None = None,
) -> ProteinFolding:
    """The fold of a chain of H and P beads with the most contacts between H beads.

    A contact is a pair of H beads on neighbouring sites that are not neighbours in the chain. The
    model is that of Lau and Dill, Macromolecules 22, 3986 (1989), over bits as in Irbäck,
    Knuthson, Mohanty and Peterson, Phys. Rev. Research 4, 043013 (2022).

    Args:
        sequence: letters H and P, 2 to 64.
        rows: of the lattice; the smallest square that holds the chain unless given.
        columns: as `rows`.
        name: shown in tables; the sequence unless given.
        reference: the least energy that is known.

    Raises:
        InputError: for other letters, or a lattice that is too small for the chain or has more
            than 256 sites.

    >>> problem = protein_folding("HPPH")
    >>> problem.num_variables, problem.decode("01011010"), problem.score("01011010")
    (8, [(1, 1), (1, 0), (0, 0), (0, 1)], -1.0)
    """
    sequence = str(sequence).upper()
    if not 2 <= len(sequence) <= 64 or set(sequence) - {"H", "P"}:
        raise InputError(f"expected 2 to 64 letters H or P, got {shorten(sequence)!r}")
    side = int(np.ceil(np.sqrt(len(sequence))))
    rows = side if rows is None else rows
    columns = side if columns is None else columns
    check_whole("a number of rows", rows, 1, _SITES)
    check_whole("a number of columns", columns, 1, _SITES // rows)
    if rows * columns < len(sequence):
        raise InputError(
            f"a lattice of {shorten(rows)} x {shorten(columns)} sites cannot hold a chain of "
            f"{len(sequence)} beads; give more rows or columns"
        )
    return ProteinFolding(
        sequence=sequence, rows=rows, columns=columns, name=sequence if name is None else name,
        reference=reference,
    )  # fmt: skip


def random_beads(size: int, seed: int) -> dict[str, Any]:
    """Letters H and P, each as likely."""
    random = np.random.default_rng(seed)
    return {"sequence": "".join(random.choice(["H", "P"], size))}
