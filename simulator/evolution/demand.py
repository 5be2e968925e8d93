"""Memory that a program needs besides the tables of its evolution."""

from __future__ import annotations

from dataclasses import dataclass

from ..lowering.tabulation import label_type
from ..operators.observables import Matrix, Observable
from ..operators.polynomial import Polynomial
from ..spaces import Electrons, FlipSymmetric, Qubits


@dataclass(frozen=True)
class Demand:
    """States that an objective needs, for predictions of memory.

    Attributes:
        number: bytes of a real number.
        observable: of the objective; None if it is not known.
        further: states that the objective makes besides ket and costate.
        gradient: whether derivatives are wanted.
    """

    number: int
    observable: Observable | None = None
    further: int = 0
    gradient: bool = True

    def of_electrons(self, space: Electrons) -> int:
        """Bytes of states under excitations, which are real unless the observable is complex."""
        is_complex = isinstance(self.observable, Matrix) and self.observable.is_complex
        return (2 + self.further) * (2 if is_complex else 1) * self.number * space.size

    def of_layers(self, space: Qubits | FlipSymmetric, cost: Polynomial | None) -> int:
        """Bytes of states and of codes of diagonals, where layers run in one kernel.

        A value alone needs no costate if the observable is diagonal.
        """
        diagonal = isinstance(self.observable, Polynomial | None)
        costate = 0 if diagonal and not (self.gradient or self.further) else 1
        codes = sum(
            label_type(polynomial.units(space)).itemsize
            for polynomial in {cost, self.observable}
            if isinstance(polynomial, Polynomial)
        )
        codes = codes or 8  # those of an observable that is not known yet
        return space.size * (2 * (1 + costate + self.further) * self.number + codes)

    def of_steps(self, size: int) -> int:
        """Bytes of complex states where steps are applied one by one, with a third as scratch."""
        return (6 + 2 * self.further) * self.number * size
