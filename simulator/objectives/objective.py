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
        """The value alone; `spare` gives memory for another state to those that need it."""


class Objective(Protocol):
    """A function of the state, before a space is chosen."""

    def on(self, space: Space) -> Measure:
        """The objective on a space; raises `SpaceError` if its observable leaves it."""


@dataclass(frozen=True)
class Mean:
    """<H>, with costate H psi."""

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
    """<H^2> - <H>^2, with costate H^2 psi - 2 <H> H psi; zero exactly on eigenstates."""

    observable: Observable
    further_states: ClassVar[int] = 3  # besides ket and costate, for predictions of memory

    def on(self, space: Space) -> Measure:
        """Lower the observable."""
        return _VarianceMeasure(self.observable.on(space))


class MeanMeasure:
    """<H> on a space."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.real = operator.real

    def evaluate(self, psi: Planar, lam: Planar) -> float:
        """The mean, with costate H psi."""
        from ..lowering.operators import inner

        self.operator.apply(psi, lam)
        return inner(psi, lam)

    def value(self, psi: Planar, spare: Callable[[], Planar]) -> float:
        """The mean."""
        return self.evaluate(psi, spare())


class DiagonalMean:
    """<f> on a space, divided by <1>."""

    real = True

    def __init__(self, operator: DiagonalOperator) -> None:
        self.operator = operator

    def evaluate(self, psi: Planar, lam: Planar) -> float:
        """The mean, with costate f psi."""
        return self.operator.mean(psi, lam)

    def value(self, psi: Planar, spare: Callable[[], Planar]) -> float:  # noqa: ARG002
        """The mean."""
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
        # normalised states up to a multiple of psi, which no anti-Hermitian generator sees.
        image -= psi.dtype.type(mean) * psi
        variance = inner(image, image)
        self._operator.apply(image, lam)
        lam -= psi.dtype.type(mean) * image
        return variance

    def value(self, psi: Planar, spare: Callable[[], Planar]) -> float:
        return self.evaluate(psi, spare())
