"""The command `qopt solve`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

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
    AlphaOption,
    ConstraintsOption,
    DepthOption,
    FormatOption,
    InstanceSeedOption,
    KindOption,
    ObjectiveOption,
    PrecisionOption,
    SetOption,
    SourceArgument,
    TargetOption,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qminima.result import Comparison

    from ..problems.binary import BinaryProblem
    from ..solving.options import SolveOptions
    from ..solving.solve import Prepared


def solve(
    context: typer.Context,
    source: SourceArgument,
    problem: KindOption = None,
    settings: SetOption = None,
    form: FormatOption = None,
    instance_seed: InstanceSeedOption = None,
    constraints: ConstraintsOption = "mixer",
    depth: DepthOption = 3,
    objective: ObjectiveOption = "mean",
    alpha: AlphaOption = None,
    precision: PrecisionOption = "single",
    method: MethodOption = None,
    json: JsonOption = None,
    plot: PlotOption = None,
    seed: SeedOption = 0,
    time_limit: TimeLimitOption = None,
    target: TargetOption = None,
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

        from ..methods.registry import CLASSICAL, QUANTUM
        from ..solvers.options import check_precision
        from ..solving.options import SolveOptions
        from ..threads import use_threads

        options = SolveOptions(
            constraints,
            depth,
            objective,
            alpha,
            check_precision(precision),
            seed,
            time_limit,
            target,
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
        comparison = _run(loaded, methods, named, options)
        comparison = replace(comparison, warnings=(*warned, *comparison.warnings))
        finish(comparison, partial(_show, loaded), json, (plot, partial(_draw, loaded)))


def _run(
    problem: BinaryProblem, methods: Sequence[str], named: Sequence[str], options: SolveOptions
) -> Comparison:
    """Run the methods with a progress bar; those that were not named may be left out."""
    from qminima.progress import ProgressBar
    from simulator.kernels.kernel import announced_compilation

    from ..solving.solve import prepare, run

    with (
        ProgressBar(len(methods)) as progress,
        announced_compilation(lambda: progress.say(COMPILING)),
    ):
        options = replace(options, progress=progress)
        prepared = prepare(problem, methods, optional=set(methods) - set(named), options=options)
        progress.say(_memory_line(prepared))
        return run(prepared)


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
