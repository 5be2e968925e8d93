"""The variational quantum eigensolver, on the exact state."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qminima.errors import InputError, shorten, unknown_name
from qminima.limits import Deadline, check_count
from qminima.progress import Progress
from qminima.result import Result
from qminima.runner import Interrupted
from simulator.circuit import Circuit
from simulator.kernels.kernel import compile_seconds
from simulator.optimize import METHODS, Minimum, minimize
from simulator.optimize import Interrupted as MinimizationInterrupted
from simulator.program import Expectation
from simulator.spaces import Electrons

from ..hamiltonian import Hamiltonian
from ..spin import spin_square
from ..starting_parameters import initial_parameters

# Real vectors over determinants that are alive at the peak: ket, costate, a copy of the final
# state, and what the spin of that state takes.
VECTORS = 5


def vqe(
    hamiltonian: Hamiltonian,
    circuit: Circuit,
    *,
    start: str | ArrayLike = "mp2",
    optimizer: str = "L-BFGS-B",
    gradient_tolerance: float = 1e-6,
    max_evaluations: int | None = None,
    time_limit: float | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Result:
    """Minimise the energy of a circuit.

    Args:
        hamiltonian: the problem.
        circuit: the ansatz, on determinants or on qubits.
        start: "mp2", "ccsd" or "zero" (see `initial_parameters`), or the parameters.
        optimizer: one of `simulator.optimize.METHODS`.
        gradient_tolerance: largest component of the gradient at convergence, in hartree.
        max_evaluations: limit on energies computed.
        time_limit: limit in seconds on the optimisation.
        settings: more of what the record is to say, such as how the circuit was screened.
        progress: told the energy as it falls.

    Returns:
        A result whose value is an energy in hartree that the circuit does reach, with
        `spin_square` among its properties. Its time leaves out the loading of kernels, as that
        of the classical methods leaves out the loading of libraries.

    Raises:
        InputError: for an unknown start or optimiser, or limits that are not above zero.
        MemoryLimitError: if the state does not fit into memory.
        qminima.Interrupted: on Ctrl-C, with the best result so far.
    """
    started, compiled = perf_counter(), compile_seconds()
    progress = progress or Progress()
    if optimizer not in METHODS:
        raise unknown_name("optimiser", optimizer, METHODS)
    if max_evaluations is not None:
        check_count("max_evaluations", max_evaluations)
    Deadline(time_limit)
    if not gradient_tolerance > 0:
        raise InputError(f"expected a gradient tolerance above zero, got {gradient_tolerance}")
    energy = Expectation(circuit, hamiltonian)
    params = (
        initial_parameters(hamiltonian, circuit, start)
        if isinstance(start, str)
        else _check_parameters(start, circuit.num_parameters)
    )
    recorded = {
        "ansatz": circuit.name,
        "parameters": circuit.num_parameters,
        "state_size": circuit.space.size,
        "start": start if isinstance(start, str) else "given",
        "optimizer": optimizer,
        "gradient_tolerance": gradient_tolerance,
        "max_evaluations": max_evaluations,
        "time_limit": time_limit,
        **(settings or {}),
    }

    def finish(minimum: Minimum) -> Result:
        warnings = []
        if not minimum.converged:
            warnings.append(f"not converged ({minimum.stop_reason})")
        elif not circuit.num_parameters:
            warnings.append("no parameter is left to optimise: this is the initial state's energy")
        elif minimum.evaluations == 1:
            warnings.append("the start is a stationary point, so this is the energy of the start")
        return Result(
            method=f"{circuit.name}-VQE",
            kind="quantum",
            value=minimum.value,
            unit="hartree",
            problem=hamiltonian.describe(),
            seconds=perf_counter() - started - (compile_seconds() - compiled),
            evaluations=minimum.evaluations,
            converged=minimum.converged,
            settings=recorded,
            parameters=[float(p) for p in minimum.parameters],
            history=minimum.history,
            stop_reason=minimum.stop_reason,
            warnings=warnings,
            properties=_properties(energy, minimum, restricted=hamiltonian.restricted),
        )

    try:
        minimum = minimize(
            energy,
            params,
            method=optimizer,
            gradient_tolerance=gradient_tolerance,
            max_evaluations=max_evaluations,
            time_limit=time_limit,
            callback=lambda count, value: progress.note(f"{value:.6f} hartree, {count} energies"),
        )
    except MinimizationInterrupted as interrupt:
        if interrupt.minimum.evaluations == 0:
            raise KeyboardInterrupt from None
        raise Interrupted(finish(interrupt.minimum)) from None
    return finish(minimum)


def _check_parameters(start: ArrayLike, count: int) -> NDArray[np.float64]:
    try:
        params = np.asarray(start, dtype=float)
    except (TypeError, ValueError):
        params = np.empty(0)
    if params.shape != (count,) or not np.isfinite(params).all():
        raise InputError(f"expected {count} parameters, finite numbers, got {shorten(start)}")
    return params


def _properties(
    energy: Expectation, minimum: Minimum, *, restricted: bool
) -> dict[str, float | None]:
    space = energy.circuit.space
    properties: dict[str, float | None] = {"gradient_norm": minimum.gradient_norm}
    if isinstance(space, Electrons) and restricted:
        properties["spin_square"] = spin_square(energy.state(minimum.parameters), space)
    return properties
