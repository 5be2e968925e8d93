"""Maximum satisfiability: as many clauses as possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from qminima.errors import InputError, shorten
from qminima.limits import check_whole
from qminima.result import Reference
from simulator.operators.polynomial import Polynomial

from .binary import BinaryProblem, Bits, Bound
from .bits import BitPolynomial, Convert, total
from .linear_model import LinearModel

# Clauses per variable where random 3-SAT turns from mostly satisfiable to mostly not.
_RANDOM_CLAUSES = 4.267


@dataclass(frozen=True, eq=False, kw_only=True)
class Satisfiability(BinaryProblem):
    """The number of violated clauses; made by `max_sat`.

    Attributes:
        clauses: literals as in DIMACS files, k for variable k and -k for its negation, from 1 on.
        variables: how many there are.
    """

    clauses: tuple[tuple[int, ...], ...]
    variables: int
    kind: ClassVar[str] = "max-sat"
    score_name: ClassVar[str] = "violations"

    @property
    def num_variables(self) -> int:
        """Number of variables."""
        return self.variables

    def objective(self, bits: Bits) -> float:
        """The number of clauses none of whose literals is true."""
        true = bits.tolist()  # a list is several times as fast as an array, entry by entry
        return float(
            sum(all((literal > 0) != true[abs(literal) - 1] for literal in c) for c in self.clauses)
        )

    @cached_property
    def cost(self) -> Polynomial:
        """Sum over clauses of the product of their literals' negations."""
        return self.in_bits().spins()

    def in_bits(self, number: Convert = float) -> BitPolynomial:
        """The cost as a polynomial in bits."""
        parts = []
        for clause in self.clauses:
            violated = BitPolynomial({frozenset(): number(1)})
            for literal in clause:
                variable = BitPolynomial.variable(abs(literal) - 1)
                violated = violated * (1 - variable if literal > 0 else variable)
            parts.append(violated)
        return total(parts)

    def solution(self, bits: Bits) -> dict[int, bool]:
        """The value of each variable, numbered from 1."""
        return {number: bool(bit) for number, bit in enumerate(bits, start=1)}

    def trivial_bound(self) -> Bound:
        """No violations."""
        return Bound(Fraction(0), "there cannot be fewer than 0")

    def linear_model(self) -> LinearModel:
        """Min sum y_c with y_c at least 1 minus the number of true literals."""
        model = LinearModel()
        model.bits(self.num_variables)
        for clause in self.clauses:
            row = {model.variable(1.0, whole=False): 1.0}
            row |= {abs(literal) - 1: 1.0 if literal > 0 else -1.0 for literal in clause}
            model.row(row, low=1 - sum(literal < 0 for literal in clause))
        return model

    def describe(self) -> dict[str, Any]:
        """Name, kind, variables and clauses."""
        return {**super().describe(), "clauses": len(self.clauses)}


# A clause of k literals has up to 2^k terms.
_LONGEST, _MOST_TERMS, _MOST_VARIABLES = 16, 4_000_000, 200_000


def max_sat(
    clauses: Iterable[Sequence[int]],
    *,
    variables: int | None = None,
    name: str = "max-sat",
    reference: Reference | None = None,
) -> Satisfiability:
    """The assignment that violates the fewest clauses.

    Args:
        clauses: of at most 16 literals, k for variable k and -k for its negation, from 1 on; a
            clause that says both is true.
        variables: how many there are; as many as are named unless given.
        name: shown in tables.
        reference: the fewest violated clauses that are known, 0 if all can hold.

    Raises:
        InputError: for literals that are no whole numbers, zero or beyond the variables, or a
            clause that is empty or too long.

    >>> problem = max_sat([(1, 2), (-1, 2), (-2,)])
    >>> problem.score("01"), problem.decode("10")
    (1.0, {1: True, 2: False})
    """
    checked: list[tuple[int, ...]] = []
    if not isinstance(clauses, Iterable):
        raise InputError(f"expected a list of clauses, each a list, got {shorten(clauses)}")
    for clause in clauses:
        if not isinstance(clause, Sequence) or isinstance(clause, str):
            raise InputError(f"expected clauses as lists of literals, got {shorten(clause)}")
        literals = tuple(dict.fromkeys(clause))
        if not literals:
            raise InputError("expected clauses of at least one literal, got an empty one")
        if len(literals) > _LONGEST:
            raise InputError(
                f"expected clauses of at most {_LONGEST} literals, got one of {len(literals)}"
            )
        for literal in literals:
            if isinstance(literal, bool) or not isinstance(literal, int) or literal == 0:
                raise InputError(f"expected literals ±1, ±2, ..., got {shorten(literal)}")
        if not any(-literal in literals for literal in literals):
            checked.append(literals)
    if sum(2 ** len(clause) for clause in checked) > _MOST_TERMS:
        raise InputError(
            f"expected clauses whose 2^length add up to at most {_MOST_TERMS}, as each is a "
            "polynomial of so many terms"
        )
    largest = max((abs(literal) for clause in checked for literal in clause), default=1)
    if variables is not None:
        check_whole("a number of variables", variables, 1, _MOST_VARIABLES)
    count = largest if variables is None else variables
    if count < largest:
        raise InputError(f"expected literals up to {count}, got {largest}")
    return Satisfiability(clauses=tuple(checked), variables=count, name=name, reference=reference)


def random_clauses(size: int, seed: int) -> dict[str, Any]:
    """Clauses of three variables at the threshold of satisfiability, 4.267 for each variable.

    Mertens, Mézard and Zecchina, Random Struct. Algorithms 28, 340 (2006).
    """
    if size < 3:
        raise InputError(f"expected at least 3 variables, got {size}")
    random = np.random.default_rng(seed)
    drawn = [
        (1 + random.choice(size, 3, replace=False)) * random.choice([-1, 1], 3)
        for _ in range(round(_RANDOM_CLAUSES * size))
    ]
    return {"clauses": [clause.tolist() for clause in drawn], "variables": size}
