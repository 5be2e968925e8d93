"""Numbers and JSON from files, read strictly and within limits.

Python alone would take 1_0 and the digits of any script, and long numbers or deep structures would
end in errors that say nothing of the input, or take all memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from math import isfinite
from typing import Any

from .errors import InputError, shorten

# Characters of a number; one digit in a thousand is more than any file means.
_LONGEST = 1_000

# Exact sums of floating-point numbers have up to 700 digits above a denominator of up to 340.
_LONGEST_FRACTION = 2_000

# Levels of structures; records have fewer than ten.
_DEEPEST = 100

# Fraction alone would take exponents, whose numbers can have millions of digits.
_FRACTION = re.compile(r"-?[0-9]+(/0*[1-9][0-9]*)?", re.ASCII)


def whole_number(text: str) -> int:
    """An integer in plain digits.

    Raises:
        ValueError: for anything else, and for more than 1,000 characters.

    >>> whole_number("-12")
    -12
    """
    if len(text) > _LONGEST or not (text.isascii() and text.removeprefix("-").isdigit()):
        raise ValueError(shorten(text))
    return int(text)


def real_number(text: str) -> float:
    """A number in plain digits.

    Raises:
        ValueError: for anything else, and for more than 1,000 characters.

    >>> real_number("1.5e-3")
    0.0015
    """
    if len(text) > _LONGEST or not text.isascii() or "_" in text:
        raise ValueError(shorten(text))
    return float(text)


def fraction(text: str) -> Fraction:
    """An exact number in plain digits, whole or with a denominator.

    Raises:
        ValueError: for anything else, and for more than 2,000 characters.

    >>> fraction("-3/2")
    Fraction(-3, 2)
    """
    if len(text) > _LONGEST_FRACTION or not _FRACTION.fullmatch(text):
        raise ValueError(shorten(text))
    return Fraction(text)


def json_value(
    text: str | bytes, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None
) -> Any:
    """The value that a text in JSON holds.

    Args:
        text: in JSON.
        pairs: makes objects of their pairs of key and value.

    Raises:
        InputError: for numbers of more than 1,000 characters or none that is finite, or structures
            of more than 100 levels.
        ValueError: for text that is no JSON.

    >>> json_value('[1, 2.5, "a"]')
    [1, 2.5, 'a']
    """
    try:
        found = json.loads(
            text, object_pairs_hook=pairs, parse_int=_integer, parse_float=_float,
            parse_constant=_float,
        )  # fmt: skip
    except RecursionError:
        raise _too_deep() from None
    level, depth = [found], 0
    while level := [
        inner
        for one in level
        if isinstance(one, list | dict)
        for inner in (one.values() if isinstance(one, dict) else one)
    ]:
        depth += 1
        if depth > _DEEPEST:
            raise _too_deep()
    return found


def _integer(text: str) -> int:
    if len(text) > _LONGEST:
        raise InputError(f"expected numbers of at most {_LONGEST:,} digits, got {shorten(text)}")
    return int(text)


def _float(text: str) -> float:
    value = float(text) if len(text) <= _LONGEST else float("inf")
    if not isfinite(value):
        raise InputError(f"expected finite numbers of at most {_LONGEST:,} digits, got "
                         f"{shorten(text)}")  # fmt: skip
    return value


def _too_deep() -> InputError:
    return InputError(f"it is no JSON with at most {_DEEPEST} levels of lists and objects")
