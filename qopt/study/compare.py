"""Methods on many instances within equal budgets: what `qopt compare` runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from qminima.errors import InputError, shorten
from qminima.limits import check_count, check_whole
from qminima.progress import Progress
from simulator.memory import MemoryLimitError
from simulator.program import Precision

from ..methods.registry import USUAL
from ..problems.binary import BinaryProblem
from ..problems.instance import Instance
from ..sampling.budget import USUAL_EVALUATIONS, USUAL_RUNS, Budget
from ..solvers.options import check_precision
from .device_time import Device
from .instance_measures import OnInstance, held_together
from .methods import Contender, contenders
from .plan import Plan, digest
from .study import Study
from .work import Work


def compare(
    problems: BinaryProblem | Sequence[BinaryProblem],
    methods: Sequence[str] | None = None,
    *,
    optional: Collection[str] = (),
    depths: int | Sequence[int] = 3,
    train_on: Sequence[BinaryProblem] = (),
    controls: bool = True,
    constraints: str = "mixer",
    runs: int | None = None,
    evaluations: int | None = None,
    seconds: float | None = None,
    tuning_evaluations: int | None = None,
    training_shots: int = 1000,
    precision: Precision = "double",
    device: Device | None = None,
    seed: int | None = None,
    checkpoint: str | Path | None = None,
    progress: Progress | None = None,
) -> Study:
    """Run methods on instances, each within the same budget, and measure them by three clocks.

    Every method is a source of independent runs: reads of annealing, descents, shots of a circuit.
    How many runs reach the best cost tells what it takes to see it with a probability of 99 %: in
    evaluations (costs, or changes by a flip, that were looked at; shots), in seconds of classical
    work, and in seconds of a modelled device. Time spent on simulating circuits is none of these,
    and is told apart. Optima of small instances are proven by enumeration, whether or not that is
    among the methods.

    Args:
        problems: the instances, or a single one.
        methods: names of the registry (`qopt list`); the usual ones that fit unless given.
            "qaoa-fixed" takes angles of tables, "qaoa-shared" angles trained on other instances,
            "qaoa" angles trained on the instance within the budget.
        optional: those of them that are left out where they do not fit an instance. The others have
            to fit at least one.
        depths: layers of circuits, one or several.
        train_on: instances that are not compared. On them methods choose the length of their
            runs and shared angles, within `tuning_evaluations` each. Without any, lengths are
            chosen on up to five of the compared ones, and no angles are shared.
        controls: whether uniform samples, descents from them, and descents after each circuit's
            shots are added.
        constraints: "mixer" or "penalty", as in `solve`.
        runs: of each method and instance, at most. Unless given, 1000; with a limit in seconds as
            many as fit, and 1000 shots.
        evaluations: of each method and instance, at most, and as many again for training on it.
            Unless given, 1,000,000; with a limit in seconds any number.
        seconds: wall time of each method and instance, at most. If nothing else is given, and no
            length was told to be the best, a run of annealing, tabu or breakout takes about a tenth
            of it.
        tuning_evaluations: of each method, for all instances it is tuned on together; as many as
            `evaluations` unless given.
        training_shots: shots that a mean takes while angles are trained.
        precision: of simulated states, "double" or "single".
        device: for the time that shots would take; `Device()` unless given.
        seed: of all randomness. With one, and without a limit in seconds, all but times is the
            same every time, however often it was interrupted.
        checkpoint: a file that holds what is done so far. If it exists, the comparison goes on from
            there.
        progress: told of each method and instance.

    Raises:
        InputError: for unknown methods, numbers out of range, a method that fits no instance, a
            checkpoint that cannot be written or is of another comparison.
        KeyboardInterrupt: on Ctrl-C before any method has finished; afterwards the result is what
            was finished.

    >>> import networkx, qopt
    >>> graphs = [networkx.random_regular_graph(3, n, seed=1) for n in (8, 10)]
    >>> problems = [qopt.maxcut(graph, name=f"{len(graph)} nodes") for graph in graphs]
    >>> study = compare(problems, ["tabu", "qaoa-fixed"], runs=100, seed=0)
    >>> [one.result("tabu").solved for one in study.instances]
    [True, True]
    """
    started = datetime.now(UTC)
    given = [problems] if isinstance(problems, BinaryProblem) else list(problems)
    if not given:
        raise InputError("expected at least one instance, got none")
    if methods is None:
        methods = optional = USUAL
    entries = contenders(
        methods, depths if isinstance(depths, Sequence) else [depths], controls, bool(train_on)
    )
    if seconds is None:
        runs = USUAL_RUNS if runs is None else runs
        evaluations = USUAL_EVALUATIONS if evaluations is None else evaluations
    budget = Budget(runs, evaluations, seconds)
    check_count("training_shots", training_shots)
    if seed is not None:
        check_whole("a seed", seed, 0, 2**63)
    plan = Plan(
        instances=tuple(Instance.of(problem, constraints) for problem in given),
        others=tuple(Instance.of(problem, constraints) for problem in train_on),
        entries=entries,
        budget=budget,
        tuning=budget
        if tuning_evaluations is None
        else replace(budget, evaluations=tuning_evaluations),
        training_shots=int(training_shots),
        precision=check_precision(precision),
        seed=None if seed is None else int(seed),
    )
    _check_different(plan)
    work = Work(plan, _misfits(plan, optional), checkpoint, progress or Progress())
    interrupted = work.run()
    return _study(plan, work, device or Device(), interrupted, started)


def _study(plan: Plan, work: Work, device: Device, interrupted: bool, started: datetime) -> Study:
    """Measure what was done."""
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
        seed=plan.seed,
        started=started,
        storage_error=work.storage_error,
    )


def _misfits(plan: Plan, optional: Collection[str]) -> dict[tuple[int, Contender], str]:
    """Why methods are left out on instances; raises if one that was asked for fits none."""
    found: dict[tuple[int, Contender], str] = {}
    for entry in plan.entries:
        reasons: list[Exception] = []
        for number, instance in enumerate(plan.instances):
            try:
                entry.check_fits(instance, plan.precision)
            except (InputError, MemoryLimitError) as reason:
                found[number, entry] = str(reason)
                reasons.append(reason)
        wanted = entry.method not in optional and not entry.control
        if wanted and len(reasons) == len(plan.instances):
            raise type(reasons[0])(f"{entry.label}: {reasons[0]}")
    return found


def _check_different(plan: Plan) -> None:
    """Raise `InputError` for a problem that is there twice, or both tuned on and compared."""
    seen: dict[str, str] = {}
    for instance in (*plan.instances, *plan.others):
        known, name = digest(instance), shorten(instance.problem.name)
        if known in seen:
            raise InputError(
                f"{seen[known]} and {name} are the same problem; name each once, and tune on "
                "others than are compared"
            )
        seen[known] = name
