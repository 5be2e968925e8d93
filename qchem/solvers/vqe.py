"""The variational quantum eigensolver, on the exact state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qminima.errors import InputError, shorten, unknown_name
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

from ..ansatz.starting_parameters import initial_parameters
from ..classical.post_hartree_fock import require_mean_field
from ..hamiltonian import Hamiltonian
from ..options import STARTS
from ..properties.density import state_properties
from ..properties.resources import circuit_resources
from ..properties.spin import spin_properties, spin_square, spin_warnings
from ..qubits.qubit_hamiltonian import QubitHamiltonian

# What has to fit into the time for another energy, in units of the one before: it, and properties.
_HEADROOM = 1.5

ON_DETERMINANTS_ONLY = "properties are told of states on determinants only, not of this on qubits"


def vqe(
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
    """Minimise the energy of a circuit.

    Args:
        hamiltonian: the problem, of electrons or on qubits.
        circuit: the ansatz, on determinants or on qubits. A circuit of excitations for a
            `QubitHamiltonian` is brought to its qubits.
        start: "mp2", "ccsd" or "zero" (see `initial_parameters`), "random" (uniform between -pi/2
            and pi/2), or the parameters, such as those of `ucj_start` and `ramp_start`: circuits
            without excitations have nothing of "mp2" and "ccsd", and are stationary at zero.
        restarts: how many further minimisations start elsewhere: from the start with normal
            deviates of width `spread` added, or at random again. The lowest counts, and `runs`
            among the properties of the result tells of all.
        spread: of restarts, in radians.
        seed: of what is random.
        optimizer: one of `simulator.optimize.methods.METHODS`.
        gradient_tolerance: largest component of the gradient at convergence, in hartree.
        max_evaluations: limit on energies computed, of all runs together.
        time_limit: limit in seconds, of all runs together. At least one energy is computed.
        properties: also compute those of a state on determinants, as in
            `qchem.properties.density.state_properties`.
        settings: more of what the record is to say, such as how the circuit was screened.
        progress: told the energy as it falls.

    Returns:
        A result whose value is an energy in hartree that the circuit does reach, with
        `spin_square` and `spin_contamination`, its difference from S(S+1), among its properties,
        and a warning where that is not small; on qubits `electrons`, and with others than the
        molecule's it does not count as converged. Its time leaves out the loading of kernels, as
        that of the classical methods leaves out the loading of libraries.

    Raises:
        InputError: for an unknown start or optimiser, or limits that are not above zero.
        MemoryLimitError: if the state does not fit into memory.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    watch = Stopwatch()
    progress = progress or Progress()
    if optimizer not in METHODS:
        raise unknown_name("optimiser", optimizer, METHODS)
    if max_evaluations is not None:
        check_count("max_evaluations", max_evaluations)
    deadline = Deadline(time_limit, uncounted=compile_seconds)
    if not gradient_tolerance > 0:
        raise InputError(f"expected a gradient tolerance above zero, got {gradient_tolerance}")
    if restarts:
        check_count("restarts", restarts)
    if not 0 < spread < np.inf:
        raise InputError(f"expected a spread above zero, got {spread}")
    check_seed(seed)
    random = np.random.default_rng(seed)
    given_at_random = isinstance(start, str) and start == "random"
    given = circuit
    if isinstance(hamiltonian, Hamiltonian) and isinstance(circuit.space, Qubits):
        hamiltonian = QubitHamiltonian(hamiltonian)
    if isinstance(hamiltonian, QubitHamiltonian) and isinstance(circuit.space, Electrons):
        circuit = hamiltonian.circuit(circuit)
    energy = Expectation(circuit, hamiltonian)
    first = _first_parameters(hamiltonian, given, start, random)
    recorded = {
        "ansatz": circuit.name,
        "parameters": circuit.num_parameters,
        "state_size": circuit.space.size,
        "start": start if isinstance(start, str) else "given",
        "optimizer": optimizer,
        "gradient_tolerance": gradient_tolerance,
        "max_evaluations": max_evaluations,
        "time_limit": time_limit,
        **({"restarts": restarts, "spread": spread} if restarts else {}),
        **({"seed": seed} if restarts or optimizer == "SPSA" or given_at_random else {}),
        **(settings or {}),
    }
    # Of large circuits this takes a while, for which nobody should wait in the end.
    counted = circuit_properties(circuit)

    def finish(minima: Minima) -> Result:
        best = minima.best
        warnings, strange = _warnings(best, circuit), list[str]()
        found = _properties(energy, best, hamiltonian)
        found |= counted
        if properties and isinstance(hamiltonian, Hamiltonian):
            assert isinstance(circuit.space, Electrons)  # noqa: S101 - others are on qubits above
            state = energy.state(best.parameters)
            found |= state_properties(hamiltonian, state, circuit.space)
        elif properties:
            warnings.append(ON_DETERMINANTS_ONLY)
        if isinstance(hamiltonian, QubitHamiltonian):
            strange = electron_warnings(found["electrons"], hamiltonian.hamiltonian.nelec)
            warnings += strange
        if not strange:
            warnings += spin_warnings(found, electrons_of(hamiltonian).nelec)
        if restarts:
            found["runs"] = [
                {
                    "value": run.value, "evaluations": run.evaluations,
                    "converged": run.converged, "parameters": [float(p) for p in run.parameters],
                }
                for run in minima.runs
            ]  # fmt: skip
        return Result(
            method=f"{circuit.name}-VQE",
            kind="quantum",
            value=best.value,
            unit="hartree",
            problem=hamiltonian.describe(),
            seconds=watch(),
            evaluations=minima.evaluations,
            converged=best.converged and not strange,
            settings=recorded,
            parameters=[float(p) for p in best.parameters],
            circuit=circuit,
            history=list(minima.history),
            stop_reason=strange[0] if best.converged and strange else best.stop_reason,
            warnings=warnings,
            properties=found,
        )

    def starts() -> Iterator[NDArray[np.float64]]:
        yield first
        for _ in range(restarts):
            if given_at_random:
                yield _first_parameters(hamiltonian, circuit, start, random)
            else:
                yield first + random.normal(scale=spread, size=len(first))

    try:
        minima = minimize_from(
            energy,
            starts(),
            method=optimizer,
            gradient_tolerance=gradient_tolerance,
            limits=Limits(max_evaluations, deadline, _HEADROOM),
            callback=lambda count, value: progress.note(f"{value:.6f} hartree, {count} energies"),
            seed=seed,
        )
    except ValueError as error:  # an optimiser that does not fit the circuit
        raise InputError(str(error)) from None
    result = finish(minima)
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
    if optimizer not in METHODS:
        raise unknown_name("optimiser", optimizer, METHODS)
    if start not in STARTS:
        raise unknown_name("start", start, STARTS)
    if start == "ccsd":
        require_mean_field(electrons_of(hamiltonian))
    if isinstance(hamiltonian, QubitHamiltonian) and isinstance(circuit.space, Electrons):
        circuit = hamiltonian.circuit(circuit)
    if optimizer == "Rotosolve":
        try:
            check_rotosolve(circuit)
        except ValueError as error:
            raise InputError(str(error)) from None
    require_memory(
        predict_memory(circuit, objective=Mean(hamiltonian), gradient=False),
        f"{circuit.name} on {circuit.space}",
        "choose an active space",
    )


def _first_parameters(
    hamiltonian: Hamiltonian | QubitHamiltonian,
    circuit: Circuit,
    start: str | ArrayLike,
    random: np.random.Generator,
) -> NDArray[np.float64]:
    if not isinstance(start, str):
        return _check_parameters(start, circuit.num_parameters)
    if start == "random":
        return random.uniform(-np.pi / 2, np.pi / 2, circuit.num_parameters)
    return initial_parameters(electrons_of(hamiltonian), circuit, start)


def electrons_of(hamiltonian: Hamiltonian | QubitHamiltonian) -> Hamiltonian:
    """The Hamiltonian of the electrons."""
    return hamiltonian.hamiltonian if isinstance(hamiltonian, QubitHamiltonian) else hamiltonian


def _warnings(minimum: Minimum, circuit: Circuit) -> list[str]:
    if not minimum.converged:
        return [f"not converged ({minimum.stop_reason})"]
    if not circuit.num_parameters:
        return ["no parameter is left to optimise: this is the initial state's energy"]
    if minimum.evaluations == 1:
        return ["the start is a stationary point, so this is the energy of the start"]
    return []


def _check_parameters(start: ArrayLike, count: int) -> NDArray[np.float64]:
    try:
        params = np.asarray(start, dtype=float)
    except (TypeError, ValueError):
        params = np.empty(0)
    if params.shape != (count,) or not np.isfinite(params).all():
        raise InputError(f"expected {count} parameters, finite numbers, got {shorten(start)}")
    return params


def electron_warnings(electrons: Sequence[float], nelec: tuple[int, int]) -> list[str]:
    """What to say of a state on qubits that is none of the molecule's electrons."""
    apart = max(abs(found - wanted) for found, wanted in zip(electrons, nelec, strict=True))
    if apart < 1e-2:
        return []
    text = f"{electrons[0]:.3f} alpha and {electrons[1]:.3f} beta electrons"
    return [f"the state has {text} on average, so that its energy is not one of the molecule"]


def _properties(
    energy: Expectation, minimum: Minimum, hamiltonian: Hamiltonian | QubitHamiltonian
) -> dict[str, Any]:
    circuit = energy.circuit
    parameters = minimum.parameters
    properties: dict[str, Any] = {"gradient_norm": minimum.gradient_norm}
    properties |= state_spin(energy, parameters, hamiltonian)
    if isinstance(hamiltonian, QubitHamiltonian):
        properties["electrons"] = mean_electrons(hamiltonian, circuit, parameters)
    return properties


def state_spin(
    energy: Expectation,
    parameters: NDArray[np.float64],
    hamiltonian: Hamiltonian | QubitHamiltonian,
) -> dict[str, float]:
    """`spin_properties` of a circuit's state, where <S^2> is known: on restricted orbitals."""
    space = energy.circuit.space
    if not hamiltonian.restricted:
        return {}
    if isinstance(hamiltonian, QubitHamiltonian):
        operator = hamiltonian.spin_square
        if operator is None:
            return {}
        found = Expectation(energy.circuit, operator)(parameters)
    elif isinstance(space, Electrons):
        found = spin_square(energy.state(parameters), space)
    else:
        return {}
    return spin_properties(found, electrons_of(hamiltonian).nelec)


def mean_electrons(
    hamiltonian: QubitHamiltonian, circuit: Circuit, parameters: NDArray[np.float64]
) -> list[float]:
    """The mean numbers of alpha and of beta electrons of a state on qubits."""
    return [Expectation(circuit, count)(parameters) for count in hamiltonian.counts]


def circuit_properties(circuit: Circuit) -> dict[str, Any]:
    """CNOTs and their depth, all qubits connected and on a line, where they are known."""
    found: dict[str, Any] = {}
    for connectivity, ending in (("all", ""), ("line", "_line")):
        resources = circuit_resources(circuit, connectivity)
        if resources is not None:
            found[f"cnots{ending}"], found[f"cnot_depth{ending}"] = resources
    return found
