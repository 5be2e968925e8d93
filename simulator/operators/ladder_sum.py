"""Sums of products of creators and annihilators, exponentiated whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from ..spaces import Electrons, Space, SpaceError
from ..typing import Integers
from .constructions import ladder_sum_cnots
from .generator import Cnot, Generator, Layout, Support, check_electrons
from .pauli import PauliString

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from ..lowering.actions import Action


class Ladder(NamedTuple):
    """A creator or annihilator.

    Attributes:
        orbital: from 0 on.
        spin: 0 for alpha, 1 for beta.
        creates: whether it is the creator.
    """

    orbital: int
    spin: int
    creates: bool

    def __str__(self) -> str:
        return f"{self.orbital}{'ab'[self.spin]}{'+' if self.creates else ''}"


Product = tuple[Ladder, ...]

# Tables of sums that programs still use: an operator that several circuits share, as those of a
# growing ansatz do, is lowered once.
_lowered: WeakValueDictionary[tuple[LadderSum, Electrons], Action] = WeakValueDictionary()


@dataclass(frozen=True)
class LadderSum(Generator):
    """A real combination of products of creators and annihilators, as one generator.

        A = sum_k w_k S_k,     S_k a product of c^dagger_{p s} and c_{p s}, leftmost first

    The products need not commute: exp(a A) is the exponential of the sum, by blocks of
    determinants that A couples, each diagonalised once. Singlet excitations are such sums, and a
    product of exponentials of their terms would not conserve the total spin.

    Without fermionic signs, products are qubit excitations: sigma^+ in place of c^dagger and
    sigma^- in place of c, under the Jordan-Wigner mapping with modes 0a, 0b, 1a, 1b, ..., as in
    Yordanov et al., Commun. Phys. 4, 228 (2021), doi:10.1038/s42005-021-00730-0.

    Args:
        terms: products and their weights; the sum must be anti-Hermitian.
        signed: whether electrons exchange signs.
        name: shown when a circuit is printed.

    Raises:
        ValueError: if a weight is not finite, an orbital is negative, a spin is not 0 or 1, or a
            product does not conserve the electrons of each spin; by `on`, if the sum is not
            anti-Hermitian.

    >>> from simulator import Electrons
    >>> up = LadderSum(excitation_terms([((0, 0), (1, 0))]))
    >>> str(up)
    '1a+ 0a - 0a+ 1a'
    """

    terms: tuple[tuple[Product, float], ...]
    signed: bool = True
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        terms = tuple(
            (tuple(Ladder(*ladder) for ladder in product), float(weight))
            for product, weight in self.terms
        )
        object.__setattr__(self, "terms", terms)
        for product, weight in terms:
            if not isfinite(weight):
                raise ValueError(f"expected finite weights, got {weight}")
            for ladder in product:
                if ladder.orbital < 0 or ladder.spin not in (0, 1):
                    raise ValueError(f"expected orbitals from 0 on and spins 0 or 1, got {ladder}")
            for spin in (0, 1):
                if sum(1 if o.creates else -1 for o in product if o.spin == spin):
                    raise ValueError(
                        "expected products that conserve the electrons of each spin, "
                        f"got {' '.join(map(str, product))}"
                    )

    def __str__(self) -> str:
        if self.name:
            return self.name
        text = ""
        for product, weight in self.terms:
            sign = ("-" if weight < 0 else "+") if text else ("-" if weight < 0 else "")
            size = f"{abs(weight):.4g} " if abs(weight) != 1 else ""
            text += f" {sign} " if text else sign
            text += size + " ".join(map(str, product))
        return text if self.signed else f"qubits: {text}"

    @property
    def norb(self) -> int:
        """The least number of orbitals that holds the sum."""
        return 1 + max((o.orbital for product, _ in self.terms for o in product), default=-1)

    @property
    def support(self) -> Support:
        """The spin orbitals that it acts on."""
        return frozenset((o.orbital, o.spin) for product, _ in self.terms for o in product)

    def on(self, space: Space) -> Action:
        """The sum over coupled determinants; needs `Electrons`."""
        electrons = check_electrons(self, space, "creators and annihilators act on")
        found = _lowered.get((self, electrons))
        if found is None:
            from ..lowering.block_actions import BlockAction

            found = BlockAction(self.matrix(electrons))
            _lowered[self, electrons] = found
        return found

    def matrix(self, space: Electrons) -> csr_array[Any]:
        """A over the determinants, shape (size, size).

        Raises:
            SpaceError: if the sum leaves the space.
            ValueError: if it is not anti-Hermitian.
        """
        from scipy.sparse import coo_array

        rows, columns, entries = [], [], []
        configurations = space.configurations()
        for product, weight in self.terms:
            source, moved, sign = self._act(product, configurations, space.norb)
            target = space.indices(moved)
            if (target < 0).any():
                raise SpaceError(f"{self} changes the symmetry of states in {space}")
            rows.append(target)
            columns.append(source)
            entries.append(weight * sign)
        none = [np.zeros(0)]
        matrix = coo_array(
            (
                np.concatenate(entries or none),
                (
                    np.concatenate(rows or none).astype(np.int64),
                    np.concatenate(columns or none).astype(np.int64),
                ),
            ),
            shape=(space.size, space.size),
        ).tocsr()
        matrix.sum_duplicates()
        scale = max((abs(weight) for _, weight in self.terms), default=0.0)
        matrix.data[np.abs(matrix.data) < 1e-14 * scale] = 0
        matrix.eliminate_zeros()
        rest = matrix + matrix.T
        if abs(rest).max() > 1e-12 * scale if rest.nnz else False:
            raise ValueError(f"expected an anti-Hermitian sum, got {self}")
        return matrix

    def cnots(self, layout: Layout) -> list[Cnot] | None:
        """As `constructions.ladder_sum_cnots`."""
        return ladder_sum_cnots(self, layout)

    def pauli_terms(self, space: Space) -> list[tuple[PauliString, float]]:
        """Strings P and weights w with A = sum w (-i P) on the qubits of `Electrons`.

            c_p = (X_p + i Y_p)/2 prod_{q < p} Z_q

        by the Jordan-Wigner mapping, all alpha modes first.

        Raises:
            SpaceError: if the space is another one or has too few orbitals.
        """
        norb = check_electrons(self, space, "creators and annihilators act on").norb
        total: dict[PauliString, complex] = {}
        for product, weight in self.terms:
            partial: dict[PauliString, complex] = {PauliString(0, 0): weight}
            for ladder in product:
                bit, z = 1 << ladder.orbital + ladder.spin * norb, self._below(ladder, norb)
                factors = (
                    (PauliString(bit, z), 0.5),
                    (PauliString(bit, z | bit), -0.5j if ladder.creates else 0.5j),
                )
                multiplied: dict[PauliString, complex] = {}
                for left, value in partial.items():
                    for right, factor in factors:
                        phase, string = left @ right
                        multiplied[string] = multiplied.get(string, 0) + phase * value * factor
                partial = multiplied
            for string, value in partial.items():
                total[string] = total.get(string, 0) + value
        scale = max((abs(weight) for _, weight in self.terms), default=0.0)
        return [
            (string, -value.imag)
            for string, value in sorted(total.items())
            if abs(value) > 1e-14 * scale
        ]

    def _below(self, ladder: Ladder, norb: int) -> int:
        """The modes whose parity a creator or annihilator carries along."""
        mode = ladder.orbital + ladder.spin * norb
        below = (1 << mode) - 1
        if self.signed:
            return below
        # Sigma in alternating modes has no parity there, so that here it has that of both orders.
        alternating = sum(
            1 << orbital + spin * norb
            for orbital in range(norb)
            for spin in (0, 1)
            if (orbital, spin) < (ladder.orbital, ladder.spin)
        )
        return below ^ alternating

    def _act(
        self, product: Product, configurations: Integers, norb: int
    ) -> tuple[Integers, Integers, NDArray[np.float64]]:
        """Positions that a product does not annihilate, their images, and the signs."""
        places = [(ladder.orbital + ladder.spin * norb, ladder.creates) for ladder in product]
        source, moved, signs = act(places, configurations, signed=self.signed)
        if not self.signed:
            signs = interleaving_signs(configurations[source], norb)
            signs *= interleaving_signs(moved, norb)
        return source, moved, signs


def act(
    places: Sequence[tuple[int, bool]], strings: Integers, *, signed: bool
) -> tuple[Integers, Integers, NDArray[np.float64]]:
    """A product of creators and annihilators on occupation strings.

    Args:
        places: bit of each, and whether it creates, leftmost first; the rightmost acts first.
        strings: occupation strings.
        signed: whether electrons exchange signs; without, all signs are one.

    Returns:
        Positions of the strings that are not annihilated, their images, and the signs.
    """
    source, moved = np.arange(len(strings)), strings
    parity = np.zeros(len(strings), dtype=np.int64)
    for place, creates in reversed(places):
        bit = np.int64(1) << np.int64(place)
        possible = (moved & bit == 0) == creates
        source, moved, parity = source[possible], moved[possible], parity[possible]
        if signed:
            parity = parity + np.bitwise_count(moved & (bit - 1))
        moved = moved ^ bit
    return source, moved, np.where(parity & 1, -1.0, 1.0)


def excitation_terms(
    moves: Iterable[tuple[tuple[int, int], ...]], weight: float = 1.0
) -> tuple[tuple[Product, float], ...]:
    """The terms of w (T - T^dagger), T = c^dagger_{t1} c^dagger_{t2} ... c_{f2} c_{f1}.

    Args:
        moves: pairs ((orbital, spin) to leave, (orbital, spin) to fill).
        weight: w.
    """
    pairs = list(moves)
    leave = [Ladder(*one[0], False) for one in pairs]
    fill = [Ladder(*one[1], True) for one in pairs]
    forward = (*fill, *reversed(leave))
    back = tuple(Ladder(o.orbital, o.spin, not o.creates) for o in reversed(forward))
    return (forward, weight), (back, -weight)


def interleaving_signs(configurations: Integers, norb: int) -> NDArray[np.float64]:
    """The signs of determinants when alpha and beta modes are brought to alternate.

    From the order 0a, 1a, ..., 0b, 1b, ... to 0a, 0b, 1a, 1b, ... the beta creator of orbital p
    passes the alpha creators of the orbitals above p.

    >>> interleaving_signs(np.array([0b0110, 0b1001]), norb=2).tolist()  # 1a 0b, and 0a 1b
    [-1.0, 1.0]
    """
    parity = np.zeros(len(configurations), dtype=np.int64)
    alpha = configurations & ((1 << norb) - 1)
    for orbital in range(norb):
        filled = configurations >> (norb + orbital) & 1
        parity += filled * np.bitwise_count(alpha >> (orbital + 1))
    return np.where(parity & 1, -1.0, 1.0)
