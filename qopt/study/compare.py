"""Methods on many instances within equal budgets: what `qopt compare` runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Unpack

from qminima.progress import Progress

from ..methods.registry import USUAL
from ..problems.binary import BinaryProblem
from .device_time import Device
from .instance_measures import OnInstance, held_together
from .methods import contenders
from .options import StudyKeywords, StudyOptions
from .plan import Plan, make_plan
from .study import Study
from .work import Work


def compare(
    problems: BinaryProblem | Sequence[BinaryProblem],
    methods: Sequence[str] | None = None,
    *,
    optional: Collection[str] = (),
    train_on: Sequence[BinaryProblem] = (),
    checkpoint: str | Path | None = None,
    progress: Progress | None = None,
    **options: Unpack[StudyKeywords],
) -> Study:
    """Run methods on instances, each within the same budget, and measure them by three metrics.

    Every method is a source of independent runs: annealing, local search, shots.
    The share of runs that reach the best cost gives the time to solution at 99 % probability: in
    evaluations (of costs, or of changes by a flip; shots), in seconds of classical
    work, and in seconds of a modelled device. Simulation time is reported separately.
    Optima of small instances are proven by enumeration in any case.

    Args:
        problems: the instances, or a single one.
        methods: names of the registry (`qopt list`); the usual ones that fit unless given.
            "qaoa-fixed" takes angles of tables, "qaoa-shared" angles trained on other instances,
            "qaoa" angles trained on the instance within the budget.
        optional: those of them that are left out where they do not fit an instance. The others have
            to fit at least one.
        train_on: instances that are not compared. On them methods choose the length of their
            runs and shared angles, within `tuning_evaluations` each. Without any, lengths are
            chosen on up to five of the compared ones, and no angles are shared.
        checkpoint: a file that holds what is done so far. If it exists, the comparison goes on from
            there.
        progress: reports each method and instance.
        options: the fields of `StudyOptions` as keywords, such as `depths`, `runs` or `seed`.

    Raises:
        InputError: for unknown methods, options as in `StudyOptions`, a method that fits no
            instance, a checkpoint that cannot be written or is of another comparison.
        KeyboardInterrupt: on Ctrl-C before any method has finished; afterwards the result is what
            was finished.

    >>> import networkx, qopt
    >>> graphs = [networkx.random_regular_graph(3, n, seed=1) for n in (8, 10)]
    >>> problems = [qopt.maxcut(graph, name=f"{len(graph)} nodes") for graph in graphs]
    >>> study = compare(problems, ["tabu", "qaoa-fixed"], runs=100, seed=0)
    >>> [one.result("tabu").solved for one in study.instances]
    [True, True]
    """
    if methods is None:
        methods = optional = USUAL
    given = [problems] if isinstance(problems, BinaryProblem) else problems
    chosen = StudyOptions(**options)
    entries = contenders(methods, chosen.depths, chosen.controls, bool(train_on))
    return run(make_plan(given, train_on, entries, optional, chosen), checkpoint, progress)


def run(
    plan: Plan, checkpoint: str | Path | None = None, progress: Progress | None = None
) -> Study:
    """Carry out a plan, and measure what was done; arguments and errors as in `compare`."""
    work = Work(plan, checkpoint, progress or Progress())
    interrupted, device = work.run(), plan.options.device or Device()
    measured: list[OnInstance] = []
    for number, instance in enumerate(plan.instances):
        found = {entry: work.runs(number, entry) for entry in plan.entries}
        ran = {entry: runs for entry, runs in found.items() if runs is not None}
        if ran or not interrupted:
            reasons = {entry: work.failure(number, entry) for entry in plan.entries}
            skipped = {entry: reason for entry, reason in reasons.items() if reason is not None}
            measured.append(held_together(instance, ran, skipped, work.proven(number), device))
    return Study(
        instances=tuple(measured),
        entries=plan.entries,
        settings={**plan.describe(), "device": asdict(device)},
        choices=work.choices(),
        interrupted=interrupted,
        seed=plan.options.seed,
        started=plan.started,
        storage_error=work.storage_error,
    )
