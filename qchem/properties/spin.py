"""Total spin of states on determinants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.lowering.excitation_tables import move_electrons
from simulator.spaces import Electrons, Sector

# <S^2> nearer than this to S(S+1) is taken for rounding and small contamination.
_CLOSE = 1e-2


def high_spin_square(nelec: tuple[int, int]) -> float:
    """S(S+1) with S = |alpha - beta| / 2, the spin of the reference determinant."""
    spin = abs(nelec[0] - nelec[1]) / 2
    return spin * (spin + 1)


def spin_properties(found: float, nelec: tuple[int, int]) -> dict[str, float]:
    """<S^2> of a state, and by how much it differs from that of the spin asked for."""
    return {"spin_square": found, "spin_contamination": found - high_spin_square(nelec)}


def spin_warnings(properties: Mapping[str, Any], nelec: tuple[int, int]) -> list[str]:
    """The warning on a state that has not the spin asked for, from its `spin_properties`."""
    if abs(properties.get("spin_contamination", 0.0)) < _CLOSE:
        return []
    text = (
        f"its state has <S²> = {properties['spin_square']:.4f}, not the "
        f"{high_spin_square(nelec):.4f} of the spin asked for: the energy is that of a mixture of "
        "spins, or of another spin; singlet-uccsd and the pool singlet-gsd keep the spin"
    )
    return [text]


def spin_square(state: NDArray[np.inexact], space: Electrons) -> float:
    """<S^2> of a normalised state, S(S+1) for a state of total spin S.

        <S^2> = S_z (S_z + 1) + |S_+ psi|^2,   S_+ = sum_p a^dagger_{p alpha} a_{p beta}

    Args:
        state: amplitudes over `space`, shape (size,).
        space: the determinants, with or without symmetry.
    """
    (alpha, beta), norb = space.nelec, space.norb
    projection = (alpha - beta) / 2
    total = projection * (projection + 1)
    if beta == 0 or alpha == norb:
        return total
    raised = replace(space, nelec=(alpha + 1, beta - 1))
    image = np.zeros(raised.size, dtype=state.dtype)
    targets = {sector.label: sector for sector in raised.sectors}
    for p in range(norb):
        for sector in space.sectors:
            target = targets.get(sector.label ^ space.label((p,)))
            if target is None:
                continue
            rows, new_rows, row_signs = _step(space, raised, 0, p, sector, target)
            columns, new_columns, column_signs = _step(space, raised, 1, p, sector, target)
            source = sector.offset + rows[:, None] * sector.shape[1] + columns
            place = target.offset + new_rows[:, None] * target.shape[1] + new_columns
            image[place] += row_signs[:, None] * column_signs * state[source]
    return float(total + np.vdot(image, image).real)


def _step(
    space: Electrons, raised: Electrons, spin: int, p: int, sector: Sector, target: Sector
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Strings where orbital p can be filled (alpha) or emptied (beta), what they become, signs.

    Strings are counted from the first of their sectors.
    """
    first, last = sector.strings(spin)
    strings = space.strings(spin)[first:last]
    found = np.flatnonzero(strings >> p & 1 == spin)
    leave, fill = ([], [p]) if spin == 0 else ([p], [])
    moved, sign = move_electrons(strings[found], leave, fill)
    return found, raised.rank(spin, moved) - target.strings(spin)[0], sign
