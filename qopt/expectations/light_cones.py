"""Exact expectation values of QAOA on sparse graphs of any size, one light cone at a time."""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from qminima.errors import InputError
from simulator.circuit import Circuit, UniformState
from simulator.memory import format_bytes, require_memory
from simulator.objectives.objective import Mean
from simulator.operators.polynomial import Polynomial
from simulator.program import Expectation, Precision, predict_memory
from simulator.spaces import FlipSymmetric, Qubits
from simulator.typing import Floats

from ..circuits.mixers import x_mixer
from ..circuits.qaoa import check_depth, layers_of
from ..problems.problem import Problem
from .cone_classes import ConeClasses
from .cones import Cone, light_cones
from .parameters import checked_parameters

# Programs are kept between calls up to this many bytes; the others are made anew each time.
_KEPT_BYTES = 1 << 28

_ADVICE = "use less depth, or qopt.OneLayerExpectation for one layer"


class LightConeExpectation:
    """<C> of QAOA with p layers, exactly, from one small circuit for each kind of light cone.

        <C> = sum over cones of (how often it occurs) * (mean of its measured terms)

    The mean of a term depends only on the terms within distance p of it (`light_cones`). Cones
    that are equal up to names of qubits and signs of spins are evaluated once. Farhi, Goldstone
    and Gutmann, arXiv:1411.4028, section 2.

    Args:
        problem: what is minimised.
        depth: number of layers p, at least 1.
        precision: "double", or "single" for states in 32-bit numbers.
        max_qubits: larger cones are refused.

    Attributes:
        depth: number of layers.
        num_parameters: 2 p.
        num_cones: number of cones; terms that see the same part of the cost share one.
        num_distinct: number of cones that are evaluated.
        largest_cone: number of qubits of the largest.

    Raises:
        InputError: for a depth out of range, or a cone that is too large.
        ValueError: for an unknown precision.
        MemoryLimitError: if the circuit of the largest cone does not fit into memory.

    >>> import networkx, qopt
    >>> ring = qopt.maxcut(networkx.cycle_graph(1000))
    >>> energy = LightConeExpectation(ring, depth=1)
    >>> round(energy([np.pi / 4, np.pi / 8]), 9)                # three quarters are cut
    -750.0
    >>> print(energy)
    QAOA of depth 1 from 1000 light cones, 1 distinct, the largest of 4 qubits
    """

    def __init__(
        self,
        problem: Problem,
        depth: int,
        precision: Precision = "double",
        max_qubits: int = 24,
    ) -> None:
        check_depth(depth)
        if precision not in get_args(Precision):
            raise ValueError(f"expected precision 'double' or 'single', got {precision!r}")
        self.depth = depth
        self.num_parameters = 2 * depth
        self._precision: Precision = precision
        self._constant = dict(problem.cost.terms).get((), 0.0)
        cones = light_cones(problem.cost, depth)
        self.num_cones = len(cones)
        self.largest_cone = max((cone.num_qubits for cone in cones), default=0)
        if cones:
            self._require_small(max(cones, key=_size), max_qubits)
        classes = ConeClasses()
        for cone in cones:
            classes.add(cone)
        pairs = zip(classes.cones, classes.counts, strict=True)
        self._cones = sorted(pairs, key=lambda pair: _size(pair[0]))
        self.num_distinct = len(self._cones)
        self._programs: dict[int, Expectation] = {}
        memory = np.cumsum([self._memory(cone) for cone, _ in self._cones])
        self._num_kept = int(np.searchsorted(memory, _KEPT_BYTES))

    def __str__(self) -> str:
        return (
            f"QAOA of depth {self.depth} from {self.num_cones} light cones, "
            f"{self.num_distinct} distinct, the largest of {self.largest_cone} qubits"
        )

    def __call__(self, params: ArrayLike) -> float:
        """The mean cost at gamma_1 ... gamma_p, beta_1 ... beta_p."""
        params = checked_parameters(params, self.num_parameters)
        return self._constant + sum(
            count * self._program(index)(params) for index, (_, count) in enumerate(self._cones)
        )

    def value_and_gradient(self, params: ArrayLike) -> tuple[float, Floats]:
        """The mean cost and its derivatives, shape (2 p,)."""
        params = checked_parameters(params, self.num_parameters)
        value, gradient = self._constant, np.zeros(self.num_parameters)
        for index, (_, count) in enumerate(self._cones):
            part, slope = self._program(index).value_and_gradient(params)
            value += count * part
            gradient += count * slope
        return value, gradient

    def _program(self, index: int) -> Expectation:
        """The program of a cone, kept if it is among the smallest."""
        program = self._programs.get(index)
        if program is None:
            cone, _ = self._cones[index]
            program = Expectation(_circuit(cone, self.depth), cone.observable, self._precision)
            if index < self._num_kept:
                self._programs[index] = program
        return program

    def _memory(self, cone: Cone) -> int:
        circuit = _circuit(cone, self.depth)
        return predict_memory(circuit, self._precision, Mean(cone.observable))

    def _require_small(self, cone: Cone, max_qubits: int) -> None:
        memory = self._memory(cone)
        name = (
            f"the light cone of the term {cone.origin}, the largest, with {cone.num_qubits} qubits"
        )
        if cone.num_qubits > max_qubits:
            raise InputError(
                f"expected light cones of at most {max_qubits} qubits, got {name} and "
                f"{format_bytes(memory)} of memory; {_ADVICE}, or raise max_qubits"
            )
        kept = min(_KEPT_BYTES, memory * self.num_cones)
        require_memory(memory + kept, name, _ADVICE)


def _size(cone: Cone) -> tuple[int, int]:
    return cone.num_qubits, _space(cone).size


def _space(cone: Cone) -> FlipSymmetric | Qubits:
    even = all(len(qubits) % 2 == 0 for qubits, _ in cone.terms)
    return FlipSymmetric(cone.num_qubits) if even else Qubits(cone.num_qubits)


def _circuit(cone: Cone, depth: int) -> Circuit:
    steps = layers_of(Polynomial(cone.terms), x_mixer(), depth)
    return Circuit(_space(cone), UniformState(), steps, name="light cone")
