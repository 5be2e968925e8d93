"""Circuits made ready to run: what is wrong with them is found before any method has run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from qminima.errors import InputError
from qminima.progress import Progress
from qminima.result import Result
from qminima.tables import counted
from simulator.circuit import Circuit

from ..ansatz.pools import POOLS
from ..ansatz.registry import ANSAETZE
from ..ansatz.screening import screen, screenable
from ..ansatz.starting_parameters import Situation, first_parameters
from ..hamiltonian import Hamiltonian
from ..qubits.encoding import MAPPINGS
from ..qubits.qubit_hamiltonian import QubitHamiltonian
from ..solvers.adapt import adapt
from ..solvers.growth_start import check_growth
from ..solvers.vqe import check_vqe, vqe
from .options import SolveOptions


def prepare_vqe(
    hamiltonian: Hamiltonian, options: SolveOptions, progress: Progress
) -> Callable[[], Result]:
    """The run of "vqe", its circuit built, screened and checked.

    Raises:
        InputError: if the circuit cannot be built for the Hamiltonian, screened, brought to the
            qubits of the mapping, started or optimised as asked for.
        MemoryLimitError: if its state does not fit into memory.
        MethodError: if it is screened by amplitudes of CCSD, and that diverges.
    """
    kind, seed = ANSAETZE[options.ansatz], options.seed
    on_qubits = options.mapping is not None or kind.on_qubits
    qubits = (
        QubitHamiltonian(hamiltonian, options.mapping or MAPPINGS[0], options.taper)
        if on_qubits
        else None
    )
    full = kind.build(qubits if qubits and kind.on_qubits else hamiltonian, options.layers)
    circuit = _screened(full, hamiltonian, options, progress)
    check_vqe(qubits or hamiltonian, circuit, start=options.start, optimizer=options.optimizer)
    settings = {
        "symmetry": _by_symmetry(options) and screenable(full),
        "amplitude_threshold": options.amplitude_threshold,
    }

    def run() -> Result:
        first, named = first_parameters(
            options.ansatz,
            Situation(hamiltonian, circuit, options.layers or 1, options.start, seed),
        )
        return vqe(
            qubits or hamiltonian,
            circuit,
            start=first,
            optimizer=options.optimizer,
            restarts=options.restarts,
            time_limit=options.time_limit,
            properties=options.properties,
            seed=seed,
            settings={**settings, "start": named},
            progress=progress,
        )

    return run


def _by_symmetry(options: SolveOptions) -> bool:
    return options.symmetry and not ANSAETZE[options.ansatz].breaks_symmetry


def _screened(
    full: Circuit, hamiltonian: Hamiltonian, options: SolveOptions, progress: Progress
) -> Circuit:
    """A circuit without the excitations that are not wanted."""
    if not screenable(full):
        if options.amplitude_threshold is not None:
            raise InputError(f"a threshold of amplitudes is for excitations, not for {full.name}")
        return full
    circuit = screen(
        full,
        hamiltonian,
        symmetry=_by_symmetry(options),
        threshold=options.amplitude_threshold,
        amplitudes="ccsd" if options.start == "ccsd" else "mp2",
    )
    if circuit != full:
        progress.say(_screening_line(circuit, full))
    return circuit


def _screening_line(circuit: Circuit, full: Circuit) -> str:
    kept, every = len(circuit.steps), len(full.steps)
    return (
        f"{circuit.name}: screening keeps {kept:,} of {counted(every, 'excitation')} and "
        f"{circuit.space.size:,} of {counted(full.space.size, 'determinant')}"
    )


def prepare_adapt(
    hamiltonian: Hamiltonian, options: SolveOptions, progress: Progress
) -> Callable[[], Result]:
    """The run of "adapt", its pool and the record to resume checked.

    Raises:
        InputError: as `adapt`.
        MemoryLimitError: as `adapt`.
    """
    pool, symmetry, resume = options.pool, options.symmetry, options.resume
    several = POOLS[pool].disjoint
    choice: dict[str, Any] = {"select": "disjoint", "least_share": 0.3} if several else {}
    found = check_growth(hamiltonian, pool, symmetry=symmetry, per_cnot=several, resume=resume)
    return partial(
        adapt, hamiltonian, found, symmetry=symmetry, per_cnot=several, resume=resume,
        time_limit=options.time_limit, properties=options.properties, progress=progress, **choice,
    )  # fmt: skip
