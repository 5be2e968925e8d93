"""The electronic Hamiltonian in an orthonormal orbital basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from qminima.errors import InputError, shorten
from simulator.spaces import Electrons, Qubits, Space, SpaceError
from simulator.typing import Floats

if TYPE_CHECKING:
    from openfermion import FermionOperator, QubitOperator
    from pyscf.scf.hf import SCF

    from simulator.lowering.operators import Operator
    from simulator.operators.observables import PauliSum

    from .molecules.orbitals import MolecularOrbitals

SpinIntegrals = tuple[float, tuple[Floats, Floats], tuple[Floats, Floats, Floats]]


@dataclass(frozen=True, eq=False)
class Hamiltonian:
    """One- and two-electron integrals, and the electrons they act on.

        H = E_core + sum_{pq,s} h1[p,q] c+_{ps} c_{qs}
              + 1/2 sum_{pqrs,st} h2[p,q,r,s] c+_{ps} c+_{rt} c_{st} c_{qs},

    with h2[p,q,r,s] = (pq|rs) in chemists' notation.  As an observable on `Electrons` its mean
    is the total energy in hartree, `core_energy` included.  Integrals are real, also where
    orbitals are complex: then (pq|rs) and (qp|rs) may differ, and (pq|rs) = (qp|sr).

    Attributes:
        h1: (norb, norb), or one array for each spin.
        h2: (norb, norb, norb, norb), or the three arrays (aa, ab, bb).
        nelec: numbers of alpha and beta electrons.
        core_energy: nuclear repulsion and the energy of frozen electrons.
        description: the `problem` entry of records.
        mean_field: the PySCF mean field that the orbitals are from, if any.
        warnings: what a reader of energies must know of how the integrals were made.
        seconds: wall time of the mean field.
        orbitals: the functions in space that it is over, if it is of a molecule.
    """

    h1: Floats | tuple[Floats, Floats] = field(repr=False)
    h2: Floats | tuple[Floats, Floats, Floats] = field(repr=False)
    nelec: tuple[int, int]
    core_energy: float = 0.0
    description: Mapping[str, Any] = field(default_factory=dict)
    mean_field: SCF | None = field(default=None, repr=False)
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    orbitals: MolecularOrbitals | None = field(default=None, repr=False)

    @classmethod
    def from_integrals(
        cls,
        h1: ArrayLike | tuple[ArrayLike, ArrayLike],
        h2: ArrayLike | tuple[ArrayLike, ArrayLike, ArrayLike],
        nelec: tuple[int, int],
        *,
        core_energy: float = 0.0,
        complex_orbitals: bool = False,
        name: str = "hamiltonian",
    ) -> Hamiltonian:
        """Make a Hamiltonian of arrays, such as those of a lattice model.

        Args:
            h1: (norb, norb), or one array for each spin.
            h2: (pq|rs) of shape (norb, norb, norb, norb), or the three arrays (aa, ab, bb).
            nelec: numbers of alpha and beta electrons.
            core_energy: added to all energies, in hartree.
            complex_orbitals: accept real integrals over complex orbitals, such as plane waves of a
                lattice with inversion symmetry: (pq|rs) = (rs|pq) = (qp|sr), but not (qp|rs).
            name: shown in tables and stored in records.

        Raises:
            InputError: if the shapes do not fit together, the integrals are not real, finite
                and symmetric, or the electrons do not fit the orbitals.

        >>> hubbard = Hamiltonian.from_integrals([[0, -1], [-1, 0]], np.zeros((2,) * 4), (1, 1))
        >>> hubbard.norb
        2
        """
        if isinstance(h1, tuple) != isinstance(h2, tuple):
            raise InputError("expected spin-dependent integrals for both h1 and h2, or for neither")
        one = tuple(_real(part, "h1", 2) for part in (h1 if isinstance(h1, tuple) else (h1,)))
        two = tuple(_real(part, "h2", 4) for part in (h2 if isinstance(h2, tuple) else (h2,)))
        if isinstance(h1, tuple) and (len(one), len(two)) != (2, 3):
            raise InputError("expected h1 = (alpha, beta) and h2 = (aa, ab, bb)")
        norb = len(one[0])
        for array in one + two:
            if set(array.shape) - {norb}:
                raise InputError(f"expected all integrals over {norb} orbitals, got {array.shape}")
        for array in one:
            _check_symmetry(array, "h1", [(1, 0)])
        turns = [(1, 0, 3, 2)] if complex_orbitals else [(1, 0, 2, 3), (0, 1, 3, 2)]
        for index, array in enumerate(two):
            exchange = [] if index == 1 else [(2, 3, 0, 1)]
            _check_symmetry(array, "h2", [*turns, *exchange], complex_orbitals=complex_orbitals)
        electrons = _check_electrons(norb, nelec)
        if not np.isfinite(core_energy):
            raise InputError(f"expected a finite core energy, got {core_energy}")
        return cls(
            one[0] if len(one) == 1 else (one[0], one[1]),
            two[0] if len(two) == 1 else (two[0], two[1], two[2]),
            electrons,
            float(core_energy),
            {"name": name, "charge": None, "spin": electrons[0] - electrons[1], "basis": None},
        )

    @property
    def norb(self) -> int:
        """Number of spatial orbitals."""
        return len(self.one_electron[0])

    @property
    def restricted(self) -> bool:
        """Whether both spins have the same integrals."""
        return not isinstance(self.h1, tuple)

    @cached_property
    def real_orbitals(self) -> bool:
        """Whether (pq|rs) = (qp|rs), as over real orbitals and as PySCF's methods need it."""
        arrays = {id(array): array for array in self.two_electron}.values()
        return all(
            np.abs(array[p] - array[:, p]).max() <= _rounding(array)
            for array in arrays
            for p in range(self.norb)
        )

    @property
    def one_electron(self) -> tuple[Floats, Floats]:
        """h1 of alpha and of beta electrons; the same array twice if restricted."""
        return self.h1 if isinstance(self.h1, tuple) else (self.h1, self.h1)

    @property
    def two_electron(self) -> tuple[Floats, Floats, Floats]:
        """h2 of pairs aa, ab, bb; the same array three times if restricted."""
        return self.h2 if isinstance(self.h2, tuple) else (self.h2, self.h2, self.h2)

    @property
    def _spin_integrals(self) -> SpinIntegrals:
        return self.core_energy, self.one_electron, self.two_electron

    @property
    def space(self) -> Electrons:
        """The determinants of its electrons."""
        return Electrons(self.norb, self.nelec)

    @cached_property
    def orbital_symmetry(self) -> tuple[int, ...]:
        """A label of each orbital under which all integrals are totally symmetric.

        Labels combine by exclusive or, as irreducible representations of D2h and its subgroups;
        they are read off the integrals (`simulator.spaces.symmetry.orbital_symmetry`), so that any
        Hamiltonian has them.
        """
        from simulator.spaces.symmetry import orbital_symmetry

        return orbital_symmetry(self.one_electron, self.two_electron)

    @property
    def fock(self) -> tuple[Floats, Floats]:
        """Fock matrices of the reference determinant, whose lowest orbitals are occupied."""
        (ha, hb), (aa, ab, bb), (na, nb) = self.one_electron, self.two_electron, self.nelec
        fock_a = (
            ha
            + np.einsum("pqii->pq", aa[:, :, :na, :na])
            - np.einsum("piiq->pq", aa[:, :na, :na, :])
            + np.einsum("pqii->pq", ab[:, :, :nb, :nb])
        )
        fock_b = (
            hb
            + np.einsum("pqii->pq", bb[:, :, :nb, :nb])
            - np.einsum("piiq->pq", bb[:, :nb, :nb, :])
            + np.einsum("iipq->pq", ab[:na, :na, :, :])
        )
        return fock_a, fock_b

    @property
    def orbital_gradient(self) -> float:
        """Largest Fock element between orbitals of different occupation, in hartree.

        Zero on Hartree-Fock orbitals; elsewhere perturbation theory and coupled cluster start
        from a determinant that is no mean field. Open shells: of the spin-averaged matrix
        between doubly occupied and empty orbitals, and of one spin's with the open orbitals.
        """
        (fock_a, fock_b), (na, nb) = self.fock, self.nelec
        low, high = min(na, nb), max(na, nb)
        majority, minority = (fock_a, fock_b) if na >= nb else (fock_b, fock_a)
        blocks = [
            (majority + minority)[:low, high:] / 2,
            minority[:low, low:high],
            majority[low:high, high:],
        ]
        return max(float(np.abs(block).max(initial=0.0)) for block in blocks)

    @property
    def reference_energy(self) -> float:
        """Energy of the reference determinant."""
        energy = self.core_energy
        for h1, fock, count in zip(self.one_electron, self.fock, self.nelec, strict=True):
            energy += 0.5 * float(np.trace((h1 + fock)[:count, :count]))
        return energy

    def on(self, space: Space) -> Operator:
        """The operator on determinants, or on qubits through the Jordan-Wigner mapping.

        Raises:
            SpaceError: if the space has another number of orbitals.
        """
        if space.num_qubits != 2 * self.norb:
            raise SpaceError(f"the Hamiltonian has {self.norb} orbitals, which {space} has not")
        if isinstance(space, Electrons):
            from simulator.lowering.two_body import two_body_operator

            return two_body_operator(self.one_electron, self.two_electron, self.core_energy, space)
        if isinstance(space, Qubits):
            return self.to_pauli_sum().on(space)
        raise SpaceError(f"the Hamiltonian acts on Electrons or Qubits, got {space}")

    def to_fermion_operator(self) -> FermionOperator:
        """As OpenFermion's operator, modes alternating alpha 0, beta 0, alpha 1, ..."""
        from .qubits.mappings import fermion_operator

        return fermion_operator(*self._spin_integrals)

    def to_pauli_sum(self) -> PauliSum:
        """On the qubits of `Electrons`, all alpha modes first, by the Jordan-Wigner mapping."""
        from .qubits.mappings import block_pauli_sum

        return block_pauli_sum(*self._spin_integrals)

    def to_qubit_operator(self, mapping: str = "jordan_wigner") -> QubitOperator:
        """As OpenFermion's qubit operator, in OpenFermion's order of modes.

        Args:
            mapping: "jordan_wigner", "parity" or "bravyi_kitaev". `QubitHamiltonian` keeps the
                operator together with its reference state, and leaves out qubits.

        Raises:
            InputError: for an unknown mapping.
        """
        from .qubits.mappings import qubit_operator

        return qubit_operator(*self._spin_integrals, mapping)

    def describe(self) -> dict[str, Any]:
        """The `problem` entry of records."""
        space = self.space
        return {
            **self.description,
            "orbitals": self.norb,
            "electrons": list(self.nelec),
            "qubits": space.num_qubits,
            "determinants": space.size,
        }


def _real(values: ArrayLike, name: str, rank: int) -> Floats:
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(f"expected a rectangular array {name}, got a ragged one") from None
    if array.dtype.kind not in "biuf":
        raise InputError(f"expected real, finite integrals {name}, got {array.dtype} values")
    if array.ndim != rank or len(set(array.shape)) != 1 or array.shape[0] < 1:
        raise InputError(
            f"expected {name} of shape {'(norb,' + ' norb' * (rank - 1)}), got {array.shape}"
        )
    if not np.isfinite(array).all():
        raise InputError(f"expected real, finite integrals {name}, got NaN or infinity")
    return np.ascontiguousarray(array, dtype=float)


def _check_symmetry(
    array: Floats,
    name: str,
    permutations: list[tuple[int, ...]],
    *,
    complex_orbitals: bool = False,
) -> None:
    orbitals = "a Hermitian operator" if complex_orbitals else "real orbitals"
    for permutation in permutations:
        difference = np.abs(array - array.transpose(permutation)).max()
        if difference > _rounding(array):
            raise InputError(
                f"expected {name} with the symmetry of {orbitals}; exchanging indices to "
                f"{permutation} changes it by {difference:.1e}"
            )


def _rounding(array: Floats) -> float:
    """The largest difference between equal integrals that counts as rounding."""
    return 1e-8 * max(1.0, float(np.abs(array).max()))


def _check_electrons(norb: int, nelec: tuple[int, int]) -> tuple[int, int]:
    try:
        alpha, beta = nelec
        return Electrons(norb, (alpha, beta)).nelec
    except (TypeError, ValueError) as error:  # SpaceError is a ValueError
        raise InputError(
            f"expected whole numbers of alpha and beta electrons that fit {norb} orbitals, "
            f"got {shorten(nelec)} ({error})"
        ) from None
