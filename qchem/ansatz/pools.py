"""Pools: lists of generators from which ansätze are built.

Every pool is a function of the Hamiltonian's determinants; fixed ansätze and ADAPT share them. To
add one: its function, and an entry in `POOLS`, which `qchem list` and the tests read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import sqrt

from qminima.errors import InputError, check_name
from simulator.operators.generators import Excitation, Generator
from simulator.operators.ladder_sum import Ladder, LadderSum, excitation_terms
from simulator.operators.pauli import PauliString
from simulator.spaces import Electrons

from ..hamiltonian import Hamiltonian
from .ladder_algebra import Terms, combined, conjugated, normal_ordered

Orbitals = Sequence[int]


@dataclass(frozen=True)
class Pool:
    """Generators to choose from.

    Attributes:
        name: as in `POOLS`.
        operators: on the Hamiltonian's determinants, or Pauli strings on its qubits.
        coupled: whether sums of two qubit excitations may be taken apart; see `qchem.adapt`.
    """

    name: str
    operators: tuple[Generator, ...]
    coupled: bool = False

    def __len__(self) -> int:
        return len(self.operators)


def operator_pool(name: str, hamiltonian: Hamiltonian) -> Pool:
    """A pool by its name.

    Args:
        name: one of `POOLS`; each function there says what its pool holds.
        hamiltonian: whose determinants the operators act on.

    Raises:
        InputError: for an unknown name, listing the known ones, or electrons that the pool is
            not for.

    >>> import qchem
    >>> h2 = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74"))
    >>> print(*operator_pool("sd", h2).operators, sep="; ")
    0a 0b -> 1a 1b; 0a -> 1a; 0b -> 1b
    """
    check_name("pool", name, POOLS)
    kind = POOLS[name]
    return Pool(name, tuple(kind.build(hamiltonian.space)), kind.coupled)


# -- excitations of spin orbitals ----------------------------------------------------------


def singles_and_doubles(space: Electrons) -> Iterator[Excitation]:
    """Excitations from occupied to empty spin orbitals: the factors of UCCSD."""
    occupied = [range(count) for count in space.nelec]
    empty = [range(count, space.norb) for count in space.nelec]
    yield from _doubles(occupied, empty)
    for spin in (0, 1):
        for i, a in product(occupied[spin], empty[spin]):
            yield _excitation(spin, ((i,), (a,)))


def generalised_singles_and_doubles(space: Electrons) -> Iterator[Excitation]:
    """Excitations between any different spin orbitals, occupied or not, each direction once."""
    yield from generalised_singles(space)
    yield from generalised_doubles(space)


def generalised_singles(space: Electrons) -> Iterator[Excitation]:
    """One electron between any two orbitals."""
    for spin in (0, 1):
        for p, q in combinations(range(space.norb), 2):
            yield _excitation(spin, ((p,), (q,)))


def generalised_doubles(space: Electrons) -> Iterator[Excitation]:
    """Two electrons between any different spin orbitals."""
    pairs = list(combinations(range(space.norb), 2))
    for spin in (0, 1):
        for one, other in combinations(pairs, 2):
            if not set(one) & set(other):
                yield _excitation(spin, (one, other))
    # Of opposite spins: the alpha electron up or down, the beta electron up; the rest are inverses.
    for (p, q), (r, s) in product(pairs, pairs):
        yield Excitation(((p,), (q,)), ((r,), (s,)))
        yield Excitation(((q,), (p,)), ((r,), (s,)))


def _excitation(spin: int, part: tuple[tuple[int, ...], tuple[int, ...]]) -> Excitation:
    return Excitation(alpha=part) if spin == 0 else Excitation(beta=part)


def _doubles(occupied: Sequence[Orbitals], empty: Sequence[Orbitals]) -> Iterator[Excitation]:
    """Doubles of opposite spins, grouped by their alpha part, then alpha pairs, then beta pairs."""
    singles = [[((i,), (a,)) for i, a in product(occupied[spin], empty[spin])] for spin in (0, 1)]
    for alpha, beta in product(*singles):
        yield Excitation(alpha, beta)
    for spin in (0, 1):
        pairs = product(combinations(occupied[spin], 2), combinations(empty[spin], 2))
        yield from (_excitation(spin, pair) for pair in pairs)


# -- sums that conserve the total spin -----------------------------------------------------


def singlet_singles_and_doubles(space: Electrons) -> Iterator[LadderSum]:
    """Singlet combinations of excitations from occupied to empty orbitals, normalised.

    The sum of the squares of all weights is one. Grimsley et al., Nat. Commun. 10, 3007 (2019),
    arXiv:1812.11173.
    """
    yield from singlet_singles(space)
    yield from singlet_doubles(space)


def singlet_singles(space: Electrons) -> Iterator[LadderSum]:
    """One electron from an occupied to an empty orbital."""
    count = closed_shell(space, "the pool singlet-sd", "a generalised pool")
    for i, a in product(range(count), range(count, space.norb)):
        yield from _normalised(_shift(a, i), f"singlet {i} -> {a}")


def singlet_doubles(space: Electrons) -> Iterator[LadderSum]:
    """Two electrons from occupied to empty orbitals, coupled to singlets or triplets."""
    count = closed_shell(space, "the pool singlet-sd", "a generalised pool")
    occupied, empty = range(count), range(count, space.norb)
    for i, j in _ordered_pairs(occupied):
        for a, b in _ordered_pairs(empty):
            yield from _singlet_doubles((i, j), (a, b), generalised=False)


def singlet_generalised(space: Electrons) -> Iterator[LadderSum]:
    """Singlet combinations of excitations between any orbitals, normalised.

    Doubles are products E_rp E_sq of excitation operators, as in the source, so that those with
    orbitals in common hold singles as well.
    """
    orbitals = range(space.norb)
    for p, q in combinations(orbitals, 2):
        yield from _normalised(_shift(p, q), f"singlet {q} -> {p}")
    pairs = list(_ordered_pairs(orbitals))
    for number, pair in enumerate(pairs):
        for other in pairs[number:]:
            yield from _singlet_doubles(pair, other, generalised=True)


def spin_complement_generalised(space: Electrons) -> Iterator[LadderSum]:
    """Generalised excitations, each with its mirror image under alpha <-> beta, not normalised.

    Source as of `singlet_generalised`, in its order; it lists operators that vanish as well, which
    are left out here, and some twice. The total spin is not conserved, its projection is.
    """
    orbitals = range(space.norb)
    for p, q in combinations(orbitals, 2):
        yield from _sums(_shift(q, p), f"complement {p} -> {q}")
    pairs = list(_ordered_pairs(orbitals))
    for number, (p, q) in enumerate(pairs):
        for r, s in pairs[: number + 1]:
            alike = [_move(*((one, spin) for one in (r, p, s, q))) for spin in (0, 1)]
            yield from _sums(
                combined(*((1.0, one) for one in alike)), f"complement aa {p} {q} -> {r} {s}"
            )
    tuples = list(product(orbitals, orbitals))
    for number, (p, q) in enumerate(tuples):
        if p > q:
            continue
        for r, s in tuples[: number + 1]:
            mixed = [
                _move((r, 0), (p, 0), (s, 1), (q, 1)),
                _move((s, 0), (q, 0), (r, 1), (p, 1)),
            ]
            yield from _sums(
                combined(*((1.0, one) for one in mixed)), f"complement ab {p} {q} -> {r} {s}"
            )


def _ordered_pairs(orbitals: Orbitals) -> Iterator[tuple[int, int]]:
    """Pairs p <= q."""
    for place, p in enumerate(orbitals):
        for q in orbitals[place:]:
            yield p, q


def _mode(orbital: int, spin: int) -> int:
    """A spin orbital's number where spins alternate, as in OpenFermion."""
    return 2 * orbital + spin


def _move(*modes: tuple[int, int]) -> Terms:
    """c^dagger c c^dagger c of four spin orbitals."""
    return {tuple((_mode(*mode), 1 - k % 2) for k, mode in enumerate(modes)): 1.0}


def _shift(p: int, q: int) -> Terms:
    """E_pq, the sum of c^dagger_p c_q over spins."""
    return {((_mode(p, spin), 1), (_mode(q, spin), 0)): 1.0 for spin in (0, 1)}


def _singlet_doubles(
    leave: tuple[int, int], fill: tuple[int, int], *, generalised: bool
) -> Iterator[LadderSum]:
    """Two electrons coupled to triplets, and to singlets, that move together."""
    (p, q), (r, s) = leave, fill

    def term(spins: str) -> Terms:
        """The electrons that fill r and s, and those that leave p and q, by their spins."""
        at_r, at_p, at_s, at_q = ("ab".index(letter) for letter in spins)
        if generalised:
            return _move((r, at_r), (p, at_p), (s, at_s), (q, at_q))
        modes = [(r, at_r), (s, at_s), (p, at_p), (q, at_q)]
        return {tuple((_mode(*mode), int(k < 2)) for k, mode in enumerate(modes)): 1.0}

    equal = [(2.0, term("aaaa")), (2.0, term("bbbb"))]
    alike, crossed = [term("aabb"), term("bbaa")], [term("abba"), term("baab")]
    triplet = combined(*equal, *((1.0, one) for one in alike + crossed))
    singlet = combined(*((1.0, one) for one in alike), *((-1.0, one) for one in crossed))
    label = f"{p} {q} -> {r} {s}"
    yield from _normalised(triplet, f"triplet pair {label}")
    yield from _normalised(singlet, f"singlet pair {label}")


def _normalised(operator: Terms, name: str) -> Iterator[LadderSum]:
    yield from _sums(operator, name, normalise=True)


def _sums(operator: Terms, name: str, *, normalise: bool = False) -> Iterator[LadderSum]:
    """T - T^dagger as a generator, unless it vanishes."""
    difference = normal_ordered(combined((1.0, operator), (-1.0, conjugated(operator))))
    terms = {key: weight for key, weight in difference.items() if abs(weight) > 1e-12}
    if not terms:
        return
    scale = sqrt(sum(weight**2 for weight in terms.values())) if normalise else 1.0
    yield LadderSum(
        tuple(
            (
                tuple(Ladder(mode // 2, mode % 2, bool(creates)) for mode, creates in key),
                weight / scale,
            )
            for key, weight in sorted(terms.items())
        ),
        name=name,
    )


def closed_shell(space: Electrons, name: str, instead: str) -> int:
    """Number of doubly occupied orbitals; raises `InputError` where there are others."""
    alpha, beta = space.nelec
    if alpha != beta:
        raise InputError(
            f"{name} is for closed shells, got {alpha} alpha and {beta} beta electrons; "
            f"take {instead}"
        )
    return alpha


# -- qubit excitations ---------------------------------------------------------------------


def qubit_excitations(space: Electrons) -> Iterator[LadderSum]:
    """Generalised excitations without fermionic signs.

    Yordanov et al., Commun. Phys. 4, 228 (2021), doi:10.1038/s42005-021-00730-0.
    """
    yield from _qubit_singles(space)
    # Of four spin orbitals of one spin, each excitation is in two pairs.
    yield from dict.fromkeys(one for pair in _exchanges(space) for one in pair)


def coupled_exchanges(space: Electrons) -> Iterator[LadderSum]:
    """Sums and differences of two qubit excitations that share their four spin orbitals.

    Of each such pair, the one-parameter coupled exchange operators of Ramôa et al., npj Quantum
    Inf. 11, 86 (2025), arXiv:2407.08696, which take 9 CNOTs instead of 13.
    """
    yield from _qubit_singles(space)
    for one, other in _exchanges(space):
        for sign, letter in ((1.0, "+"), (-1.0, "-")):
            flipped = tuple((ladders, sign * weight) for ladders, weight in other.terms)
            name = f"{one.name} {letter} ({other.name})"
            yield LadderSum(one.terms + flipped, signed=False, name=name)


def _qubit_singles(space: Electrons) -> Iterator[LadderSum]:
    for spin in (0, 1):
        for p, q in combinations(range(space.norb), 2):
            yield _qubit_excitation(((p, spin),), ((q, spin),))


def _exchanges(space: Electrons) -> Iterator[tuple[LadderSum, LadderSum]]:
    """Pairs of double qubit excitations on the same four spin orbitals.

    Of four spin orbitals, each division into two pairs of the same spins is an excitation. Two
    divisions make a pair of excitations; of four spin orbitals of one spin there are three such.
    """
    modes = [(orbital, spin) for orbital in range(space.norb) for spin in (0, 1)]
    for p, q, r, s in combinations(modes, 4):
        halves = [((p, q), (r, s)), ((p, r), (q, s)), ((q, r), (p, s))]
        allowed = [half for half in halves if _spins(half[0]) == _spins(half[1])]
        for (fill, leave), (fill_too, leave_too) in combinations(allowed, 2):
            yield _qubit_excitation(leave, fill), _qubit_excitation(leave_too, fill_too)


def _spins(modes: tuple[tuple[int, int], ...]) -> int:
    return sum(spin for _, spin in modes)


def pauli_strings(space: Electrons) -> Iterator[PauliString]:
    """The single Pauli strings of generalised qubit excitations, each by itself, on qubits.

    Strings of the Jordan-Wigner mapping without its products of Z, all with an odd number of Y,
    which keeps states real. They conserve neither electrons nor spin. Tang et al., PRX Quantum 2,
    020310 (2021), arXiv:1911.10205.
    """
    found: dict[PauliString, None] = {}
    for one in qubit_excitations(space):
        support = sum(1 << p + spin * space.norb for p, spin in one.support)
        for string, _ in one.pauli_terms(space):
            found.setdefault(PauliString(string.x, string.z & support))
    yield from found


def components(generator: Generator) -> list[LadderSum]:
    """The qubit excitations of which a coupled exchange is the sum or difference, else none."""
    if not isinstance(generator, LadderSum) or generator.signed or len(generator.terms) != 4:
        return []
    found = []
    for ladders, _ in generator.terms[::2]:
        fill = tuple((o.orbital, o.spin) for o in ladders if o.creates)
        leave = tuple((o.orbital, o.spin) for o in reversed(ladders) if not o.creates)
        found.append(_qubit_excitation(leave, fill))
    return found


def _qubit_excitation(
    leave: tuple[tuple[int, int], ...], fill: tuple[tuple[int, int], ...]
) -> LadderSum:
    def text(modes: tuple[tuple[int, int], ...]) -> str:
        return " ".join(f"{orbital}{'ab'[spin]}" for orbital, spin in modes)

    terms = excitation_terms(list(zip(leave, fill, strict=True)))
    return LadderSum(terms, signed=False, name=f"qubits {text(leave)} -> {text(fill)}")


@dataclass(frozen=True)
class PoolKind:
    """A function that lists the generators of a pool.

    Attributes:
        build: the generators, from the determinants.
        summary: one line on them.
        coupled: whether they are sums of two qubit excitations that may be taken apart.
        disjoint: whether `solve` adds several disjoint ones in a step, chosen per CNOT.
    """

    build: Callable[[Electrons], Iterator[Generator]]
    summary: str
    coupled: bool = False
    disjoint: bool = False


POOLS = {
    "sd": PoolKind(
        singles_and_doubles, "singles and doubles from occupied to empty spin orbitals, as UCCSD"
    ),
    "gsd": PoolKind(generalised_singles_and_doubles, "excitations between any spin orbitals"),
    "singlet-sd": PoolKind(
        singlet_singles_and_doubles, "singlet combinations from occupied to empty orbitals"
    ),
    "singlet-gsd": PoolKind(singlet_generalised, "singlet combinations between any orbitals"),
    "spin-complement-gsd": PoolKind(
        spin_complement_generalised,
        "generalised excitations, each with its image under exchange of the spins",
    ),
    "qubit": PoolKind(
        qubit_excitations, "generalised excitations without fermionic signs", disjoint=True
    ),
    "ceo": PoolKind(
        coupled_exchanges,
        "coupled exchanges: sums and differences of two qubit excitations",
        coupled=True,
        disjoint=True,
    ),
    "pauli": PoolKind(pauli_strings, "single Pauli strings of qubit excitations, on qubits"),
}
