"""Text files of instances: lines and numbers, read strictly, with the place in every error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import BinaryIO

from qminima.errors import InputError, shorten
from qminima.library import read_text
from qminima.parsing import real_number, whole_number
from qminima.storage import write_atomically

# More nodes or variables than this in a header are taken for a mistake.
MOST_VARIABLES = 200_000


@contextmanager
def in_file(path: str | Path) -> Iterator[None]:
    """Name the file in errors about what was read from it."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


@dataclass(frozen=True)
class Line:
    """A line that is neither empty nor a comment.

    Attributes:
        where: file and number of the line, for errors.
        fields: its words.
    """

    where: str
    fields: list[str]

    def expected(self, what: str) -> InputError:
        """The error for a line that is something else."""
        return InputError(f"{self.where}: expected {what}, got {quote(self.fields)}")

    def weight(self, text: str, what: str) -> int | float:
        """A finite number of this line, as an integer where it is whole."""
        try:
            weight = real_number(text)
        except ValueError:
            raise self.expected(what) from None
        if not isfinite(weight):
            raise InputError(f"{self.where}: expected a finite weight, got {shorten(text)}")
        return plain(weight)

    def whole(self, texts: Iterable[str], what: str) -> list[int]:
        """Whole numbers of this line."""
        try:
            return [whole_number(text) for text in texts]
        except ValueError:
            raise self.expected(what) from None


def read_lines(path: str | Path, comments: tuple[str, ...] = ()) -> list[Line]:
    """The lines of a text file, without empty ones and those whose first word is a comment's.

    Raises:
        InputError: if the file cannot be read or is no text.
    """
    return lines_of(path, read_text(path), comments)


def lines_of(path: str | Path, content: str, comments: tuple[str, ...] = ()) -> list[Line]:
    """The lines of a file's text, as `read_lines` has them."""
    found = []
    for number, text in enumerate(content.splitlines(), start=1):
        fields = text.split()
        if fields and not (comments and fields[0].startswith(comments)):
            found.append(Line(f"{path}, line {number}", fields))
    return found


def write_lines(path: str | Path, lines: Iterable[str]) -> None:
    """Write a text file, whole or not at all; raises `InputError` if that cannot be done."""
    try:
        content = ("\n".join(lines) + "\n").encode()
    except UnicodeEncodeError:
        raise InputError(f"{path}: names are no text that a file can hold") from None

    def write(file: BinaryIO) -> None:
        file.write(content)

    write_atomically(path, write)


def check_size(path: str | Path, count: int, what: str) -> None:
    """Raise `InputError` for a count that no file means."""
    if count > MOST_VARIABLES:
        raise InputError(
            f"{path}: expected at most {MOST_VARIABLES} {what}, got {shorten(count)}; "
            "check the header"
        )


def plain(weight: float) -> int | float:
    """The weight, as an integer where it is whole."""
    return int(weight) if float(weight).is_integer() else float(weight)


def triplet(first: int, second: int, weight: float) -> str:
    """A line ``i j weight``."""
    return f"{first} {second} {plain(weight)!r}"


def quote(fields: list[str]) -> str:
    """Words of a file for an error."""
    return repr(shorten(" ".join(fields)))
