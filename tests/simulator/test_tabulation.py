"""Diagonals as integers, at the borders of their types."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from simulator import FlipSymmetric, Polynomial, Qubits
from simulator.kernels import diagonal
from simulator.kernels.layout import BLOCK
from simulator.lowering.diagonal import DiagonalValues
from simulator.lowering.tabulation import common_unit, label_type, tabulate

Terms = dict[tuple[int, ...], float]


def held_type(values: DiagonalValues) -> Any:
    return (values.levels if values.codes is None else values.codes).dtype


def check(terms: Terms, num_bits: int) -> DiagonalValues:
    values = tabulate(terms, num_bits)
    polynomial = Polynomial(terms)
    expected = [polynomial.value(x) for x in range(1 << num_bits)]
    np.testing.assert_allclose(values.to_array(), expected, rtol=1e-13, atol=1e-13)
    assert held_type(values) == label_type(common_unit(terms, num_bits))
    assert values.least == pytest.approx(min(expected), abs=1e-12)
    return values


@pytest.mark.parametrize(
    ("total", "dtype"),
    [(255, np.uint8), (256, np.uint16), (65_535, np.uint16), (65_536, np.float64)],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_number_of_levels_decides_the_type(total: int, dtype: type, sign: int) -> None:
    """So many units in all make one level more."""
    terms = {(0,): sign * 1.0, (16,): -float(total - 4), (0, 1): 2.0, (3, 5): sign * 1.0}
    values = tabulate(terms, 17)
    assert held_type(values) == dtype
    polynomial = Polynomial(terms)
    places = np.random.default_rng(0).integers(0, 1 << 17, 200)
    found = values.to_array()[places]
    np.testing.assert_array_equal(found, [polynomial.value(int(x)) for x in places])


@pytest.mark.parametrize(("bits", "coded"), [(20, True), (21, False)])
def test_denominators(bits: int, coded: bool) -> None:
    values = check({(0,): 2.0**-bits, (0, 1): 3 * 2.0**-bits, (): 7.0}, 3)
    assert (values.codes is not None) == coded


@pytest.mark.parametrize("terms", [{}, {(): -2.5}, {(0,): 0.0}, {(0, 1, 2): -3.0}, {(2,): 0.1}])
@pytest.mark.parametrize("num_bits", [0, 1, 2, 3])
def test_few_bits_and_terms(terms: Terms, num_bits: int) -> None:
    if all(qubit < num_bits for qubits in terms for qubit in qubits):
        check(terms, num_bits)


def test_more_levels_than_configurations_stay_numbers() -> None:
    assert common_unit({(0,): 1.0, (1,): 1000.0}, 3) is None
    assert common_unit({(0,): 1.0, (1,): 1000.0}, 10) is not None


@given(
    st.dictionaries(
        st.sets(st.integers(0, 5), max_size=4).map(lambda s: tuple(sorted(s))),
        st.integers(-40, 40).map(lambda n: n / 4),
        max_size=12,
    )
)
def test_whole_multiples_against_one_value_at_a_time(terms: Terms) -> None:
    check(terms, 6)


def test_folding_keeps_the_unit_of_the_folded_terms() -> None:
    triangle = Polynomial({(0, 1): 0.5, (1, 2): 0.5, (0, 2): 0.5})
    units = triangle.units(FlipSymmetric(3))
    assert units is not None
    assert units.multiples == {(0, 1): 1, (1,): 1, (0,): 1}
    assert triangle.units(Qubits(3)) is not None


@pytest.mark.parametrize("size", [1, 7, 8, 4095, 4096, 8200])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("codes", [np.uint8, np.uint16, None])
def test_sums_and_images_of_a_diagonal(size: int, dtype: Any, codes: Any) -> None:
    rng = np.random.default_rng(size)
    row: NDArray[Any] = rng.normal(size=size).astype(dtype)
    numbers: Any = rng.integers(0, 9, size).astype(codes) if codes else rng.normal(size=size)
    values = DiagonalValues(np.arange(9.0), numbers) if codes else DiagonalValues(numbers, None)
    labels, f = values.labels, -1.5 + 0.25 * numbers
    for form in (diagonal.weigh.serial, diagonal.weigh.parallel):
        image, sums = np.empty_like(row), np.zeros((-(-size // BLOCK), 2))
        form(row, labels, -1.5, 0.25, image, sums)
        wide = row.astype(float)
        np.testing.assert_allclose(image, f * row, rtol=1e-6)
        np.testing.assert_allclose(
            sums.sum(axis=0), [(f * wide**2).sum(), (wide**2).sum()], rtol=3e-7, atol=1e-9
        )
