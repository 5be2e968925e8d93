"""Costs as quadratic polynomials over bits, which models and files of other programs hold."""

from __future__ import annotations

from qminima.errors import InputError

from .bits import BitPolynomial
from .polynomial_problem import PolynomialProblem
from .problem import Problem

# Weight of each term, by numbers of variables in ascending order.
Terms = dict[tuple[int, ...], float]


def bit_terms(problem: Problem) -> Terms:
    """The cost of a problem over bits, constant, then linear, then quadratic terms.

    Raises:
        InputError: if the cost is of a higher degree.
    """
    if isinstance(problem, PolynomialProblem) and not problem.spins:
        # As they were given, so that a file that is read and written keeps every digit.
        sign = -1.0 if problem.maximise else 1.0
        terms = {term: sign * weight for term, weight in problem.terms}
    else:
        bits = BitPolynomial.from_spins(problem.cost)
        terms = {tuple(sorted(term)): float(weight) for term, weight in bits.terms.items()}
    return check_quadratic(terms)


def check_quadratic(terms: Terms) -> Terms:
    """The terms in order of their degree; raises `InputError` if one has a degree above two."""
    degree = max(map(len, terms), default=0)
    if degree > 2:
        raise InputError(
            f"expected a cost of degree two at most, got a term of degree {degree}; "
            "files in JSON hold any"
        )
    return dict(sorted(terms.items(), key=lambda item: (len(item[0]), item[0])))
