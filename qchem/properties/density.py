"""Density matrices of states on determinants, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError
from qminima.limits import check_count
from simulator.spaces import Electrons
from simulator.typing import Floats

if TYPE_CHECKING:
    from ..hamiltonian import Hamiltonian

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class DensityMatrices:
    """One- and two-particle density matrices over the orbitals of a state.

        one[s][p, q]          = <c^dagger_ps c_qs>
        two[st][p, q, r, s]   = <c^dagger_ps c^dagger_rt c_st c_qs>

    Attributes:
        one: (alpha, beta), each of shape (norb, norb).
        two: (aa, ab, bb), each of shape (norb, norb, norb, norb), indices as those of h2.
        nelec: numbers of alpha and beta electrons.
    """

    one: tuple[Array, Array]
    two: tuple[Array, Array, Array]
    nelec: tuple[int, int]

    @property
    def spin_summed(self) -> Array:
        """The one-particle density matrix of both spins, shape (norb, norb)."""
        total: Array = self.one[0] + self.one[1]
        return total

    def energy(self, hamiltonian: Hamiltonian) -> float:
        """E_core + sum h1 D + 1/2 sum h2 D, in hartree.

        Raises:
            InputError: if the Hamiltonian has another number of orbitals.
        """
        if hamiltonian.norb != len(self.one[0]):
            raise InputError(
                f"expected a Hamiltonian of {len(self.one[0])} orbitals, got {hamiltonian.norb}"
            )
        energy = hamiltonian.core_energy
        for h1, density in zip(hamiltonian.one_electron, self.one, strict=True):
            energy += float(np.einsum("pq,pq->", h1, density).real)
        weights = (0.5, 1.0, 0.5)  # of pairs of opposite spins both orders are in ab
        for h2, density, weight in zip(hamiltonian.two_electron, self.two, weights, strict=True):
            energy += weight * float(np.einsum("pqrs,pqrs->", h2, density).real)
        return energy

    def spin_square(self, overlap: Floats | None = None) -> float:
        """<S^2> = S_z (S_z + 1) + <S_- S_+>.

        Args:
            overlap: <p alpha|q beta> of unrestricted orbitals, shape (norb, norb). Both spins must
                have the same span, as without an active space.

        Raises:
            InputError: if they have not: the rest of the electrons would count too.
        """
        between = np.eye(len(self.one[0])) if overlap is None else overlap
        if np.abs(between.T @ between - np.eye(len(between))).max(initial=0) > 1e-6:
            raise InputError(
                "expected orbitals of both spins with the same span; with an active space, <S^2> "
                "depends on the orbitals outside"
            )
        projection = (self.nelec[0] - self.nelec[1]) / 2
        # <S_- S_+> = sum S_rs S_pq <b+_s a_r a+_p b_q>, brought to normal order.
        lowered = np.einsum("ps,pq,sq->", between, between, self.one[1])
        exchanged = np.einsum("pq,rs,prsq->", between, between, self.two[1])
        return float(projection * (projection + 1) + (lowered - exchanged).real)

    def natural_orbitals(self) -> tuple[Floats, Array]:
        """Natural occupations, largest first, and the orbitals as columns over the given ones."""
        occupations, orbitals = np.linalg.eigh(self.spin_summed)
        return occupations[::-1], orbitals[:, ::-1]


def density_matrices(state: NDArray[np.inexact], space: Electrons) -> DensityMatrices:
    """One- and two-particle density matrices of a normalised state, by PySCF.

    Args:
        state: amplitudes over `space`, shape (size,), real or complex.
        space: the determinants, with or without symmetry.

    Raises:
        InputError: if the state has another shape.

    >>> import qchem, simulator
    >>> hamiltonian = qchem.electronic_hamiltonian(
    ...     qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    ... )
    >>> circuit = qchem.uccsd(hamiltonian)
    >>> energy = simulator.Expectation(circuit, hamiltonian)
    >>> density = density_matrices(energy.state([-0.1, 0.0, 0.0]), circuit.space)
    >>> bool(abs(density.energy(hamiltonian) - energy([-0.1, 0.0, 0.0])) < 1e-12)
    True
    """
    from pyscf.fci import direct_spin1

    one: list[Array] = [np.zeros((space.norb,) * 2) for _ in range(2)]
    two: list[Array] = [np.zeros((space.norb,) * 4) for _ in range(3)]
    for bra, ket, weight in _products(_real_parts(state, space)):
        # PySCF has <q+ p> at [p, q].
        singles, (aa, ab, ba, bb) = direct_spin1.trans_rdm12s(bra, ket, space.norb, space.nelec)
        for place, found in enumerate(singles):
            one[place] = one[place] + weight * found.T
        for place, found in enumerate((aa, (ab + ba.transpose(2, 3, 0, 1)) / 2, bb)):
            two[place] = two[place] + weight * found
    return DensityMatrices((one[0], one[1]), (two[0], two[1], two[2]), space.nelec)


def one_particle_density(state: NDArray[np.inexact], space: Electrons) -> tuple[Array, Array]:
    """The one-particle density matrices alone, as in `DensityMatrices`, at a fraction of the cost.

    Raises:
        InputError: if the state has another shape.
    """
    from pyscf.fci import direct_spin1

    parts = _real_parts(state, space)
    one: list[Array] = [np.zeros((space.norb,) * 2) for _ in range(2)]
    for bra, ket, weight in _products(parts):
        found = direct_spin1.trans_rdm1s(bra, ket, space.norb, space.nelec)
        for spin in (0, 1):
            one[spin] = one[spin] + weight * found[spin].T
    return one[0], one[1]


def dipole_moment(hamiltonian: Hamiltonian, one: tuple[Array, Array]) -> Floats:
    """The dipole moment of nuclei and electrons in debye, shape (3,), by PySCF.

    Of charged molecules it depends on the origin, which is that of the coordinates.

    Args:
        hamiltonian: of a molecule.
        one: one-particle density matrices of both spins, `DensityMatrices.one`.

    Raises:
        InputError: if the Hamiltonian is not of a molecule, or has other orbitals.
    """
    from pyscf.scf import hf

    orbitals = _orbitals(hamiltonian, one)
    moment: Floats = np.asarray(
        hf.dip_moment(orbitals.mol, orbitals.density(one), unit="Debye", verbose=0)
    )
    return moment


def mulliken_charges(hamiltonian: Hamiltonian, one: tuple[Array, Array]) -> Floats:
    """Charges of the atoms by Mulliken's analysis, shape (atoms,), by PySCF.

    Arguments and errors as in `dipole_moment`.
    """
    from pyscf.scf import hf

    orbitals = _orbitals(hamiltonian, one)
    _, charges = hf.mulliken_pop(orbitals.mol, orbitals.density(one), verbose=0)
    return np.asarray(charges, dtype=float)


def state_properties(
    hamiltonian: Hamiltonian, state: NDArray[np.inexact], space: Electrons
) -> dict[str, Any]:
    """Properties of a state for the record: determinants, occupations, dipole and charges."""
    one = one_particle_density(state, space)
    found: dict[str, Any] = {
        "leading_determinants": [
            {"determinant": text, "weight": abs(amplitude) ** 2}
            for text, amplitude in leading_determinants(state, space, 5)
        ]
    }
    if hamiltonian.restricted:
        occupations = np.linalg.eigvalsh(one[0] + one[1])[::-1]
        found["natural_occupations"] = [float(n) for n in occupations]
    if hamiltonian.orbitals is not None:
        found["dipole_debye"] = [float(x) for x in dipole_moment(hamiltonian, one)]
        found["mulliken_charges"] = [float(q) for q in mulliken_charges(hamiltonian, one)]
    return found


def _orbitals(hamiltonian: Hamiltonian, one: tuple[Array, Array]) -> Any:
    if hamiltonian.orbitals is None:
        raise InputError(
            "expected the Hamiltonian of a molecule; this one has no orbitals in space"
        )
    if hamiltonian.norb != len(one[0]):
        raise InputError(f"expected a density over {hamiltonian.norb} orbitals, got {len(one[0])}")
    return hamiltonian.orbitals


def _real_parts(state: NDArray[np.inexact], space: Electrons) -> list[Floats]:
    """The matrix of a state as PySCF's routines take it, real and imaginary part by itself."""
    if state.shape != (space.size,):
        raise InputError(f"expected {space.size} amplitudes of {space}, got shape {state.shape}")
    matrix = space.to_matrix(state)
    parts = [np.ascontiguousarray(matrix.real, dtype=float)]
    if np.iscomplexobj(matrix):
        parts.append(np.ascontiguousarray(matrix.imag, dtype=float))
    return parts


def _products(parts: list[Floats]) -> Iterator[tuple[Floats, Floats, complex]]:
    """Bra, ket and weight of the real matrices that <psi|...|psi> consists of."""
    for part in parts:
        yield part, part, 1.0
    if len(parts) == 2:
        yield parts[0], parts[1], 1j
        yield parts[1], parts[0], -1j


def leading_determinants(
    state: NDArray[np.inexact], space: Electrons, count: int = 10
) -> list[tuple[str, complex]]:
    """The determinants of largest weight, and their amplitudes.

    A determinant is written orbital by orbital: 2 for two electrons, a and b for one of that spin,
    0 for none.

    Raises:
        InputError: if the state has another shape.

    >>> leading_determinants(np.array([0.0, 0.6, 0.8, 0.0]), Electrons(2, (1, 1)), count=1)
    [('ba', 0.8)]
    """
    if state.shape != (space.size,):
        raise InputError(f"expected {space.size} amplitudes of {space}, got shape {state.shape}")
    weights = np.abs(state)
    check_count("count", count)
    first = np.argpartition(-weights, min(count, len(weights)) - 1)[:count]
    # Weights that are equal but for rounding come in the order of the determinants.
    ordered = sorted(first, key=lambda place: (-round(float(weights[place]), 8), place))
    positions = np.array(ordered, dtype=np.int64)
    configurations = space.configurations_at(positions)
    return [
        (_written(int(configuration), space.norb), state[place].item())
        for configuration, place in zip(configurations, positions, strict=True)
        if weights[place] > 0
    ]


def _written(configuration: int, norb: int) -> str:
    alpha, beta = configuration, configuration >> norb
    return "".join("0ab2"[(alpha >> p & 1) + 2 * (beta >> p & 1)] for p in range(norb))
