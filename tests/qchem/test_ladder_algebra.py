"""Words of creators and annihilators in normal order, against OpenFermion."""

from __future__ import annotations

import numpy as np
import pytest
from openfermion import FermionOperator, hermitian_conjugated
from openfermion import normal_ordered as ordered_there

from qchem.ansatz.ladder_algebra import Terms, combined, conjugated, normal_ordered


def random_terms(seed: int, words: int, length: int, modes: int) -> Terms:
    random = np.random.default_rng(seed)
    return {
        tuple((int(random.integers(modes)), int(random.integers(2))) for _ in range(length)): float(
            random.normal()
        )
        for _ in range(words)
    }


def there(terms: Terms) -> FermionOperator:
    total = FermionOperator()
    for word, weight in terms.items():
        total += FermionOperator(word, weight)
    return total


def plain(operator: FermionOperator) -> Terms:
    return {word: weight.real for word, weight in operator.terms.items() if abs(weight) > 1e-12}


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 6])
@pytest.mark.parametrize("seed", range(3))
def test_order_is_that_of_openfermion(seed: int, length: int) -> None:
    terms = random_terms(seed, 12, length, 4)
    found = {word: w for word, w in normal_ordered(terms).items() if abs(w) > 1e-12}
    assert found == pytest.approx(plain(ordered_there(there(terms))))


def test_sums_and_conjugates() -> None:
    one, other = random_terms(5, 4, 3, 3), random_terms(6, 4, 2, 3)
    assert plain(there(conjugated(one))) == plain(hermitian_conjugated(there(one)))
    added = plain(there(combined((2.0, one), (-1.0, other))))
    assert added == pytest.approx(plain(2 * there(one) - there(other)))
