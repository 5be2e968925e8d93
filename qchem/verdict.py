"""The verdict on a circuit beside classical methods, and the energy that errors refer to."""

from __future__ import annotations

from collections.abc import Sequence

from qminima.result import Reference, Result
from qminima.tables import counted

from .classical.full_ci import reference_state_energy
from .result_checks import MILLIHARTREE, TIE, is_trusted

CHEMICAL_ACCURACY = 1.594  # 1 kcal/mol in millihartree
# States whose <S^2> is off by more than this are not judged: 5 % of a triplet in a singlet.
_SPIN_MIXED = 0.1

_SAME_STATE = "lowest state with the symmetry and spin of the reference determinant"


def fci_reference(exact: Result) -> Reference:
    """The lowest energy of the reference determinant's symmetry and spin, as other methods seek."""
    energy = reference_state_energy(exact)
    source = None if energy == exact.value else _SAME_STATE
    return Reference(energy, "FCI", "proven", source)


def verdict(
    results: Sequence[Result], reference: Reference | None = None, *, mean_field: bool = True
) -> str:
    """One plain sentence on whether the quantum ansatz beats CCSD(T), and at what cost.

    Args:
        results: of all methods; those that did not converge, and circuits whose states have not
            the spin asked for, are not judged.
        reference: the exact energy, if it is known.
        mean_field: whether the orbitals are Hartree-Fock's, without which coupled cluster and
            perturbation theory are no rivals.
    """
    circuits = [result for result in results if result.kind == "quantum"]
    if not circuits:
        return "Only classical methods were run."
    quantum = min(circuits, key=lambda r: (not r.converged, _is_mixed(r), r.value))
    if not quantum.converged:
        return f"{quantum.method} did not converge, so it is not judged: {quantum.stop_reason}."
    if _is_mixed(quantum):
        found, apart = (quantum.properties[f"spin_{n}"] for n in ("square", "contamination"))
        return (
            f"{quantum.method} is not judged: its state has <S²> = {found:.4f}, where the spin "
            f"asked for has {found - apart:.4f}, so that its energy is not one of this spin."
        )
    exact = next((r for r in results if r.method == "FCI" and r.converged), None)
    if reference is None and exact is not None:
        reference = fci_reference(exact)
    cost = f"{counted(quantum.evaluations, 'evaluation')} in {quantum.seconds:.2g} s of simulation"
    rival = _rival(results, reference) if mean_field else None
    if reference is None:
        if rival is None:
            return (
                f"{quantum.method} took {cost}; without an exact energy or a rival that can be "
                "trusted, nothing is decided."
            )
        gap = (quantum.value - rival.value) * MILLIHARTREE
        where = "equal to" if abs(gap) < TIE else f"{abs(gap):.3f} mHa {_side(gap)}"
        return (
            f"{quantum.method} lies {where} {rival.method} and took {cost}; without an exact "
            "energy it stays open which is closer."
        )
    error = _error(quantum, reference)
    head = f"{quantum.method} is {_distance(error)} {reference.method} after {cost}"
    tail = (
        "."
        if exact is None
        else f"; FCI itself took {exact.seconds:.2g} s and is exact, so nothing is gained here."
    )
    if rival is None:
        return f"{head}, and no rival that can be trusted was run{tail}"
    other = _error(rival, reference)
    against = f"{head}, {rival.method} {_distance(other)} it after {rival.seconds:.2g} s"
    if min(abs(error), abs(other)) > CHEMICAL_ACCURACY:
        against += f", neither within chemical accuracy ({CHEMICAL_ACCURACY:.1f} mHa)"
    if abs(abs(error) - abs(other)) < TIE:
        if rival.seconds > quantum.seconds:
            return (
                f"{against}: a tie in accuracy; the simulation was faster, which says nothing "
                f"about a device{tail}"
            )
        return f"{against}: a tie in accuracy, classical wins on cost{tail}"
    if abs(error) < abs(other):
        closer = _best([r for r in results if r.kind == "classical" and r != exact], reference)
        if mean_field and closer is not None and abs(_error(closer, reference)) < abs(error):
            return (
                f"{against}: the quantum ansatz is closer than {rival.method}, but "
                f"{closer.method}, {_distance(_error(closer, reference))} it, is closer still: "
                f"classical wins{tail}"
            )
        return f"{against}: the quantum ansatz is closer than {rival.method}{tail}"
    return f"{against}: classical wins{tail}"


def _is_mixed(result: Result) -> bool:
    """Whether the state of a circuit is far from the spin asked for."""
    return bool(abs(result.properties.get("spin_contamination", 0.0)) > _SPIN_MIXED)


def _rival(results: Sequence[Result], reference: Reference | None) -> Result | None:
    """CCSD(T) where it ran and converged, else the best other approximate method."""
    by_name = {result.method: result for result in results if is_trusted(result)}
    if "CCSD(T)" in by_name:
        return by_name["CCSD(T)"]
    others = [by_name[name] for name in ("CCSD", "CISD", "MP2", "HF") if name in by_name]
    return (others[0] if others else None) if reference is None else _best(others, reference)


def _best(results: Sequence[Result], reference: Reference) -> Result | None:
    """The result nearest to the reference, of those that can be trusted."""
    trusted = [result for result in results if is_trusted(result)]
    return min(trusted, key=lambda result: abs(_error(result, reference)), default=None)


def _error(result: Result, reference: Reference) -> float:
    """In millihartree."""
    return (result.value - reference.value) * MILLIHARTREE


def _side(gap: float) -> str:
    return "above" if gap > 0 else "below"


def _distance(error: float) -> str:
    """An error in millihartree in words."""
    return "within 0.001 mHa of" if abs(error) < TIE else f"{abs(error):.3f} mHa {_side(error)}"
