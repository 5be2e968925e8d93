"""Circuits: an initial state, steps, and the linear map from parameters to angles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from math import cos, isfinite, sin
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .operators.generators import Diagonal, Excitation, Generator, OrbitalRotation, XMixer
from .operators.polynomial import Polynomial
from .spaces import FlipSymmetric, Qubits, Space, SpaceError, bitstring
from .spaces.integers import whole_number
from .typing import Floats

Row = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class BasisState:
    """A single configuration, given as its integer."""

    configuration: int

    def __post_init__(self) -> None:
        configuration = whole_number("a configuration", self.configuration)
        object.__setattr__(self, "configuration", configuration)

    def __str__(self) -> str:
        return f"|{self.configuration}>"

    def on(self, space: Space) -> Callable[[Row], None]:
        """A function that writes the amplitudes into a real vector over the space.

        Raises:
            SpaceError: if the space does not contain the configuration alone.
        """
        index = space.index(self.configuration)
        if index < 0 or isinstance(space, FlipSymmetric):
            text = bitstring(max(self.configuration, 0), space.num_qubits)
            raise SpaceError(f"the configuration {text} is not a state of {space}")

        def write(row: Row) -> None:
            row[:] = 0
            row[index] = 1

        return write


@dataclass(frozen=True)
class UniformState:
    """The equal superposition of all configurations of the space."""

    def __str__(self) -> str:
        return "uniform superposition"

    def on(self, space: Space) -> Callable[[Row], None]:
        """A function that writes size^(-1/2) everywhere into a real vector over the space."""
        amplitude = space.size**-0.5

        def write(row: Row) -> None:
            row[:] = amplitude

        return write


@dataclass(frozen=True)
class ProductState:
    """A product of real states of single qubits, prod_j (cos t_j |0> + sin t_j |1>).

    Args:
        angles: t_j of each qubit, in radians.

    Raises:
        ValueError: if an angle is not finite.

    >>> state = np.empty(4)
    >>> ProductState((0.0, np.pi / 4)).on(Qubits(2))(state)
    >>> state.round(3).tolist()
    [0.707, 0.0, 0.707, 0.0]
    """

    angles: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "angles", tuple(map(float, self.angles)))
        if not all(map(isfinite, self.angles)):
            raise ValueError(f"expected finite angles, got {self.angles}")

    def __str__(self) -> str:
        return f"product state at angles {', '.join(f'{angle:.4g}' for angle in self.angles)}"

    def on(self, space: Space) -> Callable[[Row], None]:
        """A function that writes the amplitudes into a real vector over the space.

        Raises:
            SpaceError: if the space is not that of as many qubits as there are angles.
        """
        if space != Qubits(len(self.angles)):
            raise SpaceError(f"a product of {len(self.angles)} qubits is not a state of {space}")

        def write(row: Row) -> None:
            row[0] = 1
            for qubit, angle in enumerate(self.angles):
                low, high = row[: 1 << qubit], row[1 << qubit : 2 << qubit]
                np.multiply(low, sin(angle), out=high)
                low *= cos(angle)

        return write


InitialState = BasisState | UniformState | ProductState


@dataclass(frozen=True)
class Step:
    """An exponential exp(a A), with angle a = offset + sum_k coefficient_k params[k].

    Args:
        generator: A.
        coefficients: pairs (parameter index, coefficient); empty for a fixed gate.
        offset: the part of the angle that no parameter changes.
    """

    generator: Generator
    coefficients: tuple[tuple[int, float], ...] = ()
    offset: float = 0.0

    def __str__(self) -> str:
        terms = [f"{c:g} params[{k}]" if c != 1 else f"params[{k}]" for k, c in self.coefficients]
        if self.offset or not terms:
            terms.append(f"{self.offset:g}")
        return f"exp({' + '.join(terms)} * [{self.generator}])"


@dataclass(frozen=True)
class Circuit:
    """A circuit exp(a_m A_m) ... exp(a_1 A_1) |initial state> over a space.

    Steps act first to last.

    Parameters are numbered 0 ... num_parameters - 1 and several steps may share one. A circuit
    holds no numbers that are optimised, and compares by value; its name, which serves tables
    and records, does not count.

    Args:
        space: configurations that index the state.
        initial_state: `BasisState`, `UniformState` or `ProductState`.
        steps: the exponentials.
        name: of the ansatz.

    Raises:
        ValueError: if a parameter number is negative or one between zero and the largest is
            used by no step.

    >>> from simulator import PauliString, Qubits
    >>> rotation = Step(PauliString.parse("Y0"), ((0, 0.5),))
    >>> print(Circuit(Qubits(1), BasisState(0), (rotation,)))
    Circuit on Qubits(num_qubits=1): 1 steps, 1 parameters
      |0>
      exp(0.5 params[0] * [Y0])
    """

    space: Space
    initial_state: InitialState
    steps: tuple[Step, ...]
    name: str = field(default="circuit", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.steps))
        used = {parameter for step in self.steps for parameter, _ in step.coefficients}
        if used and min(used) < 0:
            raise ValueError(f"expected parameters numbered from 0, got {min(used)}")
        unused = set(range(max(used, default=-1) + 1)) - used
        if unused:
            raise ValueError(
                f"parameter {min(unused)} is used by no step; number parameters without gaps"
            )

    def __str__(self) -> str:
        head = f"Circuit on {self.space}: {len(self.steps)} steps, {self.num_parameters} parameters"
        return "\n  ".join([head, str(self.initial_state), *map(str, self.steps)])

    @cached_property
    def num_parameters(self) -> int:
        """Number of parameters that the steps consume."""
        return 1 + max((p for step in self.steps for p, _ in step.coefficients), default=-1)

    @cached_property
    def excitations(self) -> list[tuple[Excitation, ...]] | None:
        """For each step the commuting excitations that share its angle; None if one has others."""
        generators = [step.generator for step in self.steps]
        found = [g.excitations for g in generators if isinstance(g, Excitation | OrbitalRotation)]
        return found if len(found) == len(generators) else None

    @cached_property
    def layered_cost(self) -> Polynomial | None:
        """The cost whose phases alternate with X mixers; None for any other circuit."""
        generators = [step.generator for step in self.steps]
        phases, mixers = generators[::2], generators[1::2]
        if not mixers or len(phases) != len(mixers) or not isinstance(phases[0], Diagonal):
            return None
        by_turns = all(phase == phases[0] for phase in phases) and set(mixers) == {XMixer()}
        return phases[0].polynomial if by_turns else None

    def angles(self, params: ArrayLike) -> Floats:
        """Angle of each step, offset + M params, shape (len(steps),).

        Raises:
            ValueError: if `params` is not `num_parameters` finite numbers, or angles overflow.
        """
        vector = np.asarray(params, dtype=float)
        if vector.shape != (self.num_parameters,):
            raise ValueError(
                f"expected {self.num_parameters} parameters, got an array of shape {vector.shape}"
            )
        if not np.isfinite(vector).all():
            raise ValueError("expected finite parameters, got NaN or infinity")
        offsets, steps, parameters, coefficients = self._linear_map
        with np.errstate(over="ignore", invalid="ignore"):
            weights = coefficients * vector[parameters]
            angles = offsets + np.bincount(steps, weights=weights, minlength=len(offsets))
        if not np.isfinite(angles).all():
            raise ValueError("expected parameters that give finite angles, got an overflow")
        return angles

    def velocities(self, params: Floats) -> Floats:
        """Changes M params of the angles with the parameters, shape (len(steps),)."""
        offsets, steps, parameters, coefficients = self._linear_map
        weights = coefficients * params[parameters]
        return np.bincount(steps, weights=weights, minlength=len(offsets)).astype(float)

    def pull_back(self, derivatives: Floats) -> Floats:
        """M^T applied to derivatives with respect to angles: shape (num_parameters,)."""
        _, steps, parameters, coefficients = self._linear_map
        weights = coefficients * derivatives[steps]
        sums = np.bincount(parameters, weights=weights, minlength=self.num_parameters)
        return sums.astype(float)  # without entries, bincount counts in integers

    @cached_property
    def _linear_map(self) -> tuple[Floats, NDArray[Any], NDArray[Any], Floats]:
        entries = [
            (index, parameter, coefficient)
            for index, step in enumerate(self.steps)
            for parameter, coefficient in step.coefficients
        ]
        steps, parameters, coefficients = zip(*entries, strict=True) if entries else ((), (), ())
        return (
            np.array([step.offset for step in self.steps], dtype=float),
            np.array(steps, dtype=np.intp),
            np.array(parameters, dtype=np.intp),
            np.array(coefficients, dtype=float),
        )
