"""The command `qopt`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qminima.command import (
    COMPILING,
    INTERRUPTED,
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
    refuse_vacuous,
    reported_errors,
    run,
    select_methods,
)
from qminima.errors import InputError, shorten
from qminima.limits import Deadline
from simulator.memory import MemoryLimitError

if TYPE_CHECKING:
    from qminima.result import Comparison
    from simulator.program import Precision

    from .classical.proof_check import Checked
    from .comparison import Instance
    from .problems.binary import BinaryProblem
    from .study.study import Study

app = make_app("qopt", "Combinatorial optimisation, QAOA beside classical methods.")


FormatOption = Annotated[
    str | None,
    typer.Option("--from", metavar="FORMAT", help="Format of the file, unless its suffix tells."),
]
KindOption = Annotated[
    str | None,
    typer.Option(
        "--problem", metavar="KIND", help="Which problem, as qopt list names them; graphs are cut."
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Argument of the problem, as colours=4."),
]
InstanceSeedOption = Annotated[
    int | None,
    typer.Option("--instance-seed", metavar="N", help="Seed of a random instance, 0.", min=0),
]
ConstraintsOption = Annotated[
    str, typer.Option(help="How circuits keep them: mixer, where one can, or penalty.")
]
PrecisionOption = Annotated[str, typer.Option(help="Of QAOA's state: single or double.")]
_SOURCE = (
    "A file, a name such as petersen, or with --problem the size of a random instance or the "
    "letters of a protein."
)


@app.command()
def solve(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="INSTANCE", help=_SOURCE)],
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

        from .ansatz import check_depth
        from .comparison import Instance
        from .comparison import solve as solve_problem
        from .methods import CLASSICAL, QUANTUM
        from .solvers.options import check_objective, check_precision
        from .threads import use_threads

        check_depth(depth)
        check_objective(objective, alpha)
        number = check_precision(precision)
        methods, named = select_methods(method, CLASSICAL, QUANTUM)
        if not set(methods) & set(QUANTUM):
            refuse_options(
                context, ("depth", "objective", "alpha", "precision", "constraints"), "qaoa"
            )
        optional = set(methods) - set(named)
        loaded, warned = _load(source, problem, settings, form, instance_seed)
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


@app.command()
def compare(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="INSTANCE...", help="Files, names, or with --problem sizes."),
    ],
    problem: KindOption = None,
    settings: SetOption = None,
    form: FormatOption = None,
    instances: Annotated[
        int,
        typer.Option(
            "--instances", metavar="N", help="Random instances of each size.", min=1, max=10_000
        ),
    ] = 1,
    instance_seed: InstanceSeedOption = None,
    train_on: Annotated[
        list[str] | None,
        typer.Option(
            "--train-on",
            metavar="INSTANCE",
            help="What methods choose lengths of runs and shared angles on; not compared. Sizes "
            "stand for as many random instances, other ones.",
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            metavar="NAME[,NAME]",
            help="Methods, as random, local, greedy, annealing, tabu, breakout, gw, sdp, exact, "
            "tree, qaoa-fixed (angles of tables), qaoa (trained on the instance), which run where "
            "they fit unless some are named; milp, native, and qaoa-shared (angles trained on "
            "--train-on).",
        ),
    ] = None,
    depth: Annotated[
        str, typer.Option(metavar="P[,P]", help="Layers of QAOA, one number or several.")
    ] = "3",
    no_controls: Annotated[
        bool,
        typer.Option(
            "--no-controls", help="Leave out uniform samples and descents after all samples."
        ),
    ] = False,
    runs: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Runs, or shots, of a method on an instance; 1000, with --seconds as many as fit.",
            min=1,
        ),
    ] = None,
    evaluations: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Costs that a method may look at on an instance; 1000000, with --seconds any.",
            min=1,
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(metavar="S", help="Wall time that a method may take on an instance."),
    ] = None,
    tuning_evaluations: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Costs that a method may look at on --train-on; as --evaluations.",
            min=1,
        ),
    ] = None,
    training_shots: Annotated[
        int, typer.Option(metavar="N", help="Shots of a mean while angles are trained.", min=1)
    ] = 1000,
    gate_time: Annotated[
        float, typer.Option(metavar="S", help="Of a round of gates on the modelled device.")
    ] = 100e-9,
    readout_time: Annotated[
        float, typer.Option(metavar="S", help="Of readout and reset on the modelled device.")
    ] = 1e-6,
    constraints: ConstraintsOption = "mixer",
    precision: PrecisionOption = "single",
    checkpoint: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep here what is done, and go on from it."),
    ] = None,
    json: JsonOption = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write all of it as one page.")
    ] = None,
    plot: PlotOption = None,
    seed: SeedOption = 0,
    threads: ThreadsOption = None,
) -> None:
    """Compare methods on many instances: equal budgets, three clocks, tests, and a verdict.

    Examples: qopt compare petersen karate; qopt compare --problem maxcut 12 14 16 18
    --instances 5 --train-on 12 --html study.html --checkpoint study.part; qopt compare
    --problem spin-glass 12 --instances 10 --method annealing,tabu,qaoa-fixed --depth 1,3.
    """
    with reported_errors(MemoryLimitError):
        check_threads(threads)
        check_time_limit(seconds)
        from qminima.checkpoint import Checkpoint

        kept = () if checkpoint is None else Checkpoint.files(checkpoint)
        check_outputs(json, plot, *sources, *(train_on or ()), more=(html, *kept))

        from qminima.progress import ProgressBar
        from simulator.kernels.kernel import announced_compilation

        from .loading import is_size
        from .solvers.options import check_precision
        from .study.compare import compare as compare_methods
        from .study.contenders import USUAL, contenders
        from .study.device import Device
        from .study.shown import show
        from .threads import use_threads

        device = Device(gate_time, readout_time)
        number = check_precision(precision)
        depths = _depths(depth)
        methods = None if method is None else [name.strip().lower() for name in method.split(",")]
        entries = contenders(methods or USUAL, depths, not no_controls, bool(train_on))
        if not any(one.quantum for one in entries):
            circuits = (
                "depth", "training_shots", "precision", "constraints", "gate_time", "readout_time",
            )  # fmt: skip
            refuse_options(context, circuits, "qaoa")
        if not any(one.method in ("qaoa", "qaoa-shared") for one in entries):
            refuse_vacuous(context, "training_shots", "no angles are trained")
        if not any(one.tuned for one in entries):
            for option in ("train_on", "tuning_evaluations"):
                refuse_vacuous(context, option, "no method has anything to choose")

        def load(names: list[str], first: int) -> list[BinaryProblem]:
            return [
                _load_aloud(source, problem, settings, form, one)
                for source in names
                for one in _instance_seeds(source, instances, instance_seed, first)
            ]

        if not any(is_size(source) for source in (*sources, *(train_on or ()))):
            for option in ("instances", "instance_seed"):
                refuse_vacuous(context, option, "no sizes of random instances are named")
        problems, others = load(sources, 0), load(train_on or [], instances)
        use_threads(threads, *problems, *others)
        choices = sum(one.tuned and not one.then_local for one in entries)
        stages = len(problems) * len(entries) + choices
        with (
            ProgressBar(stages) as progress,
            announced_compilation(lambda: progress.say(COMPILING)),
        ):
            study = compare_methods(
                problems,
                methods,
                depths=depths,
                train_on=others,
                controls=not no_controls,
                constraints=constraints,
                runs=runs,
                evaluations=evaluations,
                seconds=seconds,
                tuning_evaluations=tuning_evaluations,
                training_shots=training_shots,
                precision=number,
                device=device,
                seed=seed,
                checkpoint=checkpoint,
                progress=progress,
            )
        finish(study, show, json, (html, _write_page), (plot, _draw_study))
        if study.storage_error is not None:
            raise InputError(f"{study.storage_error}; what had been stored before is kept")


@app.command()
def convert(
    source: Annotated[str, typer.Argument(metavar="INSTANCE", help=_SOURCE)],
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    problem: KindOption = None,
    settings: SetOption = None,
    form: FormatOption = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="FORMAT", help="Format of the new file, unless its suffix tells."
        ),
    ] = None,
    instance_seed: InstanceSeedOption = None,
) -> None:
    """Write an instance in another format; a graph with --problem becomes that problem's cost.

    Examples: qopt convert petersen p.col; qopt convert --problem vertex-cover karate k.qplib.
    """
    with reported_errors(MemoryLimitError):
        from .formats.registry import find_format, write_file

        check_outputs(target, None, source)
        loaded = _load_aloud(source, problem, settings, form, instance_seed)
        write_file(loaded, target, format=to)
        goal = find_format(target, to)
        kept = ", its cost alone: JSON keeps kind, labels and constraints"
        if goal.holds != "quadratic":
            kept = ""
        typer.echo(
            f"{loaded.name}: {_size(loaded)}, written to {target} ({goal.name}{kept})", err=True
        )


@app.command()
def prove(
    source: Annotated[str, typer.Argument(metavar="INSTANCE", help=_SOURCE)],
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file of the proof.")],
    problem: KindOption = None,
    settings: SetOption = None,
    form: FormatOption = None,
    instance_seed: InstanceSeedOption = None,
    time_limit: TimeLimitOption = None,
) -> None:
    """Prove that no cut is larger, or no cost of another quadratic problem lower, and write how.

    What time does not suffice for is a proof of a weaker bound. Example: qopt prove karate k.json
    """
    with reported_errors(MemoryLimitError):
        check_time_limit(time_limit)
        check_outputs(target, None, source)

        from qminima.progress import ProgressBar
        from qminima.tables import number_text, telling_digits

        from .classical.branching import prove_cut
        from .classical.cut_form import exact_cut
        from .classical.greedy import greedy_bitstring
        from .classical.proof_check import check as verify

        loaded = _load_aloud(source, problem, settings, form, instance_seed)
        exact = exact_cut(loaded)
        graph = exact.form.maxcut
        with ProgressBar(1) as progress, progress.stage("proof"):
            deadline = Deadline(time_limit)
            start = greedy_bitstring(graph, deadline.within(deadline.left() / 4))
            proof = prove_cut(exact, start, deadline, progress)
        proof.write(target)
        typer.echo(_proven(loaded.name, verify(proof.record())))
        if proof.interrupted:
            typer.echo("interrupted: the file holds the bound that was reached", err=True)
            raise typer.Exit(INTERRUPTED)
        if graph is not loaded:
            rounded = ", up to rounding" if exact.cost.loss else ""
            digits = telling_digits((float(exact.constant), float(proof.bound)), 10)
            constant = number_text(float(exact.constant), digits)
            typer.echo(f"costs of {loaded.kind} are {constant} minus these cuts{rounded}")


@app.command()
def check(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A proof that qopt prove wrote.")],
) -> None:
    """Check a proof, in exact arithmetic and with nothing of the search that found it."""
    with reported_errors():
        from qminima.storage import read_json

        from .classical.proof_check import check as verify

        record = read_json(path)
        found = verify(record)
        name = f"a graph that calls itself {shorten(record.get('name'))}"
        typer.echo(f"holds: {_proven(name, found)}")


def _proven(name: str, checked: Checked) -> str:
    from qminima.tables import counted, fractions_text, printable

    name += f", {counted(checked.nodes, 'node')}, {counted(checked.edges, 'edge')}"
    cases = counted(checked.leaves, "case")
    cut, bound = fractions_text((checked.cut, checked.bound), 10)
    if checked.optimal:
        return f"{printable(name)}: the cut of {cut} is optimal ({cases})"
    return f"{printable(name)}: no cut exceeds {bound}, one of {cut} is known ({cases})"


@app.command()
def fetch(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Instances, as G1, or sets, as gset.")
    ],
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="Where the files go.")
    ] = Path(),
    mirror: Annotated[
        str | None,
        typer.Option("--mirror", metavar="URL", help="Another place, with files SET/FILE."),
    ] = None,
) -> None:
    """Download public instances (Gset, Biq Mac, QPLIB) and check their checksums.

    A download that was cut off goes on where it stopped. Example: qopt fetch G1 bqp50-1.
    """
    with reported_errors():
        from qminima.progress import ProgressBar

        from .downloads import fetch as download
        from .downloads import select

        with ProgressBar(len(select(names))) as progress:
            paths = download(names, folder, mirror=mirror, progress=progress)
        for path in paths:
            typer.echo(path)


@app.command("warm-up")
def warm_up() -> None:
    """Compile what circuits and searches need, once; later runs then start at once.

    Compiling takes a few minutes. What is compiled already is loaded, which takes seconds.
    """
    from simulator.warm_up import CacheError
    from simulator.warm_up import warm_up as compile_kernels

    with reported_errors(MemoryLimitError, CacheError):
        from qminima.progress import ProgressBar

        from .warm_up import examples

        listed = examples()
        with ProgressBar(len(listed)) as progress:
            found = compile_kernels(listed, progress)
        typer.echo(str(found))


@app.command("list")
def list_names() -> None:
    """List the methods, problems, circuits, mixers, formats and instances, one line each."""
    with reported_errors(MemoryLimitError):
        from qminima.library import Library
        from qminima.tables import print_names, summary

        from .catalogue import CIRCUITS, MIXERS, PROBLEMS, arguments
        from .downloads import sets
        from .formats.registry import FORMATS
        from .methods import METHODS
        from .study.labels import LABELS

        solving = {name: method.summary for name, method in METHODS.items()}
        print_names("methods of qopt solve (--method)", solving)
        print_names("methods of qopt compare (--method)", LABELS)
        for title, names in (
            ("problems (--problem; what --set sets of a graph, or a file in JSON says)", PROBLEMS),
            ("circuits (qopt.NAME in Python)", CIRCUITS),
            ("mixers (qopt.NAME in Python)", MIXERS),
        ):
            lines = {name: summary(function) for name, function in names.items()}
            if names is PROBLEMS:
                lines = {name: f"{line}{arguments(name)}" for name, line in lines.items()}
            print_names(title, lines)
        print_names(
            "formats of files (--from, --to)",
            {name: f"{one.about} ({' '.join(one.suffixes)})" for name, one in FORMATS.items()},
        )
        print_names("sets (qopt fetch)", sets())
        notes = {name: entry["note"] for name, entry in Library("problems").index.items()}
        print_names("instances", notes)


def _load(
    source: str,
    problem: str | None,
    settings: list[str] | None,
    form: str | None,
    instance_seed: int | None,
) -> tuple[BinaryProblem, tuple[str, ...]]:
    """The problem that the options of an instance describe, and warnings of what it leaves out."""
    import warnings

    from .graphs import UnusedAttributeWarning
    from .loading import load_problem

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UnusedAttributeWarning)
        loaded = load_problem(
            source,
            problem,
            format=form,
            instance_seed=instance_seed,
            settings=_settings(settings or []),
        )
    unused: list[str] = []
    for one in caught:
        if issubclass(one.category, UnusedAttributeWarning):
            unused.append(str(one.message))
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return loaded, tuple(unused)


def _load_aloud(
    source: str,
    problem: str | None,
    settings: list[str] | None,
    form: str | None,
    instance_seed: int | None,
) -> BinaryProblem:
    """The same, with warnings on standard error."""
    loaded, warnings = _load(source, problem, settings, form, instance_seed)
    for warning in warnings:
        typer.echo(f"warning: {loaded.name}: {warning}", err=True)
    return loaded


def _depths(text: str) -> list[int]:
    """Depths from a list such as "1,3"."""
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"expected --depth P[,P], whole numbers, got {shorten(text)!r}") from None


def _instance_seeds(
    source: str, instances: int, instance_seed: int | None, first: int
) -> list[int | None]:
    """Seeds of the random instances that a size stands for; a file or name stands for itself."""
    from .loading import is_size

    if not is_size(source):
        return [None]
    start = (instance_seed or 0) + first
    return list(range(start, start + instances))


def _write_page(study: Study, path: Path) -> None:
    from .study.report import page

    page(study).write(path)


def _draw_study(study: Study, path: Path) -> None:
    from qminima.pictures import draw_panels

    from .study.pictures import panels

    draw_panels(list(panels(study).values()), path)


def _settings(pairs: list[str]) -> dict[str, object]:
    """Arguments of a problem from NAME=VALUE, values as in JSON or as plain text."""
    from qminima.parsing import json_value

    found: dict[str, object] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name:
            raise InputError(f"expected --set NAME=VALUE, got {shorten(pair)!r}")
        if name in found:
            raise InputError(f"--set {shorten(name)} is given twice")
        try:
            found[name] = json_value(text)
        except InputError as error:
            raise InputError(f"--set {shorten(name)}: {error}") from None
        except ValueError:
            found[name] = text
    return found


def _memory_line(
    instance: Instance,
    methods: tuple[str, ...],
    optional: set[str],
    depth: int,
    precision: Precision,
) -> str:
    """The predicted memory in words; refuses a named method that does not fit."""
    from simulator.memory import available_memory, format_bytes

    from .fits import check_fits

    needed = 0
    for method in methods:
        try:
            needed = max(needed, check_fits(instance, method, depth, precision))
        except (InputError, MemoryLimitError):
            if method not in optional:
                raise
    may_use = format_bytes(available_memory())
    return (
        f"{_size(instance.problem)}: {format_bytes(needed)} of memory predicted, {may_use} may be "
        "used"
    )


def _size(problem: BinaryProblem) -> str:
    """The description of a problem in words: "16 nodes, 24 edges"."""
    from qminima.tables import counted

    described = problem.describe()
    return ", ".join(
        counted(value, key.removesuffix("s"))
        if isinstance(value, int) and key.endswith("s")
        else f"{key} {value}"
        for key, value in described.items()
        if key not in ("name", "kind", "total_weight")
    )


def _show(problem: BinaryProblem, comparison: Comparison) -> None:
    from .table import show

    show(problem, comparison, f"{_size(problem)}, {problem.kind}")


def _draw(problem: BinaryProblem, comparison: Comparison, path: Path) -> None:
    from qminima.plots import plot_comparison

    cvar = any(result.history_of == "cvar" for result in comparison.results)
    trained = "CVaR of the cost" if cvar else "mean cost"
    title = f"{problem.name}: {trained} during training, and what methods found"
    plot_comparison(comparison, path, title, 1.0, "cost above the best")


def main() -> None:
    """Run the command line."""
    run(app)
