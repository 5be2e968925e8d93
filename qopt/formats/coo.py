"""Coordinate lists of quadratic costs, as dimod writes them."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

from qminima.errors import InputError

from ..problems.polynomial_problem import PolynomialProblem, ising, qubo
from ..problems.problem import Problem
from ..problems.quadratic import bit_terms, check_quadratic
from .text import Line, in_file, plain, read_lines, triplet, write_lines

_ENTRY = "'i j weight' with variables from 0"


def read_coo(path: str | Path) -> PolynomialProblem:
    """Read lines ``i j weight``, with i = j for linear terms; terms that come twice add up.

    The first line may say ``# vartype=SPIN``, for terms in spins instead of bits, and another
    ``# offset=3.5``; other lines that begin with # are comments. Variables are labelled by the
    numbers that occur, in ascending order.

    Raises:
        InputError: for a file that is missing or malformed.
    """
    spins, offset = False, 0.0
    variables: set[int] = set()
    terms: dict[tuple[Hashable, ...], float] = {}
    for line in read_lines(path):
        if line.fields[0].startswith("#"):
            words = " ".join(line.fields).lstrip("#").split()
            key, _, value = words[0].partition("=") if len(words) == 1 else ("", "", "")
            if words and words[0].startswith(("vartype", "offset")) and not value:
                raise line.expected("'# vartype=SPIN' or '# offset=NUMBER'")
            if key == "vartype":
                spins = _is_spin(line, value)
            elif key == "offset":
                offset = line.weight(value, "'# offset=NUMBER'")
            continue
        if len(line.fields) != 3:
            raise line.expected(_ENTRY)
        i, j = line.whole(line.fields[:2], _ENTRY)
        if min(i, j) < 0:
            raise line.expected(_ENTRY)
        variables |= {i, j}
        key_ = (i,) if i == j else (min(i, j), max(i, j))
        terms[key_] = terms.get(key_, 0.0) + line.weight(line.fields[2], _ENTRY)
    labels = sorted(variables)
    if not labels:
        raise InputError(f"{path}: expected at least one line {_ENTRY}, got none")
    if offset:
        terms[()] = offset
    make = ising if spins else qubo
    with in_file(path):
        return make(terms, labels=labels, name=Path(path).stem)


def write_coo(problem: Problem, path: str | Path) -> None:
    """Write the cost of a problem, over spins where it was given in spins, else over bits.

    Raises:
        InputError: if the cost is of a higher degree than two, or the file cannot be written.
    """
    spins = isinstance(problem, PolynomialProblem) and problem.spins
    terms = check_quadratic(dict(problem.cost.terms)) if spins else bit_terms(problem)
    numbers = _numbers(problem)
    lines = [f"# vartype={'SPIN' if spins else 'BINARY'}"]
    if terms.get(()):
        lines.append(f"# offset={plain(terms[()])!r}")
    # A variable in no term still has to be named.
    linear = {j: terms.get((j,), 0.0) for j in range(problem.num_variables)}
    in_pairs = {variable for term in terms if len(term) == 2 for variable in term}
    lines += [
        triplet(numbers[j], numbers[j], w) for j, w in linear.items() if w or j not in in_pairs
    ]
    lines += [triplet(numbers[t[0]], numbers[t[1]], w) for t, w in terms.items() if len(t) == 2]
    write_lines(path, lines)


def _is_spin(line: Line, value: str) -> bool:
    if value not in ("SPIN", "BINARY"):
        raise line.expected("'# vartype=SPIN' or '# vartype=BINARY'")
    return value == "SPIN"


def _numbers(problem: Problem) -> list[int]:
    """The numbers of the variables in the file: their labels, where these are such numbers."""
    labels = getattr(problem, "labels", ())
    kept = [label for label in labels if isinstance(label, int) and label >= 0]
    ascending = len(kept) == problem.num_variables and kept == sorted(kept)
    return kept if ascending else list(range(problem.num_variables))
