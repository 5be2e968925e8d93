"""CNOT gates of circuits and their depth, under stated constructions.

Spin orbitals are qubits by the Jordan-Wigner mapping, either alternating in spin (0a, 0b, 1a, ...)
or all alpha before all beta; where both are possible, the order with fewer CNOTs is taken.
Each generator says its own CNOTs (`simulator.operators.constructions` has the constructions, with
their sources); CX, CZ and SWAP take 1, 1 and 3.

All pairs of qubits are connected, or on a "line" neighbours only: there a CNOT at distance d > 1 is
4 (d - 1) CNOTs between neighbours. Other generators, such as singlet doubles, have no construction
here, and circuits that hold one have no count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from qminima.errors import check_name
from simulator.circuit import Circuit
from simulator.operators.constructions import exchanged, joint_cnots
from simulator.operators.generator import Cnot, Generator, Layout, Support
from simulator.operators.ladder_sum import LadderSum
from simulator.spaces import Electrons

CONNECTIVITIES = ("all", "line")


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
    check_name("connectivity", connectivity, CONNECTIVITIES)
    orbitals = norb or max((one.norb for one in generators), default=0)
    layouts = [Layout(orbitals)]
    # Qubit excitations are defined by the alternating order.
    if orbitals and not any(map(_exchanged, generators)):
        layouts.append(Layout(orbitals, alternating=False))
    counts = [_count(generators, layout, connectivity) for layout in layouts]
    return min((count for count in counts if count is not None), default=None)


def _count(
    generators: Sequence[Generator], layout: Layout, connectivity: str
) -> tuple[int, int] | None:
    """CNOTs and depth in one order of the spin orbitals; None without a construction."""
    count, depth = 0, Counter[int]()
    for cnots in _cnots(generators, layout):
        if cnots is None:
            return None
        for cnot in cnots:
            for first, second in _routed(cnot, connectivity):
                count += 1
                depth[first] = depth[second] = 1 + max(depth[first], depth[second])
    return count, max(depth.values(), default=0)


def _cnots(generators: Sequence[Generator], layout: Layout) -> Iterator[Sequence[Cnot] | None]:
    """CNOTs of the generators, of exchanges on the same modes that follow each other jointly."""
    for modes, same in groupby(generators, key=_exchanged):
        if modes:
            yield joint_cnots([one for one in same if isinstance(one, LadderSum)], layout)
        else:
            yield from (one.cnots(layout) for one in same)


def _exchanged(generator: Generator) -> Support:
    """The modes of a qubit excitation or coupled exchange; none for anything else."""
    return exchanged(generator) if isinstance(generator, LadderSum) else frozenset()


def _routed(gate: Cnot, connectivity: str) -> Iterator[Cnot]:
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
