"""CNOT constructions of exponentials.

    qubit excitations       2 CNOTs for singles, 13 for doubles; Yordanov et al., Phys. Rev. A 102,
                            062612 (2020), doi:10.1103/PhysRevA.102.062612
    coupled exchanges       9 CNOTs with one parameter; with several, on the same four qubits, 13
                            for all together; Ramôa et al., npj Quantum Inf. 11, 86 (2025),
                            arXiv:2407.08696
    fermionic excitations   the qubit excitation between two controlled signs: the parity of the m
                            qubits in between is collected on one of them, 2m more CNOTs (m > 0);
                            for doubles the count of Yordanov et al.
    Pauli strings, phases   2 (w - 1) CNOTs for each string of weight w

Single-qubit gates are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from .generator import Cnot, Layout, Mode, Support

if TYPE_CHECKING:
    from .ladder_sum import Ladder, LadderSum

# CNOTs between qubits a, b, c, d, in the order in which they act.
_SINGLE = "ab ab"
_DOUBLE = "ab cd ac ab ad ab ac ab ad ab ac ab cd"
_COUPLED = "ab cd ac ad ab ad ac ab cd"
_COUPLED_MANY = "ad ac ab ba da ba ca ba da ba ab ac ad"


def string_cnots(qubits: Sequence[int]) -> list[Cnot]:
    """CNOTs that collect the parity of qubits on the last one and take it back.

    >>> string_cnots([0, 1, 4])
    [(0, 1), (1, 4), (1, 4), (0, 1)]
    """
    ladder = list(pairwise(qubits))
    return [*ladder, *reversed(ladder)]


def fermionic_cnots(leave: Sequence[int], fill: Sequence[int]) -> list[Cnot] | None:
    """CNOTs of a fermionic single or double; None for others.

    Args:
        leave: qubits of the spin orbitals that are emptied, ascending.
        fill: those of the spin orbitals that are filled.
    """
    places = sorted([*leave, *fill])
    if len(places) not in (2, 4):
        return None
    between = [
        qubit
        for low, high in zip(places[::2], places[1::2], strict=True)
        for qubit in range(low + 1, high)
    ]
    ladder = list(pairwise(between))
    # A controlled sign is a CNOT between two changes of basis.
    signs = [(between[-1], places[-1])] if between else []
    rotation = _placed(_SINGLE if len(places) == 2 else _DOUBLE, [*leave, *fill])
    return [*ladder, *signs, *rotation, *signs, *reversed(ladder)]


def ladder_sum_cnots(generator: LadderSum, layout: Layout) -> list[Cnot] | None:
    """CNOTs of a sum of commuting fermionic singles, or of a qubit excitation or exchange."""
    if not generator.signed:
        return joint_cnots([generator], layout) if exchanged(generator) else None
    supports = {frozenset((o.orbital, o.spin) for o in product) for product, _ in generator.terms}
    disjoint = sum(map(len, supports)) == len(generator.support)
    if not disjoint or any(len(support) != 2 for support in supports):
        return None
    found: list[Cnot] = []
    for first, second in sorted(map(sorted, supports)):
        single = fermionic_cnots([layout.place(first)], [layout.place(second)])
        found += single or []
    return found


def exchanged(generator: LadderSum) -> Support:
    """The modes of a qubit excitation or of a coupled exchange; none for any other sum."""
    weights = {abs(weight) for _, weight in generator.terms}
    ends = [_ends(product) for product, _ in generator.terms[::2]]
    modes = generator.support
    moved = {(len(leave), len(fill)) for leave, fill in ends}
    whole = all(leave | fill == modes and not leave & fill for leave, fill in ends)
    excitation = len(generator.terms) == 2 and moved in ({(1, 1)}, {(2, 2)})
    coupled = (
        len(generator.terms) == 4
        and moved == {(2, 2)}
        and len(ends[0][0] & ends[1][0]) == len(ends[0][1] & ends[1][1]) == 1
    )
    fits = not generator.signed and whole and len(weights) == 1 and (excitation or coupled)
    return modes if fits else frozenset()


def joint_cnots(sums: Sequence[LadderSum], layout: Layout) -> list[Cnot]:
    """CNOTs of consecutive qubit excitations and exchanges on the same modes.

    Several double excitations among them are one coupled exchange with several parameters.
    """
    doubles = [one for one in sums if len(one.support) == 4 and len(one.terms) == 2]
    found: list[Cnot] = []
    if len(doubles) > 1:
        found += _placed(_COUPLED_MANY, sorted(map(layout.place, sums[0].support)))
    for one in sums:
        if len(one.support) == 2:
            found += _placed(_SINGLE, sorted(map(layout.place, one.support)))
        elif len(one.terms) == 4:
            found += _placed(_COUPLED, [layout.place(mode) for mode in _coupled_order(one)])
        elif len(doubles) == 1:
            leave, fill = _ends(one.terms[0][0])
            modes = [*sorted(leave), *sorted(fill)]
            found += _placed(_DOUBLE, [layout.place(mode) for mode in modes])
    return found


def _placed(cnots: str, qubits: Sequence[int]) -> Iterator[Cnot]:
    places = dict(zip("abcd", qubits, strict=False))
    for cnot in cnots.split():
        yield places[cnot[0]], places[cnot[1]]


def _ends(product: Sequence[Ladder]) -> tuple[set[Mode], set[Mode]]:
    """The spin orbitals that a product empties, and those that it fills."""
    leave = {(ladder.orbital, ladder.spin) for ladder in product if not ladder.creates}
    fill = {(ladder.orbital, ladder.spin) for ladder in product if ladder.creates}
    return leave, fill


def _coupled_order(generator: LadderSum) -> list[Mode]:
    """The modes a, b, c, d: both excitations empty c and fill d, the first a and b."""
    (first, _), _, (other, weight), _ = generator.terms
    (leave, fill), (leave_too, fill_too) = _ends(first), _ends(other)
    c, d = (leave & leave_too).pop(), (fill & fill_too).pop()
    a, b = (leave - {c}).pop(), (fill - {d}).pop()
    return [a, b, c, d] if weight < 0 else [d, c, b, a]
