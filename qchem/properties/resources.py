"""What a circuit takes on a device: CNOT gates and their depth, under stated constructions.

Spin orbitals are qubits by the Jordan-Wigner mapping, either alternating in spin (0a, 0b, 1a, ...)
or all alpha before all beta; where both are possible, the order with fewer CNOTs is taken.
Constructions:

    qubit excitations       2 CNOTs for singles, 13 for doubles; Yordanov et al., Phys. Rev. A 102,
                            062612 (2020), doi:10.1103/PhysRevA.102.062612
    coupled exchanges       9 CNOTs with one parameter; with several, on the same four qubits, 13
                            for all together; Ramôa et al., npj Quantum Inf. 11, 86 (2025),
                            arXiv:2407.08696
    fermionic excitations   the qubit excitation between two controlled signs: the parity of the m
                            qubits in between is collected on one of them, 2m more CNOTs (m > 0);
                            for doubles the count of Yordanov et al.
    rotations of orbitals   one fermionic single for each spin
    Pauli strings, phases   2 (w - 1) CNOTs for each string of weight w
    CX, CZ, SWAP            1, 1 and 3

All pairs of qubits are connected, or on a "line" neighbours only: there a CNOT at distance d > 1 is
4 (d - 1) CNOTs between neighbours. Other generators, such as singlet doubles, have no construction
here, and circuits that hold one have no count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from qminima.errors import unknown_name
from simulator.circuit import Circuit
from simulator.operators.generators import (
    AxisRotation,
    Diagonal,
    Excitation,
    Generator,
    OrbitalRotation,
    PauliString,
    SelfInverse,
    XMixer,
)
from simulator.operators.ladder_sum import Ladder, LadderSum
from simulator.spaces import Electrons

Mode = tuple[int, int]
Gate = tuple[int, int]

CONNECTIVITIES = ("all", "line")

# CNOTs between qubits a, b, c, d, in the order in which they act.
_SINGLE = "ab ab"
_DOUBLE = "ab cd ac ab ad ab ac ab ad ab ac ab cd"
_COUPLED = "ab cd ac ad ab ad ac ab cd"
_COUPLED_MANY = "ad ac ab ba da ba ca ba da ba ab ac ad"
_GATES = {"CX": 1, "CZ": 1, "SWAP": 3}


class _NoConstruction(Exception):  # noqa: N818 - a signal, not an error
    """A generator without a construction."""


def circuit_resources(circuit: Circuit, connectivity: str = "all") -> tuple[int, int] | None:
    """CNOT gates of a circuit and their depth, None if a generator has no construction.

    Raises:
        InputError: for an unknown connectivity.

    >>> import qchem
    >>> h2 = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74"))
    >>> circuit_resources(qchem.paired_uccd(h2)), circuit_resources(qchem.uccsd(h2), "line")
    ((13, 11), (55, 49))
    """
    norb = circuit.space.norb if isinstance(circuit.space, Electrons) else None
    return cnot_resources([step.generator for step in circuit.steps], connectivity, norb=norb)


def cnot_resources(
    generators: Sequence[Generator], connectivity: str = "all", *, norb: int | None = None
) -> tuple[int, int] | None:
    """CNOT gates of a product of exponentials, and how many of them follow each other at most.

    Args:
        generators: of the exponentials, first to last. Qubit excitations of the same four qubits
            that follow each other are one coupled exchange with several parameters.
        connectivity: "all" or "line".
        norb: the number of orbitals, where phases of electrons are among the generators.

    Returns:
        Count and depth, or None if there is a generator without a construction.

    Raises:
        InputError: for an unknown connectivity.

    >>> from simulator.operators.ladder_sum import excitation_terms
    >>> single = LadderSum(excitation_terms([((0, 0), (1, 0))]), signed=False)
    >>> cnot_resources([single])
    (2, 2)
    """
    if connectivity not in CONNECTIVITIES:
        raise unknown_name("connectivity", connectivity, CONNECTIVITIES)
    orbitals = norb or _orbitals(generators)
    orders: list[Callable[[Mode], int]] = [lambda mode: 2 * mode[0] + mode[1]]
    unsigned = any(isinstance(one, LadderSum) and not one.signed for one in generators)
    if orbitals and not unsigned:  # qubit excitations are defined by the alternating order
        orders.append(lambda mode: mode[0] + mode[1] * orbitals)
    try:
        return min(_count(generators, place, orbitals, connectivity) for place in orders)
    except _NoConstruction:
        return None


def _orbitals(generators: Iterable[Generator]) -> int:
    found = [0]
    for one in generators:
        if isinstance(one, Excitation | LadderSum):
            found.append(one.norb)
        elif isinstance(one, OrbitalRotation):
            found.append(1 + max(one.p, one.q))
    return max(found)


def _count(
    generators: Sequence[Generator],
    place: Callable[[Mode], int],
    norb: int,
    connectivity: str,
) -> tuple[int, int]:
    """Gates and depth in one order of the spin orbitals."""
    count, depth = 0, Counter[int]()
    for support, same in groupby(generators, key=_exchange_support):
        group = list(same)
        gates = (
            _exchange_gates([one for one in group if isinstance(one, LadderSum)], place)
            if support
            else (gate for one in group for gate in _gates(one, place, norb))
        )
        for gate in gates:
            for first, second in _routed(gate, connectivity):
                count += 1
                depth[first] = depth[second] = 1 + max(depth[first], depth[second])
    return count, max(depth.values(), default=0)


def _routed(gate: Gate, connectivity: str) -> Iterator[Gate]:
    """The gate itself, or on a line the gates between neighbours that amount to it."""
    first, second = gate
    distance, step = abs(second - first), 1 if second > first else -1
    if connectivity == "all" or distance == 1:
        yield gate
        return
    for last in (distance, distance - 1):  # the second time, what passed by is put back
        order = [*range(last - 1, 0, -1), 0, *range(1, last)]
        for k in order:
            yield first + k * step, first + (k + 1) * step


def _gates(generator: Generator, place: Callable[[Mode], int], norb: int) -> Iterator[Gate]:
    """The CNOTs of one generator that is no qubit excitation."""
    if isinstance(generator, AxisRotation | XMixer):
        return
    if isinstance(generator, Excitation | OrbitalRotation):
        for excitation in generator.excitations:
            parts = (excitation.alpha, excitation.beta)
            yield from _fermionic(
                *(
                    sorted(place((p, spin)) for spin, part in enumerate(parts) for p in part[end])
                    for end in (0, 1)
                )
            )
    elif isinstance(generator, LadderSum) and generator.signed:
        for single in _commuting_singles(generator):
            first, second = map(place, single)
            yield from _fermionic([first], [second])
    elif isinstance(generator, PauliString):
        support = generator.x | generator.z
        yield from _ladder_there_and_back(
            [q for q in range(support.bit_length()) if support >> q & 1]
        )
    elif isinstance(generator, Diagonal):
        for qubits, _ in generator.polynomial.terms:
            yield from _ladder_there_and_back(
                [place((q % norb, q // norb)) if norb else q for q in qubits]
            )
    elif isinstance(generator, SelfInverse):
        name, *targets = generator.name.split()
        if len(targets) == 2 and name in _GATES:
            yield from [(int(targets[0]), int(targets[1]))] * _GATES[name]
        elif len(targets) != 1:
            raise _NoConstruction
    else:
        raise _NoConstruction


def _ladder_there_and_back(qubits: Sequence[int]) -> Iterator[Gate]:
    """The parity of qubits, collected on the last one and taken back."""
    ladder = list(pairwise(qubits))
    yield from ladder
    yield from reversed(ladder)


def _fermionic(leave: Sequence[int], fill: Sequence[int]) -> Iterator[Gate]:
    """A qubit excitation between two controlled signs."""
    places = sorted([*leave, *fill])
    if len(places) not in (2, 4):
        raise _NoConstruction
    between = [
        qubit
        for low, high in zip(places[::2], places[1::2], strict=True)
        for qubit in range(low + 1, high)
    ]
    ladder = list(pairwise(between))
    # A controlled sign is a CNOT between two changes of basis.
    signs = [(between[-1], places[-1])] if between else []
    yield from ladder
    yield from signs
    yield from _placed(_SINGLE if len(places) == 2 else _DOUBLE, [*leave, *fill])
    yield from signs
    yield from reversed(ladder)


def _commuting_singles(generator: LadderSum) -> list[frozenset[Mode]]:
    """The spin orbitals of singles of equal weight whose sum this is, disjoint ones."""
    supports = {frozenset((o.orbital, o.spin) for o in product) for product, _ in generator.terms}
    disjoint = sum(map(len, supports)) == len(generator.support)
    if not disjoint or any(len(support) != 2 for support in supports):
        raise _NoConstruction
    return sorted(supports, key=sorted)


# -- qubit excitations and coupled exchanges -------------------------------------------------


def _exchange_support(generator: Generator) -> frozenset[Mode] | None:
    """The qubits of a qubit excitation or coupled exchange, None for anything else."""
    if not isinstance(generator, LadderSum) or generator.signed:
        return None
    weights = {abs(weight) for _, weight in generator.terms}
    ends = [_ends(product) for product, _ in generator.terms[::2]]
    qubits = generator.support
    moved = {(len(leave), len(fill)) for leave, fill in ends}
    whole = all(leave | fill == qubits and not leave & fill for leave, fill in ends)
    excitation = len(generator.terms) == 2 and moved in ({(1, 1)}, {(2, 2)})
    coupled = (
        len(generator.terms) == 4
        and moved == {(2, 2)}
        and len(ends[0][0] & ends[1][0]) == len(ends[0][1] & ends[1][1]) == 1
    )
    return qubits if whole and len(weights) == 1 and (excitation or coupled) else None


def _exchange_gates(sums: Sequence[LadderSum], place: Callable[[Mode], int]) -> Iterator[Gate]:
    """The gates of generators on the same qubits."""
    doubles = [one for one in sums if len(one.support) == 4 and len(one.terms) == 2]
    if len(doubles) > 1:
        yield from _placed(_COUPLED_MANY, sorted(map(place, sums[0].support)))
    for one in sums:
        if len(one.support) == 2:
            yield from _placed(_SINGLE, sorted(map(place, one.support)))
        elif len(one.terms) == 4:
            yield from _placed(_COUPLED, [place(mode) for mode in _coupled_order(one)])
        elif len(doubles) == 1:
            leave, fill = _ends(one.terms[0][0])
            yield from _placed(_DOUBLE, [place(mode) for mode in [*sorted(leave), *sorted(fill)]])


def _placed(gates: str, qubits: Sequence[int]) -> Iterator[Gate]:
    places = dict(zip("abcd", qubits, strict=False))
    for gate in gates.split():
        yield places[gate[0]], places[gate[1]]


def _ends(product: Sequence[Ladder]) -> tuple[set[Mode], set[Mode]]:
    """The spin orbitals that a product empties, and those that it fills."""
    leave = {(ladder.orbital, ladder.spin) for ladder in product if not ladder.creates}
    fill = {(ladder.orbital, ladder.spin) for ladder in product if ladder.creates}
    return leave, fill


def _coupled_order(generator: LadderSum) -> list[Mode]:
    """The qubits a, b, c, d: both excitations empty c and fill d, the first a and b."""
    (first, _), _, (other, weight), _ = generator.terms
    (leave, fill), (leave_too, fill_too) = _ends(first), _ends(other)
    c, d = (leave & leave_too).pop(), (fill & fill_too).pop()
    a, b = (leave - {c}).pop(), (fill - {d}).pop()
    return [a, b, c, d] if weight < 0 else [d, c, b, a]
