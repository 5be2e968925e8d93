"""Warnings on energies, from the mean field and from methods that must agree with each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qminima.errors import InputError, MethodError
from qminima.result import Reference, Result

from ..hamiltonian import Hamiltonian
from ..methods.registry import EXACT, METHODS

MILLIHARTREE = 1000.0
# Energies nearer than this, in millihartree, are called equal.
TIE = 1e-3
# Orbitals whose Fock matrix couples occupied to empty ones by less, in hartree, are Hartree-Fock's.
BRILLOUIN = 1e-4
# Exact energies of one state by iterations agree better than this, in millihartree.
_AGREEMENT = 1e-2
# <S^2> of FCI nearer than this to S(S+1) is that of the spin asked for.
_SPIN = 1e-2

NOT_VARIATIONAL = tuple(one.label for one in METHODS.values() if not one.variational)
_HARTREE_FOCK, _CISD = METHODS["hf"].label, METHODS["cisd"].label
_FROM_MEAN_FIELD = (_HARTREE_FOCK, *NOT_VARIATIONAL)
_ITERATIVE = tuple(one.label for one in METHODS.values() if one.iterative)


def is_trusted(result: Result) -> bool:
    """Whether a method converged, and to the solution that is meant."""
    return result.converged and not result.properties.get("other_solution", False)


def doubles_are_exact(hamiltonian: Hamiltonian) -> bool:
    """Whether CISD and CCSD are exact because no determinant is a higher excitation.

    The highest excitation moves as many electrons of either spin as there are electrons or holes:
    two in all for two electrons, two holes, or one of each.
    """
    norb = hamiltonian.norb
    return sum(min(count, norb - count) for count in hamiltonian.nelec) <= 2


def mark_other_solutions(hamiltonian: Hamiltonian, results: Sequence[Result]) -> list[Result]:
    """The results, with a warning on iterations that converged to another solution.

    Coupled-cluster equations have many solutions, and CISD may end in an excited state. These are
    recognised where singles and doubles are exact, by a lower energy of the same spin, and
    elsewhere by an energy above that of the reference determinant. Such a result has
    `other_solution` among its properties; its `converged` stays, because the iteration did.
    """
    least = _least_exact(hamiltonian, results) if doubles_are_exact(hamiltonian) else None
    return [_marked(result, least, hamiltonian.reference_energy) for result in results]


def _marked(result: Result, least: Result | None, determinant: float) -> Result:
    if result.method not in _ITERATIVE or not result.converged:
        return result
    above = (result.value - determinant) * MILLIHARTREE
    gap = 0.0 if least is None else (result.value - least.value) * MILLIHARTREE
    if least is not None and gap > _AGREEMENT:
        reason = (
            f"{gap:.3f} mHa above {least.method}: both are exact here, where no determinant is "
            "more than a double excitation"
        )
    elif above > TIE:
        reason = f"{above:.3f} mHa above the determinant that it starts from"
    else:
        return result
    return replace(
        result,
        properties={**result.properties, "other_solution": True},
        warnings=(*result.warnings, f"converged to another solution, {reason}"),
    )


def _least_exact(hamiltonian: Hamiltonian, results: Sequence[Result]) -> Result | None:
    """The lowest energy of the spin asked for by a method that is exact; computed if none ran."""
    found = [result for result in results if result.converged and result.method in _ITERATIVE]
    if not found:
        return None
    exact = next((r for r in results if r.method == EXACT and r.converged), None)
    same = None if exact is None else _of_the_reference(exact, hamiltonian.nelec)
    if same is not None:
        found.append(same)
    elif not any(result.method == _CISD for result in found):
        from ..classical.post_hartree_fock import cisd

        try:
            found.append(cisd(hamiltonian))
        except (InputError, MethodError):
            return None
    return min(found, key=lambda result: result.value)


def _of_the_reference(exact: Result, nelec: tuple[int, int]) -> Result | None:
    """FCI's energy of the symmetry and spin of the reference determinant, if it is known."""
    from ..properties.spin import high_spin_square

    state = exact.properties.get("reference_state")
    if state is not None:
        return replace(exact, value=float(state["energy"]))
    spin = exact.properties.get("spin_square", np.inf)
    return exact if abs(spin - high_spin_square(nelec)) < _SPIN else None


def mean_field_warnings(hamiltonian: Hamiltonian, results: Sequence[Result]) -> list[str]:
    """Warnings where the reference determinant is not the mean field's, or FCI lies above it."""
    found = []
    names = {result.method for result in results}
    gradient = hamiltonian.orbital_gradient
    if gradient > BRILLOUIN and names & set(_FROM_MEAN_FIELD):
        found.append(
            f"the reference determinant is no Hartree-Fock solution (Fock elements up to "
            f"{gradient:.2g} hartree couple it to others): HF is its plain energy, and MP2 and "
            "coupled cluster from it mean little"
        )
    if hamiltonian.mean_field is None:
        return found
    energy = float(hamiltonian.mean_field.e_tot)
    apart = (hamiltonian.reference_energy - energy) * MILLIHARTREE
    if abs(apart) > TIE and _HARTREE_FOCK in names:
        side = "below" if apart > 0 else "above"
        found.append(
            f"the row HF is the energy of the reference determinant over these orbitals; "
            f"Hartree-Fock itself gave {energy:.9f} hartree, {abs(apart):.3f} mHa {side} it"
        )
    exact = next((r for r in results if r.method == EXACT and r.converged), None)
    above = 0.0 if exact is None else (exact.value - energy) * MILLIHARTREE
    if above > TIE:
        found.append(
            f"FCI over the active orbitals lies {above:.3f} mHa above Hartree-Fock "
            f"({energy:.9f} hartree): these orbitals leave out what a single determinant has; "
            "choose others, or more of them"
        )
    return found


def below_exact_warnings(results: Sequence[Result], reference: Reference | None) -> list[str]:
    """Warnings on energies below the exact one, which methods that are not variational may give."""
    if reference is None:
        return []
    return [
        f"{result.method} lies {(reference.value - result.value) * MILLIHARTREE:.3f} mHa below the "
        "exact energy: it is not variational, and a low energy is no merit"
        for result in results
        if result.method in NOT_VARIATIONAL
        and result.converged
        and (reference.value - result.value) * MILLIHARTREE > TIE
    ]
