"""Comparisons as tables on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from itertools import pairwise
from math import floor, isfinite, log10
from typing import TYPE_CHECKING

from .result import Comparison, Result

if TYPE_CHECKING:
    from rich.console import Console

# A report that is piped into a file is not cut at the 80 columns of an unknown terminal.
_PLAIN_WIDTH = 110


@dataclass(frozen=True)
class Column:
    """A heading and the text it shows for each result."""

    heading: str
    text: Callable[[Result], str]
    justify: str = "right"


def printable(text: object) -> str:
    r"""Text without control characters, so that a name cannot steer the terminal.

    >>> printable("a\x1b[31mb")
    'a?[31mb'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))


def no_minus_zero(value: float, digits: int = 4) -> float:
    """The value, or plain zero where so many digits show nothing of it.

    >>> f"{no_minus_zero(-1e-9):.4f}"
    '0.0000'
    """
    return 0.0 if abs(value) < 0.5 * 10.0**-digits else value


def unsigned_zero(text: str) -> str:
    """A number in digits, without the minus sign where all of them are zero.

    >>> unsigned_zero("-0.0000"), unsigned_zero("-0"), unsigned_zero("-0.0001")
    ('0.0000', '0', '-0.0001')
    """
    digits = text.lower().partition("e")[0]
    return text.removeprefix("-") if not set(digits) & set("123456789") else text


def number_text(value: float, digits: int) -> str:
    """A number with so many significant digits at most, and no minus zero.

    >>> number_text(-1000000000.9465, 14), number_text(-0.0, 10), number_text(12.0, 10)
    ('-1000000000.9465', '0', '12')
    """
    return unsigned_zero(f"{value:.{digits}g}")


# Floating-point numbers have no more digits to tell apart.
_MOST_DIGITS = 15


def distinct_digits(values: Iterable[float], least: int) -> int:
    """How many significant digits show where numbers differ.

    They show the smallest difference with three digits, and four digits behind the point.

    Args:
        values: the numbers.
        least: digits in any case.

    >>> distinct_digits((21.0, 20.0), 10), distinct_digits((-1000000000.9465, -1000000000.9848), 10)
    (10, 14)
    """
    ordered = sorted({value for value in values if isfinite(value)})
    size = max((abs(value) for value in ordered), default=0.0)
    apart = [b - a for a, b in pairwise(ordered) if b - a > 10.0**-_MOST_DIGITS * size]
    if size == 0:
        return least
    last = min(-4, *(floor(log10(difference)) - 2 for difference in apart)) if apart else -4
    return min(max(least, floor(log10(size)) - last + 1), max(least, _MOST_DIGITS))


def fractions_text(values: Sequence[Fraction], least: int) -> list[str]:
    """Exact numbers of any size with as many digits as tell them apart, at least so many.

    >>> fractions_text((Fraction(1, 3), Fraction(12)), 4)
    ['0.333333', '12']
    """
    try:
        plain = [float(value) for value in values]
    except OverflowError:
        numbers = (Decimal(value.numerator) / Decimal(value.denominator) for value in values)
        return [f"{number:.{least}g}" for number in numbers]
    digits = distinct_digits(plain, least)
    return [number_text(value, digits) for value in plain]


def fixed_digits(value: float, scale: float, digits: int = 10) -> str:
    """Four digits behind the point, or so many in all where numbers of a scale are small or large.

    >>> fixed_digits(-1.23456, 10.0), fixed_digits(5.6e-8, 5.6e-8), fixed_digits(1e-12, 1e8)
    ('-1.2346', '5.6e-08', '1e-12')
    >>> fixed_digits(-1e-9, 0.0)
    '0.0000'
    """
    plain = scale == 0 or 1e-2 <= abs(scale) < 1e6
    return unsigned_zero(f"{value:.4f}" if plain else f"{value:.{digits}g}")


def _console(plain_width: int | None) -> Console:
    """Standard output, so many columns wide where it is no terminal; nowhere if it is closed."""
    from rich.console import Console

    if sys.stdout is None:
        return Console(file=StringIO(), width=plain_width)
    return Console(width=None if sys.stdout.isatty() else plain_width)


def print_names(title: str, lines: Mapping[str, str]) -> None:
    """Print names with a line each, under a title."""
    from rich.table import Table
    from rich.text import Text

    console = _console(_PLAIN_WIDTH)
    console.print(Text(title, style="bold"))
    table = Table(box=None, show_header=False, padding=(0, 2))
    for name, line in lines.items():
        table.add_row(Text(name), Text(printable(line)))
    console.print(table)


def print_lines(title: str, lines: Sequence[str]) -> None:
    """Print lines under a title."""
    from rich.text import Text

    console = _console(_PLAIN_WIDTH)
    console.print(Text(printable(title), style="bold"))
    for line in lines:
        console.print(Text(printable(f"  {line}")))


def counted(number: int, noun: str) -> str:
    """A number with its noun; numbers too long to be read become powers of ten.

    >>> counted(1, "node"), counted(1500, "node"), counted(10**20, "node")
    ('1 node', '1,500 nodes', 'about 10^20 nodes')
    """
    text = f"{number:,}" if number < 10**15 else f"about 10^{floor(log10(number))}"
    return f"{text} {noun}{'' if number == 1 else 's'}"


def three_digits(value: float) -> str:
    """A number with three digits.

    >>> three_digits(12345.6), three_digits(0.000123), three_digits(float("inf"))
    ('12,300', '0.000123', '∞')
    """
    if value == float("inf"):
        return "∞"
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def duration(value: float) -> str:
    """A time in words.

    >>> duration(3.2e-5), duration(0.25), duration(12.0), duration(float("inf"))
    ('32 µs', '250 ms', '12 s', '∞')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return three_digits(value / size) + ("" if value == float("inf") else f" {unit}")
    return f"{three_digits(value / 1e-6)} µs"


def seconds(result: Result) -> str:
    """Wall time with three digits or fewer."""
    return f"{result.seconds:.3f}" if result.seconds < 10 else f"{result.seconds:.1f}"


def evaluations(result: Result) -> str:
    """Number of evaluations, empty where none were counted."""
    return f"{result.evaluations:,}" if result.evaluations else ""


def print_comparison(
    comparison: Comparison, title: str, summary: Sequence[str], columns: Sequence[Column]
) -> None:
    """Print title, summary lines, table, skipped methods, warnings and verdict."""
    skipped: dict[str, list[str]] = {}
    for name, reason in comparison.skipped.items():
        skipped.setdefault(reason, []).append(name)
    notes = [f"not run: {', '.join(names)}: {reason}" for reason, names in skipped.items()]
    warnings = [f"warning: {warning}" for warning in comparison.warnings]
    for result in comparison.results:
        warnings += [f"warning: {result.method}: {warning}" for warning in result.warnings]
    if comparison.interrupted:
        notes.append("interrupted: the table holds what was finished or found until then")
    print_table(
        title,
        summary,
        {column.heading: column.justify for column in columns},
        [[column.text(result) for column in columns] for result in comparison.results],
        emphasised=[result.kind == "quantum" for result in comparison.results],
        notes=notes,
        warnings=warnings,
        verdict=comparison.verdict,
    )


def print_table(
    title: str,
    lines: Sequence[str],
    headings: Mapping[str, str],
    rows: Sequence[Sequence[str]],
    *,
    emphasised: Sequence[bool] = (),
    notes: Sequence[str] = (),
    warnings: Sequence[str] = (),
    verdict: str = "",
    plain_width: int = _PLAIN_WIDTH,
) -> None:
    """Print a table between lines of text.

    Args:
        title: in bold.
        lines: under the title.
        headings: of the columns, and "left" or "right".
        rows: what they show.
        emphasised: which rows are in colour.
        notes: under the table.
        warnings: under these, in colour.
        verdict: at the end, its first line in bold.
        plain_width: columns where the output is no terminal.
    """
    from rich.table import Table
    from rich.text import Text

    console = _console(plain_width)
    console.print(Text(printable(title), style="bold"))
    for line in lines:
        console.print(Text(printable(line)))
    table = Table()
    for heading, justify in headings.items():
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for number, row in enumerate(rows):
        style = "cyan" if number < len(emphasised) and emphasised[number] else ""
        table.add_row(*(Text(printable(cell)) for cell in row), style=style)
    console.print(table)
    for note in notes:
        console.print(Text(printable(note)))
    for warning in warnings:
        console.print(Text(printable(warning), style="yellow"))
    for number, line in enumerate(verdict.splitlines()):
        console.print(Text(printable(line), style="" if number else "bold"))
