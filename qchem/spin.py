"""Total spin of states on determinants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.spaces import Electrons


def spin_square(state: NDArray[np.inexact], space: Electrons) -> float:
    """<S^2> of a normalised state, S(S+1) for a state of total spin S.

    Args:
        state: amplitudes over `space`, shape (size,).
        space: the determinants.
    """
    from pyscf.fci import spin_op

    if sum(space.nelec) == 0:
        return 0.0
    parts = (state.real, state.imag) if np.iscomplexobj(state) else (state,)
    return float(
        sum(
            spin_op.spin_square0(
                space.to_matrix(part.astype(float, copy=False)), space.norb, space.nelec
            )[0]
            for part in parts
            if part.any()
        )
    )
