"""Derivatives by Pauli strings that would act next, against dense matrices."""

from __future__ import annotations

import numpy as np
import pytest

from simulator import PauliString, Qubits, SpaceError
from simulator.pools.pauli_gradient import PauliGradient
from simulator.testing import dense_pauli_string, random_state


@pytest.mark.parametrize("real", [True, False])
def test_all_strings_of_three_qubits(real: bool) -> None:
    strings = [PauliString(x, z) for x in range(8) for z in range(8)]
    psi, image = random_state(8, seed=1, real=real), random_state(8, seed=2, real=real)
    got = PauliGradient(strings, Qubits(3))(psi, image)
    for string, gradient in zip(strings, got, strict=True):
        matrix = dense_pauli_string(string, 3)
        assert gradient == pytest.approx(2 * np.vdot(image, -1j * matrix @ psi).real, abs=1e-12)


def test_stopped_early() -> None:
    """Strings that flip other qubits than those looked at so far have no derivative yet."""
    strings = [PauliString(x, 1) for x in (1, 2, 1, 4)]
    psi, image = random_state(8, seed=1), random_state(8, seed=2)
    gradient, asked = PauliGradient(strings, Qubits(3)), list[None]()

    def stop() -> bool:
        asked.append(None)
        return len(asked) > 2

    found, every = gradient(psi, image, stop), gradient(psi, image)
    assert np.array_equal(found[:3], every[:3])
    assert np.isnan(found[3])


def test_refused() -> None:
    with pytest.raises(SpaceError, match="does not fit"):
        PauliGradient([PauliString(8, 0)], Qubits(3))
