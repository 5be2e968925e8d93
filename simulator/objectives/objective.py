"""Objectives: real functions of the final state, with their costates.

The costate of a function v of the state is lam = d v / d conj(psi); the derivative of v with
respect to the angle of generator A_k is then 2 Re <lam|A_k|psi>, states taken after step k.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from ..lowering.planar import Planar
from ..operators.observables import Observable
from ..spaces import Space

if TYPE_CHECKING:
    from ..lowering.operators import DiagonalOperator, Operator


class Measure(Protocol):
    """An objective on a space."""

    @property
    def real(self) -> bool:
        """Whether real states have real costates."""

    def evaluate(self, psi: Planar, lam: Planar) -> float:
        """Return the value and write the costate into `lam`."""

    def value(self, psi: Planar, spare: Callable[[], Planar]) -> float:
        """The value alone; `spare` allocates another state where one is needed."""


class Objective(Protocol):
    """A function of the state, before a space is chosen."""

    def on(self, space: Space) -> Measure:
        """The objective on a space; raises `SpaceError` if its observable leaves the space."""


@dataclass(frozen=True)
class Mean:
    """The expectation value <H>, with costate H psi.

    Args:
        observable: H.
    """

    observable: Observable

    def on(self, space: Space) -> Measure:
        """Lower the observable."""
        from ..lowering.operators import DiagonalOperator

        operator = self.observable.on(space)
        if isinstance(operator, DiagonalOperator):
            return DiagonalMean(operator)
        return MeanMeasure(operator)


@dataclass(frozen=True)
class Variance:
    """The variance <H^2> - <H>^2, with costate H^2 psi - 2 <H> H psi.

    It is zero exactly on eigenstates.

    Args:
        observable: H.
    """

    observable: Observable
    further_states: ClassVar[int] = 3  # besides ket and costate, for predictions of memory

    def on(self, space: Space) -> Measure:
        """Lower the observable."""
        return _VarianceMeasure(self.observable.on(space))


class MeanMeasure:
    """The expectation value <H> on a space."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.real = operator.real

    def evaluate(self, psi: Planar, lam: Planar) -> float:
        """The expectation value, with costate H psi."""
        from ..lowering.operators import inner

        self.operator.apply(psi, lam)
        return inner(psi, lam)

    def value(self, psi: Planar, spare: Callable[[], Planar]) -> float:
        """The expectation value."""
        return self.evaluate(psi, spare())


class DiagonalMean:
    """The expectation value <f>/<1> of a diagonal on a space."""

    real = True

    def __init__(self, operator: DiagonalOperator) -> None:
        self.operator = operator

    def evaluate(self, psi: Planar, lam: Planar) -> float:
        """The expectation value, with costate f psi."""
        return self.operator.mean(psi, lam)

    def value(self, psi: Planar, spare: Callable[[], Planar]) -> float:  # noqa: ARG002
        """The expectation value."""
        return self.operator.mean(psi)


class _VarianceMeasure:
    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self.real = operator.real

    def evaluate(self, psi: Planar, lam: Planar) -> float:
        from ..lowering.operators import inner

        image = np.empty_like(psi)
        self._operator.apply(psi, image)
        mean = inner(psi, image)
        # <(H - m)^2> avoids the cancellation of <H^2> - m^2, and has the same costate on
        # normalised states up to a multiple of psi, which changes no derivative.
        image -= psi.dtype.type(mean) * psi
        variance = inner(image, image)
        self._operator.apply(image, lam)
        lam -= psi.dtype.type(mean) * image
        return variance

    def value(self, psi: Planar, spare: Callable[[], Planar]) -> float:
        return self.evaluate(psi, spare())
