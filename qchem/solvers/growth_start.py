"""Where an ansatz starts to grow: the reference, its space, and the generators of a pool there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qminima.errors import InputError, shorten
from simulator.circuit import BasisState
from simulator.memory import require_memory
from simulator.operators.generators import Excitation, Generator, PauliString
from simulator.operators.ladder_sum import LadderSum
from simulator.program import Expectation
from simulator.spaces import Electrons, Space

from ..ansatz.build import circuit_from
from ..ansatz.pools import Pool, components, operator_pool
from ..ansatz.screening import keeps_symmetry, symmetric_space
from ..hamiltonian import Hamiltonian
from ..methods.fits import VECTORS
from ..properties.resources import cnot_resources
from ..qubits.qubit_hamiltonian import QubitHamiltonian
from .adapt_record import AdaptRecord, read_adapt_record

Candidate = Excitation | LadderSum | PauliString

# How far the energy of resumed parameters may be from the record's, in hartree.
_SAME_ENERGY = 1e-6


@dataclass(frozen=True, eq=False)
class GrowthStart:
    """The start of an ansatz that grows.

    Attributes:
        observable: the Hamiltonian, on qubits if the pool is of Pauli strings.
        space: of states.
        initial: the reference.
        pool: as given.
        candidates: the generators of the pool that keep the symmetry of states.
        parts: the qubit excitations that coupled exchanges among these are made of.
    """

    observable: Hamiltonian | QubitHamiltonian
    space: Space
    initial: BasisState
    pool: Pool
    candidates: tuple[Candidate, ...]
    parts: tuple[LadderSum, ...]

    @classmethod
    def of(cls, hamiltonian: Hamiltonian, pool: Pool, *, symmetry: bool) -> GrowthStart:
        """The start on a Hamiltonian.

        Raises:
            MemoryLimitError: if the state does not fit into memory.
        """
        if any(isinstance(one, PauliString) for one in pool.operators):
            qubits = QubitHamiltonian(hamiltonian)
            candidates = tuple(one for one in pool.operators if isinstance(one, PauliString))
            start = cls(qubits, qubits.space, qubits.reference, pool, candidates, ())
        else:
            start = cls._on_electrons(hamiltonian, pool, symmetry=symmetry)
        require_memory(
            8 * VECTORS * start.space.size,
            f"a state vector of {start.space.size:,} amplitudes",
            "choose a smaller active space",
        )
        return start

    @classmethod
    def _on_electrons(cls, hamiltonian: Hamiltonian, pool: Pool, *, symmetry: bool) -> GrowthStart:
        space: Electrons = hamiltonian.space
        if symmetry:
            space = symmetric_space(space, space.reference, hamiltonian.orbital_symmetry)
        candidates = tuple(
            one
            for one in pool.operators
            if isinstance(one, Excitation | LadderSum) and keeps_symmetry(one, space)
        )
        parts = tuple(dict.fromkeys(part for one in candidates for part in components(one)))
        initial = BasisState(space.reference)
        return cls(hamiltonian, space, initial, pool, candidates, parts if pool.coupled else ())

    def energy(self, generators: Sequence[Generator]) -> Expectation:
        """The energy of an ansatz of these generators."""
        circuit = circuit_from(self.initial, self.space, generators, "ADAPT")
        return Expectation(circuit, self.observable)

    def resumed(self, record: AdaptRecord) -> tuple[list[Generator], Expectation, float]:
        """The ansatz of a record: generators, its energy as a function, and the value.

        Raises:
            InputError: if it is not one of this problem and pool.
        """
        known: dict[str, Generator] = {str(one): one for one in (*self.candidates, *self.parts)}
        missing = [name for name in record.names if name not in known]
        if missing:
            raise InputError(
                f"cannot resume: the record has {shorten(missing[0])!r}, which is not in the pool "
                f"{self.pool.name}"
            )
        generators = [known[name] for name in record.names]
        energy = self.energy(generators)
        value = energy(np.array(record.parameters))
        if abs(value - record.energy) > _SAME_ENERGY:
            raise InputError(
                f"cannot resume: the record's energy is {record.energy:.9f}, its parameters give "
                f"{value:.9f}; molecule, basis and active space must be the same"
            )
        return generators, energy, value


def checked_pool(
    hamiltonian: Hamiltonian, pool: str | Pool | Sequence[Generator], *, per_cnot: bool
) -> Pool:
    """A pool by its name or generators.

    Raises:
        InputError: for an unknown name, generators that ADAPT cannot take, or ones that cannot be
            ranked by CNOTs where that is asked for.
    """
    if isinstance(pool, str):
        pool = operator_pool(pool, hamiltonian)
    elif not isinstance(pool, Pool):
        pool = Pool("given", tuple(pool))
    on_qubits = any(isinstance(one, PauliString) for one in pool.operators)
    for one in pool.operators:
        if not isinstance(one, PauliString if on_qubits else Excitation | LadderSum):
            raise InputError(
                "expected excitations and sums of ladder operators, or Pauli strings only, got "
                f"{one}"
            )
    if per_cnot and any(cnot_resources([one]) is None for one in pool.operators):
        raise InputError(
            f"the pool {pool.name} has generators without a construction in gates "
            "(qchem.cnot_resources), so they cannot be ranked by CNOTs"
        )
    return pool


def check_growth(
    hamiltonian: Hamiltonian,
    pool: str | Pool | Sequence[Generator],
    *,
    symmetry: bool,
    per_cnot: bool,
    resume: Mapping[str, Any] | None,
) -> Pool:
    """The pool of `adapt`, which takes these arguments; refuses at once what it would refuse.

    Raises:
        InputError: as `adapt`.
        MemoryLimitError: as `adapt`.
    """
    found = checked_pool(hamiltonian, pool, per_cnot=per_cnot)
    start = GrowthStart.of(hamiltonian, found, symmetry=symmetry)
    if resume is not None:
        start.resumed(read_adapt_record(resume))
    return found
