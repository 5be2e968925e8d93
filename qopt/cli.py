"""The command `qopt`."""

from __future__ import annotations

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
    make_app,
    refuse_options,
    reported_errors,
    run,
    select_methods,
)
from qminima.errors import InputError
from simulator.memory import MemoryLimitError

if TYPE_CHECKING:
    from qminima.result import Comparison, Result
    from simulator.program import Precision

    from .problems.maxcut import MaxCut

app = make_app("qopt", "Combinatorial optimisation, QAOA beside classical methods.")


@app.command()
def solve(
    context: typer.Context,
    problem: Annotated[str, typer.Argument(help="A rudy file, or a name such as petersen.")],
    depth: Annotated[int, typer.Option(help="Layers of QAOA.")] = 3,
    objective: Annotated[str, typer.Option(help="What QAOA optimises: mean or cvar.")] = "mean",
    alpha: Annotated[
        float | None, typer.Option(help="Best fraction of samples that cvar averages, 0.25.")
    ] = None,
    precision: Annotated[str, typer.Option(help="Of QAOA's state: single or double.")] = "single",
    method: MethodOption = None,
    json: JsonOption = None,
    plot: PlotOption = None,
    seed: SeedOption = 0,
    time_limit: TimeLimitOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Find the maximum cut of a graph by QAOA and by classical methods."""
    with reported_errors(MemoryLimitError):
        check_threads(threads)
        check_time_limit(time_limit)
        check_outputs(json, plot, problem)

        from qminima.progress import ProgressBar
        from simulator.kernels.kernel import announced_compilation

        from .ansatz import check_depth
        from .comparison import CLASSICAL, QUANTUM, compare
        from .loading import load_maxcut
        from .solvers.qaoa import check_objective, check_precision

        check_depth(depth)
        check_objective(objective, alpha)
        number = check_precision(precision)
        methods, named = select_methods(method, tuple(CLASSICAL), tuple(QUANTUM))
        if "qaoa" not in methods:
            refuse_options(context, ("depth", "objective", "alpha", "precision"), "qaoa")
        optional = set(methods) - set(named)
        if threads is not None:
            from simulator.threads import set_threads

            set_threads(threads)
        instance = load_maxcut(problem)
        with (
            ProgressBar(len(methods)) as progress,
            announced_compilation(lambda: progress.say(COMPILING)),
        ):
            progress.say(_memory_line(instance, methods, optional, depth, number))
            comparison = compare(
                instance,
                methods,
                optional=optional,
                depth=depth,
                objective=objective,
                alpha=alpha,
                precision=number,
                seed=seed,
                time_limit=time_limit,
                progress=progress,
            )
        finish(comparison, _show, _draw, json, plot)


@app.command("list")
def list_names() -> None:
    """List the methods, problems, circuits, mixers and graphs, one line each."""
    with reported_errors(MemoryLimitError):
        from qminima.library import Library
        from qminima.tables import print_names, summary

        from .catalogue import CIRCUITS, METHODS, MIXERS, PROBLEMS

        for title, names in (
            ("methods (--method)", METHODS),
            ("problems (qopt.NAME in Python; files are MaxCut)", PROBLEMS),
            ("circuits (qopt.NAME in Python)", CIRCUITS),
            ("mixers (qopt.NAME in Python)", MIXERS),
        ):
            print_names(title, {name: summary(function) for name, function in names.items()})
        notes = {name: entry["note"] for name, entry in Library("problems").index.items()}
        print_names("graphs", notes)


def _memory_line(
    problem: MaxCut,
    methods: tuple[str, ...],
    optional: set[str],
    depth: int,
    precision: Precision,
) -> str:
    """The predicted memory in words; refuses a named method that does not fit."""
    from qminima.tables import counted
    from simulator.memory import available_memory, format_bytes

    from .comparison import check_fits

    needed = 0
    for method in methods:
        try:
            needed = max(needed, check_fits(problem, method, depth, precision))
        except (InputError, MemoryLimitError):
            if method not in optional:
                raise
    edges = problem.graph.number_of_edges()
    size = f"{counted(problem.num_variables, 'node')}, {counted(edges, 'edge')}"
    may_use = format_bytes(available_memory())
    return f"{size}: {format_bytes(needed)} of memory predicted, {may_use} may be used"


def _show(comparison: Comparison) -> None:
    from qminima.tables import Column, counted, evaluations, print_comparison, seconds

    problem, reference = comparison.problem, comparison.reference
    size = f"{counted(problem['nodes'], 'node')}, {counted(problem['edges'], 'edge')}"
    summary = [f"{size}, {problem['kind']}"]
    if reference is not None:
        summary.append(
            f"best cut {0.0 - reference.value:.10g} ({reference.certainty}, {reference.method})"
        )
    if any(result.properties.get("proven") for result in comparison.results):
        summary.append("*: proven optimal in this run")
    print_comparison(
        comparison,
        title=problem["name"],
        summary=summary,
        columns=[
            Column("method", lambda result: result.method, "left"),
            Column("cut", _cut_text),
            Column("short of best", _gap_text),
            Column("mean cut", _mean_text),
            Column("evaluations", evaluations),
            Column("seconds", seconds),
        ],
    )


def _cut_text(result: Result) -> str:
    from qminima.tables import fixed_digits

    if result.kind == "bound":
        return f"≤ {fixed_digits(result.properties['cut'], result.properties['cut'])}"
    proven = " *" if result.properties.get("proven") else ""
    return f"{result.properties['cut']:.10g}{proven}"


def _gap_text(result: Result) -> str:
    return "" if result.error is None or result.kind == "bound" else f"{result.error:.6g}"


def _mean_text(result: Result) -> str:
    from qminima.tables import fixed_digits, no_minus_zero

    if result.expectation is None:
        return ""
    scale = result.properties["cut"]
    mean = no_minus_zero(-result.expectation) if abs(scale) > 1e-2 else -result.expectation
    return fixed_digits(mean, scale, 7)


def _draw(comparison: Comparison, path: Path) -> None:
    from qminima.plots import plot_comparison

    cvar = any(result.history_of == "cvar" for result in comparison.results)
    trained = "CVaR of the cost" if cvar else "mean cost"
    title = f"{comparison.problem['name']}: {trained} during training, and what methods found"
    plot_comparison(comparison, path, title, 1.0, "cost above the best")


def main() -> None:
    """Run the command line."""
    run(app)
