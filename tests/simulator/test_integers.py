"""Counts and seeds are whole numbers by their type, NumPy's included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import simulator
from simulator import (
    BasisState,
    Circuit,
    Diagonal,
    Electrons,
    FlipSymmetric,
    HammingWeight,
    Polynomial,
    Qubits,
    Step,
    Subset,
    UniformState,
    XMixer,
)

STATE = np.array([0.6, 0.8])
COST = Polynomial({(0, 1): 1.0})
STEPS = (Step(Diagonal(COST), ((0, 1.0),)), Step(XMixer(), ((1, 1.0),)))
ENERGY = simulator.Expectation(Circuit(Qubits(2), UniformState(), STEPS), COST)
COUNTED: dict[str, Callable[[Any], Any]] = {
    "qubits": lambda n: Qubits(n),
    "flip-symmetric qubits": lambda n: FlipSymmetric(n),
    "qubits of a weight": lambda n: HammingWeight(n, 1),
    "weight": lambda k: HammingWeight(3, k),
    "qubits of a subset": lambda n: Subset(n, [0, 1]),
    "orbitals": lambda n: Electrons(n, (1, 1)),
    "alpha electrons": lambda n: Electrons(3, (n, 1)),
    "beta electrons": lambda n: Electrons(3, (1, n)),
    "shots": lambda n: simulator.sample(Qubits(1), STATE, n, seed=0).tolist(),
    "seed of samples": lambda n: simulator.sample(Qubits(1), STATE, 9, seed=n).tolist(),
    "shots of a circuit": lambda n: ENERGY.sample([0.1, 0.2], n, 0).tolist(),
    "evaluations": lambda n: simulator.minimize(ENERGY, [0.1, 0.2], max_evaluations=n).value,
    "seed of SPSA": lambda n: (
        simulator.minimize(ENERGY, [0.1, 0.2], method="SPSA", max_evaluations=40, seed=n).value
    ),
    "configuration": lambda n: BasisState(n),
    "qubit of a term": lambda n: Polynomial([((0, n), 1.0)]),
}


@pytest.mark.parametrize("name", COUNTED)
def test_counts_and_seeds(name: str) -> None:
    call = COUNTED[name]
    for wrong in (2.0, 1.5, np.float64(2), "2", [2]):
        with pytest.raises(ValueError, match="whole number"):
            call(wrong)
    if name != "qubit of a term":
        with pytest.raises(ValueError, match="whole number"):
            call(True)
    for integer in (np.int64, np.uint8):
        found = call(integer(2))
        assert found == call(2)
        assert "np." not in repr(found)


def test_seeds_below_zero() -> None:
    with pytest.raises(ValueError, match="a seed from 0 on, got -1"):
        simulator.sample(Qubits(1), STATE, 1, seed=-1)
