"""A variational circuit beside the classical methods, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from qminima.errors import unknown_name
from qminima.progress import Progress
from qminima.result import Comparison, Reference, Result
from qminima.runner import run_methods
from simulator.spaces import Electrons

from . import classical
from .ansatz.uccsd import uccsd
from .hamiltonian import Hamiltonian
from .references import library_reference
from .solvers.vqe import VECTORS, vqe

CLASSICAL = tuple(classical.METHODS)
QUANTUM = ("vqe",)
ANSAETZE = {"uccsd": uccsd}

MILLIHARTREE = 1000.0
# Energies nearer than this, in hartree, are called equal.
_TIE = 1e-6


def compare(
    hamiltonian: Hamiltonian,
    methods: Sequence[str] = CLASSICAL + QUANTUM,
    *,
    ansatz: str = "uccsd",
    start: str = "mp2",
    optimizer: str = "L-BFGS-B",
    time_limit: float | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run methods on one Hamiltonian and hold them against the exact energy.

    Args:
        hamiltonian: the problem.
        methods: names out of `CLASSICAL` and `QUANTUM`, run in this order.
        ansatz: name out of `ANSAETZE`.
        start: first parameters, as in `vqe`.
        optimizer: as in `vqe`.
        time_limit: limit in seconds on the circuit's optimisation.
        seed: stored in the record; none of these methods is random.
        progress: told of each method.

    Raises:
        InputError: for an unknown method or ansatz.
        MemoryLimitError: if a method's vectors do not fit into memory.
    """
    for method in methods:
        if method not in CLASSICAL + QUANTUM:
            raise unknown_name("method", method, CLASSICAL + QUANTUM)
    if ansatz not in ANSAETZE:
        raise unknown_name("ansatz", ansatz, ANSAETZE)
    progress = progress or Progress()

    def run_vqe() -> Result:
        circuit = ANSAETZE[ansatz](hamiltonian)
        return vqe(
            hamiltonian,
            circuit,
            start=start,
            optimizer=optimizer,
            time_limit=time_limit,
            progress=progress,
        )

    runs = {
        method: run_vqe if method in QUANTUM else partial(classical.METHODS[method], hamiltonian)
        for method in methods
    }
    results, interrupted = run_methods(runs, progress)
    exact = next((result for result in results if result.method == "FCI"), None)
    problem = hamiltonian.describe()
    reference = (
        Reference(exact.value, "FCI", "proven")
        if exact is not None and exact.converged
        else library_reference(problem)
    )
    return Comparison(
        problem,
        tuple(results),
        reference,
        verdict(results),
        (*hamiltonian.warnings, *_warnings(results, reference)),
        interrupted=interrupted,
        seed=seed,
    )


def predict_memory(nelec: tuple[int, int], norb: int, methods: Sequence[str]) -> int:
    """Predicted peak in bytes of running `methods` one after the other.

    Counted are the two-electron integrals with the copies that methods make of them, the
    amplitudes of coupled cluster, and the vectors over determinants of FCI and VQE.
    """
    electrons, space = sum(nelec), Electrons(norb, nelec)
    vectors = {"fci": classical.DAVIDSON_VECTORS, "vqe": VECTORS}
    needs = [8 * vectors[method] * space.size for method in methods if method in vectors]
    if {"cisd", "ccsd", "ccsd_t"} & set(methods):
        needs.append(8 * 8 * (electrons * max(norb - electrons // 2, 0)) ** 2)
    return 4 * 8 * norb**4 + max(needs, default=0)


def verdict(results: Sequence[Result]) -> str:
    """One plain sentence on whether the quantum ansatz beats CCSD(T), and at what cost."""
    by_name = {result.method: result for result in results}
    quantum = next((result for result in results if result.kind == "quantum"), None)
    triples, exact = by_name.get("CCSD(T)"), by_name.get("FCI")
    if quantum is None:
        return "Only classical methods were run."
    if not quantum.converged:
        return f"{quantum.method} did not converge, so it is not judged: {quantum.stop_reason}."
    cost = f"{quantum.evaluations} energies in {quantum.seconds:.2g} s of simulation"
    if exact is None:
        if triples is None:
            return f"{quantum.method} took {cost}; no rival was run, so nothing is decided."
        side = "above" if quantum.value > triples.value else "below"
        gap = abs(quantum.value - triples.value) * MILLIHARTREE
        return (
            f"{quantum.method} lies {gap:.3f} mHa {side} CCSD(T) and took {cost}; without an "
            "exact energy it stays open which is closer."
        )
    error = (quantum.value - exact.value) * MILLIHARTREE
    head = f"{quantum.method} is {error:.3f} mHa above FCI after {cost}"
    tail = f"FCI itself took {exact.seconds:.2g} s and is exact, so nothing is gained here."
    if triples is None:
        return f"{head}; {tail}"
    rival = (triples.value - exact.value) * MILLIHARTREE
    comparison = f"CCSD(T) is off by {rival:+.3f} mHa after {triples.seconds:.2g} s"
    if abs(abs(error) - abs(rival)) < _TIE * MILLIHARTREE:
        return f"{head}, {comparison}: a tie in accuracy, classical wins on cost; {tail}"
    if abs(error) < abs(rival):
        return f"{head}, {comparison}: the quantum ansatz is closer than CCSD(T); but {tail}"
    return f"{head}, {comparison}: classical wins; {tail}"


def _warnings(results: Sequence[Result], reference: Reference | None) -> list[str]:
    """Energies below the exact one, which only methods that are not variational can have."""
    if reference is None:
        return []
    return [
        f"{result.method} lies {(reference.value - result.value) * MILLIHARTREE:.3f} mHa below the "
        "exact energy: it is not variational, and a low energy is no merit"
        for result in results
        if result.value < reference.value - _TIE
    ]
