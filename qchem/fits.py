"""Which methods fit a Hamiltonian: its orbitals, and the memory that is left."""

from __future__ import annotations

from collections.abc import Sequence

from qminima.tables import counted
from simulator.memory import require_memory
from simulator.spaces import Electrons

from .hamiltonian import Hamiltonian
from .methods import METHODS, QUANTUM

# Real vectors over determinants that a circuit's optimisation keeps at its peak: ket, costate, a
# copy of the final state, and what the spin of that state takes.
VECTORS = 5


def check_runs(hamiltonian: Hamiltonian, method: str, *, symmetry: bool = False) -> None:
    """Refuse a method that cannot run on a Hamiltonian.

    Args:
        hamiltonian: the problem.
        method: its name.
        symmetry: whether a circuit is screened, and keeps determinants of one symmetry only.

    Raises:
        InputError: as `classical.require_mean_field`, for methods that start from orbitals.
        MemoryLimitError: if its vectors do not fit into memory.
    """
    if METHODS[method].from_orbitals:
        from .classical.post_hartree_fock import require_mean_field

        require_mean_field(hamiltonian)
    space = hamiltonian.space
    if symmetry and any(hamiltonian.orbital_symmetry):
        from .ansatz.screening import symmetric_space

        space = symmetric_space(space, space.reference, hamiltonian.orbital_symmetry)
    require_memory(
        predict_memory(hamiltonian.nelec, hamiltonian.norb, [method], space),
        f"{method} over {counted(hamiltonian.space.size, 'determinant')}",
        "choose an active space",
    )


def predict_memory(
    nelec: tuple[int, int],
    norb: int,
    methods: Sequence[str],
    circuit_space: Electrons | None = None,
) -> int:
    """Predicted peak in bytes of running `methods` one after the other.

    The circuit acts on `circuit_space`, by default all determinants.

    Counted are the two-electron integrals with the copies that methods make of them, the
    amplitudes of coupled cluster, and for FCI and circuits the vectors over determinants and the
    tables of the Hamiltonian, but not those of a pool's generators, which ADAPT checks by itself.
    """
    electrons, space = sum(nelec), Electrons(norb, nelec)
    needs = [0]
    if "fci" in methods:
        from .classical.full_ci import fci_memory

        needs.append(fci_memory(space))
    if set(QUANTUM) & set(methods):
        from simulator.lowering.two_body_tables import table_memory

        needs.append(8 * VECTORS * (circuit_space or space).size + table_memory(space))
    if {"cisd", "ccsd", "ccsd_t"} & set(methods):
        needs.append(8 * 8 * (electrons * max(norb - electrons // 2, 0)) ** 2)
    return 4 * 8 * norb**4 + max(needs)
