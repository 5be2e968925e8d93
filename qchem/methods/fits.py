"""Which methods fit a Hamiltonian: its orbitals, and the memory that is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qminima.tables import counted
from simulator.memory import require_memory
from simulator.spaces import Electrons

from ..hamiltonian import Hamiltonian
from .registry import METHODS

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
        from ..classical.post_hartree_fock import require_mean_field

        require_mean_field(hamiltonian)
    space = hamiltonian.space
    if symmetry and any(hamiltonian.orbital_symmetry):
        from ..ansatz.screening import symmetric_space

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
    tables of the Hamiltonian, but not those of a pool's generators, which ADAPT checks itself.
    """
    space = Electrons(norb, nelec)
    kinds = {METHODS[name].memory for name in methods} - {""}
    needs = [_MEMORY[kind](space, circuit_space or space) for kind in kinds]
    return 4 * 8 * norb**4 + max(needs, default=0)


def _fci_memory(space: Electrons, _: Electrons) -> int:
    from ..classical.full_ci import fci_memory

    return fci_memory(space)


def _circuit_memory(space: Electrons, circuit_space: Electrons) -> int:
    from simulator.lowering.two_body_tables import table_memory

    return 8 * VECTORS * circuit_space.size + table_memory(space)


def _amplitude_memory(space: Electrons, _: Electrons) -> int:
    electrons = sum(space.nelec)
    return 8 * 8 * (electrons * max(space.norb - electrons // 2, 0)) ** 2


# Bytes of all determinants and those that the circuit reaches, by `Method.memory`.
_MEMORY: dict[str, Callable[[Electrons, Electrons], int]] = {
    "determinants": _fci_memory,
    "circuit": _circuit_memory,
    "amplitudes": _amplitude_memory,
}
