"""Full configuration interaction: the lowest eigenvalue over all determinants."""

from __future__ import annotations

from typing import Any

from qminima.limits import Deadline
from qminima.result import Result
from qminima.runner import Interrupted
from simulator.memory import require_memory
from simulator.spaces import Electrons
from simulator.timing import Stopwatch

from ..hamiltonian import Hamiltonian
from ..properties.density import state_properties
from .davidson import MOST
from .lowest_states import (
    OutOfTimeError,
    Search,
    State,
    has_spin,
    reference_spin,
    reference_state,
    run_search,
)

# Vectors alive at the peak: subspace and images, cut down into copies, and single ones.
VECTORS = 2 * MOST + 10


def fci(
    hamiltonian: Hamiltonian, *, properties: bool = False, time_limit: float | None = None
) -> Result:
    """Full configuration interaction: the lowest energy with these numbers of alpha and beta.

    Davidson's iteration (J. Comput. Phys. 17, 87, 1975), separately in each symmetry of the
    orbitals, with the exact inverse among a few low determinants as preconditioner.
    Determinant-based full CI: Knowles and Handy, Chem. Phys. Lett. 111, 315 (1984).

    The lowest state need not have the symmetry and total spin of the reference determinant.
    Where it has not, `reference_state` among the properties is the lowest state that has, and a
    warning says so.  `states` lists what is known of each symmetry: `status` is "converged",
    "bounded" where a search ended because its residual put the state above the lowest one (an
    estimate, not a proof), or "open" where it was stopped.

    Args:
        hamiltonian: the problem.
        properties: also compute occupations, dipole moment and charges, as in
            `qchem.properties.density.state_properties`.
        time_limit: limit in seconds; the result is then the lowest energy found, an upper bound,
            and has not converged.

    Raises:
        InputError: if the time limit is not above zero.
        MemoryLimitError: if the vectors do not fit into memory.
        qminima.Interrupted: on Ctrl-C, with the lowest energy so far.

    >>> import qchem
    >>> hydrogen = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> print(f"{fci(qchem.electronic_hamiltonian(hydrogen)).value:.6f}")
    -1.137284
    """
    watch = Stopwatch()
    space = hamiltonian.space
    require_memory(
        fci_memory(space),
        f"full configuration interaction over {space.size:,} determinants",
        "choose an active space",
    )
    search = Search(hamiltonian, Deadline(time_limit))

    def result(stopped: str | None) -> Result:
        return _result(search, stopped, watch, properties=properties, time_limit=time_limit)

    try:
        run_search(search)
    except OutOfTimeError:
        return result("time limit")
    except KeyboardInterrupt:
        if all(state.vector is None for state in search.states):
            raise
        raise Interrupted(result("interrupted")) from None
    still_open = any(state.status == "open" for state in search.states)
    return result("limit of iterations" if still_open else None)


def fci_memory(space: Electrons) -> int:
    """Predicted peak of `fci` in bytes, without regard to symmetry."""
    from simulator.lowering.two_body_tables import table_memory

    return 8 * VECTORS * space.size + table_memory(space)


def reference_state_energy(result: Result) -> float:
    """Energy of the lowest FCI state with the reference determinant's symmetry and spin.

    The lowest energy of all if that state is not known.
    """
    state = result.properties.get("reference_state")
    return result.value if state is None else float(state["energy"])


def _result(
    search: Search,
    stopped: str | None,
    watch: Stopwatch,
    *,
    properties: bool,
    time_limit: float | None,
) -> Result:
    """The lowest state found, and why the search was stopped if it was."""
    hamiltonian = search.hamiltonian
    known: dict[str, Any] = {}
    energy = hamiltonian.reference_energy
    warnings = [] if stopped is None else [_stopped_warning(search, stopped, properties=properties)]
    if any(state.vector is not None for state in search.states):
        lowest = search.lowest
        assert lowest.vector is not None  # noqa: S101 - see `lowest`
        energy = lowest.energy
        if stopped is None and properties:
            known |= state_properties(hamiltonian, lowest.vector, lowest.space)
        if lowest.spin_square is not None:
            known["spin_square"] = lowest.spin_square
        reference = reference_state(search)
        if reference is not None:
            known["reference_state"] = {
                "symmetry": reference.space.irrep,
                "energy": reference.energy,
                "spin_square": reference.spin_square,
            }
        if stopped is None and lowest is not reference:
            warnings.append(_other_state_warning(hamiltonian, lowest, reference))
    known["states"] = [state.entry() for state in search.states]
    return Result(
        method="FCI",
        kind="classical",
        value=float(energy),
        unit="hartree",
        problem=hamiltonian.describe(),
        seconds=watch(),
        converged=stopped is None,
        settings={} if time_limit is None else {"time_limit": time_limit},
        stop_reason=stopped,
        warnings=warnings,
        properties=known,
    )


def _stopped_warning(search: Search, reason: str, *, properties: bool) -> str:
    unfinished = sum(state.status == "open" for state in search.states)
    left_out = ", and properties were left out" if properties else ""
    return (
        f"not converged ({reason}): this energy is an upper bound; {unfinished} of "
        f"{len(search.states)} searches were not finished{left_out}"
    )


def _other_state_warning(hamiltonian: Hamiltonian, lowest: State, reference: State | None) -> str:
    """The lowest state is not that of the reference determinant."""
    spin = reference_spin(hamiltonian)
    other = [] if reference and reference.space == lowest.space else ["another symmetry"]
    if spin is not None and lowest.spin_square is not None and not has_spin(lowest, spin):
        other.append(f"<S²> = {lowest.spin_square:.4f} instead of {spin:.4f}")
    text = f"the lowest state has {' and '.join(other) or 'another character'}"
    if reference is None:
        return f"{text}; no state with the symmetry and spin of the reference determinant was found"
    gap = (reference.energy - lowest.energy) * 1000
    return (
        f"{text}; the lowest one with the symmetry and spin of the reference determinant is at "
        f"{reference.energy:.9f} hartree, {gap:.3f} mHa higher"
    )
