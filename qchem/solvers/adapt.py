"""ADAPT-VQE: an ansatz that grows by the generators with the largest derivatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from qminima.limits import Deadline
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import Interrupted
from simulator.kernels.kernel import compile_seconds
from simulator.lowering.planar import join, split
from simulator.operators.generator import Generator
from simulator.operators.pauli import PauliString
from simulator.optimize.minimize import TIME_LIMIT, Minimum, minimize
from simulator.optimize.minimize import Interrupted as MinimizationInterrupted
from simulator.pools.pauli_gradient import PauliGradient
from simulator.pools.pool_gradient import PoolGradient
from simulator.program import Expectation
from simulator.spaces import Electrons, Qubits
from simulator.timing import Stopwatch
from simulator.typing import Floats

from ..ansatz.pools import Pool
from ..hamiltonian import Hamiltonian
from ..properties.density import state_properties
from ..properties.resources import cnot_resources
from ..properties.spin import spin_warnings
from ..qubits.qubit_hamiltonian import QubitHamiltonian
from .adapt_record import AdaptRecord, AdaptStep, read_adapt_record
from .growth_options import GrowthLimits, Selection
from .growth_start import GrowthStart, checked_pool
from .selection import ROUNDING, selected
from .state_report import (
    ON_DETERMINANTS_ONLY,
    circuit_properties,
    electron_warnings,
    mean_electrons,
    state_spin,
)

CONVERGED = ("the norm of all derivatives is below the threshold", "the target was reached")


def adapt(  # long for its documentation; the body is short
    hamiltonian: Hamiltonian,
    pool: str | Pool | Sequence[Generator] = "singlet-gsd",
    *,
    symmetry: bool = True,
    select: str = "one",
    per_cnot: bool = False,
    least_share: float = 0.0,
    gradient_threshold: float = 1e-3,
    energy_threshold: float = 0.0,
    target: float | None = None,
    max_parameters: int | None = None,
    gradient_tolerance: float = 1e-6,
    time_limit: float | None = None,
    resume: Mapping[str, Any] | None = None,
    properties: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Grow an ansatz from a pool, one step after another.

        |psi_k> = exp(t_k A_k) ... exp(t_1 A_1) |reference>

    A step appends the generator A with the largest derivative 2 <H psi|A|psi> and optimises all
    parameters with BFGS, from where they were, and from what is known of the inverse Hessian.
    Grimsley et al., Nat. Commun. 10, 3007 (2019), arXiv:1812.11173; several disjoint generators in
    a step: Anastasiou et al., Phys. Rev. Res. 6, 013254 (2024); recycled Hessian: Ramôa et al.,
    Quantum Sci. Technol. 10, 015031 (2025), arXiv:2401.05172.

    With the pool "ceo" a coupled exchange is taken apart where more than one of the qubit
    excitations on its spin orbitals has a derivative: these are added, each with its parameter, at
    the CNOTs of one (DVG-CEO, arXiv:2407.08696).

    Pools of Pauli strings run on all 2^(2 norb) configurations of qubits, by the Jordan-Wigner
    mapping; all others on determinants.

    Args:
        hamiltonian: the problem.
        pool: a name of `qchem.ansatz.pools.POOLS`, or generators.
        symmetry: leave out generators that change the point-group symmetry of states, whose
            derivatives are zero, and the determinants that they alone would reach.
        select: "one" generator a step, or as many as act on "disjoint" spin orbitals, largest
            derivative first.
        per_cnot: rank generators by their derivative divided by their number of CNOTs.
        least_share: with "disjoint", further generators of a step need this share of the first
            one's derivative (or derivative per CNOT).
        gradient_threshold: stop when the norm of all derivatives is below, in hartree.
        energy_threshold: stop when a step lowers the energy by no more, in hartree.
        target: stop when the energy is at most this.
        max_parameters: stop before the ansatz has more.
        gradient_tolerance: of each optimisation, largest component, in hartree.
        time_limit: limit in seconds on the whole.
        resume: an earlier result's entry in a record (`Result.record()`), whose ansatz is where
            growth starts again, with its parameters. The inverse Hessian is not in it.
        properties: also compute occupations, dipole moment and charges of the state, as in
            `qchem.properties.density.state_properties`.
        progress: shows the energy while it falls.

    Returns:
        A result whose `steps` among the properties is a list of `AdaptStep` entries. It counts as
        converged only if the norm of the pool's derivatives fell below the threshold after an
        optimisation that converged, or the target was reached; a norm of zero at a stationary
        point says nothing about the energy.

    Raises:
        InputError: for an unknown pool or selection, limits out of range, `per_cnot` with a pool
            whose generators have no construction in `cnot_resources`, or a record to resume that
            is not of this Hamiltonian and pool.
        MemoryLimitError: if the state does not fit into memory.
        qminima.Interrupted: on Ctrl-C, with the best result so far.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> result = adapt(qchem.electronic_hamiltonian(molecule), "gsd")
    >>> print(f"{result.value:.6f}", *result.properties["steps"][0]["added"])
    -1.137284 0a 0b -> 1a 1b
    """
    selection = Selection(select, per_cnot, least_share)
    limits = GrowthLimits(
        gradient_threshold, energy_threshold, target, max_parameters, gradient_tolerance, time_limit
    )
    pool = checked_pool(hamiltonian, pool, per_cnot=per_cnot)
    record = None if resume is None else read_adapt_record(resume)
    deadline = Deadline(time_limit, uncounted=compile_seconds)
    growth = _Growth(
        hamiltonian, pool, selection, limits, progress or Progress(), symmetry=symmetry
    )
    if record is not None:
        growth.resume(record)
    try:
        reason = growth.run(deadline)
    except KeyboardInterrupt:
        if not growth.steps:
            raise
        raise Interrupted(growth.result("interrupted", more=properties)) from None
    return growth.result(reason, more=properties)


def _pool_gradient(start: GrowthStart) -> PauliGradient | PoolGradient:
    """Derivatives by all candidates and their parts."""
    if isinstance(start.space, Qubits):
        strings = [one for one in start.candidates if isinstance(one, PauliString)]
        return PauliGradient(strings, start.space)
    others = [one for one in start.candidates if not isinstance(one, PauliString)]
    assert isinstance(start.space, Electrons)  # noqa: S101 - the only other space of a start
    return PoolGradient([*others, *start.parts], start.space)


class _Growth:
    """An ansatz and its parameters while they grow."""

    def __init__(
        self,
        hamiltonian: Hamiltonian,
        pool: Pool,
        selection: Selection,
        limits: GrowthLimits,
        progress: Progress,
        *,
        symmetry: bool,
    ) -> None:
        self._watch = Stopwatch()
        self._hamiltonian, self._pool, self._selection = hamiltonian, pool, selection
        self._limits, self._progress, self._symmetry = limits, progress, symmetry
        self._from = start = GrowthStart.of(hamiltonian, pool, symmetry=symmetry)
        self._space, self._candidates = start.space, start.candidates
        self._gradient = _pool_gradient(start)
        self._operator = start.observable.on(self._space)
        self.chosen: list[Generator] = []
        self.parameters: Floats = np.zeros(0)
        self.steps: list[AdaptStep] = []
        self._inverse_hessian = np.zeros((0, 0))
        self._unfinished = ""  # why the last optimisation stopped early
        self._evaluations = 1
        self._seconds = 0.0  # that the last derivatives took
        self._energy = start.energy([])
        self.value = self._energy(self.parameters)
        self.history = [(1, self.value)]

    def resume(self, record: AdaptRecord) -> None:
        """Take over the ansatz of a record.

        Raises:
            InputError: if it is not one of this problem and pool.
        """
        self.chosen, self._energy, self.value = self._from.resumed(record)
        self.parameters = np.array(record.parameters)
        self._inverse_hessian = np.eye(len(self.chosen))
        self._evaluations += record.evaluations
        self._watch.add(record.seconds)
        self.history = [point for point in record.history if point[1] >= self.value - 1e-6]
        self.history = self.history or [(self._evaluations, self.value)]
        for step in record.steps:
            cnots, depth = cnot_resources(self.chosen[: step.parameters]) or (None, None)
            self.steps.append(replace(step, cnots=cnots, cnot_depth=depth))

    def run(self, deadline: Deadline) -> str:
        """Grow until there is a reason to stop; return it."""
        limits = self._limits
        target, most = limits.target, limits.max_parameters
        while True:
            if target is not None and self.value <= target:
                return CONVERGED[1]
            if not deadline.allows(self._seconds):
                return TIME_LIMIT
            clock = Stopwatch()
            gradients = self._gradients()
            self._seconds = clock()
            norm = float(np.linalg.norm(gradients[: len(self._candidates)]))
            if norm < max(limits.gradient_threshold, ROUNDING):
                return CONVERGED[0]
            added = list(selected(self._from, gradients, self._selection))
            if not added:  # many derivatives, each of them rounding
                return CONVERGED[0]
            if most is not None and len(self.chosen) + len(added) > most:
                return "no room for more parameters"
            before = self.value
            finished = self._grow(added, gradients, norm, deadline)
            if not finished:
                return TIME_LIMIT
            if before - self.value <= limits.energy_threshold:
                return "a step lowered the energy by no more than the threshold"

    def _gradients(self) -> Floats:
        """Derivatives by all candidates, and by their parts."""
        state = self._energy.state(self.parameters)
        psi = split(state, 2 if np.iscomplexobj(state) else 1, np.float64)
        image = np.empty_like(psi)
        self._operator.apply(psi, image)
        return self._gradient(state, join(image))

    def _grow(
        self, added: Sequence[Generator], gradients: Floats, norm: float, deadline: Deadline
    ) -> bool:
        """Append generators and optimise all parameters; False if time ended that early."""
        chosen = [*self.chosen, *added]
        count, old = len(chosen), len(self.parameters)
        hessian = np.eye(count)
        hessian[:old, :old] = self._inverse_hessian
        energy = self._from.energy(chosen)
        left = deadline.left()
        try:
            minimum = minimize(
                energy,
                np.append(self.parameters, np.zeros(count - old)),
                method="BFGS",
                gradient_tolerance=self._limits.gradient_tolerance,
                inverse_hessian=hessian,
                time_limit=max(left, 1e-3) if np.isfinite(left) else None,
                callback=self._report,
            )
        except MinimizationInterrupted as interrupt:
            if not interrupt.minimum.evaluations:
                raise KeyboardInterrupt from None
            self._accept(interrupt.minimum, energy, added, gradients, norm)
            raise KeyboardInterrupt from None
        self._inverse_hessian = (
            hessian if minimum.inverse_hessian is None else minimum.inverse_hessian
        )
        self._accept(minimum, energy, added, gradients, norm)
        return minimum.converged or not (deadline() or minimum.stop_reason == TIME_LIMIT)

    def _accept(
        self,
        minimum: Minimum,
        energy: Expectation,
        added: Sequence[Generator],
        gradients: Floats,
        norm: float,
    ) -> None:
        self._energy, self.parameters, self.value = energy, minimum.parameters, minimum.value
        self._unfinished = "" if minimum.converged else minimum.stop_reason
        self.chosen += added
        before = self._evaluations
        self._evaluations += minimum.evaluations
        self.history += [
            (before + count, value)
            for count, value in minimum.history
            if value < self.history[-1][1]
        ]
        cnots, depth = cnot_resources(self.chosen) or (None, None)
        self.steps.append(
            AdaptStep(
                tuple(map(str, added)), self.value,
                float(np.abs(gradients[: len(self._candidates)]).max()), norm,
                len(self.chosen), self._evaluations, cnots, depth,
            )
        )  # fmt: skip

    def _report(self, count: int, value: float) -> None:
        self._progress.note(
            f"{len(self.parameters)} parameters and more, {value:.6f} hartree, "
            f"{self._evaluations + count} energies"
        )

    def result(self, reason: str, *, more: bool) -> Result:
        """The ansatz so far; `more` adds properties of its state on determinants."""
        # The target counts however it was reached.
        unfinished = self._unfinished if reason != CONVERGED[1] else ""
        warnings = self._warnings(reason, unfinished)
        properties, strange = self._properties()
        warnings += strange or spin_warnings(properties, self._hamiltonian.nelec)
        if more and isinstance(self._space, Electrons):
            state = self._energy.state(self.parameters)
            properties |= state_properties(self._hamiltonian, state, self._space)
        elif more:
            warnings.append(ON_DETERMINANTS_ONLY)
        properties |= circuit_properties(self._energy.circuit)
        return Result(
            method=f"ADAPT-VQE ({self._pool.name})",
            kind="quantum",
            value=self.value,
            unit="hartree",
            problem=self._hamiltonian.describe(),
            seconds=self._watch(),
            evaluations=self._evaluations,
            converged=reason in CONVERGED and not unfinished and not strange,
            settings=self._settings(),
            parameters=[float(p) for p in self.parameters],
            circuit=self._energy.circuit,
            history=self.history,
            stop_reason=reason,
            warnings=warnings,
            properties=properties,
        )

    def _warnings(self, reason: str, unfinished: str) -> list[str]:
        if reason not in CONVERGED:
            return [f"not converged ({reason})"]
        if unfinished:
            return [f"the last optimisation did not converge ({unfinished})"]
        if not self.steps and reason == CONVERGED[0]:
            return [
                "no generator has a derivative at the start, so this is the energy of the start"
            ]
        return []

    def _properties(self) -> tuple[dict[str, Any], list[str]]:
        """Steps, spin and electrons, and warnings if these are not the molecule's electrons."""
        found: dict[str, Any] = {"steps": [step.entry() for step in self.steps]}
        found |= state_spin(self._energy, self.parameters, self._from.observable)
        if not isinstance(self._from.observable, QubitHamiltonian):
            return found, []
        electrons = mean_electrons(self._from.observable, self._energy.circuit, self.parameters)
        found["electrons"] = electrons
        return found, electron_warnings(electrons, self._hamiltonian.nelec)

    def _settings(self) -> dict[str, Any]:
        """The settings as stored in records."""
        return {
            "pool": self._pool.name,
            "pool_size": len(self._pool),
            "symmetry": self._symmetry,
            "pool_size_of_symmetry": len(self._candidates),
            **vars(self._selection),
            "parameters": len(self.chosen),
            "state_size": self._space.size,
            "optimizer": "BFGS",
            **vars(self._limits),
        }
