"""Hartree-Fock, MP2, CISD, CCSD and CCSD(T) on the orbitals of a Hamiltonian.

All run PySCF on the integrals of the Hamiltonian, so they see the same active space as the
quantum circuits.  On open shells PySCF's MP2, CISD and CCSD are the unrestricted ones on ROHF
orbitals, and results say so.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from qminima.errors import InputError, MethodError
from qminima.result import Result

from ..hamiltonian import Hamiltonian
from .amplitudes import Amplitudes
from .full_ci import fci, reference_state_energy

if TYPE_CHECKING:
    from pyscf.scf.hf import SCF

# Denominators below this, in hartree, are taken for zero.
_SMALLEST_GAP = 1e-9

# Solvers that later methods build upon: CCSD(T) and amplitudes need the CCSD solution.
_ccsd_solutions: WeakKeyDictionary[Hamiltonian, tuple[Any, float]] = WeakKeyDictionary()


def hf(hamiltonian: Hamiltonian) -> Result:
    """Energy of the reference determinant; on Hartree-Fock orbitals the Hartree-Fock energy."""
    started = perf_counter()
    energy = hamiltonian.reference_energy
    properties = {"spin_square": _hf_spin(hamiltonian)} if hamiltonian.restricted else {}
    started -= hamiltonian.seconds
    return _result(hamiltonian, "HF", energy, started, properties=properties)


def mp2(hamiltonian: Hamiltonian) -> Result:
    """Second-order Møller-Plesset perturbation theory, its doubles part.

    Møller and Plesset, Phys. Rev. 46, 618 (1934).

    On open shells the ROHF orbitals are taken as they are, with the diagonals of the two Fock
    matrices as energies; singles, which ROHF-MP2 in other programs includes, are left out.
    """
    started = perf_counter()
    if _uncorrelated(hamiltonian):
        return _result(hamiltonian, "MP2", hamiltonian.reference_energy, started)
    from pyscf import mp

    solver = mp.MP2(_mean_field(hamiltonian))
    solver.kernel()
    return _result(hamiltonian, "MP2", solver.e_tot, started)


def cisd(hamiltonian: Hamiltonian) -> Result:
    """Configuration interaction with single and double excitations; variational.

    Pople, Seeger and Krishnan, Int. J. Quantum Chem. 12, 149 (1977).

    Raises:
        InputError: as `require_mean_field`.
    """
    started = perf_counter()
    if _uncorrelated(hamiltonian):
        return _result(hamiltonian, "CISD", _few_electron_energy(hamiltonian), started)
    from pyscf import ci

    solver = ci.CISD(_mean_field(hamiltonian))
    solver.conv_tol = 1e-10
    solver.max_cycle = 200
    solver.kernel()
    return _result(hamiltonian, "CISD", solver.e_tot, started, converged=bool(solver.converged))


def ccsd(hamiltonian: Hamiltonian) -> Result:
    """Coupled cluster with single and double excitations, with its T1 diagnostic.

    Purvis and Bartlett, J. Chem. Phys. 76, 1910 (1982).

    Raises:
        InputError: as `require_mean_field`.
        MethodError: if the equations diverge.
    """
    started = perf_counter()
    if _uncorrelated(hamiltonian):
        return _result(hamiltonian, "CCSD", _few_electron_energy(hamiltonian), started)
    solver, elapsed = _solve_ccsd(hamiltonian)
    return _result(
        hamiltonian,
        "CCSD",
        solver.e_tot,
        perf_counter() - elapsed,
        converged=bool(solver.converged),
        properties={"t1_diagnostic": _t1_diagnostic(ccsd_amplitudes(hamiltonian))},
    )


def ccsd_t(hamiltonian: Hamiltonian) -> Result:
    """CCSD with perturbative triples; its time includes that of CCSD. Not variational.

    Raghavachari, Trucks, Pople and Head-Gordon, Chem. Phys. Lett. 157, 479 (1989).

    Raises:
        InputError: as `require_mean_field`.
        MethodError: if the equations of CCSD diverge.
    """
    started = perf_counter()
    if _uncorrelated(hamiltonian):
        return _result(hamiltonian, "CCSD(T)", _few_electron_energy(hamiltonian), started)
    solver, elapsed = _solve_ccsd(hamiltonian)
    started = perf_counter() - elapsed
    triples = float(solver.ccsd_t()) if _has_triples(hamiltonian) else 0.0
    return _result(
        hamiltonian, "CCSD(T)", solver.e_tot + triples, started, converged=bool(solver.converged)
    )


def ccsd_amplitudes(hamiltonian: Hamiltonian) -> Amplitudes:
    """Singles and doubles of the CCSD solution; zero where there is nothing to correlate."""
    if _uncorrelated(hamiltonian):
        (na, nb), norb = hamiltonian.nelec, hamiltonian.norb
        va, vb = norb - na, norb - nb
        return Amplitudes(
            (np.zeros((na, va)), np.zeros((nb, vb))),
            (np.zeros((na, na, va, va)), np.zeros((na, nb, va, vb)), np.zeros((nb, nb, vb, vb))),
        )
    solver, _ = _solve_ccsd(hamiltonian)
    if isinstance(solver.t1, tuple):
        return Amplitudes(tuple(solver.t1), tuple(solver.t2))
    same_spin = solver.t2 - solver.t2.transpose(0, 1, 3, 2)
    return Amplitudes((solver.t1, solver.t1), (same_spin, solver.t2, same_spin))


def _solve_ccsd(hamiltonian: Hamiltonian) -> tuple[Any, float]:
    """The CCSD solver after its run, and the seconds that took."""
    if hamiltonian not in _ccsd_solutions:
        from pyscf import cc

        started = perf_counter()
        solver = cc.CCSD(_mean_field(hamiltonian))
        solver.conv_tol = 1e-10
        solver.conv_tol_normt = 1e-7
        solver.max_cycle = 300
        _iterate(solver)
        _ccsd_solutions[hamiltonian] = solver, perf_counter() - started
    return _ccsd_solutions[hamiltonian]


def _mean_field(hamiltonian: Hamiltonian) -> SCF:
    """A PySCF mean field whose orbitals are those of the integrals.

    Raises:
        InputError: as `require_mean_field`.
    """
    from pyscf import ao2mo, gto, scf

    require_mean_field(hamiltonian)
    norb, (na, nb) = hamiltonian.norb, hamiltonian.nelec
    mol = gto.M(verbose=0)
    mol.nelectron, mol.spin, mol.incore_anyway = na + nb, na - nb, True
    identity = np.eye(norb)
    occupation = np.array([np.arange(norb) < na, np.arange(norb) < nb], dtype=float)
    energies = np.array([np.diag(matrix) for matrix in hamiltonian.fock])
    if na == nb:
        mean_field = scf.RHF(mol)
        mean_field.mo_coeff = identity
        mean_field.mo_occ, mean_field.mo_energy = occupation.sum(axis=0), energies[0]
    else:
        mean_field = scf.UHF(mol)
        mean_field.mo_coeff = np.array([identity, identity])
        mean_field.mo_occ, mean_field.mo_energy = occupation, energies
    mean_field._eri = ao2mo.restore(8, hamiltonian.h2, norb)
    # PySCF asks for this attribute and, where it is missing, imports all of itself to find it.
    mean_field.with_df = None
    mean_field.get_hcore = lambda *_: hamiltonian.h1
    mean_field.get_ovlp = lambda *_: identity
    mean_field.energy_nuc = lambda *_: hamiltonian.core_energy
    mean_field.e_tot = hamiltonian.reference_energy
    mean_field.converged = True
    return mean_field


def _iterate(solver: Any) -> None:
    """Run PySCF's coupled-cluster iteration.

    Raises:
        MethodError: if it diverges.
    """
    from pyscf.lib.misc import ThreadRuntimeError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # overflows; the result is checked below
        try:
            solver.kernel()
        except (np.linalg.LinAlgError, AttributeError):
            # The extrapolation met a singular matrix, and some versions of PySCF then stumble
            # over the name of that error.
            solver.diis = False
            with suppress(ThreadRuntimeError):
                solver.kernel()
    if solver.e_corr is None or not np.isfinite(solver.e_tot):
        raise MethodError("the coupled-cluster equations diverged")


def require_mean_field(hamiltonian: Hamiltonian) -> None:
    """Refuse Hamiltonians that MP2, CISD and CCSD cannot start from.

    Raises:
        InputError: for spin-dependent integrals, integrals over complex orbitals, or no gap
            between occupied and empty orbitals.
    """
    if not hamiltonian.restricted:
        raise InputError(
            "MP2, CISD and CCSD take integrals that are the same for both spins; "
            "for spin-dependent ones use hf, fci or vqe"
        )
    if not hamiltonian.real_orbitals:
        raise InputError(
            "MP2, CISD and CCSD take integrals over real orbitals, (pq|rs) = (qp|rs); "
            "for those over complex ones use hf, fci or vqe"
        )
    if _uncorrelated(hamiltonian):
        return
    for matrix, count in zip(hamiltonian.fock, hamiltonian.nelec, strict=True):
        energies = np.diag(matrix)
        gaps = energies[None, count:] - energies[:count, None]
        if np.abs(gaps).min(initial=np.inf) < _SMALLEST_GAP:
            raise InputError(
                "MP2, CISD and CCSD need a gap between occupied and empty orbitals, which these "
                "have not; use hf, fci or vqe, or other orbitals"
            )


def _uncorrelated(hamiltonian: Hamiltonian) -> bool:
    """Whether there is no pair of electrons to correlate, or nowhere to excite it."""
    return sum(hamiltonian.nelec) < 2 or hamiltonian.space.size == 1


def _has_triples(hamiltonian: Hamiltonian) -> bool:
    """Whether three electrons can be excited at once.

    PySCF's triples also fail where one spin has no empty orbital at all; the ones that would be
    left there, of three electrons of the other spin, are not counted.
    """
    (na, nb), norb = hamiltonian.nelec, hamiltonian.norb
    if na == norb or nb == norb:
        return False
    return any(
        min(na, norb - na) >= alpha and min(nb, norb - nb) >= 3 - alpha for alpha in range(4)
    )


def _few_electron_energy(hamiltonian: Hamiltonian) -> float:
    """The exact energy, to which singles and doubles amount if `_uncorrelated`."""
    return reference_state_energy(fci(hamiltonian))


def _t1_diagnostic(amplitudes: Amplitudes) -> float:
    """Norm of the singles over the root of the number of electrons.

    Lee and Taylor, Int. J. Quantum Chem. S23, 199 (1989); T1 > 0.02 suggests multireference
    character.  Spins are averaged, which for closed shells is the original definition.
    """
    alpha, beta = amplitudes.t1
    electrons = len(alpha) + len(beta)
    return float(np.sqrt((np.sum(alpha**2) + np.sum(beta**2)) / 2 / electrons))


def _hf_spin(hamiltonian: Hamiltonian) -> float:
    """S(S+1) of the high-spin reference determinant."""
    spin = abs(hamiltonian.nelec[0] - hamiltonian.nelec[1]) / 2
    return spin * (spin + 1)


def _result(
    hamiltonian: Hamiltonian,
    method: str,
    energy: float,
    started: float,
    *,
    converged: bool = True,
    properties: dict[str, Any] | None = None,
    warnings: tuple[str, ...] = (),
) -> Result:
    open_shell = hamiltonian.nelec[0] != hamiltonian.nelec[1]
    settings = (
        {"orbitals": "unrestricted, on ROHF orbitals"}
        if open_shell and hamiltonian.restricted and method != "HF"
        else {}
    )
    return Result(
        method=method,
        kind="classical",
        value=float(energy),
        unit="hartree",
        problem=hamiltonian.describe(),
        seconds=perf_counter() - started,
        converged=converged,
        settings=settings,
        properties=properties or {},
        warnings=warnings if converged else ("did not converge; its energy means nothing",),
    )
