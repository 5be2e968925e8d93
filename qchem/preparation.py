"""Circuits made ready to run: what is wrong with them is found before any method has run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from qminima.errors import InputError
from qminima.progress import Progress
from qminima.result import Result
from qminima.tables import counted
from simulator.circuit import Circuit

from .ansatz.registry import ANSAETZE
from .encoding import MAPPINGS
from .hamiltonian import Hamiltonian
from .qubit_hamiltonian import QubitHamiltonian
from .screening import screen, screenable
from .solvers.adapt import adapt
from .solvers.growth_start import check_growth
from .solvers.vqe import check_vqe, vqe
from .starting_parameters import first_parameters


def prepare_vqe(
    hamiltonian: Hamiltonian,
    *,
    ansatz: str,
    layers: int | None,
    symmetry: bool,
    amplitude_threshold: float | None,
    start: str,
    mapping: str | None,
    taper: str,
    progress: Progress,
    seed: int | None,
    optimizer: str,
    **options: Any,
) -> Callable[[], Result]:
    """The run of "vqe", its circuit built, screened and checked.

    Arguments are those of `solve`; options go to `vqe` as they are.

    Raises:
        InputError: if the circuit cannot be built for the Hamiltonian, screened, brought to the
            qubits of the mapping, started or optimised as asked for.
        MemoryLimitError: if its state does not fit into memory.
        MethodError: if it is screened by amplitudes of CCSD, and that diverges.
    """
    kind = ANSAETZE[ansatz]
    on_qubits = mapping is not None or kind.on_qubits
    qubits = QubitHamiltonian(hamiltonian, mapping or MAPPINGS[0], taper) if on_qubits else None
    full = kind.build(qubits if qubits and kind.on_qubits else hamiltonian, layers)
    circuit = full
    screened = symmetry and not kind.breaks_symmetry
    if screenable(full):
        circuit = screen(
            full,
            hamiltonian,
            symmetry=screened,
            threshold=amplitude_threshold,
            amplitudes="ccsd" if start == "ccsd" else "mp2",
        )
        if circuit != full:
            progress.say(_screening_line(circuit, full))
    elif amplitude_threshold is not None:
        raise InputError(f"a threshold of amplitudes is for excitations, not for {full.name}")
    check_vqe(qubits or hamiltonian, circuit, start=start, optimizer=optimizer)
    settings = {
        "symmetry": screened and screenable(full), "amplitude_threshold": amplitude_threshold
    }  # fmt: skip

    def run() -> Result:
        first, named = first_parameters(ansatz, hamiltonian, circuit, layers or 1, start, seed)
        return vqe(
            qubits or hamiltonian,
            circuit,
            start=first,
            optimizer=optimizer,
            seed=seed,
            settings={**settings, "start": named},
            progress=progress,
            **options,
        )

    return run


def _screening_line(circuit: Circuit, full: Circuit) -> str:
    kept, every = len(circuit.steps), len(full.steps)
    return (
        f"{circuit.name}: screening keeps {kept:,} of {counted(every, 'excitation')} and "
        f"{circuit.space.size:,} of {counted(full.space.size, 'determinant')}"
    )


def prepare_adapt(
    hamiltonian: Hamiltonian,
    *,
    pool: str,
    symmetry: bool,
    resume: Mapping[str, Any] | None,
    **options: Any,
) -> Callable[[], Result]:
    """The run of "adapt", its pool and the record to resume checked.

    Arguments are those of `solve`; options go to `adapt` as they are.

    Raises:
        InputError: as `adapt`.
        MemoryLimitError: as `adapt`.
    """
    # From pools whose CNOTs can be counted, several disjoint operators are added in a step, those
    # with the largest derivatives per CNOT, which makes CNOTs few.
    cheap = pool in ("ceo", "qubit")
    choice: dict[str, Any] = {"select": "disjoint", "least_share": 0.3} if cheap else {}
    found = check_growth(hamiltonian, pool, symmetry=symmetry, per_cnot=cheap, resume=resume)
    return partial(
        adapt, hamiltonian, found, symmetry=symmetry, per_cnot=cheap, resume=resume,
        **choice, **options,
    )  # fmt: skip
