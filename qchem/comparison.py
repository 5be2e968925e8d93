"""A variational circuit beside the classical methods, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from qminima.errors import InputError, MethodError, unknown_name
from qminima.limits import check_seed
from qminima.progress import Progress
from qminima.result import Comparison, Reference, Result
from qminima.runner import run_methods
from qminima.tables import counted
from simulator.memory import MemoryLimitError

from .ansatz.registry import ANSAETZE
from .encoding import check_mapping
from .fits import check_runs
from .full_ci import reference_state_energy
from .hamiltonian import Hamiltonian
from .methods import CLASSICAL, METHODS, QUANTUM
from .options import TAPERS, check_layers, check_threshold
from .pools import POOLS
from .references import library_reference
from .result_checks import (
    BRILLOUIN,
    MILLIHARTREE,
    TIE,
    below_exact_warnings,
    is_trusted,
    mark_other_solutions,
    mean_field_warnings,
)

CHEMICAL_ACCURACY = 1.594  # 1 kcal/mol in millihartree
# States whose <S^2> is off by more than this are not judged: 5 % of a triplet in a singlet.
_SPIN_MIXED = 0.1

_SAME_STATE = "lowest state with the symmetry and spin of the reference determinant"


def solve(
    hamiltonian: Hamiltonian,
    methods: Sequence[str] | None = None,
    *,
    optional: Collection[str] = (),
    ansatz: str = "uccsd",
    layers: int | None = None,
    pool: str = "singlet-gsd",
    symmetry: bool = True,
    amplitude_threshold: float | None = None,
    start: str = "mp2",
    optimizer: str = "L-BFGS-B",
    restarts: int = 0,
    mapping: str | None = None,
    taper: str = "none",
    resume: Mapping[str, Any] | None = None,
    properties: bool = False,
    time_limit: float | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run methods on one Hamiltonian and hold them against the exact energy.

    Args:
        hamiltonian: the problem.
        methods: names out of `CLASSICAL` and `QUANTUM`, run in this order. None stands for all
            classical ones and "vqe", all optional.
        optional: those of them that are left out, with the reason, if they cannot run on this
            Hamiltonian; the others raise.
        ansatz: name out of `ANSAETZE`, for "vqe".
        layers: of an ansatz that has them; 1 unless given.
        pool: name out of `qchem.pools.POOLS`, for "adapt". From "ceo" and "qubit", whose CNOTs are
            counted, several disjoint operators are added in a step, those with the largest
            derivatives per CNOT; from the others one, that with the largest derivative.
        symmetry: leave out excitations that symmetry makes useless, as in `screen`; not from the
            ansätze of `Ansatz.breaks_symmetry`.
        amplitude_threshold: leave out excitations of a smaller amplitude, as in `screen`.
        start: first parameters, as in `vqe`. Ansätze that have nothing of the amplitudes of
            classical methods start their own way instead of from "mp2" and "ccsd": the
            Hamiltonian-variational one on an adiabatic path, the hardware-efficient one at random.
            Those of `Ansatz.breaks_symmetry` start near the amplitudes, disturbed at random.
        optimizer: as in `vqe`.
        restarts: as in `vqe`.
        mapping: run "vqe" on qubits by this mapping, as in `QubitHamiltonian`.
        taper: qubits to leave out there.
        resume: record of an ADAPT run that "adapt" goes on from.
        properties: tell more of the states of circuits and of FCI, as in
            `qchem.density.state_properties`.
        time_limit: limit in seconds on FCI, and on the circuit's optimisation.
        seed: of starts at random and of restarts, and stored in the record.
        progress: told of each method.

    Raises:
        InputError: for an unknown method or ansatz, or a method that cannot run.
        MemoryLimitError: if a method does not fit into memory.
    """
    if methods is None:
        methods = optional = CLASSICAL + QUANTUM[:1]
    for method in methods:
        if method not in CLASSICAL + QUANTUM:
            raise unknown_name("method", method, CLASSICAL + QUANTUM)
    if ansatz not in ANSAETZE:
        raise unknown_name("ansatz", ansatz, ANSAETZE)
    check_layers(ansatz, layers)
    if pool not in POOLS:
        raise unknown_name("pool", pool, POOLS)
    if mapping is not None:
        check_mapping(mapping)
    if taper not in TAPERS:
        raise unknown_name("way to taper", taper, TAPERS)
    if taper != "none" and mapping is None:
        raise InputError("tapering leaves out qubits of a mapping; give a mapping too")
    check_threshold(amplitude_threshold)
    if resume is not None and "adapt" not in methods:
        raise InputError("expected the method adapt, which alone goes on from a record")
    check_seed(seed)
    started = datetime.now(UTC)
    progress = progress or Progress()

    def prepared(method: str) -> Callable[[], Result]:
        run = partial(METHODS[method].run, hamiltonian)
        if method == "fci":
            return partial(run, properties=properties, time_limit=time_limit)
        if method not in QUANTUM:
            return run
        from .preparation import prepare_adapt, prepare_vqe

        common: dict[str, Any] = {
            "symmetry": symmetry, "time_limit": time_limit, "properties": properties,
            "progress": progress,
        }  # fmt: skip
        if method == "adapt":
            return prepare_adapt(hamiltonian, pool=pool, resume=resume, **common)
        return prepare_vqe(
            hamiltonian, ansatz=ansatz, layers=layers, amplitude_threshold=amplitude_threshold,
            start=start, mapping=mapping, taper=taper, optimizer=optimizer, restarts=restarts,
            seed=seed, **common,
        )  # fmt: skip

    runs: dict[str, Callable[[], Result]] = {}
    skipped: dict[str, str] = {}
    for method in methods:
        try:
            check_runs(hamiltonian, method, symmetry=symmetry)
        except (InputError, MemoryLimitError) as reason:
            if method not in optional:
                raise
            skipped[method] = str(reason)
            continue
        try:
            runs[method] = prepared(method)
        except MethodError as reason:
            skipped[method] = str(reason)
    run = run_methods(runs, progress)
    results = run.results
    exact = next((result for result in results if result.method == "FCI"), None)
    problem = hamiltonian.describe()
    reference = (
        _fci_reference(exact)
        if exact is not None and exact.converged
        else library_reference(problem)
    )
    results = [_with_step_errors(result, reference) for result in results]
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


def _fci_reference(exact: Result) -> Reference:
    """The lowest energy of the reference determinant's symmetry and spin, as other methods seek."""
    energy = reference_state_energy(exact)
    source = None if energy == exact.value else _SAME_STATE
    return Reference(energy, "FCI", "proven", source)


def _with_step_errors(result: Result, reference: Reference | None) -> Result:
    """The error of each step of an ansatz that grows, where a reference is known."""
    steps = result.properties.get("steps")
    if reference is None or steps is None:
        return result
    measured = [{**step, "error": step["energy"] - reference.value} for step in steps]
    return replace(result, properties={**result.properties, "steps": measured})


def verdict(
    results: Sequence[Result], reference: Reference | None = None, *, mean_field: bool = True
) -> str:
    """One plain sentence on whether the quantum ansatz beats CCSD(T), and at what cost.

    Args:
        results: of all methods; those that did not converge, and circuits whose states have not
            the spin asked for, are not judged.
        reference: the exact energy, if it is known.
        mean_field: whether the orbitals are Hartree-Fock's, without which coupled cluster and
            perturbation theory are no rivals.
    """
    circuits = [result for result in results if result.kind == "quantum"]
    if not circuits:
        return "Only classical methods were run."
    quantum = min(circuits, key=lambda r: (not r.converged, _is_mixed(r), r.value))
    if not quantum.converged:
        return f"{quantum.method} did not converge, so it is not judged: {quantum.stop_reason}."
    if _is_mixed(quantum):
        found, apart = (quantum.properties[f"spin_{n}"] for n in ("square", "contamination"))
        return (
            f"{quantum.method} is not judged: its state has <S²> = {found:.4f}, where the spin "
            f"asked for has {found - apart:.4f}, so that its energy is not one of this spin."
        )
    exact = next((r for r in results if r.method == "FCI" and r.converged), None)
    if reference is None and exact is not None:
        reference = _fci_reference(exact)
    cost = f"{counted(quantum.evaluations, 'evaluation')} in {quantum.seconds:.2g} s of simulation"
    rival = _rival(results, reference) if mean_field else None
    if reference is None:
        if rival is None:
            return (
                f"{quantum.method} took {cost}; without an exact energy or a rival that can be "
                "trusted, nothing is decided."
            )
        gap = (quantum.value - rival.value) * MILLIHARTREE
        where = "equal to" if abs(gap) < TIE else f"{abs(gap):.3f} mHa {_side(gap)}"
        return (
            f"{quantum.method} lies {where} {rival.method} and took {cost}; without an exact "
            "energy it stays open which is closer."
        )
    error = _error(quantum, reference)
    head = f"{quantum.method} is {_distance(error)} {reference.method} after {cost}"
    tail = (
        "."
        if exact is None
        else f"; FCI itself took {exact.seconds:.2g} s and is exact, so nothing is gained here."
    )
    if rival is None:
        return f"{head}, and no rival that can be trusted was run{tail}"
    other = _error(rival, reference)
    against = f"{head}, {rival.method} {_distance(other)} it after {rival.seconds:.2g} s"
    if min(abs(error), abs(other)) > CHEMICAL_ACCURACY:
        against += f", neither within chemical accuracy ({CHEMICAL_ACCURACY:.1f} mHa)"
    if abs(abs(error) - abs(other)) < TIE:
        if rival.seconds > quantum.seconds:
            return (
                f"{against}: a tie in accuracy; the simulation was faster, which says nothing "
                f"about a device{tail}"
            )
        return f"{against}: a tie in accuracy, classical wins on cost{tail}"
    if abs(error) < abs(other):
        closer = _best([r for r in results if r.kind == "classical" and r != exact], reference)
        if mean_field and closer is not None and abs(_error(closer, reference)) < abs(error):
            return (
                f"{against}: the quantum ansatz is closer than {rival.method}, but "
                f"{closer.method}, {_distance(_error(closer, reference))} it, is closer still: "
                f"classical wins{tail}"
            )
        return f"{against}: the quantum ansatz is closer than {rival.method}{tail}"
    return f"{against}: classical wins{tail}"


def _is_mixed(result: Result) -> bool:
    """Whether the state of a circuit is far from the spin asked for."""
    return bool(abs(result.properties.get("spin_contamination", 0.0)) > _SPIN_MIXED)


def _rival(results: Sequence[Result], reference: Reference | None) -> Result | None:
    """CCSD(T) where it ran and converged, else the best other approximate method."""
    by_name = {result.method: result for result in results if is_trusted(result)}
    if "CCSD(T)" in by_name:
        return by_name["CCSD(T)"]
    others = [by_name[name] for name in ("CCSD", "CISD", "MP2", "HF") if name in by_name]
    return (others[0] if others else None) if reference is None else _best(others, reference)


def _best(results: Sequence[Result], reference: Reference) -> Result | None:
    """The result nearest to the reference, of those that can be trusted."""
    trusted = [result for result in results if is_trusted(result)]
    return min(trusted, key=lambda result: abs(_error(result, reference)), default=None)


def _error(result: Result, reference: Reference) -> float:
    """In millihartree."""
    return (result.value - reference.value) * MILLIHARTREE


def _side(gap: float) -> str:
    return "above" if gap > 0 else "below"


def _distance(error: float) -> str:
    """An error in millihartree in words."""
    return "within 0.001 mHa of" if abs(error) < TIE else f"{abs(error):.3f} mHa {_side(error)}"
