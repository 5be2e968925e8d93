"""Conditional value at risk: the mean over the best part of a distribution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..kernels.layout import FEW
from ..lowering.diagonal import DiagonalValues
from ..lowering.planar import Planar
from ..operators.observables import Observable
from ..spaces import Space
from .distribution import (
    diagonal_values,
    level_probabilities,
    level_quantile,
    num_blocks,
    value_quantile,
)
from .objective import Measure


@dataclass(frozen=True)
class CVaR:
    """The mean of the lowest fraction alpha of the distribution of a diagonal observable C.

        CVaR = <f(C)>,   f(C) = t - (t - C)+ / alpha,   t the alpha-quantile,

    with costate f(C) psi: t maximises <f(C)>, so that its own change does not count. alpha = 1
    is the mean. Barkoutsos et al., Quantum 4, 256 (2020), arXiv:1907.04769.

    The value is a continuous function of the state, with a kink where the levels up to one of
    them have the probability alpha exactly: every t from there to the next level that occurs
    is a quantile. The largest is taken, which gives the derivative in directions in which these
    levels lose probability.

    Args:
        observable: C, diagonal.
        alpha: 0 < alpha <= 1.

    Raises:
        ValueError: for another alpha; by `on`, if the observable is not diagonal.

    >>> from simulator import Circuit, Polynomial, Program, Qubits, UniformState
    >>> uniform = Circuit(Qubits(2), UniformState(), ())
    >>> cost = Polynomial({(0,): 1.0, (1,): 1.0})            # 2, 0, 0, -2
    >>> Program(uniform, CVaR(cost, alpha=0.5))([])          # -2 and one of the zeros
    -1.0
    """

    observable: Observable
    alpha: float

    def __post_init__(self) -> None:
        if not 0 < self.alpha <= 1:
            raise ValueError(f"expected a fraction alpha above 0 and up to 1, got {self.alpha}")

    def on(self, space: Space) -> Measure:
        """Lower the observable."""
        return _CVaRMeasure(diagonal_values(self.observable, space), self.alpha)


class _CVaRMeasure:
    real = True

    def __init__(self, values: DiagonalValues, alpha: float) -> None:
        self._values = values
        self._alpha = alpha

    def evaluate(self, psi: Planar, lam: Planar) -> float:
        return self._tail(psi, lam)

    def value(self, psi: Planar, spare: Callable[[], Planar]) -> float:  # noqa: ARG002
        return self._tail(psi, np.empty((len(psi), 0), dtype=psi.dtype))

    def _tail(self, psi: Planar, lam: Planar) -> float:
        """The value, divided by the norm; writes the costate into `lam` if that has room."""
        levels, codes, alpha = self._values.levels, self._values.codes, self._alpha
        size = psi.shape[1]
        if codes is None:
            from ..kernels import probability

            quantile = value_quantile(psi, levels, alpha)
            partial = np.empty((num_blocks(size), 2))
            probability.scale_by_tail(size, psi, levels, quantile, alpha, lam, partial)
            weighted, norm = partial.sum(axis=0)
            return float(weighted / norm)
        probabilities = level_probabilities(psi, levels, codes)
        quantile = level_quantile(levels, probabilities, alpha)
        factors = quantile - np.maximum(quantile - levels, 0.0) / alpha
        if lam.shape == psi.shape:
            scales = factors.astype(psi.dtype)
            if size > FEW:
                from ..kernels import probability

                probability.scale_by_level(size, psi, codes, scales, lam)
            else:
                np.multiply(scales[codes], psi, out=lam)
        return float((factors * probabilities).sum() / probabilities.sum())
