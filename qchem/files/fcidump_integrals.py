"""From entries of an FCIDUMP file to arrays, by the symmetry that the file has.

A file holds each integral once or several times, under any permutation of indices that leaves it
unchanged.  Over real orbitals these are eight,

    (pq|rs) = (qp|rs) = (pq|sr) = (qp|sr) = (rs|pq) = ...,

and over complex orbitals with real integrals four, (pq|rs) = (qp|sr) = (rs|pq) = (sr|qp).  For
pairs of opposite spins those that exchange the pairs are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from simulator.typing import Floats, Integers

from .fcidump_entries import NEGLIGIBLE, Entries

Permutations = tuple[tuple[int, ...], ...]

ONE_ELECTRON: Permutations = ((0, 1, 2, 3), (1, 0, 2, 3))
CORE: Permutations = ((0, 1, 2, 3),)

_HERMITIAN: Permutations = ((0, 1, 2, 3), (1, 0, 3, 2))
_EXCHANGED: Permutations = ((2, 3, 0, 1), (3, 2, 1, 0))


def complex_symmetry(*, same_spin: bool) -> Permutations:
    """Permutations of (pq|rs) that hold over complex orbitals."""
    return _HERMITIAN + _EXCHANGED if same_spin else _HERMITIAN


def real_symmetry(*, same_spin: bool) -> Permutations:
    """Permutations of (pq|rs) that hold over real orbitals."""
    hermitian = complex_symmetry(same_spin=same_spin)
    return hermitian + tuple((q, p, r, s) for p, q, r, s in hermitian)


def settle(path: str | Path, entries: Entries, symmetry: Permutations) -> Entries:
    """One entry for each integral, in no particular order.

    Args:
        path: named in errors.
        entries: of one kind and one pair of spins.
        symmetry: permutations of indices that leave the integral unchanged.

    Raises:
        InputError: if two lines give one integral different values, beyond rounding.
    """
    if not len(entries):
        return entries
    slots = _slots(entries.indices, symmetry)
    order = np.argsort(slots, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(slots[order]) != 0))
    ends = np.append(starts[1:], len(order))
    values = entries.values[order]
    differ = _differ(np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts))
    if differ.any():
        spans = zip(starts[differ], ends[differ], strict=True)
        groups = [entries.where(order[start:end]) for start, end in spans]
        extremes = [
            group.where(np.array([group.values.argmin(), group.values.argmax()]))
            for group in groups
        ]
        pair = min(extremes, key=lambda pair: int(pair.lines.max()))
        raise InputError(f"{path}, {both_lines(pair)} to the same integral; expected one value")
    return entries.where(order[ends - 1])


def both_lines(pair: Entries) -> str:
    """Two lines and their values, for a message."""
    (first, one), (second, other) = sorted(zip(pair.lines, pair.values, strict=True))
    return f"lines {first} and {second}: they give {one:.10g} and {other:.10g}"


def fill(entries: Entries, symmetry: Permutations, norb: int, rank: int) -> Floats:
    """The array of shape (norb,) * rank; what no entry gives is zero."""
    integrals = np.zeros((norb,) * rank)
    for permutation in symmetry:
        integrals[tuple(entries.indices[:, permutation[:rank]].T)] = entries.values
    return integrals


@dataclass(frozen=True, eq=False)
class Twins:
    """Integrals (pq|rs) and (qp|rs), equal over real orbitals and different over complex ones.

    Attributes:
        different: an entry of each that differ, or none if there are no such.
        alone: entries, not zero, whose twin the file does not give.
    """

    different: Entries | None
    alone: Entries


def find_twins(entries: Entries, *, same_spin: bool) -> Twins:
    """The signs of a file over complex orbitals, as against one over real ones.

    Args:
        entries: one for each integral, as `settle` gives with the symmetry of complex orbitals.
        same_spin: whether pairs may be exchanged.
    """
    symmetry = complex_symmetry(same_spin=same_spin)
    own = _slots(entries.indices, symmetry)
    twin = _slots(entries.indices[:, [1, 0, 2, 3]], symmetry)
    order = np.argsort(own)
    place = np.minimum(np.searchsorted(own, twin, sorter=order), max(len(own) - 1, 0))
    partner = order[place]
    found = own[partner] == twin
    alone = ~found & (np.abs(entries.values) > NEGLIGIBLE)
    differ = np.flatnonzero(found & _differ(entries.values, entries.values[partner]))
    if not len(differ):
        return Twins(None, entries.where(alone))
    first = differ[entries.lines[differ].argmin()]
    return Twins(entries.where(np.array([first, partner[first]])), entries.where(alone))


def _slots(indices: Integers, symmetry: Permutations) -> Integers:
    """A number for each integral, the same for all permutations of its indices."""
    size = int(indices.max(initial=0)) + 2
    weights = np.array([size**3, size**2, size, 1])
    slots: Integers = np.min([(indices[:, list(p)] + 1) @ weights for p in symmetry], axis=0)
    return slots


def _differ(low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Where two values differ by more than rounding."""
    scale = np.maximum(1.0, np.maximum(np.abs(low), np.abs(high)))
    differ: NDArray[np.bool_] = np.abs(high - low) > NEGLIGIBLE * scale
    return differ
