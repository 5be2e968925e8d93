"""Common gates as circuit steps.

Self-inverse gates are exact up to the global phase -i; rotations are exp(-i a P) with the whole
angle a, and the fixed rotations S and T are exact up to a global phase as well.

>>> from simulator import BasisState, Circuit, Qubits, Expectation, PauliSum
>>> bell = Circuit(Qubits(2), BasisState(0), (h(0), cx(0, 1)))
>>> round(Expectation(bell, PauliSum({"X0 X1": 1.0}))([]), 12)
1.0
"""

from __future__ import annotations

from collections.abc import Mapping
from math import pi, sqrt

from .circuit import Step
from .operators.generators import SelfInverse
from .operators.observables import PauliSum
from .operators.pauli import PauliString


def _gate(name: str, terms: Mapping[str, float]) -> Step:
    return Step(SelfInverse(name, PauliSum(terms)), offset=pi / 2)


def x(qubit: int) -> Step:
    """Bit flip."""
    return _gate(f"X {qubit}", {f"X{qubit}": 1.0})


def y(qubit: int) -> Step:
    """Pauli Y."""
    return _gate(f"Y {qubit}", {f"Y{qubit}": 1.0})


def z(qubit: int) -> Step:
    """Phase flip."""
    return _gate(f"Z {qubit}", {f"Z{qubit}": 1.0})


def h(qubit: int) -> Step:
    """Hadamard, (X + Z)/sqrt 2."""
    return _gate(f"H {qubit}", {f"X{qubit}": sqrt(0.5), f"Z{qubit}": sqrt(0.5)})


def s(qubit: int) -> Step:
    """Quarter turn about Z."""
    return Step(PauliString(0, 1 << qubit), offset=pi / 4)


def t(qubit: int) -> Step:
    """Eighth turn about Z."""
    return Step(PauliString(0, 1 << qubit), offset=pi / 8)


def cx(control: int, target: int) -> Step:
    """Controlled bit flip, (1 + Z_c + X_t - Z_c X_t)/2."""
    return _gate(
        f"CX {control} {target}",
        {"": 0.5, f"Z{control}": 0.5, f"X{target}": 0.5, f"Z{control} X{target}": -0.5},
    )


def cz(first: int, second: int) -> Step:
    """Controlled phase flip, (1 + Z_a + Z_b - Z_a Z_b)/2."""
    return _gate(
        f"CZ {first} {second}",
        {"": 0.5, f"Z{first}": 0.5, f"Z{second}": 0.5, f"Z{first} Z{second}": -0.5},
    )


def swap(first: int, second: int) -> Step:
    """Exchange of two qubits, (1 + XX + YY + ZZ)/2."""
    pairs = {f"{letter}{first} {letter}{second}": 0.5 for letter in "XYZ"}
    return _gate(f"SWAP {first} {second}", {"": 0.5, **pairs})


def rotation(pauli: str, parameter: int, coefficient: float = 1.0) -> Step:
    """exp(-i a P) with a = coefficient * params[parameter]."""
    return Step(PauliString.parse(pauli), ((parameter, coefficient),))
