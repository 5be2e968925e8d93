"""Programs: a circuit and an objective, compiled to arrays for repeated evaluation."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .circuit import Circuit, UniformState
from .evolution.demand import Demand
from .evolution.evolution import StepByStep, evolution, evolution_memory
from .evolution.fused import SmallProgram, small_program
from .evolution.layers import LayerRun
from .evolution.small_layers import SmallLayers
from .lowering.diagonal import DiagonalValues
from .lowering.planar import Planar, allocate, join
from .memory import require_memory
from .objectives.distribution import diagonal_values, distribution, probability_at_most
from .objectives.objective import DiagonalMean, Mean, Objective
from .objectives.sampling import sample_planar
from .operators.generators import Diagonal
from .operators.observables import Observable
from .typing import Floats, Integers

Precision = Literal["double", "single"]

_TYPES: dict[str, type[np.float32] | type[np.float64]] = {
    "double": np.float64,
    "single": np.float32,
}


def number_type(precision: str) -> np.dtype[np.floating[Any]]:
    """The type of real numbers of a precision; raises `ValueError` for an unknown one."""
    if precision not in _TYPES:
        raise ValueError(f"expected precision 'double' or 'single', got {precision!r}")
    return np.dtype(_TYPES[precision])


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
        dtype = number_type(precision)
        self._require(predict_memory(circuit, precision, objective, gradient=False), circuit)
        self.circuit = circuit
        self.objective = objective
        self._evolution = evolution(circuit)
        self._measure = objective.on(circuit.space)
        self._write_initial = circuit.initial_state.on(circuit.space)
        self._layers: LayerRun | SmallLayers | None = None  # they write the initial state, too
        if (
            isinstance(self._evolution, LayerRun | SmallLayers)
            and circuit.initial_state == UniformState()
        ):
            self._layers = self._evolution
        components = 1 if self._evolution.real and self._measure.real else 2
        self._psi: Planar = allocate(components, circuit.space.size, dtype)
        self._lam: Planar | None = None  # made by the first call that needs it
        self._small: SmallProgram | None = None
        if precision == "double":
            self._small = small_program(circuit, self._measure, self._evolution)
        self._held: Floats | None = None  # angles of the state that is in memory
        self._stepwise: StepByStep | None = None  # made by the first metric

    def __call__(self, params: ArrayLike) -> float:
        """The value at `params`, shape (num_parameters,)."""
        if self._small is not None and self._small.pays():
            return self._small.value_and_gradient(params)[0]
        angles = self.circuit.angles(params)
        if self._layers is not None and isinstance(self._measure, DiagonalMean):
            return self._layered_mean(self._layers, angles, self._measure.operator.values)
        self._prepare(angles)
        return self._measure.value(self._psi, self._costate)

    def value_and_gradient(self, params: ArrayLike) -> tuple[float, Floats]:
        """The value and its derivatives, shape (num_parameters,)."""
        if self._small is not None and self._small.pays():
            return self._small.value_and_gradient(params)
        angles, costate = self.circuit.angles(params), self._costate()
        if self._layers is not None and isinstance(self._measure, DiagonalMean):
            values = self._measure.operator.values
            value = self._layered_mean(self._layers, angles, values)
            self._held = None
            overlaps = self._layers.backward_from_mean(self._psi, costate, angles, values)
        else:
            self._prepare(angles)
            value = self._measure.evaluate(self._psi, costate)
            self._held = None
            overlaps = self._evolution.backward(self._psi, costate, angles)
        return value, self.circuit.pull_back(2 * overlaps)

    def metric(self, params: ArrayLike) -> Callable[[Floats], Floats]:
        """The product of the metric of states at `params` with vectors, shape (num_parameters,).

            G_kl = Re <d_k psi|d_l psi> - <d_k psi|psi><psi|d_l psi>

        the quantum geometric tensor's real part (Stokes et al., Quantum 4, 269 (2020),
        arXiv:1909.02108). A product takes a forward sweep of the tangent, step by step, and a
        backward sweep, in memory for six states and what single steps tabulate.

        Raises:
            MemoryLimitError: if these do not fit.
        """
        angles = self.circuit.angles(params)
        diagonals = {s.generator for s in self.circuit.steps if isinstance(s.generator, Diagonal)}
        self._require(5 * self._psi.nbytes + 8 * len(diagonals) * self._psi.shape[1], self.circuit)
        self._prepare(angles)
        final, circuit = self._psi.copy(), self.circuit
        if self._stepwise is None:
            self._stepwise = StepByStep(circuit.steps, circuit.space)
        stepwise = self._stepwise
        phase = np.zeros(circuit.num_parameters)  # Im <psi|d_k psi>
        if len(final) == 2:
            turned = np.stack([-final[1], final[0]])  # i psi
            overlaps = self._evolution.backward(final.copy(), turned, angles)
            phase = circuit.pull_back(overlaps)

        def product(vector: Floats) -> Floats:
            ket, tangent = np.zeros_like(final), np.zeros_like(final)
            self._write_initial(ket[0])
            stepwise.tangent(ket, tangent, angles, circuit.velocities(vector))
            overlaps = self._evolution.backward(final.copy(), tangent, angles)
            return circuit.pull_back(overlaps) - phase * float(phase @ vector)

        return product

    def state(self, params: ArrayLike) -> NDArray[np.inexact]:
        """Amplitudes over `circuit.space`, shape (size,); real if circuit and objective are."""
        self._prepare(self.circuit.angles(params))
        return join(self._psi)

    def sample(self, params: ArrayLike, shots: int, seed: int | None = None) -> Integers:
        """Configurations drawn from the state, shape (shots,), as by `simulator.sample`.

        They are integers whose bit j is qubit j; `simulator.bitstring` writes one as text.
        This and the other readings of a distribution use the program's own state; several of
        them at the same parameters evolve it once.
        """
        return sample_planar(self.circuit.space, self._hold(params), shots, seed)

    def distribution(
        self, params: ArrayLike, observable: Observable | None = None
    ) -> tuple[Floats, Floats]:
        """The values that a diagonal observable takes, ascending, and their probabilities.

        Args:
            params: shape (num_parameters,).
            observable: that of the objective, unless given.

        Returns:
            Values of probability above zero and these probabilities, of the same shape. Where
            the values are not kept as codes, sorting them takes memory for four numbers per
            position.

        Raises:
            ValueError: if the observable is not diagonal, or the objective has none.
            SpaceError: if the observable does not fit the space.
        """
        return distribution(self._hold(params), self._diagonal(observable))

    def success_probability(
        self,
        params: ArrayLike,
        threshold: float | None = None,
        observable: Observable | None = None,
    ) -> float:
        """The probability that a diagonal observable is at most `threshold`.

        Without a threshold this is the probability of its least value on the space. Values
        within rounding of the threshold, 1e-9 of their range, count as equal to it. Arguments
        and errors as in `distribution`.
        """
        if threshold is not None and isnan(threshold):
            raise ValueError("expected a number as threshold, got NaN")
        return probability_at_most(self._hold(params), self._diagonal(observable), threshold)

    def _costate(self) -> Planar:
        """A second state, allocated when first needed."""
        if self._lam is None:
            components, size = self._psi.shape
            self._require(self._psi.nbytes, self.circuit)
            self._lam = allocate(components, size, self._psi.dtype, number=1)
        return self._lam

    @staticmethod
    def _require(needed: int, circuit: Circuit) -> None:
        require_memory(
            needed,
            f"a state vector of {circuit.space.size:,} amplitudes",
            "use a smaller space or single precision",
        )

    def _prepare(self, angles: Floats) -> None:
        self._held = None
        if self._layers is not None:
            self._layers.from_uniform(self._psi, angles)
        else:
            self._write_initial(self._psi[0])
            self._psi[1:] = 0
            self._evolution.forward(self._psi, angles)
        self._held = angles

    def _layered_mean(
        self, layers: LayerRun | SmallLayers, angles: Floats, values: DiagonalValues
    ) -> float:
        """Prepare the state, and return the expectation value of a diagonal in it."""
        self._held = None
        value = layers.mean_from_uniform(self._psi, angles, values)
        self._held = angles
        return value

    def _hold(self, params: ArrayLike) -> Planar:
        """The state at `params`, not evolved again if it is in memory."""
        angles = self.circuit.angles(params)
        if self._held is None or not np.array_equal(self._held, angles):
            self._prepare(angles)
        return self._psi

    def _diagonal(self, observable: Observable | None) -> DiagonalValues:
        if observable is None:
            observable = getattr(self.objective, "observable", None)
        if observable is None:
            raise ValueError("expected an observable, as the objective has none")
        return diagonal_values(observable, self.circuit.space)


class Expectation(Program):
    """The expectation value <H> of a circuit: a `Program` whose objective is `Mean(observable)`.

    Args:
        circuit: the ansatz.
        observable: H.
        precision: as in `Program`, whose errors are raised here too.

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
    circuit: Circuit,
    precision: Precision = "double",
    objective: Objective | None = None,
    *,
    gradient: bool = True,
) -> int:
    """Bytes a program needs at its peak: vectors, tables and values of diagonals.

    Counted are ket, costate and further states of the objective (by default a `Mean`), and the
    tables of the evolution that runs the circuit: values of diagonals, XY interactions, strings of
    electrons. Without `gradient`, the costate is left out where the value does not need it.

    Raises:
        ValueError: for an unknown precision.
        SpaceError: if a generator would leave the circuit's space, where that is seen on the way.
    """
    demand = Demand(
        number_type(precision).itemsize,
        getattr(objective, "observable", None),
        getattr(objective, "further_states", 0),
        gradient,
    )
    return evolution_memory(circuit, demand)
