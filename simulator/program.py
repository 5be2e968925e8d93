"""Programs: a circuit and an objective, lowered to arrays and ready to be evaluated."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .circuit import Circuit
from .evolution import evolution
from .generators import Diagonal
from .memory import require_memory
from .mixers import XYMixer, XYPair
from .objectives import Mean, Objective, Variance
from .observables import Matrix, Observable
from .planar import Planar, join
from .small import small_program
from .spaces import Electrons
from .two_body_tables import table_memory

Floats = NDArray[np.float64]
Precision = Literal["double", "single"]

_TYPES: dict[str, type[np.float32] | type[np.float64]] = {
    "double": np.float64,
    "single": np.float32,
}


class Program:
    """value(params) = objective(circuit(params)), with its gradient and the state.

    The gradient is one backward sweep over ket and costate, at about three times the cost of
    the value and in memory for two vectors, whatever the number of parameters.

    Args:
        circuit: the ansatz.
        objective: what is minimised.
        precision: "double", or "single" for states in 32-bit numbers; inner products stay in
            double, the Hamiltonian on determinants adds up in single.

    Raises:
        SpaceError: if a generator or observable would leave the circuit's space.
        MemoryLimitError: if the predicted memory exceeds what the process may use.
        ValueError: for an unknown precision.
    """

    def __init__(
        self, circuit: Circuit, objective: Objective, precision: Precision = "double"
    ) -> None:
        if precision not in _TYPES:
            raise ValueError(f"expected precision 'double' or 'single', got {precision!r}")
        require_memory(
            predict_memory(circuit, precision, objective),
            f"a state vector of {circuit.space.size:,} amplitudes",
            "use a smaller space or single precision",
        )
        self.circuit = circuit
        self.objective = objective
        self._evolution = evolution(circuit)
        self._measure = objective.on(circuit.space)
        self._write_initial = circuit.initial_state.on(circuit.space)
        components = 1 if self._evolution.real and self._measure.real else 2
        shape = (components, circuit.space.size)
        self._psi: Planar = np.empty(shape, dtype=_TYPES[precision])
        self._lam: Planar = np.empty(shape, dtype=_TYPES[precision])
        self._small = small_program(circuit, self._measure) if precision == "double" else None

    def __call__(self, params: ArrayLike) -> float:
        """The value at `params`, shape (num_parameters,)."""
        if self._small is not None:
            return self._small.value_and_gradient(params)[0]
        self._prepare(self.circuit.angles(params))
        return self._measure.evaluate(self._psi, self._lam)

    def value_and_gradient(self, params: ArrayLike) -> tuple[float, Floats]:
        """The value and its derivatives, shape (num_parameters,)."""
        if self._small is not None:
            return self._small.value_and_gradient(params)
        angles = self.circuit.angles(params)
        self._prepare(angles)
        value = self._measure.evaluate(self._psi, self._lam)
        overlaps = self._evolution.backward(self._psi, self._lam, angles)
        return value, self.circuit.pull_back(2 * overlaps)

    def state(self, params: ArrayLike) -> NDArray[np.inexact]:
        """Amplitudes over `circuit.space`, shape (size,); real if circuit and objective are."""
        self._prepare(self.circuit.angles(params))
        return join(self._psi)

    def _prepare(self, angles: Floats) -> None:
        self._write_initial(self._psi[0])
        self._psi[1:] = 0
        self._evolution.forward(self._psi, angles)


class Expectation(Program):
    """<H> over a circuit: a `Program` whose objective is `Mean(observable)`.

    >>> from simulator import BasisState, Qubits, PauliSum, gates
    >>> turn = Circuit(Qubits(1), BasisState(0), (gates.rotation("Y0", 0),))
    >>> energy = Expectation(turn, PauliSum({"Z0": 1.0}))
    >>> round(energy([np.pi / 2]), 12)                       # cos 2a at a = pi/2
    -1.0
    """

    def __init__(
        self, circuit: Circuit, observable: Observable, precision: Precision = "double"
    ) -> None:
        super().__init__(circuit, Mean(observable), precision)


def compile(  # noqa: A001 - the field's word; always used as simulator.compile
    circuit: Circuit, objective: Objective, precision: Precision = "double"
) -> Program:
    """Lower a circuit and an objective; arguments and errors as in `Program`."""
    return Program(circuit, objective, precision)


def predict_memory(
    circuit: Circuit, precision: Precision = "double", objective: Objective | None = None
) -> int:
    """Bytes a program needs at its peak: vectors, tables and values of diagonals.

    Counted are ket, costate and what the objective (by default a mean) makes on the way, each
    with the components its generators call for; for each distinct diagonal what its tabulation
    takes; tables of XY interactions; and on `Electrons` the tables on strings.
    """
    space, number = circuit.space, np.dtype(_TYPES[precision]).itemsize
    extra = 3 if isinstance(objective, Variance) else 0
    if isinstance(space, Electrons) and circuit.excitations is not None:
        observable = getattr(objective, "observable", None)
        components = 2 if isinstance(observable, Matrix) and observable.is_complex else 1
        return (2 + extra) * components * number * space.size + table_memory(space)
    generators = {step.generator for step in circuit.steps}
    diagonals = [generator for generator in generators if isinstance(generator, Diagonal)]
    mixers = sum(g.memory(space) for g in generators if isinstance(g, XYPair | XYMixer))
    return mixers + space.size * ((6 + 2 * extra) * number + 26 * max(1, len(diagonals)))
