"""The uniform distribution over a space: samples and exact means without enumeration."""

from __future__ import annotations

from functools import lru_cache
from math import comb, fsum, prod

import numpy as np

from ..operators.polynomial import Polynomial
from ..typing import Integers
from . import FlipSymmetric, Qubits, Space, configurations_at
from .feasible import Factor, HammingWeight, Product


def uniform_configurations(space: Space, count: int, random: np.random.Generator) -> Integers:
    """Configurations drawn uniformly from a space, shape (count,).

    Positions are drawn, and their configurations are found factor by factor; only a `Subset` is a
    list by its definition. On `FlipSymmetric` it is the member of a pair whose last qubit is zero.

    >>> one_hot = Product(*[HammingWeight(4, 1)] * 15)      # 4^15 configurations of 60 qubits
    >>> uniform_configurations(one_hot, 2, np.random.default_rng(0)).shape
    (2,)
    """
    return configurations_at(space, random.integers(0, space.size, count))


def uniform_mean(polynomial: Polynomial, space: Space) -> float:
    """The mean of a polynomial over all configurations of a space.

        sum_S w_S prod_factors <prod_{j in S and factor} z_j>

    Of m spins among n, k of which are -1, the mean is a ratio of whole numbers,

        <z_1 ... z_m> = sum_j (-1)^j C(m, j) C(n - m, k - j) / C(n, k).

    Args:
        polynomial: in spins.
        space: any; others than `Qubits`, `FlipSymmetric`, `HammingWeight` and products are listed.

    Raises:
        SpaceError: if the space has too few qubits or is `FlipSymmetric` and the polynomial not.

    >>> uniform_mean(Polynomial({(0, 1): 3.0, (): 1.0}), HammingWeight(4, 2))
    0.0
    """
    polynomial.check(space)
    if isinstance(space, FlipSymmetric):
        polynomial.fold(space)  # raises for terms of odd degree
        space = Qubits(space.num_qubits)
    if isinstance(space, Product):
        starts = [register.start for register in space.registers]
        return fsum(
            weight * _mean_in_factors(space, starts, qubits) for qubits, weight in polynomial.terms
        )
    if isinstance(space, Qubits | HammingWeight):
        return fsum(weight * _mean_of_spins(space, qubits) for qubits, weight in polynomial.terms)
    return float(polynomial.values(space).to_array().mean())


def _mean_in_factors(space: Product, starts: list[int], qubits: tuple[int, ...]) -> float:
    """The mean of a product of spins, factor by factor."""
    parts: dict[int, list[int]] = {}
    for qubit in qubits:
        # Of factors without qubits that start at one place, the last has this qubit.
        number = int(np.searchsorted(starts, qubit, side="right")) - 1
        parts.setdefault(number, []).append(qubit - starts[number])
    return prod(
        _mean_of_spins(space.factors[number], tuple(part)) for number, part in parts.items()
    )


def _mean_of_spins(space: Factor, qubits: tuple[int, ...]) -> float:
    """The mean of the product of some spins."""
    if isinstance(space, Qubits):
        return 0.0 if qubits else 1.0
    if isinstance(space, HammingWeight):
        return _mean_at_weight(space.num_qubits, space.weight, len(qubits))
    mask = sum(1 << qubit for qubit in qubits)
    signs = 1 - 2 * (np.bitwise_count(space.configurations() & mask) & 1).astype(np.int64)
    return float(signs.mean())


@lru_cache(maxsize=4096)
def _mean_at_weight(n: int, ones: int, spins: int) -> float:
    """The mean of a product of so many different spins."""
    signed = (
        (-1 if j % 2 else 1) * comb(spins, j) * comb(n - spins, ones - j)
        for j in range(min(spins, ones) + 1)
    )
    return sum(signed) / comb(n, ones)
