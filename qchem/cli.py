"""The command `qchem`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qminima.command import (
    COMPILING,
    JsonOption,
    MethodOption,
    PlotOption,
    SeedOption,
    ThreadsOption,
    TimeLimitOption,
    check_name,
    check_outputs,
    check_threads,
    check_time_limit,
    finish,
    make_app,
    refuse_options,
    reported_errors,
    run,
    select_methods,
)
from qminima.errors import InputError, shorten
from simulator.memory import MemoryLimitError

if TYPE_CHECKING:
    from qminima.result import Comparison, Result

    from .molecule import Molecule

app = make_app(
    "qchem", "Ground-state energies of molecules, quantum ansätze beside classical methods."
)


class LengthUnit(StrEnum):
    """Units of coordinates in files."""

    ANGSTROM = "angstrom"
    BOHR = "bohr"


@app.command()
def solve(
    context: typer.Context,
    molecule: Annotated[str, typer.Argument(help="An xyz file, or a name such as h2o.")],
    basis: Annotated[str, typer.Option(help="Gaussian basis set.")] = "sto-3g",
    charge: Annotated[int | None, typer.Option(help="Charge of the molecule.")] = None,
    spin: Annotated[int | None, typer.Option(help="2S, the number of unpaired electrons.")] = None,
    unit: Annotated[LengthUnit, typer.Option(help="Unit of the file.")] = LengthUnit.ANGSTROM,
    active_space: Annotated[
        str | None, typer.Option(metavar="E,O", help="Active electrons and orbitals, as 8,6.")
    ] = None,
    frozen_core: Annotated[bool, typer.Option(help="Keep the chemical core occupied.")] = False,
    method: MethodOption = None,
    ansatz: Annotated[
        str, typer.Option(help="The circuit of --method vqe; see qchem list.")
    ] = "uccsd",
    layers: Annotated[
        int | None, typer.Option(help="Layers of the ansätze k-upccgsd and qnp, 1 if not given.")
    ] = None,
    pool: Annotated[
        str, typer.Option(help="What --method adapt chooses from, by derivative; see qchem list.")
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
    start: Annotated[str, typer.Option(help="First parameters: mp2, ccsd or zero.")] = "mp2",
    json: JsonOption = None,
    plot: PlotOption = None,
    seed: SeedOption = 0,
    time_limit: TimeLimitOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Compute the ground-state energy of a molecule by a circuit and by classical methods.

    Methods are hf, mp2, cisd, ccsd, ccsd_t, fci, vqe and adapt; `qchem list` says what they are.
    """
    with reported_errors(MemoryLimitError):
        check_threads(threads)
        check_time_limit(time_limit)
        check_outputs(json, plot, molecule)
        space = _parse_active_space(active_space)

        from qminima.progress import ProgressBar
        from simulator.kernels.kernel import announced_compilation

        from .comparison import ANSAETZE, CLASSICAL, QUANTUM, check_layers, compare
        from .electronic_structure import electronic_hamiltonian
        from .molecule import load_molecule
        from .pools import POOLS
        from .screening import check_threshold
        from .starting_parameters import STARTS
        from .threads import use_threads

        methods, _ = select_methods(method, CLASSICAL, QUANTUM)
        check_name("ansatz", ansatz, ANSAETZE)
        check_layers(ansatz, layers)
        check_name("pool", pool, POOLS)
        if "adapt" not in methods:
            refuse_options(context, ("pool",), "adapt")
        if "vqe" not in methods:
            refuse_options(
                context,
                ("ansatz", "layers", "start", "amplitude_threshold"),
                "vqe",
            )
        check_name("start", start, STARTS)
        check_threshold(amplitude_threshold)
        use_threads(threads)
        system = load_molecule(molecule, basis=basis, charge=charge, spin=spin, unit=unit.value)
        with (
            ProgressBar(len(methods) + 1) as progress,
            announced_compilation(lambda: progress.say(COMPILING)),
        ):
            progress.say(_memory_line(system, space, frozen_core, methods))
            with progress.stage("Hartree-Fock"):
                hamiltonian = electronic_hamiltonian(system, space, frozen_core=frozen_core)
            comparison = compare(
                hamiltonian,
                methods,
                ansatz=ansatz,
                layers=layers,
                pool=pool,
                symmetry=not all_excitations,
                amplitude_threshold=amplitude_threshold,
                start=start,
                time_limit=time_limit,
                seed=seed,
                progress=progress,
            )
        finish(comparison, _show, _draw, json, plot)


@app.command("list")
def list_names() -> None:
    """List the methods, ansätze, pools and molecules, one line each."""
    with reported_errors(MemoryLimitError):
        from qminima.library import Library
        from qminima.tables import print_names, summary

        from .comparison import ANSAETZE, METHODS
        from .pools import POOLS

        print_names("methods (--method)", {n: summary(f) for n, f in METHODS.items()})
        print_names("ansätze (--ansatz)", {n: summary(f) for n, f in ANSAETZE.items()})
        print_names("pools (--pool)", {n: summary(f) for n, f in POOLS.items()})
        notes = {name: entry["note"] for name, entry in Library("molecules").index.items()}
        print_names("molecules", notes)


def _parse_active_space(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    try:
        electrons, orbitals = map(int, text.split(","))
    except ValueError:
        raise InputError(
            f"expected --active-space ELECTRONS,ORBITALS such as 8,6, got {shorten(text)!r}"
        ) from None
    return electrons, orbitals


def _memory_line(
    molecule: Molecule,
    active_space: tuple[int, int] | None,
    frozen_core: bool,
    methods: tuple[str, ...],
) -> str:
    """The predicted memory in words; refuses what does not fit, before anything is computed."""
    from qminima.tables import counted
    from simulator.memory import available_memory, format_bytes, require_memory
    from simulator.spaces import Electrons

    from .comparison import predict_memory
    from .electronic_structure import active_orbitals

    mol = molecule.to_pyscf()
    core, norb = active_orbitals(mol, mol.nao, active_space, frozen_core=frozen_core)
    space = Electrons(norb, (mol.nelec[0] - core, mol.nelec[1] - core))
    needed = predict_memory(space.nelec, norb, methods)
    size = f"{counted(space.num_qubits, 'qubit')}, {counted(space.size, 'determinant')}"
    require_memory(
        needed,
        f"{', '.join(methods)} on {molecule.name} ({size})",
        "choose a smaller --active-space, or --method without fci and vqe",
    )
    may_use = format_bytes(available_memory())
    return f"{size}: {format_bytes(needed)} of memory predicted, {may_use} may be used"


def _show(comparison: Comparison) -> None:
    from qminima.tables import Column, counted, evaluations, print_comparison, seconds

    problem = comparison.problem
    active_electrons, active_orbitals = problem["active_space"]
    charge, spin = problem["charge"], problem["spin"]
    print_comparison(
        comparison,
        title=f"{problem['name']}, {problem['basis']}",
        summary=[
            (
                f"charge {charge:+d}, 2S = {spin}, {counted(active_electrons, 'electron')} in "
                f"{counted(active_orbitals, 'orbital')}, {counted(problem['qubits'], 'qubit')}, "
                f"{counted(problem['determinants'], 'determinant')}"
            ),
            *(["U/ROHF: unrestricted, on ROHF orbitals"] if spin else []),
            *_reference_line(comparison),
        ],
        columns=[
            Column("method", _method_label, "left"),
            Column("energy / hartree", lambda result: f"{result.value:.9f}"),
            Column("error / mHa", _error_text),
            Column("<S²>", lambda result: _property(result, "spin_square", ".4f")),
            Column("T1", lambda result: _property(result, "t1_diagnostic", ".4f")),
            Column("energies", evaluations),
            Column("seconds", seconds),
        ],
    )


def _reference_line(comparison: Comparison) -> list[str]:
    """Where errors are measured from, if no row of the table is that."""
    reference = comparison.reference
    if reference is None or reference.source is None:
        return []
    return [f"errors from {reference.method} {reference.value:.9f} ({reference.source})"]


def _method_label(result: Result) -> str:
    return f"{result.method} (U/ROHF)" if "orbitals" in result.settings else result.method


def _error_text(result: Result) -> str:
    from qminima.tables import no_minus_zero

    return "" if result.error is None else f"{no_minus_zero(result.error * 1000):+.4f}"


def _property(result: Result, name: str, style: str) -> str:
    from qminima.tables import no_minus_zero

    value = result.properties.get(name)
    if value is None:
        return ""
    return format(no_minus_zero(value), style)


def _draw(comparison: Comparison, path: Path) -> None:
    from qminima.plots import plot_comparison

    problem = comparison.problem
    label = "energy / mHa" if comparison.reference is None else "energy above FCI / mHa"
    title = f"{problem['name']}, {problem['basis']}"
    plot_comparison(comparison, path, title, 1000.0, label)


def main() -> None:
    """Run the command line."""
    run(app)
