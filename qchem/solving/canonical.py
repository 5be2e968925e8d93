"""FCI over canonical orbitals, beside that over orbitals chosen otherwise."""

from __future__ import annotations

from dataclasses import replace

from qminima.result import Comparison

from ..classical.full_ci import fci
from ..hartree_fock import electronic_hamiltonian
from ..methods.registry import EXACT
from ..molecules.molecule import Molecule


def with_canonical_fci(comparison: Comparison, molecule: Molecule) -> Comparison:
    """Add the FCI energy over as many canonical orbitals to a comparison in an active space.

    AVAS and natural orbitals are chosen to hold more of the correlation than the canonical orbitals
    around the gap do; the two energies in hartree say whether they did.

    Args:
        comparison: of an active space of (electrons, orbitals), as `solve` returns it.
        molecule: whose active space it is.

    Returns:
        The comparison with `canonical_fci` in its problem; the same if FCI was not among its
        methods. On Ctrl-C the comparison is marked as interrupted.
    """
    if comparison.interrupted or comparison.result(EXACT) is None:
        return comparison
    electrons, orbitals = comparison.problem["active_space"]
    try:
        energy = fci(electronic_hamiltonian(molecule, (electrons, orbitals))).value
    except KeyboardInterrupt:
        return replace(comparison, interrupted=True)
    return replace(comparison, problem={**comparison.problem, "canonical_fci": energy})
