"""The command `qopt solve`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
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
    check_outputs,
    check_threads,
    check_time_limit,
    finish,
    refuse_options,
    refuse_vacuous,
    reported_errors,
    select_methods,
)
from simulator.memory import MemoryLimitError

from .instances import load_with_warnings, size_text
from .options import (
    SOURCE_HELP,
    ConstraintsOption,
    FormatOption,
    InstanceSeedOption,
    KindOption,
    PrecisionOption,
    SetOption,
)

if TYPE_CHECKING:
    from qminima.result import Comparison

    from ..problems.binary import BinaryProblem
    from ..solving.solve import Prepared


def solve(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="INSTANCE", help=SOURCE_HELP)],
    problem: KindOption = None,
    settings: SetOption = None,
    form: FormatOption = None,
    instance_seed: InstanceSeedOption = None,
    constraints: ConstraintsOption = "mixer",
    depth: Annotated[int, typer.Option(help="Layers of QAOA.")] = 3,
    objective: Annotated[str, typer.Option(help="What QAOA optimises: mean or cvar.")] = "mean",
    alpha: Annotated[
        float | None, typer.Option(help="Best fraction of samples that cvar averages, 0.25.")
    ] = None,
    precision: PrecisionOption = "single",
    method: MethodOption = None,
    json: JsonOption = None,
    plot: PlotOption = None,
    seed: SeedOption = 0,
    time_limit: TimeLimitOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Solve a problem by QAOA and by classical methods: of a graph, the maximum cut.

    Examples: qopt solve petersen; qopt solve --problem independent-set karate; qopt solve
    --problem colouring --set colours=4 my.col; qopt solve --problem portfolio 10.
    """
    with reported_errors(MemoryLimitError):
        check_threads(threads)
        check_time_limit(time_limit)
        check_outputs(json, plot, source)

        from qminima.progress import ProgressBar
        from simulator.kernels.kernel import announced_compilation

        from ..methods.registry import CLASSICAL, QUANTUM
        from ..solvers.options import check_precision
        from ..solving.options import SolveOptions
        from ..solving.solve import prepare, run
        from ..threads import use_threads

        options = SolveOptions(
            constraints, depth, objective, alpha, check_precision(precision), seed, time_limit
        )
        methods, named = select_methods(method, CLASSICAL, QUANTUM)
        if not set(methods) & set(QUANTUM):
            refuse_options(
                context, ("depth", "objective", "alpha", "precision", "constraints"), "qaoa"
            )
        loaded, warned = load_with_warnings(source, problem, settings, form, instance_seed)
        use_threads(threads, loaded)
        if not loaded.constrained:
            refuse_vacuous(context, "constraints", f"{loaded.kind} has none")
        with (
            ProgressBar(len(methods)) as progress,
            announced_compilation(lambda: progress.say(COMPILING)),
        ):
            prepared = prepare(
                loaded,
                methods,
                optional=set(methods) - set(named),
                options=replace(options, progress=progress),
            )
            progress.say(_memory_line(prepared))
            comparison = run(prepared)
        comparison = replace(comparison, warnings=(*warned, *comparison.warnings))
        finish(comparison, partial(_show, loaded), json, (plot, partial(_draw, loaded)))


def _memory_line(prepared: Prepared) -> str:
    """The predicted memory in words."""
    from simulator.memory import available_memory, format_bytes

    return (
        f"{size_text(prepared.problem)}: {format_bytes(prepared.memory)} of memory predicted, "
        f"{format_bytes(available_memory())} may be used"
    )


def _show(problem: BinaryProblem, comparison: Comparison) -> None:
    from ..solving.table import show

    show(problem, comparison, f"{size_text(problem)}, {problem.kind}")


def _draw(problem: BinaryProblem, comparison: Comparison, path: Path) -> None:
    from qminima.plots import plot_comparison

    cvar = any(result.history_of == "cvar" for result in comparison.results)
    trained = "CVaR of the cost" if cvar else "mean cost"
    title = f"{problem.name}: {trained} during training, and what methods found"
    plot_comparison(comparison, path, title, 1.0, "cost above the best")
