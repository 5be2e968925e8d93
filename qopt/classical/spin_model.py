"""Quadratic costs as neighbour lists of spins, for searches that flip them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from simulator.operators.polynomial import Polynomial
from simulator.typing import Floats, Integers

from ..results import bits
from .bqm import couplings


class SpinModel(NamedTuple):
    """sum_ij J_ij s_i s_j over pairs of spins, of which the last is held at +1.

    Fields h_i are couplings to that last spin, so that clusters of spins that are merged into
    one give another model of the same kind.

    Attributes:
        starts: neighbours of spin i are others[starts[i] : starts[i + 1]]; shape (spins + 1,).
        others: neighbours, spin by spin.
        weights: J of these, each pair twice, in units of the largest.
        unit: the largest weight, in those of the problem.
        constant: of the problem's cost.
    """

    starts: Integers
    others: Integers
    weights: Floats
    unit: float = 1.0
    constant: float = 0.0

    @property
    def free(self) -> int:
        """How many spins may flip."""
        return len(self.starts) - 2

    @property
    def work(self) -> int:
        """Spins and neighbours that a sweep reads at most."""
        return len(self.starts) + len(self.others)

    @classmethod
    def from_pairs(
        cls, spins: int, first: Integers, second: Integers, weights: Floats
    ) -> SpinModel:
        """Neighbour lists of `spins` spins; weights of pairs that occur twice add up."""
        from scipy.sparse import coo_array

        pairs = coo_array((weights, (first, second)), shape=(spins, spins)).tocsr()
        matrix = (pairs + pairs.T).tocsr()
        matrix.eliminate_zeros()
        return cls(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), matrix.data)

    def gains(self, spins: Floats) -> Floats:
        """Changes of the cost by a flip of each spin: -2 s_i sum_j J_ij s_j."""
        products = self.weights * spins[self.others]
        fields = np.add.reduceat(np.append(products, 0.0), self.starts[:-1])
        fields[np.diff(self.starts) == 0] = 0.0
        return np.asarray(-2.0 * spins * fields)

    def cost(self, spins: Floats) -> float:
        """sum_ij J_ij s_i s_j."""
        return float(-0.25 * self.gains(spins).sum())

    def value(self, cost: float) -> float:
        """A cost of the model in units of the problem."""
        return self.unit * cost + self.constant

    def bitstring(self, spins: Floats) -> str:
        """The bit string of spins: 0 for +1."""
        return bits((spins[:-1] < 0).tolist())

    def random_spins(self, random: np.random.Generator) -> Floats:
        """Uniform spins, the last one +1."""
        spins = np.where(random.random(self.free + 1) < 0.5, -1.0, 1.0)
        spins[-1] = 1.0
        return spins


@lru_cache(maxsize=4)
def spin_model(cost: Polynomial, num_variables: int) -> SpinModel:
    """The model of a quadratic cost, in units of its largest weight, without its constant.

    Raises:
        InputError: if the cost is of higher than second degree.
    """
    fields, first, second, weights = couplings(cost, num_variables)
    nodes = np.flatnonzero(fields)
    every = np.concatenate([weights, fields[nodes]])
    largest = float(np.abs(every).max(initial=0.0)) or 1.0
    model = SpinModel.from_pairs(
        num_variables + 1,
        np.concatenate([first, nodes]),
        np.concatenate([second, np.full(len(nodes), num_variables)]),
        every / largest,
    )
    return model._replace(unit=largest, constant=dict(cost.terms).get((), 0.0))
