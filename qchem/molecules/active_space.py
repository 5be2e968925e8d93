"""Which orbitals a Hamiltonian is over, and how they are chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError, check_name, shorten
from qminima.limits import check_integer
from simulator.typing import Floats

from .atomic_shells import named_orbitals

if TYPE_CHECKING:
    from pyscf.gto import Mole
    from pyscf.scf.hf import SCF


NATURAL = ("mp2", "cisd")
# Of atoms and their shells, such as "N 2p" or "0 Fe 3dz^2".
_LABEL = re.compile(r"(\d+ )?[A-Z][a-z]?( \d[spdfgh][a-z0-9^+-]*)?")


@dataclass(frozen=True)
class ActiveSpace:
    """A choice of orbitals that electrons occupy freely; lower ones stay doubly occupied.

    Made by one of

        ActiveSpace.window(8, 6)                    canonical orbitals around the Fermi level
        ActiveSpace.frozen_core()                   all but the chemical core
        ActiveSpace.avas("N 2p")                    those that have most of given atomic orbitals
        ActiveSpace.natural(8, 6, method="mp2")     natural orbitals, partly occupied ones

    Attributes:
        kind: "window", "frozen core", "avas" or "natural".
        electrons: in the active orbitals, where they are given.
        orbitals: how many, where they are given.
        labels: atomic orbitals of "avas".
        threshold: of "avas".
        method: of "natural", one of `NATURAL`.
    """

    kind: str
    electrons: int | None = None
    orbitals: int | None = None
    labels: tuple[str, ...] = ()
    threshold: float = 0.2
    method: str = "mp2"

    @classmethod
    def window(cls, electrons: int, orbitals: int) -> ActiveSpace:
        """Hartree-Fock orbitals around the Fermi level, by energy."""
        return cls("window", electrons, orbitals)

    @classmethod
    def frozen_core(cls) -> ActiveSpace:
        """All orbitals but the chemical core."""
        return cls("frozen core")

    @classmethod
    def avas(cls, *labels: str, threshold: float = 0.2) -> ActiveSpace:
        """Orbitals whose overlap with atomic valence orbitals is above the threshold.

        Sayfutyarova et al., J. Chem. Theory Comput. 13, 4063 (2017), doi:10.1021/acs.jctc.7b00128,
        by PySCF.

        Args:
            labels: atoms and shells in PySCF's spelling, such as "N 2p" or "0 Fe 3d".
            threshold: least weight, between 0 and 1.

        Raises:
            InputError: for a label or threshold that cannot be.
        """
        if not labels:
            raise InputError("expected labels of atomic orbitals such as 'N 2p', got none")
        for label in labels:
            if not _LABEL.fullmatch(label):
                raise InputError(
                    f"expected an atomic orbital such as 'N 2p', got {shorten(label)!r}"
                )
        if not 0 < threshold < 1:
            raise InputError(f"expected a threshold between 0 and 1, got {threshold}")
        return cls("avas", labels=labels, threshold=threshold)

    @classmethod
    def natural(cls, electrons: int, orbitals: int, method: str = "mp2") -> ActiveSpace:
        """Natural orbitals of a correlated method, those whose occupation is least whole.

        Orbitals are sorted by occupation; those above the active ones are taken as doubly occupied.

        Raises:
            InputError: for an unknown method, listing the known ones.
        """
        check_name("kind of natural orbitals", method, NATURAL)
        return cls("natural", electrons, orbitals, method=method)

    def __str__(self) -> str:
        if self.kind == "avas":
            return f"AVAS ({', '.join(self.labels)}; threshold {self.threshold:g})"
        if self.kind == "natural":
            return f"{self.method.upper()} natural orbitals"
        return "canonical orbitals"

    def counts(self, mol: Mole, orbitals: int) -> tuple[int, int]:
        """The number of doubly occupied orbitals below the active ones, and the number of these.

        Of "avas", which is known when the orbitals are, the largest that can be.

        Args:
            mol: the molecule.
            orbitals: how many molecular orbitals there are.

        Raises:
            InputError: if it does not fit the molecule.
        """
        if self.kind == "frozen core":
            from pyscf.data.elements import chemcore

            core = int(chemcore(mol))
            return core, check_window(mol, orbitals, sum(mol.nelec) - 2 * core, orbitals - core)
        if self.kind == "avas":
            named_orbitals(mol, self.labels)  # raises for a label that names nothing
            return 0, orbitals
        electrons, norb = self.electrons, self.orbitals
        if electrons is None or norb is None:
            raise InputError("expected numbers of active electrons and orbitals")
        check_window(mol, orbitals, electrons, norb)
        return (sum(mol.nelec) - electrons) // 2, norb

    def choose(self, mean_field: SCF) -> ChosenOrbitals:
        """Orbitals of a converged restricted mean field, those of the core first.

        Raises:
            InputError: if the space does not fit the molecule, or there are no such orbitals.
        """
        mol, orbitals = mean_field.mol, mean_field.mo_coeff
        if self.kind == "avas":
            return self._by_overlap(mean_field)
        core, norb = self.counts(mol, orbitals.shape[1])
        if self.kind == "natural":
            occupations, orbitals = _natural_orbitals(mean_field, self.method)
            return ChosenOrbitals(
                orbitals, occupations, core, norb, occupations[core : core + norb]
            )
        return ChosenOrbitals(orbitals, mean_field.mo_energy, core, norb)

    def _by_overlap(self, mean_field: SCF) -> ChosenOrbitals:
        from pyscf.mcscf import avas

        mol = mean_field.mol
        minimal, places = named_orbitals(mol, self.labels)
        # Option 3 of the paper: all singly occupied orbitals are active. Where they are projected
        # instead, one whose overlap is small is dropped from the active space, and the rest then
        # holds no determinant of the mean field.
        norb, electrons, orbitals = avas.avas(
            mean_field,
            places,
            minao=minimal,
            threshold=self.threshold,
            openshell_option=3,
            canonicalize=False,
            verbose=0,
        )
        check_window(mol, orbitals.shape[1], int(electrons), int(norb))
        core = (sum(mol.nelec) - int(electrons)) // 2
        ends = sorted({core, *mol.nelec, core + int(norb)})
        orbitals, levels = _canonical_within(mean_field, orbitals, ends)
        return ChosenOrbitals(orbitals, levels, core, int(norb), filled=mol.nelec)


def _canonical_within(
    mean_field: SCF, orbitals: Floats, ends: Sequence[int]
) -> tuple[Floats, Floats]:
    """Orbitals that diagonalise the Fock matrix within each set, by energy, and their energies.

    Args:
        mean_field: a converged restricted mean field.
        orbitals: coefficients, shape (nao, orbitals), the sets one after the other.
        ends: of all sets but the last, ascending.
    """
    fock = mean_field.get_fock()
    levels, canonical = [], []
    for part in np.split(orbitals, ends, axis=1):
        energies, rotation = np.linalg.eigh(part.T @ fock @ part)
        levels.append(energies)
        canonical.append(part @ rotation)
    return np.hstack(canonical), np.hstack(levels)


@dataclass(frozen=True, eq=False)
class ChosenOrbitals:
    """Orbitals in order: core, active, the rest.

    Attributes:
        coefficients: shape (nao, orbitals).
        levels: energies or occupations, by which degenerate orbitals are recognised.
        core: how many are doubly occupied.
        norb: how many are active.
        occupations: of natural orbitals, the active ones.
        filled: numbers of alpha and beta electrons, where the reference determinant is the mean
            field's and must not be mixed with empty orbitals.
    """

    coefficients: Floats
    levels: Floats
    core: int
    norb: int
    occupations: Floats | None = None
    filled: tuple[int, int] | None = None

    @property
    def sets(self) -> NDArray[Any]:
        """Ascending numbers of the sets: core, active and other orbitals; of each occupation."""
        place = np.arange(self.coefficients.shape[1])
        ends = [self.core, self.core + self.norb, *(self.filled or ())]
        return np.searchsorted(np.sort(ends), place, side="right")


def as_active_space(
    given: ActiveSpace | tuple[int, int] | None, *, frozen_core: bool = False
) -> ActiveSpace | None:
    """The active space that users choose, as one value; None for all orbitals.

    Raises:
        InputError: if both are given.
    """
    if frozen_core and given is not None:
        raise InputError("give an active space or freeze the core, not both")
    if frozen_core:
        return ActiveSpace.frozen_core()
    return ActiveSpace.window(*given) if isinstance(given, tuple) else given


def check_window(mol: Mole, orbitals: int, electrons: int, norb: int) -> int:
    """The number of active orbitals, if they fit the molecule.

    Args:
        mol: the molecule.
        orbitals: how many molecular orbitals there are.
        electrons: how many are active.
        norb: in how many orbitals.

    Raises:
        InputError: saying what does not fit.
    """
    check_integer("a number of active electrons", electrons)
    check_integer("a number of active orbitals", norb)
    nelec = mol.nelec
    total, spin = sum(nelec), nelec[0] - nelec[1]
    head = f"an active space of {shorten(electrons)} electrons in {shorten(norb)} orbitals"
    if electrons < 1 or norb < 1:
        raise InputError(f"{head} is empty; expected at least one of each")
    if electrons > total or norb > orbitals:
        raise InputError(
            f"{head} is larger than the molecule: {total} electrons in {orbitals} orbitals"
        )
    if (total - electrons) % 2:
        raise InputError(
            f"{head} leaves {total - electrons} of {total} electrons below it; these must pair, so "
            f"expected an {'even' if total % 2 == 0 else 'odd'} number of active electrons"
        )
    if electrons < spin:
        raise InputError(f"{head} has fewer electrons than the molecule has unpaired ({spin})")
    if (electrons + spin) // 2 > norb:
        raise InputError(
            f"{head} cannot hold {(electrons + spin) // 2} electrons of one spin; "
            "expected more orbitals"
        )
    core = (total - electrons) // 2
    if core + norb > orbitals:
        raise InputError(
            f"{head} above {core} doubly occupied orbitals reaches orbital {core + norb}, "
            f"but the molecule has {orbitals}; expected at most {orbitals - core} orbitals"
        )
    return norb


def _natural_orbitals(mean_field: SCF, method: str) -> tuple[Floats, Floats]:
    """Occupations, largest first, and the orbitals of a correlated density."""
    from pyscf import ci, mp

    closed = mean_field.mol.spin == 0
    field = mean_field if closed else mean_field.to_uhf()
    if method == "mp2":
        solver = (mp.MP2 if closed else mp.UMP2)(field)
    else:
        solver = (ci.CISD if closed else ci.UCISD)(field)
    solver.verbose = 0
    solver.kernel()
    if method == "cisd" and not np.all(solver.converged):
        raise InputError("CISD did not converge, so that it has no natural orbitals; take mp2")
    density = solver.make_rdm1()
    density = density if closed else density[0] + density[1]
    occupations, rotation = np.linalg.eigh(density)
    return occupations[::-1].copy(), mean_field.mo_coeff @ rotation[:, ::-1]
