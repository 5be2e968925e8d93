"""The Hamiltonian: validation, energies against PySCF, active spaces, and its two forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

import qchem
from qchem import Hamiltonian, electronic_hamiltonian
from qchem.molecules.molecule import Molecule
from qminima import InputError
from simulator.lowering.operators import MatrixOperator, Operator
from simulator.lowering.planar import join, split
from simulator.lowering.two_body import TwoBodyOperator
from simulator.operators.observables import Matrix
from simulator.spaces import Electrons, FlipSymmetric, Qubits, Space, SpaceError
from simulator.testing import dense_annihilator, random_state

Dense = NDArray[np.complex128]
PyscfMatrix = Callable[[Hamiltonian], NDArray[np.float64]]
MakeIntegrals = Callable[[int, int], tuple[NDArray[np.float64], NDArray[np.float64]]]


def dense_hamiltonian(hamiltonian: Hamiltonian) -> Dense:
    """The docstring's sum, term by term, over Kronecker products; alpha modes first."""
    from scipy.sparse import csr_array, eye_array

    norb = hamiltonian.norb
    lower = [csr_array(dense_annihilator(mode, 2 * norb).real) for mode in range(2 * norb)]
    upper = [matrix.T.tocsr() for matrix in lower]
    aa, ab, bb = hamiltonian.two_electron
    total = hamiltonian.core_energy * eye_array(1 << 2 * norb, format="csr")
    for spin, h1 in enumerate(hamiltonian.one_electron):
        for p, q in np.argwhere(h1):
            total += h1[p, q] * upper[spin * norb + p] @ lower[spin * norb + q]
    blocks = {(0, 0): aa, (0, 1): ab, (1, 0): ab.transpose(2, 3, 0, 1), (1, 1): bb}
    for (s, t), h2 in blocks.items():
        for p, r in np.ndindex(norb, norb):
            inner = csr_array(total.shape)
            for q, u in np.argwhere(h2[p, :, r, :]):
                inner += h2[p, q, r, u] * lower[t * norb + u] @ lower[s * norb + q]
            total += 0.5 * upper[s * norb + p] @ upper[t * norb + r] @ inner
    return np.asarray(total.toarray(), dtype=complex)


def in_sector(dense: Dense, space: Electrons) -> Dense:
    where = space.configurations()
    return dense[np.ix_(where, where)]


def applied(operator: Operator, state: NDArray[np.inexact]) -> NDArray[np.inexact]:
    psi = split(state, 2, np.float64)
    out = np.full_like(psi, np.nan)
    operator.apply(psi, out)
    return join(out)


def split_spins(
    hamiltonian: Hamiltonian, alpha: NDArray[np.float64], beta: NDArray[np.float64]
) -> Hamiltonian:
    """The same operator over other orbitals of each spin, as unrestricted Hartree-Fock has."""
    h1, h2 = hamiltonian.one_electron[0], hamiltonian.two_electron[0]
    one = tuple(c.T @ h1 @ c for c in (alpha, beta))
    two = tuple(
        np.einsum("pqrs,pi,qj,rk,sl->ijkl", h2, left, left, right, right)
        for left, right in ((alpha, alpha), (alpha, beta), (beta, beta))
    )
    return Hamiltonian.from_integrals(
        one, two, hamiltonian.nelec, core_energy=hamiltonian.core_energy
    )


def rotation(norb: int, seed: int) -> NDArray[np.float64]:
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(norb, norb)))[0]


def hubbard(sites: int, hopping: float, repulsion: float, nelec: tuple[int, int]) -> Hamiltonian:
    h1 = np.zeros((sites, sites))
    for site in range(sites - 1):
        h1[site, site + 1] = h1[site + 1, site] = -hopping
    h2 = np.zeros((sites,) * 4)
    for site in range(sites):
        h2[site, site, site, site] = repulsion
    return Hamiltonian.from_integrals(h1, h2, nelec, name="hubbard")


# -- from_integrals ------------------------------------------------------------------------


def zeros(*shape: int) -> NDArray[np.float64]:
    return np.zeros(shape)


H1, H2 = zeros(2, 2), zeros(2, 2, 2, 2)
LOPSIDED = H2.copy()
LOPSIDED[0, 1, 0, 0] = 1.0
NO_EXCHANGE = H2.copy()
NO_EXCHANGE[0, 0, 1, 1] = 1.0

REFUSED: dict[str, tuple[Any, Any, Any, Any, str]] = {
    "h1 a vector": (zeros(2), H2, (1, 1), 0.0, r"h1 of shape \(norb, norb\), got \(2,\)"),
    "h1 a rectangle": (zeros(2, 3), H2, (1, 1), 0.0, r"got \(2, 3\)"),
    "h1 empty": (zeros(0, 0), zeros(0, 0, 0, 0), (0, 0), 0.0, r"got \(0, 0\)"),
    "h1 a number": (1.0, H2, (1, 1), 0.0, r"got \(\)"),
    "h1 ragged": ([[1.0, 2.0], [2.0]], H2, (1, 1), 0.0, "h1"),
    "h1 of words": ([["a", "b"], ["b", "a"]], H2, (1, 1), 0.0, "h1"),
    "h1 of nothing": ([[None, None], [None, None]], H2, (1, 1), 0.0, "h1"),
    "h2 of rank 2": (H1, zeros(2, 2), (1, 1), 0.0, r"h2 of shape .*got \(2, 2\)"),
    "h2 of other size": (H1, zeros(3, 3, 3, 3), (1, 1), 0.0, "2 orbitals"),
    "h1 complex": (H1 + 1j, H2, (1, 1), 0.0, "real"),
    "h1 nan": (H1 + np.nan, H2, (1, 1), 0.0, "finite"),
    "h2 inf": (H1, H2 + np.inf, (1, 1), 0.0, "finite"),
    "h1 not symmetric": ([[0, 1], [0, 0]], H2, (1, 1), 0.0, "symmetry"),
    "h2 not symmetric": (H1, LOPSIDED, (1, 1), 0.0, "symmetry"),
    "h2 without exchange": (H1, NO_EXCHANGE, (1, 1), 0.0, "symmetry"),
    "only h1 by spin": ((H1, H1), H2, (1, 1), 0.0, "both h1 and h2"),
    "only h2 by spin": (H1, (H2, H2, H2), (1, 1), 0.0, "both h1 and h2"),
    "two h2": ((H1, H1), (H2, H2), (1, 1), 0.0, "aa, ab, bb"),
    "one h1": ((H1,), (H2, H2, H2), (1, 1), 0.0, "alpha, beta"),
    "none": ((), (), (1, 1), 0.0, "alpha, beta"),
    "spins of other size": ((H1, zeros(3, 3)), (H2, H2, H2), (1, 1), 0.0, "2 orbitals"),
    "aa without exchange": ((H1, H1), (NO_EXCHANGE, H2, H2), (1, 1), 0.0, "symmetry"),
    "too many alpha": (H1, H2, (3, 1), 0.0, "3 alpha electrons do not fit into 2"),
    "too many beta": (H1, H2, (1, 3), 0.0, "3 beta electrons"),
    "negative": (H1, H2, (-1, 1), 0.0, "-1 alpha"),
    "half an electron": (H1, H2, (1.5, 1), 0.0, "1.5"),
    "one number of electrons": (H1, H2, (2,), 0.0, "."),
    "three numbers of electrons": (H1, H2, (1, 1, 1), 0.0, "."),
    "a total of electrons": (H1, H2, 2, 0.0, "."),
    "core energy nan": (H1, H2, (1, 1), np.nan, "core energy"),
    "core energy inf": (H1, H2, (1, 1), -np.inf, "core energy"),
}


@pytest.mark.parametrize(
    ("h1", "h2", "nelec", "core_energy", "message"), REFUSED.values(), ids=list(REFUSED)
)
def test_integrals_that_are_refused(
    h1: Any, h2: Any, nelec: Any, core_energy: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Hamiltonian.from_integrals(h1, h2, nelec, core_energy=core_energy)


def test_integrals_that_are_accepted() -> None:
    made = Hamiltonian.from_integrals([[0, 1], [1, 0]], H2, (1, 1), core_energy=2, name="mine")
    assert (made.norb, made.restricted, made.nelec) == (2, True, (1, 1))
    assert made.one_electron[0].dtype == float
    assert made.describe() == {
        "name": "mine", "charge": None, "spin": 0, "basis": None,
        "orbitals": 2, "electrons": [1, 1], "qubits": 4, "determinants": 4,
    }  # fmt: skip
    # Pairs of opposite spins need not be symmetric under exchange of the pairs.
    spins = Hamiltonian.from_integrals((H1, H1), (H2, NO_EXCHANGE, H2), (2, 0))
    assert not spins.restricted
    assert spins.describe()["spin"] == 2


def test_rounding_noise_is_no_asymmetry() -> None:
    noise = 1e-11 * np.random.default_rng(0).normal(size=(2, 2, 2, 2))
    Hamiltonian.from_integrals(H1 + noise[0, 0], H2 + noise, (1, 1))


# -- energies against PySCF ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["lih", "h4", "h3_doublet", "h4_triplet", "ch2", "water"])
def test_reference_is_the_mean_field(name: str, request: pytest.FixtureRequest) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    mean_field = hamiltonian.mean_field
    assert mean_field is not None
    assert hamiltonian.reference_energy == pytest.approx(mean_field.e_tot, abs=1e-9)
    orbitals = mean_field.mo_coeff
    density = mean_field.make_rdm1()
    fock = mean_field.get_hcore() + mean_field.get_veff(mean_field.mol, density)
    if np.ndim(fock) == 2:
        fock = np.array([fock, fock])
    for got, expected in zip(hamiltonian.fock, fock, strict=True):
        np.testing.assert_allclose(got, orbitals.T @ expected @ orbitals, atol=1e-8)


def test_fock_of_spin_dependent_integrals(h3_doublet: Hamiltonian) -> None:
    turned = split_spins(h3_doublet, rotation(3, 1), rotation(3, 2))
    (ha, hb), (aa, ab, bb), (na, nb) = turned.one_electron, turned.two_electron, turned.nelec
    energy = turned.core_energy
    for count, h1, h2 in ((na, ha, aa), (nb, hb, bb)):
        for i in range(count):
            energy += h1[i, i]
            for j in range(i):
                energy += h2[i, i, j, j] - h2[i, j, j, i]
    energy += sum(ab[i, i, j, j] for i in range(na) for j in range(nb))
    assert turned.reference_energy == pytest.approx(energy, abs=1e-12)
    # Koopmans: taking one electron away changes the energy of the determinant by -f_ii.
    fewer = Hamiltonian.from_integrals(
        turned.h1, turned.h2, (na - 1, nb), core_energy=turned.core_energy
    )
    change = turned.reference_energy - fewer.reference_energy
    assert turned.fock[0][na - 1, na - 1] == pytest.approx(change, abs=1e-12)
    fewer = Hamiltonian.from_integrals(
        turned.h1, turned.h2, (na, nb - 1), core_energy=turned.core_energy
    )
    change = turned.reference_energy - fewer.reference_energy
    assert turned.fock[1][nb - 1, nb - 1] == pytest.approx(change, abs=1e-12)


def casci_energy(mean_field: Any, electrons: int, orbitals: int) -> float:
    from pyscf import mcscf

    solver = mcscf.CASCI(mean_field, orbitals, electrons)
    solver.verbose = 0
    solver.fcisolver.conv_tol = 1e-12
    return float(solver.kernel()[0])


@pytest.mark.parametrize(
    ("name", "active_space"),
    [("lih", (2, 3)), ("lih", (2, 5)), ("lih", (4, 4)), ("h2o", (4, 4)), ("h2o", (8, 6)),
     ("ch2", (4, 4)), ("ch2", (2, 2)), ("oh", (3, 3)), ("oh", (7, 5))],
)  # fmt: skip
def test_active_space_is_casci(name: str, active_space: tuple[int, int]) -> None:
    hamiltonian = electronic_hamiltonian(Molecule.from_name(name), active_space)
    assert (sum(hamiltonian.nelec), hamiltonian.norb) == active_space
    assert hamiltonian.describe()["active_space"] == list(active_space)
    expected = casci_energy(hamiltonian.mean_field, *active_space)
    assert qchem.fci(hamiltonian).value == pytest.approx(expected, abs=1e-8)
    assert hamiltonian.mean_field is not None
    energy = hamiltonian.mean_field.e_tot
    assert hamiltonian.reference_energy == pytest.approx(energy, abs=1e-9)


@pytest.mark.parametrize(("name", "core"), [("h2o", 1), ("oh", 1), ("h2", 0)])
def test_frozen_core(name: str, core: int) -> None:
    molecule = Molecule.from_name(name)
    hamiltonian = electronic_hamiltonian(molecule, frozen_core=True)
    norb = molecule.to_pyscf().nao - core
    assert hamiltonian.norb == norb
    assert hamiltonian.nelec == (molecule.nelec[0] - core, molecule.nelec[1] - core)
    expected = casci_energy(hamiltonian.mean_field, molecule.electrons - 2 * core, norb)
    assert qchem.fci(hamiltonian).value == pytest.approx(expected, abs=1e-8)


def test_frozen_core_ccsd_is_pyscfs_frozen_ccsd() -> None:
    from pyscf import cc

    hamiltonian = electronic_hamiltonian(Molecule.from_name("h2o"), frozen_core=True)
    solver = cc.CCSD(hamiltonian.mean_field, frozen=1)
    solver.conv_tol, solver.conv_tol_normt = 1e-11, 1e-8
    solver.kernel()
    assert qchem.ccsd(hamiltonian).value == pytest.approx(solver.e_tot, abs=1e-8)


WATER_SPACES = [
    ((0, 2), "empty"),
    ((2, 0), "empty"),
    ((-2, 2), "empty"),
    ((12, 7), "larger than the molecule: 10 electrons in 7 orbitals"),
    ((4, 8), "larger than the molecule"),
    ((3, 3), "even number of active electrons"),
    ((6, 2), "cannot hold 3 electrons of one spin"),
    ((8, 7), "reaches orbital 8, but the molecule has 7; expected at most 6"),
]


@pytest.mark.parametrize(("active_space", "message"), WATER_SPACES)
def test_active_spaces_that_are_refused(active_space: tuple[int, int], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        electronic_hamiltonian(Molecule.from_name("h2o"), active_space)
    assert f"{active_space[0]} electrons in {active_space[1]} orbitals" in str(caught.value)


def test_active_spaces_of_open_shells_that_are_refused() -> None:
    with pytest.raises(InputError, match="odd number of active electrons"):
        electronic_hamiltonian(Molecule.from_name("oh"), (2, 2))
    with pytest.raises(InputError, match=r"unpaired \(4\)"):
        electronic_hamiltonian(Molecule.from_name("ch2", spin=4), (2, 4))


def test_active_space_and_frozen_core_exclude_each_other() -> None:
    with pytest.raises(InputError, match="not both"):
        electronic_hamiltonian(Molecule.from_name("lih"), (2, 2), frozen_core=True)


def test_frozen_core_that_leaves_nothing() -> None:
    with pytest.raises(InputError, match="empty"):
        electronic_hamiltonian(Molecule.from_atoms("C 0 0 0", charge=4), frozen_core=True)


def test_refusal_comes_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyscf.scf.hf.SCF.kernel", lambda *_: pytest.fail("Hartree-Fock ran"))
    with pytest.raises(InputError, match="larger than the molecule"):
        electronic_hamiltonian(Molecule.from_name("h2o"), (20, 20))


# -- Hartree-Fock: convergence and stability -----------------------------------------------


@pytest.fixture
def first_run_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ordinary iteration ends before it converges."""
    from pyscf.scf import hf

    original = hf.SCF.kernel

    def hasty(self: Any, *args: Any, **kwargs: Any) -> Any:
        self.max_cycle = 1
        energy = original(self, *args, **kwargs)
        self.max_cycle = 50
        return energy

    monkeypatch.setattr(hf.SCF, "kernel", hasty)


@pytest.mark.usefixtures("first_run_fails")
def test_hartree_fock_that_does_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hopeless:
        converged = False

        def __init__(self, mean_field: Any) -> None:
            self._mean_field = mean_field

        def __getattr__(self, name: str) -> Any:
            return getattr(self._mean_field, name)

        def kernel(self, *_: Any) -> float:
            return float(self._mean_field.e_tot)

    monkeypatch.setattr("pyscf.scf.hf.SCF.newton", lambda self: Hopeless(self))
    with pytest.raises(InputError, match=r"did not converge for HLi \(charge 0, 2S = 0, sto-3g"):
        electronic_hamiltonian(Molecule.from_atoms("Li 0 0 0; H 0 0 1.5"))


@pytest.mark.usefixtures("first_run_fails")
def test_second_order_method_rescues(lih: Hamiltonian) -> None:
    rescued = electronic_hamiltonian(Molecule.from_atoms("Li 0 0 0; H 0 0 1.5"))
    assert rescued.reference_energy == pytest.approx(lih.reference_energy, abs=1e-8)
    assert rescued.warnings == ()


def test_saddle_point_is_left_and_told() -> None:
    """The ROHF iteration for O2 stops at a saddle point above the ground state."""
    hamiltonian = electronic_hamiltonian(Molecule.from_name("o2"))
    lowered, broken = hamiltonian.warnings
    assert "following the instability lowered it by 0.001329 hartree" in lowered
    assert "do not have the whole symmetry of the nuclei (Dooh)" in broken
    assert hamiltonian.reference_energy == pytest.approx(-147.6334958793, abs=1e-7)


def test_lasting_instability_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pyscf.scf.hf.RHF.stability", lambda self, **_: (self.mo_coeff, None, False, True)
    )
    hamiltonian = electronic_hamiltonian(Molecule.from_atoms("H 0 0 0; H 0 0 0.74"))
    assert any("not a minimum" in warning for warning in hamiltonian.warnings)


@pytest.mark.parametrize(
    ("atoms", "settings", "energy"),
    [
        # No rotation between occupied and empty orbitals exists for any of these.
        ("H 0 0 0", {"spin": 1}, -0.46658185),
        ("He 0 0 0", {}, -2.80778396),
        ("H 0 0 0; H 0 0 0.74", {"spin": 2}, None),
        ("He 0 0 0", {"spin": 2, "basis": "6-31g"}, None),
        ("H 0 0 0; H 0 0 1.0", {"spin": 1, "charge": 1}, -0.58166697),
        ("F 0 0 0", {"spin": 1}, None),
    ],
    ids=["H", "He", "H2 triplet", "He triplet", "H2+", "F"],
)
def test_smallest_systems(atoms: str, settings: dict[str, Any], energy: float | None) -> None:
    molecule = Molecule.from_atoms(atoms, **settings)
    hamiltonian = electronic_hamiltonian(molecule)
    exact = qchem.fci(hamiltonian).value
    if hamiltonian.norb < 4:
        sector = in_sector(dense_hamiltonian(hamiltonian), hamiltonian.space)
        assert exact == pytest.approx(np.linalg.eigvalsh(sector)[0], abs=1e-9)
    # One determinant of its symmetry, or one electron: Hartree-Fock is exact.
    assert hamiltonian.reference_energy == pytest.approx(exact, abs=1e-8)
    if energy is not None:
        assert hamiltonian.reference_energy == pytest.approx(energy, abs=1e-7)


def test_dependent_basis_functions_are_warned_about() -> None:
    molecule = Molecule.from_atoms("H 0 0 0; H 0 0 0.2; H 0 0 0.4; H 0 0 0.6", basis="aug-cc-pvdz")
    hamiltonian = electronic_hamiltonian(molecule, (4, 4))
    assert any("nearly dependent" in warning for warning in hamiltonian.warnings)


# -- the operator on determinants ----------------------------------------------------------

SECTORS = [(1, 1), (2, 1), (1, 2), (3, 1), (0, 2), (2, 0), (3, 3), (3, 2), (0, 0), (0, 3), (3, 0)]


def both_forms(hamiltonian: Hamiltonian, pyscf_matrix: PyscfMatrix) -> dict[str, Operator]:
    space = hamiltonian.space
    forms: dict[str, Operator] = {
        "lowered": hamiltonian.on(space),
        "direct": TwoBodyOperator(
            hamiltonian.one_electron, hamiltonian.two_electron, hamiltonian.core_energy, space
        ),
    }
    if sum(space.nelec):
        forms["matrix"] = MatrixOperator(csr_array(pyscf_matrix(hamiltonian)))
    return forms


@pytest.mark.parametrize("spin_dependent", [False, True], ids=["restricted", "by spin"])
@pytest.mark.parametrize("nelec", SECTORS, ids=str)
def test_operator_on_determinants(
    nelec: tuple[int, int],
    spin_dependent: bool,
    random_integrals: MakeIntegrals,
    pyscf_matrix: PyscfMatrix,
) -> None:
    h1, h2 = random_integrals(3, 11)
    hamiltonian = Hamiltonian.from_integrals(h1, h2, nelec, core_energy=0.7)
    if spin_dependent:
        hamiltonian = split_spins(hamiltonian, rotation(3, 1), rotation(3, 2))
    space = hamiltonian.space
    dense = in_sector(dense_hamiltonian(hamiltonian), space)
    np.testing.assert_allclose(dense, dense.conj().T, atol=1e-13)
    for real in (False, True):
        state = random_state(space.size, seed=5, real=real)
        for name, operator in both_forms(hamiltonian, pyscf_matrix).items():
            error = np.abs(applied(operator, state) - dense @ state).max()
            assert error < 1e-11, (name, error)


def test_operator_on_another_sector_than_its_own(random_integrals: MakeIntegrals) -> None:
    hamiltonian = Hamiltonian.from_integrals(*random_integrals(3, 3), (1, 1), core_energy=0.1)
    space = Electrons(3, (2, 1))
    dense = in_sector(dense_hamiltonian(hamiltonian), space)
    state = random_state(space.size, seed=1)
    np.testing.assert_allclose(applied(hamiltonian.on(space), state), dense @ state, atol=1e-12)


def test_large_spaces_use_no_matrix(
    water: Hamiltonian, ch2: Hamiltonian, h4: Hamiltonian, pyscf_matrix: PyscfMatrix
) -> None:
    assert isinstance(h4.on(h4.space), MatrixOperator)
    assert isinstance(ch2.on(ch2.space), TwoBodyOperator)
    state = random_state(water.space.size, seed=2)
    forms = both_forms(water, pyscf_matrix)
    np.testing.assert_allclose(
        applied(forms["direct"], state), applied(forms["matrix"], state), atol=1e-9
    )


def test_matrix_is_an_observable(h4: Hamiltonian, pyscf_matrix: PyscfMatrix) -> None:
    matrix = pyscf_matrix(h4)
    state = random_state(h4.space.size, seed=2)
    image = applied(Matrix(matrix).on(h4.space), state)
    np.testing.assert_allclose(image, applied(h4.on(h4.space), state), atol=1e-12)
    lowest = np.linalg.eigvalsh(matrix)[0]
    assert qchem.fci(h4).value == pytest.approx(lowest, abs=1e-10)


@pytest.mark.parametrize("spin_dependent", [False, True], ids=["restricted", "by spin"])
def test_operator_on_qubits(spin_dependent: bool, random_integrals: MakeIntegrals) -> None:
    hamiltonian = Hamiltonian.from_integrals(*random_integrals(3, 4), (2, 1), core_energy=-0.4)
    if spin_dependent:
        hamiltonian = split_spins(hamiltonian, rotation(3, 5), rotation(3, 6))
    dense = dense_hamiltonian(hamiltonian)
    space = Qubits(6)
    state = random_state(space.size, seed=8)
    operator = hamiltonian.on(space)
    np.testing.assert_allclose(applied(operator, state), dense @ state, atol=1e-12)
    # Embedded states have the same image, and real ones stay real.
    inside = random_state(hamiltonian.space.size, seed=9)
    image = applied(operator, hamiltonian.space.embed(inside))
    expected = hamiltonian.space.embed(applied(hamiltonian.on(hamiltonian.space), inside))
    np.testing.assert_allclose(image, expected, atol=1e-12)
    assert operator.real


@pytest.mark.parametrize(
    "space", [Electrons(3, (1, 1)), Qubits(2), Qubits(5), Qubits(6), FlipSymmetric(4)], ids=str
)
def test_spaces_that_do_not_fit(space: Space, h2: Hamiltonian) -> None:
    with pytest.raises(SpaceError):
        h2.on(space)


# -- the Hubbard chain ---------------------------------------------------------------------


@pytest.mark.parametrize("repulsion", [0.0, 2.0, 8.0])
@pytest.mark.parametrize("nelec", [(2, 2), (2, 1), (1, 3)], ids=str)
def test_hubbard_chain(repulsion: float, nelec: tuple[int, int], pyscf_matrix: PyscfMatrix) -> None:
    from openfermion import fermi_hubbard, get_sparse_operator

    hamiltonian = hubbard(4, 1.0, repulsion, nelec)
    operator = fermi_hubbard(1, 4, 1.0, repulsion, periodic=False)
    sparse = get_sparse_operator(operator, n_qubits=8).toarray()
    space = hamiltonian.space
    basis = np.array([qchem.to_openfermion_order(row, space) for row in np.eye(space.size)])
    sector = basis @ sparse @ basis.T
    assert qchem.fci(hamiltonian).value == pytest.approx(np.linalg.eigvalsh(sector)[0], abs=1e-9)
    np.testing.assert_allclose(sector, in_sector(dense_hamiltonian(hamiltonian), space), atol=1e-12)
    np.testing.assert_allclose(pyscf_matrix(hamiltonian), sector.real, atol=1e-12)


def test_free_fermions_have_the_band_energy() -> None:
    levels = np.sort(-2 * np.cos(np.pi * np.arange(1, 5) / 5))
    assert qchem.fci(hubbard(4, 1.0, 0.0, (2, 2))).value == pytest.approx(
        2 * levels[:2].sum(), abs=1e-10
    )


def test_hubbard_dimer_has_its_closed_form() -> None:
    for repulsion in (1.0, 4.0, 20.0):
        expected = (repulsion - np.sqrt(repulsion**2 + 16)) / 2
        assert qchem.fci(hubbard(2, 1.0, repulsion, (1, 1))).value == pytest.approx(
            expected, abs=1e-10
        )


# -- unrestricted orbitals -----------------------------------------------------------------


def test_spin_dependent_rotation_leaves_the_spectrum(
    h3_doublet: Hamiltonian, pyscf_matrix: PyscfMatrix
) -> None:
    turned = split_spins(h3_doublet, rotation(3, 1), rotation(3, 2))
    assert not turned.restricted
    assert qchem.fci(turned).value == pytest.approx(qchem.fci(h3_doublet).value, abs=1e-10)
    expected = np.linalg.eigvalsh(pyscf_matrix(h3_doublet))
    found = np.linalg.eigvalsh(pyscf_matrix(turned))
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_unrestricted_hartree_fock_integrals() -> None:
    from pyscf import scf

    molecule = Molecule.from_atoms("H 0 0 0; H 0 0 1.2; H 0 0 2.2", spin=1)
    mol = molecule.to_pyscf()
    mean_field = scf.UHF(mol)
    mean_field.conv_tol = 1e-12
    mean_field.kernel()
    alpha, beta = mean_field.mo_coeff
    core = mean_field.get_hcore()

    def pair(left: Any, right: Any) -> Any:
        return np.einsum("pqrs,pi,qj,rk,sl->ijkl", mol.intor("int2e"), left, left, right, right)

    hamiltonian = Hamiltonian.from_integrals(
        (alpha.T @ core @ alpha, beta.T @ core @ beta),
        (pair(alpha, alpha), pair(alpha, beta), pair(beta, beta)),
        (2, 1),
        core_energy=mol.energy_nuc(),
    )
    assert hamiltonian.reference_energy == pytest.approx(mean_field.e_tot, abs=1e-9)
    for got, energies in zip(hamiltonian.fock, mean_field.mo_energy, strict=True):
        np.testing.assert_allclose(got, np.diag(energies), atol=1e-5)
    exact = qchem.fci(electronic_hamiltonian(molecule)).value
    assert qchem.fci(hamiltonian).value == pytest.approx(exact, abs=1e-9)
    result = qchem.vqe(hamiltonian, qchem.uccsd(hamiltonian))
    assert exact - 1e-9 <= result.value <= mean_field.e_tot
    for method in (qchem.mp2, qchem.cisd, qchem.ccsd, qchem.ccsd_t):
        with pytest.raises(InputError, match="same for both spins"):
            method(hamiltonian)
