"""Encodings of determinants in qubits, and qubits that symmetry makes superfluous.

All of them are linear over the field of two elements. With the bits n of a determinant on
`Electrons` (all alpha orbitals, then all beta ones) the qubits hold

    b = B n mod 2,

B the identity for Jordan-Wigner, partial sums for the parity and the Bravyi-Kitaev encoding. A
Pauli string with masks x and z becomes the one with B x and B^-T z, with the same matrix elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qminima.errors import check_name
from simulator.operators.observables import PauliSum
from simulator.operators.pauli import PauliString

Bits = NDArray[np.uint8]

MAPPINGS = ("jordan_wigner", "parity", "bravyi_kitaev")


def check_mapping(mapping: str) -> str:
    """The mapping; raises `InputError` for an unknown one, listing the known."""
    check_name("mapping", mapping, MAPPINGS)
    return mapping


def encoding_matrix(mapping: str, modes: int) -> Bits:
    """B, shape (modes, modes), as OpenFermion's binary codes have it.

    Seeley, Richard and Love, J. Chem. Phys. 137, 224109 (2012), doi:10.1063/1.4768229.

    Raises:
        InputError: for an unknown mapping, listing the known ones.

    >>> encoding_matrix("parity", 3).tolist()
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    """
    from openfermion import transforms

    codes = {
        "jordan_wigner": transforms.jordan_wigner_code,
        "parity": transforms.parity_code,
        "bravyi_kitaev": transforms.bravyi_kitaev_code,
    }
    matrix: Bits = codes[check_mapping(mapping)](modes).encoder.toarray().astype(np.uint8)
    return matrix


@dataclass(frozen=True)
class Symmetry:
    """A product of Z that commutes with the Hamiltonian, and its value.

    Attributes:
        mask: the qubits of the product.
        negative: whether the value is -1.
        qubit: the one that the others determine.
    """

    mask: int
    negative: bool
    qubit: int


@dataclass(frozen=True)
class Encoding:
    """From determinants to configurations of qubits.

    Args:
        mapping: one of `MAPPINGS`.
        modes: spin orbitals.
        symmetries: whose qubits are left out, each symmetry's own qubit in no other's mask.
    """

    mapping: str
    modes: int
    symmetries: tuple[Symmetry, ...] = ()

    @property
    def num_qubits(self) -> int:
        """Qubits that are left."""
        return self.modes - len(self.symmetries)

    @cached_property
    def _matrices(self) -> tuple[Bits, Bits]:
        """B, and the transpose of its inverse."""
        matrix = encoding_matrix(self.mapping, self.modes)
        return matrix, _inverse(matrix).T.copy()

    @cached_property
    def _kept(self) -> list[int]:
        removed = {symmetry.qubit for symmetry in self.symmetries}
        return [qubit for qubit in range(self.modes) if qubit not in removed]

    def configuration(self, determinant: int) -> int:
        """The qubits of a determinant, bit j of the integer being qubit j."""
        return self._shrunk(_product(self._matrices[0], determinant))

    def holds(self, determinant: int) -> bool:
        """Whether a determinant has the values of the symmetries."""
        bits = _product(self._matrices[0], determinant)
        return all(
            ((one.mask & bits).bit_count() % 2 == 1) == one.negative for one in self.symmetries
        )

    def commutes(self, string: PauliString) -> bool:
        """Whether a Pauli string over spin orbitals commutes with the symmetries."""
        x = _product(self._matrices[0], string.x)
        return all((one.mask & x).bit_count() % 2 == 0 for one in self.symmetries)

    def mask(self, orbitals: int) -> int:
        """The qubits, none left out, whose product of Z is that of a mask of spin orbitals."""
        return _product(self._matrices[1], orbitals)

    def string(self, string: PauliString) -> tuple[PauliString, float]:
        """A Pauli string over spin orbitals (Jordan-Wigner) on the qubits, and its sign.

        Only strings that commute with the symmetries have one, as the terms of the Hamiltonian do;
        see `commutes`.
        """
        x, z = _product(self._matrices[0], string.x), _product(self._matrices[1], string.z)
        phase = string.phase
        for symmetry in self.symmetries:
            if z >> symmetry.qubit & 1:
                z ^= symmetry.mask
                phase = -phase if symmetry.negative else phase
        image = PauliString(self._shrunk(x), self._shrunk(z))
        return image, (phase / image.phase).real

    def pauli_sum(self, operator: PauliSum) -> PauliSum:
        """A sum of strings over spin orbitals on the qubits."""
        images = ((*self.string(string), weight) for string, weight in operator.terms)
        return PauliSum((image, sign * weight) for image, sign, weight in images)

    def _shrunk(self, bits: int) -> int:
        """The bits of the qubits that are left, moved together."""
        return sum((bits >> qubit & 1) << place for place, qubit in enumerate(self._kept))


def symmetries(
    masks: Iterable[int], configuration: int, qubits: int, *, among: Sequence[int] | None = None
) -> tuple[Symmetry, ...]:
    """Products of Z that commute with Pauli strings, independent of each other.

    Bravyi et al., arXiv:1701.08213: they are the kernel, over the field of two elements, of the
    x masks of all strings.

    Args:
        masks: the x masks of the strings.
        configuration: of the reference, which has the values of the symmetries.
        qubits: how many there are.
        among: look for products of these masks only, all products of Z if None.
    """
    candidates = [1 << qubit for qubit in range(qubits)] if among is None else list(among)
    basis: dict[int, int] = {}  # from its highest bit
    for mask in masks:
        while mask and mask.bit_length() in basis:
            mask ^= basis[mask.bit_length()]
        if mask:
            basis[mask.bit_length()] = mask
    # Each candidate's parities with the basis; combinations that cancel are in the kernel.
    rows = [
        (sum(((z & x).bit_count() & 1) << place for place, x in enumerate(basis.values())), z)
        for z in candidates
    ]
    kernel, pivots = [], list[tuple[int, int]]()
    for parities, z in rows:
        for other, combined in pivots:
            if parities ^ other < parities:
                parities, z = parities ^ other, z ^ combined
        if parities:
            pivots = sorted([*pivots, (parities, z)], reverse=True)
        elif z:
            kernel.append(z)
    return tuple(
        Symmetry(mask, (mask & configuration).bit_count() % 2 == 1, qubit)
        for qubit, mask in _reduced(kernel).items()
    )


def _reduced(masks: Iterable[int]) -> dict[int, int]:
    """Masks with the same span, each with a highest qubit that no other has."""
    reduced: dict[int, int] = {}
    for mask in masks:
        for qubit, other in reduced.items():
            if mask >> qubit & 1:
                mask ^= other
        if not mask:
            continue
        top = mask.bit_length() - 1
        reduced = {q: m ^ mask if m >> top & 1 else m for q, m in reduced.items()}
        reduced[top] = mask
    return dict(sorted(reduced.items()))


def _product(matrix: Bits, bits: int) -> int:
    """Matrix times a column of bits, over the field of two elements."""
    column = np.array([bits >> place & 1 for place in range(matrix.shape[1])], dtype=np.uint8)
    return sum(int(bit) << place for place, bit in enumerate(matrix @ column & 1))


def _inverse(matrix: Bits) -> Bits:
    """The inverse over the field of two elements; B is triangular with ones on its diagonal."""
    inverse = np.eye(len(matrix), dtype=np.uint8)
    for row in range(len(matrix)):
        for column in np.flatnonzero(matrix[row, :row]):
            inverse[row] ^= inverse[column]
    return inverse
