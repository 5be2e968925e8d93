"""The command `qopt compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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

from ..methods.registry import USUAL
from .instances import load_aloud
from .options import (
    CheckpointOption,
    ComparedOption,
    ConstraintsOption,
    DepthsOption,
    EvaluationsOption,
    FormatOption,
    GateTimeOption,
    HtmlOption,
    InstanceSeedOption,
    InstancesOption,
    KindOption,
    NoControlsOption,
    PrecisionOption,
    ReadoutTimeOption,
    RunsOption,
    SecondsOption,
    SetOption,
    SourcesArgument,
    TrainingShotsOption,
    TrainOnOption,
    TuningOption,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..problems.binary import BinaryProblem
    from ..study.methods import Contender
    from ..study.options import StudyOptions
    from ..study.study import Study


# Longer than others by its parameters, one a line.
def compare(
    context: typer.Context,
    sources: SourcesArgument,
    problem: KindOption = None,
    settings: SetOption = None,
    form: FormatOption = None,
    instances: InstancesOption = 1,
    instance_seed: InstanceSeedOption = None,
    train_on: TrainOnOption = None,
    method: ComparedOption = None,
    depth: DepthsOption = "3",
    no_controls: NoControlsOption = False,
    runs: RunsOption = None,
    evaluations: EvaluationsOption = None,
    seconds: SecondsOption = None,
    tuning_evaluations: TuningOption = None,
    training_shots: TrainingShotsOption = 1000,
    gate_time: GateTimeOption = 100e-9,
    readout_time: ReadoutTimeOption = 1e-6,
    constraints: ConstraintsOption = "mixer",
    precision: PrecisionOption = "single",
    checkpoint: CheckpointOption = None,
    json: JsonOption = None,
    html: HtmlOption = None,
    plot: PlotOption = None,
    seed: SeedOption = 0,
    threads: ThreadsOption = None,
) -> None:
    """Compare methods on many instances: equal budgets, three metrics, tests, and a verdict.

    Examples: qopt compare petersen karate; qopt compare --problem maxcut 12 14 16 18
    --instances 5 --train-on 12 --html study.html --checkpoint study.part; qopt compare
    --problem spin-glass 12 --instances 10 --method annealing,tabu,qaoa-fixed --depth 1,3.
    """
    with reported_errors(MemoryLimitError):
        check_threads(threads)
        check_time_limit(seconds)
        others = train_on or []
        check_outputs(json, plot, *sources, *others, more=(html, *_generations(checkpoint)))

        from ..solvers.options import check_precision
        from ..study.device_time import Device
        from ..study.methods import contenders
        from ..study.options import StudyOptions
        from ..study.terminal import show
        from ..threads import use_threads

        options = StudyOptions(
            depths=_depths(depth),
            controls=not no_controls,
            constraints=constraints,
            runs=runs,
            evaluations=evaluations,
            seconds=seconds,
            tuning_evaluations=tuning_evaluations,
            training_shots=training_shots,
            precision=check_precision(precision),
            device=Device(gate_time, readout_time),
            seed=seed,
        )
        methods = None if method is None else [name.strip().lower() for name in method.split(",")]
        entries = contenders(methods or USUAL, options.depths, options.controls, bool(others))
        _refuse_unused(context, entries, [*sources, *others])
        first, how = instance_seed or 0, (problem, settings, form)
        compared = _load(sources, range(first, first + instances), *how)
        tuned_on = _load(others, range(first + instances, first + 2 * instances), *how)
        use_threads(threads, *compared, *tuned_on)
        optional = USUAL if methods is None else ()
        study = _run(compared, tuned_on, entries, optional, options, checkpoint)
        finish(study, show, json, (html, _write_page), (plot, _draw_study))
        if study.storage_error is not None:
            raise InputError(f"{study.storage_error}; what had been stored before is kept")


def _generations(checkpoint: Path | None) -> list[Path]:
    """The files of a checkpoint."""
    from qminima.checkpoint import Checkpoint

    return [] if checkpoint is None else list(Checkpoint.files(checkpoint))


def _depths(text: str) -> list[int]:
    """Depths from a list such as "1,3"."""
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"expected --depth P[,P], whole numbers, got {shorten(text)!r}") from None


def _refuse_unused(
    context: typer.Context, entries: tuple[Contender, ...], sources: list[str]
) -> None:
    """Raise `InputError` for an option that was given but has nothing to act on."""
    from ..instances.loading import is_size

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
    if not any(map(is_size, sources)):
        for option in ("instances", "instance_seed"):
            refuse_vacuous(context, option, "no sizes of random instances are named")


def _load(
    sources: list[str],
    seeds: Iterable[int],
    problem: str | None,
    settings: list[str] | None,
    form: str | None,
) -> list[BinaryProblem]:
    """The problems of sources; sizes stand for a random instance of each seed."""
    from ..instances.loading import is_size

    return [
        load_aloud(source, problem, settings, form, seed)
        for source in sources
        for seed in (seeds if is_size(source) else [None])
    ]


def _run(
    compared: list[BinaryProblem],
    tuned_on: list[BinaryProblem],
    entries: tuple[Contender, ...],
    optional: tuple[str, ...],
    options: StudyOptions,
    checkpoint: Path | None,
) -> Study:
    """Plan the comparison and carry it out, with a progress bar."""
    from qminima.progress import ProgressBar
    from simulator.kernels.kernel import announced_compilation

    from ..study.compare import run
    from ..study.plan import make_plan

    choices = sum(one.tuned and not one.then_local for one in entries)
    with (
        ProgressBar(len(compared) * len(entries) + choices) as progress,
        announced_compilation(lambda: progress.say(COMPILING)),
    ):
        plan = make_plan(compared, tuned_on, entries, optional, options)
        return run(plan, checkpoint, progress)


def _write_page(study: Study, path: Path) -> None:
    from ..study.report import page

    page(study).write(path)


def _draw_study(study: Study, path: Path) -> None:
    from qminima.pictures import draw_panels

    from ..study.pictures import panels

    draw_panels(list(panels(study).values()), path)
