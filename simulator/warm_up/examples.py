"""Circuits on qubits and constrained spaces that need every kernel of their kind; see `warm_up`."""

from __future__ import annotations

from ..circuit import BasisState, Circuit, Step, UniformState
from ..lowering.planar import allocate
from ..objectives.cvar import CVaR
from ..operators.generators import AxisRotation, Diagonal, Generator, PauliString, XMixer
from ..operators.mixers import XYMixer, XYPair
from ..operators.observables import PauliSum
from ..operators.polynomial import Polynomial
from ..program import Expectation, Precision, Program, number_type
from ..spaces import FlipSymmetric, Qubits, Space
from ..spaces.feasible import HammingWeight
from . import Example

# Bits of positions of states that are taken whole and of those in tiles, which are enough for
# several threads.
_WHOLE, _LARGE = 11, 17
# Samples enough for several threads, and determinants of a space with as many coupled pairs.
_SHOTS, _CONSTRAINED = 2_000, HammingWeight(22, 11)


def qaoa_examples(precision: Precision) -> list[Example]:
    """Examples for all kernels of QAOA in one precision."""
    name = f"{precision} precision"
    return [
        Example(f"QAOA, {name}", lambda: _layers(precision)),
        Example(f"unequal angles, {name}", lambda: unequal_angles(precision)),
        Example(f"distributions, {name}", lambda: _distributions(precision)),
        Example(f"Pauli strings, {name}", lambda: pauli_strings(precision)),
        Example(f"constrained mixers, {name}", lambda: _constrained(precision)),
    ]


def pauli_strings(precision: Precision) -> None:
    """Rotations by Pauli strings and by diagonals, one after another; sums as observables."""
    space, observable = Qubits(_LARGE), PauliSum({"X0 Z1": 1.0, "Z3": 0.5})
    for cost in _costs(_LARGE):
        steps = _steps([Diagonal(cost), PauliString.parse("X0 Y1 Z2")])
        circuit = Circuit(space, BasisState(0), steps)
        Expectation(circuit, observable, precision).value_and_gradient([0.3])


def unequal_angles(precision: Precision) -> None:
    """Phases and rotations of single qubits, tilted ones and quarter turns among them."""
    cost = _costs(_LARGE)[0]
    # The offset is beyond a quarter turn, which exchanges amplitudes.
    steps = Step(AxisRotation(0), offset=1.5), *_steps([Diagonal(cost), AxisRotation(1, 0.6, 0.8)])
    circuit = Circuit(Qubits(_LARGE), UniformState(), steps)
    Expectation(circuit, cost, precision).value_and_gradient([0.3])


def _steps(generators: list[Generator]) -> tuple[Step, ...]:
    """Steps that share one parameter."""
    return tuple(Step(generator, ((0, 1.0),)) for generator in generators)


def _costs(bits: int) -> list[Polynomial]:
    """Costs of few values, of more than a byte can count, and without a common step."""
    ring = {(j, j + 1): 0.5 for j in range(bits - 1)}
    return [Polynomial({**ring, (0, 1): weight}) for weight in (0.5, 300.0, 0.3)]


def _evaluate(space: Space, generators: list[Generator], cost: Polynomial, of: Precision) -> None:
    circuit = Circuit(space, UniformState(), _steps(generators))
    Expectation(circuit, cost, of).value_and_gradient([0.3])


def _layers(precision: Precision) -> None:
    for bits in (_WHOLE, _LARGE):
        cost = _costs(bits)[0]
        _evaluate(FlipSymmetric(bits + 1), [Diagonal(cost), XMixer()], cost, precision)


def _distributions(precision: Precision) -> None:
    for cost in _costs(_LARGE):
        circuit = Circuit(Qubits(_LARGE), UniformState(), _steps([Diagonal(cost), XMixer()]))
        program = Program(circuit, CVaR(cost, 0.5), precision)
        program([0.3])  # without room for a costate, which has another type
        program.value_and_gradient([0.3])
        program.sample([0.3], _SHOTS, seed=0)
        program.success_probability([0.3])


def _constrained(precision: Precision) -> None:
    space, qubits = _CONSTRAINED, range(_CONSTRAINED.num_qubits)
    mixers: list[Generator] = [XYPair(0, 1), XYMixer.ring(qubits)]
    for cost in _costs(len(qubits)):
        _evaluate(space, [Diagonal(cost), *mixers[:1]], cost, precision)
    psi, out = (allocate(2, space.size, number_type(precision)) for _ in range(2))
    psi[:] = space.size**-0.5
    for mixer in mixers:
        action = mixer.on(space)
        action.apply(psi, out)
        action.forward(psi, 0.1)
