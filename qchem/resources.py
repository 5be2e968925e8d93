"""What a circuit takes on a device: CNOT gates and their depth, under stated constructions.

All pairs of qubits are connected. Counted are the constructions of

    qubit excitations       2 CNOTs for singles, 13 for doubles; Yordanov et al., Phys. Rev. A 102,
                            062612 (2020), doi:10.1103/PhysRevA.102.062612
    coupled exchanges       9 CNOTs with one parameter; with several, on the same four qubits, 13
                            for all together; Ramôa et al., npj Quantum Inf. 11, 86 (2025),
                            arXiv:2407.08696

Other generators have no construction here, and circuits that hold one have no count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from simulator.generators import Generator
from simulator.ladder_sum import Ladder, LadderSum

Mode = tuple[int, int]

# CNOTs between qubits a, b, c, d, in the order in which they act.
_SINGLE = "ab ab"
_DOUBLE = "ab cd ac ab ad ab ac ab ad ab ac ab cd"
_COUPLED = "ab cd ac ad ab ad ac ab cd"
_COUPLED_MANY = "ad ac ab ba da ba ca ba da ba ab ac ad"


def cnot_resources(generators: Sequence[Generator]) -> tuple[int, int] | None:
    """CNOT gates of a product of exponentials, and how many of them follow each other at most.

    Args:
        generators: of the exponentials, first to last. Qubit excitations of the same four qubits
            that follow each other are one coupled exchange with several parameters.

    Returns:
        Count and depth, or None if there is a generator without a construction.

    >>> from simulator.ladder_sum import excitation_terms
    >>> single = LadderSum(excitation_terms([((0, 0), (1, 0))]), signed=False)
    >>> cnot_resources([single])
    (2, 2)
    """
    count, depth = 0, Counter[Mode]()
    for support, group in groupby(generators, key=_support):
        sums = [one for one in group if isinstance(one, LadderSum)]
        if support is None:
            return None
        for first, second in _cnots(sums):
            count += 1
            depth[first] = depth[second] = 1 + max(depth[first], depth[second])
    return count, max(depth.values(), default=0)


def _support(generator: Generator) -> frozenset[Mode] | None:
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


def _cnots(sums: Sequence[LadderSum]) -> Iterator[tuple[Mode, Mode]]:
    """The gates of generators on the same qubits."""
    doubles = [one for one in sums if len(one.support) == 4 and len(one.terms) == 2]
    if len(doubles) > 1:
        yield from _placed(_COUPLED_MANY, sorted(sums[0].support))
    for one in sums:
        if len(one.support) == 2:
            yield from _placed(_SINGLE, sorted(one.support))
        elif len(one.terms) == 4:
            yield from _placed(_COUPLED, _coupled_order(one))
        elif len(doubles) == 1:
            leave, fill = _ends(one.terms[0][0])
            yield from _placed(_DOUBLE, [*sorted(leave), *sorted(fill)])


def _placed(gates: str, qubits: Sequence[Mode]) -> Iterator[tuple[Mode, Mode]]:
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
