"""The command `qopt compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qminima.command import (
    COMPILING,
    JsonOption,
    PlotOption,
    SeedOption,
    ThreadsOption,
    check_outputs,
    check_threads,
    check_time_limit,
    finish,
    refuse_options,
    refuse_vacuous,
    reported_errors,
)
from qminima.errors import InputError, shorten
from simulator.memory import MemoryLimitError

from ..methods.registry import COMPARED, USUAL
from .instances import load_aloud
from .options import (
    ConstraintsOption,
    FormatOption,
    InstanceSeedOption,
    KindOption,
    PrecisionOption,
    SetOption,
)

if TYPE_CHECKING:
    from ..problems.binary import BinaryProblem
    from ..study.study import Study


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
            help=f"Methods: {', '.join(USUAL)}, which run where they fit unless some are named, "
            f"and {', '.join(name for name in COMPARED if name not in USUAL)}; qopt list says what "
            "they are.",
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

        from ..instances.loading import is_size
        from ..solvers.options import check_precision
        from ..study.compare import compare as compare_methods
        from ..study.device_time import Device
        from ..study.methods import contenders
        from ..study.terminal import show
        from ..threads import use_threads

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
                load_aloud(source, problem, settings, form, one)
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
    from ..instances.loading import is_size

    if not is_size(source):
        return [None]
    start = (instance_seed or 0) + first
    return list(range(start, start + instances))


def _write_page(study: Study, path: Path) -> None:
    from ..study.report import page

    page(study).write(path)


def _draw_study(study: Study, path: Path) -> None:
    from qminima.pictures import draw_panels

    from ..study.pictures import panels

    draw_panels(list(panels(study).values()), path)
