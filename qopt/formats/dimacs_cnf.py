"""DIMACS formulas in conjunctive normal form, as in the SAT competitions and SATLIB."""

from __future__ import annotations

from pathlib import Path

from qminima.errors import InputError, shorten

from ..problems.satisfiability import Satisfiability, max_sat
from .text import check_size, in_file, read_lines, write_lines

_HEADER = "'p cnf VARIABLES CLAUSES'"


def read_cnf(path: str | Path) -> Satisfiability:
    """Read a formula: ``p cnf VARIABLES CLAUSES``, then clauses of literals that end with 0.

    Lines that begin with c are comments, and a line that begins with % ends the formula, as in
    SATLIB's files.

    Raises:
        InputError: for a file that is missing or malformed, clauses that do not agree with the
            header, and what `max_sat` refuses.
    """
    lines = read_lines(path, ("c",))
    if not lines or lines[0].fields[0] != "p":
        raise InputError(f"{path}: expected a line {_HEADER} before all clauses")
    header = lines[0]
    if len(header.fields) != 4 or header.fields[1] != "cnf":
        raise header.expected(_HEADER)
    variables, announced = header.whole(header.fields[2:], _HEADER)
    if variables < 1 or announced < 0:
        raise InputError(
            f"{path}: expected at least one variable, got {shorten(variables)} and "
            f"{shorten(announced)} clauses"
        )
    check_size(path, variables, "variables")
    clauses: list[tuple[int, ...]] = []
    open_clause: list[int] = []
    for line in lines[1:]:
        if line.fields[0] == "%":
            break
        for literal in line.whole(line.fields, "literals and 0 at the end of each clause"):
            if literal:
                open_clause.append(literal)
            else:
                clauses.append(tuple(open_clause))
                open_clause = []
    if open_clause:
        raise InputError(f"{path}: the last clause does not end with 0")
    if len(clauses) != announced:
        raise InputError(
            f"{path}: the header announces {shorten(announced)} clauses, but {len(clauses)} follow"
        )
    with in_file(path):
        return max_sat(clauses, variables=variables, name=Path(path).stem)


def write_cnf(problem: Satisfiability, path: str | Path) -> None:
    """Write the clauses of a formula; raises `InputError` if the file cannot be written."""
    clauses = [" ".join(map(str, (*clause, 0))) for clause in problem.clauses]
    write_lines(path, [f"p cnf {problem.num_variables} {len(clauses)}", *clauses])
