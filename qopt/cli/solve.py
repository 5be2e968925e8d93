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
from qminima.errors import InputError
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
    from simulator.program import Precision

    from ..problems.binary import BinaryProblem
    from ..solving import Instance


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

        from ..circuits.qaoa import check_depth
        from ..methods import CLASSICAL, QUANTUM
        from ..solvers.options import check_objective, check_precision
        from ..solving import Instance
        from ..solving import solve as solve_problem
        from ..threads import use_threads

        check_depth(depth)
        check_objective(objective, alpha)
        number = check_precision(precision)
        methods, named = select_methods(method, CLASSICAL, QUANTUM)
        if not set(methods) & set(QUANTUM):
            refuse_options(
                context, ("depth", "objective", "alpha", "precision", "constraints"), "qaoa"
            )
        optional = set(methods) - set(named)
        loaded, warned = load_with_warnings(source, problem, settings, form, instance_seed)
        use_threads(threads, loaded)
        if not loaded.constrained:
            refuse_vacuous(context, "constraints", f"{loaded.kind} has none")
        instance = Instance.of(loaded, constraints)
        with (
            ProgressBar(len(methods)) as progress,
            announced_compilation(lambda: progress.say(COMPILING)),
        ):
            progress.say(_memory_line(instance, methods, optional, depth, number))
            comparison = solve_problem(
                loaded,
                methods,
                optional=optional,
                constraints=constraints,
                depth=depth,
                objective=objective,
                alpha=alpha,
                precision=number,
                seed=seed,
                time_limit=time_limit,
                progress=progress,
            )
        comparison = replace(comparison, warnings=(*warned, *comparison.warnings))
        finish(comparison, partial(_show, loaded), json, (plot, partial(_draw, loaded)))


def _memory_line(
    instance: Instance,
    methods: tuple[str, ...],
    optional: set[str],
    depth: int,
    precision: Precision,
) -> str:
    """The predicted memory in words; refuses a named method that does not fit."""
    from simulator.memory import available_memory, format_bytes

    from ..fits import check_fits

    needed = 0
    for method in methods:
        try:
            needed = max(needed, check_fits(instance, method, depth, precision))
        except (InputError, MemoryLimitError):
            if method not in optional:
                raise
    may_use = format_bytes(available_memory())
    return (
        f"{size_text(instance.problem)}: {format_bytes(needed)} of memory predicted, "
        f"{may_use} may be used"
    )


def _show(problem: BinaryProblem, comparison: Comparison) -> None:
    from ..table import show

    show(problem, comparison, f"{size_text(problem)}, {problem.kind}")


def _draw(problem: BinaryProblem, comparison: Comparison, path: Path) -> None:
    from qminima.plots import plot_comparison

    cvar = any(result.history_of == "cvar" for result in comparison.results)
    trained = "CVaR of the cost" if cvar else "mean cost"
    title = f"{problem.name}: {trained} during training, and what methods found"
    plot_comparison(comparison, path, title, 1.0, "cost above the best")
