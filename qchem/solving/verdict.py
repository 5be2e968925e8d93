"""The verdict on a circuit beside classical methods, and the energy that errors refer to."""

from __future__ import annotations

from collections.abc import Sequence

from qminima.result import Reference, Result
from qminima.tables import counted, duration

from ..classical.full_ci import reference_state_energy
from ..methods.registry import BASELINES, EXACT
from .result_checks import MILLIHARTREE, TIE, is_trusted

CHEMICAL_ACCURACY = 1.594  # 1 kcal/mol in millihartree
# States whose <S^2> is off by more than this are not judged: 5 % of a triplet in a singlet.
_SPIN_MIXED = 0.1

_SAME_STATE = "lowest state with the symmetry and spin of the reference determinant"


def fci_reference(exact: Result) -> Reference:
    """The lowest energy of the reference determinant's symmetry and spin, as other methods seek."""
    energy = reference_state_energy(exact)
    source = None if energy == exact.value else _SAME_STATE
    return Reference(energy, EXACT, "proven", source)


def verdict(
    results: Sequence[Result], reference: Reference | None = None, *, mean_field: bool = True
) -> str:
    """Whether the circuit beats CCSD(T); below it a line for either and for FCI.

    Args:
        results: of all methods; those that did not converge, and circuits whose states do not
            have the spin asked for, are not judged.
        reference: the exact energy, if it is known.
        mean_field: whether the orbitals are Hartree-Fock's, without which coupled cluster and
            perturbation theory are no baseline.
    """
    circuits = [result for result in results if result.kind == "quantum"]
    if not circuits:
        return "Only classical methods were run."
    quantum = min(circuits, key=lambda r: (not r.converged, _is_mixed(r), r.value))
    reason = _not_judged(quantum)
    if reason:
        return reason
    exact = next((r for r in results if r.method == EXACT and r.converged), None)
    if reference is None and exact is not None:
        reference = fci_reference(exact)
    baseline = _baseline(results, reference) if mean_field else None
    if reference is None:
        return _without_reference(quantum, baseline)
    others = [r for r in results if r.kind == "classical" and r != exact] if mean_field else []
    lines = [_decision(quantum, baseline, _best(others, reference), exact, reference)]
    lines.append(f"{quantum.method}: {_place(quantum, reference)}, {_cost(quantum)}")
    if baseline is not None:
        place = _place(baseline, reference)
        lines.append(f"{baseline.method}: {place}, {duration(baseline.seconds)}")
    if exact is not None:
        lines.append(f"{EXACT}: exact, {duration(exact.seconds)}")
    return "\n".join(lines)


def _not_judged(quantum: Result) -> str:
    """Why a circuit is not judged; empty if it is."""
    if not quantum.converged:
        return f"{quantum.method} did not converge, so it is not judged: {quantum.stop_reason}."
    if not _is_mixed(quantum):
        return ""
    found, apart = (quantum.properties[f"spin_{n}"] for n in ("square", "contamination"))
    return (
        f"{quantum.method} is not judged: its state has <S²> = {found:.4f} instead of "
        f"{found - apart:.4f}."
    )


def _without_reference(quantum: Result, baseline: Result | None) -> str:
    """The verdict where no exact energy is known."""
    if baseline is None:
        return (
            "Nothing is decided: there is neither an exact energy nor a trusted baseline.\n"
            f"{quantum.method}: {_cost(quantum)}"
        )
    gap = (quantum.value - baseline.value) * MILLIHARTREE
    where = "equal to" if abs(gap) < TIE else f"{abs(gap):.3f} mHa {_side(gap)}"
    return (
        "Not decided: without an exact energy it is open which is closer.\n"
        f"{quantum.method}: {where} {baseline.method}, {_cost(quantum)}"
    )


def _decision(
    quantum: Result,
    baseline: Result | None,
    closest: Result | None,
    exact: Result | None,
    reference: Reference,
) -> str:
    """The winner in a sentence; `closest` is the best of all classical methods."""
    if baseline is None:
        if exact is not None:
            return f"Classical wins: {EXACT} is exact; no other trusted baseline was run."
        return "Nothing is decided: no trusted baseline was run."
    error, other = abs(_error(quantum, reference)), abs(_error(baseline, reference))
    reached = min(error, other) <= CHEMICAL_ACCURACY
    neither = "" if reached else f"; neither is within {CHEMICAL_ACCURACY:.1f} mHa"
    if abs(error - other) < TIE:
        if baseline.seconds > quantum.seconds:
            return f"A tie in accuracy; only the simulation was faster, not a device{neither}."
        return f"Classical wins: a tie in accuracy, at lower cost{neither}."
    if error > other:
        return f"Classical wins: {baseline.method} is closer{neither}."
    if closest is not None and abs(_error(closest, reference)) < error:
        return (
            f"Classical wins: {quantum.method} is closer than {baseline.method}, "
            f"{closest.method} closer still{neither}."
        )
    return f"{quantum.method} is closer than {baseline.method}{neither}."


def _cost(quantum: Result) -> str:
    """Evaluations and time of a circuit in words."""
    return f"{counted(quantum.evaluations, 'evaluation')}, {duration(quantum.seconds)}"


def _is_mixed(result: Result) -> bool:
    """Whether the state of a circuit is far from the spin asked for."""
    return bool(abs(result.properties.get("spin_contamination", 0.0)) > _SPIN_MIXED)


def _baseline(results: Sequence[Result], reference: Reference | None) -> Result | None:
    """CCSD(T) where it ran and converged, else the best other approximate method."""
    by_name = {result.method: result for result in results if is_trusted(result)}
    others = [by_name[label] for label in BASELINES if label in by_name]
    if BASELINES[0] in by_name:
        return others[0]
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


def _place(result: Result, reference: Reference) -> str:
    """How far a result is from the reference, and on which side."""
    error = _error(result, reference)
    if abs(error) < TIE:
        return f"within 0.001 mHa of {reference.method}"
    return f"{abs(error):.3f} mHa {_side(error)} {reference.method}"
