"""The variational quantum eigensolver, on the exact state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from qminima.errors import InputError, check_name, shorten
from qminima.limits import Deadline, check_count, check_seed
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import Interrupted
from simulator.circuit import Circuit
from simulator.kernels.kernel import compile_seconds
from simulator.memory import require_memory
from simulator.objectives.objective import Mean
from simulator.optimize.methods import METHODS
from simulator.optimize.minimize import Minimum
from simulator.optimize.multi_start import Limits, Minima, minimize_from
from simulator.optimize.rotosolve import check_rotosolve
from simulator.program import Expectation, predict_memory
from simulator.spaces import Electrons, Qubits
from simulator.timing import Stopwatch
from simulator.typing import Floats

from ..ansatz.starting_parameters import initial_parameters
from ..classical.post_hartree_fock import require_mean_field
from ..hamiltonian import Hamiltonian
from ..properties.density import state_properties
from ..properties.spin import spin_warnings
from ..qubits.qubit_hamiltonian import QubitHamiltonian
from ..solving.options import STARTS
from .state_report import (
    ON_DETERMINANTS_ONLY,
    circuit_properties,
    electron_warnings,
    electrons_of,
    mean_electrons,
    state_spin,
)

# Time that has to be left for another energy, in units of the one before; properties take a part.
_HEADROOM = 1.5


@dataclass(frozen=True)
class Search:
    """How the parameters of a circuit are optimised; attributes as the arguments of `vqe`.

    Raises:
        InputError: for an unknown optimiser, or numbers out of range.
    """

    optimizer: str = "L-BFGS-B"
    gradient_tolerance: float = 1e-6
    restarts: int = 0
    spread: float = 0.1
    max_evaluations: int | None = None
    time_limit: float | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        check_name("optimiser", self.optimizer, METHODS)
        if self.max_evaluations is not None:
            check_count("max_evaluations", self.max_evaluations)
        Deadline(self.time_limit)
        if not self.gradient_tolerance > 0:
            raise InputError(
                f"expected a gradient tolerance above zero, got {self.gradient_tolerance}"
            )
        if self.restarts:
            check_count("restarts", self.restarts)
        if not 0 < self.spread < np.inf:
            raise InputError(f"expected a spread above zero, got {self.spread}")
        check_seed(self.seed)

    def settings(self, start: str | ArrayLike) -> dict[str, Any]:
        """The settings as stored in records."""
        at_random = self.restarts or self.optimizer == "SPSA" or _is_random(start)
        return {
            "start": start if isinstance(start, str) else "given",
            "optimizer": self.optimizer,
            "gradient_tolerance": self.gradient_tolerance,
            "max_evaluations": self.max_evaluations,
            "time_limit": self.time_limit,
            **({"restarts": self.restarts, "spread": self.spread} if self.restarts else {}),
            **({"seed": self.seed} if at_random else {}),
        }


def vqe(  # long for its documentation; the body is short
    hamiltonian: Hamiltonian | QubitHamiltonian,
    circuit: Circuit,
    *,
    start: str | ArrayLike = "mp2",
    restarts: int = 0,
    spread: float = 0.1,
    seed: int | None = None,
    optimizer: str = "L-BFGS-B",
    gradient_tolerance: float = 1e-6,
    max_evaluations: int | None = None,
    time_limit: float | None = None,
    properties: bool = False,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Result:
    """Minimise the energy of a circuit: the variational quantum eigensolver.

        E = min over t of <psi(t)|H|psi(t)>

    Peruzzo et al., Nat. Commun. 5, 4213 (2014), arXiv:1304.3061.

    Args:
        hamiltonian: the problem, of electrons or on qubits.
        circuit: the ansatz, on determinants or on qubits. A circuit of excitations for a
            `QubitHamiltonian` is mapped to its qubits.
        start: "mp2", "ccsd" or "zero" (see `initial_parameters`), "random" (uniform between -pi/2
            and pi/2), or the parameters, such as those of `ucj_start` and `ramp_start`: circuits
            without excitations have nothing of "mp2" and "ccsd", and are stationary at zero.
        restarts: number of further minimisations, from the start with normal deviates of width
            `spread` added, or at random again. The lowest energy is the result; `runs` among its
            properties lists all.
        spread: standard deviation of the starts of restarts, in radians.
        seed: of random starts and of SPSA.
        optimizer: one of `simulator.optimize.methods.METHODS`.
        gradient_tolerance: largest component of the gradient at convergence, in hartree.
        max_evaluations: limit on energies computed, of all runs together.
        time_limit: limit in seconds, of all runs together. At least one energy is computed.
        properties: also compute occupations, dipole moment and charges of a state on determinants,
            as in `qchem.properties.density.state_properties`.
        settings: further entries of `settings` in the record, such as how the circuit was screened.
        progress: shows the energy while it falls.

    Returns:
        A result whose value is an energy in hartree that the circuit reaches, with
        `spin_square` and `spin_contamination`, its difference from S(S+1), among its properties,
        and a warning where that is not small; on qubits `electrons`, and with others than the
        molecule's it does not count as converged. Its time leaves out the loading of kernels, as
        that of the classical methods leaves out the loading of libraries.

    Raises:
        InputError: for an unknown start or optimiser, an optimiser that does not fit the circuit,
            or limits that are not above zero.
        MemoryLimitError: if the state does not fit into memory.
        qminima.Interrupted: on Ctrl-C, with the best result so far.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> hamiltonian = qchem.electronic_hamiltonian(molecule)
    >>> result = vqe(hamiltonian, qchem.uccsd(hamiltonian))
    >>> print(f"{result.value:.6f}", result.converged)
    -1.137284 True
    """
    watch = Stopwatch()
    search = Search(
        optimizer, gradient_tolerance, restarts, spread, max_evaluations, time_limit, seed
    )
    problem, qubit_circuit = _on_one_space(hamiltonian, circuit)
    _check_fits(qubit_circuit, optimizer)
    deadline = Deadline(time_limit, uncounted=compile_seconds)
    energy = Expectation(qubit_circuit, problem)
    starts = _starts(problem, circuit, start, search)
    # Of large circuits this takes a while, so it is done before the time limit is used up.
    counts = circuit_properties(qubit_circuit)
    report = progress or Progress()
    minima = minimize_from(
        energy,
        starts,
        method=optimizer,
        gradient_tolerance=gradient_tolerance,
        limits=Limits(max_evaluations, deadline, _HEADROOM),
        callback=lambda count, value: report.note(f"{value:.6f} hartree, {count} energies"),
        seed=seed,
    )
    found = {**_properties(energy, minima, problem), **counts}
    if restarts:
        found["runs"] = _runs(minima)
    result = _result(energy, problem, minima, found, more=properties)
    result = replace(
        result,
        settings={**result.settings, **search.settings(start), **(settings or {})},
        seconds=watch(),
    )
    if minima.interrupted:
        raise Interrupted(result)
    return result


def check_vqe(
    hamiltonian: Hamiltonian | QubitHamiltonian,
    circuit: Circuit,
    *,
    start: str = "mp2",
    optimizer: str = "L-BFGS-B",
) -> None:
    """Refuse at once what `vqe` would refuse of these arguments when it runs.

    Raises:
        InputError: as `vqe`, and for a start from CCSD amplitudes that cannot be computed.
        MemoryLimitError: as `vqe`.
    """
    check_name("optimiser", optimizer, METHODS)
    check_name("start", start, STARTS)
    if start == "ccsd":
        require_mean_field(electrons_of(hamiltonian))
    if isinstance(hamiltonian, QubitHamiltonian) and isinstance(circuit.space, Electrons):
        circuit = hamiltonian.circuit(circuit)
    _check_fits(circuit, optimizer)
    require_memory(
        predict_memory(circuit, objective=Mean(hamiltonian), gradient=False),
        f"{circuit.name} on {circuit.space}",
        "choose an active space",
    )


def _on_one_space(
    hamiltonian: Hamiltonian | QubitHamiltonian, circuit: Circuit
) -> tuple[Hamiltonian | QubitHamiltonian, Circuit]:
    """Both on qubits where one of them is."""
    if isinstance(hamiltonian, Hamiltonian) and isinstance(circuit.space, Qubits):
        hamiltonian = QubitHamiltonian(hamiltonian)
    if isinstance(hamiltonian, QubitHamiltonian) and isinstance(circuit.space, Electrons):
        circuit = hamiltonian.circuit(circuit)
    return hamiltonian, circuit


def _check_fits(circuit: Circuit, optimizer: str) -> None:
    """Raise `InputError` for an optimiser that cannot take the circuit."""
    if optimizer == "Rotosolve" and circuit.num_parameters:
        try:
            check_rotosolve(circuit)
        except ValueError as error:
            raise InputError(str(error)) from None


def _is_random(start: str | ArrayLike) -> bool:
    return isinstance(start, str) and start == "random"


def _starts(
    hamiltonian: Hamiltonian | QubitHamiltonian,
    circuit: Circuit,
    start: str | ArrayLike,
    search: Search,
) -> Iterator[Floats]:
    """The first parameters, and those of the restarts."""
    random = np.random.default_rng(search.seed)
    count = circuit.num_parameters

    def uniform() -> Floats:
        return random.uniform(-np.pi / 2, np.pi / 2, count)

    if _is_random(start):
        return (uniform() for _ in range(search.restarts + 1))
    first = (
        initial_parameters(electrons_of(hamiltonian), circuit, start)
        if isinstance(start, str)
        else _check_parameters(start, count)
    )
    widths = (0.0, *[search.spread] * search.restarts)
    return (first + random.normal(scale=width, size=count) if width else first for width in widths)


def _warnings(minimum: Minimum, circuit: Circuit) -> list[str]:
    if not minimum.converged:
        return [f"not converged ({minimum.stop_reason})"]
    if not circuit.num_parameters:
        return ["no parameter is left to optimise: this is the initial state's energy"]
    if minimum.evaluations == 1:
        return ["the start is a stationary point, so this is the energy of the start"]
    return []


def _check_parameters(start: ArrayLike, count: int) -> Floats:
    try:
        params = np.asarray(start, dtype=float)
    except (TypeError, ValueError):
        params = np.empty(0)
    if params.shape != (count,) or not np.isfinite(params).all():
        raise InputError(f"expected {count} parameters, finite numbers, got {shorten(start)}")
    return params


def _properties(
    energy: Expectation, minima: Minima, hamiltonian: Hamiltonian | QubitHamiltonian
) -> dict[str, Any]:
    """Gradient, spin and electrons of the best state, and all runs where there are several."""
    best = minima.best
    found: dict[str, Any] = {"gradient_norm": best.gradient_norm}
    found |= state_spin(energy, best.parameters, hamiltonian)
    if isinstance(hamiltonian, QubitHamiltonian):
        found["electrons"] = mean_electrons(hamiltonian, energy.circuit, best.parameters)
    return found


def _runs(minima: Minima) -> list[dict[str, Any]]:
    """Each run as stored in records."""
    return [
        {
            "value": run.value,
            "evaluations": run.evaluations,
            "converged": run.converged,
            "parameters": [float(p) for p in run.parameters],
        }
        for run in minima.runs
    ]


def _result(
    energy: Expectation,
    hamiltonian: Hamiltonian | QubitHamiltonian,
    minima: Minima,
    found: dict[str, Any],
    *,
    more: bool,
) -> Result:
    """The best run; `found` are its properties, `more` adds those of a state on determinants."""
    best, circuit = minima.best, energy.circuit
    warnings, strange = _warnings(best, circuit), list[str]()
    if more and isinstance(circuit.space, Electrons) and isinstance(hamiltonian, Hamiltonian):
        state = energy.state(best.parameters)
        found = found | state_properties(hamiltonian, state, circuit.space)
    elif more:
        warnings.append(ON_DETERMINANTS_ONLY)
    if isinstance(hamiltonian, QubitHamiltonian):
        strange = electron_warnings(found["electrons"], hamiltonian.hamiltonian.nelec)
        warnings += strange
    if not strange:
        warnings += spin_warnings(found, electrons_of(hamiltonian).nelec)
    return Result(
        method=f"{circuit.name}-VQE",
        kind="quantum",
        value=best.value,
        unit="hartree",
        problem=hamiltonian.describe(),
        seconds=0.0,
        evaluations=minima.evaluations,
        converged=best.converged and not strange,
        settings={
            "ansatz": circuit.name,
            "parameters": circuit.num_parameters,
            "state_size": circuit.space.size,
        },
        parameters=[float(p) for p in best.parameters],
        circuit=circuit,
        history=list(minima.history),
        stop_reason=strange[0] if best.converged and strange else best.stop_reason,
        warnings=warnings,
        properties=found,
    )
