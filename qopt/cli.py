"""The command `qopt`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qminima.command import (
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
    reported_errors,
    select_methods,
)
from qminima.errors import InputError
from simulator.memory import MemoryLimitError

if TYPE_CHECKING:
    from qminima.result import Comparison, Result

    from .problems.maxcut import MaxCut

app = make_app("qopt", "Combinatorial optimisation, QAOA beside classical methods.")


@app.command()
def solve(
    problem: Annotated[str, typer.Argument(help="A rudy file, or a name such as petersen.")],
    depth: Annotated[int, typer.Option(help="Layers of QAOA.")] = 3,
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
        check_outputs(json, plot)
        if depth < 1:
            raise InputError(f"expected --depth of at least 1, got {depth}")

        from qminima.progress import ProgressBar

        from .comparison import CLASSICAL, QUANTUM, compare
        from .problems.maxcut import load_maxcut

        methods, named = select_methods(method, tuple(CLASSICAL), tuple(QUANTUM))
        optional = set(methods) - set(named)
        if threads is not None:
            from simulator.threads import set_threads

            set_threads(threads)
        instance = load_maxcut(problem)
        with ProgressBar(len(methods)) as progress:
            progress.say(_memory_line(instance, methods, optional, depth))
            comparison = compare(
                instance,
                methods,
                optional=optional,
                depth=depth,
                seed=seed,
                time_limit=time_limit,
                progress=progress,
            )
        finish(comparison, _show, _draw, json, plot)


def _memory_line(problem: MaxCut, methods: tuple[str, ...], optional: set[str], depth: int) -> str:
    """The predicted memory in words; refuses a named method that does not fit."""
    from simulator.memory import available_memory, format_bytes

    from .comparison import check_fits

    needed = 0
    for method in methods:
        try:
            needed = max(needed, check_fits(problem, method, depth))
        except (InputError, MemoryLimitError):
            if method not in optional:
                raise
    size = f"{problem.num_variables} nodes, {problem.graph.number_of_edges()} edges"
    may_use = format_bytes(available_memory())
    return f"{size}: {format_bytes(needed)} of memory predicted, {may_use} may be used"


def _show(comparison: Comparison) -> None:
    from qminima.tables import Column, evaluations, print_comparison, seconds

    problem, reference = comparison.problem, comparison.reference
    summary = [f"{problem['nodes']} nodes, {problem['edges']} edges, {problem['kind']}"]
    if reference is not None:
        summary.append(f"best cut {-reference.value:g} ({reference.certainty}, {reference.method})")
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
    if result.kind == "bound":
        return f"≤ {result.properties['cut']:.4f}"
    proven = " *" if result.properties.get("proven") else ""
    return f"{result.properties['cut']:g}{proven}"


def _gap_text(result: Result) -> str:
    return "" if result.error is None or result.kind == "bound" else f"{result.error:g}"


def _mean_text(result: Result) -> str:
    return "" if result.expectation is None else f"{0.0 - result.expectation:.4f}"


def _draw(comparison: Comparison, path: Path) -> None:
    from qminima.plots import plot_comparison

    title = f"{comparison.problem['name']}: mean cost during training, and what methods found"
    plot_comparison(comparison, path, title, 1.0, "cost above the best")


def main() -> None:
    """Run the command line."""
    app()
