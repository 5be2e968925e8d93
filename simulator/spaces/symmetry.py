"""Symmetries of integrals: labels of orbitals that combine by exclusive or."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..typing import Floats
from . import Electrons, SpaceError

# Integrals smaller than this, in the unit of the operator, count as zero.
ZERO = 1e-11
# Independent symmetries that are looked for; D2h has three.
_GENERATORS = 3


def orbital_symmetry(h1: tuple[Floats, ...], h2: tuple[Floats, ...]) -> tuple[int, ...]:
    """Labels under which every non-zero integral is totally symmetric, one for each orbital.

    Labels combine by exclusive or.  h1[p, q] is zero unless the labels of p and q are equal, and
    h2[p, q, r, s] unless those of all four combine to zero.  The labels are read off the
    integrals: each one that is not zero is a linear equation over the field of two elements,
    and each bit of the labels a solution of them all.

    >>> h1 = np.diag([1.0, 2.0, 3.0])
    >>> h2 = np.zeros((3, 3, 3, 3))
    >>> h2[0, 1, 0, 1] = 0.1                  # orbitals 0 and 1 may differ, or not
    >>> orbital_symmetry((h1,), (h2,))
    (0, 1, 2)
    """
    norb = len(h1[0])
    bits = 1 << np.arange(norb, dtype=np.int64)
    pair = bits[:, None] ^ bits
    equations = {0}
    for array in distinct(h1):
        equations |= set(pair[np.abs(array) > ZERO].tolist())
    for array in distinct(h2):
        for p in range(norb):  # one orbital at a time, to spare memory
            combined = pair[p, :, None, None] ^ pair
            equations |= set(np.unique(combined[np.abs(array[p]) > ZERO]).tolist())
    pivots: dict[int, int] = {}
    for equation in sorted(equations):
        rest = equation
        for pivot, row in pivots.items():
            if rest >> pivot & 1:
                rest ^= row
        if rest:
            pivot = rest.bit_length() - 1
            for other, row in pivots.items():
                if row >> pivot & 1:
                    pivots[other] = row ^ rest
            pivots[pivot] = rest
    # One solution for each free orbital but the first: that one moves all orbitals together.
    free = [orbital for orbital in range(norb) if orbital not in pivots]
    labels = [0] * norb
    for bit, orbital in enumerate(free[1 : _GENERATORS + 1]):
        for p in range(norb):
            on = p == orbital if p not in pivots else pivots[p] >> orbital & 1
            labels[p] |= int(on) << bit
    return tuple(labels)


def distinct(arrays: Sequence[Floats]) -> list[Floats]:
    """The arrays without those that are the same object as an earlier one."""
    return list({id(array): array for array in arrays}.values())


def symmetric_integrals(array: Floats, symmetry: tuple[int, ...], space: Electrons) -> Floats:
    """The integrals with those that change the symmetry exactly zero.

    Raises:
        SpaceError: if one of them is more than rounding.
    """
    labels = np.array(symmetry, dtype=np.int64)
    pair = labels[:, None] ^ labels
    forbidden = [
        pair[p] != 0 if array.ndim == 2 else (pair[p, :, None, None] ^ pair) != 0
        for p in range(len(labels))
    ]
    broken = max(
        (np.abs(array[p][off]).max(initial=0) for p, off in enumerate(forbidden)), default=0
    )
    if broken > ZERO:
        raise SpaceError(f"an integral of {broken:.1e} changes the symmetry of states in {space}")
    if broken == 0:
        return array
    cleaned = array.copy()
    for p, off in enumerate(forbidden):
        cleaned[p][off] = 0
    return cleaned
