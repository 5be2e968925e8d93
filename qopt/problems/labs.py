"""Low autocorrelation binary sequences."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import ClassVar

import numpy as np

from qminima.limits import check_whole
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial

from .binary import BinaryProblem, Bits, Bound

# Optimal energies, from Packebusch and Mertens, J. Phys. A 49, 165001 (2016), arXiv:1512.02475.
OPTIMAL = {
    3: 1, 4: 2, 5: 2, 6: 7, 7: 3, 8: 8, 9: 12, 10: 13, 11: 5, 12: 10, 13: 6, 14: 19, 15: 15, 16: 24,
    17: 32, 18: 25, 19: 29, 20: 26, 21: 26, 22: 39, 23: 47, 24: 36,
}  # fmt: skip

# The cost has about N^3/24 terms; optima beyond N = 66 are not known.
_LONGEST = 150


@dataclass(frozen=True, eq=False, kw_only=True)
class LABS(BinaryProblem):
    """E(z) = sum_{k=1}^{N-1} C_k^2 with C_k = sum_i z_i z_{i+k}; made by `labs`."""

    length: int
    kind: ClassVar[str] = "labs"
    score_name: ClassVar[str] = "energy"

    @property
    def num_variables(self) -> int:
        """N."""
        return self.length

    def objective(self, bits: Bits) -> float:
        """The energy E."""
        spins = 1 - 2 * bits
        sidelobes = np.correlate(spins, spins, "full")[self.length :]
        return float(sidelobes @ sidelobes)

    @cached_property
    def cost(self) -> Polynomial:
        """E of degree four in the spins."""
        terms: dict[tuple[int, ...], float] = {}
        for k in range(1, self.length):
            for i in range(self.length - k):
                for j in range(self.length - k):
                    # z_i z_{i+k} z_j z_{j+k}, where equal spins cancel.
                    spins: set[int] = set()
                    for place in (i, i + k, j, j + k):
                        spins ^= {place}
                    key = tuple(sorted(spins))
                    terms[key] = terms.get(key, 0.0) + 1.0
        return Polynomial(terms)

    def exact_cost(self) -> dict[tuple[int, ...], Fraction]:
        """The cost as it is: all weights are whole numbers."""
        return {spins: Fraction(weight) for spins, weight in self.cost.terms}

    def trivial_bound(self) -> Bound:
        """One for each sum of an odd number of terms."""
        reason = "every sum of an odd number of products is at least 1 in size"
        return Bound(Fraction(self.length // 2), reason)

    def solution(self, bits: Bits) -> list[int]:
        """The sequence of +1 and -1."""
        return [int(spin) for spin in 1 - 2 * bits]

    def merit_factor(self, bitstring: str) -> float:
        """N^2 / 2E; raises what `score` raises."""
        return self.length**2 / (2 * self.score(bitstring))


def labs(length: int) -> LABS:
    """The low autocorrelation binary sequence of a length.

    The optimal energy is known as reference up to N = 24.

    Raises:
        InputError: for a length that is not a whole number from 2 to 150.

    >>> barker = labs(13)
    >>> barker.score("0000011001010"), round(barker.merit_factor("0000011001010"), 2)
    (6.0, 14.08)
    """
    check_whole("a length", length, 2, _LONGEST)
    best = OPTIMAL.get(length)
    reference = None
    if best is not None:
        reference = Reference(float(best), "branch and bound", "proven", "arXiv:1512.02475")
    return LABS(length=length, name=f"labs-{length}", reference=reference)
