"""Spaces of feasible configurations against filters over all bit strings."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Electrons, FlipSymmetric, HammingWeight, Product, Qubits, SpaceError, Subset

COLOR = HammingWeight(3, 1)


@pytest.mark.parametrize("n", range(7))
def test_hamming_weight_is_a_filter(n: int) -> None:
    for k in range(n + 1):
        expected = [c for c in range(1 << n) if c.bit_count() == k]
        assert HammingWeight(n, k).configurations().tolist() == expected
        assert HammingWeight(n, k).size == len(expected)


def test_products_ascend_with_the_first_factor_lowest_and_fastest() -> None:
    space = Product(COLOR, Qubits(2), HammingWeight(4, 2), Subset(3, [6, 0]))
    low, bits, middle, high = (factor.configurations().tolist() for factor in space.factors)
    expected = [a | b << 3 | c << 5 | d << 9 for d, c, b, a in product(high, middle, bits, low)]
    assert space.configurations().tolist() == expected == sorted(expected)
    assert space.registers == (range(3), range(3, 5), range(5, 9), range(9, 12))


def test_product_of_qubits_is_qubits() -> None:
    space = Product(Qubits(2), Qubits(0), Qubits(3))
    assert space.configurations().tolist() == list(range(32))


def test_nested_products_are_flat() -> None:
    assert Product(COLOR, Product(COLOR, Product()), COLOR) == Product(COLOR, COLOR, COLOR)
    assert (Product().size, Product().num_qubits, Product().registers) == (1, 0, ())


@given(
    st.integers(0, 8).flatmap(
        lambda n: st.tuples(st.just(n), st.sets(st.integers(0, 2**n - 1), min_size=1))
    )
)
def test_subsets_compare_by_what_they_list(case: tuple[int, set[int]]) -> None:
    n, chosen = case
    ascending = sorted(chosen)
    space = Subset(n, ascending)
    assert space.configurations().tolist() == ascending
    for other in (Subset(n, ascending[::-1]), Subset(n, np.array(ascending, dtype=np.uint8))):
        assert space == other
        assert hash(space) == hash(other)
    assert space != Subset(n + 1, ascending)
    assert space != Subset(n + 1, [*ascending, 1 << n])


def test_configurations_cannot_be_changed() -> None:
    for space in (HammingWeight(4, 2), Subset(2, [1, 2])):
        with pytest.raises(ValueError, match="read-only"):
            space.configurations()[0] = 7


def test_sixty_two_qubits() -> None:
    for space in (
        HammingWeight(62, 2),
        Product(HammingWeight(31, 1), HammingWeight(31, 1)),
        Subset(62, [3 << 60, 5]),
    ):
        last = int(space.configurations()[-1])
        assert space.index(last) == space.size - 1
        assert last >> 61 == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: HammingWeight(63, 1), "0 to 62 qubits"),
        (lambda: HammingWeight(3, 4), "0 to 3 ones, got 4"),
        (lambda: HammingWeight(3, -1), "0 to 3 ones"),
        (lambda: Product(HammingWeight(32, 1), HammingWeight(32, 1)), "got 64"),
        (lambda: Product(COLOR, FlipSymmetric(3)), "as factors, got FlipSymmetric"),
        (lambda: Product(Electrons(2, (1, 1))), "as factors, got Electrons"),
        (lambda: Subset(3, []), "at least one"),
        (lambda: Subset(3, np.array([], dtype=np.int64)), "at least one"),
        (lambda: Subset(3, [1, 2, 1]), "got 1 twice"),
        (lambda: Subset(3, [8]), "of 3 qubits, got 8"),
        (lambda: Subset(3, [-1]), "of 3 qubits, got -1"),
        (lambda: Subset(3, [1 << 70]), "of 3 qubits"),
        (lambda: Subset(3, np.array([2**63], dtype=np.uint64)), "of 3 qubits"),
        (lambda: Subset(3, [1.0]), "whole numbers"),  # type: ignore[list-item]
        (lambda: Subset(3, np.array([1.0])), "whole numbers"),
    ],
)
def test_impossible_spaces_are_refused_in_words(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(SpaceError, match=message):
        make()
