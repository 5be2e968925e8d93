"""The Biq Mac library's files of quadratic problems over bits: min x Q x."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

from qminima.errors import InputError, shorten

from ..problems.polynomial_problem import PolynomialProblem, qubo
from ..problems.problem import Problem
from ..problems.quadratic import bit_terms
from .text import check_size, in_file, read_lines, triplet, write_lines

_HEADER = "'VARIABLES ENTRIES'"
_ENTRY = "'i j value'"


def read_sparse(path: str | Path) -> PolynomialProblem:
    """Read a symmetric matrix Q: ``variables entries``, then ``i j value`` lines from 1.

    Each entry is listed once and stands for Q_ij and Q_ji: x_i x_j has the weight 2 Q_ij. Wiegele,
    Biq Mac Library (2007), https://biqmac.aau.at/biqmaclib.html.

    Raises:
        InputError: for a file that is missing or malformed, or entries that do not agree with
            the header or occur twice.
    """
    lines = read_lines(path, ("#",))
    if not lines:
        raise InputError(f"{path}: expected a line {_HEADER}, got nothing")
    header = lines[0]
    if len(header.fields) != 2:
        raise header.expected(_HEADER)
    variables, entries = header.whole(header.fields, _HEADER)
    if variables < 1 or entries < 0:
        raise header.expected(f"{_HEADER} with at least one variable")
    check_size(path, variables, "variables")
    if len(lines) - 1 != entries:
        raise InputError(
            f"{path}: the header announces {shorten(entries)} entries, but {len(lines) - 1} follow"
        )
    terms: dict[tuple[Hashable, ...], float] = {}
    for line in lines[1:]:
        if len(line.fields) != 3:
            raise line.expected(_ENTRY)
        i, j = line.whole(line.fields[:2], _ENTRY)
        if not (1 <= i <= variables and 1 <= j <= variables):
            raise line.expected(f"{_ENTRY} with variables from 1 to {variables}")
        key = (i,) if i == j else (min(i, j), max(i, j))
        if key in terms:
            raise InputError(f"{line.where}: the entry {i} {j} occurs twice")
        terms[key] = line.weight(line.fields[2], _ENTRY) * len(key)
    with in_file(path):
        return qubo(terms, labels=range(1, variables + 1), name=Path(path).stem)


def write_sparse(problem: Problem, path: str | Path) -> None:
    """Write the cost of a problem as such a matrix.

    Raises:
        InputError: if the cost is of a higher degree than two or has a constant, which the format
            has no place for, or the file cannot be written.
    """
    terms = bit_terms(problem)
    constant = terms.pop((), 0.0)
    if constant:
        raise InputError(
            f"Biq Mac's matrices have no place for the constant {constant:g} of this cost; take "
            "another format, such as coo or qplib"
        )
    entries = [
        triplet(term[0] + 1, term[-1] + 1, weight / len(term)) for term, weight in terms.items()
    ]
    write_lines(path, [f"{problem.num_variables} {len(entries)}", *entries])
