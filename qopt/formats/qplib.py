"""QPLIB files of quadratic problems over bits without constraints.

Furini et al., Math. Program. Comput. 11, 237 (2019), https://qplib.zib.de/doc.html. The objective
is x Q x / 2 + b x + q with the lower triangle of Q. In the library's own files an entry v of it
stands for v x_i x_j / 2, off the diagonal as on it: QPLIB_3506 has its published value of 478, and
5881 that of 13067, in this reading only.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path

from qminima.errors import InputError, shorten

from ..problems.polynomial_problem import PolynomialProblem, qubo
from ..problems.problem import Problem
from ..problems.quadratic import Terms, bit_terms
from .text import Line, check_size, in_file, plain, read_lines, triplet, write_lines

_INFINITY = 1e30  # no bit has a bound that would need it, but the format asks for a number


def read_qplib(path: str | Path) -> PolynomialProblem:
    """Read a problem of bits without constraints, of type QBN (or CBN, DBN, LBN).

    Variables are labelled by their names in the file, and by their numbers from 1 if they have
    none.

    Raises:
        InputError: for a file that is missing or malformed, or a problem with constraints or
            with variables that are no bits.
    """
    sections = _Sections(path)
    name = sections.next("a name").fields[0]
    kind = sections.next("a type such as QBN").fields[0].upper()
    _check_kind(path, kind)
    sense = sections.next("'minimize' or 'maximize'")
    if sense.fields[0].lower() not in ("minimize", "maximize"):
        raise sense.expected("'minimize' or 'maximize'")
    maximise = sense.fields[0].lower() == "maximize"
    count = sections.count("the number of variables")
    check_size(path, count, "variables")
    terms: dict[tuple[int, ...], float] = {}
    if kind[0] != "L":
        for _ in range(sections.count("the number of quadratic terms")):
            line = sections.next("'i j value'", 3)
            i, j = sections.variables(line, line.fields[:2], count)
            weight = line.weight(line.fields[2], "'i j value'")
            key = (i,) if i == j else (min(i, j), max(i, j))
            if key in terms:
                raise InputError(f"{line.where}: the entry {i} {j} occurs twice")
            terms[key] = weight / 2
    for variable, weight in sections.values("linear coefficient", count):
        terms[variable,] = terms.get((variable,), 0.0) + weight
    terms[()] = sections.number("the constant of the objective")
    sections.number("the value of infinity")
    for what in ("starting value", "multiplier of a bound"):
        for _ in sections.values(what, count):
            pass
    labels: list[int | str] = list(range(1, count + 1))
    for _ in range(sections.count("the number of names of variables", last=True)):
        line = sections.next("'i name'", 2)
        (variable,) = sections.variables(line, line.fields[:1], count)
        labels[variable - 1] = line.fields[1]
    if sections.count("the number of names of constraints", last=True):
        raise InputError(f"{path}: names constraints, but has none")
    sections.end()
    named: dict[tuple[Hashable, ...], float] = {
        tuple(labels[j - 1] for j in term): weight for term, weight in terms.items()
    }
    with in_file(path):
        return qubo(named, labels=labels, maximise=maximise, name=name)


def write_qplib(problem: Problem, path: str | Path) -> None:
    """Write the cost of a problem as a QPLIB file of type QBN.

    Raises:
        InputError: if the cost is of a higher degree than two, or the file cannot be written.
    """
    terms = bit_terms(problem)
    maximise = isinstance(problem, PolynomialProblem) and problem.maximise
    sign = -1.0 if maximise else 1.0
    pairs = [(j, i, 2 * sign * w) for (i, j), w in _of_degree(terms, 2)]
    linear = [(j, sign * w) for (j,), w in _of_degree(terms, 1)]
    count = problem.num_variables
    names = [
        (number, label)
        for number, label in enumerate(getattr(problem, "labels", ()), start=1)
        if isinstance(label, str) and _is_name(label)
    ]
    title = "_".join(problem.name.split())
    write_lines(
        path,
        [
            title if _is_name(title) else "problem",
            "QBN # bits without constraints",
            "maximize" if maximise else "minimize",
            f"{count} # variables",
            f"{len(pairs)} # quadratic terms",
            *(triplet(j + 1, i + 1, w) for j, i, w in pairs),
            "0 # default linear coefficient",
            f"{len(linear)} # linear coefficients",
            *(f"{j + 1} {plain(w)!r}" for j, w in linear),
            f"{plain(sign * terms.get((), 0.0))!r} # constant of the objective",
            f"{_INFINITY!r} # infinity",
            *("0 # default start", "0 # other starts"),
            *("0 # default multiplier", "0 # other multipliers"),
            f"{len(names)} # names of variables",
            *(f"{number} {name}" for number, name in names),
            "0 # names of constraints",
        ],
    )


class _Sections:
    """The lines of a file, one after the other; what stands behind # or ! is a remark."""

    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._lines = self._stripped()

    def next(self, what: str, fields: int | None = None) -> Line:
        """The next line, of so many words."""
        line = next(self._lines, None)
        if line is None:
            raise InputError(f"{self._path}: expected {what}, but the file ends")
        if fields is not None and len(line.fields) != fields:
            raise line.expected(what)
        return line

    def end(self) -> None:
        """Raise `InputError` if there is another line."""
        line = next(self._lines, None)
        if line is not None:
            raise line.expected("the end of the file")

    def number(self, what: str) -> float:
        """The number of a line that has one."""
        line = self.next(what, 1)
        return float(line.weight(line.fields[0], what))

    def count(self, what: str, *, last: bool = False) -> int:
        """A count from 0 on; at the `last` section 0 if the file ends."""
        if last:
            line = next(self._lines, None)
            if line is None:
                return 0
        else:
            line = self.next(what)
        (found,) = line.whole(line.fields, what) if len(line.fields) == 1 else (-1,)
        if found < 0:
            raise line.expected(what)
        return found

    def values(self, what: str, variables: int) -> Iterator[tuple[int, float]]:
        """Variable and value of each that is not zero, of a default and a list of others."""
        default = self.number(f"the default {what}")
        found = dict.fromkeys(range(1, variables + 1), default) if default else {}
        for _ in range(self.count(f"the number of other values, each a {what}")):
            line = self.next("'i value'", 2)
            (variable,) = self.variables(line, line.fields[:1], variables)
            found[variable] = float(line.weight(line.fields[1], "'i value'"))
        yield from found.items()

    def variables(self, line: Line, texts: list[str], count: int) -> list[int]:
        """Numbers of variables from 1 on."""
        found = line.whole(texts, "numbers of variables")
        if not all(1 <= variable <= count for variable in found):
            raise InputError(
                f"{line.where}: expected variables from 1 to {count}, got "
                f"{shorten(' '.join(texts))}"
            )
        return found

    def _stripped(self) -> Iterator[Line]:
        for line in read_lines(self._path, ("#", "!", "%")):
            end = next((k for k, word in enumerate(line.fields) if word[0] in "#!"), None)
            yield Line(line.where, line.fields[:end])


def _check_kind(path: str | Path, kind: str) -> None:
    if len(kind) != 3 or kind[0] not in "LDCQ" or kind[1] not in "CBMIG" or kind[2] not in "NBLDCQ":
        raise InputError(f"{path}: expected a type such as QBN, got {shorten(kind)!r}")
    if kind[1] != "B" or kind[2] not in "NB":
        reason = "variables that are no bits" if kind[1] != "B" else "constraints"
        raise InputError(
            f"{path}: the problem is of type {kind}, with {reason}; only problems of bits without "
            "constraints can be read, such as those of type QBN"
        )


def _is_name(text: str) -> bool:
    """Whether a text is one word, no remark, and no number that another variable could have."""
    return text.split() == [text] and text[0] not in "#!%" and not text.isdecimal()


def _of_degree(terms: Terms, degree: int) -> list[tuple[tuple[int, ...], float]]:
    return [(term, weight) for term, weight in terms.items() if len(term) == degree and weight]
