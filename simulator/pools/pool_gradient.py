"""Derivatives of an energy with respect to all generators of a pool, appended at zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..operators.generators import Excitation, Generator
from ..operators.ladder_sum import LadderSum, Product, act, excitation_terms, interleaving_signs
from ..spaces import Electrons, SpaceError
from ..typing import Floats, Integers


class PoolGradient:
    """d <H> / d a of exp(a A) psi at a = 0, for every A of a pool.

        g_A = 2 <H psi|A|psi> = 2 sum_k w_k <H psi|S_k|psi>,    A = sum_k w_k S_k

    The products S_k are elements of transition density matrices. Each that occurs in the pool is
    computed once, from tables on the strings of either spin; no matrix over determinants is
    stored.

    Args:
        generators: excitations, and sums of ladder operators.
        space: of the state.

    Raises:
        SpaceError: if a generator leaves the space.
        TypeError: for generators of another kind.
    """

    def __init__(self, generators: Sequence[Generator], space: Electrons) -> None:
        from scipy.sparse import csr_array

        self._kinds = [_Transitions(space, signed=signed) for signed in (False, True)]
        entries: list[list[tuple[int, int, float]]] = [[], []]
        for row, generator in enumerate(generators):
            signed, terms = _terms(generator)
            for product, weight in terms:
                number, sign = self._kinds[signed].add(product)
                entries[signed].append((row, number, sign * weight))
        self._weights = []
        for kind, found in zip(self._kinds, entries, strict=True):
            if len(kind):
                kind.finish()
            rows, columns, weights = zip(*found, strict=True) if found else ((), (), ())
            shape = (len(generators), len(kind))
            self._weights.append(csr_array((weights, (rows, columns)), shape=shape, dtype=float))

    def __call__(self, psi: NDArray[Any], image: NDArray[Any]) -> Floats:
        """The derivatives, shape (generators,).

        Args:
            psi: the real state, shape (size,).
            image: H psi.

        Raises:
            TypeError: for complex states.
        """
        if np.iscomplexobj(psi) or np.iscomplexobj(image):
            raise TypeError("expected a real state, as excitations keep it; got a complex one")
        total = np.zeros(self._weights[0].shape[0])
        for kind, weights in zip(self._kinds, self._weights, strict=True):
            if len(kind):
                total += 2 * (weights @ kind.overlaps(psi, image))
        return total


def _terms(generator: Generator) -> tuple[bool, Iterable[tuple[Product, float]]]:
    """Whether electrons exchange signs, and the products with their weights."""
    if isinstance(generator, LadderSum):
        return generator.signed, generator.terms
    if isinstance(generator, Excitation):
        return True, excitation_terms(generator.moves)
    raise TypeError(f"expected excitations or sums of ladder operators, got {generator}")


class _Transitions:
    """<image|S|psi> of products of ladder operators, each product once.

    Without signs, products act on states whose amplitudes have taken the signs of alternating
    modes; a product then has no sign at all.
    """

    def __init__(self, space: Electrons, *, signed: bool) -> None:
        self._space, self._signed = space, signed
        self._products: dict[tuple[Product, Product], int] = {}
        self._parts: tuple[dict[Product, int], dict[Product, int]] = ({}, {})
        self._modes = np.ones(0)

    def __len__(self) -> int:
        return len(self._products)

    def add(self, product: Product) -> tuple[int, float]:
        """The number of a product, and the sign that sorting it by spin gives."""
        space = self._space
        if any(ladder.orbital >= space.norb for ladder in product):
            raise SpaceError(f"{' '.join(map(str, product))} needs more orbitals than {space} has")
        if space.label(ladder.orbital for ladder in product):
            raise SpaceError(f"{' '.join(map(str, product))} changes the symmetry of {space}")
        alpha, beta = (tuple(o for o in product if o.spin == spin) for spin in (0, 1))
        for part, known in zip((alpha, beta), self._parts, strict=True):
            known.setdefault(part, len(known))
        number = self._products.setdefault((alpha, beta), len(self._products))
        # Alpha operators pass the beta operators to their left; an even number of beta operators
        # passes all alpha creators of a determinant.
        passed = sum(
            one.spin == 1 and other.spin == 0
            for place, one in enumerate(product) for other in product[place + 1 :]
        )  # fmt: skip
        return number, -1.0 if self._signed and passed % 2 else 1.0

    def finish(self) -> None:
        """Make the tables."""
        space = self._space
        parts = [(self._parts[0][alpha], self._parts[1][beta]) for alpha, beta in self._products]
        alphas = np.array([alpha for alpha, _ in parts], dtype=np.int64)
        betas = np.array([beta for _, beta in parts], dtype=np.int64)
        self._alpha_table = list(self._tables(0))
        entries = np.diff(self._alpha_table[0])[alphas].astype(float)
        self._deal(np.bincount(betas, entries, len(self._parts[1])))
        betas = np.array([self._parts[1][beta] for _, beta in self._products], dtype=np.int64)
        self._order = np.argsort(betas, kind="stable")
        self._alphas = alphas[self._order]
        tables = len(self._parts[1])
        self._begins = np.searchsorted(betas[self._order], np.arange(tables + 1))
        self._beta_table = list(self._tables(1))
        strings = space.strings(0)
        self._rows = np.zeros(len(strings), dtype=np.int64)
        self._sectors = np.full(len(strings), -1, dtype=np.int64)
        begins, sources, targets, _ = self._beta_table
        shape = (tables, len(space.sectors), 2)
        self._leaving, self._arriving = (np.zeros(shape, dtype=np.int64) for _ in range(2))
        for number, sector in enumerate(space.sectors):
            (first, last), (low, high) = sector.alpha, sector.beta
            self._rows[first:last] = sector.offset + np.arange(last - first) * (high - low) - low
            self._sectors[first:last] = number
            for table in range(tables):
                here = slice(begins[table], begins[table + 1])
                for ends, ranges in ((sources, self._leaving), (targets, self._arriving)):
                    # All strings of one symmetry come to one symmetry, so this is one range.
                    inside = np.flatnonzero((ends[here] >= low) & (ends[here] < high))
                    if len(inside):
                        ranges[table, number] = inside[0], inside[-1] + 1
        lengths = np.diff(self._alpha_table[0])[alphas] * np.diff(begins)[betas]
        self._work = int(lengths.sum()) // max(len(space.sectors), 1)
        if not self._signed:
            self._modes = interleaving_signs(space.configurations(), space.norb)

    def _deal(self, alpha_entries: NDArray[Any]) -> None:
        """Number beta parts anew, so that each half of the numbers has the same work."""
        lengths = [len(self._act(part, 1)[0]) for part in self._parts[1]]
        heaviest = np.argsort(-alpha_entries * np.array(lengths), kind="stable")
        keys = list(self._parts[1])
        dealt = [keys[k] for k in (*heaviest[::2], *heaviest[1::2])]
        self._parts = self._parts[0], {part: number for number, part in enumerate(dealt)}

    def overlaps(self, psi: NDArray[Any], image: NDArray[Any]) -> Floats:
        """<image|S|psi> of each product."""
        from ..kernels import transitions

        if not self._signed:
            psi, image = self._modes * psi, self._modes * image
        values, sorted_values = np.zeros(len(self)), np.zeros(len(self))
        transitions.overlaps(
            self._work,
            np.ascontiguousarray(psi, dtype=np.float64),
            np.ascontiguousarray(image, dtype=np.float64),
            self._begins, self._alphas, *self._alpha_table, self._rows, self._sectors,
            *self._beta_table, self._leaving, self._arriving, sorted_values,
        )  # fmt: skip
        values[self._order] = sorted_values
        return values

    def _tables(self, spin: int) -> Iterator[NDArray[Any]]:
        """Where the table of each part begins; sources, targets and signs of all of them."""
        found = [self._act(part, spin) for part in self._parts[spin]]
        lengths = [len(sources) for sources, _, _ in found]
        yield np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        none = [np.zeros(0)]
        for place, dtype in enumerate((np.int64, np.int64, np.float64)):
            yield np.concatenate(none + [table[place] for table in found]).astype(dtype)

    def _act(self, part: Product, spin: int) -> tuple[Integers, Integers, Floats]:
        """Strings that a product of one spin does not annihilate, their images, and the signs."""
        places = [(ladder.orbital, ladder.creates) for ladder in part]
        sources, moved, signs = act(places, self._space.strings(spin), signed=self._signed)
        return sources, self._space.rank(spin, moved), signs
