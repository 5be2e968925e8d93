"""The error that a user can mend."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Input that cannot be used; the message says what was expected, what came, what to do."""


class InputTypeError(InputError, TypeError):
    """Input of another type than was expected, such as 7.0 for a count."""


class MethodError(RuntimeError):
    """A method broke down on good input, such as an iteration that diverges."""


def shorten(text: object, width: int = 80) -> str:
    """Text for an error message, cut where it gets long.

    >>> shorten("x" * 100, 5)
    'xxxxx...'
    """
    try:
        full = str(text)
    except (ValueError, RecursionError):  # a number of thousands of digits, or endless lists
        full = f"a {type(text).__name__} that is too long to be shown"
    return full if len(full) <= width else full[:width] + "..."


def unknown_name(kind: str, name: str, known: Iterable[str]) -> InputError:
    """The error for a name that is not in a list: names the nearest, then all.

    >>> str(unknown_name("method", "cssd", ["hf", "ccsd"]))
    "unknown method 'cssd'; did you mean ccsd? Known are: ccsd, hf"
    """
    names = sorted(known)
    near = get_close_matches(name.lower(), names, n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else "."
    return InputError(f"unknown {kind} {shorten(name)!r}{hint} Known are: {', '.join(names)}")


def check_name(kind: str, name: str, known: Iterable[str]) -> None:
    """Raise `unknown_name` for a name that is not in the list."""
    names = list(known)
    if name not in names:
        raise unknown_name(kind, name, names)
