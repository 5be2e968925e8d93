"""Run a variational circuit and classical methods on one Hamiltonian, and compare them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from qminima.errors import InputError, MethodError, check_name
from qminima.progress import Progress
from qminima.result import Comparison, Reference, Result
from qminima.runner import Run, run_methods
from simulator.memory import MemoryLimitError

from ..hamiltonian import Hamiltonian
from ..methods.fits import check_runs
from ..methods.registry import CLASSICAL, METHODS, QUANTUM
from .options import SolveOptions
from .references import library_reference
from .result_checks import (
    BRILLOUIN,
    below_exact_warnings,
    mark_other_solutions,
    mean_field_warnings,
)
from .verdict import fci_reference, verdict


def solve(
    hamiltonian: Hamiltonian,
    methods: Sequence[str] | None = None,
    *,
    optional: Collection[str] = (),
    progress: Progress | None = None,
    **options: Any,
) -> Comparison:
    """Run methods on one Hamiltonian and compare them with the exact energy.

    Args:
        hamiltonian: the problem.
        methods: names out of `CLASSICAL` and `QUANTUM`, run in this order. None stands for all
            classical ones and "vqe", all optional.
        optional: those of them that are left out, with the reason, if they cannot run on this
            Hamiltonian; the others raise.
        progress: shows the method that runs.
        options: of circuits and of FCI, by the names in `SolveOptions`, such as `ansatz` or `seed`.

    Raises:
        InputError: for an unknown method, options as in `SolveOptions`, or a method that cannot
            run.
        MemoryLimitError: if a method does not fit into memory.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> comparison = solve(qchem.electronic_hamiltonian(molecule), ["hf", "fci", "vqe"], seed=0)
    >>> [f"{result.method} {result.value:.4f}" for result in comparison.results]
    ['HF -1.1168', 'FCI -1.1373', 'UCCSD-VQE -1.1373']
    """
    if methods is None:
        methods = optional = CLASSICAL + QUANTUM[:1]
    for method in methods:
        check_name("method", method, METHODS)
    chosen = SolveOptions(**options)
    if chosen.resume is not None and "adapt" not in methods:
        raise InputError("expected the method adapt, the only one that continues a record")
    started = datetime.now(UTC)
    progress = progress or Progress()
    runs, skipped = _prepared(hamiltonian, methods, optional, chosen, progress)
    run = run_methods(runs, progress)
    return _compared(hamiltonian, run, skipped, chosen.seed, started)


def _compared(
    hamiltonian: Hamiltonian,
    run: Run,
    skipped: dict[str, str],
    seed: int | None,
    started: datetime,
) -> Comparison:
    """Errors, warnings and verdict on the results of a run."""
    exact = run.results.get("fci")
    known = exact is not None and exact.converged
    problem = hamiltonian.describe()
    reference = fci_reference(exact) if exact and known else library_reference(problem)
    results = [_with_step_errors(result, reference) for result in run.results.values()]
    results = mark_other_solutions(hamiltonian, results)
    mean_field = hamiltonian.orbital_gradient < BRILLOUIN
    unreached = run.interrupted and not any(result.kind == "quantum" for result in results)
    return Comparison(
        problem,
        tuple(results),
        reference,
        "Stopped before a circuit had run, so nothing is decided."
        if unreached
        else verdict(results, reference, mean_field=mean_field),
        (
            *hamiltonian.warnings,
            *mean_field_warnings(hamiltonian, results),
            *below_exact_warnings(results, reference),
        ),
        skipped=skipped | run.failures,
        interrupted=run.interrupted,
        seed=seed,
        started=started,
    )


def _prepared(
    hamiltonian: Hamiltonian,
    methods: Sequence[str],
    optional: Collection[str],
    options: SolveOptions,
    progress: Progress,
) -> tuple[dict[str, Callable[[], Result]], dict[str, str]]:
    """The runs of the methods, checked, and why others are left out."""
    runs: dict[str, Callable[[], Result]] = {}
    skipped: dict[str, str] = {}
    for method in methods:
        try:
            check_runs(hamiltonian, method, symmetry=options.symmetry)
        except (InputError, MemoryLimitError) as reason:
            if method not in optional:
                raise
            skipped[method] = str(reason)
            continue
        try:
            runs[method] = METHODS[method].prepared(hamiltonian, options, progress)
        except MethodError as reason:
            skipped[method] = str(reason)
    return runs, skipped


def _with_step_errors(result: Result, reference: Reference | None) -> Result:
    """The error of each step of an ansatz that grows, where a reference is known."""
    steps = result.properties.get("steps")
    if reference is None or steps is None:
        return result
    measured = [{**step, "error": step["energy"] - reference.value} for step in steps]
    return replace(result, properties={**result.properties, "steps": measured})
