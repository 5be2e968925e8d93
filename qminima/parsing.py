"""Numbers in files, read strictly: Python alone would take 1_0 and the digits of any script."""

from __future__ import annotations


def whole_number(text: str) -> int:
    """An integer in plain digits.

    Raises:
        ValueError: for anything else.

    >>> whole_number("-12")
    -12
    """
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise ValueError(text)
    return int(text)


def real_number(text: str) -> float:
    """A number in plain digits.

    Raises:
        ValueError: for anything else.

    >>> real_number("1.5e-3")
    0.0015
    """
    if not text.isascii() or "_" in text:
        raise ValueError(text)
    return float(text)
