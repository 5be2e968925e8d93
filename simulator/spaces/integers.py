"""Checks of whole numbers by their type: 7.0 and True are refused."""

from __future__ import annotations

from numbers import Integral


def whole_number(name: str, value: object, error: type[ValueError] = ValueError) -> int:
    """Convert an integer of Python or NumPy to `int`.

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
