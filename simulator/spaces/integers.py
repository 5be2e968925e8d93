"""Checks of whole numbers that users pass, by their type: 7.0 is none, and neither is True."""

from __future__ import annotations

from numbers import Integral


def whole_number(name: str, value: object, error: type[ValueError] = ValueError) -> int:
    """The number as Python's own; NumPy's integers are whole numbers too.

    Raises:
        ValueError: for anything else, or a class of it that is given.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise error(f"expected {name}, a whole number, got {value!r}")
    return int(value)


def check_seed(seed: object) -> None:
    """Raise `ValueError` for what is neither None nor a whole number from zero on."""
    if seed is not None and whole_number("a seed", seed) < 0:
        raise ValueError(f"expected a seed from 0 on, got {seed}")
