"""The command `qchem solve`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qminima.command import (
    COMPILING,
    JsonOption,
    MethodOption,
    PlotOption,
    SeedOption,
    ThreadsOption,
    TimeLimitOption,
    check_outputs,
    check_threads,
    finish,
    refuse_options,
    reported_errors,
    select_methods,
)
from qminima.errors import InputError, shorten
from simulator.memory import MemoryLimitError

if TYPE_CHECKING:
    from qminima.result import Comparison

    from ..molecules.active_space import ActiveSpace
    from ..molecules.molecule import Molecule


class LengthUnit(StrEnum):
    """Units of coordinates in files."""

    ANGSTROM = "angstrom"
    BOHR = "bohr"


def solve(  # long for its options, one or two lines each
    context: typer.Context,
    molecule: Annotated[str, typer.Argument(help="An xyz file, or a name such as h2o.")],
    basis: Annotated[str, typer.Option(help="Gaussian basis set.")] = "sto-3g",
    charge: Annotated[
        int | None, typer.Option(help="Charge; if not given, the xyz comment's, or 0.")
    ] = None,
    spin: Annotated[
        int | None,
        typer.Option(help="2S, the number of unpaired electrons; if not given, the xyz comment's."),
    ] = None,
    unit: Annotated[LengthUnit, typer.Option(help="Unit of the file.")] = LengthUnit.ANGSTROM,
    active_space: Annotated[
        str | None, typer.Option(metavar="E,O", help="Active electrons and orbitals, as 8,6.")
    ] = None,
    frozen_core: Annotated[bool, typer.Option(help="Keep the chemical core occupied.")] = False,
    natural: Annotated[
        str | None,
        typer.Option(metavar="METHOD", help="Natural orbitals for --active-space, of mp2 or cisd."),
    ] = None,
    avas: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", help="Orbitals with most of an atomic shell, as 'N 2p'."),
    ] = None,
    unrestricted: Annotated[
        bool, typer.Option(help="Different orbitals for different spins (UHF).")
    ] = False,
    method: MethodOption = None,
    ansatz: Annotated[str, typer.Option(help="Circuit for VQE; see qchem list.")] = "uccsd",
    layers: Annotated[
        int | None, typer.Option(help="Layers of the ansätze that have them, 1 if not given.")
    ] = None,
    pool: Annotated[
        str, typer.Option(help="Operator pool of ADAPT-VQE; see qchem list.")
    ] = "singlet-gsd",
    all_excitations: Annotated[
        bool, typer.Option(help="Keep excitations that point-group symmetry makes useless.")
    ] = False,
    amplitude_threshold: Annotated[
        float | None,
        typer.Option(
            metavar="X", help="Leave out doubles of smaller MP2 amplitude (all, with --start ccsd)."
        ),
    ] = None,
    start: Annotated[
        str, typer.Option(help="First parameters: mp2, ccsd, zero or random.")
    ] = "mp2",
    optimizer: Annotated[str, typer.Option(help="Optimizer for VQE; see qchem list.")] = "L-BFGS-B",
    restarts: Annotated[
        int, typer.Option(help="Further optimisations from other starting points.", min=0)
    ] = 0,
    mapping: Annotated[
        str | None,
        typer.Option(help="Run vqe on qubits: jordan_wigner, parity or bravyi_kitaev."),
    ] = None,
    taper: Annotated[
        str, typer.Option(help="Qubits of --mapping to leave out: none, spins or all.")
    ] = "none",
    resume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Record of an ADAPT run to continue.")
    ] = None,
    properties: Annotated[
        bool, typer.Option(help="Also print occupations, dipole moment and charges.")
    ] = False,
    json: JsonOption = None,
    plot: PlotOption = None,
    seed: SeedOption = 0,
    time_limit: TimeLimitOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Compute the ground-state energy of a molecule by a circuit and by classical methods.

    `qchem list` names methods, ansätze, pools and optimisers.
    """
    with reported_errors(MemoryLimitError):
        check_threads(threads)
        check_outputs(json, plot, molecule)
        space = _active_space(active_space, frozen_core=frozen_core, natural=natural, avas=avas)

        from qminima.progress import ProgressBar
        from simulator.kernels.kernel import announced_compilation

        from ..ansatz.registry import ANSAETZE
        from ..hartree_fock import electronic_hamiltonian
        from ..methods.registry import CLASSICAL, METHODS, QUANTUM
        from ..molecules.molecule import load_molecule
        from ..solving.canonical import with_canonical_fci
        from ..solving.options import SolveOptions
        from ..solving.solve import solve as solve_molecule
        from ..solving.table import show
        from ..threads import suitable_threads, use_threads

        methods, named = select_methods(method, CLASSICAL, QUANTUM)
        for name in [one for one in METHODS if one not in methods]:
            refuse_options(context, METHODS[name].only, name)
        options = SolveOptions(
            ansatz=ansatz,
            layers=layers,
            pool=pool,
            symmetry=not all_excitations,
            amplitude_threshold=amplitude_threshold,
            start=start,
            optimizer=optimizer,
            restarts=restarts,
            mapping=mapping,
            taper=taper,
            resume=None if resume is None else _adapt_record(resume),
            properties=properties,
            time_limit=time_limit,
            seed=seed,
        )
        system = load_molecule(molecule, basis=basis, charge=charge, spin=spin, unit=unit.value)
        use_threads(suitable_threads(system, space) if threads is None else threads)
        with (
            ProgressBar(len(methods) + 1) as progress,
            announced_compilation(lambda: progress.say(COMPILING)),
        ):
            on_qubits = "vqe" in methods and (mapping is not None or ANSAETZE[ansatz].on_qubits)
            # How many qubits "all" leaves out is known after Hartree-Fock, two at least.
            removed = None if not on_qubits else 0 if taper == "none" else 2
            required = tuple(m for m in methods if m in (*named, *QUANTUM))
            progress.say(_memory_line(system, space, methods, required, removed))
            with progress.stage("Hartree-Fock"):
                hamiltonian = electronic_hamiltonian(system, space, unrestricted=unrestricted)
            comparison = solve_molecule(
                hamiltonian,
                methods,
                optional=set(methods) - set(named),
                progress=progress,
                **vars(options),
            )
            if space is not None and space.kind in ("avas", "natural"):
                with progress.stage("FCI, canonical orbitals"):
                    comparison = with_canonical_fci(comparison, system)
        finish(comparison, show, json, (plot, _draw))


def _active_space(
    text: str | None, *, frozen_core: bool, natural: str | None, avas: list[str] | None
) -> ActiveSpace | None:
    """The active space that the options ask for."""
    from ..molecules.active_space import ActiveSpace

    given = [
        name
        for name, value in (
            ("--active-space", text), ("--frozen-core", frozen_core), ("--avas", avas)
        )
        if value
    ]  # fmt: skip
    if len(given) > 1:
        raise InputError(f"give one of {' and '.join(given)}, not both")
    if natural is not None and text is None:
        raise InputError("--natural chooses orbitals for --active-space; give both")
    if frozen_core:
        return ActiveSpace.frozen_core()
    if avas:
        return ActiveSpace.avas(*avas)
    if text is None:
        return None
    try:
        electrons, orbitals = map(int, text.split(","))
    except ValueError:
        raise InputError(
            f"expected --active-space ELECTRONS,ORBITALS such as 8,6, got {shorten(text)!r}"
        ) from None
    if natural is not None:
        return ActiveSpace.natural(electrons, orbitals, natural)
    return ActiveSpace.window(electrons, orbitals)


def _adapt_record(path: Path) -> dict[str, Any]:
    """The entry of an ADAPT run in a record, if it can be read."""
    from qminima.storage import read_json

    from ..solvers.adapt_record import read_adapt_record

    record = read_json(path)
    results = record.get("results") if isinstance(record, dict) else None
    for entry in results if isinstance(results, list) else []:
        if isinstance(entry, dict) and str(entry.get("method", "")).startswith("ADAPT"):
            read_adapt_record(entry)
            return entry
    raise InputError(f"expected a record with an ADAPT run to resume, got {shorten(path)}")


def _memory_line(
    molecule: Molecule,
    active_space: ActiveSpace | None,
    methods: tuple[str, ...],
    required: tuple[str, ...],
    removed: int | None,
) -> str:
    """The predicted memory in words; refuses what does not fit, before anything is computed.

    Methods that are not required are left out later if they alone do not fit.
    """
    from qminima.tables import counted
    from simulator.memory import available_memory, format_bytes, require_memory
    from simulator.spaces import Electrons

    from ..hartree_fock import active_orbitals
    from ..methods.fits import predict_memory

    mol = molecule.to_pyscf()
    core, norb = active_orbitals(mol, mol.nao, active_space)
    if active_space is not None and active_space.kind == "avas":
        return "the active space is known after Hartree-Fock; memory is checked then"
    space = Electrons(norb, (mol.nelec[0] - core, mol.nelec[1] - core))
    on_qubits = 0 if removed is None else 8 * 12 * 2 ** (2 * norb - removed)
    needed, least = (
        max(on_qubits, predict_memory(space.nelec, norb, some)) for some in (methods, required)
    )
    if least <= available_memory() < needed:
        needed = least
    size = f"{counted(space.num_qubits, 'qubit')}, {counted(space.size, 'determinant')}"
    require_memory(
        needed,
        f"{', '.join(methods)} on {molecule.name} ({size})",
        "choose a smaller --active-space, or --method without fci and vqe",
    )
    may_use = format_bytes(available_memory())
    return f"{size}: {format_bytes(needed)} of memory predicted, {may_use} may be used"


def _draw(comparison: Comparison, path: Path) -> None:
    from qminima.plots import plot_comparison

    problem = comparison.problem
    label = "energy / mHa" if comparison.reference is None else "energy above FCI / mHa"
    title = f"{problem['name']}, {problem['basis']}"
    plot_comparison(comparison, path, title, 1000.0, label)
