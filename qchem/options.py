"""Checks of what a circuit's optimisation is asked for; without the libraries that run it."""

from __future__ import annotations

from math import inf

from qminima.errors import InputError, shorten
from qminima.limits import check_count

from .ansatz.registry import ANSAETZE, LAYERED

STARTS = ("mp2", "ccsd", "zero", "random")
TAPERS = ("none", "spins", "all")
MOST_LAYERS = 1_000


def check_layers(ansatz: str, layers: int | None) -> None:
    """Raise `InputError` for layers of an ansatz that has none, or fewer than one."""
    if layers is None:
        return
    if not ANSAETZE[ansatz].layered:
        raise InputError(f"the ansatz {ansatz} has no layers; {', '.join(LAYERED)} have")
    check_count("layers", layers)
    if layers > MOST_LAYERS:
        raise InputError(f"expected at most {MOST_LAYERS:,} layers, got {shorten(layers)}")


def check_threshold(threshold: float | None) -> None:
    """Raise `InputError` for a threshold of amplitudes below zero."""
    if threshold is not None and not 0 <= threshold < inf:
        raise InputError(f"expected an amplitude threshold from 0 on, got {threshold}")
