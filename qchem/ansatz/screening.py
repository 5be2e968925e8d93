"""Leaving out excitations that cannot matter, and determinants that nothing reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from qminima.errors import InputError, check_name
from simulator.circuit import BasisState, Circuit, Step
from simulator.operators.generators import Excitation, OrbitalRotation
from simulator.operators.ladder_sum import LadderSum
from simulator.spaces import Electrons

from ..classical.amplitudes import Amplitudes
from ..hamiltonian import Hamiltonian
from ..solving.options import check_threshold
from .starting_parameters import initial_parameters

_AMPLITUDES = ("mp2", "ccsd")

Screened = Excitation | OrbitalRotation | LadderSum


def screen(  # long for its documentation
    circuit: Circuit,
    hamiltonian: Hamiltonian,
    *,
    symmetry: bool = True,
    threshold: float | None = None,
    amplitudes: str = "mp2",
) -> Circuit:
    """The circuit without excitations that symmetry forbids or that are estimated to be small.

    An excitation whose orbitals do not combine to the totally symmetric representation has a
    derivative of exactly zero on every state of the reference's symmetry, so that from such a
    start an optimiser never moves it. Without these, the state never leaves that symmetry
    either, and the circuit acts on the determinants of this symmetry alone: in D2h an eighth
    of all, at an eighth of the memory and time.

    Args:
        circuit: excitations of a determinant, on `Electrons`, and rotations of orbitals.
        hamiltonian: where the labels of orbitals (`Hamiltonian.orbital_symmetry`) are from.
        symmetry: whether to screen by symmetry; False leaves the space as it is.
        threshold: leave out excitations whose classical amplitude is smaller, if given: doubles,
            and singles with "ccsd" (those of MP2 vanish on Hartree-Fock orbitals, however much
            singles matter later). Others have no estimate and stay.
        amplitudes: "mp2" or "ccsd".

    Returns:
        A circuit of the same name. Steps that no parameter turns stay as they are. Parameters
        that no step uses any more are gone, the others keep their order.

    Raises:
        InputError: if the circuit is not of that kind or not for this Hamiltonian, a threshold
            is below zero or nothing can be compared with it, or a step of the wrong symmetry
            cannot be left out because its angle is not free to stay zero (it is fixed, or shares
            a parameter with an allowed step).

    >>> import qchem
    >>> atoms = "; ".join(f"H 0 0 {position}" for position in range(4))
    >>> hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(atoms))
    >>> circuit = qchem.uccsd(hamiltonian)
    >>> screened = screen(circuit, hamiltonian)
    >>> circuit.num_parameters, circuit.space.size
    (26, 36)
    >>> screened.num_parameters, screened.space.size
    (14, 20)
    """
    space, initial = circuit.space, circuit.initial_state
    generators = [step.generator for step in circuit.steps if isinstance(step.generator, Screened)]
    if (
        not isinstance(space, Electrons)
        or not isinstance(initial, BasisState)
        or not screenable(circuit)
    ):
        raise InputError(
            "screening needs a circuit of excitations that act on a determinant of Electrons"
        )
    check_threshold(threshold)
    check_name("kind of amplitudes", amplitudes, _AMPLITUDES)
    if (space.norb, space.nelec) != (hamiltonian.norb, hamiltonian.nelec):
        raise InputError(f"expected a circuit on {hamiltonian.space}, got one on {space}")
    keep = np.ones(len(generators), dtype=bool)
    if symmetry and any(hamiltonian.orbital_symmetry):
        space = symmetric_space(space, initial.configuration, hamiltonian.orbital_symmetry)
        keep &= np.array([keeps_symmetry(one, space) for one in generators], dtype=bool)
        _check_free(circuit.steps, keep)
    if threshold is not None:
        keep &= _large(circuit, hamiltonian, threshold, amplitudes)
    steps = [step for step, kept in zip(circuit.steps, keep, strict=True) if kept]
    return Circuit(space, initial, _renumbered(steps), name=circuit.name)


def _large(
    circuit: Circuit, hamiltonian: Hamiltonian, threshold: float, amplitudes: str
) -> NDArray[np.bool_]:
    """Which steps have no estimated amplitude or one from the threshold on, shape (steps,).

    Raises:
        InputError: if no step has an estimate.
    """
    ranks = (2,) if amplitudes == "mp2" else (1, 2)
    estimated = [
        bool(step.coefficients)
        and isinstance(step.generator, Excitation)
        and len(step.generator.alpha[0] + step.generator.beta[0]) in ranks
        and Amplitudes.cover(step.generator, hamiltonian.nelec)
        for step in circuit.steps
    ]
    if not any(estimated):
        raise InputError(
            f"a threshold needs excitations with {amplitudes} amplitudes, and {circuit.name} has "
            "none; leave it out"
        )
    params = initial_parameters(hamiltonian, circuit, amplitudes)
    return ~np.array(estimated, dtype=bool) | (np.abs(circuit.angles(params)) >= threshold)


def screenable(circuit: Circuit) -> bool:
    """Whether a circuit consists of excitations that act on a determinant."""
    return (
        isinstance(circuit.space, Electrons)
        and isinstance(circuit.initial_state, BasisState)
        and all(isinstance(step.generator, Screened) for step in circuit.steps)
    )


def symmetric_space(space: Electrons, configuration: int, labels: tuple[int, ...]) -> Electrons:
    """The determinants that have the symmetry of one of them."""
    alpha, beta = (
        [orbital for orbital in range(space.norb) if configuration >> orbital + shift & 1]
        for shift in (0, space.norb)
    )
    space = replace(space, orbital_symmetry=labels, irrep=0)
    return replace(space, irrep=space.label(alpha + beta))


def _check_free(steps: Sequence[Step], keep: NDArray[np.bool_]) -> None:
    """Refuse to leave out steps whose angles something else moves from zero."""
    allowed = {p for step, kept in zip(steps, keep, strict=True) if kept
               for p, _ in step.coefficients}  # fmt: skip
    for step, kept in zip(steps, keep, strict=True):
        turned = step.offset or not step.coefficients
        if not kept and (turned or any(p in allowed for p, _ in step.coefficients)):
            raise InputError(
                f"the step {step} changes the symmetry of states and cannot be left out, because "
                "its angle does not stay zero by itself; screen with symmetry=False"
            )


def keeps_symmetry(generator: Screened, space: Electrons) -> bool:
    """Whether a generator leaves states in their symmetry.

    Raises:
        InputError: if it needs more orbitals than there are.
    """
    if isinstance(generator, LadderSum):
        products = [tuple(o.orbital for o in product) for product, _ in generator.terms]
    else:
        parts = generator.excitations[0]
        products = [sum(parts.alpha + parts.beta, ())]
    if max((max(orbitals, default=-1) for orbitals in products), default=-1) >= space.norb:
        raise InputError(f"{generator} needs more orbitals than {space} has")
    return not any(space.label(orbitals) for orbitals in products)


def _renumbered(steps: list[Step]) -> tuple[Step, ...]:
    """The steps with parameters numbered without gaps."""
    used = sorted({parameter for step in steps for parameter, _ in step.coefficients})
    number = {parameter: new for new, parameter in enumerate(used)}
    return tuple(
        replace(step, coefficients=tuple((number[p], c) for p, c in step.coefficients))
        for step in steps
    )
