"""<S^2> against the operator built from Kronecker products."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qchem import spin_square
from simulator.spaces import Electrons
from simulator.testing import dense_annihilator, random_state


def dense_spin_square(norb: int) -> NDArray[np.complex128]:
    """S^2 = S_- S_+ + S_z (S_z + 1) on all modes, alpha modes first."""
    lower = [dense_annihilator(mode, 2 * norb) for mode in range(2 * norb)]
    raising = sum(lower[p].conj().T @ lower[norb + p] for p in range(norb))
    plus = np.asarray(raising, dtype=complex)
    number = [sum(lower[s * norb + p].conj().T @ lower[s * norb + p] for p in range(norb))
              for s in (0, 1)]  # fmt: skip
    z = 0.5 * (np.asarray(number[0], dtype=complex) - np.asarray(number[1], dtype=complex))
    return np.asarray(plus.conj().T @ plus + z @ z + z)


DENSE = {norb: dense_spin_square(norb) for norb in (1, 2, 3)}


@settings(max_examples=40)
@given(norb=st.integers(1, 3), data=st.data(), seed=st.integers(0, 2**31), real=st.booleans())
def test_random_states(norb: int, data: st.DataObject, seed: int, real: bool) -> None:
    nelec = (data.draw(st.integers(0, norb)), data.draw(st.integers(0, norb)))
    space = Electrons(norb, nelec)
    state = random_state(space.size, seed=seed, real=real)
    embedded = space.embed(state)
    expected = np.vdot(embedded, DENSE[norb] @ embedded).real
    assert spin_square(state, space) == pytest.approx(expected, abs=1e-10)


def test_purely_imaginary_state() -> None:
    space = Electrons(2, (1, 1))
    state = 1j * random_state(space.size, seed=0, real=True)
    assert spin_square(state, space) == pytest.approx(spin_square(state.imag, space))


def test_singlet_and_triplet_of_two_electrons() -> None:
    space = Electrons(2, (1, 1))
    # Entries [alpha, beta] of |0 1> +- |1 0>; the even combination is the singlet.
    singlet = np.array([0, 1, 1, 0]) / np.sqrt(2)
    triplet = np.array([0, 1, -1, 0]) / np.sqrt(2)
    assert spin_square(singlet, space) == pytest.approx(0, abs=1e-12)
    assert spin_square(triplet, space) == pytest.approx(2)
