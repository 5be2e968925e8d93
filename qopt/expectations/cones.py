"""Light cones: the part of a cost that the mean of one of its terms can see through p layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from qminima.errors import InputError
from simulator.operators.polynomial import Polynomial, Term
from simulator.spaces import MAX_QUBITS
from simulator.typing import Integers

if TYPE_CHECKING:
    from scipy.sparse import csr_array


# Terms whose surroundings are listed in one go.
_BLOCK = 1 << 12


@dataclass(frozen=True)
class Cone:
    """A small cost and those of its terms whose mean is wanted.

    Attributes:
        num_qubits: qubits are numbered from 0.
        terms: the cost.
        measured: positions of the measured terms in `terms`.
        origin: qubits of the first measured term in the whole cost, for messages.
    """

    num_qubits: int
    terms: tuple[Term, ...]
    measured: tuple[int, ...]
    origin: tuple[int, ...] = field(default=(), compare=False)

    @property
    def observable(self) -> Polynomial:
        """The measured terms with their weights."""
        return Polynomial([self.terms[position] for position in self.measured])


def light_cones(cost: Polynomial, depth: int) -> list[Cone]:
    """The cones of all terms of a cost but the constant, through `depth` layers of QAOA.

    Seen from the end of the circuit, an observable on the qubits S commutes with all mixers but
    those on S, and then with all cost terms but those that touch S; these carry it to the
    qubits they touch, where the next layer begins. After p layers it lives on all qubits within
    distance p of S, where qubits that share a term are at distance 1, and the terms that took
    part are those that touch a qubit within distance p - 1. Terms that see the same ones share
    a cone.

    Raises:
        InputError: if a cone has more qubits than any state vector could hold.
    """
    terms = [term for term in cost.terms if term[0]]
    if not terms:
        return []
    touch = _touch(terms)
    adjacent = touch.T @ touch
    cones: dict[bytes, tuple[list[int], Integers]] = {}
    for start in range(0, len(terms), _BLOCK):
        stop = min(start + _BLOCK, len(terms))
        inner = _reach(terms[start:stop], touch[start:stop], adjacent, depth)
        outer = inner @ touch.T
        outer.sort_indices()
        for row in range(stop - start):
            key = _row(inner, row).tobytes()
            measured, _ = cones.setdefault(key, ([], _row(outer, row)))
            measured.append(start + row)
    return [_cone(terms, seen.tolist(), measured) for measured, seen in cones.values()]


def _touch(terms: list[Term]) -> csr_array[Any]:
    """Which term touches which qubit, a matrix with a row for each term."""
    from scipy.sparse import csr_array

    columns = np.concatenate([qubits for qubits, _ in terms])
    starts = np.cumsum([0] + [len(qubits) for qubits, _ in terms])
    return csr_array((np.ones(len(columns), dtype=bool), columns, starts))


def _reach(
    terms: list[Term], touch: csr_array[Any], adjacent: csr_array[Any], depth: int
) -> csr_array[Any]:
    """For each term the qubits within distance p - 1, after a check of those within p."""
    reach = touch
    for layer in range(depth):
        _check_size(terms, adjacent, reach, depth - layer)
        inner, reach = reach, reach @ adjacent
    _check_size(terms, adjacent, reach, 0)
    inner.sort_indices()
    return inner


def _check_size(
    terms: list[Term], adjacent: csr_array[Any], reach: csr_array[Any], layers: int
) -> None:
    """Refuse cones beyond all memory before a sparse product lists all their qubits."""
    sizes = np.diff(reach.indptr)
    if layers:
        neighbours = np.diff(adjacent.indptr)[reach.indices]
        sizes = np.maximum(sizes, np.maximum.reduceat(neighbours, reach.indptr[:-1]))
    largest = int(sizes.argmax())
    if sizes[largest] > MAX_QUBITS:
        whole = reach[[largest]]
        for _ in range(layers):
            whole = whole @ adjacent
        raise InputError(
            f"the light cone of the term {terms[largest][0]} has {whole.nnz} qubits, "
            "more than any state vector could hold; use less depth, "
            "or qopt.OneLayerExpectation for one layer"
        )


def _row(matrix: csr_array[Any], position: int) -> Integers:
    row: Integers = matrix.indices[matrix.indptr[position] : matrix.indptr[position + 1]]
    return row


def _cone(terms: list[Term], seen: list[int], measured: list[int]) -> Cone:
    """Number the qubits of the terms that are seen from 0."""
    number: dict[int, int] = {}
    local = []
    for position in seen:
        qubits, weight = terms[position]
        local.append((tuple(number.setdefault(q, len(number)) for q in qubits), weight))
    place = {position: index for index, position in enumerate(seen)}
    positions = tuple(place[position] for position in measured)
    return Cone(len(number), tuple(local), positions, terms[measured[0]][0])
