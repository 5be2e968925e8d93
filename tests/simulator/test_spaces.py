from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import (
    Electrons,
    FlipSymmetric,
    HammingWeight,
    Product,
    Qubits,
    Space,
    SpaceError,
    Subset,
)
from simulator.spaces import bitstring, occupation_strings
from simulator.testing import isometry, random_state

SPACES: list[Space] = [
    Qubits(0),
    Qubits(1),
    Qubits(3),
    FlipSymmetric(1),
    FlipSymmetric(2),
    FlipSymmetric(4),
    Electrons(0, (0, 0)),
    Electrons(1, (1, 0)),
    Electrons(3, (0, 2)),
    Electrons(3, (3, 3)),
    Electrons(4, (2, 1)),
    HammingWeight(0, 0),
    HammingWeight(1, 1),
    HammingWeight(4, 0),
    HammingWeight(5, 2),
    Product(),
    Product(HammingWeight(3, 1), HammingWeight(2, 1)),
    Product(Qubits(1), HammingWeight(3, 2), Subset(2, [0, 3])),
    Subset(0, [0]),
    Subset(4, [9]),
    Subset(4, [15, 2, 7, 0]),
]


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_index_and_configuration_are_inverse(space: Space) -> None:
    configurations = space.configurations()
    assert len(configurations) == space.size
    assert space.indices(configurations).tolist() == list(range(space.size))


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_configurations_outside_have_no_index(space: Space) -> None:
    everything = np.arange(1 << space.num_qubits)
    inside = set(space.configurations().tolist())
    if isinstance(space, FlipSymmetric):
        inside |= {configuration ^ space.mask for configuration in inside}
    found = space.indices(everything)
    assert found.tolist() == [space.index(int(c)) for c in everything]
    assert space.index(-1) == space.index(1 << space.num_qubits) == -1
    assert [bool(index >= 0) for index in found] == [c in inside for c in everything]


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_embedding_is_the_isometry(space: Space) -> None:
    state = random_state(space.size, seed=1)
    np.testing.assert_allclose(space.embed(state), isometry(space) @ state, atol=1e-14)
    np.testing.assert_allclose(np.linalg.norm(space.embed(state)), 1)


def test_electrons_count_the_electrons_of_each_spin() -> None:
    space = Electrons(5, (3, 2))
    for configuration in space.configurations().tolist():
        assert (configuration & 0b11111).bit_count() == 3
        assert (configuration >> 5).bit_count() == 2
    assert space.size == comb(5, 3) * comb(5, 2)
    assert space.configurations()[0] == space.reference


def test_strings_agree_with_pyscf() -> None:
    from pyscf.fci import cistring

    for norb, count in product(range(1, 7), range(7)):
        if count <= norb:
            expected = cistring.make_strings(range(norb), count)
            assert occupation_strings(norb, count).tolist() == list(expected)


@given(st.integers(0, 2**12 - 1))
def test_bitstring_character_j_is_qubit_j(configuration: int) -> None:
    text = bitstring(configuration, 12)
    assert sum(int(letter) << qubit for qubit, letter in enumerate(text)) == configuration


@pytest.mark.parametrize(
    "make",
    [
        lambda: Qubits(-1),
        lambda: Qubits(63),
        lambda: FlipSymmetric(0),
        lambda: Electrons(2, (3, 0)),
        lambda: Electrons(2, (0, -1)),
        lambda: Electrons(-1, (0, 0)),
        lambda: Electrons(32, (1, 1)).configurations(),
        lambda: Electrons(63, (1, 1)).strings(0),
    ],
)
def test_impossible_spaces_are_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(SpaceError, match=r"expected|fit"):
        make()


def test_two_electrons_in_many_orbitals() -> None:
    space = Electrons(46, (1, 1))
    assert space.size == 46**2
    assert space.index(1 << 3 | 1 << (46 + 5)) == 3 * 46 + 5
